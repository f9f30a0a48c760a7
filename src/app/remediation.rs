//! The remediation pane: what fits the selection, the plan that was chosen of
//! it, and how far it has been carried out.

pub mod page;

use super::scopes::ScopeId;
use crate::domain::fault::Fault;
use crate::domain::resource::Resource;

/// One playbook that fits the selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The playbook's name.
    pub playbook: String,
    /// What it would be bound to.
    pub target: Resource,
    /// Why it fits, in one line.
    pub why: String,
}

/// What a permission check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Check {
    /// It has not been made.
    #[default]
    Open,
    /// Every call of the step is permitted, as far as AWS says beforehand.
    Allowed,
    /// A call is not permitted: what is needed, and who could.
    Denied(String),
    /// It cannot be checked, for this reason.
    Unknown(String),
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// Nothing has been done.
    #[default]
    Waiting,
    /// Its calls are under way, or it is being verified.
    Running,
    /// Done, and seen to be so.
    Done,
    /// It was so already: nothing had to be done.
    Already,
    /// It stopped: some objects may be done, others not.
    Failed,
    /// Left out, with a reason.
    Skipped,
    /// Taken back, and seen to be so.
    Undone,
    /// Done by a person: the console cannot see it.
    ByHand,
}

impl Status {
    /// The mark before the step.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Waiting => " ",
            Self::Running => "◐",
            Self::Done | Self::Already => "✔",
            Self::Failed => "✗",
            Self::Skipped => "–",
            Self::Undone => "←",
            Self::ByHand => "○",
        }
    }

    /// The status in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Already => "was so already",
            Self::Failed => "FAILED",
            Self::Skipped => "skipped",
            Self::Undone => "undone",
            Self::ByHand => "by hand",
        }
    }

    /// Something may have been changed by it.
    pub fn touched(self) -> bool {
        matches!(self, Self::Running | Self::Done | Self::Failed)
    }
}

/// One object of a step: an interface, a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectView {
    /// Its id.
    pub id: String,
    /// How it stands.
    pub status: Status,
    /// What is to be said of it.
    pub note: String,
}

/// One step of the open plan, as it is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepView {
    /// Its title.
    pub title: String,
    /// Its calls in a few words: `ModifyNetworkInterfaceAttribute ×2`.
    pub calls: String,
    /// The same as AWS CLI commands, one a line.
    pub cli: String,
    /// How it is undone, in a few words.
    pub undo: String,
    /// It can be undone once it is done.
    pub can_undo: bool,
    /// What it risks: `none`, `reversible`, `disruptive`, `destructive`.
    pub risk: String,
    /// Running it is confirmed by typing the target's id.
    pub typed: bool,
    /// It changes nothing.
    pub reads: bool,
    /// A guardrail refuses it, for this reason.
    pub refused: Option<String>,
    /// What the permission check found.
    pub check: Check,
    /// It is left out of a run from the first step on.
    pub left_out: bool,
    /// How it stands.
    pub status: Status,
    /// What is to be said of it: what was found, why it failed.
    pub note: String,
    /// Its objects, each with its own state.
    pub objects: Vec<ObjectView>,
    /// What is to be known of it before it runs.
    pub details: Vec<String>,
}

/// The open plan.
#[derive(Debug, Clone)]
pub struct PlanView {
    /// The playbook's name.
    pub playbook: String,
    /// The target's id.
    pub target: String,
    /// The target's name, empty for none.
    pub name: String,
    /// Where.
    pub scope: ScopeId,
    /// The steps.
    pub steps: Vec<StepView>,
    /// What else is affected, one sentence each.
    pub blast: Vec<String>,
    /// What may survive it, one sentence each.
    pub survives: Vec<String>,
    /// The selected step.
    pub cursor: usize,
    /// The generation of the effect that is under way: check, run, undo.
    pub asked: Option<u64>,
    /// A run or an undo is under way.
    pub running: bool,
    /// A check is under way.
    pub checking: bool,
    /// The case that keeps its journal, empty before the first step.
    pub case: String,
}

impl PlanView {
    /// The steps that a run from a place on would take: neither left out nor done.
    pub fn pending(&self) -> Vec<usize> {
        let open = |step: &StepView| {
            !step.left_out
                && step.refused.is_none()
                && matches!(step.status, Status::Waiting | Status::Failed | Status::Undone)
        };
        (0..self.steps.len()).filter(|at| self.steps.get(*at).is_some_and(open)).collect()
    }

    /// The steps that can be undone, newest first.
    pub fn undoable(&self) -> Vec<usize> {
        let done = |step: &StepView| step.can_undo && matches!(step.status, Status::Done | Status::Failed);
        (0..self.steps.len()).rev().filter(|at| self.steps.get(*at).is_some_and(done)).collect()
    }

    /// Something has been done already.
    pub fn begun(&self) -> bool {
        self.steps.iter().any(|step| step.status != Status::Waiting)
    }

    /// Where the plan stands, in a few words.
    pub fn standing(&self) -> String {
        let done = self.steps.iter().filter(|step| matches!(step.status, Status::Done | Status::Already)).count();
        let failed = self.steps.iter().filter(|step| step.status == Status::Failed).count();
        let undone = self.steps.iter().filter(|step| step.status == Status::Undone).count();
        let all = self.steps.len();
        match (self.running, self.checking) {
            (true, _) => format!("RUNNING, {done} of {all} done"),
            (_, true) => "checking permissions".into(),
            _ if !self.begun() => "PLAN, nothing done yet".into(),
            _ if failed > 0 => format!("STOPPED, {done} of {all} done, {failed} failed"),
            _ if undone > 0 => format!("{undone} undone, {done} of {all} in force"),
            _ => format!("{done} of {all} done"),
        }
    }

    /// The plan as AWS CLI commands, those that are left out as comments.
    pub fn cli(&self) -> String {
        let mut out = format!("# {} {} {}\n", self.playbook, self.target, self.name);
        for (at, step) in self.steps.iter().enumerate() {
            out.push_str(&format!("# {}. {}\n", at + 1, step.title));
            for line in step.cli.lines() {
                if step.left_out {
                    out.push_str("# ");
                }
                out.push_str(line);
                out.push('\n');
            }
        }
        out
    }
}

/// The remediation pane.
#[derive(Debug, Clone, Default)]
pub struct Remediation {
    /// What fits the selection, best first.
    pub suggestions: Vec<Suggestion>,
    /// The selected one.
    pub cursor: usize,
    /// The plan that is open.
    pub plan: Option<PlanView>,
    /// The screen was zoomed for the plan, not by the user.
    pub zoomed: bool,
    /// The first line on the screen.
    pub offset: usize,
}

impl Remediation {
    /// A step is running.
    pub fn is_running(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.running)
    }
}

/// How far one step of a run has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepReport {
    /// Its place in the plan.
    pub at: usize,
    /// How it stands.
    pub status: Status,
    /// What is to be said of it.
    pub note: String,
    /// Its objects.
    pub objects: Vec<ObjectView>,
}

/// How far a run, an undo or a verification has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// As the effect had it.
    pub generation: u64,
    /// The steps that have changed, or all of them.
    pub steps: Vec<StepReport>,
    /// Nothing more comes.
    pub finished: bool,
    /// The case that keeps the journal.
    pub case: String,
    /// Why it ended before its end.
    pub fault: Option<Fault>,
}
