//! Coats, polish, round trips and what returns to the source, against closed forms.

use std::f64::consts::PI;

use cpo_materials::{Angle, Length, Wavelength};
use cpo_meshes::{Axis, RectilinearGrid};
use cpo_solver::coupling::{
    CoatLayer, CouplingError, CouplingMap, CouplingScan, Face, Gap, GaussianBeam, JonesMatrix,
    SampledField,
};

type Tested = Result<(), Box<dyn std::error::Error>>;

const WAVELENGTH: Wavelength = Wavelength::um(1.55);
const GLASS: f64 = 1.45;
/// Of every beam here, m.
const WAIST: f64 = 5.2e-6;

fn beam(index: f64) -> Result<GaussianBeam, CouplingError> {
    let diameter = Length::um(2e6 * WAIST);
    GaussianBeam::new(diameter, diameter, index, WAVELENGTH)
}

/// The same beam as a mode of another medium.
fn mode(index: f64) -> Result<SampledField, Box<dyn std::error::Error>> {
    let axis = Axis::uniform(-20e-6, 20e-6, 120)?;
    let grid = RectilinearGrid::new([axis.clone(), axis]);
    Ok(SampledField::sample(&beam(index)?, grid)?)
}

fn scan(gap_um: f64, index: f64) -> Result<CouplingScan, CouplingError> {
    Ok(CouplingScan::new(WAVELENGTH)?.gap(Gap::new(Length::um(gap_um), index)?))
}

fn polished(degrees: f64) -> Result<Face, CouplingError> {
    Face::default().polish(Angle::deg(0.0), Angle::deg(degrees))
}

fn between(scan: &CouplingScan, chip: f64) -> Result<CouplingMap, Box<dyn std::error::Error>> {
    Ok(scan.map(&beam(GLASS)?, &mode(chip)?)?)
}

fn reflectance(a: f64, b: f64) -> f64 {
    ((a - b) / (a + b)).powi(2)
}

/// A quarter wave on the chip takes its reflection away; the efficiency, which is apart, stays.
#[test]
fn a_coat_takes_the_reflection_away() -> Tested {
    let chip = 2.0;
    let bare = between(&scan(3.0, 1.0)?, chip)?;
    let quarter = CoatLayer::quarter_wave(chip.sqrt(), WAVELENGTH)?;
    let coated = scan(3.0, 1.0)?.faces(Face::default(), Face::default().coat(&[quarter]));
    let coated = between(&coated, chip)?;
    // The waves' angles, 1/kw = 0.05, squared and more: the coat's null is second order, R fourth.
    assert!((bare.fresnel.surfaces[1] - reflectance(1.0, chip)).abs() < 2e-4);
    assert!(coated.fresnel.surfaces[1] < 1e-5, "{:?}", coated.fresnel);
    assert!(
        (coated.fresnel.transmission / bare.fresnel.transmission * (1.0 - reflectance(1.0, chip))
            - 1.0)
            .abs()
            < 3e-4
    );
    let [a, b] = [&bare, &coated].map(|m| m.efficiency[[0, 0]]);
    // the coat's phase turns with the angle
    assert!((a - b).abs() < 3e-4, "{a} {b}");
    assert!(coated.reflections.facet.norm_sqr() < 1e-5);
    Ok(())
}

