//! What can be found wrong without solving: geometry that values do not make, conditions outside the
//! data of a material, fibres that do not guide.

use std::collections::BTreeSet;

use cpo_materials::{Length, Material, MaterialError, Quantity, Temperature, Wavelength};

use cpo_solver::laser::LaserError;
use cpo_solver::modes::Roughness;
use cpo_solver::spread::{REACH, STEP};

use super::Planner;
use crate::file::{Diagnostic, Location, Place};
use crate::study::{
    CouplingTable, CrossSectionTable, DrawnGrating, DriveValue, Expr, FiberKind, GratingTable,
    HeatTable, LaserLaws, LaserTable, MaterialId, Mistake, ModesTable, NamedValue, ParameterId,
    ParameterValues, Port, Study, TaperTable, Wall,
};

/// Gratings of a sweep that are drawn before the run, at some milliseconds each.
const MOST_GRATINGS: usize = 200;
/// The same of tapers and guides.
const MOST_TAPERS: usize = 1000;
const MOST_GUIDES: usize = 1000;

impl Planner<'_> {
    /// Reports a mistake once, with the values at which it shows.
    fn report(&mut self, mistake: Diagnostic, values: &ParameterValues) {
        let diagnostic = self.diagnostics.add(mistake);
        let named = self.study.named_values(values);
        if !named.is_empty() && diagnostic.help.is_none() {
            let at: Vec<String> = named.iter().map(NamedValue::to_string).collect();
            diagnostic.help(format!("this happens at {}", at.join(", ")));
        }
    }

    /// Where the study's wavelength is stated, for errors that it causes.
    fn wavelength_location(&self) -> Option<Location> {
        self.study
            .wavelength_place
            .as_ref()
            .map(|place| self.diagnostics.locate(place))
    }

    /// Reports an error of a material that is asked for at `place`.
    fn report_material(&mut self, place: &Place, error: &MaterialError, values: &ParameterValues) {
        let mut mistake = self.study.mistake(place, error.to_string());
        if let (MaterialError::Wavelength { .. }, Some(location)) =
            (error, self.wavelength_location())
        {
            mistake.related("the wavelength is stated here", location);
        }
        self.report(*mistake, values);
    }

    pub(super) fn check_modes(&mut self, modes: &ModesTable, assignments: &[ParameterValues]) {
        let study = self.study;
        let Some(section) = study
            .cross_sections
            .iter()
            .find(|s| s.name == modes.cross_section)
        else {
            return;
        };
        self.check_bend(modes, section);
        self.check_target(modes, section);
        self.check_spread(modes, section, assignments);
        // two tables of modes may share a cross-section; its mistakes are reported once
        let first = study
            .modes
            .iter()
            .find(|m| m.cross_section == modes.cross_section);
        if first.is_some_and(|first| first.name != modes.name) {
            return;
        }
        let geometry = study.geometry_parameters(&section.name);
        for values in self.subset(&geometry) {
            if let Err(mistake) = study.make_cross_section(section, &values) {
                self.report(*mistake, &values);
                break;
            }
        }
        let mut seen = BTreeSet::new();
        for (material, place) in section.materials() {
            if seen.insert(material) {
                self.check_optics(material, &place, |material, at, temperature| {
                    material.permittivity_tensor(at, temperature).map(|_| ())
                });
            }
        }
    }

    /// A guide whose spread is asked for is one where its parameters deviate too.
    fn check_spread(
        &mut self,
        modes: &ModesTable,
        section: &CrossSectionTable,
        assignments: &[ParameterValues],
    ) {
        if !modes.spread {
            return;
        }
        let study = self.study;
        let deviating = study.mode_deviations(modes);
        let make = |at: &ParameterValues| -> Result<(), Mistake> {
            study.make_cross_section(section, at)?;
            for shape in &section.shapes {
                if let Some(rough) = &shape.roughness {
                    let lengths = [rough.rms, rough.correlation_length];
                    let [rms, length] = lengths.map(|l| study.evaluate(&l, at));
                    Roughness::new(rms, length)
                        .map_err(|e| study.mistake(&shape.place, e.to_string()))?;
                }
            }
            bend(study, modes, section, at).map_or(Ok(()), Err)
        };
        for values in assignments.iter().take(MOST_GUIDES) {
            // what is wrong without deviations is reported with the geometry
            if make(values).is_err() || !self.check_deviations(values, &deviating, make) {
                return;
            }
        }
    }

    /// The window, with the PML on the inner side of the bend, ends before the centre of curvature.
    fn check_bend(&mut self, modes: &ModesTable, section: &CrossSectionTable) {
        let mut parameters: BTreeSet<ParameterId> = section.window[0]
            .iter()
            .filter_map(|edge| edge.parameter())
            .collect();
        modes.parameters(&mut parameters);
        for values in self.subset(&parameters) {
            if let Some(mistake) = bend(self.study, modes, section, &values) {
                self.report(*mistake, &values);
                return;
            }
        }
    }

    /// No mode of a straight guide of lossless dielectrics lies above the highest index.
    fn check_target(&mut self, modes: &ModesTable, section: &CrossSectionTable) {
        let study = self.study;
        let (Some(target), Some(wavelength), None) =
            (modes.target, study.wavelength, modes.bend_radius)
        else {
            return;
        };
        let mut parameters: BTreeSet<ParameterId> = target.parameter().into_iter().collect();
        for (id, _) in section.materials() {
            self.sweep.of_material(id, &mut parameters);
        }
        for values in self.conditions(parameters) {
            let at = study.evaluate(&wavelength, &values);
            let Some(range) = study.index_range(section, at, &values) else {
                return; // reported with the materials
            };
            let n = study.evaluate(&target, &values).si();
            if n > range.highest && range.dielectric {
                let mut mistake = study.mistake(
                    &modes.target_place,
                    format!("no mode has an effective index of {n}, above that of every material"),
                );
                mistake.allowed(range.text());
                self.report(*mistake, &values);
                return;
            }
        }
    }

    /// Assignments over some of the parameters of a table. That they are too many has been reported
    /// with the table.
    fn subset(&self, parameters: &BTreeSet<ParameterId>) -> Vec<ParameterValues> {
        self.sweep.assignments(parameters, 0).unwrap_or_default()
    }

    /// Assignments over `parameters`, wavelength and temperature.
    fn conditions(&self, mut parameters: BTreeSet<ParameterId>) -> Vec<ParameterValues> {
        parameters.extend(self.sweep.conditions());
        self.subset(&parameters)
    }

    /// Whether `look_up` of a material succeeds at all conditions.
    fn check_optics(
        &mut self,
        id: MaterialId,
        place: &Place,
        look_up: impl Fn(&Material, Wavelength, Temperature) -> Result<(), MaterialError>,
    ) -> bool {
        let study = self.study;
        let Some(wavelength) = study.wavelength else {
            return true;
        };
        let mut parameters = BTreeSet::new();
        self.sweep.of_material(id, &mut parameters);
        for values in self.conditions(parameters) {
            let Ok(material) = study.make_material(id, &values) else {
                return true; // reported with the geometry
            };
            let at = study.evaluate(&wavelength, &values);
            let temperature = study.evaluate(&study.temperature, &values);
            if let Err(error) = look_up(&material, at, temperature) {
                self.report_material(place, &error, &values);
                return false;
            }
        }
        true
    }

    pub(super) fn check_coupling(&mut self, coupling: &CouplingTable) {
        let study = self.study;
        let Some(wavelength) = study.wavelength else {
            return;
        };
        for port in [&coupling.from, &coupling.to] {
            let Port::Fiber(name) = port else {
                continue;
            };
            self.check_focus(coupling, name);
            let uses = |c: &CouplingTable| c.from == *port || c.to == *port;
            if study
                .couplings
                .iter()
                .find(|c| uses(c))
                .is_some_and(|c| c.name != coupling.name)
            {
                continue; // reported with the first coupling of this fibre
            }
            let Some(fiber) = study.fibers.iter().find(|f| f.name == *name) else {
                continue;
            };
            for values in self.conditions(self.sweep.of_fiber(name)) {
                let at = study.evaluate(&wavelength, &values);
                let temperature = study.evaluate(&study.temperature, &values);
                if let Err(mistake) = study.make_fiber(fiber, &values, at, temperature) {
                    self.report(*mistake, &values);
                    break;
                }
            }
        }
        for layer in coupling.coats() {
            self.check_optics(layer.material, &layer.place, |material, at, temperature| {
                material.refractive_index(at, temperature).map(|_| ())
            });
        }
        if let Some(gap) = &coupling.gap {
            self.check_optics(gap.material, &gap.place, |material, at, temperature| {
                material.refractive_index(at, temperature).map(|_| ())
            });
        }
    }

    /// A beam that is focused in front of its fibre needs room.
    fn check_focus(&mut self, coupling: &CouplingTable, fiber: &str) {
        let table = self.study.fibers.iter().find(|f| f.name == fiber);
        let is_lensed = table.is_some_and(|table| match &table.kind {
            FiberKind::Gaussian {
                working_distance: Expr::Constant(distance),
                ..
            } => distance.si() > 0.0,
            FiberKind::Gaussian { .. } => true,
            FiberKind::Step { .. } | FiberKind::Class(..) | FiberKind::Field { .. } => false,
        });
        if is_lensed && coupling.gap.is_none() {
            self.diagnostics
                .error(
                    &coupling.place,
                    format!("the lensed fibre \"{fiber}\" is focused in front of its end, and there is no gap"),
                )
                .help("add gap = { length = ..., index = 1.0 }, as long as the working distance for the waist to lie on the facet");
        }
    }

    pub(super) fn check_grating(
        &mut self,
        grating: &GratingTable,
        assignments: &[ParameterValues],
    ) {
        let study = self.study;
        let mut seen = BTreeSet::new();
        let mut known = true;
        for (material, place) in grating.materials() {
            if seen.insert(material) {
                known &= self.check_optics(material, &place, |material, at, temperature| {
                    material.permittivity(at, temperature).map(|_| ())
                });
            }
        }
        if !known {
            return; // a drawing asks for the materials again
        }
        for values in assignments.iter().take(MOST_GRATINGS) {
            let make = |at: &ParameterValues| {
                let drawn = DrawnGrating {
                    values,
                    stretch: 1.0,
                };
                let temperature = study.evaluate(&study.temperature, at);
                study.make_grating(grating, &drawn, at, temperature)
            };
            if let Err(mistake) = make(values) {
                self.report(*mistake, values);
                break;
            }
            let deviating = study.grating_deviations(grating);
            if !self.check_deviations(values, &deviating, |at| make(at).map(|_| ())) {
                break;
            }
        }
    }

    /// Whether what is made of `values` is made where parameters deviate too, as far as it is solved there.
    fn check_deviations(
        &mut self,
        values: &ParameterValues,
        deviating: &[ParameterId],
        make: impl Fn(&ParameterValues) -> Result<(), Mistake>,
    ) -> bool {
        let told = "its spread takes points \u{b1}\u{221a}3 sigma from its nominal value";
        self.check_deviations_to(STEP, told, values, deviating, make)
    }

    /// The same `off` standard deviations away, which `told` explains.
    fn check_deviations_to(
        &mut self,
        off: f64,
        told: &str,
        values: &ParameterValues,
        deviating: &[ParameterId],
        make: impl Fn(&ParameterValues) -> Result<(), Mistake>,
    ) -> bool {
        for &id in deviating {
            for deviates in [-off, off] {
                let at = self.study.deviated(values, id, deviates);
                if let Err(mistake) = make(&at) {
                    let parameter = &self.study.parameters[id.0];
                    let place = self.diagnostics.locate(&parameter.place);
                    let told = format!("`{}` deviates, and {told}", parameter.name);
                    let mut mistake = mistake;
                    mistake.related(told, place);
                    self.report(*mistake, &at);
                    return false;
                }
            }
        }
        true
    }

    pub(super) fn check_taper(
        &mut self,
        taper: &TaperTable,
        wavelength: Expr<Wavelength>,
        assignments: &[ParameterValues],
    ) {
        let study = self.study;
        let mut seen = BTreeSet::new();
        let mut known = true;
        for name in taper.cross_sections() {
            let section = study.cross_sections.iter().find(|s| s.name == name);
            for (material, place) in section.into_iter().flat_map(|s| s.materials()) {
                if seen.insert(material) {
                    known &= self.check_optics(material, &place, |material, at, temperature| {
                        material.permittivity_tensor(at, temperature).map(|_| ())
                    });
                }
            }
        }
        if !known {
            return; // a drawing asks for the materials again
        }
        for values in assignments.iter().take(MOST_TAPERS) {
            let make = |at: &ParameterValues| {
                let conditions = (
                    study.evaluate(&wavelength, at),
                    study.evaluate(&study.temperature, at),
                );
                study.make_taper(taper, at, conditions).map(|_| ())
            };
            if let Err(mistake) = make(values) {
                self.report(*mistake, values);
                break;
            }
            let deviating = study.taper_deviations(taper);
            if !self.check_deviations(values, &deviating, make) {
                break;
            }
        }
    }

    pub(super) fn check_heat(&mut self, heat: &HeatTable, assignments: &[ParameterValues]) {
        let study = self.study;
        let Some(plan) = study.floorplans.iter().find(|p| p.name == heat.floorplan) else {
            return;
        };
        if plan.sources.is_empty() {
            self.diagnostics
                .error(
                    &heat.place,
                    format!("floorplan.{} has no sources: there is no heat to follow", plan.name),
                )
                .help("add, for example, sources = [ { name = \"die\", layer = \"...\", rectangle = { width = \"1 mm\", length = \"1 mm\" }, power = \"1 W\" } ]");
        }
        let deviating = study.heat_deviations(heat);
        for values in assignments {
            let make = |at: &ParameterValues| study.make_floorplan(plan, at).map(|_| ());
            if let Err(mistake) = make(values) {
                self.report(*mistake, values);
                break;
            }
            let whole = |at: &ParameterValues| study.make_heat(heat, at, &[]).map(|_| ());
            if !self.check_deviations(values, &deviating, whole) {
                break;
            }
        }
        let mut seen = BTreeSet::new();
        for (id, place) in plan.materials() {
            if !seen.insert(id) {
                continue;
            }
            let mut parameters: BTreeSet<ParameterId> =
                heat.ambient.parameter().into_iter().collect();
            self.sweep.of_material(id, &mut parameters);
            for values in self.subset(&parameters) {
                let Ok(material) = study.make_material(id, &values) else {
                    break; // reported with the geometry
                };
                let ambient = study.evaluate(&heat.ambient, &values);
                let transient = match heat.step_times {
                    Some(_) => material.volumetric_heat_capacity(ambient).map(|_| ()),
                    None => Ok(()),
                };
                if let Err(error) = material.thermal_conductivity(ambient).and(transient) {
                    self.report_material(&place, &error, &values);
                    break;
                }
            }
        }
    }

    pub(super) fn check_laser(&mut self, laser: &LaserTable, values: &ParameterValues) {
        let study = self.study;
        let make = |at: &ParameterValues| -> Result<(), Mistake> {
            let values = study.make_laser(laser, at);
            let refused = |reason: LaserError| study.mistake(&laser.place, reason.to_string());
            LaserLaws::new(&values).map_err(refused)?;
            let (what, given) = match values.drive {
                DriveValue::Current(current) => ("current", current.si()),
                DriveValue::Power(power) => ("power", power.si()),
            };
            if given >= 0.0 {
                return Ok(());
            }
            let message = format!("`{}`: its {what} would be negative", laser.place.key());
            Err(study.mistake(&laser.place, message))
        };
        if let Err(mistake) = make(values) {
            self.report(*mistake, values);
            return;
        }
        let told = format!("draws of its spread lie up to {REACH} sigma from its nominal value");
        let deviating = study.laser_deviations(laser);
        self.check_deviations_to(REACH, &told, values, &deviating, make);
    }
}

