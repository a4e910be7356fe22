//! Planes in which a problem is its own mirror image.
//!
//! A lossless or lossy guide with such a plane has modes that are even or odd in it: each kind is the
//! mode of one half with an electric or a magnetic wall on the plane. Two planes leave a quarter and
//! four kinds.

use super::mesh::{Setting, Walls};
use crate::modes::{ModeProblem, Wall};
use cpo_meshes::Window;

/// Planes of symmetry, x = `at[0]` and y = `at[1]`.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(super) struct Symmetry {
    pub(super) at: [Option<f64>; 2],
}

impl Symmetry {
    /// The planes through the middle of the window in which geometry, materials and walls agree.
    pub(super) fn of(problem: &ModeProblem, setting: &Setting) -> Self {
        let section = problem.cross_section();
        let window = section.window();
        let walls = problem.walls();
        let middle = [window.x, window.y].map(|[low, high]| 0.5 * (low + high));
        let aligned = |d: usize| {
            let oblique = |tensor: &super::medium::Tensor| {
                (0..3).any(|k| k != d && tensor[d][k].norm() > 0.0)
            };
            !setting.permittivities.iter().any(oblique)
        };
        let across = [
            walls.left == walls.right && problem.bend_radius().is_none(),
            walls.bottom == walls.top,
        ];
        let outline = |d: usize| section.is_mirrored(d);
        Self {
            at: [0, 1].map(|d| (across[d] && aligned(d) && outline(d)).then_some(middle[d])),
        }
    }

    /// Whether a neighbouring problem lacks a plane of this one.
    pub(super) fn is_broken_by(&self, problem: &ModeProblem) -> bool {
        let section = problem.cross_section();
        (0..2).any(|d| self.at[d].is_some() && !section.is_mirrored(d))
    }

    /// The part of the domain that is computed: above the planes.
    pub(super) fn part(&self, mut domain: Window) -> Window {
        if let Some(x) = self.at[0] {
            domain.x[0] = x;
        }
        if let Some(y) = self.at[1] {
            domain.y[0] = y;
        }
        domain
    }

    /// The walls of the part for every kind of mode.
    pub(super) fn kinds(&self, problem: &ModeProblem) -> Vec<Walls> {
        let walls = problem.walls();
        let mut kinds = vec![[walls.left, walls.right, walls.bottom, walls.top]];
        for (d, plane) in self.at.iter().enumerate() {
            if plane.is_some() {
                kinds = kinds
                    .into_iter()
                    .flat_map(|kind| {
                        [Wall::Electric, Wall::Magnetic].map(|wall| {
                            let mut kind = kind;
                            kind[2 * d] = wall;
                            kind
                        })
                    })
                    .collect();
            }
        }
        kinds
    }

    /// How many copies of the part fill the domain.
    pub(super) fn copies(&self) -> usize {
        1 << self.at.iter().flatten().count()
    }
}
