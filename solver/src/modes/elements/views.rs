//! What the rest of the program asks of a family.

use super::basis::evaluate;
use super::family::Family;
use super::geometry::Geometry;
use super::medium::Tensor;
use super::mesh::{Mesh, Setting};
use super::samples::{Evaluation, Power};
use crate::convergence::GridStudy;
use crate::linalg::Scalar;
use crate::modes::family::{Level, ModeFamily};
use crate::modes::sample::{Sample, WallSample};
use crate::modes::{Fields, ModeError, ModeProblem, Wall};
use crate::quadrature::gauss_legendre;
use cpo_materials::{Quantity, Wavelength};
use cpo_meshes::RectilinearGrid;
use ndarray::Array2;
use num_complex::Complex64;
use std::fmt;

/// Relative change of the layers' stretch by which their effect is seen.
const LAYER_STEP: f64 = 1e-3;
/// Nepers of attenuation that the effect on Re and Im n_eff is taken to fall by as the stretch doubles: far fewer than
/// designed for, since what comes back is mostly of grazing waves. A strongly leaking bend is off by three times the
/// slope; of the losses of the open corpus none is off by more than what this gives.
const LAYER_DECAY: [f64; 2] = [0.5, 2.0];
/// Times the bar of other guides that oblique crystals have: with half of it all of the open corpus hold, but not all
/// that another code gives.
const OBLIQUE: f64 = 3.0;
/// Relative step of the wavelength at which dispersion is taken.
const WAVELENGTH_STEP: f64 = 1e-4;

impl<T> fmt::Debug for Family<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let orders: Vec<usize> = self.stages.iter().map(|stage| stage.order).collect();
        f.debug_struct("Family")
            .field("orders", &orders)
            .finish_non_exhaustive()
    }
}

impl<T: Scalar> ModeFamily for Family<T> {
    fn problem(&self) -> &ModeProblem {
        &self.problem
    }

    fn levels(&self) -> Vec<Level> {
        let level = |k: usize| Level {
            refinement: self.stages[k].order as f64,
            unknowns: self.unknowns(k),
        };
        (0..self.stages.len()).map(level).collect()
    }

    fn members(&self) -> usize {
        self.stages[0].members.len()
    }

    fn effective_index(&self, level: usize, member: usize) -> Complex64 {
        Family::effective_index(self, level, member)
    }

    fn group_index(&self, level: usize, member: usize) -> Complex64 {
        self.evaluation(level, member)
            .integrals()
            .group_index(&self.dispersion)
    }

    fn residual(&self, level: usize, member: usize) -> f64 {
        let evaluation = self.evaluation(level, member);
        evaluation.level.modes[evaluation.mode].residual
    }

    fn samples(&self, level: usize, member: usize) -> Vec<Sample> {
        let evaluation = self.evaluation(level, member);
        let mut samples = evaluation.samples(|t| self.is_in_window(&evaluation, t));
        let turn = self.gauge(&evaluation);
        for sample in &mut samples {
            sample.turn(turn);
        }
        for d in 0..2 {
            if let Some(at) = self.symmetry.at[d] {
                let electric = evaluation.level.walls[2 * d] == Wall::Electric;
                let section = self.problem.cross_section();
                let mirrored: Vec<Sample> = samples
                    .iter()
                    .map(|s| {
                        let mut image = s.mirrored(d, at, electric);
                        // Unless beside the polygon of a curve, its mirror image may be another region.
                        let [x, y] = s.position;
                        if section.region_at(x, y) == s.region {
                            image.region = section.region_at(image.position[0], image.position[1]);
                        }
                        image
                    })
                    .collect();
                samples.extend(mirrored);
            }
        }
        samples
    }

    fn at(&self, level: usize, member: usize, points: &[[f64; 2]]) -> Vec<Sample> {
        let evaluation = self.evaluation(level, member);
        let gauge = self.gauge(&evaluation);
        points
            .iter()
            .map(|&point| self.sample(&evaluation, gauge, point))
            .collect()
    }

    fn power_centroid(&self, level: usize, member: usize) -> [f64; 2] {
        self.power(&self.evaluation(level, member)).centroid
    }

    fn magnetic_slopes(&self, level: usize, member: usize) -> [[f64; 2]; 2] {
        let mut evaluation = self.evaluation(level, member);
        evaluation.gauge = self.gauge(&evaluation);
        let slopes = evaluation.magnetic_slopes(|t| self.is_in_window(&evaluation, t));
        // Mirror images have the same squares.
        slopes.map(|row| row.map(|sum| sum * self.symmetry.copies() as f64))
    }

