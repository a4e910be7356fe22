//! Files of comma-separated values beside a study.
//!
//! The first line names the columns, those of quantities with their unit in brackets: `current [mA]`. Lines that begin with `#` are remarks.

use cpo_materials::Quantity;

use super::reader::Reader;
use crate::file::{Cursor, listed};

/// What is wrong with a file: the line, if it is one, and the reason.
pub(super) struct Wrong(pub Option<u64>, pub String);

/// A column that a file needs: its title with a unit that fits, and whether one of another unit (`1 mA`) fits too.
pub(super) struct Titled {
    pub title: &'static str,
    pub fits: fn(&str) -> bool,
}

impl Titled {
    pub const fn of<Q: Quantity>(title: &'static str) -> Self {
        Self {
            title,
            fits: |one| Q::parse(one).is_ok(),
        }
    }
}

/// A line of a file with `N` columns of quantities.
pub(super) struct Line<'a, const N: usize> {
    pub number: Option<u64>,
    texts: [String; N],
    units: &'a [String; N],
}

impl<const N: usize> Line<'_, N> {
    /// The quantity in column `k` of those asked for.
    pub fn quantity<Q: Quantity>(&self, k: usize) -> Result<Q, Wrong> {
        Q::parse(&format!("{} {}", self.texts[k], self.units[k]))
            .map_err(|error| Wrong(self.number, error.to_string()))
    }
}

/// What `read` makes of every line of a file with these columns, in any order.
pub(super) fn lines<T, const N: usize>(
    text: &str,
    titled: &[Titled; N],
    mut read: impl FnMut(&Line<'_, N>) -> Result<T, Wrong>,
) -> Result<Vec<T>, Wrong> {
    let mut reader = reader(text);
    let header = reader
        .headers()
        .map_err(|e| Wrong(Some(1), e.to_string()))?;
    let (places, units) = columns(header, titled)?;
    let mut all = Vec::new();
    for record in reader.records() {
        let record =
            record.map_err(|e| Wrong(e.position().map(csv::Position::line), e.to_string()))?;
        let number = record.position().map(csv::Position::line);
        let mut texts: [String; N] = std::array::from_fn(|_| String::new());
        for (text, &place) in texts.iter_mut().zip(&places) {
            let cell = record.get(place).unwrap_or_default();
            if !cell.parse::<f64>().is_ok_and(f64::is_finite) {
                let told = format!("\"{cell}\" in column {} is not a finite number", place + 1);
                return Err(Wrong(number, told));
            }
            cell.clone_into(text);
        }
        all.push(read(&Line {
            number,
            texts,
            units: &units,
        })?);
    }
    Ok(all)
}

/// A reader of values with remarks.
pub(super) fn reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
}

/// A title's name and the unit in its brackets.
pub(super) fn name_and_unit(title: &str) -> (&str, Option<&str>) {
    match title.split_once('[') {
        Some((name, unit)) => (name.trim(), Some(unit.trim_end_matches(']').trim())),
        None => (title, None),
    }
}

/// Where the columns are, and their units.
fn columns<const N: usize>(
    header: &csv::StringRecord,
    titled: &[Titled; N],
) -> Result<([usize; N], [String; N]), Wrong> {
    let wrong = |told: String| Wrong(Some(1), told);
    let known = || listed(titled.iter().map(|t| t.title));
    let mut found: [Option<(usize, String)>; N] = std::array::from_fn(|_| None);
    for (column, title) in header.iter().enumerate() {
        let (name, unit) = name_and_unit(title);
        let unit = unit.unwrap_or_default();
        let Some(k) = titled.iter().position(|t| name_and_unit(t.title).0 == name) else {
            let told = format!("there is no column \"{title}\"; known are {}", known());
            return Err(wrong(told));
        };
        // one of the unit is the quantity itself
        if !(titled[k].fits)(&format!("1 {unit}")) {
            let told = format!("column \"{title}\" needs its unit: \"{}\"", titled[k].title);
            return Err(wrong(told));
        }
        if found[k].replace((column, unit.to_owned())).is_some() {
            return Err(wrong(format!("column \"{title}\" comes twice")));
        }
    }
    if found.iter().any(Option::is_none) {
        return Err(wrong(format!("columns {} are needed", known())));
    }
    let found = found.map(Option::unwrap_or_default);
    Ok((
        found.each_ref().map(|(column, _)| *column),
        found.map(|(_, unit)| unit),
    ))
}

/// The values that are there, rising; what differs by the last digits of decimals is one.
pub(super) fn distinct(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let span = values.last().unwrap_or(&0.0) - values.first().unwrap_or(&0.0);
    values.dedup_by(|b, a| *b - *a <= 1e-6 * span);
    values
}

/// Position of the value of a rising axis that is nearest.
pub(super) fn nearest(axis: &[f64], value: f64) -> usize {
    let above = axis.partition_point(|&v| v < value).min(axis.len() - 1);
    let below = above.saturating_sub(1);
    if value - axis[below] < axis[above] - value {
        below
    } else {
        above
    }
}

impl Reader {
    /// What `read` makes of a file beside the study, which is `what` and `allowed`.
    pub(super) fn csv_file<T>(
        &mut self,
        cursor: &Cursor<'_>,
        what: &str,
        allowed: &str,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let (file, text) = self.input_file(cursor, what, "a file of comma-separated values")?;
        match read(&text) {
            Ok(read) => Some(read),
            Err(Wrong(line, told)) => {
                let line = line.map_or(String::new(), |line| format!(", line {line}"));
                self.diagnostics
                    .error(&cursor.place, format!("{file}{line}: {told}"))
                    .allowed(allowed);
                None
            }
        }
    }
}
