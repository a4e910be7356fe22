//! The modes of one mesh at one order.

use super::assembly::{Reference, TriangleMatrices, curved, straight};
use super::geometry::Geometry;
use super::medium::Medium;
use super::mesh::{Mesh, Setting, Walls};
use super::samples::{Integrals, Power};
use super::topology::Space;
use crate::linalg::{
    ElementMatrices, ElementPencil, Pencil, PencilOptions, PencilPair, Scalar, Substructured,
    nearest_pairs, pseudo_random,
};
use num_complex::Complex64;
use std::sync::{Arc, OnceLock};

/// Allowed correction of a mode's vector; its eigenvalue's error is the square.
const TOLERANCE: f64 = 1e-6;
/// The same where the imaginary part may be the smaller by many digits.
const COMPLEX_TOLERANCE: f64 = 1e-8;
/// The same on the first level, whose own error is larger.
const SEARCH_TOLERANCE: f64 = 1e-3;
/// Applications of the inverse before the first look at modes that are known from the level before.
const FOLLOWING_STEPS: usize = 2;
/// The same where nothing is known.
const SEARCH_STEPS: usize = 7;
/// Residual of a mode that may be missing but is not.
const SOME: f64 = 1e-3;
/// Applications of the inverse per mode before the iteration is given up.
const APPLICATIONS: usize = 60;

/// A mode on a level: coefficients of e and φ.
#[derive(Clone, Debug)]
pub(super) struct LevelMode<T> {
    /// n_eff².
    pub(super) eigenvalue: Complex64,
    pub(super) coefficients: Vec<T>,
    /// Relative error of the vector that the eigenvalue iteration left.
    pub(super) residual: f64,
    /// Integrals of the fields, once asked for.
    pub(super) integrals: OnceLock<Integrals>,
    /// Its power, once asked for.
    pub(super) power: OnceLock<Power>,
}

impl<T> LevelMode<T> {
    /// √n² on the branch of forward waves.
    pub(super) fn effective_index(&self) -> Complex64 {
        let n = self.eigenvalue.sqrt();
        if n.re < 0.0 { -n } else { n }
    }
}

/// A mesh, an order, walls, and the modes found.
#[derive(Clone, Debug)]
pub(super) struct Level<T> {
    pub(super) mesh: Arc<Mesh>,
    pub(super) space: Space,
    pub(super) walls: Walls,
    pub(super) modes: Vec<LevelMode<T>>,
}

/// What a level is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<T> {
    /// n² next to which modes are wanted.
    pub(super) shift: T,
    pub(super) count: usize,
    /// Modes of smaller Re n² are of no interest.
    pub(super) floor: f64,
    /// Whether those that converge slowly may be missing.
    pub(super) some: bool,
}

/// Share of its distance from the shift by which a coarse n² may be wrong.
pub(super) const COARSE_SHARE: f64 = 0.05;

impl<T: Scalar> Wanted<T> {
    /// Without what cannot be among the first `count`, `found` being n² of modes of other kinds.
    pub(super) fn beside(mut self, found: &[f64]) -> Self {
        let mut found = found.to_vec();
        found.sort_by(|a, b| b.total_cmp(a));
        if let Some(last) = self.count.checked_sub(1).and_then(|k| found.get(k)) {
            let margin = COARSE_SHARE * (self.shift.to_complex().re - last).max(0.0);
            self.floor = self.floor.max(last - margin);
        }
        self
    }
}

/// A mesh with its element matrices at an order: what all kinds of symmetry have in common.
#[derive(Clone, Debug)]
pub(super) struct Assembled<T> {
    mesh: Arc<Mesh>,
    order: usize,
    matrices: ElementMatrices<T>,
}

impl<T: Scalar> Assembled<T> {
    pub(super) fn new(mesh: &Arc<Mesh>, setting: &Setting, order: usize) -> Self {
        let reference = Reference::of(order);
        let triangles = mesh.triangulation.triangles().len();
        let count = reference.edges + reference.nodals;
        let mut matrices = ElementMatrices::with_capacity(triangles, count);
        for t in 0..triangles {
            let own = triangle_matrices::<T>(mesh, setting, reference, t);
            matrices.push(count, &own.a, &own.b);
        }
        Self {
            mesh: Arc::clone(mesh),
            order,
            matrices,
        }
    }
}

fn triangle_matrices<T: Scalar>(
    mesh: &Mesh,
    setting: &Setting,
    reference: &Reference,
    t: usize,
) -> TriangleMatrices<T> {
    let triangle = &mesh.triangulation.triangles()[t];
    let geometry = Geometry::new(&mesh.triangulation, triangle, setting.k0);
    let tensor = &setting.permittivities[triangle.material];
    let medium = |point: [f64; 2]| {
        let stretch = setting.coordinates.stretch(point.map(|v| v / setting.k0));
        Medium::new(tensor, stretch)
    };
    if geometry.is_straight() && setting.coordinates.is_piecewise_constant() {
        let place = geometry.at([1.0 / 3.0, 1.0 / 3.0]);
        straight(reference, &place, &medium(place.point))
    } else {
        curved(reference, &geometry, medium)
    }
}

/// A pencil with the factors of A − σB.
struct Shifted<'a, T> {
    pencil: &'a ElementPencil<'a, T>,
    factors: Substructured<T>,
    shift: T,
}

