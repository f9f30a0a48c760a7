//! What a plan takes along: others that share what it touches.

use super::{Options, Step};
use crate::domain::instance::Instance;
use crate::domain::inventory::Inventory;
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::change::Change;
use crate::respond::probe::Probe;
use crate::respond::remedy::{Remedy, role_of, rules_missing};

/// What the remedies touch beyond the target, and what they leave that one
/// might think they touch; one sentence each.
pub fn blast_radius(target: &Resource, steps: &[Step], inventory: &Inventory, options: &Options) -> Vec<String> {
    let fit = || steps.iter().filter(|step| step.not_applicable.is_none());
    let has = |remedy| fit().any(|step| step.remedy == Some(remedy));
    // Within containment the group launches another in its place.
    let replaced = fit()
        .filter(|step| !step.beyond)
        .flat_map(|step| &step.changes)
        .any(|change| change.writes() && matches!(change.probe, Probe::Membership { lower: false, .. }));
    let mut said = Vec::new();
    match target.kind {
        ResourceKind::Instance => {
            if let Some(instance) = inventory.instances.get(&target.id) {
                of_instance(instance, inventory, &has, replaced, &mut said);
            }
        }
        ResourceKind::SecurityGroup | ResourceKind::SecurityGroupRule if has(Remedy::RevokeRules) => {
            let reached = inventory.reached_by(target);
            said.push(match reached.len() {
                0 => format!("no instance carries {}", target.id),
                n => format!(
                    "{} through it: {}",
                    count(n, "instance is reached", "instances are reached"),
                    names(&reached)
                ),
            });
            said.extend(rules_missing(target, inventory, options));
        }
        ResourceKind::Snapshot => said.push("accounts that rightly use the snapshot lose it too".into()),
        ResourceKind::Image => {
            let launched = inventory.reached_by(target).len();
            said.push(format!(
                "accounts that rightly launch from the image cannot any more; {} of this account run from it",
                count(launched, "instance", "instances")
            ));
        }
        ResourceKind::AccessKey | ResourceKind::User if has(Remedy::DeactivateKey) || has(Remedy::DenyUser) => {
            said.push("whatever uses the key rightly stops working too".into());
        }
        _ => {}
    }
    if has(Remedy::RevokeSessions) {
        said.extend(role_of(target, inventory, options).ok().map(|role| sessions(&role, target, inventory)));
    }
    said
}

/// Whose sessions end with those of a role.
fn sessions(role: &str, target: &Resource, inventory: &Inventory) -> String {
    let own = inventory.surroundings.get(&target.id).is_some_and(|around| around.roles.iter().any(|one| one == role));
    let sharing: Vec<&Instance> = match inventory.instances.get(&target.id) {
        Some(instance) if own => inventory.sharing_profile(instance).collect(),
        _ => {
            let users = inventory.reached_by(&Resource::new(ResourceKind::Role, role));
            users.into_iter().filter(|user| user.id != target.id).collect()
        }
    };
    let others = if sharing.is_empty() { String::new() } else { format!(", also of {}", names(&sharing)) };
    format!(
        "revoking the sessions of {role} ends every one from before the moment the step runs{others}, and of people and \
         programs that assume it"
    )
}

/// What loses something comes first, then what only shares and is not touched.
fn of_instance(
    instance: &Instance,
    inventory: &Inventory,
    has: &impl Fn(Remedy) -> bool,
    replaced: bool,
    said: &mut Vec<String>,
) {
    capacity(instance, inventory, has, replaced, said);
    if has(Remedy::RemoveProfile) && !instance.profile.is_empty() {
        let sharing: Vec<_> = inventory.sharing_profile(instance).collect();
        let profile = instance.profile_name();
        said.push(match sharing.len() {
            0 => format!("{profile} is on no other instance; credentials already handed out live until they expire"),
            n => format!(
                "{profile} is shared with {} (not touched): {}; credentials already handed out live until they expire",
                count(n, "other instance", "other instances"),
                names(&sharing)
            ),
        });
    }
    if has(Remedy::IsolateNetwork) {
        for group in inventory.groups_of(instance) {
            let resource = Resource::new(ResourceKind::SecurityGroup, &group);
            let others: Vec<_> =
                inventory.reached_by(&resource).into_iter().filter(|other| other.id != instance.id).collect();
            if !others.is_empty() {
                said.push(format!(
                    "{group} is shared with {} (not touched): {}",
                    count(others.len(), "other instance", "other instances"),
                    names(&others)
                ));
            }
        }
        let addresses: Vec<_> = inventory
            .interfaces_of(instance)
            .filter(|interface| !interface.public_ip.is_empty())
            .map(|interface| interface.public_ip.as_str())
            .collect();
        if !addresses.is_empty() {
            said.push(format!("nothing new reaches {} any more", addresses.join(", ")));
        }
    }
}

