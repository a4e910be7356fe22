//! The quantities with a dimension: thin wrappers of f64 in SI.

use super::{AnyQuantity, Dimension, Quantity, UnitError, parse, print};
use crate::constants::ELEMENTARY_CHARGE;
use std::fmt;
use std::str::FromStr;

/// Defines a wrapper: name, noun, example, dimension; its constructors with the size of their unit in
/// SI; the units it is printed in (ascending; `print i` says which one shows a zero); and overrides of
/// the trait's methods.
macro_rules! quantity {
    (
        $(#[$doc:meta])*
        $name:ident: $noun:literal, $example:literal, $dimension:expr;
        print $zero:literal in $units:expr;
        $( $(#[$unit_doc:meta])* $constructor:ident = $size:expr; )+
        $( { $( $extra:item )* } )?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
        pub struct $name(f64);

        #[allow(clippy::self_named_constructors)] // PerKelvin::per_kelvin is named like the others, by its unit
        impl $name {
            $(
                $(#[$unit_doc])*
                pub const fn $constructor(value: f64) -> Self {
                    Self(value * $size)
                }
            )+
        }

        quantity!(@from_str $name);
        quantity!(@quantity $name $noun $example $dimension; $( $( $extra )* )?);
        quantity!(@display $name $zero $units);
    };
    (@quantity $name:ident $noun:literal $example:literal $dimension:expr; $($extra:item)*) => {
        impl Quantity for $name {
            const DIMENSION: Dimension = $dimension;
            const NAME: &'static str = $noun;
            const EXAMPLE: &'static str = $example;

            fn from_si(value: f64) -> Self {
                Self(value)
            }

            fn si(self) -> f64 {
                self.0
            }

            $($extra)*
        }
    };
    (@from_str $name:ident) => {
        impl FromStr for $name {
            type Err = UnitError;

            fn from_str(text: &str) -> Result<Self, UnitError> {
                Self::parse(text)
            }
        }
    };
    (@display $name:ident $zero:literal $units:expr) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                print::with_prefix(f, self.0, &$units, $zero)
            }
        }
    };
}

quantity! {
    /// A length, in metres inside.
    ///
    /// ```
    /// use cpo_materials::Length;
    /// assert_eq!(Length::nm(220.0).to_string(), "220 nm");
    /// assert_eq!(Length::um(1500.0).to_string(), "1.5 mm");
    /// assert_eq!(format!("{:.2}", Length::nm(1234.5)), "1.23 um");
    /// ```
    Length: "length", "220 nm", Dimension::LENGTH;
    print 2 in [(1e-12, "pm"), (1e-9, "nm"), (1e-6, "um"), (1e-3, "mm"), (1.0, "m")];
    /// metres
    m = 1.0;
    /// millimetres
    mm = 1e-3;
    /// micrometres
    um = 1e-6;
    /// nanometres
    nm = 1e-9;
}

quantity! {
    /// A wavelength in vacuum λ, in metres inside; read from text it is positive.
    Wavelength: "wavelength", "1550 nm", Dimension::LENGTH;
    print 0 in [(1e-9, "nm")];
    /// nanometres
    nm = 1e-9;
    /// micrometres
    um = 1e-6;

    {
        fn of(any: AnyQuantity, text: &str) -> Result<Self, UnitError> {
            at_least_zero(checked::<Self>(any, text)?, text, false, "a wavelength is positive")
        }
    }
}

impl Wavelength {
    /// Wavenumber in vacuum k₀ = 2π/λ, rad/m.
    pub fn vacuum_wavenumber(self) -> f64 {
        std::f64::consts::TAU / self.0
    }
}

/// A temperature, in kelvin inside; printed in degC where that reads better.
///
/// ```
/// use cpo_materials::{Quantity, Temperature};
/// let warm = Temperature::parse("55 degC")?;
/// assert_eq!(warm, Temperature::kelvin(328.15));
/// assert_eq!(warm.to_string(), "55 degC");
/// assert!(Temperature::parse("-300 degC").is_err());
/// # Ok::<(), cpo_materials::UnitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Temperature(f64);

impl Temperature {
    /// kelvin
    pub const fn kelvin(value: f64) -> Self {
        Self(value)
    }

    /// degrees Celsius
    pub const fn celsius(value: f64) -> Self {
        Self(value + parse::CELSIUS_ZERO)
    }
}

quantity!(@quantity Temperature "temperature" "55 degC" Dimension::TEMPERATURE;
    fn of(any: AnyQuantity, text: &str) -> Result<Self, UnitError> {
        at_least_zero(checked::<Self>(any, text)?, text, true, "nothing is colder than 0 K = -273.15 degC")
    }
);

quantity!(@from_str Temperature);

/// "55 degC"; in kelvin below 173.15 K and above 1273.15 K.
impl fmt::Display for Temperature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let celsius = self.0 - parse::CELSIUS_ZERO;
        if (-100.0..=1000.0).contains(&celsius) {
            // the subtraction leaves a round-off of the kelvin value, which is not printed
            print::with_unit(f, (celsius * 1e11).round() / 1e11, "degC")
        } else {
            print::with_unit(f, self.0, "K")
        }
    }
}