impl<T: Scalar> Pencil<T> for Shifted<'_, T> {
    fn apply(&self, columns: &mut [Vec<T>]) {
        self.pencil.apply_b(columns);
        self.factors.solve(columns);
    }

    fn shift(&self) -> T {
        self.shift
    }

    fn quotient(&self, x: &[T]) -> T {
        let [a, b] = self.pencil.forms(x);
        a / b
    }
}

impl<T: Scalar> Level<T> {
    /// The modes next to each of the shifts wanted, by falling Re n². On failure the pairs that came
    /// closest.
    pub(super) fn solve(
        assembled: &Assembled<T>,
        walls: Walls,
        wanted: &[Wanted<T>],
        start: Option<&Self>,
    ) -> Result<Self, Vec<PencilPair<T>>> {
        let mesh = &assembled.mesh;
        let space = Space::new(&mesh.topology, assembled.order, &mesh.removed(walls));
        let known: Vec<(Complex64, Vec<T>)> = start.map_or_else(Vec::new, |level| {
            let origin = mesh.carried_from(&level.mesh);
            let carried = |m: &LevelMode<T>| {
                (
                    m.eigenvalue,
                    space.embed(&level.space, &origin, &m.coefficients, T::ZERO),
                )
            };
            level.modes.iter().map(carried).collect()
        });
        let numbers =
            (0..mesh.topology.triangles.len()).flat_map(|t| space.numbers(&mesh.topology, t));
        let pencil = ElementPencil::new(&assembled.matrices, space.unknowns(), numbers);
        let mut modes = Vec::new();
        for wanted in wanted {
            let shifted = Shifted {
                pencil: &pencil,
                factors: Substructured::new(&mesh.tree, &space.start, &pencil, wanted.shift),
                shift: wanted.shift,
            };
            let mut nearest: Vec<&(Complex64, Vec<T>)> = known.iter().collect();
            let shift = wanted.shift.to_complex();
            nearest.sort_by(|p, q| (p.0 - shift).norm().total_cmp(&(q.0 - shift).norm()));
            let mut first: Vec<Vec<T>> = nearest
                .into_iter()
                .take(wanted.count)
                .map(|(_, x)| x.clone())
                .collect();
            let follows = first.len() == wanted.count;
            if !follows {
                // What is not known yet is sought in all directions; two at least show a double root.
                let missing = (wanted.count.max(2) - first.len()) as u64;
                first.extend((0..missing).map(|seed| pseudo_random(space.unknowns(), seed)));
            }
            let options = PencilOptions {
                count: wanted.count,
                tolerance: if follows && T::REAL {
                    TOLERANCE
                } else if follows {
                    COMPLEX_TOLERANCE
                } else {
                    SEARCH_TOLERANCE
                },
                floor: wanted.floor,
                applications: if wanted.some {
                    APPLICATIONS / 4
                } else {
                    APPLICATIONS
                } * wanted.count,
                steps: if follows {
                    FOLLOWING_STEPS
                } else {
                    SEARCH_STEPS
                },
            };
            let pairs = nearest_pairs(&shifted, first, options).or_else(|pairs| {
                let close: Vec<PencilPair<T>> = pairs
                    .iter()
                    .filter(|pair| wanted.some && pair.residual <= SOME)
                    .cloned()
                    .collect();
                if close.is_empty() {
                    Err(pairs)
                } else {
                    Ok(close)
                }
            })?;
            modes.extend(pairs.into_iter().map(|pair| LevelMode {
                eigenvalue: pair.value,
                coefficients: pair.vector,
                residual: pair.residual,
                integrals: OnceLock::new(),
                power: OnceLock::new(),
            }));
        }
        modes.sort_by(|p, q| q.eigenvalue.re.total_cmp(&p.eigenvalue.re));
        Ok(Self {
            mesh: Arc::clone(mesh),
            space,
            walls,
            modes,
        })
    }

    /// xᵀA x − n² xᵀB x of mode `m` under another setting and on a mesh moved along: what the
    /// eigenvalue's derivatives follow from, dn² = d(xᵀA x − n² xᵀB x) / xᵀB x.
    pub(super) fn functional(&self, m: usize, mesh: &Mesh, setting: &Setting) -> [T; 2] {
        let reference = Reference::of(self.space.order);
        let (mut a, mut b) = (T::ZERO, T::ZERO);
        for t in 0..mesh.triangulation.triangles().len() {
            let matrices = triangle_matrices::<T>(mesh, setting, reference, t);
            let x = self.local(m, t);
            let size = x.len();
            for (i, &xi) in x.iter().enumerate() {
                let (mut row_a, mut row_b) = (T::ZERO, T::ZERO);
                for (j, &xj) in x.iter().enumerate() {
                    row_a += matrices.a[i * size + j] * xj;
                    row_b += matrices.b[i * size + j] * xj;
                }
                a += xi * row_a;
                b += xi * row_b;
            }
        }
        [a, b]
    }

    /// Coefficients of mode `m` on a triangle, 0 where a wall has removed them.
    pub(super) fn local(&self, m: usize, triangle: usize) -> Vec<T> {
        let numbers = self.space.numbers(&self.mesh.topology, triangle);
        let coefficients = &self.modes[m].coefficients;
        numbers
            .into_iter()
            .map(|u| u.map_or(T::ZERO, |u| coefficients[u]))
            .collect()
    }
}
