//! The modifiers behind a field's name (Sigma specification, "Modifiers",
//! 2.1.0), and the comparisons that they make of a rule's values.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::RegexBuilder;
use serde_json::Value as Yaml;

use super::matcher::{Matcher, Order, TimePart, join};
use super::pattern::{Pattern, Piece, Pieces, parse};

/// Values for the placeholders that `expand` puts in, by name.
pub type Placeholders = BTreeMap<String, Vec<String>>;

/// What a field and its modifiers ask for, before the values are compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    /// The field, empty for every value of the record.
    pub(super) field: String,
    operator: Operator,
    transforms: Vec<Transform>,
    all: bool,
    cased: bool,
    negated: bool,
    expand: bool,
    reference: bool,
    part: Option<TimePart>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equals,
    Contains,
    StartsWith,
    EndsWith,
    Regex { ignore_case: bool, lines: bool, dot_all: bool },
    Cidr,
    Exists,
    Compare(Order),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transform {
    Base64,
    Base64Offset,
    Utf16Le,
    Utf16Be,
    Utf16,
    WinDash,
}

/// A compiled question.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The question is answered the other way round.
    pub(super) negated: bool,
    /// The part of a time that is looked at instead of the value.
    pub(super) part: Option<TimePart>,
    /// The comparison.
    pub(super) kind: Kind,
}

/// What is asked of a field's values.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Some value meets some matcher.
    Any(Vec<Matcher>),
    /// Each matcher is met by some value.
    All(Vec<Matcher>),
    /// The field is there, or is not.
    Exists(bool),
    /// Some value compares with some value of one of the other fields (of all
    /// of them, where it says so).
    Field { others: Vec<String>, how: Compared, cased: bool, all: bool },
}

/// How the values of two fields are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    Equal,
    Contains,
    StartsWith,
    EndsWith,
}

impl Question {
    /// Reads `field|modifier|modifier`.
    pub(super) fn parse(key: &str) -> Result<Self, String> {
        let mut parts = key.split('|');
        let mut question = Self {
            field: parts.next().unwrap_or_default().trim().to_owned(),
            operator: Operator::Equals,
            transforms: Vec::new(),
            all: false,
            cased: false,
            negated: false,
            expand: false,
            reference: false,
            part: None,
        };
        for modifier in parts {
            question.modify(modifier.trim()).map_err(|why| format!("`{key}`: {why}"))?;
        }
        let wrong = |why: &str| Err(format!("`{key}`: {why}"));
        let is_text = matches!(
            question.operator,
            Operator::Equals | Operator::Contains | Operator::StartsWith | Operator::EndsWith
        );
        let encodes = !question.transforms.is_empty() || question.expand;
        if question.reference && (!is_text || encodes || question.part.is_some()) {
            return wrong("a field reference goes only with contains, startswith, endswith, all, cased and neq");
        }
        if encodes && !is_text && !(question.expand && question.transforms.is_empty()) {
            return wrong("an encoding goes only with text comparisons");
        }
        if question.part.is_some() && !matches!(question.operator, Operator::Equals | Operator::Compare(_)) {
            return wrong("a part of a time is a number: compare it with lt, lte, gt, gte or as it is");
        }
        if question.field.is_empty() && (question.reference || question.operator == Operator::Exists) {
            return wrong("it needs a field");
        }
        Ok(question)
    }

