//! The clock: the wall's, or that of a simulated account. All time of a
//! console passes through one of these.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

/// A source of time. Cheap to clone.
#[derive(Clone)]
pub struct Clock {
    read: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    speed: f64,
}

impl Clock {
    /// The wall clock.
    #[expect(clippy::disallowed_methods, reason = "here the wall clock enters the house")]
    pub fn wall() -> Self {
        Self { read: Arc::new(Timestamp::now), speed: 1.0 }
    }

    /// Another clock, of which `speed` seconds pass in a real one.
    pub fn of(read: impl Fn() -> Timestamp + Send + Sync + 'static, speed: f64) -> Self {
        Self { read: Arc::new(read), speed: if speed > 0.0 { speed } else { 1.0 } }
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        (self.read)()
    }

    /// How long it really takes until this clock shows an instant; nothing for
    /// one that is past. Never less than a millisecond for one that is not, so
    /// that a rounded wait does not turn into many.
    pub fn until(&self, at: Timestamp) -> Duration {
        let left = at.duration_since(self.now());
        if left.is_zero() || left.is_negative() {
            return Duration::ZERO;
        }
        self.real(left.unsigned_abs()).max(Duration::from_millis(1))
    }

    /// How long it really takes for this clock to move on so far.
    pub fn real(&self, length: Duration) -> Duration {
        Duration::try_from_secs_f64(length.as_secs_f64() / self.speed).unwrap_or(Duration::MAX)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("speed", &self.speed).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::{SignedDuration, Timestamp};

    use super::Clock;

    #[test]
    fn a_fast_clock_shortens_the_wait() {
        let now = Timestamp::UNIX_EPOCH;
        let clock = Clock::of(move || now, 60.0);
        assert_eq!(clock.until(now + SignedDuration::from_mins(2)), Duration::from_secs(2));
        assert_eq!(clock.until(now - SignedDuration::from_mins(2)), Duration::ZERO);
        assert_eq!(clock.until(now + SignedDuration::from_millis(2)), Duration::from_millis(1));
    }
}
