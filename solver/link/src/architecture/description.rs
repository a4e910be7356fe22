//! An architecture as data.

use serde::{Deserialize, Serialize};

use crate::budget::{Chain, Conditions, Plane, StageText};
use crate::component::ComponentName;
use crate::electrical::CopperPath;
use crate::error::LinkError;
use crate::standard::Standard;

/// Where the laser is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LaserPlace {
    /// In a pluggable module; power stated at P0.
    Module,
    /// In a source of its own; power stated at P1, where the way from laser to fibre lies behind it.
    External,
    /// On the engine's chip; power stated at P0.
    Integrated,
}

impl LaserPlace {
    /// The plane where its power is stated.
    pub fn start(self) -> Plane {
        match self {
            Self::Module | Self::Integrated => Plane::P0,
            Self::External => Plane::P1,
        }
    }
}

/// What the host's SerDes is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostSerdes {
    /// Any slot of a front panel.
    Pluggable,
    /// The same, and the optics' electronics behind it.
    Linear,
    /// The substrate alone.
    Short,
}

/// One consumer of the optics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnergySource {
    /// Lasers.
    Laser,
    /// The engine's own SerDes.
    Serdes,
    /// Heaters of rings.
    Tuning,
    /// A component in J/bit at any rate of a lane.
    Component(ComponentName),
    /// A component in J/bit at 100 Gbit/s a lane.
    Analogue(ComponentName),
}

impl EnergySource {
    fn read(text: &str) -> Result<Self, LinkError> {
        match text {
            "laser" => Ok(Self::Laser),
            "serdes" => Ok(Self::Serdes),
            "tuning" => Ok(Self::Tuning),
            name => component(name).map(Self::Component),
        }
    }

    /// What it is called in an answer.
    pub fn label(self) -> &'static str {
        match self {
            Self::Laser => "laser",
            Self::Serdes => "engine_serdes",
            Self::Tuning => "ring_tuning",
            Self::Component(name) | Self::Analogue(name) => name.key(),
        }
    }
}

fn component(name: &str) -> Result<ComponentName, LinkError> {
    ComponentName::find(name).ok_or_else(|| {
        let all = ComponentName::ALL.iter().map(|name| name.key());
        LinkError::unknown("component", name, all)
    })
}

/// One architecture.
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    /// Its name in answers.
    pub name: String,
    /// Its name for readers.
    pub title: String,
    /// Where the laser is.
    pub laser: LaserPlace,
    /// The way to the optics.
    pub copper: CopperPath,
    /// The host's SerDes.
    pub host: HostSerdes,
    /// Whether its modules retime with a DSP.
    pub has_dsp: bool,
    /// Share that supplies lose; lasers hold their own.
    pub conversion: ComponentName,
    /// What takes power in the optics.
    pub energy: Vec<EnergySource>,
    /// The way of the light.
    pub chain: Chain,
}

impl Architecture {
    /// Whether it is a module in a front panel.
    pub fn is_pluggable(&self) -> bool {
        self.laser == LaserPlace::Module
    }

    /// Whether its optics stand on the switch's package.
    pub fn is_co_packaged(&self) -> bool {
        self.copper == CopperPath::Substrate
    }

    /// Whether the optics have a SerDes of their own.
    pub fn has_engine_serdes(&self) -> bool {
        self.energy.contains(&EnergySource::Serdes)
    }

    /// What its chain depends on: lasers feed `split` lanes, integrated ones `lanes_per_laser`.
    pub(crate) fn conditions(
        &self,
        standard: &Standard,
        split: usize,
        lanes_per_laser: usize,
    ) -> Conditions {
        Conditions {
            split: match self.laser {
                LaserPlace::Integrated => lanes_per_laser,
                LaserPlace::Module | LaserPlace::External => split,
            },
            channel_db: standard.channel_db,
            lanes_per_fibre: standard.lanes_per_fibre,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArchitectureText {
    name: String,
    title: String,
    laser: LaserPlace,
    copper: CopperPath,
    host: HostSerdes,
    has_dsp: bool,
    conversion: String,
    energy: Vec<String>,
    analogue: Vec<String>,
    stages: Vec<StageText>,
}

#[derive(Deserialize)]
struct ArchitecturesText {
    architecture: Vec<ArchitectureText>,
}

/// The embedded architectures.
///
/// # Errors
/// [`LinkError`] if the data are damaged, which a test excludes.
pub fn architectures() -> Result<Vec<Architecture>, LinkError> {
    let text: ArchitecturesText = toml::from_str(include_str!("../../data/architectures.toml"))
        .map_err(LinkError::data("the embedded architectures"))?;
    let read = |a: ArchitectureText| {
        let stages = a.stages.into_iter().map(StageText::read);
        let stages = stages.collect::<Result<_, _>>()?;
        let digital = a.energy.iter().map(|text| EnergySource::read(text));
        let analogue = a.analogue.iter();
        let analogue = analogue.map(|name| component(name).map(EnergySource::Analogue));
        Ok(Architecture {
            chain: Chain::new(&a.name, a.laser.start(), stages)?,
            energy: digital.chain(analogue).collect::<Result<_, _>>()?,
            conversion: component(&a.conversion)?,
            name: a.name,
            title: a.title,
            laser: a.laser,
            copper: a.copper,
            host: a.host,
            has_dsp: a.has_dsp,
        })
    };
    text.architecture.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_pluggable_is_always_there() {
        let all = architectures().expect("embedded data");
        let names: Vec<&str> = all.iter().map(|a| a.name.as_str()).collect();
        let expected = [
            "dsp_pluggable",
            "linear_pluggable",
            "cpo_external",
            "cpo_external_rings",
            "cpo_integrated",
        ];
        assert_eq!(names, expected);
        for architecture in &all {
            assert_eq!(architecture.chain.start(), architecture.laser.start());
            let lasers = architecture
                .energy
                .iter()
                .filter(|&&e| e == EnergySource::Laser);
            assert_eq!(lasers.count(), 1);
        }
    }
}
