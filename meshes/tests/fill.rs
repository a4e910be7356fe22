//! Fractions and normals of cells against independent clipping.

use std::f64::consts::PI;

use cpo_materials::Material;
use cpo_meshes::{Axis, CellFill, CrossSection, FillMap, Shape, Spacing, Window};
use proptest::prelude::*;

type Points = Vec<[f64; 2]>;

const UNIT: Window = Window {
    x: [-1.0, 1.0],
    y: [-1.0, 1.0],
};

fn empty(window: Window) -> CrossSection {
    CrossSection::new(window, Material::with_index(1.0)).unwrap()
}

fn polygon(points: Points) -> Shape {
    Shape::Polygon { points }
}

fn area(polygon: &[[f64; 2]]) -> f64 {
    let n = polygon.len();
    (0..n)
        .map(|i| {
            let (p, q) = (polygon[i], polygon[(i + 1) % n]);
            0.5 * (p[0] * q[1] - p[1] * q[0])
        })
        .sum::<f64>()
}

/// Sutherland–Hodgman clipping by a convex counter-clockwise polygon; right in signed area for any subject.
fn clip(subject: &[[f64; 2]], convex: &[[f64; 2]]) -> Points {
    let mut kept = subject.to_vec();
    for i in 0..convex.len() {
        let (p, q) = (convex[i], convex[(i + 1) % convex.len()]);
        let side = |r: [f64; 2]| (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
        let mut next = Vec::new();
        for k in 0..kept.len() {
            let (a, b) = (kept[k], kept[(k + 1) % kept.len()]);
            let (u, v) = (side(a), side(b));
            if u >= 0.0 {
                next.push(a);
            }
            if u * v < 0.0 {
                let t = u / (u - v);
                next.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
            }
        }
        kept = next;
    }
    kept
}

fn cell_outline(x: &Axis, y: &Axis, i: usize, j: usize) -> Points {
    let ([x0, x1], [y0, y1]) = (
        [x.faces()[i], x.faces()[i + 1]],
        [y.faces()[j], y.faces()[j + 1]],
    );
    vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
}

/// Part of a segment inside a box, as its two ends (Liang–Barsky).
fn segment_inside(a: [f64; 2], b: [f64; 2], low: [f64; 2], high: [f64; 2]) -> f64 {
    let (mut t0, mut t1) = (0.0_f64, 1.0_f64);
    for d in 0..2 {
        let step = b[d] - a[d];
        if step == 0.0 {
            if a[d] <= low[d] || a[d] >= high[d] {
                return 0.0;
            }
            continue;
        }
        let (p, q) = ((low[d] - a[d]) / step, (high[d] - a[d]) / step);
        t0 = t0.max(p.min(q));
        t1 = t1.min(p.max(q));
    }
    (t1 - t0).max(0.0) * (b[0] - a[0]).hypot(b[1] - a[1])
}

fn total(map: &FillMap, x: &Axis, y: &Axis, material: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        for j in 0..y.len() {
            sum += map.fraction(i, j, material) * x.width(i) * y.width(j);
        }
    }
    sum
}

fn check_sums(map: &FillMap, x: &Axis, y: &Axis) {
    for i in 0..x.len() {
        for j in 0..y.len() {
            if let CellFill::Mixed(cell) = map.cell(i, j) {
                let sum: f64 = cell.fractions.iter().map(|f| f.1).sum();
                assert!((sum - 1.0).abs() < 1e-14, "a few roundings");
                assert!(cell.fractions.len() > 1);
                assert!(cell.fractions.iter().all(|f| f.1 > 0.0));
                assert!((cell.normal[0] + cell.normal[2] - 1.0).abs() < 1e-14);
            }
        }
    }
}

/// A star-shaped polygon, in general not convex.
fn star(centre: [f64; 2], radii: &[f64], turn: f64) -> Points {
    radii
        .iter()
        .enumerate()
        .map(|(k, r)| {
            let (s, c) = (turn + 2.0 * PI * k as f64 / radii.len() as f64).sin_cos();
            [centre[0] + r * c, centre[1] + r * s]
        })
        .collect()
}

prop_compose! {
    fn stars()(
        x in -0.5..0.5_f64, y in -0.5..0.5_f64, turn in 0.0..6.3_f64,
        radii in prop::collection::vec(0.1..0.8_f64, 3..12),
    ) -> Points { star([x, y], &radii, turn) }
}

