//! Tests of reading and printing.

use super::*;
use proptest::prelude::*;

fn any(text: &str) -> AnyQuantity {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn error(text: &str) -> UnitError {
    text.parse::<AnyQuantity>().expect_err(text)
}

/// One multiplication and one division: a few units in the last place.
fn assert_value(text: &str, value: f64) {
    let read = any(text).value;
    assert!(
        (read - value).abs() <= 4.0 * f64::EPSILON * value.abs(),
        "{text}: {read} for {value}"
    );
}

#[test]
fn values_of_unit_expressions() {
    for (text, value) in [
        ("220 nm", 220e-9),
        ("220nm", 220e-9),
        ("  -1.5 um ", -1.5e-6),
        ("−1.5 um", -1.5e-6),
        ("0.22 µm", 0.22e-6),
        ("0.22 μm", 0.22e-6),
        (".5e1 mm", 5e-3),
        ("5. mm", 5e-3),
        ("1e-3 km", 1.0),
        ("130 W/(m K)", 130.0),
        ("130 W/m/K", 130.0),
        ("130 W·m^-1·K⁻¹", 130.0),
        ("130 W m-1 K-1", 130.0),
        ("1.3 W/(cm K)", 130.0),
        ("1.3 W/(cm*K)", 130.0),
        ("0.5 um2", 0.5e-12),
        ("0.5 um²", 0.5e-12),
        ("0.5 (um)^2", 0.5e-12),
        ("5000 W/(m2 K)", 5000.0),
        ("0.5 W/(cm^2 K)", 5000.0),
        ("1.8e-4 1/K", 1.8e-4),
        ("1.8e-4 K^-1", 1.8e-4),
        ("2330 kg/m3", 2330.0),
        ("2.33 g/cm³", 2330.0),
        ("711 J/(kg K)", 711.0),
        ("0.1 nm/K", 1e-10),
        ("55 degC", 328.15),
        ("55°C", 328.15),
        ("300 K", 300.0),
        ("180 deg", std::f64::consts::PI),
        ("140 mrad", 0.14),
        ("2 dB/cm", 200.0),
        ("0.5 dB", 0.5),
        ("5 %", 0.05),
        ("2 eV", 2.0 * crate::constants::ELEMENTARY_CHARGE),
        ("5eV", 5.0 * crate::constants::ELEMENTARY_CHARGE),
        ("3 kohm", 3000.0),
        ("3 kΩ", 3000.0),
        ("20 m2 K/W", 20.0),
        ("0 nm", 0.0),
    ] {
        assert_value(text, value);
    }
}

#[test]
fn dimensions_of_unit_expressions() {
    for (text, dimension) in [
        ("130 W/(m K)", ThermalConductivity::DIMENSION),
        ("5000 W/(m^2·K)", HeatTransferCoefficient::DIMENSION),
        ("5 mm2 K/W", ContactResistance::DIMENSION),
        ("30 K/W", ThermalResistance::DIMENSION),
        ("70 W/K", HeatCapacityRate::DIMENSION),
        ("112 Gbit/s", BitRate::DIMENSION),
        ("1.1 pJ/bit", EnergyPerBit::DIMENSION),
        ("0.3 W/A", SlopeEfficiency::DIMENSION),
        ("0.3 V", SlopeEfficiency::DIMENSION),
        ("4 V/A", Resistance::DIMENSION),
        ("1 J/s", Power::DIMENSION),
        ("1 N m", Dimension::ENERGY),
        ("5 %", Dimension::NONE),
    ] {
        assert_eq!(any(text).dimension, dimension, "{text}");
    }
    // angles and levels are no plain numbers
    assert_ne!(any("1 rad").dimension, Dimension::NONE);
    assert_ne!(any("1 dB").dimension, Dimension::NONE);
    assert_eq!(any("1 kg m3").dimension.to_string(), "m3 kg");
    assert_eq!(any("1 m/(s2 A)").dimension.to_string(), "m/(s2 A)");
}

#[test]
fn messages_name_the_fix() {
    let messages = [
        (
            Length::parse("220").unwrap_err(),
            "'220' has no unit: write it with one, such as \"220 nm\"",
        ),
        (
            Power::parse("220 nm").unwrap_err(),
            "'220 nm' is a length; a power was expected, such as \"50 mW\"",
        ),
        (
            Length::parse("8 deg").unwrap_err(),
            "'8 deg' is an angle; a length was expected, such as \"220 nm\"",
        ),
        (
            Length::parse("3 K/m2").unwrap_err(),
            "'3 K/m2' is in K/m2; a length was expected, such as \"220 nm\"",
        ),
        (
            error("3 nanometer"),
            "'3 nanometer': the unit 'nanometer' is not known",
        ),
        (
            error("3 Nm"),
            "'3 Nm': the unit 'Nm' is not known; did you mean 'nm'?",
        ),
        (error("3 watt"), "'3 watt': the unit 'watt' is not known"),
        (
            error("3 mw"),
            "'3 mw': the unit 'mw' is not known; did you mean 'mW'?",
        ),
        (
            error("20 degc"),
            "'20 degc': the unit 'degc' is not known; did you mean 'degC'?",
        ),
        (
            error("20 degF"),
            "'20 degF': the unit 'degF' is not known; did you mean 'degC'?",
        ),
    ];
    for (error, message) in messages {
        assert_eq!(error.to_string(), message);
    }
    assert!(
        TemperatureDifference::parse("5 degC")
            .unwrap_err()
            .to_string()
            .contains("\"5 K\"")
    );
}

#[test]
fn kinds_of_errors() {
    for text in ["", "nm", "abc", "- nm", ". nm", "e5 nm", "wide"] {
        assert!(
            matches!(error(text), UnitError::NotANumber { .. }),
            "{text}"
        );
    }
    for text in [
        "nan nm",
        "NaN",
        "inf nm",
        "-infinity nm",
        "1e999 nm",
        "1e300 Tm100",
    ] {
        assert!(matches!(error(text), UnitError::NotFinite { .. }), "{text}");
    }
    for text in [
        "5 W/m K",
        "5 W/(m K",
        "5 W/m)",
        "5 W/",
        "5 /m",
        "5 W//m",
        "1,000 nm",
        "1 000 nm",
        "5 m^",
        "5 m^x",
        "5 m999",
        "5 m100 m100",
        "5 W/degC",
        "5 degC2",
        "5 ((((((((((((((((m))))))))))))))))",
        "5 nm-",
        "5 m--2",
    ] {
        assert!(
            matches!(error(text), UnitError::Malformed { .. }),
            "{text}: {:?}",
            error(text)
        );
    }
    for text in ["0 nm", "-3 nm"] {
        assert!(
            matches!(Wavelength::parse(text), Err(UnitError::Impossible { .. })),
            "{text}"
        );
    }
    assert!(matches!(
        Temperature::parse("-1 K"),
        Err(UnitError::Impossible { .. })
    ));
    assert_eq!(Temperature::parse("0 K"), Ok(Temperature::kelvin(0.0)));
    // a plain number is a number without a unit in TOML, not text
    assert!(matches!(error("0.5"), UnitError::MissingUnit { .. }));
}

#[test]
fn natural_prefixes() {
    for (printed, expected) in [
        (Length::nm(220.0).to_string(), "220 nm"),
        (Length::um(1.0).to_string(), "1 um"),
        (Length::nm(1000.0).to_string(), "1 um"),
        (Length::um(-2.5).to_string(), "-2.5 um"),
        (Length::mm(6.0).to_string(), "6 mm"),
        (Length::m(0.0).to_string(), "0 um"),
        (Length::m(0.1 + 0.2).to_string(), "300 mm"),
        (Wavelength::um(1.55).to_string(), "1550 nm"),
        (Temperature::celsius(25.0).to_string(), "25 degC"),
        (Temperature::kelvin(293.0).to_string(), "19.85 degC"),
        (Temperature::kelvin(4.0).to_string(), "4 K"),
        (TemperatureDifference::kelvin(5.0).to_string(), "5 K"),
        (Power::mw(50.0).to_string(), "50 mW"),
        (Power::w(0.0).to_string(), "0 mW"),
        (Angle::deg(8.0).to_string(), "8 deg"),
        (Current::ma(60.0).to_string(), "60 mA"),
        (Voltage::v(0.9).to_string(), "900 mV"),
        (Resistance::ohm(4.0).to_string(), "4 ohm"),
        (
            ThermalConductivity::w_per_m_k(0.026).to_string(),
            "0.026 W/(m K)",
        ),
        (
            HeatTransferCoefficient::w_per_m2_k(5000.0).to_string(),
            "5000 W/(m2 K)",
        ),
        (PerKelvin::per_kelvin(2.45e-5).to_string(), "2.45e-5 1/K"),
        (PerLength::per_um(0.025).to_string(), "0.025 1/um"),
        (SlopeEfficiency::w_per_a(0.3).to_string(), "0.3 W/A"),
        (WavelengthDrift::nm_per_k(0.1).to_string(), "100 pm/K"),
        (Decibel::db(-3.0).to_string(), "-3 dB"),
        (any("2.2e-7 m").to_string(), "2.2e-7 m"),
        (format!("{:.1}", Length::nm(123.456)), "123.5 nm"),
    ] {
        assert_eq!(printed, expected);
    }
}

/// parse(print(q)) = q: 15 printed digits and two conversions leave a relative 1e-14; the offset of
/// degC leaves 1e-11 K.
macro_rules! round_trips {
    ($($name:ident: $quantity:ty, $range:expr;)*) => {
        proptest! {
            $(
                #[test]
                fn $name(value in $range) {
                    let quantity = <$quantity>::from_si(value);
                    let again = <$quantity>::parse(&quantity.to_string()).map_err(|e| TestCaseError::fail(e.to_string()))?;
                    let offset = if stringify!($quantity) == "Temperature" { 1e-11 } else { 0.0 };
                    prop_assert!((again.si() - value).abs() <= 1e-14 * value.abs() + offset, "{quantity}: {} for {value}", again.si());
                }
            )*
        }
    };
}

round_trips! {
    length_round_trip: Length, prop::num::f64::NORMAL.prop_filter("size", |x| (1e-30..1e30).contains(&x.abs()));
    wavelength_round_trip: Wavelength, 1e-8..1e-3;
    temperature_round_trip: Temperature, 0.0..5000.0;
    difference_round_trip: TemperatureDifference, -1e4..1e4;
    power_round_trip: Power, -1e6..1e6;
    angle_round_trip: Angle, -10.0..10.0;
    current_round_trip: Current, -10.0..10.0;
    voltage_round_trip: Voltage, -1e3..1e3;
    resistance_round_trip: Resistance, 1e-6..1e9;
    conductivity_round_trip: ThermalConductivity, 1e-6..1e4;
    heat_transfer_round_trip: HeatTransferCoefficient, 1e-3..1e7;
    contact_round_trip: ContactResistance, 0.0..1e-2;
    heat_flux_round_trip: HeatFlux, -1e9..1e9;
    duration_round_trip: Duration, 0.0..1e6;
    density_round_trip: Density, 1e-3..1e5;
    specific_heat_round_trip: SpecificHeat, 1.0..1e4;
    per_kelvin_round_trip: PerKelvin, -1e-3..1e-3;
    per_length_round_trip: PerLength, -1e6..1e6;
    slope_round_trip: SlopeEfficiency, 0.0..2.0;
    drift_round_trip: WavelengthDrift, -1e-9..1e-9;
    decibel_round_trip: Decibel, -200.0..200.0;
    heat_capacity_rate_round_trip: HeatCapacityRate, 1e-6..1e6;
    bit_rate_round_trip: BitRate, 1e6..1e14;
    energy_per_bit_round_trip: EnergyPerBit, 1e-15..1e-9;
    thermal_resistance_round_trip: ThermalResistance, 1e-6..1e6;
}

#[test]
fn powers_may_be_levels_above_a_milliwatt() {
    let power = |text: &str| Power::parse(text).map(Quantity::si);
    assert!((power("0 dBm").expect("a power") - 1e-3).abs() < 1e-18);
    assert!((power("19 dBm").expect("a power") - 0.0794328).abs() < 1e-7);
    assert!((power("-10.5 dBm").expect("a power") - 8.9125e-5).abs() < 1e-9);
    assert!(power("1e9 dBm").is_err(), "beyond any number");
    assert!("3 dBm/K".parse::<AnyQuantity>().is_err());
    assert!(Decibel::parse("3 dBm").is_err(), "a power is no ratio");
}

proptest! {
    /// Whatever the text, an answer or an error, never a panic.
    #[test]
    fn any_text_is_survived(text in "\\PC{0,24}") {
        let _ = text.parse::<AnyQuantity>();
    }

    /// The same for texts that look like quantities.
    #[test]
    fn quantity_like_text_is_survived(text in "[-+−]?[0-9.e]{1,6} ?[()/ *·^²⁻a-zA-Z°µ0-9]{0,16}") {
        let _ = text.parse::<AnyQuantity>();
    }

    /// Any dimension prints as a unit that reads back as that dimension.
    #[test]
    fn dimension_round_trip(exponents in prop::array::uniform7(-4_i8..5)) {
        let dimension = Dimension::of(exponents);
        let again: AnyQuantity = format!("1 {dimension}").parse().map_err(|e: UnitError| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(again.dimension, dimension);
    }
}
