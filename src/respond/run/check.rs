//! A check: what the run brought about, or found to be so, is read again; what
//! was left out is named, and one step done in the place of another stands for it.

use std::collections::{BTreeMap, BTreeSet};

use super::machine::{Phase, journal};
use super::trial::{Purpose, Trial};
use super::{At, ChangeState, ChangeStatus, Job, Record, Run, StepKind, StepStatus};
use crate::domain::fault::{Fault, FaultKind};
use crate::respond::fact::Fact;

impl Run {
    /// Goes on with a check from its `n`th fact: the next that counts is read.
    pub(super) fn check(&mut self, step: usize, n: usize, now: jiff::Timestamp) -> Phase {
        let counted = self.counted(step);
        if let Some(change) = (n..self.steps[step].changes.len()).find(|change| self.counts(step, *change, &counted)) {
            return self.take_up(At { step, change, back: false }, Purpose::Forward, now);
        }
        if counted.is_empty() {
            let why = format!("there is nothing to check yet; {}", self.left_out(step).unwrap_or_default());
            return Phase::Stop(Box::new(self.refuse(why).with_hint("run the steps that it checks first")));
        }
        let read = self.steps[step].changes.iter().enumerate();
        let read = read.filter(|(change, _)| self.counts(step, *change, &counted));
        let faults: Vec<&Fault> = read.filter_map(|(_, state)| failure(&state.status)).collect();
        match faults.as_slice() {
            [] => Phase::JobDone,
            [one] => Phase::Stop(Box::new((*one).clone())),
            [first, ..] => {
                let all: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
                Phase::Stop(Box::new(Fault::new(first.kind, first.operation.clone(), all.join("; "))))
            }
        }
    }

    /// How far a check has come: half of one is none.
    pub(super) fn check_status(&self, step: usize) -> StepStatus {
        let counted = self.counted(step);
        let changes = self.steps[step].changes.iter().enumerate();
        let read = changes.filter(|(change, _)| self.counts(step, *change, &counted));
        let read: Vec<&ChangeStatus> = read.map(|(_, state)| &state.status).collect();
        if read.iter().any(|status| failure(status).is_some()) {
            StepStatus::Failed
        } else if !read.is_empty() && read.iter().all(|status| **status == ChangeStatus::Done) {
            StepStatus::Done
        } else {
            StepStatus::Pending
        }
    }

    /// What a check that was made did not look at, and why; none where it looked at everything.
    pub(super) fn left_out(&self, step: usize) -> Option<String> {
        let counted = self.counted(step);
        let stood_for: BTreeSet<usize> = counted.iter().map(|other| self.place(*other)).collect();
        let places: BTreeSet<usize> = self.checked(step).into_iter().map(|other| self.place(other)).collect();
        let mut why: Vec<(String, Vec<&str>)> = Vec::new();
        for place in places.difference(&stood_for) {
            let words = match &self.steps[*place].skipped {
                Some(reason) => format!("left out: {reason}"),
                None => match self.status(*place) {
                    StepStatus::Pending => "not run".to_owned(),
                    status => status.word().to_owned(),
                },
            };
            let id = self.plan.steps[*place].id.as_str();
            match why.iter_mut().find(|(known, _)| *known == words) {
                Some((_, ids)) => ids.push(id),
                None => why.push((words, vec![id])),
            }
        }
        let told: Vec<String> = why.into_iter().map(|(words, ids)| format!("{} ({words})", ids.join(", "))).collect();
        (!told.is_empty()).then(|| format!("not checked: {}", told.join("; ")))
    }

    /// This fact of a check was not looked at, though the check was made.
    pub(super) fn is_unchecked(&self, step: usize, change: usize) -> bool {
        let made = matches!(self.status(step), StepStatus::Done | StepStatus::Failed);
        self.kind(step) == StepKind::Check && made && !self.counts(step, change, &self.counted(step))
    }

