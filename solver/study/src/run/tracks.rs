//! One number for one mode through a sweep.
//!
//! Modes are listed by falling n_eff, so two whose indices cross change places. Here every mode of a point
//! takes the track of the mode most like it at a neighbouring point, the likeness being
//!
//! ```text
//! |Σ a*·b|² / (Σ|a|² Σ|b|²)
//! ```
//!
//! of the transverse magnetic fields a, b at fixed places of the window: unlike the electric field it has
//! no jump that could pass over a place as a dimension changes. It tells polarisations and parities, and is
//! blind to a mode's phase and size. It needs no more than the results of all points, in the order of the
//! plan, and so depends neither on threads nor on interruptions.
//!
//! Limits: where two modes anticross within a step, tracks follow the fields' character while the step is
//! large against the splitting, and the curves of n_eff otherwise. Degenerate modes, as of a round fibre, have no
//! character of their own; their tracks follow the finer differences of the meshes.

use cpo_meshes::Window;
use cpo_solver::modes::Mode;

use super::{ModeOutcome, ModeRecord, Outcome};
use crate::plan::{ModePoint, Plan};

/// Places along x and y; odd, so that some are on the middle, where odd fields vanish.
const PLACES: usize = 9;
/// Modes less alike than this are not the same.
const LEAST_LIKENESS: f64 = 0.5;

/// Hx and Hy at the places, real and imaginary parts in turn, with a sum of squares of 1.
pub(super) fn signature(mode: &Mode, window: Window) -> Vec<f64> {
    let [x, y] = [window.x, window.y].map(places);
    let points: Vec<[f64; 2]> = x
        .iter()
        .flat_map(|&x| y.iter().map(move |&y| [x, y]))
        .collect();
    let parts: Vec<f64> = mode
        .at(&points)
        .iter()
        .flat_map(|sample| [sample.magnetic[0], sample.magnetic[1]])
        .flat_map(|h| [h.re, h.im])
        .collect();
    let size = parts.iter().map(|p| p * p).sum::<f64>().sqrt();
    if size > 0.0 {
        parts.iter().map(|p| p / size).collect()
    } else {
        parts
    }
}

/// Places between two walls, closer in the middle, where guides are: c + h s|s|, |s| < 1.
fn places([from, to]: [f64; 2]) -> [f64; PLACES] {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    std::array::from_fn(|k| {
        let s = (2 * k + 1) as f64 / PLACES as f64 - 1.0;
        middle + half * s * s.abs()
    })
}

fn likeness(a: &ModeRecord, b: &ModeRecord) -> f64 {
    let mut product = [0.0; 2];
    for (a, b) in a.signature.chunks_exact(2).zip(b.signature.chunks_exact(2)) {
        product[0] += a[0] * b[0] + a[1] * b[1];
        product[1] += a[0] * b[1] - a[1] * b[0];
    }
    product[0].powi(2) + product[1].powi(2)
}

/// Sets the tracks of all modes of all tables.
pub(super) fn assign(plan: &Plan, outcomes: &mut [Outcome<ModeOutcome>]) {
    let mut start = 0;
    for table in plan.modes.chunk_by(|a, b| a.modes == b.modes) {
        let end = (start + table.len()).min(outcomes.len());
        assign_table(table, &mut outcomes[start..end]);
        start = end;
    }
}

fn assign_table(points: &[ModePoint], outcomes: &mut [Outcome<ModeOutcome>]) {
    let mut free = 0;
    for p in 0..outcomes.len() {
        let Ok(outcome) = &outcomes[p] else { continue };
        let mut tracks: Vec<Option<usize>> = vec![None; outcome.modes.len()];
        for q in neighbours(points, outcomes, p) {
            if let Ok(known) = &outcomes[q] {
                follow(&known.modes, &outcome.modes, &mut tracks);
            }
        }
        let Ok(outcome) = &mut outcomes[p] else {
            continue;
        };
        for (mode, track) in outcome.modes.iter_mut().zip(tracks) {
            mode.track = track.unwrap_or(free);
            free = free.max(mode.track + 1);
        }
    }
}

/// Solved points before `p` that differ from it in one parameter alone, the latest for each parameter, latest
/// first: the fastest axis leads.
fn neighbours(points: &[ModePoint], outcomes: &[Outcome<ModeOutcome>], p: usize) -> Vec<usize> {
    let here = points[p].values.key();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for q in (0..p).rev() {
        if found.len() == here.len() {
            break;
        }
        let there = points[q].values.key();
        let mut changed = (0..here.len()).filter(|&k| there.get(k) != Some(&here[k]));
        let (Some(axis), None) = (changed.next(), changed.next()) else {
            continue;
        };
        if outcomes[q].is_ok() && found.iter().all(|&(known, _)| known != axis) {
            found.push((axis, q));
        }
    }
    found.into_iter().map(|(_, q)| q).collect()
}

/// Gives modes without a track those of `known` that none has yet, the most alike first.
fn follow(known: &[ModeRecord], modes: &[ModeRecord], tracks: &mut [Option<usize>]) {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (k, old) in known.iter().enumerate() {
        for (m, new) in modes.iter().enumerate() {
            let likeness = likeness(old, new);
            if likeness >= LEAST_LIKENESS {
                pairs.push((likeness, m, k));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    for (_, m, k) in pairs {
        let track = known[k].track;
        if tracks[m].is_none() && !tracks.contains(&Some(track)) {
            tracks[m] = Some(track);
        }
    }
}
