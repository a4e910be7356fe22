//! The catalogue against published values, and its refusals.

use super::*;
use crate::{OpticAxis, Temperature, ThermalConductivity};

const ROOM: Temperature = Temperature::celsius(20.0);

fn find(name: &str) -> Material {
    catalogue()
        .find(name)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// n of the x component at the material's own temperature.
fn index(material: &Material, um: f64) -> f64 {
    let temperature = material
        .source()
        .and_then(|source| source.temperature)
        .unwrap_or(ROOM);
    material
        .refractive_index(Wavelength::um(um), temperature)
        .unwrap()
        .re
}

/// Published to six decimals (Si Li: to four), so half a unit of the last one.
#[test]
fn published_indices_at_1310_and_1550_nm() {
    let extraordinary = ", optic axis x";
    for (name, at_1310, at_1550, half_digit) in [
        ("Si Li 1980", Some(3.5003), 3.4757, 5e-5),
        ("Si Salzberg & Villa 1957", None, 3.477724, 5e-7),
        ("SiO2 Malitson 1965", Some(1.446804), 1.444024, 5e-7),
        ("Si3N4 Luke 2015", Some(2.003130), 1.996280, 5e-7),
        ("InP Pettit & Turner 1965", Some(3.202006), 3.164929, 5e-7),
        ("GaAs Skauli 2003", Some(3.403967), 3.370169, 5e-7),
        ("LiNbO3 Zelmon 1997", Some(2.219967), 2.211111, 5e-7),
        (
            &format!("LiNbO3 Zelmon 1997{extraordinary}"),
            Some(2.145121),
            2.137560,
            5e-7,
        ),
        (
            "Al2O3 Malitson & Dodge 1972",
            Some(1.750258),
            1.746182,
            5e-7,
        ),
        ("SU-8 MicroChem 2011", Some(1.556301), 1.555187, 5e-7),
        ("NOA61 Norland 2016", Some(1.542259), 1.540914, 5e-7),
    ] {
        let material = find(name);
        assert!(
            (index(&material, 1.55) - at_1550).abs() <= half_digit,
            "{name} {}",
            index(&material, 1.55)
        );
        match at_1310 {
            Some(n) => assert!(
                (index(&material, 1.31) - n).abs() <= half_digit,
                "{name} {}",
                index(&material, 1.31)
            ),
            None => assert!(
                material
                    .refractive_index(Wavelength::um(1.31), Temperature::celsius(26.0))
                    .is_err()
            ),
        }
    }
}

/// Published to four decimals, interpolated linearly.
#[test]
fn published_metals_at_1310_and_1550_nm() {
    for (name, at_1310, at_1550) in [
        ("Al Rakic 1995", [1.3535, 13.0285], [1.5785, 15.6581]),
        (
            "Cu Johnson & Christy 1972",
            [0.5437, 8.8791],
            [0.7158, 10.6552],
        ),
        (
            "Au Johnson & Christy 1972",
            [0.3925, 8.8747],
            [0.5241, 10.7424],
        ),
        ("Ti Rakic 1998", [3.516, 4.1705], [3.8245, 4.4174]),
        ("W Rakic 1998", [3.2107, 4.3317], [2.3733, 4.8151]),
        ("TiN Pflueger 1984", [2.7935, 5.2215], [3.1477, 5.8429]),
    ] {
        for (um, [n, k]) in [(1.31, at_1310), (1.55, at_1550)] {
            let index = find(name)
                .refractive_index(Wavelength::um(um), ROOM)
                .unwrap();
            assert!(
                (index.re - n).abs() <= 5.1e-5 && (index.im - k).abs() <= 5.1e-5,
                "{name} at {um}: {index}"
            );
        }
    }
}

/// Air of Ciddor: 1 + 2.7328e-4 at 1.55 um (the equation itself, evaluated independently).
#[test]
fn index_of_air() {
    let sigma2 = 1.0_f64 / (1.55 * 1.55);
    let n = 1.0 + 0.05792105 / (238.0185 - sigma2) + 0.00167917 / (57.362 - sigma2);
    assert!((index(&find("air"), 1.55) - n).abs() < 1e-15); // round-off
    assert!((n - 1.000_273).abs() < 1e-6);
}

/// Li's own tables at other temperatures; the parabola's residual is below 3e-4, the slope between
/// 293 K and 350 K is known to 2e-6 1/K (four decimals over 57 K).
#[test]
fn silicon_follows_the_temperature() {
    let silicon = find("Si");
    let n = |um: f64, kelvin: f64| {
        silicon
            .refractive_index(Wavelength::um(um), Temperature::kelvin(kelvin))
            .unwrap()
            .re
    };
    for (kelvin, at_1300, at_1550) in [
        (200.0, 3.4850, 3.4601),
        (250.0, 3.4936, 3.4681),
        (293.0, 3.5016, 3.4757),
        (350.0, 3.5130, 3.4865),
        (400.0, 3.5236, 3.4966),
        (500.0, 3.5463, 3.5183),
    ] {
        assert!(
            (n(1.3, kelvin) - at_1300).abs() < 3e-4,
            "{kelvin} K: {}",
            n(1.3, kelvin)
        );
        assert!(
            (n(1.55, kelvin) - at_1550).abs() < 3e-4,
            "{kelvin} K: {}",
            n(1.55, kelvin)
        );
    }
    for (um, slope) in [(1.55, 1.89e-4), (1.31, 1.99e-4)] {
        assert!(((n(um, 350.0) - n(um, 293.0)) / 57.0 - slope).abs() < 2.5e-6);
    }
}

/// dn/dT as measured, within the uncertainty that its source states.
#[test]
fn thermo_optic_coefficients() {
    for (name, slope, uncertainty) in [("SiO2", 8.35e-6, 0.2e-6), ("Si3N4", 2.45e-5, 0.09e-5)] {
        let n = |c: f64| {
            find(name)
                .refractive_index(Wavelength::nm(1550.0), Temperature::celsius(c))
                .unwrap()
                .re
        };
        assert!(
            ((n(85.0) - n(25.0)) / 60.0 - slope).abs() < uncertainty,
            "{name}"
        );
    }
    let air = |k: f64| {
        find("air")
            .refractive_index(Wavelength::nm(1550.0), Temperature::kelvin(k))
            .unwrap()
            .re
    };
    // ideal gas: n - 1 falls as 1/T; a line through a hyperbola over 250 K to 400 K is off by 4e-5
    for kelvin in [250.0, 300.0, 358.0, 400.0] {
        assert!((air(kelvin) - 1.0 - 2.733e-4 * 288.15 / kelvin).abs() < 4e-5);
    }
}

#[test]
fn thermal_data() {
    let k = |name: &str, kelvin: f64| {
        find(name)
            .thermal_conductivity(Temperature::kelvin(kelvin))
            .unwrap()
    };
    assert_eq!(k("Si", 300.0), [148.0; 3]);
    // 148 (4/3)^-1.3, worked out to four digits
    assert!((k("Si", 400.0)[2] - 101.8).abs() < 0.05);
    for (name, expected) in [
        ("SiO2", 1.38),
        ("InP", 68.0),
        ("GaAs", 55.0),
        ("Cu", 401.0),
        ("TiN", 28.0),
        ("BEOL", 0.45),
        ("Si core 220 nm Jacques 2019", 90.0),
        ("Si slab 90 nm Jacques 2019", 55.0),
        ("Si N++ Jacques 2019", 25.0),
        ("air", 0.0263),
    ] {
        assert_eq!(k(name, 350.0), [expected; 3], "{name}");
    }
    let heat = |name: &str| find(name).volumetric_heat_capacity(ROOM).unwrap();
    assert_eq!(heat("Cu"), 8960.0 * 385.0);
    assert_eq!(heat("Si"), 2330.0 * 711.0);
    assert!(matches!(
        find("Si").thermal_conductivity(Temperature::kelvin(700.0)),
        Err(MaterialError::Temperature {
            property: "thermal conductivity",
            ..
        })
    ));
    assert!(matches!(
        find("Si3N4").thermal_conductivity(ROOM),
        Err(MaterialError::Missing { .. })
    ));
    assert!(matches!(
        find("BEOL").permittivity(Wavelength::nm(1310.0), ROOM),
        Err(MaterialError::Missing { .. })
    ));
}

#[test]
fn optic_axis() {
    let w = Wavelength::nm(1550.0);
    let default = find("LiNbO3 Zelmon");
    assert_eq!(default.optic_axis(), Some(OpticAxis::Y));
    let [x, y, z] = default.permittivity(w, ROOM).unwrap();
    let (ordinary, extraordinary) = (2.211111_f64.powi(2), 2.137560_f64.powi(2));
    // six published decimals of n, twice n
    assert!((x.re - ordinary).abs() < 3e-6 && (y.re - extraordinary).abs() < 3e-6 && x == z);
    let [x2, y2, z2] = find("LiNbO3, optic axis z").permittivity(w, ROOM).unwrap();
    assert_eq!([x2, y2, z2], [x, x, y]);
    let back = find("LiNbO3, optic axis z")
        .with_optic_axis(OpticAxis::X)
        .unwrap();
    assert_eq!(back.name(), "LiNbO3 Zelmon 1997, optic axis x");
    assert!(!back.same_as(&default));
    assert!(
        back.with_optic_axis(OpticAxis::Y)
            .unwrap()
            .same_as(&default)
    );
    assert!(matches!(
        catalogue().find("SiO2, optic axis x"),
        Err(MaterialError::Isotropic { .. })
    ));
    let error = catalogue().find("LiNbO3, optic axis w").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("LiNbO3 Zelmon 1997: an optic axis cannot be 'w'"),
        "{error}"
    );
}

