//! Each architecture for the request's port: energy at three boundaries, budget, waterfall, delay, failures.

use serde::Serialize;

use super::launch::{Launch, MostOfChip, most_of_chip};
use super::waterfall::{Waterfall, waterfall};
use crate::Standing;
use crate::architecture::{
    Architecture, Boundary, Energy, EnergyItem, LaserPlace, Setting, required_launch,
};
use crate::budget::{Budget, BudgetInputs, budget, stacked, with_quantiles};
use crate::component::{ComponentName as C, Values};
use crate::decibel::watts;
use crate::electrical::latency;
use crate::error::LinkError;
use crate::laser::{ArrheniusLaw, Operation, probability_of_outage};
use crate::model::{LinkModel, Port};
use crate::number::{Number, Unit};
use crate::standard::Standard;

/// Energy within one boundary.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BoundaryEnergy {
    /// What is counted.
    pub boundary: Boundary,
    /// J/bit; range p05 to p95 of the draws.
    pub energy: Number,
    /// W of the port; the same range.
    pub power: Number,
    /// J/bit with every input at its best and at its worst end; NaN where the laser does not bring the light there.
    pub least_and_most: [f64; 2],
    /// Share of draws whose laser brings the light.
    pub feasible_share: f64,
}

/// What an integrated laser does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IntegratedLaserAnswer {
    /// Where light, voltage and temperature come from.
    pub origin: String,
    /// Light of one laser, W.
    pub power: Number,
    /// A; NaN where the laser has rolled over.
    pub current: Number,
    /// V
    pub voltage: Number,
    /// Of the warmest laser, K.
    pub junction_temperature: Number,
    /// Light over V I.
    pub efficiency: Number,
    /// The most light that it brings where it cannot bring what is asked, W.
    pub most_power: Option<f64>,
}

/// One architecture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArchitectureAnswer {
    /// Name in data.
    pub name: String,
    /// Name for readers.
    pub title: String,
    /// Consumers of the optics, J/bit each; ranges p05 to p95.
    pub items: Vec<EnergyItem>,
    /// The three boundaries, from the narrowest.
    pub energies: Vec<BoundaryEnergy>,
    /// Optics whose external source launches the nominal power of its class instead of being set to what is asked, J/bit; none
    /// for other lasers and where no class brings the light.
    pub optics_at_class: Option<Number>,
    /// Loss of copper at the lane's Nyquist frequency, dB.
    pub copper_loss: Number,
    /// Light and margin.
    pub budget: Budget,
    /// From the optics' electricity to the photodiode.
    pub waterfall: Waterfall,
    /// Delay from host to host without the fibre, s.
    pub latency: Number,
    /// The laser, where it is on the chip.
    pub laser: Option<IntegratedLaserAnswer>,
    /// Failure rate of an engine's lasers without spares, 1/s.
    pub failure_rate: Number,
    /// Probability that more lasers of an engine than it has spares for fail within the service life.
    pub outage: Number,
}

pub(super) fn answers(
    model: &LinkModel,
    most: &MostOfChip,
) -> Result<Vec<ArchitectureAnswer>, LinkError> {
    let port = &model.request.port;
    let standard = model.standard(port)?;
    Ok(model
        .architectures
        .iter()
        .map(|architecture| answer(model, most, architecture, port, standard))
        .collect())
}

