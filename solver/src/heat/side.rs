//! The lateral sides of a body, and what another body has where they lie.

use super::discretisation::{Discretisation, Lane};
use super::map::linear;

/// Sides of a body below this number are lateral: left, right, front, back.
const LATERAL: usize = 4;

/// The middle of a lateral boundary face.
#[derive(Clone, Copy, Debug)]
pub(super) struct SidePoint {
    /// Left, right, front, back.
    pub side: usize,
    /// m.
    pub at: [f64; 3],
}

impl Discretisation {
    /// The middles of the lateral boundary faces.
    pub fn side_points(&self) -> Vec<SidePoint> {
        let [_, ny, nz] = self.operator.shape;
        let mut points = Vec::new();
        self.lateral_faces(|side, cell, _| {
            let cell = [cell / (ny * nz), cell / nz % ny, cell % nz];
            let mut at = std::array::from_fn(|d| self.grid.axis(d).centre(cell[d]));
            let axis = self.grid.axis(side / 2);
            at[side / 2] = if side % 2 == 0 {
                axis.lower()
            } else {
                axis.upper()
            };
            points.push(SidePoint { side, at });
        });
        points
    }

    /// Heat that leaves through every lateral boundary face to an outside at no rise, W, in the order of
    /// [`side_points`](Self::side_points).
    pub fn side_heat(&self, t: Lane<'_>) -> Vec<f64> {
        let mut heat = Vec::new();
        self.lateral_faces(|_, cell, conductance| heat.push(conductance * t.at(cell)));
        heat
    }

    /// Calls `visit(side, cell, conductance)` for every lateral boundary face.
    pub fn lateral_faces(&self, mut visit: impl FnMut(usize, usize, f64)) {
        self.boundary_faces(|side, cell, conductance, _| {
            if side < LATERAL {
                visit(side, cell, conductance);
            }
        });
    }

    /// Cells and weights that give the temperature at a point of a plane of faces across `axis`, x or y: of second order, as the flux through
    /// the plane and through the layers is the same on both sides of a face, and linear along the plane.
    pub fn on_plane(&self, axis: usize, at: [f64; 3]) -> Vec<(usize, f64)> {
        let [_, ny, nz] = self.operator.shape;
        let across = self.grid.axis(axis);
        let beyond = across.faces().partition_point(|&f| f < at[axis]);
        // the nearer of the faces around, but one with cells on both sides
        let nearer = |f: usize| (across.faces()[f] - at[axis]).abs();
        let face = if beyond > 0 && nearer(beyond - 1) < nearer(beyond.min(across.len())) {
            beyond - 1
        } else {
            beyond
        }
        .clamp(1, across.len() - 1);
        let k = if axis == 0 {
            &self.medium.x
        } else {
            &self.medium.y
        };
        let mut sum = Vec::with_capacity(8);
        for (along, weight) in linear(self.grid.axis(1 - axis), at[1 - axis]) {
            let column = |i: usize| {
                let [i, j] = if axis == 0 { [i, along] } else { [along, i] };
                (i * ny + j) * nz
            };
            let columns = [column(face - 1), column(face)];
            for (layer, share) in self.through_layers(columns, at[2]) {
                let conductances =
                    [0, 1].map(|s| k[columns[s] + layer] / across.width(face - 1 + s));
                for s in [0, 1] {
                    let part = conductances[s] / (conductances[0] + conductances[1]);
                    sum.push((columns[s] + layer, weight * share * part));
                }
            }
        }
        sum
    }

    /// Cells of a column and weights for a height: the flux between two centres is the same all the way, through interfaces and contacts. Beyond the
    /// outermost centre it is that of the pair before.
    fn through_layers(&self, columns: [usize; 2], z: f64) -> [(usize, f64); 2] {
        let axis = self.grid.axis(2);
        let last = axis.len() - 1;
        let own = axis.faces().partition_point(|&f| f <= z).clamp(1, last + 1) - 1;
        if last == 0 {
            return [(0, 1.0), (0, 0.0)];
        }
        let above = z > axis.centre(own);
        let other = match (above, own) {
            (true, own) if own < last => own + 1,
            (false, 0) => 1,
            (_, own) => own - 1,
        };
        let k = |layer: usize| {
            columns
                .map(|c| self.medium.z[c + layer])
                .iter()
                .sum::<f64>()
                / 2.0
        };
        let contact = self.medium.contacts.get(own.max(other));
        let resistance = 0.5 * (axis.width(own) / k(own) + axis.width(other) / k(other))
            + contact.copied().unwrap_or(0.0);
        let towards = if other > own { 1.0 } else { -1.0 };
        let share = towards * (z - axis.centre(own)) / k(own) / resistance;
        [(own, 1.0 - share), (other, share)]
    }
}
