//! One CloudTrail record as the house reads it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::resource::Resource;

/// What a call does to the account. A failed or dry-run call keeps the access
/// of its name; whether it changed anything is told by [`Event::changed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// It only reads.
    Read,
    /// It changes something.
    Write,
    /// It removes or stops something.
    Destructive,
}

impl Access {
    /// The letter of the event list: `R`, `W`, `D`.
    pub fn letter(self) -> char {
        match self {
            Self::Read => 'R',
            Self::Write => 'W',
            Self::Destructive => 'D',
        }
    }

    /// Access of a call by its name and the record's `readOnly` flag. A name
    /// decides only where the record has no flag.
    pub fn of(name: &str, read_only: Option<bool>) -> Self {
        const READS: [&str; 12] = [
            "Get", "List", "Describe", "Lookup", "Head", "Search", "Query", "Scan", "Select", "Check", "Preview",
            "Simulate",
        ];
        const DESTROYS: [&str; 15] = [
            "Delete",
            "Terminate",
            "Stop",
            "Remove",
            "Revoke",
            "Detach",
            "Disassociate",
            "Deregister",
            "Disable",
            "Deactivate",
            "Release",
            "Cancel",
            "Purge",
            "Schedule",
            "Reject",
        ];
        if read_only.unwrap_or_else(|| READS.iter().any(|prefix| name.starts_with(prefix))) {
            Self::Read
        } else if DESTROYS.iter().any(|prefix| name.starts_with(prefix)) && name != "ScheduleRunInstances" {
            Self::Destructive
        } else {
            Self::Write
        }
    }
}

/// The error that a call ended with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EventError {
    /// The code as recorded, e.g. `Client.UnauthorizedOperation`.
    pub code: String,
    /// The message, empty where the record has none.
    pub message: String,
}

impl EventError {
    /// The call was refused for want of permission. EC2 writes
    /// `Client.UnauthorizedOperation`, others `AccessDenied` or `AccessDeniedException`.
    pub fn is_denied(&self) -> bool {
        let code = self.code.as_str();
        code.ends_with("UnauthorizedOperation") || code.contains("AccessDenied") || code.ends_with("Unauthorized")
    }

    /// The call was a dry run that would have been permitted. A dry run is
    /// recorded like a real call and changed nothing.
    pub fn is_dry_run(&self) -> bool {
        self.code.ends_with("DryRunOperation")
    }
}

/// One CloudTrail record: its decoded fields, owned. The record's own bytes
/// stay with whoever decoded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// `eventID`.
    pub id: String,
    /// `eventTime`: one second of resolution, the end of the call.
    pub time: Timestamp,
    /// `eventName`.
    pub name: String,
    /// `eventSource`, e.g. `ec2.amazonaws.com`.
    pub source: String,
    /// `awsRegion`, as written.
    pub region: String,
    /// `recipientAccountId`, or the identity's account.
    pub account: String,
    /// Who did it.
    pub actor: Actor,
    /// `sourceIPAddress` as written: an address, a service name, or nonsense.
    pub ip: String,
    /// `userAgent` as written: hostile text.
    pub agent: String,
    /// What the call does.
    pub access: Access,
    /// The error that it ended with.
    pub error: Option<EventError>,
    /// The ids that it touches, most telling first.
    pub resources: Vec<Resource>,
    /// A dry run, permitted or not: it changed nothing.
    pub dry_run: bool,
    /// This console made the call (`app/stanch` in the user agent).
    pub mine: bool,
}

impl Event {
    /// The call changed something: it writes, it did not fail, and it was no dry run.
    pub fn changed(&self) -> bool {
        self.access != Access::Read && self.error.is_none() && !self.dry_run
    }

    /// The service's short name: `ec2` of `ec2.amazonaws.com`.
    pub fn service(&self) -> &str {
        self.source.split('.').next().unwrap_or(&self.source)
    }
}
