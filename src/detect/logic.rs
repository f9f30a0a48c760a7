//! The `detection` part of a rule, compiled.

use std::collections::HashMap;

use super::condition::{self, Condition, Quantity};
use super::encoding::Placeholders;
use super::expression::{Expression, Test};
use super::modifier::{Kind, Question};
use super::subject::Path;
use super::yaml::{Map, Value as Yaml};

/// The fields that the rules of a set name, each once.
#[derive(Debug, Default)]
pub(super) struct Fields {
    numbers: HashMap<String, usize>,
}

impl Fields {
    /// The path of a field, numbered within the set.
    pub(super) fn path(&mut self, text: &str) -> Path {
        let next = self.numbers.len();
        let number = *self.numbers.entry(text.to_owned()).or_insert(next);
        Path::new(number, text)
    }
}

/// Compiles the searches and the condition of a `detection` or `filter` part.
pub(super) fn compile(detection: &Map, fields: &mut Fields, placeholders: &Placeholders) -> Result<Expression, String> {
    let mut searches = Vec::new();
    for (name, search) in detection {
        if matches!(name.as_str(), "condition" | "timeframe" | "rules") {
            continue;
        }
        let compiled =
            Searcher { fields, placeholders }.search(search).map_err(|why| format!("search `{name}`: {why}"))?;
        searches.push((name.as_str(), compiled));
    }
    let conditions: Vec<&str> = match detection.get("condition") {
        Some(Yaml::String(text)) => vec![text],
        Some(Yaml::Array(list)) if !list.is_empty() => list
            .iter()
            .map(|one| one.as_str().ok_or("a condition must be text".to_owned()))
            .collect::<Result<_, _>>()?,
        Some(_) => return Err("the condition must be text".into()),
        None => return Err("it has no condition".into()),
    };
    let mut ways = Vec::new();
    for text in conditions {
        let parsed = condition::parse(text).map_err(|why| format!("condition `{}`: {why}", text.trim()))?;
        ways.push(express(&parsed, &searches).map_err(|why| format!("condition `{}`: {why}", text.trim()))?);
    }
    Ok(any(ways).sorted())
}

/// All of some expressions, as flat as can be.
pub(super) fn all(parts: Vec<Expression>) -> Expression {
    let mut flat = Vec::new();
    for part in parts {
        match part {
            Expression::And(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    match (flat.len(), flat.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            flat.extend(last);
            Expression::And(flat)
        }
    }
}

fn any(mut parts: Vec<Expression>) -> Expression {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            Expression::AtLeast(1, parts)
        }
    }
}

fn express(condition: &Condition, searches: &[(&str, Expression)]) -> Result<Expression, String> {
    let several = |parts: &[Condition]| parts.iter().map(|part| express(part, searches)).collect::<Result<Vec<_>, _>>();
    Ok(match condition {
        Condition::And(parts) => all(several(parts)?),
        Condition::Or(parts) => any(several(parts)?),
        Condition::Not(inner) => Expression::Not(Box::new(express(inner, searches)?)),
        Condition::Search(name) => match searches.iter().find(|(known, _)| known == name) {
            Some((_, search)) => search.clone(),
            None => return Err(format!("there is no search `{name}`")),
        },
        Condition::Of { least, pattern } => {
            let named: Vec<_> = searches
                .iter()
                .filter(|(name, _)| condition::fits(name, pattern))
                .map(|(_, search)| search.clone())
                .collect();
            match *least {
                _ if named.is_empty() => return Err(format!("no search fits `{pattern}`")),
                Quantity::All => all(named),
                Quantity::AtLeast(1) => any(named),
                Quantity::AtLeast(least) if least <= named.len() => Expression::AtLeast(least, named),
                Quantity::AtLeast(least) => return Err(format!("fewer than {least} searches fit `{pattern}`")),
            }
        }
    })
}

struct Searcher<'a> {
    fields: &'a mut Fields,
    placeholders: &'a Placeholders,
}

impl Searcher<'_> {
    fn search(&mut self, search: &Yaml) -> Result<Expression, String> {
        match search {
            Yaml::Object(map) => self.map(map),
            Yaml::Array(list) if list.is_empty() => Err("it is empty".into()),
            Yaml::Array(list) if list.iter().all(|one| !matches!(one, Yaml::Object(_) | Yaml::Array(_))) => {
                self.test("", search)
            }
            Yaml::Array(list) => {
                let mut ways = Vec::new();
                for one in list {
                    ways.push(match one {
                        Yaml::Object(map) => self.map(map)?,
                        Yaml::Array(_) => return Err("a list within a list has no meaning".into()),
                        keyword => self.test("", keyword)?,
                    });
                }
                Ok(any(ways))
            }
            Yaml::Null => Err("it is empty".into()),
            keyword => self.test("", keyword),
        }
    }

    fn map(&mut self, map: &Map) -> Result<Expression, String> {
        if map.is_empty() {
            return Err("it is empty".into());
        }
        let mut parts = Vec::new();
        for (key, values) in map {
            parts.push(self.test(key, values)?);
        }
        Ok(all(parts))
    }

    fn test(&mut self, key: &str, values: &Yaml) -> Result<Expression, String> {
        let question = Question::parse(key)?;
        let asked = question.compile(values, self.placeholders)?;
        let others = match &asked.kind {
            Kind::Field { others, .. } => others.iter().map(|other| self.fields.path(other)).collect(),
            _ => Vec::new(),
        };
        let path = (!question.field.is_empty()).then(|| self.fields.path(&question.field));
        let test = Test { path, negated: asked.negated, part: asked.part, kind: asked.kind, others, memo: None };
        Ok(Expression::Test(test.remembering()))
    }
}
