//! One mistake in a file, shown with the line that holds it.

use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The study cannot be run.
    Error,
    /// The study runs; something in it has no effect.
    Warning,
}

/// A place in a file as a person finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file as it was named when it was read.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Key path, `cross_section.tip.window`; empty for the whole file.
    pub key: String,
    /// The line's text.
    pub text: String,
    /// Characters marked from `column` on.
    pub width: usize,
}

/// A mistake or a warning: where, what, what is allowed, and the nearest fix.
///
/// `Display` gives the whole message with the source line and a caret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, with the value.
    pub message: String,
    /// Where it is.
    pub location: Location,
    /// Other places that matter, each with what it is.
    pub related: Vec<(String, Location)>,
    /// What may stand there.
    pub allowed: Option<String>,
    /// The nearest fix.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic of which only the message is known yet.
    pub(crate) fn new(severity: Severity, location: Location, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
            location,
            related: Vec::new(),
            allowed: None,
            help: None,
        }
    }

    /// Says what may stand there.
    pub(crate) fn allowed(&mut self, text: impl Into<String>) -> &mut Self {
        self.allowed = Some(text.into());
        self
    }

    /// Says the nearest fix.
    pub(crate) fn help(&mut self, text: impl Into<String>) -> &mut Self {
        self.help = Some(text.into());
        self
    }

    /// Points at another place too.
    pub(crate) fn related(&mut self, label: impl Into<String>, location: Location) -> &mut Self {
        self.related.push((label.into(), location));
        self
    }
}

/// Longest source line shown whole; of a longer one the part around the mark is shown.
const SHOWN: usize = 140;

/// Writes `--> file:line:column, key`, the source line and the mark under it.
fn write_location(
    f: &mut fmt::Formatter<'_>,
    location: &Location,
    gutter: usize,
    label: &str,
) -> fmt::Result {
    let Location {
        file,
        line,
        column,
        key,
        text,
        width,
    } = location;
    let key = if key.is_empty() {
        String::new()
    } else {
        format!(", {key}")
    };
    writeln!(f, "{:gutter$}--> {file}:{line}:{column}{key}", "")?;
    let characters: Vec<char> = text.chars().collect();
    let (first, last) = if characters.len() <= SHOWN {
        (0, characters.len())
    } else {
        let first = (column - 1).saturating_sub(SHOWN / 2);
        (first, (first + SHOWN).min(characters.len()))
    };
    let lead = if first > 0 { "…" } else { "" };
    let trail = if last < characters.len() { "…" } else { "" };
    let shown: String = characters[first.min(last)..last].iter().collect();
    let indent = (column - 1).saturating_sub(first) + lead.chars().count();
    let marks = "^".repeat((*width).min((last + 2).saturating_sub(*column)).max(1));
    writeln!(f, "{:gutter$} |", "")?;
    writeln!(f, "{line:>gutter$} | {lead}{shown}{trail}")?;
    write!(f, "{:gutter$} | {:indent$}{marks}", "", "")?;
    if !label.is_empty() {
        write!(f, " {label}")?;
    }
    Ok(())
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        writeln!(f, "{kind}: {}", self.message)?;
        let lines = self
            .related
            .iter()
            .map(|(_, l)| l.line)
            .chain([self.location.line]);
        let gutter = lines.max().unwrap_or(0).to_string().len();
        write_location(f, &self.location, gutter, "")?;
        for (label, location) in &self.related {
            writeln!(f)?;
            write_location(f, location, gutter, label)?;
        }
        if let Some(allowed) = &self.allowed {
            write!(f, "\n{:gutter$} = allowed: {allowed}", "")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n{:gutter$} = help: {help}", "")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{Place, Source};

    #[test]
    fn the_caret_stands_under_what_it_marks() {
        let source = Source::new("s.toml", "[a]\nwidth = \"5 nn\"\n");
        let location = source.location(&Place {
            start: 12,
            end: 18,
            key: "a.width".into(),
        });
        let mut diagnostic = Diagnostic::new(Severity::Error, location, "bad unit");
        diagnostic
            .allowed("a length")
            .help("did you mean \"5 nm\"?");
        assert_eq!(
            diagnostic.to_string(),
            "error: bad unit\n --> s.toml:2:9, a.width\n  |\n2 | width = \"5 nn\"\n  |         ^^^^^^\n  \
             = allowed: a length\n  = help: did you mean \"5 nm\"?"
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("x = \"{}!{}\"", "a".repeat(300), "b".repeat(300));
        let at = text.find('!').unwrap();
        let source = Source::new("s", text);
        let location = source.location(&Place {
            start: at,
            end: at + 1,
            key: String::new(),
        });
        let shown = Diagnostic::new(Severity::Error, location, "m").to_string();
        let lines: Vec<&str> = shown.lines().collect();
        let (line, mark) = (lines[3], lines[4]);
        assert!(line.chars().count() < SHOWN + 10, "{line}");
        let caret = mark.chars().position(|c| c == '^').unwrap();
        assert_eq!(line.chars().nth(caret), Some('!'));
    }
}
