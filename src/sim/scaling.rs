//! Amazon EC2 Auto Scaling: groups that keep so many instances running, with standby,
//! detaching, suspended processes and what the groups do by themselves over time.
//!
//! What a group does to instances and target groups, it does as its service-linked
//! role through the services themselves, so that it is allowed, carried out and
//! recorded like any other call. `pace` says when; the other files say what.

mod activity;
mod capacity;
mod describe;
mod membership;
mod pace;
mod processes;
mod service_role;
pub mod state;

pub use pace::catch_up;

use super::account::Account;
use super::camel;
use super::service::{Done, Need, Refusal, Request, Traits};
use super::wire::query::{Params, null};
use serde_json::Value;
use state::Group;

/// The parameters that are numbers.
const NUMBERS: &[&str] = &[
    "DefaultCooldown",
    "DefaultInstanceWarmup",
    "DesiredCapacity",
    "HealthCheckGracePeriod",
    "MaxInstanceLifetime",
    "MaxRecords",
    "MaxSize",
    "MinSize",
];

/// What is known of an action; `None` where the service does not offer it.
pub fn traits(account: &Account, request: &Request) -> Option<Traits> {
    let read_only = match request.action.as_str() {
        "DescribeAutoScalingGroups"
        | "DescribeAutoScalingInstances"
        | "DescribeScalingActivities"
        | "DescribeScalingProcessTypes" => true,
        "EnterStandby"
        | "ExitStandby"
        | "SuspendProcesses"
        | "ResumeProcesses"
        | "DetachInstances"
        | "AttachInstances"
        | "SetDesiredCapacity"
        | "UpdateAutoScalingGroup" => false,
        _ => return None,
    };
    let mut need = Need::of(request);
    let params = Params(&request.params);
    if !read_only && let Some(name) = params.text("AutoScalingGroupName") {
        let scaling = account.scaling.get(&request.region);
        if let Some(group) = scaling.and_then(|scaling| scaling.group(name)) {
            group.spec.arn.clone_into(&mut need.resource);
            for (key, value) in &group.tags {
                need.context.push((format!("aws:ResourceTag/{key}"), vec![value.clone()]));
                need.context.push((format!("autoscaling:ResourceTag/{key}"), vec![value.clone()]));
            }
        } else {
            let (region, id) = (&request.region, &request.principal.account);
            need.resource = format!("arn:aws:autoscaling:{region}:{id}:autoScalingGroup:*:autoScalingGroupName/{name}");
        }
        for bound in ["MinSize", "MaxSize"] {
            if let Some(size) = params.text(bound) {
                need.context.push((format!("autoscaling:{bound}"), vec![size.to_owned()]));
            }
        }
    }
    let recorded = camel::parameters(&request.params, NUMBERS);
    Some(Traits { read_only, needs: vec![need], recorded, ..Traits::default() })
}

/// Carries out a request that the caller may make.
pub fn act(account: &mut Account, request: &Request) -> Result<Done, Refusal> {
    let answer = match request.action.as_str() {
        "DescribeAutoScalingGroups" => describe::groups(account, request)?,
        "DescribeAutoScalingInstances" => describe::instances(account, request)?,
        "DescribeScalingActivities" => describe::activities(account, request)?,
        "DescribeScalingProcessTypes" => processes::types(),
        "SuspendProcesses" => processes::suspend(account, request)?,
        "ResumeProcesses" => processes::resume(account, request)?,
        "EnterStandby" => membership::enter_standby(account, request)?,
        "ExitStandby" => membership::exit_standby(account, request)?,
        "DetachInstances" => membership::detach(account, request)?,
        "AttachInstances" => membership::attach(account, request)?,
        "SetDesiredCapacity" => capacity::set_desired(account, request)?,
        _ => capacity::update(account, request)?,
    };
    let recorded = if request.action.starts_with("Describe") { Value::Null } else { camel::answer(&answer) };
    Ok(Done { answer, recorded })
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("ValidationError", message)
}

/// The group that a request names.
fn named<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Group, Refusal> {
    let name = Params(&request.params).must_have("AutoScalingGroupName")?;
    let scaling = account.scaling.get_mut(&request.region);
    scaling
        .and_then(|scaling| scaling.group_mut(name))
        .ok_or_else(|| invalid(format!("AutoScalingGroup name not found - AutoScalingGroup {name} not found")))
}

/// A truth value that must be there.
fn flag(request: &Request, name: &str) -> Result<bool, Refusal> {
    Params(&request.params).flag(name)?.ok_or_else(|| null(name))
}
