//! Numbers of links as cells.

use cpo_link::{Boundary, LinkAnswers, Number, Standing, Unit, binomial_interval};

use crate::figures::DisplayUnit;
use crate::number::significant;
use crate::present::cells::PERCENT;
use crate::report::{Cell, Column};

/// pJ/bit.
pub(super) const PICOJOULE_PER_BIT: DisplayUnit = DisplayUnit::new("pJ/bit", 1e-12);
/// Levels above a milliwatt are held in dBm throughout.
pub(super) const DECIBEL_MILLIWATT: DisplayUnit = DisplayUnit::new("dBm", 1.0);
/// Failures in 10⁹ hours.
pub(super) const FIT: DisplayUnit = DisplayUnit::new("FIT", 1e-9 / 3600.0);
/// Nanoseconds.
pub(super) const NANOSECOND: DisplayUnit = DisplayUnit::new("ns", 1e-9);

/// What a number of a link is shown in.
pub(super) fn display(unit: Unit) -> DisplayUnit {
    match unit {
        Unit::Plain => DisplayUnit::ONE,
        Unit::Decibel => DisplayUnit::DECIBEL,
        Unit::DecibelMilliwatt => DECIBEL_MILLIWATT,
        Unit::Watt => DisplayUnit::WATT,
        Unit::JoulePerBit => PICOJOULE_PER_BIT,
        Unit::Kelvin => DisplayUnit::CELSIUS,
        Unit::Ampere => DisplayUnit::MILLIAMPERE,
        Unit::Volt => DisplayUnit::VOLT,
        Unit::PerSecond => FIT,
        Unit::Second => NANOSECOND,
    }
}

/// A number, the median of what is drawn, with its range, its mark and where it comes from.
pub(super) fn ranged(number: &Number) -> Cell {
    ranged_in(number, display(number.unit))
}

/// The same in another unit.
pub(super) fn ranged_in(number: &Number, unit: DisplayUnit) -> Cell {
    let range = [number.low, number.high];
    let origin = match number.median.is_nan() {
        true => number.origin.clone(),
        false => format!(
            "{}; all inputs typical: {} {}",
            number.origin,
            significant(unit.show(number.value), 4),
            unit.symbol
        ),
    };
    Cell::ranged(number.middle(), range, flag(number.status), unit).with_origin(origin)
}

/// Word of a standing that is not ok.
pub(super) fn flag(standing: Standing) -> Option<&'static str> {
    match standing {
        Standing::Ok => None,
        Standing::Extrapolated => Some("extrapolated"),
        Standing::Unconverged => Some("unconverged"),
        Standing::Infeasible => Some("too little light"),
        Standing::NotComputed => Some("not computed"),
    }
}

/// A plain number, to three digits, with where it comes from.
pub(super) fn stated(value: f64, unit: DisplayUnit, origin: &str) -> Cell {
    Cell::ranged(value, [value; 2], None, unit)
        .shown_as(significant(unit.show(value), 3))
        .with_origin(origin)
}

/// In how many draws, in whole per cents: some thousand tell no more.
pub(super) fn in_draws(share: f64, draws: u32) -> String {
    match share {
        0.0 => format!("in none of {draws} draws"),
        1.0 => format!("in all of {draws} draws"),
        share if share < 0.01 => String::from("in less than 1 % of draws"),
        share => format!("in {} % of draws", (100.0 * share).floor()),
    }
}

/// A share of drawn engines, within what so many draws tell of it, in whole per cents of which none and all are only none and all.
pub(super) fn share(share: f64, engines: u32, origin: &str) -> Cell {
    let origin = format!("{origin}, of {engines} drawn; 95 % interval of the share");
    if share.is_nan() {
        return Cell::ranged(share, [f64::NAN; 2], None, PERCENT).with_origin(origin);
    }
    let [low, high] = binomial_interval(share, engines);
    let percent = |share: f64, round: fn(f64) -> f64| round((1e8 * share).round() / 1e6);
    let told = match share {
        share if share > 0.0 && share < 0.01 => String::from("<1"),
        share => percent(share, f64::floor).to_string(),
    };
    let ends = [percent(low, f64::floor), percent(high, f64::ceil)];
    Cell::ranged(share, [low, high], None, PERCENT)
        .shown_as(format!("{told} [{}, {}]", ends[0], ends[1]))
        .with_origin(origin)
}

/// A column of numbers in the unit they are shown in.
pub(super) fn column(title: &str, unit: DisplayUnit) -> Column {
    Column::new(title, unit.symbol)
}

/// A boundary as the switch of the page names it.
pub(super) fn boundary_name(boundary: Boundary) -> &'static str {
    match boundary {
        Boundary::Optics => "Optics",
        Boundary::Host => "+ host SerDes",
        Boundary::Switch => "+ switch",
    }
}

/// Name for readers of the architecture called `name`.
pub(super) fn title<'a>(answers: &'a LinkAnswers, name: &'a str) -> &'a str {
    let mut all = answers.architectures.iter();
    all.find(|a| a.name == name).map_or(name, |a| &a.title)
}

/// "800 Gbit/s", "3.2 Tbit/s".
pub(super) fn bandwidth(bit_per_s: f64) -> String {
    match bit_per_s {
        b if b >= 1e12 => format!("{} Tbit/s", significant(b / 1e12, 4)),
        b => format!("{} Gbit/s", significant(b / 1e9, 4)),
    }
}

/// "63 °C".
pub(super) fn celsius(kelvin: f64) -> String {
    format!("{} °C", significant(DisplayUnit::CELSIUS.show(kelvin), 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_and_all_are_told_as_such() {
        let told = [0.0, 0.004, 0.576, 0.999, 1.0].map(|share| in_draws(share, 1024));
        let expected = [
            "in none of 1024 draws",
            "in less than 1 % of draws",
            "in 57 % of draws",
            "in 99 % of draws",
            "in all of 1024 draws",
        ];
        assert_eq!(told, expected);
    }

    /// 1024 draws tell whole per cents: rounded outwards, and 29 % is not 28.999999999999996 %.
    #[test]
    fn shares_are_told_in_whole_per_cents() {
        let told = |value: f64| {
            let cell = serde_json::to_value(share(value, 1024, "engines")).unwrap();
            cell["text"].as_str().unwrap().to_owned()
        };
        // 26.3 to 31.9 %
        assert_eq!(told(0.29), "29 [26, 32]");
        assert_eq!(told(0.999), "99 [99, 100]");
        assert_eq!(told(0.001), "<1 [0, 1]");
        assert_eq!(told(0.0), "0 [0, 1]");
        assert_eq!(told(1.0), "100 [99, 100]");
        assert_eq!(told(f64::NAN), "–");
    }
}