quantity! {
    /// A difference of temperatures, in kelvin.
    TemperatureDifference: "temperature difference", "5 K", Dimension::TEMPERATURE;
    print 0 in [(1.0, "K")];
    /// kelvin
    kelvin = 1.0;

    {
        fn of(any: AnyQuantity, text: &str) -> Result<Self, UnitError> {
            let checked = checked::<Self>(any, text)?;
            if parse::is_celsius(text) {
                return Err(UnitError::Impossible {
                    text: text.to_owned(),
                    allowed: "degC is a temperature; a difference of temperatures is written in K, such as \"5 K\"",
                });
            }
            Ok(checked)
        }
    }
}

quantity! {
    /// A power, in watts inside.
    Power: "power", "50 mW", Dimension::POWER;
    print 2 in [(1e-9, "nW"), (1e-6, "uW"), (1e-3, "mW"), (1.0, "W"), (1e3, "kW")];
    /// watts
    w = 1.0;
    /// milliwatts
    mw = 1e-3;
}

quantity! {
    /// An angle, in radians inside; printed in degrees.
    Angle: "angle", "8 deg", Dimension::ANGLE;
    print 0 in [(std::f64::consts::PI / 180.0, "deg")];
    /// radians
    rad = 1.0;
    /// degrees
    deg = (std::f64::consts::PI / 180.0);
}

quantity! {
    /// An electric current, in amperes inside.
    Current: "current", "60 mA", Dimension::CURRENT;
    print 1 in [(1e-6, "uA"), (1e-3, "mA"), (1.0, "A")];
    /// amperes
    a = 1.0;
    /// milliamperes
    ma = 1e-3;
}

quantity! {
    /// A voltage, in volts.
    Voltage: "voltage", "0.9 V", Dimension::VOLTAGE;
    print 1 in [(1e-3, "mV"), (1.0, "V")];
    /// volts
    v = 1.0;
}

quantity! {
    /// An electric resistance, in ohms.
    Resistance: "resistance", "4 ohm", Dimension::of([2, 1, -3, 0, -2, 0, 0]);
    print 1 in [(1e-3, "mohm"), (1.0, "ohm"), (1e3, "kohm"), (1e6, "Mohm")];
    /// ohms
    ohm = 1.0;
}

quantity! {
    /// A thermal conductivity k, W/(m K).
    ThermalConductivity: "thermal conductivity", "148 W/(m K)", Dimension::of([1, 1, -3, -1, 0, 0, 0]);
    print 0 in [(1.0, "W/(m K)")];
    /// watts per metre and kelvin
    w_per_m_k = 1.0;
}

quantity! {
    /// A heat transfer coefficient h, W/(m² K).
    HeatTransferCoefficient: "heat transfer coefficient", "5000 W/(m2 K)", Dimension::of([0, 1, -3, -1, 0, 0, 0]);
    print 0 in [(1.0, "W/(m2 K)")];
    /// watts per square metre and kelvin
    w_per_m2_k = 1.0;
}

quantity! {
    /// A thermal resistance times area, of a contact between two layers, m² K/W.
    ContactResistance: "thermal contact resistance", "1e-5 m2 K/W", Dimension::of([0, -1, 3, 1, 0, 0, 0]);
    print 0 in [(1.0, "m2 K/W")];
    /// square metres and kelvin per watt
    m2_k_per_w = 1.0;
}

quantity! {
    /// A heat flux, W/m².
    HeatFlux: "heat flux", "1e5 W/m2", Dimension::of([0, 1, -3, 0, 0, 0, 0]);
    print 0 in [(1.0, "W/m2")];
    /// watts per square metre
    w_per_m2 = 1.0;
}

quantity! {
    /// A span of time, in seconds inside.
    Duration: "duration", "10 us", Dimension::TIME;
    print 0 in [(1e-9, "ns"), (1e-6, "us"), (1e-3, "ms"), (1.0, "s")];
    /// seconds
    s = 1.0;
    /// milliseconds
    ms = 1e-3;
    /// microseconds
    us = 1e-6;
}

quantity! {
    /// A mass density ρ, kg/m³.
    Density: "density", "2330 kg/m3", Dimension::of([-3, 1, 0, 0, 0, 0, 0]);
    print 0 in [(1.0, "kg/m3")];
    /// kilograms per cubic metre
    kg_per_m3 = 1.0;
}