/// What a laser sees: of the fibre's own end R exp(−(2πn w sin φ/λ)²) at a polish φ; of the chip, which is a mirror at d,
/// T₁² R₂/(1 + (d/z_R)²), and with a tilt θ at d = 0 T₁² R₂ exp(−(2π w θ/λ)²).
#[test]
fn what_returns_is_what_gaussians_say() -> Tested {
    let chip = 3.0;
    let (r1, r2) = (reflectance(GLASS, 1.0), reflectance(1.0, chip));
    let end = |map: &CouplingMap| map.reflections.end.norm_sqr();
    let flat = between(&scan(0.0, 1.0)?, chip)?;
    // s and p waves cancel but for the fourth power of 1/kw
    assert!((end(&flat) / r1 - 1.0).abs() < 1e-3, "{}", end(&flat));
    for degrees in [1.0, 2.0, 8.0_f64] {
        let map = between(
            &scan(0.0, 1.0)?.faces(polished(degrees)?, Face::default()),
            chip,
        )?;
        let exponent = 2.0 * PI * GLASS * WAIST * degrees.to_radians().sin() / 1.55e-6;
        let expected = -10.0 * (r1.log10()) + 10.0 * std::f64::consts::LOG10_E * exponent.powi(2);
        let found = -10.0 * end(&map).log10();
        // sin φ and tan φ are one in the formula, not in the waves
        let steep = (expected + 10.0 * r1.log10()) * degrees.to_radians().tan().powi(2);
        assert!(
            (found - expected).abs() < 0.01 + steep,
            "{degrees}: {found} {expected}"
        );
    }
    let rayleigh = PI * WAIST * WAIST / 1.55e-6;
    for gap in [0.0, 20.0, 60.0] {
        let map = between(&scan(gap, 1.0)?, chip)?;
        let expected = (1.0 - r1).powi(2) * r2 / (1.0 + (gap * 1e-6 / rayleigh).powi(2));
        let found = map.reflections.facet.norm_sqr();
        // non-paraxial parts, (1/kw)² = 0.002
        assert!(
            (found / expected - 1.0).abs() < 3e-3,
            "{gap}: {found} {expected}"
        );
        let [least, most] = map.reflections.return_loss_bounds_db();
        let mean = map.reflections.return_loss_db();
        assert!(least < mean && mean < most);
    }
    let degrees = 1.5_f64;
    let tilted = scan(0.0, 1.0)?.tilt(Angle::deg(0.0), Angle::deg(degrees))?;
    let map = between(&tilted, chip)?;
    let exponent = 2.0 * PI * WAIST * degrees.to_radians() / 1.55e-6;
    let expected = (1.0 - r1).powi(2) * r2 * (-exponent.powi(2)).exp();
    let found = map.reflections.facet.norm_sqr();
    assert!((found / expected - 1.0).abs() < 3e-3, "{found} {expected}");
    Ok(())
}

/// A facet between equal media is not there, however it is polished.
#[test]
fn a_polish_in_matched_gel_changes_nothing() -> Tested {
    let tilt = |scan: CouplingScan| scan.tilt(Angle::deg(0.0), Angle::deg(3.0));
    let plain = between(&tilt(scan(8.0, GLASS)?)?, GLASS)?;
    let cut = tilt(scan(8.0, GLASS)?)?.faces(polished(8.0)?, Face::default());
    let cut = between(&cut, GLASS)?;
    let [a, b] = [&plain, &cut].map(|m| m.efficiency[[0, 0]]);
    // the parts of the spectrum that rotations leave out
    assert!((a - b).abs() < 1e-5, "{a} {b}");
    assert!(cut.fresnel.reflection < 1e-12);
    Ok(())
}

/// Light leaves a polished end refracted: n sin φ = sin θ from its normal. Turned back by θ − φ it couples as if uncut.
#[test]
fn a_polished_end_refracts() -> Tested {
    let polish = 8.0_f64;
    let leaving = (GLASS * polish.to_radians().sin()).asin().to_degrees();
    let faces = |scan: CouplingScan| -> Result<CouplingScan, CouplingError> {
        Ok(scan.faces(polished(polish)?, Face::default()))
    };
    let at = |tilt: f64| -> Result<f64, Box<dyn std::error::Error>> {
        let scan = faces(scan(0.0, 1.0)?)?.tilt(Angle::deg(0.0), Angle::deg(tilt))?;
        Ok(between(&scan, GLASS)?.efficiency[[0, 0]])
    };
    let best = at(polish - leaving)?;
    // cos 11.6°/cos 8° = 0.989 narrower along x: a mismatch of its square over four
    assert!(best > 0.9995, "{best}");
    assert!(best > at(polish - leaving + 0.4)? && best > at(polish - leaving - 0.4)?);
    // and straight on it misses by 3.6°: Gaussian tilt loss in air
    let off = (leaving - polish).to_radians();
    let expected = (-(PI * WAIST * off / 1.55e-6).powi(2)).exp();
    assert!(
        (at(0.0)? - expected).abs() < 0.01,
        "{} {expected}",
        at(0.0)?
    );
    Ok(())
}

