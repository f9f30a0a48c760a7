//! A proven path from the internet to an instance, with the rule, route,
//! network ACL and address that make it.

use std::collections::HashMap;
use std::sync::LazyLock;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::instance::Instance;
use super::inventory::Inventory;
use super::network::{AclEntry, Direction, GroupRule, Interface, NetworkAcl, Peer, RouteTable, SecurityGroup};

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

/// The paths from the internet to the instances of an inventory, with what is
/// the same for many of them looked up once: the tables and ACLs of subnets, and
/// the rules of groups that admit a public block.
#[derive(Debug)]
pub struct Paths<'i> {
    inventory: &'i Inventory,
    tables: HashMap<&'i str, &'i RouteTable>,
    main_tables: HashMap<&'i str, &'i RouteTable>,
    gates: HashMap<&'i str, Gate<'i>>,
    doors: HashMap<&'i str, Vec<Door<'i>>>,
}

/// A rule that admits a public block.
#[derive(Debug, Clone, Copy)]
struct Door<'i> {
    rule: &'i GroupRule,
    block: &'i str,
    net: IpNet,
}

/// What a network ACL says on traffic that comes in, by number.
#[derive(Debug, Clone)]
struct Gate<'i>(Vec<(&'i AclEntry, Option<IpNet>)>);

impl<'i> Paths<'i> {
    /// Looks up what is the same for many instances.
    pub fn of(inventory: &'i Inventory) -> Self {
        let mut paths = Self {
            inventory,
            tables: HashMap::new(),
            main_tables: HashMap::new(),
            gates: HashMap::new(),
            doors: inventory.groups.iter().map(|(id, group)| (id.as_str(), doors(group))).collect(),
        };
        for table in inventory.route_tables.values() {
            for subnet in &table.subnets {
                paths.tables.entry(subnet).or_insert(table);
            }
            if table.is_main {
                paths.main_tables.entry(&table.vpc).or_insert(table);
            }
        }
        for acl in inventory.acls.values() {
            let gate = Gate::of(acl);
            for subnet in &acl.subnets {
                paths.gates.entry(subnet).or_insert_with(|| gate.clone());
            }
        }
        paths
    }

    /// All paths to an instance, as [`exposures`] tells them.
    pub fn to(&self, instance: &Instance) -> Vec<Exposure> {
        let mut found = Vec::new();
        for interface in self.inventory.interfaces_of(instance) {
            let own = self.tables.get(interface.subnet.as_str());
            let table = own.or_else(|| self.main_tables.get(interface.vpc.as_str())).copied();
            let gate = self.gates.get(interface.subnet.as_str());
            let doors = interface.groups.iter().filter_map(|id| self.doors.get(id.as_str())).flatten();
            found.extend(doors.filter_map(|door| path(interface, door, table, gate)));
        }
        in_order(found)
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
        let gate = inventory.acls.values().find(|acl| acl.subnets.contains(&interface.subnet)).map(Gate::of);
        let groups = interface.groups.iter().filter_map(|id| inventory.groups.get(id));
        found.extend(groups.flat_map(doors).filter_map(|door| path(interface, &door, table, gate.as_ref())));
    }
    in_order(found)
}

fn in_order(mut found: Vec<Exposure>) -> Vec<Exposure> {
    found.sort_by(|a, b| (rank(a), &a.interface, &a.rule).cmp(&(rank(b), &b.interface, &b.rule)));
    found
}

/// Whole internet before a part of it, all traffic before some ports.
fn rank(exposure: &Exposure) -> (bool, bool) {
    (!(exposure.source == "0.0.0.0/0" || exposure.source == "::/0"), exposure.protocol != "-1")
}

/// The rules of a group that admit a public block.
fn doors(group: &SecurityGroup) -> Vec<Door<'_>> {
    let ingress = group.rules.iter().filter(|rule| rule.direction == Direction::Ingress);
    let open = ingress.filter_map(|rule| match &rule.peer {
        Peer::Cidr(block) => Some(Door { rule, block, net: public_net(block)? }),
        _ => None,
    });
    open.collect()
}

