//! The states of an instance, and how long it takes from one to the next.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// A state of an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// On the way to running.
    Pending,
    /// Running.
    #[default]
    Running,
    /// On the way to terminated.
    ShuttingDown,
    /// Gone, and shown for an hour more.
    Terminated,
    /// On the way to stopped.
    Stopping,
    /// Stopped.
    Stopped,
}

impl Phase {
    /// The number that the API gives it.
    pub fn code(self) -> u32 {
        match self {
            Phase::Pending => 0,
            Phase::Running => 16,
            Phase::ShuttingDown => 32,
            Phase::Terminated => 48,
            Phase::Stopping => 64,
            Phase::Stopped => 80,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Pending => "pending",
            Phase::Running => "running",
            Phase::ShuttingDown => "shutting-down",
            Phase::Terminated => "terminated",
            Phase::Stopping => "stopping",
            Phase::Stopped => "stopped",
        }
    }

    /// As the API writes it.
    pub fn show(self) -> Value {
        json!({"code": self.code(), "name": self.name()})
    }
}

/// A state, and the change that is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The state now.
    pub phase: Phase,
    /// When it came about.
    pub since: Timestamp,
    /// The state it is on the way to, and when it gets there.
    pub next: Option<(Timestamp, Phase)>,
}

impl State {
    /// A state that lasts.
    pub fn steady(phase: Phase, since: Timestamp) -> State {
        State { phase, since, next: None }
    }

    /// From pending to running, in some ten seconds.
    pub fn starting(now: Timestamp) -> State {
        State::passing(Phase::Pending, Phase::Running, now, 9)
    }

    /// From stopping to stopped, in some twenty seconds.
    pub fn stopping(now: Timestamp) -> State {
        State::passing(Phase::Stopping, Phase::Stopped, now, 18)
    }

    /// From shutting-down to terminated, in half a minute.
    pub fn terminating(now: Timestamp) -> State {
        State::passing(Phase::ShuttingDown, Phase::Terminated, now, 28)
    }

    fn passing(phase: Phase, to: Phase, now: Timestamp, seconds: i64) -> State {
        State { phase, since: now, next: Some((now + SignedDuration::from_secs(seconds), to)) }
    }
}
