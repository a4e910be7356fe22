//! Reading quantities, parameters and references: what every table of a study has in common.

use cpo_materials::{Dimension, Quantity};

use super::input_files::InputFiles;
use super::parameter::{Use, shown};
use super::values::is_identifier;
use super::{Expr, MaterialEntry, Number, Parameter, ParameterId, ParameterValues, Scan};
use crate::file::{Cursor, Diagnostics, Place, Table, Value, last_key, listed, nearest};

/// What values make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    Any,
    Positive,
    NotNegative,
    NotZero,
}

impl Limit {
    fn accepts(self, value: f64) -> bool {
        match self {
            Self::Any => value.is_finite(),
            Self::Positive => value.is_finite() && value > 0.0,
            Self::NotNegative => value.is_finite() && value >= 0.0,
            Self::NotZero => value.is_finite() && value != 0.0,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Any => "finite",
            Self::Positive => "greater than zero",
            Self::NotNegative => "zero or more",
            Self::NotZero => "other than zero",
        }
    }
}

/// What is known of a study while its tables are read.
pub(crate) struct Reader {
    pub(crate) diagnostics: Diagnostics,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) materials: Vec<MaterialEntry>,
    pub(crate) inputs: InputFiles,
    /// Names under `[parameters]` that have a mistake of their own.
    pub(crate) broken_parameters: Vec<String>,
    /// Names under `[materials]` that have a mistake of their own.
    pub(crate) broken_materials: Vec<String>,
}

impl Reader {
    /// A quantity that may vary.
    pub(crate) fn expr<Q: Quantity>(
        &mut self,
        cursor: &Cursor<'_>,
        limit: Limit,
    ) -> Option<Expr<Q>> {
        match &cursor.node.value {
            Value::String(text) if is_identifier(text) => {
                let id = self.reference::<Q>(text, &cursor.place)?;
                self.use_parameter::<Q>(id, cursor, limit, Use::Sweep)?;
                Some(Expr::Parameter(id))
            }
            Value::Array(_) | Value::Table(_) => {
                let values = self.values(cursor)?;
                let id = self.define(cursor.place.key.clone(), values, cursor.place.clone(), true);
                self.use_parameter::<Q>(id, cursor, limit, Use::Sweep)?;
                Some(Expr::Parameter(id))
            }
            _ => Some(Expr::Constant(self.constant(cursor, limit)?)),
        }
    }

    /// A quantity under `key` that may vary, or `default`.
    pub(crate) fn or<Q: Quantity>(
        &mut self,
        table: &Table<'_>,
        key: &str,
        limit: Limit,
        default: Q,
    ) -> Option<Expr<Q>> {
        match table.get(key) {
            Some(cursor) => self.expr(&cursor, limit),
            None => Some(Expr::Constant(default)),
        }
    }

    /// A quantity under `key` that may vary and is required.
    pub(crate) fn need<Q: Quantity>(
        &mut self,
        table: &Table<'_>,
        key: &str,
        limit: Limit,
    ) -> Option<Expr<Q>> {
        let cursor = self.diagnostics.required(table, key)?;
        self.expr(&cursor, limit)
    }

    /// A quantity scanned within each point: all its values at once.
    pub(crate) fn scan<Q: Quantity>(&mut self, cursor: &Cursor<'_>) -> Option<Scan<Q>> {
        self.scan_within(cursor, Limit::Any)
    }

    /// The same of values that make sense.
    pub(crate) fn scan_within<Q: Quantity>(
        &mut self,
        cursor: &Cursor<'_>,
        limit: Limit,
    ) -> Option<Scan<Q>> {
        let id = match &cursor.node.value {
            Value::String(text) if is_identifier(text) => {
                self.reference::<Q>(text, &cursor.place)?
            }
            Value::Array(_) | Value::Table(_) => {
                let v = self.values(cursor)?;
                self.define(cursor.place.key.clone(), v, cursor.place.clone(), true)
            }
            _ => {
                let value = self.constant(cursor, limit)?;
                return Some(Scan {
                    values: vec![value],
                    tolerance: None,
                    parameter: None,
                });
            }
        };
        let values = self.use_parameter(id, cursor, limit, Use::Scan)?;
        Some(Scan {
            values,
            tolerance: self.parameters[id.0].tolerance,
            parameter: Some(id),
        })
    }

    /// Every value that an expression takes, in SI.
    pub(crate) fn all_values<Q: Quantity>(&self, expr: &Expr<Q>) -> Vec<f64> {
        match expr {
            Expr::Constant(value) => vec![value.si()],
            Expr::Parameter(id) => self.parameters[id.0].values.clone(),
        }
    }