    fn modify(&mut self, modifier: &str) -> Result<(), String> {
        let operator = match modifier {
            "contains" => Operator::Contains,
            "startswith" => Operator::StartsWith,
            "endswith" => Operator::EndsWith,
            "re" => Operator::Regex { ignore_case: false, lines: false, dot_all: false },
            "cidr" => Operator::Cidr,
            "exists" => Operator::Exists,
            "lt" => Operator::Compare(Order::Less),
            "lte" => Operator::Compare(Order::LessOrEqual),
            "gt" => Operator::Compare(Order::Greater),
            "gte" => Operator::Compare(Order::GreaterOrEqual),
            "i" | "ignorecase" | "m" | "multiline" | "s" | "dotall" => {
                let Operator::Regex { ignore_case, lines, dot_all } = &mut self.operator else {
                    return Err(format!("`{modifier}` belongs behind `re`"));
                };
                *match modifier {
                    "i" | "ignorecase" => ignore_case,
                    "m" | "multiline" => lines,
                    _ => dot_all,
                } = true;
                return Ok(());
            }
            "all" => return flag(&mut self.all, modifier),
            "cased" => return flag(&mut self.cased, modifier),
            "neq" => return flag(&mut self.negated, modifier),
            "fieldref" => return flag(&mut self.reference, modifier),
            "expand" => return flag(&mut self.expand, modifier),
            "base64" => return self.transform(Transform::Base64),
            "base64offset" => return self.transform(Transform::Base64Offset),
            "wide" | "utf16le" => return self.transform(Transform::Utf16Le),
            "utf16be" => return self.transform(Transform::Utf16Be),
            "utf16" => return self.transform(Transform::Utf16),
            "windash" => return self.transform(Transform::WinDash),
            "minute" => return self.take(TimePart::Minute),
            "hour" => return self.take(TimePart::Hour),
            "day" => return self.take(TimePart::Day),
            "week" => return self.take(TimePart::Week),
            "month" => return self.take(TimePart::Month),
            "year" => return self.take(TimePart::Year),
            "" => return Err("a modifier is missing after `|`".into()),
            other => return Err(format!("there is no modifier `{other}`")),
        };
        if self.operator != Operator::Equals {
            return Err(format!("`{modifier}` does not go with the modifier before it"));
        }
        self.operator = operator;
        Ok(())
    }

    fn transform(&mut self, transform: Transform) -> Result<(), String> {
        self.transforms.push(transform);
        Ok(())
    }

    fn take(&mut self, part: TimePart) -> Result<(), String> {
        if self.part.replace(part).is_some() {
            return Err("only one part of a time can be taken".into());
        }
        Ok(())
    }

    /// Compiles the values that stand behind the question in the rule.
    pub(super) fn compile(&self, values: &Yaml, placeholders: &Placeholders) -> Result<Asked, String> {
        let named = |why: String| {
            if self.field.is_empty() { format!("keywords: {why}") } else { format!("`{}`: {why}", self.field) }
        };
        let list: &[Yaml] = match values {
            Yaml::Array(list) if list.is_empty() => return Err(named("it has no value".into())),
            Yaml::Array(list) => list,
            one => std::slice::from_ref(one),
        };
        let kind = if self.reference {
            self.reference(list).map_err(named)?
        } else if self.operator == Operator::Exists {
            match list {
                [Yaml::Bool(wanted)] => Kind::Exists(*wanted),
                [Yaml::String(text)] if text.eq_ignore_ascii_case("true") => Kind::Exists(true),
                [Yaml::String(text)] if text.eq_ignore_ascii_case("false") => Kind::Exists(false),
                _ => return Err(named("`exists` takes true or false".into())),
            }
        } else {
            let mut alternatives = Vec::new();
            for value in list {
                alternatives.push(self.matchers(value, placeholders).map_err(named)?);
            }
            if self.all {
                // Each value of the rule may stand for several encodings, of which one is enough.
                if alternatives.iter().all(|ways| ways.len() == 1) {
                    Kind::All(alternatives.into_iter().flatten().collect())
                } else {
                    return Err(named("`all` does not go with values that have several encodings".into()));
                }
            } else {
                Kind::Any(join(alternatives.into_iter().flatten().collect()))
            }
        };
        Ok(Asked { negated: self.negated, part: self.part, kind })
    }

    fn reference(&self, list: &[Yaml]) -> Result<Kind, String> {
        let others = list
            .iter()
            .map(|value| value.as_str().map(str::to_owned).ok_or_else(|| "`fieldref` takes names of fields".to_owned()))
            .collect::<Result<_, _>>()?;
        let how = match self.operator {
            Operator::Contains => Compared::Contains,
            Operator::StartsWith => Compared::StartsWith,
            Operator::EndsWith => Compared::EndsWith,
            _ => Compared::Equal,
        };
        Ok(Kind::Field { others, how, cased: self.cased, all: self.all })
    }

