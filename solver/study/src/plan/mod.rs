//! The plan: every distinct problem of a study once.
//!
//! A point is one set of values for the parameters that its problem depends on, and only for those:
//! a swept laser current does not multiply the modes. The points of a table are the product of its
//! parameters in the order of the study, the last one fastest, then temperature, then wavelength
//! fastest of all; so neighbours in the list are neighbours in wavelength. Offsets and tilts of a
//! coupling and lengths of a taper are axes within its points. Planning also instantiates every geometry and looks up every
//! material at every condition, so that a study that plans has no mistake that could be foreseen.

mod check;
mod sweep;

use std::collections::{BTreeMap, BTreeSet};

use cpo_materials::{Quantity, Temperature, Wavelength};

use crate::error::{Report, StudyError};
use crate::file::{Diagnostic, Diagnostics, Place, Severity};
use crate::study::{
    GratingTable, HeatTable, LaserTable, ModesTable, Parameter, ParameterId, ParameterValues, Port,
    Study, TaperTable,
};
use sweep::Sweep;

/// Modes of one cross-section under one condition.
#[derive(Clone, Debug, PartialEq)]
pub struct ModePoint {
    /// Name of the `[modes]` table.
    pub modes: String,
    /// Vacuum wavelength.
    pub wavelength: Wavelength,
    /// Temperature.
    pub temperature: Temperature,
    /// Values of the parameters on which the modes depend.
    pub values: ParameterValues,
}

/// One coupling under one condition; offsets and tilts are axes within it.
#[derive(Clone, Debug, PartialEq)]
pub struct CouplingPoint {
    /// Name of the `[coupling]` table.
    pub coupling: String,
    /// Vacuum wavelength.
    pub wavelength: Wavelength,
    /// Temperature.
    pub temperature: Temperature,
    /// Where the light comes from.
    pub from: PortPoint,
    /// Where it goes.
    pub to: PortPoint,
    /// Values of the parameters on which the coupling or one of its fields depends.
    pub values: ParameterValues,
}

/// A port under one condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortPoint {
    /// Name of the `[fiber]` table.
    Fiber(String),
    /// Index into [`Plan::modes`].
    Modes(usize),
}

/// A grating at one temperature, at all wavelengths of the study: they share their solves.
#[derive(Clone, Debug, PartialEq)]
pub struct GratingPoint {
    /// Name of the `[grating]` table.
    pub grating: String,
    /// Vacuum wavelengths.
    pub wavelengths: Vec<Wavelength>,
    /// Temperature.
    pub temperature: Temperature,
    /// Values of the parameters on which it depends.
    pub values: ParameterValues,
}

/// A taper under one condition; its lengths are axes within it.
#[derive(Clone, Debug, PartialEq)]
pub struct TaperPoint {
    /// Name of the `[taper]` table.
    pub taper: String,
    /// Vacuum wavelength.
    pub wavelength: Wavelength,
    /// Temperature.
    pub temperature: Temperature,
    /// Values of the parameters on which it depends.
    pub values: ParameterValues,
}

/// One heat problem.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatPoint {
    /// Name of the `[heat]` table.
    pub heat: String,
    /// Temperature of the coolant.
    pub ambient: Temperature,
    /// Values of the parameters on which it depends.
    pub values: ParameterValues,
}

/// Lasers at one drive within one heat problem.
#[derive(Clone, Debug, PartialEq)]
pub struct LaserPoint {
    /// Name of the `[laser]` table.
    pub laser: String,
    /// Index into [`Plan::heats`].
    pub heat: usize,
    /// Values of the parameters on which it depends.
    pub values: ParameterValues,
}

/// All points of a study, in a fixed order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// By table, then as the module describes.
    pub modes: Vec<ModePoint>,
    /// As above.
    pub couplings: Vec<CouplingPoint>,
    /// As above, but for the wavelength, which is an axis within.
    pub gratings: Vec<GratingPoint>,
    /// As the module describes.
    pub tapers: Vec<TaperPoint>,
    /// As above.
    pub heats: Vec<HeatPoint>,
    /// As above, for each heat problem of the laser in turn.
    pub lasers: Vec<LaserPoint>,
}

impl Plan {
    /// Number of points.
    pub fn len(&self) -> usize {
        let light = self.modes.len() + self.couplings.len() + self.gratings.len();
        light + self.tapers.len() + self.heats.len() + self.lasers.len()
    }

