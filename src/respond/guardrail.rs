//! Guardrails as the configuration writes them. What they say of a step or a
//! call is told by [`super::guard`].

use serde::{Deserialize, Serialize};

/// What a guardrail does where it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is refused.
    Deny,
    /// It must be confirmed by typing the target's id.
    Confirm,
    /// At most this many objects, as long as the console is armed.
    AtMost(usize),
}

/// One guardrail. Every condition that it names must hold; one that it does
/// not name always holds. `*` in a pattern stands for any text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardrail {
    /// The account's number or alias.
    #[serde(default)]
    pub account: Option<String>,
    /// The Region.
    #[serde(default)]
    pub region: Option<String>,
    /// A tag of the instance that the plan is for, or that a call names: `key`,
    /// or `key=value`. What is about no instance has none.
    #[serde(default)]
    pub tag: Option<String>,
    /// The remedy's name.
    #[serde(default)]
    pub remedy: Option<String>,
    /// What it does.
    pub action: Action,
    /// Shown to the user.
    pub reason: String,
}

/// All guardrails of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Guardrails(pub Vec<Guardrail>);
