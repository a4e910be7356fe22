//! One problem on a family of meshes and orders.
//!
//! Stage k has order k + 2 and one more geometric layer at every corner than the stage before: on such a
//! family the eigenvalue converges exponentially (Babuška & Guo 1988, DOI 10.1137/0725048), so that
//! successive differences tell the error.

use super::level::{Assembled, Converged, Level, LevelMode, Wanted};
use super::medium::Tensor;
use super::mesh::{Fineness, Mesh, Setting, Walls};
use super::samples::Evaluation;
use super::symmetry::Symmetry;
use super::views::dispersion;
use crate::linalg::Scalar;
use crate::modes::classify::LAYER_SHARE;
use crate::modes::sample::likeness;
use crate::modes::{ModeError, ModeGrid, ModeProblem};
use cpo_meshes::RectilinearGrid;
use num_complex::Complex64;
use std::sync::{Arc, OnceLock};

/// Stages at most: orders 2 to 9.
pub(super) const STAGES: usize = 8;
/// Order of the first stage.
const FIRST_ORDER: usize = 2;
/// n² of modes within this share of each other are found from one shift.
const CLUSTER: f64 = 0.03;
/// A shift's distance above the eigenvalues expected, relative.
const ABOVE: f64 = 5e-4;

/// A shift's relative distance from an eigenvalue known but for the mesh.
const BESIDE: f64 = 1e-6;
/// Modes looked at beside the one wanted, where layers bring modes of their own.
const CANDIDATES: usize = 6;
/// Refinements of the rectilinear grids that the stages' fields are shown on.
const DISPLAY: [f64; 8] = [1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0];

/// One mesh and order: the levels of the kinds of symmetry that are wanted.
pub(super) struct Stage<T> {
    pub(super) order: usize,
    pub(super) levels: Vec<Level<T>>,
    /// Level and place in it of every member.
    pub(super) members: Vec<[usize; 2]>,
}

/// The family; member m of every stage is one and the same mode.
pub(super) struct Family<T> {
    pub(super) problem: ModeProblem,
    pub(super) setting: Setting,
    pub(super) symmetry: Symmetry,
    pub(super) stages: Vec<Stage<T>>,
    /// dε/d ln k₀ of every material.
    pub(super) dispersion: Vec<Tensor>,
    /// The grid that each stage's fields are shown on.
    display: Vec<RectilinearGrid<2>>,
    grids: ModeGrid,
    /// The same modes on the whole domain, for changes that break a symmetry.
    whole: OnceLock<Result<Box<Self>, ModeError>>,
    fineness: Fineness,
    /// By member, what a sweep's reduction may have changed of n_eff; empty without one.
    pub(super) reduction: Vec<f64>,
    /// Guided modes that the inertia of the finest stage counts, where all were wanted.
    pub(super) guided: Option<usize>,
}

/// The first `count` modes below n² = `top`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Below {
    /// An upper bound of n².
    pub(super) top: f64,
    /// How many.
    pub(super) count: usize,
    /// Below this n² none is of interest.
    pub(super) floor: f64,
    /// Share of its distance from `top` by which n² on the first stage may be wrong.
    pub(super) share: f64,
}

impl<T: Scalar> Family<T> {
    /// No stage yet; meshes are made for `reference`.
    pub(super) fn new(
        problem: &ModeProblem,
        setting: Setting,
        reference: &ModeProblem,
    ) -> Result<Self, ModeError> {
        let grids = ModeGrid::new(reference)?;
        Ok(Self {
            problem: problem.clone(),
            symmetry: Symmetry::of(problem, &setting),
            setting,
            stages: Vec::new(),
            dispersion: dispersion(problem)?,
            display: Vec::new(),
            grids,
            whole: OnceLock::new(),
            fineness: Fineness::new(reference)?,
            reduction: Vec::new(),
            guided: None,
        })
    }

