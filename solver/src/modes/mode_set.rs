//! The modes of a problem: their levels, and every number derived from a family of them.

use super::classify::{ModeClass, RadiationBound};
use super::mode::{Fields, Mode, Numbers};
use super::operator::{Operator, Unknowns};
use super::permittivity::StaggeredFill;
use super::{ModeError, ModeGrid, ModeProblem};
use crate::convergence::GridStudy;
use crate::linalg::Scalar;
use cpo_materials::{Quantity, Wavelength};
use cpo_meshes::{CrossSection, RectilinearGrid, Shape};
use num_complex::Complex64;
use std::sync::Arc;

/// Order of the scheme where fields are smooth; corners lower it, which the family shows.
const DESIGN_ORDER: f64 = 2.0;

/// A mode on one grid.
pub(super) struct LevelMode<T> {
    /// n_eff², by the two-sided Rayleigh quotient.
    pub(super) eigenvalue: Complex64,
    /// Edge values of the transverse electric field.
    pub(super) electric: Vec<T>,
    /// B e, the left eigenvector.
    pub(super) magnetic: Vec<T>,
    /// ‖P e − n² e‖ / ‖n² e‖.
    pub(super) residual: f64,
    /// n_g, once differentiated.
    pub(super) group_index: Complex64,
}

impl<T: Scalar> LevelMode<T> {
    pub(super) fn new(operator: &Operator<T>, electric: Vec<T>) -> Self {
        let magnetic = operator.magnetic(&electric);
        let image = operator.apply(&electric);
        let eigenvalue = (product(&magnetic, &image) / product(&magnetic, &electric)).to_complex();
        let (mut error, mut size) = (0.0, 0.0);
        for (&image, &e) in image.iter().zip(&electric) {
            let scaled = eigenvalue * e.to_complex();
            error += (image.to_complex() - scaled).norm_sqr();
            size += scaled.norm_sqr();
        }
        Self {
            eigenvalue,
            electric,
            magnetic,
            residual: (error / size).sqrt(),
            group_index: Complex64::ZERO,
        }
    }

    /// √n² on the branch of forward waves.
    pub(super) fn effective_index(&self) -> Complex64 {
        let n = self.eigenvalue.sqrt();
        if n.re < 0.0 { -n } else { n }
    }

    /// Power overlap with another electric field on the same grid, not normalised to it.
    pub(super) fn likeness(&self, electric: &[T]) -> f64 {
        let own = product(&self.magnetic, &self.electric).to_complex();
        (product(&self.magnetic, electric).to_complex() / own.sqrt()).norm()
    }

    /// dn_eff/dp from the operators at two values of p that lie `step` apart.
    fn derivative(&self, lower: &Operator<T>, upper: &Operator<T>, step: f64) -> Complex64 {
        let (low, high) = (lower.apply(&self.electric), upper.apply(&self.electric));
        let difference: Vec<T> = high.into_iter().zip(low).map(|(h, l)| h - l).collect();
        let slope = product(&self.magnetic, &difference) / product(&self.magnetic, &self.electric);
        slope.to_complex() / step / (2.0 * self.effective_index())
    }
}

/// Unconjugated product xᵀ y.
fn product<T: Scalar>(x: &[T], y: &[T]) -> T {
    x.iter().zip(y).fold(T::ZERO, |sum, (&a, &b)| sum + a * b)
}

/// All modes on one grid.
pub(super) struct Level<T> {
    pub(super) refinement: f64,
    pub(super) grid: RectilinearGrid<2>,
    pub(super) unknowns: Arc<Unknowns>,
    pub(super) modes: Vec<LevelMode<T>>,
}

impl<T: Scalar> Level<T> {
    /// Fills in n_g = n − λ dn/dλ, material dispersion included, from λ times two `factors`; where
    /// a material's data end, from one side.
    pub(super) fn differentiate_wavelength(
        &mut self,
        problem: &ModeProblem,
        fill: &StaggeredFill,
        factors: [f64; 2],
    ) -> Result<(), ModeError> {
        let wavelength = problem.wavelength().si();
        let at = |factor: f64| {
            let shifted = problem
                .clone()
                .at_wavelength(Wavelength::from_si(factor * wavelength));
            let operator = self.operator(&shifted, fill);
            operator.map(|operator| (factor, operator))
        };
        let centre = at(1.0)?;
        let (low, high) = (at(factors[0]), at(factors[1]));
        let low = low.as_ref().unwrap_or(&centre);
        let high = high.as_ref().unwrap_or(&centre);
        let step = (high.0 - low.0) * wavelength;
        let slopes: Vec<Complex64> = self
            .modes
            .iter()
            .map(|mode| mode.derivative(&low.1, &high.1, step.max(f64::MIN_POSITIVE)))
            .collect();
        for (mode, slope) in self.modes.iter_mut().zip(slopes) {
            mode.group_index = mode.effective_index() - wavelength * slope;
        }
        Ok(())
    }

