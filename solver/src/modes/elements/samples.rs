//! Fields of a mode from its coefficients.
//!
//! With w = e + ∇φ: E' = (e, −i n φ), η₀H' = (−n μ'_xx⁻¹ w_y, n μ'_yy⁻¹ w_x, −i μ'_zz⁻¹ curl e), and the
//! fields themselves are E'_i/s_i, H'_i/s_i.

use super::assembly::Reference;
use super::basis::{EdgeFunction, NodalFunction, evaluate};
use super::geometry::{Geometry, Place};
use super::level::Level;
use super::medium::{Medium, Tensor};
use super::mesh::{Mesh, Setting};
use super::quadrature::Quadrature;
use crate::linalg::Scalar;
use crate::modes::sample::Sample;
use cpo_materials::constants::VACUUM_IMPEDANCE;
use faer::Mat;
use num_complex::Complex64;

/// Evaluates one mode of a level.
pub(super) struct Evaluation<'a, T> {
    pub(super) level: &'a Level<T>,
    pub(super) setting: &'a Setting,
    pub(super) mode: usize,
    /// What fields are multiplied by.
    pub(super) gauge: Complex64,
}

/// What a mode's derivatives follow from; every product unconjugated, in the stretched coordinates, with the
/// fields (f, ψ) of the left eigenvector, F = (f, i n ψ).
#[derive(Clone, Debug)]
pub(super) struct Integrals {
    /// −yᵀ ∂T/∂n x = 2n yᵀB x − i yᵀC x.
    pub(super) slope: Complex64,
    /// ∂(yᵀT x)/∂ ln k₀ at fixed n and permittivities: 2 ∫ μ'_zz⁻¹ curl f curl e + 2n² ∫ ε'_zz ψ φ + i n yᵀC x.
    scaling: Complex64,
    /// By material, ∫ of the stretch's share of F_i E_j.
    by_material: Vec<Tensor>,
    effective_index: Complex64,
}

/// What follows from a mode's power over the whole window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Power {
    /// The factor that makes it 1 W and the largest transverse E real and positive.
    pub(super) gauge: Complex64,
    /// Where it flows on average, in metres.
    pub(super) centroid: [f64; 2],
}

impl Integrals {
    /// dn_eff for a change of the materials' permittivities.
    pub(super) fn permittivity_slope(&self, change: &[Tensor]) -> Complex64 {
        let products = self.by_material.iter().flatten().flatten();
        let changes = change.iter().flatten().flatten();
        products.zip(changes).map(|(p, d)| p * d).sum::<Complex64>() / self.slope
    }

    /// n_g = n + k₀ dn/dk₀, the permittivities changing by `change` per unit of ln k₀.
    pub(super) fn group_index(&self, change: &[Tensor]) -> Complex64 {
        self.effective_index + self.scaling / self.slope + self.permittivity_slope(change)
    }
}

/// A pencil's matrices between some vectors, apart from what a wavelength decides.
pub(super) struct Products {
    /// k₀ that lengths were scaled by.
    k0: f64,
    size: usize,
    /// S: ∫ curl e_i curl e_j.
    curl: Vec<f64>,
    /// M: ∫ w_i·w_j.
    mass: Vec<f64>,
    /// By material, ∫ of the products of e_x e_x, e_x e_y + e_y e_x, e_y e_y, φ φ.
    by_material: Vec<[Vec<f64>; 4]>,
}

impl Products {
    /// Of the first vectors: A and B of a lossless straight guide.
    pub(super) fn pencil(&self, setting: &Setting, size: usize) -> [Mat<f64>; 2] {
        let square = (setting.k0 / self.k0).powi(2);
        let at = |i: usize, j: usize| i * self.size + j;
        let materials = || self.by_material.iter().zip(&setting.permittivities);
        let a = Mat::from_fn(size, size, |i, j| {
            let k = at(i, j);
            let electric: f64 = materials()
                .map(|([xx, xy, yy, _], e)| {
                    xx[k] * e[0][0].re + xy[k] * e[0][1].re + yy[k] * e[1][1].re
                })
                .sum();
            electric - self.curl[k] / square
        });
        let b = Mat::from_fn(size, size, |i, j| {
            let k = at(i, j);
            let nodal: f64 = materials().map(|([.., zz], e)| zz[k] * e[2][2].re).sum();
            self.mass[k] - square * nodal
        });
        [a, b]
    }