    /// A single quantity that cannot vary.
    pub(crate) fn constant<Q: Quantity>(&mut self, cursor: &Cursor<'_>, limit: Limit) -> Option<Q> {
        let wanted = format!(
            "{} such as {}",
            article(Q::NAME),
            excerpt(Q::EXAMPLE, Q::DIMENSION)
        );
        let (value, text) = match &cursor.node.value {
            Value::String(text) if is_identifier(text) => {
                self.diagnostics
                    .error(
                        &cursor.place,
                        format!("{} cannot be a parameter", last_key(&cursor.place)),
                    )
                    .allowed(wanted);
                return None;
            }
            Value::String(text) => {
                if Q::DIMENSION == Dimension::NONE && text.trim().parse::<f64>().is_ok() {
                    self.diagnostics
                        .error(
                            &cursor.place,
                            format!("{} is a number written as text", last_key(&cursor.place)),
                        )
                        .allowed("a bare number")
                        .help(format!("write {} without quotes", text.trim()));
                    return None;
                }
                match Q::parse(text) {
                    Ok(value) => (value, text.clone()),
                    Err(error) => {
                        self.diagnostics.error(
                            &cursor.place,
                            format!("{}: {error}", last_key(&cursor.place)),
                        );
                        return None;
                    }
                }
            }
            Value::Integer(_) | Value::Float(_) => {
                let number = self.diagnostics.number(cursor)?;
                let text = self.diagnostics.source().excerpt(&cursor.place).to_owned();
                if Q::DIMENSION != Dimension::NONE {
                    let unit = Q::EXAMPLE.split_once(' ').map_or("", |(_, unit)| unit);
                    self.diagnostics
                        .error(
                            &cursor.place,
                            format!("{} = {text} has no unit", last_key(&cursor.place)),
                        )
                        .allowed(wanted)
                        .help(format!("write the unit, for example \"{text} {unit}\""));
                    return None;
                }
                (Q::from_si(number), text)
            }
            _ => {
                self.diagnostics
                    .wrong_type(cursor, "a single value")
                    .allowed(wanted);
                return None;
            }
        };
        if !limit.accepts(value.si()) {
            self.diagnostics
                .error(
                    &cursor.place,
                    format!("{} cannot be {text}", last_key(&cursor.place)),
                )
                .allowed(format!("{} {}", article(Q::NAME), limit.text()));
            return None;
        }
        Some(value)
    }

    /// The parameter called `name`.
    fn reference<Q: Quantity>(&mut self, name: &str, place: &Place) -> Option<ParameterId> {
        let (noun, example) = (Q::NAME, excerpt(Q::EXAMPLE, Q::DIMENSION));
        if let Some(at) = self
            .parameters
            .iter()
            .position(|p| !p.in_place && p.name == name)
        {
            return Some(ParameterId(at));
        }
        if self.broken_parameters.iter().any(|broken| broken == name) {
            return None; // said where it is defined
        }
        let word = name.to_ascii_lowercase();
        if word == "nan" || word == "inf" {
            self.diagnostics
                .error(place, format!("{} cannot be {name}", last_key(place)))
                .allowed(format!("a finite {noun} such as {example}"));
            return None;
        }
        let names = self
            .parameters
            .iter()
            .filter(|p| !p.in_place)
            .map(|p| p.name.as_str());
        let near = nearest(name, names.clone()).map(str::to_owned);
        let known = listed(names);
        let diagnostic = self
            .diagnostics
            .error(place, format!("there is no parameter `{name}`"));
        diagnostic.allowed(format!(
            "{} such as {example}, or a parameter: {known}",
            article(noun)
        ));
        if let Some(near) = near {
            diagnostic.help(format!("did you mean `{near}`?"));
        }
        None
    }