prop_compose! {
    fn convex()(x in -0.5..0.5_f64, y in -0.5..0.5_f64, turn in 0.0..6.3_f64, r in 0.1..0.7_f64, n in 3..9_usize) -> Points {
        star([x, y], &vec![r; n], turn)
    }
}

prop_compose! {
    fn axes()(sizes in prop::collection::vec(0.05..1.0_f64, 2..14)) -> Axis {
        let sum: f64 = sizes.iter().sum();
        let mut faces = vec![-1.0];
        for size in &sizes {
            faces.push(faces[faces.len() - 1] + 2.0 * size / sum);
        }
        let last = faces.len() - 1;
        faces[last] = 1.0;
        Axis::from_faces(faces).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn painted_over_fractions_match_clipping(under in stars(), over in convex(), x in axes(), y in axes()) {
        let map = empty(UNIT)
            .paint("under", Material::with_index(2.0), polygon(under.clone())).unwrap()
            .paint("over", Material::with_index(3.0), polygon(over.clone())).unwrap()
            .fill(&x, &y);
        check_sums(&map, &x, &y);
        let shared = clip(&under, &over);
        for i in 0..x.len() {
            for j in 0..y.len() {
                let cell = cell_outline(&x, &y, i, j);
                let part = |p: &Points| area(&clip(p, &cell)) / area(&cell);
                // round-off 1e-16 of areas of size 1 over cells down to 1e-3
                prop_assert!((map.fraction(i, j, 2) - part(&over)).abs() < 2e-11);
                prop_assert!((map.fraction(i, j, 1) - (part(&under) - part(&shared))).abs() < 2e-11);
            }
        }
    }

    #[test]
    fn normals_match_clipped_edges(outline in stars(), x in axes(), y in axes()) {
        let map = empty(UNIT)
            .paint("star", Material::with_index(2.0), polygon(outline.clone())).unwrap()
            .fill(&x, &y);
        for i in 0..x.len() {
            for j in 0..y.len() {
                let cell = cell_outline(&x, &y, i, j);
                let mut expected = [0.0; 3];
                for k in 0..outline.len() {
                    let (a, b) = (outline[k], outline[(k + 1) % outline.len()]);
                    let length = segment_inside(a, b, cell[0], cell[2]);
                    let whole = (b[0] - a[0]).hypot(b[1] - a[1]);
                    let (nx, ny) = (-(b[1] - a[1]) / whole, (b[0] - a[0]) / whole);
                    expected[0] += length * nx * nx;
                    expected[1] += length * nx * ny;
                    expected[2] += length * ny * ny;
                }
                let trace = expected[0] + expected[2];
                match map.cell(i, j) {
                    // a piece too short to make a fraction of 1e-11 may be left out
                    CellFill::Pure(_) => prop_assert!(trace < 1e-5),
                    CellFill::Mixed(found) => for k in 0..3 {
                        // round-off 1e-15 of coordinates over the length of the pieces
                        prop_assert!((found.normal[k] - expected[k] / trace).abs() < 1e-13 + 1e-14 / trace);
                    },
                }
            }
        }
    }

    #[test]
    fn staggered_and_wider_axes_agree(outline in stars(), x in axes(), y in axes()) {
        let section = empty(UNIT).paint("star", Material::with_index(2.0), polygon(outline)).unwrap();
        let (map, dual) = (section.fill(&x, &y), section.fill(&x.dual(), &y.dual()));
        // two exact integrals of the same set
        prop_assert!((total(&map, &x, &y, 1) - total(&dual, &x.dual(), &y.dual(), 1)).abs() < 1e-12);
        check_sums(&dual, &x.dual(), &y.dual());
    }

    #[test]
    fn mirror_image_has_mirrored_fill(outline in stars(), x in axes(), y in axes()) {
        let mirrored: Points = outline.iter().map(|p| [-p[0], p[1]]).collect();
        let flip = Axis::from_faces(x.faces().iter().rev().map(|f| -f).collect()).unwrap();
        let paint = |points| empty(UNIT).paint("star", Material::with_index(2.0), polygon(points)).unwrap();
        let (map, image) = (paint(outline).fill(&x, &y), paint(mirrored).fill(&flip, &y));
        for i in 0..x.len() {
            for j in 0..y.len() {
                let difference = map.fraction(i, j, 1) - image.fraction(x.len() - 1 - i, j, 1);
                prop_assert!(difference.abs() < 2e-11); // round-off over small cells, as above
            }
        }
    }
}

#[test]
fn rotated_square_keeps_its_area() {
    let x = Axis::uniform(-1.0, 1.0, 37).unwrap();
    for degrees in [0.0_f64, 1.0, 17.0, 30.0, 45.0, 89.0] {
        let (s, c) = degrees.to_radians().sin_cos();
        let corners = [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]];
        let turned: Points = corners
            .iter()
            .map(|p| [c * p[0] - s * p[1], s * p[0] + c * p[1]])
            .collect();
        let section = empty(UNIT)
            .paint("square", Material::with_index(2.0), polygon(turned))
            .unwrap();
        let map = section.fill(&x, &x);
        // 37² cells each rounded to 1e-16
        assert!((total(&map, &x, &x, 1) - 1.0).abs() < 1e-13);
    }
}