/// Round trips of a beam that hardly spreads are Airy's: T₁T₂/|1 − r₁r₂e^{2ikd}|².
#[test]
fn a_short_gap_is_an_etalon() -> Tested {
    let chip = 3.0;
    let (r1, r2) = (reflectance(GLASS, 1.0), reflectance(1.0, chip));
    let k = 2.0 * PI / 1.55e-6;
    for gap in [0.4, 0.7, 1.1] {
        let map = between(&scan(gap, 1.0)?, chip)?;
        let etalon = map.etalon_at([0.0; 2])?.ok_or("parallel facets")?;
        // r of E at both walls of the gap is negative: their product is positive
        let round = (r1 * r2).sqrt();
        let turn = 2.0 * k * gap * 1e-6;
        let airy = |phase: f64| {
            let square = 1.0 + round * round - 2.0 * round * phase.cos();
            (1.0 - r1) * (1.0 - r2) / square
        };
        // waves at 1/kw run ahead by kd/(kw)²/2, and the beam has spread
        let spread = 0.01;
        assert!(
            (etalon.coherent / airy(turn) - 1.0).abs() < spread,
            "{gap}: {etalon:?} {}",
            airy(turn)
        );
        assert!((etalon.most / airy(0.0) - 1.0).abs() < spread);
        assert!((etalon.least / airy(PI) - 1.0).abs() < spread);
        let ripple = 20.0 * ((1.0 + round) / (1.0 - round)).log10();
        assert!((etalon.ripple_db() - ripple).abs() < 0.03);
    }
    let wedge = scan(1.0, 1.0)?.tilt(Angle::deg(0.0), Angle::deg(1.0))?;
    assert!(between(&wedge, chip)?.etalon_at([0.0; 2])?.is_none());
    // A polished end as far turned is parallel again.
    let parallel = scan(1.0, 1.0)?
        .tilt(Angle::deg(0.0), Angle::deg(1.0))?
        .faces(polished(1.0)?, Face::default());
    assert!(between(&parallel, chip)?.etalon_at([0.0; 2])?.is_some());
    Ok(())
}

/// Equal polarisations lose alike; the tilted facet between them is all the difference.
#[test]
fn polarisation_dependent_loss() -> Tested {
    let pdl = |tilt: f64| -> Result<f64, Box<dyn std::error::Error>> {
        let scan = scan(2.0, 1.0)?.tilt(Angle::deg(0.0), Angle::deg(tilt))?;
        let axis = Axis::uniform(-20e-6, 20e-6, 120)?;
        let grid = RectilinearGrid::new([axis.clone(), axis]);
        let angles = [0.0, 90.0].map(Angle::deg);
        let mut maps = Vec::new();
        for of_mode in angles {
            let mode = SampledField::sample(&beam(2.0)?.polarized(of_mode), grid.clone())?;
            for of_beam in angles {
                maps.push(scan.map(&beam(GLASS)?.polarized(of_beam), &mode)?);
            }
        }
        let [a, b, c, d] = maps.as_slice() else {
            return Err("four maps".into());
        };
        Ok(JonesMatrix::at([[a, b], [c, d]], [0.0; 2])?.pdl_db())
    };
    // by symmetry, to the sampling of the beam
    assert!(pdl(0.0)? < 1e-6, "{}", pdl(0.0)?);
    // Fresnel's T_p and T_s into index 2 at 5°: waves between the beam's 10° and the mode's 0° are those that couple
    let angle = 5.0_f64.to_radians();
    let inner = (angle.sin() / 2.0).asin();
    let ts = 2.0 * angle.cos() / (angle.cos() + 2.0 * inner.cos());
    let tp = 2.0 * angle.cos() / (2.0 * angle.cos() + inner.cos());
    let expected = 20.0 * (tp / ts).log10();
    let found = pdl(10.0)?;
    // the spread of angles about it
    assert!((found / expected - 1.0).abs() < 0.2, "{found} {expected}");
    Ok(())
}

