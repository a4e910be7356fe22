//! `[laser.NAME]`: light, current and voltage of the lasers of a floorplan, with their heat.

use std::collections::BTreeSet;

use cpo_materials::{
    Current, Energy, FailureRate, Length, Power, Quantity, Resistance, SlopeEfficiency,
    Temperature, TemperatureDifference, Voltage, Wavelength, WavelengthDrift,
};
use cpo_solver::laser::LightCurrentFit;

use super::material::all_or;
use super::reader::{Limit, Reader};
use super::schema::{LASER, MODE_HOP, RELIABILITY};
use super::{Expr, Number, ParameterId};
use crate::file::{Cursor, Place, Table, Value};

/// Temperature at which laser data are stated unless the study says otherwise.
const REFERENCE: Temperature = Temperature::celsius(25.0);

/// Equal lasers, all driven alike.
#[derive(Clone, Debug)]
pub struct LaserTable {
    /// Name.
    pub name: String,
    /// Names of the heat problems in each of which the lasers are computed.
    pub heats: Vec<String>,
    /// Names of the sources that are lasers, arrays written out.
    pub sources: Vec<String>,
    /// Temperature at which the values below hold.
    pub reference_temperature: Expr<Temperature>,
    /// Threshold and slope efficiency.
    pub light: LightEntry,
    /// Turn-on voltage.
    pub turn_on_voltage: Expr<Voltage>,
    /// Series resistance.
    pub series_resistance: Expr<Resistance>,
    /// Wavelength at the reference temperature and its drift; without it none is computed.
    pub emission: Option<(Expr<Wavelength>, Expr<WavelengthDrift>)>,
    /// What is given of each laser.
    pub drive: Drive,
    /// How it ages; without it no failure rate is computed.
    pub reliability: Option<ReliabilityEntry>,
    /// What selects its mode; without it no mode hops are computed.
    pub mode_hop: Option<ModeHopEntry>,
    /// Where it is written.
    pub place: Place,
}

/// Threshold and slope efficiency of a laser.
#[derive(Clone, Copy, Debug)]
pub enum LightEntry {
    /// As the study states them.
    Stated {
        /// Threshold current at the reference temperature.
        threshold_current: Expr<Current>,
        /// T₀ of the threshold, I_th ∝ exp(T/T₀).
        threshold_temperature: Expr<TemperatureDifference>,
        /// Slope efficiency at the reference temperature.
        slope_efficiency: Expr<SlopeEfficiency>,
        /// T₁ of the slope efficiency, ∝ exp(−T/T₁).
        slope_temperature: Expr<TemperatureDifference>,
    },
    /// Fitted to light-current curves, with their uncertainty.
    Fitted(LightCurrentFit),
}

/// The Arrhenius law of a laser.
#[derive(Clone, Copy, Debug)]
pub struct ReliabilityEntry {
    /// Rate at the temperature and the current that follow.
    pub failure_rate: Expr<FailureRate>,
    /// Activation energy.
    pub activation_energy: Expr<Energy>,
    /// Junction temperature at which the rate holds.
    pub junction_temperature: Expr<Temperature>,
    /// Current at which it holds and exponent of the current law, if the rate depends on the current.
    pub current: Option<(Expr<Current>, Expr<Number>)>,
}

/// What selects the mode of a laser.
#[derive(Clone, Copy, Debug)]
pub struct ModeHopEntry {
    /// Distance between modes.
    pub spacing: Expr<Wavelength>,
    /// Drift of the grating or the gain peak.
    pub selector_drift: Expr<WavelengthDrift>,
    /// How far it stands beyond the lasing mode at the reference temperature.
    pub detuning: Expr<Length>,
}

/// What is given of each laser.
#[derive(Clone, Copy, Debug)]
pub enum Drive {
    /// Its current.
    Current(Expr<Current>),
    /// Its optical power; the current follows.
    Power(Expr<Power>),
}

impl LaserTable {
    /// Parameters of the lasers, without those of the heat problem.
    pub(crate) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
        found.extend(self.reference_temperature.parameter());
        if let LightEntry::Stated {
            threshold_current,
            threshold_temperature,
            slope_efficiency,
            slope_temperature,
        } = &self.light
        {
            found.extend(threshold_current.parameter());
            found.extend(threshold_temperature.parameter());
            found.extend(slope_efficiency.parameter());
            found.extend(slope_temperature.parameter());
        }
        if let Some(entry) = &self.reliability {
            found.extend(entry.failure_rate.parameter());
            found.extend(entry.activation_energy.parameter());
            found.extend(entry.junction_temperature.parameter());
            if let Some((current, exponent)) = &entry.current {
                found.extend(current.parameter());
                found.extend(exponent.parameter());
            }
        }
        if let Some(entry) = &self.mode_hop {
            found.extend(entry.spacing.parameter());
            found.extend(entry.selector_drift.parameter());
            found.extend(entry.detuning.parameter());
        }
        found.extend(self.turn_on_voltage.parameter());
        found.extend(self.series_resistance.parameter());
        if let Some((wavelength, drift)) = &self.emission {
            found.extend(wavelength.parameter());
            found.extend(drift.parameter());
        }
        found.extend(match &self.drive {
            Drive::Current(current) => current.parameter(),
            Drive::Power(power) => power.parameter(),
        });
    }
}

