//! Painting, snapping, corners and errors of cross-sections and layer stacks.

use cpo_materials::{Angle, Length, Material, Quantity};
use cpo_meshes::{Axis, CrossSection, LayerStack, MeshError, Shape, Window};

const WINDOW: Window = Window {
    x: [-2e-6, 2e-6],
    y: [-1e-6, 1.5e-6],
};

fn glass() -> Material {
    Material::with_index(1.444)
}

fn silicon() -> Material {
    Material::with_index(3.48)
}

fn rectangle(x: f64, bottom: f64, width: f64, height: f64) -> Shape {
    Shape::Rectangle {
        x,
        bottom,
        width,
        height,
    }
}

fn empty() -> CrossSection {
    CrossSection::new(WINDOW, glass()).unwrap()
}

#[test]
fn later_covers_earlier_and_materials_are_listed_once() {
    let section = empty()
        .paint("slab", silicon(), rectangle(0.0, 0.0, 10e-6, 0.1e-6))
        .unwrap()
        .paint("core", silicon(), rectangle(0.0, 0.0, 0.5e-6, 0.2e-6))
        .unwrap()
        .paint("slot", glass(), rectangle(0.0, -0.1e-6, 0.1e-6, 0.5e-6))
        .unwrap();
    assert_eq!(section.materials().len(), 2);
    assert_eq!(section.regions()[2].material, 0);
    assert_eq!(section.material_at(0.0, 0.05e-6), 0);
    assert_eq!(section.material_at(0.1e-6, 0.15e-6), 1);
    assert_eq!(section.material_at(0.1e-6, -0.01e-6), 0);
    // beyond the window as on its border
    assert_eq!(section.material_at(9e-6, 0.05e-6), 1);
}

#[test]
fn only_visible_interfaces_snap() {
    let section = empty()
        .paint("slab", silicon(), rectangle(0.0, 0.0, 4e-6, 0.1e-6))
        .unwrap()
        .paint("core", silicon(), rectangle(0.0, 0.0, 0.5e-6, 0.25e-6))
        .unwrap()
        .paint(
            "hidden",
            silicon(),
            rectangle(0.0, 0.02e-6, 0.1e-6, 0.05e-6),
        )
        .unwrap();
    // the bottom of the core and the sides of "hidden" lie in silicon, the slab's sides on the border
    assert_eq!(section.snap_x(), [-0.25e-6, 0.25e-6]);
    assert_eq!(section.snap_y(), [0.0, 0.1e-6, 0.25e-6]);
}

#[test]
fn trapezoid_snaps_only_flat_sides() {
    let shape = Shape::Trapezoid {
        x: 0.0,
        bottom: 0.0,
        width: 0.5e-6,
        height: 0.25e-6,
        sidewall: 0.1,
    };
    let section = empty().paint("core", silicon(), shape).unwrap();
    assert!(section.snap_x().is_empty());
    assert_eq!(section.snap_y(), [0.0, 0.25e-6]);
    assert_eq!(section.corners().len(), 4);
}

#[test]
fn corners_are_where_visible_interfaces_bend_or_meet() {
    // a rib: the slab's top meets the ridge's walls, the ridge's lower corners are inside silicon
    let section = empty()
        .paint("slab", silicon(), rectangle(0.0, 0.0, 4e-6, 0.1e-6))
        .unwrap()
        .paint("ridge", silicon(), rectangle(0.0, 0.0, 0.5e-6, 0.25e-6))
        .unwrap();
    let mut corners = section.corners();
    corners.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let expected = [
        [-0.25e-6, 0.1e-6],
        [-0.25e-6, 0.25e-6],
        [0.25e-6, 0.1e-6],
        [0.25e-6, 0.25e-6],
    ];
    assert_eq!(corners.len(), 4);
    for (found, point) in corners.iter().zip(expected) {
        assert!((found[0] - point[0]).hypot(found[1] - point[1]) < 1e-15); // 1e-9 of the window
    }
}

