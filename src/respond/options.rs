//! What is said when a plan is made: why, for which case, what is chosen.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::guardrail::Guardrails;
use crate::domain::resource::Resource;

/// What a plan is made with, beside playbook, target and Inventory.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Why it is done, as the user says it; empty where nothing was said. Written to the case.
    pub reason: String,
    /// Why the program offered the playbook, empty where it did not.
    pub suggested: String,
    /// The ticket, empty for none.
    pub ticket: String,
    /// The case's id: snapshots and tags bear it. It need not exist yet.
    pub case: String,
    /// When the plan is made.
    pub at: Timestamp,
    /// What narrows the target: the rule that an event added, the user of a key,
    /// the role of a profile.
    pub focus: Vec<Resource>,
    /// What is left to the user to choose, by name (`type`, `capacity` …) or by
    /// step and name (`standby.capacity`); it goes before what the playbook says.
    pub choices: BTreeMap<String, String>,
    /// The guardrails of the configuration.
    pub guardrails: Guardrails,
}

impl Options {
    /// What was chosen under a name; none for an empty choice.
    pub fn choice(&self, name: &str) -> Option<&str> {
        self.choices.get(name).map(String::as_str).filter(|choice| !choice.is_empty())
    }

    /// The same for one step: the playbook's choices for it under the user's.
    pub fn for_step(&self, step: &str, with: &BTreeMap<String, String>) -> Self {
        let mut choices = with.clone();
        choices
            .extend(self.choices.iter().filter(|(name, _)| !name.contains('.')).map(|(k, v)| (k.clone(), v.clone())));
        let own = self.choices.iter().filter_map(|(name, value)| {
            let (of, name) = name.split_once('.')?;
            (of == step).then(|| (name.to_owned(), value.clone()))
        });
        choices.extend(own);
        Self { choices, ..self.clone() }
    }
}
