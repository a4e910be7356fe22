//! Conjugate gradients, preconditioned, for several right-hand sides at once.
//!
//! Each lane is its own iteration with its own α and β; lanes share the reading of the
//! coefficients, and one that has converged rests. M. R. Hestenes and E. Stiefel, J. Res. NBS 49, 409 (1952),
//! 10.6028/jres.049.044; β in the Polak-Ribière form, which tolerates a preconditioner evaluated
//! in single precision (Golub and Ye, SIAM J. Sci. Comput. 21, 1305 (1999), 10.1137/S1064827597323415).

use super::multigrid::{Multigrid, Real};
use super::operator::Operator;
use crate::linalg::vectorised;

/// What an iteration reached.
#[derive(Clone, Copy, Debug)]
pub(super) struct Convergence {
    /// Iterations done.
    pub iterations: usize,
    /// True relative residual ‖b − A t‖₂/‖b‖₂, the worst of the lanes.
    pub residual: f64,
    /// The residual that rounding t alone causes, u ‖diag(A) t‖₂/‖b‖₂ with u = 2⁻⁵², the worst of the lanes.
    /// Cells a nanometre thick beside others of a millimetre lift it above 10⁻¹⁰; their fluxes still cancel exactly.
    pub attainable: f64,
}

impl Convergence {
    /// Of a solution of A t = b.
    pub(super) fn of<const L: usize>(
        operator: &Operator,
        t: &[[f64; L]],
        b: &[[f64; L]],
        iterations: usize,
    ) -> Self {
        Self::with(operator, |t, q| operator.apply(t, q), t, b, iterations)
    }

    /// Of a solution of B t = b, B being A but for a few entries.
    pub(super) fn with<const L: usize>(
        operator: &Operator,
        apply: impl Fn(&[[f64; L]], &mut [[f64; L]]),
        t: &[[f64; L]],
        b: &[[f64; L]],
        iterations: usize,
    ) -> Self {
        let size = dot(b, b);
        let mut q = vec![[0.0; L]; b.len()];
        apply(t, &mut q);
        let (mut norm, mut rounding) = ([0.0; L], [0.0; L]);
        for (c, (b, q)) in b.iter().zip(&q).enumerate() {
            let diagonal = operator.diagonal(c);
            for l in 0..L {
                norm[l] += (b[l] - q[l]) * (b[l] - q[l]);
                rounding[l] += (diagonal * t[c][l]) * (diagonal * t[c][l]);
            }
        }
        let (mut residual, mut attainable): (f64, f64) = (0.0, 0.0);
        for l in 0..L {
            if size[l] > 0.0 {
                residual = residual.max((norm[l] / size[l]).sqrt());
                attainable = attainable.max(f64::EPSILON * (rounding[l] / size[l]).sqrt());
            }
        }
        Self {
            iterations,
            residual,
            attainable,
        }
    }
}

pub(super) fn dot<const L: usize>(a: &[[f64; L]], b: &[[f64; L]]) -> [f64; L] {
    let mut sum = [0.0; L];
    for (a, b) in a.iter().zip(b) {
        for l in 0..L {
            sum[l] += a[l] * b[l];
        }
    }
    sum
}

/// z·r and z·q.
fn products<const L: usize>(z: &[[Real; L]], r: &[[f64; L]], q: &[[f64; L]]) -> [[f64; L]; 2] {
    let (mut with_r, mut with_q) = ([0.0; L], [0.0; L]);
    vectorised(
        #[inline(always)]
        || {
            for ((z, r), q) in z.iter().zip(r).zip(q) {
                for l in 0..L {
                    let z = f64::from(z[l]);
                    with_r[l] += z * r[l];
                    with_q[l] += z * q[l];
                }
            }
        },
    );
    [with_r, with_q]
}

