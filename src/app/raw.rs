//! A raw record: pretty, coloured, folded, searchable; long values go on below.

use std::collections::HashSet;

use serde_json::Value;

use super::find::Find;
use super::prose::{Line, Tone};

/// One line of the record, written out.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    line: Line,
    depth: u16,
    /// For an opening bracket: the line of its closing one, and how many parts stand between.
    closes: Option<(usize, usize)>,
}

/// A raw record over the panes.
#[derive(Debug, Clone)]
pub struct Raw {
    /// The title: the event's name and id.
    pub title: String,
    /// The record as it was.
    pub text: String,
    nodes: Vec<Node>,
    folded: HashSet<usize>,
    /// The lines that show, broken to the width: each with its node.
    visible: Vec<(usize, Line)>,
    /// Columns that a line has.
    width: u16,
    /// The selected line among those that show.
    pub cursor: usize,
    /// The first line on the screen.
    pub offset: usize,
    /// The search through it, by node.
    pub find: Find,
}

impl Raw {
    /// The record of an event, in so many columns. Text that is no JSON is shown as it is.
    pub fn new(title: String, text: String, width: u16) -> Self {
        let mut nodes = Vec::new();
        match serde_json::from_str::<Value>(&text) {
            Ok(value) => write(&mut nodes, 0, None, &value, true),
            Err(_) => nodes.extend(text.lines().map(|line| Node { line: Line::of(line), depth: 0, closes: None })),
        }
        let mut raw = Self {
            title,
            text,
            nodes,
            folded: HashSet::new(),
            visible: Vec::new(),
            width,
            cursor: 0,
            offset: 0,
            find: Find::default(),
        };
        // What is long and seldom asked for starts folded.
        for (at, node) in raw.nodes.iter().enumerate() {
            let key = node.line.text();
            let heavy = node.closes.is_some_and(|(_, parts)| parts > 12);
            if node.depth > 0 && (heavy || key.trim_start().starts_with("\"tlsDetails\"")) {
                raw.folded.insert(at);
            }
        }
        raw.refold();
        raw
    }

    fn refold(&mut self) {
        self.visible.clear();
        let mut at = 0;
        while at < self.nodes.len() {
            let parts = self.written(at).wrap(self.width);
            self.visible.extend(parts.into_iter().map(|part| (at, part)));
            at = match self.nodes[at].closes {
                Some((close, _)) if self.folded.contains(&at) => close + 1,
                _ => at + 1,
            };
        }
        self.cursor = self.cursor.min(self.visible.len().saturating_sub(1));
    }

    /// Breaks the lines to another width; the selected one stays selected.
    pub fn rewrap(&mut self, width: u16, height: usize) {
        let node = self.node();
        self.width = width;
        self.refold();
        if let Some(node) = node {
            self.select(node);
        }
        self.keep(height);
    }

    /// The node of the selected line.
    fn node(&self) -> Option<usize> {
        self.visible.get(self.cursor).map(|(node, _)| *node)
    }

    fn select(&mut self, node: usize) {
        let at = self.visible.partition_point(|(other, _)| *other < node);
        if self.visible.get(at).is_some_and(|(other, _)| *other == node) {
            self.cursor = at;
        }
    }

    /// How many lines show.
    pub fn len(&self) -> usize {
        self.visible.len()
    }

    /// Nothing shows.
    pub fn is_empty(&self) -> bool {
        self.visible.is_empty()
    }

    /// A line that shows, and whether it holds what is looked for.
    pub fn line(&self, row: usize) -> Option<(&Line, bool)> {
        let (node, line) = self.visible.get(row)?;
        Some((line, self.find.hits.contains(node)))
    }

    /// A node with its mark and indent, unbroken.
    fn written(&self, at: usize) -> Line {
        let node = &self.nodes[at];
        let mark = match node.closes {
            Some(_) if self.folded.contains(&at) => "▸ ",
            Some(_) => "▾ ",
            None => "  ",
        };
        let mut line = Line::new().put(Tone::Dim, &format!("{}{mark}", "  ".repeat(usize::from(node.depth))));
        line.pieces.extend(node.line.pieces.iter().cloned());
        if let (Some((_, parts)), true) = (node.closes, self.folded.contains(&at)) {
            line.push(Tone::Dim, &format!(" … {parts} inside"));
        }
        line.hanging(2 * node.depth + 4)
    }

    /// Moves the selected line.
    pub fn step(&mut self, lines: isize, height: usize) {
        let last = self.visible.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(lines).min(last);
        self.keep(height);
    }

    fn keep(&mut self, height: usize) {
        let height = height.max(1);
        self.offset = self.offset.min(self.cursor).max((self.cursor + 1).saturating_sub(height));
    }

    /// Folds or unfolds at the selected line.
    pub fn fold(&mut self) {
        let Some(at) = self.node() else { return };
        if self.nodes[at].closes.is_some() {
            if !self.folded.remove(&at) {
                self.folded.insert(at);
            }
            self.refold();
            self.select(at);
        }
    }

