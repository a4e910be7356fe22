//! A study with values put in: materials, fibres, boundaries and lasers as the solvers take them.

use std::sync::Arc;

use cpo_materials::{
    Angle, ConductivityLaw, Current, Length, Material, MaterialError, Power, Quantity, Resistance,
    SlopeEfficiency, Temperature, TemperatureDifference, Voltage, Wavelength, WavelengthDrift,
};

use cpo_solver::coupling::{CouplingError, Fiber as SolverFiber};
use cpo_solver::heat::Boundary;
use cpo_solver::laser::{LightCurrentFit, ReliabilityParameters};
use num_complex::Complex64;

use super::reader::evaluate;
use super::{
    CoatEntry, ConductivityEntry, CoreIndex, CouplingTable, Drive, Expr, FaceEntry, Faces,
    FiberKind, FiberTable, GratingTable, HeatTable, LaserTable, LightEntry, MaterialEntry,
    MaterialId, MaterialKind, ModesTable, NearField, Number, ParameterValues, StatedMaterial,
    Study, TaperTable,
};
use crate::error::{Report, StudyError};
use crate::file::{Diagnostic, Place, Severity};

/// A fibre carries one mode down to its theoretical cut-off wavelength over this, cables being bent (ITU-T G.650.1 tells
/// the cut-off of a cable from that of a fibre).
const CABLE_CUT_OFF: f64 = 1.1;

/// A fibre at one wavelength and temperature.
#[derive(Clone, Debug)]
pub struct Fiber {
    /// What its field is.
    pub model: FiberModel,
    /// Angle of the electric field from x towards y; without it the field is along that of what receives it.
    pub polarization: Option<Angle>,
}

/// What the field of a fibre is.
#[derive(Clone, Debug)]
pub enum FiberModel {
    /// A Gaussian field.
    Gaussian {
        /// 1/e² diameters of the intensity along x and y.
        mode_field_diameter: [Length; 2],
        /// From the end to the waist.
        working_distance: Length,
        /// Index of the glass; `None`: that of the gap.
        index: Option<f64>,
    },
    /// A step-index fibre.
    Step {
        /// Radius of the core.
        core_radius: Length,
        /// Index of the core.
        core_index: f64,
        /// Index of the cladding, below that of the core.
        cladding_index: f64,
    },
    /// A field by its values.
    Field {
        /// The values.
        field: Arc<NearField>,
        /// Index of the medium; `None`: that of the gap.
        index: Option<f64>,
    },
}

/// A gap at one wavelength and temperature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// Distance of the end faces.
    pub length: Length,
    /// Index of what fills it.
    pub index: f64,
}

/// A laser's numbers at one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaserValues {
    /// Temperature at which the others hold.
    pub reference_temperature: Temperature,
    /// Threshold current.
    pub threshold_current: Current,
    /// T₀ of the threshold.
    pub threshold_temperature: TemperatureDifference,
    /// Slope efficiency.
    pub slope_efficiency: SlopeEfficiency,
    /// T₁ of the slope efficiency.
    pub slope_temperature: TemperatureDifference,
    /// Turn-on voltage.
    pub turn_on_voltage: Voltage,
    /// Series resistance.
    pub series_resistance: Resistance,
    /// Wavelength and its drift with temperature, if stated.
    pub emission: Option<(Wavelength, WavelengthDrift)>,
    /// What is given of each laser.
    pub drive: DriveValue,
    /// The fit that threshold, slope and their temperatures come from, if they are fitted.
    pub fit: Option<LightCurrentFit>,
    /// How it ages, if stated.
    pub reliability: Option<ReliabilityParameters>,
    /// Mode spacing, drift of the mode selector and its detuning, if stated.
    pub mode_hop: Option<(Wavelength, WavelengthDrift, Length)>,
}

/// What is given of each laser at one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DriveValue {
    /// Its current.
    Current(Current),
    /// Its optical power.
    Power(Power),
}

/// A mistake at a place of the study, before it becomes a [`StudyError`].
pub(crate) type Mistake = Box<Diagnostic>;

