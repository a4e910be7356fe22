//! The taper solver: slices where the modes change, on two grids.

use super::error::TaperError;
use super::geometry::{Part, Section, Taper, check_length};
use super::grid::TaperGrid;
use super::line::{Line, PartModes, STRIDES, SectionModes, StepModes, Way};
use super::matching::Overlaps;
use super::problem::TaperProblem;
use super::scattering::Scattering;
use super::solution::{TaperSolution, guided_at, slices_study};
use crate::linalg::Scalar;
use crate::modes::{ModeError, Slice};
use cpo_materials::{Length, Quantity};
use cpo_meshes::{CrossSection, RectilinearGrid};
use num_complex::Complex64;
use rayon::prelude::*;

/// Slices are added by panels of four intervals, so that every second and every fourth slice make coarser sets.
const PANEL: usize = 4;
/// Panels of a section to begin with.
const PANELS: usize = 2;
/// Panels that turn light at least this share of the most are halved.
const HALVED: f64 = 0.4;
/// Narrowest panel, as a share of its section.
const NARROWEST: f64 = 1e-4;
/// Cells at walls where nothing else is asked for, per wavelength in the highest index.
const CELLS: f64 = 40.0;
/// Largest cells, per wavelength in the lowest index.
const LARGEST: f64 = 12.0;
/// The same where the window is one cell wide: slabs are cheap.
const LARGEST_OF_SLABS: f64 = 30.0;
/// What the eigenvalue iteration may leave in the vectors.
const RESIDUAL: f64 = 1e-8;
/// Refinement of the coarser grid.
const COARSE: f64 = 0.5;
/// Share of the error asked for that the slices may take.
const SLICES_SHARE: f64 = 0.5;

/// Options and numerics of a taper's solution.
#[derive(Clone, Debug)]
pub struct TaperSolver {
    modes: usize,
    slices: usize,
    cell: Option<f64>,
    error: f64,
    lengths: Vec<Vec<Length>>,
}

impl Default for TaperSolver {
    fn default() -> Self {
        Self {
            modes: 12,
            slices: 120,
            cell: None,
            error: 2e-3,
            lengths: Vec::new(),
        }
    }
}

impl TaperSolver {
    /// How many modes every slice has, guided ones and those of the window together (default 12).
    #[must_use]
    pub fn modes(mut self, modes: usize) -> Self {
        self.modes = modes;
        self
    }

    /// The most slices that there may be (default 120); fewer if the error asked for is met before.
    #[must_use]
    pub fn slices(mut self, slices: usize) -> Self {
        self.slices = slices;
        self
    }

    /// Size of cells at walls in metres (default: a fortieth of the wavelength in the highest index).
    #[must_use]
    pub fn cell(mut self, cell: f64) -> Self {
        self.cell = Some(cell);
        self
    }

    /// The error bar on shares of power to be reached (default 2e-3, which is 0.01 dB of a low loss). Slices are added
    /// for it; modes and cells are what they are asked to be, and what they leave counts in the error bar.
    #[must_use]
    pub fn error(mut self, error: f64) -> Self {
        self.error = error;
        self
    }

    /// Sets of lengths of the sections for which there are to be slices enough, besides those that the taper has: what
    /// is to be swept, or its ends.
    #[must_use]
    pub fn lengths(mut self, sets: &[Vec<Length>]) -> Self {
        self.lengths = sets.to_vec();
        self
    }

    /// Cells of the coarser and the finer grid that a problem would be solved on.
    ///
    /// # Errors
    /// As [`TaperProblem::check`]; [`TaperError::Mesh`] if the grid cannot be made.
    pub fn cells(&self, problem: &TaperProblem) -> Result<[usize; 2], TaperError> {
        problem.check()?;
        let grids = self.grid(problem)?;
        Ok([grids.at(COARSE)?.cells(), grids.at(1.0)?.cells()])
    }