fn path(
    interface: &Interface,
    door: &Door<'_>,
    table: Option<&RouteTable>,
    gate: Option<&Gate<'_>>,
) -> Option<Exposure> {
    let Door { rule, block, net } = door;
    let v6 = matches!(net, IpNet::V6(_));
    let address = if v6 { interface.ipv6.first()? } else { Some(&interface.public_ip).filter(|ip| !ip.is_empty())? };
    let everything = if v6 { "::/0" } else { "0.0.0.0/0" };
    let gateway = table?
        .routes
        .iter()
        .find(|route| route.active && route.destination == everything && route.target.starts_with("igw-"))?;
    if gate.is_some_and(|gate| !gate.admits(rule, net)) {
        return None;
    }
    Some(Exposure {
        ports: rule.ports(),
        from_port: rule.from_port,
        to_port: rule.to_port,
        protocol: rule.protocol.clone(),
        source: (*block).to_owned(),
        address: address.clone(),
        interface: interface.id.clone(),
        group: rule.group.clone(),
        rule: rule.id.clone(),
        gateway: gateway.target.clone(),
        acl_checked: gate.is_some(),
    })
}

/// The table of a subnet: its own, else the VPC's main one.
pub fn route_table<'a>(inventory: &'a Inventory, subnet: &str, vpc: &str) -> Option<&'a RouteTable> {
    let own = inventory.route_tables.values().find(|table| table.subnets.iter().any(|id| id == subnet));
    own.or_else(|| inventory.route_tables.values().find(|table| table.vpc == vpc && table.is_main))
}

impl<'i> Gate<'i> {
    fn of(acl: &'i NetworkAcl) -> Self {
        let entries = acl.entries.iter().filter(|entry| entry.direction == Direction::Ingress);
        let mut entries: Vec<_> = entries.map(|entry| (entry, entry.cidr.parse().ok())).collect();
        entries.sort_by_key(|(entry, _)| entry.number);
        Self(entries)
    }

    /// The first entry, by number, that covers the rule's traffic in full decides.
    /// An entry that denies only a part of it leaves the rest open.
    fn admits(&self, rule: &GroupRule, net: &IpNet) -> bool {
        for (entry, block) in &self.0 {
            let Some(block) = block else { continue };
            if entry.allow {
                if overlaps(entry, rule) && (block.contains(net) || net.contains(block)) {
                    return true;
                }
            } else if covers_all(entry, rule) && block.contains(net) {
                return false;
            }
        }
        false
    }
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

/// The entry and the rule have protocols and ports in common.
fn overlaps(entry: &AclEntry, rule: &GroupRule) -> bool {
    let same_protocol =
        entry.protocol == "-1" || rule.protocol == "-1" || entry.protocol == protocol_number(&rule.protocol);
    let (entry_from, entry_to) = (entry.from_port.unwrap_or(0), entry.to_port.unwrap_or(65_535));
    let (rule_from, rule_to) = (rule.from_port.unwrap_or(0), rule.to_port.unwrap_or(65_535));
    same_protocol && entry_from <= rule_to && rule_from <= entry_to
}

/// The entry holds all protocols and ports of the rule.
fn covers_all(entry: &AclEntry, rule: &GroupRule) -> bool {
    let protocol = entry.protocol == "-1" || entry.protocol == protocol_number(&rule.protocol);
    let ports = rule.protocol != "-1"
        && entry.from_port.unwrap_or(0) <= rule.from_port.unwrap_or(0)
        && rule.to_port.unwrap_or(65_535) <= entry.to_port.unwrap_or(65_535);
    let all_ports = entry.from_port.is_none() && entry.to_port.is_none();
    protocol && (ports || all_ports)
}

/// The block holds addresses of the public internet: it is not wholly private,
/// shared (100.64/10), link-local, loopback or unique-local.
pub fn is_public(block: &str) -> bool {
    public_net(block).is_some()
}

/// The block as a network, where it is public.
fn public_net(block: &str) -> Option<IpNet> {
    static PRIVATE: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
        let blocks = [
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
        blocks.iter().filter_map(|block| block.parse().ok()).collect()
    });
    let net: IpNet = block.parse().ok()?;
    (!PRIVATE.iter().any(|private| private.contains(&net))).then_some(net)
}

#[cfg(test)]
mod tests;