pub(crate) fn find<'a, T>(
    tables: &'a [T],
    kind: &'static str,
    name: &str,
    name_of: impl Fn(&T) -> &str,
) -> Result<&'a T, StudyError> {
    tables
        .iter()
        .find(|table| name_of(table) == name)
        .ok_or_else(|| StudyError::NoSuchTable {
            table: kind,
            name: name.to_owned(),
        })
}

impl From<Mistake> for StudyError {
    fn from(mistake: Mistake) -> Self {
        Self::Invalid(Report {
            diagnostics: vec![*mistake],
        })
    }
}

impl Study {
    /// The value of `expr`, parameters absent from `values` being nominal.
    pub fn evaluate<Q: Quantity>(&self, expr: &Expr<Q>, values: &ParameterValues) -> Q {
        evaluate(&self.parameters, expr, values)
    }

    pub(crate) fn mistake(&self, place: &Place, message: impl Into<String>) -> Mistake {
        Box::new(Diagnostic::new(
            Severity::Error,
            self.source.location(place),
            message,
        ))
    }

    /// `[modes.NAME]`.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`], as the other look-ups by name.
    pub fn modes_table(&self, name: &str) -> Result<&ModesTable, StudyError> {
        find(&self.modes, "modes", name, |t| &t.name)
    }

    /// `[coupling.NAME]`.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`].
    pub fn coupling_table(&self, name: &str) -> Result<&CouplingTable, StudyError> {
        find(&self.couplings, "coupling", name, |t| &t.name)
    }

    /// `[heat.NAME]`.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`].
    pub fn heat_table(&self, name: &str) -> Result<&HeatTable, StudyError> {
        find(&self.heats, "heat", name, |t| &t.name)
    }

    /// `[laser.NAME]`.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`].
    pub fn laser_table(&self, name: &str) -> Result<&LaserTable, StudyError> {
        find(&self.lasers, "laser", name, |t| &t.name)
    }

    /// The material `id` with values put in.
    ///
    /// # Errors
    /// [`StudyError::Invalid`] for values that no material has.
    pub fn material(
        &self,
        id: MaterialId,
        values: &ParameterValues,
    ) -> Result<Material, StudyError> {
        Ok(self.make_material(id, values)?)
    }

    pub(crate) fn make_material(
        &self,
        id: MaterialId,
        values: &ParameterValues,
    ) -> Result<Material, Mistake> {
        self.entered_material(&self.materials[id.0], values)
    }

    fn entered_material(
        &self,
        entry: &MaterialEntry,
        values: &ParameterValues,
    ) -> Result<Material, Mistake> {
        match &entry.kind {
            MaterialKind::Data(material) => Ok(material.clone()),
            MaterialKind::Oriented(oriented) => oriented
                .material
                .with_optic_axis(oriented.axis(&self.parameters, values))
                .map_err(|error| self.mistake(&entry.place, error.to_string())),
            MaterialKind::Stated(stated) => self
                .stated_material(&entry.name, stated, values)
                .map_err(|error| self.mistake(&entry.place, error.to_string())),
            MaterialKind::Columns(mixture) => {
                let columns = self.entered_material(&mixture.columns, values)?;
                let matrix = self.entered_material(&mixture.matrix, values)?;
                let fill = self.evaluate(&mixture.fill, values).si();
                Material::columns_in(&entry.name, &columns, &matrix, fill)
                    .map_err(|error| self.mistake(&entry.place, error.to_string()))
            }
        }
    }

