//! Coolant that warms up on its way along the bottom or the top.
//!
//! Channels of one row of cells each do not mix. Along one, C dT_c/ds = g′ (T − T_c), g′ the conductance per length from the cells' centres
//! to the coolant and C the channel's part of the capacity rate. With T constant over a cell of conductance g,
//!
//! ```text
//! heat into the coolant  q = C (1 − e^(−g/C)) (T − T_in),   T_out = T_in + q/C,   mean temperature of the coolant  T − q/g
//! ```
//!
//! which is exact for that T, of second order in the cells, keeps heat exactly, and never lets the coolant pass the body's temperature. The
//! coolant's mean temperature at a cell is a sum over the cells upstream, G Θ t in the equations: A t − G Θ t = b is not symmetric.

use super::boundary::{Boundary, Towards};
use super::discretisation::Discretisation;
use super::operator::Operator;
use cpo_materials::Quantity;
use cpo_meshes::{Axis, RectilinearGrid};

/// A cell at the face, and its conductance to the coolant, W/K.
#[derive(Clone, Copy, Debug)]
struct Contact {
    cell: usize,
    conductance: f64,
}

/// A coolant on the cells of a grid.
#[derive(Clone, Debug)]
pub(super) struct Coolant {
    /// Bottom or top in the order of the faces.
    pub side: usize,
    /// Capacity rate, W/K, and the contacts in the order that the coolant passes them, of every channel.
    channels: Vec<(f64, Vec<Contact>)>,
}

impl Coolant {
    /// The coolant along a face of the body, if it has one.
    pub fn new(
        boundary: &Boundary,
        side: usize,
        grid: &RectilinearGrid<3>,
        operator: &Operator,
    ) -> Option<Self> {
        let Boundary::Coolant {
            capacity_rate,
            towards,
            ..
        } = boundary
        else {
            return None;
        };
        let [nx, ny, nz] = operator.shape;
        let (layer, face) = if side == 4 { (0, 0) } else { (nz - 1, nz) };
        let contact = |i: usize, j: usize| Contact {
            cell: (i * ny + j) * nz + layer,
            conductance: operator.gz[operator.face_z(i, j, face)],
        };
        let [x, y, _] = grid.axes();
        let share = |axis: &Axis, i: usize| {
            capacity_rate.si() * axis.width(i) / (axis.upper() - axis.lower())
        };
        let mut channels: Vec<(f64, Vec<Contact>)> = match towards {
            Towards::Left | Towards::Right => (0..ny)
                .map(|j| (share(y, j), (0..nx).map(|i| contact(i, j)).collect()))
                .collect(),
            Towards::Front | Towards::Back => (0..nx)
                .map(|i| (share(x, i), (0..ny).map(|j| contact(i, j)).collect()))
                .collect(),
        };
        if matches!(towards, Towards::Left | Towards::Front) {
            for (_, contacts) in &mut channels {
                contacts.reverse();
            }
        }
        Some(Self { side, channels })
    }

    /// Calls `visit(cell, conductance, rise of the coolant)` along every channel, the body's rise being `t` and the coolant's `inlet` where it enters.
    pub fn march<const L: usize>(
        &self,
        inlet: [f64; L],
        t: impl Fn(usize) -> [f64; L],
        mut visit: impl FnMut(usize, f64, [f64; L]),
    ) {
        for (capacity, contacts) in &self.channels {
            let mut enters = inlet;
            for &Contact { cell, conductance } in contacts {
                let own = t(cell);
                // share of T − T_in that the coolant warms up by
                let warms = -(-conductance / capacity).exp_m1();
                let mean = std::array::from_fn(|l| {
                    let warming = warms * (own[l] - enters[l]);
                    enters[l] += warming;
                    own[l] - warming * capacity / conductance
                });
                visit(cell, conductance, mean);
            }
        }
    }
}

impl Discretisation {
    /// out ← out − G Θ t: the heat that the coolant brings from upstream.
    pub(super) fn take_coolant<const L: usize>(&self, t: &[[f64; L]], out: &mut [[f64; L]]) {
        for coolant in &self.coolants {
            coolant.march(
                [0.0; L],
                |cell| t[cell],
                |cell, conductance, mean| {
                    for (out, mean) in out[cell].iter_mut().zip(mean) {
                        *out -= conductance * mean;
                    }
                },
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(cells: usize) -> Coolant {
        let part = |cell| Contact {
            cell,
            conductance: 3.0 / cells as f64,
        };
        Coolant {
            side: 5,
            channels: vec![(2.0, (0..cells).map(part).collect())],
        }
    }

    /// Heat given to the coolant, ∑ g (T − T_c), over a body of rise T(s), and the coolant's rise at the end.
    fn along(cells: usize, t: impl Fn(f64) -> f64) -> f64 {
        let middle = |cell: usize| (cell as f64 + 0.5) / cells as f64;
        let mut heat = 0.0;
        channel(cells).march(
            [1.5],
            |cell| [t(middle(cell))],
            |cell, conductance, [mean]| heat += conductance * (t(middle(cell)) - mean),
        );
        heat
    }

    #[test]
    fn a_body_of_one_temperature_is_exact_on_any_cells() {
        // T_out − T_in = (T − T_in)(1 − e^(−g/C)), g/C = 3/2
        let exact = 2.0 * 8.5 * -(-1.5_f64).exp_m1();
        for cells in [1, 7, 100] {
            assert!((along(cells, |_| 10.0) - exact).abs() < 1e-12 * exact);
        }
    }

    #[test]
    fn a_body_that_varies_converges_at_order_two() {
        // T = 10 s: T_c = 10 s − a + (1.5 + a) e^(−1.5 s), a = 10/1.5
        let a = 10.0 / 1.5;
        let exact = 2.0 * (10.0 - a + (1.5 + a) * (-1.5_f64).exp() - 1.5);
        let errors = [10, 20, 40].map(|cells| (along(cells, |s| 10.0 * s) - exact).abs());
        let order = (errors[1] / errors[2]).log2();
        assert!((1.9..2.1).contains(&order), "order {order} of {errors:?}");
    }
}