/// The Auto Scaling group and the target groups that lose an instance.
fn capacity(
    instance: &Instance,
    inventory: &Inventory,
    has: &impl Fn(Remedy) -> bool,
    replaced: bool,
    said: &mut Vec<String>,
) {
    let cut = has(Remedy::IsolateNetwork) || has(Remedy::Stop) || has(Remedy::Terminate);
    let Some(around) = inventory.surroundings.get(&instance.id) else {
        if cut {
            said.push(
                "what it serves in has not been read: look at the instance, then plan again, or a group may end it"
                    .into(),
            );
        }
        return;
    };
    if let Some(group) = around.scaling.as_ref().filter(|_| cut || has(Remedy::Standby)) {
        let state = group.members.get(&instance.id).map_or("", String::as_str);
        let bounds = format!("at least {}, at most {}", group.min, group.max);
        said.push(if !has(Remedy::Standby) {
            format!(
                "the Auto Scaling group {} may find the instance unhealthy and terminate it: put it in standby first",
                group.name
            )
        } else if state == "Standby" {
            format!("{} has it in standby already; it wants {} ({bounds})", group.name, group.desired)
        } else if replaced {
            format!("{} stays at {} and launches another in its place ({bounds})", group.name, group.desired)
        } else if group.desired > group.min {
            format!("{} goes from {} to {} in service ({bounds})", group.name, group.desired, group.desired - 1)
        } else {
            format!("{} wants {} and cannot want less ({bounds})", group.name, group.desired)
        });
        let suspended: Vec<&str> = group.suspended.iter().map(String::as_str).collect();
        if !suspended.is_empty() {
            said.push(format!("{} is suspended in {} already", suspended.join(", "), group.name));
        }
        if !group.classic_balancers.is_empty() {
            said.push(format!("Classic Load Balancers of {}: {}", group.name, group.classic_balancers.join(", ")));
        }
    }
    if cut || has(Remedy::DeregisterTargets) || has(Remedy::Standby) {
        let own = inventory.addresses_of(instance);
        for group in &around.targets {
            let serving = group.serving().count();
            let lost = group.serving().filter(|target| target.id == instance.id || own.contains(&target.id)).count();
            match (lost, serving) {
                (0, _) => {}
                (lost, serving) if lost == serving => {
                    said.push(format!("target group {} loses its last {serving}: nothing serves it then", group.name));
                }
                (lost, serving) => said.push(format!("target group {} loses {lost} of {serving}", group.name)),
            }
        }
    }
    for (operation, fault) in &around.unread {
        said.push(format!("{operation} could not be read, so what it tells is not known: {}", fault.kind.word()));
    }
}

/// What a step disturbs, and how long, as far as it can be told beforehand.
pub fn disruption(remedy: Remedy, changes: &[Change], target: &Resource, inventory: &Inventory) -> String {
    let general = remedy.disruption();
    match (remedy, changes.first().map(|change| &change.probe)) {
        (Remedy::Standby, Some(Probe::Membership { group, lower, .. })) => {
            let known = inventory.surroundings.get(&target.id).and_then(|around| around.scaling.as_ref());
            match known.filter(|known| known.name == *group) {
                Some(known) if *lower => {
                    format!("{general}; capacity {} → {} (at least {})", known.desired, known.desired - 1, known.min)
                }
                Some(known) => format!(
                    "{general}; capacity stays {}, another is launched; taken back, it is {} (at most {})",
                    known.desired,
                    known.desired + 1,
                    known.max
                ),
                None => general.to_owned(),
            }
        }
        (Remedy::DenyAddress, _) => {
            let mut subnets: Vec<&str> = Vec::new();
            for change in changes {
                let acl = inventory.acls.get(&change.resource().id);
                subnets.extend(acl.into_iter().flat_map(|acl| acl.subnets.iter().map(String::as_str)));
            }
            subnets.sort_unstable();
            subnets.dedup();
            let inside = |instance: &&Instance| {
                inventory.interfaces_of(instance).any(|interface| subnets.contains(&interface.subnet.as_str()))
            };
            let reached = inventory.instances.values().filter(inside).count();
            let (subnets, reached) =
                (count(subnets.len(), "subnet", "subnets"), count(reached, "instance", "instances"));
            format!("{general}: {subnets}, {reached}")
        }
        _ => general.to_owned(),
    }
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The first few, by name where it tells one from the others, and how many more.
fn names(instances: &[&Instance]) -> String {
    const SHOWN: usize = 5;
    let word = |one: &Instance| match instances.iter().filter(|other| other.name == one.name).count() {
        _ if one.name.is_empty() => one.id.clone(),
        1 => one.name.clone(),
        _ => one.label(),
    };
    let shown: Vec<_> = instances.iter().take(SHOWN).map(|one| word(one)).collect();
    let more = instances.len().saturating_sub(SHOWN);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
