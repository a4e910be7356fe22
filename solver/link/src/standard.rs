//! Optical interfaces: what a transmitter must send and a receiver must take.
//!
//! Transmitter: OMA ≥ max(floor, offset + TDECQ). Receiver: sensitivity max(floor, offset + SECQ). TDECQ is what the
//! transmitter's eye costs the receiver: sent amplitude less TDECQ is what counts, so it enters a margin once,
//! margin = (OMA − channel) − sensitivity(SECQ = TDECQ).
//! Limits: the offsets are those of transmitters with good extinction; the 0.1 to 0.3 dB more that some interfaces ask of
//! those with less are not modelled.

use serde::{Deserialize, Serialize};

use crate::component::{Source, flag_source};
use crate::error::LinkError;
use crate::receiver::Modulation;
use cpo_materials::{BitRate, Quantity};

/// One lane of an interface.
#[derive(Clone, Debug, PartialEq)]
pub struct Standard {
    /// Name, "400G-DR4".
    pub name: String,
    /// Bits a second that a lane brings.
    pub lane_rate: f64,
    /// Bits a second on the line, error correction included.
    pub line_rate: f64,
    /// Lanes of a fibre, each at a wavelength of its own.
    pub lanes_per_fibre: usize,
    /// Levels of a symbol.
    pub modulation: Modulation,
    /// Least amplitude whatever the eye, dBm; −∞ where none is stated.
    pub transmitter_floor_dbm: f64,
    /// Least amplitude less TDECQ, dBm.
    pub transmitter_offset_dbm: f64,
    /// Largest TDECQ, dB.
    pub tdecq_most_db: f64,
    /// Least extinction ratio, dB.
    pub extinction_ratio_least_db: f64,
    /// Bit error ratio before error correction at which sensitivities hold.
    pub bit_error_ratio: f64,
    /// Largest loss of the fibre plant from P6 to P7, dB.
    pub channel_db: f64,
    /// Sensitivity for a good eye, dBm of amplitude.
    pub receiver_floor_dbm: f64,
    /// Sensitivity less SECQ for a bad one, dBm.
    pub receiver_offset_dbm: f64,
    /// Where the values come from.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StandardText {
    name: String,
    lane_rate: String,
    line_rate: String,
    lanes_per_fibre: usize,
    modulation: Modulation,
    transmitter_floor_dbm: Option<f64>,
    transmitter_offset_dbm: f64,
    tdecq_most_db: f64,
    extinction_ratio_least_db: f64,
    bit_error_ratio: f64,
    channel_db: f64,
    receiver_floor_dbm: f64,
    receiver_offset_dbm: f64,
    source: String,
    date: String,
    verified: bool,
}

#[derive(Deserialize)]
struct ClassesText {
    classes_dbm: Vec<f64>,
    tolerance_db: f64,
    #[serde(flatten)]
    source: Source,
}

#[derive(Deserialize)]
struct StandardsText {
    standard: Vec<StandardText>,
    elsfp: ClassesText,
}

/// A power class of external sources at P1 of a wavelength in a fibre.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PowerClass {
    /// What it is called by, dBm.
    pub nominal_dbm: f64,
    /// What every source of the class brings, dBm: the tolerance below that.
    pub least_dbm: f64,
}

/// All interfaces, and the power classes of external sources.
#[derive(Clone, Debug, PartialEq)]
pub struct Standards {
    standards: Vec<Standard>,
    /// Power classes at P1 of a wavelength in a fibre, rising.
    pub classes: Vec<PowerClass>,
    /// Where they come from.
    pub classes_source: String,
}

impl Standards {
    /// The embedded data.
    ///
    /// # Errors
    /// [`LinkError`] if the data are damaged, which a test excludes.
    pub fn embedded() -> Result<Self, LinkError> {
        let text: StandardsText = toml::from_str(include_str!("../data/standards.toml"))
            .map_err(LinkError::data("the embedded standards"))?;
        let read = |s: StandardText| -> Result<Standard, LinkError> {
            let rate = |text: &str| {
                let rate = BitRate::parse(text).map(BitRate::si);
                rate.map_err(LinkError::quantity(&*s.name, "rate"))
            };
            Ok(Standard {
                lane_rate: rate(&s.lane_rate)?,
                lanes_per_fibre: s.lanes_per_fibre,
                line_rate: rate(&s.line_rate)?,
                source: flag_source(&Source {
                    source: s.source,
                    date: s.date,
                    verified: s.verified,
                }),
                name: s.name,
                modulation: s.modulation,
                transmitter_floor_dbm: s.transmitter_floor_dbm.unwrap_or(f64::NEG_INFINITY),
                transmitter_offset_dbm: s.transmitter_offset_dbm,
                tdecq_most_db: s.tdecq_most_db,
                extinction_ratio_least_db: s.extinction_ratio_least_db,
                bit_error_ratio: s.bit_error_ratio,
                channel_db: s.channel_db,
                receiver_floor_dbm: s.receiver_floor_dbm,
                receiver_offset_dbm: s.receiver_offset_dbm,
            })
        };
        Ok(Self {
            standards: text
                .standard
                .into_iter()
                .map(read)
                .collect::<Result<_, _>>()?,
            classes_source: flag_source(&text.elsfp.source),
            classes: text
                .elsfp
                .classes_dbm
                .iter()
                .map(|&nominal_dbm| PowerClass {
                    nominal_dbm,
                    least_dbm: nominal_dbm - text.elsfp.tolerance_db,
                })
                .collect(),
        })
    }