    /// The modes along the taper, ready for any lengths of its sections. Slices are placed for the lengths that it has,
    /// and for those of [`TaperSolver::lengths`].
    ///
    /// Slices are independent tasks on the caller's rayon pool; the result does not depend on its size.
    ///
    /// # Errors
    /// [`TaperError::NoSections`], [`TaperError::Joint`] and [`TaperError::Option`] for what cannot be;
    /// [`TaperError::Mesh`] for sections whose ends have nothing between them; [`TaperError::NoGuidedMode`] if nothing
    /// is guided at an end; [`TaperError::Unsupported`]; [`TaperError::Mode`] if modes are not found.
    pub fn solve(&self, problem: &TaperProblem) -> Result<TaperSolution, TaperError> {
        let option = |what: &str, value: String, allowed| {
            Err(TaperError::Option {
                what: what.to_owned(),
                value,
                allowed,
            })
        };
        if self.modes == 0 {
            return option("the number of modes", "0".to_owned(), "at least 1");
        }
        if self.error.is_nan() || self.error <= 0.0 {
            return option(
                "the error",
                self.error.to_string(),
                "positive, such as 2e-3",
            );
        }
        if let Some(cell) = self.cell
            && !(cell.is_finite() && cell > 0.0)
        {
            let value = Length::from_si(cell).to_string();
            return option("the size of cells", value, "finite and above 0 m");
        }
        let lossless = problem.check()?;
        let sections: Vec<&str> = problem.taper().sections().map(Section::name).collect();
        for set in &self.lengths {
            if set.len() != sections.len() {
                return Err(TaperError::Lengths {
                    given: set.len(),
                    sections: sections.len(),
                });
            }
            for (section, length) in sections.iter().zip(set) {
                check_length(section, length.si())?;
            }
        }
        if lossless {
            self.solve_in::<f64>(problem)
        } else {
            self.solve_in::<Complex64>(problem)
        }
    }

    fn grid(&self, problem: &TaperProblem) -> Result<TaperGrid, TaperError> {
        let taper = problem.taper();
        let (mut lowest, mut highest) = (f64::INFINITY, 0.0_f64);
        for section in taper.corners().into_iter().flatten() {
            for permittivity in problem.at(section.clone()).permittivities()? {
                let index = permittivity[0].re.max(permittivity[1].re).max(0.0).sqrt();
                (lowest, highest) = (lowest.min(index), highest.max(index));
            }
        }
        let wavelength = problem.wavelength().si();
        let cell = self.cell.unwrap_or(wavelength / (CELLS * highest));
        let largest = wavelength / lowest.max(1.0);
        let grid = TaperGrid::new(problem, cell, (largest / LARGEST).max(cell));
        if grid.is_slab() {
            return Ok(TaperGrid::new(
                problem,
                cell,
                (largest / LARGEST_OF_SLABS).max(cell),
            ));
        }
        Ok(grid)
    }

    fn solve_in<T: Scalar>(&self, problem: &TaperProblem) -> Result<TaperSolution, TaperError> {
        let grids = self.grid(problem)?;
        let (coarse, fine) = (grids.at(COARSE)?, grids.at(1.0)?);
        let task = Task {
            problem,
            grid: &coarse,
            wanted: (self.modes, RESIDUAL),
        };
        let mut plan = Plan::new(problem.taper())?;
        let mut rough: Vec<Slice<T>> = vec![task.slice(&plan.stations[0], None)?];
        let own = [problem.taper().lengths()];
        let lengths: Vec<Vec<f64>> = own
            .iter()
            .chain(&self.lengths)
            .map(|set| set.iter().map(|l| l.si()).collect())
            .collect();
        loop {
            let known = rough.len();
            let more: Result<Vec<Slice<T>>, ModeError> = (known..plan.stations.len())
                .into_par_iter()
                .map(|s| task.slice(&plan.stations[s], Some(&rough[plan.like[s].min(known - 1)])))
                .collect();
            rough.extend(more?);
            check_ends(&plan, &rough)?;
            let room = self.slices.saturating_sub(plan.stations.len()) / PANEL;
            let parts = plan.parts(&rough, STRIDES.len());
            let lines: Result<Vec<Line>, TaperError> = (0..STRIDES.len())
                .map(|stride| self.line(&parts, &rough, stride))
                .collect();
            let lines = lines?;
            if room == 0 || self.settled(problem, &lengths, &lines, &parts) {
                break;
            }
            let turns = plan.turns(&lines[0], &parts);
            if plan.refine(&turns, room)? == 0 {
                break;
            }
        }
        let task = Task {
            grid: &fine,
            ..task
        };
        let slices: Result<Vec<Slice<T>>, ModeError> = (0..plan.stations.len())
            .into_par_iter()
            .map(|s| task.slice(&plan.stations[s], Some(&rough[s])))
            .collect();
        let slices = slices?;
        check_ends(&plan, &slices)?;
        let parts = plan.parts(&slices, STRIDES.len());
        let rough_parts = plan.parts(&rough, 1);
        TaperSolution::new(
            problem,
            parts,
            rough_parts,
            count_of(&slices),
            self.error,
            [coarse.cells(), fine.cells()],
        )
        .ok_or(TaperError::Mode(ModeError::Option {
            option: "overlap of slices",
            value: f64::NAN,
            allowed: "finite",
        }))
    }

