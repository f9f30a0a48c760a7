//! The actions that list groups, their instances and what they did.

use super::invalid;
use super::state::{Group, Member};
use crate::sim::account::Account;
use crate::sim::ec2;
use crate::sim::page;
use crate::sim::service::{Refusal, Request};
use crate::sim::wire::query::Params;
use serde_json::{Value, json};

/// One page under the name of the list, with the token of the next.
fn paged(request: &Request, list: &str, items: Vec<Value>, most: i64, usual: i64) -> Result<Value, Refusal> {
    let params = Params(&request.params);
    let size = params.number("MaxRecords")?.unwrap_or(usual);
    if !(1..=most).contains(&size) {
        let (than, bound) = if size < 1 { ("greater", 1) } else { ("less", most) };
        let message = format!(
            "1 validation error detected: Value '{size}' at 'maxRecords' failed to satisfy constraint: Member must have value {than} than or equal to {bound}"
        );
        return Err(invalid(message));
    }
    let bound = page::bound(&request.action, &request.region, &request.params, &["NextToken", "MaxRecords"]);
    let start = match params.text("NextToken").filter(|token| !token.is_empty()) {
        None => 0,
        Some(token) => page::offset(token, &bound)
            .map_err(|_| Refusal::new("InvalidNextToken", "The NextToken value is not valid."))?,
    };
    let (page, next) = page::cut(items, start, usize::try_from(size).unwrap_or_default(), &bound);
    Ok(json!({list: page, "NextToken": next}))
}

/// The groups of the Region and EC2 as it is there.
fn here<'a>(account: &'a mut Account, request: &Request) -> (&'a [Group], Option<&'a ec2::state::Region>) {
    let groups = account.scaling.get(&request.region).map_or(&[][..], |scaling| &scaling.groups);
    (groups, account.ec2.get_mut(&request.region).map(|store| store.present(request.now)))
}

pub(super) fn groups(account: &mut Account, request: &Request) -> Result<Value, Refusal> {
    let params = Params(&request.params);
    let names = params.texts("AutoScalingGroupNames");
    let filters = params.structures("Filters");
    let with_instances = params.flag("IncludeInstances")?.unwrap_or(true);
    let (groups, ec2) = here(account, request);
    let mut shown = Vec::new();
    for group in groups.iter().filter(|one| names.is_empty() || names.contains(&one.spec.name.as_str())) {
        let mut passes = true;
        for filter in &filters {
            passes &= matches(group, filter.text("Name").unwrap_or_default(), &filter.texts("Values"))?;
        }
        if passes {
            shown.push(show(group, ec2, with_instances));
        }
    }
    paged(request, "AutoScalingGroups", shown, 100, 50)
}

fn matches(group: &Group, name: &str, values: &[&str]) -> Result<bool, Refusal> {
    let any = |text: &str| values.contains(&text);
    Ok(match name {
        "tag-key" => group.tags.iter().any(|(key, _)| any(key)),
        "tag-value" => group.tags.iter().any(|(_, value)| any(value)),
        _ => match name.strip_prefix("tag:") {
            Some(wanted) => group.tags.iter().any(|(key, value)| key == wanted && any(value)),
            None => return Err(invalid(format!("Filter type {name} is not supported"))),
        },
    })
}

