//! What a rule asks of the values of one field.

use std::borrow::Cow;
use std::net::IpAddr;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use ipnet::IpNet;
use jiff::tz::TimeZone;
use regex::Regex;
use rustc_hash::FxHashSet;

use super::json::Value;
use super::number::Number;
use super::pattern::{Pattern, fold};

/// One comparison with one value of a field.
#[derive(Debug, Clone)]
pub(super) enum Matcher {
    /// A Sigma string.
    Text(Pattern),
    /// One of many strings, folded.
    OneOf(FxHashSet<String>),
    /// Any of many strings stands in the value; the needles are folded unless `cased`.
    ContainsAny { needles: AhoCorasick, cased: bool },
    /// A number, with its text as the rule writes it.
    Number(Number, String),
    /// A truth value.
    Bool(bool),
    /// Null, or no such field at all.
    Null,
    /// A regular expression, found anywhere.
    Regex(Regex),
    /// An address in a network, or a network within it.
    Cidr(IpNet),
    /// A comparison of numbers.
    Compare(Order, Number),
}

/// How numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

impl Order {
    /// The comparison holds between two numbers.
    pub(super) fn holds<N: PartialOrd + Copy>(self, left: N, right: N) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal => left == right,
            Self::NotEqual => left != right,
        }
    }
}

/// The part of a time that a time modifier takes out, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimePart {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl TimePart {
    /// The part that a modifier names.
    pub(super) fn named(modifier: &str) -> Option<Self> {
        Some(match modifier {
            "minute" => Self::Minute,
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// The part of a time written as ISO 8601.
    pub(super) fn of(self, text: &str) -> Option<i16> {
        let time = text.parse::<jiff::Timestamp>().ok()?.to_zoned_datetime(TimeZone::UTC);
        Some(match self {
            Self::Minute => time.minute().into(),
            Self::Hour => time.hour().into(),
            Self::Day => time.day().into(),
            Self::Week => time.date().iso_week_date().week().into(),
            Self::Month => time.month().into(),
            Self::Year => time.year(),
        })
    }
}

impl Matcher {
    /// The value meets the comparison.
    pub(super) fn matches(&self, value: &Value<'_>) -> bool {
        match self {
            Self::Null => *value == Value::Null,
            Self::Text(pattern) => value.text().is_some_and(|text| pattern.matches(&text)),
            Self::OneOf(words) => value.text().is_some_and(|text| words.contains(fold(&text).as_ref())),
            Self::ContainsAny { needles, cased } => value.text().is_some_and(|text| {
                let text = if *cased || text.is_ascii() { Cow::Borrowed(text.as_ref()) } else { fold(&text) };
                needles.is_match(text.as_ref())
            }),
            Self::Number(number, written) => match value {
                Value::Number(text) => text == written || Number::read(text) == Some(*number),
                Value::Text(text) => {
                    text == written
                        || (!text.is_empty()
                            && text.bytes().all(|byte| byte.is_ascii_digit())
                            && Number::read(text) == Some(*number))
                }
                _ => false,
            },
            Self::Bool(wanted) => match value {
                Value::Bool(have) => have == wanted,
                Value::Text(text) => text.eq_ignore_ascii_case(if *wanted { "true" } else { "false" }),
                _ => false,
            },
            Self::Regex(regex) => value.text().is_some_and(|text| regex.is_match(&text)),
            Self::Cidr(network) => value.text().is_some_and(|text| within(network, text.trim())),
            Self::Compare(order, number) => {
                matches!(value, Value::Number(_) | Value::Text(_))
                    && value
                        .text()
                        .and_then(|text| Number::read(text.trim()))
                        .is_some_and(|have| order.holds(have, *number))
            }
        }
    }

    /// What the comparison costs, in no unit: to try the cheap ones first.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::Regex(_) => 3,
            Self::ContainsAny { .. } | Self::Cidr(_) => 2,
            _ => 0,
        }
    }
}

fn within(network: &IpNet, text: &str) -> bool {
    match text.parse::<IpAddr>() {
        Ok(address) => network.contains(&address),
        Err(_) => text.parse::<IpNet>().is_ok_and(|inner| network.contains(&inner)),
    }
}

