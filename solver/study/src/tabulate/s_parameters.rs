//! s_parameters/taper_NAME, s_parameters/grating_NAME: scattering matrices with their phases.
//!
//! The phase of a point is the solver's, which is nearest to an optical path, but for whole turns: those are taken so that
//! what it is beside the path is continuous from one wavelength to the next and, at the first, along the other axes. So it
//! can be interpolated where the wavelengths resolve it.

use std::f64::consts::TAU;

use super::sweep::SweepAxes;
use super::taper::length_scales;
use super::{Column, group_path, identifier};
use crate::plan::Plan;
use crate::run::{Results, SParameter, TaperOutcome};
use crate::study::{GratingTable, ParameterValues, Study, TaperTable};
use crate::table::TableError;
use crate::table::{Attribute, AxisScale, AxisValues, Group};

/// Why an entry is missing: there is no such mode at the start …
const NO_INPUT: &str = "the start guides fewer modes here";
/// … or at the end …
const NO_OUTPUT: &str = "the end guides fewer modes here";
/// … or it was not solved …
const NOT_LIT: &str = "light that comes out of the fibre or from behind is not solved for";
/// … or it is too small to have a phase.
const SMALL: &str = "the magnitude is not told from none: it has no phase";

const DEFINITION: &str = "what leaves at port_out over what comes in at port_in, magnitude * exp(i phase); modes are normalised \
     by the product without a conjugate, so that S is its own transpose and magnitude^2 a share of power where the guides \
     lose nothing";
const BRANCH: &str = "not cut at pi: beside the optical path of the light the phase is continuous from one wavelength to the \
     next";

/// An entry, or why there is none.
type Entry<'a> = Result<&'a SParameter, Missing<'a>>;

#[derive(Clone, Copy)]
enum Missing<'a> {
    Failed(&'a str),
    Absent(&'static str),
}

/// Axes before the ports, entries over them and the ports, and what is said of these.
struct Scattering<'a> {
    path: String,
    long_name: String,
    axes: Vec<AxisScale>,
    ports: Vec<String>,
    entries: Vec<Entry<'a>>,
    attributes: Vec<Attribute>,
}

impl Scattering<'_> {
    fn group(self) -> Result<Group, TableError> {
        let mut group = Group::new(self.path.clone(), self.long_name.clone());
        let facts = [("definition", DEFINITION), ("phase_branch", BRANCH)];
        let facts = facts.map(|(name, text)| Attribute::text(name, text));
        for attribute in self.attributes.iter().cloned().chain(facts) {
            group = group.with_attribute(attribute);
        }
        for axis in &self.axes {
            group = group.with_axis(axis.clone())?;
        }
        for (name, long_name) in [
            ("port_out", "where light leaves"),
            ("port_in", "where light comes in"),
        ] {
            group = group.with_axis(AxisScale::text(name, long_name, self.ports.clone()))?;
        }
        let names = self.axes.iter().map(|axis| axis.name.as_str());
        let names: Vec<&str> = names.chain(["port_out", "port_in"]).collect();
        let [magnitude, phase] = self.columns();
        group
            .with_variable(magnitude.variable("magnitude", "1", "magnitude of S", &names))?
            .with_variable(phase.variable("phase", "rad", "phase of S", &names))
    }

    /// Magnitudes and phases.
    fn columns(&self) -> [Column; 2] {
        let phases = self.phases();
        let [mut magnitude, mut phase] = [Column::default(), Column::default()];
        for (entry, value) in self.entries.iter().zip(phases) {
            match *entry {
                Ok(s) => {
                    magnitude.push(s.magnitude);
                    let reason = if s.phase.value.is_finite() { "" } else { SMALL };
                    let own = crate::run::Value { value, ..s.phase };
                    phase.push_with(own, reason.to_owned());
                }
                Err(Missing::Failed(reason)) => {
                    magnitude.push_failed(reason);
                    phase.push_failed(reason);
                }
                Err(Missing::Absent(reason)) => {
                    magnitude.push_absent(reason);
                    phase.push_absent(reason);
                }
            }
        }
        [magnitude, phase]
    }

    /// The phases on a branch that is continuous along the axes before the ports, wavelength before all.
    fn phases(&self) -> Vec<f64> {
        let known = |entry: &Entry<'_>| {
            entry
                .as_ref()
                .map_or([f64::NAN; 2], |s| [s.phase.value, s.path])
        };
        let [mut phases, paths]: [Vec<f64>; 2] =
            [0, 1].map(|k| self.entries.iter().map(|entry| known(entry)[k]).collect());
        let ports = self.ports.len().pow(2);
        let axes = Axes::new(&self.axes, ports);
        for point in 0..axes.points() {
            for port in 0..ports {
                let here = axes.place(&axes.ranks(point)) + port;
                let before = axes.before(point, |place| phases[place + port].is_finite());
                if let Some(before) = before.map(|place| place + port) {
                    let apart = (phases[here] - paths[here]) - (phases[before] - paths[before]);
                    let turns = (apart / TAU).round();
                    phases[here] -= TAU * turns;
                }
            }
        }
        phases
    }
}