    /// Whether there is nothing to compute.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Finds the point of a table by the values on which the table depends.
#[derive(Debug, Default)]
struct Lookup {
    parameters: BTreeSet<ParameterId>,
    points: BTreeMap<Vec<(ParameterId, u64)>, usize>,
}

impl Lookup {
    fn new(parameters: BTreeSet<ParameterId>) -> Self {
        Self {
            parameters,
            points: BTreeMap::new(),
        }
    }

    fn insert(&mut self, values: &ParameterValues, point: usize) {
        self.points.insert(values.key(), point);
    }

    fn find(&self, values: &ParameterValues) -> Option<usize> {
        self.points
            .get(&values.restricted_to(&self.parameters).key())
            .copied()
    }
}

impl Study {
    /// Lays out all points, and checks what can be checked without solving.
    ///
    /// # Errors
    /// [`StudyError::Invalid`] with every mistake found: a sweep that is too large, a geometry that
    /// some values do not make, a material whose data do not cover a condition.
    pub fn plan(&self) -> Result<Plan, StudyError> {
        let mut planner = Planner {
            study: self,
            sweep: Sweep::new(self),
            diagnostics: Diagnostics::new(self.source.clone()),
            plan: Plan::default(),
        };
        planner.modes_and_couplings();
        planner.gratings();
        planner.tapers();
        planner.heats_and_lasers();
        if planner.diagnostics.has_errors() {
            let diagnostics = planner.diagnostics.into_sorted();
            return Err(StudyError::Invalid(Report { diagnostics }));
        }
        Ok(planner.plan)
    }
}

impl Study {
    /// Parameters with a tolerance that the guide of some modes depends on, its roughness and conditions among them.
    pub(crate) fn mode_deviations(&self, modes: &ModesTable) -> Vec<ParameterId> {
        let mut all = self.guide_parameters(modes);
        all.extend(Sweep::new(self).conditions());
        self.deviating(&all)
    }

    /// Parameters with a tolerance that a taper depends on, its lengths and conditions among them.
    pub(crate) fn taper_deviations(&self, taper: &TaperTable) -> Vec<ParameterId> {
        let mut all = Sweep::new(self).of_taper(taper);
        all.extend(taper.sections.iter().filter_map(|s| s.length.parameter));
        self.deviating(&all)
    }

    /// Parameters with a tolerance by which a grating may come out otherwise than it is drawn, its conditions among them.
    pub(crate) fn grating_deviations(&self, grating: &GratingTable) -> Vec<ParameterId> {
        let sweep = Sweep::new(self);
        let mut all = sweep.of_grating_as_made(grating);
        all.extend(sweep.conditions());
        self.deviating(&all)
    }

    /// Parameters with a tolerance that a heat problem depends on.
    pub(crate) fn heat_deviations(&self, heat: &HeatTable) -> Vec<ParameterId> {
        self.deviating(&Sweep::new(self).of_heat(heat))
    }

    /// Parameters with a tolerance that lasers depend on by themselves, without their heat problem.
    pub(crate) fn laser_deviations(&self, laser: &LaserTable) -> Vec<ParameterId> {
        let mut all = BTreeSet::new();
        laser.parameters(&mut all);
        self.deviating(&all)
    }

    /// Warnings of spreads that are asked for of modes whose guide has no tolerance.
    pub(crate) fn idle_spreads(&self) -> Vec<Diagnostic> {
        let idle = self.modes.iter().filter(|modes| modes.spread);
        let idle = idle.filter(|modes| self.mode_deviations(modes).is_empty());
        let warning = |modes: &ModesTable| {
            let message = format!(
                "nothing that `{}` depends on has a tolerance",
                modes.place.key()
            );
            let mut warning = self.mistake(&modes.spread_place, message);
            warning.severity = Severity::Warning;
            warning.help(
                "remove `spread`, or state a tolerance, for example width = { nominal = \"450 nm\", sigma = \"5 nm\", scope = \"wafer\" }",
            );
            *warning
        };
        idle.map(warning).collect()
    }

