//! Guided or not: the index a mode must exceed.
//!
//! Light leaves through a wall into the waves that the layers along that wall carry. Their highest
//! index N solves the scalar slab problem d²u/ds² + k₀² ε(s) u = k₀² N² u along the wall, an upper
//! bound for both polarisations. A mode is guided if n_eff exceeds N for every wall; below, it
//! fills the window and belongs to the box.
//!
//! A wall through the guide itself, a plane of symmetry or the side of a slab, bounds nothing: it is
//! recognised by N being the highest that any parallel cut has.

use super::ModeProblem;
use cpo_meshes::RectilinearGrid;
use num_complex::Complex64;

/// What a mode is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModeClass {
    /// It decays towards every wall.
    Guided,
    /// It lives on the window's walls: an artefact of the finite window.
    Box,
}

impl ModeClass {
    /// As written in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guided => "guided",
            Self::Box => "box",
        }
    }
}

/// Highest slab index along each wall; none where the wall cuts the guide itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RadiationBound {
    /// At left, right, bottom, top.
    pub walls: [Option<f64>; 4],
    /// What a guided mode must exceed.
    pub index: f64,
}

impl RadiationBound {
    /// The bound on a grid.
    pub(super) fn new(
        problem: &ModeProblem,
        grid: &RectilinearGrid<2>,
        permittivities: &[[Complex64; 3]],
    ) -> Self {
        let k0 = problem.wavelength().vacuum_wavenumber();
        let section = problem.cross_section();
        let (xs, ys) = (grid.axis(0).centres(), grid.axis(1).centres());
        let permittivity = |x: f64, y: f64| {
            let eps = permittivities[section.material_at(x, y)];
            eps[0].re.max(eps[1].re)
        };
        let column = |x: f64| {
            slab_index(
                &ys.iter().map(|&y| permittivity(x, y)).collect::<Vec<_>>(),
                &grid.axis(1).widths(),
                k0,
            )
        };
        let row = |y: f64| {
            slab_index(
                &xs.iter().map(|&x| permittivity(x, y)).collect::<Vec<_>>(),
                &grid.axis(0).widths(),
                k0,
            )
        };
        let columns: Vec<f64> = xs.iter().map(|&x| column(x)).collect();
        let rows: Vec<f64> = ys.iter().map(|&y| row(y)).collect();
        let bounding = |cuts: &[f64], wall: f64| {
            let highest = cuts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            // Equal cuts have equal profiles, so equal to round-off of the bisection.
            (highest - wall > 1e-9).then_some(wall)
        };
        let walls = [
            bounding(&columns, columns[0]),
            bounding(&columns, columns[columns.len() - 1]),
            bounding(&rows, rows[0]),
            bounding(&rows, rows[rows.len() - 1]),
        ];
        let highest_index = permittivities
            .iter()
            .map(|e| e[0].re.max(e[1].re))
            .fold(0.0, f64::max)
            .sqrt();
        let index = walls
            .iter()
            .flatten()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        // Nothing but symmetry planes: a uniform window, which guides nothing.
        Self {
            walls,
            index: if index.is_finite() {
                index
            } else {
                highest_index
            },
        }
    }

    /// Class of a mode of effective index `n_eff`.
    pub fn class(&self, n_eff: Complex64) -> ModeClass {
        if n_eff.re > self.index {
            ModeClass::Guided
        } else {
            ModeClass::Box
        }
    }
}

/// √ of the largest eigenvalue of k₀⁻² d²/ds² + ε (du/ds = 0 at the ends), by Sturm counts.
fn slab_index(permittivity: &[f64], widths: &[f64], k0: f64) -> f64 {
    let n = permittivity.len();
    // Cell-centred: the flux between neighbours is over the distance of their centres.
    let conductance = |i: usize| 2.0 / (k0 * (widths[i] + widths[i + 1]));
    let mut diagonal: Vec<f64> = permittivity.to_vec();
    let mut coupling_squared = vec![0.0; n.saturating_sub(1)];
    for i in 0..n {
        let left = if i > 0 { conductance(i - 1) } else { 0.0 };
        let right = if i + 1 < n { conductance(i) } else { 0.0 };
        diagonal[i] -= (left + right) / (k0 * widths[i]);
        if i + 1 < n {
            coupling_squared[i] = conductance(i).powi(2) / (k0 * k0 * widths[i] * widths[i + 1]);
        }
    }
    let any_above = |value: f64| {
        // The pivots of T − value: a positive one is an eigenvalue above.
        let mut pivot = diagonal[0] - value;
        let mut above = pivot > 0.0;
        for i in 1..n {
            let divisor = if pivot == 0.0 {
                f64::MIN_POSITIVE
            } else {
                pivot
            };
            pivot = diagonal[i] - value - coupling_squared[i - 1] / divisor;
            above |= pivot > 0.0;
        }
        above
    };
    let (mut low, mut high) = (0.0, permittivity.iter().copied().fold(0.0, f64::max));
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if any_above(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low.sqrt()
}
