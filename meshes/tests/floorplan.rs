//! Painting, snapping and errors of floorplans.

use cpo_materials::{Material, ThermalConductivity};
use cpo_meshes::{Direction, Floorplan, Footprint, MeshError, RectilinearGrid, Spacing};
use proptest::prelude::*;

fn conductor(k: f64) -> Material {
    Material::with_conductivity(ThermalConductivity::w_per_m_k(k))
}

/// A die of 1 mm x 2 mm, off centre, on a substrate with air around it, and a trench in its top layer.
fn package() -> Floorplan {
    let plan = Floorplan::new([4e-3, 6e-3]).unwrap();
    let die = Footprint::centred([1e-3, 2e-3], [0.5e-3, -1e-3]);
    let trench = Footprint::centred([10e-6, 2e-3], [0.5e-3, -1e-3]);
    plan.layer("substrate", conductor(15.0), 0.8e-3)
        .unwrap()
        .layer("die", conductor(0.026), 0.2e-3)
        .unwrap()
        .layer("oxide", conductor(0.026), 5e-6)
        .unwrap()
        .block("chip", die, &["die"], conductor(130.0))
        .unwrap()
        .block("chip oxide", die, &["oxide"], conductor(1.4))
        .unwrap()
        .block("trench", trench, &["oxide", "die"], conductor(0.026))
        .unwrap()
}

fn square(x: f64, y: f64) -> Footprint {
    Footprint::centred([100e-6, 100e-6], [x, y])
}

#[test]
fn painted_order_decides_the_material() {
    let plan = package();
    assert_eq!(plan.materials().len(), 4); // air is one material wherever it is used
    let at = |x: f64, y: f64, z: f64| plan.material_at(x, y, z);
    assert_eq!(at(0.0, 0.0, 0.1e-3), 0);
    assert_eq!(at(0.2e-3, -1e-3, 0.9e-3), 2);
    assert_eq!(at(-0.2e-3, -1e-3, 0.9e-3), 1);
    assert_eq!(at(0.2e-3, -1e-3, 1.002e-3), 3);
    assert_eq!(at(0.5e-3, -1e-3, 0.9e-3), 1);
    // above and below the stack: the outermost layers
    assert_eq!(at(0.0, 0.0, -1.0), 0);
    assert_eq!(at(0.2e-3, -1e-3, 1.0), 3);
}

#[test]
fn snaps_are_all_faces() {
    let plan = package()
        .source("heater", square(-1e-3, 2e-3), "die", 0.1)
        .unwrap();
    let close = |found: Vec<f64>, expected: &[f64]| {
        assert_eq!(found.len(), expected.len());
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 1e-17, "roundings of millimetres");
        }
    };
    close(
        plan.snap_x(),
        &[
            -2e-3, -1.05e-3, -0.95e-3, 0.0, 0.495e-3, 0.505e-3, 1e-3, 2e-3,
        ],
    );
    close(plan.snap_y(), &[-3e-3, -2e-3, 0.0, 1.95e-3, 2.05e-3, 3e-3]);
    close(plan.snap_z(), &[0.0, 0.8e-3, 1e-3, 1.005e-3]);
}

#[test]
fn arrays_are_centred_on_their_footprint() {
    let plan = package()
        .source_array(
            "laser",
            square(0.0, 0.3e-3),
            (4, 250e-6, Direction::X),
            "oxide",
            0.05,
        )
        .unwrap();
    let names: Vec<&str> = plan.sources().iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["laser1", "laser2", "laser3", "laser4"]);
    let centre: f64 = plan.sources().iter().flat_map(|s| s.footprint.x).sum();
    assert!(centre.abs() < 1e-18, "symmetric about 0 to round-off");
    let shift = plan.sources()[1].footprint.x[0] - plan.sources()[0].footprint.x[0];
    assert!((shift - 250e-6).abs() < 1e-18, "round-off");
    let total: f64 = plan.sources().iter().map(|s| s.power).sum();
    assert_eq!(total, 0.2); // each source has the whole power
    assert!(
        (plan.sources()[0].volume() - 1e-8 * 5e-6).abs() < 1e-27,
        "round-off"
    );
    let odd = square(0.0, 0.0).array(3, 1e-3, Direction::Y);
    assert_eq!(odd[1], square(0.0, 0.0));
}

#[test]
fn view_shows_one_layer() {
    let plan = package()
        .source("heater", square(0.0, 0.0), "die", 0.1)
        .unwrap();
    let view = plan.view("die").unwrap();
    let names: Vec<&str> = view.blocks.iter().map(|b| b.name.as_str()).collect();
    assert_eq!(names, ["chip", "trench"]);
    assert_eq!(view.sources.len(), 1);
    assert_eq!(view.outline.y, [-3e-3, 3e-3]);
    assert!(plan.view("oxide").unwrap().sources.is_empty());
}