    /// The first stage, with the highest modes. `mesh` is that of stage 0.
    pub(super) fn start(&mut self, mesh: &Arc<Mesh>, below: Below) -> Result<(), ModeError> {
        let wanted = Wanted {
            shift: T::real(below.top),
            count: below.count,
            floor: below.floor,
            some: false,
        };
        let assembled = Assembled::new(mesh, &self.setting, FIRST_ORDER);
        let kinds = self.symmetry.kinds(&self.problem);
        // How many there are, where they can be counted.
        let counted = self.is_countable() && below.floor > 0.0;
        let most: Vec<usize> = kinds
            .iter()
            .map(|&walls| match counted {
                true => assembled.count_above(walls, below.floor),
                false => usize::MAX,
            })
            .collect();
        let solve = |k: usize, wanted: Wanted<T>| -> Result<Level<T>, ModeError> {
            let level = Level::solve(&assembled, kinds[k], &[wanted], None);
            level.map_err(|some| failure(mesh, some, wanted.count))
        };
        let mut levels: Vec<Level<T>> = Vec::new();
        let mut searched: Vec<usize> = Vec::new();
        for k in (0..kinds.len()).filter(|&k| most[k] > 0) {
            let found = squares(&levels);
            let mut wanted = wanted.beside(&found, below.share);
            wanted.count = wanted.count.min(most[k]);
            levels.push(solve(k, wanted)?);
            searched.push(k);
        }
        if counted {
            // Whatever lies above the last one wanted, or so near below that a finer mesh may show it above.
            let mut found = squares(&levels);
            found.sort_by(|a, b| b.total_cmp(a));
            let last = found.get(below.count - 1);
            let cut = last.map_or(below.floor, |last| last - below.share * (below.top - last));
            let cut = cut.max(below.floor);
            for (level, &k) in levels.iter_mut().zip(&searched) {
                let known = level.modes.iter().filter(|m| m.eigenvalue.re > cut).count();
                if known == most[k] {
                    continue;
                }
                let count = assembled.count_above(kinds[k], cut);
                if count > known {
                    *level = solve(
                        k,
                        Wanted {
                            count,
                            floor: cut,
                            ..wanted
                        },
                    )?;
                }
            }
        }
        let mut members: Vec<[usize; 2]> = levels
            .iter()
            .enumerate()
            .flat_map(|(l, level)| (0..level.modes.len()).map(move |k| [l, k]))
            .collect();
        let square = |&[l, k]: &[usize; 2]| levels[l].modes[k].eigenvalue.re;
        members.sort_by(|p, q| square(q).total_cmp(&square(p)));
        if !counted {
            members.truncate(below.count);
        }
        self.begin(levels, members)
    }

    /// Whether modes can be counted: in real arithmetic, where ∫ E*·ε E is an inner product.
    fn is_countable(&self) -> bool {
        let positive = |tensor: &Tensor| (0..3).all(|d| tensor[d][d].re > 0.0);
        T::REAL && self.setting.permittivities.iter().all(positive)
    }

    /// How many modes of the finest stage have n² above `square`, by inertia; none where they cannot be counted.
    pub(super) fn count_above(&self, square: f64) -> Option<usize> {
        let stage = self.stages.last()?;
        let mesh = &stage.levels.first()?.mesh;
        if !self.is_countable() || square <= 0.0 {
            return None;
        }
        let assembled = Assembled::<T>::new(mesh, &self.setting, stage.order);
        let kinds = self.symmetry.kinds(&self.problem);
        Some(
            kinds
                .iter()
                .map(|&k| assembled.count_above(k, square))
                .sum(),
        )
    }

    /// Whether the factorisations of the finest stage show a mode above another that was found and not this one.
    pub(super) fn misses_any(&self) -> bool {
        let finest = self.stages.last();
        let mut levels = finest.iter().flat_map(|stage| &stage.levels);
        self.is_countable() && levels.any(Level::misses_any)
    }

    /// Makes these the first stage.
    fn begin(&mut self, levels: Vec<Level<T>>, members: Vec<[usize; 2]>) -> Result<(), ModeError> {
        self.display = vec![self.grids.at(DISPLAY[0])?];
        self.stages = vec![Stage {
            order: FIRST_ORDER,
            levels,
            members,
        }];
        Ok(())
    }

