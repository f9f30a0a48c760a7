//! How one fact is read, and which call brings it to where it is wanted.
//!
//! Every remedy comes down to this: a probe, the fact before, the fact wanted.
//! The same probe verifies, undoes, finds drift, and tells after a crash what
//! really happened.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::call::Call;
use super::fact::Fact;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::network::GroupRule;
use crate::domain::resource::{Resource, ResourceKind};

mod moves;
mod read;

#[cfg(test)]
mod tests;

/// Which fact, of which thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "probe", rename_all = "kebab-case", rename_all_fields = "snake_case")]
pub enum Probe {
    /// Termination protection: a flag.
    TerminationProtection {
        /// `i-…`.
        instance: String,
    },
    /// What a shutdown does: `stop` or `terminate`.
    ShutdownBehavior {
        /// `i-…`.
        instance: String,
    },
    /// A volume goes with its instance: a flag.
    DeleteOnTermination {
        /// `i-…`.
        instance: String,
        /// `vol-…`.
        volume: String,
        /// `/dev/xvda` …
        device: String,
    },
    /// Metadata asks for a token: `required` or `optional`.
    MetadataTokens {
        /// `i-…`.
        instance: String,
    },
    /// The values of some tags of an instance.
    Tags {
        /// `i-…`.
        instance: String,
        /// The keys.
        keys: Vec<String>,
    },
    /// The snapshots of some volumes that bear a tag.
    Snapshots {
        /// `i-…`.
        instance: String,
        /// `vol-…`.
        volumes: Vec<String>,
        /// The tag that tells them from others.
        tag: (String, String),
        /// What each snapshot's description says.
        description: String,
    },
    /// The quarantine group of a VPC, with its rules.
    Quarantine {
        /// `vpc-…`.
        vpc: String,
        /// The group's name.
        group_name: String,
        /// The group's tags, where it has to be made.
        tags: BTreeMap<String, String>,
    },
    /// The groups of an interface.
    InterfaceGroups {
        /// `eni-…`.
        interface: String,
        /// `i-…`.
        instance: String,
    },
    /// The profile of an instance.
    Profile {
        /// `i-…`.
        instance: String,
    },
    /// The state of an instance, as EC2 names it.
    Power {
        /// `i-…`.
        instance: String,
    },
    /// A rule of a group, told by what it lets through.
    Rule {
        /// The rule.
        rule: GroupRule,
    },
    /// With whom a snapshot is shared.
    Sharing {
        /// `snap-…`.
        snapshot: String,
    },
    /// Whether an access key is active.
    AccessKey {
        /// `AKIA…`.
        key: String,
    },
    /// An inline policy of a user.
    UserPolicy {
        /// The user's name.
        user: String,
        /// The policy's name.
        policy: String,
    },
    /// An inline policy of a role.
    RolePolicy {
        /// The role's name.
        role: String,
        /// The policy's name.
        policy: String,
    },
}

/// What an answer adds to a reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A part; ask on with it.
    Part(Fact),
    /// The fact.
    Whole(Fact),
}

/// What comes next on the way to the wanted fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// This call.
    Call(Call),
    /// Nothing but waiting: it is on its way.
    Wait,
    /// It cannot be brought there.
    Impossible(String),
}

impl Probe {
    /// The thing that the fact is about.
    pub fn resource(&self) -> Resource {
        use ResourceKind as K;
        match self {
            Self::TerminationProtection { instance }
            | Self::ShutdownBehavior { instance }
            | Self::MetadataTokens { instance }
            | Self::Tags { instance, .. }
            | Self::Snapshots { instance, .. }
            | Self::Profile { instance }
            | Self::Power { instance } => Resource::new(K::Instance, instance),
            Self::DeleteOnTermination { volume, .. } => Resource::new(K::Volume, volume),
            Self::Quarantine { vpc, .. } => Resource::new(K::Vpc, vpc),
            Self::InterfaceGroups { interface, .. } => Resource::new(K::Interface, interface),
            Self::Rule { rule } if rule.id.is_empty() => Resource::new(K::SecurityGroup, &rule.group),
            Self::Rule { rule } => Resource::new(K::SecurityGroupRule, &rule.id),
            Self::Sharing { snapshot } => Resource::new(K::Snapshot, snapshot),
            Self::AccessKey { key } => Resource::new(K::AccessKey, key),
            Self::UserPolicy { user, .. } => Resource::new(K::User, user),
            Self::RolePolicy { role, .. } => Resource::new(K::Role, role),
        }
    }

    /// What the fact is, in a few words: `termination protection`.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::TerminationProtection { .. } => "termination protection",
            Self::ShutdownBehavior { .. } => "shutdown behaviour",
            Self::DeleteOnTermination { .. } => "deletion on termination",
            Self::MetadataTokens { .. } => "metadata tokens",
            Self::Tags { .. } => "tags",
            Self::Snapshots { .. } => "snapshots",
            Self::Quarantine { .. } => "quarantine group",
            Self::InterfaceGroups { .. } => "groups",
            Self::Profile { .. } => "instance profile",
            Self::Power { .. } => "state",
            Self::Rule { .. } => "rule",
            Self::Sharing { .. } => "sharing",
            Self::AccessKey { .. } => "status",
            Self::UserPolicy { .. } | Self::RolePolicy { .. } => "inline policy",
        }
    }

    /// How long the wanted fact may take to be seen after the call was taken.
    /// A stop or termination can take ten minutes; the rest is EC2's eventual
    /// consistency ("up to minutes", EC2 API reference).
    pub fn patience(&self) -> Duration {
        match self {
            Self::Power { .. } => Duration::from_mins(15),
            _ => Duration::from_secs(150),
        }
    }

    /// A fault that says: the answer is not the one that was asked for.
    pub(crate) fn surprised(&self, call: &Call) -> Fault {
        Fault::new(
            FaultKind::Malformed,
            call.action(),
            format!("the answer does not tell the {} of {}", self.noun(), self.resource().id),
        )
    }
}