/// The axes before the ports, their coordinates ranked.
struct Axes {
    /// Place of every rank.
    orders: Vec<Vec<usize>>,
    strides: Vec<usize>,
    /// Axes in the order in which neighbours are sought along them.
    sought: Vec<usize>,
}

impl Axes {
    fn new(axes: &[AxisScale], ports: usize) -> Self {
        let order = |axis: &AxisScale| {
            let mut places: Vec<usize> = (0..axis.len()).collect();
            if let AxisValues::Numbers(values) = &axis.values {
                places.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
            }
            places
        };
        let stride = |k: usize| ports * axes[k + 1..].iter().map(AxisScale::len).product::<usize>();
        let mut sought: Vec<usize> = (0..axes.len()).rev().collect();
        sought.sort_by_key(|&k| axes[k].name != "wavelength");
        Self {
            orders: axes.iter().map(order).collect(),
            strides: (0..axes.len()).map(stride).collect(),
            sought,
        }
    }

    fn points(&self) -> usize {
        self.orders.iter().map(Vec::len).product()
    }

    /// The rank along every axis of a point, the last axis the fastest.
    fn ranks(&self, mut point: usize) -> Vec<usize> {
        let mut ranks: Vec<usize> = self
            .orders
            .iter()
            .rev()
            .map(|order| {
                let rank = point % order.len();
                point /= order.len();
                rank
            })
            .collect();
        ranks.reverse();
        ranks
    }

    /// Where the first entry of those ranks is.
    fn place(&self, ranks: &[usize]) -> usize {
        let steps = ranks.iter().zip(&self.orders).zip(&self.strides);
        steps
            .map(|((&rank, order), stride)| order[rank] * stride)
            .sum()
    }

    /// The nearest earlier point along one axis whose place is known.
    fn before(&self, point: usize, is_known: impl Fn(usize) -> bool) -> Option<usize> {
        let ranks = self.ranks(point);
        self.sought.iter().find_map(|&axis| {
            let earlier = (0..ranks[axis]).rev().map(|rank| {
                let mut there = ranks.clone();
                there[axis] = rank;
                self.place(&there)
            });
            earlier.into_iter().find(|&place| is_known(place))
        })
    }
}

pub(super) fn of_taper(
    study: &Study,
    plan: &Plan,
    results: &Results,
    table: &TaperTable,
) -> Result<Group, TableError> {
    let all = plan.tapers.iter().zip(&results.tapers);
    let points = all.filter(|(p, _)| p.taper == table.name);
    let conditions = points
        .clone()
        .map(|(p, _)| (&p.values, p.temperature, p.wavelength));
    let sweep = SweepAxes::of_light(study, conditions);
    let mut axes = sweep.axes().to_vec();
    axes.extend(length_scales(table, &study.length_axes(table)));
    let outcomes = points.map(|(_, outcome)| outcome);
    let solved = outcomes.clone().filter_map(|o| o.as_ref().ok());
    let outputs = solved.map(|o| o.guided[1]).max().unwrap_or(1);
    let starts = (0..table.inputs).map(|mode| format!("start_mode_{mode}"));
    let ends = (0..outputs).map(|mode| format!("end_mode_{mode}"));
    let ports: Vec<String> = starts.chain(ends).collect();
    let mut entries = Vec::new();
    for outcome in outcomes {
        for set in 0..study.length_sets(table, &ParameterValues::nominal()).len() {
            for out in 0..ports.len() {
                entries.extend((0..ports.len()).map(|from| match outcome {
                    Ok(solved) => of_set(solved, set, [out, from], table.inputs),
                    Err(reason) => Err(Missing::Failed(reason)),
                }));
            }
        }
    }
    let [first, last] = table.ends();
    let planes = format!(
        "start_mode_N: guided mode N of cross_section.{first} by falling effective index, at z = 0, where the taper begins; \
         end_mode_N: of cross_section.{last}, where it ends"
    );
    let gauge = "fixed but for a sign: at the start the transverse electric field is positive on the first lobe that reaches \
         nine tenths of the largest; at the end a mode continues the field of the mode of the start that becomes it. Between \
         these two the phase depends on no sign";
    let name = identifier(&table.name);
    let mut attributes = sweep.attributes().to_vec();
    attributes.extend([
        Attribute::text("powers", group_path("taper", &table.name)),
        Attribute::text("reference_planes", planes),
        Attribute::text("mode_phase", gauge),
    ]);
    Scattering {
        path: format!("s_parameters/taper_{name}"),
        long_name: format!("S parameters of taper {}", table.name),
        axes,
        ports,
        entries,
        attributes,
    }
    .group()
}

