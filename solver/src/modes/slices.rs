//! The modes of one cross-section on a grid that it shares with others: for mode matching.
//!
//! All of the window's modes by falling Re n², guided or filling it. On one grid, whatever lies in its cells, the
//! products ⟨e_i, h_j⟩ = ∫ (e_i × h_j)·z dA of the fields of two cross-sections are sums over the same edges, and those
//! of one cross-section are orthogonal to the eigenvectors' residual: e_iᵀ B e_j = 0 (see the module's page). Modes are
//! normalised to ⟨e_i, h_i⟩ = 1 without a conjugate, for which evanescent modes have complex fields.
//!
//! A wall that absorbs is a layer of the grid beyond the window, in which ε is multiplied by 1 + i a u², u the depth as a
//! share of the layer's thickness: not a perfectly matched layer, but a window's modes in it lose what reaches them.
//!
//! Nothing is extrapolated here: whoever solves on several grids learns what one of them is off by.

use super::classify::RadiationBound;
use super::differences::LevelMode;
use super::eigenmodes::{Discretisation, Wanted, highest_pairs, prolong};
use super::permittivity::StaggeredFill;
use super::unknowns::Unknowns;
use super::{ModeError, ModeProblem, Wall, Walls};
use crate::linalg::Scalar;
use cpo_meshes::RectilinearGrid;
use faer::Mat;
use num_complex::Complex64;
use std::sync::Arc;

/// How far above the bound of radiation the factorisation stands, relative to its square: off the modes of the window.
const ABOVE_BOUND: f64 = 1e-4;

/// Lobes of an odd mode are at least as large as this share of the largest value, on any grid.
const NEARLY: f64 = 0.9;

/// a: loss at the bottom of an absorbing layer.
const LOSS: f64 = 0.2;

/// The modes of a cross-section.
pub(crate) struct Slice<T> {
    grid: RectilinearGrid<2>,
    unknowns: Arc<Unknowns>,
    modes: Vec<SliceMode<T>>,
    bound: f64,
}

struct SliceMode<T> {
    index: Complex64,
    electric: Vec<T>,
    magnetic: Vec<T>,
    /// √(n / eᵀBe).
    scale: Complex64,
}

impl<T: Scalar> Slice<T> {
    /// The first `count` modes of `problem` on `grid`, to this residual of the eigenvalue iteration.
    ///
    /// # Errors
    /// [`ModeError::Material`] outside a material's data; [`ModeError::Eigen`] if the iteration fails.
    pub(crate) fn new(
        problem: &ModeProblem,
        grid: &RectilinearGrid<2>,
        (count, residual): (usize, f64),
        like: Option<&Self>,
    ) -> Result<Self, ModeError> {
        let permittivities = problem.permittivities()?;
        let bound = RadiationBound::new(problem, &problem.permittivity_tensors()?)?.index;
        let highest = permittivities
            .iter()
            .map(|e| e[0].re.max(e[1].re))
            .fold(f64::MIN, f64::max);
        let fill = StaggeredFill::new(problem.cross_section(), grid.axis(0), grid.axis(1));
        let backed = problem.clone().walled(backed(problem.walls()));
        let mut discretisation = Discretisation::new(&backed, &permittivities, grid.clone(), &fill);
        if backed.walls() != problem.walls() {
            let factor =
                |x: f64, y: f64| T::from_complex(1.0 + Complex64::I * loss(problem, [x, y]));
            discretisation.operator.scale_permittivity(grid, factor);
        }
        let unknowns = Arc::clone(&discretisation.operator.unknowns);
        let start: Vec<Vec<T>> = like.map_or_else(Vec::new, |other| {
            let modes = other.modes.iter();
            if other.grid == *grid {
                return modes.map(|mode| mode.electric.clone()).collect();
            }
            let from = (&other.grid, &*other.unknowns);
            modes
                .map(|mode| prolong(from, &mode.electric, (grid, &*unknowns)))
                .collect()
        });
        let wanted = Wanted {
            count,
            above: highest,
            residual,
        };
        let shift = bound * bound * (1.0 + ABOVE_BOUND);
        let pairs = highest_pairs(&discretisation, wanted, shift, &start)?;
        let mode = |(_, mut electric): (Complex64, Vec<T>)| {
            turn(&mut electric);
            let mode = LevelMode::new(&discretisation.operator, electric);
            let index = propagating_root(mode.eigenvalue);
            let norm: Complex64 = mode
                .electric
                .iter()
                .zip(&mode.magnetic)
                .map(|(&e, &b)| (e * b).to_complex())
                .sum();
            SliceMode {
                index,
                electric: mode.electric,
                magnetic: mode.magnetic,
                scale: (index / norm).sqrt(),
            }
        };
        let mut modes: Vec<SliceMode<T>> = pairs.into_iter().map(mode).collect();
        let square = |mode: &SliceMode<T>| (mode.index * mode.index).re;
        modes.sort_by(|a, b| square(b).total_cmp(&square(a)));
        Ok(Self {
            grid: grid.clone(),
            unknowns,
            modes,
            bound,
        })
    }

