//! What a market brief for co-packaged optics says, computed: each statement at each boundary it may be meant for.
//!
//! A finding holds where the median of draws (of what is not drawn the value) lies in the claimed range; a number that the table
//! does not have says nothing. A claim is true where all findings hold, false
//! where none does, else true only for the boundaries named.

use serde::Serialize;

use super::break_even::difference_at;
use super::published::{dsp_shares, excesses};
use super::{CoolingAnswer, CopperAnswer, TierAnswer};
use crate::Standing;
use crate::architecture::{Architecture, Boundary, Energy, EnergySource, LaserPlace};
use crate::budget::{Plane, with_quantiles};
use crate::component::{ComponentName as C, Values};
use crate::decibel::share_lost;
use crate::electrical::{CopperPath, latency};
use crate::error::LinkError;
use crate::model::LinkModel;
use crate::number::{Number, Unit};
use crate::standard::Standard;

/// Line rate of 25G lanes, beyond which the claim about copper counts, bit/s.
const RATE_25G: f64 = 25.78125e9;

/// A statement computed for one boundary.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// What is counted.
    pub boundary: String,
    /// The number; range p05 to p95 where it has one.
    pub computed: Number,
    /// Least and largest value that the claim allows; none for an open end.
    pub claimed: [Option<f64>; 2],
    /// Whether its middle lies there.
    pub holds: bool,
    /// Share of the draws that do; none for what is not drawn.
    pub share_of_draws: Option<f64>,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The table lacks every number.
    NotKnown,
    /// At every boundary.
    True,
    /// At none.
    False,
    /// At these.
    TrueOnlyFor(Vec<String>),
}

/// One statement with its numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Claim {
    /// Short name.
    pub name: &'static str,
    /// What is said.
    pub statement: &'static str,
    /// The numbers behind the verdict.
    pub findings: Vec<Finding>,
    /// The verdict.
    pub verdict: Verdict,
}

impl Finding {
    fn new(boundary: impl Into<String>, computed: Number, claimed: [Option<f64>; 2]) -> Self {
        let middle = computed.middle();
        Self {
            holds: !middle.is_nan() && lies_in(claimed, middle),
            share_of_draws: None,
            boundary: boundary.into(),
            computed,
            claimed,
        }
    }

    /// Of a number with its draws.
    fn drawn(boundary: impl Into<String>, drawn: Drawn, claimed: [Option<f64>; 2]) -> Self {
        let within = drawn.draws.iter().filter(|&&d| lies_in(claimed, d));
        let share = within.count() as f64 / drawn.draws.len() as f64;
        Self::new(boundary, drawn.number, claimed).in_draws(share)
    }

    /// The same with the share of draws in which it holds; none where there is no draw.
    fn in_draws(self, share: f64) -> Self {
        Self {
            share_of_draws: (!share.is_nan()).then_some(share),
            ..self
        }
    }
}

fn lies_in([least, most]: [Option<f64>; 2], value: f64) -> bool {
    least.is_none_or(|least| value >= least) && most.is_none_or(|most| value <= most)
}

/// A number and its draws, those without a value left out.
struct Drawn {
    number: Number,
    draws: Vec<f64>,
}

impl Drawn {
    fn at_best(self, standing: Standing) -> Self {
        Self {
            number: self.number.at_best(standing),
            ..self
        }
    }
}

impl Claim {
    fn new(name: &'static str, statement: &'static str, findings: Vec<Finding>) -> Self {
        let known = findings
            .iter()
            .filter(|f| f.computed.status != Standing::NotComputed);
        let count = known.clone().count();
        let held: Vec<String> = known
            .filter(|f| f.holds)
            .map(|f| f.boundary.clone())
            .collect();
        let verdict = match (held.is_empty(), held.len() == count) {
            (true, true) => Verdict::NotKnown,
            (true, false) => Verdict::False,
            (false, true) => Verdict::True,
            (false, false) => Verdict::TrueOnlyFor(held),
        };
        Self {
            name,
            statement,
            findings,
            verdict,
        }
    }
}