/// A heat problem as a laser sees it.
pub(crate) struct LaserHeat {
    pub(crate) name: String,
    /// The floorplan and its sources; `None` if there is a mistake in them.
    pub(crate) sources: Option<(String, Vec<String>)>,
}

impl Reader {
    /// Reads a laser; `heats` are all heat problems of the study.
    pub(crate) fn laser(
        &mut self,
        name: &str,
        cursor: &Cursor<'_>,
        heats: &[LaserHeat],
    ) -> Option<LaserTable> {
        let table = self.diagnostics.table(cursor, LASER)?;
        let heat = self.diagnostics.required(&table, "heat");
        let of = heat.and_then(|c| self.laser_heats(&c, heats));
        let sources = self.diagnostics.required(&table, "sources");
        let sources = match (&of, sources) {
            (Some(of), Some(at)) => self.laser_sources(&at, of, heats),
            _ => None,
        };
        let reference_temperature =
            self.or(&table, "reference_temperature", Limit::Positive, REFERENCE);
        let light = self.light(&table);
        let turn_on_voltage = self.need(&table, "turn_on_voltage", Limit::Positive);
        let series_resistance = self.need(&table, "series_resistance", Limit::NotNegative);
        let emission = if table.has("wavelength") || table.has("wavelength_drift") {
            let wavelength = self.need(&table, "wavelength", Limit::Positive);
            let drift = self.need(&table, "wavelength_drift", Limit::Any);
            Some(wavelength.zip(drift))
        } else {
            None
        };
        let reliability = table.get("reliability").map(|c| self.reliability(&c));
        let mode_hop = table
            .get("mode_hop")
            .map(|c| self.mode_hop(&c, emission.is_some()));
        let both = self.exclusive(&table, ["current", "power"]);
        let drive = match (table.get("current"), table.get("power")) {
            _ if both => None,
            (Some(current), _) => self.expr(&current, Limit::NotNegative).map(Drive::Current),
            (None, Some(power)) => self.expr(&power, Limit::NotNegative).map(Drive::Power),
            (None, None) if table.misspells("current") || table.misspells("power") => None,
            (None, None) => {
                self.diagnostics
                    .error(
                        table.place(),
                        format!(
                            "`{}` does not say how the lasers are driven",
                            cursor.place.key
                        ),
                    )
                    .allowed("`current` or `power`")
                    .help("add, for example, current = \"60 mA\"");
                None
            }
        };
        Some(LaserTable {
            name: name.to_owned(),
            heats: of?.into_iter().map(|at| heats[at].name.clone()).collect(),
            sources: sources?,
            reference_temperature: reference_temperature?,
            light: light?,
            turn_on_voltage: turn_on_voltage?,
            series_resistance: series_resistance?,
            emission: all_or(emission)?,
            drive: drive?,
            reliability: all_or(reliability)?,
            mode_hop: all_or(mode_hop)?,
            place: cursor.place.clone(),
        })
    }

    fn light(&mut self, table: &Table<'_>) -> Option<LightEntry> {
        const STATED: [&str; 4] = [
            "threshold_current",
            "threshold_temperature",
            "slope_efficiency",
            "slope_temperature",
        ];
        if let Some(file) = table.get("light_current") {
            let mut both = false;
            for key in STATED {
                both |= self.exclusive(table, ["light_current", key]);
            }
            let fit = self.light_current(&file);
            return if both {
                None
            } else {
                fit.map(LightEntry::Fitted)
            };
        }
        let threshold_current = self.need(table, STATED[0], Limit::Positive);
        let threshold_temperature = self.need(table, STATED[1], Limit::Positive);
        let slope_efficiency = self.need(table, STATED[2], Limit::Positive);
        let slope_temperature = self.need(table, STATED[3], Limit::Positive);
        Some(LightEntry::Stated {
            threshold_current: threshold_current?,
            threshold_temperature: threshold_temperature?,
            slope_efficiency: slope_efficiency?,
            slope_temperature: slope_temperature?,
        })
    }

    fn reliability(&mut self, cursor: &Cursor<'_>) -> Option<ReliabilityEntry> {
        let table = self.diagnostics.table(cursor, RELIABILITY)?;
        let failure_rate = self.need(&table, "failure_rate", Limit::NotNegative);
        let activation_energy = self.need(&table, "activation_energy", Limit::NotNegative);
        let junction_temperature = self.need(&table, "junction_temperature", Limit::Positive);
        let current = if table.has("current") || table.has("current_exponent") {
            let current = self.need(&table, "current", Limit::Positive);
            let exponent = self.need(&table, "current_exponent", Limit::NotNegative);
            Some(current.zip(exponent))
        } else {
            None
        };
        Some(ReliabilityEntry {
            failure_rate: failure_rate?,
            activation_energy: activation_energy?,
            junction_temperature: junction_temperature?,
            current: all_or(current)?,
        })
    }