    /// The mesh of a stage.
    pub(super) fn mesh(&self, stage: usize) -> Result<Arc<Mesh>, ModeError> {
        let section = self.problem.cross_section();
        let domain = self
            .symmetry
            .part(self.setting.coordinates.domain(section.window()));
        Ok(Arc::new(Mesh::new(section, &self.fineness, domain, stage)?))
    }

    /// Whether there is a further stage and the last one has no more than so many unknowns.
    pub(super) fn can_refine(&self, unknowns: usize) -> bool {
        self.stages.len() < STAGES && self.unknowns(self.stages.len() - 1) <= unknowns
    }

    /// Adds a stage.
    pub(super) fn refine(&mut self) -> Result<(), ModeError> {
        let before = &self.stages[self.stages.len() - 1];
        let mesh = self.mesh(self.stages.len())?;
        let order = before.order + 1;
        let assembled = Assembled::new(&mesh, &self.setting, order);
        // Waves of absorbing layers lie on all sides of a mode; without them modes keep their order.
        let alone = !self.setting.has_layers();
        let (mut levels, mut members) = (Vec::new(), vec![[0; 2]; before.members.len()]);
        for (l, level) in before.levels.iter().enumerate() {
            let mut own: Vec<usize> = (0..before.members.len())
                .filter(|&m| before.members[m][0] == l)
                .collect();
            let square = |m: usize| level.modes[before.members[m][1]].eigenvalue;
            own.sort_by(|&p, &q| square(q).re.total_cmp(&square(p).re));
            if own.is_empty() {
                continue;
            }
            let squares: Vec<Complex64> = own.iter().map(|&m| square(m)).collect();
            let wanted = wanted_near(&squares, alone);
            let count = own.len();
            let mut solved = Level::solve(&assembled, level.walls, &wanted, Some(level))
                .map_err(|some| failure(&mesh, some, count))?;
            if alone {
                for (place, &m) in own.iter().enumerate() {
                    members[m] = [levels.len(), place];
                }
            } else {
                let mut kept = Vec::new();
                for &m in &own {
                    let distance = |mode: &LevelMode<T>| (mode.eigenvalue - square(m)).norm();
                    let nearest = solved
                        .modes
                        .iter()
                        .min_by(|p, q| distance(p).total_cmp(&distance(q)));
                    kept.extend(nearest.cloned());
                    members[m] = [levels.len(), kept.len() - 1];
                }
                solved.modes = kept;
            }
            levels.push(solved);
        }
        let display = DISPLAY[self.stages.len().min(DISPLAY.len() - 1)];
        self.display.push(self.grids.at(display)?);
        self.stages.push(Stage {
            order,
            levels,
            members,
        });
        Ok(())
    }

    /// Follows only the `count` modes of highest Re n² on the finest stage from here on.
    pub(super) fn keep_highest(&mut self, count: usize) {
        let finest = self.stages.len() - 1;
        let mut order: Vec<usize> = (0..self.stages[finest].members.len()).collect();
        let index = |m: usize| self.effective_index(finest, m).re;
        order.sort_by(|&p, &q| index(q).total_cmp(&index(p)));
        order.truncate(count);
        for stage in &mut self.stages {
            stage.members = order.iter().map(|&m| stage.members[m]).collect();
        }
    }

