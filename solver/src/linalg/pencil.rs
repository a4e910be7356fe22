//! Eigenpairs of a symmetric pencil A x = λ B x next to a shift σ: Rayleigh-Ritz on a block Krylov space of
//! C = (A − σB)⁻¹B, extended by the residuals C x − θ x of the wanted Ritz pairs, λ = σ + 1/θ (Davidson's
//! method with an exact inverse; Saad, DOI 10.1137/1.9781611970739, ch. 8). A block finds multiple and
//! clustered eigenvalues. The value returned is xᵀA x / xᵀB x, whose error is quadratic in the vector's.

use super::scalar::Scalar;
use super::vectors::{axpy, combine, dot, norm};
use faer::Mat;
use num_complex::Complex64;

/// What the iteration needs of a pencil.
pub(crate) trait Pencil<T> {
    /// (A − σB)⁻¹B of every column, in place.
    fn apply(&self, columns: &mut [Vec<T>]);
    /// σ.
    fn shift(&self) -> T;
    /// xᵀA x / xᵀB x.
    fn quotient(&self, x: &[T]) -> T;
}

/// An eigenpair, its vector of Euclidean length 1.
#[derive(Clone, Debug)]
pub(crate) struct PencilPair<T> {
    pub(crate) value: Complex64,
    pub(crate) vector: Vec<T>,
    /// ‖C x − θ x‖ / |θ|.
    pub(crate) residual: f64,
}

/// How many pairs, and how well.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PencilOptions {
    pub(crate) count: usize,
    /// Allowed residual.
    pub(crate) tolerance: f64,
    /// Eigenvalues of smaller real part are of no interest.
    pub(crate) floor: f64,
    /// Most applications of C.
    pub(crate) applications: usize,
    /// Applications of C to the start before the first look at the pairs; half as many between looks.
    pub(crate) steps: usize,
}

/// Residual at which a Ritz value below the floor is taken for what is left of the spectrum.
const SETTLED: f64 = 0.05;
/// Share of its distance from the shift by which the quotient may correct a Ritz value.
const CORRECTION: f64 = 0.1;

/// The pairs next to the shift, nearest first, fewer where the others lie below the floor; on failure
/// those that came closest.
pub(crate) fn nearest_pairs<T: Scalar>(
    pencil: &impl Pencil<T>,
    start: Vec<Vec<T>>,
    options: PencilOptions,
) -> Result<Vec<PencilPair<T>>, Vec<PencilPair<T>>> {
    let block = start.len().max(1);
    let capacity = 4 * (options.count + block) + 8;
    let shift = pencil.shift().to_complex();
    let mut space = Space::default();
    let mut candidates = start;
    let mut steps = options.steps.max(1);
    loop {
        let before = space.basis.len();
        for step in 0..steps {
            if step > 0 {
                candidates = space.newest.clone();
            }
            space.extend(pencil, candidates);
            candidates = Vec::new();
        }
        steps = (options.steps / 2).max(1);
        let stalled = space.basis.len() == before;
        space.applications += usize::from(stalled);
        let Some(ritz) = space.ritz_pairs() else {
            return Err(Vec::new());
        };
        let wanted = &ritz[..options.count.min(ritz.len())];
        let residuals: Vec<Vec<Vec<T>>> = wanted.iter().map(|pair| space.residual(pair)).collect();
        let sizes: Vec<f64> = wanted
            .iter()
            .zip(&residuals)
            .map(|(pair, parts)| {
                let squared: f64 = parts.iter().map(|part| norm(part).powi(2)).sum();
                squared.sqrt() / pair.theta.norm()
            })
            .collect();
        let value = |pair: &Ritz| shift + 1.0 / pair.theta;
        let below = |k: usize| value(&wanted[k]).re < options.floor;
        let done = |k: usize| sizes[k] <= options.tolerance || (below(k) && sizes[k] <= SETTLED);
        let all = wanted.len() == options.count && (0..wanted.len()).all(done);
        if all || stalled || space.applications >= options.applications {
            let pair = |k: usize| {
                let vector = space.vector(&wanted[k]);
                let rough = value(&wanted[k]);
                let exact = pencil.quotient(&vector).to_complex();
                let is_real = !T::REAL || wanted[k].theta.im == 0.0;
                let near = (exact - rough).norm() <= CORRECTION * (rough - shift).norm();
                PencilPair {
                    value: if is_real && near { exact } else { rough },
                    vector,
                    residual: sizes[k],
                }
            };
            let pairs = (0..wanted.len())
                .filter(|&k| !(all && below(k)))
                .map(pair)
                .collect();
            return if all { Ok(pairs) } else { Err(pairs) };
        }
        candidates = residuals
            .into_iter()
            .enumerate()
            .filter(|&(k, _)| !done(k))
            .flat_map(|(_, parts)| parts)
            .collect();
        if space.basis.len() + steps * candidates.len() > capacity {
            space.restart(&ritz[..(options.count + block).min(ritz.len())]);
        }
    }
}

/// An orthonormal basis V with its image C V and the projection V*C V.
struct Space<T> {
    basis: Vec<Vec<T>>,
    image: Vec<Vec<T>>,
    /// `projected[j][i]` = vᵢ* C vⱼ.
    projected: Vec<Vec<T>>,
    /// Images of the vectors that came last.
    newest: Vec<Vec<T>>,
    applications: usize,
}

impl<T> Default for Space<T> {
    fn default() -> Self {
        Self {
            basis: Vec::new(),
            image: Vec::new(),
            projected: Vec::new(),
            newest: Vec::new(),
            applications: 0,
        }
    }
}

