//! Where effective indices can lie: the range of the indices of a cross-section's materials.
//!
//! In a straight guide of lossless dielectrics n_eff ≤ max n. A metal carries surface plasmons above
//! it, and a mode at the outer edge of a bend has n_eff ≈ n (1 + x/R) where n_eff is that of the
//! window's middle. Below min n only leaky modes lie.

use cpo_materials::{Quantity, Wavelength};

use super::{CrossSectionTable, ModesTable, ParameterValues, Study};
use crate::file::{Diagnostic, Severity};

/// The real principal indices of some materials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct IndexRange {
    pub(crate) lowest: f64,
    pub(crate) highest: f64,
    /// Whether all are lossless dielectrics.
    pub(crate) dielectric: bool,
}

impl Study {
    /// `None` where a material has no data, which is reported elsewhere.
    pub(crate) fn index_range(
        &self,
        section: &CrossSectionTable,
        wavelength: Wavelength,
        values: &ParameterValues,
    ) -> Option<IndexRange> {
        let temperature = self.evaluate(&self.temperature, values);
        let mut range = IndexRange {
            lowest: f64::INFINITY,
            highest: 0.0,
            dielectric: true,
        };
        for (id, _) in section.materials() {
            let material = self.make_material(id, values).ok()?;
            let permittivities = material
                .principal_permittivities(wavelength, temperature)
                .ok()?;
            for eps in permittivities {
                let index = eps.sqrt().re;
                range.lowest = range.lowest.min(index);
                range.highest = range.highest.max(index);
                range.dielectric &= eps.im == 0.0 && eps.re > 0.0;
            }
        }
        Some(range)
    }

    /// Warnings of targets where modes are unlikely, at the nominal values of all other parameters;
    /// that there can be none is an error of the plan.
    pub(crate) fn doubtful_targets(&self) -> Vec<Diagnostic> {
        let Some(wavelength) = self.wavelength else {
            return Vec::new();
        };
        let wavelength = self.evaluate(&wavelength, &ParameterValues::nominal());
        let doubt = |table: &ModesTable| {
            let target = table.target?;
            let section = self
                .cross_sections
                .iter()
                .find(|s| s.name == table.cross_section)?;
            let all: Vec<ParameterValues> = match target.parameter() {
                None => vec![ParameterValues::nominal()],
                Some(id) => self.parameters[id.0]
                    .values
                    .iter()
                    .map(|&value| ParameterValues::nominal().with(id, value))
                    .collect(),
            };
            all.iter().find_map(|values| {
                let range = self.index_range(section, wavelength, values)?;
                let n = self.evaluate(&target, values).si();
                let certain = range.dielectric && table.bend_radius.is_none();
                let (side, who) = if n > range.highest && !certain {
                    ("above", "a surface plasmon or a mode at the outer edge of a bend")
                } else if n < range.lowest {
                    ("below", "a leaky mode of a core with the lowest index")
                } else {
                    return None;
                };
                let mut warning = Diagnostic::new(
                    Severity::Warning,
                    self.source.location(&table.target_place),
                    format!("`target` = {n} lies {side} the index of every material of the cross-section"),
                );
                warning
                    .allowed(range.text())
                    .help(format!("only {who} lies there"));
                Some(warning)
            })
        };
        self.modes.iter().filter_map(doubt).collect()
    }
}

impl IndexRange {
    /// "from 1.444 to 3.4777".
    pub(crate) fn text(&self) -> String {
        let round = |n: f64| (n * 1e6).round() / 1e6;
        format!(
            "the indices of the materials go from {} to {}",
            round(self.lowest),
            round(self.highest)
        )
    }
}
