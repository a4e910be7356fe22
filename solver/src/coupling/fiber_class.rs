//! Fibres by the class that a data sheet names.

use cpo_materials::{Length, Wavelength};

use super::{CouplingError, Fiber};

/// A class of fibres: the step-index fibre of silica whose Petermann II mode field diameters are those of the data
/// sheet, at the two wavelengths that it states.
///
/// A drawn core is no step, so core radius and step of index are effective: two numbers for two diameters, between
/// which the exact HE₁₁ tells how the mode grows with the wavelength.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FiberClass {
    /// As it is called.
    pub name: &'static str,
    /// Effective radius of the core.
    pub core_radius: Length,
    /// Index of the core above that of the cladding.
    pub index_step: f64,
    /// Shortest and longest wavelength at which it carries its one mode.
    pub range: [Wavelength; 2],
    /// (wavelength, mode field diameter, its tolerance) of the data sheet.
    pub mode_field_diameters: [(Wavelength, Length, Length); 2],
    /// Material of the cladding, by its name in the catalogue.
    pub cladding: &'static str,
    /// Where the numbers are from.
    pub source: &'static str,
}

impl FiberClass {
    /// All that are known.
    pub const ALL: &'static [Self] = &[Self {
        name: "SMF-28",
        core_radius: Length::um(4.3153),
        index_step: 0.004_851,
        range: [Wavelength::nm(1260.0), Wavelength::nm(1625.0)],
        mode_field_diameters: [
            (Wavelength::nm(1310.0), Length::um(9.2), Length::um(0.4)),
            (Wavelength::nm(1550.0), Length::um(10.4), Length::um(0.5)),
        ],
        cladding: "SiO2 Malitson 1965",
        source: "Corning SMF-28 Ultra, product information PI1424; ITU-T G.652.D",
    }];

    /// The class called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|class| class.name == name)
    }

    /// Its mode in a cladding of `cladding_index`.
    ///
    /// # Errors
    /// See [`Fiber::step_index`].
    pub fn fiber(
        &self,
        cladding_index: f64,
        wavelength: Wavelength,
    ) -> Result<Fiber, CouplingError> {
        let core_index = cladding_index + self.index_step;
        Fiber::step_index(self.core_radius, core_index, cladding_index, wavelength)
    }
}

#[cfg(test)]
mod tests {
    use cpo_materials::{Quantity, Temperature, catalogue};

    use super::*;

    /// The numbers of every class follow from its data sheet: what two unknowns fitted to two diameters must give.
    #[test]
    fn diameters_are_those_of_the_data_sheet() {
        for class in FiberClass::ALL {
            let silica = catalogue().find(class.cladding).unwrap();
            for (wavelength, diameter, _) in class.mode_field_diameters {
                let index = silica.refractive_index(wavelength, Temperature::celsius(20.0));
                let (cladding, radius) = (index.unwrap().re, class.core_radius);
                let core = cladding + class.index_step;
                let scalar = Fiber::weakly_guiding(radius, core, cladding, wavelength).unwrap();
                let vector = class.fiber(cladding, wavelength).unwrap();
                let [scalar, vector] = [scalar, vector]
                    .map(|fiber| fiber.petermann_mode_field_diameter()[0] / diameter.si() - 1.0);
                println!("{} {wavelength}: {scalar:.1e} {vector:.1e}", class.name);
                // last digit of the two constants
                assert!(scalar.abs() < 2e-4, "{scalar}");
                // the relative index step, by which an HE₁₁ is not its LP₀₁
                assert!(vector.abs() < class.index_step / core, "{vector}");
            }
        }
    }
}
