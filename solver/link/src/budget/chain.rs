//! A chain of stages from the laser to the photodiode, each from one plane to the next, so that no loss is missing and none is
//! counted twice.
//!
//! Losses in dB add, since each term is a single-mode transmission; what is not separable (offset with tilt at a facet)
//! comes as one term from the loss table.

use serde::Deserialize;

use super::Plane;
use super::plane::End;
use crate::component::{ComponentName, Values};
use crate::decibel::db;
use crate::error::LinkError;

/// One loss of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// A component in dB.
    Component(ComponentName),
    /// Propagation loss times the length of routing.
    Routing,
    /// Division of a laser's light among lanes, 10 log₁₀ N, and the splitter's excess.
    Split,
    /// The standard's fibre plant at its largest loss.
    Channel,
    /// A component in dB where several lanes share a fibre, each at a wavelength of its own; elsewhere it is not there.
    Multiplexing(ComponentName),
}

/// What a term depends on beside components.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Conditions {
    /// Lanes that share a laser's light.
    pub(crate) split: usize,
    /// Loss of the fibre plant, dB.
    pub(crate) channel_db: f64,
    /// Lanes of a fibre, each at a wavelength of its own.
    pub(crate) lanes_per_fibre: usize,
}

impl Term {
    fn read(text: &str) -> Result<Self, LinkError> {
        match text {
            "waveguide_routing" => Ok(Self::Routing),
            "split" => Ok(Self::Split),
            "channel" => Ok(Self::Channel),
            "multiplexer" => Ok(Self::Multiplexing(ComponentName::Multiplexer)),
            "demultiplexer" => Ok(Self::Multiplexing(ComponentName::Demultiplexer)),
            name => ComponentName::find(name)
                .map(Self::Component)
                .ok_or_else(|| {
                    let all = ComponentName::ALL.iter().map(|name| name.key());
                    LinkError::unknown("term", name, all)
                }),
        }
    }

    /// Whether there is such a thing in the light's way.
    pub(crate) fn is_there(self, conditions: Conditions) -> bool {
        match self {
            Self::Multiplexing(_) => conditions.lanes_per_fibre > 1,
            Self::Component(_) | Self::Routing | Self::Split | Self::Channel => true,
        }
    }

    /// The one component that it is.
    fn component(self) -> Option<ComponentName> {
        match self {
            Self::Component(name) | Self::Multiplexing(name) => Some(name),
            Self::Routing | Self::Split | Self::Channel => None,
        }
    }

    /// Components that it depends on.
    pub(crate) fn components(self, conditions: Conditions) -> &'static [ComponentName] {
        match self {
            Self::Multiplexing(_) if !self.is_there(conditions) => &[],
            Self::Component(name) | Self::Multiplexing(name) => {
                let at = name as usize;
                &ComponentName::ALL[at..=at]
            }
            Self::Routing => &[ComponentName::WaveguideLoss, ComponentName::RoutingLength],
            Self::Split if conditions.split > 1 => &[ComponentName::SplitExcess],
            Self::Split | Self::Channel => &[],
        }
    }

    /// What it is called in an answer.
    pub(crate) fn label(self, conditions: Conditions) -> String {
        match self {
            Self::Component(name) | Self::Multiplexing(name) => name.key().to_owned(),
            Self::Routing => String::from("waveguide_routing"),
            Self::Split => format!("split 1:{}", conditions.split),
            Self::Channel => String::from("channel"),
        }
    }

    /// Its loss, dB; `value` is asked for [`Term::components`] in their order.
    pub(crate) fn loss(
        self,
        conditions: Conditions,
        mut value: impl FnMut(ComponentName) -> f64,
    ) -> f64 {
        match self {
            Self::Multiplexing(_) if !self.is_there(conditions) => 0.0,
            Self::Component(name) | Self::Multiplexing(name) => value(name),
            Self::Routing => {
                value(ComponentName::WaveguideLoss) * value(ComponentName::RoutingLength)
            }
            Self::Split if conditions.split > 1 => {
                db(conditions.split as f64) + value(ComponentName::SplitExcess)
            }
            Self::Split => 0.0,
            Self::Channel => conditions.channel_db,
        }
    }
}

/// From one plane to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Where it begins.
    pub from: Plane,
    /// Where it ends.
    pub to: Plane,
    /// Its losses.
    pub terms: Vec<Term>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StageText {
    from: Plane,
    to: Plane,
    terms: Vec<String>,
}

impl StageText {
    pub(crate) fn read(self) -> Result<Stage, LinkError> {
        let terms = self.terms.iter().map(|term| Term::read(term));
        Ok(Stage {
            from: self.from,
            to: self.to,
            terms: terms.collect::<Result<_, _>>()?,
        })
    }
}

/// Stages that meet, from the plane where the laser's power is stated to the photodiode.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    stages: Vec<Stage>,
    /// Their terms in order.
    terms: Vec<PlacedTerm>,
}