    fn wall_samples(&self, level: usize, member: usize) -> Vec<WallSample> {
        let mut evaluation = self.evaluation(level, member);
        evaluation.gauge = self.gauge(&evaluation);
        let mut walls = evaluation.wall_samples();
        for d in 0..2 {
            if self.symmetry.at[d].is_none() {
                continue;
            }
            // The plane is no wall, and the wall beyond it has its mirror image's fields.
            walls.retain(|wall| wall.side != 2 * d);
            let mirrored: Vec<WallSample> = walls
                .iter()
                .map(|&wall| WallSample {
                    side: if wall.side == 2 * d + 1 {
                        2 * d
                    } else {
                        wall.side
                    },
                    ..wall
                })
                .collect();
            walls.extend(mirrored);
        }
        walls
    }

    fn fields(&self, level: usize, member: usize) -> Fields {
        let evaluation = self.evaluation(level, member);
        let gauge = self.gauge(&evaluation);
        let grid = self.display_grid(level);
        evaluation_on_grid(self, &evaluation, gauge, grid)
    }

    fn layer_effect(&self, level: usize, member: usize) -> Complex64 {
        if self.setting.coordinates.layers.iter().all(Option::is_none) {
            return Complex64::ZERO;
        }
        let evaluation = self.evaluation(level, member);
        // To first order in the layers' strength: what reflects falls as exp(−2 Im s k d).
        let [weaker, stronger] = [1.0 - LAYER_STEP, 1.0 + LAYER_STEP].map(|factor| {
            evaluation.functional(&evaluation.level.mesh, &self.setting.with_layers(factor))
        });
        let unit = evaluation.integrals().slope;
        let slope = (stronger - weaker) / (2.0 * LAYER_STEP) / unit;
        let [real, imaginary] = LAYER_DECAY;
        Complex64::new(slope.re / real, slope.im / imaginary)
    }

    fn reduction(&self, member: usize) -> f64 {
        self.reduction.get(member).copied().unwrap_or(0.0)
    }

    fn counted(&self) -> Option<usize> {
        self.guided
    }

    fn layer_share(&self, level: usize, member: usize) -> f64 {
        self.evaluation(level, member).layer_share()
    }

    fn sensitivities(
        &self,
        problems: [&ModeProblem; 2],
        step: f64,
    ) -> Result<Vec<Vec<Complex64>>, ModeError> {
        if problems
            .iter()
            .any(|problem| self.symmetry.is_broken_by(problem))
        {
            return self.whole()?.sensitivities(problems, step);
        }
        let settings = [Setting::new(problems[0])?, Setting::new(problems[1])?];
        let mut slopes = Vec::with_capacity(self.stages.len());
        for (k, stage) in self.stages.iter().enumerate() {
            let Some(first) = stage.levels.first() else {
                continue;
            };
            let mut meshes: Vec<Mesh> = Vec::with_capacity(2);
            for problem in problems {
                let motion = first
                    .mesh
                    .triangulation
                    .motion(self.problem.cross_section(), problem.cross_section())
                    .ok_or(ModeError::Motion)?;
                meshes.push(first.mesh.displaced(&motion, 1.0));
            }
            let slope = |m: usize| {
                let evaluation = self.evaluation(k, m);
                let [low, high] =
                    [0, 1].map(|side| evaluation.functional(&meshes[side], &settings[side]));
                (high - low) / step / evaluation.integrals().slope
            };
            slopes.push((0..stage.members.len()).map(slope).collect());
        }
        Ok(slopes)
    }

    fn sensitivity_noise(&self, _problems: [&ModeProblem; 2], _step: f64) -> f64 {
        // The mesh follows every interface.
        0.0
    }

    fn study(&self, levels: Vec<(f64, f64)>, wanted: f64) -> GridStudy {
        let study = GridStudy::exponential(levels, wanted);
        if self.setting.is_oblique() {
            let further = (OBLIQUE - 1.0) * study.error;
            study.with_further_error(further, wanted)
        } else {
            study
        }
    }

    fn derivative_study(&self, levels: Vec<(f64, f64)>, wanted: f64) -> GridStudy {
        GridStudy::exponential_cautious(levels, wanted)
    }

