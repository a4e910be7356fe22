//! Eigenpairs by Rayleigh-Ritz on a growing block of vectors (Davidson's method).
//!
//! The basis V is orthonormal and W = F V is kept beside it. Ritz pairs (θ, V s) come from the small
//! matrix V*W, and the residuals W s − θ V s of those not yet converged, preconditioned or not, extend
//! V; when it is full it is compressed to its leading Ritz vectors (Saad, "Numerical methods for large
//! eigenvalue problems", DOI 10.1137/1.9781611970739, ch. 8). A block start finds multiple and
//! clustered eigenvalues. F is
//!
//! * (A − σ)⁻¹ in [`shift_invert`], whose residuals need no preconditioner: a block Krylov space;
//! * A itself in [`preconditioned`], for the eigenvalues of largest real part.

use super::multifrontal::Multifrontal;
use super::multigrid::Multigrid;
use super::ritz::{RitzColumn, RitzPair, Space, orthonormalised, ritz_pairs};
use super::scalar::Scalar;
use super::stencil::Stencil;
use super::vectors::{dot, norm};
use num_complex::Complex64;

/// Options of an eigen-iteration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EigenOptions {
    /// Number of wanted eigenpairs; what the start has beyond them guards the last.
    pub(crate) count: usize,
    /// ‖F x − θ x‖ ≤ `tolerance` |θ| for a normalised x.
    pub(crate) tolerance: f64,
    /// The same for the guards; infinite to leave them as they come.
    pub(crate) guard_tolerance: f64,
    /// Most extensions of the basis.
    pub(crate) iterations: usize,
    /// Most vectors in the basis; at least three blocks are kept.
    pub(crate) capacity: usize,
}

/// Why no eigenpairs were found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum EigenError<T> {
    /// `converged` of the wanted pairs met the tolerance within the allowed iterations.
    Unconverged {
        /// Pairs that met it.
        converged: usize,
        /// Most that |θ| can be, to the residuals.
        reach: f64,
        /// The best vectors so far, a start for another shift.
        vectors: Vec<Vec<T>>,
    },
    /// The factorisation or the small eigenproblem produced numbers that are not finite.
    NotFinite,
}

/// An eigenvalue λ of A and its normalised eigenvector.
pub(crate) type Eigenpair<T> = (Complex64, Vec<T>);

/// The eigenpairs of A nearest to `shift`, nearest first, given the factors of A − σ I: the wanted
/// ones and, less exact, the guards.
///
/// A real scalar keeps the real part of a vector whose eigenvalue is real to round-off.
pub(crate) fn shift_invert<T: Scalar>(
    inverse: &Multifrontal<T>,
    shift: T,
    start: Vec<Vec<T>>,
    options: EigenOptions,
) -> Result<Vec<Eigenpair<T>>, EigenError<T>> {
    inverted(inverse, shift, start, options, Choice::Largest)
}

/// The eigenpairs of largest real part below `ceiling`, by falling real part, given the factors of A − σ I: for a shift
/// that lies among them. Those above it are one end of the spectrum of the inverse, those just below it the other.
///
/// # Errors
/// As [`shift_invert`].
pub(crate) fn shift_invert_highest<T: Scalar>(
    inverse: &Multifrontal<T>,
    (shift, ceiling): (T, f64),
    start: Vec<Vec<T>>,
    options: EigenOptions,
) -> Result<Vec<Eigenpair<T>>, EigenError<T>> {
    let choice = Choice::Highest {
        least: 1.0 / (ceiling - shift.to_complex().re),
    };
    let mut pairs = inverted(inverse, shift, start, options, choice)?;
    pairs.sort_by(|a, b| b.0.re.total_cmp(&a.0.re));
    Ok(pairs)
}

