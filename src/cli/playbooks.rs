//! `stanch playbooks`: the catalogue, and one playbook whole.

use std::fs;

use super::args::Playbooks;
use super::failure::{Exit, Failure, Outcome};
use super::out::{Out, say};
use super::setting::Setting;
use crate::domain::resource::ResourceKind;
use crate::domain::text::visible;
use crate::respond::playbook::{Catalogue, Playbook, Template, TemplateKind};

/// Prints the catalogue, or one playbook.
pub fn run(args: &Playbooks, setting: &Setting) -> Outcome {
    let catalogue = catalogue(setting)?;
    let mut out = Out::new();
    match &args.name {
        Some(name) => {
            let playbook = named(&catalogue, name)?;
            if args.json { out.document(playbook)? } else { whole(playbook, &mut out)? }
        }
        None if args.json => out.document(&catalogue.all())?,
        None => {
            for playbook in catalogue.all() {
                out.line(&visible(&format!("{:<22} {:<32} {}", playbook.name, targets(playbook), playbook.title)))?;
            }
        }
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// The playbooks of the program, with the user's own laid over. A broken one is
/// said and left out.
pub fn catalogue(setting: &Setting) -> Result<Catalogue, Failure> {
    let mut texts = Vec::new();
    if let Ok(entries) = fs::read_dir(setting.folders.config.join("playbooks")) {
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                texts.push((path.display().to_string(), fs::read_to_string(&path)?));
            }
        }
    }
    texts.sort();
    let pairs = texts.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let (catalogue, errors) = Catalogue::builtin().with_user(pairs);
    for error in errors {
        say(&format!("stanch: {error}; the playbook is left out"));
    }
    Ok(catalogue)
}

/// A playbook by its name, or what there is instead.
pub fn named<'a>(catalogue: &'a Catalogue, name: &str) -> Result<&'a Playbook, Failure> {
    catalogue.get(name).ok_or_else(|| {
        let all: Vec<&str> = catalogue.all().iter().map(|playbook| playbook.name.as_str()).collect();
        Failure::Usage(format!("there is no playbook '{}'; there are {}", visible(name), all.join(", ")))
    })
}

/// The kinds of target, as the playbook's file writes them.
fn targets(playbook: &Playbook) -> String {
    playbook.targets.iter().map(|kind| kind_word(*kind)).collect::<Vec<_>>().join(", ")
}

/// A kind as configuration and playbooks write it: `security-group`.
pub fn kind_word(kind: ResourceKind) -> String {
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn whole(playbook: &Playbook, out: &mut Out) -> Result<(), Failure> {
    out.line(&visible(&format!("{}: {}", playbook.name, playbook.title)))?;
    out.line(&visible(&format!("for {}, from {}", targets(playbook), playbook.origin)))?;
    out.line("")?;
    for line in playbook.summary.trim().lines() {
        out.line(&visible(line))?;
    }
    for (number, step) in playbook.steps.iter().enumerate() {
        let kind = match &step.kind {
            TemplateKind::Evidence => "evidence".to_string(),
            TemplateKind::Remedy { remedy, .. } => format!("{}, {}", remedy.name(), remedy.risk().word()),
            TemplateKind::Check { .. } => "check".to_string(),
            TemplateKind::Decide => "decide".to_string(),
            TemplateKind::ByHand { .. } => "by hand".to_string(),
        };
        let beyond = if step.beyond { "; only when named" } else { "" };
        let instead = step.in_place_of.as_ref().map(|other| format!("; in place of {other}")).unwrap_or_default();
        out.line("")?;
        out.line(&visible(&format!("{:>2} {:<14} {} [{kind}{beyond}{instead}]", number + 1, step.id, step.title)))?;
        detail(step, out)?;
    }
    Ok(())
}

fn detail(step: &Template, out: &mut Out) -> Result<(), Failure> {
    for line in step.text.trim().lines() {
        out.line(&visible(&format!("     {line}")))?;
    }
    if let TemplateKind::Remedy { remedy, with } = &step.kind {
        for (name, what) in remedy.choices() {
            let chosen = with.get(*name).map(|value| format!(" (here: {value})")).unwrap_or_default();
            out.line(&visible(&format!("     --set {}.{name}=…  {what}{chosen}", step.id)))?;
        }
    }
    if let TemplateKind::ByHand { commands } = &step.kind {
        for command in commands {
            out.line(&visible(&format!("     $ {command}")))?;
        }
    }
    Ok(())
}
