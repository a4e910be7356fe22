//! From a problem to a family that meets the error asked for.

use super::family::{Below, Family, STAGES};
use super::mesh::{Fineness, Mesh, Setting};
use super::symmetry::Symmetry;
use super::topology::Space;
use crate::linalg::Scalar;
use crate::modes::classify::RadiationBound;
use crate::modes::family::ModeFamily;
use crate::modes::mode::wanted_of_loss;
use crate::modes::window::window_effect;
use crate::modes::{ModeError, ModeProblem};
use num_complex::Complex64;
use std::sync::Arc;

/// Stages that every solve has: fewer show no rate.
const FEWEST_STAGES: usize = 3;
/// What the layers' effect falls to with a stage, at least, while their resolution is what it shows.
const FALLS: f64 = 0.8;
/// Modes followed beside those wanted while stages are too coarse to tell which are the highest.
const GUARDS: usize = 2;
/// Modes sought at first where all are wanted and cannot be counted.
const FIRST_COUNT: usize = 4;
/// More than any guide has.
const MOST: usize = 1_000_000;
/// How far below the radiation bound the first, coarse stage may see a guided mode, as a share of what n²
/// can be.
const COARSE: f64 = 0.02;
/// Share of its distance from the highest possible n² by which a coarse n² may be wrong.
const COARSE_SHARE: f64 = 0.05;
/// Multiples of both that are tried until no mode is missed.
const REACHES: [f64; 3] = [1.0, 4.0, 16.0];

/// What is asked of the elements.
#[derive(Clone, Copy, Debug)]
pub(in crate::modes) struct Request<'a> {
    /// How many modes; all guided ones if none.
    pub(in crate::modes) count: Option<usize>,
    /// n_eff next to which they are sought.
    pub(in crate::modes) near: Option<f64>,
    /// Error bar wanted on n_eff.
    pub(in crate::modes) error: f64,
    /// Most unknowns of a stage.
    pub(in crate::modes) unknowns: usize,
    /// The problem that meshes are made for.
    pub(in crate::modes) reference: &'a ModeProblem,
}

/// Unknowns of the stages, coarsest first.
pub(in crate::modes) fn unknowns(problem: &ModeProblem) -> Result<Vec<usize>, ModeError> {
    let setting = Setting::new(problem)?;
    let fineness = Fineness::new(problem)?;
    let symmetry = Symmetry::of(problem, &setting);
    let section = problem.cross_section();
    let domain = symmetry.part(setting.coordinates.domain(section.window()));
    (0..STAGES)
        .map(|k| {
            let mesh = Mesh::new(section, &fineness, domain, k)?;
            let kinds = symmetry.kinds(problem);
            let of_kind =
                |&walls| Space::new(&mesh.topology, k + 2, &mesh.removed(walls)).unknowns();
            Ok(kinds.iter().map(of_kind).sum())
        })
        .collect()
}

/// Solves until the error bars of all modes are within what is asked.
pub(in crate::modes) fn solve(
    problem: &ModeProblem,
    bound: &RadiationBound,
    request: &Request<'_>,
) -> Result<Arc<dyn ModeFamily>, ModeError> {
    let setting = Setting::new(problem)?;
    if setting.is_ideal() && request.near.is_none() {
        return if setting.is_oblique() {
            let family = highest::<Complex64>(problem, setting, bound, request, REACHES[0])?;
            Ok(Arc::new(refined(family, bound, request)?))
        } else {
            Ok(Arc::new(counted(problem, setting, bound, request)?))
        };
    }
    let mut family = Family::<Complex64>::new(problem, setting.clone(), request.reference)?;
    match request.near {
        Some(n) => {
            let mesh = family.mesh(0)?;
            family.start_near(&mesh, Complex64::from(n * n), request.count.unwrap_or(1))?;
        }
        None if setting.is_oblique() => {
            let ideal = highest::<Complex64>(problem, setting.ideal(), bound, request, REACHES[0])?;
            start_from(&mut family, ideal, request)?;
        }
        None => {
            let ideal = highest::<f64>(problem, setting.ideal(), bound, request, REACHES[0])?;
            start_from(&mut family, ideal, request)?;
        }
    }
    if family.stages.is_empty() || family.members() == 0 {
        return Err(ModeError::NothingNear {
            target: request.near.unwrap_or(bound.index),
        });
    }
    Ok(Arc::new(refined(family, bound, request)?))
}

