//! How far a change, a step, a run has come; never more than is true.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Run;
use crate::domain::fault::Fault;
use crate::respond::change::Change;
use crate::respond::fact::Fact;
use crate::respond::plan::{Step, StepKind};

/// How far one change has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "status", content = "detail")]
pub enum ChangeStatus {
    /// Nothing was done.
    Pending,
    /// A call is leaving or has left, and its outcome is not written; the flag
    /// says that it takes the change back.
    Calling(bool),
    /// AWS took the call; the wanted state has not been seen yet.
    Waiting(bool),
    /// The wanted state was seen.
    Done,
    /// It was so before.
    Already,
    /// It failed, and why.
    Failed(Fault),
    /// Whether the call arrived is not known, and no state tells; why.
    NotKnown(Fault),
    /// The former state was seen again.
    Undone,
    /// It stays, and why.
    Stays(String),
    /// It was not taken back, since it is no longer as it was left: the difference.
    Drifted(String),
}

impl ChangeStatus {
    /// An outcome is missing: only reading tells what became of it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Calling(_) | Self::Waiting(_))
    }

    /// The word of output and screen.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Calling(_) => "calling",
            Self::Waiting(_) => "waiting",
            Self::Done => "done",
            Self::Already => "already",
            Self::Failed(_) => "failed",
            Self::NotKnown(_) => "not known",
            Self::Undone => "undone",
            Self::Stays(_) => "stays",
            Self::Drifted(_) => "drifted",
        }
    }
}

/// What is known of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeState {
    /// How far it has come.
    pub status: ChangeStatus,
    /// The fact as it was read before the first call.
    pub before: Option<Fact>,
    /// The fact as it was last read.
    pub now: Option<Fact>,
    /// The fact as our own calls left it, where they came only part of the way;
    /// none where they left it as wanted. What others did since is not in it.
    pub(super) left: Option<Fact>,
    /// A call has left since the change last came to an end.
    pub(super) under_way: bool,
    /// A call has left that may have been carried out: there is something to take back.
    pub called: bool,
    /// The same before the last call left: what counts where that one was refused.
    pub(super) called_before: bool,
    /// Before which moment the last call ended the sessions of a role, or was found to.
    pub(super) ended: Option<Timestamp>,
    /// The same before the last call left.
    pub(super) ended_before: Option<Timestamp>,
    /// When the last call was about to leave.
    pub called_at: Option<Timestamp>,
}

/// What is known of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepState {
    /// Its changes, in order.
    pub changes: Vec<ChangeState>,
    /// Why it was left out.
    pub skipped: Option<String>,
    /// What the user did or decided.
    pub note: Option<String>,
    /// The run went past it, though it is for the user to do.
    pub passed: bool,
    /// The names of the files of evidence that are in the case.
    pub evidence: Vec<String>,
    /// Evidence that could not be had, and why.
    pub missed: Vec<(String, Fault)>,
    /// All evidence was asked for.
    pub recorded: bool,
}

/// How far one step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepStatus {
    /// Nothing was done.
    Pending,
    /// It is running.
    Running,
    /// Done and seen to be done.
    Done,
    /// It was so before; nothing was called.
    Already,
    /// It failed, and nothing was changed.
    Failed,
    /// Some of it is done, some is not.
    Partly,
    /// A call's outcome is not known: the real state must be read.
    Open,
    /// Whether a call arrived is not known, and no state tells.
    NotKnown,
    /// The user left it out.
    Skipped,
    /// It is for the user to do, and is not done as far as is known.
    ByHand,
    /// It does not apply to the target.
    NotApplicable,
    /// It waits for a choice of the user's.
    Undecided,
    /// A guardrail refuses it.
    Refused,
    /// Taken back, and seen to be.
    Undone,
    /// Not taken back: the state is not as it was left.
    Drifted,
}

impl StepStatus {
    /// It is not in force, and could still be run, or was found not to be for the target.
    pub(super) fn is_to_come(self) -> bool {
        matches!(
            self,
            Self::Pending
                | Self::Failed
                | Self::ByHand
                | Self::NotApplicable
                | Self::Undecided
                | Self::Refused
                | Self::Undone
        )
    }

    /// The word of output and screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Done => "done",
            Self::Already => "already so",
            Self::Failed => "failed",
            Self::Partly => "partly done",
            Self::Open => "interrupted",
            Self::NotKnown => "not known",
            Self::Skipped => "left out",
            Self::ByHand => "by hand",
            Self::NotApplicable => "does not apply",
            Self::Undecided => "needs a decision",
            Self::Refused => "refused",
            Self::Undone => "undone",
            Self::Drifted => "drifted",
        }
    }
}

impl StepState {
    pub(super) fn new(step: &Step) -> Self {
        let fresh = ChangeState {
            status: ChangeStatus::Pending,
            before: None,
            now: None,
            left: None,
            under_way: false,
            called: false,
            called_before: false,
            ended: None,
            ended_before: None,
            called_at: None,
        };
        Self {
            changes: vec![fresh; step.changes.len()],
            skipped: None,
            note: None,
            passed: false,
            evidence: Vec::new(),
            missed: Vec::new(),
            recorded: false,
        }
    }

