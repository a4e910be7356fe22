//! Eigenpairs of T(ν) x = (A − ν² B + iν C) x = 0 next to a shift σ of ν², A and B symmetric, C antisymmetric.
//!
//! T(ν)ᵀ = T(−ν): the left eigenvector y is the right one of the wave that runs the other way, so each pair is
//! sought with two spaces, V for x and Y for y. The small problem YᵀT(ν)V s = 0 is solved exactly; V and Y grow
//! by (A − σB)⁻¹T(ν)x and (A − σB)⁻¹T(−ν)y, which is Davidson's method for a polynomial (Voss 2004,
//! DOI 10.1023/B:BITN.0000039424.56697.8b): no factors of T are needed, and the larger C, the more steps. ν is the
//! two-sided Rayleigh functional, yᵀT(ν)x = 0, whose error is the product of those of x and y. Where A, B and C are
//! real T is Hermitian for real ν, so that y is x's conjugate and half of the work falls away.
//!
//! What would prove this wrong: a small dense pencil whose eigenvalues are not those of its companion matrix.

use super::pencil::orthonormal;
use super::scalar::Scalar;
use super::vectors::{axpy, combine, norm, product};
use super::{Part, PencilOptions};
use faer::Mat;
use faer::linalg::solvers::Solve;
use num_complex::Complex64;

/// What the iteration needs of a quadratic pencil.
pub(crate) trait QuadraticPencil<T> {
    /// A, B or C times every column.
    fn images(&self, part: Part, columns: &[Vec<T>]) -> Vec<Vec<T>>;
    /// (A − σB)⁻¹ of every column, in place.
    fn precondition(&self, columns: &mut [Vec<T>]);
    /// σ.
    fn shift(&self) -> T;
    /// Whether A, B and C are real.
    fn is_hermitian(&self) -> bool;
}

/// An eigenpair, its vectors of Euclidean length 1.
#[derive(Clone, Debug)]
pub(crate) struct QuadraticPair<T> {
    /// ν.
    pub(crate) root: Complex64,
    pub(crate) right: Vec<T>,
    pub(crate) left: Vec<T>,
    /// The larger of ‖(A − σB)⁻¹T(ν)x‖ and ‖(A − σB)⁻¹T(−ν)y‖.
    pub(crate) residual: f64,
}

/// A start: right and left vector.
pub(crate) type TwoSided<T> = [Vec<T>; 2];

/// ν of the small problem is sought this much off it again, so that T(ν) has an inverse.
const OFF: f64 = 1e-11;
/// Residual at which a Ritz value below the floor is taken for what is left of the spectrum.
const SETTLED: f64 = 0.05;

/// The pairs with Re ν > 0 next to the shift, nearest first, fewer where the others lie below the floor of Re ν²;
/// on failure those that came closest.
pub(crate) fn nearest_waves<T: Scalar>(
    pencil: &impl QuadraticPencil<T>,
    start: Vec<TwoSided<T>>,
    options: PencilOptions,
) -> Result<Vec<QuadraticPair<T>>, Vec<QuadraticPair<T>>> {
    debug_assert!(!T::REAL, "iν C is complex");
    let block = start.len().max(1);
    let capacity = 12 * (options.count + block) + 24;
    let shift = pencil.shift().to_complex();
    let mut space = Space::new(pencil.is_hermitian());
    let mut candidates = start;
    loop {
        let stalled = space.extend(pencil, candidates) == 0;
        let Some(ritz) = space.ritz(shift) else {
            return Err(Vec::new());
        };
        if ritz.len() < options.count && !stalled && space.applications < options.applications {
            // Vectors so far off that their forms have no real wave: a step of inverse iteration brings them near.
            candidates = space.inverse_step(pencil);
            continue;
        }
        let wanted = &ritz[..options.count.min(ritz.len())];
        let mut pairs: Vec<QuadraticPair<T>> = wanted.iter().map(|r| space.pair(r)).collect();
        let corrections = space.corrections(pencil, wanted);
        for (pair, correction) in pairs.iter_mut().zip(&corrections) {
            pair.residual = norm(&correction[0]).max(norm(&correction[1]));
        }
        let below = |pair: &QuadraticPair<T>| (pair.root * pair.root).re < options.floor;
        let done = |pair: &QuadraticPair<T>| {
            pair.residual <= options.tolerance || (below(pair) && pair.residual <= SETTLED)
        };
        let all = pairs.len() == options.count && pairs.iter().all(done);
        if all {
            pairs.retain(|pair| !below(pair));
            return Ok(pairs);
        }
        if stalled || space.applications >= options.applications {
            return Err(pairs);
        }
        candidates = corrections
            .into_iter()
            .zip(&pairs)
            .filter(|(_, pair)| !done(pair))
            .map(|(correction, _)| correction)
            .collect();
        if space.right.basis.len() + candidates.len() > capacity {
            space.restart(&ritz[..(options.count + block).min(ritz.len())]);
        }
    }
}

