//! The remediation pane: what fits the selection, the plan that was chosen of
//! it, and how far it has been carried out.

pub mod page;
pub mod sight;
mod words;

use words::{calls, undo, undoing};

use super::effect::Cause;
use super::instance::Subject;
use super::interrupted::{Interrupted, Search};
use super::scopes::ScopeId;
use crate::respond::plan::{Choice, Confirm, StepKind};
use crate::respond::rank::Suggestion;
use crate::respond::run::{Run, StepStatus};

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

/// The mark before a step that stands so.
pub fn mark(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Pending => " ",
        StepStatus::Running | StepStatus::Open | StepStatus::NotKnown => "◐",
        StepStatus::Done | StepStatus::Already => "✔",
        StepStatus::Failed | StepStatus::Partly | StepStatus::Drifted | StepStatus::Refused => "✗",
        StepStatus::Skipped | StepStatus::NotApplicable => "–",
        StepStatus::Undone => "←",
        StepStatus::ByHand | StepStatus::Undecided => "○",
    }
}

/// One object of a step: an interface, a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectView {
    /// Its id.
    pub id: String,
    /// How it stands, in a word.
    pub word: String,
    /// It is as it should be, or was never touched.
    pub well: bool,
    /// How it was and is, and what is to be said of it.
    pub note: String,
}

/// One step of the open plan, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    /// Its id in the plan.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its calls in a few words: `ModifyNetworkInterfaceAttribute ×2`.
    pub calls: String,
    /// The same as AWS CLI commands, one a line.
    pub cli: String,
    /// How it is undone, in a few words.
    pub undo: String,
    /// The same in full, one sentence a change.
    pub undoing: Vec<String>,
    /// It changes something.
    pub writes: bool,
    /// What it risks: `none`, `reversible`, `disruptive`, `destructive`.
    pub risk: String,
    /// Running it is confirmed by typing, or asked twice: it runs alone.
    pub alone: bool,
    /// The user decides or does it.
    pub by_hand: bool,
    /// A guardrail refuses it, for this reason.
    pub refused: Option<String>,
    /// What the permission check found.
    pub check: Check,
    /// It is left out of a run from the first step on.
    pub left_out: bool,
    /// How it stands.
    pub status: StepStatus,
    /// What is to be said of it: what was found, why it failed.
    pub note: String,
    /// Its objects, each with its own state.
    pub objects: Vec<ObjectView>,
    /// What is to be known of it before it runs.
    pub details: Vec<String>,
    /// What it leaves to choose, with what is chosen now.
    pub choices: Vec<Choice>,
}

impl StepView {
    /// It can be run to some effect, left out or not.
    pub fn waits(&self) -> bool {
        use StepStatus::{ByHand, Failed, Open, Partly, Pending, Undecided, Undone};
        let waits = matches!(self.status, Pending | Failed | Partly | Open | Undone | ByHand | Undecided);
        waits && self.refused.is_none()
    }
}

/// The open plan: its run, and what the console adds to it.
#[derive(Debug, Clone)]
pub struct PlanView {
    /// The plan with how far it has come.
    pub run: Box<Run>,
    /// Where.
    pub scope: ScopeId,
    /// The steps as they are shown.
    pub steps: Vec<StepView>,
    /// The selected step.
    pub cursor: usize,
    /// How many rows of it were scrolled past.
    pub scrolled: usize,
    /// The selected object of that step.
    pub object: usize,
    /// The generation of the effect that is under way: a check or a command.
    pub asked: Option<u64>,
    /// A command is under way.
    pub running: bool,
    /// A check is under way.
    pub checking: bool,
    /// The event that it was made from; none where it is of an instance alone, or of a case of before.
    pub cause: Option<Box<Cause>>,
    /// Why it is done was asked for, or said.
    pub asked_why: bool,
}

impl PlanView {
    /// A plan of which nothing is done.
    pub fn new(run: Run, scope: ScopeId) -> Self {
        let asked_why = run.has_run() || !run.plan.reason.is_empty() || !run.plan.ticket.is_empty();
        let mut view = Self {
            asked_why,
            run: Box::new(run),
            scope,
            steps: Vec::new(),
            cursor: 0,
            scrolled: 0,
            object: 0,
            asked: None,
            running: false,
            checking: false,
            cause: None,
        };
        view.refresh();
        view
    }

