//! The materials that come with the program, found by name.

mod entry;
mod files;
#[cfg(test)]
mod tests;

use crate::material::AXIS_SUFFIX;
use crate::{Material, MaterialError, Wavelength};
use std::sync::OnceLock;

/// Materials by name, in alphabetical order.
#[derive(Clone, Debug)]
pub struct Catalogue {
    materials: Vec<Material>,
}

/// The catalogue of this version of the program.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    // the files are part of the program, and a test reads every one of them
    CATALOGUE
        .get_or_init(|| Catalogue::read(files::FILES).expect("the catalogue's own files are sound"))
}

impl Catalogue {
    fn read(files: &[(&str, &str)]) -> Result<Self, MaterialError> {
        let mut entries = Vec::with_capacity(files.len());
        for (file, text) in files {
            entries.push(entry::read(file, text)?);
        }
        let mut materials = entry::link(entries)?;
        materials.sort_by(|a, b| a.name().cmp(b.name()));
        Ok(Self { materials })
    }

    /// The material of this full name ("SiO2 Malitson 1965") or alias ("SiO2"), spelt exactly. ", optic
    /// axis x" (y, z) or ", optic axis 30 deg from z" behind the name of a uniaxial material chooses its
    /// axis.
    ///
    /// ```
    /// use cpo_materials::catalogue;
    /// assert_eq!(catalogue().find("Si3N4")?.name(), "Si3N4 Luke 2015");
    /// let error = catalogue().find("SiO2 Maliston 1965").unwrap_err().to_string();
    /// assert!(error.contains("'SiO2 Malitson 1965'"), "{error}");
    /// # Ok::<(), cpo_materials::MaterialError>(())
    /// ```
    ///
    /// # Errors
    /// [`MaterialError::Unknown`] with the nearest names; [`MaterialError::Isotropic`] if an axis is
    /// chosen where there is none; [`MaterialError::OpticAxis`] if what is chosen is no direction.
    pub fn find(&self, name: &str) -> Result<Material, MaterialError> {
        let name = name.trim();
        if let Some((base, axis)) = name.split_once(AXIS_SUFFIX) {
            let material = self.find(base)?;
            let axis = axis.parse().map_err(|error| MaterialError::OpticAxis {
                material: material.name().to_owned(),
                error,
            })?;
            return material.with_optic_axis(axis);
        }
        let is_it = |material: &&Material| {
            material.name() == name || material.aliases().iter().any(|a| a == name)
        };
        match self.materials.iter().find(is_it) {
            Some(material) => Ok(material.clone()),
            None => Err(MaterialError::Unknown {
                name: name.to_owned(),
                nearest: self.nearest(name),
            }),
        }
    }

    /// All materials, in alphabetical order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Material> {
        self.materials.iter()
    }

    /// Names of the materials of a substance whose optical data cover a wavelength, other than `except`.
    pub(crate) fn covering(
        &self,
        substance: &str,
        wavelength: Wavelength,
        except: &str,
    ) -> Vec<String> {
        let covers = |material: &&Material| {
            let within = |[lower, upper]: [Wavelength; 2]| (lower..=upper).contains(&wavelength);
            material.substance() == Some(substance)
                && material.name() != except
                && material.has_optics()
                && material.optical_range().is_none_or(within)
        };
        self.materials
            .iter()
            .filter(covers)
            .map(|material| material.name().to_owned())
            .collect()
    }

    /// At most three names like this one, best first.
    fn nearest(&self, name: &str) -> Vec<String> {
        let wanted = name.to_lowercase();
        let score = |known: &str| strsim::jaro_winkler(&wanted, &known.to_lowercase());
        let mut scored: Vec<(f64, &str)> = Vec::new();
        for material in &self.materials {
            let names = std::iter::once(material.name())
                .chain(material.aliases().iter().map(String::as_str));
            let best = names
                .map(|known| (score(known), known))
                .max_by(|a, b| a.0.total_cmp(&b.0));
            scored.extend(best.filter(|(score, _)| *score > 0.75));
        }
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored
            .into_iter()
            .take(3)
            .map(|(_, known)| known.to_owned())
            .collect()
    }
}