    /// The comparisons that one value of the rule stands for.
    fn matchers(&self, value: &Yaml, placeholders: &Placeholders) -> Result<Vec<Matcher>, String> {
        let text = match value {
            Yaml::Null if self.operator == Operator::Equals && !self.field.is_empty() => return Ok(vec![Matcher::Null]),
            Yaml::String(text) => text.clone(),
            Yaml::Bool(truth) => truth.to_string(),
            Yaml::Number(number) => number.to_string(),
            Yaml::Null | Yaml::Array(_) | Yaml::Object(_) => {
                return Err("its values must be strings, numbers, truth values or null".into());
            }
        };
        let texts = if self.expand { expand(&text, placeholders)? } else { vec![text] };
        let mut matchers = Vec::new();
        for text in texts {
            match self.operator {
                Operator::Regex { ignore_case, lines, dot_all } => {
                    let regex = RegexBuilder::new(&text)
                        .case_insensitive(ignore_case)
                        .multi_line(lines)
                        .dot_matches_new_line(dot_all)
                        .build()
                        .map_err(|error| format!("`{text}` is no regular expression that is understood here: {error}"))?;
                    matchers.push(Matcher::Regex(regex));
                }
                Operator::Cidr => {
                    let network = text.parse().or_else(|_| text.parse::<std::net::IpAddr>().map(Into::into));
                    matchers.push(Matcher::Cidr(network.map_err(|_| format!("`{text}` is no network"))?));
                }
                Operator::Compare(order) => {
                    let number: f64 = text.trim().parse().map_err(|_| format!("`{text}` is no number"))?;
                    matchers.push(Matcher::Compare(order, number));
                }
                // Read again, by `compile`.
                Operator::Exists => return Err("`exists` takes true or false".into()),
                Operator::Equals if !self.field.is_empty() && self.transforms.is_empty() && !value.is_string() => {
                    matchers.push(match value {
                        Yaml::Bool(truth) => Matcher::Bool(*truth),
                        number => Matcher::Number(number.as_f64().unwrap_or(f64::NAN), text),
                    });
                }
                Operator::Equals | Operator::Contains | Operator::StartsWith | Operator::EndsWith => {
                    let mut ways = vec![parse(&text)];
                    for transform in &self.transforms {
                        let mut after = Vec::new();
                        for way in ways {
                            after.extend(transform.apply(way)?);
                        }
                        ways = after;
                    }
                    for way in ways {
                        matchers.push(Matcher::Text(Pattern::new(&self.surround(way), self.cased)?));
                    }
                }
            }
        }
        Ok(matchers)
    }

    /// The string with the wildcards that the operator puts around it. A keyword
    /// may stand anywhere in a value.
    fn surround(&self, mut pieces: Pieces) -> Pieces {
        let anywhere = self.operator == Operator::Contains || self.field.is_empty();
        if (anywhere || self.operator == Operator::EndsWith) && pieces.first() != Some(&Piece::Star) {
            pieces.insert(0, Piece::Star);
        }
        if (anywhere || self.operator == Operator::StartsWith) && pieces.last() != Some(&Piece::Star) {
            pieces.push(Piece::Star);
        }
        pieces
    }
}

fn flag(flag: &mut bool, modifier: &str) -> Result<(), String> {
    if std::mem::replace(flag, true) {
        return Err(format!("`{modifier}` stands twice"));
    }
    Ok(())
}

impl Transform {
    fn apply(self, pieces: Pieces) -> Result<Vec<Pieces>, String> {
        let encoded = |unit: fn(u16) -> [u8; 2], mark: &[u8]| -> Result<Vec<Pieces>, String> {
            let mut out = Vec::new();
            for (n, piece) in pieces.iter().enumerate() {
                out.push(match piece {
                    Piece::Plain(bytes) => {
                        let text = std::str::from_utf8(bytes).map_err(|_| "a value is encoded twice".to_owned())?;
                        let mut wide = if n == 0 { mark.to_vec() } else { Vec::new() };
                        wide.extend(text.encode_utf16().flat_map(unit));
                        Piece::Plain(wide)
                    }
                    other => other.clone(),
                });
            }
            Ok(vec![out])
        };
        match self {
            Self::Utf16Le => encoded(u16::to_le_bytes, &[]),
            Self::Utf16Be => encoded(u16::to_be_bytes, &[]),
            Self::Utf16 => encoded(u16::to_le_bytes, &[0xff, 0xfe]),
            Self::Base64 => Ok(vec![vec![Piece::Plain(STANDARD.encode(plain(&pieces)?).into_bytes())]]),
            Self::Base64Offset => {
                let bytes = plain(&pieces)?;
                Ok((0..3).map(|shift| vec![Piece::Plain(at_offset(bytes, shift))]).collect())
            }
            Self::WinDash => dashes(&pieces),
        }
    }
}

