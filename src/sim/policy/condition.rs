//! The Condition block of a policy statement.

use super::{each, like};
use jiff::Timestamp;
use serde_json::Value;
use std::net::IpAddr;

/// Whether every condition of the block holds; an operator that is not known
/// answers `unknown`.
pub fn holds(block: &Value, context: &[(String, Vec<String>)], unknown: bool) -> bool {
    let Some(block) = block.as_object() else { return block.is_null() || unknown };
    block.iter().all(|(operator, keys)| {
        keys.as_object()
            .is_some_and(|keys| keys.iter().all(|(key, wanted)| one(operator, key, wanted, context).unwrap_or(unknown)))
    })
}

/// One operator over one key; `None` where the operator is not known.
fn one(operator: &str, key: &str, wanted: &Value, context: &[(String, Vec<String>)]) -> Option<bool> {
    let (quantifier, operator) = match operator.split_once(':') {
        Some((quantifier, rest)) => (quantifier, rest),
        None => ("", operator),
    };
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(rest) => (rest, true),
        None => (operator, false),
    };
    let found = context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, values)| values.as_slice());
    let wanted: Vec<String> =
        each(wanted).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
    if operator == "Null" {
        return Some(wanted.iter().any(|value| (value == "true") == found.is_none()));
    }
    let (test, negated) = test_of(operator)?;
    let Some(values) = found else { return Some(if_exists || negated || quantifier == "ForAllValues") };
    let meets = |value: &String| wanted.iter().any(|pattern| test(pattern, value)) != negated;
    Some(match quantifier {
        "ForAllValues" => values.iter().all(meets),
        // A negated operator must hold for every value of the key.
        "" if negated => values.iter().all(meets),
        _ => values.iter().any(meets),
    })
}

type Test = fn(&str, &str) -> bool;

/// The comparison of an operator (wanted, found), and whether its answer is negated.
fn test_of(operator: &str) -> Option<(Test, bool)> {
    Some(match operator {
        "StringEquals" => (|wanted, found| wanted == found, false),
        "StringNotEquals" => (|wanted, found| wanted == found, true),
        "StringEqualsIgnoreCase" | "Bool" => (str::eq_ignore_ascii_case, false),
        "StringNotEqualsIgnoreCase" => (str::eq_ignore_ascii_case, true),
        "StringLike" | "ArnLike" | "ArnEquals" => (like, false),
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (like, true),
        "IpAddress" => (in_range, false),
        "NotIpAddress" => (in_range, true),
        "DateLessThan" => (|wanted, found| dates(wanted, found, |w, f| f < w), false),
        "DateLessThanEquals" => (|wanted, found| dates(wanted, found, |w, f| f <= w), false),
        "DateGreaterThan" => (|wanted, found| dates(wanted, found, |w, f| f > w), false),
        "DateGreaterThanEquals" => (|wanted, found| dates(wanted, found, |w, f| f >= w), false),
        "NumericEquals" => (|wanted, found| numbers(wanted, found, |w, f| f.total_cmp(&w).is_eq()), false),
        "NumericLessThan" => (|wanted, found| numbers(wanted, found, |w, f| f < w), false),
        "NumericLessThanEquals" => (|wanted, found| numbers(wanted, found, |w, f| f <= w), false),
        "NumericGreaterThan" => (|wanted, found| numbers(wanted, found, |w, f| f > w), false),
        "NumericGreaterThanEquals" => (|wanted, found| numbers(wanted, found, |w, f| f >= w), false),
        _ => return None,
    })
}

fn in_range(range: &str, address: &str) -> bool {
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    match range.parse::<ipnet::IpNet>() {
        Ok(net) => net.contains(&address),
        Err(_) => range.parse::<IpAddr>() == Ok(address),
    }
}

fn dates(wanted: &str, found: &str, test: impl Fn(Timestamp, Timestamp) -> bool) -> bool {
    matches!((wanted.parse(), found.parse()), (Ok(w), Ok(f)) if test(w, f))
}

fn numbers(wanted: &str, found: &str, test: impl Fn(f64, f64) -> bool) -> bool {
    matches!((wanted.parse(), found.parse()), (Ok(w), Ok(f)) if test(w, f))
}
