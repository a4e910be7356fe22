//! The text of a file, its lines, and places in it.

use super::Location;

/// A stretch of a file and the key path that leads to it, such as
/// `cross_section.tip.shapes[0].trapezoid.width`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
    /// Key path; empty for the whole file.
    pub(crate) key: String,
}

impl Place {
    /// The key path, `cross_section.tip.window`; empty for the whole file.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// A file's name and text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Source {
    name: String,
    text: String,
    line_starts: Vec<usize>,
}

impl Source {
    pub(crate) fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(i, _)| i + 1))
            .collect();
        Self {
            name: name.into(),
            text,
            line_starts,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The characters of the file at `place`, for use in a suggestion.
    pub(crate) fn excerpt(&self, place: &Place) -> &str {
        self.text.get(place.start..place.end).unwrap_or_default()
    }

    /// Line, column and source line of `place`.
    pub(crate) fn location(&self, place: &Place) -> Location {
        let start = self.boundary(place.start);
        let end = self.boundary(place.end).max(start);
        let line = self
            .line_starts
            .partition_point(|&first| first <= start)
            .max(1)
            - 1;
        let first = self.line_starts[line];
        let last = self
            .line_starts
            .get(line + 1)
            .map_or(self.text.len(), |&next| next - 1);
        let text = &self.text[first..last.max(first)];
        let column = self.text[first..start].chars().count();
        let width = self.text[start..end.min(last).max(start)].chars().count();
        Location {
            file: self.name.clone(),
            line: line + 1,
            column: column + 1,
            key: place.key.clone(),
            // a control character would move the caret away from what it marks
            text: text
                .trim_end_matches('\r')
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect(),
            width: width.max(1),
        }
    }

    /// The nearest character boundary at or before byte `at`.
    fn boundary(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        (0..=at)
            .rev()
            .find(|&i| self.text.is_char_boundary(i))
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(start: usize, end: usize) -> Place {
        Place {
            start,
            end,
            key: "k".into(),
        }
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        let source = Source::new("f", "a = 1\nµµ = \"x\"\r\n");
        // µ is two bytes, so `"x"` starts at byte 6 + 4 + 3 = 13
        let location = source.location(&place(13, 16));
        assert_eq!((location.line, location.column, location.width), (2, 6, 3));
        assert_eq!(location.text, "µµ = \"x\"");
    }

    #[test]
    fn a_place_past_the_end_is_the_end() {
        let source = Source::new("f", "a = 1\n");
        assert_eq!(source.location(&place(100, 200)).line, 2);
        assert_eq!(Source::new("f", "").location(&place(0, 3)).line, 1);
    }

    #[test]
    fn a_place_over_several_lines_is_marked_to_the_end_of_its_first() {
        let location = Source::new("f", "abc\ndef").location(&place(1, 6));
        assert_eq!((location.column, location.width), (2, 2));
    }
}
