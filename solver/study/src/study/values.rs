//! Values as they are written: a list, a range, a tolerance, of any one dimension.

use cpo_materials::{AnyQuantity, Dimension, Quantity, Temperature, TemperatureDifference};

use super::reader::{Reader, excerpt};
use super::schema::{RANGE, TOLERANCE};
use super::{Parameter, ParameterId, Scope, Tolerance};
use crate::file::{Cursor, Key, Place, Value, last_key};

/// Most values of one parameter.
const MOST_VALUES: usize = 100_000;
/// Values with one dimension, as written.
pub(crate) struct Values {
    dimension: Dimension,
    values: Vec<f64>,
    texts: Vec<String>,
    tolerance: Option<Tolerance>,
}

/// A word that can be the name of a parameter.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn has_any(cursor: &Cursor<'_>, keys: &[Key]) -> bool {
    match &cursor.node.value {
        Value::Table(entries) => entries.iter().any(|e| keys.iter().any(|k| k.name == e.key)),
        _ => false,
    }
}

impl Reader {
    /// Reads `[parameters]`.
    pub(crate) fn parameters(&mut self, cursor: &Cursor<'_>) {
        for (name, place, value) in self.diagnostics.named(cursor) {
            if !is_identifier(name) {
                self.diagnostics
                    .error(
                        &place,
                        format!("`{name}` cannot be the name of a parameter"),
                    )
                    .allowed("letters, digits and underscores, not beginning with a digit");
                continue;
            }
            match self.values(&value) {
                Some(values) => {
                    self.define(name.to_owned(), values, value.place, false);
                }
                None => self.broken_parameters.push(name.to_owned()),
            }
        }
    }

    pub(crate) fn define(
        &mut self,
        name: String,
        v: Values,
        place: Place,
        in_place: bool,
    ) -> ParameterId {
        let Values {
            dimension,
            values,
            texts,
            tolerance,
        } = v;
        self.parameters.push(Parameter {
            name,
            dimension,
            values,
            tolerance,
            in_place,
            place,
            texts,
            uses: Vec::new(),
            show: None,
        });
        ParameterId(self.parameters.len() - 1)
    }

    /// A value, list, range or tolerance of any one dimension.
    pub(crate) fn values(&mut self, cursor: &Cursor<'_>) -> Option<Values> {
        match &cursor.node.value {
            Value::Array(_) => self.list(cursor),
            Value::Table(_) => self.range_or_tolerance(cursor),
            _ => {
                let (quantity, text) = self.any(cursor)?;
                Some(Values {
                    dimension: quantity.dimension,
                    values: vec![quantity.value],
                    texts: vec![text],
                    tolerance: None,
                })
            }
        }
    }

    /// A single quantity of any dimension, with its text.
    fn any(&mut self, cursor: &Cursor<'_>) -> Option<(AnyQuantity, String)> {
        match &cursor.node.value {
            Value::String(text) if is_identifier(text) => {
                self.diagnostics
                    .error(
                        &cursor.place,
                        format!("\"{text}\" is a name; a value is needed here"),
                    )
                    .allowed("a quantity with its unit such as \"220 nm\", or a bare number");
                None
            }
            Value::String(text) => match text.parse::<AnyQuantity>() {
                Ok(quantity) => Some((quantity, text.clone())),
                Err(error) => {
                    let plain = text.trim().parse::<f64>().is_ok();
                    let diagnostic = self.diagnostics.error(&cursor.place, error.to_string());
                    if plain {
                        diagnostic.help(format!(
                            "or, for a plain number, write {} without quotes",
                            text.trim()
                        ));
                    }
                    None
                }
            },
            Value::Integer(_) | Value::Float(_) => {
                let value = self.diagnostics.number(cursor)?;
                let text = self.diagnostics.source().excerpt(&cursor.place).to_owned();
                Some((
                    AnyQuantity {
                        value,
                        dimension: Dimension::NONE,
                    },
                    text,
                ))
            }
            _ => {
                self.diagnostics
                    .wrong_type(cursor, "a single value")
                    .allowed("a quantity with its unit such as \"220 nm\", or a bare number");
                None
            }
        }
    }

    fn list(&mut self, cursor: &Cursor<'_>) -> Option<Values> {
        let items = self.diagnostics.items(cursor)?;
        if items.is_empty() {
            let name = last_key(&cursor.place);
            self.diagnostics
                .error(
                    &cursor.place,
                    format!("{name} is an empty list: there is nothing to compute"),
                )
                .help("give at least one value, or leave the key out");
            return None;
        }
        let read: Vec<_> = items.iter().map(|item| self.any(item)).collect();
        let read: Vec<_> = read.into_iter().collect::<Option<_>>()?;
        let first = read[0].0.dimension;
        let mut good = true;
        for (item, (quantity, text)) in items.iter().zip(&read) {
            if quantity.dimension != first {
                let message = format!(
                    "{text} does not have the dimension of the list's first value, {}",
                    read[0].1
                );
                self.diagnostics.error(&item.place, message);
                good = false;
            }
        }
        let mut order: Vec<usize> = (0..read.len()).collect();
        order.sort_by(|&a, &b| read[a].0.value.total_cmp(&read[b].0.value));
        for pair in order.windows(2) {
            if read[pair[0]].0.value == read[pair[1]].0.value {
                let twice = &items[pair[0].max(pair[1])];
                let text = &read[pair[0].max(pair[1])].1;
                self.diagnostics
                    .error(&twice.place, format!("{text} is in the list twice"))
                    .help("remove one; each value is computed once");
                good = false;
            }
        }
        good.then(|| Values {
            dimension: first,
            values: order.iter().map(|&i| read[i].0.value).collect(),
            texts: order.iter().map(|&i| read[i].1.clone()).collect(),
            tolerance: None,
        })
    }

