//! Guided or not: the index a mode must exceed.
//!
//! Light leaves through a wall into the waves that the layers along that wall carry. Their highest
//! index N solves the scalar slab problem d²u/ds² + k₀² ε(s) u = k₀² N² u along the wall, an upper
//! bound for both polarisations. A mode is guided if n_eff exceeds N for every wall; below, it
//! fills the window and belongs to the box.
//!
//! A wall through the guide itself, a plane of symmetry or the side of a slab, bounds nothing: it is
//! recognised by N being the highest that any parallel cut has.

use super::{ModeError, ModeGrid, ModeProblem, Wall};
use num_complex::Complex64;

/// Refinement of the grid on which slabs are solved.
const CUTS: f64 = 1.0;
/// Share by which the slabs' own discretisation may miss the ceiling.
const CEILING_MARGIN: f64 = 0.01;

/// Share of a mode's |E|² in absorbing layers from which it is one of theirs.
pub(super) const LAYER_SHARE: f64 = 0.5;

/// What a mode is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModeClass {
    /// It decays towards every wall.
    Guided,
    /// It radiates into the absorbing layers: by a bend, or into a substrate of higher index.
    Leaky,
    /// It lives on the window's walls: an artefact of the finite window.
    Box,
    /// It lives in the absorbing layers: an artefact of theirs.
    Absorber,
}

impl ModeClass {
    /// As written in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guided => "guided",
            Self::Leaky => "leaky",
            Self::Box => "box",
            Self::Absorber => "pml",
        }
    }

    /// Whether it is a mode of the guide, not of the window or its layers.
    pub fn is_physical(self) -> bool {
        matches!(self, Self::Guided | Self::Leaky)
    }
}

/// Highest slab index along each wall; none where the wall cuts the guide itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RadiationBound {
    /// At left, right, bottom, top.
    pub walls: [Option<f64>; 4],
    /// What a guided mode must exceed.
    pub index: f64,
    /// What no mode can exceed: the highest of all cuts one way or the other, whichever is lower.
    pub ceiling: f64,
}

impl RadiationBound {
    /// The bound for the materials' permittivities.
    pub(super) fn new(
        problem: &ModeProblem,
        permittivities: &[[[Complex64; 3]; 3]],
    ) -> Result<Self, ModeError> {
        let k0 = problem.wavelength().vacuum_wavenumber();
        let section = problem.cross_section();
        let grid = ModeGrid::new(problem)?.at(CUTS)?;
        let centres = [0, 1].map(|d| grid.axis(d).centres());
        let by_material: Vec<f64> = permittivities.iter().map(highest_square).collect();
        // Index of every cut along `axis`; equal cuts are solved once.
        let cuts = |axis: usize| -> Vec<f64> {
            let mut known: Vec<(Vec<usize>, f64)> = Vec::new();
            let across = centres[1 - axis].iter();
            across
                .map(|&at| {
                    let place = |&v: &f64| {
                        let (x, y) = if axis == 0 { (v, at) } else { (at, v) };
                        section.material_at(x, y)
                    };
                    let profile: Vec<usize> = centres[axis].iter().map(place).collect();
                    if let Some((_, index)) = known.iter().find(|(p, _)| *p == profile) {
                        return *index;
                    }
                    let permittivity: Vec<f64> = profile.iter().map(|&m| by_material[m]).collect();
                    let index = slab_index(&permittivity, &grid.axis(axis).widths(), k0);
                    known.push((profile, index));
                    index
                })
                .collect()
        };
        let (rows, columns) = (cuts(0), cuts(1));
        let most = |cuts: &[f64]| cuts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Equal cuts have equal profiles, so equal to the last bit.
        let bounding = |cuts: &[f64], wall: f64| (most(cuts) > wall).then_some(wall);
        let walls = [
            bounding(&columns, columns[0]),
            bounding(&columns, columns[columns.len() - 1]),
            bounding(&rows, rows[0]),
            bounding(&rows, rows[rows.len() - 1]),
        ];
        let index = walls
            .iter()
            .flatten()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        let ceiling = most(&rows).min(most(&columns));
        Ok(Self {
            walls,
            // Nothing but symmetry planes: a uniform window, which guides nothing.
            index: if index.is_finite() {
                index
            } else {
                most(&by_material).max(0.0).sqrt()
            },
            ceiling: ceiling * (1.0 + CEILING_MARGIN),
        })
    }

    /// Class of a mode of Re n_eff = `index` with `layer_share` of its |E|² in absorbing layers.
    pub fn class(&self, problem: &ModeProblem, index: f64, layer_share: f64) -> ModeClass {
        let absorbing = |wall: &Wall| matches!(wall, Wall::Absorbing { .. });
        if layer_share > LAYER_SHARE {
            ModeClass::Absorber
        } else if index > self.index && problem.bend_radius().is_none() {
            ModeClass::Guided
        } else if problem.walls().sides().iter().any(absorbing) {
            ModeClass::Leaky
        } else if index > self.index {
            // A bend between closed walls: bound by them.
            ModeClass::Guided
        } else {
            ModeClass::Box
        }
    }
}

/// The highest n² that a plane wave has along the guide: the larger eigenvalue of the transverse 2 x 2 block.
///
/// For an axis c at any angle one eigenvalue is ε_o, its D normal to c; the other is ε_o ε_e (ε⁻¹)_zz, the largest
/// k_z² on the index ellipsoid of the extraordinary wave. Never less than ε_zz, so that the bound holds for a slab's
/// TM modes whatever the crystal.
fn highest_square(tensor: &[[Complex64; 3]; 3]) -> f64 {
    let [a, b, c] = [tensor[0][0].re, tensor[0][1].re, tensor[1][1].re];
    let transverse = 0.5 * (a + c) + (0.5 * (a - c)).hypot(b);
    transverse.max(tensor[2][2].re)
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
