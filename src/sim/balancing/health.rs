//! DescribeTargetHealth: what follows from a target's registration and its instance.

use super::state::{Balancing, Target, TargetGroup};
use super::{Context, no_target_group};
use crate::sim::ec2::phase::Phase;
use crate::sim::service::Refusal;
use jiff::SignedDuration;
use serde_json::{Value, json};

/// State, reason and description, as the API words them.
type Health = (&'static str, &'static str, String);

pub(super) fn describe(context: &Context<'_>, state: &Balancing) -> Result<Value, Refusal> {
    let arn = context.params.must_have("TargetGroupArn")?;
    let group = state.target_group(arn).ok_or_else(no_target_group)?;
    let asked = context.params.structures("Targets");
    let mut shown = Vec::new();
    if asked.is_empty() {
        shown.extend(group.targets.iter().map(|target| show(target, health(context, state, group, target))));
    }
    for one in asked {
        let (id, port) = (one.must_have("Id")?, one.number("Port")?);
        let meant = |target: &&Target| target.id == id && port.is_none_or(|port| i64::from(target.port) == port);
        if let Some(target) = group.targets.iter().find(meant) {
            shown.push(show(target, health(context, state, group, target)));
        } else {
            let port = port.and_then(|port| u16::try_from(port).ok()).unwrap_or(group.spec.port);
            let target = Target { id: id.to_owned(), port, ..Target::default() };
            let words = "Target is not registered to the target group".to_owned();
            shown.push(show(&target, ("unused", "Target.NotRegistered", words)));
        }
    }
    Ok(json!({"TargetHealthDescriptions": shown}))
}

fn health(context: &Context<'_>, state: &Balancing, group: &TargetGroup, target: &Target) -> Health {
    if target.gone.is_some() {
        let words = "Target deregistration is in progress".to_owned();
        return ("draining", "Target.DeregistrationInProgress", words);
    }
    let mut balancers = state.in_front_of(&group.spec.arn).peekable();
    if balancers.peek().is_none() {
        let words = "Target group is not configured to receive traffic from the load balancer".to_owned();
        return ("unused", "Target.NotInUse", words);
    }
    let Some(instance) = context.ec2.instance(&target.id) else {
        return ("unused", "Target.InvalidState", "Target is in the terminated state".to_owned());
    };
    if !matches!(instance.state.phase, Phase::Running | Phase::Pending) {
        let word = match instance.state.phase {
            Phase::ShuttingDown | Phase::Terminated => "terminated",
            _ => "stopped",
        };
        return ("unused", "Target.InvalidState", format!("Target is in the {word} state"));
    }
    if !balancers.any(|one| one.subnets.iter().any(|(_, zone)| *zone == instance.zone)) {
        let words = "Target is in an Availability Zone that is not enabled for the load balancer".to_owned();
        return ("unused", "Target.NotInUse", words);
    }
    // A machine is asked as often as the health check says before it gets traffic.
    let since = target.since.max(instance.state.since);
    let checks = group.spec.interval * group.spec.healthy_after;
    let age = context.now.duration_since(since);
    if age < SignedDuration::from_secs(group.spec.interval) {
        return ("initial", "Elb.RegistrationInProgress", "Target registration is in progress".to_owned());
    }
    if age < SignedDuration::from_secs(checks) {
        return ("initial", "Elb.InitialHealthChecking", "Initial health checks in progress".to_owned());
    }
    if !reachable(context, &target.id, target.port) {
        return ("unhealthy", "Target.Timeout", "Request timed out".to_owned());
    }
    ("healthy", "", String::new())
}

/// Whether the groups of the primary interface let the load balancer's checks in. It
/// looks at protocol and port alone, so that a closed group is seen as closed.
fn reachable(context: &Context<'_>, instance: &str, port: u16) -> bool {
    let port = i32::from(port);
    context.ec2.interfaces_of(instance).filter(|one| one.index == 0).flat_map(|one| &one.groups).any(|id| {
        context.ec2.group(id).is_some_and(|group| {
            group.ingress.iter().any(|rule| match rule.protocol.as_str() {
                "-1" => true,
                "tcp" => rule.from <= port && port <= rule.to || rule.from == -1,
                _ => false,
            })
        })
    })
}

fn show(target: &Target, (state, reason, description): Health) -> Value {
    let text = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    json!({
        "Target": {"Id": target.id, "Port": target.port},
        "HealthCheckPort": target.port.to_string(),
        "TargetHealth": {"State": state, "Reason": text(reason), "Description": text(&description)},
    })
}
