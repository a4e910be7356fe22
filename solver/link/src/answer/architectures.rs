//! Each architecture for the request's port: energy at three boundaries, budget, waterfall, delay, failures.

use serde::Serialize;

use super::waterfall::{Waterfall, waterfall};
use crate::Standing;
use crate::architecture::{
    Architecture, Boundary, Energy, EnergyItem, LaserPlace, Setting, required_launch,
};
use crate::budget::{Budget, BudgetInputs, budget, margin_spread, stacked, with_quantiles};
use crate::component::{ComponentName as C, Values};
use crate::decibel::{dbm, watts};
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
    /// J/bit with every input at its best and at its worst end; NaN where the laser rolls over there.
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

pub(super) fn answers(model: &LinkModel) -> Result<Vec<ArchitectureAnswer>, LinkError> {
    let port = &model.request.port;
    let standard = model.standard(port)?;
    Ok(model
        .architectures
        .iter()
        .map(|architecture| answer(model, architecture, port, standard))
        .collect())
}

fn answer(
    model: &LinkModel,
    architecture: &Architecture,
    port: &Port,
    standard: &Standard,
) -> ArchitectureAnswer {
    let setting = model.setting(architecture, standard);
    let typical = Energy::of(architecture, &setting, &model.typical);
    let budget = budget_of(model, architecture, &setting, &typical);
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
        energies: Boundary::ALL
            .map(|boundary| energy(model, architecture, &setting, boundary, port.bandwidth))
            .to_vec(),
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

/// Energy within a boundary with its range.
pub(super) fn energy(
    model: &LinkModel,
    architecture: &Architecture,
    setting: &Setting,
    boundary: Boundary,
    bandwidth: f64,
) -> BoundaryEnergy {
    let output = |values: &Values| Energy::of(architecture, setting, values).within(boundary);
    let typical = Energy::of(architecture, setting, &model.typical);
    let sorted = model.draws.sorted_energies(output);
    let range = with_quantiles(typical.within(boundary), &sorted);
    let origin = format!(
        "sum of the components' typical energies within {}; p05 to p95",
        boundary.name()
    );
    let of = |scale: f64, unit| {
        Number::drawn(range.map(|e| e * scale), unit, &*origin)
            .at_best(typical.standing())
            .at_best(model.standing(architecture, setting))
    };
    BoundaryEnergy {
        boundary,
        energy: of(1.0, Unit::JoulePerBit),
        power: of(bandwidth, Unit::Watt),
        least_and_most: stacked(&model.components, &model.typical, output),
        feasible_share: sorted.partition_point(|e| e.is_finite()) as f64
            / f64::from(model.request.samples),
    }
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

/// What the laser launches: what is asked, the largest class of an external source, the most of one that has rolled over.
pub(super) fn launch(
    model: &LinkModel,
    architecture: &Architecture,
    energy: &Energy,
) -> (f64, Standing) {
    let required = energy.required_launch_dbm;
    match (architecture.laser, energy.operation) {
        (LaserPlace::External, _) => {
            let classes = model.standards.classes_dbm.iter().copied();
            let most = classes.fold(f64::NEG_INFINITY, f64::max);
            (required.min(most), Standing::Ok)
        }
        (_, Some(Operation::RolledOver)) => (dbm(most_power(model, required)), Standing::Ok),
        (_, Some(Operation::OffTheMap)) => (f64::NAN, Standing::NotComputed),
        (_, Some(Operation::Running(point))) => (required, point.status),
        (_, None) => (required, Standing::Ok),
    }
}

/// The most light of the request's laser, W, which is less than what is asked.
fn most_power(model: &LinkModel, required_dbm: f64) -> f64 {
    let base = model.request.chip_temperature;
    model
        .laser
        .most_power(&model.typical, watts(required_dbm), base)
}

fn budget_of(
    model: &LinkModel,
    architecture: &Architecture,
    setting: &Setting,
    typical: &Energy,
) -> Budget {
    let (launch_dbm, standing) = launch(model, architecture, typical);
    let request = &model.request;
    let class_dbm = match architecture.laser {
        LaserPlace::External => model.standards.class_for(typical.required_launch_dbm),
        LaserPlace::Module | LaserPlace::Integrated => None,
    };
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
            "standard's amplitude at TP2 to average power, losses and reserve added; p05 to p95",
        ),
        launch_dbm,
        launch_standing: standing,
        class_dbm,
        spread: margin_spread(
            &architecture.chain,
            setting.conditions,
            setting.standard,
            &model.components,
            launch_dbm,
            [request.samples, request.lanes_per_engine],
            request.seed,
        ),
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
            .then(|| most_power(model, typical.required_launch_dbm)),
        origin,
    })
}

/// Failure rate of an engine's lasers, and the probability that spares do not last.
fn failures(model: &LinkModel, architecture: &Architecture, setting: &Setting) -> (Number, Number) {
    let request = &model.request;
    let lanes = request.lanes_per_engine as usize;
    let lasers = lanes.div_ceil(setting.conditions.split);
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
    let standing = Energy::of(architecture, setting, &model.typical)
        .standing()
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
