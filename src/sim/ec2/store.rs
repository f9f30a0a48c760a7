//! A Region through time: writes see the present, reads may see what was a moment ago.

use super::state::Region;
use crate::sim::service::Refusal;
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

/// A Region, and what it was shortly before.
#[derive(Debug)]
pub struct Store {
    present: Region,
    /// Former states, oldest first, each with the instant at which it ended.
    former: VecDeque<(Timestamp, Region)>,
    lag: Option<SignedDuration>,
}

impl Store {
    /// A Region whose reads lag so far behind its writes.
    pub fn new(present: Region, lag: Option<SignedDuration>) -> Store {
        Store { present, former: VecDeque::new(), lag }
    }

    /// The Region as the last write left it, states not brought up to date.
    pub fn peek(&self) -> &Region {
        &self.present
    }

    /// The Region as it is at `now`, for the services beside EC2, which see no lag.
    pub fn present(&mut self, now: Timestamp) -> &Region {
        self.present.settle(now);
        &self.present
    }

    /// The Region as a read sees it.
    pub fn seen(&mut self, now: Timestamp) -> &Region {
        self.forget(now);
        let seen = self.former.front_mut().map_or(&mut self.present, |(_, region)| region);
        seen.settle(now);
        seen
    }

    /// Lets go of what no read sees any more.
    fn forget(&mut self, now: Timestamp) {
        let lag = self.lag.unwrap_or_default();
        while self.former.front().is_some_and(|(ended, _)| *ended + lag <= now) {
            self.former.pop_front();
        }
    }

    /// Carries out a write on a copy, and keeps it where it succeeds and is meant.
    pub fn write<T>(
        &mut self,
        now: Timestamp,
        keep: bool,
        act: impl FnOnce(&mut Region) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.present.settle(now);
        let mut next = self.present.clone();
        let done = act(&mut next)?;
        if keep {
            self.forget(now);
            let former = std::mem::replace(&mut self.present, next);
            if self.lag.is_some() {
                self.former.push_back((now, former));
            }
        }
        Ok(done)
    }
}
