//! Energy per bit of both directions of one end, at three boundaries.
//!
//! Launch at the chain's first plane: OMA(TP2) + average/OMA + losses up to P6 + reserve, dBm, of the lane that asks for most among
//! those that a laser feeds: each laser is set after assembly, by the losses that it has then.
//! Laser: launch/(lanes × electrical-to-optical efficiency), of an integrated laser V I at its junction temperature over its
//! supply's efficiency. Where an integrated laser has rolled over, or no class of external sources surely brings the launch, there is no
//! energy. Other consumers of the optics over 1 − (share that supplies lose).
//! Analogue electronics: e(r) = e(r₀) (r/r₀)^(x − 1) for a lane of r bit/s, r₀ = 100 Gbit/s, x the exponent of a lane's power.
//! Optics: all within module or engine and its source. Host: and the host's SerDes. Switch: and the port's share of the switch
//! chip without its SerDes, of fans, supplies and processor.

use serde::{Deserialize, Serialize};

use super::{Architecture, EnergySource, HostSerdes, LaserPlace};
use crate::Standing;
use crate::budget::{Conditions, Plane};
use crate::component::{ComponentName as C, Values};
use crate::decibel::watts;
use crate::electrical::{SerdesFit, copper_loss, heater_power};
use crate::laser::{IntegratedLaser, Operation};
use crate::number::Number;
use crate::receiver::average_over_amplitude;
use crate::standard::Standard;

/// Rate of a lane for which analogue electronics are stated, bit/s.
const ANALOGUE_RATE: f64 = 100e9;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Boundary {
    /// Module, or engine and its laser source.
    Optics,
    /// And the host's SerDes.
    Host,
    /// And the port's share of switch chip, fans, supplies and processor.
    Switch,
}

impl Boundary {
    /// All, from the narrowest.
    pub const ALL: [Self; 3] = [Self::Optics, Self::Host, Self::Switch];

    /// The name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Optics => "optics",
            Self::Host => "optics and host SerDes",
            Self::Switch => "whole switch",
        }
    }
}

/// One consumer's share of the optics, supplies included.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EnergyItem {
    /// What it is.
    pub name: String,
    /// J/bit.
    pub energy: Number,
}

/// Where an architecture is to work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting<'a> {
    pub(crate) standard: &'a Standard,
    pub(crate) conditions: Conditions,
    pub(crate) laser: &'a IntegratedLaser,
    pub(crate) serdes: &'a SerdesFit,
    /// Chip's temperature at its lasers when they are off, K.
    pub(crate) base_temperature: f64,
    /// Half-width of its error bar, K.
    pub(crate) base_error: f64,
    /// The most light that is sure of an external source, dBm.
    pub(crate) most_of_sources_dbm: f64,
    /// Loss put in place of that from P1 to P3, dB.
    pub(crate) path_loss_db: Option<f64>,
    /// Light of a laser that is not set to what is asked, dBm.
    pub(crate) launch_dbm: Option<f64>,
}

impl Setting<'_> {
    /// The chip's temperature at the place within its error bar where its lasers lie within theirs, K: the same heat problem errs in both.
    pub(crate) fn base(&self, values: &Values) -> f64 {
        self.base_temperature + values[C::LaserDeviation] * self.base_error
    }
}

/// What an architecture takes.
#[derive(Clone, Debug)]
pub(crate) struct Energy {
    /// Consumers of the optics, J/bit.
    pub(crate) items: Vec<f64>,
    /// J/bit of the host's SerDes.
    pub(crate) host: f64,
    /// J/bit of the rest of the switch.
    pub(crate) switch: f64,
    /// Power asked of the laser, dBm.
    pub(crate) required_launch_dbm: f64,
    /// Power of the laser's supply, W a lane; NaN where the laser does not bring the light.
    pub(crate) laser_power: f64,
    /// What an integrated laser does.
    pub(crate) operation: Option<Operation>,
    /// Whether more is asked of an external source than any class brings.
    pub(crate) is_beyond_sources: bool,
}

impl Energy {
    /// Energy of `architecture` with `values`.
    pub(crate) fn of(architecture: &Architecture, setting: &Setting, values: &Values) -> Self {
        let standard = setting.standard;
        let required_launch_dbm = required_launch(architecture, setting, values);
        let launch = watts(setting.launch_dbm.unwrap_or(required_launch_dbm));
        let lanes = setting.conditions.split as f64;
        let mut operation = None;
        let is_beyond_sources = architecture.laser == LaserPlace::External
            && setting.launch_dbm.is_none()
            && required_launch_dbm > setting.most_of_sources_dbm;
        let laser_power = match architecture.laser {
            LaserPlace::Module => launch / lanes / values[C::ModuleLaserEfficiency],
            LaserPlace::External if is_beyond_sources => f64::NAN,
            LaserPlace::External => launch / lanes / values[C::ExternalEfficiency],
            LaserPlace::Integrated => {
                let state = setting.laser.operate(values, launch, setting.base(values));
                operation = Some(state);
                let electrical = state.point().map_or(f64::NAN, |p| p.electrical_power);
                electrical / lanes / values[C::LaserSupplyEfficiency]
            }
        };
        let serdes = |loss: f64| setting.serdes.energy(loss) * values[C::SerdesScatter];
        let copper = copper_loss(architecture.copper, values, standard.nyquist_frequency());
        let short = copper.max(values[C::ShortReachProvision]);
        let supplies = 1.0 - values[architecture.conversion];
        let rate = (standard.lane_rate / ANALOGUE_RATE).powf(values[C::AnalogueExponent] - 1.0);
        let item = |source: &EnergySource| match *source {
            EnergySource::Laser => laser_power / standard.lane_rate,
            EnergySource::Serdes => serdes(short) / supplies,
            EnergySource::Tuning => heater_power(values) / standard.lane_rate / supplies,
            EnergySource::Component(name) => values[name] / supplies,
            EnergySource::Analogue(name) => values[name] * rate / supplies,
        };
        let provision = values[C::PluggableHostProvision];
        let host = serdes(match architecture.host {
            HostSerdes::Pluggable => copper.max(provision),
            HostSerdes::Linear => copper.max(provision) + values[C::LinearHostExtra],
            HostSerdes::Short => short,
        });
        // the switch chip's stated power holds the SerDes of pluggable ports
        let bandwidth = values[C::SwitchBandwidth];
        let core = values[C::SwitchPower] - bandwidth * serdes(provision);
        Self {
            items: architecture.energy.iter().map(item).collect(),
            host,
            switch: (core.max(0.0) + values[C::OtherPower]) / bandwidth,
            required_launch_dbm,
            laser_power,
            operation,
            is_beyond_sources,
        }
    }