#[test]
fn errors_name_what_is_wrong() {
    let plan = package;
    let text = |result: Result<Floorplan, MeshError>| result.unwrap_err().to_string();
    let message = text(plan().source("s", square(0.0, 0.0), "oxid", 1.0));
    assert!(message.contains("did you mean \"oxide\"?"), "{message}");
    let message = text(plan().block("die 2", square(1.99e-3, 0.0), &["die"], conductor(1.0)));
    assert!(
        message.contains("die 2") && message.contains("beyond the plan"),
        "{message}"
    );
    let flat = Footprint {
        x: [0.0, 0.0],
        y: [0.0, 1e-3],
    };
    assert!(text(plan().source("s", flat, "die", 1.0)).contains("width"));
    assert!(text(plan().layer("lid", conductor(1.0), -1e-3)).contains("thickness"));
    assert!(text(plan().layer("die", conductor(1.0), 1e-3)).contains("already"));
    assert!(text(plan().source("s", square(0.0, 0.0), "die", f64::NAN)).contains("power"));
    assert!(text(Floorplan::new([0.0, 1.0])).contains("width"));
    assert!(text(Floorplan::new([1.0, 1.0]).and_then(Floorplan::complete)).contains("no layers"));
    let empty = Floorplan::new([1.0, 1.0]).unwrap();
    assert!(matches!(
        empty.source("s", square(0.0, 0.0), "die", 1.0),
        Err(MeshError::NoLayers(_))
    ));
    assert!(matches!(
        plan().block("b", square(0.0, 0.0), &[], conductor(1.0)),
        Err(MeshError::NoLayers(_))
    ));
    let array = (0, 1e-3, Direction::X);
    assert!(text(plan().source_array("s", square(0.0, 0.0), array, "die", 1.0)).contains("count"));
}

#[test]
fn overlapping_sources_are_refused_touching_ones_are_not() {
    let one = package()
        .source("one", square(0.0, 0.0), "die", 1.0)
        .unwrap();
    let message = one
        .clone()
        .source("two", square(50e-6, 0.0), "die", 1.0)
        .unwrap_err()
        .to_string();
    assert!(message.contains("one") && message.contains("two") && message.contains("die"));
    assert!(
        one.clone()
            .source("two", square(100e-6, 0.0), "die", 1.0)
            .is_ok()
    );
    assert!(one.source("two", square(0.0, 0.0), "oxide", 1.0).is_ok());
    // a pitch below the width
    let array = (3, 50e-6, Direction::Y);
    assert!(matches!(
        package().source_array("laser", square(0.0, 0.0), array, "die", 1.0),
        Err(MeshError::OverlappingSources { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn painting_ranges_equals_asking_each_cell(
        boxes in prop::collection::vec((-0.8e-3..0.8e-3_f64, -0.8e-3..0.8e-3_f64, 1e-5..0.4e-3_f64, 0..3_usize), 0..6),
        size in 3e-5..3e-4_f64,
    ) {
        let names = ["a", "b", "c"];
        let mut plan = Floorplan::new([3e-3, 3e-3]).unwrap();
        for (i, name) in names.iter().enumerate() {
            plan = plan.layer(name, conductor(1.0 + i as f64), 1e-4 * (1.0 + i as f64)).unwrap();
        }
        for (i, (x, y, w, top)) in boxes.iter().enumerate() {
            let footprint = Footprint::centred([*w, 0.7 * w], [*x, *y]);
            plan = plan.block(&format!("{i}"), footprint, &names[..=*top], conductor(10.0 + i as f64)).unwrap();
        }
        let axis = |lower: f64, upper: f64, snaps: Vec<f64>| {
            snaps.into_iter().fold(Spacing::new(lower, upper, size), Spacing::snap).axis(1.0).unwrap()
        };
        let grid = RectilinearGrid::new([
            axis(-1.5e-3, 1.5e-3, plan.snap_x()),
            axis(-1.5e-3, 1.5e-3, Vec::new()),
            axis(0.0, plan.height(), plan.snap_z()),
        ]);
        let cells = plan.materials_on(&grid);
        let [nx, ny, nz] = grid.shape();
        for k in 0..nz {
            for j in 0..ny {
                for i in (0..nx).step_by(3) {
                    let [x, y, z] = [grid.axis(0).centre(i), grid.axis(1).centre(j), grid.axis(2).centre(k)];
                    prop_assert_eq!(cells[grid.index(i, j, k)], plan.material_at(x, y, z));
                }
            }
        }
    }
}
