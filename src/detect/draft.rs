//! One document of a rule file: what it says about itself, and which kind of
//! document it is.

use super::correlation::Definition;
use super::rule::{Rule, RuleError};
use super::yaml::{Map, Value as Yaml, list};
use crate::domain::finding::Severity;

/// A document, read but not compiled.
#[derive(Debug)]
pub(super) struct Draft {
    /// What it says about itself.
    pub(super) rule: Rule,
    /// What it is.
    pub(super) body: Body,
}

/// What a document is.
#[derive(Debug)]
pub(super) enum Body {
    /// A rule with its `detection` part.
    Detection(Map),
    /// A rule over the matches of others.
    Correlation(Definition),
    /// A filter, to be added to the rules that it names, with its `filter` part
    /// (Sigma filters specification).
    Filter { rules: Vec<String>, filter: Map },
}

/// Reads a document; where it has no id, `place` is its id: its file, and its line
/// in it. An error tells whether the document is merely not for us.
pub(super) fn read(document: &Yaml, origin: &str, path: &str, place: &str) -> Result<Draft, RuleError> {
    let broken = |why: String| RuleError { path: path.to_owned(), why, passed_over: false };
    let foreign = |why: String| RuleError { path: path.to_owned(), why, passed_over: true };
    let Some(map) = document.as_object() else { return Err(broken("it is no map of keys and values".into())) };
    if let Some(action) = map.get("action").and_then(Yaml::as_str) {
        return Err(broken(format!(
            "`action: {action}` is gone from Sigma: write each rule out, or a correlation rule"
        )));
    }
    let text = |key: &str| map.get(key).and_then(Yaml::text).unwrap_or_default().trim().to_owned();
    let title = text("title");
    if title.is_empty() {
        return Err(broken("it has no title".into()));
    }
    if text("status").eq_ignore_ascii_case("unsupported") {
        return Err(foreign("its status is `unsupported`".into()));
    }
    if let Some(source) = map.get("logsource") {
        check_source(source).map_err(foreign)?;
    }
    let level = match map.get("level") {
        None | Some(Yaml::Null) => Severity::Medium,
        Some(level) => level.as_str().unwrap_or_default().trim().parse().map_err(broken)?,
    };
    let rule = Rule {
        id: if text("id").is_empty() { place.to_owned() } else { text("id") },
        name: text("name"),
        title,
        level,
        author: text("author"),
        description: text("description"),
        references: list(map.get("references")),
        false_positives: list(map.get("falsepositives")),
        tags: list(map.get("tags")),
        origin: origin.to_owned(),
        path: path.to_owned(),
        status: text("status"),
        correlation: map.contains_key("correlation"),
        generates: true,
    };
    let part = |key: &str| {
        map.get(key)
            .map(|part| {
                part.as_object().cloned().ok_or_else(|| broken(format!("its `{key}` is no map of keys and values")))
            })
            .transpose()
    };
    let body = match (part("detection")?, part("correlation")?, part("filter")?) {
        (Some(detection), None, None) => {
            if !map.contains_key("logsource") {
                return Err(broken("it has no logsource".into()));
            }
            Body::Detection(detection)
        }
        (None, Some(correlation), None) => {
            let named = |why: String| broken(format!("{}: {why}", rule.title));
            Body::Correlation(Definition::read(&correlation, map.get("generate")).map_err(named)?)
        }
        (None, None, Some(filter)) => {
            let rules = list(filter.get("rules"));
            if rules.is_empty() {
                return Err(broken("the filter names no rules".into()));
            }
            Body::Filter { rules, filter }
        }
        (None, None, None) => return Err(broken("it has no detection".into())),
        _ => return Err(broken("it can only be one of detection, correlation and filter".into())),
    };
    Ok(Draft { rule, body })
}

/// The log source is AWS CloudTrail's.
fn check_source(source: &Yaml) -> Result<(), String> {
    let part = |key: &str| source.get(key).and_then(Yaml::as_str).unwrap_or_default().trim().to_lowercase();
    let (product, service, category) = (part("product"), part("service"), part("category"));
    let ours =
        matches!(product.as_str(), "aws" | "") && matches!(service.as_str(), "cloudtrail" | "") && category.is_empty();
    if ours && !(product.is_empty() && service.is_empty()) {
        return Ok(());
    }
    let told: Vec<_> = [product, category, service].into_iter().filter(|part| !part.is_empty()).collect();
    Err(format!(
        "it is for the log source {}, not aws/cloudtrail",
        if told.is_empty() { "(none)".into() } else { told.join("/") }
    ))
}
