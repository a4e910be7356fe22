//! One mode: what is derived from its fields, each number with its error bar.

use super::ModeProblem;
use super::classify::{ModeClass, RadiationBound};
use super::family::ModeFamily;
use super::fields::Fields;
use super::sample::Sample;
use super::shape::Shape;
use super::window::{WindowEffect, shape_window_effect, window_effect};
use crate::convergence::GridStudy;
use cpo_materials::Wavelength;
use num_complex::Complex64;
use std::sync::{Arc, OnceLock};

/// A mode of a waveguide. Fields, and the numbers that need them, are computed when first asked for.
#[derive(Clone, Debug)]
pub struct Mode {
    id: usize,
    class: ModeClass,
    effective_index: GridStudy,
    attenuation: GridStudy,
    group_index: GridStudy,
    pub(super) window: WindowEffect,
    /// The window's effect, relative, on what describes the mode's shape.
    pub(super) shape_window_effect: f64,
    layer_share: f64,
    residual: f64,
    wavelength: Wavelength,
    pub(super) wanted: f64,
    pub(super) family: Arc<dyn ModeFamily>,
    pub(super) member: usize,
    shapes: OnceLock<Shapes>,
    fields: OnceLock<Vec<Fields>>,
}

#[derive(Clone, Debug)]
struct Shapes {
    te_fraction: GridStudy,
    effective_area: GridStudy,
    mode_field_diameter: [GridStudy; 2],
}

/// Errors of n_g and, relative, of what describes a mode's shape are judged by this multiple of the
/// error asked for on n_eff: they converge at the same order with larger constants.
pub(super) const DERIVED_FACTOR: f64 = 100.0;

/// Error wanted of Im n_eff, relative; but no less than the square of what is asked on n_eff, the floor
/// below which a loss is not sought (1e-8 at 1e-4: 4e-3 dB/cm).
const LOSS_SHARE: f64 = 0.01;

/// The error bar wanted on Im n_eff where `wanted` is that on n_eff.
pub(super) fn wanted_of_loss(attenuation: f64, wanted: f64) -> f64 {
    (LOSS_SHARE * attenuation.abs())
        .max(wanted.powi(2))
        .min(wanted)
}

impl Mode {
    /// Member `member` of a family, judged by the error `wanted` on n_eff.
    pub(super) fn new(
        problem: &ModeProblem,
        family: &Arc<dyn ModeFamily>,
        member: usize,
        bound: &RadiationBound,
        wanted: f64,
    ) -> Self {
        let levels = family.levels();
        let over = |value: &dyn Fn(usize) -> f64| -> Vec<(f64, f64)> {
            levels
                .iter()
                .enumerate()
                .map(|(k, level)| (level.refinement, value(k)))
                .collect()
        };
        let finest = levels.len() - 1;
        let index = family.study(over(&|k| family.effective_index(k, member).re), wanted);
        let attenuation = family.study(
            over(&|k| family.effective_index(k, member).im),
            f64::INFINITY,
        );
        let group =
            family.derivative_study(over(&|k| family.group_index(k, member).re), f64::INFINITY);
        let window = window_effect(
            problem,
            bound,
            [index.value, group.value],
            family.power_centroid(finest, member),
            &family.wall_samples(finest, member),
        );
        let layers = family.layer_effect(finest, member);
        // A wall that moves n_eff by δ of n − N carries some δ/(n − N) of the mode's density, so that fields where the
        // mode is weak, and absorption there, change by a share of its root; but Im n_eff by no more than δ.
        let share = (window.index / (index.value - bound.index).abs())
            .sqrt()
            .min(1.0);
        let window_loss = (attenuation.value.abs() * share).min(window.index);
        let layer_share = family.layer_share(finest, member);
        let shape_window_effect =
            shape_window_effect(window.group_index, [index.value, group.value, bound.index]);
        let mut mode = Self {
            shape_window_effect,
            id: 0,
            class: bound.class(problem, index.value, layer_share),
            effective_index: index
                .with_further_error(window.index, wanted)
                .with_further_error(layers.re, wanted)
                .with_further_error(family.reduction(member), wanted),
            attenuation: attenuation
                .with_further_error(layers.im, f64::INFINITY)
                .with_further_error(window_loss, f64::INFINITY),
            layer_share,
            group_index: group.with_further_error(window.group_index, f64::INFINITY),
            window,
            residual: family.residual(finest, member),
            wavelength: problem.wavelength(),
            wanted,
            family: Arc::clone(family),
            member,
            shapes: OnceLock::new(),
            fields: OnceLock::new(),
        };
        mode.judge(wanted);
        mode
    }

    pub(super) fn with_id(mut self, id: usize) -> Self {
        self.id = id;
        self
    }

    /// Judges every number by the error wanted on n_eff.
    pub(super) fn judge(&mut self, wanted: f64) {
        self.wanted = wanted;
        self.effective_index.judge(wanted);
        self.attenuation
            .judge(wanted_of_loss(self.attenuation.value, wanted));
        self.group_index.judge(DERIVED_FACTOR * wanted);
        if let Some(shapes) = self.shapes.get_mut() {
            shapes.judge(wanted);
        }
    }

    /// Vacuum wavelength.
    pub fn wavelength(&self) -> Wavelength {
        self.wavelength
    }

    /// Its place in the set: 0 has the highest Re n_eff.
    pub fn id(&self) -> usize {
        self.id
    }

    /// Guided, or an artefact of the window.
    pub fn class(&self) -> ModeClass {
        self.class
    }

    /// n_eff, in the limit of the family.
    pub fn effective_index(&self) -> Complex64 {
        Complex64::new(self.effective_index.value, self.attenuation.value)
    }

