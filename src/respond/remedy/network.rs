//! The remedies on security groups: isolation, and the revocation of rules.

use std::collections::{BTreeMap, BTreeSet};

use super::Unfit;
use crate::domain::instance::Instance;
use crate::domain::inventory::Inventory;
use crate::domain::network::{Direction, GroupRule, Peer};
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::call::QUARANTINE;
use crate::respond::change::Change;
use crate::respond::fact::Fact;
use crate::respond::options::Options;
use crate::respond::probe::Probe;

/// The tag by which a quarantine group is known as ours.
pub const QUARANTINE_TAG: &str = "stanch:quarantine";

/// The name of the quarantine group of a VPC.
pub fn quarantine_name(vpc: &str) -> String {
    format!("stanch-quarantine-{vpc}")
}

/// That the instance has no other interface by then; the quarantine group of
/// each VPC; then every interface into it.
pub(super) fn isolate(instance: &Instance, inventory: &Inventory) -> Result<Vec<Change>, Unfit> {
    let interfaces: Vec<_> = inventory.interfaces_of(instance).collect();
    if interfaces.len() < instance.interfaces.len() || interfaces.is_empty() {
        return Err(Unfit::unread(interfaces.len(), instance.interfaces.len(), "interfaces"));
    }
    let vpcs: BTreeSet<&str> = interfaces.iter().map(|interface| interface.vpc.as_str()).collect();
    if vpcs.len() > 1 {
        return Err("its interfaces lie in more than one VPC: isolate each by hand".to_owned().into());
    }
    let known = Fact::List(interfaces.iter().map(|interface| interface.id.clone()).collect());
    let mut changes = vec![Change::require(
        Probe::Interfaces { instance: instance.id.clone() },
        Some(known.clone()),
        known,
        "make a new plan, which covers what it has now",
    )];
    let mut group = QUARANTINE.to_owned();
    for vpc in vpcs {
        let name = quarantine_name(vpc);
        let found = inventory.groups.values().find(|group| {
            group.vpc == vpc && group.name == name && group.tags.iter().any(|(key, _)| key == QUARANTINE_TAG)
        });
        let before = match found {
            Some(found) => {
                group.clone_from(&found.id);
                Fact::Group { id: found.id.clone(), rules: found.rules.clone() }
            }
            None => Fact::Absent,
        };
        let wanted = Fact::Group { id: found.map(|found| found.id.clone()).unwrap_or_default(), rules: Vec::new() };
        let tags = BTreeMap::from([(QUARANTINE_TAG.to_owned(), vpc.to_owned())]);
        let mut change =
            Change::set(Probe::Quarantine { vpc: vpc.to_owned(), group_name: name, tags }, Some(before), wanted);
        if found.is_some() {
            change = change.stays("the quarantine group was there before");
        }
        changes.push(change);
    }
    for interface in interfaces {
        let probe = Probe::InterfaceGroups { interface: interface.id.clone(), instance: instance.id.clone() };
        let before = Fact::List(interface.groups.clone());
        changes.push(Change::set(probe, Some(before), Fact::List(vec![group.clone()])));
    }
    Ok(changes)
}

/// The rules that the plan was asked for by id; else those that let the whole
/// internet in.
pub(super) fn revoke_rules(target: &Resource, inventory: &Inventory, options: &Options) -> Result<Vec<Change>, String> {
    let named = named_rules(target, options);
    let wide_open = |rule: &&GroupRule| rule.direction == Direction::Ingress && rule.peer.is_world();
    if let Some(fault) = inventory.missing.get("ec2:DescribeSecurityGroupRules") {
        return Err(format!("its rules could not be read with their ids: {fault}"));
    }
    let groups = inventory
        .groups
        .values()
        .filter(|group| group.id == target.id || group.rules.iter().any(|rule| rule.id == target.id));
    let rules: Vec<&GroupRule> = groups.flat_map(|group| &group.rules).collect();
    if rules.is_empty() && !inventory.groups.contains_key(&target.id) {
        return Err(format!("{} is not among the groups of {}", target.id, inventory.region));
    }
    // What was narrowed to a rule that is gone does not become wider.
    let chosen: Vec<&GroupRule> = if named.is_empty() {
        rules.into_iter().filter(wide_open).collect()
    } else {
        rules.into_iter().filter(|rule| named.contains(rule.id.as_str())).collect()
    };
    if chosen.is_empty() {
        let missing = rules_missing(target, inventory, options).join("; ");
        let none = || format!("no rule of {} lets the whole internet in", target.id);
        return Err(if missing.is_empty() { none() } else { missing });
    }
    Ok(chosen
        .into_iter()
        .map(|rule| Change::set(Probe::Rule { rule: rule.clone() }, Some(Fact::Rule(rule.clone())), Fact::Absent))
        .collect())
}