    /// Warnings of tolerances that no spread is made of.
    pub(crate) fn idle_deviations(&self) -> Vec<Diagnostic> {
        let mut known: BTreeSet<ParameterId> = BTreeSet::new();
        known.extend(self.tapers.iter().flat_map(|t| self.taper_deviations(t)));
        known.extend(
            self.gratings
                .iter()
                .flat_map(|g| self.grating_deviations(g)),
        );
        known.extend(self.heats.iter().flat_map(|h| self.heat_deviations(h)));
        known.extend(self.lasers.iter().flat_map(|l| self.laser_deviations(l)));
        for modes in &self.modes {
            known.extend(match modes.spread {
                true => self.mode_deviations(modes),
                false => self.index_deviations(modes),
            });
        }
        let idle = |(k, parameter): (usize, &Parameter)| {
            let deviates = parameter.tolerance.is_some_and(|t| t.sigma > 0.0);
            let is_idle = deviates
                && !parameter.uses.is_empty()
                && !parameter
                    .uses
                    .iter()
                    .any(|(place, _)| place.key.starts_with("coupling."))
                && !known.contains(&ParameterId(k));
            is_idle.then(|| {
                let mut warning = self.mistake(
                    &parameter.place,
                    format!("nothing has a spread by the deviation of `{}`", parameter.name),
                );
                warning.severity = Severity::Warning;
                warning.allowed(
                    "a spread is that of tapers, gratings as they come out, heat problems, lasers, couplings across a gap and effective indices, \
                     with `spread` = true of group indices, losses and drifts of guides",
                );
                let id = ParameterId(k);
                let of_guide = |modes: &&ModesTable| self.mode_deviations(modes).contains(&id);
                if let Some(modes) = self.modes.iter().find(of_guide) {
                    warning.help(format!("write spread = true in [{}]", modes.place.key()));
                }
                *warning
            })
        };
        self.parameters
            .iter()
            .enumerate()
            .filter_map(idle)
            .collect()
    }

    /// Those that an effective index has a derivative by, which conditions and roughness are not.
    fn index_deviations(&self, modes: &ModesTable) -> Vec<ParameterId> {
        let mut all = self.guide_parameters(modes);
        all.retain(|&id| !self.is_of_roughness(id));
        self.deviating(&all)
    }

    /// Whether nothing but the roughness of walls depends on a parameter.
    pub(crate) fn is_of_roughness(&self, id: ParameterId) -> bool {
        // by the whole path's form: tables of a study may be called "roughness"
        let of_roughness = |(place, _): &(Place, _)| {
            let key = place.key();
            let ends = [".roughness.rms", ".roughness.correlation_length"];
            key.starts_with("cross_section.") && ends.iter().any(|end| key.ends_with(end))
        };
        self.parameters[id.0].uses.iter().all(of_roughness)
    }

    fn deviating(&self, all: &BTreeSet<ParameterId>) -> Vec<ParameterId> {
        let deviates = |id: &ParameterId| {
            let tolerance = self.parameters[id.0].tolerance;
            tolerance.is_some_and(|tolerance| tolerance.sigma > 0.0)
        };
        all.iter().copied().filter(deviates).collect()
    }

    /// `values` with a parameter so many standard deviations off its nominal value.
    pub(crate) fn deviated(
        &self,
        values: &ParameterValues,
        id: ParameterId,
        deviates: f64,
    ) -> ParameterValues {
        let parameter = &self.parameters[id.0];
        let sigma = parameter.tolerance.map_or(0.0, |tolerance| tolerance.sigma);
        values
            .clone()
            .with(id, parameter.nominal() + deviates * sigma)
    }
}

struct Planner<'s> {
    study: &'s Study,
    sweep: Sweep<'s>,
    diagnostics: Diagnostics,
    plan: Plan,
}