    /// A fact that is required to be so was read.
    pub(super) fn found_required(&self, trial: &mut Trial, fact: Fact, why: &str, now: jiff::Timestamp) -> Phase {
        let at = trial.at;
        let probe = self.probe(at);
        let source = if self.kind(at.step) == StepKind::Check { self.source(at) } else { None };
        let moot = source.is_some_and(|source| !source.called) && probe.moot(&fact, &trial.goal);
        if moot || probe.satisfied(&fact, &trial.goal) {
            return self.settled(at, ChangeStatus::Done, fact);
        }
        // Where an earlier fact of the check was waited for in vain, what lags has come into sight.
        let waited = self.steps[at.step].changes[..at.change].iter().any(|one| failure(&one.status).is_some());
        if !(waited && source.is_some() && !probe.in_transit(&fact)) && self.still(trial, &fact, now) {
            return Phase::Pause(trial.pause(), Box::new(Phase::Read));
        }
        let held = source.is_none_or(|source| source.status == ChangeStatus::Done);
        let message = if held {
            probe.unmet(why, &trial.goal, &fact)
        } else {
            let (noun, id) = (probe.noun(), self.resource(at).id);
            format!("the {noun} of {id} is {}, wanted was {}", fact.words(), trial.goal.words())
        };
        self.unlike(at, Fault::new(FaultKind::WrongState, probe.read(None).action(), message), Some(fact))
    }

    /// It is not so, or cannot be read: a check reads the rest before it says so.
    pub(super) fn unlike(&self, at: At, fault: Fault, fact: Option<Fact>) -> Phase {
        let alone = matches!(self.jobs.front(), Some(Job::One(..)));
        if self.kind(at.step) != StepKind::Check || alone {
            return super::machine::failed(at, fault, fact);
        }
        journal(Record::Settled { at, status: ChangeStatus::Failed(fault), fact }, self.after(at))
    }

    /// The change whose fact is checked.
    fn source(&self, at: At) -> Option<&ChangeState> {
        let counted = self.counted(at.step);
        let mut sources = self.sources(at.step, at.change).into_iter().filter(|(step, _)| counted.contains(step));
        sources.next_back().map(|(step, change)| &self.steps[step].changes[change])
    }

    fn counts(&self, step: usize, change: usize, counted: &BTreeSet<usize>) -> bool {
        self.sources(step, change).iter().any(|(step, _)| counted.contains(step))
    }

    /// The changes of earlier steps that a fact of a check is of.
    fn sources(&self, step: usize, change: usize) -> Vec<(usize, usize)> {
        let fact = &self.plan.steps[step].changes[change];
        let earlier = self.plan.steps[..step].iter().enumerate().filter(|(_, step)| step.kind == StepKind::Remedy);
        let changes = earlier.flat_map(|(at, step)| step.changes.iter().enumerate().map(move |(n, one)| (at, n, one)));
        let same = changes.filter(|(_, _, one)| one.probe == fact.probe && one.wanted == fact.wanted);
        same.map(|(at, n, _)| (at, n)).collect()
    }

    /// The steps that a check is of.
    fn checked(&self, step: usize) -> BTreeSet<usize> {
        let changes = 0..self.plan.steps[step].changes.len();
        changes.flat_map(|change| self.sources(step, change)).map(|(step, _)| step).collect()
    }

    /// Those of them that were run; of several in one place the one that was run last.
    fn counted(&self, step: usize) -> BTreeSet<usize> {
        let when = |step: &usize| self.order.iter().position(|one| one == step);
        let mut by_place: BTreeMap<usize, usize> = BTreeMap::new();
        for other in self.checked(step).into_iter().filter(|other| self.was_run(*other)) {
            let place = by_place.entry(self.place(other)).or_insert(other);
            if when(&other) >= when(place) {
                *place = other;
            }
        }
        by_place.into_values().collect()
    }

    /// The step itself, or the one that it stands in the place of.
    fn place(&self, step: usize) -> usize {
        let other = self.plan.steps[step].in_place_of.as_ref();
        other.and_then(|id| self.plan.step(id)).map_or(step, |(at, _)| at)
    }

    /// It was tried, or found to be so, and is neither taken back nor left out.
    fn was_run(&self, step: usize) -> bool {
        use StepStatus::{Already, Done, Drifted, Failed, NotKnown, Open, Partly};
        let state = &self.steps[step];
        match state.status(&self.plan.steps[step], false) {
            Failed => state.skipped.is_none(),
            status => matches!(status, Done | Already | Partly | Open | NotKnown | Drifted),
        }
    }
}

fn failure(status: &ChangeStatus) -> Option<&Fault> {
    match status {
        ChangeStatus::Failed(fault) => Some(fault),
        _ => None,
    }
}