/// A small matrix, `[j][i]` the product of yᵢ with the image of vⱼ.
type Projected<T> = Vec<Vec<T>>;

const PARTS: [Part; 3] = [Part::A, Part::B, Part::C];

/// An orthonormal basis with its images.
struct Side<T> {
    basis: Vec<Vec<T>>,
    images: [Vec<Vec<T>>; 3],
}

impl<T: Scalar> Side<T> {
    fn new() -> Self {
        Self {
            basis: Vec::new(),
            images: [Vec::new(), Vec::new(), Vec::new()],
        }
    }

    /// T(ν) times a combination of the basis.
    fn residual(&self, coefficients: &[Complex64], root: Complex64) -> Vec<T> {
        let factors = [Complex64::ONE, -root * root, Complex64::I * root];
        let mut sum = vec![T::ZERO; self.basis[0].len()];
        for (images, factor) in self.images.iter().zip(factors) {
            for (image, &s) in images.iter().zip(coefficients) {
                axpy(T::from_complex(factor * s), image, &mut sum);
            }
        }
        sum
    }

    fn rotate(&mut self, rotation: &[Vec<T>]) {
        for set in self.images.iter_mut().chain([&mut self.basis]) {
            if !set.is_empty() {
                *set = rotation.iter().map(|s| combine(set, s)).collect();
            }
        }
    }
}

/// V and Y of one size, with the projections YᵀAV, YᵀBV, YᵀCV.
struct Space<T> {
    right: Side<T>,
    /// Without images where the pencil is Hermitian.
    left: Side<T>,
    projected: [Projected<T>; 3],
    hermitian: bool,
    applications: usize,
}

impl<T: Scalar> Space<T> {
    fn new(hermitian: bool) -> Self {
        Self {
            right: Side::new(),
            left: Side::new(),
            projected: [Vec::new(), Vec::new(), Vec::new()],
            hermitian,
            applications: 0,
        }
    }

    /// Takes in what of the candidates is new; returns how many.
    fn extend(&mut self, pencil: &impl QuadraticPencil<T>, candidates: Vec<TwoSided<T>>) -> usize {
        let (right, left): (Vec<_>, Vec<_>) = candidates.into_iter().map(|[x, y]| (x, y)).unzip();
        let mut right = orthonormal(&self.right.basis, right);
        let mut left = if self.hermitian {
            right.iter().map(|v| conjugate(v)).collect()
        } else {
            orthonormal(&self.left.basis, left)
        };
        let count = right.len().min(left.len());
        right.truncate(count);
        left.truncate(count);
        for (k, part) in PARTS.into_iter().enumerate() {
            let images = pencil.images(part, &right);
            let (known, projected) = (&mut self.right.images[k], &mut self.projected[k]);
            for (column, image) in projected.iter_mut().zip(known.iter()) {
                column.extend(left.iter().map(|y| product(y, image)));
            }
            for image in &images {
                let all = self.left.basis.iter().chain(&left);
                projected.push(all.map(|y| product(y, image)).collect());
            }
            known.extend(images);
            if !self.hermitian {
                self.left.images[k].extend(pencil.images(part, &left));
            }
        }
        self.right.basis.append(&mut right);
        self.left.basis.append(&mut left);
        count
    }

