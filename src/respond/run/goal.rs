//! Where a change is to come, where the plan leaves a part of it to the moment
//! when the step runs.

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use super::{ChangeState, ChangeStatus, Run};
use crate::respond::call::{Call, QUARANTINE};
use crate::respond::change::Change;
use crate::respond::fact::Fact;
use crate::respond::probe::Probe;
use crate::respond::sessions;

impl Run {
    /// The fact that a change is brought to, taken up at this moment.
    pub(super) fn aimed_at(&self, change: &Change, now: Timestamp) -> Fact {
        match &change.wanted {
            Fact::SessionsEnded { before: None } if change.writes() => Fact::SessionsEnded { before: Some(whole(now)) },
            _ => self.resolved(change),
        }
    }

    /// The wanted fact with what was left open, once it is known: the id of the
    /// quarantine group, the moment before which sessions were ended.
    pub(super) fn resolved(&self, change: &Change) -> Fact {
        let all = || {
            self.steps.iter().zip(&self.plan.steps).flat_map(|(state, step)| state.changes.iter().zip(&step.changes))
        };
        match &change.wanted {
            Fact::List(ids) => {
                let found = all().find_map(|(state, other)| match (&other.probe, &state.now) {
                    (Probe::Quarantine { .. }, Some(Fact::Group { id, .. })) => Some(id),
                    _ => None,
                });
                let fill = |id: &String| found.filter(|_| id == QUARANTINE).unwrap_or(id).clone();
                Fact::List(ids.iter().map(fill).collect())
            }
            Fact::SessionsEnded { before: None } => {
                let same = all().filter(|(_, other)| other.probe == change.probe);
                Fact::SessionsEnded { before: same.filter_map(|(state, _)| state.ended).max() }
            }
            wanted => wanted.clone(),
        }
    }

    /// The fact as a change left it: what an undo must find. Sessions that
    /// somebody has ended since are not opened again.
    pub(super) fn left(&self, change: &Change, state: &ChangeState) -> Fact {
        match (&change.wanted, state.ended) {
            (Fact::SessionsEnded { .. }, Some(moment)) => Fact::Policy(sessions::document(&sessions::word(moment))),
            _ => state.left.clone().unwrap_or_else(|| self.resolved(change)),
        }
    }
}

impl ChangeState {
    /// A call leaves: what it ends is kept, for what is read back after it.
    pub(super) fn sends(&mut self, call: &Call, back: bool) {
        self.ended_before = self.ended;
        if !back
            && let Call::PutRolePolicy { document, .. } = call
            && let Some(moment) = sessions::ended_before(document)
        {
            self.ended = Some(moment);
        }
    }

    /// What was so before is what has to hold.
    pub(super) fn is_so(&mut self, status: &ChangeStatus) {
        if let (ChangeStatus::Already, Some(Fact::Policy(document))) = (status, &self.now) {
            self.ended = sessions::ended_before(document);
        }
    }
}

/// The next whole second, which is what the policy can say: a session that was
/// opened in this one is ended too.
fn whole(now: Timestamp) -> Timestamp {
    now.round(TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Ceil)).unwrap_or(now)
}
