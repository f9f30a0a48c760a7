//! Cases of before that are not finished, since the program ended in the middle of a
//! command or of a containment: what the journal says of them, what was read since,
//! and what can be done now.

use jiff::Timestamp;

use super::scopes::ScopeId;
use crate::domain::fault::Fault;
use crate::respond::run::{Command, Run, StepStatus};

/// What is known of the real state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// It is not read: no Scope of this console is the case's account and Region.
    Elsewhere,
    /// It is being read.
    UnderWay,
    /// It was read.
    Done,
    /// It could not be read.
    Failed(Fault),
}

/// How far the search for interrupted cases has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Search {
    /// It waits for an account, or is under way.
    #[default]
    UnderWay,
    /// All that there are have been told.
    Done,
    /// The cases cannot be read.
    Failed(Fault),
}

/// A case that was interrupted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// The case's id.
    pub id: String,
    /// When its last line was written.
    pub last: Timestamp,
    /// Who wrote it, as a person says it.
    pub by: String,
    /// The Scope of this console that its plan is for, none where it has none.
    pub scope: Option<ScopeId>,
    /// The run that was interrupted, as it stands.
    pub run: Box<Run>,
    /// What is known of the real state.
    pub reading: Reading,
}

impl Interrupted {
    /// What happened to it, in a few words.
    pub fn fate(&self) -> &'static str {
        if self.run.is_interrupted() { "was interrupted" } else { "stands half done" }
    }

    /// Where it stands and what was found out, in a sentence.
    pub fn standing(&self) -> String {
        match &self.reading {
            Reading::Elsewhere => {
                let scope = &self.run.plan.scope;
                format!(
                    "it is of {} in {}, which this console does not look at: start it with --region {}{}",
                    scope.account_label(),
                    scope.region,
                    scope.region,
                    scope.profile.as_ref().map(|profile| format!(" --profile {profile}")).unwrap_or_default()
                )
            }
            Reading::UnderWay => "its real state is being read".into(),
            Reading::Failed(fault) => format!("its real state cannot be read: {fault}"),
            Reading::Done => told(&self.run),
        }
    }
}

/// How far a run has come, and what it was that was cut off, in a sentence.
pub fn told(run: &Run) -> String {
    let steps: Vec<StepStatus> = (0..run.plan.steps.len()).map(|at| run.status(at)).collect();
    let count = |wanted: &[StepStatus]| steps.iter().filter(|status| wanted.contains(status)).count();
    let mut parts = Vec::new();
    for (words, wanted) in [
        ("done", &[StepStatus::Done, StepStatus::Already][..]),
        ("partly done", &[StepStatus::Partly][..]),
        ("undone", &[StepStatus::Undone][..]),
        ("failed", &[StepStatus::Failed, StepStatus::Drifted][..]),
        ("not known", &[StepStatus::Open, StepStatus::NotKnown][..]),
    ] {
        let so_many = count(wanted);
        if so_many > 0 {
            parts.push(format!("{so_many} {words}"));
        }
    }
    let left = match run.rest() {
        Some(Command::Undo { .. }) => "an undo was cut off".to_owned(),
        Some(Command::Run { steps }) => format!("{} of those asked for not done", steps.len()),
        Some(_) => "one object was under way".to_owned(),
        None if run.is_half_done() => {
            let steps = run.plan.containment();
            format!("{} of the containment not done", steps.iter().filter(|id| run.can_run(id)).count())
        }
        None => "all that was asked for is done".to_owned(),
    };
    parts.push(left);
    parts.join(", ")
}
