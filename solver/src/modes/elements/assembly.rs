//! Element matrices of the pencil A x = n² B x (see the folder's page for the equations).

use super::basis::{Tabulation, gradient_map};
use super::geometry::{Geometry, Place};
use super::medium::{Medium, Tensor};
use crate::linalg::Scalar;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use num_complex::Complex64;
use std::sync::OnceLock;

/// Degrees of quadrature beyond 2p where a side is curved or the medium varies.
const CURVED_DEGREES: usize = 6;
/// Orders that are tabulated, from 0.
const ORDERS: usize = 16;

/// The shape functions of an order, integrated on the reference triangle once for all straight triangles.
pub(super) struct Reference {
    /// On a rule exact for products of two functions.
    pub(super) plain: Tabulation,
    /// On one with [`CURVED_DEGREES`] more.
    pub(super) fine: Tabulation,
    gradient: Vec<Vec<(usize, f64)>>,
    /// ∫ N_i·N_j by components: 00, 01 + 10, 11.
    mass: [Vec<f64>; 3],
    /// ∫ curl N_i curl N_j.
    curl: Vec<f64>,
    /// ∫ φ_i φ_j.
    nodal: Vec<f64>,
    /// ∫ N_i φ_j by component of N.
    mixed: [Vec<f64>; 2],
    pub(super) edges: usize,
    pub(super) nodals: usize,
}

impl Reference {
    /// Of an order below [`ORDERS`], made once.
    pub(super) fn of(order: usize) -> &'static Self {
        static TABLE: [OnceLock<Reference>; ORDERS] = [const { OnceLock::new() }; ORDERS];
        TABLE[order].get_or_init(|| Self::new(order))
    }

    fn new(order: usize) -> Self {
        let exact = Tabulation::new(order, 2 * order);
        let (n, m) = (exact.edge[0].len(), exact.nodal[0].len());
        let mut reference = Self {
            plain: exact.clone(),
            fine: Tabulation::new(order, 2 * order + CURVED_DEGREES),
            gradient: gradient_map(order),
            mass: [vec![0.0; n * n], vec![0.0; n * n], vec![0.0; n * n]],
            curl: vec![0.0; n * n],
            nodal: vec![0.0; m * m],
            mixed: [vec![0.0; n * m], vec![0.0; n * m]],
            edges: n,
            nodals: m,
        };
        for (q, &w) in exact.rule.weights.iter().enumerate() {
            let (edge, nodal) = (&exact.edge[q], &exact.nodal[q]);
            for i in 0..n {
                let [x, y] = edge[i].value.map(|v| w * v);
                let curl = w * edge[i].curl;
                for j in 0..n {
                    let [u, v] = edge[j].value;
                    reference.mass[0][i * n + j] += x * u;
                    reference.mass[1][i * n + j] += x * v + y * u;
                    reference.mass[2][i * n + j] += y * v;
                    reference.curl[i * n + j] += curl * edge[j].curl;
                }
                for j in 0..m {
                    reference.mixed[0][i * m + j] += x * nodal[j].value;
                    reference.mixed[1][i * m + j] += y * nodal[j].value;
                }
            }
            for i in 0..m {
                for j in 0..m {
                    reference.nodal[i * m + j] += w * nodal[i].value * nodal[j].value;
                }
            }
        }
        reference
    }
}

/// Integrals over one triangle.
struct Integrals<T> {
    /// S: ∫ μ'_zz⁻¹ curl N_i curl N_j.
    curl: Vec<T>,
    /// M: ∫ N_i·μ̃ N_j with μ̃ = diag(μ'_yy⁻¹, μ'_xx⁻¹).
    mass: Vec<T>,
    /// T: ∫ N_i·ε' N_j.
    permittivity: Vec<T>,
    /// Z: ∫ ε'_zz φ_i φ_j.
    nodal: Vec<T>,
    /// Q: ∫ ε'_tz·N_i φ_j; empty where ε'_tz is 0.
    mixed: Vec<T>,
}

/// Matrices of one triangle, square, row after row: functions of e, then of φ.
pub(super) struct TriangleMatrices<T> {
    pub(super) a: Vec<T>,
    pub(super) b: Vec<T>,
    /// Antisymmetric; empty where no crystal is oblique.
    pub(super) c: Vec<T>,
}

/// Whether ε couples the field along the guide to the transverse one.
pub(super) fn is_oblique(tensor: &Tensor) -> bool {
    (0..2).any(|d| tensor[d][2] != Complex64::ZERO)
}

