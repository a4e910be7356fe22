//! Units that figures are labelled in.

/// A unit for labels: shown = SI / size - offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DisplayUnit {
    /// What the label says; empty for a pure number.
    pub symbol: &'static str,
    /// One of this unit, in SI.
    pub size: f64,
    /// Zero of the SI scale in this unit, negated: 273.15 for °C.
    pub offset: f64,
}

impl DisplayUnit {
    /// A pure number.
    pub const ONE: Self = Self::new("", 1.0);
    /// Nanometres.
    pub const NANOMETRE: Self = Self::new("nm", 1e-9);
    /// Micrometres.
    pub const MICROMETRE: Self = Self::new("µm", 1e-6);
    /// Millimetres.
    pub const MILLIMETRE: Self = Self::new("mm", 1e-3);
    /// Degrees (angle).
    pub const DEGREE: Self = Self::new("°", std::f64::consts::PI / 180.0);
    /// Kelvin, and differences of temperature.
    pub const KELVIN: Self = Self::new("K", 1.0);
    /// Degrees Celsius, from kelvin.
    pub const CELSIUS: Self = Self {
        symbol: "°C",
        size: 1.0,
        offset: 273.15,
    };
    /// Kelvin per watt.
    pub const KELVIN_PER_WATT: Self = Self::new("K/W", 1.0);
    /// Decibels; losses are held in dB throughout.
    pub const DECIBEL: Self = Self::new("dB", 1.0);
    /// Decibels per centimetre, from dB/m.
    pub const DECIBEL_PER_CENTIMETRE: Self = Self::new("dB/cm", 100.0);
    /// Milliamperes.
    pub const MILLIAMPERE: Self = Self::new("mA", 1e-3);
    /// Volts.
    pub const VOLT: Self = Self::new("V", 1.0);
    /// Seconds.
    pub const SECOND: Self = Self::new("s", 1.0);
    /// Watts.
    pub const WATT: Self = Self::new("W", 1.0);
    /// Milliwatts.
    pub const MILLIWATT: Self = Self::new("mW", 1e-3);
    /// Volts per metre, in MV/m.
    pub const MEGAVOLT_PER_METRE: Self = Self::new("MV/m", 1e6);

    /// A unit proportional to SI's.
    pub const fn new(symbol: &'static str, size: f64) -> Self {
        Self {
            symbol,
            size,
            offset: 0.0,
        }
    }

    /// nm, µm or mm, whichever keeps numbers of this extent (m) readable.
    pub fn for_length(extent: f64) -> Self {
        match extent {
            e if e < 0.5e-6 => Self::NANOMETRE,
            e if e < 1e-3 => Self::MICROMETRE,
            _ => Self::MILLIMETRE,
        }
    }

    /// The SI value in this unit.
    pub fn show(&self, si: f64) -> f64 {
        si / self.size - self.offset
    }

    /// "wavelength (nm)", or the name alone for a pure number.
    pub fn label(&self, name: &str) -> String {
        if self.symbol.is_empty() {
            name.to_owned()
        } else {
            format!("{name} ({})", self.symbol)
        }
    }
}
