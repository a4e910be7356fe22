//! Typed access to the tree: each look-up yields the value or reports what is wrong with it.

use std::sync::Arc;

use cpo_table::nearest;

use super::tree::{self, Entry};
use super::{Diagnostic, Location, Node, Place, Severity, Source, Value};

/// A key that a table may hold, with an example of what may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key itself.
    pub name: &'static str,
    /// A value in TOML.
    pub example: &'static str,
}

/// The mistakes found so far in one file.
#[derive(Debug)]
pub(crate) struct Diagnostics {
    source: Arc<Source>,
    list: Vec<Diagnostic>,
}

/// A value and the key path that leads to it.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'t> {
    pub(crate) node: &'t Node,
    pub(crate) place: Place,
}

/// A table, all of whose keys are known.
#[derive(Clone, Debug)]
pub(crate) struct Table<'t> {
    entries: &'t [Entry],
    place: Place,
    keys: &'static [Key],
}

fn child(parent: &str, key: &str) -> String {
    let bare = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    match (parent.is_empty(), bare) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{key:?}"),
        (false, true) => format!("{parent}.{key}"),
        (false, false) => format!("{parent}.{key:?}"),
    }
}

/// Cursors on the members of a table, each with its key and the place of the key.
pub(crate) fn members<'t>(
    entries: &'t [Entry],
    parent: &Place,
) -> impl Iterator<Item = (&'t str, Place, Cursor<'t>)> {
    entries.iter().map(|entry| {
        let key = child(&parent.key, &entry.key);
        let place = Place {
            start: entry.key_start,
            end: entry.key_end,
            key: key.clone(),
        };
        let value = Place {
            start: entry.node.start,
            end: entry.node.end,
            key,
        };
        (
            entry.key.as_str(),
            place,
            Cursor {
                node: &entry.node,
                place: value,
            },
        )
    })
}

