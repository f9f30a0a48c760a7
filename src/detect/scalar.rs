//! What a plain scalar of a rule file is: as PyYAML 6 resolves it, by which
//! Sigma's own tools read rules. That is YAML 1.1 with omissions: `yes` is true,
//! `y` is text, `010` is eight, `018` is text, `1e5` is text.

use std::sync::LazyLock;

use regex::Regex;

use super::number::Number;

/// What a plain scalar stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Number(Number),
    /// What it says. Dates are text too: rules compare them as such.
    Text,
}

/// PyYAML's own expressions (`yaml/resolver.py`).
static WHOLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(?:[-+]?0b[0-1_]+
        |[-+]?0[0-7_]+
        |[-+]?(?:0|[1-9][0-9_]*)
        |[-+]?0x[0-9a-fA-F_]+
        |[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$",
    )
    .ok()
});
static BROKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?
        |\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?
        |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$",
    )
    .ok()
});

impl Scalar {
    /// Reads a plain scalar. Infinities and what is not a number are text here:
    /// no value of a record compares with them.
    pub(super) fn read(text: &str) -> Self {
        let number = match text.as_bytes().first() {
            Some(b'0'..=b'9' | b'-' | b'+' | b'.') => number(text),
            _ => None,
        };
        match text {
            _ if number.is_some() => number.map_or(Self::Text, Self::Number),
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Self::Bool(true),
            "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Self::Bool(false),
            _ => Self::Text,
        }
    }
}

fn number(text: &str) -> Option<Number> {
    let fits = |regex: &Option<Regex>| regex.as_ref().is_some_and(|regex| regex.is_match(text));
    let is_whole = fits(&WHOLE);
    if !is_whole && !fits(&BROKEN) {
        return None;
    }
    let bare = text.replace('_', "");
    let is_negative = bare.starts_with('-');
    let digits = bare.strip_prefix(['-', '+']).unwrap_or(&bare);
    if is_whole {
        let value = match digits.as_bytes() {
            [b'0'] => 0,
            [b'0', b'b', ..] => i128::from_str_radix(&digits[2..], 2).ok()?,
            [b'0', b'x', ..] => i128::from_str_radix(&digits[2..], 16).ok()?,
            [b'0', ..] => i128::from_str_radix(digits, 8).ok()?,
            // Base 60, as in 1:30.
            _ => digits
                .split(':')
                .try_fold(0_i128, |sum, part| sum.checked_mul(60)?.checked_add(part.parse::<i128>().ok()?))?,
        };
        return Some(Number::Whole(if is_negative { -value } else { value }));
    }
    let value = digits.split(':').try_fold(0.0, |sum, part| Some(sum * 60.0 + part.parse::<f64>().ok()?))?;
    Number::of(if is_negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What PyYAML 6.0 makes of plain scalars: each line is the scalar, its kind and its value.
    const PYYAML: &str = include_str!("../../tests/fixtures/yaml/pyyaml-scalars.tsv");

    #[test]
    fn plain_scalars_are_what_pyyaml_makes_of_them() {
        let mut wrong = Vec::new();
        for line in PYYAML.lines() {
            let [text, kind, value] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let is_right = match (Scalar::read(text), kind) {
                (Scalar::Null, "null") | (Scalar::Text, "text") => true,
                (Scalar::Bool(truth), "bool") => truth.to_string() == value,
                (Scalar::Number(Number::Whole(number)), "int") => number.to_string() == value,
                (Scalar::Number(number), "float") => value.parse() == Ok(number.float()),
                _ => false,
            };
            if !is_right {
                wrong.push(format!("{line}: {:?}", Scalar::read(text)));
            }
        }
        assert!(wrong.is_empty() && PYYAML.lines().count() > 300, "{}", wrong.join("\n"));
    }
}