    /// (A − σB)⁻¹B of the basis.
    fn inverse_step(&mut self, pencil: &impl QuadraticPencil<T>) -> Vec<TwoSided<T>> {
        let mut columns = self.right.images[1].clone();
        if !self.hermitian {
            columns.extend_from_slice(&self.left.images[1]);
        }
        self.preconditioned(pencil, columns)
    }

    /// (A − σB)⁻¹T(ν)x and (A − σB)⁻¹T(−ν)y of pairs.
    fn corrections(
        &mut self,
        pencil: &impl QuadraticPencil<T>,
        wanted: &[Ritz],
    ) -> Vec<TwoSided<T>> {
        let right = |ritz: &Ritz| self.right.residual(&ritz.right, ritz.root);
        let left = |ritz: &Ritz| self.left.residual(&ritz.left, -ritz.root);
        let mut columns: Vec<Vec<T>> = wanted.iter().map(right).collect();
        if !self.hermitian {
            columns.extend(wanted.iter().map(left));
        }
        self.preconditioned(pencil, columns)
    }

    /// (A − σB)⁻¹ of columns for the right space and, where it is not the conjugate, as many for the left one.
    fn preconditioned(
        &mut self,
        pencil: &impl QuadraticPencil<T>,
        mut columns: Vec<Vec<T>>,
    ) -> Vec<TwoSided<T>> {
        self.applications += columns.len();
        pencil.precondition(&mut columns);
        let others = if self.hermitian {
            columns.iter().map(|v| conjugate(v)).collect()
        } else {
            columns.split_off(columns.len() / 2)
        };
        columns
            .into_iter()
            .zip(others)
            .map(|(x, y)| [x, y])
            .collect()
    }

    /// Solutions of the small problem with Re ν > 0, ν² nearest to the shift first; none if numbers are not
    /// finite.
    fn ritz(&self, shift: Complex64) -> Option<Vec<Ritz>> {
        let m = self.right.basis.len();
        let small = self
            .projected
            .each_ref()
            .map(|p| Mat::from_fn(m, m, |i, j| p[j][i].to_complex()));
        let finite = |mat: &Mat<Complex64>| mat.col_iter().all(|c| c.iter().all(|v| v.is_finite()));
        if !small.iter().all(finite) {
            return None;
        }
        let mut roots = roots(&small, shift)?;
        roots.sort_by(|p, q| {
            let distance = |r: &Complex64| (r * r - shift).norm();
            distance(p).total_cmp(&distance(q))
        });
        Some(
            roots
                .into_iter()
                .map(|root| Ritz::new(&small, root))
                .collect(),
        )
    }

    fn pair(&self, ritz: &Ritz) -> QuadraticPair<T> {
        let right = unit(&self.right.basis, &ritz.right);
        QuadraticPair {
            root: ritz.root,
            left: if self.hermitian {
                conjugate(&right)
            } else {
                unit(&self.left.basis, &ritz.left)
            },
            right,
            residual: f64::INFINITY,
        }
    }

    /// Keeps the span of some Ritz vectors alone.
    fn restart(&mut self, kept: &[Ritz]) {
        let span = |of: fn(&Ritz) -> &Vec<Complex64>| -> Vec<Vec<T>> {
            let scalars = |r: &Ritz| of(r).iter().map(|&v| T::from_complex(v)).collect();
            orthonormal(&[], kept.iter().map(scalars).collect())
        };
        let mut right = span(|r| &r.right);
        let mut left = if self.hermitian {
            right.iter().map(|v| conjugate(v)).collect()
        } else {
            span(|r| &r.left)
        };
        let count = right.len().min(left.len());
        right.truncate(count);
        left.truncate(count);
        for projected in &mut self.projected {
            let rotated: Projected<T> = right
                .iter()
                .map(|s| {
                    let column = combine(projected, s);
                    left.iter().map(|u| product(u, &column)).collect()
                })
                .collect();
            *projected = rotated;
        }
        self.right.rotate(&right);
        self.left.rotate(&left);
    }
}