/// Round trips of a wide beam are Airy's to the angles of its waves, over a map too.
#[test]
fn a_wide_beam_sees_airy() -> Tested {
    let (chip, waist, gap) = (3.0, 100e-6, 0.65);
    let diameter = Length::um(2e6 * waist);
    let wide = |index| GaussianBeam::new(diameter, diameter, index, WAVELENGTH);
    let axis = Axis::uniform(-4.0 * waist, 4.0 * waist, 120)?;
    let grid = RectilinearGrid::new([axis.clone(), axis]);
    let offsets = [-40.0, 0.0, 25.0].map(Length::um);
    let scan = scan(gap, 1.0)?.offsets(&offsets, &offsets[1..])?;
    let map = scan.map(&wide(GLASS)?, &SampledField::sample(&wide(chip)?, grid)?)?;
    let etalon = map.etalon().ok_or("parallel facets")?;
    let (r1, r2) = (reflectance(GLASS, 1.0), reflectance(1.0, chip));
    let round = (r1 * r2).sqrt();
    let phase = 4.0 * PI * gap / 1.55;
    let airy = |cos: f64| (1.0 - r1) * (1.0 - r2) / (1.0 + round * round - 2.0 * round * cos);
    for ((i, j), coherent) in etalon.coherent.indexed_iter() {
        let efficiency = map.efficiency[[i, j]];
        let [least, most] = [etalon.least[[i, j]], etalon.most[[i, j]]];
        // 1/(kw)² = 6·10⁻⁶, and of the phase kd/(kw)², times the offset's own expansion
        for (found, cos) in [(*coherent, phase.cos()), (least, -1.0), (most, 1.0)] {
            let expected = efficiency * airy(cos);
            assert!((found / expected - 1.0).abs() < 1e-4, "{found} {expected}");
        }
        let at = map.etalon_at([map.offsets_x[i], map.offsets_y[j]])?;
        let at = at.ok_or("parallel facets")?;
        // round-off
        assert!((at.coherent - coherent).abs() < 1e-12 && (at.most - most).abs() < 1e-12);
    }
    Ok(())
}

/// A guide that leans from its facet takes what it would send: with fibre and chip exchanged the efficiency is the same.
#[test]
fn a_polished_chip_is_a_polished_fibre() -> Tested {
    let lean = |scan: CouplingScan, degrees: f64| scan.tilt(Angle::deg(0.0), Angle::deg(degrees));
    // In gel of their own index a facet is not there: the tilt alone counts.
    let plain = between(&lean(scan(8.0, GLASS)?, 2.0)?, GLASS)?;
    let cut = lean(scan(8.0, GLASS)?, 2.0)?.faces(Face::default(), polished(6.0)?);
    let cut = between(&cut, GLASS)?;
    // Offsets and gap are along the facet and its normal: the same line of sight is found at the best offset.
    let [a, b] = [&plain, &cut].map(CouplingMap::best_efficiency);
    assert!((a - b).abs() < 3e-4, "{a} {b}");
    assert!(cut.fresnel.reflection < 1e-12);
    // In air: a chip polished by 8° sends its light out at 11.6°, which the fibre's tilt makes good.
    let polish = 8.0_f64;
    let leaving = (GLASS * polish.to_radians().sin()).asin().to_degrees();
    let of_chip =
        lean(scan(0.0, 1.0)?, leaving - polish)?.faces(Face::default(), polished(polish)?);
    let of_fibre =
        lean(scan(0.0, 1.0)?, polish - leaving)?.faces(polished(polish)?, Face::default());
    let [chip, fibre] = [between(&of_chip, GLASS)?, between(&of_fibre, GLASS)?];
    let [a, b] = [&chip, &fibre].map(|map| map.efficiency[[0, 0]]);
    // The beam's own E and H, and the mode's, are taken as forward waves in different media: (1/kw)⁴ and p against s.
    assert!((a - b).abs() < 1e-4, "{a} {b}");
    assert!((chip.fresnel.transmission - fibre.fresnel.transmission).abs() < 1e-3);
    // Both polished alike and parallel: straight through, and an etalon again.
    let both = scan(0.5, 1.0)?.faces(polished(polish)?, polished(polish)?);
    let both = between(&both, GLASS)?;
    assert!(
        both.best_efficiency() > 0.9999,
        "{}",
        both.best_efficiency()
    );
    assert!(both.etalon_at([0.0; 2])?.is_some());
    Ok(())
}

