//! What groups do by themselves as time passes: instances arrive where they are on the
//! way to, health is checked, and the size is brought to what is wanted.

use super::activity::instant;
use super::capacity::NOTICE;
use super::membership::{INTO_SERVICE, draining};
use super::service_role::{balance, launch, terminate};
use super::state::{Activity, Group, Lifecycle, Member, Scaling};
use crate::sim::account::Account;
use crate::sim::ec2::{self, phase::Phase};
use jiff::{SignedDuration, Timestamp};

/// How long a machine may be down before its group takes it for ill.
const PATIENCE: SignedDuration = SignedDuration::from_secs(45);
/// How long a machine must be up again before its group takes it for well.
const RECOVERY: SignedDuration = SignedDuration::from_secs(20);
/// How long EC2 takes to terminate a machine.
const DYING: SignedDuration = SignedDuration::from_secs(30);
/// How long a group waits after a launch that failed.
const RETRY: SignedDuration = SignedDuration::from_mins(5);
/// The most that happens in one Region at once: a bound on what one request waits for.
const MOST: usize = 10_000;

/// Something that happens to a group.
#[derive(Clone, Debug)]
enum Happening {
    /// An instance gets to where it is on the way to.
    Arrive(String),
    /// An instance is found down.
    Ill(String),
    /// An instance is found up again.
    Well(String),
    /// An ill instance may be replaced after all.
    Replace(String),
    /// The group compares what it has with what it wants.
    Review,
    /// Load comes or goes.
    Surge(bool),
}

/// Lets everything happen that has come due by `now`, in the order of time.
pub fn catch_up(account: &mut Account, now: Timestamp) {
    let regions: Vec<String> = account.scaling.keys().cloned().collect();
    for region in regions {
        for _ in 0..MOST {
            let Some((at, group, what)) = next(account, &region, now) else { break };
            happen(account, &region, &group, &what, at);
        }
    }
}

/// What has come due first.
fn next(account: &mut Account, region: &str, now: Timestamp) -> Option<(Timestamp, String, Happening)> {
    let scaling: &Scaling = account.scaling.get(region)?;
    if scaling.groups.is_empty() {
        return None;
    }
    let ec2 = account.ec2.get_mut(region)?.present(now);
    let due =
        scaling.groups.iter().flat_map(|group| of_group(group, ec2, now).into_iter().map(move |due| (group, due)));
    let due = due.filter(|(_, (at, _))| *at <= now).min_by_key(|(_, (at, _))| *at);
    due.map(|(group, (at, what))| (at, group.spec.name.clone(), what))
}

fn of_group(group: &Group, ec2: &ec2::state::Region, now: Timestamp) -> Vec<(Timestamp, Happening)> {
    let mut due = Vec::new();
    due.extend(group.review.map(|at| (at, Happening::Review)));
    due.extend(group.surge.map(|(at, comes)| (at, Happening::Surge(comes))));
    for member in &group.members {
        due.extend(member.until.map(|at| (at, Happening::Arrive(member.instance.clone()))));
        if member.lifecycle == Lifecycle::InService && !group.suspends("HealthCheck") {
            due.extend(of_health(group, member, ec2, now));
        }
    }
    due
}

fn of_health(
    group: &Group,
    member: &Member,
    ec2: &ec2::state::Region,
    now: Timestamp,
) -> Option<(Timestamp, Happening)> {
    let id = member.instance.clone();
    let state = ec2.instance(&id).map(|instance| instance.state);
    let up = state.is_some_and(|state| matches!(state.phase, Phase::Running | Phase::Pending));
    match (member.healthy, up) {
        (true, false) => Some((state.map_or(now, |state| state.since + PATIENCE), Happening::Ill(id))),
        (false, true) => state.map(|state| (state.since + RECOVERY, Happening::Well(id))),
        (false, false) if replaces(group) => Some((now, Happening::Replace(id))),
        _ => None,
    }
}

/// Whether the group may replace what is ill.
fn replaces(group: &Group) -> bool {
    !group.suspends("ReplaceUnhealthy") && !group.suspends("Terminate")
}