fn conjugate<T: Scalar>(x: &[T]) -> Vec<T> {
    x.iter().map(|v| v.conjugate()).collect()
}

/// A solution of the small problem, its vectors of length 1.
struct Ritz {
    root: Complex64,
    right: Vec<Complex64>,
    left: Vec<Complex64>,
}

impl Ritz {
    /// Vectors by inverse iteration: T(ν) is singular but for what ν is off.
    fn new(small: &[Mat<Complex64>; 3], root: Complex64) -> Self {
        let near = polynomial(small, root * (1.0 + OFF));
        let m = near.nrows();
        let vector = |matrix: &Mat<Complex64>| -> Vec<Complex64> {
            let factors = matrix.partial_piv_lu();
            // Any start will do that is orthogonal to no vector by its own symmetry.
            let mut x = Mat::from_fn(m, 1, |i, _| Complex64::new(1.0, 0.3 + 0.1 * i as f64));
            for _ in 0..3 {
                x = factors.solve(&x);
                let size = x.norm_l2();
                x = Mat::from_fn(m, 1, |i, _| x[(i, 0)] / size);
            }
            (0..m).map(|i| x[(i, 0)]).collect()
        };
        Self {
            root,
            right: vector(&near),
            left: vector(&near.transpose().to_owned()),
        }
    }
}

/// A − ν² B + iν C.
fn polynomial([a, b, c]: &[Mat<Complex64>; 3], root: Complex64) -> Mat<Complex64> {
    let (square, linear) = (root * root, Complex64::I * root);
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| {
        a[(i, j)] - square * b[(i, j)] + linear * c[(i, j)]
    })
}

/// All ν with Re ν > 0: with ν = √σ + 1/θ, θ² T(√σ) + θ T'(√σ) − B is singular, and so is its companion matrix
/// minus θ.
fn roots(small: &[Mat<Complex64>; 3], shift: Complex64) -> Option<Vec<Complex64>> {
    let [_, b, c] = small;
    let m = b.nrows();
    // Off an eigenvalue that the shift may be.
    let middle = shift.sqrt() * (1.0 + OFF);
    let factors = polynomial(small, middle).partial_piv_lu();
    let linear = Mat::from_fn(m, m, |i, j| {
        2.0 * middle * b[(i, j)] - Complex64::I * c[(i, j)]
    });
    let (first, second) = (factors.solve(&linear), factors.solve(b));
    let companion = Mat::from_fn(2 * m, 2 * m, |i, j| match (i < m, j < m) {
        (true, true) => first[(i, j)],
        (true, false) => second[(i, j - m)],
        (false, _) => Complex64::from(f64::from(u8::from(i - m == j))),
    });
    let (values, _) = Complex64::eigen(&companion)?;
    let roots = values.into_iter().map(|theta| middle + 1.0 / theta);
    Some(roots.filter(|r| r.is_finite() && r.re > 0.0).collect())
}

