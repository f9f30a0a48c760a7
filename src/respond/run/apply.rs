//! A record taken into the state: the only way in which it changes.

use jiff::Timestamp;

use super::record::{Outcome, Record};
use super::status::ChangeStatus;
use super::{Command, Run, StepKind};
use crate::domain::fault::FaultKind;
use crate::respond::fact::Fact;

impl Run {
    /// Takes a record that is in the journal into the state.
    pub(super) fn apply(&mut self, record: &Record, at: Timestamp) {
        match record {
            Record::Plan(_) => self.filed = true,
            Record::Command { command, .. } => self.take_command(command),
            Record::Before { at: place, fact } => {
                if let Some(state) = self.change(*place) {
                    if !state.called {
                        state.before = Some(fact.clone());
                        state.left = None;
                    }
                    state.now = Some(fact.clone());
                }
            }
            Record::Intent { at: place, call } => {
                self.forget_checks();
                if let Some(state) = self.change(*place) {
                    state.called_before = state.called;
                    state.called |= !place.back;
                    state.sends(call, place.back);
                    state.called_at = Some(at);
                    state.under_way = true;
                    state.status = ChangeStatus::Calling(place.back);
                }
                if !place.back {
                    self.order.retain(|step| *step != place.step);
                    self.order.push(place.step);
                }
            }
            Record::Outcome { at: place, outcome } => {
                let status = match &**outcome {
                    Outcome::Taken(_) => ChangeStatus::Waiting(place.back),
                    Outcome::Fault(fault) if is_unclear(fault.kind) => ChangeStatus::Waiting(place.back),
                    Outcome::Fault(fault) => ChangeStatus::Failed(fault.clone()),
                };
                if let Some(state) = self.change(*place) {
                    if matches!(status, ChangeStatus::Failed(_)) {
                        state.called = state.called_before;
                        state.ended = state.ended_before;
                    }
                    state.status = status;
                }
            }
            Record::Settled { at: place, status, fact } => {
                let left = fact.as_ref().map(|fact| (self.left_by_us(*place, fact), fact));
                if let Some(state) = self.change(*place) {
                    state.under_way = false;
                    state.status = status.clone();
                    if let Some((left, fact)) = left {
                        state.left = left;
                        state.now = Some(fact.clone());
                    }
                    state.is_so(status);
                    if *status == ChangeStatus::Undone || (*status == ChangeStatus::Pending && !place.back) {
                        state.called = false;
                    }
                }
            }
            Record::Evidence { step: Some(step), name, .. } => {
                if let Some(state) = self.steps.get_mut(*step) {
                    state.missed.retain(|(missed, _)| missed != name);
                    if !state.evidence.contains(name) {
                        state.evidence.push(name.clone());
                    }
                }
            }
            Record::Missed { step, name, fault } => {
                if let Some(state) = self.steps.get_mut(*step) {
                    state.missed.retain(|(missed, _)| missed != name);
                    state.missed.push((name.clone(), fault.clone()));
                }
            }
            Record::Recorded { step } => {
                if let Some(state) = self.steps.get_mut(*step) {
                    state.recorded = true;
                }
            }
            Record::Skipped { step, reason } => {
                if let Some((step, _)) = self.plan.step(step) {
                    self.steps[step].skipped = Some(reason.clone());
                }
            }
            Record::Acknowledged { step, note, by_user } => {
                if let Some((step, _)) = self.plan.step(step)
                    && matches!(self.kind(step), StepKind::Decide | StepKind::ByHand)
                {
                    self.steps[step].passed = true;
                    if *by_user {
                        self.steps[step].note = Some(note.clone());
                    }
                }
            }
            Record::Ended {} => self.close(),
            Record::Stopped { fault } => {
                self.stopped = Some(fault.clone());
                self.close();
            }
            Record::Identity { .. }
            | Record::Evidence { step: None, .. }
            | Record::Note { .. }
            | Record::Pinned { .. } => {}
        }
    }

    /// What our own calls left, after a change came to an end with this fact:
    /// as known before where none left, or where it tells what somebody else did.
    fn left_by_us(&self, at: super::At, fact: &Fact) -> Option<Fact> {
        let state = self.steps.get(at.step)?.changes.get(at.change)?;
        let change = self.plan.steps.get(at.step)?.changes.get(at.change)?;
        let known = state.left.clone();
        let Some(before) = &state.before else { return known };
        if !state.under_way || state.now.as_ref().is_some_and(|now| now.same(fact)) {
            return known;
        }
        let wanted = self.resolved(change);
        if change.probe.satisfied(fact, &wanted) || change.probe.satisfied(fact, before) {
            None
        } else if change.probe.partway(fact, before, &wanted) {
            Some(fact.clone())
        } else {
            known
        }
    }

    /// The command that the journal speaks of last is over; one that only reads
    /// leaves one that was cut off before it as it is.
    fn close(&mut self) {
        if self.current.as_ref().is_some_and(Command::writes) {
            self.under_way = None;
        }
    }

    /// What was noted of a step before it is asked for again no longer holds.
    fn take_command(&mut self, command: &Command) {
        self.stopped = None;
        self.current = Some(command.clone());
        match command {
            Command::Leave { .. } => {
                self.under_way = None;
                self.left = true;
            }
            writing if writing.writes() => {
                self.under_way = Some(writing.clone());
                self.left = false;
            }
            _ => {}
        }
        match command {
            Command::Retry { step, .. } => {
                if let Some((step, _)) = self.plan.step(step) {
                    self.steps[step].skipped = None;
                }
            }
            Command::Run { steps } => {
                for id in steps {
                    if let Some((step, _)) = self.plan.step(id) {
                        self.steps[step].skipped = None;
                    }
                }
            }
            Command::Undo { step } => {
                // What failed without having changed anything has nothing to take back.
                for (template, state) in self.plan.steps.iter().zip(&mut self.steps) {
                    if step.as_ref().is_none_or(|id| *id == template.id) {
                        let idle = state.changes.iter_mut().filter(|change| !change.called);
                        idle.filter(|change| matches!(change.status, ChangeStatus::Failed(_)))
                            .for_each(|change| change.status = ChangeStatus::Pending);
                    }
                }
            }
            _ => {}
        }
    }

    /// What was checked before a further change was made proves nothing any more.
    fn forget_checks(&mut self) {
        for (step, state) in self.plan.steps.iter().zip(&mut self.steps) {
            if step.kind == StepKind::Check {
                for change in &mut state.changes {
                    change.status = ChangeStatus::Pending;
                }
            }
        }
    }

    fn change(&mut self, at: super::At) -> Option<&mut super::ChangeState> {
        self.steps.get_mut(at.step)?.changes.get_mut(at.change)
    }
}

/// After such a fault the call may or may not have been carried out.
pub(super) fn is_unclear(kind: FaultKind) -> bool {
    matches!(kind, FaultKind::Network | FaultKind::Timeout | FaultKind::Service | FaultKind::Malformed)
}
