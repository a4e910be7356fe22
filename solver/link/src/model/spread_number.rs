//! A number of the loss table over the deviations of its study: median, and what both kinds of deviations do about it.

use cpo_table::Group;

use super::TableEntry;
use super::table_value::{TableValue, read};
use crate::Standing;
use crate::component::Triangle;
use crate::error::LinkError;

/// Unit in words, and its size in SI.
pub(super) type Shown = (&'static str, f64);
pub(super) const DECIBEL: Shown = ("dB", 1.0);
pub(super) const DECIBEL_PER_METRE: Shown = ("dB/m", 1.0);
pub(super) const DRIFT: Shown = ("pm/K", 1e-12);

/// A number of a table's group over its deviations.
#[derive(Clone, Debug)]
pub(super) struct SpreadNumber {
    /// The median where the group has its spread, else the nominal number; with the nominal error bar.
    pub(super) typical: TableValue,
    /// p05 and p95 less the median, of what all lanes share and of each lane by itself.
    about: [[f64; 2]; 2],
    /// "median 1.295 dB, nominal 1.290 dB with error bar 0.010 dB".
    pub(super) words: String,
}

impl SpreadNumber {
    /// The variable of that name, with those of its spread.
    pub(super) fn read(
        group: &Group,
        variable: &str,
        (unit, size): Shown,
        entry: &TableEntry,
        conditions: &[(&str, f64)],
    ) -> Result<Self, LinkError> {
        let value = |name: &str| read(group, name, entry, conditions);
        let spread = |part: &str| value(&format!("{variable}_{part}"));
        let has = |part: &str| group.variable(&format!("{variable}_{part}")).is_some();
        let shown = |value: f64| format!("{:.3} {unit}", value / size);
        let own = value(variable)?;
        let of_error = format!("with error bar {}", shown(own.error));
        let nominal = format!("nominal {} {of_error}", shown(own.value));
        let mut found = Self {
            typical: own,
            about: [[0.0; 2]; 2],
            words: format!("{nominal}, without deviations"),
        };
        if !has("p50") {
            return Ok(found);
        }
        let median = spread("p50")?;
        if median.value.is_nan() {
            // the number stands, but not as one that nothing deviates from
            found.words = format!("{nominal}, its spread not computed");
            found.typical.standing = own.standing.max(Standing::Unconverged);
            return Ok(found);
        }
        let mut worst = own.standing.max(median.standing);
        for (about, part) in found.about.iter_mut().zip(["systematic", "random"]) {
            if !has(&format!("{part}_p50")) {
                continue;
            }
            let [p05, p50, p95] = ["p05", "p50", "p95"].map(|q| spread(&format!("{part}_{q}")));
            let [p05, p50, p95] = [p05?, p50?, p95?];
            worst = [p05, p50, p95]
                .iter()
                .fold(worst, |worst, of| worst.max(of.standing));
            *about = [p05.value - p50.value, p95.value - p50.value]
                .map(|d| if d.is_nan() { 0.0 } else { d });
        }
        found.words = format!("median {}, {nominal}", shown(median.value));
        found.typical = TableValue {
            value: median.value,
            error: own.error.max(median.error),
            standing: worst,
        };
        Ok(found)
    }

    /// Of light that passes both. Deviations and error bars add as if they went together, as those of one wafer may: a bound
    /// where they do not.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.typical.value += other.typical.value;
        self.typical.error += other.typical.error;
        self.typical.standing = self.typical.standing.max(other.typical.standing);
        for (own, other) in self.about.iter_mut().zip(other.about) {
            own[0] += other[0].min(0.0);
            own[1] += other[1].max(0.0);
        }
        self
    }

    /// Without its sign.
    pub(super) fn magnitude(mut self) -> Self {
        if self.typical.value < 0.0 {
            self.typical.value = -self.typical.value;
            self.about = self.about.map(|[below, above]| [-above, -below]);
        }
        self
    }

    /// What is systematic and what is of each lane, whose sum is not below `least`. Error bars widen what is systematic: they bound
    /// the same wafer.
    pub(super) fn triangles(&self, least: f64) -> [Triangle; 2] {
        let TableValue { value, error, .. } = self.typical;
        let [mut systematic, mut lane] = self.about.map(|[below, above]| {
            Triangle::of_quantiles(value + below.min(0.0), value, value + above.max(0.0))
        });
        systematic.low = (systematic.low - error).max(least).min(value);
        systematic.high += error;
        // where both together reach further down than there is room, each keeps its share of it
        let (room, below) = (value - least, [value - systematic.low, value - lane.low]);
        let reach = below[0] + below[1];
        if reach > room {
            let share = (room / reach).max(0.0);
            systematic.low = value - share * below[0];
            lane.low = value - share * below[1];
        }
        [systematic, lane]
    }
}