    /// Re n_eff over the levels; its error bar includes the effect of the window.
    pub fn effective_index_study(&self) -> &GridStudy {
        &self.effective_index
    }

    /// Im n_eff over the levels.
    pub fn attenuation_study(&self) -> &GridStudy {
        &self.attenuation
    }

    /// n_g = n_eff − λ dn_eff/dλ, material dispersion included.
    pub fn group_index(&self) -> &GridStudy {
        &self.group_index
    }

    /// Propagation loss 20 log₁₀(e) k₀ Im n_eff in dB/m.
    pub fn loss_db_per_m(&self) -> f64 {
        20.0 * std::f64::consts::LOG10_E
            * self.wavelength.vacuum_wavenumber()
            * self.attenuation.value
    }

    /// The least loss in dB/m that can be told from none: the error bar of Im n_eff. A smaller
    /// [`Mode::loss_db_per_m`], or a negative one, means "below this floor".
    pub fn loss_floor_db_per_m(&self) -> f64 {
        20.0 * std::f64::consts::LOG10_E
            * self.wavelength.vacuum_wavenumber()
            * self.attenuation.error
    }

    /// The same in dB/cm.
    pub fn loss_db_per_cm(&self) -> f64 {
        self.loss_db_per_m() / 100.0
    }

    /// ∫|Ex|² / ∫(|Ex|² + |Ey|²).
    pub fn te_fraction(&self) -> &GridStudy {
        &self.shapes().te_fraction
    }

    /// (∫|E|²)² / ∫|E|⁴ in m², over the window: with a wall on a plane of symmetry, of the part computed.
    /// Where |E| is singular (dielectric corners) ∫|E|⁴ converges slowly.
    pub fn effective_area(&self) -> &GridStudy {
        &self.shapes().effective_area
    }

    /// Full width of the power density, integrated over the other axis, at 1/e² of its maximum,
    /// along x and y, in metres; within the window, so with a wall on a plane of symmetry half of it. For a
    /// Gaussian beam this is 2w.
    pub fn mode_field_diameter(&self) -> [&GridStudy; 2] {
        self.shapes().mode_field_diameter.each_ref()
    }

    /// How far n_eff would move if the walls stood at infinity; part of its error bar.
    pub fn window_effect(&self) -> f64 {
        self.window.index
    }

    /// Share of ∫|E|² in the absorbing layers: evidence of the class.
    pub fn layer_share(&self) -> f64 {
        self.layer_share
    }

    /// What the eigenvalue iteration left on the finest level: on a grid ‖P e − n² e‖ / ‖n² e‖, on a mesh
    /// the same of the shifted inverse.
    pub fn residual(&self) -> f64 {
        self.residual
    }

    /// Fields for 1 W where integrals over the window are exact sums: ∫ f dA = Σ f area.
    pub fn samples(&self) -> Vec<Sample> {
        self.family
            .samples(self.family.levels().len() - 1, self.member)
    }

    /// Fields for 1 W at points of the window (metres), with no area; on an interface, of one of its sides.
    pub fn at(&self, points: &[[f64; 2]]) -> Vec<Sample> {
        self.family
            .at(self.family.levels().len() - 1, self.member, points)
    }

    /// Fields on the finest level.
    pub fn fields(&self) -> &Fields {
        &self.fields_by_level()[0]
    }

    /// Fields on the finest levels, finest first: two, so that what is derived from them has an error bar.
    pub fn fields_by_level(&self) -> &[Fields] {
        self.fields.get_or_init(|| {
            let levels = self.family.levels().len();
            let finest = (levels.saturating_sub(2)..levels).rev();
            finest
                .map(|level| self.family.fields(level, self.member))
                .collect()
        })
    }

    fn shapes(&self) -> &Shapes {
        self.shapes.get_or_init(|| {
            let levels = self.family.levels();
            // The finest fields are kept already; earlier ones serve the error bars.
            let from = levels.len().saturating_sub(SHAPE_LEVELS);
            let numbers: Vec<(f64, Shape)> = (from..levels.len())
                .map(|k| {
                    let samples = self.family.samples(k, self.member);
                    let kept = self.fields_by_level().get(levels.len() - 1 - k);
                    let shape = match kept {
                        Some(fields) => Shape::new(&samples, fields),
                        None => Shape::new(&samples, &self.family.fields(k, self.member)),
                    };
                    (levels[k].refinement, shape)
                })
                .collect();
            let over = |number: fn(&Shape) -> f64| -> Vec<(f64, f64)> {
                numbers
                    .iter()
                    .map(|(refinement, shape)| (*refinement, number(shape)))
                    .collect()
            };
            let regular = |number| self.family.study(over(number), f64::INFINITY);
            let cautious = |number| self.family.cautious_study(over(number), f64::INFINITY);
            let mut shapes = Shapes {
                te_fraction: regular(|s| s.te_fraction),
                effective_area: cautious(|s| s.effective_area),
                mode_field_diameter: [
                    cautious(|s| s.mode_field_diameter[0]),
                    cautious(|s| s.mode_field_diameter[1]),
                ],
            };
            shapes.judge(self.wanted);
            shapes
        })
    }
}

/// Levels that the numbers of a mode's shape are taken from.
pub(super) const SHAPE_LEVELS: usize = 4;

impl Shapes {
    fn judge(&mut self, wanted: f64) {
        let [x, y] = &mut self.mode_field_diameter;
        for study in [&mut self.te_fraction, &mut self.effective_area, x, y] {
            study.judge(DERIVED_FACTOR * wanted * study.value.abs());
        }
    }
}
