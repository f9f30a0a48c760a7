//! Auto Scaling groups, load balancers and target groups.

use super::Tags;

/// A target group.
#[derive(Clone, Debug, Default)]
pub struct TargetGroupSpec {
    /// Its ARN.
    pub arn: String,
    /// Its name, also its handle in the scenario's file.
    pub name: String,
    /// Its Region.
    pub region: String,
    /// The VPC's id.
    pub vpc: String,
    /// `HTTP` or `HTTPS`.
    pub protocol: String,
    /// The port at which targets are reached.
    pub port: u16,
    /// For how many seconds a target drains.
    pub delay: i64,
    /// Seconds between two health checks.
    pub interval: i64,
    /// After how many good checks a target is healthy.
    pub healthy_after: i64,
    /// The ids of its instances, with when each was registered.
    pub targets: Vec<(String, i64)>,
    /// Its tags.
    pub tags: Tags,
}

/// A load balancer.
#[derive(Clone, Debug, Default)]
pub struct BalancerSpec {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its Region.
    pub region: String,
    /// Its name in DNS.
    pub dns: String,
    /// The VPC's id.
    pub vpc: String,
    /// Its subnets, each with its zone.
    pub subnets: Vec<(String, String)>,
    /// The ids of its security groups.
    pub groups: Vec<String>,
    /// Whether it is reached from within the VPC alone.
    pub internal: bool,
    /// When it was made.
    pub created: i64,
    /// Its listeners.
    pub listeners: Vec<ListenerSpec>,
    /// Its tags.
    pub tags: Tags,
}

/// A listener of a load balancer.
#[derive(Clone, Debug, Default)]
pub struct ListenerSpec {
    /// Its ARN.
    pub arn: String,
    /// `HTTP` or `HTTPS`.
    pub protocol: String,
    /// Its port.
    pub port: u16,
    /// The ARN of its certificate, for `HTTPS`.
    pub certificate: String,
    /// The ARN of the target group that it forwards to.
    pub target_group: String,
}

/// An Auto Scaling group.
#[derive(Clone, Debug, Default)]
pub struct ScalingGroupSpec {
    /// Its ARN.
    pub arn: String,
    /// Its name, also its handle in the scenario's file.
    pub name: String,
    /// Its Region.
    pub region: String,
    /// The subnets that it launches in, each with its zone.
    pub subnets: Vec<(String, String)>,
    /// The image that it launches.
    pub image: String,
    /// The instance type that it launches.
    pub instance_type: String,
    /// The security groups of what it launches.
    pub groups: Vec<String>,
    /// The instance profile of what it launches.
    pub profile: Option<String>,
    /// Its launch template's id; the template has the group's name.
    pub template: String,
    /// The fewest instances.
    pub min: i64,
    /// The most instances.
    pub max: i64,
    /// The ARNs of its target groups.
    pub target_groups: Vec<String>,
    /// `EC2` or `ELB`.
    pub health: String,
    /// The processes that are suspended.
    pub suspended: Vec<String>,
    /// When it was made.
    pub created: i64,
    /// Its instances, with whether it launched each by itself.
    pub members: Vec<(String, bool)>,
    /// Its tags, which it sets on what it launches.
    pub tags: Tags,
    /// When load makes it grow by one, if it ever does.
    pub surge: Option<SurgeSpec>,
}

/// Load that comes and goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct SurgeSpec {
    /// When it comes first.
    pub first: i64,
    /// How long after its coming it comes again.
    pub every: i64,
    /// How long it lasts.
    pub lasts: i64,
}
