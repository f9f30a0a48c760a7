//! The commands of Auto Scaling and of load balancers.

use super::super::Call;
use super::quote;
use crate::domain::surroundings::Target;

pub(super) fn command(call: &Call) -> Option<String> {
    let of_group = |verb: &str, group: &str| super::service("autoscaling", verb, &[("auto-scaling-group-name", group)]);
    let of_member = |verb: &str, group: &str, instance: &str| {
        super::service("autoscaling", verb, &[("instance-ids", instance), ("auto-scaling-group-name", group)])
    };
    let of_target = |verb: &str, group: &str, target: &Target| {
        format!("{} --targets {}", super::service("elbv2", verb, &[("target-group-arn", group)]), self::target(target))
    };
    let wanting = |lower: bool| {
        if lower { "--should-decrement-desired-capacity" } else { "--no-should-decrement-desired-capacity" }
    };
    let words = |processes: &[String]| processes.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ");
    Some(match call {
        Call::DescribeAutoScalingGroups { group } => {
            format!("aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names {}", quote(group))
        }
        Call::EnterStandby { group, instance, lower } => {
            format!("{} {}", of_member("enter-standby", group, instance), wanting(*lower))
        }
        Call::ExitStandby { group, instance } => of_member("exit-standby", group, instance),
        Call::DetachInstances { group, instance, lower } => {
            format!("{} {}", of_member("detach-instances", group, instance), wanting(*lower))
        }
        Call::AttachInstances { group, instance } => of_member("attach-instances", group, instance),
        Call::SuspendProcesses { group, processes } => {
            format!("{} --scaling-processes {}", of_group("suspend-processes", group), words(processes))
        }
        Call::ResumeProcesses { group, processes } => {
            format!("{} --scaling-processes {}", of_group("resume-processes", group), words(processes))
        }
        Call::DescribeTargetHealth { group, target } => of_target("describe-target-health", group, target),
        Call::DeregisterTargets { group, target, .. } => of_target("deregister-targets", group, target),
        Call::RegisterTargets { group, target, .. } => of_target("register-targets", group, target),
        _ => return None,
    })
}

fn target(target: &Target) -> String {
    let mut words = format!("Id={}", target.id);
    if let Some(port) = target.port {
        words = format!("{words},Port={port}");
    }
    if !target.zone.is_empty() {
        words = format!("{words},AvailabilityZone={}", target.zone);
    }
    quote(&words)
}
