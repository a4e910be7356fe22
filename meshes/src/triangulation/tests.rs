//! Triangulations of scenes that are easy to get wrong.

mod motion;
mod random;

use std::collections::BTreeMap;
use std::f64::consts::PI;

use cpo_materials::Material;

use super::curve::{cross, distance};
use super::delaunay::corner;
use super::*;
use crate::{Axis, CrossSection, Shape};

const MICRON: f64 = 1e-6;

fn window(x: [f64; 2], y: [f64; 2]) -> Window {
    Window {
        x: x.map(|v| v * MICRON),
        y: y.map(|v| v * MICRON),
    }
}

fn rectangle(x: f64, bottom: f64, width: f64, height: f64) -> Shape {
    trapezoid(x, bottom, width, height, 0.0)
}

fn trapezoid(x: f64, bottom: f64, width: f64, height: f64, sidewall: f64) -> Shape {
    let [x, bottom, width, height] = [x, bottom, width, height].map(|v| v * MICRON);
    Shape::Trapezoid {
        x,
        bottom,
        width,
        height,
        sidewall,
    }
}

fn circle(x: f64, y: f64, radius: f64) -> Shape {
    let [x, y, radius] = [x, y, radius].map(|v| v * MICRON);
    Shape::Circle { x, y, radius }
}

/// Shapes with the indices of their materials, in a window.
fn scene(window: Window, shapes: &[(f64, Shape)]) -> CrossSection {
    let mut section = CrossSection::new(window, Material::with_index(1.444)).unwrap();
    for (k, (index, shape)) in shapes.iter().enumerate() {
        let material = Material::with_index(*index);
        section = section
            .paint(&format!("r{k}"), material, shape.clone())
            .unwrap();
    }
    section
}

fn square() -> Window {
    window([-2.0, 2.0], [-2.0, 2.0])
}

fn wire() -> CrossSection {
    let window = window([-1.5, 1.5], [-1.4, 1.6]);
    scene(window, &[(3.4777, rectangle(0.0, 0.0, 0.5, 0.22))])
}

fn size(material: usize, _: [f64; 2]) -> f64 {
    if material == 0 { 0.6e-6 } else { 0.25e-6 }
}

fn mesh(section: &CrossSection) -> Triangulation {
    TriangulationBuilder::new(section)
        .size(size)
        .build()
        .unwrap()
}

fn angles(mesh: &Triangulation) -> impl Iterator<Item = f64> {
    mesh.triangles.iter().flat_map(|t| {
        let p = t.vertices.map(|v| mesh.vertices[v]);
        [0, 1, 2].map(|k| corner(p[k], p[(k + 1) % 3], p[(k + 2) % 3]))
    })
}

fn smallest_angle(mesh: &Triangulation) -> f64 {
    angles(mesh).fold(PI, f64::min).to_degrees()
}

/// Area of every material, m².
fn areas(mesh: &Triangulation, materials: usize) -> Vec<f64> {
    let mut areas = vec![0.0; materials];
    for (t, triangle) in mesh.triangles.iter().enumerate() {
        areas[triangle.material] += mesh.area(t);
    }
    areas
}

/// Every side in one triangle on the border and in two, opposite, inside; V − E + F = 1; curved sides
/// alike in both triangles with ends on their circle; positive areas that sum to the domain's.
fn check(mesh: &Triangulation) {
    let mut sides: BTreeMap<[usize; 2], (usize, usize)> = BTreeMap::new();
    let mut total = 0.0;
    for (t, triangle) in mesh.triangles.iter().enumerate() {
        let v = triangle.vertices;
        let [a, b, c] = v.map(|v| mesh.vertices[v]);
        assert!(cross(a, b, c) > 0.0, "triangle {t} is inverted");
        assert!(mesh.area(t) > 0.0, "triangle {t} folds over");
        total += mesh.area(t);
        for k in 0..3 {
            let ends = [v[k], v[(k + 1) % 3]];
            assert!(sides.insert(ends, (t, k)).is_none(), "side {ends:?} twice");
            if let Some(arc) = triangle.curve[k] {
                let Arc { centre, radius } = mesh.arcs[arc];
                for end in ends {
                    let off = distance(mesh.vertices[end], centre) - radius;
                    assert!(
                        off.abs() < 1e-9 * mesh.domain.extent(),
                        "{off} off the circle"
                    );
                }
            }
        }
    }
    let mut edges = 0;
    for (&[a, b], &(t, k)) in &sides {
        match sides.get(&[b, a]) {
            Some(&(other, l)) => {
                assert!(mesh.side(t, k).is_none());
                assert_eq!(mesh.triangles[t].curve[k], mesh.triangles[other].curve[l]);
                edges += usize::from(a < b);
            }
            None => {
                assert!(
                    mesh.side(t, k).is_some(),
                    "a hole at {:?}",
                    mesh.vertices[a]
                );
                edges += 1;
            }
        }
    }
    assert_eq!(mesh.vertices.len() + mesh.triangles.len(), edges + 1);
    let whole = mesh.domain.width() * mesh.domain.height();
    // a thousand terms, each rounded
    assert!((total / whole - 1.0).abs() < 1e-12, "{total} of {whole}");
}

