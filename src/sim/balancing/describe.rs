//! The actions that list load balancers, listeners, target groups and their tags.

use super::state::{Balancing, TargetGroup};
use super::{Context, no_target_group};
use crate::sim::page;
use crate::sim::scenario::spec::{BalancerSpec, ListenerSpec, Tags};
use crate::sim::service::Refusal;
use crate::sim::wire::query::null;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

fn no_balancer(what: &str) -> Refusal {
    Refusal::new("LoadBalancerNotFound", format!("{what} not found"))
}

/// One page under the name of the list, with the marker of the next.
fn paged(context: &Context<'_>, list: &str, items: Vec<Value>) -> Result<Value, Refusal> {
    let size = context.params.number("PageSize")?.unwrap_or(400);
    if !(1..=400).contains(&size) {
        let message = format!(
            "1 validation error detected: Value '{size}' at 'pageSize' failed to satisfy constraint: Member must have value between 1 and 400"
        );
        return Err(Refusal::new("ValidationError", message));
    }
    let request = context.request;
    let bound = page::bound(&request.action, &request.region, &request.params, &["Marker", "PageSize"]);
    let start = match context.params.text("Marker").filter(|marker| !marker.is_empty()) {
        None => 0,
        Some(marker) => page::offset(marker, &bound)
            .map_err(|_| Refusal::new("ValidationError", format!("Marker '{marker}' is not valid")))?,
    };
    let (page, next) = page::cut(items, start, usize::try_from(size).unwrap_or(400), &bound);
    Ok(json!({list: page, "NextMarker": next}))
}

pub(super) fn load_balancers(context: &Context<'_>, state: &Balancing) -> Result<Value, Refusal> {
    let (arns, names) = (context.params.texts("LoadBalancerArns"), context.params.texts("Names"));
    if let Some(arn) = arns.iter().find(|arn| !state.balancers.iter().any(|one| one.arn == **arn)) {
        return Err(no_balancer(&format!("Load balancer '{arn}'")));
    }
    if let Some(name) = names.iter().find(|name| !state.balancers.iter().any(|one| one.name == **name)) {
        return Err(no_balancer(&format!("Load balancers '[{name}]'")));
    }
    let wanted = |one: &&BalancerSpec| {
        (arns.is_empty() || arns.contains(&one.arn.as_str()))
            && (names.is_empty() || names.contains(&one.name.as_str()))
    };
    let shown = state.balancers.iter().filter(wanted).map(|one| balancer(one, state.start)).collect();
    paged(context, "LoadBalancers", shown)
}

fn balancer(one: &BalancerSpec, start: Timestamp) -> Value {
    let created = start + SignedDuration::from_secs(one.created);
    json!({
        "LoadBalancerArn": one.arn,
        "DNSName": one.dns,
        "CanonicalHostedZoneId": "Z32O12XQLNTSW2",
        "CreatedTime": created.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
        "LoadBalancerName": one.name,
        "Scheme": if one.internal { "internal" } else { "internet-facing" },
        "VpcId": one.vpc,
        "State": {"Code": "active"},
        "Type": "application",
        "AvailabilityZones": one.subnets.iter().map(|(subnet, zone)| json!({
            "ZoneName": zone, "SubnetId": subnet, "LoadBalancerAddresses": [],
        })).collect::<Vec<_>>(),
        "SecurityGroups": one.groups,
        "IpAddressType": "ipv4",
    })
}

pub(super) fn listeners(context: &Context<'_>, state: &Balancing) -> Result<Value, Refusal> {
    let arns = context.params.texts("ListenerArns");
    let balancer = context.params.text("LoadBalancerArn").filter(|arn| !arn.is_empty());
    let all: Vec<(&BalancerSpec, &ListenerSpec)> = state
        .balancers
        .iter()
        .filter(|one| balancer.is_none_or(|arn| one.arn == arn))
        .flat_map(|one| one.listeners.iter().map(move |listener| (one, listener)))
        .collect();
    match balancer {
        Some(arn) if !state.balancers.iter().any(|one| one.arn == arn) => {
            return Err(no_balancer(&format!("Load balancer '{arn}'")));
        }
        None if arns.is_empty() => {
            let message = "You must specify either listener ARNs or a load balancer ARN";
            return Err(Refusal::new("ValidationError", message));
        }
        _ => {}
    }
    if arns.iter().any(|arn| !all.iter().any(|(_, listener)| listener.arn == **arn)) {
        return Err(Refusal::new("ListenerNotFound", "One or more listeners not found"));
    }
    let shown = all
        .into_iter()
        .filter(|(_, listener)| arns.is_empty() || arns.contains(&listener.arn.as_str()))
        .map(|(one, listener)| show_listener(one, listener))
        .collect();
    paged(context, "Listeners", shown)
}

