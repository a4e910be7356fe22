//! One file of the catalogue: TOML, described in the crate's README.

use crate::dispersion::{Dispersion, Formula, Table};
use crate::material::MaterialData;
use crate::optics::{Optics, Principal, ThermoOptic};
use crate::thermal::{ConductivityLaw, Thermal};
use crate::{
    AnyQuantity, Density, Dimension, Length, Material, MaterialError, OpticAxis, OpticAxisError,
    PerKelvin, Quantity, Source, SpecificHeat, Temperature, ThermalConductivity, UnitError,
    Wavelength,
};
use serde::Deserialize;

/// An entry whose thermal data may be those of another one.
pub(super) struct Entry {
    data: MaterialData,
    thermal_from: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    substance: String,
    #[serde(default)]
    aliases: Vec<String>,
    source: Option<SourceTable>,
    index: Option<IndexTable>,
    extraordinary: Option<IndexTable>,
    optic_axis: Option<String>,
    thermo_optic: Option<ThermoOpticTable>,
    thermal: Option<ThermalTable>,
    thermal_from: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceTable {
    reference: String,
    doi: Option<String>,
    temperature: Option<String>,
    licence: Option<String>,
    comment: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexTable {
    formula: Option<u8>,
    coefficients: Option<Vec<f64>>,
    range: Option<[String; 2]>,
    wavelength_unit: Option<String>,
    n: Option<Vec<[f64; 2]>>,
    nk: Option<Vec<[f64; 3]>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThermoOpticTable {
    dn_dt: Option<String>,
    wavelength_unit: Option<String>,
    dn_dt_per_kelvin: Option<Vec<[f64; 2]>>,
    curvature: Option<String>,
    reference_temperature: String,
    range: [String; 2],
    source: SourceTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThermalTable {
    conductivity: Option<ConductivityTable>,
    density: Option<String>,
    heat_capacity: Option<String>,
    source: SourceTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConductivityTable {
    isotropic: Option<String>,
    in_plane: Option<String>,
    through: Option<String>,
    exponent: Option<f64>,
    reference_temperature: Option<String>,
    range: Option<[String; 2]>,
}

/// Reads the text of a file; `file` names it in errors.
pub(super) fn read(file: &str, text: &str) -> Result<Entry, MaterialError> {
    let bad = |reason: String| MaterialError::Data {
        material: file.to_owned(),
        reason,
    };
    let parsed: File = toml::from_str(text).map_err(|error| bad(error.to_string()))?;
    parsed.entry().map_err(|error| bad(error.to_string()))
}

/// Gives the entries that ask for it the thermal data of the entry they name, and checks that every
/// name and alias is used once.
pub(super) fn link(mut entries: Vec<Entry>) -> Result<Vec<Material>, MaterialError> {
    let mut names: Vec<&str> = Vec::new();
    for Entry { data, .. } in &entries {
        for name in std::iter::once(&data.name).chain(&data.aliases) {
            if names.contains(&name.as_str()) {
                return Err(malformed(
                    &data.name,
                    format!("the name '{name}' is used twice"),
                ));
            }
            names.push(name);
        }
    }
    for i in 0..entries.len() {
        let Some(name) = entries[i].thermal_from.take() else {
            continue;
        };
        let linked = entries
            .iter()
            .find(|entry| entry.data.name == name && entry.data.thermal.is_some());
        let Some(Entry { data: linked, .. }) = linked else {
            return Err(malformed(
                &entries[i].data.name,
                format!("thermal_from: no thermal entry is named '{name}'"),
            ));
        };
        let (thermal, source) = (linked.thermal.clone(), linked.thermal_source.clone());
        entries[i].data.thermal = thermal;
        entries[i].data.thermal_source = source;
    }
    Ok(entries.into_iter().map(|entry| entry.data.into()).collect())
}

fn malformed(material: &str, reason: impl Into<String>) -> MaterialError {
    MaterialError::Data {
        material: material.to_owned(),
        reason: reason.into(),
    }
}

impl File {
    fn entry(self) -> Result<Entry, MaterialError> {
        let bad = |reason: &str| malformed(&self.name, reason);
        let own = self.source.map(SourceTable::source).transpose()?;
        let temperature = own.as_ref().and_then(|source| source.temperature);
        let mut thermo_optic = ThermoOptic::Unknown { temperature };
        let mut thermo_optic_source = None;
        if let Some(table) = self.thermo_optic {
            (thermo_optic, thermo_optic_source) =
                table.read().map(|(law, source)| (law, Some(source)))?;
        }
        let mut optics = None;
        if let Some(index) = self.index {
            let ordinary = index.principal(&self.name, thermo_optic.clone())?;
            let extraordinary = match (self.extraordinary, self.optic_axis.as_deref()) {
                (None, None) => None,
                (Some(index), Some(axis)) => {
                    let axis: OpticAxis = axis
                        .parse()
                        .map_err(|error: OpticAxisError| bad(&error.to_string()))?;
                    Some((index.principal(&self.name, thermo_optic)?, axis))
                }
                _ => return Err(bad("extraordinary and optic_axis go together")),
            };
            optics = Some(Optics {
                ordinary,
                extraordinary,
            });
        } else if self.extraordinary.is_some() || thermo_optic_source.is_some() {
            return Err(bad("index is missing"));
        }
        let range = optics
            .as_ref()
            .and_then(Optics::wavelength_range)
            .map(|range| range.map(Wavelength::from_si));
        let source = own.map(|source| Source {
            wavelength_range: range,
            ..source
        });
        if optics.is_some() != source.is_some() {
            return Err(bad("index and source go together"));
        }
        let (mut thermal, mut thermal_source) = (None, None);
        if let Some(table) = self.thermal {
            if self.thermal_from.is_some() {
                return Err(bad("give thermal or thermal_from, not both"));
            }
            let (data, source) = table.read(&self.name)?;
            (thermal, thermal_source) = (Some(data), Some(source));
        }
        let data = MaterialData {
            name: self.name,
            substance: Some(self.substance),
            aliases: self.aliases,
            optics,
            thermal,
            source,
            thermo_optic_source,
            thermal_source,
        };
        Ok(Entry {
            data,
            thermal_from: self.thermal_from,
        })
    }
}

impl SourceTable {
    fn source(self) -> Result<Source, UnitError> {
        let temperature = self
            .temperature
            .as_deref()
            .map(Temperature::parse)
            .transpose()?;
        let Self {
            doi,
            licence,
            comment,
            ..
        } = self;
        Ok(Source {
            doi,
            temperature,
            licence,
            comment,
            ..Source::of(self.reference)
        })
    }
}

/// The SI value of a unit of length.
fn unit_of_length(unit: Option<&str>, name: &str) -> Result<f64, MaterialError> {
    let unit = unit.ok_or_else(|| malformed(name, "wavelength_unit is missing, such as \"um\""))?;
    Ok(Length::parse(&format!("1 {unit}"))?.si())
}

impl IndexTable {
    fn principal(self, name: &str, thermo_optic: ThermoOptic) -> Result<Principal, MaterialError> {
        let bad = |reason: &str| malformed(name, reason);
        let table = || bad("a table needs two or more points at different positive wavelengths");
        let mut k = Dispersion::Constant(0.0);
        let n = match self {
            Self {
                formula: Some(number),
                coefficients: Some(c),
                range: Some(range),
                n: None,
                nk: None,
                ..
            } => {
                let range = [
                    Wavelength::parse(&range[0])?.si(),
                    Wavelength::parse(&range[1])?.si(),
                ];
                let formula =
                    Formula::new(number, c).ok_or_else(|| bad("there is no such formula"))?;
                Dispersion::Formula { formula, range }
            }
            Self {
                n: Some(points),
                wavelength_unit: unit,
                formula: None,
                nk: None,
                ..
            } => {
                let unit = unit_of_length(unit.as_deref(), name)?;
                let points = points.into_iter().map(|[x, n]| [x * unit, n]).collect();
                Dispersion::Table(Table::smooth(points).ok_or_else(table)?)
            }
            Self {
                nk: Some(points),
                wavelength_unit: unit,
                formula: None,
                n: None,
                ..
            } => {
                let unit = unit_of_length(unit.as_deref(), name)?;
                let column = |j: usize| points.iter().map(|p| [p[0] * unit, p[j]]).collect();
                k = Dispersion::Table(Table::linear(column(2)).ok_or_else(table)?);
                Dispersion::Table(Table::linear(column(1)).ok_or_else(table)?)
            }
            _ => {
                return Err(bad(
                    "an index is formula with coefficients and range, or n, or nk",
                ));
            }
        };
        Ok(Principal { n, k, thermo_optic })
    }
}

impl ThermoOpticTable {
    fn read(self) -> Result<(ThermoOptic, Source), MaterialError> {
        let source = self.source.source()?;
        let bad = |reason: &str| malformed("thermo_optic", reason);
        let dn_dt = match (self.dn_dt, self.dn_dt_per_kelvin) {
            (Some(constant), None) => Dispersion::Constant(PerKelvin::parse(&constant)?.si()),
            (None, Some(points)) => {
                let unit = unit_of_length(self.wavelength_unit.as_deref(), "thermo_optic")?;
                let points = points
                    .into_iter()
                    .map(|[x, rate]| [x * unit, rate])
                    .collect();
                Dispersion::Table(
                    Table::smooth(points).ok_or_else(|| bad("dn_dt_per_kelvin is not a table"))?,
                )
            }
            _ => return Err(bad("give dn_dt or dn_dt_per_kelvin")),
        };
        let curvature = match self.curvature {
            None => 0.0,
            Some(text) => {
                let quantity: AnyQuantity = text.parse()?;
                if Dimension::TEMPERATURE.power(-2) != Some(quantity.dimension) {
                    return Err(bad("curvature is d²n/dT² in 1/K2"));
                }
                quantity.value
            }
        };
        let reference = Temperature::parse(&self.reference_temperature)?;
        Ok((
            ThermoOptic::Parabola {
                dn_dt,
                curvature,
                reference,
                range: temperatures(&self.range)?,
            },
            source,
        ))
    }
}

impl ThermalTable {
    fn read(self, name: &str) -> Result<(Thermal, Source), MaterialError> {
        let thermal = Thermal {
            conductivity: self
                .conductivity
                .map(|table| table.laws(name))
                .transpose()?,
            density: self.density.as_deref().map(Density::parse).transpose()?,
            heat_capacity: self
                .heat_capacity
                .as_deref()
                .map(SpecificHeat::parse)
                .transpose()?,
        };
        thermal.check(name)?;
        Ok((thermal, self.source.source()?))
    }
}

impl ConductivityTable {
    fn laws(self, name: &str) -> Result<[ConductivityLaw; 2], MaterialError> {
        let power = match (self.exponent, self.reference_temperature, self.range) {
            (None, None, None) => None,
            (Some(exponent), Some(reference), Some(range)) => Some((
                exponent,
                Temperature::parse(&reference)?,
                temperatures(&range)?,
            )),
            _ => {
                return Err(malformed(
                    name,
                    "exponent, reference_temperature and range go together",
                ));
            }
        };
        let law = |text: &str| -> Result<ConductivityLaw, UnitError> {
            let at_reference = ThermalConductivity::parse(text)?;
            Ok(match power {
                None => ConductivityLaw::Constant(at_reference),
                Some((exponent, reference, range)) => ConductivityLaw::PowerLaw {
                    at_reference,
                    reference,
                    exponent,
                    range,
                },
            })
        };
        match (self.isotropic, self.in_plane, self.through) {
            (Some(k), None, None) => Ok([law(&k)?, law(&k)?]),
            (None, Some(in_plane), Some(through)) => Ok([law(&in_plane)?, law(&through)?]),
            _ => Err(malformed(
                name,
                "a conductivity is isotropic, or in_plane and through",
            )),
        }
    }
}

fn temperatures(range: &[String; 2]) -> Result<[Temperature; 2], UnitError> {
    Ok([
        Temperature::parse(&range[0])?,
        Temperature::parse(&range[1])?,
    ])
}