/// The ids of the rules that the plan was asked for.
fn named_rules<'a>(target: &'a Resource, options: &'a Options) -> BTreeSet<&'a str> {
    let all = options.focus.iter().chain([target]);
    all.filter(|resource| resource.kind == ResourceKind::SecurityGroupRule).map(|rule| rule.id.as_str()).collect()
}

/// Of each rule that the plan was asked for and the target's group has not: why not.
pub fn rules_missing(target: &Resource, inventory: &Inventory, options: &Options) -> Vec<String> {
    let owner = |id: &str| inventory.groups.values().find(|group| group.rules.iter().any(|rule| rule.id == id));
    let own = owner(&target.id).map_or(target.id.as_str(), |group| group.id.as_str());
    let why = |id: &str| match owner(id) {
        Some(group) if group.id == own => None,
        Some(group) => Some(format!("{id} is a rule of {}, not of {own}", group.id)),
        None => Some(format!("that rule is gone: {id}")),
    };
    named_rules(target, options).into_iter().filter_map(why).collect()
}

/// The rule that was chosen, put on the group. What a step took off is put back by its undo.
pub(super) fn authorize_rules(
    target: &Resource,
    inventory: &Inventory,
    options: &Options,
) -> Result<Vec<Change>, Unfit> {
    let missing = "no rule is chosen: give it as rule='in tcp 443 10.0.0.0/8'; what was revoked comes back by undoing \
                   that step";
    let text = options.choice("rule").ok_or_else(|| Unfit::Undecided(missing.to_owned()))?;
    let group = inventory
        .groups
        .values()
        .find(|group| group.id == target.id || group.rules.iter().any(|rule| rule.id == target.id))
        .ok_or_else(|| format!("{} is not among the groups of {}", target.id, inventory.region))?;
    let rule = chosen_rule(text, &group.id)
        .ok_or_else(|| format!("'{text}' is no rule: way, protocol, ports, peer, as in 'in tcp 443 10.0.0.0/8'"))?;
    let there = group.rules.iter().find(|one| crate::respond::fact::same_traffic(one, &rule));
    let before = there.map_or(Fact::Absent, |rule| Fact::Rule(rule.clone()));
    let wanted = Fact::Rule(there.unwrap_or(&rule).clone());
    Ok(vec![Change::set(Probe::Rule { rule }, Some(before), wanted)])
}

fn chosen_rule(text: &str, group: &str) -> Option<GroupRule> {
    let [way, protocol, ports, peer] = text.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
    let direction = match way {
        "in" => Direction::Ingress,
        "out" => Direction::Egress,
        _ => return None,
    };
    let protocol = if protocol == "all" { "-1" } else { protocol };
    let (from_port, to_port) = match ports {
        "all" if protocol == "-1" => (None, None),
        "all" => (Some(0), Some(65_535)),
        ports => {
            let (from, to) = ports.split_once('-').unwrap_or((ports, ports));
            (Some(from.parse().ok()?), Some(to.parse().ok()?))
        }
    };
    let peer = if peer.starts_with("sg-") {
        Peer::Group(peer.to_owned())
    } else if peer.starts_with("pl-") {
        Peer::PrefixList(peer.to_owned())
    } else {
        Peer::Cidr(peer.parse::<ipnet::IpNet>().ok()?.trunc().to_string())
    };
    let known = matches!(protocol, "tcp" | "udp" | "icmp" | "icmpv6" | "-1");
    known.then(|| GroupRule {
        id: String::new(),
        group: group.to_owned(),
        direction,
        protocol: protocol.to_owned(),
        from_port,
        to_port,
        peer,
        description: "Put on with stanch".into(),
    })
}