    /// The same modes on the whole domain.
    pub(super) fn whole(&self) -> Result<&Self, ModeError> {
        let solve = || -> Result<Box<Self>, ModeError> {
            let mut whole = Self {
                problem: self.problem.clone(),
                setting: self.setting.clone(),
                symmetry: Symmetry::default(),
                stages: Vec::new(),
                dispersion: self.dispersion.clone(),
                display: self.display.clone(),
                grids: self.grids.clone(),
                whole: OnceLock::new(),
                fineness: self.fineness.clone(),
                reduction: Vec::new(),
                guided: None,
            };
            for (k, stage) in self.stages.iter().enumerate() {
                let mesh = whole.mesh(k)?;
                let assembled = Assembled::new(&mesh, &whole.setting, stage.order);
                let walls = whole.symmetry.kinds(&self.problem)[0];
                let mut levels = Vec::with_capacity(stage.members.len());
                for m in 0..stage.members.len() {
                    let square = self.effective_index(k, m).powi(2);
                    let wanted = Wanted {
                        shift: T::from_complex(square * (1.0 + BESIDE)),
                        count: 1,
                        floor: f64::MIN,
                        some: false,
                    };
                    let level = Level::solve(&assembled, walls, &[wanted], None);
                    levels.push(level.map_err(|some| failure(&mesh, some, 1))?);
                }
                whole.stages.push(Stage {
                    order: stage.order,
                    members: (0..levels.len()).map(|l| [l, 0]).collect(),
                    levels,
                });
            }
            Ok(Box::new(whole))
        };
        self.whole
            .get_or_init(solve)
            .as_deref()
            .map_err(Clone::clone)
    }

    /// Follows of the modes after the first `count` only those whose n² is nearer to the last of these than
    /// `share` of its distance from `top`, by which the first stage may be wrong.
    pub(super) fn keep_close(&mut self, count: usize, top: f64, share: f64) {
        let stage = &mut self.stages[0];
        let square = |&[l, k]: &[usize; 2]| stage.levels[l].modes[k].eigenvalue.re;
        let Some(last) = stage.members.get(count.saturating_sub(1)).map(square) else {
            return;
        };
        let close = |member: &[usize; 2]| last - square(member) < share * (top - last);
        let kept = stage
            .members
            .iter()
            .take_while(|member| close(member))
            .count();
        stage.members.truncate(kept.max(count));
    }

    /// Follows only modes that may turn out above `bound`: those within their last change of it or higher;
    /// all if there is none.
    pub(super) fn keep_above(&mut self, bound: f64) {
        let finest = self.stages.len() - 1;
        let above = |&m: &usize| {
            let now = self.effective_index(finest, m).re;
            let change = (now - self.effective_index(finest - 1, m).re).abs();
            now + change > bound
        };
        let kept: Vec<usize> = (0..self.stages[finest].members.len())
            .filter(above)
            .collect();
        if !kept.is_empty() {
            for stage in &mut self.stages {
                stage.members = kept.iter().map(|&m| stage.members[m]).collect();
            }
        }
    }

    /// n_eff of member `m` on a stage.
    pub(super) fn effective_index(&self, stage: usize, m: usize) -> Complex64 {
        let [level, place] = self.stages[stage].members[m];
        self.stages[stage].levels[level].modes[place].effective_index()
    }

    /// Evaluates member `m` on a stage, as its coefficients come.
    pub(super) fn evaluation(&self, stage: usize, m: usize) -> Evaluation<'_, T> {
        let [level, mode] = self.stages[stage].members[m];
        Evaluation {
            level: &self.stages[stage].levels[level],
            setting: &self.setting,
            mode,
            gauge: Complex64::ONE,
        }
    }

    /// Unknowns of a stage, all kinds together.
    pub(super) fn unknowns(&self, stage: usize) -> usize {
        self.stages[stage]
            .levels
            .iter()
            .map(|l| l.space.unknowns())
            .sum()
    }

    /// The grid on which a stage's fields are shown and coupled.
    pub(super) fn display_grid(&self, stage: usize) -> RectilinearGrid<2> {
        self.display[stage].clone()
    }
}