    /// The steps anew from the run; what the user chose and the check found stays.
    pub fn refresh(&mut self) {
        let summary = self.run.summary();
        let now = self.run.progress();
        let before = std::mem::take(&mut self.steps);
        let steps = self.run.plan.steps.iter().zip(summary.steps).enumerate();
        self.steps = steps
            .map(|(at, (step, told))| {
                let known = before.get(at);
                let objects = told.objects.into_iter().map(|object| {
                    let mut note = object.what.clone();
                    if let Some(before) = &object.before {
                        note = format!("{note}: {before}");
                    }
                    if let Some(now) = object.now.as_ref().filter(|now| Some(*now) != object.before.as_ref()) {
                        note = format!("{note} → {now}");
                    }
                    if let Some(why) = &object.why {
                        note = format!("{note}. {why}");
                    }
                    let well = matches!(
                        object.status.as_str(),
                        "pending" | "done" | "already" | "undone" | "stays" | "not checked"
                    );
                    ObjectView { well, note, id: object.resource, word: object.status }
                });
                let mut details = Vec::new();
                if !step.text.is_empty() {
                    details.push(step.text.clone());
                }
                if !step.disruption.is_empty() && step.not_applicable.is_none() {
                    details.push(format!("meanwhile: {}", step.disruption));
                }
                // What was read when the plan was made holds until the step has begun.
                let verb = if is_untouched(told.status) { "is" } else { "was" };
                details.extend(
                    step.before.iter().map(|read| format!("{} {} {verb} {}", read.what, read.resource, read.state)),
                );
                let evidence = match told.evidence.len() {
                    0 => String::new(),
                    1 => "evidence 1 file".into(),
                    many => format!("evidence {many} files"),
                };
                StepView {
                    id: step.id.clone(),
                    title: step.title.clone(),
                    calls: calls(step),
                    cli: step.cli.join("\n"),
                    undo: undo(&undoing(step)),
                    undoing: undoing(step),
                    writes: step.writes(),
                    risk: step.risk.word().to_owned(),
                    alone: matches!(step.confirm, Confirm::Typing(_) | Confirm::Twice),
                    by_hand: matches!(step.kind, StepKind::Decide | StepKind::ByHand),
                    refused: step.refused.clone(),
                    check: known.map(|known| known.check.clone()).unwrap_or_default(),
                    left_out: known
                        .map_or(step.beyond || (step.not_applicable.is_some() && !step.undecided), |known| {
                            known.left_out
                        }),
                    status: told.status,
                    note: now.clone().filter(|_| told.status == StepStatus::Running).or(told.note).unwrap_or(evidence),
                    objects: objects.collect(),
                    details,
                    choices: step.choices.clone(),
                }
            })
            .collect();
    }

    /// Selects a step.
    pub fn select(&mut self, step: usize) {
        if self.cursor != step {
            self.cursor = step;
            self.scrolled = 0;
            self.object = 0;
        }
    }

    /// The target's id.
    pub fn target(&self) -> &str {
        &self.run.plan.target.id
    }

    /// Why it is carried out, and for which ticket, as it is shown.
    pub fn why(&self) -> (&str, &str) {
        let or_none = |text| if str::is_empty(text) { "none given" } else { text };
        (or_none(&self.run.plan.reason), or_none(&self.run.plan.ticket))
    }

    /// The steps that a run would take: neither left out nor done.
    pub fn pending(&self) -> Vec<usize> {
        (0..self.steps.len()).filter(|at| self.steps[*at].waits() && !self.steps[*at].left_out).collect()
    }

    /// The steps that can be undone, newest first.
    pub fn undoable(&self) -> Vec<usize> {
        let done = |step: &StepView| {
            let touched =
                matches!(step.status, StepStatus::Done | StepStatus::Partly | StepStatus::Drifted | StepStatus::Open);
            step.writes && touched
        };
        (0..self.steps.len()).rev().filter(|at| self.steps.get(*at).is_some_and(done)).collect()
    }

    /// The step to look at first: the first that is not as it should be, else
    /// the first that is left to run.
    pub fn first_of_note(&self) -> Option<usize> {
        let bad = |step: &StepView| {
            use StepStatus::{Drifted, Failed, NotKnown, Open, Partly};
            matches!(step.status, Failed | Partly | Drifted | Open | NotKnown)
        };
        self.steps.iter().position(bad).or_else(|| self.pending().first().copied())
    }

