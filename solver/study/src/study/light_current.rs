//! Light-current curves at several temperatures from a file of comma-separated values, and the laser parameters they hold.
//!
//! The first line names the columns with their units in brackets: `temperature [degC]` (of the junction), `current [mA]`,
//! `power [mW]`, in any order. Points may come in any order; lines that begin with `#` are remarks.

use cpo_materials::{Current, Power, Quantity, Temperature};
use cpo_solver::laser::{LightCurrentFit, LightCurrentSample};

use super::reader::Reader;
use crate::file::{Cursor, listed};

/// Columns with the unit that a message suggests.
const COLUMNS: [(&str, &str); 3] = [
    ("temperature", "temperature [degC]"),
    ("current", "current [mA]"),
    ("power", "power [mW]"),
];

/// What is wrong with a file: the line, if it is one, and the reason.
struct Wrong(Option<u64>, String);

/// Where the columns are, with their units.
struct Columns([(usize, String); 3]);

impl Columns {
    fn of(header: &csv::StringRecord) -> Result<Self, Wrong> {
        let wrong = |told: String| Wrong(Some(1), told);
        let mut found: [Option<(usize, String)>; 3] = Default::default();
        for (column, title) in header.iter().enumerate() {
            let (name, unit) = match title.split_once('[') {
                Some((name, unit)) => (name.trim(), unit.trim_end_matches(']').trim()),
                None => (title, ""),
            };
            let Some(k) = COLUMNS.iter().position(|(known, _)| *known == name) else {
                let known = listed(COLUMNS.iter().map(|(_, title)| *title));
                return Err(wrong(format!(
                    "there is no column \"{title}\"; known are {known}"
                )));
            };
            // one of the unit is the quantity itself
            let one = format!("1 {unit}");
            let fits = match k {
                0 => one.parse::<Temperature>().map(|_| ()),
                1 => one.parse::<Current>().map(|_| ()),
                _ => one.parse::<Power>().map(|_| ()),
            };
            if fits.is_err() {
                return Err(wrong(format!(
                    "column \"{title}\" needs its unit: \"{}\"",
                    COLUMNS[k].1
                )));
            }
            if found[k].replace((column, unit.to_owned())).is_some() {
                return Err(wrong(format!("column \"{title}\" comes twice")));
            }
        }
        match found {
            [Some(temperature), Some(current), Some(power)] => {
                Ok(Self([temperature, current, power]))
            }
            _ => {
                let needed = listed(COLUMNS.iter().map(|(_, title)| *title));
                Err(wrong(format!("columns {needed} are needed")))
            }
        }
    }
}

fn samples(text: &str) -> Result<Vec<LightCurrentSample>, Wrong> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader
        .headers()
        .map_err(|e| Wrong(Some(1), e.to_string()))?;
    let Columns([temperature, current, power]) = Columns::of(header)?;
    let mut samples = Vec::new();
    for record in reader.records() {
        let record =
            record.map_err(|e| Wrong(e.position().map(csv::Position::line), e.to_string()))?;
        let line = record.position().map(csv::Position::line);
        let text = |column: usize| record.get(column).unwrap_or_default();
        for (column, _) in [&temperature, &current, &power] {
            if !text(*column).parse::<f64>().is_ok_and(f64::is_finite) {
                return Err(Wrong(
                    line,
                    format!(
                        "\"{}\" in column {} is not a finite number",
                        text(*column),
                        column + 1
                    ),
                ));
            }
        }
        let sample = LightCurrentSample {
            temperature: quantity(text(temperature.0), &temperature.1, line)?,
            current: quantity(text(current.0), &current.1, line)?,
            power: quantity(text(power.0), &power.1, line)?,
        };
        if sample.current.si() < 0.0 {
            return Err(Wrong(
                line,
                format!(
                    "a current of {} in column {}; it is zero or more",
                    sample.current,
                    current.0 + 1
                ),
            ));
        }
        samples.push(sample);
    }
    Ok(samples)
}

fn quantity<Q: Quantity>(number: &str, unit: &str, line: Option<u64>) -> Result<Q, Wrong> {
    Q::parse(&format!("{number} {unit}")).map_err(|error| Wrong(line, error.to_string()))
}

impl Reader {
    /// Reads light-current curves beside the study and fits the laser's parameters to them.
    pub(crate) fn light_current(&mut self, cursor: &Cursor<'_>) -> Option<LightCurrentFit> {
        let file = self.diagnostics.string(cursor)?.to_owned();
        let path = self.directory.join(&file);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                self.diagnostics
                    .error(
                        &cursor.place,
                        format!(
                            "cannot read the light-current curves {}: {error}",
                            path.display()
                        ),
                    )
                    .allowed("a file of comma-separated values; its path is relative to the study");
                return None;
            }
        };
        let fit = samples(&text).and_then(|samples| {
            // the law can be stated at any temperature afterwards
            LightCurrentFit::new(&samples, Temperature::celsius(25.0))
                .map_err(|error| Wrong(None, error.to_string()))
        });
        match fit {
            Ok(fit) => Some(fit),
            Err(Wrong(line, told)) => {
                let line = line.map_or(String::new(), |line| format!(", line {line}"));
                self.diagnostics
                    .error(&cursor.place, format!("{}{line}: {told}", path.display()))
                    .allowed(
                        "a line of titles such as `temperature [degC],current [mA],power [mW]`, then the points of \
                         light-current curves at two junction temperatures or more",
                    );
                None
            }
        }
    }
}