/// Materials and areas of a mesh agree with the section itself: exactly but for circles, which the
/// section's own areas know as polygons of 1440 sides.
fn compare(mesh: &Triangulation, section: &CrossSection, tolerance: f64) {
    check(mesh);
    let domain = mesh.domain;
    let axis = |ends: [f64; 2]| Axis::from_faces(ends.to_vec()).unwrap();
    let fill = section.fill(&axis(domain.x), &axis(domain.y));
    let whole = domain.width() * domain.height();
    for (material, area) in areas(mesh, section.materials().len())
        .into_iter()
        .enumerate()
    {
        let exact = fill.fraction(0, 0, material) * whole;
        assert!(
            (area - exact).abs() < tolerance * whole,
            "material {material}: {area} instead of {exact}"
        );
    }
    let n = 41;
    let points = |[a, b]: [f64; 2]| -> Vec<f64> {
        (0..n)
            .map(|i| a + (b - a) * (i as f64 + 0.513) / n as f64)
            .collect()
    };
    let (x, y) = (points(domain.x), points(domain.y));
    let found = mesh.locate(&x, &y);
    for (at, triangle) in found.iter().enumerate() {
        let triangle = triangle.expect("every point of the domain is in a triangle");
        let (x, y) = (x[at % n], y[at / n]);
        // the polygon that stands for a circle leaves it by 2.4·10⁻⁶ of the radius
        let off = 1e-5 * domain.extent();
        let near = [[0.0, 0.0], [off, 0.0], [-off, 0.0], [0.0, off], [0.0, -off]];
        let materials = near.map(|[dx, dy]| section.material_at(x + dx, y + dy));
        assert!(materials.contains(&mesh.triangles[triangle].material));
    }
}

#[test]
fn wire_has_few_well_shaped_triangles() {
    let section = wire();
    let mesh = mesh(&section);
    compare(&mesh, &section, 1e-14);
    let count = mesh.triangles.len();
    assert!((60..=150).contains(&count), "{count} triangles");
    assert!(smallest_angle(&mesh) > 20.0);
    assert_eq!(mesh.singular.len(), section.corners().len());
    for triangle in &mesh.triangles {
        let p = triangle.vertices.map(|v| mesh.vertices[v]);
        let longest = (0..3)
            .map(|k| distance(p[k], p[(k + 1) % 3]))
            .fold(0.0, f64::max);
        assert!(longest <= 1.001 * size(triangle.material, [0.0; 2]));
        let singular = triangle
            .vertices
            .iter()
            .filter(|v| mesh.singular.contains(v));
        assert!(singular.count() <= 1);
    }
}

#[test]
fn corners_get_geometric_layers() {
    let section = wire();
    let builder = || TriangulationBuilder::new(&section).size(size);
    let plain = builder().build().unwrap();
    let layered = builder().corner_layers(3, 0.2).build().unwrap();
    compare(&layered, &section, 1e-14);
    let shortest = |mesh: &Triangulation, corner: usize| {
        let ends = mesh
            .triangles
            .iter()
            .filter(|t| t.vertices.contains(&corner));
        ends.flat_map(|t| t.vertices)
            .filter(|&v| v != corner)
            .map(|v| distance(mesh.vertices[v], mesh.vertices[corner]))
            .fold(f64::INFINITY, f64::min)
    };
    assert_eq!(layered.singular.len(), 4);
    for &corner in &layered.singular {
        let shrunk = shortest(&layered, corner) / shortest(&plain, corner);
        // coordinates of 1e-7 m rounded to 1e-23 m
        assert!((shrunk / 0.2_f64.powi(3) - 1.0).abs() < 1e-9, "{shrunk}");
        let around = |mesh: &Triangulation| {
            mesh.triangles
                .iter()
                .filter(|t| t.vertices.contains(&corner))
                .count()
        };
        assert_eq!(around(&layered), around(&plain));
    }
}

