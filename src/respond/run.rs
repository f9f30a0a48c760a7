//! The run of a plan: a state machine without clock, files or network.
//!
//! [`Run::begin`] takes a command and answers the first [`Output`]; whoever
//! drives carries it out and gives what came of it to [`Run::on`], until the
//! output is [`Output::Done`]. The state of a run changes only by records that
//! were written to the journal first, so a journal read again gives the same
//! state, and an intent without an outcome is seen for what it is.

use std::time::Duration;

use jiff::Timestamp;

use super::call::{Answer, Call};
use super::guard::Serves;
use super::plan::{Confirm, Evidence, Plan, StepKind};
use super::remedy::Risk;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::resource::Resource;
use crate::domain::scope::{Caller, Scope};

mod amend;
mod apply;
mod check;
mod command;
mod ended;
mod found;
mod goal;
mod machine;
mod progress;
mod record;
mod status;
mod trial;

#[cfg(test)]
mod tests;

pub use command::Command;
pub use record::{At, Outcome, Record};
pub use status::{ChangeState, ChangeStatus, StepState, StepStatus, Summary};

use machine::Phase;
use trial::Trial;

/// What a run needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Write this to the journal, on disk before anything else happens. Answer: [`Input::Stored`].
    Journal(Box<Record>),
    /// Read who the caller is, afresh. Answer: [`Input::Identity`].
    Identify,
    /// Make this call. Answer: [`Input::Answer`].
    Call(Call),
    /// Gather this and store it in the case. Answer: [`Input::Gathered`].
    Gather(Evidence),
    /// Wait so long. Answer: [`Input::Waited`], early where the user cancelled.
    Wait(Duration),
    /// The command has come to its end: see the steps' statuses.
    Done,
}

/// What came of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The record is on disk, or could not be put there.
    Stored(Result<(), Fault>),
    /// The caller as just read, and the Region that the Responder calls.
    Identity(Result<Caller, Fault>, String),
    /// What the call answered.
    Answer(Result<Answer, Fault>),
    /// The evidence is in the case: its file's name, SHA-256 and size.
    Gathered(Result<(String, String, u64), Fault>),
    /// The time is over.
    Waited,
}

/// A plan and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The plan.
    pub plan: Plan,
    /// The state of each step, in the plan's order.
    pub steps: Vec<StepState>,
    /// What ended the last command early, none where nothing did.
    pub stopped: Option<Fault>,
    /// Who acts: the plan's own Scope, or who took the case over.
    pub operator: Scope,
    /// The plan is in the journal.
    filed: bool,
    /// The steps that changed something, the newest last.
    order: Vec<usize>,
    /// The command that the journal speaks of last.
    current: Option<Command>,
    /// The command that was to change something and has not come to its end.
    under_way: Option<Command>,
    /// What was cut off was left as it stands, and nothing was asked for since.
    left: bool,
    /// The instances that other runs of the case have terminated, each with why that stays so.
    gone: std::collections::BTreeMap<String, String>,
    phase: Phase,
    jobs: std::collections::VecDeque<Job>,
    trial: Option<Trial>,
    cancelled: bool,
}

/// One piece of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Job {
    Run(usize),
    One(usize, usize),
    Verify(usize),
    Undo(usize),
    Recover(usize, usize),
}

impl Job {
    /// The place of the step that it is about.
    fn step(self) -> usize {
        let (Self::Run(at) | Self::Verify(at) | Self::Undo(at) | Self::One(at, _) | Self::Recover(at, _)) = self;
        at
    }
}

impl Run {
    /// A run of which nothing is done.
    pub fn new(plan: Plan) -> Self {
        let steps = plan.steps.iter().map(StepState::new).collect();
        Self {
            operator: plan.scope.clone(),
            plan,
            steps,
            stopped: None,
            filed: false,
            order: Vec::new(),
            current: None,
            under_way: None,
            left: false,
            gone: std::collections::BTreeMap::new(),
            phase: Phase::Idle,
            jobs: std::collections::VecDeque::new(),
            trial: None,
            cancelled: false,
        }
    }

