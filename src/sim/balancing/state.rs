//! What one Region's load balancing holds.

use crate::sim::scenario::Scenario;
use crate::sim::scenario::spec::{BalancerSpec, Tags, TargetGroupSpec};
use jiff::{SignedDuration, Timestamp};

/// Load balancing in one Region.
#[derive(Clone, Debug, Default)]
pub struct Balancing {
    /// The load balancers.
    pub balancers: Vec<BalancerSpec>,
    /// The instant that the scenario's times count from.
    pub start: Timestamp,
    /// The target groups.
    pub target_groups: Vec<TargetGroup>,
}

/// A target group.
#[derive(Clone, Debug, Default)]
pub struct TargetGroup {
    /// What the scenario says of it.
    pub spec: TargetGroupSpec,
    /// Its tags.
    pub tags: Tags,
    /// Its targets, in the order of their registration.
    pub targets: Vec<Target>,
}

/// An instance in a target group.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The instance's id.
    pub id: String,
    /// The port it is reached at.
    pub port: u16,
    /// When it was registered.
    pub since: Timestamp,
    /// When its draining is over, where it was taken off.
    pub gone: Option<Timestamp>,
}

impl Balancing {
    /// The load balancing of a Region as the scenario says it stands at the opening.
    pub fn new(scenario: &Scenario, region: &str, start: Timestamp) -> Balancing {
        let balancers = scenario.balancers.iter().filter(|one| one.region == region).cloned().collect();
        let target_groups = scenario
            .target_groups
            .iter()
            .filter(|one| one.region == region)
            .map(|spec| TargetGroup {
                spec: spec.clone(),
                tags: spec.tags.clone(),
                targets: spec
                    .targets
                    .iter()
                    .map(|(id, since)| Target {
                        id: id.clone(),
                        port: spec.port,
                        since: start + SignedDuration::from_secs(*since),
                        gone: None,
                    })
                    .collect(),
            })
            .collect();
        Balancing { balancers, start, target_groups }
    }

    /// A target group, by its ARN.
    pub fn target_group(&self, arn: &str) -> Option<&TargetGroup> {
        self.target_groups.iter().find(|one| one.spec.arn == arn)
    }

    /// A target group, by its ARN, to change.
    pub fn target_group_mut(&mut self, arn: &str) -> Option<&mut TargetGroup> {
        self.target_groups.iter_mut().find(|one| one.spec.arn == arn)
    }

    /// The load balancers that send traffic to a target group.
    pub fn in_front_of<'a>(&'a self, arn: &'a str) -> impl Iterator<Item = &'a BalancerSpec> {
        self.balancers.iter().filter(move |one| one.listeners.iter().any(|listener| listener.target_group == arn))
    }
}

impl TargetGroup {
    /// How long a target drains after it was taken off.
    pub fn delay(&self) -> SignedDuration {
        SignedDuration::from_secs(self.spec.delay)
    }
}