    fn operator(
        &self,
        problem: &ModeProblem,
        fill: &StaggeredFill,
    ) -> Result<Operator<T>, ModeError> {
        self.operator_on(&self.grid, problem, fill)
    }

    fn operator_on(
        &self,
        grid: &RectilinearGrid<2>,
        problem: &ModeProblem,
        fill: &StaggeredFill,
    ) -> Result<Operator<T>, ModeError> {
        let k0 = problem.wavelength().vacuum_wavenumber();
        Ok(Operator::new(
            grid,
            Arc::clone(&self.unknowns),
            fill,
            &problem.permittivities()?,
            k0,
        ))
    }

    /// dn_eff/dp of every mode, the problem given at two values of p that lie `step` apart.
    ///
    /// The grid moves with the interfaces, so that the discrete eigenvalue is a smooth function of p.
    fn sensitivities(
        &self,
        solved: &ModeProblem,
        problems: [&ModeProblem; 2],
        step: f64,
    ) -> Result<Vec<Complex64>, ModeError> {
        let operator = |problem: &ModeProblem| {
            let grid =
                ModeGrid::moved(&self.grid, solved.cross_section(), problem.cross_section())?;
            let fill = StaggeredFill::new(problem.cross_section(), grid.axis(0), grid.axis(1));
            self.operator_on(&grid, problem, &fill)
        };
        let (lower, upper) = (operator(problems[0])?, operator(problems[1])?);
        Ok(self
            .modes
            .iter()
            .map(|mode| mode.derivative(&lower, &upper, step))
            .collect())
    }
}

/// The levels of a solve, coarsest first; mode m of every level is one and the same mode.
pub(super) struct Family<T> {
    pub(super) levels: Vec<Level<T>>,
}

impl<T: Scalar> Family<T> {
    /// n_eff of every mode over the levels.
    pub(super) fn effective_index_studies(levels: &[Level<T>], wanted: f64) -> Vec<GridStudy> {
        let count = levels
            .iter()
            .map(|level| level.modes.len())
            .min()
            .unwrap_or(0);
        let value =
            |level: &Level<T>, m: usize| (level.refinement, level.modes[m].effective_index().re);
        (0..count)
            .map(|m| {
                GridStudy::new(
                    levels.iter().map(|level| value(level, m)).collect(),
                    DESIGN_ORDER,
                    wanted,
                )
            })
            .collect()
    }

    /// Largest effect of the window on any mode, from the second level: it hardly depends on the grid.
    pub(super) fn window_effect(
        problem: &ModeProblem,
        levels: &[Level<T>],
        permittivities: &[[Complex64; 3]],
        bound: &RadiationBound,
    ) -> f64 {
        let level = &levels[1.min(levels.len() - 1)];
        let fill = StaggeredFill::new(
            problem.cross_section(),
            level.grid.axis(0),
            level.grid.axis(1),
        );
        let Ok(operator) = level.operator(problem, &fill) else {
            return 0.0;
        };
        let effect = |mode: &LevelMode<T>| {
            let fields = Fields::new(problem, &level.grid, &operator, &fill, permittivities, mode);
            fields.window_effect(problem, bound, mode.group_index.re)[0]
        };
        level.modes.iter().map(effect).fold(0.0, f64::max)
    }

    fn study(&self, value: impl Fn(&Level<T>) -> f64) -> GridStudy {
        let levels = self.levels.iter().map(|l| (l.refinement, value(l)));
        GridStudy::new(levels.collect(), DESIGN_ORDER, f64::INFINITY)
    }
}

/// Either arithmetic.
enum AnyFamily {
    Real(Family<f64>),
    Complex(Family<Complex64>),
}