#[test]
fn circle_has_its_area() {
    let x = Axis::uniform(-1.0, 1.0, 50).unwrap();
    let circle = Shape::Circle {
        x: 0.1,
        y: -0.05,
        radius: 0.7,
    };
    let map = empty(UNIT)
        .paint("fibre", Material::with_index(2.0), circle)
        .unwrap()
        .fill(&x, &x);
    assert!((total(&map, &x, &x, 1) - PI * 0.49).abs() < 1e-13); // round-off: the polygon is area-true
    check_sums(&map, &x, &x);
}

#[test]
fn slanted_wall_has_its_normal() {
    // one wall through the middle of a 3 x 3 grid, 8° from the vertical
    let lean = 8.0_f64.to_radians();
    let foot = lean.tan();
    let half: Points = vec![[-1.0, -1.0], [foot, -1.0], [-foot, 1.0], [-1.0, 1.0]];
    let axis = Axis::uniform(-1.0, 1.0, 3).unwrap();
    let map = empty(UNIT)
        .paint("half", Material::with_index(2.0), polygon(half))
        .unwrap()
        .fill(&axis, &axis);
    for j in 0..3 {
        let CellFill::Mixed(cell) = map.cell(1, j) else {
            panic!("cut cell");
        };
        let (s, c) = lean.sin_cos();
        for (found, expected) in cell.normal.iter().zip([c * c, s * c, s * s]) {
            assert!((found - expected).abs() < 1e-14, "round-off");
        }
        assert_eq!(map.cell(0, j), CellFill::Pure(1));
        assert_eq!(map.cell(2, j), CellFill::Pure(0));
    }
}

#[test]
fn corner_cell_weighs_normals_by_length() {
    // a quarter of the cell [0, 1]²: a wall of length 0.5 along y and one of 0.5 along x
    let axis = Axis::from_faces(vec![0.0, 1.0]).unwrap();
    let window = Window {
        x: [0.0, 1.0],
        y: [0.0, 1.0],
    };
    let shape = Shape::Rectangle {
        x: 0.25,
        bottom: 0.0,
        width: 0.5,
        height: 0.25,
    };
    let map = empty(window)
        .paint("corner", Material::with_index(2.0), shape)
        .unwrap()
        .fill(&axis, &axis);
    let CellFill::Mixed(cell) = map.cell(0, 0) else {
        panic!("cut cell");
    };
    assert_eq!(cell.fractions, [(0, 0.875), (1, 0.125)]);
    for (found, expected) in cell.normal.iter().zip([1.0 / 3.0, 0.0, 2.0 / 3.0]) {
        assert!((found - expected).abs() < 1e-15, "round-off");
    }
}

#[test]
fn interfaces_on_faces_leave_cells_pure() {
    let x = Spacing::new(-1.0, 1.0, 0.07).snap(-0.25).snap(0.25);
    let y = Spacing::new(-1.0, 1.0, 0.09).snap(-0.3).snap(0.3);
    let (x, y) = (x.axis(1.0).unwrap(), y.axis(1.0).unwrap());
    let core = polygon(vec![[-0.25, -0.3], [0.25, -0.3], [0.25, 0.3], [-0.25, 0.3]]);
    let section = empty(UNIT)
        .paint("core", Material::with_index(2.0), core)
        .unwrap();
    let map = section.fill(&x, &y);
    assert_eq!(map.mixed_cells(), 0);
    for i in 0..x.len() {
        for j in 0..y.len() {
            let expected = section.material_at(x.centre(i), y.centre(j));
            assert_eq!(map.cell(i, j), CellFill::Pure(expected));
        }
    }
}

