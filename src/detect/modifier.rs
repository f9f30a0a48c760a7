//! The modifiers behind a field's name (Sigma specification, "Modifiers",
//! 2.1.0), and the comparisons that they make of a rule's values.

use regex::RegexBuilder;

use super::encoding::{Placeholders, Transform, expand};
use super::matcher::{Matcher, Order, TimePart, join};
use super::number::Number;
use super::pattern::{Pattern, Piece, Pieces, parse};
use super::yaml::Value as Yaml;

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
    /// Of each of several lists of matchers, one is met by some value.
    All(Vec<Vec<Matcher>>),
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
        if let Some(transform) = Transform::named(modifier) {
            self.transforms.push(transform);
            return Ok(());
        }
        if let Some(part) = TimePart::named(modifier) {
            return match self.part.replace(part) {
                Some(_) => Err("only one part of a time can be taken".into()),
                None => Ok(()),
            };
        }
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
            "" => return Err("a modifier is missing after `|`".into()),
            other => return Err(format!("there is no modifier `{other}`")),
        };
        if self.operator != Operator::Equals {
            return Err(format!("`{modifier}` does not go with the modifier before it"));
        }
        self.operator = operator;
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
                [Yaml::Bool(wanted, _)] => Kind::Exists(*wanted),
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
                Kind::All(alternatives.into_iter().map(join).collect())
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
        if *value == Yaml::Null && self.operator == Operator::Equals && !self.field.is_empty() {
            return Ok(vec![Matcher::Null]);
        }
        let Some(text) = value.text() else {
            return Err("its values must be strings, numbers, truth values or null".into());
        };
        if self.operator == Operator::Equals && !self.field.is_empty() && self.transforms.is_empty() {
            match value {
                Yaml::Bool(truth, _) => return Ok(vec![Matcher::Bool(*truth)]),
                Yaml::Number(number, text) => return Ok(vec![Matcher::Number(*number, text.clone())]),
                _ => {}
            }
            // `09` is text in YAML, and yet the ninth hour.
            if let (Some(_), Some(number)) = (self.part, value.number()) {
                return Ok(vec![Matcher::Number(number, text.to_owned())]);
            }
        }
        let texts = if self.expand { expand(text, placeholders)? } else { vec![text.to_owned()] };
        let mut matchers = Vec::new();
        for text in texts {
            match self.operator {
                Operator::Regex { ignore_case, lines, dot_all } => {
                    let regex = RegexBuilder::new(&text)
                        .case_insensitive(ignore_case)
                        .multi_line(lines)
                        .dot_matches_new_line(dot_all)
                        .build()
                        .map_err(|error| {
                            format!("`{text}` is no regular expression that is understood here: {error}")
                        })?;
                    matchers.push(Matcher::Regex(regex));
                }
                Operator::Cidr => {
                    let network = text.parse().or_else(|_| text.parse::<std::net::IpAddr>().map(Into::into));
                    matchers.push(Matcher::Cidr(network.map_err(|_| format!("`{text}` is no network"))?));
                }
                Operator::Compare(order) => {
                    let number = match value {
                        Yaml::Number(number, _) => Some(*number),
                        _ => Number::read(text.trim()),
                    };
                    matchers.push(Matcher::Compare(order, number.ok_or_else(|| format!("`{text}` is no number"))?));
                }
                // Read again, by `compile`.
                Operator::Exists => return Err("`exists` takes true or false".into()),
                Operator::Equals | Operator::Contains | Operator::StartsWith | Operator::EndsWith => {
                    let mut ways = vec![parse(&text)];
                    for transform in &self.transforms {
                        let mut after = Vec::new();
                        for way in ways {
                            after.extend(transform.apply(&way)?);
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
