//! Effective permittivity of cells that an interface crosses.
//!
//! With f_m the area fractions, n nᵀ the mean over the interface in the cell, a = Σ f ε and
//! h = (Σ f/ε)⁻¹: ε_xx = a + n_x² (h − a), ε_xy = n_x n_y (h − a), ε_zz = a. Kottke 2008,
//! DOI 10.1103/PhysRevE.77.036611, for materials whose axes are x, y, z.

use cpo_meshes::{Axis, CellFill, CrossSection, FillMap};
use num_complex::Complex64;

/// Which component's control volume a permittivity is wanted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Component {
    /// ε_xx.
    Xx,
    /// ε_yy.
    Yy,
    /// ε_zz.
    Zz,
    /// ε_xy.
    Xy,
}

/// Fills of the three staggered families of control volumes.
#[derive(Clone, Debug)]
pub(super) struct StaggeredFill {
    /// Around x-edges: primal in x, dual in y.
    pub(super) x_edges: FillMap,
    /// Around y-edges.
    pub(super) y_edges: FillMap,
    /// Around nodes.
    pub(super) nodes: FillMap,
}

impl StaggeredFill {
    /// Clips the cross-section to the grid's control volumes.
    pub(super) fn new(cross_section: &CrossSection, x: &Axis, y: &Axis) -> Self {
        let (dual_x, dual_y) = (x.dual(), y.dual());
        Self {
            x_edges: cross_section.fill(x, &dual_y),
            y_edges: cross_section.fill(&dual_x, y),
            nodes: cross_section.fill(&dual_x, &dual_y),
        }
    }
}

/// One component of the effective permittivity of a cell.
pub(super) fn effective(
    fill: CellFill<'_>,
    materials: &[[Complex64; 3]],
    component: Component,
) -> Complex64 {
    let mixed = match fill {
        CellFill::Pure(material) => {
            return match component {
                Component::Xx => materials[material][0],
                Component::Yy => materials[material][1],
                Component::Zz => materials[material][2],
                Component::Xy => Complex64::ZERO,
            };
        }
        CellFill::Mixed(mixed) => mixed,
    };
    let means = |axis: usize| {
        let mut arithmetic = Complex64::ZERO;
        let mut inverse = Complex64::ZERO;
        for &(material, fraction) in &mixed.fractions {
            arithmetic += fraction * materials[material][axis];
            inverse += fraction / materials[material][axis];
        }
        (arithmetic, 1.0 / inverse)
    };
    let [nxx, nxy, nyy] = mixed.normal;
    match component {
        Component::Zz => means(2).0,
        Component::Xx => {
            let (a, h) = means(0);
            a + nxx * (h - a)
        }
        Component::Yy => {
            let (a, h) = means(1);
            a + nyy * (h - a)
        }
        Component::Xy => {
            if nxy == 0.0 {
                return Complex64::ZERO;
            }
            let ((ax, hx), (ay, hy)) = (means(0), means(1));
            0.5 * nxy * ((hx - ax) + (hy - ay))
        }
    }
}
