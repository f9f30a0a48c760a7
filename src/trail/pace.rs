//! How fast LookupEvents may be asked: a token bucket that a throttle narrows.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The pace of one Scope, shared by every request that goes to it. A throttle
/// halves it; each answer brings a little of it back.
#[derive(Debug, Clone)]
pub struct Pace {
    most: f64,
    rate: f64,
    next: Option<Timestamp>,
}

/// The pace is never narrowed below this part of the whole.
const LEAST: f64 = 1.0 / 16.0;
/// What an answer brings back, as a part of the whole.
const RECOVERY: f64 = 1.0 / 16.0;

impl Pace {
    /// At most so many requests a second, evenly spaced.
    pub fn new(per_second: f64) -> Self {
        Self { most: per_second, rate: per_second, next: None }
    }

    /// How long to wait until a request may go.
    pub fn wait(&self, now: Timestamp) -> Duration {
        let left = self.next.map_or(SignedDuration::ZERO, |next| next.duration_since(now));
        left.try_into().unwrap_or(Duration::ZERO)
    }

    /// A request goes now.
    pub fn take(&mut self, now: Timestamp) {
        let space = SignedDuration::from_secs_f64(1.0 / self.rate);
        // What was not used is not saved up: CloudTrail's own bucket holds one second's worth.
        let from = self.next.filter(|next| now.duration_since(*next) < space).unwrap_or(now);
        self.next = from.checked_add(space).ok();
    }

    /// A request was throttled at an instant.
    pub fn throttled(&mut self, now: Timestamp) {
        self.rate = (self.rate / 2.0).max(self.most * LEAST);
        self.next = now.checked_add(SignedDuration::from_secs_f64(1.0 / self.rate)).ok();
    }

    /// A request was answered.
    pub fn answered(&mut self) {
        self.rate = (self.rate + self.most * RECOVERY).min(self.most);
    }

    /// Requests a second at present.
    pub fn rate(&self) -> f64 {
        self.rate
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::{SignedDuration, Timestamp};

    use super::Pace;

    #[test]
    fn requests_are_spaced_and_the_pace_is_used_up() {
        let mut pace = Pace::new(2.0);
        let mut now = Timestamp::UNIX_EPOCH;
        let mut sent = 0;
        for _ in 0..10_000 {
            if pace.wait(now).is_zero() {
                pace.take(now);
                sent += 1;
            }
            // An awkward step: waits never end on the dot.
            now += SignedDuration::from_millis(7);
        }
        let allowed = 70.0 * 2.0;
        assert!(f64::from(sent) >= allowed * 0.98 && f64::from(sent) <= allowed + 1.0, "{sent} of {allowed}");
    }

    #[test]
    fn a_throttle_halves_the_pace_and_answers_bring_it_back() {
        let mut pace = Pace::new(2.0);
        let now = Timestamp::UNIX_EPOCH;
        pace.throttled(now);
        assert!((pace.rate() - 1.0).abs() < 1e-9);
        assert_eq!(pace.wait(now), Duration::from_secs(1));
        for _ in 0..20 {
            pace.throttled(now);
        }
        assert!(pace.rate() >= 0.125);
        for _ in 0..16 {
            pace.answered();
        }
        assert!((pace.rate() - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_pause_does_not_save_up_requests() {
        let mut pace = Pace::new(2.0);
        pace.take(Timestamp::UNIX_EPOCH);
        let later = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(5);
        pace.take(later);
        assert_eq!(pace.wait(later), Duration::from_millis(500));
    }
}
