//! What a call answers, in domain words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::instance::InstanceState;
use crate::domain::network::{AclEntry, GroupRule};
use crate::domain::storage::Snapshot;
use crate::domain::surroundings::ScalingGroup;

/// What a call answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer", content = "value")]
pub enum Answer {
    /// It was taken; there is nothing to tell.
    Taken,
    /// An instance.
    Instance(Box<InstanceReading>),
    /// A single value: an attribute, a user's name, a policy document, a target's health. None where there is none.
    Value(Option<String>),
    /// Ids: the groups of an interface.
    Ids(Vec<String>),
    /// Security groups, without their rules.
    Groups(Vec<FoundGroup>),
    /// Rules of a security group.
    Rules(Vec<GroupRule>),
    /// Profile associations that are in force or coming into force.
    Associations(Vec<Association>),
    /// Snapshots: found, or begun just now.
    Snapshots(Vec<Snapshot>),
    /// Images that were found, failed ones left out.
    Images(Vec<FoundImage>),
    /// Entries of a network ACL.
    Entries(Vec<AclEntry>),
    /// An Auto Scaling group, none where there is none of that name.
    ScalingGroup(Option<Box<ScalingGroup>>),
    /// With whom a snapshot or an image is shared.
    Sharing {
        /// With everybody.
        public: bool,
        /// With these accounts, organizations and units.
        accounts: Vec<String>,
    },
    /// Access keys: id, and whether it is active.
    Keys(BTreeMap<String, bool>),
    /// The id of what was made: a group, an association.
    Made(String),
}

/// What is read back of an instance: only what a remedy can change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceReading {
    /// `i-…`.
    pub id: String,
    /// Its state.
    pub state: InstanceState,
    /// `required` or `optional`.
    pub tokens: String,
    /// `m5.large` …
    #[serde(default)]
    pub kind: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its volumes, in device order.
    pub volumes: Vec<VolumeReading>,
    /// The ids of its interfaces.
    #[serde(default)]
    pub interfaces: Vec<String>,
}

/// A volume as its instance holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeReading {
    /// `vol-…`.
    pub id: String,
    /// `/dev/xvda` …
    pub device: String,
    /// It goes when the instance is terminated.
    pub delete_on_termination: bool,
}

/// A security group that was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundGroup {
    /// `sg-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// An image that was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundImage {
    /// `ami-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `pending`, `available` …
    pub state: String,
}

/// The binding of an instance profile to an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Association {
    /// `iip-assoc-…`.
    pub id: String,
    /// The profile's ARN.
    pub profile: String,
    /// `associating`, `associated`, `disassociating`, `disassociated`.
    pub state: String,
}
