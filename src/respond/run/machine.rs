//! The steps of the machine: from input to output.

use std::time::Duration;

use jiff::Timestamp;

use super::apply::is_unclear;
use super::record::{At, Outcome, Record};
use super::trial::{Purpose, RECOVERY, TRIES, Trial};
use super::{ChangeStatus, Command, Input, Job, Output, Run, StepKind};
use crate::domain::fault::{Fault, FaultKind};
use crate::respond::call::{Answer, Call};
use crate::respond::change::{Change, Mode};
use crate::respond::fact::Fact;
use crate::respond::probe::{Probe, Reading};

/// What the run waits for, or does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing is to be done.
    Idle,
    /// The records that open a command are written, one by one.
    Preamble(Vec<Record>),
    /// A record is being written; then this.
    Journal(Box<Record>, Box<Phase>),
    /// The caller is being read.
    Identify,
    /// The job at the head of the queue is taken up: its change with this number.
    Job(usize),
    /// The job at the head of the queue is over.
    JobDone,
    /// A file of evidence is being gathered.
    Gather(usize),
    /// The fact of the trial is being read.
    Read,
    /// A call has left.
    Calling(Box<Call>),
    /// A pause; then this.
    Pause(Duration, Box<Phase>),
    /// The command ends early.
    Stop(Box<Fault>),
}

impl Run {
    /// Takes what came of the last output, and says what is next.
    pub fn on(&mut self, input: Input, now: Timestamp) -> Output {
        let phase = std::mem::replace(&mut self.phase, Phase::Idle);
        let next = match (phase, input) {
            (Phase::Journal(record, then), Input::Stored(Ok(()))) => {
                self.apply(&record, now);
                *then
            }
            (_, Input::Stored(Err(fault))) => {
                // What cannot be written down must not go on: the journal is the truth.
                self.end(Some(fault));
                return Output::Done;
            }
            (Phase::Identify, Input::Identity(Ok(caller), region)) => {
                let same = caller.arn == self.operator.caller.arn
                    && caller.account == self.operator.caller.account
                    && region == self.operator.region;
                if same {
                    journal(Record::Identity { caller, region }, Phase::Job(0))
                } else {
                    Phase::Stop(Box::new(self.refuse(format!(
                        "the caller is {} in {region} now, and was {} in {} when this was confirmed",
                        caller.arn, self.operator.caller.arn, self.operator.region
                    ))))
                }
            }
            (Phase::Identify, Input::Identity(Err(fault), _)) => Phase::Stop(Box::new(fault)),
            (Phase::Gather(item), Input::Gathered(result)) => self.gathered(item, result),
            (Phase::Read, Input::Answer(answer)) => self.has_read(answer, now),
            (Phase::Calling(call), Input::Answer(answer)) => self.has_called(&call, answer),
            (Phase::Pause(_, then), _) => *then,
            (phase, _) => phase,
        };
        self.go(next, now)
    }

    /// Goes from phase to phase until something is needed from outside.
    pub(super) fn go(&mut self, mut phase: Phase, now: Timestamp) -> Output {
        loop {
            if self.cancelled && self.may_stop(&phase) {
                self.cancelled = false;
                phase = Phase::Stop(Box::new(self.refuse("cancelled by the user")));
            }
            phase = match phase {
                Phase::Idle => {
                    self.end(None);
                    return Output::Done;
                }
                Phase::Preamble(mut records) => {
                    if records.is_empty() {
                        if self.jobs.iter().any(|job| self.job_writes(*job)) { Phase::Identify } else { Phase::Job(0) }
                    } else {
                        let record = records.remove(0);
                        let mut then = Phase::Preamble(records);
                        if let Record::Command { command, .. } = &record
                            && let Some(record) = said(command)
                        {
                            then = journal(record, then);
                        }
                        journal(record, then)
                    }
                }
                Phase::Journal(record, then) => {
                    self.phase = Phase::Journal(record.clone(), then);
                    return Output::Journal(record);
                }
                Phase::Identify => {
                    self.phase = Phase::Identify;
                    return Output::Identify;
                }
                Phase::Job(change) => self.job(change, now),
                Phase::JobDone => {
                    self.jobs.pop_front();
                    self.trial = None;
                    Phase::Job(0)
                }
                Phase::Gather(item) => {
                    let step = self.current();
                    match self.plan.steps[step].evidence.get(item).cloned() {
                        Some(evidence) => {
                            self.phase = Phase::Gather(item);
                            return Output::Gather(evidence);
                        }
                        None if self.steps[step].evidence.is_empty() => {
                            let fault = self.steps[step].missed.first().map(|(_, fault)| fault.clone());
                            Phase::Stop(Box::new(fault.unwrap_or_else(|| self.refuse("no evidence could be had"))))
                        }
                        None => journal(Record::Recorded { step }, Phase::JobDone),
                    }
                }
                Phase::Read => match &self.trial {
                    Some(trial) => {
                        let call = self.probe(trial.at).read(trial.so_far.as_ref());
                        self.phase = Phase::Read;
                        return Output::Call(call);
                    }
                    None => Phase::JobDone,
                },
                Phase::Calling(call) => {
                    self.phase = Phase::Calling(call.clone());
                    return Output::Call(*call);
                }
                Phase::Pause(long, then) => {
                    self.phase = Phase::Pause(long, then);
                    return Output::Wait(long);
                }
                Phase::Stop(fault) => {
                    self.jobs.clear();
                    self.trial = None;
                    journal(Record::Stopped { fault: *fault }, Phase::Idle)
                }
            };
        }
    }

