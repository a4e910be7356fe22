//! What the lasers of a table's array take over the deviations that its study states.
//!
//! For equal light electricity goes as one over the wall-plug efficiency η, so that over its median it is η₅₀/η: the component
//! `laser_electricity`, whose p05 and p95 are those of the table, mean over the lasers, of what all share and of each by itself. It
//! multiplies what the map of lasers takes, at any light and temperature of the chip. Where the study drives the lasers with currents they
//! do not bring equal light; where the power asked of them deviates, or so many draws are at rollover that a quantile is none, it is not known:
//! all are said.
//!
//! Test: a table of known efficiencies moves the energy of the integrated laser by their ratio, and nothing else.

use cpo_table::{AxisValues, Group, LossTable};

use super::TableEntry;
use super::table_value::{TableValue, read};
use crate::Standing;
use crate::component::{ComponentName, Components, Triangle};
use crate::error::LinkError;

/// What the path of a map of lasers has behind that of their array.
const OF_MAP: &str = "_light";
/// Relative width of what is the same in all draws: the digits of a file.
const SAME: f64 = 1e-9;

/// Takes the spread of the array that `map` belongs to, if the table has one.
pub(super) fn take(
    components: &mut Components,
    table: &LossTable,
    map: &str,
) -> Result<(), LinkError> {
    let Some(array) = map.strip_suffix(OF_MAP).and_then(|path| table.group(path)) else {
        return Ok(());
    };
    if array.variable("wall_plug_efficiency_p50").is_none() {
        return Ok(());
    }
    let none = [Triangle::fixed(1.0); 2];
    let (typical, spreads, words, standing) = match Efficiencies::read(array)? {
        Efficiencies::OfCurrents => {
            let words =
                "no spread of electricity, since currents are given there and light differs";
            (1.0, none, words.to_owned(), Standing::Ok)
        }
        Efficiencies::Unknown(words) => (1.0, none, words, Standing::Unconverged),
        Efficiencies::Known {
            typical,
            about,
            rolled,
            standing,
        } => {
            let triangle = |[low, high]: [f64; 2]| {
                Triangle::of_quantiles(typical * low.min(1.0), typical, typical * high.max(1.0))
            };
            let mut words = "of equal light, over that without deviations".to_owned();
            if rolled > 0.0 {
                words += &format!(", {:.1} % of the draws there at rollover", 100.0 * rolled);
            }
            (typical, about.map(triangle), words, standing)
        }
    };
    let origin = format!("wall-plug efficiency of {}: {words}", array.path);
    let name = ComponentName::LaserElectricity;
    components.replace(name, typical, spreads, origin, standing);
    Ok(())
}

/// What is known of an array's efficiency, mean over its lasers.
enum Efficiencies {
    /// Its lasers have currents given, and no equal light.
    OfCurrents,
    /// Nothing, and why.
    Unknown(String),
    Known {
        /// η without deviations over its median.
        typical: f64,
        /// η₅₀/η₉₅ and η₅₀/η₀₅ of systematic deviations and of those of each laser.
        about: [[f64; 2]; 2],
        /// Share of the draws at rollover, fewer than would be a quantile.
        rolled: f64,
        standing: Standing,
    },
}

impl Efficiencies {
    fn read(array: &Group) -> Result<Self, LinkError> {
        let count = match array.axis("laser").map(|axis| &axis.values) {
            Some(AxisValues::Text(names)) => names.len(),
            _ => 0,
        };
        let entry = TableEntry::new(&array.path);
        let value = |name: &str, laser: usize| -> Result<TableValue, LinkError> {
            read(array, name, &entry, &[("laser", laser as f64)])
        };
        let rolled = read(array, "rollover_share", &entry, &[])?.value;
        let (mut typical, mut about) = (0.0, [[0.0; 2]; 2]);
        let mut standing = Standing::Ok;
        for laser in 0..count {
            let ends = |name: &str| -> Result<[f64; 2], LinkError> {
                let [p05, p95] = ["p05", "p95"].map(|q| value(&format!("{name}_{q}"), laser));
                Ok([p05?.value, p95?.value])
            };
            let [power, current] = [ends("optical_power")?, ends("drive_current")?];
            if is_given(current) && !is_given(power) {
                return Ok(Self::OfCurrents);
            }
            let nominal = value("wall_plug_efficiency", laser)?;
            let middle = value("wall_plug_efficiency_p50", laser)?;
            let whole = ends("wall_plug_efficiency")?;
            let known = [whole, power].into_iter().flatten();
            if !known
                .chain([nominal.value, middle.value])
                .all(f64::is_finite)
            {
                return Ok(Self::Unknown(match rolled {
                    share if share > 0.0 => format!(
                        "its spread is not known, since {:.1} % of the draws there are at rollover",
                        100.0 * share
                    ),
                    _ => "its spread is not known there".to_owned(),
                }));
            }
            if !is_given(power) {
                let words = "its spread is not known, since the power of lasers deviates there";
                return Ok(Self::Unknown(words.to_owned()));
            }
            standing = standing.max(nominal.standing).max(middle.standing);
            typical += nominal.value / middle.value / count as f64;
            for (about, part) in about.iter_mut().zip(["systematic", "random"]) {
                let [p05, p95] = ends(&format!("wall_plug_efficiency_{part}"))?;
                let p50 = value(&format!("wall_plug_efficiency_{part}_p50"), laser)?.value;
                about[0] += p50 / p95 / count as f64;
                about[1] += p50 / p05 / count as f64;
            }
        }
        Ok(Self::Known {
            typical,
            about,
            rolled,
            standing,
        })
    }
}

/// Whether a quantity is the same in all draws.
fn is_given([least, most]: [f64; 2]) -> bool {
    most - least <= SAME * most
}