/// A lensed fibre: the gap is counted from its end, its waist is where it focuses, and it turns about its end.
#[test]
fn a_focused_beam() -> Tested {
    let (focus, gap) = (200.0, 260.0);
    let lensed = beam(1.0)?.focused_at(Length::um(focus))?;
    let rayleigh = PI * WAIST * WAIST / 1.55e-6;
    let alone = |gap: f64| -> Result<f64, Box<dyn std::error::Error>> {
        Ok(scan(gap, 1.0)?.map(&lensed, &mode(1.0)?)?.efficiency[[0, 0]])
    };
    for gap in [gap, focus, 2.0 * focus - gap] {
        let z = (gap - focus) * 1e-6 / rayleigh;
        let expected = 4.0 / (4.0 + z * z);
        // non-paraxial parts, (1/kw)² = 0.0023
        assert!(
            (alone(gap)? - expected).abs() < 2.3e-3,
            "{gap}: {}",
            alone(gap)?
        );
    }
    let angle = 2.0_f64.to_radians();
    let tilted = scan(focus, 1.0)?.tilt(Angle::deg(0.0), Angle::deg(2.0))?;
    let map = tilted.map(&lensed, &mode(1.0)?)?;
    let expected = (-(PI * WAIST * angle / 1.55e-6).powi(2)).exp();
    assert!((map.best_efficiency() - expected).abs() < 1e-3);
    // the waist is at sin 2°, and cos 2° of the way
    let [x, _] = map.best_offset();
    assert!((x + focus * 1e-6 * angle.sin()).abs() < 1e-8, "{x}");
    assert!(map.etalon_at([0.0; 2])?.is_none());
    // The mirror on the facet is at the waist: all comes back.
    let back = map_of(&scan(focus, 1.0)?, &lensed, 3.0)?
        .reflections
        .facet
        .norm_sqr();
    assert!((back / reflectance(1.0, 3.0) - 1.0).abs() < 1e-3, "{back}");
    Ok(())
}

fn map_of(
    scan: &CouplingScan,
    beam: &GaussianBeam,
    chip: f64,
) -> Result<CouplingMap, Box<dyn std::error::Error>> {
    Ok(scan.map(beam, &mode(chip)?)?)
}

/// Of an ellipse turned by α, and its field with it: η = cos²α 4√(det A det B)/det(A + B) for fields exp(−rᵀAr), exp(−rᵀBr).
#[test]
fn a_turned_ellipse() -> Tested {
    let (wx, wy) = (10.0, 5.0);
    let ellipse = GaussianBeam::new(Length::um(2.0 * wx), Length::um(2.0 * wy), 1.45, WAVELENGTH)?;
    let axis = Axis::uniform(-45e-6, 45e-6, 180)?;
    let grid = RectilinearGrid::new([axis.clone(), axis]);
    let mode = SampledField::sample(&ellipse, grid.clone())?;
    let scan = CouplingScan::new(WAVELENGTH)?;
    for degrees in [0.0, 20.0, 65.0_f64] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (a, b) = (1.0 / (wx * wx), 1.0 / (wy * wy));
        let turned = [
            a * cos * cos + b * sin * sin,
            b * cos * cos + a * sin * sin,
            (a - b) * sin * cos,
        ];
        let sum = (a + turned[0]) * (b + turned[1]) - turned[2] * turned[2];
        let expected = cos * cos * 4.0 * a * b / sum;
        let beam = ellipse.turned(Angle::deg(degrees));
        let found = scan.map(&beam, &mode)?.efficiency[[0, 0]];
        // fourth order in 1/kw = 0.03, and B's second order with crossed fields
        assert!(
            (found - expected).abs() < 1e-4,
            "{degrees}: {found} {expected}"
        );
        let same = SampledField::sample(&beam, grid.clone())?;
        assert!((scan.map(&beam, &same)?.efficiency[[0, 0]] - 1.0).abs() < 1e-9);
    }
    Ok(())
}