    fn end(&mut self, fault: Option<Fault>) {
        self.jobs.clear();
        self.trial = None;
        self.cancelled = false;
        self.phase = Phase::Idle;
        if fault.is_some() {
            self.stopped = fault;
        }
    }

    /// At this point nothing is left hanging that is not written down.
    fn may_stop(&self, phase: &Phase) -> bool {
        match phase {
            Phase::Job(_) => !self.jobs.is_empty(),
            Phase::Pause(..) | Phase::Identify | Phase::Gather(_) | Phase::Read => true,
            Phase::Journal(record, _) => matches!(**record, Record::Intent { .. }),
            _ => false,
        }
    }

    fn job_writes(&self, job: Job) -> bool {
        match job {
            Job::Run(step) | Job::One(step, _) => self.plan.steps[step].writes(),
            Job::Undo(step) => self.steps[step].changes.iter().any(|change| change.called),
            Job::Verify(_) | Job::Recover(..) => false,
        }
    }

    fn current(&self) -> usize {
        self.jobs.front().map_or(0, |job| job.step())
    }

    /// Takes up the job at the head of the queue with its `n`th change; for an
    /// undo they are counted from the last.
    fn job(&mut self, n: usize, now: Timestamp) -> Phase {
        let Some(job) = self.jobs.front().copied() else { return journal(Record::Ended {}, Phase::Idle) };
        match job {
            Job::Run(step) => match self.kind(step) {
                StepKind::Evidence => Phase::Gather(0),
                StepKind::Decide | StepKind::ByHand => {
                    let id = self.plan.steps[step].id.clone();
                    journal(Record::Acknowledged { step: id, note: String::new(), by_user: false }, Phase::JobDone)
                }
                StepKind::Check => self.check(step, n, now),
                StepKind::Remedy => self.take_up(At { step, change: n, back: false }, Purpose::Forward, now),
            },
            Job::One(step, change) => self.take_up(At { step, change, back: false }, Purpose::Forward, now),
            // A check brings nothing about: to verify it is to make it again.
            Job::Verify(step) if self.kind(step) == StepKind::Check => self.check(step, n, now),
            Job::Verify(step) => self.take_up(At { step, change: n, back: false }, Purpose::Verify, now),
            Job::Undo(step) => {
                let all = self.plan.steps[step].changes.len();
                if n >= all {
                    return Phase::JobDone;
                }
                let at = At { step, change: all - 1 - n, back: true };
                let state = &self.steps[step].changes[at.change];
                if !state.called || matches!(state.status, ChangeStatus::NotKnown(_)) {
                    return Phase::Job(n + 1);
                }
                if let Some(why) = self.stays(at) {
                    let record = Record::Settled { at, status: ChangeStatus::Stays(why), fact: None };
                    return journal(record, Phase::Job(n + 1));
                }
                self.take_up(at, Purpose::Back, now)
            }
            Job::Recover(step, change) => {
                let back = matches!(
                    self.steps[step].changes[change].status,
                    ChangeStatus::Calling(true) | ChangeStatus::Waiting(true)
                );
                let at = At { step, change, back };
                if let Mode::Once(call) = &self.plan.steps[step].changes[change].mode {
                    let fault = self.not_known(at, call, None);
                    let record = Record::Settled { at, status: ChangeStatus::NotKnown(fault), fact: None };
                    return journal(record, Phase::JobDone);
                }
                let next = self.take_up(at, Purpose::Recover, now);
                if let (Some(trial), Some(called)) = (&mut self.trial, self.steps[step].changes[change].called_at) {
                    trial.deadline = called.checked_add(RECOVERY).ok().map(|deadline| deadline.max(now));
                }
                next
            }
        }
    }

    pub(super) fn take_up(&mut self, at: At, purpose: Purpose, now: Timestamp) -> Phase {
        let Some(change) = self.plan.steps[at.step].changes.get(at.change) else { return Phase::JobDone };
        let goal = match purpose {
            Purpose::Back => self.state(at).before.as_ref().map_or(Fact::Absent, |before| change.probe.rest(before)),
            Purpose::Forward => self.aimed_at(change, now),
            Purpose::Verify | Purpose::Recover => self.resolved(change),
        };
        self.trial = Some(Trial::new(at, purpose, goal));
        Phase::Read
    }

    pub(super) fn change_at(&self, at: At) -> &Change {
        &self.plan.steps[at.step].changes[at.change]
    }

