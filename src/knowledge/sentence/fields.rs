//! The fields of a record that a sentence is made of.

use std::borrow::Cow;

use serde_json::Value;

use crate::domain::event::Event;
use crate::domain::text::visible;

/// A value is told up to so many characters.
const LONGEST: usize = 80;

/// The record of an event, parsed.
pub(super) struct Fields<'a> {
    event: &'a Event,
    record: Value,
}

impl<'a> Fields<'a> {
    /// Parses a record; a broken one has no fields.
    pub fn of(event: &'a Event, raw: &str) -> Self {
        Self { event, record: serde_json::from_str(raw).unwrap_or(Value::Null) }
    }

    /// `requestParameters`.
    pub fn asked(&self) -> &Value {
        &self.record["requestParameters"]
    }

    /// `responseElements`.
    pub fn answered(&self) -> &Value {
        &self.record["responseElements"]
    }

    /// The record itself.
    pub fn record(&self) -> &Value {
        &self.record
    }

    /// A console sign-in that did not succeed: its record carries no error code.
    pub fn failed_sign_in(&self) -> bool {
        self.event.name == "ConsoleLogin" && self.answered()["ConsoleLogin"] == "Failure"
    }

    /// A field by name, wherever it stands: among what was asked, then among
    /// what was answered, then anywhere else in the record.
    pub fn text(&self, key: &str) -> Option<String> {
        [self.asked(), self.answered(), &self.record["serviceEventDetails"], &self.record["additionalEventData"]]
            .into_iter()
            .find_map(|part| find(part, key))
            .map(|text| shown(&text))
    }

    /// All values of a field, in the record's order, without repetition: among
    /// what was asked, or else among what was answered.
    pub fn all(&self, key: &str) -> Vec<String> {
        for part in [self.asked(), self.answered()] {
            let mut found = Vec::new();
            collect(part, key, &mut found);
            if !found.is_empty() {
                return found.into_iter().map(|text| shown(&text)).collect();
            }
        }
        Vec::new()
    }

    /// The template with each `{key}` filled by a field, `{a|b}` by the first
    /// that there is, `{key*}` by all of them, `{>key}` by what was answered.
    /// A field that is missing reads `(not recorded)`.
    pub fn fill(&self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((keys, behind)) = after.split_once('}') else { break };
            out.push_str(before);
            let value = keys.split('|').find_map(|key| match (key.strip_suffix('*'), key.strip_prefix('>')) {
                (Some(key), _) => Some(listed(&self.all(key))).filter(|text| !text.is_empty()),
                (_, Some(key)) => find(self.answered(), key).map(|text| shown(&text)),
                _ => self.text(key),
            });
            out.push_str(value.as_deref().unwrap_or("(not recorded)"));
            rest = behind;
        }
        out.push_str(rest);
        out
    }
}

/// `a`, `a and b`, `a, b and 7 more`.
pub(super) fn listed(values: &[String]) -> String {
    match values {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        [one, two, more @ ..] => format!("{one}, {two} and {} more", more.len()),
    }
}

/// A value as text, made visible and not too long: of a long ARN the end, which
/// names what it is; of other text the beginning.
pub(super) fn shown(text: &str) -> String {
    let text = visible(text);
    if text.chars().count() <= LONGEST {
        return text.into_owned();
    }
    if text.starts_with("arn:") {
        let end: Vec<char> = text.chars().rev().take(LONGEST - 1).collect();
        return ['…'].into_iter().chain(end.into_iter().rev()).collect();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// The first plain value under a key, however deep; not the empty text.
fn find<'v>(value: &'v Value, key: &str) -> Option<Cow<'v, str>> {
    match value {
        Value::Object(map) => map.get(key).and_then(plain).or_else(|| map.values().find_map(|inner| find(inner, key))),
        Value::Array(list) => list.iter().find_map(|inner| find(inner, key)),
        _ => None,
    }
}

fn collect<'v>(value: &'v Value, key: &str, found: &mut Vec<Cow<'v, str>>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                match plain(inner).filter(|_| name == key) {
                    Some(text) if !found.contains(&text) => found.push(text),
                    Some(_) => {}
                    None => match inner {
                        Value::Array(list) if name == key => {
                            found.extend(list.iter().filter_map(plain));
                        }
                        _ => collect(inner, key, found),
                    },
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, key, found)),
        _ => {}
    }
}

/// Texts, numbers, truth values; and `{"value": x}`, `{"content": x}`, in which
/// some records wrap them.
pub(super) fn plain(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
        Value::Object(map) => map.get("value").or_else(|| map.get("content")).and_then(plain),
        _ => None,
    }
}