/// The modes of a problem, by falling Re n_eff.
pub struct ModeSet {
    modes: Vec<Mode>,
    bound: RadiationBound,
    levels: Vec<(f64, [usize; 2])>,
    family: AnyFamily,
    problem: ModeProblem,
}

impl ModeSet {
    pub(super) fn real(
        problem: &ModeProblem,
        family: Family<f64>,
        bound: RadiationBound,
        wanted: f64,
    ) -> Result<Self, ModeError> {
        let (modes, levels) = summarise(problem, &family, &bound, wanted)?;
        Ok(Self {
            modes,
            bound,
            levels,
            family: AnyFamily::Real(family),
            problem: problem.clone(),
        })
    }

    pub(super) fn complex(
        problem: &ModeProblem,
        family: Family<Complex64>,
        bound: RadiationBound,
        wanted: f64,
    ) -> Result<Self, ModeError> {
        let (modes, levels) = summarise(problem, &family, &bound, wanted)?;
        Ok(Self {
            modes,
            bound,
            levels,
            family: AnyFamily::Complex(family),
            problem: problem.clone(),
        })
    }

    /// The same modes, converged where their error bars are within those of `wanted` on n_eff.
    #[must_use]
    pub fn judged_by(mut self, wanted: f64) -> Self {
        for mode in &mut self.modes {
            mode.judge(wanted);
        }
        self
    }

    /// The modes.
    pub fn modes(&self) -> &[Mode] {
        &self.modes
    }

    /// Iterates over the modes.
    pub fn iter(&self) -> std::slice::Iter<'_, Mode> {
        self.modes.iter()
    }

    /// The index a guided mode exceeds.
    pub fn radiation_bound(&self) -> &RadiationBound {
        &self.bound
    }

    /// Refinement and cells (x, y) of every level, coarsest first.
    pub fn levels(&self) -> &[(f64, [usize; 2])] {
        &self.levels
    }

    /// d Re n_eff/dp of every mode over the grids, with its error bar, for the same problem at two values of p that lie
    /// `step` apart, centred on the solved one, in units of 1/p.
    ///
    /// Two operator assemblies on each grid, no further solve; a step of 1e-4 of p or of what it moves is
    /// small enough.
    ///
    /// # Errors
    /// [`ModeError::Material`] if a problem is outside a material's data.
    pub fn sensitivity(
        &self,
        lower: &ModeProblem,
        upper: &ModeProblem,
        step: f64,
    ) -> Result<Vec<GridStudy>, ModeError> {
        let by_member = match &self.family {
            AnyFamily::Real(family) => sensitivities(family, &self.problem, [lower, upper], step)?,
            AnyFamily::Complex(family) => {
                sensitivities(family, &self.problem, [lower, upper], step)?
            }
        };
        let finest = &self.modes[0].fields().grid;
        let passing = cells_passed(finest, [lower, upper].map(ModeProblem::cross_section)) / step;
        let study = |mode: &Mode| {
            let noise = mode.effective_index.error * passing;
            by_member[mode.member]
                .clone()
                .with_further_error(noise, f64::INFINITY)
        };
        Ok(self.modes.iter().map(study).collect())
    }
}