impl Chain {
    /// Checks that stages meet from `start` to P8.
    ///
    /// # Errors
    /// [`LinkError::Planes`] where a plane is missing or counted twice; [`LinkError::Chain`] for a stage that leads nowhere,
    /// no stage, or an end before P8.
    pub fn new(name: &str, start: Plane, stages: Vec<Stage>) -> Result<Self, LinkError> {
        let wrong = |problem: String| LinkError::Chain {
            chain: name.to_owned(),
            problem,
        };
        let mut at = start;
        for stage in &stages {
            if stage.from != at {
                return Err(LinkError::Planes {
                    chain: name.to_owned(),
                    at,
                    from: stage.from,
                });
            }
            if stage.to <= stage.from {
                let problem = format!("the stage from {} leads to {}", stage.from, stage.to);
                return Err(wrong(problem));
            }
            at = stage.to;
        }
        for (plane, why) in [
            (Plane::P6, "where the transmitter's amplitude is stated"),
            (Plane::P7, "where the receiver's sensitivity is stated"),
            (Plane::P8, "the photodiode"),
        ] {
            if !stages.iter().any(|stage| stage.to == plane) {
                return Err(wrong(format!("no stage ends at {plane}, {why}")));
            }
        }
        Ok(Self {
            terms: placed(&stages),
            stages,
        })
    }

    /// The stages.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// Where the laser's power is stated.
    pub fn start(&self) -> Plane {
        self.stages[0].from
    }

    /// Loss up to `plane`, dB.
    pub(crate) fn loss_to(&self, plane: Plane, conditions: Conditions, values: &Values) -> f64 {
        self.loss_of_lane(0, plane, conditions, values)
    }

    /// The same for one of the lanes that a laser feeds: before the split its light is that of the others.
    pub(crate) fn loss_of_lane(
        &self,
        lane: usize,
        plane: Plane,
        conditions: Conditions,
        values: &Values,
    ) -> f64 {
        let terms = self.terms().filter(|placed| placed.to <= plane);
        terms
            .map(|placed| {
                let lane = if placed.is_shared { 0 } else { lane };
                let value = |name| values.of_place(lane, name, placed.copy);
                placed.term.loss(conditions, value)
            })
            .sum()
    }

    /// All terms in order.
    pub(crate) fn terms(&self) -> impl Iterator<Item = PlacedTerm> {
        self.terms.iter().copied()
    }

    /// Components of several places on the sending side, each with its last copy.
    pub(crate) fn repeated(&self) -> impl Iterator<Item = (ComponentName, usize)> {
        let sent = self
            .terms()
            .filter(|t| t.to.end() == End::Sending && t.copy > 0);
        sent.filter_map(|placed| Some((placed.term.component()?, placed.copy)))
    }
}

/// Terms of stages in order, with what their places are.
fn placed(stages: &[Stage]) -> Vec<PlacedTerm> {
    let all: Vec<(Plane, Term)> = stages
        .iter()
        .flat_map(|stage| stage.terms.iter().map(|&term| (stage.to, term)))
        .collect();
    let split = all.iter().position(|&(_, term)| term == Term::Split);
    let place = |(k, &(to, term)): (usize, &(Plane, Term))| {
        let again = |other: &&(Plane, Term)| {
            term.component().is_some() && other.1 == term && other.0.end() == to.end()
        };
        PlacedTerm {
            to,
            term,
            is_shared: split.is_some_and(|split| k < split),
            copy: all[k + 1..].iter().filter(again).count(),
        }
    };
    all.iter().enumerate().map(place).collect()
}

/// A term in its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlacedTerm {
    /// Where its stage ends.
    pub(crate) to: Plane,
    pub(crate) term: Term,
    /// Whether it lies before the split, where the lanes of a laser have one path.
    pub(crate) is_shared: bool,
    /// Places of its component that follow at the same end: nil of the last, which architectures have in common.
    pub(crate) copy: usize,
}

impl Stage {
    /// Its loss, dB.
    pub(crate) fn loss(&self, conditions: Conditions, values: &Values) -> f64 {
        let terms = self.terms.iter();
        terms
            .map(|term| term.loss(conditions, |name| values[name]))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Plane::{P0, P1, P3, P6, P7, P8};

    fn chain(start: Plane, planes: &[(Plane, Plane)]) -> Result<Chain, LinkError> {
        let stages = planes.iter().map(|&(from, to)| Stage {
            from,
            to,
            terms: Vec::new(),
        });
        Chain::new("test", start, stages.collect())
    }

    #[test]
    fn planes_meet() {
        assert!(chain(P0, &[(P0, P3), (P3, P6), (P6, P7), (P7, P8)]).is_ok());
        let error = |start, planes| chain(start, planes).expect_err("refused").to_string();
        // the power class at P1 holds the way from laser to fibre already
        let twice = error(P1, &[(P0, P1), (P1, P6), (P6, P7), (P7, P8)]);
        assert!(twice.contains("counted twice"), "{twice}");
        let missing = error(P0, &[(P0, P3), (P6, P7), (P7, P8)]);
        assert!(missing.contains("missing"), "{missing}");
        let back = error(P0, &[(P0, P6), (P6, P3)]);
        assert!(back.contains("leads to P3"), "{back}");
        let short = error(P0, &[(P0, P6), (P6, P7)]);
        assert!(short.contains("no stage ends at P8"), "{short}");
        assert!(error(P0, &[]).contains("no stage ends at P6"));
    }

    #[test]
    fn split_of_four_is_six_decibels_and_the_excess() {
        let conditions = Conditions {
            split: 4,
            channel_db: 3.0,
            lanes_per_fibre: 1,
        };
        let loss = Term::Split.loss(conditions, |_| 0.3);
        assert!((loss - 6.3206).abs() < 5e-5);
        let one = Conditions {
            split: 1,
            ..conditions
        };
        assert!(Term::Split.components(one).is_empty());
        assert_eq!(Term::Split.loss(one, |_| 0.3), 0.0);
    }
}