    fn stated_material(
        &self,
        name: &str,
        stated: &StatedMaterial,
        values: &ParameterValues,
    ) -> Result<Material, MaterialError> {
        let StatedMaterial {
            index,
            extinction,
            dn_dt,
            conductivity,
            density,
            heat_capacity,
        } = stated;
        let mut builder = Material::builder(name);
        if let Some(n) = index {
            builder = builder.index(self.evaluate(n, values).si());
        }
        if let Some(k) = extinction {
            builder = builder.extinction(self.evaluate(k, values).si());
        }
        if let Some((slope, reference)) = dn_dt {
            builder = builder.dn_dt(
                self.evaluate(slope, values),
                self.evaluate(reference, values),
            );
        }
        if let Some(ConductivityEntry { k, power }) = conductivity {
            let [in_plane, through] = k.each_ref().map(|k| {
                let at_reference = self.evaluate(k, values);
                match power {
                    None => ConductivityLaw::Constant(at_reference),
                    Some(power) => ConductivityLaw::PowerLaw {
                        at_reference,
                        reference: self.evaluate(&power.reference, values),
                        exponent: self.evaluate(&power.exponent, values).si(),
                        range: power.range.map(|end| self.evaluate(&end, values)),
                    },
                }
            });
            builder = builder.conductivity_laws(in_plane, through);
        }
        if let Some(density) = density {
            builder = builder.density(self.evaluate(density, values));
        }
        if let Some(heat_capacity) = heat_capacity {
            builder = builder.heat_capacity(self.evaluate(heat_capacity, values));
        }
        builder.build()
    }