/// Matrices of a straight triangle of one medium.
pub(super) fn straight<T: Scalar>(
    reference: &Reference,
    place: &Place,
    medium: &Medium,
) -> TriangleMatrices<T> {
    let (n, m) = (reference.edges, reference.nodals);
    let area = place.determinant.abs();
    // Components of N on the triangle are inverseᵀ times those on the reference.
    let metric = |xx: Complex64, xy: Complex64, yy: Complex64| -> [T; 3] {
        let [[a, b], [c, d]] = place.inverse;
        [
            a * a * xx + 2.0 * a * b * xy + b * b * yy,
            a * c * xx + (a * d + b * c) * xy + b * d * yy,
            c * c * xx + 2.0 * c * d * xy + d * d * yy,
        ]
        .map(|g| T::from_complex(area * g))
    };
    let weighted = |g: [T; 3]| -> Vec<T> {
        let [r0, r1, r2] = &reference.mass;
        (0..n * n)
            .map(|k| g[0] * T::real(r0[k]) + g[1] * T::real(r1[k]) + g[2] * T::real(r2[k]))
            .collect()
    };
    let scaled = |values: &[f64], factor: Complex64| -> Vec<T> {
        let factor = T::from_complex(factor);
        values.iter().map(|&v| factor * T::real(v)).collect()
    };
    let (eps, nu) = (&medium.permittivity, &medium.reluctivity);
    debug_assert_eq!(reference.nodal.len(), m * m);
    let mixed = if is_oblique(eps) {
        let [x, y] = place
            .inverse
            .map(|[u, v]| T::from_complex(area * (u * eps[0][2] + v * eps[1][2])));
        let components = reference.mixed[0].iter().zip(&reference.mixed[1]);
        components
            .map(|(&u, &v)| x * T::real(u) + y * T::real(v))
            .collect()
    } else {
        Vec::new()
    };
    compose(
        reference,
        Integrals {
            curl: scaled(&reference.curl, nu[2] / area),
            mass: weighted(metric(nu[1], Complex64::ZERO, nu[0])),
            permittivity: weighted(metric(eps[0][0], eps[0][1], eps[1][1])),
            nodal: scaled(&reference.nodal, area * eps[2][2]),
            mixed,
        },
    )
}

/// Matrices of any triangle, the medium given at each point.
///
/// Each is Fᵀ D G with F and G functions at the points of a quadrature and D its weights times the medium, as one
/// dense product; a medium's real and imaginary parts apart, so that what is real costs real arithmetic.
pub(super) fn curved<T: Scalar>(
    reference: &Reference,
    geometry: &Geometry,
    medium: impl Fn([f64; 2]) -> Medium,
) -> TriangleMatrices<T> {
    let tabulation = &reference.fine;
    let (n, m, q) = (
        reference.edges,
        reference.nodals,
        tabulation.rule.points.len(),
    );
    // Both components of e one below the other.
    let mut edge = Mat::<f64>::zeros(2 * q, n);
    let (mut curl, mut nodal) = (Mat::<f64>::zeros(q, n), Mat::<f64>::zeros(q, m));
    let mut media = Vec::with_capacity(q);
    let points = tabulation.rule.points.iter().zip(&tabulation.rule.weights);
    for (k, (&at, &w)) in points.enumerate() {
        let place = geometry.at(at);
        let [[a, b], [c, d]] = place.inverse;
        for (i, f) in tabulation.edge[k].iter().enumerate() {
            let [u, v] = f.value;
            edge[(k, i)] = a * u + c * v;
            edge[(q + k, i)] = b * u + d * v;
            curl[(k, i)] = f.curl / place.determinant;
        }
        for (i, f) in tabulation.nodal[k].iter().enumerate() {
            nodal[(k, i)] = f.value;
        }
        media.push((w * place.determinant.abs(), medium(place.point)));
    }
    let oblique = media.iter().any(|(_, at)| is_oblique(&at.permittivity));
    let weights = |value: &dyn Fn(&Medium) -> Complex64| -> Vec<Complex64> {
        media.iter().map(|(w, at)| w * value(at)).collect()
    };
    let none = || weights(&|_| Complex64::ZERO);
    let eps = |i: usize, j: usize| weights(&|at: &Medium| at.permittivity[i][j]);
    let nu = |i: usize| weights(&|at: &Medium| at.reluctivity[i]);
    // D G by columns of G: of two components, and of one.
    let tensor = |[xx, xy, yy]: [Vec<Complex64>; 3]| {
        move |k: usize, i: usize, edge: &Mat<f64>| {
            let (x, y) = (edge[(k % q, i)], edge[(q + k % q, i)]);
            if k < q {
                xx[k] * x + xy[k] * y
            } else {
                xy[k - q] * x + yy[k - q] * y
            }
        }
    };
    let scalar = |w: Vec<Complex64>| move |k: usize, i: usize, f: &Mat<f64>| w[k] * f[(k, i)];
    let mixed = if oblique {
        let (xz, yz) = (eps(0, 2), eps(1, 2));
        let times = move |k: usize, i: usize, f: &Mat<f64>| {
            let w = if k < q { xz[k] } else { yz[k - q] };
            w * f[(k % q, i)]
        };
        weighted(&edge, &nodal, times)
    } else {
        Vec::new()
    };
    compose(
        reference,
        Integrals {
            curl: weighted(&curl, &curl, scalar(nu(2))),
            mass: weighted(&edge, &edge, tensor([nu(1), none(), nu(0)])),
            permittivity: weighted(&edge, &edge, tensor([eps(0, 0), eps(0, 1), eps(1, 1)])),
            nodal: weighted(&nodal, &nodal, scalar(eps(2, 2))),
            mixed,
        },
    )
}

