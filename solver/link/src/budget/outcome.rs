//! What arrives, and how much of it is to spare.
//!
//! OMA at a plane = average power there less average/OMA of the extinction ratio.
//! Margin at TP3 = OMA(P7) − sensitivity(TDECQ), by the standard; margin at the photodiode = OMA(P8) − TDECQ − 2(M − 1)Qσ/R, by
//! the receiver's noise. Each counts TDECQ once; the second holds the receiver's own coupling, the first does not.

use serde::Serialize;

use super::chain::Conditions;
use super::{Chain, MarginSpread, Plane};
use crate::component::{ComponentName, Components, Values};
use crate::decibel::{dbm, watts};
use crate::number::{Number, Unit};
use crate::receiver::{amplitude_of_average, q_factor, thermal_sensitivity};
use crate::standard::{PowerClass, Standard};

/// Of a sum of some ten terms, relative.
const ROUND_OFF: f64 = 1e-12;

/// What the margins depend on beside the losses.
pub(crate) const RECEIVER: [ComponentName; 5] = [
    ComponentName::ExtinctionRatio,
    ComponentName::Tdecq,
    ComponentName::NoiseDensity,
    ComponentName::ReceiverBandwidth,
    ComponentName::Responsivity,
];

/// Light of one lane: launched power and the losses up to P7 and P8, dB.
pub(crate) struct Light {
    pub(crate) launch_dbm: f64,
    pub(crate) losses: [f64; 2],
}

impl Light {
    /// Margins at TP3 and at the photodiode, dB, with the values of [`RECEIVER`].
    pub(crate) fn margins(&self, standard: &Standard, receiver: [f64; 5]) -> [f64; 2] {
        let [extinction, tdecq, noise, bandwidth, responsivity] = receiver;
        let [at_fibre, at_diode] = self
            .losses
            .map(|loss| amplitude_of_average(self.launch_dbm - loss, extinction));
        let q = q_factor(standard.bit_error_ratio, standard.modulation);
        let floor = thermal_sensitivity(
            q,
            standard.modulation,
            noise,
            bandwidth * standard.symbol_rate(),
            responsivity,
        );
        [
            at_fibre - standard.sensitivity(tdecq),
            at_diode - tdecq - dbm(floor),
        ]
    }
}

/// Margins with all places of a component alike.
pub(crate) fn margins(
    chain: &Chain,
    conditions: Conditions,
    standard: &Standard,
    launch_dbm: f64,
    values: &Values,
) -> [f64; 2] {
    let losses = [Plane::P7, Plane::P8].map(|plane| chain.loss_to(plane, conditions, values));
    Light { launch_dbm, losses }.margins(standard, RECEIVER.map(|name| values[name]))
}

/// Average power at a plane.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanePower {
    /// The plane.
    pub plane: Plane,
    /// Where it is.
    pub place: &'static str,
    /// Loss of the stage that ends here, dB; nil at the start.
    pub stage_loss: Number,
    /// What that stage consists of.
    pub terms: Vec<(String, f64)>,
    /// Average power of one lane, or of the laser's light before the split, dBm.
    pub power: Number,
    /// The same in W.
    pub power_w: f64,
}

/// The optical budget of one lane of an architecture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Budget {
    /// Name of the architecture.
    pub architecture: String,
    /// Name of the standard.
    pub standard: String,
    /// Power that the standard and the reserve ask of the laser, at the chain's first plane, dBm; range p05 to p95 of the worst of
    /// the lanes that a laser feeds.
    pub required_launch: Number,
    /// Power that it launches by design, dBm: what is required with typical values, or what the laser has.
    pub launch: Number,
    /// The most that the laser surely has, dBm: its rollover, the guaranteed end of the source's class, or of the largest where
    /// none brings what is required; range p05 to p95. None of the laser of a module, of which no limit is known.
    pub most_launch: Option<Number>,
    /// The least power class all of whose external sources bring the median of what draws require; none for other lasers and where
    /// no class does.
    pub class: Option<PowerClass>,
    /// Share of draws in which every source of that class brings what is required.
    pub class_share: Option<f64>,
    /// Powers from plane to plane, all typical; ranges stack the ends of all losses so far.
    pub planes: Vec<PlanePower>,
    /// Outer modulation amplitude at TP2, dBm.
    pub transmitter_amplitude: Number,
    /// Least that the standard asks there, dBm.
    pub transmitter_least: Number,
    /// Outer modulation amplitude at TP3, dBm.
    pub received_amplitude: Number,
    /// Margin at TP3 over the standard's sensitivity, dB; range p05 to p95.
    pub margin: Number,
    /// Margin at the photodiode over the receiver's noise, dB; range p05 to p95.
    pub photodiode_margin: Number,
    /// Margin at TP3 with every component at its worst and at its best end, dB.
    pub worst_and_best_margin_db: [f64; 2],
    /// The draws, with the launch by design in every engine.
    pub spread: MarginSpread,
    /// The same with the most that the lasers of each engine surely have: the margins to which they can be set after assembly.
    pub spread_at_most: Option<MarginSpread>,
}

/// Everything that a budget is made of.
pub(crate) struct BudgetInputs<'a> {
    pub(crate) architecture: &'a str,
    pub(crate) chain: &'a Chain,
    pub(crate) conditions: Conditions,
    pub(crate) standard: &'a Standard,
    pub(crate) components: &'a Components,
    pub(crate) required_launch: Number,
    pub(crate) launch_dbm: f64,
    pub(crate) launch_standing: crate::Standing,
    pub(crate) most_launch: Option<Number>,
    pub(crate) class: Option<(PowerClass, f64)>,
    pub(crate) spread: MarginSpread,
    pub(crate) spread_at_most: Option<MarginSpread>,
}