fn happen(account: &mut Account, region: &str, name: &str, what: &Happening, at: Timestamp) {
    match what {
        Happening::Arrive(id) => arrive(account, region, name, id, at),
        Happening::Review => review(account, region, name, at),
        Happening::Surge(comes) => {
            with(account, region, name, |group| surge(group, *comes, at));
        }
        Happening::Well(id) => {
            with(account, region, name, |group| {
                if let Some(member) = group.member_mut(id) {
                    member.healthy = true;
                }
            });
        }
        Happening::Ill(id) | Happening::Replace(id) => {
            let replaced = with(account, region, name, |group| {
                if let Some(member) = group.member_mut(id) {
                    member.healthy = false;
                }
                replaces(group)
            });
            if replaced == Some(true) {
                let cause = format!(
                    "At {} an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.",
                    instant(at)
                );
                condemn(account, region, name, id, &cause, at, at);
            }
        }
    }
}

fn with<T>(account: &mut Account, region: &str, name: &str, act: impl FnOnce(&mut Group) -> T) -> Option<T> {
    account.scaling.get_mut(region)?.group_mut(name).map(act)
}

fn snapshot(account: &Account, region: &str, name: &str) -> Option<Group> {
    account.scaling.get(region)?.group(name).cloned()
}

fn arrive(account: &mut Account, region: &str, name: &str, id: &str, at: Timestamp) {
    let Some(group) = snapshot(account, region, name) else { return };
    let Some(member) = group.member(id).cloned() else { return };
    let (to, until) = match member.lifecycle {
        Lifecycle::Pending => (Some(Lifecycle::InService), None),
        Lifecycle::EnteringStandby => (Some(Lifecycle::Standby), None),
        Lifecycle::Terminating => (Some(Lifecycle::Dying), Some(at + DYING)),
        Lifecycle::Detaching | Lifecycle::Dying => (None, None),
        Lifecycle::InService | Lifecycle::Standby => (Some(member.lifecycle), None),
    };
    with(account, region, name, |group| {
        match to {
            Some(lifecycle) => {
                if let Some(member) = group.member_mut(id) {
                    (member.lifecycle, member.until) = (lifecycle, until);
                }
            }
            None => group.members.retain(|member| member.instance != id),
        }
        if until.is_none() {
            group.succeed(member.activity.as_deref().unwrap_or_default(), at);
            group.review_at(at + NOTICE);
        }
    });
    match member.lifecycle {
        Lifecycle::Pending => balance(account, &group, id, true, at),
        Lifecycle::Terminating => terminate(account, region, id, at),
        Lifecycle::Detaching => account.mark_member(region, id, None, at),
        _ => {}
    }
}

/// Brings the size to what is wanted, by launching or terminating.
fn review(account: &mut Account, region: &str, name: &str, at: Timestamp) {
    with(account, region, name, |group| group.review = None);
    let Some(group) = snapshot(account, region, name) else { return };
    let missing = group.desired - group.capacity();
    if missing > 0 && !group.suspends("Launch") {
        for _ in 0..missing {
            grow(account, region, name, at);
        }
    } else if missing < 0 && !group.suspends("Terminate") {
        for _ in 0..-missing {
            shrink(account, region, name, at);
        }
    }
    if group.desired == group.capacity() || missing > 0 && !group.suspends("Launch") {
        with(account, region, name, |group| group.because.clear());
    }
}

/// Launches one instance, in the zone that has the fewest.
fn grow(account: &mut Account, region: &str, name: &str, at: Timestamp) {
    let Some(group) = snapshot(account, region, name) else { return };
    let mut zones: Vec<(usize, &(String, String))> = Vec::new();
    for subnet in &group.spec.subnets {
        let there = group.members.iter().filter(|member| member.lifecycle.counts());
        let there: Vec<String> = there.map(|member| member.instance.clone()).collect();
        let count = there.iter().filter(|id| account.place(region, id, at).1 == subnet.1).count();
        zones.push((count, subnet));
    }
    let Some((_, place)) = zones.into_iter().min_by_key(|(count, _)| *count) else { return };
    let capacity = group.capacity();
    let cause = format!(
        "{}At {} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from {capacity} to {}.",
        reasons(&group),
        instant(at),
        capacity + 1
    );
    let launched = launch(account, &group, &place.0, at);
    let (description, status, message) = match &launched {
        Ok(id) => (format!("Launching a new EC2 instance: {id}"), "PreInService", None),
        Err(refusal) => {
            let message = format!("{} Launching EC2 instance failed.", refusal.message);
            ("Launching a new EC2 instance".to_owned(), "Failed", Some(message))
        }
    };
    let activity = Activity {
        description,
        cause,
        start: at,
        end: launched.is_err().then_some(at),
        status: status.to_owned(),
        message,
        progress: if launched.is_ok() { 30 } else { 100 },
        place: place.clone(),
        ..Activity::default()
    };
    let Some(scaling) = account.scaling.get_mut(region) else { return };
    let activity = scaling.begin(name, activity);
    with(account, region, name, |group| match launched {
        Ok(id) => group.members.push(Member {
            lifecycle: Lifecycle::Pending,
            until: Some(at + INTO_SERVICE),
            protected: group.protects,
            activity: Some(activity),
            ..Member::in_service(&id, true)
        }),
        Err(_) => group.review_at(at + RETRY),
    });
}