/// One beam against several modes at once is each alone.
#[test]
fn maps_are_each_map() -> Tested {
    let modes = [mode(2.0)?, mode(3.0)?];
    let scan = scan(4.0, 1.0)?.tilt(Angle::deg(1.0), Angle::deg(0.0))?;
    let maps = scan.maps(&beam(GLASS)?, &modes.each_ref())?;
    for (map, mode) in maps.iter().zip(&modes) {
        let alone = scan.map(&beam(GLASS)?, mode)?;
        // both modes have one window and one radius, so the plane is the same
        assert_eq!(map.efficiency, alone.efficiency);
        assert_eq!(map.fresnel, alone.fresnel);
    }
    Ok(())
}

#[test]
fn mistakes_are_named() -> Tested {
    let contact = CouplingScan::new(WAVELENGTH)?.faces(polished(8.0)?, Face::default());
    let error = contact.map(&beam(GLASS)?, &mode(GLASS)?).map(|_| ());
    assert_eq!(error, Err(CouplingError::FaceWithoutGap));
    let steep = scan(1.0, 1.0)?.faces(polished(50.0)?, Face::default());
    let error = steep.map(&beam(GLASS)?, &mode(GLASS)?).map(|_| ());
    assert!(
        matches!(error, Err(CouplingError::TotalReflection { .. })),
        "{error:?}"
    );
    assert!(polished(95.0).is_err());
    let chip = scan(1.0, 1.0)?.faces(Face::default(), polished(50.0)?);
    let error = chip.map(&beam(GLASS)?, &mode(GLASS)?).map(|_| ());
    assert!(matches!(error, Err(CouplingError::TotalReflection { .. })));
    let focused = beam(1.0)?.focused_at(Length::um(10.0))?;
    let error = CouplingScan::new(WAVELENGTH)?.map(&focused, &mode(GLASS)?);
    assert!(matches!(
        error.map(|_| ()),
        Err(CouplingError::FocusWithoutGap { .. })
    ));
    let lensed = scan(10.0, 1.0)?.faces(polished(3.0)?, Face::default());
    let error = lensed.map(&focused, &mode(GLASS)?).map(|_| ());
    assert!(matches!(error, Err(CouplingError::OutOfRange { .. })));
    assert!(beam(1.0)?.focused_at(Length::um(-1.0)).is_err());
    // a beam of 0.9 µm has waves at 36° and more, which a tilt of 58° turns back
    let narrow = GaussianBeam::new(Length::um(1.8), Length::um(1.8), 1.0, WAVELENGTH)?;
    let steep = scan(1.0, 1.0)?.tilt(Angle::deg(0.0), Angle::deg(58.0))?;
    let error = steep.map(&narrow, &mode(GLASS)?).map(|_| ());
    let Err(CouplingError::SpectrumClipped { lost, largest, .. }) = error else {
        return Err(format!("{error:?}").into());
    };
    assert!(lost > 1e-3 && largest < 58_f64.to_radians());
    let far = scan(20_000.0, 1.0)?.map(&beam(GLASS)?, &mode(GLASS)?);
    let Err(CouplingError::TooManySamples { longest, .. }) = far.map(|_| ()) else {
        return Err("a gap of 2 cm fits".into());
    };
    // and the fix works
    assert!(longest > 1e-4 && longest < 0.02);
    scan(0.99e6 * longest, 1.0)?.map(&beam(GLASS)?, &mode(GLASS)?)?;
    Ok(())
}