    /// Of the mode `coefficients`, its n known.
    pub(super) fn integrals(&self, setting: &Setting, coefficients: &[f64], n: f64) -> Integrals {
        let square = (setting.k0 / self.k0).powi(2);
        let form = |matrix: &[f64]| -> f64 {
            let row = |(i, s): (usize, &f64)| {
                let products = matrix[i * self.size..].iter().zip(coefficients);
                s * products.map(|(m, t)| m * t).sum::<f64>()
            };
            coefficients.iter().enumerate().map(row).sum()
        };
        let by_material: Vec<Tensor> = self
            .by_material
            .iter()
            .map(|[xx, xy, yy, zz]| {
                let across = 0.5 * form(xy);
                [
                    [form(xx), across, 0.0],
                    [across, form(yy), 0.0],
                    [0.0, 0.0, n * n * square * form(zz)],
                ]
                .map(|row| row.map(Complex64::from))
            })
            .collect();
        let longitudinal = |(sum, e): (&Tensor, &Tensor)| sum[2][2].re * e[2][2].re;
        let materials = by_material.iter().zip(&setting.permittivities);
        let nodal: f64 = materials.map(longitudinal).sum::<f64>() / (n * n);
        Integrals {
            slope: Complex64::from(2.0 * n * (form(&self.mass) - nodal)),
            scaling: Complex64::from(2.0 * form(&self.curl) / square + 2.0 * n * n * nodal),
            by_material,
            effective_index: Complex64::from(n),
        }
    }
}

impl Evaluation<'_, f64> {
    /// [`Products`] of the modes of the level.
    pub(super) fn products(&self) -> Products {
        let reference = Reference::of(self.level.space.order);
        let size = self.level.modes.len();
        let zeros = || vec![0.0; size * size];
        let materials = self.setting.permittivities.len();
        let mut sum = Products {
            k0: self.setting.k0,
            size,
            curl: zeros(),
            mass: zeros(),
            by_material: (0..materials)
                .map(|_| [zeros(), zeros(), zeros(), zeros()])
                .collect(),
        };
        for (t, triangle) in self.level.mesh.triangulation.triangles().iter().enumerate() {
            let geometry = self.geometry(t);
            let locals: Vec<Vec<f64>> = (0..size).map(|m| self.level.local(m, t)).collect();
            let tabulation = if geometry.is_straight() {
                &reference.plain
            } else {
                &reference.fine
            };
            let own = &mut sum.by_material[triangle.material];
            let points = tabulation.rule.points.iter().zip(&tabulation.rule.weights);
            for (q, (&at, &w)) in points.enumerate() {
                let place = geometry.at(at);
                let functions = (&*tabulation.edge[q], &*tabulation.nodal[q]);
                let weight = w * place.determinant.abs();
                let fields: Vec<[f64; 6]> = locals
                    .iter()
                    .map(|local| {
                        let Primed { e, phi, w, curl } = primed(local, &place, functions);
                        [e[0], e[1], phi, w[0], w[1], curl]
                    })
                    .collect();
                for (i, [ex, ey, phi, wx, wy, curl]) in fields.iter().enumerate() {
                    for (j, f) in fields.iter().enumerate() {
                        let k = i * size + j;
                        sum.curl[k] += weight * curl * f[5];
                        sum.mass[k] += weight * (wx * f[3] + wy * f[4]);
                        own[0][k] += weight * ex * f[0];
                        own[1][k] += weight * (ex * f[1] + ey * f[0]);
                        own[2][k] += weight * ey * f[1];
                        own[3][k] += weight * phi * f[2];
                    }
                }
            }
        }
        sum
    }
}

