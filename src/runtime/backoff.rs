//! How long to wait before a request that failed is tried again.

use std::time::Duration;

use crate::domain::fault::{Fault, FaultKind};

/// Doubles the wait with each fault in a row, up to a limit.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    failed: u32,
}

impl Backoff {
    /// Waits `first`, then twice as long each time, and never longer than `most`.
    pub fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, failed: 0 }
    }

    /// A request worked: the next fault begins anew.
    pub fn mended(&mut self) {
        self.failed = 0;
    }

    /// A request failed: how long to wait. What asks for a person (a sign-in, a
    /// permission) is tried again no faster than every five seconds.
    pub fn failed(&mut self, fault: &Fault) -> Duration {
        let factor = 1_u32.checked_shl(self.failed.min(16)).unwrap_or(u32::MAX);
        self.failed = self.failed.saturating_add(1);
        let wait = self.first.saturating_mul(factor).min(self.most);
        match fault.kind {
            FaultKind::Denied | FaultKind::Expired | FaultKind::Credentials | FaultKind::Malformed => {
                wait.max(Duration::from_secs(5)).min(self.most)
            }
            _ => wait,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Backoff;
    use crate::domain::fault::{Fault, FaultKind};

    #[test]
    fn the_wait_doubles_to_its_limit_and_begins_anew() {
        let fault = Fault::new(FaultKind::Network, "ec2:DescribeInstances", "");
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
        let waits: Vec<u64> = (0..7).map(|_| backoff.failed(&fault).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        backoff.mended();
        assert_eq!(backoff.failed(&fault).as_secs(), 1);
    }

    #[test]
    fn what_a_person_must_mend_is_not_asked_every_second() {
        let fault = Fault::new(FaultKind::Expired, "sts:GetCallerIdentity", "");
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
        assert_eq!(backoff.failed(&fault).as_secs(), 5);
    }
}