#[test]
fn smooth_outlines_have_no_corners() {
    let circle = Shape::Circle {
        x: 0.0,
        y: 0.2e-6,
        radius: 0.5e-6,
    };
    let section = empty().paint("rod", silicon(), circle).unwrap();
    assert!(section.corners().is_empty());
    assert!(section.snap_x().is_empty() && section.snap_y().is_empty());
    // a circle sunk into a layer has two, where its outline meets the surface: through an edge's
    // middle and through a vertex of its polygon
    for height in [1.1e-6, 1.2e-6] {
        let cover = rectangle(0.0, -1e-6, 4e-6, height);
        let sunk = section
            .clone()
            .paint("cover", Material::with_index(2.0), cover)
            .unwrap();
        assert_eq!(sunk.corners().len(), 2);
    }
    // a polygon of many short sides is as smooth
    let points = (0..60)
        .map(|k| {
            let (s, c) = (f64::from(k) * std::f64::consts::TAU / 60.0).sin_cos();
            [0.3e-6 * c, 0.3e-6 * s]
        })
        .collect();
    let fine = empty()
        .paint("rod", silicon(), Shape::Polygon { points })
        .unwrap();
    assert!(fine.corners().is_empty());
}

#[test]
fn bad_input_is_reported() {
    let paint = |shape| empty().paint("core", silicon(), shape).unwrap_err();
    assert!(matches!(
        paint(rectangle(0.0, 0.0, 0.0, 1e-6)),
        MeshError::Shape {
            quantity: "width",
            ..
        }
    ));
    assert!(matches!(
        paint(rectangle(f64::INFINITY, 0.0, 1e-6, 1e-6)),
        MeshError::Shape { quantity: "x", .. }
    ));
    let outside = paint(rectangle(5e-6, 0.0, 1e-6, 1e-6));
    let text = outside.to_string();
    assert!(matches!(outside, MeshError::OutsideWindow { .. }));
    assert!(
        text.contains("core") && text.contains("4.5") && text.contains("-2"),
        "{text}"
    );
    // touching the window from outside shows nothing either
    assert!(matches!(
        paint(rectangle(2.5e-6, 0.0, 1e-6, 1e-6)),
        MeshError::OutsideWindow { .. }
    ));
    let bow = vec![[0.0, 0.0], [1e-6, 1e-6], [1e-6, 0.0], [0.0, 1e-6]];
    assert!(matches!(
        paint(Shape::Polygon { points: bow }),
        MeshError::SelfCrossing {
            first: 0,
            second: 2,
            ..
        }
    ));
    let twice = empty()
        .paint("core", silicon(), rectangle(0.0, 0.0, 1e-6, 1e-6))
        .unwrap()
        .paint("core", silicon(), rectangle(0.0, 0.0, 1e-6, 1e-6));
    assert!(matches!(twice, Err(MeshError::Duplicate { .. })));
    for x in [[1e-6, -1e-6], [0.0, 0.0], [0.0, f64::NAN]] {
        let window = Window { x, y: [0.0, 1e-6] };
        assert!(matches!(
            CrossSection::new(window, glass()),
            Err(MeshError::Window { .. })
        ));
    }
}

fn stack() -> LayerStack {
    LayerStack::from_bottom()
        .layer("substrate", &silicon(), Length::um(5.0))
        .layer("box", &glass(), Length::um(2.0))
        .layer("core", &silicon(), Length::nm(220.0))
        .layer("clad", &Material::with_index(1.5), Length::um(1.0))
        .layer("air", &Material::with_index(1.0), Length::um(1.0))
}

#[test]
fn strip_is_etched_and_refilled_by_the_layer_above() {
    let strip = stack()
        .strip("core", Length::nm(450.0))
        .unwrap()
        .window(Length::um(4.0), Length::um(8.0))
        .unwrap();
    let index = |x: f64, y: f64| strip.materials()[strip.material_at(x, y)].clone();
    assert!(index(0.0, 0.1e-6).same_as(&silicon()));
    assert!(index(1e-6, 0.1e-6).same_as(&Material::with_index(1.5)));
    assert!(index(1e-6, -1e-6).same_as(&glass()));
    assert!(index(1e-6, 2e-6).same_as(&Material::with_index(1.0)));
    assert!(index(1e-6, -3e-6).same_as(&silicon()));
    let core = Length::nm(220.0).si();
    let snaps = strip.snap_y();
    assert_eq!(snaps.len(), 4);
    assert_eq!(snaps[1..3], [0.0, core]); // exact: y = 0 is the bottom of the stripped layer
    assert!((strip.window().y[0] + strip.window().y[1] - core).abs() < 1e-21);
    // a wider window shows the layers run on
    let wider = Window {
        x: [-50e-6, 50e-6],
        y: [-20e-6, 20e-6],
    };
    let wide = strip.with_window(wider).unwrap();
    assert_eq!(wide.material_at(40e-6, -1e-6), wide.material_at(0.0, -1e-6));
    assert_eq!(
        wide.material_at(40e-6, -19e-6),
        wide.material_at(0.0, -3e-6)
    );
}

