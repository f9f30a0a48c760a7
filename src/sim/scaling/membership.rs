//! Standby, detaching and attaching.

use super::activity::{instances, instant};
use super::capacity::NOTICE;
use super::service_role::balance;
use super::state::{Activity, Group, Lifecycle, Member};
use super::{flag, invalid, named};
use crate::sim::account::Account;
use crate::sim::balancing::state::TargetGroup;
use crate::sim::ec2::phase::Phase;
use crate::sim::service::{Refusal, Request};
use crate::sim::wire::query::{Params, null};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How long an instance takes on its way, draining apart.
const WAY: SignedDuration = SignedDuration::from_secs(6);
/// How long an instance takes into service.
pub(super) const INTO_SERVICE: SignedDuration = SignedDuration::from_secs(12);
/// The most instances of one request.
const MOST: usize = 20;

/// What is asked of instances of a group.
struct Asked {
    group: String,
    ids: Vec<String>,
}

/// The instances that a request names, each in one of the states that it may be in.
fn asked(account: &mut Account, request: &Request, states: &[Lifecycle]) -> Result<Asked, Refusal> {
    let ids = Params(&request.params).texts("InstanceIds");
    let group = named(account, request)?;
    if ids.is_empty() {
        return Err(null("InstanceIds"));
    }
    if ids.len() > MOST {
        return Err(invalid(format!("You can specify up to {MOST} instances.")));
    }
    for id in &ids {
        let name = &group.spec.name;
        let message = format!("The instance {id} is not part of Auto Scaling group {name}.");
        let member = group.member(id).ok_or_else(|| invalid(message))?;
        if !states.contains(&member.lifecycle) {
            let names: Vec<&str> = states.iter().map(|state| state.name()).collect();
            return Err(invalid(format!("The instance {id} is not in {}.", names.join(" or "))));
        }
    }
    Ok(Asked { group: group.spec.name.clone(), ids: ids.into_iter().map(str::to_owned).collect() })
}

/// That the group is not of a size for it.
fn sizes(group: &Group, to: &str, count: usize) -> Refusal {
    invalid(format!(
        "AutoScalingGroup {} has min-size={}, max-size={}, and desired-size={}. To {to} {}, please update the AutoScalingGroup sizes appropriately.",
        group.spec.name,
        group.spec.min,
        group.spec.max,
        group.desired,
        instances(count)
    ))
}

fn counted(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// One move of an instance: where to, how long it takes and how it is told.
struct Move<'a> {
    to: Lifecycle,
    until: Timestamp,
    status: &'static str,
    progress: u32,
    description: &'a str,
    cause: String,
}

/// Sets an instance on its way and tells it as an activity.
fn set_out(account: &mut Account, request: &Request, name: &str, id: &str, way: Move<'_>) -> Value {
    let place = account.place(&request.region, id, request.now);
    let Some(scaling) = account.scaling.get_mut(&request.region) else { return Value::Null };
    let activity = Activity {
        description: format!("{}: {id}", way.description),
        cause: way.cause,
        start: request.now,
        status: way.status.to_owned(),
        progress: way.progress,
        place,
        ..Activity::default()
    };
    let activity = scaling.begin(name, activity);
    let Some(group) = scaling.group_mut(name) else { return Value::Null };
    if let Some(member) = group.member_mut(id) {
        member.lifecycle = way.to;
        member.until = Some(way.until);
        member.activity = Some(activity);
    }
    group.activities.last().map(|one| group.show_activity(one)).unwrap_or_default()
}

/// How long the instances of a group drain: as long as its slowest target group says.
pub(super) fn draining(account: &Account, group: &Group) -> SignedDuration {
    let state = account.balancing.get(&group.spec.region);
    let delays = group.spec.target_groups.iter().filter_map(|arn| state?.target_group(arn)).map(TargetGroup::delay);
    delays.max().unwrap_or_default()
}

pub(super) fn enter_standby(account: &mut Account, request: &Request) -> Result<Value, Refusal> {
    let decrement = flag(request, "ShouldDecrementDesiredCapacity")?;
    let Asked { group: name, ids } = asked(account, request, &[Lifecycle::InService])?;
    let group = named(account, request)?;
    if decrement && group.desired - counted(ids.len()) < group.spec.min {
        return Err(sizes(group, "place into standby", ids.len()));
    }
    leave(account, request, &name, &ids, Leave { to: Lifecycle::EnteringStandby, decrement })
}

pub(super) fn detach(account: &mut Account, request: &Request) -> Result<Value, Refusal> {
    let decrement = flag(request, "ShouldDecrementDesiredCapacity")?;
    let Asked { group: name, ids } = asked(account, request, &[Lifecycle::InService, Lifecycle::Standby])?;
    let group = named(account, request)?;
    let serving = |id: &&String| group.member(id).is_some_and(|member| member.lifecycle == Lifecycle::InService);
    let count = ids.iter().filter(serving).count();
    if decrement && group.desired - counted(count) < group.spec.min {
        return Err(sizes(group, "detach", count));
    }
    leave(account, request, &name, &ids, Leave { to: Lifecycle::Detaching, decrement })
}

/// Where instances go that leave service, and whether the group shrinks with it.
struct Leave {
    to: Lifecycle,
    decrement: bool,
}