/// Shifts next to n² that are known but for the mesh or the wavelength, given by falling Re n²; `alone`: modes that
/// are close to each other are sought together.
fn wanted_near<T: Scalar>(squares: &[Complex64], alone: bool) -> Vec<Wanted<T>> {
    let mut wanted: Vec<Wanted<T>> = Vec::new();
    let mut first = Complex64::ZERO;
    for &square in squares {
        match wanted.last_mut() {
            Some(last) if alone && (square - first).norm() < CLUSTER * first.norm() => {
                last.count += 1;
            }
            _ => {
                first = square;
                let above = if alone { ABOVE } else { 0.0 };
                wanted.push(Wanted {
                    shift: T::from_complex(first * (1.0 + above)),
                    count: 1,
                    floor: f64::MIN,
                    some: false,
                });
            }
        }
    }
    wanted
}

/// n² of the modes of all levels.
fn squares<T>(levels: &[Level<T>]) -> Vec<f64> {
    let modes = levels.iter().flat_map(|level| &level.modes);
    modes.map(|mode| mode.eigenvalue.re).collect()
}

fn failure(mesh: &Mesh, Converged(converged): Converged, wanted: usize) -> ModeError {
    ModeError::Elements {
        converged,
        wanted,
        triangles: mesh.topology.triangles.len(),
    }
}

impl Family<f64> {
    /// Without modes that are no members; those of a level by falling n².
    pub(super) fn pruned(mut self) -> Self {
        for stage in &mut self.stages {
            for (l, level) in stage.levels.iter_mut().enumerate() {
                let mut own: Vec<usize> = (0..stage.members.len())
                    .filter(|&m| stage.members[m][0] == l)
                    .collect();
                let square = |m: &usize| level.modes[stage.members[*m][1]].eigenvalue.re;
                own.sort_by(|p, q| square(q).total_cmp(&square(p)));
                let kept = own
                    .iter()
                    .map(|&m| level.modes[stage.members[m][1]].clone());
                level.modes = kept.collect();
                for (place, &m) in own.iter().enumerate() {
                    stage.members[m] = [l, place];
                }
            }
        }
        self
    }

    /// The same modes and stages at another wavelength; of a family that is [`pruned`](Self::pruned).
    pub(super) fn followed_to(
        &self,
        problem: &ModeProblem,
        setting: Setting,
    ) -> Result<Self, ModeError> {
        let ratio = setting.k0 / self.setting.k0;
        let mut stages = Vec::with_capacity(self.stages.len());
        for stage in &self.stages {
            let mut levels = Vec::with_capacity(stage.levels.len());
            for level in &stage.levels {
                // dn/d ln k₀ = n_g − n.
                let square = |mode: usize| -> Complex64 {
                    let evaluation = Evaluation {
                        level,
                        setting: &self.setting,
                        mode,
                        gauge: Complex64::ONE,
                    };
                    let n = level.modes[mode].effective_index();
                    let group = evaluation.integrals().group_index(&self.dispersion);
                    (n + (group - n) * ratio.ln()).powi(2)
                };
                let count = level.modes.len();
                let mut squares: Vec<Complex64> = (0..count).map(square).collect();
                squares.sort_by(|a, b| b.re.total_cmp(&a.re));
                let assembled = Assembled::new(&level.mesh, &setting, stage.order);
                let wanted = wanted_near(&squares, true);
                let solved = Level::solve(&assembled, level.walls, &wanted, Some(level));
                levels.push(solved.map_err(|some| failure(&level.mesh, some, count))?);
            }
            let members = stage.members.clone();
            stages.push(Stage {
                order: stage.order,
                levels,
                members,
            });
        }
        let dispersion = dispersion(problem)?;
        Ok(self.with_stages(problem, setting, dispersion, stages, Vec::new()))
    }

    /// Other modes on the same meshes.
    pub(super) fn with_stages(
        &self,
        problem: &ModeProblem,
        setting: Setting,
        dispersion: Vec<Tensor>,
        stages: Vec<Stage<f64>>,
        reduction: Vec<f64>,
    ) -> Self {
        Self {
            problem: problem.clone(),
            setting,
            symmetry: self.symmetry,
            stages,
            dispersion,
            display: self.display.clone(),
            grids: self.grids.clone(),
            whole: OnceLock::new(),
            fineness: self.fineness.clone(),
            reduction,
            guided: None,
        }
    }
}

