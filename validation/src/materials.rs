//! Materials: n and k of the catalogue at 1.31 and 1.55 µm.

use cpo_materials::{Temperature, Wavelength, catalogue};
use serde::Deserialize;

use crate::{Check, ValidationError};

const FILE: &str = "materials.json";

/// The reference file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaterialReferences {
    /// Where the values come from.
    pub source: String,
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    material: String,
    wavelength_um: f64,
    #[serde(default)]
    n: f64,
    #[serde(default)]
    k: f64,
    /// Decimals of the reference.
    #[serde(default)]
    digits: i32,
    /// The wavelength lies outside the data: it must be refused.
    #[serde(default)]
    refused: bool,
}

/// The reference file, read.
///
/// # Errors
/// [`ValidationError::Data`].
pub fn references() -> Result<MaterialReferences, ValidationError> {
    serde_json::from_str(include_str!("../data/materials.json"))
        .map_err(|cause| ValidationError::Data { file: FILE, cause })
}

impl MaterialReferences {
    /// Every row; a refusal counts as 1 where it is wanted.
    ///
    /// # Errors
    /// [`ValidationError::Material`] for an unknown name or an index that is missing.
    pub fn run(&self) -> Result<Vec<Check>, ValidationError> {
        let temperature = Temperature::celsius(20.0);
        let mut checks = Vec::new();
        for row in &self.rows {
            let material = catalogue().find(&row.material)?;
            let index = material.refractive_index(Wavelength::um(row.wavelength_um), temperature);
            let check = |quantity: String, reference, computed, tolerance, basis: &str| Check {
                case: row.material.clone(),
                quantity,
                reference,
                uncertainty: 0.0,
                computed,
                bar: None,
                tolerance,
                basis: basis.to_owned(),
            };
            if row.refused {
                checks.push(check(
                    format!("refused at {} um", row.wavelength_um),
                    1.0,
                    f64::from(u8::from(index.is_err())),
                    0.0,
                    "outside the range of the data",
                ));
                continue;
            }
            let index = index?;
            // half a unit of the last decimal, and its round-off
            let tolerance = 0.501 * 10.0_f64.powi(-row.digits);
            let basis = "half the last decimal";
            let at = row.wavelength_um;
            checks.push(check(
                format!("n({at} um)"),
                row.n,
                index.re,
                tolerance,
                basis,
            ));
            if row.k > 0.0 {
                checks.push(check(
                    format!("k({at} um)"),
                    row.k,
                    index.im,
                    tolerance,
                    basis,
                ));
            }
        }
        Ok(checks)
    }
}