#[test]
fn rib_keeps_a_slab() {
    let rib = stack()
        .rib("core", Length::nm(450.0), Length::nm(70.0))
        .unwrap()
        .window(Length::um(4.0), Length::um(2.0))
        .unwrap();
    let silicon_at = |x: f64, y: f64| rib.materials()[rib.material_at(x, y)].same_as(&silicon());
    assert!(silicon_at(1e-6, 0.149e-6) && !silicon_at(1e-6, 0.151e-6));
    assert!(silicon_at(0.0, 0.219e-6) && !silicon_at(0.0, 0.221e-6));
    assert_eq!(rib.snap_y().len(), 3);
    assert_eq!(rib.corners().len(), 4);
    let too_deep = stack().rib("core", Length::nm(450.0), Length::nm(300.0));
    assert!(matches!(
        too_deep.unwrap_err(),
        MeshError::Shape {
            quantity: "etch depth",
            ..
        }
    ));
}

#[test]
fn leaning_walls_keep_the_area() {
    let strip = stack()
        .strip("core", Length::nm(450.0))
        .unwrap()
        .sidewall(Angle::deg(8.0))
        .window(Length::um(2.0), Length::um(1.0))
        .unwrap();
    let [x, y] = [strip.window().x, strip.window().y]
        .map(|ends| Axis::uniform(ends[0], ends[1], 40).unwrap());
    let map = strip.fill(&x, &y);
    let core = strip.material_at(0.0, 0.1e-6);
    let mut area = 0.0;
    for i in 0..x.len() {
        for j in 0..y.len() {
            area += map.fraction(i, j, core) * x.width(i) * y.width(j);
        }
    }
    // width at half height times height, to round-off
    assert!((area / (450e-9 * 220e-9) - 1.0).abs() < 1e-12);
}

#[test]
fn planar_stack_counts_from_its_origin() {
    let window = Window {
        x: [-1e-6, 1e-6],
        y: [-3e-6, 3e-6],
    };
    let planar = stack().planar("box", window).unwrap();
    let snaps = planar.snap_y();
    let expected = [0.0, 2e-6, 2.22e-6];
    assert_eq!(snaps.len(), 3);
    for (found, face) in snaps.iter().zip(expected) {
        assert!(
            (found - face).abs() < 1e-20,
            "a few roundings of micrometres"
        );
    }
}

#[test]
fn stack_errors_name_the_layer() {
    let width = Length::nm(450.0);
    let text = stack().strip("coer", width).unwrap_err().to_string();
    assert!(text.contains("did you mean \"core\"?"), "{text}");
    assert!(matches!(
        LayerStack::from_bottom().strip("core", width).unwrap_err(),
        MeshError::NoLayers(_)
    ));
    assert!(matches!(
        stack().strip("air", width).unwrap_err(),
        MeshError::NothingAbove { .. }
    ));
    assert!(matches!(
        stack()
            .layer("box", &glass(), width)
            .strip("core", width)
            .unwrap_err(),
        MeshError::Duplicate { .. }
    ));
    let flat = stack().layer("film", &glass(), Length::nm(0.0));
    assert!(matches!(
        flat.strip("core", width).unwrap_err(),
        MeshError::Shape {
            quantity: "thickness",
            ..
        }
    ));
    let away = Window {
        x: [1e-6, 2e-6],
        y: [-1e-6, 1e-6],
    };
    assert!(matches!(
        stack()
            .strip("core", width)
            .unwrap()
            .in_window(away)
            .unwrap_err(),
        MeshError::OutsideWindow { .. }
    ));
    let closed = stack()
        .strip("core", Length::nm(30.0))
        .unwrap()
        .sidewall(Angle::deg(10.0));
    assert!(matches!(
        closed.window(Length::um(1.0), Length::um(1.0)).unwrap_err(),
        MeshError::Shape {
            quantity: "sidewall angle",
            ..
        }
    ));
}