    fn line<T: Scalar>(
        &self,
        parts: &[PartModes],
        slices: &[Slice<T>],
        stride: usize,
    ) -> Result<Line, TaperError> {
        Line::new(parts, count_of(slices), stride).ok_or(TaperError::Mode(ModeError::Option {
            option: "overlap of slices",
            value: f64::NAN,
            allowed: "finite",
        }))
    }

    /// Whether the slices' part of the error bars of guided modes' powers is within its share of the error asked for, at
    /// all sets of lengths.
    fn settled(
        &self,
        problem: &TaperProblem,
        lengths: &[Vec<f64>],
        lines: &[Line],
        parts: &[PartModes],
    ) -> bool {
        lengths
            .iter()
            .all(|set| self.settled_at(problem, set, lines, parts))
    }

    fn settled_at(
        &self,
        problem: &TaperProblem,
        lengths: &[f64],
        lines: &[Line],
        parts: &[PartModes],
    ) -> bool {
        let k0 = problem.wavelength().vacuum_wavenumber();
        let through = |line: &Line| line.scattering(problem.taper(), lengths, k0, Way::Smooth);
        let levels: Vec<Scattering> = lines.iter().rev().filter_map(through).collect();
        let count = levels.iter().map(Scattering::modes).min().unwrap_or(0);
        let [start, end] = guided_at(parts).map(|guided| guided.min(count));
        let error = |(input, output): (usize, usize)| {
            slices_study(&levels, |s| s.forward(output, input).norm_sqr(), self.error).error
        };
        let pairs = (0..start).flat_map(|i| (0..end).map(move |j| (i, j)));
        pairs.map(error).fold(0.0, f64::max) <= SLICES_SHARE * self.error
    }
}

/// One grid and what is wanted on it.
#[derive(Clone, Copy)]
struct Task<'a> {
    problem: &'a TaperProblem,
    grid: &'a RectilinearGrid<2>,
    wanted: (usize, f64),
}

impl Task<'_> {
    fn slice<T: Scalar>(
        &self,
        section: &CrossSection,
        like: Option<&Slice<T>>,
    ) -> Result<Slice<T>, ModeError> {
        Slice::new(
            &self.problem.at(section.clone()),
            self.grid,
            self.wanted,
            like,
        )
    }
}

fn count_of<T: Scalar>(slices: &[Slice<T>]) -> usize {
    slices
        .iter()
        .map(|slice| slice.indices().len())
        .min()
        .unwrap_or(0)
}

fn check_ends<T: Scalar>(plan: &Plan<'_>, slices: &[Slice<T>]) -> Result<(), TaperError> {
    for (end, station) in [("start", plan.first), ("end", plan.last)] {
        let slice = &slices[station];
        let highest = slice.indices().first().map_or(f64::NAN, |n| n.re);
        if highest.is_nan() || highest <= slice.bound() {
            return Err(TaperError::NoGuidedMode {
                end,
                highest,
                bound: slice.bound(),
            });
        }
    }
    Ok(())
}

/// Where slices are: cross-sections, and which of them every part of the taper uses.
struct Plan<'a> {
    taper: &'a Taper,
    stations: Vec<CrossSection>,
    /// An earlier station that is much the same.
    like: Vec<usize>,
    /// By part: shares and stations of a section; the stations before and after a step.
    parts: Vec<Vec<(f64, usize)>>,
    first: usize,
    last: usize,
}

impl<'a> Plan<'a> {
    fn new(taper: &'a Taper) -> Result<Self, TaperError> {
        let mut plan = Self {
            taper,
            stations: vec![taper.start().clone()],
            like: vec![0],
            parts: Vec::with_capacity(taper.parts.len()),
            first: 0,
            last: 0,
        };
        for part in &taper.parts {
            let before = plan.last;
            let places = match part {
                Part::Step(next) => {
                    let after = plan.add(next.clone(), before);
                    vec![(0.0, before), (1.0, after)]
                }
                Part::Section(section) if section.is_straight() => vec![(0.0, before)],
                Part::Section(section) => {
                    let intervals = PANELS * PANEL;
                    let mut places = vec![(0.0, before)];
                    for k in 1..=intervals {
                        let share = k as f64 / intervals as f64;
                        let between = section.start.between(&section.end, share)?;
                        places.push((share, plan.add(between, before)));
                    }
                    places
                }
            };
            plan.last = places[places.len() - 1].1;
            plan.parts.push(places);
        }
        Ok(plan)
    }

