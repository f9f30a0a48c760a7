//! The remedies on where an instance serves and how large it is.

use super::{Remedy, Unfit};
use crate::domain::instance::{Instance, InstanceState};
use crate::domain::inventory::Inventory;
use crate::domain::surroundings::{ScalingGroup, Surroundings, Target};
use crate::respond::change::Change;
use crate::respond::fact::Fact;
use crate::respond::options::Options;
use crate::respond::probe::Probe;

/// What is suspended where nothing was chosen: what could end the instance or
/// put it back to work (Auto Scaling user guide, "Suspend and resume processes").
pub(super) const PROCESSES: &str = "AZRebalance,AddToLoadBalancer,ReplaceUnhealthy,Terminate";

/// Every process that Auto Scaling knows.
const KNOWN: [&str; 10] = [
    "AZRebalance",
    "AddToLoadBalancer",
    "AlarmNotification",
    "HealthCheck",
    "InstanceRefresh",
    "Launch",
    "RemoveFromLoadBalancerLowPriority",
    "ReplaceUnhealthy",
    "ScheduledActions",
    "Terminate",
];

/// The name of an Auto Scaling group, of its ARN or of itself.
pub(super) fn name(id: &str) -> &str {
    id.rsplit_once("autoScalingGroupName/").map_or(id, |(_, name)| name)
}

fn around<'a>(instance: &Instance, inventory: &'a Inventory) -> Result<&'a Surroundings, String> {
    inventory
        .surroundings
        .get(&instance.id)
        .ok_or_else(|| format!("what {} serves in has not been read: look at the instance first", instance.id))
}

/// The Auto Scaling group of an instance; or why there is none.
pub(super) fn group_of<'a>(instance: &Instance, inventory: &'a Inventory) -> Result<&'a ScalingGroup, String> {
    let around = around(instance, inventory)?;
    match (&around.scaling, around.unknown("autoscaling")) {
        (Some(group), _) => Ok(group),
        (None, Some(fault)) => Err(format!("whether it belongs to an Auto Scaling group could not be read: {fault}")),
        (None, None) => Err("no Auto Scaling group keeps it".into()),
    }
}

/// The instance out of service; the decision on the group's capacity is part of it.
pub(super) fn standby(instance: &Instance, inventory: &Inventory, options: &Options) -> Result<Vec<Change>, Unfit> {
    let group = group_of(instance, inventory)?;
    let lower = match options.choice("capacity") {
        None | Some("lower") => true,
        Some("keep") => false,
        Some(other) => return Err(format!("the choice 'capacity' is lower or keep, not '{other}'").into()),
    };
    let detach = match options.choice("leave") {
        None | Some("standby") => false,
        Some("detach") => true,
        Some(other) => return Err(format!("the choice 'leave' is standby or detach, not '{other}'").into()),
    };
    let state = group.members.get(&instance.id).map_or("", String::as_str);
    if lower && state == "InService" && group.desired <= group.min {
        return Err(Unfit::Undecided(format!(
            "{} wants {} and may not want less than {}: let it launch another (capacity=keep), or lower its minimum",
            group.name, group.desired, group.min
        )));
    }
    let probe = Probe::Membership { instance: instance.id.clone(), group: group.name.clone(), lower };
    let before = if state.is_empty() { Fact::Absent } else { Fact::word(state) };
    let wanted = if detach { Fact::Absent } else { Fact::word("Standby") };
    Ok(vec![Change::set(probe, Some(before), wanted)])
}

/// Every registration of the instance, by itself or by one of its addresses.
pub(super) fn deregister(instance: &Instance, inventory: &Inventory) -> Result<Vec<Change>, String> {
    let around = around(instance, inventory)?;
    let mut changes = Vec::new();
    for (group, target) in registrations(instance, inventory) {
        let before = if target.state.contains("draining") { "draining" } else { "registered" };
        let target = Target { state: String::new(), ..target.clone() };
        let probe = Probe::Registration { group: group.to_owned(), instance: instance.id.clone(), target };
        changes.push(Change::set(probe, Some(Fact::word(before)), Fact::Absent));
    }
    match around.unknown("elasticloadbalancing") {
        Some(fault) => Err(format!("which target groups send it traffic could not be read: {fault}")),
        None if changes.is_empty() => Err("no target group sends it traffic".into()),
        None => Ok(changes),
    }
}

/// The registrations that an instance has, each with its group's ARN.
pub fn registrations<'a>(
    instance: &Instance,
    inventory: &'a Inventory,
) -> impl Iterator<Item = (&'a str, &'a Target)> + use<'a> {
    let mut names = inventory.addresses_of(instance);
    names.push(instance.id.clone());
    let groups = inventory.surroundings.get(&instance.id).map(|around| around.targets.as_slice()).unwrap_or_default();
    groups.iter().flat_map(move |group| {
        let names = names.clone();
        let own = group.targets.iter().filter(move |target| target.state != "unused" && names.contains(&target.id));
        own.map(|target| (group.arn.as_str(), target))
    })
}

/// Some processes of a group suspended; what was suspended before stays so after an undo.
pub(super) fn suspend(group: &str, known: Option<&ScalingGroup>, options: &Options) -> Result<Vec<Change>, String> {
    let mut processes: Vec<String> = Vec::new();
    for process in options.choice("processes").unwrap_or(PROCESSES).split(',').map(str::trim) {
        if !KNOWN.contains(&process) {
            return Err(format!(
                "{} knows no process '{process}'; there are {}",
                Remedy::SuspendProcesses,
                KNOWN.join(", ")
            ));
        }
        processes.push(process.to_owned());
    }
    let switches = |on: &dyn Fn(&str) -> bool| {
        Fact::Switches(processes.iter().map(|process| (process.clone(), on(process))).collect())
    };
    let before = known.map(|known| switches(&|process| known.suspended.contains(process)));
    let wanted = switches(&|_| true);
    let probe = Probe::Processes { group: group.to_owned(), processes: processes.clone() };
    Ok(vec![Change::set(probe, before, wanted)])
}

/// Another type, and the state that the instance has now.
pub(super) fn resize(instance: &Instance, options: &Options) -> Result<Change, Unfit> {
    let missing = || Unfit::Undecided("which type it shall have is not chosen: give it as type=m5.large".to_owned());
    let kind = options.choice("type").ok_or_else(missing)?;
    if !kind.contains('.') || !kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-') {
        return Err(format!("'{kind}' is no instance type").into());
    }
    let state = match instance.state {
        InstanceState::Running | InstanceState::Stopped => instance.state.word(),
        other => return Err(format!("{} is {other}: wait until it runs or is stopped", instance.id).into()),
    };
    let machine = |kind: &str| Fact::Machine { kind: kind.to_owned(), state: state.to_owned() };
    let probe = Probe::Machine { instance: instance.id.clone() };
    Ok(Change::set(probe, Some(machine(&instance.kind)), machine(kind)))
}