/// p ← z + β p and q = A p; returns p·q. A plane of q follows the next of p while that is still in the cache.
fn advance<const L: usize>(
    operator: &Operator,
    z: &[[Real; L]],
    beta: [f64; L],
    p: &mut [[f64; L]],
    q: &mut [[f64; L]],
) -> [f64; L] {
    let [nx, ny, nz] = operator.shape;
    let plane = ny * nz;
    let (zeros, nothing) = (vec![[0.0; L]; nz], vec![0.0; nz]);
    let mut sum = [0.0; L];
    vectorised(
        #[inline(always)]
        || {
            for i in 0..=nx {
                if i < nx {
                    let own = i * plane..(i + 1) * plane;
                    for (p, z) in p[own.clone()].iter_mut().zip(&z[own]) {
                        for l in 0..L {
                            p[l] = f64::from(z[l]) + beta[l] * p[l];
                        }
                    }
                }
                if i > 0 {
                    let part = operator.apply_plane(i - 1, p, q, (&zeros, &nothing));
                    for l in 0..L {
                        sum[l] += part[l];
                    }
                }
            }
        },
    );
    sum
}

/// t ← t + α p and r ← r − α q, with a copy of r in single precision; returns r·r.
fn step<const L: usize>(
    alpha: [f64; L],
    [p, q]: [&[[f64; L]]; 2],
    [t, r]: [&mut [[f64; L]]; 2],
    load: &mut [[Real; L]],
) -> [f64; L] {
    let mut norm = [0.0; L];
    vectorised(
        #[inline(always)]
        || {
            let vectors = t.iter_mut().zip(r.iter_mut()).zip(load.iter_mut());
            for (((t, r), load), (p, q)) in vectors.zip(p.iter().zip(q)) {
                for l in 0..L {
                    t[l] += alpha[l] * p[l];
                    r[l] -= alpha[l] * q[l];
                    norm[l] += r[l] * r[l];
                    load[l] = r[l] as Real;
                }
            }
        },
    );
    norm
}