    fn add(&mut self, section: CrossSection, like: usize) -> usize {
        self.stations.push(section);
        self.like.push(like);
        self.stations.len() - 1
    }

    /// How far every panel turns light of guided modes, rad: by part and panel.
    fn turns(&self, line: &Line, parts: &[PartModes]) -> Vec<(usize, usize, f64)> {
        let mut turns = Vec::new();
        for (p, track) in line.tracks() {
            let places = &self.parts[p];
            let PartModes::Section(modes) = &parts[p] else {
                continue;
            };
            let guided: Vec<usize> = (0..track.end.len())
                .filter(|&l| (0..places.len()).any(|k| track.index(k, l).re > modes.bounds[k]))
                .collect();
            for panel in 0..(places.len() - 1) / PANEL {
                let width = places[PANEL * (panel + 1)].0 - places[PANEL * panel].0;
                if width < NARROWEST {
                    continue;
                }
                let links = PANEL * panel..PANEL * (panel + 1);
                let turn = links.map(|k| track.turn_of(k, &guided)).fold(0.0, f64::max);
                turns.push((p, panel, turn));
            }
        }
        turns
    }

    /// Halves the panels that turn light most, at most `room` of them; how many.
    fn refine(&mut self, turns: &[(usize, usize, f64)], room: usize) -> Result<usize, TaperError> {
        let most = turns.iter().map(|t| t.2).fold(0.0, f64::max);
        let mut chosen: Vec<(usize, usize, f64)> = turns
            .iter()
            .copied()
            .filter(|t| t.2 >= HALVED * most)
            .collect();
        chosen.sort_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
        chosen.truncate(room);
        // From the last on, so that numbers of panels stay valid.
        chosen.sort_by_key(|&(p, panel, _)| std::cmp::Reverse((p, panel)));
        for &(p, panel, _) in &chosen {
            let taper = self.taper;
            let Part::Section(section) = &taper.parts[p] else {
                continue;
            };
            for k in (PANEL * panel..PANEL * (panel + 1)).rev() {
                let (a, b) = (self.parts[p][k], self.parts[p][k + 1]);
                let share = 0.5 * (a.0 + b.0);
                let between = section.start.between(&section.end, share)?;
                let station = self.add(between, a.1);
                self.parts[p].insert(k + 1, (share, station));
            }
        }
        Ok(chosen.len())
    }

    /// Indices and overlaps of every part, at the first `strides` strides.
    fn parts<T: Scalar>(&self, slices: &[Slice<T>], strides: usize) -> Vec<PartModes> {
        let overlaps = |a: usize, b: usize| Overlaps {
            there: slices[a].products(&slices[b]),
            back: slices[b].products(&slices[a]),
        };
        let part = |(places, part): (&Vec<(f64, usize)>, &Part)| match part {
            Part::Step(_) => {
                let [a, b] = [places[0].1, places[1].1];
                PartModes::Step(StepModes {
                    indices: [a, b].map(|s| slices[s].indices()),
                    bounds: [a, b].map(|s| slices[s].bound()),
                    overlaps: overlaps(a, b),
                })
            }
            Part::Section(_) => {
                let by_stride = STRIDES[..strides].iter().map(|&stride| {
                    let kept: Vec<usize> = places.iter().step_by(stride).map(|p| p.1).collect();
                    let pairs: Vec<(usize, usize)> =
                        kept.windows(2).map(|w| (w[0], w[1])).collect();
                    pairs.into_par_iter().map(|(a, b)| overlaps(a, b)).collect()
                });
                PartModes::Section(SectionModes {
                    shares: places.iter().map(|p| p.0).collect(),
                    indices: places.iter().map(|p| slices[p.1].indices()).collect(),
                    bounds: places.iter().map(|p| slices[p.1].bound()).collect(),
                    overlaps: by_stride.collect(),
                })
            }
        };
        self.parts.iter().zip(&self.taper.parts).map(part).collect()
    }
}