    fn mode_hop(&mut self, cursor: &Cursor<'_>, has_wavelength: bool) -> Option<ModeHopEntry> {
        let table = self.diagnostics.table(cursor, MODE_HOP)?;
        let spacing = self.need::<Wavelength>(&table, "spacing", Limit::Positive);
        let selector_drift = self.need(&table, "selector_drift", Limit::Any);
        let none = Length::from_si(0.0);
        let detuning = self.or(&table, "detuning", Limit::Any, none);
        if !has_wavelength {
            self.diagnostics
                .error(&cursor.place, "mode hops need the wavelength of the laser")
                .allowed("`wavelength` and `wavelength_drift` beside `mode_hop`");
            return None;
        }
        let (spacing, detuning) = (spacing?, detuning?);
        let widest = self.all_values(&spacing).into_iter().fold(0.0, f64::max);
        let far = |d: &f64| d.abs() > 0.5 * widest;
        if let (Some(d), Some(at)) = (
            self.all_values(&detuning).into_iter().find(far),
            table.get("detuning"),
        ) {
            self.diagnostics
                .error(
                    &at.place,
                    format!(
                        "another mode is nearer to a selector {} off",
                        Length::from_si(d)
                    ),
                )
                .allowed(format!(
                    "a detuning of at most half the spacing, {} either way",
                    Length::from_si(0.5 * widest)
                ));
            return None;
        }
        Some(ModeHopEntry {
            spacing,
            selector_drift: selector_drift?,
            detuning,
        })
    }

    fn laser_heats(&mut self, cursor: &Cursor<'_>, heats: &[LaserHeat]) -> Option<Vec<usize>> {
        let names: Vec<String> = heats.iter().map(|heat| heat.name.clone()).collect();
        if !matches!(cursor.node.value, Value::Array(_)) {
            return Some(vec![self.table_named(cursor, "heat", &names)?]);
        }
        let items = self.diagnostics.items(cursor)?;
        if items.is_empty() {
            self.diagnostics
                .error(&cursor.place, "a laser needs a heat problem")
                .allowed("[heat.NAME]");
            return None;
        }
        let mut seen = Vec::new();
        let mut found = Vec::new();
        for item in &items {
            let at = self.table_named(item, "heat", &names)?;
            self.unique(
                &mut seen,
                &names[at],
                &item.place,
                "heat problems of this laser",
            );
            found.push(at);
        }
        Some(found)
    }

    /// The sources called by name or by the name of their array, or by several such names.
    fn laser_sources(
        &mut self,
        cursor: &Cursor<'_>,
        of: &[usize],
        heats: &[LaserHeat],
    ) -> Option<Vec<String>> {
        if !matches!(&cursor.node.value, Value::Array(_)) {
            return self.sources_called(cursor, of, heats);
        }
        let items = self.diagnostics.items(cursor)?;
        let mut all: Vec<String> = Vec::new();
        for item in &items {
            for name in self.sources_called(item, of, heats)? {
                if all.contains(&name) {
                    self.diagnostics
                        .error(&item.place, format!("\"{name}\" is named twice"))
                        .help("remove one of the names");
                    return None;
                }
                all.push(name);
            }
        }
        if all.is_empty() {
            self.diagnostics
                .error(&cursor.place, "no source is named")
                .help("name at least one");
            return None;
        }
        Some(all)
    }

    /// The sources called by name or by the name of their array, in every one of the heat problems.
    pub(super) fn sources_called(
        &mut self,
        cursor: &Cursor<'_>,
        of: &[usize],
        heats: &[LaserHeat],
    ) -> Option<Vec<String>> {
        let wanted = self.diagnostics.string(cursor)?;
        let mut found: Option<Vec<String>> = None;
        for &at in of {
            let heat = &heats[at];
            let (floorplan, names) = heat.sources.as_ref()?;
            let member = |name: &&String| {
                let rest = name.strip_prefix(wanted);
                rest.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
            };
            // "laser1" is one source, also where there is a "laser10"
            let these: Vec<String> = match names.iter().find(|name| *name == wanted) {
                Some(name) => vec![name.clone()],
                None => names.iter().filter(member).cloned().collect(),
            };
            if these.is_empty() || wanted.is_empty() {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let message = format!("[floorplan.{floorplan}] has no source \"{wanted}\"");
                let instead = "a floorplan with sources";
                self.diagnostics
                    .no_such_name(&cursor.place, message, wanted, &names, instead);
                return None;
            }
            match &found {
                Some(first) if *first != these => {
                    self.diagnostics
                        .error(
                            &cursor.place,
                            format!(
                                "\"{wanted}\" means other sources in [heat.{}] than in [heat.{}]",
                                heat.name, heats[of[0]].name
                            ),
                        )
                        .help("write one laser table for each heat problem");
                    return None;
                }
                _ => found = Some(these),
            }
        }
        found
    }
}
