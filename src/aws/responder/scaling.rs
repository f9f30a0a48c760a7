//! The parts of Auto Scaling and Elastic Load Balancing in the calls.

use aws_sdk_elasticloadbalancingv2::types as elb;

use super::{Sdk, sent};
use crate::aws::fleet::surroundings::{health, scaling_group};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::surroundings::Target;
use crate::respond::call::{Answer, Call};

impl Sdk {
    pub(super) async fn autoscaling(&self, call: &Call) -> Result<Answer, Fault> {
        let client = &self.autoscaling;
        match call {
            Call::DescribeAutoScalingGroups { group } => {
                let request = client.describe_auto_scaling_groups().auto_scaling_group_names(group);
                let found = sent!(self, call, request)?.auto_scaling_groups.unwrap_or_default().pop();
                return Ok(Answer::ScalingGroup(found.and_then(scaling_group).map(Box::new)));
            }
            Call::EnterStandby { group, instance, lower } => {
                let request = client.enter_standby().auto_scaling_group_name(group).instance_ids(instance);
                sent!(self, call, request.should_decrement_desired_capacity(*lower))?;
            }
            Call::ExitStandby { group, instance } => {
                sent!(self, call, client.exit_standby().auto_scaling_group_name(group).instance_ids(instance))?;
            }
            Call::DetachInstances { group, instance, lower } => {
                let request = client.detach_instances().auto_scaling_group_name(group).instance_ids(instance);
                sent!(self, call, request.should_decrement_desired_capacity(*lower))?;
            }
            Call::AttachInstances { group, instance } => {
                sent!(self, call, client.attach_instances().auto_scaling_group_name(group).instance_ids(instance))?;
            }
            Call::SuspendProcesses { group, processes } => {
                let request = client.suspend_processes().auto_scaling_group_name(group);
                sent!(self, call, request.set_scaling_processes(Some(processes.clone())))?;
            }
            Call::ResumeProcesses { group, processes } => {
                let request = client.resume_processes().auto_scaling_group_name(group);
                sent!(self, call, request.set_scaling_processes(Some(processes.clone())))?;
            }
            other => return Err(Fault::new(FaultKind::Invalid, other.action(), "Auto Scaling has no such call here")),
        }
        Ok(Answer::Taken)
    }

    pub(super) async fn balancing(&self, call: &Call) -> Result<Answer, Fault> {
        let client = &self.balancing;
        match call {
            Call::DescribeTargetHealth { group, target } => {
                let request = client.describe_target_health().target_group_arn(group).targets(description(target));
                let found = sent!(self, call, request)?.target_health_descriptions.unwrap_or_default();
                return Ok(Answer::Value(found.into_iter().find_map(health).map(|found| found.state)));
            }
            Call::DeregisterTargets { group, target, .. } => {
                let request = client.deregister_targets().target_group_arn(group);
                sent!(self, call, request.targets(description(target)))?;
            }
            Call::RegisterTargets { group, target, .. } => {
                let request = client.register_targets().target_group_arn(group);
                sent!(self, call, request.targets(description(target)))?;
            }
            other => {
                return Err(Fault::new(FaultKind::Invalid, other.action(), "load balancers have no such call here"));
            }
        }
        Ok(Answer::Taken)
    }
}

fn description(target: &Target) -> elb::TargetDescription {
    elb::TargetDescription::builder()
        .id(&target.id)
        .set_port(target.port)
        .set_availability_zone((!target.zone.is_empty()).then(|| target.zone.clone()))
        .build()
}