/// The budget with these inputs.
pub(crate) fn budget(inputs: BudgetInputs) -> Budget {
    let BudgetInputs {
        chain,
        conditions,
        standard,
        components,
        launch_dbm,
        spread,
        ..
    } = inputs;
    let typical = components.typical();
    let [low_values, high_values] =
        [0, 1].map(|end| Values::of(|name| components.get(name).bounds()[end]));
    let status = |names: &[ComponentName]| {
        let all = names.iter().map(|&name| components.get(name).status);
        all.max().unwrap_or_default()
    };
    let start = chain.start();
    let mut power = [launch_dbm; 3];
    let mut standing = inputs.launch_standing;
    let mut planes = vec![PlanePower {
        plane: start,
        place: start.place(),
        stage_loss: Number::exact(0.0, Unit::Decibel, "start"),
        terms: Vec::new(),
        power: Number::exact(launch_dbm, Unit::DecibelMilliwatt, "launched"),
        power_w: watts(launch_dbm),
    }];
    for stage in chain.stages() {
        let at = |values: &Values| stage.loss(conditions, values);
        let losses = [at(&low_values), at(&typical), at(&high_values)];
        power = [
            power[0] - losses[2],
            power[1] - losses[1],
            power[2] - losses[0],
        ];
        let mut terms = Vec::new();
        for term in stage.terms.iter().filter(|term| term.is_there(conditions)) {
            let loss = term.loss(conditions, |name| typical[name]);
            terms.push((term.label(conditions), loss));
            standing = standing.max(status(term.components(conditions)));
        }
        let origin = format!("{} to {}", stage.from, stage.to);
        planes.push(PlanePower {
            plane: stage.to,
            place: stage.to.place(),
            stage_loss: Number::between(losses, Unit::Decibel, origin).at_best(standing),
            terms,
            power: Number::between(
                power,
                Unit::DecibelMilliwatt,
                "launched less losses, ends stacked",
            )
            .at_best(standing),
            power_w: watts(power[1]),
        });
    }
    let extinction = components.get(ComponentName::ExtinctionRatio);
    let extinctions = [
        extinction.bounds()[0],
        extinction.typical,
        extinction.bounds()[1],
    ];
    let amplitude = |plane: Plane, origin: &str| {
        let at = planes.iter().find(|p| p.plane == plane).map(|p| &p.power);
        let range = at.map_or([f64::NAN; 3], |p| [p.low, p.value, p.high]);
        let range = std::array::from_fn(|k| amplitude_of_average(range[k], extinctions[k]));
        Number::between(range, Unit::DecibelMilliwatt, origin).at_best(standing)
    };
    let margins = |values: &Values| margins(chain, conditions, standard, launch_dbm, values);
    let [margin, photodiode_margin] = margins(&typical);
    let quantiles = |[p05, p50, p95]: [f64; 3], typical: f64, origin: &str| {
        Number::drawn([p05, typical, p50, p95], Unit::Decibel, origin).at_best(standing)
    };
    Budget {
        architecture: inputs.architecture.to_owned(),
        standard: standard.name.clone(),
        required_launch: inputs.required_launch,
        launch: Number::exact(
            launch_dbm,
            Unit::DecibelMilliwatt,
            "what is required with typical values, or the most the laser has",
        ),
        most_launch: inputs.most_launch,
        class: inputs.class.map(|(class, _)| class),
        class_share: inputs.class.map(|(_, share)| share),
        transmitter_amplitude: amplitude(Plane::P6, "average power at TP2 to amplitude"),
        transmitter_least: Number::exact(
            standard.transmitter_amplitude(typical[ComponentName::Tdecq]),
            Unit::DecibelMilliwatt,
            &*standard.source,
        ),
        received_amplitude: amplitude(Plane::P7, "average power at TP3 to amplitude"),
        margin: quantiles(
            spread.quantiles_db,
            margin,
            "amplitude at TP3 over the standard's sensitivity, launch by design; p05 to p95 over lanes",
        ),
        photodiode_margin: quantiles(
            spread.photodiode_quantiles_db,
            photodiode_margin,
            "amplitude at the photodiode less TDECQ over thermal noise, launch by design; p05 to p95 over lanes",
        ),
        worst_and_best_margin_db: stacked(components, &typical, |values| margins(values)[0]),
        planes,
        spread,
        spread_at_most: inputs.spread_at_most,
    }
}

/// Passes over all components until none moves; two suffice where each acts in one direction throughout.
const PASSES: usize = 8;

/// The output with every component at the end that lowers it, and at the end that raises it, given where the others are: one
/// that does not matter there stays typical.
pub(crate) fn stacked(
    components: &Components,
    typical: &Values,
    output: impl Fn(&Values) -> f64,
) -> [f64; 2] {
    // where a laser does not bring the light, energy knows no bound
    let bounded = |values: &Values| match output(values) {
        value if value.is_nan() => f64::INFINITY,
        value => value,
    };
    [-1.0, 1.0].map(|sign| {
        let mut values = typical.clone();
        for _ in 0..PASSES {
            let mut moved = false;
            for component in components.iter() {
                for end in component.bounds() {
                    let other = values.with(component.name, end);
                    let gain = sign * (bounded(&other) - bounded(&values));
                    // round-off of a sum of some ten terms is no gain; ∞ less ∞ is none either
                    if gain > ROUND_OFF * bounded(&values).abs() {
                        values = other;
                        moved = true;
                    }
                }
            }
            if !moved {
                break;
            }
        }
        output(&values)
    })
}