    fn cautious_study(&self, levels: Vec<(f64, f64)>, wanted: f64) -> GridStudy {
        GridStudy::exponential_cautious(levels, wanted)
    }
}

impl<T: Scalar> Family<T> {
    /// Whether a triangle lies in the window, not in a layer outside it.
    fn is_in_window(&self, evaluation: &Evaluation<'_, T>, triangle: usize) -> bool {
        let centroid = evaluation.geometry(triangle).centroid();
        let [x, y] = centroid.map(|v| v / self.setting.k0);
        self.problem.cross_section().window().contains(x, y)
    }

    /// The factor that makes a member's power over the whole window 1 W.
    fn gauge(&self, evaluation: &Evaluation<'_, T>) -> Complex64 {
        self.power(evaluation).gauge
    }

    fn power<'a>(&self, evaluation: &Evaluation<'a, T>) -> &'a Power {
        evaluation.level.modes[evaluation.mode]
            .power
            .get_or_init(|| {
                let samples = evaluation.samples(|t| self.is_in_window(evaluation, t));
                let gauge = gauge(&samples);
                let centroid = |d: usize| {
                    let moment = samples
                        .iter()
                        .map(|s| s.area * s.power_density() * s.position[d]);
                    moment.sum::<f64>() * gauge.norm_sqr()
                };
                Power {
                    gauge: gauge / (self.symmetry.copies() as f64).sqrt(),
                    centroid: [0, 1].map(|d| self.symmetry.at[d].unwrap_or_else(|| centroid(d))),
                }
            })
    }

    /// Fields at a point of the window.
    fn sample(
        &self,
        evaluation: &Evaluation<'_, T>,
        gauge: Complex64,
        mut point: [f64; 2],
    ) -> Sample {
        let mut mirrored = [None; 2];
        for d in 0..2 {
            if let Some(plane) = self.symmetry.at[d].filter(|&plane| point[d] < plane) {
                point[d] = 2.0 * plane - point[d];
                mirrored[d] = Some(plane);
            }
        }
        let mesh = &evaluation.level.mesh.triangulation;
        let Some(triangle) = mesh.locate(&point[..1], &point[1..])[0] else {
            // Outside the domain there is no field.
            return Sample::dark(point);
        };
        let local = evaluation.level.local(evaluation.mode, triangle);
        let mut sample = evaluation.in_triangle(triangle, &local, point);
        for (d, plane) in mirrored.into_iter().enumerate() {
            if let Some(plane) = plane {
                let electric = evaluation.level.walls[2 * d] == Wall::Electric;
                sample = sample.mirrored(d, plane, electric);
            }
        }
        sample.turn(gauge);
        sample
    }
}

/// What makes the power 1 W and the largest transverse E real and positive.
fn gauge(samples: &[Sample]) -> Complex64 {
    let power: f64 = samples.iter().map(|s| s.area * s.power_density()).sum();
    let (mut largest, mut size) = (Complex64::ONE, 0.0);
    for e in samples.iter().flat_map(|s| &s.electric[..2]) {
        // By a margin, so that equal peaks do not change places with the last bit.
        if e.norm_sqr() > (1.0 + 2e-6) * size {
            (largest, size) = (*e, e.norm_sqr());
        }
    }
    largest.conj() / largest.norm() / power.abs().sqrt()
}

/// d ε/d ln k₀ of every material; from one side where its data end.
pub(super) fn dispersion(problem: &ModeProblem) -> Result<Vec<Tensor>, ModeError> {
    let wavelength = problem.wavelength().si();
    let at = |factor: f64| {
        let shifted = problem
            .clone()
            .at_wavelength(Wavelength::from_si(factor * wavelength));
        shifted
            .permittivity_tensors()
            .map(|tensors| (factor, tensors))
    };
    let centre = at(1.0)?;
    let (low, high) = (at(1.0 - WAVELENGTH_STEP), at(1.0 + WAVELENGTH_STEP));
    let (low, high) = (
        low.as_ref().unwrap_or(&centre),
        high.as_ref().unwrap_or(&centre),
    );
    let step = (high.0 - low.0).max(f64::MIN_POSITIVE);
    let slope = |(a, b): (&Tensor, &Tensor)| {
        let mut slope = *a;
        for i in 0..3 {
            for j in 0..3 {
                slope[i][j] = (a[i][j] - b[i][j]) / step;
            }
        }
        slope
    };
    Ok(low.1.iter().zip(&high.1).map(slope).collect())
}

