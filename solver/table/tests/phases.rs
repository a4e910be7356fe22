//! Exports of joints whose phases the table has.

#[path = "common/phased.rs"]
mod phased;
mod readers;

use cpo_table::export::{Exported, Format, Law, TwoPort, export, only, two_ports};
use cpo_table::{LossTable, write_table};
use num_complex::Complex64;
use phased::{BEYOND, CROSSED, LENGTHS, SMALL, WAVELENGTHS, phased_table};
use readers::python;
use tempfile::tempdir;

fn table() -> LossTable {
    phased_table().expect("a table")
}

fn two_port(table: &LossTable, name: &str) -> TwoPort {
    let mut all = two_ports(table).into_iter();
    all.find(|two_port| two_port.name == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

/// Place of the table of each of some coordinates in ascending order.
fn ascending<const N: usize>(values: [f64; N]) -> [usize; N] {
    let mut places: [usize; N] = std::array::from_fn(|k| k);
    places.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    places
}

fn polar([magnitude, phase]: [f64; 2]) -> Complex64 {
    Complex64::from_polar(magnitude, phase)
}

/// What would prove an export wrong: another S than the table's entries of the mode, and of the one that it becomes.
#[test]
fn joints_have_the_table_s_phases() {
    let taper = two_port(&table(), "taper_slab_mode_0");
    assert!(matches!(taper.law, Law::Phased { .. }));
    let mut crossed = 0;
    for (point, l) in ascending(LENGTHS).into_iter().enumerate() {
        for (k, w) in ascending(WAVELENGTHS).into_iter().enumerate() {
            let found = taper.scattering(point, k, 0.0).expect("a value");
            let mut expected = phased::taper(w, l);
            if (w, l) == SMALL {
                // The neighbour's: at 1271 nm, the shorter.
                expected[1][1] = phased::taper(1, l)[1][1];
            }
            let expected = expected.map(polar);
            // The factor that error bars have put above 1.
            let most = if (w, l) == BEYOND { 1.0005 } else { 1.0 };
            let [through, reflected, behind] = expected.map(|s| s / most);
            let [[s11, s12], [s21, s22]] = found;
            for (found, expected) in [
                (s11, reflected),
                (s21, through),
                (s12, through),
                (s22, behind),
            ] {
                // Round-off of a phase of 300 rad.
                assert!(
                    (found - expected).norm() < 1e-13,
                    "{w} {l}: {found} {expected}"
                );
            }
            // Uncut, as an interpolation needs it.
            let [[_, phase], ..] = phased::taper(w, l);
            assert_eq!(taper.phase(point, k, 0.0), phase);
            crossed += usize::from(w == CROSSED);
        }
    }
    assert_eq!(crossed, 2);

    let grating = two_port(&table(), "grating_apodised");
    for (k, w) in ascending(WAVELENGTHS).into_iter().enumerate() {
        let found = grating.scattering(0, k, 0.0);
        if w == WAVELENGTHS.len() - 1 {
            assert_eq!(found, None);
            continue;
        }
        let [through, back] = phased::grating(w).map(polar);
        let [[s11, s12], [s21, s22]] = found.expect("a value");
        assert!((s11 - back).norm() < 1e-14 && (s21 - through).norm() < 1e-14);
        assert_eq!(s12, s21);
        // The central one of those that are passive: columns of S that are lit from behind lose as much.
        let central = -back.conj() * through * through / (1.0 - back.norm_sqr());
        assert!((s22 - central).norm() < 1e-14, "{s22} {central}");
    }
}

/// What would prove it wrong: a singular value above 1.
#[test]
fn no_phased_joint_makes_light() {
    for name in ["taper_slab_mode_0", "grating_apodised"] {
        let two_port = two_port(&table(), name);
        for point in 0..two_port.points() {
            for k in 0..two_port.wavelengths.len() {
                let Some([[a, b], [c, d]]) = two_port.scattering(point, k, 0.0) else {
                    continue;
                };
                let sum = a.norm_sqr() + b.norm_sqr() + c.norm_sqr() + d.norm_sqr();
                // No eigenvalue of 1 − SᴴS below none: neither trace nor determinant is; but for round-off.
                let determinant = 1.0 - sum + (a * d - b * c).norm_sqr();
                assert!(
                    sum <= 2.0 + 1e-14 && determinant >= -1e-14,
                    "{name} {k}: {sum} {determinant}"
                );
            }
        }
    }
}

/// Without the group, or with another wavelength in it, joints are as they were.
#[test]
fn other_groups_change_nothing() {
    let mut without = table();
    without
        .groups
        .retain(|g| !g.path.starts_with("s_parameters/"));
    let taper = two_port(&without, "taper_slab_mode_0");
    assert!(matches!(taper.law, Law::Joint { .. }));
    let mut other = table();
    let group = other
        .groups
        .iter_mut()
        .find(|g| g.path == "s_parameters/taper_slab");
    let axes = &mut group.expect("it").axes;
    let wavelength = axes
        .iter_mut()
        .find(|axis| axis.name == "wavelength")
        .expect("it");
    wavelength.values = cpo_table::AxisValues::Numbers(WAVELENGTHS.map(|w| w + 1e-9).to_vec());
    assert_eq!(two_port(&other, "taper_slab_mode_0"), taper);
    // One object alone has its S parameters with it.
    let alone = only(&table(), "taper/slab").expect("there");
    let paths: Vec<&str> = alone.groups.iter().map(|g| g.path.as_str()).collect();
    assert_eq!(paths, ["taper/slab", "s_parameters/taper_slab"]);
    assert_eq!(
        two_port(&alone, "taper_slab_mode_0"),
        two_port(&table(), "taper_slab_mode_0")
    );
}

/// SAX, Touchstone and INTERCONNECT say the same, and a circuit's fringes lie where the table's phases put them.
#[test]
fn sax_and_scikit_rf_have_the_phases() {
    let directory = tempdir().expect("a directory");
    let at = |name: &str| directory.path().join(name);
    let write = |format: Format, name: &str| {
        let exported: Exported = export(&table(), format, 0.3e-3).expect("exported");
        exported.write(&at(name)).expect("written");
    };
    write(Format::Sax, "phased.py");
    write(Format::Touchstone, "touchstone");
    write(Format::Interconnect, "interconnect");
    write(Format::Json, "phased.json");
    write_table(&table(), &at("phased.h5")).expect("written");
    python(
        "sax, skrf",
        "read_with_sax.py",
        &[&at("phased.py"), &at("touchstone"), &at("interconnect")],
    );
    python(
        "sax",
        "phases_with_sax.py",
        &[&at("phased.py"), &at("phased.json")],
    );
    python(
        "h5py, netCDF4, xarray, h5netcdf, scipy",
        "compare_with_json.py",
        &[&at("phased.h5"), &at("phased.json")],
    );
}