    /// Looks for what is typed, in folded parts too, and goes there.
    pub fn search(&mut self, height: usize) {
        let from = self.node().unwrap_or(0);
        let texts: Vec<String> = self.nodes.iter().map(|node| node.line.text()).collect();
        if let Some(at) = self.find.search(texts.iter().map(String::as_str), from) {
            self.show(at, height);
        }
    }

    /// Goes to the next match, or to the one before.
    pub fn next_match(&mut self, forward: bool, height: usize) {
        if let Some(at) = self.find.next(forward) {
            self.show(at, height);
        }
    }

    fn show(&mut self, node: usize, height: usize) {
        let nodes = &self.nodes;
        self.folded.retain(|open| !nodes[*open].closes.is_some_and(|(close, _)| (*open + 1..=close).contains(&node)));
        self.refold();
        self.select(node);
        self.keep(height);
    }

    /// The value at the selected line, as it would be copied: the whole line's text.
    pub fn selected(&self) -> String {
        self.node().map(|at| value_of(&self.nodes[at].line)).unwrap_or_default()
    }
}

/// The value of a line without its key, quotes and comma.
fn value_of(line: &Line) -> String {
    let text = line
        .pieces
        .iter()
        .filter(|piece| matches!(piece.tone, Tone::FieldText | Tone::FieldValue))
        .map(|piece| piece.text.as_str())
        .collect::<String>();
    let text = text.trim_end_matches(',');
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).to_owned()
}

fn write(nodes: &mut Vec<Node>, depth: u16, key: Option<&str>, value: &Value, last: bool) {
    let mut line = Line::new();
    if let Some(key) = key {
        line.push(Tone::FieldKey, &format!("\"{key}\""));
        line.push(Tone::Dim, ": ");
    }
    let comma = if last { "" } else { "," };
    let (open, close, parts) = match value {
        Value::Object(fields) if !fields.is_empty() => ("{", "}", fields.len()),
        Value::Array(items) if !items.is_empty() => ("[", "]", items.len()),
        other => {
            let tone = if other.is_string() { Tone::FieldText } else { Tone::FieldValue };
            line.push(tone, &other.to_string());
            line.push(Tone::Dim, comma);
            nodes.push(Node { line, depth, closes: None });
            return;
        }
    };
    line.push(Tone::Dim, open);
    let at = nodes.len();
    nodes.push(Node { line, depth, closes: None });
    match value {
        Value::Object(fields) => {
            for (index, (key, value)) in fields.iter().enumerate() {
                write(nodes, depth + 1, Some(key), value, index + 1 == parts);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                write(nodes, depth + 1, None, value, index + 1 == parts);
            }
        }
        _ => {}
    }
    nodes[at].closes = Some((nodes.len(), parts));
    nodes.push(Node { line: Line::new().put(Tone::Dim, &format!("{close}{comma}")), depth, closes: None });
}

#[cfg(test)]
mod tests {
    use super::Raw;

    fn raw() -> Raw {
        let text =
            r#"{"eventName":"StopLogging","requestParameters":{"name":"main"},"tlsDetails":{"tlsVersion":"TLSv1.3"}}"#;
        Raw::new("StopLogging".into(), text.into(), 80)
    }

    fn shown(raw: &Raw) -> Vec<String> {
        (0..raw.len()).filter_map(|row| raw.line(row)).map(|(line, _)| line.text()).collect()
    }

    #[test]
    fn a_record_is_pretty_and_its_tls_details_are_folded() {
        assert_eq!(
            shown(&raw()),
            [
                "▾ {",
                "    \"eventName\": \"StopLogging\",",
                "  ▾ \"requestParameters\": {",
                "      \"name\": \"main\"",
                "    },",
                "  ▸ \"tlsDetails\": { … 1 inside",
                "  }",
            ]
        );
    }

    #[test]
    fn a_match_in_a_folded_part_unfolds_it() {
        let mut raw = raw();
        raw.find.needle = "tlsv1".into();
        raw.search(10);
        assert_eq!(raw.selected(), "TLSv1.3");
    }

    #[test]
    fn a_long_value_goes_on_below_and_is_copied_whole() {
        let agent = "aws-cli/2.31 md/awscrt lang/python ua/2.1 os/linux";
        let mut raw = Raw::new(String::new(), format!(r#"{{"userAgent":"{agent}"}}"#), 30);
        let lines = shown(&raw);
        assert_eq!(lines[1], "    \"userAgent\": \"aws-cli/2.31");
        assert_eq!(lines[2], "      md/awscrt lang/python", "it hangs: {lines:#?}");
        assert!(lines.iter().all(|line| line.chars().count() <= 30), "{lines:#?}");
        raw.step(2, 10);
        assert_eq!(raw.selected(), agent);
        raw.rewrap(100, 10);
        assert_eq!((raw.len(), raw.selected()), (3, agent.to_owned()));
    }

    #[test]
    fn enter_folds_and_unfolds() {
        let mut raw = raw();
        raw.step(2, 10);
        raw.fold();
        assert_eq!(raw.len(), 5);
        raw.fold();
        assert_eq!(raw.len(), 7);
    }

    #[test]
    fn text_that_is_no_json_is_shown_as_it_is() {
        let raw = Raw::new(String::new(), "not\u{1b}json".into(), 80);
        assert_eq!(shown(&raw), ["  not␛json"]);
    }
}