    fn range_or_tolerance(&mut self, cursor: &Cursor<'_>) -> Option<Values> {
        if has_any(cursor, TOLERANCE) {
            return self.tolerance(cursor);
        }
        if has_any(cursor, RANGE) {
            return self.range(cursor);
        }
        self.diagnostics
            .error(
                &cursor.place,
                format!(
                    "{} has none of the keys of a value that varies",
                    last_key(&cursor.place)
                ),
            )
            .allowed(
                "a value, a list, a range { from = \"1 um\", to = \"2 um\", points = 11 }, or a \
                 tolerance { nominal = \"450 nm\", sigma = \"5 nm\", scope = \"wafer\" }",
            );
        None
    }

    fn range(&mut self, cursor: &Cursor<'_>) -> Option<Values> {
        let table = self.diagnostics.table(cursor, RANGE)?;
        let from = self.diagnostics.required(&table, "from");
        let to = self.diagnostics.required(&table, "to");
        let points = self.diagnostics.required(&table, "points");
        let from = from.and_then(|c| self.any(&c));
        let end = to.clone();
        let to = to.and_then(|c| self.any(&c));
        let points_at = points.as_ref().map(|c| c.place.clone());
        let points = points.and_then(|c| self.diagnostics.count(&c, MOST_VALUES));
        let ((from, from_text), (to, to_text), points) = (from?, to?, points?);
        if points == 1 {
            self.diagnostics
                .error(
                    &points_at.unwrap_or_default(),
                    "a range of one point has no width",
                )
                .allowed(format!("2 to {MOST_VALUES} points"))
                .help(format!(
                    "write the value itself: {}",
                    excerpt(&from_text, from.dimension)
                ));
            return None;
        }
        let end = end.map(|c| c.place).unwrap_or_default();
        if from.dimension != to.dimension {
            self.diagnostics.error(
                &end,
                format!(
                    "the range begins at {from_text} but ends at {to_text}, of another dimension"
                ),
            );
            return None;
        }
        if from.value == to.value {
            self.diagnostics
                .error(&end, format!("the range begins and ends at {from_text}"))
                .help(format!(
                    "write the value itself: {}",
                    excerpt(&from_text, from.dimension)
                ));
            return None;
        }
        let (low, high) = if from.value < to.value {
            (from.value, to.value)
        } else {
            (to.value, from.value)
        };
        let is_logarithmic = match table.get("spacing") {
            None => false,
            Some(at) => {
                let kinds = [("linear", false), ("logarithmic", true)];
                self.choice(&at, &kinds)?
            }
        };
        if is_logarithmic && low <= 0.0 {
            self.diagnostics
                .error(
                    &end,
                    "a range with logarithmic spacing has values above 0 only",
                )
                .help("begin it above 0, or leave `spacing` out");
            return None;
        }
        // exact at both ends and, for a symmetric range, at its centre
        let last = (points - 1) as f64;
        let value = |i: usize| {
            let (left, right) = ((last - i as f64) / last, i as f64 / last);
            if !is_logarithmic {
                return (low * (last - i as f64) + high * i as f64) / last;
            }
            match i {
                0 => low,
                _ if i + 1 == points => high,
                _ => low.powf(left) * high.powf(right),
            }
        };
        let values: Vec<f64> = (0..points).map(value).collect();
        if values.windows(2).any(|w| w[1] <= w[0]) || values.iter().any(|v| !v.is_finite()) {
            self.diagnostics.error(
                &end,
                format!("{points} points between {from_text} and {to_text} cannot be told apart"),
            );
            return None;
        }
        Some(Values {
            dimension: from.dimension,
            texts: vec![from_text; points],
            values,
            tolerance: None,
        })
    }

    /// Over what a deviation is shared.
    pub(crate) fn scope(&mut self, cursor: &Cursor<'_>) -> Option<Scope> {
        let scopes = [Scope::Wafer, Scope::Die, Scope::Lane].map(|scope| (scope.name(), scope));
        self.choice(cursor, &scopes)
    }

    fn tolerance(&mut self, cursor: &Cursor<'_>) -> Option<Values> {
        let table = self.diagnostics.table(cursor, TOLERANCE)?;
        let nominal = self.diagnostics.required(&table, "nominal");
        let sigma = self.diagnostics.required(&table, "sigma");
        let scope = self.diagnostics.required(&table, "scope");
        let nominal = nominal.and_then(|c| self.any(&c));
        let sigma_at = sigma.as_ref().map(|c| c.place.clone()).unwrap_or_default();
        let sigma = sigma.and_then(|c| self.any(&c));
        let scope = scope.and_then(|c| self.scope(&c));
        let ((nominal, text), (sigma, sigma_text), scope) = (nominal?, sigma?, scope?);
        if nominal.dimension != sigma.dimension {
            self.diagnostics.error(
                &sigma_at,
                format!(
                    "sigma {sigma_text} does not have the dimension of the nominal value {text}"
                ),
            );
            return None;
        }
        if sigma.dimension == Temperature::DIMENSION
            && let Err(error) = TemperatureDifference::of(sigma, &sigma_text)
        {
            self.diagnostics.error(&sigma_at, error.to_string());
            return None;
        }
        if sigma.value < 0.0 {
            self.diagnostics
                .error(
                    &sigma_at,
                    format!("a standard deviation cannot be negative: {sigma_text}"),
                )
                .allowed("zero or more");
            return None;
        }
        Some(Values {
            dimension: nominal.dimension,
            values: vec![nominal.value],
            texts: vec![text],
            tolerance: Some(Tolerance {
                sigma: sigma.value,
                scope,
            }),
        })
    }
}