    pub(super) fn status(&self, step: &Step, busy: bool) -> StepStatus {
        if busy {
            return StepStatus::Running;
        }
        match step.kind {
            StepKind::Decide | StepKind::ByHand if self.note.is_some() => return StepStatus::Done,
            StepKind::Decide | StepKind::ByHand if self.passed => return StepStatus::ByHand,
            StepKind::Evidence if self.recorded => {
                return if self.evidence.is_empty() { StepStatus::Failed } else { StepStatus::Done };
            }
            _ => {}
        }
        // What a remedy only requires to be so counts where it is not so: it brings nothing about.
        let counts = |(change, state): &(&Change, &ChangeState)| {
            step.kind == StepKind::Check || change.writes() || matches!(state.status, ChangeStatus::Failed(_))
        };
        let counted: Vec<&ChangeStatus> =
            step.changes.iter().zip(&self.changes).filter(counts).map(|(_, state)| &state.status).collect();
        let any = |test: fn(&ChangeStatus) -> bool| counted.iter().any(|status| test(status));
        let all = |test: fn(&ChangeStatus) -> bool| counted.iter().all(|status| test(status));
        if any(ChangeStatus::is_open) {
            return StepStatus::Open;
        }
        if any(|status| matches!(status, ChangeStatus::NotKnown(_))) {
            return StepStatus::NotKnown;
        }
        if !self.changes.is_empty() && !all(|status| *status == ChangeStatus::Pending) {
            if any(|status| matches!(status, ChangeStatus::Drifted(_))) {
                return StepStatus::Drifted;
            }
            let good = |status: &ChangeStatus| {
                matches!(status, ChangeStatus::Done | ChangeStatus::Already | ChangeStatus::Stays(_))
            };
            if all(|status| *status == ChangeStatus::Already) {
                return StepStatus::Already;
            }
            if all(good) {
                return StepStatus::Done;
            }
            if all(|status| {
                matches!(
                    status,
                    ChangeStatus::Undone | ChangeStatus::Already | ChangeStatus::Stays(_) | ChangeStatus::Pending
                )
            }) {
                return StepStatus::Undone;
            }
            // A group that was made for the step, or a change that was called, is a part of it.
            let touched = self.changes.iter().any(|change| change.called && change.status != ChangeStatus::Undone);
            let lasting = any(|status| *status == ChangeStatus::Done);
            return if lasting || touched { StepStatus::Partly } else { StepStatus::Failed };
        }
        if self.skipped.is_some() {
            StepStatus::Skipped
        } else if step.undecided {
            StepStatus::Undecided
        } else if step.not_applicable.is_some() {
            StepStatus::NotApplicable
        } else if step.refused.is_some() {
            StepStatus::Refused
        } else {
            StepStatus::Pending
        }
    }
}

/// A run as headless output tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The case's id.
    pub case: String,
    /// The playbook's name.
    pub playbook: String,
    /// The target's id.
    pub target: String,
    /// Each step, in order.
    pub steps: Vec<StepSummary>,
    /// What ended the run early.
    pub stopped: Option<Fault>,
}

/// A step as headless output tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepSummary {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How far it has come.
    pub status: StepStatus,
    /// Why: it was skipped, does not apply, is refused, or what the user noted.
    pub note: Option<String>,
    /// Its objects, one by one.
    pub objects: Vec<ObjectSummary>,
    /// Files of evidence.
    pub evidence: Vec<String>,
    /// Evidence that could not be had.
    pub missed: Vec<(String, Fault)>,
}

/// One object of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectSummary {
    /// Its id.
    pub resource: String,
    /// What of it.
    pub what: String,
    /// How far it has come.
    pub status: String,
    /// How it was before, in words.
    pub before: Option<String>,
    /// How it was last seen, in words.
    pub now: Option<String>,
    /// Why it failed, stays or drifted.
    pub why: Option<String>,
}

pub(super) fn summary(run: &Run) -> Summary {
    let steps = run.plan.steps.iter().zip(&run.steps).enumerate().map(|(at, (step, state))| {
        let note = state.note.clone().filter(|note| !note.is_empty());
        let settled = run.status(at) == StepStatus::NotApplicable;
        let instead = run.done_in_place_of(at).filter(|_| settled);
        let instead = instead.map(|other| format!("{} is done in its place", other.id));
        let note = note.or_else(|| state.skipped.clone()).or(instead);
        let made = step.kind == StepKind::Check && matches!(run.status(at), StepStatus::Done | StepStatus::Failed);
        let note = note.or_else(|| if made { run.left_out(at) } else { None });
        let note = note.or_else(|| step.not_applicable.as_ref().map(|_| run.plan.ways_out(step)));
        StepSummary {
            id: step.id.clone(),
            title: step.title.clone(),
            status: run.status(at),
            note: note.or_else(|| step.refused.clone()),
            objects: objects(run, at),
            evidence: state.evidence.clone(),
            missed: state.missed.clone(),
        }
    });
    Summary {
        case: run.plan.case.clone(),
        playbook: run.plan.playbook.clone(),
        target: run.plan.target.id.clone(),
        steps: steps.collect(),
        stopped: run.stopped.clone(),
    }
}

fn objects(run: &Run, at: usize) -> Vec<ObjectSummary> {
    let changes = run.plan.steps[at].changes.iter().zip(&run.steps[at].changes).enumerate();
    let told = changes.map(|(place, (change, state))| {
        let mut object = object(change, state);
        if run.is_unchecked(at, place) {
            object.status = "not checked".into();
        }
        object
    });
    told.collect()
}

fn object(change: &Change, state: &ChangeState) -> ObjectSummary {
    ObjectSummary {
        resource: change.resource().id,
        what: change.probe.noun().into(),
        status: state.status.word().into(),
        before: state.before.as_ref().map(Fact::words),
        now: state.now.as_ref().map(Fact::words),
        why: match &state.status {
            ChangeStatus::Failed(fault) | ChangeStatus::NotKnown(fault) => Some(fault.to_string()),
            ChangeStatus::Stays(why) | ChangeStatus::Drifted(why) => Some(why.clone()),
            _ => None,
        },
    }
}