/// Fᵀ (D G), row after row, D G given by its entries.
fn weighted<T: Scalar>(
    f: &Mat<f64>,
    g: &Mat<f64>,
    entry: impl Fn(usize, usize, &Mat<f64>) -> Complex64,
) -> Vec<T> {
    let (rows, columns) = (f.ncols(), g.ncols());
    let values = Mat::from_fn(f.nrows(), columns, |k, i| entry(k, i, g));
    let product = |part: fn(&Complex64) -> f64| {
        let weighted = Mat::from_fn(f.nrows(), columns, |k, i| part(&values[(k, i)]));
        let mut sum = Mat::<f64>::zeros(rows, columns);
        matmul(
            sum.as_mut(),
            Accum::Replace,
            f.transpose(),
            weighted.as_ref(),
            1.0,
            Par::Seq,
        );
        sum
    };
    let real = product(|v| v.re);
    let lossy = values.col_iter().any(|c| c.iter().any(|v| v.im != 0.0));
    let imaginary = lossy.then(|| product(|v| v.im));
    let at = |k: usize| {
        let (i, j) = (k / columns, k % columns);
        let im = imaginary.as_ref().map_or(0.0, |part| part[(i, j)]);
        T::from_complex(Complex64::new(real[(i, j)], im))
    };
    (0..rows * columns).map(at).collect()
}

/// A = [T − S, 0; 0, 0], B = [M, G; Gᵀ, K − Z], C = [0, −Q; Qᵀ, 0] with G = M D and K = Dᵀ M D, D the gradient.
fn compose<T: Scalar>(reference: &Reference, integrals: Integrals<T>) -> TriangleMatrices<T> {
    let (n, m) = (reference.edges, reference.nodals);
    let size = n + m;
    let (mut a, mut b) = (vec![T::ZERO; size * size], vec![T::ZERO; size * size]);
    for i in 0..n {
        for j in 0..n {
            a[i * size + j] = integrals.permittivity[i * n + j] - integrals.curl[i * n + j];
            b[i * size + j] = integrals.mass[i * n + j];
        }
        for (k, terms) in reference.gradient.iter().enumerate() {
            let mut value = T::ZERO;
            for &(j, factor) in terms {
                value += T::real(factor) * integrals.mass[i * n + j];
            }
            b[i * size + n + k] = value;
            b[(n + k) * size + i] = value;
        }
    }
    for (k, terms) in reference.gradient.iter().enumerate() {
        for l in 0..m {
            let mut value = -integrals.nodal[k * m + l];
            for &(j, factor) in terms {
                value += T::real(factor) * b[j * size + n + l];
            }
            b[(n + k) * size + n + l] = value;
        }
    }
    let mut c = Vec::new();
    if !integrals.mixed.is_empty() {
        c.resize(size * size, T::ZERO);
        for i in 0..n {
            for k in 0..m {
                let value = integrals.mixed[i * m + k];
                c[i * size + n + k] = -value;
                c[(n + k) * size + i] = value;
            }
        }
    }
    TriangleMatrices { a, b, c }
}