    /// The runs as the records of a journal tell them, with the time of each
    /// record, in the order in which their plans were made. A case may hold several;
    /// a plan that comes again was bound anew, and its run goes on.
    pub fn of_records<'a>(records: impl IntoIterator<Item = (&'a Record, Timestamp)>) -> Vec<Self> {
        let mut runs: Vec<Self> = Vec::new();
        let mut current = 0;
        for (record, at) in records {
            match record {
                Record::Plan(plan) => {
                    let known = runs.iter().position(|run| run.plan.key() == plan.key());
                    if let Some(known) = known.filter(|known| runs[*known].amend((**plan).clone()).is_ok()) {
                        current = known;
                        runs[current].filed = true;
                        continue;
                    }
                    let mut fresh = Self::new((**plan).clone());
                    fresh.filed = true;
                    current = runs.len();
                    runs.push(fresh);
                    continue;
                }
                Record::Command { plan, .. } => {
                    current = runs.iter().rposition(|run| run.plan.key() == *plan).unwrap_or(current);
                }
                _ => {}
            }
            if let Some(run) = runs.get_mut(current) {
                run.apply(record, at);
            }
        }
        Self::tell_of_ends(&mut runs);
        runs
    }

    /// Some call's outcome was never written: the real state must be read.
    pub fn is_open(&self) -> bool {
        self.open().next().is_some()
    }

    /// The program ended while a command was carried out: a call's outcome is
    /// missing, or steps that were asked for were never come to.
    pub fn is_interrupted(&self) -> bool {
        !self.is_busy() && (self.is_open() || self.under_way.is_some())
    }

    /// Something of it is in force, and steps of the containment were not come to:
    /// whatever ended it, it waits for somebody to go on, to take it back or to leave it.
    pub fn is_half_done(&self) -> bool {
        !self.is_busy() && !self.is_interrupted() && !self.left && self.can_undo() && self.next_step().is_some()
    }

    /// It was cut off or half done, and somebody left it as it stands.
    pub fn is_left(&self) -> bool {
        self.left
    }

    /// Something was changed that has not been taken back and does not stay by its nature.
    pub fn can_undo(&self) -> bool {
        use super::change::Undo;
        let changes =
            self.plan.steps.iter().zip(&self.steps).flat_map(|(step, state)| step.changes.iter().zip(&state.changes));
        changes.into_iter().any(|(change, state)| state.called && change.undo == Undo::Restore)
    }

    /// Something was changed that stays by its nature, and is no evidence.
    pub fn has_lasting(&self) -> bool {
        use super::change::Undo;
        let of_note = self.plan.steps.iter().zip(&self.steps).filter(|(step, _)| step.risk > Risk::None);
        let mut changes = of_note.flat_map(|(step, state)| step.changes.iter().zip(&state.changes));
        changes.any(|(change, state)| state.called && matches!(change.undo, Undo::Stays(_)))
    }

    /// Calls of any step have left and were not taken back.
    pub fn has_changed(&self) -> bool {
        self.steps.iter().flat_map(|step| &step.changes).any(|change| change.called)
    }

    /// Calls of a step have left and were not taken back.
    pub fn is_in_force(&self, step: &str) -> bool {
        self.plan.step(step).is_some_and(|(at, _)| self.steps[at].changes.iter().any(|change| change.called))
    }

    /// The command that is carried out now has not come to its end.
    pub fn is_busy(&self) -> bool {
        !matches!(self.phase, Phase::Idle)
    }

    /// What the call is made for that has been asked for; none where it is for no remedy.
    pub fn serving(&self) -> Option<Serves> {
        let at = self.trial.as_ref()?.at;
        let remedy = self.plan.steps[at.step].remedy?;
        Some(if at.back { Serves::back(remedy) } else { Serves::forwards(remedy) })
    }

    /// Stop at the next point where nothing is left hanging.
    pub fn cancel(&mut self) {
        self.cancelled = true;
    }

    /// Starts a command. `typed` is what the user typed to confirm it, empty
    /// for nothing. It is refused, and nothing happens, where a step is not
    /// known, does not apply, is refused by a guardrail or is not confirmed.
    pub fn begin(&mut self, command: &Command, operator: &Scope, typed: &str, now: Timestamp) -> Result<Output, Fault> {
        if self.is_busy() {
            return Err(self.refuse("a step is running already"));
        }
        if operator.caller.account != self.plan.scope.caller.account || operator.region != self.plan.scope.region {
            return Err(self.refuse(format!(
                "the plan is for {} {}, not for {} {}",
                self.plan.scope.caller.account, self.plan.scope.region, operator.caller.account, operator.region
            )));
        }
        if let Confirm::Typing(text) = self.confirmation(command, false)
            && typed != text
        {
            return Err(self.refuse(format!("not confirmed: type {text} in full")));
        }
        let jobs = self.jobs_of(command)?;
        self.operator = operator.clone();
        self.stopped = None;
        self.cancelled = false;
        self.trial = None;
        self.jobs = self.open().map(|(step, change)| Job::Recover(step, change)).collect();
        self.jobs.extend(jobs);
        let mut records = Vec::new();
        if !self.filed {
            records.push(Record::Plan(Box::new(self.plan.clone())));
        }
        records.push(Record::Command {
            plan: self.plan.key(),
            command: command.clone(),
            caller: operator.caller.clone(),
        });
        Ok(self.go(Phase::Preamble(records), now))
    }

    fn refuse(&self, why: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Refused, format!("run {}", self.plan.playbook), why)
    }

    /// Changes with an intent whose outcome is not known.
    fn open(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.steps.iter().enumerate().flat_map(|(step, state)| {
            let open = state.changes.iter().enumerate().filter(|(_, change)| change.status.is_open());
            open.map(move |(change, _)| (step, change))
        })
    }

    /// The status of a step, told from what is known of its changes.
    pub fn status(&self, step: usize) -> StepStatus {
        let busy = match self.jobs.front() {
            Some(job) => self.is_busy() && job.step() == step,
            None => false,
        };
        let template = &self.plan.steps[step];
        let checks = template.kind == StepKind::Check && template.not_applicable.is_none();
        if checks && !busy && self.steps[step].skipped.is_none() {
            return self.check_status(step);
        }
        match self.steps[step].status(template, busy) {
            status if status.is_to_come() && self.done_in_place_of(step).is_some() => StepStatus::NotApplicable,
            status => status,
        }
    }

    /// How a step stands, in a word: a step that waits for nothing any more is
    /// left out. It is beyond containment and was not asked for, or a later one was run without it.
    pub fn word(&self, step: usize) -> &'static str {
        let status = self.status(step);
        let asked = |command: &Option<Command>| matches!(command, Some(Command::Run { steps }) if steps.contains(&self.plan.steps[step].id));
        let come_to = |later: usize| {
            use StepStatus::{NotApplicable, Pending, Refused, Undecided};
            !matches!(self.status(later), Pending | NotApplicable | Refused | Undecided | StepStatus::Skipped)
        };
        let left_out = status == StepStatus::Pending
            && !asked(&self.current)
            && !asked(&self.under_way)
            && (self.plan.steps[step].beyond || (step + 1..self.steps.len()).any(come_to));
        if left_out { StepStatus::Skipped.word() } else { status.word() }
    }

    /// The step that was done in the place of one.
    fn done_in_place_of(&self, step: usize) -> Option<&super::plan::Step> {
        let done = |at: usize| matches!(self.status(at), StepStatus::Done | StepStatus::Already);
        self.plan.in_place_of(&self.plan.steps[step].id).find(|(at, _)| done(*at)).map(|(_, other)| other)
    }

    /// What the next step to run is: the first that is pending and within containment.
    pub fn next_step(&self) -> Option<usize> {
        (0..self.steps.len()).find(|at| !self.plan.steps[*at].beyond && self.status(*at) == StepStatus::Pending)
    }

    /// Every step that was asked for has come to a good end, and nothing is open.
    pub fn is_well(&self) -> bool {
        self.stopped.is_none()
            && !self.is_open()
            && !(0..self.steps.len()).any(|at| {
                use StepStatus::{Drifted, Failed, NotKnown, Partly};
                matches!(self.status(at), Failed | Partly | Drifted | NotKnown)
            })
    }

    /// The run as headless output tells it.
    pub fn summary(&self) -> Summary {
        status::summary(self)
    }

    /// The thing that a change is about.
    fn resource(&self, at: At) -> Resource {
        self.plan.steps[at.step].changes[at.change].resource()
    }

    fn kind(&self, step: usize) -> StepKind {
        self.plan.steps[step].kind
    }
}