    pub(super) fn probe(&self, at: At) -> &Probe {
        &self.change_at(at).probe
    }

    pub(super) fn state(&self, at: At) -> &super::ChangeState {
        &self.steps[at.step].changes[at.change]
    }

    /// The change after this one, counted as the job counts.
    pub(super) fn after(&self, at: At) -> Phase {
        match self.jobs.front() {
            Some(Job::Recover(..) | Job::One(..)) | None => Phase::JobDone,
            Some(Job::Undo(step)) => Phase::Job(self.plan.steps[*step].changes.len() - at.change),
            Some(_) => Phase::Job(at.change + 1),
        }
    }

    fn gathered(&mut self, item: usize, result: Result<(String, String, u64), Fault>) -> Phase {
        let step = self.current();
        let name = self.plan.steps[step].evidence[item].name.clone();
        let record = match result {
            Ok((file, sha256, bytes)) => Record::Evidence { step: Some(step), name, file, sha256, bytes },
            // A disk that takes no evidence takes no journal either: stop before anything is changed.
            Err(fault) if fault.kind == FaultKind::Storage => return Phase::Stop(Box::new(fault)),
            Err(fault) => Record::Missed { step, name, fault },
        };
        journal(record, Phase::Gather(item + 1))
    }

    fn has_read(&mut self, answer: Result<Answer, Fault>, now: Timestamp) -> Phase {
        let Some(mut trial) = self.trial.take() else { return Phase::JobDone };
        let reading = answer.and_then(|answer| self.probe(trial.at).interpret(trial.so_far.as_ref(), &answer));
        let next = match reading {
            Ok(Reading::Part(part)) => {
                trial.so_far = Some(part);
                Phase::Read
            }
            Ok(Reading::Whole(fact)) => {
                trial.so_far = None;
                trial.faults = 0;
                trial.seen = Some(fact.clone());
                self.found(&mut trial, fact, now)
            }
            Err(fault) if fault.is_transient() && trial.faults + 1 < TRIES => {
                Phase::Pause(trial.back_off(), Box::new(Phase::Read))
            }
            Err(fault) => self.unread(&trial, fault),
        };
        if self.trial.is_none() {
            self.trial = Some(trial);
        }
        next
    }

    fn has_called(&mut self, call: &Call, answer: Result<Answer, Fault>) -> Phase {
        let Some(mut trial) = self.trial.take() else { return Phase::JobDone };
        let at = trial.at;
        let outcome = match &answer {
            Ok(answer) => Outcome::Taken(answer.clone()),
            Err(fault) => Outcome::Fault(fault.clone()),
        };
        let then = match answer {
            Ok(answer) => {
                if let (Probe::Quarantine { .. }, Answer::Made(id)) = (self.probe(at), answer) {
                    trial.so_far = Some(Fact::Group { id, rules: Vec::new() });
                }
                trial.pauses = 0;
                trial.deadline = None;
                Phase::Read
            }
            // It did not happen: the same call may leave again.
            Err(fault) if fault.kind == FaultKind::Throttled && trial.faults + 1 < TRIES => {
                Phase::Pause(trial.back_off(), Box::new(intent(at, call.clone())))
            }
            Err(fault) if is_unclear(fault.kind) => {
                trial.unclear = Some(fault);
                Phase::Read
            }
            // A group that something still uses is left, and that is said.
            Err(fault) if matches!(call, Call::DeleteSecurityGroup { .. }) && fault.kind == FaultKind::WrongState => {
                if trial.faults < 2 {
                    Phase::Pause(trial.back_off(), Box::new(intent(at, call.clone())))
                } else {
                    let why = format!("something else uses it: {}", fault.message);
                    journal(Record::Settled { at, status: ChangeStatus::Stays(why), fact: None }, self.after(at))
                }
            }
            // How far it had come when the call left: more calls than one may lead to the goal.
            Err(fault) => failed(at, fault, trial.from.clone()),
        };
        self.trial = Some(trial);
        journal(Record::Outcome { at, outcome: Box::new(outcome) }, then)
    }
}

/// A change failed: the command ends here, with the truth written down.
pub(super) fn failed(at: At, fault: Fault, fact: Option<Fact>) -> Phase {
    let stop = Phase::Stop(Box::new(fault.clone()));
    journal(Record::Settled { at, status: ChangeStatus::Failed(fault), fact }, stop)
}

pub(super) fn journal(record: Record, then: Phase) -> Phase {
    Phase::Journal(Box::new(record), Box::new(then))
}

pub(super) fn intent(at: At, call: Call) -> Phase {
    journal(Record::Intent { at, call: Box::new(call.clone()) }, Phase::Calling(Box::new(call)))
}

/// What a command itself says of a step.
fn said(command: &Command) -> Option<Record> {
    match command {
        Command::Skip { step, reason } => Some(Record::Skipped { step: step.clone(), reason: reason.clone() }),
        Command::Acknowledge { step, note } => {
            Some(Record::Acknowledged { step: step.clone(), note: note.clone(), by_user: true })
        }
        _ => None,
    }
}
