//! An error as a kind, with what to do about it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What went wrong, as far as it changes what the user does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The caller lacks the permission.
    Denied,
    /// The credentials have run out.
    Expired,
    /// There are no credentials, or they are wrong.
    Credentials,
    /// Too many requests.
    Throttled,
    /// The thing does not exist (or does not yet: EC2 is eventually consistent).
    NotFound,
    /// The thing is in a state that does not take the call.
    WrongState,
    /// A parameter is wrong.
    Invalid,
    /// The network, the name or the connection failed.
    Network,
    /// No answer in time.
    Timeout,
    /// The answer is not what the service's model says.
    Malformed,
    /// A permitted dry run: EC2's `DryRunOperation`. No error at all to the asker.
    DryRun,
    /// The service failed on its side.
    Service,
    /// A guardrail of the configuration, read-only mode or a changed identity refused it.
    Refused,
    /// Files: no space, no permission, not readable.
    Storage,
}

/// An error as a kind, with the operation, the request id and a hint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Fault {
    /// What went wrong.
    pub kind: FaultKind,
    /// The operation, as IAM writes it: `cloudtrail:LookupEvents`.
    pub operation: String,
    /// AWS's error code, empty where there is none.
    pub code: String,
    /// AWS's or the system's message: hostile text.
    pub message: String,
    /// The request id, where an answer carried one.
    pub request_id: Option<String>,
    /// What to do next, in one sentence; empty where nothing sensible is known.
    pub hint: String,
}

impl Fault {
    /// A fault of a kind, in an operation, with a message.
    pub fn new(kind: FaultKind, operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind,
            operation: operation.into(),
            code: String::new(),
            message: message.into(),
            request_id: None,
            hint: String::new(),
        }
    }

    /// The same fault with a hint.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Trying again later, unchanged, may work.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, FaultKind::Throttled | FaultKind::Network | FaultKind::Timeout | FaultKind::Service)
    }
}

impl FaultKind {
    /// The kind in a word or two, for a title.
    pub fn word(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Expired => "credentials expired",
            Self::Credentials => "no valid credentials",
            Self::Throttled => "throttled",
            Self::NotFound => "not found",
            Self::WrongState => "wrong state",
            Self::Invalid => "invalid",
            Self::Network => "network",
            Self::Timeout => "no answer in time",
            Self::Malformed => "malformed answer",
            Self::DryRun => "dry run",
            Self::Service => "service error",
            Self::Refused => "refused",
            Self::Storage => "storage",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.kind.word())?;
        if !self.code.is_empty() {
            write!(f, " ({})", super::text::visible(&self.code))?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", super::text::visible(&self.message))?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " [request {}]", super::text::visible(id))?;
        }
        if !self.hint.is_empty() {
            write!(f, "; {}", self.hint)?;
        }
        Ok(())
    }
}