impl<'a> IntoIterator for &'a ModeSet {
    type Item = &'a Mode;
    type IntoIter = std::slice::Iter<'a, Mode>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Cells that the walls of circles pass between two geometries. The grid does not follow them, so
/// n_eff carries the noise of their averages, within its own bar, once a cell.
fn cells_passed(grid: &RectilinearGrid<2>, sections: [&CrossSection; 2]) -> f64 {
    let [before, after] = sections.map(CrossSection::regions);
    let mut most: f64 = 0.0;
    for (before, after) in before.iter().zip(after) {
        if !matches!(before.shape, Shape::Circle { .. }) {
            continue;
        }
        let bounds = before.shape.bounds();
        for (d, [low, high]) in [bounds.x, bounds.y].into_iter().enumerate() {
            let across = grid
                .axis(d)
                .centres()
                .iter()
                .filter(|x| (low..=high).contains(*x))
                .count();
            let cell = (high - low) / across.max(1) as f64;
            let moved = before
                .shape
                .polygon()
                .into_iter()
                .zip(after.shape.polygon());
            let moved = moved.map(|(a, b)| (a[d] - b[d]).abs()).fold(0.0, f64::max);
            most = most.max(moved / cell);
        }
    }
    most
}

fn sensitivities<T: Scalar>(
    family: &Family<T>,
    solved: &ModeProblem,
    problems: [&ModeProblem; 2],
    step: f64,
) -> Result<Vec<GridStudy>, ModeError> {
    let mut levels: Vec<Vec<(f64, f64)>> = Vec::new();
    for level in &family.levels {
        let slopes = level.sensitivities(solved, problems, step)?;
        levels.resize(slopes.len(), Vec::new());
        for (values, slope) in levels.iter_mut().zip(slopes) {
            values.push((level.refinement, slope.re));
        }
    }
    let study = |values| GridStudy::new(values, DESIGN_ORDER, f64::INFINITY);
    Ok(levels.into_iter().map(study).collect())
}

type Summary = (Vec<Mode>, Vec<(f64, [usize; 2])>);

fn summarise<T: Scalar>(
    problem: &ModeProblem,
    family: &Family<T>,
    bound: &RadiationBound,
    wanted: f64,
) -> Result<Summary, ModeError> {
    let permittivities = problem.permittivities()?;
    let fills: Vec<StaggeredFill> = family
        .levels
        .iter()
        .map(|level| {
            StaggeredFill::new(
                problem.cross_section(),
                level.grid.axis(0),
                level.grid.axis(1),
            )
        })
        .collect();
    let mut modes = Vec::new();
    let index_studies = Family::effective_index_studies(&family.levels, wanted);
    let finest = family.levels.len() - 1;
    for (m, index) in index_studies.into_iter().enumerate() {
        let mut fields = Vec::with_capacity(family.levels.len());
        for (level, fill) in family.levels.iter().zip(&fills) {
            let operator = level.operator(problem, fill)?;
            fields.push(Fields::new(
                problem,
                &level.grid,
                &operator,
                fill,
                &permittivities,
                &level.modes[m],
            ));
        }
        let shapes: Vec<Numbers> = fields.iter().map(Numbers::new).collect();
        let levels = |number: fn(&Numbers) -> f64| -> Vec<(f64, f64)> {
            let pairs = family.levels.iter().zip(&shapes);
            pairs.map(|(l, s)| (l.refinement, number(s))).collect()
        };
        let regular = |number| GridStudy::new(levels(number), DESIGN_ORDER, f64::INFINITY);
        // Maxima and crossings of sampled fields, and |E|⁴ at corners, do not vary smoothly with the grid.
        let cautious =
            |number| GridStudy::unextrapolated(levels(number), DESIGN_ORDER, f64::INFINITY);
        let group_index = family.study(|l| l.modes[m].group_index.re);
        let [window, group_window] =
            fields[finest].window_effect(problem, bound, group_index.value);
        let group_index = group_index.with_further_error(group_window, f64::INFINITY);
        let effective_index = index.with_further_error(window, wanted);
        let attenuation = family.study(|l| l.modes[m].effective_index().im);
        let class = bound.class(Complex64::new(effective_index.value, 0.0));
        fields.reverse();
        fields.truncate(2);
        modes.push(Mode {
            id: 0,
            member: m,
            class,
            attenuation,
            group_index,
            te_fraction: regular(|s| s.te_fraction),
            effective_area: cautious(|s| s.effective_area),
            mode_field_diameter: [
                cautious(|s| s.mode_field_diameter[0]),
                cautious(|s| s.mode_field_diameter[1]),
            ],
            window_effect: window,
            residual: family.levels[finest].modes[m].residual,
            effective_index,
            fields,
            wavelength: problem.wavelength(),
        });
    }
    modes.sort_by(|a, b| b.effective_index.value.total_cmp(&a.effective_index.value));
    for (id, mode) in modes.iter_mut().enumerate() {
        mode.id = id;
        mode.judge(wanted);
    }
    if modes.iter().all(|mode| mode.class != ModeClass::Guided) {
        let highest = modes
            .first()
            .map_or(f64::NAN, |mode| mode.effective_index.value);
        return Err(ModeError::NoGuidedMode {
            highest,
            bound: bound.index,
        });
    }
    let levels = family
        .levels
        .iter()
        .map(|l| (l.refinement, l.grid.shape()))
        .collect();
    Ok((modes, levels))
}
