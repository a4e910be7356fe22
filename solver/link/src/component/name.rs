//! The names of all components, and a set of one value for each.

use std::ops::Index;

macro_rules! names {
    ($( $variant:ident = $name:literal, )+) => {
        /// A component; what it means, its unit, value and source stand in `data/*.toml`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)] // said once, in the data
        pub enum ComponentName {
            $( $variant, )+
        }

        impl ComponentName {
            /// All, in the order of the data, later ones last: the place of each is its dimension in the draws.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The name in data, requests and answers.
            pub fn key(self) -> &'static str {
                match self {
                    $( Self::$variant => $name, )+
                }
            }
        }
    };
}

names! {
    Coupler = "coupler",
    Connector = "connector",
    PolarisationRotation = "polarisation_rotation",
    LaserToFibre = "laser_to_fibre",
    LaserToChip = "laser_to_chip",
    ModuleLaserToChip = "module_laser_to_chip",
    SplitExcess = "split_excess",
    WaveguideLoss = "waveguide_loss",
    RoutingLength = "routing_length",
    ModulatorBias = "modulator_bias",
    PhaseShifterExcess = "phase_shifter_excess",
    RingExcess = "ring_excess",
    ReceiverPolarisation = "receiver_polarisation",
    ExtinctionRatio = "extinction_ratio",
    Tdecq = "tdecq",
    Reserve = "reserve",
    NoiseDensity = "noise_density",
    Responsivity = "responsivity",
    ReceiverBandwidth = "receiver_bandwidth",
    ExternalEfficiency = "external_efficiency",
    ModuleLaserEfficiency = "module_laser_efficiency",
    LaserSupplyEfficiency = "laser_supply_efficiency",
    LaserThresholdCurrent = "laser_threshold_current",
    LaserSlopeEfficiency = "laser_slope_efficiency",
    LaserThresholdTemperature = "laser_threshold_temperature",
    LaserSlopeTemperature = "laser_slope_temperature",
    LaserTurnOnVoltage = "laser_turn_on_voltage",
    LaserSeriesResistance = "laser_series_resistance",
    LaserThermalResistance = "laser_thermal_resistance",
    LaserReferenceTemperature = "laser_reference_temperature",
    LaserDeviation = "laser_deviation",
    LaserFailureRate = "laser_failure_rate",
    LaserActivationEnergy = "laser_activation_energy",
    LaserAgeingTemperature = "laser_ageing_temperature",
    ExternalLaserTemperature = "external_laser_temperature",
    ServiceLife = "service_life",
    TraceSkinLoss = "trace_skin_loss",
    TraceDielectricLoss = "trace_dielectric_loss",
    TraceLength = "trace_length",
    PackageLoss = "package_loss",
    ModuleConnectorLoss = "module_connector_loss",
    ModuleBoardLoss = "module_board_loss",
    EngineSubstrateLoss = "engine_substrate_loss",
    PluggableHostProvision = "pluggable_host_provision",
    ShortReachProvision = "short_reach_provision",
    LinearHostExtra = "linear_host_extra",
    LinearHostLimit = "linear_host_limit",
    AnalogueEqualiserLimit = "analogue_equaliser_limit",
    ModulePowerLimit = "module_power_limit",
    SwitchPower = "switch_power",
    OtherPower = "other_power",
    SwitchBandwidth = "switch_bandwidth",
    DspLatency = "dsp_latency",
    FecLatency = "fec_latency",
    SerdesLatency = "serdes_latency",
    SerdesScatter = "serdes_scatter",
    DspEnergy = "dsp_energy",
    ModuleDriver = "module_driver",
    ModuleReceiver = "module_receiver",
    ModuleControl = "module_control",
    ModuleConversion = "module_conversion",
    EngineDriver = "engine_driver",
    RingDriver = "ring_driver",
    EngineReceiver = "engine_receiver",
    EngineControl = "engine_control",
    RingControl = "ring_control",
    EngineConversion = "engine_conversion",
    ResonanceDrift = "resonance_drift",
    TuningRange = "tuning_range",
    RingPlacement = "ring_placement",
    HeaterEfficiency = "heater_efficiency",
    AnalogueExponent = "analogue_exponent",
    Multiplexer = "multiplexer",
    Demultiplexer = "demultiplexer",
    LaserElectricity = "laser_electricity",
}

impl ComponentName {
    /// Of lasers by their laws, for which a table's map of them stands.
    pub const LASER_LAW: [Self; 8] = [
        Self::LaserThresholdCurrent,
        Self::LaserSlopeEfficiency,
        Self::LaserThresholdTemperature,
        Self::LaserSlopeTemperature,
        Self::LaserTurnOnVoltage,
        Self::LaserSeriesResistance,
        Self::LaserThermalResistance,
        Self::LaserReferenceTemperature,
    ];

    /// How lasers age, for which a study's own law stands.
    pub const LASER_AGEING: [Self; 3] = [
        Self::LaserFailureRate,
        Self::LaserActivationEnergy,
        Self::LaserAgeingTemperature,
    ];

    /// The component of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.key() == name)
    }
}

/// One value for each component, SI and dB: the typical ones, or a draw of a laser and the lanes that it feeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    /// Of the laser and of its first lane, at the last place of each component.
    values: Vec<f64>,
    /// What is otherwise in each lane at a copy of a component's place.
    lanes: Vec<Vec<(Place, f64)>>,
}

/// A component, and how many of its places follow.
pub(crate) type Place = (ComponentName, usize);

impl Values {
    /// From a function of the component, all lanes and places alike.
    pub fn of(value: impl Fn(ComponentName) -> f64) -> Self {
        Self {
            values: ComponentName::ALL.iter().map(|&name| value(name)).collect(),
            lanes: vec![Vec::new()],
        }
    }

    /// The same with another value for one component, in all lanes and places.
    #[must_use]
    pub fn with(&self, name: ComponentName, value: f64) -> Self {
        let mut other = self.clone();
        other.values[name as usize] = value;
        for lane in &mut other.lanes {
            lane.retain(|&((own, _), _)| own != name);
        }
        other
    }

    /// The same with the first lane's own copies, then further lanes, of each what differs there.
    #[must_use]
    pub(crate) fn with_lanes(mut self, lanes: impl IntoIterator<Item = Vec<(Place, f64)>>) -> Self {
        self.lanes = lanes.into_iter().collect();
        self
    }

    /// A component's value in a lane of the laser, at its last place; beyond those that were drawn, the first one's.
    pub fn of_lane(&self, lane: usize, name: ComponentName) -> f64 {
        self.of_place(lane, name, 0)
    }

    /// The same at the place that so many others follow.
    pub(crate) fn of_place(&self, lane: usize, name: ComponentName, copy: usize) -> f64 {
        let of = |lane: usize| {
            let mut own = self.lanes.get(lane)?.iter();
            own.find(|(place, _)| *place == (name, copy))
        };
        let own = of(lane).or_else(|| of(0));
        own.map_or(self.values[name as usize], |&(_, value)| value)
    }

    /// Lanes that were drawn.
    pub fn lanes(&self) -> usize {
        self.lanes.len()
    }
}

impl Index<ComponentName> for Values {
    type Output = f64;

    fn index(&self, name: ComponentName) -> &f64 {
        &self.values[name as usize]
    }
}