pub(super) fn check(
    model: &LinkModel,
    copper: &[CopperAnswer],
    cooling: &[CoolingAnswer],
    tiers: &[TierAnswer],
) -> Result<Vec<Claim>, LinkError> {
    let subject = Subject::of(model)?;
    Ok(vec![
        subject.light_lost(),
        subject.pluggables_take_more()?,
        subject.share_of_dsp()?,
        subject.integrated_couple_better(cooling)?,
        copper_needs_dsp(model, copper),
        subject.delay_falls(),
        tiers_decide(&model.architectures, tiers),
    ])
}

/// The architectures that claims compare, over the request's interface.
struct Subject<'a> {
    model: &'a LinkModel,
    standard: &'a Standard,
    dsp: &'a Architecture,
    linear: &'a Architecture,
    external: &'a Architecture,
    integrated: &'a Architecture,
}

impl<'a> Subject<'a> {
    fn of(model: &'a LinkModel) -> Result<Self, LinkError> {
        let laser = |kind, place| model.architecture(kind, |a| a.laser == place);
        let module =
            |kind, has_dsp| model.architecture(kind, |a| a.is_pluggable() && a.has_dsp == has_dsp);
        Ok(Self {
            model,
            standard: model.standard(&model.request.port)?,
            dsp: module("pluggable with DSP", true)?,
            linear: module("pluggable without DSP", false)?,
            external: laser("external laser", LaserPlace::External)?,
            integrated: laser("integrated laser", LaserPlace::Integrated)?,
        })
    }

    fn number(&self, unit: Unit, origin: &str, output: impl Fn(&Values) -> f64) -> Drawn {
        let draws = self.model.draws.sorted(&output);
        let range = with_quantiles(output(&self.model.typical), &draws);
        Drawn {
            number: Number::drawn(range, unit, origin),
            draws,
        }
    }

    /// Worst standing of a table's values in these.
    fn standing<const N: usize>(&self, architectures: [&Architecture; N]) -> Standing {
        let of = |a| {
            self.model
                .standing(a, &self.model.setting(a, self.standard))
        };
        architectures.map(of).into_iter().max().unwrap_or_default()
    }

    /// Loss of an architecture's light up to P3, dB.
    fn path(&self, architecture: &Architecture, values: &Values) -> f64 {
        let conditions = self.model.setting(architecture, self.standard).conditions;
        architecture.chain.loss_to(Plane::P3, conditions, values)
    }

    fn light_lost(&self) -> Claim {
        let path = |values: &Values| self.path(self.external, values);
        let claimed = [Some(0.3), Some(0.5)];
        let origin = "share of the light lost; p05 to p95";
        let lost = |loss: &dyn Fn(&Values) -> f64| {
            let number = self.number(Unit::Plain, origin, |values| share_lost(loss(values)));
            number.at_best(self.standing([self.external]))
        };
        let from_fibre = lost(&path);
        let from_facet = lost(&|values| path(values) + values[C::LaserToFibre]);
        Claim::new(
            "external_light_lost",
            "An external laser typically loses 30 to 50 % of its light on the way into the chip",
            vec![
                Finding::drawn("source's fibre to chip, P1 to P3", from_fibre, claimed),
                Finding::drawn("laser facet to chip, P0 to P3", from_facet, claimed),
            ],
        )
    }