fn evaluation_on_grid<T: Scalar>(
    family: &Family<T>,
    evaluation: &Evaluation<'_, T>,
    gauge: Complex64,
    grid: RectilinearGrid<2>,
) -> Fields {
    let mesh = &evaluation.level.mesh.triangulation;
    // Every coordinate's image in the part that was computed.
    let folded = |d: usize| -> (Vec<f64>, Vec<bool>) {
        let at = grid.axis(d).centres();
        match family.symmetry.at[d] {
            None => (at.clone(), vec![false; at.len()]),
            Some(plane) => at
                .iter()
                .map(|&v| (plane + (v - plane).abs(), v < plane))
                .unzip(),
        }
    };
    let ((x, left), (y, below)) = (folded(0), folded(1));
    let sorted = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        sorted
    };
    let (xs, ys) = (sorted(&x), sorted(&y));
    let located = mesh.locate(&xs, &ys);
    let shape = (x.len(), y.len());
    let zeros = || Array2::from_elem(shape, Complex64::ZERO);
    let mut electric = [zeros(), zeros(), zeros()];
    let mut magnetic = [zeros(), zeros(), zeros()];
    let mut permittivity = Array2::zeros(shape);
    let order = evaluation.level.space.order;
    let k0 = family.setting.k0;
    let mut kept: Vec<Option<(Geometry, Vec<T>)>> = vec![None; mesh.triangles().len()];
    for (i, &px) in x.iter().enumerate() {
        let column = xs.partition_point(|&v| v < px);
        for (j, &py) in y.iter().enumerate() {
            let row = ys.partition_point(|&v| v < py);
            let Some(t) = located[row * xs.len() + column] else {
                continue;
            };
            let (geometry, local) = kept[t].get_or_insert_with(|| {
                (
                    evaluation.geometry(t),
                    evaluation.level.local(evaluation.mode, t),
                )
            });
            let at = geometry.locate([px * k0, py * k0]);
            let (edge, nodal) = evaluate(order, at);
            let mut sample = evaluation.at(t, local, &geometry.at(at), (&edge, &nodal));
            for (d, mirrored) in [left[i], below[j]].into_iter().enumerate() {
                if let (true, Some(plane)) = (mirrored, family.symmetry.at[d]) {
                    let electric = evaluation.level.walls[2 * d] == Wall::Electric;
                    sample = sample.mirrored(d, plane, electric);
                }
            }
            sample.turn(gauge);
            for d in 0..3 {
                electric[d][[i, j]] = sample.electric[d];
                magnetic[d][[i, j]] = sample.magnetic[d];
            }
            permittivity[[i, j]] = family.setting.permittivities[sample.material][0][0].re;
        }
    }
    Fields {
        grid,
        electric,
        magnetic,
        effective_index: evaluation.level.modes[evaluation.mode].effective_index(),
        permittivity,
    }
}

impl<T: Scalar> Evaluation<'_, T> {
    /// Fields along the domain's borders that are walls of the window.
    fn wall_samples(&self) -> Vec<WallSample> {
        let mesh = &self.level.mesh;
        let layers = &self.setting.coordinates.layers;
        let (points, weights) = gauss_legendre(self.level.space.order + 2);
        let vertices = mesh.triangulation.vertices();
        let mut walls = Vec::new();
        for (t, sides) in mesh.topology.triangle_sides.iter().enumerate() {
            for &side in sides {
                let on = mesh.borders_of_side(side);
                let Some(border) = (0..4).find(|&k| on[k] && layers[k].is_none()) else {
                    continue;
                };
                let [a, b] = mesh.topology.sides[side].map(|v| vertices[v]);
                let length = (b[0] - a[0]).hypot(b[1] - a[1]);
                let local = self.level.local(self.mode, t);
                for (&u, &w) in points.iter().zip(&weights) {
                    let point = [0, 1].map(|d| a[d] + u * (b[d] - a[d]));
                    let sample = self.in_triangle(t, &local, point);
                    let normal = border / 2;
                    let tensor = &self.setting.permittivities[sample.material];
                    walls.push(WallSample {
                        side: border,
                        length: w * length,
                        permittivity: tensor[normal][normal].re,
                        electric: sample.electric,
                        magnetic: sample.magnetic,
                    });
                }
            }
        }
        walls
    }
}
