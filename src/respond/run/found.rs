//! A fact was read: is it there, is it on its way, or is a call needed?

use jiff::Timestamp;

use super::machine::{Phase, failed, intent, journal};
use super::record::{At, Record};
use super::trial::{LAG, Purpose, Trial};
use super::{ChangeStatus, Run};
use crate::domain::fault::{Fault, FaultKind};
use crate::respond::call::{Call, QUARANTINE};
use crate::respond::change::Mode;
use crate::respond::fact::Fact;
use crate::respond::probe::{Move, Probe};

impl Run {
    /// A fact was read: is it there, on its way, or is a call needed?
    pub(super) fn found(&self, trial: &mut Trial, fact: Fact, now: Timestamp) -> Phase {
        match trial.purpose {
            Purpose::Forward | Purpose::Back => self.found_on_the_way(trial, fact, now),
            Purpose::Verify => self.found_verifying(trial, fact, now),
            Purpose::Recover => self.found_recovering(trial, fact, now),
        }
    }

    fn found_on_the_way(&self, trial: &mut Trial, fact: Fact, now: Timestamp) -> Phase {
        let at = trial.at;
        let change = self.change_at(at);
        if let Mode::Require(why) = &change.mode {
            return self.found_required(trial, fact, why, now);
        }
        let begun = change.probe.begun(&fact, &trial.goal) || change.probe.moot(&fact, &trial.goal);
        let satisfied = !at.back && begun || change.probe.satisfied(&fact, &trial.goal);
        if let (Mode::Once(call), Some(fault)) = (&change.mode, &trial.unclear) {
            let fault = self.not_known(at, call, Some(fault));
            let stop = Phase::Stop(Box::new(fault.clone()));
            return journal(Record::Settled { at, status: ChangeStatus::NotKnown(fault), fact: Some(fact) }, stop);
        }
        if !trial.looked {
            if at.back {
                if satisfied {
                    return self.settled(at, ChangeStatus::Undone, fact);
                }
                if change.probe.in_transit(&fact) {
                    return self.wait(trial, fact, now);
                }
                let wanted = self.resolved(change);
                let left = self.left(change, self.state(at));
                // Whoever ended more sessions since does not get them opened by an undo.
                let exact = matches!(wanted, Fact::SessionsEnded { .. });
                let held = fact.same(&left) || !exact && change.probe.satisfied(&fact, &wanted);
                // A quarantine group is ours however far it came; EC2 deletes it only where nothing uses it.
                let ours = matches!(change.probe, Probe::Quarantine { .. });
                if !ours && !held {
                    // A quarantine group that is gone has no id any more.
                    let difference = Fact::difference(&wanted, &fact).replace(QUARANTINE, "quarantine group");
                    return self.settled(at, ChangeStatus::Drifted(difference), fact);
                }
            }
            // What it was before is told once it is at rest: nothing leads back to a passing state.
            if !at.back && !satisfied && change.probe.must_rest(&fact, &trial.goal) {
                return self.wait(trial, fact, now);
            }
            trial.has_looked();
            if !at.back {
                let then = self.decide(trial, &fact, satisfied, now);
                return journal(Record::Before { at, fact }, then);
            }
        }
        self.decide(trial, &fact, satisfied, now)
    }

    fn decide(&self, trial: &mut Trial, fact: &Fact, satisfied: bool, now: Timestamp) -> Phase {
        let at = trial.at;
        let change = self.change_at(at);
        let once = match &change.mode {
            Mode::Once(call) if trial.tried.is_empty() => Some(call),
            _ => None,
        };
        let lasting = !matches!(change.mode, Mode::Once(_));
        let unseen = lasting && trial.from.as_ref().is_some_and(|from| !change.probe.moved(from, fact));
        if satisfied && once.is_none() && !unseen {
            let called = self.state(at).called || !trial.tried.is_empty();
            let status = match (at.back, called) {
                (true, _) => ChangeStatus::Undone,
                (false, true) => ChangeStatus::Done,
                (false, false) => ChangeStatus::Already,
            };
            return self.settled(at, status, fact.clone());
        }
        if unseen {
            return self.wait(trial, fact.clone(), now);
        }
        let next = match once {
            Some(call) => Move::Call(call.clone()),
            None => change.probe.next(fact, &trial.goal),
        };
        match next {
            Move::Call(call) if call.is_open() => {
                failed(at, self.refuse("the quarantine group is not known: run the step from its start"), None)
            }
            Move::Call(call) if !trial.tried.contains(&call) => {
                trial.from = Some(fact.clone());
                trial.tried.push(call.clone());
                intent(at, call)
            }
            Move::Call(_) | Move::Wait => self.wait(trial, fact.clone(), now),
            Move::Impossible(why) => {
                let fault = Fault::new(FaultKind::WrongState, change.probe.read(None).action(), why);
                failed(at, fault, Some(fact.clone()))
            }
        }
    }

