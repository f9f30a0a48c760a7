//! A playbook bound to a target: exact calls, before-state, blast radius, undo.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::change::Change;
use super::guardrail::Guardrails;
use super::remedy::{Remedy, Risk};
use crate::domain::resource::Resource;
use crate::domain::scope::Scope;

mod bind;
mod blast;
mod evidence;
mod rebind;
mod survive;

#[cfg(test)]
mod tests;

pub use bind::bind;
pub use blast::blast_radius;
pub(crate) use blast::disruption;
pub use evidence::{Evidence, Source};
pub use rebind::rebind;
pub use survive::{Survivor, survivors};

pub use super::options::Options;

/// How a step is confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by", content = "text")]
pub enum Confirm {
    /// Not at all: it only reads.
    Nothing,
    /// By choosing Run, with the focus on Cancel.
    Choice,
    /// Twice: it changes who may do what.
    Twice,
    /// By typing this text.
    Typing(String),
}

/// A playbook bound to a target. It is written to the journal as it is, so it
/// holds all that an undo needs on another day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The playbook's name.
    pub playbook: String,
    /// The playbook's title.
    pub title: String,
    /// The target.
    pub target: Resource,
    /// The target as a person calls it: `i-… web-7`.
    pub label: String,
    /// Whose plan it is: account, Region and caller are locked into it.
    pub scope: Scope,
    /// The case's id.
    pub case: String,
    /// Why it is done, as the user says it; empty where nothing was said.
    pub reason: String,
    /// Why the program offered the playbook, empty where it did not.
    #[serde(default)]
    pub suggested: String,
    /// The ticket, empty for none.
    pub ticket: String,
    /// What narrowed the target.
    #[serde(default)]
    pub focus: Vec<Resource>,
    /// What was chosen for it, by name or by step and name.
    #[serde(default)]
    pub choices: BTreeMap<String, String>,
    /// When it was made.
    pub made: Timestamp,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// What else it touches or takes along, one sentence each.
    pub blast_radius: Vec<String>,
    /// Connections that may live on after the network was cut.
    pub survivors: Vec<Survivor>,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// Something is changed.
    Remedy,
    /// The state is written to the case.
    Evidence,
    /// What earlier steps brought about is read again.
    Check,
    /// The user decides.
    Decide,
    /// The user does it.
    ByHand,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Unique in the plan.
    pub id: String,
    /// What it does, in a few words.
    pub title: String,
    /// What there is to know.
    pub text: String,
    /// What it is.
    pub kind: StepKind,
    /// The remedy, for a step that is one.
    pub remedy: Option<Remedy>,
    /// How bad it would be to be wrong.
    pub risk: Risk,
    /// What is disturbed meanwhile, and how long, in a sentence; empty for nothing.
    #[serde(default)]
    pub disruption: String,
    /// The calls that change something, in order, as far as they can be told.
    pub calls: Vec<Planned>,
    /// What it changes, as it stands now: the thing and its state.
    pub before: Vec<Before>,
    /// How it is taken back, one sentence a change.
    pub undo: Vec<String>,
    /// The equivalent commands of the AWS CLI.
    pub cli: Vec<String>,
    /// The IAM actions that it needs, reading back and undo included.
    pub actions: Vec<String>,
    /// How it is confirmed.
    pub confirm: Confirm,
    /// It runs only when it is named.
    pub beyond: bool,
    /// Why it does not apply to the target, or not before something is decided; none where it applies.
    pub not_applicable: Option<String>,
    /// It would apply, and waits for a choice of the user's: a run that nobody
    /// watches does not go past it.
    #[serde(default)]
    pub undecided: bool,
    /// The step in whose place it stands.
    #[serde(default)]
    pub in_place_of: Option<String>,
    /// Why a guardrail refuses it; none where none does.
    pub refused: Option<String>,
    /// What it leaves to choose, with what is chosen now.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// What is changed or required, in order.
    pub changes: Vec<Change>,
    /// What is written to the case.
    pub evidence: Vec<Evidence>,
}

/// Something that a step leaves to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its name: `capacity`.
    pub name: String,
    /// What it may be, in words.
    pub may: String,
    /// What counts now, chosen or not; empty where it must be chosen.
    pub value: String,
}

/// A call of a step, as the plan shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// `ec2:StopInstances`.
    pub action: String,
    /// The id of what it changes.
    pub resource: String,
    /// The call itself.
    pub call: Call,
}

/// A thing that a step changes, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The thing's id.
    pub resource: String,
    /// What of it.
    pub what: String,
    /// How it stands, in words; `not read yet` where it is read when the step runs.
    pub state: String,
}

impl Plan {
    /// What tells the plan from others of the same case.
    pub fn key(&self) -> String {
        format!("{} {} {}", self.playbook, self.target.id, self.made)
    }

    /// What it was made with, under the guardrails of now.
    pub fn options(&self, guardrails: &Guardrails) -> Options {
        Options {
            reason: self.reason.clone(),
            suggested: self.suggested.clone(),
            ticket: self.ticket.clone(),
            case: self.case.clone(),
            at: self.made,
            focus: self.focus.clone(),
            choices: self.choices.clone(),
            guardrails: guardrails.clone(),
        }
    }

    /// A step by its id, with its place.
    pub fn step(&self, id: &str) -> Option<(usize, &Step)> {
        self.steps.iter().enumerate().find(|(_, step)| step.id == id)
    }

    /// The ids of the steps that run when none is named: all that apply, up to
    /// containment.
    pub fn containment(&self) -> Vec<String> {
        let within = self.steps.iter().filter(|step| !step.beyond && step.not_applicable.is_none());
        within.map(|step| step.id.clone()).collect()
    }

    /// The first step within containment that waits for a choice.
    pub fn undecided(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.undecided && !step.beyond)
    }

    /// The steps that may stand in the place of one, and apply.
    pub fn in_place_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = (usize, &'a Step)> {
        let stands = move |step: &Step| step.in_place_of.as_deref() == Some(id) && step.not_applicable.is_none();
        self.steps.iter().enumerate().filter(move |(_, step)| stands(step))
    }

    /// What there is to choose for a step that waits for it: its own choices, and the steps in its place.
    pub fn ways_out(&self, step: &Step) -> String {
        let others: Vec<&str> = self.in_place_of(&step.id).map(|(_, other)| other.id.as_str()).collect();
        let why = step.not_applicable.as_deref().unwrap_or_default();
        if others.is_empty() { why.to_owned() } else { format!("{why}; in its place: {}", others.join(", ")) }
    }

    /// All commands of the plan, as a shell script with a line of comment a step.
    pub fn cli(&self) -> String {
        let mut script = format!("# {} {}, account {}\n", self.playbook, self.target.id, self.scope.caller.account);
        for step in self.steps.iter().filter(|step| step.not_applicable.is_none() && !step.cli.is_empty()) {
            let beyond = if step.beyond { " (beyond containment)" } else { "" };
            let _ = writeln!(script, "# {}{beyond}", step.title);
            for line in &step.cli {
                let held = if step.beyond { "# " } else { "" };
                let _ = writeln!(script, "{held}{line}");
            }
        }
        script
    }
}

impl Step {
    /// It changes something when it runs.
    pub fn writes(&self) -> bool {
        self.changes.iter().any(Change::writes)
    }
}
