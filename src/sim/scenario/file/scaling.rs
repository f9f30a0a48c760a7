//! Auto Scaling groups, load balancers and target groups as the file writes them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `[[target_group]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetGroup {
    /// The handle and the target group's name.
    pub name: String,
    /// The VPC.
    pub vpc: String,
    /// The port of its targets, reached over HTTP.
    pub port: u16,
    /// For how long a target drains; `5m` by default.
    pub delay: Option<String>,
    /// Instances beside those of Auto Scaling groups.
    #[serde(default)]
    pub targets: Vec<String>,
    /// Its tags beside Name.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// `[[balancer]]`: an application load balancer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balancer {
    /// The load balancer's name.
    pub name: String,
    /// Its subnets, of one VPC.
    pub subnets: Vec<String>,
    /// Its security groups.
    pub groups: Vec<String>,
    /// Whether it is reached from within the VPC alone.
    #[serde(default)]
    pub internal: bool,
    /// When it was made.
    pub created: String,
    /// `HTTPS 443 to web`, one a line; the last word is a target group.
    pub listeners: Vec<String>,
    /// Its tags beside Name.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// `[[scaling_group]]`: its instances are those that name it under `asg`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScalingGroup {
    /// The handle and the group's name.
    pub name: String,
    /// The subnets that it launches in.
    pub subnets: Vec<String>,
    /// The instance type that it launches.
    #[serde(rename = "type")]
    pub instance_type: String,
    /// The handle of the image that it launches.
    pub image: String,
    /// The security groups of what it launches.
    pub groups: Vec<String>,
    /// The instance profile of what it launches.
    pub profile: Option<String>,
    /// The fewest instances.
    pub min: i64,
    /// The most instances.
    pub max: i64,
    /// Its target groups.
    #[serde(default)]
    pub target_groups: Vec<String>,
    /// Processes that are suspended.
    #[serde(default)]
    pub suspended: Vec<String>,
    /// When it was made.
    pub created: String,
    /// Instances that were attached to it by hand: it did not launch them.
    #[serde(default)]
    pub attached: Vec<String>,
    /// Load that comes and goes.
    pub surge: Option<Surge>,
    /// Its tags, which it sets on what it launches.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// `surge = { … }`: one instance more while it lasts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surge {
    /// When it comes first.
    pub first: String,
    /// How long after its coming it comes again.
    pub every: String,
    /// How long it lasts.
    pub lasts: String,
}
