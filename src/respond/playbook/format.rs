//! The TOML of a playbook: read, and held to its rules with line and reason.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use super::{Playbook, Template, TemplateKind, Trigger};
use crate::domain::resource::ResourceKind;
use crate::respond::remedy::Remedy;

/// Why a playbook was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PlaybookError {
    /// The file.
    pub origin: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub why: String,
}

impl fmt::Display for PlaybookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.origin, self.line, self.why)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Spanned<String>,
    title: String,
    #[serde(default)]
    summary: String,
    targets: Spanned<Vec<ResourceKind>>,
    #[serde(default)]
    suggest: Vec<RawTrigger>,
    step: Spanned<Vec<Spanned<RawStep>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTrigger {
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    attempts: bool,
    #[serde(default)]
    findings: Vec<String>,
    weight: i32,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    id: Spanned<String>,
    title: String,
    #[serde(default)]
    text: String,
    kind: Option<Spanned<String>>,
    remedy: Option<Spanned<String>>,
    with: Option<Spanned<BTreeMap<String, String>>>,
    check: Option<Spanned<Vec<String>>>,
    commands: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    beyond: bool,
    in_place_of: Option<Spanned<String>>,
}

pub(super) fn parse(text: &str, origin: &str) -> Result<Playbook, PlaybookError> {
    let line_of = |at: usize| 1 + text[..at.min(text.len())].bytes().filter(|byte| *byte == b'\n').count();
    let error = |at: usize, why: String| PlaybookError { origin: origin.to_owned(), line: line_of(at), why };
    let file: File = toml::from_str(text)
        .map_err(|fault| error(fault.span().map_or(0, |span| span.start), fault.message().to_owned()))?;

    let name = file.name.get_ref();
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(error(
            file.name.span().start,
            format!("the name '{name}' may hold lower-case letters, digits and hyphens only"),
        ));
    }
    if file.targets.get_ref().is_empty() {
        return Err(error(file.targets.span().start, "it needs at least one kind of target".into()));
    }
    let mut steps: Vec<Template> = Vec::new();
    for step in file.step.get_ref() {
        let at = step.span().start;
        let raw = step.get_ref();
        let id = raw.id.get_ref();
        if steps.iter().any(|step| step.id == *id) {
            return Err(error(raw.id.span().start, format!("there are two steps '{id}'")));
        }
        let kind = kind(raw, at, &steps, file.targets.get_ref()).map_err(|(at, why)| error(at, why))?;
        if let Some(other) = &raw.in_place_of
            && !steps.iter().any(|step| step.id == *other.get_ref())
        {
            return Err(error(other.span().start, format!("'{}' is no earlier step", other.get_ref())));
        }
        steps.push(Template {
            id: id.clone(),
            title: raw.title.clone(),
            text: raw.text.trim().to_owned(),
            kind,
            beyond: raw.beyond,
            in_place_of: raw.in_place_of.as_ref().map(|other| other.get_ref().clone()),
        });
    }
    if steps.is_empty() {
        return Err(error(file.step.span().start, "it has no step".into()));
    }
    let suggest = file.suggest.into_iter().map(|raw| Trigger {
        events: raw.events,
        attempts: raw.attempts,
        findings: raw.findings,
        weight: raw.weight,
        why: raw.why,
    });
    Ok(Playbook {
        name: name.clone(),
        title: file.title,
        summary: file.summary.trim().to_owned(),
        targets: file.targets.get_ref().clone(),
        suggest: suggest.collect(),
        steps,
        origin: origin.to_owned(),
    })
}

/// A step is told by `remedy` or `check`, else by `kind`.
fn kind(
    raw: &RawStep,
    at: usize,
    earlier: &[Template],
    targets: &[ResourceKind],
) -> Result<TemplateKind, (usize, String)> {
    let kind = raw.kind.as_ref().map(|kind| (kind.span().start, kind.get_ref().as_str()));
    let only = |name: &str| match kind {
        Some((at, other)) if other != name => Err((at, format!("a step with `{name}` cannot be of kind '{other}'"))),
        _ => Ok(()),
    };
    let found = match (&raw.remedy, &raw.check, kind) {
        (Some(_), Some(check), _) => {
            return Err((check.span().start, "a step is a remedy or a check, not both".into()));
        }
        (Some(name), None, _) => {
            only("remedy")?;
            let remedy: Remedy = name.get_ref().parse().map_err(|why| (name.span().start, why))?;
            if !remedy.targets().iter().any(|kind| targets.contains(kind)) {
                return Err((name.span().start, format!("{remedy} is for none of the playbook's targets")));
            }
            let with = raw.with.as_ref().map(|with| with.get_ref().clone()).unwrap_or_default();
            for choice in with.keys() {
                let known = remedy.choices().iter().map(|(name, _)| *name).collect::<Vec<_>>();
                if !known.contains(&choice.as_str()) {
                    let at = raw.with.as_ref().map_or(at, |with| with.span().start);
                    let there = if known.is_empty() { "nothing".into() } else { known.join(", ") };
                    return Err((at, format!("{remedy} leaves no '{choice}' to choose; it leaves {there}")));
                }
            }
            TemplateKind::Remedy { remedy, with }
        }
        (None, Some(of), _) => {
            only("check")?;
            for id in of.get_ref() {
                let known = earlier.iter().find(|step| step.id == *id);
                if !known.is_some_and(|step| matches!(step.kind, TemplateKind::Remedy { .. })) {
                    return Err((of.span().start, format!("'{id}' is no earlier step with a remedy")));
                }
            }
            TemplateKind::Check { of: of.get_ref().clone() }
        }
        (None, None, Some((_, "evidence"))) => TemplateKind::Evidence,
        (None, None, Some((_, "decide"))) => TemplateKind::Decide,
        (None, None, Some((_, "by-hand"))) => TemplateKind::ByHand {
            commands: raw.commands.as_ref().map(|list| list.get_ref().clone()).unwrap_or_default(),
        },
        (None, None, Some((at, other))) => {
            return Err((
                at,
                format!("'{other}' is no kind of step: evidence, decide, by-hand, or `remedy`, or `check`"),
            ));
        }
        (None, None, None) => return Err((at, "a step needs `remedy`, `check` or `kind`".into())),
    };
    if let (Some(with), false) = (&raw.with, matches!(found, TemplateKind::Remedy { .. })) {
        return Err((with.span().start, "only a step with `remedy` takes `with`".into()));
    }
    match (&raw.commands, &found) {
        (Some(list), kind) if !matches!(kind, TemplateKind::ByHand { .. }) => {
            Err((list.span().start, "only a step by hand has commands".into()))
        }
        _ => Ok(found),
    }
}