/// The modes of a lossless straight guide, none missed: where all guided ones are wanted, as many as the inertia of
/// the finest stage counts; else no other above the shift that the lowest of a kind was found next to.
pub(super) fn counted(
    problem: &ModeProblem,
    setting: Setting,
    bound: &RadiationBound,
    request: &Request<'_>,
) -> Result<Family<f64>, ModeError> {
    let (mut wanted, mut found) = (0, 0);
    for reach in REACHES {
        let start = highest::<f64>(problem, setting.clone(), bound, request, reach)?;
        let mut family = refined(start, bound, request)?;
        if request.count.is_none() {
            family.guided = family.count_above(bound.index.powi(2));
        }
        let finest = family.stages.len() - 1;
        let is_guided = |&m: &usize| family.effective_index(finest, m).re > bound.index;
        found = (0..family.members()).filter(is_guided).count();
        wanted = family.guided.unwrap_or(found);
        if found >= wanted && !family.misses_any() {
            return Ok(family);
        }
    }
    Err(ModeError::Missed {
        found,
        counted: wanted.max(found + 1),
    })
}

/// Starts with what the modes of the ideal guide become.
fn start_from<S: Scalar>(
    family: &mut Family<Complex64>,
    mut ideal: Family<S>,
    request: &Request<'_>,
) -> Result<(), ModeError> {
    if let Some(count) = request.count {
        ideal.keep_highest(count);
    }
    let first = ideal.stages[0].levels.first();
    match first.map(|level| Arc::clone(&level.mesh)) {
        Some(mesh) => family.start_from(&mesh, &ideal),
        None => Ok(()),
    }
}

/// Adds stages until the bars are met.
pub(super) fn refined<T: Scalar>(
    mut family: Family<T>,
    bound: &RadiationBound,
    request: &Request<'_>,
) -> Result<Family<T>, ModeError> {
    let mut window = None;
    while family.can_refine(request.unknowns) {
        family.refine()?;
        if family.stages.len() < FEWEST_STAGES {
            continue;
        }
        if let Some(count) = request.count {
            family.keep_highest(count);
        }
        if family.setting.is_ideal() {
            family.keep_above(bound.index);
        }
        // A finer mesh does not move the walls.
        let window = *window.get_or_insert_with(|| largest_window_effect(&family, bound));
        if is_converged_in(&family, window, request) {
            break;
        }
    }
    if let Some(count) = request.count {
        family.keep_highest(count);
    }
    Ok(family)
}

/// Whether the bars are met.
pub(super) fn is_converged<T: Scalar>(
    family: &Family<T>,
    bound: &RadiationBound,
    request: &Request<'_>,
) -> bool {
    is_converged_in(family, largest_window_effect(family, bound), request)
}

/// The same, the effect of the window being known.
fn is_converged_in<T: Scalar>(family: &Family<T>, window: f64, request: &Request<'_>) -> bool {
    let finest = family.stages.len() - 1;
    let layers = |stage: usize| -> Vec<Complex64> {
        let effect = |m| family.layer_effect(stage, m);
        (0..family.members()).map(effect).collect()
    };
    let (before, now) = (layers(finest - 1), layers(finest));
    let walls = window + now.iter().map(|effect| effect.norm()).fold(0.0, f64::max);
    // Leave the walls their share of the bar, at most half.
    let share = (request.error - walls).max(0.5 * request.error);
    let bar = |m: usize, part: fn(Complex64) -> f64| {
        let values = (0..=finest).map(|k| {
            let refinement = family.stages[k].order as f64;
            (refinement, part(Family::effective_index(family, k, m)))
        });
        family.study(values.collect(), share).error
    };
    let met = |m: usize| {
        let loss = Family::effective_index(family, finest, m).im;
        let wanted = wanted_of_loss(loss, request.error).min(share);
        // What the layers reflect stays, however fine the mesh; what it resolves badly of them goes.
        let [before, now] = [before[m].im.abs(), now[m].im.abs()];
        let layers = if now < FALLS * before { now } else { 0.0 };
        bar(m, |n| n.re) <= share && bar(m, |n| n.im) + layers <= wanted
    };
    (0..family.members()).all(met)
}