#[test]
fn shapes_sharing_slanted_edges_leave_no_seam() {
    // two halves of one material along a slanted line: the seam is no interface
    let axis = Axis::uniform(-1.0, 1.0, 11).unwrap();
    let left: Points = vec![[-1.0, -1.0], [-0.3, -1.0], [0.37, 1.0], [-1.0, 1.0]];
    // the same edge cut in two by a point on it, up to round-off
    let middle = [-0.3 + 0.67 * 0.3, -1.0 + 2.0 * 0.3];
    let right: Points = vec![[-0.3, -1.0], [1.0, -1.0], [1.0, 1.0], [0.37, 1.0], middle];
    let glass = || Material::with_index(2.0);
    let one = empty(UNIT)
        .paint("left", glass(), polygon(left.clone()))
        .unwrap()
        .paint("right", glass(), polygon(right.clone()))
        .unwrap();
    let map = one.fill(&axis, &axis);
    assert_eq!(map.mixed_cells(), 0);
    // different materials: their areas add up to the window's and no background shows
    let map = empty(UNIT)
        .paint("left", glass(), polygon(left.clone()))
        .unwrap()
        .paint("right", Material::with_index(3.0), polygon(right))
        .unwrap()
        .fill(&axis, &axis);
    assert!((total(&map, &axis, &axis, 1) - area(&left)).abs() < 1e-13);
    assert!(total(&map, &axis, &axis, 0) < 1e-13);
}

#[test]
fn regions_continue_beyond_the_window() {
    // a half plane and a strip that ends on the border, seen by axes twice as wide
    let axis = Axis::uniform(-2.0, 2.0, 40).unwrap();
    let strip = Shape::Rectangle {
        x: 0.5,
        bottom: -0.2,
        width: 1.0,
        height: 0.4,
    };
    let section = empty(UNIT)
        .paint("strip", Material::with_index(2.0), strip)
        .unwrap();
    let map = section.fill(&axis, &axis);
    for i in 0..40 {
        for j in 0..40 {
            let (x, y) = (axis.centre(i), axis.centre(j));
            let inside = usize::from(x > 0.0 && y.abs() < 0.2);
            assert_eq!(map.cell(i, j), CellFill::Pure(inside), "at {x}, {y}");
            assert_eq!(section.material_at(x, y), inside);
        }
    }
    // a slanted band leaves through the top border and continues upwards from there
    let band: Points = vec![[-0.55, -1.0], [-0.35, -1.0], [0.65, 1.0], [0.45, 1.0]];
    let map = empty(UNIT)
        .paint("band", Material::with_index(2.0), polygon(band))
        .unwrap()
        .fill(&axis, &axis);
    for j in 30..40 {
        assert_eq!(map.cell(25, j), CellFill::Pure(1)); // x in [0.5, 0.6]
        let CellFill::Mixed(cell) = map.cell(24, j) else {
            panic!("cut by the wall at 0.45");
        };
        assert!((cell.fractions[0].1 - 0.5).abs() < 1e-9 && cell.normal[0] > 1.0 - 1e-12);
    }
}