    /// Energy of `more` over that of `less`, less 1, over the draws in which both have one: there is none where lasers do not bring the
    /// light, and no answer where that is so in more than half of the draws.
    fn excess(&self, more: &Architecture, less: &Architecture, boundary: Boundary) -> Drawn {
        let settings = [more, less].map(|a| self.model.setting(a, self.standard));
        let origin =
            "ratio of energies less 1, over the draws in which lasers bring the light; p05 to p95";
        let of = |values: &Values| {
            [(more, 0), (less, 1)].map(|(a, k)| Energy::of(a, &settings[k], values))
        };
        let mut drawn = self.number(Unit::Plain, origin, |values| {
            let [more, less] = of(values).map(|energy| match energy.standing() {
                Standing::Infeasible => f64::NAN,
                _ => energy.within(boundary),
            });
            more / less - 1.0
        });
        let mut worst = self.standing([more, less]);
        for energy in of(&self.model.typical) {
            worst = worst.max(energy.standing());
        }
        if 2 * drawn.draws.len() < self.model.request.samples as usize {
            worst = worst.max(Standing::Infeasible);
            drawn.draws.clear();
        }
        if worst == Standing::Infeasible {
            drawn.number = Number::drawn([f64::NAN; 4], Unit::Plain, origin);
        }
        drawn.at_best(worst)
    }

    fn pluggables_take_more(&self) -> Result<Claim, LinkError> {
        let claimed = [Some(0.5), Some(0.6)];
        let mut findings = Vec::new();
        for (what, pluggable) in [("DSP module", self.dsp), ("linear module", self.linear)] {
            for boundary in Boundary::ALL {
                let excess = self.excess(pluggable, self.external, boundary);
                let place = format!("{what} over CPO, {}", boundary.name());
                findings.push(Finding::drawn(place, excess, claimed));
            }
        }
        for (name, boundary, excess, source) in excesses()? {
            let place = format!("published: {name}, {}", boundary.name());
            findings.push(Finding::new(
                place,
                Number::exact(excess, Unit::Plain, source),
                claimed,
            ));
        }
        Ok(Claim::new(
            "pluggables_take_more",
            "Pluggable optics use 50 to 60 % more power than co-packaged optics",
            findings,
        ))
    }

    fn share_of_dsp(&self) -> Result<Claim, LinkError> {
        let claimed = [Some(0.25), Some(0.3)];
        let setting = self.model.setting(self.dsp, self.standard);
        let place = self
            .dsp
            .energy
            .iter()
            .position(|e| *e == EnergySource::Component(C::DspEnergy));
        let share = self.number(
            Unit::Plain,
            "DSP over all of the module; p05 to p95",
            |values| {
                let energy = Energy::of(self.dsp, &setting, values);
                place.map_or(0.0, |k| energy.items[k] / energy.within(Boundary::Optics))
            },
        );
        let mut findings = vec![Finding::drawn(
            "power of the modelled module",
            share.at_best(self.standing([self.dsp])),
            claimed,
        )];
        for (name, share, source) in dsp_shares()? {
            let number = Number::exact(share, Unit::Plain, source);
            findings.push(Finding::new(
                format!("published module of {name}"),
                number,
                claimed,
            ));
        }
        Ok(Claim::new(
            "share_of_dsp",
            "DSP retimers take 25 to 30 % of a module's power",
            findings,
        ))
    }

    fn integrated_couple_better(&self, cooling: &[CoolingAnswer]) -> Result<Claim, LinkError> {
        let advantage = self.number(
            Unit::Decibel,
            "loss from facet to chip, external less integrated; p05 to p95",
            |values| {
                let external = self.path(self.external, values) + values[C::LaserToFibre];
                external - self.path(self.integrated, values)
            },
        );
        let positive = [Some(0.0), None];
        let negative = [None, Some(0.0)];
        let mut findings = vec![Finding::drawn(
            "loss, P0 to P3",
            advantage.at_best(self.standing([self.external, self.integrated])),
            positive,
        )];
        let temperature = self.model.request.chip_temperature;
        let error = self.model.request.chip_temperature_error;
        let here = difference_at(self.model, &self.model.laser, [temperature, error])?;
        let place = format!(
            "energy of the optics, chip at {:.0} degC",
            temperature - 273.15
        );
        findings.push(Finding::new(place, here.number, negative).in_draws(here.shares[0]));
        for chip in cooling {
            let place = format!("energy of the optics, {} cooling", chip.name);
            let finding = Finding::new(place, chip.difference.clone(), negative);
            findings.push(finding.in_draws(chip.integrated_share));
        }
        Ok(Claim::new(
            "integrated_couple_better",
            "Integrated lasers couple better, if heat can be managed",
            findings,
        ))
    }

