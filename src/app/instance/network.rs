//! The network page of an instance, and its exposure, in words.

use super::super::prose::{Line, Tone};
use crate::domain::exposure::{Exposure, is_public, route_table};
use crate::domain::instance::Instance;
use crate::domain::inventory::Inventory;
use crate::domain::network::{Direction, GroupRule, Peer};

/// Interfaces, addresses, groups with their rules in words, routes and ACLs.
pub fn network(inventory: &Inventory, instance: &Instance) -> Vec<Line> {
    let mut lines = Vec::new();
    for interface in inventory.interfaces_of(instance) {
        let mut head = Line::heading(&interface.id);
        head.push(Tone::Dim, &format!("  interface {}", interface.device_index));
        if !interface.source_dest_check {
            head.push(Tone::Warn, "  source/destination check off");
        }
        lines.push(head);
        let mut addresses = Line::labelled("Address").put(Tone::Plain, &interface.private_ip);
        if interface.public_ip.is_empty() {
            addresses.push(Tone::Dim, "  no public IPv4 address");
        } else {
            addresses.push(Tone::Warn, &format!("  public {}", interface.public_ip));
        }
        for v6 in &interface.ipv6 {
            addresses.push(Tone::Warn, &format!("  {v6}"));
        }
        lines.push(addresses);
        let subnet = inventory.subnets.get(&interface.subnet);
        let named = |id: &str, name: &str| if name.is_empty() { id.to_owned() } else { format!("{id} {name}") };
        let mut place = Line::labelled("Subnet")
            .put(Tone::Plain, &named(&interface.subnet, subnet.map_or("", |subnet| &subnet.name)));
        if let Some(subnet) = subnet {
            place.push(Tone::Dim, &format!("  {}  {}", subnet.cidr, subnet.az));
        }
        let vpc = inventory.vpcs.get(&interface.vpc);
        place.push(Tone::Plain, &format!("  in {}", named(&interface.vpc, vpc.map_or("", |vpc| &vpc.name))));
        if vpc.is_some_and(|vpc| !vpc.flow_logs) {
            place.push(Tone::Warn, "  no flow logs");
        }
        lines.push(place);
        lines.push(routes(inventory, &interface.subnet, &interface.vpc));
        lines.push(acl(inventory, &interface.subnet));
        for id in &interface.groups {
            lines.extend(group(inventory, id));
        }
        lines.push(Line::new());
    }
    if lines.is_empty() {
        lines.push(Line::new().put(Tone::Dim, "No interface of this instance has been read."));
    }
    lines
}

fn routes(inventory: &Inventory, subnet: &str, vpc: &str) -> Line {
    let mut line = Line::labelled("Routes");
    let Some(table) = route_table(inventory, subnet, vpc) else {
        return line.put(Tone::Dim, "the route table has not been read");
    };
    line.push(Tone::Dim, &format!("{}{}  ", table.id, if table.is_main { " (main)" } else { "" }));
    for (at, route) in table.routes.iter().filter(|route| route.target != "local").enumerate() {
        if at > 0 {
            line.push(Tone::Dim, " · ");
        }
        let open = route.target.starts_with("igw-");
        let tone = if open { Tone::Warn } else { Tone::Plain };
        line.push(tone, &format!("{} → {}", route.destination, route.target));
        if !route.active {
            line.push(Tone::Warn, " (blackhole)");
        }
    }
    if table.routes.iter().all(|route| route.target == "local") {
        line.push(Tone::Good, "local only");
    }
    line
}

fn acl(inventory: &Inventory, subnet: &str) -> Line {
    let line = Line::labelled("ACL");
    match inventory.acls.values().find(|acl| acl.subnets.iter().any(|id| id == subnet)) {
        None => line.put(Tone::Dim, "not known"),
        Some(acl) => {
            let denies = acl.entries.iter().filter(|entry| !entry.allow && entry.number < 32_767).count();
            let kind = if acl.is_default { "default" } else { "own" };
            let words = match denies {
                0 => format!("{} ({kind}), nothing denied by an entry", acl.id),
                1 => format!("{} ({kind}), 1 entry denies", acl.id),
                many => format!("{} ({kind}), {many} entries deny", acl.id),
            };
            line.put(Tone::Plain, &words)
        }
    }
}