#[test]
fn layers_follow_arcs() {
    let section = scene(
        square(),
        &[
            (1.6, circle(0.1, 0.2, 0.9)),
            (2.5, rectangle(0.4, 0.5, 1.5, 1.0)),
        ],
    );
    let mesh = TriangulationBuilder::new(&section)
        .size(size)
        .corner_layers(4, 0.15);
    let mesh = mesh.build().unwrap();
    compare(&mesh, &section, 1e-5);
    assert_eq!(mesh.singular.len(), section.corners().len());
}

#[test]
fn circles_are_exact() {
    let section = scene(square(), &[(1.6, circle(0.0, 0.0, 0.5))]);
    for (domain, part) in [
        (square(), 1.0),
        (window([0.0, 2.0], [-2.0, 2.0]), 0.5),
        (window([0.0, 2.0], [0.0, 2.0]), 0.25),
    ] {
        let mesh = TriangulationBuilder::new(&section)
            .size(size)
            .domain(domain);
        let mesh = mesh.build().unwrap();
        compare(&mesh, &section, 1e-5);
        let exact = part * 0.25 * PI * MICRON * MICRON;
        let area = areas(&mesh, 2)[1];
        assert!((area / exact - 1.0).abs() < 1e-12, "{area} of {exact}");
        assert!(mesh.singular.is_empty() && smallest_angle(&mesh) > 20.0);
        assert!(mesh.triangles.len() < 300);
        let sides = mesh
            .triangles
            .iter()
            .flat_map(|t| t.curve)
            .flatten()
            .count();
        assert!(
            (24..=48).contains(&((sides as f64 / part) as usize)),
            "{sides}"
        );
    }
}

#[test]
fn concentric_and_touching_circles() {
    let area = PI * MICRON * MICRON;
    let ring = scene(
        square(),
        &[
            (1.6, circle(0.0, 0.0, 1.0)),
            (1.444, circle(0.0, 0.0, 0.99)),
        ],
    );
    let meshed = mesh(&ring);
    compare(&meshed, &ring, 1e-5);
    let exact = area * (1.0 - 0.99 * 0.99);
    assert!((areas(&meshed, 2)[1] / exact - 1.0).abs() < 1e-10);
    let touching = scene(
        square(),
        &[(1.6, circle(-0.5, 0.1, 0.5)), (2.0, circle(0.7, 0.1, 0.7))],
    );
    let layered = TriangulationBuilder::new(&touching)
        .size(size)
        .corner_layers(3, 0.15);
    for meshed in [mesh(&touching), layered.build().unwrap()] {
        compare(&meshed, &touching, 1e-5);
        let found = areas(&meshed, 3);
        assert!((found[1] / (0.25 * area) - 1.0).abs() < 1e-10);
        assert!((found[2] / (0.49 * area) - 1.0).abs() < 1e-10);
    }
}

#[test]
fn overlapping_touching_and_cut_shapes() {
    let diamond = |x: f64, y: f64, r: f64| Shape::Polygon {
        points: [[x - r, y], [x, y - r], [x + r, y], [x, y + r]]
            .map(|p| p.map(|v| v * MICRON))
            .to_vec(),
    };
    let scenes = [
        vec![
            (1.6, rectangle(0.0, -1.0, 1.0, 1.0)),
            (2.0, rectangle(0.5, -0.5, 1.0, 1.0)),
        ],
        // side by side, with a T-junction
        vec![
            (1.6, rectangle(-0.5, 0.0, 1.0, 1.0)),
            (2.0, rectangle(0.25, 0.0, 0.5, 0.5)),
        ],
        // corner to corner
        vec![
            (1.6, rectangle(-0.5, -1.0, 1.0, 1.0)),
            (1.6, rectangle(0.5, 0.0, 1.0, 1.0)),
        ],
        vec![
            (1.6, diamond(0.0, 0.0, 1.0)),
            (2.0, diamond(2.0, 0.0, 1.0)),
            (3.0, diamond(-1.9, -1.8, 0.6)),
        ],
        vec![
            (1.6, trapezoid(0.0, -0.3, 1.0, 0.5, 0.2)),
            (1.6, rectangle(0.0, -0.5, 9.0, 0.2)),
            (2.0, rectangle(0.0, 0.2, 0.2, 0.1)),
        ],
        vec![
            (1.6, rectangle(0.0, -0.5, 9.0, 0.5)),
            (2.0, circle(0.3, 0.0, 0.4)),
            (1.444, rectangle(0.3, -0.9, 0.1, 2.0)),
        ],
        // hidden altogether
        vec![
            (1.6, circle(0.0, 0.0, 0.2)),
            (2.0, rectangle(0.0, -0.5, 1.0, 1.0)),
        ],
        vec![
            (1.6, rectangle(0.0, -2.0, 4.0, 2.0)),
            (2.0, circle(2.0, 2.0, 1.0)),
            (3.0, circle(-2.0, 0.0, 0.5)),
        ],
    ];
    for shapes in scenes {
        let section = scene(square(), &shapes);
        let round = shapes
            .iter()
            .any(|(_, shape)| matches!(shape, Shape::Circle { .. }));
        // the section's own areas leave out 10⁻¹² of the window along its border
        let tolerance = if round { 1e-5 } else { 1e-11 };
        let builder = || {
            TriangulationBuilder::new(&section)
                .size(size)
                .corner_layers(2, 0.15)
        };
        compare(&builder().build().unwrap(), &section, tolerance);
        let half = builder()
            .domain(window([0.0, 2.0], [-2.0, 2.0]))
            .build()
            .unwrap();
        compare(&half, &section, tolerance);
        let larger = window([-3.0, 2.7], [-2.6, 3.0]);
        let lines = builder()
            .domain(larger)
            .line_x(-2e-6)
            .line_x(2e-6)
            .line_y(2e-6);
        compare(&lines.build().unwrap(), &section, tolerance);
    }
}