/// Solves A t = b for every lane to ‖r‖ ≤ `tolerance` ‖b‖, or stops after `limit` iterations.
pub(super) fn solve<const L: usize>(
    operator: &Operator,
    multigrid: &Multigrid,
    b: Vec<[f64; L]>,
    tolerance: f64,
    limit: usize,
) -> (Vec<[f64; L]>, Convergence) {
    let n = operator.cells();
    let size = dot(&b, &b);
    let mut workspace = multigrid.workspace::<L>();
    for (single, double) in workspace.load().iter_mut().zip(&b) {
        *single = double.map(|v| v as Real);
    }
    let mut r = b.clone();
    let mut t = vec![[0.0; L]; n];
    let mut p = vec![[0.0; L]; n];
    let mut q = vec![[0.0; L]; n];
    let mut old = [0.0; L];
    let mut iterations = 0;
    let mut active: [bool; L] = std::array::from_fn(|l| size[l] > 0.0);
    while iterations < limit && active.contains(&true) {
        let z = multigrid.cycle(&mut workspace);
        // q still holds A p of the last step: r_old = r + α q is not needed, z·q is
        let [rho, cross] = products(z, &r, &q);
        let mut beta = [0.0; L];
        for l in 0..L {
            if iterations > 0 && active[l] {
                beta[l] = -old[l] * cross[l];
            }
        }
        let curvature = advance(operator, z, beta, &mut p, &mut q);
        let mut alpha = [0.0; L];
        for l in 0..L {
            if active[l] && curvature[l] > 0.0 {
                alpha[l] = rho[l] / curvature[l];
                // β = z·(r − r_old)/ρ_old = −α_old (z·q_old)/ρ_old = −(z·q_old)/(p·q)_old
                old[l] = 1.0 / curvature[l];
            }
        }
        let norm = step(alpha, [&p, &q], [&mut t, &mut r], workspace.load());
        iterations += 1;
        for l in 0..L {
            active[l] &= norm[l] > tolerance * tolerance * size[l];
        }
    }
    let convergence = Convergence::of(operator, &t, &b, iterations);
    (t, convergence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heat::operator::Medium;
    use cpo_meshes::{Axis, RectilinearGrid};
    use std::f64::consts::PI;

    /// Box 1 × 2 × 0.5 mm, k = (100, 50, 2) W/(m K), base h = 5000 W/(m² K), else insulated;
    /// T = A cos(πx/Lx) cos(2πy/Ly) (cos bz + h/(k_z b) sin bz), where b solves k_z b tan(b Lz) = h.
    /// Returns the largest error over the cells and the iterations.
    fn manufactured(n: usize) -> (f64, usize) {
        let (lx, ly, lz) = (1e-3, 2e-3, 0.5e-3);
        let ([k1, k2, k3], h, amplitude) = ([100.0, 50.0, 2.0], 5e3, 10.0);
        let b = 1_861.513_449_072_243_8; // root of k_z b tan(b Lz) = h
        let lambda = k1 * (PI / lx).powi(2) + k2 * (2.0 * PI / ly).powi(2) + k3 * b * b;
        let exact = |x: f64, y: f64, z: f64| {
            let vertical = (b * z).cos() + h / (k3 * b) * (b * z).sin();
            amplitude * (PI * x / lx).cos() * (2.0 * PI * y / ly).cos() * vertical
        };
        assert!((exact(lx / 4.0, ly / 8.0, lz / 2.0) - 7.481673865807025).abs() < 1e-9);
        let axes = [lx, ly, lz].map(|l| Axis::uniform(0.0, l, n).unwrap());
        let grid = RectilinearGrid::new(axes);
        let cells = grid.cells();
        let k = Medium {
            x: vec![k1; cells],
            y: vec![k2; cells],
            z: vec![k3; cells],
            contacts: vec![],
            storage: vec![],
            films: Default::default(),
        };
        let faces = [0.0, 0.0, 0.0, 0.0, h, 0.0];
        let operator = Operator::new(&grid, &k, &faces);
        let multigrid = Multigrid::new(grid.axes(), &k, &faces, &operator);
        let [x, y, z] = grid.axes().each_ref().map(Axis::centres);
        let mut truth = Vec::new();
        for &x in &x {
            for &y in &y {
                truth.extend(z.iter().map(|&z| exact(x, y, z)));
            }
        }
        let volume = grid.volume(0, 0, 0);
        let load = truth.iter().map(|t| [lambda * t * volume]).collect();
        let (t, convergence) = solve::<1>(&operator, &multigrid, load, 1e-11, 100);
        assert!(convergence.residual < 1e-10);
        let error = t
            .iter()
            .zip(&truth)
            .map(|(a, b)| (a[0] - b).abs())
            .fold(0.0, f64::max);
        (error, convergence.iterations)
    }

    #[test]
    fn manufactured_solution_converges_at_order_two() {
        let errors = [10, 20, 40].map(|n| manufactured(n).0);
        // errors of an independent second-order scheme on the same grids, to their three digits
        for (error, known) in errors.iter().zip([0.259, 0.0676, 0.01708]) {
            assert!((error / known - 1.0).abs() < 0.01, "{errors:?}");
        }
        let order = (errors[1] / errors[2]).log2();
        assert!((1.9..2.1).contains(&order), "order {order} of {errors:?}");
    }

    /// Cells 3000 : 1, graded to a corner in all directions; conductivities that jump by up to 300 between blocks of a quarter of the plan
    /// and between layers.
    fn iterations(cells: usize) -> (usize, f64) {
        let graded = |length: f64, n: usize| {
            let face =
                |i: usize| length * ((8.0 * i as f64 / n as f64).exp_m1() / 8.0_f64.exp_m1());
            Axis::from_faces((0..=n).map(face).collect()).unwrap()
        };
        let grid = RectilinearGrid::new([
            graded(5e-3, cells),
            graded(4e-3, cells),
            graded(1e-3, cells),
        ]);
        let mut k = Medium {
            x: vec![],
            y: vec![],
            z: vec![],
            contacts: vec![],
            storage: vec![],
            films: Default::default(),
        };
        for i in 0..cells {
            for j in 0..cells {
                for l in 0..cells {
                    let quarter =
                        |d: usize, i: usize, l: f64| (4.0 * grid.axis(d).centre(i) / l) as usize;
                    let block = (quarter(0, i, 5e-3) + quarter(1, j, 4e-3) + 4 * l / cells) % 3;
                    let value = [60.0, 1.4, 400.0][block];
                    k.x.push(value);
                    k.y.push(value);
                    k.z.push(0.5 * value);
                }
            }
        }
        let faces = [0.0, 10.0, 0.0, f64::INFINITY, 5e3, 0.0];
        let operator = Operator::new(&grid, &k, &faces);
        let multigrid = Multigrid::new(grid.axes(), &k, &faces, &operator);
        let mut load = vec![[0.0; 2]; grid.cells()];
        load[0][0] = 1.0;
        load[grid.cells() / 2][1] = 1.0;
        let (_, convergence) = solve::<2>(&operator, &multigrid, load, 1e-10, 200);
        assert!(convergence.residual < 1e-9);
        (convergence.iterations, multigrid.complexity())
    }

    #[test]
    fn iterations_stay_flat_on_graded_contrasts() {
        let counts = [16, 32, 64].map(iterations);
        // the work of a cycle stays bounded and their number nearly flat: measured 10, 13, 17 at 5.2, and 30 % on top
        assert!(
            counts
                .iter()
                .all(|&(n, complexity)| n <= 22 && complexity < 5.5),
            "{counts:?}"
        );
        assert!(counts[2].0 <= counts[1].0 + 6, "{counts:?}");
    }

    #[test]
    fn preconditioner_is_symmetric() {
        let axis = |n| Axis::uniform(0.0, 1.0, n).unwrap();
        let grid = RectilinearGrid::new([axis(7), axis(5), axis(3)]);
        let value = |c: usize| 1.0 + ((c * 7919) % 13) as f64;
        let values = |shift: usize| {
            (0..grid.cells())
                .map(|c| value(c + shift))
                .collect::<Vec<_>>()
        };
        let k = Medium {
            x: values(0),
            y: values(3),
            z: values(5),
            contacts: vec![],
            storage: vec![],
            films: Default::default(),
        };
        let faces = [1.0, 0.0, 2.0, 0.0, 0.5, 0.0];
        let operator = Operator::new(&grid, &k, &faces);
        let multigrid = Multigrid::new(grid.axes(), &k, &faces, &operator);
        let mut workspace = multigrid.workspace::<1>();
        let u: Vec<[f64; 1]> = values(2).into_iter().map(|v| [v - 6.0]).collect();
        let v: Vec<[f64; 1]> = values(9).into_iter().map(|v| [v - 7.0]).collect();
        let product = |z: &[[f32; 1]], w: &[[f64; 1]]| -> f64 {
            z.iter().zip(w).map(|(z, w)| f64::from(z[0]) * w[0]).sum()
        };
        let mut cycled = |load: &[[f64; 1]], with: &[[f64; 1]]| {
            for (single, double) in workspace.load().iter_mut().zip(load) {
                *single = double.map(|v| v as Real);
            }
            product(multigrid.cycle(&mut workspace), with)
        };
        let (uv, vu, uu) = (cycled(&u, &v), cycled(&v, &u), cycled(&u, &u));
        assert!(uu > 0.0);
        // round-off of single precision, some hundred operations
        assert!((uv - vu).abs() < 1e-5 * uu, "{uv} {vu} {uu}");
    }

    #[test]
    fn limit_of_iterations_is_kept() {
        let grid = RectilinearGrid::new([0, 1, 2].map(|_| Axis::uniform(0.0, 1.0, 6).unwrap()));
        let one = || vec![1.0; grid.cells()];
        let k = Medium {
            x: one(),
            y: one(),
            z: one(),
            contacts: vec![],
            storage: vec![],
            films: Default::default(),
        };
        let faces = [0.0, 0.0, 0.0, 0.0, 1.0, 0.0];
        let operator = Operator::new(&grid, &k, &faces);
        let multigrid = Multigrid::new(grid.axes(), &k, &faces, &operator);
        let mut load = vec![[0.0]; grid.cells()];
        load[3][0] = 1.0;
        let (_, convergence) = solve::<1>(&operator, &multigrid, load, 1e-14, 2);
        assert_eq!(convergence.iterations, 2);
        assert!(convergence.residual > 1e-14);
    }
}
