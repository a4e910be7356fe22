//! What is known of a solved taper.

use super::error::TaperError;
use super::geometry::{Part, Taper, check_length};
use super::line::{Line, PartModes, STRIDES, Way};
use super::passage::Passage;
use super::problem::TaperProblem;
use super::scattering::{Port, Scattering};
use crate::convergence::GridStudy;
use cpo_materials::{Length, Quantity};
use num_complex::Complex64;
use rayon::prelude::*;
use std::f64::consts::{PI, TAU};

/// Shares of the modes that the comparisons for the error bar have, and how often the change since counts: what the
/// modes leave out falls slowly, as their number or its square. Bars with them held what more modes give in 189 of 192
/// cases (`solver/tests/taper_bars.rs`), and were wide: 95 % of the errors were below 0.63 of a bar.
const FEWER: [(f64, f64); 2] = [(0.75, 1.5), (0.5, 0.5)];
/// What is left on the finer grid of the difference to the coarser, whose cells are twice as wide: the order is 3/2 or
/// more (see [`crate::modes`]).
const GRID_SHARE: f64 = 0.55;
/// Order of the slices.
const ORDER: f64 = 2.0;

/// The modes along a taper: for any lengths of its sections, S follows from phases alone.
#[derive(Clone, Debug)]
pub struct TaperSolution {
    taper: Taper,
    k0: f64,
    parts: Vec<PartModes>,
    /// With every slice, every second, every fourth.
    lines: Vec<Line>,
    /// With fewer modes, where there are enough, and how often the change counts.
    fewer: Vec<(f64, Line)>,
    /// On the coarser grid.
    rough: Line,
    count: usize,
    guided: [usize; 2],
    wanted: f64,
    cells: [usize; 2],
}

/// Where a mode of the window's modes by falling index begins or ceases to be guided.
#[derive(Clone, Debug, PartialEq)]
pub struct Cutoff {
    /// The section.
    pub section: String,
    /// z in it, as a share of its length.
    pub place: f64,
    /// The mode's rank, counted from 0.
    pub mode: usize,
    /// Whether it is guided beyond that place.
    pub guided: bool,
}

impl TaperSolution {
    pub(super) fn new(
        problem: &TaperProblem,
        parts: Vec<PartModes>,
        rough: Vec<PartModes>,
        count: usize,
        wanted: f64,
        cells: [usize; 2],
    ) -> Option<Self> {
        let guided = guided_at(&parts).map(|guided| guided.min(count));
        let lines: Option<Vec<Line>> = (0..STRIDES.len())
            .map(|stride| Line::new(&parts, count, stride))
            .collect();
        let least = guided[0].max(guided[1]);
        let fewer = FEWER.iter().filter_map(|&(share, times)| {
            let fewer = ((share * count as f64) as usize).max(least);
            let line = (fewer < count)
                .then(|| Line::new(&parts, fewer, 0))
                .flatten()?;
            Some((times, line))
        });
        Some(Self {
            taper: problem.taper().clone(),
            k0: problem.wavelength().vacuum_wavenumber(),
            lines: lines?,
            fewer: fewer.collect(),
            rough: Line::new(&rough, count.min(count_of(&rough)), 0)?,
            parts,
            count,
            guided,
            wanted,
            cells,
        })
    }

    /// How light of the guided modes gets through with these lengths of the sections, from the start on.
    ///
    /// # Errors
    /// [`TaperError::Lengths`] for another number of them than of sections, [`TaperError::Option`] for one that is not
    /// above zero.
    pub fn transmission(&self, lengths: &[Length]) -> Result<Transmission, TaperError> {
        self.through(lengths, Way::Smooth)
    }

    /// The same with every slice a straight piece and the modes matched where they meet: with the reflections of the
    /// steps, and with what the modes do not hold lost at each. Of the first order where light is turned much within a
    /// slice or its phase runs far.
    ///
    /// # Errors
    /// As [`TaperSolution::transmission`].
    pub fn stepped_transmission(&self, lengths: &[Length]) -> Result<Transmission, TaperError> {
        self.through(lengths, Way::Stepped)
    }

    /// [`TaperSolution::transmission`] for many sets of lengths, in parallel on the caller's rayon pool.
    pub fn sweep(&self, lengths: &[Vec<Length>]) -> Vec<Result<Transmission, TaperError>> {
        lengths
            .par_iter()
            .map(|set| self.transmission(set))
            .collect()
    }

