//! A proven path from the internet to an instance, with the rule, route,
//! network ACL and address that make it.

use serde::{Deserialize, Serialize};

use super::instance::Instance;
use super::inventory::Inventory;
use super::network::{AclEntry, Direction, GroupRule, Interface, NetworkAcl, Peer, RouteTable};

/// One path from the internet to one interface of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// The ports in words, `22/tcp`.
    pub ports: String,
    /// First port, none for all.
    pub from_port: Option<i32>,
    /// Last port, none for all.
    pub to_port: Option<i32>,
    /// `tcp`, `udp`, `-1` …
    pub protocol: String,
    /// The blocks that are let in: the whole internet, or a public part of it.
    pub source: String,
    /// The public address, IPv4 or IPv6.
    pub address: String,
    /// The interface.
    pub interface: String,
    /// The security group.
    pub group: String,
    /// The rule of that group.
    pub rule: String,
    /// The internet gateway that the route leads to.
    pub gateway: String,
    /// The network ACL was read and lets it in; false where no ACL is known.
    pub acl_checked: bool,
}

impl Exposure {
    /// `internet → 22/tcp via igw-1, sg-9 (sgr-4)`.
    pub fn sentence(&self) -> String {
        let from = if self.source == "0.0.0.0/0" || self.source == "::/0" { "internet" } else { &self.source };
        let unsure = if self.acl_checked { "" } else { ", network ACL not known" };
        format!("{from} → {} via {}, {} ({}){unsure}", self.ports, self.gateway, self.group, self.rule)
    }
}

/// All paths from the internet to an instance: a public address on an
/// interface, a route from its subnet to an internet gateway, a network ACL
/// that lets it in, and a group rule that admits a public block. A missing
/// part is no proof, so it makes no path, save the ACL, which is named as not known.
pub fn exposures(inventory: &Inventory, instance: &Instance) -> Vec<Exposure> {
    let mut found = Vec::new();
    for interface in inventory.interfaces_of(instance) {
        let table = route_table(inventory, &interface.subnet, &interface.vpc);
        let acl = inventory.acls.values().find(|acl| acl.subnets.contains(&interface.subnet));
        for group in interface.groups.iter().filter_map(|id| inventory.groups.get(id)) {
            for rule in group.rules.iter().filter(|rule| rule.direction == Direction::Ingress) {
                found.extend(path(interface, rule, table, acl));
            }
        }
    }
    found.sort_by(|a, b| (rank(a), &a.interface, &a.rule).cmp(&(rank(b), &b.interface, &b.rule)));
    found
}

/// Whole internet before a part of it, all traffic before some ports.
fn rank(exposure: &Exposure) -> (bool, bool) {
    (!(exposure.source == "0.0.0.0/0" || exposure.source == "::/0"), exposure.protocol != "-1")
}

fn path(
    interface: &Interface,
    rule: &GroupRule,
    table: Option<&RouteTable>,
    acl: Option<&NetworkAcl>,
) -> Option<Exposure> {
    let Peer::Cidr(block) = &rule.peer else { return None };
    let v6 = block.contains(':');
    if !is_public(block) {
        return None;
    }
    let address = if v6 { interface.ipv6.first()? } else { Some(&interface.public_ip).filter(|ip| !ip.is_empty())? };
    let everything = if v6 { "::/0" } else { "0.0.0.0/0" };
    let gateway = table?
        .routes
        .iter()
        .find(|route| route.active && route.destination == everything && route.target.starts_with("igw-"))?;
    if acl.is_some_and(|acl| !acl_admits(acl, rule, block)) {
        return None;
    }
    Some(Exposure {
        ports: rule.ports(),
        from_port: rule.from_port,
        to_port: rule.to_port,
        protocol: rule.protocol.clone(),
        source: block.clone(),
        address: address.clone(),
        interface: interface.id.clone(),
        group: rule.group.clone(),
        rule: rule.id.clone(),
        gateway: gateway.target.clone(),
        acl_checked: acl.is_some(),
    })
}

/// The table of a subnet: its own, else the VPC's main one.
pub fn route_table<'a>(inventory: &'a Inventory, subnet: &str, vpc: &str) -> Option<&'a RouteTable> {
    let own = inventory.route_tables.values().find(|table| table.subnets.iter().any(|id| id == subnet));
    own.or_else(|| inventory.route_tables.values().find(|table| table.vpc == vpc && table.is_main))
}

/// The first entry, by number, that covers the rule's traffic in full decides.
/// An entry that denies only a part of it leaves the rest open.
fn acl_admits(acl: &NetworkAcl, rule: &GroupRule, block: &str) -> bool {
    let mut entries: Vec<&AclEntry> =
        acl.entries.iter().filter(|entry| entry.direction == Direction::Ingress).collect();
    entries.sort_by_key(|entry| entry.number);
    for entry in entries {
        if entry.allow {
            if overlaps(entry, rule, block) {
                return true;
            }
        } else if covers_all(entry, rule, block) {
            return false;
        }
    }
    false
}

fn protocol_number(name: &str) -> &str {
    match name {
        "tcp" => "6",
        "udp" => "17",
        "icmp" => "1",
        "icmpv6" => "58",
        other => other,
    }
}

fn overlaps(entry: &AclEntry, rule: &GroupRule, block: &str) -> bool {
    let same_protocol =
        entry.protocol == "-1" || rule.protocol == "-1" || entry.protocol == protocol_number(&rule.protocol);
    let (entry_from, entry_to) = (entry.from_port.unwrap_or(0), entry.to_port.unwrap_or(65_535));
    let (rule_from, rule_to) = (rule.from_port.unwrap_or(0), rule.to_port.unwrap_or(65_535));
    same_protocol && blocks_overlap(&entry.cidr, block) && entry_from <= rule_to && rule_from <= entry_to
}

fn covers_all(entry: &AclEntry, rule: &GroupRule, block: &str) -> bool {
    let protocol = entry.protocol == "-1" || entry.protocol == protocol_number(&rule.protocol);
    let ports = rule.protocol != "-1"
        && entry.from_port.unwrap_or(0) <= rule.from_port.unwrap_or(0)
        && rule.to_port.unwrap_or(65_535) <= entry.to_port.unwrap_or(65_535);
    let all_ports = entry.from_port.is_none() && entry.to_port.is_none();
    protocol && (ports || all_ports) && block_covers(&entry.cidr, block)
}

fn blocks_overlap(a: &str, b: &str) -> bool {
    block_covers(a, b) || block_covers(b, a)
}

fn block_covers(outer: &str, inner: &str) -> bool {
    match (outer.parse::<ipnet::IpNet>(), inner.parse::<ipnet::IpNet>()) {
        (Ok(outer), Ok(inner)) => outer.contains(&inner),
        _ => outer == inner,
    }
}

/// The block holds addresses of the public internet: it is not wholly private,
/// shared (100.64/10), link-local, loopback or unique-local.
pub fn is_public(block: &str) -> bool {
    const PRIVATE: [&str; 9] = [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
    ];
    block.parse::<ipnet::IpNet>().is_ok() && !PRIVATE.iter().any(|private| block_covers(private, block))
}

#[cfg(test)]
mod tests;
