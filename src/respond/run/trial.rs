//! The one change that is being worked on, from its first reading to its end.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::At;
use crate::domain::fault::Fault;
use crate::respond::call::Call;
use crate::respond::fact::Fact;

/// Why a fact is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To bring it to what is wanted.
    Forward,
    /// To take it back.
    Back,
    /// To see whether it still holds.
    Verify,
    /// To find out what became of a call.
    Recover,
}

/// How often one call may be asked to leave again after a throttle, and how
/// often a read may fail for a reason that passes.
pub(super) const TRIES: u32 = 5;

/// How long a fact that should hold may be seen not to: reads lag behind writes.
pub(super) const LAG: Duration = Duration::from_secs(30);

/// How long after a call left its effect may still come into sight.
pub(super) const RECOVERY: SignedDuration = SignedDuration::from_secs(30);

/// One change under work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trial {
    pub at: At,
    pub purpose: Purpose,
    /// Where the fact is to come.
    pub goal: Fact,
    /// The part that was read so far.
    pub so_far: Option<Fact>,
    /// The fact as it was last read.
    pub seen: Option<Fact>,
    /// The fact when the last call left.
    pub from: Option<Fact>,
    /// The calls that have left.
    pub tried: Vec<Call>,
    /// The first reading is over: it was at rest, and is known for what it was before.
    pub looked: bool,
    /// It was seen on its way: the deadline is that of the way.
    pub on_its_way: bool,
    /// Until when the goal must be seen.
    pub deadline: Option<Timestamp>,
    /// Pauses made so far: each is longer than the one before.
    pub pauses: u32,
    /// Faults that pass, in a row.
    pub faults: u32,
    /// The fault of a call that may have been carried out all the same.
    pub unclear: Option<Fault>,
}

impl Trial {
    pub(super) fn new(at: At, purpose: Purpose, goal: Fact) -> Self {
        Self {
            at,
            purpose,
            goal,
            so_far: None,
            seen: None,
            from: None,
            tried: Vec::new(),
            looked: false,
            on_its_way: false,
            deadline: None,
            pauses: 0,
            faults: 0,
            unclear: None,
        }
    }

    /// The next pause: 1, 2, 4, 8, then 15 seconds.
    pub(super) fn pause(&mut self) -> Duration {
        let seconds = 1_u64.checked_shl(self.pauses).unwrap_or(15).min(15);
        self.pauses += 1;
        Duration::from_secs(seconds)
    }

    /// The first reading is over: what was waited for until then no longer counts.
    pub(super) fn has_looked(&mut self) {
        self.looked = true;
        self.pauses = 0;
        self.deadline = None;
    }

    /// The pause after a throttle or a fault that passes: 2, 4, 8, 16 seconds.
    pub(super) fn back_off(&mut self) -> Duration {
        self.faults += 1;
        Duration::from_secs(1_u64.checked_shl(self.faults).unwrap_or(16).min(16))
    }

    /// Sets the deadline where there is none yet.
    pub(super) fn allow(&mut self, now: Timestamp, patience: Duration) {
        if self.deadline.is_none() {
            self.deadline = now.checked_add(patience).ok();
        }
    }

    /// The deadline has passed.
    pub(super) fn is_late(&self, now: Timestamp) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }
}