fn unit<T: Scalar>(basis: &[Vec<T>], coefficients: &[Complex64]) -> Vec<T> {
    let s: Vec<T> = coefficients.iter().map(|&v| T::from_complex(v)).collect();
    let mut vector = combine(basis, &s);
    let scale = T::real(1.0 / norm(&vector));
    vector.iter_mut().for_each(|v| *v *= scale);
    vector
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::pseudo_random;

    struct Dense {
        parts: [Mat<Complex64>; 3],
        shift: Complex64,
    }

    impl QuadraticPencil<Complex64> for Dense {
        fn images(&self, part: Part, columns: &[Vec<Complex64>]) -> Vec<Vec<Complex64>> {
            let matrix = &self.parts[part as usize];
            let times = |x: &Vec<Complex64>| {
                (0..x.len())
                    .map(|i| (0..x.len()).map(|j| matrix[(i, j)] * x[j]).sum())
                    .collect()
            };
            columns.iter().map(times).collect()
        }

        fn precondition(&self, columns: &mut [Vec<Complex64>]) {
            let [a, b, _] = &self.parts;
            let m = a.nrows();
            let shifted = Mat::from_fn(m, m, |i, j| a[(i, j)] - self.shift * b[(i, j)]);
            let factors = shifted.partial_piv_lu();
            for column in columns {
                let x = factors.solve(&Mat::from_fn(m, 1, |i, _| column[i]));
                for (i, v) in column.iter_mut().enumerate() {
                    *v = x[(i, 0)];
                }
            }
        }

        fn shift(&self) -> Complex64 {
            self.shift
        }

        fn is_hermitian(&self) -> bool {
            self.parts
                .iter()
                .all(|part| part.col_iter().all(|c| c.iter().all(|v| v.im == 0.0)))
        }
    }

    #[test]
    fn pairs_are_those_of_the_companion_matrix() {
        let m = 40;
        let entry = |seed: u64| -> Vec<f64> { pseudo_random(m * m, seed) };
        let (a, b, c, loss) = (entry(1), entry(2), entry(3), entry(4));
        let sum = |v: &[f64], i: usize, j: usize, sign: f64| v[i * m + j] + sign * v[j * m + i];
        // Levels 1, 2, ... with symmetric disorder, a little loss and an antisymmetric coupling.
        for lossy in [true, false] {
            let share = if lossy { 0.02 } else { 0.0 };
            let parts = [
                Mat::from_fn(m, m, |i, j| {
                    let level = if i == j { 20.0 - i as f64 } else { 0.0 };
                    Complex64::new(
                        level + 0.1 * sum(&a, i, j, 1.0),
                        share * sum(&loss, i, j, 1.0),
                    )
                }),
                Mat::from_fn(m, m, |i, j| {
                    Complex64::from(f64::from(u8::from(i == j)) + 0.02 * sum(&b, i, j, 1.0))
                }),
                Mat::from_fn(m, m, |i, j| Complex64::from(0.2 * sum(&c, i, j, -1.0))),
            ];
            let shift = Complex64::from(22.0);
            let mut exact = roots(&parts, shift).unwrap();
            let distance = |r: &Complex64| (r * r - shift).norm();
            exact.sort_by(|p, q| distance(p).total_cmp(&distance(q)));
            let vector = |seed: u64| pseudo_random::<Complex64>(m, seed);
            let start = (0..3).map(|k| [vector(10 + k), vector(20 + k)]).collect();
            let options = PencilOptions {
                count: 3,
                tolerance: 1e-8,
                floor: f64::MIN,
                applications: 2000,
                steps: 1,
            };
            let dense = Dense { parts, shift };
            assert_eq!(dense.is_hermitian(), !lossy);
            let pairs = nearest_waves(&dense, start, options).unwrap();
            for (pair, exact) in pairs.iter().zip(&exact) {
                // Round-off of a non-normal matrix of 80 rows; the square of the residual is far below.
                assert!(
                    (pair.root - exact).norm() < 5e-12,
                    "{lossy} {pair:?} {exact}"
                );
                // The left vector is the right one of the opposite wave.
                for (x, root) in [(&pair.right, pair.root), (&pair.left, -pair.root)] {
                    let images = PARTS.map(|part| dense.images(part, std::slice::from_ref(x)));
                    let side = Side {
                        basis: vec![x.clone()],
                        images,
                    };
                    let mut residual = vec![side.residual(&[Complex64::ONE], root)];
                    dense.precondition(&mut residual);
                    assert!(norm(&residual[0]) < 1e-7, "{lossy} {root}");
                }
            }
        }
    }
}
