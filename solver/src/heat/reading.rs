//! What is read off a solution: means and largest rises of the sources, heat in and out.

use super::discretisation::{Discretisation, Lane, Load};
use super::gradients::Convergence;
use super::spread::Spread;

/// Rise over ambient of what is outside of the boundary faces, K.
struct Outside {
    sides: [f64; 6],
    /// Of coolants beside every column of the bottom and the top; empty if there is none.
    coolants: [Vec<f64>; 2],
}

impl Outside {
    fn at(&self, side: usize, column: usize) -> f64 {
        let along = side
            .checked_sub(4)
            .and_then(|s| self.coolants[s].get(column));
        along.copied().unwrap_or(self.sides[side])
    }
}

/// A solution of one load, read out.
pub(super) struct Reading {
    /// Volume mean of the rise over each source, K.
    pub mean: Vec<f64>,
    /// Largest rise in each source, K.
    pub peak: Vec<f64>,
    pub balance: EnergyBalance,
    pub convergence: Convergence,
}

/// Heat that enters and leaves a body, W.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnergyBalance {
    /// Heat from sources.
    pub generated: f64,
    /// Net heat that leaves through each face: left, right, front, back, bottom, top.
    pub out: [f64; 6],
}

impl EnergyBalance {
    /// |generated − ∑ out| over the larger of the heat generated and the heat that passes the faces.
    pub fn relative_error(&self) -> f64 {
        let net: f64 = self.out.iter().sum();
        let passing = self
            .out
            .iter()
            .map(|q| q.abs())
            .fold(self.generated.abs(), f64::max);
        if passing == 0.0 {
            0.0
        } else {
            (self.generated - net).abs() / passing
        }
    }
}

impl Discretisation {
    /// What is read off the solution of a load.
    pub fn reading(&self, t: Lane<'_>, load: &Load, convergence: Convergence) -> Reading {
        let outside = self.outside(t, load);
        let peak = |s: &Spread| self.peak(t, load, &outside, s);
        Reading {
            mean: self.sources.iter().map(|s| self.mean(t, s)).collect(),
            peak: self.sources.iter().map(peak).collect(),
            balance: self.balance(t, load),
            convergence,
        }
    }

    /// What is outside when the body has the rise `t`.
    fn outside(&self, t: Lane<'_>, load: &Load) -> Outside {
        let [nx, ny, nz] = self.operator.shape;
        let mut coolants: [Vec<f64>; 2] = Default::default();
        for coolant in &self.coolants {
            let mut along = vec![0.0; nx * ny];
            let inlet = [load.outside[coolant.side]];
            coolant.march(
                inlet,
                |cell| [t.at(cell)],
                |cell, _, [mean]| along[cell / nz] = mean,
            );
            coolants[coolant.side - 4] = along;
        }
        Outside {
            sides: load.outside,
            coolants,
        }
    }

    /// Volume mean of the rise over one of the floorplan's sources.
    pub fn mean_of_source(&self, t: Lane<'_>, source: usize) -> f64 {
        self.mean(t, &self.sources[source])
    }

    fn mean(&self, t: Lane<'_>, source: &Spread) -> f64 {
        let mut sum = 0.0;
        source.each(self.operator.shape, |cell, share| sum += share * t.at(cell));
        sum
    }

    /// Largest rise in a box: in each cell the parabola that has the cell's value at the centre
    /// and the slopes that the face fluxes give. Unlike the largest cell value it converges smoothly.
    fn peak(&self, t: Lane<'_>, load: &Load, outside: &Outside, source: &Spread) -> f64 {
        let [x, y, z] = source.cells();
        let mut peak = f64::NEG_INFINITY;
        for i in x {
            for j in y.clone() {
                for k in z.clone() {
                    peak = peak.max(self.cell_peak(t, load, outside, [i, j, k]));
                }
            }
        }
        peak
    }

    fn cell_peak(&self, t: Lane<'_>, load: &Load, outside: &Outside, at: [usize; 3]) -> f64 {
        let [i, j, k] = at;
        let (c, op) = (self.cell(i, j, k), &self.operator);
        let [_, ny, nz] = op.shape;
        let own = t.at(c);
        let widths: [f64; 3] = std::array::from_fn(|d| self.grid.axis(d).width(at[d]));
        let volume: f64 = widths.iter().product();
        let axes = [
            (
                op.gx[op.face_x(i, j, k)],
                op.gx[op.face_x(i + 1, j, k)],
                ny * nz,
                self.medium.x[c],
            ),
            (
                op.gy[op.face_y(i, j, k)],
                op.gy[op.face_y(i, j + 1, k)],
                nz,
                self.medium.y[c],
            ),
            (
                op.gz[op.face_z(i, j, k)],
                op.gz[op.face_z(i, j, k + 1)],
                1,
                self.medium.z[c],
            ),
        ];
        let mut peak = own;
        for (d, (lower, upper, stride, conductivity)) in axes.into_iter().enumerate() {
            let area = volume / widths[d];
            // heat into the cell through a face: from the neighbour or from outside
            let flux = |g: f64, neighbour: Option<usize>, side: usize| match neighbour {
                Some(n) => g * (t.at(n) - own),
                None => g * (outside.at(side, c / nz) - own) + area * load.fluxes[side],
            };
            let below = (at[d] > 0).then(|| c - stride);
            let above = (at[d] + 1 < op.shape[d]).then(|| c + stride);
            let left = -flux(lower, below, 2 * d) / (area * conductivity);
            let right = flux(upper, above, 2 * d + 1) / (area * conductivity);
            peak += parabola_rise(left, right, widths[d]);
        }
        peak
    }

    /// Heat in and out.
    pub fn balance(&self, t: Lane<'_>, load: &Load) -> EnergyBalance {
        let mut out = [0.0; 6];
        let (outside, nz) = (self.outside(t, load), self.operator.shape[2]);
        self.boundary_faces(|side, cell, g, area| {
            let rise = t.at(cell) - outside.at(side, cell / nz);
            out[side] += g * rise - area * load.fluxes[side];
        });
        let mut rises = load.sides.iter();
        if !load.sides.is_empty() {
            self.lateral_faces(|side, _, g| out[side] -= g * rises.next().unwrap_or(&0.0));
        }
        EnergyBalance {
            generated: load.powers.iter().sum(),
            out,
        }
    }
}

/// Largest value over [−w/2, w/2] of the parabola that is 0 at the middle and has the slopes
/// `left` and `right` at the ends.
fn parabola_rise(left: f64, right: f64, width: f64) -> f64 {
    let slope = 0.5 * (left + right);
    let curvature = (right - left) / width;
    let half = 0.5 * width;
    if curvature < 0.0 && slope.abs() < -curvature * half {
        return -0.5 * slope * slope / curvature;
    }
    (slope.abs() * half + 0.5 * curvature * half * half).max(0.0)
}