impl<T: Scalar> Space<T> {
    /// Takes in what of `candidates` is new.
    fn extend(&mut self, pencil: &impl Pencil<T>, candidates: Vec<Vec<T>>) {
        let fresh = orthonormal(&self.basis, candidates);
        self.applications += fresh.len();
        self.newest.clone_from(&fresh);
        pencil.apply(&mut self.newest);
        for (image, row) in self.image.iter().zip(&mut self.projected) {
            row.extend(fresh.iter().map(|v| dot(v, image)));
        }
        self.basis.extend(fresh);
        for image in &self.newest {
            self.projected
                .push(self.basis.iter().map(|v| dot(v, image)).collect());
        }
        self.image.extend_from_slice(&self.newest);
    }

    /// Ritz pairs by falling |θ|; none if numbers are not finite.
    fn ritz_pairs(&self) -> Option<Vec<Ritz>> {
        let m = self.basis.len();
        if self
            .projected
            .iter()
            .flatten()
            .any(|v| !v.to_complex().is_finite())
        {
            return None;
        }
        let projected = Mat::<T>::from_fn(m, m, |i, j| self.projected[j][i]);
        let (values, vectors) = T::eigen(&projected)?;
        let mut pairs: Vec<Ritz> = (0..m)
            .map(|k| Ritz {
                theta: values[k],
                coefficients: turned((0..m).map(|i| vectors[(i, k)]).collect()),
            })
            .collect();
        pairs.sort_by(|p, q| q.theta.norm().total_cmp(&p.theta.norm()));
        Some(pairs)
    }

    /// C x − θ x; its real and imaginary part apart where the scalar is real and θ is not.
    fn residual(&self, pair: &Ritz) -> Vec<Vec<T>> {
        let parts = |z: Complex64| [T::from_complex(z), T::real(z.im)];
        let count = if T::REAL && pair.theta.im != 0.0 {
            2
        } else {
            1
        };
        (0..count)
            .map(|part| {
                let mut residual = vec![T::ZERO; self.basis[0].len()];
                for ((v, w), &s) in self.basis.iter().zip(&self.image).zip(&pair.coefficients) {
                    axpy(parts(s)[part], w, &mut residual);
                    axpy(parts(-pair.theta * s)[part], v, &mut residual);
                }
                residual
            })
            .collect()
    }

    fn vector(&self, pair: &Ritz) -> Vec<T> {
        let s: Vec<T> = pair
            .coefficients
            .iter()
            .map(|&v| T::from_complex(v))
            .collect();
        let mut vector = combine(&self.basis, &s);
        let scale = T::real(1.0 / norm(&vector));
        vector.iter_mut().for_each(|v| *v *= scale);
        vector
    }

    /// Keeps the span of some Ritz vectors alone.
    fn restart(&mut self, kept: &[Ritz]) {
        let span = kept
            .iter()
            .flat_map(|pair| real_span::<T>(&pair.coefficients));
        let rotation = orthonormal(&[], span.collect());
        for set in [&mut self.basis, &mut self.image] {
            *set = rotation.iter().map(|s| combine(set, s)).collect();
        }
        let projected = self
            .image
            .iter()
            .map(|w| self.basis.iter().map(|v| dot(v, w)).collect());
        self.projected = projected.collect();
    }
}

struct Ritz {
    theta: Complex64,
    /// Its largest entry is real.
    coefficients: Vec<Complex64>,
}

/// The vector with its largest entry real, so that a real one shows no imaginary part.
fn turned(s: Vec<Complex64>) -> Vec<Complex64> {
    let largest = s.iter().fold(
        Complex64::ZERO,
        |a, &b| if b.norm() > a.norm() { b } else { a },
    );
    if largest == Complex64::ZERO {
        return s;
    }
    let phase = largest.conj() / largest.norm();
    s.into_iter().map(|v| v * phase).collect()
}

/// The vector itself for a complex scalar; real and imaginary part, where not zero, for a real one.
fn real_span<T: Scalar>(vector: &[Complex64]) -> Vec<Vec<T>> {
    if !T::REAL {
        return vec![vector.iter().map(|&v| T::from_complex(v)).collect()];
    }
    let real: Vec<T> = vector.iter().map(|v| T::real(v.re)).collect();
    let imaginary: Vec<T> = vector.iter().map(|v| T::real(v.im)).collect();
    let size = norm(vector);
    [real, imaginary]
        .into_iter()
        .filter(|part| norm(part) > 1e-9 * size)
        .collect()
}

/// What of `candidates` is new to an orthonormal `basis`, orthonormalised.
pub(crate) fn orthonormal<T: Scalar>(basis: &[Vec<T>], candidates: Vec<Vec<T>>) -> Vec<Vec<T>> {
    let mut fresh: Vec<Vec<T>> = Vec::with_capacity(candidates.len());
    for mut vector in candidates {
        let before = norm(&vector);
        if before == 0.0 || !before.is_finite() {
            continue;
        }
        vector.iter_mut().for_each(|v| *v *= T::real(1.0 / before));
        for _ in 0..2 {
            for v in basis.iter().chain(&fresh) {
                let overlap = dot(v, &vector);
                axpy(-overlap, v, &mut vector);
            }
        }
        let left = norm(&vector);
        // Less than this is round-off of what was there.
        if left > 1e-12 {
            vector.iter_mut().for_each(|v| *v *= T::real(1.0 / left));
            fresh.push(vector);
        }
    }
    fresh
}
