//! What is written to the journal: every change of a run's state.

use serde::{Deserialize, Serialize};

use super::{ChangeStatus, Command};
use crate::domain::event::Event;
use crate::domain::fault::Fault;
use crate::domain::finding::Finding;
use crate::domain::scope::Caller;
use crate::respond::call::{Answer, Call};
use crate::respond::fact::Fact;
use crate::respond::plan::Plan;

/// Which change of which step, and whether it is being taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct At {
    /// The step's place in the plan.
    pub step: usize,
    /// The change's place in the step.
    pub change: usize,
    /// It is being taken back.
    pub back: bool,
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome", content = "detail")]
pub enum Outcome {
    /// AWS took it.
    Taken(Answer),
    /// AWS refused it, or nobody knows.
    Fault(Fault),
}

/// One record of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "data")]
pub enum Record {
    /// A plan was made; what follows is of it.
    Plan(Box<Plan>),
    /// The user asked for something; what follows is of the plan named.
    Command {
        /// The plan's key.
        plan: String,
        /// What.
        command: Command,
        /// Who.
        caller: Caller,
    },
    /// The caller was read again before the first change.
    Identity {
        /// Who it is.
        caller: Caller,
        /// The Region that is called.
        region: String,
    },
    /// A fact was read before it was changed.
    Before {
        /// Of which change.
        at: At,
        /// The fact.
        fact: Fact,
    },
    /// A call is about to leave.
    Intent {
        /// For which change.
        at: At,
        /// The call.
        call: Box<Call>,
    },
    /// A call came back.
    Outcome {
        /// For which change.
        at: At,
        /// What it came to.
        outcome: Box<Outcome>,
    },
    /// A change came to an end.
    Settled {
        /// Which.
        at: At,
        /// How.
        status: ChangeStatus,
        /// The fact as last read, none where it was not.
        fact: Option<Fact>,
    },
    /// A file of evidence is in the case.
    Evidence {
        /// The step's place, none where it is of no step.
        step: Option<usize>,
        /// The evidence's name in the plan; the file's, where it is of no step.
        #[serde(default)]
        name: String,
        /// The file's name in the case.
        file: String,
        /// The SHA-256 of its content, in hexadecimal.
        sha256: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// Evidence that could not be had.
    Missed {
        /// The step's place.
        step: usize,
        /// The file that there is not.
        name: String,
        /// Why.
        fault: Fault,
    },
    /// All of a step's evidence was asked for.
    Recorded {
        /// The step's place.
        step: usize,
    },
    /// A step was left out.
    Skipped {
        /// The step's id.
        step: String,
        /// Why.
        reason: String,
    },
    /// A step by hand was done, or a question decided.
    Acknowledged {
        /// The step's id.
        step: String,
        /// What was done or decided; empty where the run went past it.
        note: String,
        /// By the user; else the run only went past it, and it is still open.
        by_user: bool,
    },
    /// A command came to its end.
    Ended {},
    /// A command ended early.
    Stopped {
        /// Why.
        fault: Fault,
    },
    /// The user wrote something down.
    Note {
        /// What.
        text: String,
    },
    /// The user pinned an event to the case.
    Pinned {
        /// The event.
        event: Box<Event>,
        /// It in a sentence.
        sentence: String,
        /// Its findings.
        findings: Vec<Finding>,
    },
}

impl Record {
    /// The record's kind, as the journal names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Plan(_) => "plan",
            Self::Command { .. } => "command",
            Self::Identity { .. } => "identity",
            Self::Before { .. } => "before",
            Self::Intent { .. } => "intent",
            Self::Outcome { .. } => "outcome",
            Self::Settled { .. } => "settled",
            Self::Evidence { .. } => "evidence",
            Self::Missed { .. } => "missed",
            Self::Recorded { .. } => "recorded",
            Self::Skipped { .. } => "skipped",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Ended {} => "ended",
            Self::Stopped { .. } => "stopped",
            Self::Note { .. } => "note",
            Self::Pinned { .. } => "pinned",
        }
    }

    /// The equivalent command of the AWS CLI, where the record is of a call.
    pub fn cli(&self, region: &str) -> Option<String> {
        match self {
            Self::Intent { call, .. } => Some(call.cli(region)),
            _ => None,
        }
    }
}