    /// The fibre `name` with values put in.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`]; [`StudyError::Invalid`] if the cladding's data do not cover the
    /// conditions or the core does not guide.
    pub fn fiber(
        &self,
        name: &str,
        values: &ParameterValues,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<Fiber, StudyError> {
        let table = find(&self.fibers, "fiber", name, |t| &t.name)?;
        Ok(self.make_fiber(table, values, wavelength, temperature)?)
    }

    pub(crate) fn make_fiber(
        &self,
        table: &FiberTable,
        values: &ParameterValues,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<Fiber, Mistake> {
        let model = self.fiber_model(table, values, wavelength, temperature)?;
        let polarization = table
            .polarization
            .map(|angle| self.evaluate(&angle, values));
        Ok(Fiber {
            model,
            polarization,
        })
    }

    fn fiber_model(
        &self,
        table: &FiberTable,
        values: &ParameterValues,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<FiberModel, Mistake> {
        let glass = |id| self.index_at(id, &table.cladding_place, values, wavelength, temperature);
        match &table.kind {
            FiberKind::Gaussian {
                mode_field_diameter,
                working_distance,
                cladding,
            } => Ok(FiberModel::Gaussian {
                mode_field_diameter: mode_field_diameter.map(|d| self.evaluate(&d, values)),
                working_distance: self.evaluate(working_distance, values),
                index: cladding.map(glass).transpose()?,
            }),
            FiberKind::Step {
                core_radius,
                core_index,
                cladding,
                multimode,
            } => {
                let cladding_index = glass(*cladding)?;
                let core_index = match core_index {
                    CoreIndex::Absolute(n) => self.evaluate(n, values).si(),
                    CoreIndex::AboveCladding(step) => {
                        cladding_index + self.evaluate(step, values).si()
                    }
                    CoreIndex::NumericalAperture(aperture) => {
                        cladding_index.hypot(self.evaluate(aperture, values).si())
                    }
                };
                if core_index <= cladding_index {
                    let mut mistake = self.mistake(
                        &table.place,
                        format!(
                            "the fibre \"{}\" does not guide at {wavelength}: core index {core_index}, \
                             cladding {cladding_index:.6}",
                            table.name
                        ),
                    );
                    mistake.help(
                        "give `core_index` above the cladding's, or { above_cladding = 0.0052 }",
                    );
                    return Err(mistake);
                }
                let core_radius = self.evaluate(core_radius, values);
                let alone = |wavelength: f64| {
                    let wavelength = Wavelength::from_si(wavelength);
                    SolverFiber::step_index(core_radius, core_index, cladding_index, wavelength)
                        .and_then(SolverFiber::single_mode)
                };
                // just below its cut-off wavelength the second mode is lost in bends
                let is_multimode = !multimode && alone(CABLE_CUT_OFF * wavelength.si()).is_err();
                if let (true, Err(error @ CouplingError::FiberMultimode { .. })) =
                    (is_multimode, alone(wavelength.si()))
                {
                    let told = format!("fiber.{}: {error}", table.name);
                    let mut mistake = self.mistake(&table.place, told);
                    mistake.help("or say multimode = true, to use its first mode alone");
                    return Err(mistake);
                }
                Ok(FiberModel::Step {
                    core_radius,
                    core_index,
                    cladding_index,
                })
            }
            FiberKind::Class(class, cladding) => {
                let [shortest, longest] = class.range;
                if wavelength < shortest || wavelength > longest {
                    let name = class.name;
                    let told = format!(
                        "fiber.{}: {name} carries no single mode at {wavelength}",
                        table.name
                    );
                    let mut mistake = self.mistake(&table.place, told);
                    mistake.allowed(format!("{shortest} to {longest} ({})", class.source));
                    return Err(mistake);
                }
                let cladding_index = glass(*cladding)?;
                Ok(FiberModel::Step {
                    core_radius: class.core_radius,
                    core_index: cladding_index + class.index_step,
                    cladding_index,
                })
            }
            FiberKind::Field { field, index } => Ok(FiberModel::Field {
                field: Arc::clone(field),
                index: index.map(|n| self.evaluate(&n, values).si()),
            }),
        }
    }

    /// Real index of a material asked for at `place`.
    fn index_at(
        &self,
        id: MaterialId,
        place: &Place,
        values: &ParameterValues,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<f64, Mistake> {
        let material = self.make_material(id, values)?;
        let index = material
            .refractive_index(wavelength, temperature)
            .map_err(|error| self.mistake(place, error.to_string()))?;
        Ok(index.re)
    }

    /// The gap of the coupling `name`, `None` if the end faces touch.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`]; [`StudyError::Invalid`] if the medium's data do not cover the
    /// conditions.
    pub fn gap(
        &self,
        name: &str,
        values: &ParameterValues,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<Option<Gap>, StudyError> {
        let table = self.coupling_table(name)?;
        Ok(self.make_gap(table, values, wavelength, temperature)?)
    }

    pub(crate) fn make_gap(
        &self,
        table: &CouplingTable,
        values: &ParameterValues,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<Option<Gap>, Mistake> {
        let Some(gap) = &table.gap else {
            return Ok(None);
        };
        let index = self.index_at(gap.material, &gap.place, values, wavelength, temperature)?;
        Ok(Some(Gap {
            length: self.evaluate(&gap.length, values),
            index,
        }))
    }

    /// Layers of a facet with values put in: complex index and thickness, from the gap inwards.
    ///
    /// # Errors
    /// [`StudyError::Invalid`] if a medium's data do not cover the conditions.
    pub fn coat(
        &self,
        layers: &[CoatEntry],
        values: &ParameterValues,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<Vec<(Complex64, Length)>, StudyError> {
        let layer = |entry: &CoatEntry| -> Result<(Complex64, Length), Mistake> {
            let material = self.make_material(entry.material, values)?;
            let index = material
                .refractive_index(wavelength, temperature)
                .map_err(|error| self.mistake(&entry.place, error.to_string()))?;
            Ok((index, self.evaluate(&entry.thickness, values)))
        };
        let layers: Result<Vec<_>, Mistake> = layers.iter().map(layer).collect();
        Ok(layers?)
    }

    /// `[grating.NAME]`.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`].
    pub fn grating_table(&self, name: &str) -> Result<&GratingTable, StudyError> {
        find(&self.gratings, "grating", name, |t| &t.name)
    }

    /// `[taper.NAME]`.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`].
    pub fn taper_table(&self, name: &str) -> Result<&TaperTable, StudyError> {
        find(&self.tapers, "taper", name, |t| &t.name)
    }

    /// Conditions at the faces of the heat problem `name`.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`].
    pub fn faces(
        &self,
        name: &str,
        values: &ParameterValues,
    ) -> Result<Faces<Boundary>, StudyError> {
        Ok(self.make_faces(self.heat_table(name)?, values))
    }

    pub(crate) fn make_faces(
        &self,
        table: &HeatTable,
        values: &ParameterValues,
    ) -> Faces<Boundary> {
        let outside = |ambient: &Option<Expr<Temperature>>| {
            self.evaluate(&ambient.unwrap_or(table.ambient), values)
        };
        table.faces.map(|face| match face {
            FaceEntry::Insulated => Boundary::Insulated,
            FaceEntry::Convection {
                coefficient,
                ambient,
            } => Boundary::Convection {
                coefficient: self.evaluate(coefficient, values),
                ambient: outside(ambient),
            },
            FaceEntry::Radiation {
                coefficient,
                emissivity,
                ambient,
            } => Boundary::Radiation {
                coefficient: self.evaluate(coefficient, values),
                emissivity: self.evaluate(emissivity, values).si(),
                ambient: outside(ambient),
            },
            FaceEntry::Coolant {
                coefficient,
                inlet,
                capacity_rate,
                towards,
            } => Boundary::Coolant {
                coefficient: self.evaluate(coefficient, values),
                inlet: outside(inlet),
                capacity_rate: self.evaluate(capacity_rate, values),
                towards: *towards,
            },
            FaceEntry::Temperature(t) => Boundary::Temperature(self.evaluate(t, values)),
            FaceEntry::Flux(q) => Boundary::Flux(self.evaluate(q, values)),
        })
    }

    /// The laser `name` with values put in.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`].
    pub fn laser(&self, name: &str, values: &ParameterValues) -> Result<LaserValues, StudyError> {
        Ok(self.make_laser(self.laser_table(name)?, values))
    }

    pub(crate) fn make_laser(&self, laser: &LaserTable, values: &ParameterValues) -> LaserValues {
        let reference_temperature = self.evaluate(&laser.reference_temperature, values);
        let (fit, light) = match &laser.light {
            LightEntry::Stated {
                threshold_current,
                threshold_temperature,
                slope_efficiency,
                slope_temperature,
            } => (
                None,
                (
                    self.evaluate(threshold_current, values),
                    self.evaluate(threshold_temperature, values),
                    self.evaluate(slope_efficiency, values),
                    self.evaluate(slope_temperature, values),
                ),
            ),
            LightEntry::Fitted(fit) => {
                let fit = fit.at(reference_temperature);
                let light = (
                    fit.threshold().0,
                    fit.threshold_temperature().0,
                    fit.slope().0,
                    fit.slope_temperature().0,
                );
                (Some(fit), light)
            }
        };
        let (threshold_current, threshold_temperature, slope_efficiency, slope_temperature) = light;
        LaserValues {
            reference_temperature,
            threshold_current,
            threshold_temperature,
            slope_efficiency,
            slope_temperature,
            turn_on_voltage: self.evaluate(&laser.turn_on_voltage, values),
            series_resistance: self.evaluate(&laser.series_resistance, values),
            emission: laser
                .emission
                .map(|(w, drift)| (self.evaluate(&w, values), self.evaluate(&drift, values))),
            drive: match &laser.drive {
                Drive::Current(current) => DriveValue::Current(self.evaluate(current, values)),
                Drive::Power(power) => DriveValue::Power(self.evaluate(power, values)),
            },
            fit,
            reliability: laser.reliability.map(|law| ReliabilityParameters {
                failure_rate: self.evaluate(&law.failure_rate, values),
                activation_energy: self.evaluate(&law.activation_energy, values),
                reference: self.evaluate(&law.junction_temperature, values),
                current: law.current.map(|(current, exponent)| {
                    let Number(exponent) = self.evaluate(&exponent, values);
                    (self.evaluate(&current, values), exponent)
                }),
            }),
            mode_hop: laser.mode_hop.map(|hop| {
                (
                    self.evaluate(&hop.spacing, values),
                    self.evaluate(&hop.selector_drift, values),
                    self.evaluate(&hop.detuning, values),
                )
            }),
        }
    }
}