    fn delay_falls(&self) -> Claim {
        let findings = [
            ("linear modules", self.linear),
            ("co-packaged optics", self.external),
        ]
        .map(|(what, other)| {
            let saved = self.number(
                Unit::Second,
                "delay with less without DSP; p05 to p95",
                |values| {
                    let of = |a: &Architecture| latency(values, a.has_dsp, a.has_engine_serdes());
                    of(self.dsp) - of(other)
                },
            );
            Finding::drawn(format!("host to host, {what}"), saved, [Some(0.0), None])
        });
        Claim::new(
            "delay_falls",
            "Delay falls with the DSP removed",
            findings.to_vec(),
        )
    }
}

fn copper_needs_dsp(model: &LinkModel, copper: &[CopperAnswer]) -> Claim {
    let limit = model.typical[C::AnalogueEqualiserLimit];
    let beyond = copper.iter().filter(|lane| lane.line_rate > RATE_25G);
    let findings = beyond.map(|lane| {
        let path = match lane.path {
            CopperPath::Board => "board to a module",
            CopperPath::Substrate => "substrate to an engine",
        };
        let place = format!("{:.0} Gbit/s over {path}", lane.line_rate / 1e9);
        Finding::new(place, lane.loss.clone(), [Some(limit), None]).in_draws(lane.share_beyond)
    });
    Claim::new(
        "copper_needs_dsp",
        "Copper traces beyond 25G a lane need power-hungry DSPs",
        findings.collect(),
    )
}

fn tiers_decide(architectures: &[Architecture], tiers: &[TierAnswer]) -> Claim {
    let findings = tiers.iter().flat_map(|tier| {
        tier.winners.iter().filter_map(|winner| {
            let place = format!(
                "{:.1}T, {}",
                tier.port.bandwidth / 1e12,
                winner.boundary.name()
            );
            let Some(name) = &winner.architecture else {
                let none = Number::exact(f64::NAN, Unit::JoulePerBit, "nothing is feasible")
                    .at_best(Standing::Infeasible);
                return Some(Finding::new(
                    format!("{place}: nothing"),
                    none,
                    [None, None],
                ));
            };
            let entry = tier.entries.iter().find(|e| e.architecture == *name)?;
            let energy = entry
                .energies
                .iter()
                .find(|e| e.boundary == winner.boundary)?;
            let architecture = architectures.iter().find(|a| a.name == *name)?;
            let mut finding = Finding::new(
                format!("{place}: {}", architecture.title),
                energy.energy.clone(),
                [None, None],
            );
            finding.holds = architecture.is_co_packaged();
            Some(finding.in_draws(winner.share_of_draws))
        })
    });
    Claim::new(
        "tiers_decide",
        "In each tier (below 1.6T, 1.6T to 3.2T, above) co-packaged optics take least power",
        findings.collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::Components;
    use crate::model::LinkRequest;

    /// What is co-packaged says the architecture, whatever it is called.
    #[test]
    fn names_decide_nothing() {
        let table = cpo_table::LossTable::new("test", "cpo", "");
        let components = Components::embedded().expect("embedded data");
        let mut model =
            LinkModel::new(&table, &LinkRequest::default(), components).expect("a model");
        let findings = |model: &LinkModel| {
            let most = super::super::launch::MostOfChip::of(model);
            let tiers = super::super::tiers::answers(model, &most).expect("tiers");
            let claim = tiers_decide(&model.architectures, &tiers);
            claim.findings.iter().map(|f| f.holds).collect::<Vec<_>>()
        };
        let before = findings(&model);
        assert!(before.contains(&true));
        for architecture in &mut model.architectures {
            architecture.name = match architecture.is_co_packaged() {
                true => format!("engine_{}", architecture.title),
                false => format!("cpo_{}", architecture.title),
            };
        }
        assert_eq!(findings(&model), before);
    }
}