    /// The interface of that name.
    ///
    /// # Errors
    /// [`LinkError::Unknown`] with the nearest name.
    pub fn get(&self, name: &str) -> Result<&Standard, LinkError> {
        let found = self.standards.iter().find(|s| s.name == name);
        found.ok_or_else(|| {
            LinkError::unknown(
                "standard",
                name,
                self.standards.iter().map(|s| s.name.as_str()),
            )
        })
    }

    /// The least class all of whose sources bring `power_dbm`, if any does.
    pub fn class_for(&self, power_dbm: f64) -> Option<PowerClass> {
        self.classes
            .iter()
            .copied()
            .find(|class| class.least_dbm >= power_dbm)
    }

    /// What every source of the largest class brings, dBm.
    pub fn most_dbm(&self) -> f64 {
        let all = self.classes.iter().map(|class| class.least_dbm);
        all.fold(f64::NEG_INFINITY, f64::max)
    }
}

impl Standard {
    /// Least outer amplitude at P6 of a transmitter with that TDECQ, dBm.
    pub fn transmitter_amplitude(&self, tdecq_db: f64) -> f64 {
        self.transmitter_floor_dbm
            .max(self.transmitter_offset_dbm + tdecq_db)
    }

    /// Least outer amplitude at P7 of light whose eye closes by that, dBm.
    pub fn sensitivity(&self, secq_db: f64) -> f64 {
        self.receiver_floor_dbm
            .max(self.receiver_offset_dbm + secq_db)
    }

    /// Most lanes of one wavelength in an engine of `lanes`, one in each fibre: a laser, which has one, feeds no more.
    pub fn lanes_of_one_wavelength(&self, lanes: usize) -> usize {
        lanes.div_ceil(self.lanes_per_fibre)
    }

    /// Lasers of an engine of `lanes`, each of which feeds up to `each` lanes of its wavelength.
    pub fn lasers(&self, lanes: usize, each: usize) -> usize {
        let lanes_of = |wavelength| {
            let from_there = lanes.saturating_sub(wavelength);
            from_there.div_ceil(self.lanes_per_fibre)
        };
        let wavelengths = 0..self.lanes_per_fibre;
        wavelengths.map(|w| lanes_of(w).div_ceil(each)).sum()
    }

    /// Nyquist frequency of its electrical lane, Hz.
    pub fn nyquist_frequency(&self) -> f64 {
        self.modulation.nyquist_frequency(self.line_rate)
    }

    /// Symbols a second.
    pub fn symbol_rate(&self) -> f64 {
        self.modulation.symbol_rate(self.line_rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_dr4() {
        let standards = Standards::embedded().expect("embedded data");
        let dr4 = standards.get("400G-DR4").expect("a standard");
        assert_eq!(dr4.transmitter_amplitude(1.0), -0.8);
        assert!((dr4.transmitter_amplitude(2.0) + 0.2).abs() < 1e-15);
        assert!((dr4.sensitivity(0.9) + 4.4).abs() < 1e-12);
        assert!((dr4.sensitivity(3.4) + 1.9).abs() < 1e-12, "stressed");
        assert_eq!(dr4.nyquist_frequency(), 26.5625e9);
        let fr4 = standards.get("400G-FR4").expect("a standard");
        assert_eq!(
            (fr4.transmitter_amplitude(1.0), fr4.sensitivity(1.0)),
            (-0.3, -4.6)
        );
        let dr = standards.get("200G-DR").expect("a standard");
        assert!((dr.sensitivity(1.5) + 2.8).abs() < 1e-12);
        assert!((dr.transmitter_amplitude(1.5) - 0.3).abs() < 1e-12);
        let error = standards.get("400G-DR44").expect_err("no such").to_string();
        assert!(error.contains("did you mean \"400G-DR4\"?"), "{error}");
    }

    /// Sent, through the plant, received: what is left is the same whatever the eye, so the eye counts once.
    #[test]
    fn eye_closure_counts_once() {
        let standards = Standards::embedded().expect("embedded data");
        for (name, left) in [("400G-DR4", 0.1), ("400G-FR4", 0.3), ("200G-DR", 0.1)] {
            let s = standards.get(name).expect("a standard");
            for tdecq in [1.5, 2.5, 3.4] {
                let margin = s.transmitter_amplitude(tdecq) - s.channel_db - s.sensitivity(tdecq);
                assert!((margin - left).abs() < 1e-12, "{name}: {margin}");
            }
        }
    }

    /// Sixteen lanes of FR4 are four fibres: a laser feeds a lane in each of them at most. Six are a whole fibre and two lanes of a
    /// second, two of each of two wavelengths and one of the others.
    #[test]
    fn a_laser_has_one_wavelength() {
        let standards = Standards::embedded().expect("embedded data");
        let fr4 = standards.get("400G-FR4").expect("a standard");
        let dr4 = standards.get("400G-DR4").expect("a standard");
        let most = |s: &Standard| [16, 6].map(|lanes| s.lanes_of_one_wavelength(lanes));
        assert_eq!([most(fr4), most(dr4)], [[4, 2], [16, 6]]);
        let lasers = |s: &Standard| [(16, 4), (16, 3), (6, 2), (3, 1)].map(|(n, k)| s.lasers(n, k));
        assert_eq!(lasers(fr4), [4, 8, 4, 3]);
        assert_eq!(lasers(dr4), [4, 6, 3, 3]);
    }

    #[test]
    fn classes_are_met_from_above() {
        let standards = Standards::embedded().expect("embedded data");
        let class = |power| standards.class_for(power).map(|class| class.nominal_dbm);
        assert_eq!(class(18.5), Some(20.0));
        assert_eq!(class(19.0), Some(23.0), "some of 20 dBm bring 18.5 dBm");
        assert_eq!(class(24.5), Some(26.0));
        assert_eq!(class(24.6), None);
        assert_eq!(standards.most_dbm(), 24.5);
    }
}