/// A wave along z polarised in the plane of chip and axis sees the index ellipse (Born and Wolf,
/// § 15.3): 1/n² = cos²θ/n_o² + sin²θ/n_e², which is ε_xx − ε_xz²/ε_zz by elimination of E_z.
#[test]
fn an_oblique_axis_gives_the_index_ellipse() {
    let w = Wavelength::nm(1550.0);
    let aligned = find("LiNbO3, optic axis x");
    let [e, o, _] = aligned.permittivity(w, ROOM).unwrap();
    for degrees in [10.0_f64, 30.0, 45.0, 80.0, -30.0] {
        let film = find(&format!("LiNbO3, optic axis {degrees} deg from z"));
        assert_eq!(
            film.name(),
            format!("LiNbO3 Zelmon 1997, optic axis {degrees} deg from z")
        );
        assert!(find(film.name()).same_as(&film) && !film.same_as(&aligned));
        let eps = film.permittivity_tensor(w, ROOM).unwrap();
        let seen = eps[0][0] - eps[0][2] * eps[2][0] / eps[2][2];
        let (sin, cos) = degrees.to_radians().sin_cos();
        let ellipse = 1.0 / (cos * cos / o + sin * sin / e);
        assert!((seen - ellipse).norm() < 1e-14, "{degrees}"); // round-off of numbers near 5
        assert_eq!(eps[1], [0.0.into(), o, 0.0.into()]);
        assert_eq!(film.principal_permittivities(w, ROOM).unwrap(), [o, o, e]);
        for refused in [
            film.permittivity(w, ROOM).unwrap_err(),
            film.refractive_index(w, ROOM).unwrap_err(),
        ] {
            assert!(matches!(refused, MaterialError::Oblique { .. }));
        }
    }
    let [xx, yy, zz] = aligned.permittivity(w, ROOM).unwrap();
    let tensor = aligned.permittivity_tensor(w, ROOM).unwrap();
    assert_eq!([tensor[0][0], tensor[1][1], tensor[2][2]], [xx, yy, zz]);
    let nan = OpticAxis::in_plane(crate::Angle::rad(f64::NAN));
    assert!(matches!(
        aligned.with_optic_axis(nan),
        Err(MaterialError::Value { .. })
    ));
    let silica = find("SiO2").permittivity_tensor(w, ROOM).unwrap();
    assert!(silica[0][0] == silica[2][2] && silica[0][1] == 0.0.into());
}

