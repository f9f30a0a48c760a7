//! How a command ends: exit codes and what is said on standard error.

use std::io;

use crate::config::ConfigError;
use crate::domain::fault::Fault;

/// How a command that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done: 0.
    Done,
    /// It ran and found that something is wrong, which it has said: 1.
    Failed,
    /// There are findings at or over `--fail-on`: 3.
    Findings,
}

impl Exit {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Findings => 3,
        }
    }
}

/// Why a command could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line or the configuration is wrong: 2.
    #[error("{0}")]
    Usage(String),
    /// A request failed: 1.
    #[error("{0}")]
    Fault(#[from] Fault),
    /// Something else failed: 1.
    #[error("{0}")]
    Failed(String),
    /// Nobody reads standard output any more: the command ends quietly, 0.
    #[error("standard output was closed")]
    Closed,
}

impl Failure {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Fault(_) | Self::Failed(_) => 1,
            Self::Closed => 0,
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Failed(error.to_string()) }
    }
}

/// What a command ends with.
pub type Outcome = Result<Exit, Failure>;

#[cfg(test)]
mod tests {
    use std::io;

    use super::Failure;

    #[test]
    fn a_closed_pipe_is_no_failure_and_other_errors_are() {
        assert_eq!(Failure::from(io::Error::from(io::ErrorKind::BrokenPipe)).code(), 0);
        assert_eq!(Failure::from(io::Error::from(io::ErrorKind::StorageFull)).code(), 1);
        assert_eq!(Failure::Usage(String::new()).code(), 2);
    }
}
