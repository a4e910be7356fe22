//! Constants, own materials, and what is refused.

use super::*;
use crate::{Density, PerKelvin, SpecificHeat};

const W: Wavelength = Wavelength::nm(1310.0);
const T: Temperature = Temperature::celsius(25.0);

#[test]
fn constants_hold_everywhere() {
    let metal = Material::with_complex_index(1.44, 16.0);
    for (nm, celsius) in [(400.0, -200.0), (1310.0, 25.0), (1e6, 900.0)] {
        let [x, y, z] = metal
            .permittivity(Wavelength::nm(nm), Temperature::celsius(celsius))
            .unwrap();
        assert_eq!(x, Complex64::new(1.44 * 1.44 - 256.0, 2.0 * 1.44 * 16.0));
        assert!(x == y && y == z);
    }
    assert_eq!(metal.name(), "index 1.44 + 16i");
    assert!(metal.source().is_none() && metal.optical_range().is_none());
}

#[test]
fn impossible_values_are_errors() {
    for (n, k) in [
        (0.0, 0.0),
        (-1.0, 0.0),
        (f64::NAN, 0.0),
        (f64::INFINITY, 0.0),
        (1.5, -0.1),
        (1.5, f64::NAN),
    ] {
        let looked_up = Material::with_complex_index(n, k).permittivity(W, T);
        assert!(
            matches!(looked_up, Err(MaterialError::Value { .. })),
            "{n} {k}"
        );
        assert!(
            Material::builder("bad")
                .index(n)
                .extinction(k)
                .build()
                .is_err()
        );
    }
    for k in [0.0, -1.0, f64::NAN] {
        let k = ThermalConductivity::w_per_m_k(k);
        assert!(matches!(
            Material::with_conductivity(k).thermal_conductivity(T),
            Err(MaterialError::Value { .. })
        ));
        assert!(Material::builder("bad").conductivity(k).build().is_err());
    }
    let dn_dt = PerKelvin::per_kelvin(1e-5);
    assert!(matches!(
        Material::builder("bad").dn_dt(dn_dt, T).build(),
        Err(MaterialError::Missing { .. })
    ));
    assert!(matches!(
        Material::builder("bad").extinction(0.1).build(),
        Err(MaterialError::Missing { .. })
    ));
    assert!(
        Material::builder("bad")
            .density(Density::kg_per_m3(0.0))
            .build()
            .is_err()
    );
}

#[test]
fn what_is_missing_is_named() {
    let glass = Material::with_index(1.5);
    let error = glass.thermal_conductivity(T).unwrap_err().to_string();
    assert!(
        error.starts_with("index 1.5 has no thermal conductivity"),
        "{error}"
    );
    let half = Material::builder("half")
        .density(Density::kg_per_m3(2000.0))
        .build()
        .unwrap();
    assert!(
        half.volumetric_heat_capacity(T)
            .unwrap_err()
            .to_string()
            .contains("heat capacity")
    );
    assert!(!half.has_thermal() && !half.has_optics());
}

#[test]
fn anisotropic_conductivity_and_heat_capacity() {
    let organic = Material::builder("organic")
        .anisotropic_conductivity(
            ThermalConductivity::w_per_m_k(15.0),
            ThermalConductivity::w_per_m_k(0.5),
        )
        .density(Density::kg_per_m3(1900.0))
        .heat_capacity(SpecificHeat::j_per_kg_k(1000.0))
        .build()
        .unwrap();
    assert_eq!(organic.thermal_conductivity(T).unwrap(), [15.0, 15.0, 0.5]);
    assert_eq!(organic.volumetric_heat_capacity(T).unwrap(), 1.9e6);
}

#[test]
fn power_law_within_its_range() {
    let law = ConductivityLaw::PowerLaw {
        at_reference: ThermalConductivity::w_per_m_k(100.0),
        reference: Temperature::kelvin(300.0),
        exponent: 2.0,
        range: [Temperature::kelvin(150.0), Temperature::kelvin(600.0)],
    };
    let crystal = Material::builder("crystal")
        .conductivity_laws(law.clone(), law)
        .build()
        .unwrap();
    let k = |kelvin: f64| crystal.thermal_conductivity(Temperature::kelvin(kelvin));
    assert!((k(600.0).unwrap()[0] - 25.0).abs() < 1e-12); // round-off
    assert!((k(150.0).unwrap()[2] - 400.0).abs() < 1e-12);
    assert!(k(601.0).is_err() && k(149.0).is_err());
}