#[test]
fn refusals_name_the_fix() {
    let message = |name: &str, um: f64, celsius: f64| {
        find(name)
            .permittivity(Wavelength::um(um), Temperature::celsius(celsius))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message("Si Salzberg & Villa 1957", 1.31, 25.0),
        "Si Salzberg & Villa 1957: no refractive index at 1310 nm: the data hold from 1357 nm to 11040 nm; \
         use 'Si Li 1980'"
    );
    assert_eq!(
        message("Si", 1.0, 20.0),
        "Si Li 1980: no refractive index at 1000 nm: the data hold from 1200 nm to 14000 nm"
    );
    assert_eq!(
        message("SiO2", 1.55, 200.0),
        "SiO2 Malitson 1965: no refractive index at 200 degC: the data hold from -23.15 degC to 126.85 degC"
    );
    assert!(
        message("InP", 1.55, 85.0)
            .contains("its dn/dT is not known: state a material of your own with a dn_dt")
    );
    let unknown = catalogue().find("sio2").unwrap_err().to_string();
    assert!(
        unknown.starts_with("no material is named 'sio2'; the nearest names are 'SiO2'"),
        "{unknown}"
    );
    assert!(catalogue().find("").is_err());
}

#[test]
fn defaults_are_pinned() {
    for (alias, name) in [
        ("Si", "Si Li 1980"),
        ("SiO2", "SiO2 Malitson 1965"),
        ("Si3N4", "Si3N4 Luke 2015"),
        ("InP", "InP Pettit & Turner 1965"),
        ("GaAs", "GaAs Skauli 2003"),
        ("LiNbO3", "LiNbO3 Zelmon 1997"),
        ("Al2O3", "Al2O3 Malitson & Dodge 1972"),
        ("SU-8", "SU-8 MicroChem 2011"),
        ("NOA61", "NOA61 Norland 2016"),
        ("TiN", "TiN Pflueger 1984"),
        ("Cu", "Cu Johnson & Christy 1972"),
        ("air", "Air Ciddor 1996"),
    ] {
        assert_eq!(find(alias).name(), name);
    }
}