/// Why the size is not what is wanted, in front of what is done about it.
fn reasons(group: &Group) -> String {
    let mut text = group.because.join("  ");
    if !text.is_empty() {
        text.push_str("  ");
    }
    text
}

/// Terminates one instance: the newest in service that is not protected.
fn shrink(account: &mut Account, region: &str, name: &str, at: Timestamp) {
    let Some(group) = snapshot(account, region, name) else { return };
    let free: Vec<String> = group
        .members
        .iter()
        .filter(|member| member.lifecycle.counts() && !member.protected)
        .map(|member| member.instance.clone())
        .collect();
    let Some(store) = account.ec2.get_mut(region) else { return };
    let ec2 = store.present(at);
    let age = |id: &&String| ec2.instance(id).map(|one| one.launched);
    let oldest_first = group.policies.iter().any(|policy| policy == "OldestInstance");
    let chosen = if oldest_first { free.iter().min_by_key(age) } else { free.iter().max_by_key(age) };
    let Some(id) = chosen.cloned() else { return };
    let capacity = group.capacity();
    let cause = format!(
        "{}At {} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from {capacity} to {}.  At {} instance {id} was selected for termination.",
        reasons(&group),
        instant(at),
        capacity - 1,
        instant(at)
    );
    let until = at + draining(account, &group);
    condemn(account, region, name, &id, &cause, at, until);
}

/// Takes an instance off its target groups, and terminates it at `until`.
fn condemn(account: &mut Account, region: &str, name: &str, id: &str, cause: &str, at: Timestamp, until: Timestamp) {
    let place = account.place(region, id, at);
    let Some(scaling) = account.scaling.get_mut(region) else { return };
    let activity = Activity {
        description: format!("Terminating EC2 instance: {id}"),
        cause: cause.to_owned(),
        start: at,
        status: "InProgress".to_owned(),
        progress: 0,
        place,
        ..Activity::default()
    };
    let activity = scaling.begin(name, activity);
    let group = with(account, region, name, |group| {
        if let Some(member) = group.member_mut(id) {
            member.lifecycle = Lifecycle::Terminating;
            member.until = Some(until);
            member.activity = Some(activity);
        }
        group.review_at(at + NOTICE);
        group.clone()
    });
    if let Some(group) = group {
        balance(account, &group, id, false, at);
    }
}

/// Load comes, and the group wants one more; it goes, and the group wants one less.
fn surge(group: &mut Group, comes: bool, at: Timestamp) {
    let Some(spec) = group.spec.surge else { return };
    let wait = if comes { spec.lasts } else { spec.every - spec.lasts };
    group.surge = Some((at + SignedDuration::from_secs(wait), !comes));
    let (word, wanted) = if comes { ("High", group.desired + 1) } else { ("Low", group.desired - 1) };
    let asked = comes || group.surged;
    if group.suspends("AlarmNotification") || wanted < group.spec.min || wanted > group.spec.max || !asked {
        group.surged = false;
        return;
    }
    group.because.push(format!(
        "At {} a monitor alarm TargetTracking-{}-Alarm{word} in state ALARM triggered policy cpu-at-half changing the desired capacity from {} to {wanted}.",
        instant(at),
        group.spec.name,
        group.desired
    ));
    group.surged = comes;
    group.desired = wanted;
    group.resized = Some(at);
    group.review_at(at + NOTICE);
}
