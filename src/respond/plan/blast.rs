//! What a plan takes along: others that share what it touches.

use super::Options;
use crate::domain::instance::Instance;
use crate::domain::inventory::Inventory;
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::remedy::Remedy;

/// What the remedies touch beyond the target, and what they leave that one
/// might think they touch; one sentence each.
pub fn blast_radius(target: &Resource, remedies: &[Remedy], inventory: &Inventory, options: &Options) -> Vec<String> {
    let has = |remedy| remedies.contains(&remedy);
    let mut said = Vec::new();
    match target.kind {
        ResourceKind::Instance => {
            if let Some(instance) = inventory.instances.get(&target.id) {
                of_instance(instance, inventory, &has, &mut said);
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
        }
        ResourceKind::Snapshot => said.push("accounts that rightly use the snapshot lose it too".into()),
        ResourceKind::AccessKey | ResourceKind::User => {
            said.push("whatever uses the key rightly stops working too".into());
        }
        _ => {}
    }
    if has(Remedy::RevokeSessions) {
        let roles = options.focus.iter().chain([target]).filter(|focus| focus.kind == ResourceKind::Role);
        for role in roles {
            let users = inventory.reached_by(role);
            if !users.is_empty() {
                said.push(format!("every session of {} ends: {}", role.id, names(&users)));
            }
        }
    }
    said
}

fn of_instance(instance: &Instance, inventory: &Inventory, has: &impl Fn(Remedy) -> bool, said: &mut Vec<String>) {
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
    if !instance.auto_scaling_group.is_empty() && (has(Remedy::IsolateNetwork) || has(Remedy::Stop)) {
        said.push(format!(
            "the Auto Scaling group {} may find the instance unhealthy and terminate it: put it in standby first",
            instance.auto_scaling_group
        ));
    }
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The first few by name, and how many more.
fn names(instances: &[&Instance]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<_> = instances.iter().take(SHOWN).map(|instance| instance.label()).collect();
    let more = instances.len().saturating_sub(SHOWN);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