/// What is wrong with a bend: its window reaches the centre of curvature.
fn bend(
    study: &Study,
    modes: &ModesTable,
    section: &CrossSectionTable,
    values: &ParameterValues,
) -> Option<Mistake> {
    let [low, high] = section.window[0].map(|edge| study.evaluate(&edge, values).si());
    let radius = study.evaluate(&modes.bend_radius?, values).si();
    let inner = if radius > 0.0 {
        modes.boundary.left
    } else {
        modes.boundary.right
    };
    let (layer, with_layer) = match inner {
        Wall::Absorbing { thickness } => {
            let thickness = study.evaluate(&thickness, values);
            (thickness.si(), format!(" with a PML of {thickness} beyond"))
        }
        Wall::Electric | Wall::Magnetic => (0.0, String::new()),
    };
    let half = 0.5 * (high - low);
    // a window without width is reported with the geometry
    if half <= 0.0 || radius.abs() > half + layer {
        return None;
    }
    let mut mistake = study.mistake(
        &modes.bend_place,
        format!(
            "the window reaches the centre of curvature: it extends {} to each side of its middle{with_layer}, \
             and the bend radius to that middle is {}",
            Length::m(half),
            Length::m(radius)
        ),
    );
    mistake.allowed(format!(
        "a radius of more than {}, of either sign, or a narrower window",
        Length::m(half + layer)
    ));
    Some(mistake)
}
