//! Rule files taken apart into documents, and read into plain values. What a
//! plain scalar is, [`Scalar`] says; its text is kept as the file has it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, NonFiniteFloatPolicy, Spanned};

use super::number::Number;
use super::scalar::Scalar;

/// A value of a rule file. Truth values and numbers go with the text that the
/// file has for them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool, String),
    Number(Number, String),
    String(String),
    Array(Vec<Value>),
    Object(Map),
}

/// Keys and values in the order of the file; no key stands twice.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Map(Vec<(String, Value)>);

impl Value {
    /// The member with a key, of a map.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// A map.
    pub(super) fn as_object(&self) -> Option<&Map> {
        if let Self::Object(map) = self { Some(map) } else { None }
    }

    /// A text.
    pub(super) fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// A truth value.
    pub(super) fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(truth, _) = self { Some(*truth) } else { None }
    }

    /// A number, also one written as a text.
    pub(super) fn number(&self) -> Option<Number> {
        match self {
            Self::Number(number, _) => Some(*number),
            Self::String(text) => Number::read(text.trim()),
            _ => None,
        }
    }

    /// A scalar as the file has it; none for null.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Bool(_, text) | Self::Number(_, text) | Self::String(text) => Some(text),
            Self::Null | Self::Array(_) | Self::Object(_) => None,
        }
    }
}

impl Map {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// It has the key.
    pub(super) fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// It has no key.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys with their values.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, (String, Value)> {
        self.0.iter()
    }
}

impl<'m> IntoIterator for &'m Map {
    type Item = &'m (String, Value);
    type IntoIter = std::slice::Iter<'m, (String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The documents of a YAML text, each with the number of its first line, from 1.
/// A document is told by its marker alone, so that a broken one does not take
/// the others with it.
pub(super) fn documents(text: &str) -> Vec<(usize, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut documents = Vec::new();
    let mut begun = 1;
    let mut lines: Vec<&str> = Vec::new();
    let mut finish = |begun: usize, lines: &mut Vec<&str>| {
        let empty = lines.iter().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        if !empty {
            documents.push((begun, lines.join("\n")));
        }
        lines.clear();
    };
    for (n, line) in text.lines().enumerate() {
        let marker = line.trim_end();
        if marker == "---" || marker == "..." || line.starts_with("--- ") {
            finish(begun, &mut lines);
            begun = n + 2;
            if let Some(rest) = line.strip_prefix("--- ")
                && !rest.trim_start().starts_with('#')
            {
                begun = n + 1;
                lines.push(rest);
            }
        } else {
            lines.push(line);
        }
    }
    finish(begun, &mut lines);
    documents
}

/// Reads one document.
pub(super) fn read(document: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! { non_finite_float_policy: NonFiniteFloatPolicy::PassThrough };
    let read: Spanned<Node> = serde_saphyr::from_str_with_options(document, options).map_err(|error| {
        // The reader's own words, without the picture that it draws below them.
        let told = error.to_string();
        told.lines().find(|line| !line.trim().is_empty()).unwrap_or("no YAML").trim().to_owned()
    })?;
    Ok(settle(read, document))
}

/// A text or a list of texts.
pub(super) fn list(value: Option<&Value>) -> Vec<String> {
    let one = |value: &Value| value.text().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    match value {
        Some(Value::Array(list)) => list.iter().filter_map(one).collect(),
        Some(other) => one(other).into_iter().collect(),
        None => Vec::new(),
    }
}

/// A value whose plain scalars are not settled yet: the reader's own table of
/// them is another, and it loses their text.
enum Node {
    Scalar(Value),
    List(Vec<Spanned<Node>>),
    Map(Vec<(String, Spanned<Node>)>),
}

fn settle(node: Spanned<Node>, source: &str) -> Value {
    match node.value {
        Node::List(list) => Value::Array(list.into_iter().map(|node| settle(node, source)).collect()),
        Node::Map(map) => Value::Object(Map(map.into_iter().map(|(key, node)| (key, settle(node, source))).collect())),
        Node::Scalar(read) => match plain(source, node.defined) {
            None => read,
            Some(text) => match Scalar::read(text) {
                Scalar::Null => Value::Null,
                Scalar::Bool(truth) => Value::Bool(truth, text.to_owned()),
                Scalar::Number(number) => Value::Number(number, text.to_owned()),
                Scalar::Text => Value::String(text.to_owned()),
            },
        },
    }
}

/// The text of a scalar that stands in one line, without quotes and without a tag.
fn plain(source: &str, place: Location) -> Option<&str> {
    let start = usize::try_from(place.span().byte_offset()?).ok()?;
    let length = usize::try_from(place.span().byte_len()?).ok()?;
    let text = source.get(start..start.checked_add(length)?)?.trim();
    let is_plain = !text.is_empty() && !text.starts_with(['\'', '"', '|', '>', '!', '&', '*']) && !text.contains('\n');
    let before = source.get(..start)?;
    let is_tag = |word: &str| word.starts_with('!') && !word.ends_with([',', ':', '"', '\'']);
    let is_tagged = before.split_whitespace().rev().find(|word| !word.starts_with('&')).is_some_and(is_tag);
    (is_plain && !is_tagged && !is_below_header(before)).then_some(text)
}

/// What comes next is the content of a block, below its `|` or `>`.
fn is_below_header(before: &str) -> bool {
    let (above, indent) = before.split_at(before.rfind('\n').map_or(0, |end| end + 1));
    let header = above.lines().rev().find(|line| !line.trim().is_empty()).filter(|_| indent.trim().is_empty());
    header.is_some_and(|line| {
        let bare = line.split_once(" #").map_or(line, |(bare, _)| bare).trim_end();
        let bare = bare.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
        bare.strip_suffix(['|', '>']).is_some_and(|bare| bare.is_empty() || bare.ends_with(char::is_whitespace))
    })
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Nodes)
    }
}