    /// n of every mode, by falling Re n².
    pub(crate) fn indices(&self) -> Vec<Complex64> {
        self.modes.iter().map(|mode| mode.index).collect()
    }

    /// The index that a guided mode exceeds.
    pub(crate) fn bound(&self) -> f64 {
        self.bound
    }

    /// ⟨e_i, h_j⟩, e_i of this slice and h_j of another on the same grid.
    pub(crate) fn products(&self, other: &Self) -> Mat<Complex64> {
        Mat::from_fn(self.modes.len(), other.modes.len(), |i, j| {
            let (one, two) = (&self.modes[i], &other.modes[j]);
            let pairs = one.electric.iter().zip(&two.magnetic);
            let sum = pairs.fold(T::ZERO, |sum, (&e, &b)| sum + e * b);
            one.scale * two.scale / two.index * sum.to_complex()
        })
    }
}

/// The walls with an electric one behind every absorbing layer.
fn backed(walls: Walls) -> Walls {
    let behind = |wall: Wall| match wall {
        Wall::Absorbing { .. } => Wall::Electric,
        wall => wall,
    };
    Walls {
        left: behind(walls.left),
        right: behind(walls.right),
        bottom: behind(walls.bottom),
        top: behind(walls.top),
    }
}

/// Im ε/ε at a point in or beside the window.
fn loss(problem: &ModeProblem, [x, y]: [f64; 2]) -> f64 {
    let window = problem.cross_section().window();
    let depths = [
        window.x[0] - x,
        x - window.x[1],
        window.y[0] - y,
        y - window.y[1],
    ];
    let share = |(wall, depth): (Wall, f64)| match wall {
        Wall::Absorbing { thickness } => (depth / thickness).clamp(0.0, 1.0),
        _ => 0.0,
    };
    let shares = problem.walls().sides().into_iter().zip(depths).map(share);
    LOSS * shares.map(|u| u * u).sum::<f64>()
}

/// Makes the largest value of a field real and positive, the first of those that are nearly as large: the same cross-section
/// has the same modes, and an odd mode the same sign on every grid.
fn turn<T: Scalar>(electric: &mut [T]) {
    let largest = electric.iter().fold(T::ZERO, |a, &b| {
        if b.norm_squared() > a.norm_squared() {
            b
        } else {
            a
        }
    });
    let size = largest.norm_squared().sqrt();
    if size > 0.0 {
        let phase = largest.conjugate() * T::real(1.0 / size);
        electric.iter_mut().for_each(|e| *e *= phase);
        let is_large = |e: &&T| e.norm_squared() >= (NEARLY * size).powi(2);
        if electric
            .iter()
            .find(is_large)
            .is_some_and(|e| e.to_complex().re < 0.0)
        {
            electric.iter_mut().for_each(|e| *e = -*e);
        }
    }
}

/// √n² of the wave that goes, or dies out, along +z.
fn propagating_root(square: Complex64) -> Complex64 {
    let root = square.sqrt();
    let backward = if root.re.abs() > root.im.abs() {
        root.re < 0.0
    } else {
        root.im < 0.0
    };
    if backward { -root } else { root }
}
