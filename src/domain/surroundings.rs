//! What an instance stands in: the role behind its profile, its Auto Scaling
//! group, the target groups that send it traffic.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::fault::Fault;

/// What is around one instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// The names of the roles that its profile gives: one, as IAM has it.
    pub roles: Vec<String>,
    /// The Auto Scaling group that it belongs to.
    pub scaling: Option<ScalingGroup>,
    /// The target groups that it is registered with.
    pub targets: Vec<TargetGroup>,
    /// What could not be read, by operation: what it would have told is unknown, not empty.
    pub unread: BTreeMap<String, Fault>,
}

impl Surroundings {
    /// Why a part is unknown, of the service named by its IAM prefix; none where it was read.
    pub fn unknown(&self, service: &str) -> Option<&Fault> {
        self.unread.iter().find(|(operation, _)| operation.starts_with(service)).map(|(_, fault)| fault)
    }
}

/// An Auto Scaling group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalingGroup {
    /// Its name, unique in account and Region.
    pub name: String,
    /// The fewest instances that it may want.
    pub min: i32,
    /// The most.
    pub max: i32,
    /// How many it wants; instances in standby are not among them.
    pub desired: i32,
    /// The lifecycle state of each instance, as Auto Scaling names it: `InService`, `Standby` …
    pub members: BTreeMap<String, String>,
    /// Its suspended processes: `Launch`, `Terminate` …
    pub suspended: BTreeSet<String>,
    /// Its Classic Load Balancers, by name.
    pub classic_balancers: Vec<String>,
}

/// A target group of Elastic Load Balancing with its targets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// All its targets, those of other instances included.
    pub targets: Vec<Target>,
}

/// One registration with a target group.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// `i-…`, or an address in a group of addresses.
    pub id: String,
    /// The port that it is reached at.
    pub port: Option<i32>,
    /// The Availability Zone, where it was registered with one; empty for none.
    pub zone: String,
    /// Its health, as Elastic Load Balancing names it: `healthy`, `draining` …; not part of the registration.
    pub state: String,
}

impl TargetGroup {
    /// The targets that still get traffic.
    pub fn serving(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter(|target| target.state != "draining" && target.state != "unused")
    }
}