impl<T: Scalar> Evaluation<'_, T> {
    /// See [`Integrals`].
    pub(super) fn integrals(&self) -> &Integrals {
        self.level.modes[self.mode]
            .integrals
            .get_or_init(|| self.integrated())
    }

    fn integrated(&self) -> Integrals {
        let reference = Reference::of(self.level.space.order);
        let constant = self.setting.coordinates.is_piecewise_constant();
        let n = self.level.modes[self.mode].effective_index();
        let (forward, square) = (T::from_complex(-Complex64::I * n), T::from_complex(n * n));
        let mut by_material = vec![[[T::ZERO; 3]; 3]; self.setting.permittivities.len()];
        let (mut mass, mut curl, mut nodal, mut coupling) = (T::ZERO, T::ZERO, T::ZERO, T::ZERO);
        let two_sided = self.level.has_left(self.mode);
        for (t, triangle) in self.level.mesh.triangulation.triangles().iter().enumerate() {
            let geometry = self.geometry(t);
            let local = self.level.local(self.mode, t);
            let left = two_sided.then(|| self.level.local_left(self.mode, t));
            let tabulation = if constant && geometry.is_straight() {
                &reference.plain
            } else {
                &reference.fine
            };
            let tensor = &self.setting.permittivities[triangle.material];
            let points = tabulation.rule.points.iter().zip(&tabulation.rule.weights);
            for (q, (&at, &w)) in points.enumerate() {
                let place = geometry.at(at);
                let functions = (&*tabulation.edge[q], &*tabulation.nodal[q]);
                let right = primed(&local, &place, functions);
                let left = left
                    .as_ref()
                    .map_or(right, |l| primed(l, &place, functions));
                let weight = w * place.determinant.abs();
                let stretch = self
                    .setting
                    .coordinates
                    .stretch(place.point.map(|v| v / self.setting.k0));
                let Medium {
                    permittivity: eps,
                    reluctivity: nu,
                } = Medium::new(tensor, stretch);
                let weighted = |value: Complex64| T::from_complex(weight * value);
                mass += weighted(nu[1]) * left.w[0] * right.w[0]
                    + weighted(nu[0]) * left.w[1] * right.w[1];
                curl += weighted(nu[2]) * left.curl * right.curl;
                nodal += weighted(eps[2][2]) * left.phi * right.phi;
                let share = |i: usize, j: usize| match stretch {
                    Some(s) => weighted(s[0] * s[1] * s[2] / (s[i] * s[j])),
                    None => T::real(weight),
                };
                let own = &mut by_material[triangle.material];
                for i in 0..2 {
                    for j in 0..2 {
                        own[i][j] += share(i, j) * left.e[i] * right.e[j];
                    }
                }
                own[2][2] += share(2, 2) * square * left.phi * right.phi;
                // These cancel where the left eigenvector is the mode itself.
                if two_sided {
                    for d in 0..2 {
                        let (there, back) = (left.e[d] * right.phi, left.phi * right.e[d]);
                        coupling += weighted(eps[d][2]) * (back - there);
                        own[d][2] += share(d, 2) * forward * there;
                        own[2][d] += share(2, d) * (-forward) * back;
                    }
                }
            }
        }
        let [mass, curl, nodal, coupling] = [mass, curl, nodal, coupling].map(T::to_complex);
        Integrals {
            slope: 2.0 * n * (mass - nodal) - Complex64::I * coupling,
            scaling: 2.0 * curl + 2.0 * n * n * nodal + Complex64::I * n * coupling,
            by_material: by_material
                .into_iter()
                .map(|sum| sum.map(|row| row.map(T::to_complex)))
                .collect(),
            effective_index: n,
        }
    }

    /// yᵀT(n)x = yᵀ(A − n² B + i n C) x under another setting and on a mesh moved along, y the left eigenvector: what
    /// n's derivatives follow from, dn = −d(yᵀT x) / (yᵀ ∂T/∂n x).
    pub(super) fn functional(&self, mesh: &Mesh, setting: &Setting) -> Complex64 {
        let reference = Reference::of(self.level.space.order);
        let constant = setting.coordinates.is_piecewise_constant();
        let n = self.level.modes[self.mode].effective_index();
        let (square, turn) = (T::from_complex(n * n), T::from_complex(Complex64::I * n));
        let two_sided = self.level.has_left(self.mode);
        let mut sum = T::ZERO;
        for (t, triangle) in mesh.triangulation.triangles().iter().enumerate() {
            let geometry = Geometry::new(&mesh.triangulation, triangle, setting.k0);
            let local = self.level.local(self.mode, t);
            let left = two_sided.then(|| self.level.local_left(self.mode, t));
            let tabulation = if constant && geometry.is_straight() {
                &reference.plain
            } else {
                &reference.fine
            };
            let tensor = &setting.permittivities[triangle.material];
            let points = tabulation.rule.points.iter().zip(&tabulation.rule.weights);
            for (q, (&at, &w)) in points.enumerate() {
                let place = geometry.at(at);
                let functions = (&*tabulation.edge[q], &*tabulation.nodal[q]);
                let right = primed(&local, &place, functions);
                let left = left
                    .as_ref()
                    .map_or(right, |l| primed(l, &place, functions));
                let weight = w * place.determinant.abs();
                let position = place.point.map(|v| v / setting.k0);
                let Medium {
                    permittivity: eps,
                    reluctivity: nu,
                } = Medium::new(tensor, setting.coordinates.stretch(position));
                let times = |value: Complex64| T::from_complex(weight * value);
                for i in 0..2 {
                    for j in 0..2 {
                        sum += times(eps[i][j]) * left.e[i] * right.e[j];
                    }
                    sum += -square * times(nu[1 - i]) * left.w[i] * right.w[i];
                    if two_sided {
                        let across = left.phi * right.e[i] - right.phi * left.e[i];
                        sum += turn * times(eps[i][2]) * across;
                    }
                }
                sum += square * times(eps[2][2]) * left.phi * right.phi;
                sum += -times(nu[2]) * left.curl * right.curl;
            }
        }
        sum.to_complex()
    }

    /// Fields at a point of a triangle given by its functions there.
    pub(super) fn at(
        &self,
        triangle: usize,
        local: &[T],
        place: &Place,
        (edge, nodal): (&[EdgeFunction], &[NodalFunction]),
    ) -> Sample {
        let Primed { e, phi, w, curl } = primed(local, place, (edge, nodal));
        let (e, w) = (e.map(T::to_complex), w.map(T::to_complex));
        let (phi, curl) = (phi.to_complex(), curl.to_complex());
        let n = self.level.modes[self.mode].effective_index();
        let k0 = self.setting.k0;
        let position = place.point.map(|v| v / k0);
        let triangle = &self.level.mesh.triangulation.triangles()[triangle];
        let stretch = self.setting.coordinates.stretch(position);
        let tensor = &self.setting.permittivities[triangle.material];
        let nu = Medium::new(tensor, stretch).reluctivity;
        let s = stretch.unwrap_or([Complex64::ONE; 3]);
        let i = Complex64::I;
        let electric = [e[0] / s[0], e[1] / s[1], -i * n * phi / s[2]];
        let magnetic = [
            -n * nu[0] * w[1] / s[0],
            n * nu[1] * w[0] / s[1],
            -i * nu[2] * curl / s[2],
        ];
        Sample {
            position,
            area: 0.0,
            material: triangle.material,
            region: triangle.region,
            electric: electric.map(|v| self.gauge * v),
            magnetic: magnetic.map(|v| self.gauge * v / VACUUM_IMPEDANCE),
        }
    }

    pub(super) fn geometry(&self, triangle: usize) -> Geometry {
        let mesh = &self.level.mesh.triangulation;
        Geometry::new(mesh, &mesh.triangles()[triangle], self.setting.k0)
    }

    /// Fields at the quadrature points of the triangles that `wanted` names.
    pub(super) fn samples(&self, wanted: impl Fn(usize) -> bool) -> Vec<Sample> {
        self.samples_by(self.setting.coordinates.is_piecewise_constant(), wanted)
    }

    /// The same with the rule of curved triangles everywhere: the points do not depend on the setting.
    pub(super) fn samples_to_compare(&self, wanted: impl Fn(usize) -> bool) -> Vec<Sample> {
        self.samples_by(false, wanted)
    }

    fn samples_by(&self, constant: bool, wanted: impl Fn(usize) -> bool) -> Vec<Sample> {
        let reference = Reference::of(self.level.space.order);
        let triangles = self.level.mesh.triangulation.triangles().len();
        let mut samples = Vec::new();
        for t in (0..triangles).filter(|&t| wanted(t)) {
            let geometry = self.geometry(t);
            let local = self.level.local(self.mode, t);
            let tabulation = if constant && geometry.is_straight() {
                &reference.plain
            } else {
                &reference.fine
            };
            for (q, (&at, &w)) in tabulation
                .rule
                .points
                .iter()
                .zip(&tabulation.rule.weights)
                .enumerate()
            {
                let place = geometry.at(at);
                let functions = (&*tabulation.edge[q], &*tabulation.nodal[q]);
                let mut sample = self.at(t, &local, &place, functions);
                sample.area = w * place.determinant.abs() / self.setting.k0.powi(2);
                samples.push(sample);
            }
        }
        samples
    }

    /// Share of ∫|E|² in the absorbing layers.
    pub(super) fn layer_share(&self) -> f64 {
        if self.setting.coordinates.layers.iter().all(Option::is_none) {
            return 0.0;
        }
        let (mut inside, mut all) = (0.0, 0.0);
        for sample in self.samples(|_| true) {
            let energy = sample.area * sample.electric_squared();
            all += energy;
            if self.setting.coordinates.is_in_layer(sample.position) {
                inside += energy;
            }
        }
        inside / all
    }

    /// ∫|∂H_c/∂x_d|² dA over the triangles that `wanted` names, `[c][d]`, c and d in x, y.
    ///
    /// H is a polynomial of the reference triangle, so that its central difference over a short step is
    /// its derivative to round-off.
    pub(super) fn magnetic_slopes(&self, wanted: impl Fn(usize) -> bool) -> [[f64; 2]; 2] {
        const STEP: f64 = 1e-4;
        let order = self.level.space.order;
        let rule = Quadrature::of_degree(2 * order);
        // Shape functions beside every point, one step back and forth along both coordinates.
        let beside: Vec<[[f64; 2]; 4]> = rule
            .points
            .iter()
            .map(|&[u, v]| [[u - STEP, v], [u + STEP, v], [u, v - STEP], [u, v + STEP]])
            .collect();
        let functions: Vec<_> = beside
            .iter()
            .map(|points| points.map(|at| (at, evaluate(order, at))))
            .collect();
        let triangles = self.level.mesh.triangulation.triangles().len();
        let mut sums = [[0.0; 2]; 2];
        for t in (0..triangles).filter(|&t| wanted(t)) {
            let geometry = self.geometry(t);
            let local = self.level.local(self.mode, t);
            for ((&at, &w), beside) in rule.points.iter().zip(&rule.weights).zip(&functions) {
                let place = geometry.at(at);
                let magnetic = beside.each_ref().map(|(at, (edge, nodal))| {
                    self.at(t, &local, &geometry.at(*at), (edge, nodal))
                        .magnetic
                });
                // Both lengths are in 1/k₀, so that k₀ cancels from the integral.
                let weight = w * place.determinant.abs();
                for (c, row) in sums.iter_mut().enumerate() {
                    let along: [Complex64; 2] = [0, 1]
                        .map(|i| (magnetic[2 * i + 1][c] - magnetic[2 * i][c]) / (2.0 * STEP));
                    for (d, sum) in row.iter_mut().enumerate() {
                        let slope = place.inverse[0][d] * along[0] + place.inverse[1][d] * along[1];
                        *sum += weight * slope.norm_sqr();
                    }
                }
            }
        }
        sums
    }

    /// Fields at a point (metres) of a triangle; just outside it, its polynomials continued.
    pub(super) fn in_triangle(&self, triangle: usize, local: &[T], point: [f64; 2]) -> Sample {
        let geometry = self.geometry(triangle);
        let at = geometry.locate(point.map(|v| v * self.setting.k0));
        let (edge, nodal) = evaluate(self.level.space.order, at);
        self.at(triangle, local, &geometry.at(at), (&edge, &nodal))
    }
}

