//! The closed set of changes that the console can make.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::resource::ResourceKind;

mod bind;
mod identity;

#[cfg(test)]
mod tests;

pub use bind::{QUARANTINE_TAG, quarantine_name};

/// How bad it would be to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// It only reads, or adds what does no harm.
    None,
    /// It can be taken back exactly, and stops nothing.
    Reversible,
    /// It can be taken back, but work on the machine stops or breaks meanwhile.
    Disruptive,
    /// It changes who may do what: asked twice.
    Permission,
    /// It cannot be taken back.
    Destructive,
}

impl Risk {
    /// The word of the plan.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Reversible => "reversible",
            Self::Disruptive => "disruptive",
            Self::Permission => "permission",
            Self::Destructive => "destructive",
        }
    }
}

/// One kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is told by its summary")]
pub enum Remedy {
    ProtectTermination,
    ShutdownBehavior,
    KeepVolumes,
    #[serde(rename = "require-imdsv2")]
    RequireImdsv2,
    Tag,
    SnapshotVolumes,
    IsolateNetwork,
    RemoveProfile,
    Stop,
    Start,
    Reboot,
    Terminate,
    RevokeRules,
    AuthorizeRules,
    UnshareSnapshot,
    DeactivateKey,
    DenyUser,
    RevokeSessions,
}

impl Remedy {
    /// The whole set.
    pub const ALL: [Self; 18] = [
        Self::ProtectTermination,
        Self::ShutdownBehavior,
        Self::KeepVolumes,
        Self::RequireImdsv2,
        Self::Tag,
        Self::SnapshotVolumes,
        Self::IsolateNetwork,
        Self::RemoveProfile,
        Self::Stop,
        Self::Start,
        Self::Reboot,
        Self::Terminate,
        Self::RevokeRules,
        Self::AuthorizeRules,
        Self::UnshareSnapshot,
        Self::DeactivateKey,
        Self::DenyUser,
        Self::RevokeSessions,
    ];

    /// Its name in playbooks, configuration and output.
    pub fn name(self) -> &'static str {
        match self {
            Self::ProtectTermination => "protect-termination",
            Self::ShutdownBehavior => "shutdown-behavior",
            Self::KeepVolumes => "keep-volumes",
            Self::RequireImdsv2 => "require-imdsv2",
            Self::Tag => "tag",
            Self::SnapshotVolumes => "snapshot-volumes",
            Self::IsolateNetwork => "isolate-network",
            Self::RemoveProfile => "remove-profile",
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Reboot => "reboot",
            Self::Terminate => "terminate",
            Self::RevokeRules => "revoke-rules",
            Self::AuthorizeRules => "authorize-rules",
            Self::UnshareSnapshot => "unshare-snapshot",
            Self::DeactivateKey => "deactivate-key",
            Self::DenyUser => "deny-user",
            Self::RevokeSessions => "revoke-sessions",
        }
    }

    /// What it does, in one line.
    pub fn summary(self) -> &'static str {
        match self {
            Self::ProtectTermination => "turn termination protection on",
            Self::ShutdownBehavior => "let a shutdown from inside stop the instance, not terminate it",
            Self::KeepVolumes => "keep every volume when the instance is terminated",
            Self::RequireImdsv2 => "let the metadata service answer only to requests with a token",
            Self::Tag => "tag the instance as quarantined, with the case",
            Self::SnapshotVolumes => "snapshot every volume at one instant",
            Self::IsolateNetwork => "put every interface into a group without any rule",
            Self::RemoveProfile => "take the instance profile off",
            Self::Stop => "stop the instance; what is in memory is lost",
            Self::Start => "start the instance",
            Self::Reboot => "restart the operating system",
            Self::Terminate => "destroy the instance, after its volumes were snapshotted",
            Self::RevokeRules => "take rules off a security group, each by its id",
            Self::AuthorizeRules => "put rules on a security group",
            Self::UnshareSnapshot => "share a snapshot with nobody any more",
            Self::DeactivateKey => "turn an access key off",
            Self::DenyUser => "deny a user everything by an inline policy",
            Self::RevokeSessions => "deny every session of a role that was opened before now",
        }
    }

    /// How bad it would be to be wrong.
    pub fn risk(self) -> Risk {
        match self {
            Self::SnapshotVolumes => Risk::None,
            Self::ProtectTermination | Self::ShutdownBehavior | Self::KeepVolumes | Self::Tag => Risk::Reversible,
            Self::RequireImdsv2
            | Self::IsolateNetwork
            | Self::RemoveProfile
            | Self::Stop
            | Self::Start
            | Self::Reboot
            | Self::RevokeRules => Risk::Disruptive,
            Self::AuthorizeRules
            | Self::UnshareSnapshot
            | Self::DeactivateKey
            | Self::DenyUser
            | Self::RevokeSessions => Risk::Permission,
            Self::Terminate => Risk::Destructive,
        }
    }

    /// The kinds of target that it can be bound to.
    pub fn targets(self) -> &'static [ResourceKind] {
        match self {
            Self::RevokeRules | Self::AuthorizeRules => &[ResourceKind::SecurityGroup, ResourceKind::SecurityGroupRule],
            Self::UnshareSnapshot => &[ResourceKind::Snapshot],
            Self::DeactivateKey => &[ResourceKind::AccessKey],
            Self::DenyUser => &[ResourceKind::User, ResourceKind::AccessKey],
            Self::RevokeSessions => &[ResourceKind::Role, ResourceKind::Instance],
            _ => &[ResourceKind::Instance],
        }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Remedy {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|remedy| remedy.name() == name).ok_or_else(|| {
            let all: Vec<_> = Self::ALL.iter().map(|remedy| remedy.name()).collect();
            format!("there is no remedy '{name}'; there are {}", all.join(", "))
        })
    }
}