fn inverted<T: Scalar>(
    inverse: &Multifrontal<T>,
    shift: T,
    start: Vec<Vec<T>>,
    options: EigenOptions,
    choice: Choice,
) -> Result<Vec<Eigenpair<T>>, EigenError<T>> {
    let solved = |mut vectors: Vec<Vec<T>>| {
        inverse.solve(&mut vectors);
        vectors
    };
    let solve = |vectors: &[Vec<T>]| solved(vectors.to_vec());
    let pairs = iterate(start, options, choice, solve, |_, _| {})?;
    // x ← (A − σ)⁻¹ x takes the residual, which the inverse had made small where A is large, to one
    // of A itself.
    let (values, vectors): (Vec<Complex64>, Vec<Vec<T>>) = pairs.into_iter().unzip();
    let pair = |(theta, mut vector): (Complex64, Vec<T>)| {
        let scale = T::real(1.0 / norm(&vector));
        vector.iter_mut().for_each(|v| *v *= scale);
        (shift.to_complex() + 1.0 / theta, vector)
    };
    Ok(values.into_iter().zip(solved(vectors)).map(pair).collect())
}

/// The eigenpairs of largest real part, found from good guesses of them: S A S⁻¹, its diagonal S and
/// a multigrid hierarchy for A, whose k-th shift serves the k-th pair.
pub(crate) fn preconditioned<T: Scalar>(
    matrix: &Stencil<T>,
    scale: &[f64],
    multigrid: &Multigrid<T>,
    mut start: Vec<Vec<T>>,
    options: EigenOptions,
) -> Result<Vec<Eigenpair<T>>, EigenError<T>> {
    let product = |vectors: &[Vec<T>]| {
        let mut images = vec![vec![T::ZERO; matrix.unknowns()]; vectors.len()];
        for (vector, image) in vectors.iter().zip(&mut images) {
            matrix.apply(vector, image);
        }
        images
    };
    let mut space = multigrid.workspace();
    multigrid.settle(&mut space, &mut start, scale);
    let cycle = |residuals: &mut [Vec<T>], ranks: &[usize]| {
        multigrid.cycle(&mut space, residuals, ranks, scale);
    };
    iterate(start, options, Choice::Continued, product, cycle)
}

/// Which Ritz pairs are followed.
#[derive(Clone, Copy, PartialEq)]
enum Choice {
    /// Those of largest |θ|.
    Largest,
    /// Those of θ = 1/(λ − σ) with the highest λ: θ ≥ `least` > 0 as they rise, then θ < 0 as they rise. What is
    /// positive and less is no eigenvalue, or one above all that are wanted.
    Highest {
        /// Of the highest λ that can be.
        least: f64,
    },
    /// Those most like the ones before: the Ritz values of a matrix that is not normal may lie far
    /// above its eigenvalues.
    Continued,
}

impl Choice {
    /// Sorts the pairs; `previous` are orthonormal coefficients of those followed so far.
    fn apply<T: Scalar>(self, pairs: &mut [RitzPair<T>], previous: &[Vec<T>]) {
        let merit = |pair: &RitzPair<T>| match self {
            Self::Continued if !previous.is_empty() => {
                let likeness = |column: &RitzColumn<T>| {
                    let overlaps = previous.iter().map(|p| dot(p, &column.vector[..p.len()]));
                    overlaps.map(|o| o.to_complex().norm_sqr()).sum::<f64>()
                };
                pair.columns.iter().map(likeness).sum()
            }
            Self::Continued => pair.theta.re,
            Self::Largest => pair.theta.norm(),
            // −1/θ turned about zero: what is above the shift comes first.
            Self::Highest { least } => {
                let theta = pair.theta.re;
                if theta >= least {
                    f64::MAX * (0.5 + 0.5 * least / theta)
                } else {
                    -theta
                }
            }
        };
        pairs.sort_by(|a, b| merit(b).total_cmp(&merit(a)));
    }
}