/// Takes instances out of service: off the target groups, and on their way.
fn leave(
    account: &mut Account,
    request: &Request,
    name: &str,
    ids: &[String],
    Leave { to, decrement }: Leave,
) -> Result<Value, Refusal> {
    let group = named(account, request)?.clone();
    let until = request.now + WAY.max(draining(account, &group));
    let (what, words) = match to {
        Lifecycle::Detaching => ("Detaching EC2 instance", "was detached"),
        _ => ("Moving EC2 instance to Standby", "was moved to standby"),
    };
    let mut shown = Vec::new();
    for id in ids {
        let serving = group.member(id).is_some_and(|member| member.lifecycle == Lifecycle::InService);
        let group = named(account, request)?;
        let mut cause = format!("At {} instance {id} {words} in response to a user request", instant(request.now));
        if decrement && serving {
            cause = format!("{cause}, shrinking the capacity from {} to {}", group.desired, group.desired - 1);
            group.desired -= 1;
        }
        cause.push('.');
        let snapshot = group.clone();
        let way = Move { to, until, status: "InProgress", progress: 50, description: what, cause };
        shown.push(set_out(account, request, name, id, way));
        balance(account, &snapshot, id, false, request.now);
    }
    named(account, request)?.review_at(request.now + NOTICE);
    Ok(json!({"Activities": shown}))
}

pub(super) fn exit_standby(account: &mut Account, request: &Request) -> Result<Value, Refusal> {
    let Asked { group: name, ids } = asked(account, request, &[Lifecycle::Standby])?;
    let group = named(account, request)?;
    if group.desired + counted(ids.len()) > group.spec.max {
        return Err(sizes(group, "move out of standby", ids.len()));
    }
    let mut shown = Vec::new();
    for id in &ids {
        let words = ("Moving EC2 instance out of Standby", "was moved out of standby");
        shown.push(into_service(account, request, &name, id, words)?);
    }
    named(account, request)?.review_at(request.now + NOTICE);
    Ok(json!({"Activities": shown}))
}

/// Sets an instance on its way into service, in a group that grows by it.
fn into_service(
    account: &mut Account,
    request: &Request,
    name: &str,
    id: &str,
    (description, words): (&str, &str),
) -> Result<Value, Refusal> {
    let group = named(account, request)?;
    group.desired += 1;
    let cause = format!(
        "At {} instance {id} {words} in response to a user request, increasing the capacity from {} to {}.",
        instant(request.now),
        group.desired - 1,
        group.desired
    );
    let snapshot = group.clone();
    let way = Move {
        to: Lifecycle::Pending,
        until: request.now + INTO_SERVICE,
        status: "PreInService",
        progress: 30,
        description,
        cause,
    };
    let shown = set_out(account, request, name, id, way);
    balance(account, &snapshot, id, true, request.now);
    Ok(shown)
}

pub(super) fn attach(account: &mut Account, request: &Request) -> Result<Value, Refusal> {
    let ids: Vec<String> = Params(&request.params).texts("InstanceIds").into_iter().map(str::to_owned).collect();
    let name = named(account, request)?.spec.name.clone();
    if ids.is_empty() {
        return Err(null("InstanceIds"));
    }
    for id in &ids {
        attachable(account, request, id)?;
    }
    let group = named(account, request)?;
    if group.desired + counted(ids.len()) > group.spec.max {
        return Err(sizes(group, "attach", ids.len()));
    }
    for id in &ids {
        let group = named(account, request)?;
        let mut member = Member::in_service(id, false);
        member.protected = group.protects;
        group.members.push(member);
        account.mark_member(&request.region, id, Some(&name), request.now);
        into_service(account, request, &name, id, ("Attaching an existing EC2 instance", "was attached"))?;
    }
    Ok(json!({}))
}

/// Whether an instance may join a group: running, in none, in one of its zones.
fn attachable(account: &mut Account, request: &Request, id: &str) -> Result<(), Refusal> {
    if let Some(group) = account.scaling.get(&request.region).and_then(|scaling| scaling.of_instance(id)) {
        return Err(invalid(format!("Instance {id} is already part of AutoScalingGroup:{}", group.spec.name)));
    }
    let store = account.ec2.get_mut(&request.region);
    let instance = store.and_then(|store| store.present(request.now).instance(id));
    let instance = instance.ok_or_else(|| invalid(format!("Invalid Instance ID(s): [{id}] specified")))?;
    if instance.state.phase != Phase::Running {
        let message = format!("Instance {id} is not in correct state. Instance(s) must be in 'running' state.");
        return Err(invalid(message));
    }
    let zone = instance.zone.clone();
    let group = named(account, request)?;
    if !group.spec.subnets.iter().any(|(_, known)| *known == zone) {
        let message = format!("Instance {id} is in the Availability Zone {zone}, which the group does not use.");
        return Err(invalid(message));
    }
    Ok(())
}

impl Account {
    /// The subnet and zone of an instance.
    pub(super) fn place(&mut self, region: &str, id: &str, now: Timestamp) -> (String, String) {
        let store = self.ec2.get_mut(region);
        let instance = store.and_then(|store| store.present(now).instance(id));
        instance.map(|one| (one.subnet.clone(), one.zone.clone())).unwrap_or_default()
    }

    /// Sets the tag by which an instance tells its group, or takes it off.
    pub(super) fn mark_member(&mut self, region: &str, id: &str, group: Option<&str>, now: Timestamp) {
        const KEY: &str = "aws:autoscaling:groupName";
        let Some(store) = self.ec2.get_mut(region) else { return };
        // The tag is AWS's own: no caller sets it, and an instance that is gone has none.
        let _ = store.write(now, true, |region| {
            if let Some(instance) = region.instance_mut(id) {
                instance.tags.retain(|(key, _)| key != KEY);
                instance.tags.extend(group.map(|name| (KEY.to_owned(), name.to_owned())));
            }
            Ok(())
        });
    }
}
