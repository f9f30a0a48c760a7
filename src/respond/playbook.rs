//! Playbooks: guided remediations, as data.
//!
//! A playbook names steps; what a step changes is the remedy's own. The format
//! is told in `assets/playbooks/README.md`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::remedy::Remedy;
use crate::domain::resource::ResourceKind;

mod format;

#[cfg(test)]
mod tests;

pub use format::PlaybookError;

/// A guided remediation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Playbook {
    /// Its name: lower case, with hyphens.
    pub name: String,
    /// What it does, in a few words.
    pub title: String,
    /// When to use it and what it leaves, in a few sentences.
    pub summary: String,
    /// The kinds of target that it takes.
    pub targets: Vec<ResourceKind>,
    /// When it is offered, and why.
    pub suggest: Vec<Trigger>,
    /// Its steps, in order.
    pub steps: Vec<Template>,
    /// `ours`, or the file that the user named.
    pub origin: String,
}

/// When a playbook is offered. Every list that is not empty must hold one match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trigger {
    /// Event names; `*` stands for any text. The call must name the target itself.
    pub events: Vec<String>,
    /// It is offered for a call that failed or was a dry run too.
    pub attempts: bool,
    /// Titles or tags of rules whose findings are on the event; `*` stands for any text.
    pub findings: Vec<String>,
    /// Higher comes first.
    pub weight: i32,
    /// Shown to the user.
    pub why: String,
}

/// One step of a playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Template {
    /// Unique in the playbook.
    pub id: String,
    /// What it does, in a few words.
    pub title: String,
    /// What there is to know, to decide or to do by hand.
    pub text: String,
    /// What it is.
    pub kind: TemplateKind,
    /// It lies beyond containment: it runs only when it is named.
    pub beyond: bool,
    /// The earlier step in whose place it may run.
    pub in_place_of: Option<String>,
}

/// What a step is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum TemplateKind {
    /// The state of the target is written to the case.
    Evidence,
    /// A change.
    Remedy {
        /// Which.
        remedy: Remedy,
        /// What the remedy leaves to choose, by name; the user's own choice goes before it.
        with: BTreeMap<String, String>,
    },
    /// What the named steps brought about is read again.
    Check {
        /// Ids of earlier steps.
        of: Vec<String>,
    },
    /// Something for the user to decide; the text asks it.
    Decide,
    /// Something for the user to do, with commands to copy. `{instance}`,
    /// `{account}`, `{region}`, `{target}` and `{case}` are filled in.
    ByHand {
        /// Commands to copy.
        commands: Vec<String>,
    },
}

/// All playbooks that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Catalogue {
    playbooks: Vec<Playbook>,
}

/// The built-in playbooks, in the order in which they are listed.
const BUILTIN: [(&str, &str); 6] = [
    ("compromised-instance.toml", include_str!("../../assets/playbooks/compromised-instance.toml")),
    ("open-security-groups.toml", include_str!("../../assets/playbooks/open-security-groups.toml")),
    ("leaked-key.toml", include_str!("../../assets/playbooks/leaked-key.toml")),
    ("public-snapshot.toml", include_str!("../../assets/playbooks/public-snapshot.toml")),
    ("rogue-instances.toml", include_str!("../../assets/playbooks/rogue-instances.toml")),
    ("legacy-classiclink.toml", include_str!("../../assets/playbooks/legacy-classiclink.toml")),
];

impl Catalogue {
    /// The playbooks that come with the program. A test proves that each parses.
    pub fn builtin() -> Self {
        let parsed = BUILTIN.iter().filter_map(|(_, text)| Playbook::parse(text, "ours").ok());
        Self { playbooks: parsed.collect() }
    }

    /// The same with the user's own: pairs of a file's name and text. One of the
    /// same name takes the built-in one's place. What does not parse is told, and
    /// leaves the rest as it is.
    pub fn with_user<'a>(mut self, texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Self, Vec<PlaybookError>) {
        let mut errors = Vec::new();
        for (origin, text) in texts {
            match Playbook::parse(text, origin) {
                Ok(playbook) => match self.playbooks.iter_mut().find(|known| known.name == playbook.name) {
                    Some(known) => *known = playbook,
                    None => self.playbooks.push(playbook),
                },
                Err(error) => errors.push(error),
            }
        }
        (self, errors)
    }

    /// A playbook by its name.
    pub fn get(&self, name: &str) -> Option<&Playbook> {
        self.playbooks.iter().find(|playbook| playbook.name == name)
    }

    /// All of them, in order.
    pub fn all(&self) -> &[Playbook] {
        &self.playbooks
    }
}

impl Playbook {
    /// A playbook from its text.
    pub fn parse(text: &str, origin: &str) -> Result<Self, PlaybookError> {
        format::parse(text, origin)
    }

    /// The kinds of thing that narrow its target: some remedy of it heeds them.
    pub fn narrowed_by(&self) -> BTreeSet<ResourceKind> {
        let remedies = self.steps.iter().filter_map(|step| match step.kind {
            TemplateKind::Remedy { remedy, .. } => Some(remedy),
            _ => None,
        });
        remedies.flat_map(Remedy::narrowed_by).copied().collect()
    }

    /// It takes a target of this kind.
    pub fn takes(&self, kind: ResourceKind) -> bool {
        self.targets.contains(&kind)
    }
}
