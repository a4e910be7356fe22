//! Ports of growing bandwidth: what each architecture takes, whether it can be built, which takes least.

use serde::Serialize;

use super::architectures::{BoundaryEnergy, energy, launch};
use crate::architecture::{Architecture, Boundary, Energy, HostSerdes, LaserPlace, Setting};
use crate::budget::margins;
use crate::component::ComponentName as C;
use crate::electrical::copper_loss;
use crate::error::LinkError;
use crate::laser::Operation;
use crate::model::{LinkModel, Port};
use crate::number::{Number, Unit};

/// One architecture in one tier.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TierEntry {
    /// Name of the architecture.
    pub architecture: String,
    /// The three boundaries.
    pub energies: Vec<BoundaryEnergy>,
    /// Margin at TP3 with typical values, dB.
    pub margin: Number,
    /// What stands against it with typical values; feasible where nothing does.
    pub obstacles: Vec<String>,
}

impl TierEntry {
    /// Whether nothing stands against it.
    pub fn is_feasible(&self) -> bool {
        self.obstacles.is_empty()
    }
}

/// Which feasible architecture takes least within a boundary.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TierWinner {
    /// What is counted.
    pub boundary: Boundary,
    /// Its name; none where nothing is feasible.
    pub architecture: Option<String>,
    /// Whether its range lies below that of every other feasible one.
    pub is_clear: bool,
}

/// One tier.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TierAnswer {
    /// The port.
    pub port: Port,
    /// Lanes of it.
    pub lanes: usize,
    /// The architectures.
    pub entries: Vec<TierEntry>,
    /// Who takes least, by boundary.
    pub winners: Vec<TierWinner>,
}

pub(super) fn answers(model: &LinkModel) -> Result<Vec<TierAnswer>, LinkError> {
    let tier = |port: &Port| {
        let standard = model.standard(port)?;
        let entry = |architecture: &Architecture| {
            let setting = model.setting(architecture, standard);
            entry(model, architecture, &setting, port)
        };
        let entries: Vec<TierEntry> = model.architectures.iter().map(entry).collect();
        Ok(TierAnswer {
            lanes: (port.bandwidth / standard.lane_rate).ceil() as usize,
            winners: Boundary::ALL.iter().map(|&b| winner(&entries, b)).collect(),
            port: port.clone(),
            entries,
        })
    };
    model.request.tiers.iter().map(tier).collect()
}

fn entry(
    model: &LinkModel,
    architecture: &Architecture,
    setting: &Setting,
    port: &Port,
) -> TierEntry {
    let typical = Energy::of(architecture, setting, &model.typical);
    let (launched, standing) = launch(model, architecture, &typical);
    let [margin, _] = margins(
        &architecture.chain,
        setting.conditions,
        setting.standard,
        launched,
        &model.typical,
    );
    let energies = Boundary::ALL
        .map(|boundary| energy(model, architecture, setting, boundary, port.bandwidth));
    TierEntry {
        architecture: architecture.name.clone(),
        obstacles: obstacles(
            model,
            architecture,
            setting,
            &typical,
            energies[0].power.value,
            margin,
        ),
        energies: energies.to_vec(),
        margin: Number::exact(
            margin,
            Unit::Decibel,
            "typical values, standard's sensitivity",
        )
        .at_best(standing),
    }
}

fn obstacles(
    model: &LinkModel,
    architecture: &Architecture,
    setting: &Setting,
    typical: &Energy,
    power: f64,
    margin: f64,
) -> Vec<String> {
    let values = &model.typical;
    let mut all = Vec::new();
    match typical.operation {
        Some(Operation::RolledOver) => all.push(String::from(
            "the integrated laser does not bring the light at this temperature",
        )),
        Some(Operation::OffTheMap) => all.push(String::from(
            "the table's map of the laser does not reach this temperature or light",
        )),
        Some(Operation::Running(_)) | None => {}
    }
    let required = typical.required_launch_dbm;
    if architecture.laser == LaserPlace::External && model.standards.class_for(required).is_none() {
        all.push(format!(
            "no power class of external sources brings {required:.1} dBm"
        ));
    }
    let standard = setting.standard;
    let (tdecq, most) = (values[C::Tdecq], standard.tdecq_most_db);
    if tdecq > most {
        all.push(format!(
            "TDECQ is {tdecq:.1} dB, {} allows {most:.1} dB",
            standard.name
        ));
    }
    let (extinction, least) = (
        values[C::ExtinctionRatio],
        standard.extinction_ratio_least_db,
    );
    if extinction < least {
        let name = &standard.name;
        all.push(format!(
            "the extinction ratio is {extinction:.1} dB, {name} asks for {least:.1} dB"
        ));
    }
    if margin.is_nan() {
        all.push(String::from("the loss table has no value for its light"));
    }
    if margin < 0.0 {
        all.push(format!("the margin is {margin:.1} dB"));
    }
    let most = values[C::ModulePowerLimit];
    if architecture.is_pluggable() && power > most {
        all.push(format!(
            "{power:.0} W in one module, a front panel cools {most:.0} W"
        ));
    }
    let copper = copper_loss(architecture.copper, values, standard.nyquist_frequency());
    let limit = values[C::LinearHostLimit];
    if architecture.host == HostSerdes::Linear && copper > limit {
        all.push(format!(
            "{copper:.1} dB of copper, a linear module bears {limit:.1} dB"
        ));
    }
    all
}

fn winner(entries: &[TierEntry], boundary: Boundary) -> TierWinner {
    let feasible: Vec<(&TierEntry, &Number)> = entries
        .iter()
        .filter(|entry| entry.is_feasible())
        .filter_map(|entry| {
            let own = entry.energies.iter().find(|e| e.boundary == boundary)?;
            Some((entry, &own.energy))
        })
        .collect();
    let best = feasible
        .iter()
        .min_by(|a, b| a.1.middle().total_cmp(&b.1.middle()));
    TierWinner {
        boundary,
        architecture: best.map(|(entry, _)| entry.architecture.clone()),
        is_clear: best.is_some_and(|(winner, least)| {
            let mut others = feasible
                .iter()
                .filter(|(e, _)| e.architecture != winner.architecture);
            others.all(|(_, other)| least.high < other.low)
        }),
    }
}