fn show_listener(balancer: &BalancerSpec, listener: &ListenerSpec) -> Value {
    let secure = listener.protocol == "HTTPS";
    json!({
        "ListenerArn": listener.arn,
        "LoadBalancerArn": balancer.arn,
        "Port": listener.port,
        "Protocol": listener.protocol,
        "Certificates": if secure { json!([{"CertificateArn": listener.certificate}]) } else { json!([]) },
        "SslPolicy": if secure { json!("ELBSecurityPolicy-TLS13-1-2-2021-06") } else { Value::Null },
        "DefaultActions": [{
            "Type": "forward",
            "TargetGroupArn": listener.target_group,
            "Order": 1,
            "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": listener.target_group, "Weight": 1}],
                "TargetGroupStickinessConfig": {"Enabled": false},
            },
        }],
    })
}

pub(super) fn target_groups(context: &Context<'_>, state: &Balancing) -> Result<Value, Refusal> {
    let (arns, names) = (context.params.texts("TargetGroupArns"), context.params.texts("Names"));
    let balancer = context.params.text("LoadBalancerArn").filter(|arn| !arn.is_empty());
    if let Some(arn) = balancer.filter(|arn| !state.balancers.iter().any(|one| one.arn == *arn)) {
        return Err(no_balancer(&format!("Load balancer '{arn}'")));
    }
    let absent = arns.iter().any(|arn| state.target_group(arn).is_none())
        || names.iter().any(|name| !state.target_groups.iter().any(|one| one.spec.name == **name));
    if absent {
        return Err(no_target_group());
    }
    let shown = state
        .target_groups
        .iter()
        .filter(|one| arns.is_empty() || arns.contains(&one.spec.arn.as_str()))
        .filter(|one| names.is_empty() || names.contains(&one.spec.name.as_str()))
        .filter(|one| balancer.is_none_or(|arn| state.in_front_of(&one.spec.arn).any(|front| front.arn == arn)))
        .map(|one| target_group(state, one))
        .collect();
    paged(context, "TargetGroups", shown)
}

fn target_group(state: &Balancing, one: &TargetGroup) -> Value {
    let spec = &one.spec;
    json!({
        "TargetGroupArn": spec.arn,
        "TargetGroupName": spec.name,
        "Protocol": spec.protocol,
        "Port": spec.port,
        "VpcId": spec.vpc,
        "HealthCheckProtocol": spec.protocol,
        "HealthCheckPort": "traffic-port",
        "HealthCheckEnabled": true,
        "HealthCheckIntervalSeconds": spec.interval,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": spec.healthy_after,
        "UnhealthyThresholdCount": 2,
        "HealthCheckPath": "/health",
        "Matcher": {"HttpCode": "200"},
        "LoadBalancerArns": state.in_front_of(&spec.arn).map(|front| front.arn.as_str()).collect::<Vec<_>>(),
        "TargetType": "instance",
        "ProtocolVersion": "HTTP1",
        "IpAddressType": "ipv4",
    })
}

pub(super) fn attributes(context: &Context<'_>, state: &Balancing) -> Result<Value, Refusal> {
    let arn = context.params.must_have("TargetGroupArn")?;
    let group = state.target_group(arn).ok_or_else(no_target_group)?;
    let delay = group.spec.delay.to_string();
    let attributes = [
        ("stickiness.enabled", "false"),
        ("deregistration_delay.timeout_seconds", delay.as_str()),
        ("stickiness.type", "lb_cookie"),
        ("stickiness.lb_cookie.duration_seconds", "86400"),
        ("slow_start.duration_seconds", "0"),
        ("load_balancing.algorithm.type", "round_robin"),
        ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
    ];
    let shown: Vec<Value> = attributes.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    Ok(json!({"Attributes": shown}))
}

pub(super) fn tags(context: &Context<'_>, state: &Balancing) -> Result<Value, Refusal> {
    let arns = context.params.texts("ResourceArns");
    if arns.is_empty() {
        return Err(null("ResourceArns"));
    }
    let mut shown = Vec::new();
    for arn in arns {
        let none = Tags::new();
        let tags = if let Some(group) = state.target_group(arn) {
            &group.tags
        } else if let Some(balancer) = state.balancers.iter().find(|one| one.arn == arn) {
            &balancer.tags
        } else if arn.contains(":targetgroup/") {
            return Err(no_target_group());
        } else if state.balancers.iter().any(|one| one.listeners.iter().any(|listener| listener.arn == arn)) {
            &none
        } else if arn.contains(":listener/") {
            return Err(Refusal::new("ListenerNotFound", "One or more listeners not found"));
        } else {
            return Err(no_balancer(&format!("Load balancer '{arn}'")));
        };
        let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        shown.push(json!({"ResourceArn": arn, "Tags": tags}));
    }
    Ok(json!({"TagDescriptions": shown}))
}
