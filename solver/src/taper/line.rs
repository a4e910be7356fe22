//! A taper as a row of sections and joints, at one number of modes and one set of slices.

use super::geometry::{Part, Taper};
use super::matching::{Label, Overlaps, follow};
use super::passage::Passage;
use super::scattering::Scattering;
use super::track::Track;
use num_complex::Complex64;

/// Distances of slices at which overlaps are kept: every slice, every second, every fourth.
pub(super) const STRIDES: [usize; 3] = [1, 2, 4];

/// The slices of one section on one grid.
#[derive(Clone, Debug)]
pub(super) struct SectionModes {
    pub(super) shares: Vec<f64>,
    /// n by slice and rank.
    pub(super) indices: Vec<Vec<Complex64>>,
    /// The index that guided modes exceed, by slice.
    pub(super) bounds: Vec<f64>,
    /// Of slices [`STRIDES`] apart; fewer strides where no coarser set is wanted.
    pub(super) overlaps: Vec<Vec<Overlaps>>,
}

/// All sections and steps on one grid, in the order of the taper's parts.
#[derive(Clone, Debug)]
pub(super) enum PartModes {
    Section(SectionModes),
    Step(StepModes),
}

/// The modes before and after a step.
#[derive(Clone, Debug)]
pub(super) struct StepModes {
    pub(super) indices: [Vec<Complex64>; 2],
    pub(super) bounds: [f64; 2],
    pub(super) overlaps: Overlaps,
}

impl PartModes {
    /// How many modes are guided at its start and at its end.
    pub(super) fn guided(&self) -> [usize; 2] {
        self.ends()
            .map(|(indices, bound)| indices.iter().filter(|n| n.re > bound).count())
    }

    /// n at its start and at its end, and what guided modes exceed there.
    fn ends(&self) -> [(&[Complex64], f64); 2] {
        match self {
            Self::Section(modes) => {
                let last = modes.shares.len() - 1;
                [0, last].map(|k| (&modes.indices[k][..], modes.bounds[k]))
            }
            Self::Step(modes) => [0, 1].map(|k| (&modes.indices[k][..], modes.bounds[k])),
        }
    }
}

/// How light gets through a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Smooth,
    Stepped,
}

#[derive(Clone, Debug)]
enum Element {
    Section(Track),
    Joint {
        scattering: Scattering,
        labels: Vec<Label>,
        /// Power of guided modes that the modes beside the joint do not hold.
        missed: f64,
    },
}

impl Element {
    /// What a mode before it becomes behind it.
    fn next(&self, mode: usize) -> Label {
        match self {
            Self::Section(track) => track.end[mode],
            Self::Joint { labels, .. } => labels[mode],
        }
    }
}

/// The row.
#[derive(Clone, Debug)]
pub(super) struct Line {
    elements: Vec<Element>,
}

impl Line {
    /// With the first `count` modes and the slices of stride number `stride`; none if numbers are not finite.
    pub(super) fn new(parts: &[PartModes], count: usize, stride: usize) -> Option<Self> {
        let element = |part: &PartModes| match part {
            PartModes::Section(modes) => {
                let step = STRIDES[stride];
                let shares: Vec<f64> = modes.shares.iter().copied().step_by(step).collect();
                let indices: Vec<&[Complex64]> = modes
                    .indices
                    .iter()
                    .step_by(step)
                    .map(Vec::as_slice)
                    .collect();
                let overlaps: Vec<&Overlaps> = modes.overlaps[stride].iter().collect();
                Track::new(&shares, &indices, &overlaps, count).map(Element::Section)
            }
            PartModes::Step(modes) => {
                let overlaps = modes.overlaps.of_first(count);
                let labels = follow(&Label::own(count), &overlaps);
                let scattering = overlaps.scattering()?;
                let guided = part.guided().map(|guided| guided.min(count));
                let missed = scattering.passivity_residual(guided);
                Some(Element::Joint {
                    scattering,
                    labels,
                    missed,
                })
            }
        };
        let elements: Option<Vec<Element>> = parts.iter().map(element).collect();
        Some(Self {
            elements: elements?,
        })
    }

    /// S for these lengths (m) of the sections.
    pub(super) fn scattering(
        &self,
        taper: &Taper,
        lengths: &[f64],
        k0: f64,
        way: Way,
    ) -> Option<Scattering> {
        let mut lengths = lengths.iter();
        let mut all: Option<Scattering> = None;
        for (part, element) in taper.parts.iter().zip(&self.elements) {
            let scattering = match (part, element) {
                (Part::Section(section), Element::Section(track)) => {
                    let &length = lengths.next()?;
                    match way {
                        Way::Smooth => track.smooth(section, length, k0),
                        Way::Stepped => track.stepped(section, length, k0),
                    }
                }
                (_, Element::Joint { scattering, .. }) => scattering.clone(),
                (Part::Step(_), Element::Section(_)) => return None,
            };
            all = Some(match all {
                None => scattering,
                Some(before) => before.then(&scattering),
            });
        }
        all
    }

    /// The same with what phases are counted from.
    pub(super) fn passage(
        &self,
        taper: &Taper,
        lengths: &[f64],
        k0: f64,
        way: Way,
    ) -> Option<Passage> {
        let scattering = self.scattering(taper, lengths, k0, way)?;
        let count = scattering.modes();
        let mut modes: Vec<usize> = (0..count).collect();
        let mut paths = vec![0.0; count];
        let mut lengths = lengths.iter();
        for (part, element) in taper.parts.iter().zip(&self.elements) {
            if let (Part::Section(section), Element::Section(track)) = (part, element) {
                let &length = lengths.next()?;
                for (path, &mode) in paths.iter_mut().zip(&modes) {
                    *path += k0 * length * track.mean_index(section, mode);
                }
            }
            modes
                .iter_mut()
                .for_each(|mode| *mode = element.next(*mode).mode);
        }
        Some(Passage::new(scattering, paths, &self.followed(count)))
    }

    /// Power of guided modes that the modes beside joints do not hold, of all joints together.
    pub(super) fn missed(&self) -> f64 {
        let missed = |element: &Element| match element {
            Element::Section(_) => 0.0,
            Element::Joint { missed, .. } => *missed,
        };
        self.elements.iter().map(missed).sum()
    }

    /// The track of every section, by the number of its part.
    pub(super) fn tracks(&self) -> impl Iterator<Item = (usize, &Track)> {
        self.elements
            .iter()
            .enumerate()
            .filter_map(|(p, element)| match element {
                Element::Section(track) => Some((p, track)),
                Element::Joint { .. } => None,
            })
    }

    /// The modes at the end that those at the start become, if followed by their overlaps, with the signs that continue
    /// their fields.
    pub(super) fn followed(&self, count: usize) -> Vec<Label> {
        let through = |label: Label, element: &Element| {
            let next = element.next(label.mode);
            Label {
                mode: next.mode,
                sign: label.sign * next.sign,
            }
        };
        let own = Label::own(count).into_iter();
        own.map(|label| self.elements.iter().fold(label, through))
            .collect()
    }
}