fn group(inventory: &Inventory, id: &str) -> Vec<Line> {
    let mut head = Line::labelled("Group").put(Tone::Strong, id);
    let Some(group) = inventory.groups.get(id) else {
        return vec![head.put(Tone::Dim, "  its rules have not been read")];
    };
    head.push(Tone::Plain, &format!(" {}", group.name));
    let mut lines = vec![head];
    let mut rules: Vec<&GroupRule> = group.rules.iter().collect();
    rules.sort_by_key(|rule| (rule.direction, !rule.peer.is_world(), rule.from_port));
    if !rules.iter().any(|rule| rule.direction == Direction::Ingress) {
        lines.push(Line::labelled("").put(Tone::Good, "lets nothing in"));
    }
    for rule in rules {
        lines.push(Line::labelled("").hanging(14).join(rule_words(rule)));
    }
    lines
}

/// A rule in words: `in 22/tcp from the whole internet  sgr-4  "bastion"`.
pub fn rule_words(rule: &GroupRule) -> Line {
    let (way, side) = match rule.direction {
        Direction::Ingress => ("in ", "from"),
        Direction::Egress => ("out", "to"),
    };
    let peer = match &rule.peer {
        peer if peer.is_world() => format!("the whole internet ({})", peer.label()),
        Peer::Cidr(block) if is_public(block) => format!("{block} (public)"),
        Peer::Group(group) => format!("members of {group}"),
        Peer::PrefixList(list) => format!("prefix list {list}"),
        Peer::Cidr(block) => block.clone(),
    };
    let open = rule.peer.is_world() && rule.direction == Direction::Ingress;
    let mut line = Line::new()
        .put(Tone::Dim, way)
        .put(Tone::Plain, " ")
        .put(if open { Tone::Bad } else { Tone::Plain }, &format!("{} {side} {peer}", rule.ports()))
        .put(Tone::Dim, &format!("  {}", rule.id));
    if !rule.description.is_empty() {
        line.push(Tone::Dim, &format!("  \"{}\"", rule.description));
    }
    line
}

/// Every proven path from the internet, with what makes it.
pub fn exposure(paths: &[Exposure], inventory: &Inventory) -> Vec<Line> {
    if paths.is_empty() {
        let mut lines = vec![Line::new().put(Tone::Good, "No path from the internet to this instance is proven.")];
        if !inventory.missing.is_empty() {
            lines.push(Line::new().put(Tone::Warn, "That is not the whole truth: some parts could not be read:"));
            for (operation, fault) in &inventory.missing {
                lines.push(Line::new().put(Tone::Plain, &format!("  {operation}: {}", fault.kind.word())));
            }
        }
        return lines;
    }
    let mut lines = Vec::new();
    for path in paths {
        lines.push(Line::new().put(Tone::Bad, "● ").put(Tone::Strong, &path.sentence()).hanging(2));
        lines.push(Line::labelled("  Address").put(Tone::Plain, &format!("{} on {}", path.address, path.interface)));
        lines.push(
            Line::labelled("  Rule")
                .put(Tone::Plain, &format!("{} of {} admits {} to {}", path.rule, path.group, path.source, path.ports)),
        );
        lines.push(Line::labelled("  Route").put(Tone::Plain, &format!("the subnet leads to {}", path.gateway)));
        let acl = if path.acl_checked { "the network ACL lets it in" } else { "the network ACL is not known" };
        lines.push(Line::labelled("  ACL").put(Tone::Plain, acl));
        lines.push(Line::new());
    }
    lines.push(
        Line::new()
            .put(Tone::Dim, "Stop it: ")
            .put(Tone::Key, "r")
            .put(Tone::Dim, " lists what closes the path; the rule is the least that must go."),
    );
    lines
}