    /// Something has been done already.
    pub fn begun(&self) -> bool {
        if self.run.is_interrupted() {
            return true;
        }
        let untouched = |status| {
            matches!(
                status,
                StepStatus::Pending | StepStatus::NotApplicable | StepStatus::Refused | StepStatus::Undecided
            )
        };
        self.steps.iter().any(|step| !untouched(step.status))
    }

    /// Something was changed and not taken back.
    pub fn in_force(&self) -> bool {
        !self.undoable().is_empty()
    }

    /// Where the plan stands, in a few words.
    pub fn standing(&self) -> String {
        use StepStatus::{Drifted, Failed, NotKnown, Open, Partly};
        let count = |wanted: &[StepStatus]| self.steps.iter().filter(|step| wanted.contains(&step.status)).count();
        let done = count(&[StepStatus::Done, StepStatus::Already]);
        let failed = count(&[Failed, Partly, Drifted, Open, NotKnown]);
        let undone = count(&[StepStatus::Undone]);
        let counts = |step: &&StepView| {
            let done = matches!(step.status, StepStatus::Done | StepStatus::Already);
            done || (!step.left_out && step.status != StepStatus::NotApplicable)
        };
        let all = self.steps.iter().filter(counts).count();
        match (self.running, self.checking) {
            (true, _) => format!("RUNNING, {done} of {all} done"),
            (_, true) => "checking permissions".into(),
            _ if self.run.is_interrupted() => format!("INTERRUPTED, {done} of {all} done"),
            _ if !self.begun() => "PLAN, nothing done yet".into(),
            _ if failed > 0 => format!("STOPPED, {done} of {all} done, {failed} failed"),
            _ if undone > 0 => format!("{undone} undone, {done} of {all} in force"),
            _ => format!("{done} of {all} done"),
        }
    }
}

/// Nothing of a step was carried out.
fn is_untouched(status: StepStatus) -> bool {
    use StepStatus::{Already, ByHand, NotApplicable, Pending, Refused, Skipped, Undecided};
    matches!(status, Pending | Already | Skipped | ByHand | NotApplicable | Undecided | Refused)
}

/// What the suggestions are about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// The instance that is shown, and not the selected event.
    pub of_instance: bool,
    /// The instance that is shown.
    pub subject: Option<Subject>,
}

/// What a plan is made of once its instance has been read in detail.
#[derive(Debug, Clone)]
pub struct Awaited {
    /// The suggestion that was chosen.
    pub chosen: Suggestion,
    /// Where.
    pub scope: ScopeId,
    /// The event that it follows from.
    pub cause: Option<Box<Cause>>,
}

/// The remediation pane.
#[derive(Debug, Clone, Default)]
pub struct Remediation {
    /// Cases of before that were interrupted; first those that can be opened here.
    pub interrupted: Vec<Interrupted>,
    /// Whether all of them are known.
    pub search: Search,
    /// What the suggestions are about.
    pub question: Question,
    /// What fits the selection, best first.
    pub suggestions: Vec<Suggestion>,
    /// The selected line: the interrupted cases that can be opened come first, then what fits.
    pub cursor: usize,
    /// The user selected it: it stays selected when others come.
    pub chosen: bool,
    /// What a plan is made of once its instance has been read in detail.
    pub awaited: Option<Awaited>,
    /// The plan that is open.
    pub plan: Option<PlanView>,
    /// The screen was zoomed for the plan, not by the user.
    pub zoomed: bool,
    /// The first line on the screen.
    pub offset: usize,
}

impl Remediation {
    /// How many interrupted cases can be opened here.
    pub fn offered(&self) -> usize {
        self.interrupted.iter().take_while(|case| case.scope.is_some()).count()
    }

    /// The selected suggestion.
    pub fn suggestion(&self) -> Option<&Suggestion> {
        self.suggestions.get(self.cursor.checked_sub(self.offered())?)
    }

    /// How many lines can be selected while no plan is open.
    pub fn lines(&self) -> usize {
        self.offered() + self.suggestions.len()
    }

    /// A step is running.
    pub fn is_running(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.running)
    }
}