#[test]
fn lines_are_followed() {
    let section = wire();
    let x = 0.1234e-6;
    let mesh = TriangulationBuilder::new(&section)
        .size(size)
        .line_x(x)
        .build()
        .unwrap();
    check(&mesh);
    for triangle in &mesh.triangles {
        let sides = triangle.vertices.map(|v| mesh.vertices[v][0] - x);
        assert!(!(sides.iter().any(|&s| s > 1e-18) && sides.iter().any(|&s| s < -1e-18)));
    }
}

#[test]
fn thin_layer_needs_few_triangles() {
    let window = window([-5.0, 5.0], [-1.5, 1.5]);
    let shapes = [
        (3.4777, rectangle(0.0, 0.0, 0.5, 0.22)),
        (2.0, rectangle(0.0, 0.22, 20.0, 0.002)),
    ];
    let section = scene(window, &shapes);
    let mesh = mesh(&section);
    compare(&mesh, &section, 1e-13);
    assert!(mesh.triangles.len() < 900, "{}", mesh.triangles.len());
    assert!(angles(&mesh).fold(0.0, f64::max).to_degrees() < 150.0);
}

#[test]
fn slanted_border_meets_the_domain_singularly() {
    let section = scene(square(), &[(2.0, trapezoid(0.0, -2.0, 2.0, 4.0, 0.3))]);
    assert_eq!(mesh(&section).singular.len(), 4);
    let section = scene(square(), &[(2.0, rectangle(0.0, -3.0, 2.0, 9.0))]);
    assert!(mesh(&section).singular.is_empty());
}

#[test]
fn same_input_same_bits() {
    let section = scene(
        square(),
        &[
            (1.6, circle(0.1, 0.2, 0.9)),
            (2.5, rectangle(0.4, 0.5, 1.5, 1.0)),
        ],
    );
    let [first, second] = [mesh(&section), mesh(&section)];
    assert_eq!(first.vertices, second.vertices);
    assert_eq!(first.triangles, second.triangles);
}

#[test]
fn bad_settings_are_refused() {
    let section = wire();
    let builder = || TriangulationBuilder::new(&section);
    assert!(builder().size(|_, _| f64::NAN).build().is_err());
    assert!(builder().size(|_, _| 1e-12).build().is_err());
    assert!(builder().corner_layers(2, 1.0).build().is_err());
    assert!(builder().line_x(f64::NAN).build().is_err());
    assert!(
        builder()
            .domain(window([1.0, -1.0], [0.0, 1.0]))
            .build()
            .is_err()
    );
}

#[test]
fn polygon_for_a_curve_is_kept_as_drawn() {
    let points: Vec<[f64; 2]> = (0..90)
        .map(|k| {
            let (sin, cos) = (2.0 * PI * f64::from(k) / 90.0).sin_cos();
            [0.8 * cos * MICRON, 0.5 * sin * MICRON]
        })
        .collect();
    let shape = Shape::Polygon {
        points: points.clone(),
    };
    let section = scene(square(), &[(2.0, shape)]);
    let mesh = mesh(&section);
    compare(&mesh, &section, 1e-13);
    assert!(mesh.singular.is_empty());
    let kept = |p: &[f64; 2]| mesh.vertices.iter().any(|v| distance(*v, *p) < 1e-20);
    assert!(points.iter().all(kept));
}
