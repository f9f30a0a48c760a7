//! Request limits: token buckets that refill in simulated time.

use jiff::Timestamp;
use std::collections::BTreeMap;

/// How many requests a kind of action may make: at once, and per second.
///
/// The figures are those that AWS publishes for EC2 ("Request throttling for the
/// Amazon EC2 API").
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// What shares the bucket: a category, or one action's name.
    pub bucket: &'static str,
    /// How many requests a full bucket serves.
    pub size: f64,
    /// How many requests a second it regains.
    pub refill: f64,
}

impl Limit {
    /// Describe actions with a filter or a page size.
    pub const DESCRIBE: Limit = Limit { bucket: "describe", size: 100.0, refill: 20.0 };
    /// Describe actions with neither.
    pub const DESCRIBE_ALL: Limit = Limit { bucket: "describe-all", size: 50.0, refill: 10.0 };
    /// Actions that change something.
    pub const WRITE: Limit = Limit { bucket: "write", size: 50.0, refill: 5.0 };
    /// CreateTags.
    pub const TAGS: Limit = Limit { bucket: "CreateTags", size: 100.0, refill: 10.0 };

    /// StartInstances and RunInstances, each by itself.
    pub const fn launch(bucket: &'static str) -> Limit {
        Limit { bucket, size: 5.0, refill: 2.0 }
    }

    /// TerminateInstances and the snapshots, each by itself.
    pub const fn bulk(bucket: &'static str) -> Limit {
        Limit { bucket, size: 100.0, refill: 5.0 }
    }
}

/// The buckets of all Regions.
#[derive(Debug, Default)]
pub struct Limits {
    buckets: BTreeMap<(String, &'static str), (f64, Timestamp)>,
}

impl Limits {
    /// Takes one token; false where the bucket is empty.
    pub fn take(&mut self, region: &str, limit: Limit, now: Timestamp) -> bool {
        let (tokens, since) = self.buckets.entry((region.to_owned(), limit.bucket)).or_insert((limit.size, now));
        let elapsed = now.duration_since(*since).as_secs_f64().max(0.0);
        *tokens = (*tokens + elapsed * limit.refill).min(limit.size);
        *since = now.max(*since);
        if *tokens < 1.0 {
            return false;
        }
        *tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn a_bucket_empties_and_refills_in_time() {
        let mut limits = Limits::default();
        let launch = Limit::launch("RunInstances");
        let start = Timestamp::UNIX_EPOCH;
        assert_eq!((0..7).filter(|_| limits.take("r", launch, start)).count(), 5);
        let later = start + SignedDuration::from_secs(1);
        assert_eq!((0..7).filter(|_| limits.take("r", launch, later)).count(), 2);
        assert!(limits.take("elsewhere", launch, start), "each Region has its own bucket");
    }
}