/// Every file is sound, listed, named after its material, and states its source.
#[test]
fn every_file() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut on_disk: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .collect();
    on_disk.sort();
    let listed: Vec<&str> = files::FILES.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, on_disk);
    let catalogue = Catalogue::read(files::FILES).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(catalogue.iter().count(), listed.len());
    for material in catalogue.iter() {
        assert!(
            material.has_optics() || material.has_thermal(),
            "{}",
            material.name()
        );
        let source = material.source().unwrap();
        assert!(source.reference.len() > 20, "{}", material.name());
        let substance = material.substance().unwrap();
        assert!(
            material
                .name()
                .to_lowercase()
                .starts_with(&substance.to_lowercase()),
            "{}",
            material.name()
        );
        if let Some([lower, upper]) = material.optical_range() {
            assert!(lower < upper);
            assert_eq!(source.wavelength_range, Some([lower, upper]));
            let temperature = source.temperature.unwrap_or(ROOM);
            for w in [lower, upper] {
                // both ends belong to the range, and the medium is passive there
                let epsilon = material
                    .permittivity(w, temperature)
                    .unwrap_or_else(|error| panic!("{error}"));
                assert!(epsilon.iter().all(|e| e.im >= 0.0));
            }
            assert!(material.optical_model().is_some());
        }
        for source in [
            material.source(),
            material.thermal_source(),
            material.thermo_optic_source(),
        ] {
            assert!(
                source
                    .and_then(|s| s.doi.as_deref())
                    .is_none_or(|doi| doi.starts_with("10."))
            );
        }
    }
}

#[test]
fn bad_files_are_errors() {
    let reason = |text: &str| {
        entry::read("a.toml", text)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    let head = "name = \"A\"\nsubstance = \"A\"\n[source]\nreference = \"nobody\"\n";
    for (body, expected) in [
        (
            "[index]\nformula = 12\ncoefficients = [1.0]\nrange = [\"1 um\", \"2 um\"]",
            "no such formula",
        ),
        (
            "[index]\nformula = 1\ncoefficients = [1.0]\nrange = [\"1\", \"2 um\"]",
            "has no unit",
        ),
        (
            "[index]\nn = [[1.0, 2.0], [2.0, 2.1]]",
            "wavelength_unit is missing",
        ),
        (
            "[index]\nwavelength_unit = \"um\"\nn = [[1.0, 2.0]]",
            "two or more points",
        ),
        ("[index]\nrefractive = 2", "unknown field"),
        ("", "index and source go together"),
    ] {
        let reason = reason(&format!("{head}{body}"));
        assert!(
            reason.contains("a.toml") && reason.contains(expected),
            "{body}: {reason}"
        );
    }
    let thermal =
        "name = \"B\"\nsubstance = \"B\"\n[thermal]\nsource = { reference = \"nobody\" }\n";
    let negative = format!("{thermal}conductivity = {{ isotropic = \"-3 W/(m K)\" }}");
    assert!(reason(&negative).contains("it is positive and finite"));
    let twice = [
        ("a", "name = \"B\"\nsubstance = \"B\""),
        ("b", "name = \"C\"\nsubstance = \"B\"\naliases = [\"B\"]"),
    ];
    assert!(
        Catalogue::read(&twice)
            .unwrap_err()
            .to_string()
            .contains("used twice")
    );
    let dangling = [("a", "name = \"B\"\nsubstance = \"B\"\nthermal_from = \"C\"")];
    assert!(
        Catalogue::read(&dangling)
            .unwrap_err()
            .to_string()
            .contains("no thermal entry is named 'C'")
    );
}

#[test]
fn same_data_whatever_the_name() {
    assert!(Material::with_index(1.44).same_as(&Material::with_complex_index(1.44, 0.0)));
    assert!(!Material::with_index(1.44).same_as(&Material::with_index(1.45)));
    assert!(find("SiO2").same_as(&find("SiO2 Malitson 1965")));
    let k = Material::with_conductivity(ThermalConductivity::w_per_m_k(1.38));
    assert!(!k.same_as(&Material::with_index(1.44)));
}