quantity! {
    /// A specific heat c, J/(kg K).
    SpecificHeat: "specific heat", "711 J/(kg K)", Dimension::of([2, 0, -2, -1, 0, 0, 0]);
    print 0 in [(1.0, "J/(kg K)")];
    /// joules per kilogram and kelvin
    j_per_kg_k = 1.0;
}

quantity! {
    /// A change per kelvin of a plain number, such as dn/dT, 1/K.
    PerKelvin: "change per kelvin", "1.8e-4 1/K", Dimension::of([0, 0, 0, -1, 0, 0, 0]);
    print 0 in [(1.0, "1/K")];
    /// one per kelvin
    per_kelvin = 1.0;
}

quantity! {
    /// A change per length of a plain number, 1/m.
    PerLength: "change per length", "0.025 1/um", Dimension::of([-1, 0, 0, 0, 0, 0, 0]);
    print 0 in [(1e6, "1/um")];
    /// one per metre
    per_m = 1.0;
    /// one per micrometre
    per_um = 1e6;
}

quantity! {
    /// A slope efficiency dP/dI, W/A (the dimension of a voltage).
    SlopeEfficiency: "slope efficiency", "0.3 W/A", Dimension::VOLTAGE;
    print 0 in [(1.0, "W/A")];
    /// watts per ampere
    w_per_a = 1.0;
}

quantity! {
    /// A drift of wavelength with temperature dλ/dT, m/K inside.
    WavelengthDrift: "wavelength drift", "0.1 nm/K", Dimension::of([1, 0, 0, -1, 0, 0, 0]);
    print 1 in [(1e-12, "pm/K"), (1e-9, "nm/K")];
    /// nanometres per kelvin
    nm_per_k = 1e-9;
}

quantity! {
    /// An energy, in joules inside; printed in electronvolts.
    Energy: "energy", "0.7 eV", Dimension::ENERGY;
    print 1 in [(1e-3 * ELEMENTARY_CHARGE, "meV"), (ELEMENTARY_CHARGE, "eV")];
    /// electronvolts
    ev = ELEMENTARY_CHARGE;
}

quantity! {
    /// A failure rate, in 1/s inside; printed in FIT, failures in 10⁹ device hours.
    FailureRate: "failure rate", "50 FIT", Dimension::of([0, 0, -1, 0, 0, 0, 0]);
    print 0 in [(1e-9 / 3600.0, "FIT")];
    /// failures in 10⁹ device hours
    fit = (1e-9 / 3600.0);
}

quantity! {
    /// A level or a loss, in decibels.
    Decibel: "level", "0.1 dB", Dimension::LEVEL;
    print 0 in [(1.0, "dB")];
    /// decibels
    db = 1.0;
}

quantity! {
    /// Bits a second.
    BitRate: "bit rate", "100 Gbit/s", Dimension::of([0, 0, -1, 0, 0, 0, 0]);
    print 0 in [(1e9, "Gbit/s")];
    /// 10⁹ bits a second
    gbit_per_s = 1e9;
}

quantity! {
    /// An energy for each bit, J inside.
    EnergyPerBit: "energy per bit", "5 pJ/bit", Dimension::ENERGY;
    print 0 in [(1e-12, "pJ/bit")];
    /// picojoules a bit
    pj_per_bit = 1e-12;
}

quantity! {
    /// A thermal resistance, K/W.
    ThermalResistance: "thermal resistance", "30 K/W", Dimension::of([-2, -1, 3, 1, 0, 0, 0]);
    print 0 in [(1.0, "K/W")];
    /// kelvin per watt
    k_per_w = 1.0;
}

quantity! {
    /// What a stream carries away per kelvin that it warms up: mass per time times specific heat, W/K.
    HeatCapacityRate: "heat capacity rate", "70 W/K", Dimension::of([2, 1, -3, -1, 0, 0, 0]);
    print 0 in [(1.0, "W/K")];
    /// watts per kelvin
    w_per_k = 1.0;
}

/// `any` as a `Q`, without limits on its value.
fn checked<Q: Quantity>(any: AnyQuantity, text: &str) -> Result<Q, UnitError> {
    any.expect_dimension(Q::DIMENSION, Q::NAME, Q::EXAMPLE, text)
        .map(Q::from_si)
}

/// Refuses a negative value, and zero unless it is allowed.
fn at_least_zero<Q: Quantity>(
    value: Q,
    text: &str,
    zero: bool,
    allowed: &'static str,
) -> Result<Q, UnitError> {
    if value.si() > 0.0 || (zero && value.si() == 0.0) {
        return Ok(value);
    }
    Err(UnitError::Impossible {
        text: text.to_owned(),
        allowed,
    })
}