/// The iteration: pairs by falling |θ| or falling real part.
fn iterate<T: Scalar>(
    start: Vec<Vec<T>>,
    options: EigenOptions,
    choice: Choice,
    apply: impl Fn(&[Vec<T>]) -> Vec<Vec<T>>,
    mut precondition: impl FnMut(&mut [Vec<T>], &[usize]),
) -> Result<Vec<Eigenpair<T>>, EigenError<T>> {
    let (n, block) = (start.first().map_or(0, Vec::len), start.len());
    let mut space = Space::new(options.capacity.max(3 * block).min(n));
    let mut candidates = start;
    let mut previous: Vec<Vec<T>> = Vec::new();
    for iteration in 0.. {
        let fresh = space.orthonormal(candidates);
        let stalled = fresh.is_empty();
        let images = apply(&fresh);
        space.extend(fresh, images);
        let mut ritz = ritz_pairs::<T>(space.projected()).ok_or(EigenError::NotFinite)?;
        choice.apply(&mut ritz, &previous);
        ritz.truncate(block);
        if choice == Choice::Continued {
            ritz.sort_by(|a, b| b.theta.re.total_cmp(&a.theta.re));
        }

        let columns: Vec<(usize, &RitzColumn<T>)> = ritz
            .iter()
            .enumerate()
            .flat_map(|(k, pair)| pair.columns.iter().map(move |column| (k, column)))
            .collect();
        let residuals = space.residuals(&columns);
        let mut squares = vec![0.0_f64; ritz.len()];
        for (c, &(k, _)) in columns.iter().enumerate() {
            squares[k] += norm(&residuals[c]).powi(2);
        }
        let met = |k: usize| {
            let tolerance = if k < options.count {
                options.tolerance
            } else {
                options.guard_tolerance
            };
            squares[k].sqrt() <= tolerance * ritz[k].theta.norm()
        };
        let wanted = options.count.min(ritz.len());
        let converged = (0..wanted).filter(|&k| met(k)).count();
        if converged == options.count {
            let vectors = space.vectors(&ritz);
            return Ok(ritz.iter().map(|pair| pair.theta).zip(vectors).collect());
        }
        if iteration >= options.iterations || stalled {
            let reach = (0..wanted).map(|k| ritz[k].theta.norm() + squares[k].sqrt());
            return Err(EigenError::Unconverged {
                converged,
                reach: reach.fold(0.0, f64::max),
                vectors: space.combine(&columns.iter().map(|c| c.1).collect::<Vec<_>>()),
            });
        }
        // The residuals of what is met make room for the others.
        let mut owners = Vec::new();
        candidates = Vec::new();
        for (mut residual, &(k, _)) in residuals.into_iter().zip(&columns) {
            if !met(k) {
                let scale = T::real(1.0 / squares[k].sqrt());
                residual.iter_mut().for_each(|v| *v *= scale);
                candidates.push(residual);
                owners.push(k);
            }
        }
        precondition(&mut candidates, &owners);
        let span = columns.iter().map(|(_, c)| c.vector.clone()).collect();
        previous = orthonormalised(span);
        if space.filled() + candidates.len() > space.capacity() {
            space.compress(&previous);
            let unit = |k: usize| {
                (0..space.filled())
                    .map(|r| T::real(f64::from(u8::from(r == k))))
                    .collect()
            };
            previous = (0..space.filled()).map(unit).collect();
            let room = space.capacity() - space.filled();
            candidates.truncate(room);
        }
    }
    Err(EigenError::NotFinite)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{CsrMatrix, Dissection};
    use ndarray::Array2;
    use ndarray_linalg::Eig;
    use std::sync::Arc;

    /// A convection-diffusion matrix on a lattice: unsymmetric values, symmetric pattern.
    fn lattice_matrix<T: Scalar>(n: usize, wind: T) -> (CsrMatrix<T>, Vec<[usize; 2]>) {
        let number = |i: usize, j: usize| i + n * j;
        let rows = (0..n * n).map(|r| {
            let (i, j) = (r % n, r / n);
            let mut row = vec![(r, T::real(4.0 + 0.1 * (i as f64) + 0.03 * (j as f64)))];
            if i > 0 {
                row.push((number(i - 1, j), T::real(-1.0) - wind));
            }
            if i + 1 < n {
                row.push((number(i + 1, j), T::real(-1.0) + wind));
            }
            if j > 0 {
                row.push((number(i, j - 1), T::real(-1.1)));
            }
            if j + 1 < n {
                row.push((number(i, j + 1), T::real(-0.9)));
            }
            row
        });
        (
            CsrMatrix::from_rows(n * n, rows),
            (0..n * n).map(|r| [r % n, r / n]).collect(),
        )
    }

    fn start<T: Scalar>(n: usize, block: usize) -> Vec<Vec<T>> {
        (0..block)
            .map(|b| {
                (0..n)
                    .map(|k| T::real(((k * (b + 3) + 7) % 11) as f64 - 4.7))
                    .collect()
            })
            .collect()
    }

    fn product<T: Scalar>(matrix: &CsrMatrix<T>, x: &[T]) -> Vec<T> {
        let row = |r| {
            let (columns, values) = matrix.row(r);
            let terms = columns.iter().zip(values);
            terms.fold(T::ZERO, |sum, (&c, &v)| sum + v * x[c])
        };
        (0..matrix.rows()).map(row).collect()
    }

    fn factors<T: Scalar>(
        matrix: &CsrMatrix<T>,
        lattice: &[[usize; 2]],
        shift: T,
    ) -> Multifrontal<T> {
        Multifrontal::new(Arc::new(Dissection::new(matrix, lattice)), matrix, shift)
    }

    #[test]
    fn factors_solve_the_shifted_system() {
        let (matrix, lattice) = lattice_matrix::<Complex64>(23, Complex64::new(0.1, 0.05));
        let shift = Complex64::new(3.7, 0.2);
        let exact: Vec<Vec<Complex64>> = start(23 * 23, 2);
        let mut columns: Vec<Vec<Complex64>> = exact
            .iter()
            .map(|x| {
                product(&matrix, x)
                    .into_iter()
                    .zip(x)
                    .map(|(a, &x)| a - shift * x)
                    .collect()
            })
            .collect();
        factors(&matrix, &lattice, shift).solve(&mut columns);
        for (x, e) in columns.iter().zip(&exact) {
            let difference: Vec<Complex64> = x.iter().zip(e).map(|(x, e)| x - e).collect();
            // Round-off times the condition number, here below 1e4.
            assert!(
                norm(&difference) < 1e-11 * norm(e),
                "{}",
                norm(&difference) / norm(e)
            );
        }
    }

    #[test]
    fn eigenvalues_agree_with_a_dense_solver() {
        let (matrix, lattice) = lattice_matrix::<f64>(14, 0.1);
        let shift = 9.0;
        let options = EigenOptions {
            count: 5,
            tolerance: 1e-10,
            guard_tolerance: f64::INFINITY,
            iterations: 60,
            capacity: 42,
        };
        let pairs = shift_invert(
            &factors(&matrix, &lattice, shift),
            shift,
            start(14 * 14, 7),
            options,
        )
        .unwrap();
        let mut dense = Array2::<f64>::zeros((14 * 14, 14 * 14));
        for r in 0..matrix.rows() {
            let (columns, values) = matrix.row(r);
            for (&c, &v) in columns.iter().zip(values) {
                dense[[r, c]] = v;
            }
        }
        let (eigenvalues, _) = dense.eig().unwrap();
        let mut reference: Vec<f64> = eigenvalues.iter().map(|v| v.re).collect();
        reference.sort_by(|a, b| (a - shift).abs().total_cmp(&(b - shift).abs()));
        for ((value, vector), reference) in pairs.iter().zip(&reference).take(options.count) {
            // LAPACK's own backward error on an unsymmetric matrix of this size is 1e-13.
            assert!((value.re - reference).abs() < 1e-9, "{value} {reference}");
            let image = product(&matrix, vector);
            let residual: Vec<f64> = image
                .iter()
                .zip(vector)
                .map(|(a, x)| a - value.re * x)
                .collect();
            assert!(norm(&residual) < 1e-8);
        }
    }
}
