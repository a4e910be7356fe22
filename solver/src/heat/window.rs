//! Parts of a plan whose sources are too fine for a grid of the whole.

use cpo_meshes::{Floorplan, Footprint};

/// A source is fine if its narrower side is below this part of the plan's longer.
const FINE: f64 = 1.0 / 400.0;
/// Distance from the sources to the edge, in lengths of the longest: first that on which the overview is cheapest, then closer
/// ones, for plans where windows would grow together.
pub(super) const REACHES: [f64; 3] = [4.0, 2.0, 1.0];
/// A window ends at an edge of the plan, a block or another source that is closer than this part of its margin: a sliver between them would cost
/// many cells.
const NEAR_EDGE: f64 = 0.25;

/// A rectangle through all layers with fine sources well inside.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Window {
    pub footprint: Footprint,
    /// The rectangle around its sources.
    pub core: Footprint,
    /// Distance from them to its edge, m.
    pub margin: f64,
    /// Positions of its sources in the floorplan's list, rising.
    pub owned: Vec<usize>,
}

/// Windows around all fine sources, `reach` lengths of the longest source away from them. Those that would meet are one.
pub(super) fn windows(plan: &Floorplan, reach: f64) -> Vec<Window> {
    let [width, length] = plan.size();
    let fine = FINE * width.max(length);
    let mut windows: Vec<Window> = Vec::new();
    for (position, source) in plan.sources().iter().enumerate() {
        let sides = [source.footprint.x, source.footprint.y].map(|[a, b]| b - a);
        if sides[0].min(sides[1]) > fine || source.map.is_some() {
            continue;
        }
        let margin = reach * sides[0].max(sides[1]);
        windows.push(Window {
            footprint: source.footprint.expanded(margin),
            core: source.footprint,
            margin,
            owned: vec![position],
        });
    }
    while let Some((a, b)) = meeting(&windows) {
        let other = windows.remove(b);
        let one = &mut windows[a];
        one.core = one.core.hull(&other.core);
        one.margin = one.margin.max(other.margin);
        one.footprint = one.core.expanded(one.margin);
        one.owned.extend(other.owned);
        one.owned.sort_unstable();
    }
    let others = plan.sources().iter().enumerate();
    let others = others.filter(|(s, _)| !windows.iter().any(|w| w.owned.contains(s)));
    let outline = plan.outline();
    let edges: Vec<Footprint> = std::iter::once(outline)
        .chain(plan.blocks().iter().map(|b| b.footprint))
        .chain(others.map(|(_, source)| source.footprint))
        .collect();
    for window in &mut windows {
        let gap = NEAR_EDGE * window.margin;
        let nearest = |at: f64, axis: usize| {
            let ends = edges.iter().flat_map(|edge| [edge.x, edge.y][axis]);
            let nearest = ends.min_by(|a, b| (a - at).abs().total_cmp(&(b - at).abs()));
            nearest.filter(|edge| (edge - at).abs() < gap).unwrap_or(at)
        };
        let ends = |axis: usize, [from, to]: [f64; 2], [first, last]: [f64; 2]| {
            [nearest(from, axis).max(first), nearest(to, axis).min(last)]
        };
        window.footprint = Footprint {
            x: ends(0, window.footprint.x, outline.x),
            y: ends(1, window.footprint.y, outline.y),
        };
    }
    windows
}

fn meeting(windows: &[Window]) -> Option<(usize, usize)> {
    for (a, one) in windows.iter().enumerate() {
        for (b, other) in windows.iter().enumerate().skip(a + 1) {
            if one.footprint.intersection(&other.footprint).is_some() {
                return Some((a, b));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use cpo_materials::{Material, ThermalConductivity};
    use cpo_meshes::Direction;

    #[test]
    fn arrays_are_windows_and_dies_are_not() {
        let silicon = Material::with_conductivity(ThermalConductivity::w_per_m_k(130.0));
        let stripe = |at| Footprint::centred([4e-6, 300e-6], at);
        let plan = Floorplan::new([60e-3, 60e-3])
            .and_then(|p| p.layer("die", silicon, 1e-3))
            .and_then(|p| p.source("chip", Footprint::centred([20e-3; 2], [0.0; 2]), "die", 1.0))
            .and_then(|p| {
                p.source_array(
                    "a",
                    stripe([0.0, 2e-2]),
                    (8, 250e-6, Direction::X),
                    "die",
                    1.0,
                )
            })
            .and_then(|p| p.source("b", stripe([-29e-3, 0.0]), "die", 1.0))
            .unwrap();
        let windows = windows(&plan, 4.0);
        let owned: Vec<_> = windows.iter().map(|w| w.owned.clone()).collect();
        assert_eq!(owned, [(1..9).collect::<Vec<_>>(), vec![9]]);
        // 300 um x 4 away from the stripes
        assert!((windows[0].footprint.y[1] - 21.35e-3).abs() < 1e-12);
        assert!((windows[0].footprint.x[0] + 2.077e-3).abs() < 1e-12);
        // as near to the plan's edge as this it ends there
        assert_eq!(windows[1].footprint.x[0], -30e-3);
    }
}