    /// Reads again after a pause, until the deadline.
    fn wait(&self, trial: &mut Trial, fact: Fact, now: Timestamp) -> Phase {
        let probe = self.probe(trial.at);
        let patience = if trial.unclear.is_some() { LAG } else { probe.patience() };
        trial.allow(now, patience);
        if !trial.is_late(now) {
            return Phase::Pause(trial.pause(), Box::new(Phase::Read));
        }
        let resource = self.resource(trial.at).id;
        let fault = match trial.unclear.take() {
            Some(mut fault) => {
                fault.hint = format!("read back: the {} is {}; run the step again", probe.noun(), fact.words());
                fault
            }
            None if !trial.looked => Fault::new(
                FaultKind::Timeout,
                probe.read(None).action(),
                format!(
                    "the {} of {resource} is still {} after {} s, and {} was called",
                    probe.noun(),
                    fact.words(),
                    patience.as_secs(),
                    if self.state(trial.at).called { "nothing more" } else { "nothing" }
                ),
            )
            .with_hint("look at it, and ask again once it has come to rest"),
            None => Fault::new(
                FaultKind::Timeout,
                trial.tried.last().map_or(probe.read(None).action(), Call::action),
                format!(
                    "the {} of {resource} is {} after {} s, wanted was {}",
                    probe.noun(),
                    fact.words(),
                    patience.as_secs(),
                    trial.goal.words()
                ),
            )
            .with_hint("verify the step again later"),
        };
        failed(trial.at, fault, Some(fact))
    }

    /// What should hold and does not is read again: for a moment, since reads lag
    /// behind writes, and as long as the way takes where it is on its way.
    pub(super) fn still(&self, trial: &mut Trial, fact: &Fact, now: Timestamp) -> bool {
        let probe = self.probe(trial.at);
        if probe.in_transit(fact) {
            if !std::mem::replace(&mut trial.on_its_way, true) {
                trial.deadline = None;
            }
            trial.allow(now, probe.patience());
        } else {
            trial.allow(now, LAG);
        }
        !trial.is_late(now)
    }

    fn found_verifying(&self, trial: &mut Trial, fact: Fact, now: Timestamp) -> Phase {
        let at = trial.at;
        let state = self.state(at);
        let probe = self.probe(at);
        // No state tells that such a call was carried out.
        if matches!(self.change_at(at).mode, Mode::Once(_)) && state.status != ChangeStatus::Done {
            return self.after(at);
        }
        let moot = !state.called && probe.moot(&fact, &trial.goal);
        if moot || probe.satisfied(&fact, &trial.goal) {
            let status = match (&state.status, state.called) {
                (_, true) => ChangeStatus::Done,
                (ChangeStatus::Undone | ChangeStatus::Stays(_), _) => state.status.clone(),
                _ => ChangeStatus::Already,
            };
            return self.settled(at, status, fact);
        }
        // What was never brought about need not hold.
        if !state.called && !matches!(state.status, ChangeStatus::Already | ChangeStatus::Done) {
            return self.after(at);
        }
        if self.still(trial, &fact, now) {
            return Phase::Pause(trial.pause(), Box::new(Phase::Read));
        }
        let message = match &self.change_at(at).mode {
            Mode::Require(why) => probe.unmet(why, &trial.goal, &fact),
            _ => format!(
                "the {} of {} no longer holds: {}",
                probe.noun(),
                self.resource(at).id,
                Fact::difference(&trial.goal, &fact)
            ),
        };
        failed(at, Fault::new(FaultKind::WrongState, probe.read(None).action(), message), Some(fact))
    }

    /// What became of a call whose outcome was never written.
    fn found_recovering(&self, trial: &mut Trial, fact: Fact, now: Timestamp) -> Phase {
        let at = trial.at;
        let change = self.change_at(at);
        let before = self.state(at).before.clone();
        let begun = !at.back && change.probe.begun(&fact, &trial.goal);
        let wanted = begun || change.probe.satisfied(&fact, &trial.goal);
        let former = before.as_ref().is_some_and(|before| change.probe.satisfied(&fact, before));
        match (at.back, wanted, former) {
            (false, true, _) => return self.settled(at, ChangeStatus::Done, fact),
            (true, _, true) => return self.settled(at, ChangeStatus::Undone, fact),
            _ => {}
        }
        // Its effect may still come into sight, or be on its way.
        if change.probe.in_transit(&fact) {
            if self.still(trial, &fact, now) {
                return Phase::Pause(trial.pause(), Box::new(Phase::Read));
            }
            // It is not known what comes of it: the question stays open.
            let words = format!(
                "the {} of {} is still {} after {} s",
                change.probe.noun(),
                self.resource(at).id,
                fact.words(),
                change.probe.patience().as_secs()
            );
            let fault = Fault::new(FaultKind::Timeout, change.probe.read(None).action(), words);
            return Phase::Stop(Box::new(fault.with_hint("look at it, and read the case again later")));
        }
        if !trial.is_late(now) && trial.deadline.is_some() {
            return Phase::Pause(trial.pause(), Box::new(Phase::Read));
        }
        match (at.back, wanted, former) {
            (false, _, true) => self.settled(at, ChangeStatus::Pending, fact),
            (true, true, _) => self.settled(at, ChangeStatus::Done, fact),
            _ => {
                let fault = self.refuse(format!(
                    "the {} of {} is {}: neither as before nor as wanted",
                    change.probe.noun(),
                    self.resource(at).id,
                    fact.words()
                ));
                journal(Record::Settled { at, status: ChangeStatus::Failed(fault), fact: Some(fact) }, Phase::JobDone)
            }
        }
    }

    pub(super) fn settled(&self, at: At, status: ChangeStatus, fact: Fact) -> Phase {
        journal(Record::Settled { at, status, fact: Some(fact) }, self.after(at))
    }
}
