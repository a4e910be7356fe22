//! What fills the cells of a grid: conductivities, contacts and heat capacities of a floorplan.

use cpo_materials::Quantity;
use cpo_meshes::{Axis, Floorplan, RectilinearGrid};

use super::operator::Medium;
use super::window::Window;
use super::{HeatError, HeatProblem, grid};

/// Contact resistance in every z face; the grid has one at the bottom of every layer.
fn contacts(floorplan: &Floorplan, z: &Axis) -> Vec<f64> {
    let mut contacts = vec![0.0; z.len() + 1];
    for layer in floorplan.layers().iter().filter(|l| l.contact > 0.0) {
        let distance = |f: &usize| (z.faces()[*f] - layer.z[0]).abs();
        let face = (0..contacts.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)));
        if let Some(face) = face {
            contacts[face] = layer.contact;
        }
    }
    contacts
}

/// ρc at every cell centre.
pub(super) fn capacities(
    floorplan: &Floorplan,
    by_material: &[f64],
    grid: &RectilinearGrid<3>,
) -> Vec<f64> {
    let [x, y, z] = grid.axes().each_ref().map(Axis::centres);
    let mut all = Vec::with_capacity(grid.cells());
    for &x in &x {
        for &y in &y {
            all.extend(
                z.iter()
                    .map(|&z| by_material[floorplan.material_at(x, y, z)]),
            );
        }
    }
    all
}

/// Conductivity at every cell centre at its own temperature, `rise` over the ambient.
pub(super) fn sample_at(
    problem: &HeatProblem,
    grid: &RectilinearGrid<3>,
    before: &Medium,
    rise: &[f64],
) -> Result<Medium, HeatError> {
    let floorplan = problem.floorplan();
    let [x, y, z] = grid.axes().each_ref().map(Axis::centres);
    let mut medium = before.clone();
    let mut c = 0;
    for &x in &x {
        for &y in &y {
            for &z in &z {
                let temperature = problem.ambient().si() + rise[c];
                let material = floorplan.material_at(x, y, z);
                let [kx, ky, kz] = problem.conductivity(material, temperature)?;
                (medium.x[c], medium.y[c], medium.z[c]) = (kx, ky, kz);
                c += 1;
            }
        }
    }
    Ok(medium)
}

/// Conductivity at every cell centre.
pub(super) fn sample(
    floorplan: &Floorplan,
    by_material: &[[f64; 3]],
    grid: &RectilinearGrid<3>,
) -> Medium {
    let [x, y, z] = grid.axes();
    let cells = grid.cells();
    let mut k = Medium {
        x: Vec::with_capacity(cells),
        y: Vec::with_capacity(cells),
        z: Vec::with_capacity(cells),
        contacts: contacts(floorplan, z),
        storage: Vec::new(),
        films: Default::default(),
    };
    let (ys, zs) = (y.centres(), z.centres());
    for x in x.centres() {
        for &y in &ys {
            for &z in &zs {
                let [kx, ky, kz] = by_material[floorplan.material_at(x, y, z)];
                k.x.push(kx);
                k.y.push(ky);
                k.z.push(kz);
            }
        }
    }
    k
}

/// Conductivity of every cell of an overview: at its centre, but the mean over the cell where the grid has no face for a block that ends in it.
pub(super) fn average(
    problem: &HeatProblem,
    windows: &[Window],
    grid: &RectilinearGrid<3>,
) -> Medium {
    let (plan, by_material) = (problem.floorplan(), problem.conductivities());
    let [x, y, z] = grid.axes();
    let parts = |axis: usize| -> Vec<Vec<(f64, f64)>> {
        let left_out = plan.blocks().iter().map(|b| &b.footprint);
        let left_out = left_out.filter(|f| grid::is_left_out(windows, f, axis));
        let mut faces: Vec<f64> = left_out.flat_map(|f| [f.x, f.y][axis]).collect();
        faces.sort_by(f64::total_cmp);
        let axis = grid.axis(axis);
        let part = |i: usize| {
            let (from, to) = (axis.faces()[i], axis.faces()[i + 1]);
            let inside = faces
                .iter()
                .copied()
                .filter(|f| (from..to).contains(f) && *f > from);
            let ends: Vec<f64> = std::iter::once(from).chain(inside).chain([to]).collect();
            let pieces = ends.windows(2).filter(|e| e[1] > e[0]);
            pieces
                .map(|e| (0.5 * (e[0] + e[1]), (e[1] - e[0]) / (to - from)))
                .collect()
        };
        (0..axis.len()).map(part).collect()
    };
    let (xs, ys, zs) = (parts(0), parts(1), z.centres());
    let cells = grid.cells();
    let mut k = Medium {
        x: Vec::with_capacity(cells),
        y: Vec::with_capacity(cells),
        z: Vec::with_capacity(cells),
        contacts: contacts(plan, z),
        storage: Vec::new(),
        films: Default::default(),
    };
    for xs in &xs[..x.len()] {
        for ys in &ys[..y.len()] {
            for &z in &zs {
                let mut mean = [0.0; 3];
                for &(x, across) in xs {
                    for &(y, along) in ys {
                        let own = by_material[plan.material_at(x, y, z)];
                        for d in 0..3 {
                            mean[d] += across * along * own[d];
                        }
                    }
                }
                k.x.push(mean[0]);
                k.y.push(mean[1]);
                k.z.push(mean[2]);
            }
        }
    }
    k
}
