//! What a group does in other services, as its service-linked role: launching and
//! terminating instances, registering them with target groups and taking them off.

use super::state::{Group, SERVICE};
use crate::sim::account::Account;
use crate::sim::principal::Principal;
use crate::sim::scenario::spec::PrincipalKind;
use crate::sim::serve::{Conditions, carry_out};
use crate::sim::service::{Done, Refusal, Request};
use crate::sim::wire::Service;
use jiff::{SignedDuration, Timestamp, Unit};
use serde_json::{Value, json};

/// The role's session at an instant: an hour long, without a key, as it is recorded.
fn principal(account: &Account, now: Timestamp) -> Principal {
    let known = account.principals.iter().find(|one| one.invoked_by.as_deref() == Some(SERVICE));
    let mut principal = known.cloned().unwrap_or_else(|| Principal {
        kind: PrincipalKind::AssumedRole,
        name: "AWSServiceRoleForAutoScaling".to_owned(),
        account: account.spec.id.clone(),
        unique_id: "AROAAUTOSCALINGSERVICE".to_owned(),
        path: format!("/aws-service-role/{SERVICE}/"),
        session: Some("AutoScaling".to_owned()),
        invoked_by: Some(SERVICE.to_owned()),
        policy: json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": ["ec2:*", "elasticloadbalancing:*", "iam:PassRole"], "Resource": "*",
        }]}),
        ..Principal::default()
    });
    account.directory.refresh(&mut principal);
    principal.access_key_id.clear();
    principal.created = now.round((Unit::Hour, 1)).unwrap_or(now).min(now - SignedDuration::from_mins(1));
    principal
}

/// Makes a call as the role, recorded like any other.
fn call(
    account: &mut Account,
    region: &str,
    now: Timestamp,
    (service, action): (Service, &str),
    params: Value,
) -> Result<Done, Refusal> {
    let request = Request {
        service,
        action: action.to_owned(),
        params,
        region: region.to_owned(),
        principal: principal(account, now),
        ip: SERVICE.to_owned(),
        agent: SERVICE.to_owned(),
        now,
    };
    let id = account.request_id();
    carry_out(account, &request, Conditions::exempt(), &id)
}

/// Registers an instance with the group's target groups, or takes it off them.
pub(super) fn balance(account: &mut Account, group: &Group, instance: &str, register: bool, now: Timestamp) {
    if register && group.suspends("AddToLoadBalancer") {
        return;
    }
    let action = if register { "RegisterTargets" } else { "DeregisterTargets" };
    for arn in &group.spec.target_groups {
        let there = account.balancing.get(&group.spec.region).and_then(|state| state.target_group(arn));
        let listed =
            there.is_some_and(|one| one.targets.iter().any(|target| target.id == instance && target.gone.is_none()));
        if listed == register {
            continue;
        }
        let params = json!({"TargetGroupArn": arn, "Targets": [{"Id": instance}]});
        // A refusal is told by the record of the call; the group goes on without.
        let _ = call(account, &group.spec.region, now, (Service::Balancing, action), params);
    }
}

/// Launches an instance of the group in a subnet; its id.
pub(super) fn launch(account: &mut Account, group: &Group, subnet: &str, now: Timestamp) -> Result<String, Refusal> {
    let spec = &group.spec;
    let token = format!("{}-{}", spec.name, account.request_id());
    let mut tags = vec![json!({"Key": "aws:autoscaling:groupName", "Value": spec.name})];
    tags.extend(group.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})));
    let mut params = json!({
        "ImageId": spec.image,
        "InstanceType": spec.instance_type,
        "MinCount": "1",
        "MaxCount": "1",
        "SubnetId": subnet,
        "SecurityGroupId": spec.groups,
        "ClientToken": token,
        "TagSpecification": [{"ResourceType": "instance", "Tag": tags}],
    });
    if let Some(profile) = &spec.profile {
        params["IamInstanceProfile"] = json!({"Name": profile});
    }
    let done = call(account, &spec.region, now, (Service::Ec2, "RunInstances"), params)?;
    let id = done.answer["instancesSet"][0]["instanceId"].as_str().unwrap_or_default().to_owned();
    Ok(id)
}

/// Terminates an instance.
pub(super) fn terminate(account: &mut Account, region: &str, instance: &str, now: Timestamp) {
    let params = json!({"InstanceId": [instance]});
    // An instance that is gone already is what the group wants.
    let _ = call(account, region, now, (Service::Ec2, "TerminateInstances"), params);
}