/// Joins the comparisons of a list of alternatives into fewer, where many at
/// once are cheaper than one after the other.
pub(super) fn join(matchers: Vec<Matcher>) -> Vec<Matcher> {
    const FEW: usize = 4;
    let is_word = |matcher: &Matcher| match matcher {
        Matcher::Text(pattern) => !pattern.cased() && pattern.exact().is_some(),
        _ => false,
    };
    let is_needle = |matcher: &Matcher, cased: bool| match matcher {
        Matcher::Text(pattern) => pattern.cased() == cased && pattern.needle().is_some(),
        _ => false,
    };
    let mut rest = matchers;
    if rest.iter().filter(|matcher| is_word(matcher)).count() >= FEW {
        let (words, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_word);
        let words = words.iter().filter_map(|matcher| match matcher {
            Matcher::Text(pattern) => pattern.exact().map(Cow::into_owned),
            _ => None,
        });
        rest = vec![Matcher::OneOf(words.collect())];
        rest.extend(others);
    }
    for cased in [false, true] {
        if rest.iter().filter(|matcher| is_needle(matcher, cased)).count() < FEW {
            continue;
        }
        let (needles, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|matcher| is_needle(matcher, cased));
        let words: Vec<&str> = needles
            .iter()
            .filter_map(|matcher| match matcher {
                Matcher::Text(pattern) => pattern.needle(),
                _ => None,
            })
            .collect();
        let built = AhoCorasick::builder()
            .ascii_case_insensitive(!cased)
            .kind((words.len() <= 500).then_some(AhoCorasickKind::DFA))
            .build(words);
        rest = others;
        match built {
            Ok(needles) => rest.push(Matcher::ContainsAny { needles, cased }),
            Err(_) => rest.extend(needles),
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_truth_values_match_whether_written_as_such_or_as_text() {
        let number = Matcher::Number(Number::Whole(22), "22".into());
        for (value, wanted) in [
            (Value::Number("22"), true),
            (Value::Number("22.0"), true),
            (Value::Text("22".into()), true),
            (Value::Text("0022".into()), true),
            (Value::Text("22.0".into()), false),
            (Value::Number("2222"), false),
            (Value::Bool(true), false),
            (Value::Null, false),
        ] {
            assert_eq!(number.matches(&value), wanted, "{value:?}");
        }
        let truth = Matcher::Bool(true);
        assert!(truth.matches(&Value::Bool(true)) && truth.matches(&Value::Text("True".into())));
        assert!(!truth.matches(&Value::Bool(false)) && !truth.matches(&Value::Number("1")));
    }

    #[test]
    fn numbers_are_compared_to_the_last_digit_and_words_are_none() {
        let number = Matcher::Number(Number::Whole(9_007_199_254_740_993), "9007199254740993".into());
        for text in ["9007199254740992", "9007199254740994"] {
            assert!(!number.matches(&Value::Number(text)) && !number.matches(&Value::Text(text.into())), "{text}");
        }
        let more = Matcher::Compare(Order::Greater, Number::Whole(9_007_199_254_740_992));
        assert!(more.matches(&Value::Number("9007199254740993")) && !more.matches(&Value::Number("9007199254740992")));
        let more = Matcher::Compare(Order::Greater, Number::Whole(5));
        for (text, wanted) in
            [("6", true), (" 5.5 ", true), ("1e3", true), ("Infinity", false), ("inf", false), ("NaN", false)]
        {
            assert_eq!(more.matches(&Value::Text(text.into())), wanted, "{text}");
        }
    }

    #[test]
    fn networks_hold_addresses_and_smaller_networks() {
        let network = Matcher::Cidr("10.0.0.0/8".parse().unwrap());
        for (text, wanted) in [
            ("10.1.2.3", true),
            ("11.1.2.3", false),
            ("10.9.0.0/16", true),
            ("0.0.0.0/0", false),
            ("AWS Internal", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(network.matches(&Value::Text(text.into())), wanted, "{text}");
        }
    }

    #[test]
    fn joined_alternatives_match_what_each_of_them_matched() {
        let words = ["Alpha", "beta", "*gamma*", "*Delta*", "*eps*", "*zeta*", "eta", "theta*", "iota"];
        let single: Vec<_> = words
            .iter()
            .map(|word| Matcher::Text(Pattern::new(&super::super::pattern::parse(word), false).unwrap()))
            .collect();
        let joined = join(single.clone());
        assert_eq!(joined.len(), 3);
        for value in ["ALPHA", "alphax", "xGAMMAx", "delta", "Über-ZETA", "thetaX", "Iota", "nothing", ""] {
            let value = Value::Text(value.into());
            assert_eq!(
                joined.iter().any(|matcher| matcher.matches(&value)),
                single.iter().any(|matcher| matcher.matches(&value)),
                "{value:?}"
            );
        }
    }
}
