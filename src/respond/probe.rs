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
use crate::domain::network::{Direction, GroupRule};
use crate::domain::resource::{Resource, ResourceKind};
use crate::domain::surroundings::Target;

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
    /// The interfaces of an instance, by id.
    Interfaces {
        /// `i-…`.
        instance: String,
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
    /// An image of an instance, told by its name.
    Image {
        /// `i-…`.
        instance: String,
        /// The image's name.
        image_name: String,
        /// What its description says.
        description: String,
        /// The instance is restarted for it.
        reboot: bool,
        /// Its tags.
        tags: BTreeMap<String, String>,
    },
    /// With whom an image is shared.
    ImageSharing {
        /// `ami-…`.
        image: String,
    },
    /// An entry of a network ACL, by its number.
    AclEntry {
        /// `acl-…`.
        acl: String,
        /// Its number.
        number: i32,
        /// Numbers count by direction.
        direction: Direction,
    },
    /// Whether new volumes are encrypted: a flag of the Region.
    EncryptionByDefault {
        /// The Region.
        region: String,
    },
    /// The type of an instance, and the state that it has meanwhile.
    Machine {
        /// `i-…`.
        instance: String,
    },
    /// The lifecycle state of an instance in its Auto Scaling group: `InService`,
    /// `Standby` …; absent where it is no member.
    Membership {
        /// `i-…`.
        instance: String,
        /// The group's name.
        group: String,
        /// The group wants one instance less for it, and launches no other.
        lower: bool,
    },
    /// Which processes of an Auto Scaling group are suspended, of some.
    Processes {
        /// The group's name.
        group: String,
        /// `Launch`, `Terminate` …
        processes: Vec<String>,
    },
    /// The registration of a target: `registered`, `draining`, or absent.
    Registration {
        /// The target group's ARN.
        group: String,
        /// The instance that it is, or whose address it is.
        instance: String,
        /// Which, with its port.
        target: Target,
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
            | Self::Interfaces { instance }
            | Self::Profile { instance }
            | Self::Image { instance, .. }
            | Self::Machine { instance }
            | Self::Membership { instance, .. }
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
            Self::ImageSharing { image } => Resource::new(K::Image, image),
            Self::AclEntry { acl, .. } => Resource::new(K::NetworkAcl, acl),
            Self::EncryptionByDefault { region } => Resource::new(K::Other, region),
            Self::Processes { group, .. } => Resource::new(K::AutoScalingGroup, group),
            Self::Registration { group, .. } => Resource::new(K::TargetGroup, group),
        }
    }

    /// The instance that the fact goes with, where it is of one.
    pub fn instance(&self) -> Option<&str> {
        match self {
            Self::TerminationProtection { instance }
            | Self::ShutdownBehavior { instance }
            | Self::DeleteOnTermination { instance, .. }
            | Self::MetadataTokens { instance }
            | Self::Tags { instance, .. }
            | Self::Snapshots { instance, .. }
            | Self::Interfaces { instance }
            | Self::InterfaceGroups { instance, .. }
            | Self::Profile { instance }
            | Self::Power { instance }
            | Self::Image { instance, .. }
            | Self::Machine { instance }
            | Self::Membership { instance, .. }
            | Self::Registration { instance, .. } => Some(instance),
            _ => None,
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
            Self::Interfaces { .. } => "interfaces",
            Self::InterfaceGroups { .. } => "groups",
            Self::Profile { .. } => "instance profile",
            Self::Power { .. } => "state",
            Self::Rule { .. } => "rule",
            Self::Sharing { .. } | Self::ImageSharing { .. } => "sharing",
            Self::AccessKey { .. } => "status",
            Self::UserPolicy { .. } | Self::RolePolicy { .. } => "inline policy",
            Self::Image { .. } => "image",
            Self::AclEntry { direction: Direction::Ingress, .. } => "entry inbound",
            Self::AclEntry { direction: Direction::Egress, .. } => "entry outbound",
            Self::EncryptionByDefault { .. } => "encryption of new volumes",
            Self::Machine { .. } => "type",
            Self::Membership { .. } => "place in its Auto Scaling group",
            Self::Processes { .. } => "processes",
            Self::Registration { .. } => "registration",
        }
    }

    /// How long the wanted fact may take to be seen after the call was taken.
    /// A stop or termination can take ten minutes, and an instance enters standby
    /// only when its load balancers have drained it; the rest is EC2's eventual
    /// consistency ("up to minutes", EC2 API reference).
    pub fn patience(&self) -> Duration {
        match self {
            Self::Power { .. } | Self::Machine { .. } | Self::Membership { .. } => Duration::from_mins(15),
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
