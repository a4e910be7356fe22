//! A TOML document as values with spans, in the order in which they were written.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Diagnostics, Place};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) value: Value,
}

/// What TOML can hold.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    String(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Date,
    Array(Vec<Node>),
    Table(Vec<Entry>),
}

/// One `key = value` or `[key]`.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_start: usize,
    pub(crate) key_end: usize,
    pub(crate) node: Node,
}

impl Value {
    /// The kind of value, as a person names it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) | Self::Float(_) => "a bare number",
            Self::Boolean(_) => "true or false",
            Self::Date => "a date",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// Parses the text behind `diagnostics`; syntax errors are reported, one a line, and give `None`.
pub(crate) fn parse(diagnostics: &mut Diagnostics) -> Option<Node> {
    let source = diagnostics.source();
    let (document, errors) = DeTable::parse_recoverable(source.text());
    let mut lines = Vec::new();
    let mut twice: Option<usize> = None;
    for error in &errors {
        let span = error.span().unwrap_or_default();
        let place = Place {
            start: span.start,
            end: span.end,
            key: String::new(),
        };
        let location = source.location(&place);
        let duplicate = error.message() == "duplicate key";
        // the keys of a table that is there twice are there twice, too
        let follows = twice
            .and_then(|header| source.text().get(header..place.start))
            .is_some_and(|between| !between.contains("\n["));
        if duplicate && location.text.trim_start().starts_with('[') {
            twice = Some(place.start);
        }
        if !(duplicate && follows || lines.contains(&location.line)) {
            lines.push(location.line);
            let what = source.excerpt(&place);
            let message = match error.message() {
                "duplicate key" => format!("`{what}` is written twice in the same table"),
                message => format!("this is not TOML: {message}"),
            };
            diagnostics.error(&place, message);
        }
    }
    if !errors.is_empty() {
        return None;
    }
    let span = document.span();
    let value = table(document.get_ref(), diagnostics);
    Some(Node {
        start: span.start,
        end: span.end,
        value,
    })
}

fn table(table: &DeTable<'_>, diagnostics: &mut Diagnostics) -> Value {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_start: key.span().start,
            key_end: key.span().end,
            node: node(value, diagnostics),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_start);
    Value::Table(entries)
}

fn node(value: &Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Node {
    let span = value.span();
    let place = Place {
        start: span.start,
        end: span.end,
        key: String::new(),
    };
    let value = match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(integer) => Value::Integer(
            i64::from_str_radix(integer.as_str(), integer.radix()).unwrap_or_else(|_| {
                diagnostics.error(&place, format!("{integer} is too large a whole number"));
                0
            }),
        ),
        DeValue::Float(float) => Value::Float(float.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(boolean) => Value::Boolean(*boolean),
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| node(item, diagnostics)).collect())
        }
        DeValue::Table(inner) => table(inner, diagnostics),
    };
    Node {
        start: span.start,
        end: span.end,
        value,
    }
}