/// Between two ports of a set of lengths, ports being `inputs` modes of the start and then those of the end.
fn of_set(outcome: &TaperOutcome, set: usize, ports: [usize; 2], inputs: usize) -> Entry<'_> {
    let set = &outcome.sets[set];
    let (starts, ends) = (set.inputs.len(), outcome.guided[1]);
    let number = |port: usize| {
        if port < inputs {
            (port < starts).then_some(port).ok_or(NO_INPUT)
        } else {
            let mode = port - inputs;
            (mode < ends).then_some(starts + mode).ok_or(NO_OUTPUT)
        }
    };
    let [out, from] = ports.map(number);
    let (out, from) = (
        out.map_err(Missing::Absent)?,
        from.map_err(Missing::Absent)?,
    );
    Ok(&set.s_parameters[out * (starts + ends) + from])
}

pub(super) fn of_grating(
    study: &Study,
    plan: &Plan,
    results: &Results,
    table: &GratingTable,
) -> Result<Group, TableError> {
    let all = plan.gratings.iter().zip(&results.gratings);
    let points = all.filter(|(p, _)| p.grating == table.name);
    let over_all = points.clone().flat_map(|(p, _)| {
        let wavelengths = p.wavelengths.iter();
        wavelengths.map(|&w| (&p.values, p.temperature, w))
    });
    let sweep = SweepAxes::of_light(study, over_all);
    let ports = ["guide", "fibre", "behind"];
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for (point, outcome) in points {
        for k in 0..point.wavelengths.len() {
            for out in 0..ports.len() {
                entries.extend((0..ports.len()).map(|from| match (outcome, out.min(from)) {
                    // From the fibre or from behind to the guide by reciprocity.
                    (Ok(solved), 0) => Ok(&solved.results[k].s_parameters[out.max(from)]),
                    (Ok(_), _) => Err(Missing::Absent(NOT_LIT)),
                    (Err(reason), _) => Err(Missing::Failed(reason)),
                }));
            }
        }
    }
    let planes = format!(
        "guide: at z = 0 of the trenches; behind: the guide where the last trench ends; fibre: the centre of the facet of \
         fiber.{}",
        table.fiber
    );
    let gauge = "the electric field is positive along x: of the guide's mode where it is largest, of the fibre's at the centre \
         of its facet, of light in both directions";
    let name = identifier(&table.name);
    let mut attributes = sweep.attributes().to_vec();
    attributes.extend([
        Attribute::text("powers", group_path("grating", &table.name)),
        Attribute::text("reference_planes", planes),
        Attribute::text("mode_phase", gauge),
    ]);
    Scattering {
        path: format!("s_parameters/grating_{name}"),
        long_name: format!("S parameters of grating {}", table.name),
        axes: sweep.axes().to_vec(),
        ports: ports.map(str::to_owned).to_vec(),
        entries,
        attributes,
    }
    .group()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Value;

    /// What would prove the branch wrong: whole turns between a phase that drifts from its path, along wavelengths that are
    /// not sorted and have a gap, and the same known.
    #[test]
    fn whole_turns_are_those_that_make_phases_continuous() {
        let wavelengths = [1.54, 1.50, 1.53, 1.56, 1.52, 1.55, 1.51];
        let lengths = [20.0, 10.0];
        let path = |w: f64, l: f64| TAU * 2.0 * l / w;
        // Drifts by more than a turn over all, by less than half a turn over the gap.
        let exact = |w: f64, l: f64| path(w, l) + 0.3 * l + 150.0 * (w - 1.5);
        let gap = 1.53;
        let points = || {
            wavelengths
                .iter()
                .flat_map(|&w| lengths.iter().map(move |&l| (w, l)))
        };
        let entries: Vec<SParameter> = points()
            .map(|(w, l)| {
                let beside = exact(w, l) - path(w, l);
                let nearest = exact(w, l) - TAU * (beside / TAU).round();
                let phase = if w == gap { f64::NAN } else { nearest };
                SParameter {
                    magnitude: Value::with_error(1.0, 0.0),
                    phase: Value::with_error(phase, 0.0),
                    path: path(w, l),
                }
            })
            .collect();
        let axis = |name: &str, values: &[f64]| AxisScale::numbers(name, "m", "", values.to_vec());
        let scattering = Scattering {
            path: String::new(),
            long_name: String::new(),
            axes: vec![axis("wavelength", &wavelengths), axis("length", &lengths)],
            ports: vec![String::from("only")],
            entries: entries.iter().map(Ok).collect(),
            attributes: Vec::new(),
        };
        let phases = scattering.phases();
        let off = |k: usize, w: f64, l: f64| phases[k] - exact(w, l);
        // Of the shortest wavelength and length.
        let first = off(3, 1.5, 10.0);
        for (k, (w, l)) in points().enumerate() {
            if w == gap {
                assert!(phases[k].is_nan());
            } else {
                assert!((off(k, w, l) - first).abs() < 1e-9, "{w} {l}: {phases:?}");
            }
        }
    }
}