struct Nodes;

impl<'de> Visitor<'de> for Nodes {
    type Value = Node;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Bool(truth, truth.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Number(Number::Whole(number.into()), number.to_string())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Number(Number::Whole(number.into()), number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        let text = number.to_string();
        Ok(Node::Scalar(match Number::of(number) {
            Some(number) => Value::Number(number, text),
            None => Value::String(text),
        }))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Scalar(Value::String(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(node) = sequence.next_element()? {
            list.push(node);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some(member) = members.next_entry()? {
            map.push(member);
        }
        Ok(Node::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(document: &Value, key: &str) -> String {
        document.get(key).unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn a_file_is_taken_apart_at_its_markers() {
        let file =
            "\u{feff}# head\n---\ntitle: a\ndescription: |\n  x\n  --- y\n---\r\n\n# nothing\n---\ntitle: b\n...\n";
        let found = documents(file);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 11]);
        let (one, other) = (read(&found[0].1).unwrap(), read(&found[1].1).unwrap());
        assert_eq!(text(&one, "title"), "a");
        assert_eq!(text(&one, "description"), "x\n--- y\n");
        assert_eq!(text(&other, "title"), "b");
    }

    #[test]
    fn scalars_keep_their_kind_their_text_and_the_order_of_keys() {
        let number = |number, text: &str| Value::Number(Number::Whole(number), text.into());
        let string = |text: &str| Value::String(text.into());
        let truth = |truth, text: &str| Value::Bool(truth, text.into());
        let document = "b: 'false'\na: false\nn: 22 # many\nx: null\ne:\nt: 2024-01-02\nl: [1, 'two', yes, y]\n\
            ü: \u{1f511}\naccount: 012345678901\noctal: 010\nf: 1e5\nq: \"1_0\"\nu: 1_0\no: ON\ns: !!str 12\n\
            i: !!int '7'\nk: &k 0x1F\nj: *k\nm: one\n   two\np: |\n    12\nv: >-  # words\n\n  yes\nw:\n  13\nd: .inf\nh: 1e999\nbig: 123456789012345678901\n";
        let value = read(document).unwrap();
        for (key, wanted) in [
            ("b", string("false")),
            ("a", truth(false, "false")),
            ("n", number(22, "22")),
            ("x", Value::Null),
            ("e", Value::Null),
            ("t", string("2024-01-02")),
            ("l", Value::Array(vec![number(1, "1"), string("two"), truth(true, "yes"), string("y")])),
            ("ü", string("\u{1f511}")),
            ("account", string("012345678901")),
            ("octal", number(8, "010")),
            ("f", string("1e5")),
            ("q", string("1_0")),
            ("u", number(10, "1_0")),
            ("o", truth(true, "ON")),
            ("s", string("12")),
            ("i", number(7, "7")),
            ("k", number(31, "0x1F")),
            ("j", number(31, "0x1F")),
            ("m", string("one two")),
            ("p", string("12\n")),
            ("v", string("\nyes")),
            ("w", number(13, "13")),
            ("d", string(".inf")),
            ("h", string("1e999")),
            ("big", number(123_456_789_012_345_678_901, "123456789012345678901")),
        ] {
            assert_eq!(value.get(key), Some(&wanted), "{key}");
        }
        assert_eq!(value.as_object().unwrap().iter().next().unwrap().0, "b");
    }

    #[test]
    fn a_broken_document_says_why_in_one_line() {
        let why = read("title: [a\nb: c").unwrap_err();
        assert!(!why.is_empty() && !why.contains('\n'), "{why}");
        let why = read("title: a\ntitle: b").unwrap_err();
        assert!(why.contains("title") || why.contains("duplicate"), "{why}");
    }
}