fn show(group: &Group, ec2: Option<&ec2::state::Region>, with_instances: bool) -> Value {
    let spec = &group.spec;
    let mut zones: Vec<&str> = spec.subnets.iter().map(|(_, zone)| zone.as_str()).collect();
    zones.dedup();
    let subnets: Vec<&str> = spec.subnets.iter().map(|(subnet, _)| subnet.as_str()).collect();
    let account = spec.arn.split(':').nth(4).unwrap_or_default();
    json!({
        "AutoScalingGroupName": spec.name,
        "AutoScalingGroupARN": spec.arn,
        "LaunchTemplate": template(group),
        "MinSize": spec.min,
        "MaxSize": spec.max,
        "DesiredCapacity": group.desired,
        "DefaultCooldown": group.cooldown,
        "AvailabilityZones": zones,
        "LoadBalancerNames": [],
        "TargetGroupARNs": spec.target_groups,
        "HealthCheckType": spec.health,
        "HealthCheckGracePeriod": group.grace,
        "Instances": if with_instances {
            group.members.iter().map(|member| show_member(group, member, ec2)).collect::<Vec<_>>()
        } else {
            Vec::new()
        },
        "CreatedTime": group.created.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
        "SuspendedProcesses": group.suspended.iter().map(|(name, reason)| json!({
            "ProcessName": name, "SuspensionReason": reason,
        })).collect::<Vec<_>>(),
        "VPCZoneIdentifier": subnets.join(","),
        "EnabledMetrics": [],
        "Tags": group.tags.iter().map(|(key, value)| json!({
            "ResourceId": spec.name,
            "ResourceType": "auto-scaling-group",
            "Key": key,
            "Value": value,
            "PropagateAtLaunch": true,
        })).collect::<Vec<_>>(),
        "TerminationPolicies": group.policies,
        "NewInstancesProtectedFromScaleIn": group.protects,
        "ServiceLinkedRoleARN": format!(
            "arn:aws:iam::{account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
        ),
        "CapacityRebalance": false,
        "TrafficSources": spec.target_groups.iter().map(|arn| json!({
            "Identifier": arn, "Type": "elbv2",
        })).collect::<Vec<_>>(),
    })
}

fn template(group: &Group) -> Value {
    json!({
        "LaunchTemplateId": group.spec.template, "LaunchTemplateName": group.spec.name, "Version": "$Latest",
    })
}

/// An instance as its group shows it.
fn show_member(group: &Group, member: &Member, ec2: Option<&ec2::state::Region>) -> Value {
    let instance = ec2.and_then(|ec2| ec2.instance(&member.instance));
    json!({
        "InstanceId": member.instance,
        "InstanceType": instance.map(|one| one.instance_type.as_str()),
        "AvailabilityZone": instance.map(|one| one.zone.as_str()).unwrap_or_default(),
        "LifecycleState": member.lifecycle.name(),
        "HealthStatus": if member.healthy { "Healthy" } else { "Unhealthy" },
        "LaunchTemplate": if member.launched { template(group) } else { Value::Null },
        "ProtectedFromScaleIn": member.protected,
    })
}

pub(super) fn instances(account: &mut Account, request: &Request) -> Result<Value, Refusal> {
    let asked = Params(&request.params).texts("InstanceIds");
    let (groups, ec2) = here(account, request);
    let mut shown = Vec::new();
    for group in groups {
        for member in &group.members {
            if asked.is_empty() || asked.contains(&member.instance.as_str()) {
                let mut one = show_member(group, member, ec2);
                one["AutoScalingGroupName"] = json!(group.spec.name);
                // This list alone writes health in capitals.
                one["HealthStatus"] = json!(if member.healthy { "HEALTHY" } else { "UNHEALTHY" });
                shown.push(one);
            }
        }
    }
    paged(request, "AutoScalingInstances", shown, 50, 50)
}

pub(super) fn activities(account: &mut Account, request: &Request) -> Result<Value, Refusal> {
    let params = Params(&request.params);
    if params.text("AutoScalingGroupName").is_some() {
        super::named(account, request)?;
    }
    let ids = params.texts("ActivityIds");
    let (groups, _) = here(account, request);
    let mut all = Vec::new();
    for group in groups {
        if params.text("AutoScalingGroupName").is_none_or(|name| name == group.spec.name) {
            all.extend(group.activities.iter().map(|one| (one.start, group.show_activity(one), one.id.as_str())));
        }
    }
    all.retain(|(_, _, id)| ids.is_empty() || ids.contains(id));
    all.sort_by_key(|(start, ..)| std::cmp::Reverse(*start));
    paged(request, "Activities", all.into_iter().map(|(_, shown, _)| shown).collect(), 100, 100)
}