impl Family<Complex64> {
    /// The first stage, with the modes that continue those of the same guide without loss, layers and bend.
    pub(super) fn start_from<S: Scalar>(
        &mut self,
        mesh: &Arc<Mesh>,
        ideal: &Family<S>,
    ) -> Result<(), ModeError> {
        let from = &ideal.stages[0];
        let triangulation = &mesh.triangulation;
        let in_layer = |t: usize| {
            let vertices = triangulation.triangles()[t]
                .vertices
                .map(|v| triangulation.vertices()[v]);
            let centroid = [0, 1].map(|d| vertices.iter().map(|v| v[d]).sum::<f64>() / 3.0);
            self.setting.coordinates.is_in_layer(centroid)
        };
        let (mut levels, mut members) = (Vec::new(), Vec::new());
        for m in 0..from.members.len() {
            let [l, place] = from.members[m];
            let guess = from.levels[l].modes[place].eigenvalue;
            let walls = from.levels[l].walls;
            let near = self.near(mesh, walls, guess, CANDIDATES)?;
            let own = ideal.evaluation(0, m).samples_to_compare(|t| !in_layer(t));
            let mut best: Option<(f64, LevelMode<Complex64>)> = None;
            for mode in near.modes.clone() {
                let alone = near.with_modes(vec![mode]);
                let evaluation = self.evaluation_of(&alone, 0);
                let likeness = likeness(&own, &evaluation.samples_to_compare(|t| !in_layer(t)));
                if best.as_ref().is_none_or(|(most, _)| likeness > *most) {
                    best = alone.modes.into_iter().next().map(|mode| (likeness, mode));
                }
            }
            if let Some((_, mode)) = best {
                members.push([levels.len(), 0]);
                levels.push(near.with_modes(vec![mode]));
            }
        }
        self.begin(levels, members)
    }

    /// The first stage, with the `count` modes nearest to a guess that do not live in the layers.
    pub(super) fn start_near(
        &mut self,
        mesh: &Arc<Mesh>,
        guess: Complex64,
        count: usize,
    ) -> Result<(), ModeError> {
        let mut levels = Vec::new();
        let mut found: Vec<(f64, [usize; 2])> = Vec::new();
        for walls in self.symmetry.kinds(&self.problem) {
            // Where nothing converges there is no mode of the guide.
            let Ok(level) = self.near(mesh, walls, guess, count + CANDIDATES) else {
                continue;
            };
            for (k, mode) in level.modes.iter().enumerate() {
                if self.evaluation_of(&level, k).layer_share() < LAYER_SHARE {
                    let distance = (mode.effective_index() - guess.sqrt()).norm();
                    found.push((distance, [levels.len(), k]));
                }
            }
            levels.push(level);
        }
        found.sort_by(|p, q| p.0.total_cmp(&q.0));
        found.truncate(count);
        let mut members: Vec<[usize; 2]> = found.into_iter().map(|(_, member)| member).collect();
        let square = |&[l, k]: &[usize; 2]| levels[l].modes[k].eigenvalue.re;
        members.sort_by(|p, q| square(q).total_cmp(&square(p)));
        self.begin(levels, members)
    }

    fn near(
        &self,
        mesh: &Arc<Mesh>,
        walls: Walls,
        guess: Complex64,
        count: usize,
    ) -> Result<Level<Complex64>, ModeError> {
        let wanted = Wanted {
            shift: guess * (1.0 + ABOVE),
            count,
            floor: f64::MIN,
            some: true,
        };
        let assembled = Assembled::new(mesh, &self.setting, FIRST_ORDER);
        Level::solve(&assembled, walls, &[wanted], None).map_err(|some| failure(mesh, some, count))
    }

    fn evaluation_of<'a>(
        &'a self,
        level: &'a Level<Complex64>,
        mode: usize,
    ) -> Evaluation<'a, Complex64> {
        Evaluation {
            level,
            setting: &self.setting,
            mode,
            gauge: Complex64::ONE,
        }
    }
}