    fn through(&self, lengths: &[Length], way: Way) -> Result<Transmission, TaperError> {
        let sections = self.taper.sections().count();
        if lengths.len() != sections {
            return Err(TaperError::Lengths {
                given: lengths.len(),
                sections,
            });
        }
        for (section, length) in self.taper.sections().zip(lengths) {
            check_length(section.name(), length.si())?;
        }
        let metres: Vec<f64> = lengths.iter().map(|length| length.si()).collect();
        let through = |line: &Line| line.passage(&self.taper, &metres, self.k0, way);
        let levels: Vec<Passage> = self.lines.iter().rev().filter_map(through).collect();
        Ok(Transmission {
            levels,
            fewer: self
                .fewer
                .iter()
                .filter_map(|(times, line)| Some((*times, through(line)?)))
                .collect(),
            rough: through(&self.rough),
            missed: self.lines[0].missed(),
            guided: self.guided,
            wanted: self.wanted,
        })
    }

    /// How many modes every slice has.
    pub fn modes(&self) -> usize {
        self.count
    }

    /// How many slices each section has.
    pub fn slices(&self) -> Vec<usize> {
        self.sections()
            .map(|(_, modes)| modes.shares.len())
            .collect()
    }

    /// z of every slice as a share of its section's length.
    pub fn places(&self) -> Vec<Vec<f64>> {
        let places = |(p, modes): (usize, &super::line::SectionModes)| match &self.taper.parts[p] {
            Part::Section(section) => modes.shares.iter().map(|&s| section.place(s)).collect(),
            Part::Step(_) => Vec::new(),
        };
        self.sections().map(places).collect()
    }

    /// Cells of the coarser and the finer grid.
    pub fn cells(&self) -> [usize; 2] {
        self.cells
    }

    /// How many modes are guided at the start and at the end, of those that the slices have.
    pub fn guided(&self) -> [usize; 2] {
        self.guided
    }

    /// n of the modes at every slice of a section on the finer grid, by falling Re n².
    pub fn effective_indices(&self, section: usize) -> Option<&[Vec<Complex64>]> {
        let (_, modes) = self.sections().nth(section)?;
        Some(&modes.indices)
    }

    /// What the n of a guided mode exceeds, at every slice of a section.
    pub fn bounds(&self, section: usize) -> Option<&[f64]> {
        let (_, modes) = self.sections().nth(section)?;
        Some(&modes.bounds)
    }

    /// The modes at the end that those at the start become, followed from slice to slice by their overlaps: where light
    /// goes in a taper so slow that modes of unlike shape cross without coupling and like ones do not cross.
    pub fn followed(&self) -> Vec<usize> {
        let labels = self.lines[0].followed(self.count).into_iter();
        labels.map(|label| label.mode).collect()
    }

    /// Where modes begin or cease to be guided, in between slices by straight lines.
    pub fn cutoffs(&self) -> Vec<Cutoff> {
        let mut cutoffs = Vec::new();
        for (p, modes) in self.sections() {
            let Part::Section(section) = &self.taper.parts[p] else {
                continue;
            };
            for mode in 0..self.count {
                let above = |k: usize| modes.indices[k][mode].re - modes.bounds[k];
                for k in 1..modes.shares.len() {
                    let (before, after) = (above(k - 1), above(k));
                    if (before > 0.0) != (after > 0.0) {
                        let part = before / (before - after);
                        let [from, to] = [k - 1, k].map(|k| section.place(modes.shares[k]));
                        cutoffs.push(Cutoff {
                            section: section.name().to_owned(),
                            place: from + part * (to - from),
                            mode,
                            guided: after > 0.0,
                        });
                    }
                }
            }
        }
        cutoffs
    }

    fn sections(&self) -> impl Iterator<Item = (usize, &super::line::SectionModes)> {
        self.parts
            .iter()
            .enumerate()
            .filter_map(|(p, part)| match part {
                PartModes::Section(modes) => Some((p, modes)),
                PartModes::Step(_) => None,
            })
    }
}

/// Guided modes at the start and at the end, of those that there are.
pub(super) fn guided_at(parts: &[PartModes]) -> [usize; 2] {
    match (parts.first(), parts.last()) {
        (Some(first), Some(last)) => [first.guided()[0], last.guided()[1]],
        _ => [0, 0],
    }
}

fn count_of(parts: &[PartModes]) -> usize {
    let least = |part: &PartModes| match part {
        PartModes::Section(modes) => modes.indices.iter().map(Vec::len).min().unwrap_or(0),
        PartModes::Step(modes) => modes.indices.iter().map(Vec::len).min().unwrap_or(0),
    };
    parts.iter().map(least).min().unwrap_or(0)
}