    /// J/bit within a boundary.
    pub(crate) fn within(&self, boundary: Boundary) -> f64 {
        let optics: f64 = self.items.iter().sum();
        match boundary {
            Boundary::Optics => optics,
            Boundary::Host => optics + self.host,
            Boundary::Switch => optics + self.host + self.switch,
        }
    }

    /// Standing of what follows from the laser.
    pub(crate) fn standing(&self) -> Standing {
        match self.is_beyond_sources {
            true => Standing::Infeasible,
            false => self.operation.map_or(Standing::Ok, |o| o.standing()),
        }
    }
}

/// Power asked of the laser at the chain's first plane by the worst of its lanes, dBm.
pub(crate) fn required_launch(
    architecture: &Architecture,
    setting: &Setting,
    values: &Values,
) -> f64 {
    let Setting {
        standard,
        conditions,
        ..
    } = *setting;
    let chain = &architecture.chain;
    let asked = |lane: usize| {
        let amplitude = standard.transmitter_amplitude(values.of_lane(lane, C::Tdecq));
        let average = amplitude + average_over_amplitude(values.of_lane(lane, C::ExtinctionRatio));
        average + chain.loss_of_lane(lane, Plane::P6, conditions, values)
    };
    let lanes = conditions.split.min(values.lanes());
    // what is not a number stays it
    let worst = (1..lanes).map(asked).fold(asked(0), |worst, other| {
        if other > worst || other.is_nan() {
            other
        } else {
            worst
        }
    });
    let path = setting.path_loss_db.map_or(0.0, |path| {
        path - chain.loss_to(Plane::P3, conditions, values)
    });
    worst + path + values[C::Reserve]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::architectures;
    use crate::component::Components;
    use crate::decibel::share_lost;
    use crate::standard::Standards;

    fn external() -> Architecture {
        let all = architectures().expect("embedded data");
        all.into_iter()
            .find(|a| a.name == "cpo_external")
            .expect("there")
    }

    /// By hand: −0.2 + 0.21 + 1.5 + 3 + 4 + 0.45 + 6.02 + 0.3 + 2.25 + 1.5 = 19.03 dBm, published as 19.0 and within 19 to 21.
    #[test]
    fn launch_of_dr4_is_19_dbm() {
        let standards = Standards::embedded().expect("embedded data");
        let standard = standards.get("400G-DR4").expect("a standard");
        let serdes = SerdesFit::embedded().expect("embedded data");
        let values = Components::embedded().expect("embedded data").typical();
        let architecture = external();
        let setting = Setting {
            standard,
            conditions: architecture.conditions(standard, 4, 1),
            laser: &IntegratedLaser::Law,
            serdes: &serdes,
            base_temperature: 348.15,
            base_error: 0.0,
            most_of_sources_dbm: standards.most_dbm(),
            path_loss_db: None,
            launch_dbm: None,
        };
        let launch = required_launch(&architecture, &setting, &values);
        let sum = -0.2 + 0.2116 + 1.5 + 3.0 + 4.0 + 0.45 + 6.0206 + 0.3 + 2.25 + 1.5;
        assert!(
            (launch - sum).abs() < 1e-4,
            "{launch}: four digits of the terms"
        );
        assert!((launch - 19.0).abs() < 0.05 && (watts(launch) - 79.4e-3).abs() < 1e-3);
        let class = standards.class_for(launch).expect("a class");
        assert_eq!(
            (class.nominal_dbm, class.least_dbm),
            (23.0, 21.5),
            "20 dBm is 18.5 to 21.5 dBm"
        );
        let given = Setting {
            path_loss_db: Some(3.25),
            ..setting
        };
        let more = required_launch(&architecture, &given, &values);
        assert!((more - launch - 1.0).abs() < 1e-12);
    }

    /// Fibre to chip, P1 to P3: typical, good and bad, published as 2.25, 1.52 and 3.60 dB.
    #[test]
    fn external_path() {
        let components = Components::embedded().expect("embedded data");
        let architecture = external();
        let standards = Standards::embedded().expect("embedded data");
        let standard = standards.get("400G-DR4").expect("a standard");
        let conditions = architecture.conditions(standard, 4, 1);
        let loss = |values: &Values| architecture.chain.loss_to(Plane::P3, conditions, values);
        let end = |k: usize| Values::of(|name| components.get(name).bounds()[k]);
        let cases = [
            (components.typical(), 2.25, 0.404),
            (end(0), 1.52, 0.295),
            (end(1), 3.60, 0.563),
        ];
        for (values, db, share) in cases {
            assert!((loss(&values) - db).abs() < 1e-12, "round-off");
            assert!((share_lost(db) - share).abs() < 5e-4, "three digits");
        }
    }
}