impl Planner<'_> {
    /// All assignments over `parameters`; none, reported at `place`, if they are too many.
    fn assignments(
        &mut self,
        place: &Place,
        parameters: &BTreeSet<ParameterId>,
    ) -> Vec<ParameterValues> {
        match self.sweep.assignments(parameters, self.plan.len()) {
            Ok(assignments) => assignments,
            Err(too_many) => {
                let diagnostic = self
                    .diagnostics
                    .error(place, format!("`{}` has {too_many} points", place.key()));
                diagnostic.allowed(format!("at most {} points in a study", sweep::MOST_POINTS));
                diagnostic.help("sweep fewer parameters at once, or fewer values of each");
                Vec::new()
            }
        }
    }

    fn modes_and_couplings(&mut self) {
        let study = self.study;
        let Some(wavelength) = study.wavelength else {
            return;
        };
        let mut lookups: BTreeMap<&str, Lookup> = BTreeMap::new();
        for modes in &study.modes {
            let parameters = self.sweep.of_modes(modes);
            let assignments = self.assignments(&modes.place, &parameters);
            self.check_modes(modes, &assignments);
            let mut lookup = Lookup::new(parameters);
            for values in assignments {
                lookup.insert(&values, self.plan.modes.len());
                self.plan.modes.push(ModePoint {
                    modes: modes.name.clone(),
                    wavelength: study.evaluate(&wavelength, &values),
                    temperature: study.evaluate(&study.temperature, &values),
                    values,
                });
            }
            lookups.insert(&modes.name, lookup);
        }
        for coupling in &study.couplings {
            let parameters = self.sweep.of_coupling(coupling);
            let assignments = self.assignments(&coupling.place, &parameters);
            self.check_coupling(coupling);
            for values in assignments {
                let port = |port: &Port| match port {
                    Port::Fiber(name) => Some(PortPoint::Fiber(name.clone())),
                    Port::Modes(name) => lookups
                        .get(name.as_str())?
                        .find(&values)
                        .map(PortPoint::Modes),
                };
                // absent only if the sweep of the modes was too large, which is reported
                if let (Some(from), Some(to)) = (port(&coupling.from), port(&coupling.to)) {
                    self.plan.couplings.push(CouplingPoint {
                        coupling: coupling.name.clone(),
                        wavelength: study.evaluate(&wavelength, &values),
                        temperature: study.evaluate(&study.temperature, &values),
                        from,
                        to,
                        values,
                    });
                }
            }
        }
    }

    fn gratings(&mut self) {
        let study = self.study;
        let Some(wavelength) = study.wavelength else {
            return;
        };
        for grating in &study.gratings {
            let parameters = self.sweep.of_grating(grating);
            let assignments = self.assignments(&grating.place, &parameters);
            self.check_grating(grating, &assignments);
            for values in assignments {
                let wavelengths = match wavelength.parameter() {
                    Some(id) if !parameters.contains(&id) => {
                        let all = study.parameters[id.0].values.iter();
                        all.map(|&w| Wavelength::from_si(w)).collect()
                    }
                    _ => vec![study.evaluate(&wavelength, &values)],
                };
                self.plan.gratings.push(GratingPoint {
                    grating: grating.name.clone(),
                    wavelengths,
                    temperature: study.evaluate(&study.temperature, &values),
                    values,
                });
            }
        }
    }

    fn tapers(&mut self) {
        let study = self.study;
        let Some(wavelength) = study.wavelength else {
            return;
        };
        for taper in &study.tapers {
            let parameters = self.sweep.of_taper(taper);
            let assignments = self.assignments(&taper.place, &parameters);
            self.check_taper(taper, wavelength, &assignments);
            for values in assignments {
                self.plan.tapers.push(TaperPoint {
                    taper: taper.name.clone(),
                    wavelength: study.evaluate(&wavelength, &values),
                    temperature: study.evaluate(&study.temperature, &values),
                    values,
                });
            }
        }
    }

    fn heats_and_lasers(&mut self) {
        let study = self.study;
        let mut lookups: BTreeMap<&str, Lookup> = BTreeMap::new();
        for heat in &study.heats {
            let parameters = self.sweep.of_heat(heat);
            let assignments = self.assignments(&heat.place, &parameters);
            self.check_heat(heat, &assignments);
            let mut lookup = Lookup::new(parameters);
            for values in assignments {
                lookup.insert(&values, self.plan.heats.len());
                self.plan.heats.push(HeatPoint {
                    heat: heat.name.clone(),
                    ambient: study.evaluate(&heat.ambient, &values),
                    values,
                });
            }
            lookups.insert(&heat.name, lookup);
        }
        for laser in &study.lasers {
            for heat in &laser.heats {
                let Some(lookup) = lookups.get(heat.as_str()) else {
                    continue;
                };
                let mut parameters = lookup.parameters.clone();
                laser.parameters(&mut parameters);
                for values in self.assignments(&laser.place, &parameters) {
                    self.check_laser(laser, &values);
                    if let Some(heat) = lookup.find(&values) {
                        let laser = laser.name.clone();
                        self.plan.lasers.push(LaserPoint {
                            laser,
                            heat,
                            values,
                        });
                    }
                }
            }
        }
    }
}