/// A number over sets of slices, the coarsest first.
pub(super) fn slices_study<S>(levels: &[S], number: impl Fn(&S) -> f64, wanted: f64) -> GridStudy {
    let refinements = STRIDES.iter().rev().map(|&stride| 1.0 / stride as f64);
    let coarsest = 1.0 / STRIDES[STRIDES.len() - 1] as f64;
    let levels = levels.iter().zip(refinements);
    let levels = levels.map(|(level, refinement)| (refinement / coarsest, number(level)));
    GridStudy::new(levels.collect(), ORDER, wanted)
}

/// How light gets through a taper of given lengths. Modes are numbered from 0 by falling index.
///
/// Powers are shares of what a mode brings; of lossless guides at the ends, where |amplitude|² is the power.
#[derive(Clone, Debug)]
pub struct Transmission {
    /// Coarsest set of slices first.
    levels: Vec<Passage>,
    /// With fewer modes, and how often the change counts.
    fewer: Vec<(f64, Passage)>,
    rough: Option<Passage>,
    /// Power that the modes beside steps do not hold.
    missed: f64,
    guided: [usize; 2],
    wanted: f64,
}

impl Transmission {
    /// A number with its error bar: slices, extrapolated if they converge regularly, modes and cells; `per_power` is its
    /// change with power that the modes beside steps do not hold.
    fn study(&self, number: impl Fn(&Scattering) -> f64, wanted: f64, per_power: f64) -> GridStudy {
        self.study_of(|passage| number(&passage.scattering), wanted, per_power)
    }

    fn study_of(&self, number: impl Fn(&Passage) -> f64, wanted: f64, per_power: f64) -> GridStudy {
        let slices = slices_study(&self.levels, &number, wanted);
        let finest = slices.levels.last().map_or(f64::NAN, |level| level.1);
        let change = |(times, fewer): &(f64, Passage)| times * (number(fewer) - finest).abs();
        // One number of modes tells nothing.
        let modes = self
            .fewer
            .iter()
            .map(change)
            .fold(None, |most: Option<f64>, change| {
                Some(most.map_or(change, |most| most.max(change)))
            });
        let modes = modes.unwrap_or(f64::INFINITY);
        let grid = self.rough.as_ref().map_or(f64::INFINITY, |rough| {
            GRID_SHARE * (number(rough) - finest).abs()
        });
        slices.with_further_error(modes + grid + per_power * self.missed, wanted)
    }

    fn check(&self, mode: usize, end: usize) -> Result<(), TaperError> {
        if mode < self.guided[end] {
            return Ok(());
        }
        Err(TaperError::UnknownMode {
            end: ["start", "end"][end],
            asked: mode,
            guided: self.guided[end],
        })
    }

    /// Power from guided mode `input` at the start to guided mode `output` at the end.
    ///
    /// # Errors
    /// [`TaperError::UnknownMode`].
    pub fn power(&self, input: usize, output: usize) -> Result<GridStudy, TaperError> {
        self.check(input, 0)?;
        self.check(output, 1)?;
        Ok(self.study(|s| s.forward(output, input).norm_sqr(), self.wanted, 1.0))
    }

    /// The same in dB of loss: −10 log₁₀ of the power. Its error is judged as that of the power.
    ///
    /// # Errors
    /// [`TaperError::UnknownMode`].
    pub fn insertion_loss_db(&self, input: usize, output: usize) -> Result<GridStudy, TaperError> {
        let power = self.power(input, output)?.value.abs();
        let per_power = 10.0 * std::f64::consts::LOG10_E / power;
        let decibels = |s: &Scattering| -10.0 * s.forward(output, input).norm_sqr().log10();
        Ok(self.study(decibels, per_power * self.wanted, per_power))
    }

    /// Power that goes on in guided modes other than `output`.
    ///
    /// # Errors
    /// [`TaperError::UnknownMode`].
    pub fn higher_modes(&self, input: usize, output: usize) -> Result<GridStudy, TaperError> {
        self.check(input, 0)?;
        self.check(output, 1)?;
        let others = |s: &Scattering| {
            let all = (0..self.guided[1]).filter(|&j| j != output);
            all.map(|j| s.forward(j, input).norm_sqr()).sum()
        };
        Ok(self.study(others, self.wanted, 1.0))
    }

