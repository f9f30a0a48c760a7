//! What stands around one instance: the role behind its profile, its Auto Scaling
//! group, and the target groups of its VPC that it is registered with.

use std::collections::BTreeMap;

use aws_sdk_autoscaling::types as scaling;
use aws_sdk_elasticloadbalancingv2::types as elb;
use futures_util::stream::{self, StreamExt as _};

use super::{Ec2, Read};
use crate::domain::fault::Fault;
use crate::domain::instance::Instance;
use crate::domain::surroundings::{ScalingGroup, Surroundings, Target, TargetGroup};

/// So many target groups are asked for their targets at once.
const AT_ONCE: usize = 8;

impl Ec2 {
    /// What stands around an instance whose addresses are these beside its own.
    pub(super) async fn surroundings(&self, instance: &Instance, addresses: Vec<String>) -> Surroundings {
        let (roles, group, targets) = tokio::join!(
            self.roles(instance),
            self.scaling_group_of(&instance.id),
            self.targets_of(instance, addresses)
        );
        let mut unread = BTreeMap::new();
        let scaling = known(group, &mut unread).pop();
        let (roles, targets) = (known(roles, &mut unread), known(targets, &mut unread));
        Surroundings { roles, scaling, targets, unread }
    }

    async fn roles(&self, instance: &Instance) -> Read<String> {
        const OPERATION: &str = "iam:GetInstanceProfile";
        if instance.profile.is_empty() {
            return Ok(Vec::new());
        }
        let answer = self.iam.get_instance_profile().instance_profile_name(instance.profile_name()).send().await;
        let answer = answer.map_err(|error| (OPERATION, self.origin.fault(OPERATION, &error)))?;
        let roles = answer.instance_profile.map(|profile| profile.roles).unwrap_or_default();
        Ok(roles.into_iter().map(|role| role.role_name).collect())
    }

    /// The tag on an instance names its group, but tags lag: the service itself is asked.
    async fn scaling_group_of(&self, id: &str) -> Read<ScalingGroup> {
        const MEMBER: &str = "autoscaling:DescribeAutoScalingInstances";
        const GROUP: &str = "autoscaling:DescribeAutoScalingGroups";
        let answer = self.scaling.describe_auto_scaling_instances().instance_ids(id).send().await;
        let answer = answer.map_err(|error| (MEMBER, self.origin.fault(MEMBER, &error)))?;
        let member = answer.auto_scaling_instances.unwrap_or_default().pop();
        let Some(name) = member.and_then(|member| member.auto_scaling_group_name) else { return Ok(Vec::new()) };
        let answer = self.scaling.describe_auto_scaling_groups().auto_scaling_group_names(name).send().await;
        let answer = answer.map_err(|error| (GROUP, self.origin.fault(GROUP, &error)))?;
        Ok(answer.auto_scaling_groups.unwrap_or_default().into_iter().filter_map(scaling_group).collect())
    }

    /// There is no way to ask by target: every group of the VPC is asked for its own.
    async fn targets_of(&self, instance: &Instance, addresses: Vec<String>) -> Read<TargetGroup> {
        const GROUPS: &str = "elasticloadbalancing:DescribeTargetGroups";
        const HEALTH: &str = "elasticloadbalancing:DescribeTargetHealth";
        let groups: Result<Vec<_>, _> =
            self.balancing.describe_target_groups().into_paginator().items().send().try_collect().await;
        let groups = groups.map_err(|error| (GROUPS, self.origin.fault(GROUPS, &error)))?;
        let near = groups.into_iter().filter(|group| {
            let kind = group.target_type.as_ref().map_or("instance", |kind| kind.as_str());
            (kind == "instance" || kind == "ip") && group.vpc_id.as_deref().is_none_or(|vpc| vpc == instance.vpc)
        });
        let read = |group: elb::TargetGroup| async move {
            let arn = group.target_group_arn.unwrap_or_default();
            let answer = self.balancing.describe_target_health().target_group_arn(&arn).send().await;
            let answer = answer.map_err(|error| (HEALTH, self.origin.fault(HEALTH, &error)))?;
            let targets =
                answer.target_health_descriptions.unwrap_or_default().into_iter().filter_map(health).collect();
            Ok(TargetGroup { arn, name: group.target_group_name.unwrap_or_default(), targets })
        };
        let answers: Vec<Result<TargetGroup, _>> = stream::iter(near).map(read).buffered(AT_ONCE).collect().await;
        let groups = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
        let own = |target: &Target| target.id == instance.id || addresses.contains(&target.id);
        Ok(groups.into_iter().filter(|group| group.targets.iter().any(own)).collect())
    }
}

/// What was read; nothing, and the fault noted, where it could not be.
fn known<T>(read: Read<T>, unread: &mut BTreeMap<String, Fault>) -> Vec<T> {
    read.unwrap_or_else(|(operation, fault)| {
        unread.insert(operation.to_owned(), fault);
        Vec::new()
    })
}

/// An Auto Scaling group in the domain's words; none without a name.
pub fn scaling_group(from: scaling::AutoScalingGroup) -> Option<ScalingGroup> {
    let member = |one: scaling::Instance| {
        let state = one.lifecycle_state.map(|state| state.as_str().to_owned()).unwrap_or_default();
        Some((one.instance_id?, state))
    };
    Some(ScalingGroup {
        name: from.auto_scaling_group_name?,
        min: from.min_size.unwrap_or(0),
        max: from.max_size.unwrap_or(0),
        desired: from.desired_capacity.unwrap_or(0),
        members: from.instances.unwrap_or_default().into_iter().filter_map(member).collect(),
        suspended: from
            .suspended_processes
            .unwrap_or_default()
            .into_iter()
            .filter_map(|process| process.process_name)
            .collect(),
        classic_balancers: from.load_balancer_names.unwrap_or_default(),
    })
}

/// A target with its health; none where it has no id.
pub fn health(from: elb::TargetHealthDescription) -> Option<Target> {
    let target = from.target?;
    let state = from.target_health.and_then(|health| health.state);
    Some(Target {
        id: target.id?,
        port: target.port,
        zone: target.availability_zone.unwrap_or_default(),
        state: state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
    })
}
