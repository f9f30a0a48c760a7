//! The closed set of changes that the console can make.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::options::Options;
use crate::domain::resource::ResourceKind;

mod bind;
mod capacity;
mod chosen;
mod copy;
mod deny;
mod identity;
mod network;

#[cfg(test)]
mod tests;

pub use identity::{is_of_a_session, role_of};
pub use network::{QUARANTINE_TAG, quarantine_name, rules_missing};

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

/// Why a remedy changes nothing of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// It does not apply, for this reason.
    NotApplicable(String),
    /// It does, and waits for a choice that is not the program's to make.
    Undecided(String),
}

impl Unfit {
    /// The reason.
    pub fn why(&self) -> &str {
        match self {
            Self::NotApplicable(why) | Self::Undecided(why) => why,
        }
    }
}

impl Unfit {
    /// Not all of an instance's parts were read, so whether it goes on without them is not the program's choice.
    fn unread(read: usize, all: usize, parts: &str) -> Self {
        Self::Undecided(format!("{read} of the {all} {parts} could be read; all must be known"))
    }
}

impl From<String> for Unfit {
    fn from(why: String) -> Self {
        Self::NotApplicable(why)
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
    CreateImage,
    DenyAddress,
    Standby,
    DeregisterTargets,
    SuspendProcesses,
    UnshareImage,
    EncryptByDefault,
    Resize,
}

impl Remedy {
    /// The whole set.
    pub const ALL: [Self; 26] = [
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
        Self::CreateImage,
        Self::DenyAddress,
        Self::Standby,
        Self::DeregisterTargets,
        Self::SuspendProcesses,
        Self::UnshareImage,
        Self::EncryptByDefault,
        Self::Resize,
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
            Self::CreateImage => "create-image",
            Self::DenyAddress => "deny-address",
            Self::Standby => "standby",
            Self::DeregisterTargets => "deregister-targets",
            Self::SuspendProcesses => "suspend-processes",
            Self::UnshareImage => "unshare-image",
            Self::EncryptByDefault => "encrypt-by-default",
            Self::Resize => "resize",
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
            Self::RevokeSessions => "deny every session of a role that was opened before the moment it runs",
            Self::CreateImage => "make an image of the instance, without a restart unless asked",
            Self::DenyAddress => "deny an address both ways in the network ACLs around the target",
            Self::Standby => "take the instance out of service of its Auto Scaling group",
            Self::DeregisterTargets => "take the instance out of every target group",
            Self::SuspendProcesses => "suspend processes of the Auto Scaling group",
            Self::UnshareImage => "share an image with nobody any more",
            Self::EncryptByDefault => "encrypt every new volume and snapshot of the Region",
            Self::Resize => "stop the instance, change its type, start it",
        }
    }

    /// How bad it would be to be wrong.
    pub fn risk(self) -> Risk {
        match self {
            Self::SnapshotVolumes | Self::CreateImage => Risk::None,
            Self::ProtectTermination
            | Self::ShutdownBehavior
            | Self::KeepVolumes
            | Self::Tag
            | Self::SuspendProcesses
            | Self::EncryptByDefault => Risk::Reversible,
            Self::RequireImdsv2
            | Self::IsolateNetwork
            | Self::RemoveProfile
            | Self::Stop
            | Self::Start
            | Self::Reboot
            | Self::RevokeRules
            | Self::DenyAddress
            | Self::Standby
            | Self::DeregisterTargets
            | Self::Resize => Risk::Disruptive,
            Self::AuthorizeRules
            | Self::UnshareSnapshot
            | Self::UnshareImage
            | Self::DeactivateKey
            | Self::DenyUser
            | Self::RevokeSessions => Risk::Permission,
            Self::Terminate => Risk::Destructive,
        }
    }

    /// The same, for what was chosen: an image for which the instance restarts is not harmless.
    pub fn risk_of(self, options: &Options) -> Risk {
        match self {
            Self::CreateImage if options.choice("reboot") == Some("yes") => Risk::Disruptive,
            _ => self.risk(),
        }
    }

