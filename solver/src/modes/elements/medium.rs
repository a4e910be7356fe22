//! Materials as the elements see them: tensors in the stretched coordinates of bends and absorbing layers.
//!
//! Maxwell's equations keep their form under x → s_x x, y → s_y y, z → s_z z if ε and μ become
//!
//! ```text
//! ε'_ij = ε_ij s_x s_y s_z / (s_i s_j),   μ' likewise,   E'_i = s_i E_i
//! ```
//!
//! (Teixeira & Chew 1998, DOI 10.1109/75.678571). An absorbing layer has a constant complex s across
//! its wall; a bend of radius R, its centre of curvature at x = −R, has s_z = 1 + x/R, with x itself
//! continued into the complex plane inside a layer.

use cpo_meshes::Window;
use num_complex::Complex64;

/// A symmetric complex tensor.
pub(super) type Tensor = [[Complex64; 3]; 3];

/// An absorbing layer on one side of the window: where it begins and its stretch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layer {
    pub(super) begins: f64,
    pub(super) ends: f64,
    pub(super) stretch: Complex64,
}

/// Coordinates of a problem, in units of 1/k₀.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Coordinates {
    /// Layers beyond left, right, bottom, top.
    pub(super) layers: [Option<Layer>; 4],
    /// Curvature 1/R and the x that R is measured to.
    pub(super) bend: Option<(f64, f64)>,
}

impl Coordinates {
    /// (s_x, s_y, s_z) at a point; none where all are 1.
    pub(super) fn stretch(&self, [x, y]: [f64; 2]) -> Option<[Complex64; 3]> {
        let beyond = |low: Option<Layer>, high: Option<Layer>, at: f64| {
            let inside = |layer: &Layer| (at - layer.begins) * (layer.ends - layer.begins) > 0.0;
            low.filter(inside).or(high.filter(inside))
        };
        let [left, right, bottom, top] = self.layers;
        let (in_x, in_y) = (beyond(left, right, x), beyond(bottom, top, y));
        if in_x.is_none() && in_y.is_none() && self.bend.is_none() {
            return None;
        }
        let sz = self.bend.map_or(Complex64::ONE, |(curvature, origin)| {
            let continued = in_x.map_or(Complex64::from(x), |layer| {
                layer.begins + layer.stretch * (x - layer.begins)
            });
            1.0 + curvature * (continued - origin)
        });
        let one = |layer: Option<Layer>| layer.map_or(Complex64::ONE, |l| l.stretch);
        Some([one(in_x), one(in_y), sz])
    }

    /// Whether a point lies in an absorbing layer.
    pub(super) fn is_in_layer(&self, at: [f64; 2]) -> bool {
        let inside = |(k, layer): (usize, &Option<Layer>)| {
            layer.is_some_and(|l| (at[k / 2] - l.begins) * (l.ends - l.begins) > 0.0)
        };
        self.layers.iter().enumerate().any(inside)
    }

    /// Whether the stretch is the same all over a triangle that no border of a layer crosses.
    pub(super) fn is_piecewise_constant(&self) -> bool {
        self.bend.is_none()
    }

    /// The domain: the window with its layers.
    pub(super) fn domain(&self, window: Window) -> Window {
        let end = |layer: Option<Layer>, at: f64| layer.map_or(at, |l| l.ends);
        let [left, right, bottom, top] = self.layers;
        Window {
            x: [end(left, window.x[0]), end(right, window.x[1])],
            y: [end(bottom, window.y[0]), end(top, window.y[1])],
        }
    }
}

/// What a point of the mesh is made of: ε' and the diagonal of μ'⁻¹.
#[derive(Clone, Copy, Debug)]
pub(super) struct Medium {
    pub(super) permittivity: Tensor,
    pub(super) reluctivity: [Complex64; 3],
}

impl Medium {
    /// `permittivity` under a stretch.
    pub(super) fn new(permittivity: &Tensor, stretch: Option<[Complex64; 3]>) -> Self {
        let Some(s) = stretch else {
            return Self {
                permittivity: *permittivity,
                reluctivity: [Complex64::ONE; 3],
            };
        };
        let product = s[0] * s[1] * s[2];
        let mut stretched = *permittivity;
        for (i, row) in stretched.iter_mut().enumerate() {
            for (j, value) in row.iter_mut().enumerate() {
                *value *= product / (s[i] * s[j]);
            }
        }
        Self {
            permittivity: stretched,
            reluctivity: s.map(|s| s * s / product),
        }
    }
}