/// Names of the keys.
fn names_of(keys: &'static [Key]) -> impl Iterator<Item = &'static str> + Clone {
    keys.iter().map(|key| key.name)
}

impl<'t> Table<'t> {
    /// The value under `key`, which must be one of the table's keys.
    pub(crate) fn get(&self, key: &str) -> Option<Cursor<'t>> {
        debug_assert!(
            self.keys.iter().any(|k| k.name == key),
            "`{key}` is not in the schema"
        );
        members(self.entries, &self.place)
            .find(|(name, ..)| *name == key)
            .map(|(.., c)| c)
    }

    /// Where the value under `key` is, or else the table.
    pub(crate) fn place_of(&self, key: &str) -> Place {
        self.get(key)
            .map_or_else(|| self.place.clone(), |cursor| cursor.place)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Whether an unknown key of the table, which has been reported, looks like `key`.
    pub(crate) fn misspells(&self, key: &str) -> bool {
        let names = || self.keys.iter().map(|key| key.name);
        self.entries
            .iter()
            .any(|e| !names().any(|name| name == e.key) && nearest(&e.key, names()) == Some(key))
    }

    /// Where the table is: its header or its braces.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// "`a`, `b` or `c`".
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

impl Diagnostics {
    pub(crate) fn new(source: Arc<Source>) -> Self {
        Self {
            source,
            list: Vec::new(),
        }
    }

    pub(crate) fn source(&self) -> Arc<Source> {
        Arc::clone(&self.source)
    }

    /// Parses the file; `None` after syntax errors, which are reported.
    pub(crate) fn parse(&mut self) -> Option<Node> {
        tree::parse(self)
    }

    /// Everything reported, by line and then column.
    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list
            .sort_by_key(|d| (d.location.line, d.location.column));
        self.list
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    pub(crate) fn locate(&self, place: &Place) -> Location {
        self.source.location(place)
    }

    pub(crate) fn error(&mut self, place: &Place, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Severity::Error, place, message)
    }

    /// A name in quotes that is none of those `known`: these are allowed, or what `instead` says where there are none, and the nearest is
    /// proposed.
    pub(crate) fn no_such_name(
        &mut self,
        place: &Place,
        message: impl Into<String>,
        name: &str,
        known: &[&str],
        instead: &str,
    ) {
        let diagnostic = self.error(place, message);
        diagnostic.allowed(match known.is_empty() {
            true => instead.to_owned(),
            false => listed(known.iter().copied()).replace('`', "\""),
        });
        if let Some(near) = nearest(name, known.iter().copied()) {
            diagnostic.help(format!("did you mean \"{near}\"?"));
        }
    }

    pub(crate) fn warning(&mut self, place: &Place, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Severity::Warning, place, message)
    }

    /// Adds a mistake found elsewhere, unless it is there already.
    pub(crate) fn add(&mut self, diagnostic: Diagnostic) -> &mut Diagnostic {
        let same =
            |d: &Diagnostic| d.message == diagnostic.message && d.location == diagnostic.location;
        let at = self.list.iter().position(same).unwrap_or(self.list.len());
        if at == self.list.len() {
            self.list.push(diagnostic);
        }
        &mut self.list[at]
    }

    fn push(
        &mut self,
        severity: Severity,
        place: &Place,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let at = self.list.len();
        self.list.push(Diagnostic::new(
            severity,
            self.source.location(place),
            message,
        ));
        &mut self.list[at]
    }

    /// Reports that the value at `cursor` is not `wanted`.
    pub(crate) fn wrong_type(&mut self, cursor: &Cursor<'_>, wanted: &str) -> &mut Diagnostic {
        let message = format!(
            "{} must be {wanted}, not {}",
            last_key(&cursor.place),
            cursor.node.value.kind()
        );
        self.error(&cursor.place, message)
    }

    /// What is wrong with a count that is no whole number.
    pub(crate) fn not_whole(&mut self, cursor: &Cursor<'_>) -> &mut Diagnostic {
        match cursor.node.value {
            Value::Float(number) => {
                let name = last_key(&cursor.place);
                let message = format!("{name} must be a whole number, not {number}");
                self.error(&cursor.place, message)
            }
            _ => self.wrong_type(cursor, "a whole number"),
        }
    }

    /// The table at `cursor`; unknown keys are reported here.
    pub(crate) fn table<'t>(
        &mut self,
        cursor: &Cursor<'t>,
        keys: &'static [Key],
    ) -> Option<Table<'t>> {
        let Value::Table(entries) = &cursor.node.value else {
            let names = listed(names_of(keys));
            self.wrong_type(cursor, "a table")
                .allowed(format!("a table with the keys {names}"));
            return None;
        };
        for (name, place, _) in members(entries, &cursor.place) {
            if keys.iter().any(|key| key.name == name) {
                continue;
            }
            let whole = if cursor.place.key.is_empty() {
                "the study file".to_owned()
            } else {
                format!("`{}`", cursor.place.key)
            };
            let diagnostic = self.error(&place, format!("unknown key `{name}` in {whole}"));
            diagnostic.allowed(listed(names_of(keys)));
            if let Some(near) = nearest(name, names_of(keys)) {
                diagnostic.help(format!("did you mean `{near}`?"));
            }
        }
        Some(Table {
            entries,
            place: cursor.place.clone(),
            keys,
        })
    }

    /// The members of a table whose keys are free names.
    pub(crate) fn named<'t>(&mut self, cursor: &Cursor<'t>) -> Vec<(&'t str, Place, Cursor<'t>)> {
        match &cursor.node.value {
            Value::Table(entries) => members(entries, &cursor.place).collect(),
            _ => {
                self.wrong_type(cursor, "a table of named entries");
                Vec::new()
            }
        }
    }

    /// The value under `key`; its absence is reported, unless the key is there misspelt.
    pub(crate) fn required<'t>(&mut self, table: &Table<'t>, key: &str) -> Option<Cursor<'t>> {
        let found = table.get(key);
        if found.is_none() && !table.misspells(key) {
            let example = table
                .keys
                .iter()
                .find(|k| k.name == key)
                .map_or("", |k| k.example);
            let whole = match table.place.key.as_str() {
                "" => "the study file".to_owned(),
                path => format!("`{path}`"),
            };
            self.error(&table.place, format!("{whole} needs the key `{key}`"))
                .help(format!("add, for example, {key} = {example}"));
        }
        found
    }

    /// The items of a list.
    pub(crate) fn items<'t>(&mut self, cursor: &Cursor<'t>) -> Option<Vec<Cursor<'t>>> {
        let Value::Array(items) = &cursor.node.value else {
            self.wrong_type(cursor, "a list");
            return None;
        };
        Some(
            items
                .iter()
                .enumerate()
                .map(|(i, node)| {
                    let key = format!("{}[{i}]", cursor.place.key);
                    Cursor {
                        node,
                        place: Place {
                            start: node.start,
                            end: node.end,
                            key,
                        },
                    }
                })
                .collect(),
        )
    }

    pub(crate) fn string<'t>(&mut self, cursor: &Cursor<'t>) -> Option<&'t str> {
        match &cursor.node.value {
            Value::String(text) => Some(text),
            _ => {
                self.wrong_type(cursor, "a string");
                None
            }
        }
    }

    pub(crate) fn boolean(&mut self, cursor: &Cursor<'_>) -> Option<bool> {
        match cursor.node.value {
            Value::Boolean(value) => Some(value),
            _ => {
                self.wrong_type(cursor, "true or false");
                None
            }
        }
    }

    /// A whole number from 1 to `most`.
    pub(crate) fn count(&mut self, cursor: &Cursor<'_>, most: usize) -> Option<usize> {
        let Value::Integer(value) = cursor.node.value else {
            self.not_whole(cursor).allowed(format!("1 to {most}"));
            return None;
        };
        match usize::try_from(value) {
            Ok(count) if (1..=most).contains(&count) => Some(count),
            _ => {
                let name = last_key(&cursor.place);
                self.error(&cursor.place, format!("{name} cannot be {value}"))
                    .allowed(format!("a whole number from 1 to {most}"));
                None
            }
        }
    }

    /// A bare number.
    pub(crate) fn number(&mut self, cursor: &Cursor<'_>) -> Option<f64> {
        let value = match cursor.node.value {
            Value::Integer(value) => value as f64,
            Value::Float(value) => value,
            _ => {
                self.wrong_type(cursor, "a bare number");
                return None;
            }
        };
        if value.is_finite() {
            return Some(value);
        }
        let name = last_key(&cursor.place);
        self.error(&cursor.place, format!("{name} cannot be {value}"))
            .allowed("a finite number");
        None
    }
}

/// The last part of a key path in backticks, for a message.
pub(crate) fn last_key(place: &Place) -> String {
    match place.key.rsplit('.').next() {
        Some("") | None => "this".to_owned(),
        Some(key) => format!("`{key}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_english() {
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
