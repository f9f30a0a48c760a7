//! What cannot be taken back, because what it was of is gone; what cannot be known.

use std::collections::BTreeMap;

use super::machine::{Phase, failed, journal};
use super::trial::{Purpose, Trial};
use super::{At, ChangeState, ChangeStatus, Record, Run};
use crate::domain::fault::{Fault, FaultKind};
use crate::respond::call::Call;
use crate::respond::change::{Change, Undo};
use crate::respond::fact::Fact;
use crate::respond::probe::Probe;

impl Run {
    /// Why a change is not taken back: by its nature, or because it was of an
    /// instance that is terminated. An interface may outlive its instance.
    pub(super) fn stays(&self, at: At) -> Option<String> {
        let change = self.change_at(at);
        match &change.undo {
            Undo::Stays(why) => Some(why.clone()),
            Undo::Restore if matches!(change.probe, Probe::InterfaceGroups { .. }) => None,
            Undo::Restore => self.end_of_its_instance(at),
        }
    }

    /// A fact could not be read, and not for a moment only.
    pub(super) fn unread(&self, trial: &Trial, fault: Fault) -> Phase {
        let at = trial.at;
        match self.end_of_its_instance(at) {
            Some(why) if trial.purpose == Purpose::Back && fault.kind == FaultKind::NotFound => {
                journal(Record::Settled { at, status: ChangeStatus::Stays(why), fact: None }, self.after(at))
            }
            // What is not known stays open: the next start reads it again.
            _ if trial.purpose == Purpose::Recover || self.state(at).status.is_open() => Phase::Stop(Box::new(fault)),
            _ if fault.is_transient() || fault.kind == FaultKind::Expired => failed(at, fault, None),
            _ => self.unlike(at, fault, None),
        }
    }

    /// Whether a call arrived that no state tells of: what happened, and how to find it out.
    pub(super) fn not_known(&self, at: At, call: &Call, lost: Option<&Fault>) -> Fault {
        let (id, operation) = (self.resource(at).id, call.operation());
        let how = match lost {
            Some(fault) => format!("its answer was lost ({})", fault.message),
            None => "the program ended before its answer was written".to_owned(),
        };
        let kind = lost.map_or(FaultKind::Refused, |fault| fault.kind);
        Fault::new(kind, call.action(), format!("whether the call reached {id} is not known: {how}")).with_hint(
            format!(
                "look for {operation} in the events of {id}; where it is not there after 15 minutes, run the step again"
            ),
        )
    }

    /// The target is an instance that was terminated, by this run or another of the case.
    pub fn target_is_gone(&self) -> bool {
        let target = &self.plan.target.id;
        self.terminated().contains_key(target) || self.gone.contains_key(target)
    }

    fn end_of_its_instance(&self, at: At) -> Option<String> {
        let instance = self.probe(at).instance()?;
        self.terminated().remove(instance).or_else(|| self.gone.get(instance).cloned())
    }

    /// Tells each run of a case which instances the others have terminated.
    pub(super) fn tell_of_ends(runs: &mut [Self]) {
        let ends: Vec<_> = runs.iter().map(Self::terminated).collect();
        for (at, run) in runs.iter_mut().enumerate() {
            let others = ends.iter().enumerate().filter(|(other, _)| *other != at);
            run.gone = others.flat_map(|(_, ends)| ends.clone()).collect();
        }
    }

    /// The instances that the run has terminated, each with why that stays so.
    fn terminated(&self) -> BTreeMap<String, String> {
        let all = self.steps.iter().zip(&self.plan.steps);
        all.flat_map(|(state, step)| state.changes.iter().zip(&step.changes))
            .filter_map(|(state, change)| ended(state, change))
            .collect()
    }
}

fn ended(state: &ChangeState, change: &Change) -> Option<(String, String)> {
    match (&change.probe, &change.undo) {
        (Probe::Power { instance }, Undo::Stays(why)) if state.called && change.wanted == Fact::word("terminated") => {
            Some((instance.clone(), why.clone()))
        }
        _ => None,
    }
}