fn largest_window_effect<T: Scalar>(family: &Family<T>, bound: &RadiationBound) -> f64 {
    let finest = family.stages.len() - 1;
    let effect = |m: usize| {
        let n = Family::effective_index(family, finest, m).re;
        let group = family.group_index(finest, m).re;
        let centroid = family.power_centroid(finest, m);
        let walls = family.wall_samples(finest, m);
        window_effect(&family.problem, bound, [n, group], centroid, &walls).index
    };
    (0..family.members()).map(effect).fold(0.0, f64::max)
}

/// The highest modes of a lossless straight guide, the first stage being wrong by up to `reach` times what it mostly is.
pub(super) fn highest<T: Scalar>(
    problem: &ModeProblem,
    setting: Setting,
    bound: &RadiationBound,
    request: &Request<'_>,
    reach: f64,
) -> Result<Family<T>, ModeError> {
    let (top, lowest) = (bound.ceiling.powi(2), bound.index.powi(2));
    let floor = lowest - reach * COARSE * (top - lowest).max(1e-9);
    let share = reach * COARSE_SHARE;
    let below = |count, floor| Below {
        top,
        count,
        floor,
        share,
    };
    // Modes are counted in real arithmetic; else they are sought until fewer are found than were asked for.
    let mut count = match request.count {
        Some(count) if T::REAL => count,
        Some(count) => count + GUARDS,
        None if T::REAL => MOST,
        None => FIRST_COUNT,
    };
    let mut family = Family::<T>::new(problem, setting, request.reference)?;
    let mesh = family.mesh(0)?;
    loop {
        match (family.start(&mesh, below(count, floor)), request.count) {
            // The guards are among the window's own modes, which may not converge.
            (Err(_), Some(asked)) if count > asked => {
                count = asked;
                continue;
            }
            (outcome, _) => outcome?,
        }
        let found = family.members();
        if found == 0 {
            // A window that guides nothing: its own modes tell the reader where it stands.
            let (count, floor) = (request.count.unwrap_or(1), f64::MIN);
            family.start(&mesh, below(count, floor))?;
            return Ok(family);
        }
        if let Some(asked) = request.count {
            family.keep_close(asked, top, share);
        }
        if request.count.is_some() || found < count {
            return Ok(family);
        }
        count *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modes::Walls;
    use cpo_materials::{Material, Wavelength};
    use cpo_meshes::{CrossSection, Window};
    use std::f64::consts::PI;

    /// A metal box, whose modes are n² = ε − (mπ/k₀a)² − (lπ/k₀b)²: twice for m, l ≥ 1 (TE and TM), once (TE) where one
    /// of them is 0. What would prove the count wrong: another number of them above any n².
    #[test]
    fn inertia_counts_the_modes_of_a_metal_box() {
        let (a, b) = (1.9e-6, 1.3e-6);
        let window = Window {
            x: [-0.5 * a, 0.5 * a],
            y: [-0.5 * b, 0.5 * b],
        };
        let section = CrossSection::new(window, Material::with_index(1.5)).unwrap();
        let problem = ModeProblem::new(&section, Wavelength::nm(1000.0)).walled(Walls::default());
        let setting = Setting::new(&problem).unwrap();
        let k0 = setting.k0;
        let mut family = Family::<f64>::new(&problem, setting, &problem).unwrap();
        let mesh = family.mesh(0).unwrap();
        let below = Below {
            top: 2.26,
            count: 2,
            floor: f64::MIN,
            share: COARSE_SHARE,
        };
        family.start(&mesh, below).unwrap();
        let mut exact = Vec::new();
        for m in 0..9_i32 {
            for l in 0..9_i32 {
                let across = (f64::from(m) * PI / (k0 * a)).powi(2);
                let up = (f64::from(l) * PI / (k0 * b)).powi(2);
                let copies = [0, 1, 2][usize::from(m > 0) + usize::from(l > 0)];
                exact.extend(std::iter::repeat_n(2.25 - across - up, copies));
            }
        }
        exact.sort_by(|p, q| q.total_cmp(p));
        // In every gap that elements of second order on this mesh resolve.
        let gaps = exact.windows(2).enumerate();
        let wide = gaps.filter(|(_, pair)| pair[0] - pair[1] > 0.03 && pair[1] > 1.0);
        let mut checked = 0;
        for (k, pair) in wide {
            let counted = family.count_above(0.5 * (pair[0] + pair[1]));
            assert_eq!(counted, Some(k + 1), "between {} and {}", pair[0], pair[1]);
            checked += 1;
        }
        assert!(checked >= 5, "{checked}");
    }
}