/// e, φ, w = e + ∇φ and curl e at a point.
#[derive(Clone, Copy)]
struct Primed<T> {
    e: [T; 2],
    phi: T,
    w: [T; 2],
    curl: T,
}

fn primed<T: Scalar>(
    local: &[T],
    place: &Place,
    (edge, nodal): (&[EdgeFunction], &[NodalFunction]),
) -> Primed<T> {
    let (mut e, mut curl) = ([T::ZERO; 2], T::ZERO);
    let (mut phi, mut gradient) = (T::ZERO, [T::ZERO; 2]);
    for (f, &x) in edge.iter().zip(local) {
        e[0] += x * T::real(f.value[0]);
        e[1] += x * T::real(f.value[1]);
        curl += x * T::real(f.curl);
    }
    for (f, &x) in nodal.iter().zip(&local[edge.len()..]) {
        phi += x * T::real(f.value);
        gradient[0] += x * T::real(f.gradient[0]);
        gradient[1] += x * T::real(f.gradient[1]);
    }
    let [[a, b], [c, d]] = place.inverse.map(|row| row.map(T::real));
    let covariant = |[u, v]: [T; 2]| [a * u + c * v, b * u + d * v];
    let (e, gradient) = (covariant(e), covariant(gradient));
    Primed {
        e,
        phi,
        w: [e[0] + gradient[0], e[1] + gradient[1]],
        curl: curl * T::real(1.0 / place.determinant),
    }
}