#[test]
fn reversed_order_of_painting_shows_the_other() {
    let axis = Axis::uniform(-1.0, 1.0, 5).unwrap();
    let big = || polygon(vec![[-0.8, -0.8], [0.8, -0.8], [0.8, 0.8], [-0.8, 0.8]]);
    let small = || polygon(vec![[0.0, -0.3], [0.3, 0.0], [0.0, 0.3], [-0.3, 0.0]]);
    let (glass, core) = (Material::with_index(2.0), Material::with_index(3.0));
    let map = empty(UNIT)
        .paint("core", core, small())
        .unwrap()
        .paint("glass", glass, big())
        .unwrap()
        .fill(&axis, &axis);
    assert_eq!(total(&map, &axis, &axis, 1), 0.0);
    assert!((total(&map, &axis, &axis, 2) - 2.56).abs() < 1e-13);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Rectangles on a lattice share edges, corners and whole sides; everything is countable.
    #[test]
    fn lattice_rectangles_are_counted(
        boxes in prop::collection::vec((0..8_u32, 0..8_u32, 1..6_u32, 1..6_u32, 1..4_u32), 1..8),
        columns in prop::collection::btree_set(1..16_u32, 0..6),
        rows in prop::collection::btree_set(1..16_u32, 0..6),
    ) {
        let window = Window { x: [0.0, 8.0], y: [0.0, 8.0] };
        let mut section = empty(window);
        for (k, (x, y, w, h, material)) in boxes.iter().enumerate() {
            let [x, y, w, h] = [x, y, w, h].map(|v| f64::from(*v));
            let shape = Shape::Rectangle { x: x + 0.5 * w, bottom: y, width: w, height: h };
            section = section.paint(&format!("{k}"), Material::with_index(1.0 + f64::from(*material)), shape).unwrap();
        }
        // faces at multiples of 1/2: on the lattice or half-way
        let axis = |inner: &std::collections::BTreeSet<u32>| {
            let mut faces = vec![0.0];
            faces.extend(inner.iter().map(|&f| 0.5 * f64::from(f)));
            faces.push(8.0);
            Axis::from_faces(faces).unwrap()
        };
        let (x, y) = (axis(&columns), axis(&rows));
        let map = section.fill(&x, &y);
        check_sums(&map, &x, &y);
        let material = |i: usize, j: usize| section.material_at(0.5 * i as f64 + 0.25, 0.5 * j as f64 + 0.25);
        for i in 0..x.len() {
            for j in 0..y.len() {
                let range = |axis: &Axis, k: usize| (2.0 * axis.faces()[k]) as usize..(2.0 * axis.faces()[k + 1]) as usize;
                let (columns, rows) = (range(&x, i), range(&y, j));
                let mut count = vec![0.0; section.materials().len()];
                let (mut across, mut up) = (0.0, 0.0);
                for p in columns.clone() {
                    for q in rows.clone() {
                        count[material(p, q)] += 1.0;
                        across += f64::from(u8::from(p + 1 < columns.end && material(p, q) != material(p + 1, q)));
                        up += f64::from(u8::from(q + 1 < rows.end && material(p, q) != material(p, q + 1)));
                    }
                }
                let total: f64 = count.iter().sum();
                for (m, squares) in count.iter().enumerate() {
                    prop_assert!((map.fraction(i, j, m) - squares / total).abs() < 1e-14); // a few roundings
                }
                if let CellFill::Mixed(cell) = map.cell(i, j) {
                    let expected = [across / (across + up), 0.0, up / (across + up)];
                    for k in 0..3 {
                        prop_assert!((cell.normal[k] - expected[k]).abs() < 1e-14); // a few roundings
                    }
                }
            }
        }
    }

    /// Turned tiles that share all their edges: no background shows, and areas add up.
    #[test]
    fn turned_tiles_leave_no_gap(
        shifts in prop::collection::vec((-0.3..0.3_f64, -0.3..0.3_f64), 25),
        degrees in 0.0..90.0_f64, cells in 3..40_usize, alike in any::<bool>(),
    ) {
        let (s, c) = degrees.to_radians().sin_cos();
        let node = |i: usize, j: usize| {
            let (dx, dy) = shifts[5 * j + i];
            let (u, v) = (i as f64 - 2.0 + dx, j as f64 - 2.0 + dy);
            [c * u - s * v, s * u + c * v]
        };
        let window = Window { x: [-4.0, 4.0], y: [-4.0, 4.0] };
        let mut section = empty(window);
        let mut areas = [0.0; 3];
        for i in 0..4 {
            for j in 0..4 {
                let tile = vec![node(i, j), node(i + 1, j), node(i + 1, j + 1), node(i, j + 1)];
                let kind = if alike { 1 } else { 1 + (i + j) % 2 };
                areas[kind] += area(&tile);
                let material = Material::with_index(1.0 + kind as f64);
                section = section.paint(&format!("{i} {j}"), material, polygon(tile)).unwrap();
            }
        }
        let axis = Axis::uniform(-4.0, 4.0, cells).unwrap();
        let map = section.fill(&axis, &axis);
        check_sums(&map, &axis, &axis);
        for kind in 1..section.materials().len() {
            // cell fractions below 1e-11 are dropped: 1600 cells of that share at worst
            prop_assert!((total(&map, &axis, &axis, kind) - areas[kind]).abs() < 1e-10);
        }
        if alike {
            // only the outline cuts cells; those in the middle are pure whatever the seams
            let middle = axis.locate(0.3).unwrap();
            if axis.width(middle) < 0.3 {
                prop_assert_eq!(map.cell(middle, middle), CellFill::Pure(1));
            }
        }
    }
}