    /// Power that comes back in guided modes.
    ///
    /// # Errors
    /// [`TaperError::UnknownMode`].
    pub fn reflection(&self, input: usize) -> Result<GridStudy, TaperError> {
        self.check(input, 0)?;
        let back = |s: &Scattering| {
            (0..self.guided[0])
                .map(|j| s.reflection(j, input).norm_sqr())
                .sum()
        };
        Ok(self.study(back, self.wanted, back(self.scattering())))
    }

    /// What no guided mode carries on or back: radiation in the window's modes, and what its modes do not hold.
    ///
    /// # Errors
    /// [`TaperError::UnknownMode`].
    pub fn radiated(&self, input: usize) -> Result<GridStudy, TaperError> {
        self.check(input, 0)?;
        let lost = |s: &Scattering| {
            let on: f64 = (0..self.guided[1])
                .map(|j| s.forward(j, input).norm_sqr())
                .sum();
            let back: f64 = (0..self.guided[0])
                .map(|j| s.reflection(j, input).norm_sqr())
                .sum();
            1.0 - on - back
        };
        Ok(self.study(lost, self.wanted, 1.0))
    }

    fn check_port(&self, port: Port) -> Result<(), TaperError> {
        match port {
            Port::Start(mode) => self.check(mode, 0),
            Port::End(mode) => self.check(mode, 1),
        }
    }

    fn finest(&self) -> &Passage {
        &self.levels[self.levels.len() - 1]
    }

    /// |S|² from one guided mode to another: [`Transmission::power`] from the start to the end.
    ///
    /// # Errors
    /// [`TaperError::UnknownMode`].
    pub fn power_between(&self, output: Port, input: Port) -> Result<GridStudy, TaperError> {
        self.check_port(output)?;
        self.check_port(input)?;
        let power = |s: &Scattering| s.entry(output, input).norm_sqr();
        let per_power = match (output, input) {
            (Port::End(_), Port::Start(_)) | (Port::Start(_), Port::End(_)) => 1.0,
            _ => power(self.scattering()),
        };
        Ok(self.study(power, self.wanted, per_power))
    }

    /// arg S from one guided mode to another, rad, fields going as exp(−iωt): S = |S| exp(iφ). Its planes are the first and
    /// the last cross-section. A mode has its electric field positive on the first lobe that reaches nine tenths of the largest, one of the end continues the
    /// field of the mode at the start that becomes it; between modes that do not become one another the sign is that of
    /// these rules.
    ///
    /// φ is not cut at ±π: it is the one nearest to [`Transmission::path`]. The bar is in rad and converged below π;
    /// where |S|² is less than its own bar φ means nothing.
    ///
    /// # Errors
    /// [`TaperError::UnknownMode`].
    pub fn phase(&self, output: Port, input: Port) -> Result<GridStudy, TaperError> {
        let power = self.power_between(output, input)?;
        let finest = self.finest();
        let turn = finest.turn(output, input);
        // Each level by its own path, but on the same side of a cut.
        let phase = |passage: &Passage| {
            let other = passage.turn(output, input) - turn;
            let turns = (other / TAU).round();
            passage.path(output, input) + turn + other - TAU * turns
        };
        let per_power = 0.5 / finest.amplitude(output, input).norm_sqr();
        let mut study = self.study_of(phase, PI, per_power);
        // An error of S is not along S alone.
        study.error = study.error.max(0.5 * power.error / power.value.abs());
        study.judge(PI);
        Ok(study)
    }

    /// What [`Transmission::phase`] is nearest to, rad: k₀ Σ ∫ Re n dz of the mode that is followed from the start to the
    /// end, the mean of two where one does not become the other, 0 of reflections.
    ///
    /// # Errors
    /// [`TaperError::UnknownMode`].
    pub fn path(&self, output: Port, input: Port) -> Result<f64, TaperError> {
        self.check_port(output)?;
        self.check_port(input)?;
        Ok(self.finest().path(output, input))
    }

    /// S with every slice and all modes, guided ones first: not extrapolated, every mode of the sign that it was found
    /// with.
    pub fn scattering(&self) -> &Scattering {
        &self.finest().scattering
    }

    /// Largest |power out and back in all modes − 1| of guided modes from either end: what the modes do not hold, and
    /// the error of the products. With absorbing layers or lossy materials, also what they took.
    pub fn passivity_residual(&self) -> f64 {
        self.scattering().passivity_residual(self.guided)
    }

    /// Largest |S − Sᵀ|.
    pub fn reciprocity_residual(&self) -> f64 {
        self.scattering().reciprocity_residual()
    }
}