fn plain(pieces: &Pieces) -> Result<&[u8], String> {
    match pieces.as_slice() {
        [Piece::Plain(bytes)] => Ok(bytes),
        _ => Err("base64 needs a value without wildcards that is not empty".into()),
    }
}

/// What stays the same of a value's base64 whatever stands around it, where it
/// begins `shift` bytes after a multiple of three.
fn at_offset(bytes: &[u8], shift: usize) -> Vec<u8> {
    let mut padded = vec![b' '; shift];
    padded.extend_from_slice(bytes);
    let text = STANDARD.encode(&padded).into_bytes();
    let start = [0, 2, 3][shift];
    let end = text.len() - [0, 3, 2][padded.len() % 3];
    text.get(start..end).unwrap_or_default().to_vec()
}

/// Every way to write the dashes that begin a word (Sigma specification, `windash`).
fn dashes(pieces: &Pieces) -> Result<Vec<Pieces>, String> {
    const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];
    const MOST: usize = 3125;
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut ways: Vec<Pieces> = vec![Vec::new()];
    for piece in pieces {
        let Piece::Plain(bytes) = piece else {
            ways.iter_mut().for_each(|way| way.push(piece.clone()));
            continue;
        };
        let text: Vec<char> =
            std::str::from_utf8(bytes).map_err(|_| "`windash` goes before an encoding".to_owned())?.chars().collect();
        let mut spelt = vec![String::new()];
        for (n, &c) in text.iter().enumerate() {
            let before = n.checked_sub(1).map(|n| text[n]);
            if DASHES.contains(&c) && !is_word(before) && is_word(text.get(n + 1).copied()) {
                spelt = spelt
                    .iter()
                    .flat_map(|head| DASHES.iter().map(move |dash| format!("{head}{dash}")))
                    .collect();
            } else {
                spelt.iter_mut().for_each(|head| head.push(c));
            }
            if spelt.len() * ways.len() > MOST {
                return Err("`windash` on a value with more than five dashes".into());
            }
        }
        ways = ways
            .iter()
            .flat_map(|way| {
                spelt.iter().map(move |text| {
                    let mut way = way.clone();
                    way.push(Piece::Plain(text.clone().into_bytes()));
                    way
                })
            })
            .collect();
    }
    Ok(ways)
}

/// The value with every `%name%` replaced by each of the placeholder's values.
fn expand(text: &str, placeholders: &Placeholders) -> Result<Vec<String>, String> {
    let mut done: Vec<String> = vec![String::new()];
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        if rest[..at].ends_with('\\') {
            done.iter_mut().for_each(|head| {
                head.push_str(&rest[..at - 1]);
                head.push('%');
            });
            rest = &rest[at + 1..];
            continue;
        }
        let Some(length) = rest[at + 1..].find('%') else { break };
        let name = &rest[at + 1..at + 1 + length];
        let values = placeholders
            .get(name)
            .filter(|values| !values.is_empty())
            .ok_or_else(|| format!("the placeholder %{name}% has no values here"))?;
        done = done
            .iter()
            .flat_map(|head| values.iter().map(|value| format!("{head}{}{value}", &rest[..at])).collect::<Vec<_>>())
            .collect();
        if done.len() > 10_000 {
            return Err("its placeholders make more than 10,000 values".into());
        }
        rest = &rest[at + length + 2..];
    }
    done.iter_mut().for_each(|head| head.push_str(rest));
    Ok(done)
}