    /// What it leaves to the user to choose: the name, and what it may be.
    pub fn choices(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::CreateImage => &[("reboot", "no, or yes: restart the instance, so that its file systems are whole")],
            Self::AuthorizeRules => {
                &[("rule", "way, protocol, ports, peer: in tcp 443 10.0.0.0/8, or out all all sg-…")]
            }
            Self::DenyAddress => &[("address", "the address or block to deny, as 203.0.113.7 or 203.0.113.0/24")],
            Self::Standby => &[
                ("capacity", "lower, or keep: whether the group wants one instance less, or launches another"),
                ("leave", "standby, or detach: whether the instance stays in the group"),
            ],
            Self::SuspendProcesses => &[("processes", "names, as in Terminate,ReplaceUnhealthy")],
            Self::Resize => &[("type", "the instance type, as m5.large")],
            _ => &[],
        }
    }

    /// The kinds of thing that narrow its target.
    pub fn narrowed_by(self) -> &'static [ResourceKind] {
        match self {
            Self::RevokeRules => &[ResourceKind::SecurityGroupRule],
            Self::DenyAddress => &[ResourceKind::Address],
            Self::DeactivateKey | Self::DenyUser => &[ResourceKind::User],
            Self::RevokeSessions => &[ResourceKind::Role],
            _ => &[],
        }
    }

    /// How long what stands behind the target is disturbed, in a few words; empty for not at all.
    pub fn disruption(self) -> &'static str {
        match self {
            Self::Stop => "down until it is started again; a stop takes a minute or two, at most ten",
            Self::Reboot => "down for a minute or two",
            Self::Terminate => "gone for good",
            Self::Resize => "down for about two to five minutes, longer where the stop is slow",
            Self::IsolateNetwork => "nothing new in or out until it is taken back",
            Self::RemoveProfile => "programs on it lose their rights when their credentials expire, within 6 hours",
            Self::RequireImdsv2 => "programs that ask the metadata service without a token stop working",
            Self::RevokeRules => "new connections that only these rules let in are refused",
            Self::DenyAddress => "connections with the address end at once, in every subnet of the ACL",
            Self::Standby => "it serves nothing for its group until it is taken back",
            Self::DeregisterTargets => {
                "no new requests; those under way get the group's draining time, 5 minutes by default"
            }
            Self::RevokeSessions => "whoever uses the role signs in again; instances within minutes, by themselves",
            Self::DeactivateKey | Self::DenyUser => "every program with the key or user stops working",
            Self::UnshareSnapshot | Self::UnshareImage => "accounts that use it can make nothing of it any more",
            _ => "",
        }
    }

    /// The kinds of target that it can be bound to.
    pub fn targets(self) -> &'static [ResourceKind] {
        match self {
            Self::RevokeRules | Self::AuthorizeRules => &[ResourceKind::SecurityGroup, ResourceKind::SecurityGroupRule],
            Self::UnshareSnapshot => &[ResourceKind::Snapshot],
            Self::UnshareImage => &[ResourceKind::Image],
            Self::SuspendProcesses => &[ResourceKind::Instance, ResourceKind::AutoScalingGroup],
            Self::DenyAddress => &[
                ResourceKind::Instance,
                ResourceKind::SecurityGroup,
                ResourceKind::SecurityGroupRule,
                ResourceKind::Subnet,
                ResourceKind::NetworkAcl,
            ],
            Self::EncryptByDefault => &[
                ResourceKind::Instance,
                ResourceKind::Volume,
                ResourceKind::Snapshot,
                ResourceKind::Image,
                ResourceKind::Vpc,
            ],
            Self::DeactivateKey => &[ResourceKind::AccessKey],
            Self::DenyUser => &[ResourceKind::User, ResourceKind::AccessKey],
            Self::RevokeSessions => &[ResourceKind::Role, ResourceKind::Instance, ResourceKind::AccessKey],
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