    /// Checks that parameter `id` can stand at `cursor` and yields its values there.
    fn use_parameter<Q: Quantity>(
        &mut self,
        id: ParameterId,
        cursor: &Cursor<'_>,
        limit: Limit,
        kind: Use,
    ) -> Option<Vec<Q>> {
        let place = &cursor.place;
        let used = &mut self.parameters[id.0];
        used.uses.push((place.clone(), kind));
        used.show
            .get_or_insert(|value| Q::from_si(value).to_string());
        let parameter = &self.parameters[id.0];
        let defined = self.diagnostics.locate(&parameter.place);
        let (name, in_place) = (parameter.name.clone(), parameter.in_place);
        let typed = match parameter.typed::<Q>() {
            Ok(typed) => typed,
            Err(error) => {
                let key = last_key(place);
                let message = if in_place {
                    format!("{key}: {error}")
                } else {
                    format!("parameter `{name}` cannot be used for {key}: {error}")
                };
                let diagnostic = self.diagnostics.error(place, message);
                if !in_place {
                    diagnostic.related(format!("`{name}` is defined here"), defined);
                }
                return None;
            }
        };
        let bad = typed.iter().position(|q| !limit.accepts(q.si()));
        if let Some(bad) = bad {
            let value = shown(typed[bad].si(), Q::DIMENSION);
            let diagnostic = self
                .diagnostics
                .error(place, format!("{} cannot be {value}", last_key(place)));
            diagnostic.allowed(format!("{} {}", article(Q::NAME), limit.text()));
            if !in_place {
                diagnostic.related(format!("`{name}` is defined here"), defined);
            }
            return None;
        }
        let other = self.parameters[id.0]
            .uses
            .iter()
            .find(|(_, used)| *used != kind)
            .cloned();
        if let Some((first, _)) = other {
            let first = self.diagnostics.locate(&first);
            self.diagnostics
                .error(
                    place,
                    format!("`{name}` is both scanned within points and swept over points"),
                )
                .help("use two parameters")
                .related("the other use is here", first);
            return None;
        }
        Some(typed)
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        cursor: &Cursor<'_>,
        words: &[(&str, T)],
    ) -> Option<T> {
        let allowed = || listed(words.iter().map(|(word, _)| *word)).replace('`', "\"");
        let Value::String(text) = &cursor.node.value else {
            let allowed = allowed();
            self.diagnostics
                .wrong_type(cursor, "a word")
                .allowed(allowed);
            return None;
        };
        if let Some((_, value)) = words.iter().find(|(word, _)| word == text) {
            return Some(*value);
        }
        let name = last_key(&cursor.place);
        let near = nearest(text, words.iter().map(|(word, _)| *word));
        let diagnostic = self
            .diagnostics
            .error(&cursor.place, format!("{name} cannot be \"{text}\""));
        diagnostic.allowed(allowed());
        if let Some(near) = near {
            diagnostic.help(format!("did you mean \"{near}\"?"));
        }
        None
    }

    /// The number of the table of kind `table` that the string at `cursor` names.
    pub(crate) fn table_named(
        &mut self,
        cursor: &Cursor<'_>,
        table: &str,
        names: &[String],
    ) -> Option<usize> {
        let name = self.diagnostics.string(cursor)?;
        if let Some(at) = names.iter().position(|other| other == name) {
            return Some(at);
        }
        let near = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
        let known = listed(names.iter().map(String::as_str));
        let diagnostic = self
            .diagnostics
            .error(&cursor.place, format!("the study has no [{table}.{name}]"));
        diagnostic.allowed(known);
        if let Some(near) = near {
            diagnostic.help(format!("did you mean \"{near}\"?"));
        }
        None
    }

    /// Name and places of the items so far; reports `name` if it is among them.
    pub(crate) fn unique(
        &mut self,
        seen: &mut Vec<(String, Place)>,
        name: &str,
        place: &Place,
        what: &str,
    ) {
        if let Some((_, first)) = seen.iter().find(|(other, _)| other == name) {
            let first = self.diagnostics.locate(first);
            self.diagnostics
                .error(place, format!("two {what} are called \"{name}\""))
                .help("give each its own name")
                .related("the other is here", first);
        } else {
            seen.push((name.to_owned(), place.clone()));
        }
    }

    /// Whether two keys that exclude each other are both there, which is reported.
    pub(crate) fn exclusive(&mut self, table: &Table<'_>, keys: [&str; 2]) -> bool {
        let [Some(first), Some(second)] = keys.map(|key| table.get(key)) else {
            return false;
        };
        let other = self.diagnostics.locate(&first.place);
        self.diagnostics
            .error(
                &second.place,
                format!("`{}` and `{}` exclude each other", keys[0], keys[1]),
            )
            .help("remove one of them")
            .related(format!("`{}` is here", keys[0]), other);
        true
    }

    /// A dimensionless accuracy between 0 and 1.
    pub(crate) fn relative(&mut self, cursor: &Cursor<'_>) -> Option<f64> {
        let Number(value) = self.constant(cursor, Limit::Positive)?;
        if value < 1.0 {
            return Some(value);
        }
        let name = last_key(&cursor.place);
        self.diagnostics
            .error(&cursor.place, format!("{name} cannot be {value}"))
            .allowed("a number between 0 and 1, such as 1e-4");
        None
    }
}

/// "a length", "an angle".
fn article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {noun}")
}

/// A value as it is written in a study: quoted where it has a unit.
pub(crate) fn excerpt(text: &str, dimension: Dimension) -> String {
    if dimension == Dimension::NONE {
        text.to_owned()
    } else {
        format!("\"{text}\"")
    }
}

/// The value of `expr` with `values`, the others nominal.
pub(crate) fn evaluate<Q: Quantity>(
    parameters: &[Parameter],
    expr: &Expr<Q>,
    values: &ParameterValues,
) -> Q {
    match expr {
        Expr::Constant(value) => *value,
        Expr::Parameter(id) => Q::from_si(
            values
                .get(*id)
                .or_else(|| parameters.get(id.0).map(Parameter::nominal))
                .unwrap_or(f64::NAN),
        ),
    }
}
