//! The modes of one mesh at one order.

use super::assembly::{Reference, TriangleMatrices, curved, straight};
use super::geometry::Geometry;
use super::medium::Medium;
use super::mesh::{Mesh, Setting, Walls};
use super::samples::{Integrals, Power};
use super::topology::Space;
use crate::linalg::{
    ElementMatrices, ElementPencil, Part, Pencil, PencilOptions, PencilPair, QuadraticPencil,
    Scalar, Substructured, TwoSided, nearest_pairs, nearest_waves, pseudo_random,
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
/// Vectors added to those of modes that do not converge by themselves.
const CROWD: usize = 6;
/// Applications of the inverse per mode before the iteration is given up.
const APPLICATIONS: usize = 60;
/// The same of a quadratic pencil's, whose inverse is only near and applied on both sides, relative.
const WAVE_FACTOR: usize = 4;
/// Modes of the linear part that a search among those of a quadratic pencil starts from, beside those wanted.
const WAVE_NEIGHBOURS: usize = 3;
/// How far above the highest of those the shift is that waves are sought from, relative.
const WAVE_SHIFT: f64 = 1e-3;

/// A mode on a level: coefficients of e and φ.
#[derive(Clone, Debug)]
pub(super) struct LevelMode<T> {
    /// n_eff².
    pub(super) eigenvalue: Complex64,
    pub(super) coefficients: Vec<T>,
    /// The left eigenvector, the mode that runs the other way, where it is another one: in oblique crystals.
    left: Option<Vec<T>>,
    /// Relative error of the vector that the eigenvalue iteration left.
    pub(super) residual: f64,
    /// Integrals of the fields, once asked for.
    pub(super) integrals: OnceLock<Integrals>,
    /// Its power, once asked for.
    pub(super) power: OnceLock<Power>,
}

impl<T> LevelMode<T> {
    pub(super) fn new(eigenvalue: Complex64, coefficients: Vec<T>, residual: f64) -> Self {
        Self {
            eigenvalue,
            coefficients,
            left: None,
            residual,
            integrals: OnceLock::new(),
            power: OnceLock::new(),
        }
    }

    /// With its integrals known from elsewhere.
    pub(super) fn with_integrals(self, integrals: Integrals) -> Self {
        Self {
            integrals: integrals.into(),
            ..self
        }
    }

    /// √n² on the branch of forward waves.
    pub(super) fn effective_index(&self) -> Complex64 {
        let n = self.eigenvalue.sqrt();
        if n.re < 0.0 { -n } else { n }
    }

    fn left(&self) -> &[T] {
        self.left.as_ref().unwrap_or(&self.coefficients)
    }
}

/// A mesh, an order, walls, and the modes found.
#[derive(Clone, Debug)]
pub(super) struct Level<T> {
    pub(super) mesh: Arc<Mesh>,
    pub(super) space: Space,
    pub(super) walls: Walls,
    pub(super) modes: Vec<LevelMode<T>>,
    /// Shifts that a real pencil was factorised at, and how many modes lie above each.
    counts: Vec<(f64, usize)>,
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

impl<T: Scalar> Wanted<T> {
    /// Without what cannot be among the first `count`, `found` being n² of modes of other kinds, which may be wrong
    /// by `share` of their distance from the shift.
    pub(super) fn beside(mut self, found: &[f64], share: f64) -> Self {
        let mut found = found.to_vec();
        found.sort_by(|a, b| b.total_cmp(a));
        if let Some(last) = self.count.checked_sub(1).and_then(|k| found.get(k)) {
            let margin = share * (self.shift.to_complex().re - last).max(0.0);
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
            if !own.c.is_empty() {
                matrices.push_antisymmetric(count, &own.c);
            }
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

impl<T: Scalar> QuadraticPencil<T> for Shifted<'_, T> {
    fn images(&self, part: Part, columns: &[Vec<T>]) -> Vec<Vec<T>> {
        self.pencil.images(part, columns)
    }

    fn precondition(&self, columns: &mut [Vec<T>]) {
        self.factors.solve(columns);
    }

    fn is_hermitian(&self) -> bool {
        self.pencil.is_real()
    }

    fn shift(&self) -> T {
        self.shift
    }
}

/// How many modes converged where not all did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Converged(pub(super) usize);

impl<T: Scalar> Shifted<'_, T> {
    /// The vectors known, those next to the shift first, and how to go on from them: `follows` where they are the
    /// modes wanted but for the level, of which no more are taken; else they are but a start for a search.
    fn start<'a>(
        &self,
        wanted: &Wanted<T>,
        known: &'a [Known<T>],
        follows: bool,
    ) -> (Vec<&'a Known<T>>, PencilOptions) {
        let shift = self.shift.to_complex();
        let mut nearest: Vec<&Known<T>> = known.iter().collect();
        let distance = |k: &Known<T>| (k.eigenvalue - shift).norm();
        nearest.sort_by(|p, q| distance(p).total_cmp(&distance(q)));
        if follows {
            nearest.truncate(wanted.count);
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
        (nearest, options)
    }

    /// Modes of the linear pencil.
    fn pairs(
        &self,
        wanted: &Wanted<T>,
        known: &[Known<T>],
    ) -> Result<Vec<LevelMode<T>>, Converged> {
        let follows = known.len() >= wanted.count;
        let (nearest, options) = self.start(wanted, known, follows);
        let mut first: Vec<Vec<T>> = nearest.iter().map(|k| k.right.clone()).collect();
        if first.len() < wanted.count {
            // What is not known yet is sought in all directions; two at least show a double root.
            let missing = (wanted.count.max(2) - first.len()) as u64;
            first.extend((0..missing).map(|seed| pseudo_random(self.pencil.size(), seed)));
        }
        let mut found = nearest_pairs(self, first, options);
        if let (Err(close), false) = (&found, wanted.some) {
            // Near cut-off in a wide window modes of the box crowd beside the one wanted: with room for them it
            // converges.
            let random = |seed| pseudo_random(self.pencil.size(), seed);
            let mut wider: Vec<Vec<T>> = close.iter().map(|pair| pair.vector.clone()).collect();
            wider.extend((0..CROWD as u64).map(random));
            let options = PencilOptions {
                applications: CROWD * options.applications,
                ..options
            };
            found = nearest_pairs(self, wider, options);
        }
        let pairs = found
            .or_else(|pairs| some(pairs, wanted.some, |pair: &PencilPair<T>| pair.residual))?;
        let mode = |pair: PencilPair<T>| LevelMode::new(pair.value, pair.vector, pair.residual);
        Ok(pairs.into_iter().map(mode).collect())
    }

    /// Modes of the pencil without its antisymmetric part, as close as a short search comes: a start for its waves.
    fn without_coupling(&self, wanted: &Wanted<T>) -> Vec<Known<T>> {
        let mut options = self.start(wanted, &[], false).1;
        options.count += WAVE_NEIGHBOURS;
        options.floor = f64::MIN;
        options.applications = APPLICATIONS / 4 * options.count;
        let random = |seed| pseudo_random(self.pencil.size(), seed);
        let start = (0..options.count as u64).map(random).collect();
        // Whatever came close is a start.
        let (Ok(close) | Err(close)) = nearest_pairs(self, start, options);
        let known = |pair: PencilPair<T>| Known {
            eigenvalue: pair.value,
            right: pair.vector,
            left: None,
        };
        close.into_iter().map(known).collect()
    }

    /// Modes of the quadratic pencil, from vectors near them or, in a search, from any.
    fn waves(
        &self,
        wanted: &Wanted<T>,
        known: &[Known<T>],
        is_search: bool,
    ) -> Result<Vec<LevelMode<T>>, Converged> {
        let (nearest, mut options) = self.start(wanted, known, !is_search);
        options.applications *= WAVE_FACTOR;
        // A pair's n is as exact as the product of what its two vectors are off.
        options.tolerance = options.tolerance.max(TOLERANCE);
        let first: Vec<TwoSided<T>> = nearest
            .iter()
            .map(|k| [k.right.clone(), k.left.as_ref().unwrap_or(&k.right).clone()])
            .collect();
        let waves = nearest_waves(self, first, options)
            .or_else(|waves| some(waves, wanted.some, |wave| wave.residual))?;
        let hermitian = self.is_hermitian();
        let modes = waves.into_iter().map(|wave| {
            // Im n of a lossless guide is round-off.
            let root = match hermitian {
                true => Complex64::from(wave.root.re),
                false => wave.root,
            };
            LevelMode {
                left: Some(wave.left),
                ..LevelMode::new(root * root, wave.right, wave.residual)
            }
        });
        Ok(modes.collect())
    }
}

/// Those of a failed search that converged in part, if some will do.
fn some<P>(pairs: Vec<P>, wanted: bool, residual: impl Fn(&P) -> f64) -> Result<Vec<P>, Converged> {
    let found = pairs.len();
    let close: Vec<P> = pairs
        .into_iter()
        .filter(|pair| wanted && residual(pair) <= SOME)
        .collect();
    if close.is_empty() {
        Err(Converged(found))
    } else {
        Ok(close)
    }
}

/// Eigenvectors known from the level before.
struct Known<T> {
    eigenvalue: Complex64,
    right: Vec<T>,
    left: Option<Vec<T>>,
}

impl<T: Scalar> Assembled<T> {
    /// The pencil and its unknowns between some walls.
    fn pencil(&self, walls: Walls) -> (Space, ElementPencil<'_, T>) {
        let topology = &self.mesh.topology;
        let space = Space::new(topology, self.order, &self.mesh.removed(walls));
        let numbers = (0..topology.triangles.len()).flat_map(|t| space.numbers(topology, t));
        let pencil = ElementPencil::new(&self.matrices, space.unknowns(), numbers);
        (space, pencil)
    }

    /// How many modes of a lossless guide have n² above `square` > 0, without computing any.
    ///
    /// A − n² B is minus the form ∫ (∇×F)*·∇×E − F*·ε E of waves exp(i n z). For fixed n its eigenvalues
    /// ω² − 1 against ∫ F*·ε E are −1 for every gradient, one for each φ, and negative for each mode whose
    /// frequency lies below the one asked about: for each with a larger n, since ω rises with n. So A − n² B has
    /// as many positive eigenvalues (a Sturm count; Parlett, DOI 10.1137/1.9781611971163, ch. 3).
    pub(super) fn count_above(&self, walls: Walls, square: f64) -> usize {
        let (space, pencil) = self.pencil(walls);
        let factors = Substructured::new(&self.mesh.tree, &space.start, &pencil, T::real(square));
        factors
            .positive()
            .saturating_sub(space.nodal_unknowns(&self.mesh.topology))
    }
}

impl<T: Scalar> Level<T> {
    /// The modes next to each of the shifts wanted, by falling Re n².
    pub(super) fn solve(
        assembled: &Assembled<T>,
        walls: Walls,
        wanted: &[Wanted<T>],
        start: Option<&Self>,
    ) -> Result<Self, Converged> {
        let mesh = &assembled.mesh;
        let (space, pencil) = assembled.pencil(walls);
        let known: Vec<Known<T>> = start.map_or_else(Vec::new, |level| {
            let origin = mesh.carried_from(&level.mesh);
            let embed = |x: &Vec<T>| space.embed(&level.space, &origin, x, T::ZERO);
            let carried = |m: &LevelMode<T>| Known {
                eigenvalue: m.eigenvalue,
                right: embed(&m.coefficients),
                left: m.left.as_ref().map(embed),
            };
            level.modes.iter().map(carried).collect()
        });
        let (mut modes, mut counts) = (Vec::new(), Vec::new());
        let at = |shift: T| Shifted {
            pencil: &pencil,
            factors: Substructured::new(&mesh.tree, &space.start, &pencil, shift),
            shift,
        };
        for wanted in wanted {
            let shifted = at(wanted.shift);
            if T::REAL {
                let above = shifted.factors.positive();
                let count = above.saturating_sub(space.nodal_unknowns(&mesh.topology));
                counts.push((wanted.shift.to_complex().re, count));
            }
            modes.extend(if !pencil.is_quadratic() {
                shifted.pairs(wanted, &known)?
            } else if known.len() < wanted.count {
                // Waves are sought from close by: without factors of T, far ones come slowly.
                let start = shifted.without_coupling(wanted);
                let highest = start
                    .iter()
                    .map(|k| k.eigenvalue.re)
                    .fold(f64::MIN, f64::max);
                let near = if highest > 0.0 && !wanted.some {
                    at(T::real(highest * (1.0 + WAVE_SHIFT)))
                } else {
                    shifted
                };
                near.waves(wanted, &start, true)?
            } else {
                shifted.waves(wanted, &known, false)?
            });
        }
        modes.sort_by(|p, q| q.eigenvalue.re.total_cmp(&p.eigenvalue.re));
        Ok(Self {
            mesh: Arc::clone(mesh),
            space,
            walls,
            modes,
            counts,
        })
    }

    /// Whether a mode lies above a shift that is not among those found; of a real pencil that can be counted.
    pub(super) fn misses_any(&self) -> bool {
        let above = |shift: f64| {
            self.modes
                .iter()
                .filter(|m| m.eigenvalue.re > shift)
                .count()
        };
        self.counts
            .iter()
            .any(|&(shift, count)| count > above(shift))
    }

    /// Other modes on the same mesh and unknowns.
    pub(super) fn with_modes(&self, modes: Vec<LevelMode<T>>) -> Self {
        Self {
            mesh: Arc::clone(&self.mesh),
            space: self.space.clone(),
            walls: self.walls,
            modes,
            counts: Vec::new(),
        }
    }

    /// Coefficients of mode `m` on a triangle, 0 where a wall has removed them.
    pub(super) fn local(&self, m: usize, triangle: usize) -> Vec<T> {
        self.on_triangle(&self.modes[m].coefficients, triangle)
    }

    /// The same of its left eigenvector.
    pub(super) fn local_left(&self, m: usize, triangle: usize) -> Vec<T> {
        self.on_triangle(self.modes[m].left(), triangle)
    }

    /// Whether the left eigenvector of mode `m` is another vector than the mode.
    pub(super) fn has_left(&self, m: usize) -> bool {
        self.modes[m].left.is_some()
    }

    fn on_triangle(&self, x: &[T], triangle: usize) -> Vec<T> {
        let numbers = self.space.numbers(&self.mesh.topology, triangle);
        let entry = |u: Option<usize>| u.map_or(T::ZERO, |u| x[u]);
        numbers.into_iter().map(entry).collect()
    }
}
