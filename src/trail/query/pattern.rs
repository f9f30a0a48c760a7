//! A value of the filter language: alternatives of text with wildcards.

use regex::bytes::{Regex, RegexBuilder};

/// One alternative: texts with anything between them. `a*b` is `["a", "b"]`,
/// `*a` is `["", "a"]`; a text alone has no wildcard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glob(pub Vec<String>);

impl Glob {
    /// The whole text is what the alternative says.
    fn is(&self, text: &str) -> bool {
        let [first, middle @ ..] = self.0.as_slice() else { return false };
        let Some((last, middle)) = middle.split_last() else { return same(first, text) };
        // `error:*` is any error, and not none.
        if text.is_empty() {
            return false;
        }
        let Some(mut rest) = strip_start(text, first) else { return false };
        for part in middle {
            match find(rest, part) {
                Some(end) => rest = &rest[end..],
                None => return false,
            }
        }
        strip_end(rest, last)
    }
}

/// Alternatives of texts with wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(pub Vec<Glob>);

impl Pattern {
    /// There is nothing in it that a text could be.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The whole text is what the pattern says.
    pub fn is(&self, text: &str) -> bool {
        self.0.iter().any(|glob| glob.is(text))
    }

    /// The expression that finds the pattern inside of a text, whatever the
    /// case; it never matches across a zero byte.
    pub fn inside(&self) -> Result<Regex, String> {
        let alternative = |glob: &Glob| {
            let parts: Vec<String> =
                glob.0.iter().filter(|part| !part.is_empty()).map(|part| regex::escape(part)).collect();
            parts.join("[^\\x00]*?")
        };
        let alternatives: Vec<String> = self.0.iter().map(alternative).collect();
        RegexBuilder::new(&alternatives.join("|"))
            .case_insensitive(true)
            .size_limit(1 << 22)
            .build()
            .map_err(|_| "the text is too long to search for".into())
    }
}

/// The same text, whatever the case.
fn same(a: &str, b: &str) -> bool {
    if a.is_ascii() || b.is_ascii() { a.eq_ignore_ascii_case(b) } else { a.to_lowercase() == b.to_lowercase() }
}

fn strip_start<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    let head = text.get(..start.len())?;
    same(head, start).then(|| &text[start.len()..])
}

fn strip_end(text: &str, end: &str) -> bool {
    let Some(at) = text.len().checked_sub(end.len()) else { return false };
    text.get(at..).is_some_and(|tail| same(tail, end))
}

/// The end of the first place at which a part stands in a text.
fn find(text: &str, part: &str) -> Option<usize> {
    (0..=text.len().checked_sub(part.len())?)
        .find(|at| text.get(*at..at + part.len()).is_some_and(|window| same(window, part)))
        .map(|at| at + part.len())
}