fn answer(
    model: &LinkModel,
    most: &MostOfChip,
    architecture: &Architecture,
    port: &Port,
    standard: &Standard,
) -> ArchitectureAnswer {
    let setting = model.setting(architecture, standard);
    let typical = Energy::of(architecture, &setting, &model.typical);
    let budget = budget_of(model, most, architecture, &setting, &typical);
    let copper = |values: &Values| {
        let nyquist = standard.nyquist_frequency();
        crate::copper_loss(architecture.copper, values, nyquist)
    };
    let delay = |v: &Values| latency(v, architecture.has_dsp, architecture.has_engine_serdes());
    let (failure_rate, outage) = failures(model, architecture, &setting);
    ArchitectureAnswer {
        name: architecture.name.clone(),
        title: architecture.title.clone(),
        items: items(model, architecture, &setting, &typical),
        energies: energies(model, architecture, &setting, port.bandwidth)
            .answers
            .to_vec(),
        optics_at_class: budget.class.map(|class| {
            let setting = Setting {
                launch_dbm: Some(class.nominal_dbm),
                ..setting
            };
            let [optics, ..] = energies(model, architecture, &setting, port.bandwidth).answers;
            optics.energy
        }),
        copper_loss: Number::drawn(
            model.draws.range(copper(&model.typical), copper),
            Unit::Decibel,
            "copper at the Nyquist frequency; p05 to p95",
        ),
        waterfall: waterfall(architecture, &setting, &typical, &budget),
        budget,
        latency: Number::drawn(
            model.draws.range(delay(&model.typical), delay),
            Unit::Second,
            "error correction, SerDes, DSP of both ends; p05 to p95",
        ),
        laser: laser(model, &typical),
        failure_rate,
        outage,
    }
}

/// Energies within the three boundaries.
pub(super) struct Energies {
    pub(super) answers: [BoundaryEnergy; 3],
    /// J/bit of each draw, beyond any where the laser does not bring the light.
    pub(super) drawn: [Vec<f64>; 3],
}

/// Energies of an architecture with their ranges.
pub(super) fn energies(
    model: &LinkModel,
    architecture: &Architecture,
    setting: &Setting,
    bandwidth: f64,
) -> Energies {
    let of = |values: &Values| Energy::of(architecture, setting, values);
    let typical = of(&model.typical);
    let standing = typical
        .standing()
        .max(model.standing(architecture, setting));
    let each = model.draws.each(|values| {
        let energy = of(values);
        Boundary::ALL.map(|boundary| energy.within(boundary))
    });
    let drawn: [Vec<f64>; 3] = std::array::from_fn(|k| {
        let bounded = |energies: &[f64; 3]| match energies[k] {
            energy if energy.is_nan() => f64::INFINITY,
            energy => energy,
        };
        each.iter().map(bounded).collect()
    });
    let answers = Boundary::ALL.map(|boundary| {
        let mut sorted = drawn[boundary as usize].clone();
        sorted.sort_by(f64::total_cmp);
        let range = with_quantiles(typical.within(boundary), &sorted);
        let origin = format!(
            "sum of the components' typical energies within {}; p05 to p95",
            boundary.name()
        );
        let number = |scale: f64, unit| {
            Number::drawn(range.map(|e| e * scale), unit, &*origin).at_best(standing)
        };
        BoundaryEnergy {
            boundary,
            energy: number(1.0, Unit::JoulePerBit),
            power: number(bandwidth, Unit::Watt),
            least_and_most: stacked(&model.components, &model.typical, |values| {
                of(values).within(boundary)
            }),
            feasible_share: sorted.partition_point(|e| e.is_finite()) as f64 / sorted.len() as f64,
        }
    });
    Energies { answers, drawn }
}

fn items(
    model: &LinkModel,
    architecture: &Architecture,
    setting: &Setting,
    typical: &Energy,
) -> Vec<EnergyItem> {
    let item = |(k, source): (usize, &crate::EnergySource)| {
        let output = |values: &Values| Energy::of(architecture, setting, values).items[k];
        let range = model.draws.range_of_energy(typical.items[k], output);
        let origin = match source {
            crate::EnergySource::Laser => "launch over the laser's efficiency",
            crate::EnergySource::Serdes => "fit of published SerDes at the copper's loss",
            crate::EnergySource::Tuning => "drift and fabrication over the heater's efficiency",
            crate::EnergySource::Component(name) | crate::EnergySource::Analogue(name) => {
                &model.components.get(*name).source
            }
        };
        let standing = match source {
            crate::EnergySource::Laser => typical
                .standing()
                .max(model.standing(architecture, setting)),
            crate::EnergySource::Tuning => model.components.get(C::ResonanceDrift).status,
            _ => Standing::Ok,
        };
        EnergyItem {
            name: source.label().to_owned(),
            energy: Number::drawn(range, Unit::JoulePerBit, origin).at_best(standing),
        }
    };
    architecture.energy.iter().enumerate().map(item).collect()
}

fn budget_of(
    model: &LinkModel,
    most: &MostOfChip,
    architecture: &Architecture,
    setting: &Setting,
    typical: &Energy,
) -> Budget {
    let launch = Launch::of(model, most, architecture, setting, typical);
    let (launch_dbm, launch_standing) = launch.by_design;
    budget(BudgetInputs {
        architecture: &architecture.name,
        chain: &architecture.chain,
        conditions: setting.conditions,
        standard: setting.standard,
        components: &model.components,
        required_launch: Number::drawn(
            model.draws.range(typical.required_launch_dbm, |values| {
                required_launch(architecture, setting, values)
            }),
            Unit::DecibelMilliwatt,
            "standard's amplitude at TP2 to average power, losses and reserve added; p05 to p95 of the worst lane of a laser",
        ),
        launch_dbm,
        launch_standing,
        most_launch: launch.most,
        class: launch.class,
        spread: launch.spread,
        spread_at_most: launch.spread_at_most,
    })
}

fn laser(model: &LinkModel, typical: &Energy) -> Option<IntegratedLaserAnswer> {
    let operation = typical.operation?;
    let origin = model.laser.origin();
    let number =
        |value: f64, unit| Number::exact(value, unit, &*origin).at_best(operation.standing());
    let of = |value: fn(&crate::OperatingPoint) -> f64, unit| {
        number(operation.point().map_or(f64::NAN, value), unit)
    };
    Some(IntegratedLaserAnswer {
        power: number(watts(typical.required_launch_dbm), Unit::Watt),
        current: of(|p| p.current, Unit::Ampere),
        voltage: of(|p| p.voltage, Unit::Volt),
        junction_temperature: of(|p| p.junction_temperature, Unit::Kelvin),
        efficiency: of(|p| p.power / p.electrical_power, Unit::Plain),
        most_power: matches!(operation, Operation::RolledOver)
            .then(|| most_of_chip(model, watts(typical.required_launch_dbm), &model.typical)),
        origin,
    })
}

/// Failure rate of an engine's lasers, and the probability that spares do not last.
fn failures(model: &LinkModel, architecture: &Architecture, setting: &Setting) -> (Number, Number) {
    let request = &model.request;
    let lanes = request.lanes_per_engine as usize;
    let lasers = setting.standard.lasers(lanes, setting.conditions.split);
    let rate = |values: &Values| {
        let law = ArrheniusLaw::of(values);
        match architecture.laser {
            LaserPlace::Integrated => {
                let energy = Energy::of(architecture, setting, values);
                let state = energy.operation.and_then(|o| o.point().copied());
                state.map_or(f64::NAN, |p| {
                    p.failure_rate
                        .unwrap_or_else(|| law.rate(p.junction_temperature))
                })
            }
            LaserPlace::External | LaserPlace::Module => {
                law.rate(values[C::ExternalLaserTemperature])
            }
        }
    };
    let outage = |values: &Values| {
        let life = values[C::ServiceLife];
        probability_of_outage(rate(values), life, lasers, request.spare_lasers)
    };
    // the rate of an external laser is that of its temperature, whatever its light
    let standing = Energy::of(architecture, setting, &model.typical)
        .operation
        .map_or(Standing::Ok, |operation| operation.standing())
        .max(model.standing(architecture, setting));
    let origin = format!(
        "loss table's rate, or Arrhenius law, at the junction temperature, {lasers} lasers an engine; p05 to p95"
    );
    let all = |values: &Values| rate(values) * lasers as f64;
    let range = |output: &dyn Fn(&Values) -> f64| model.draws.range(output(&model.typical), output);
    (
        Number::drawn(range(&all), Unit::PerSecond, &*origin).at_best(standing),
        Number::drawn(
            range(&outage),
            Unit::Plain,
            format!(
                "{} spares within the service life; p05 to p95",
                request.spare_lasers
            ),
        )
        .at_best(standing),
    )
}
