//! A proven path from the internet to an instance, with the rule, route,
//! network ACL and address that make it.

mod gate;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use gate::{Gate, Part, Through};

use super::instance::Instance;
use super::inventory::Inventory;
use super::network::{Direction, GroupRule, Interface, Peer, RouteTable, SecurityGroup};

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

/// A block of so many bits more is nearly the whole of one.
const NEARLY: u8 = 4;

/// The paths from the internet to the instances of an inventory, with what is
/// the same for many of them looked up once: the tables and ACLs of subnets, and
/// the rules of groups that admit a public block.
#[derive(Debug)]
pub struct Paths<'i> {
    inventory: &'i Inventory,
    tables: HashMap<&'i str, &'i RouteTable>,
    main_tables: HashMap<&'i str, &'i RouteTable>,
    gates: HashMap<&'i str, Rc<Gate<'i>>>,
    /// What gates let through of doors that were asked about, by the places of both.
    passed: RefCell<HashMap<(usize, usize, IpNet), Through>>,
    doors: HashMap<&'i str, Vec<Door<'i>>>,
}

/// A rule that admits a public block.
#[derive(Debug, Clone, Copy)]
struct Door<'i> {
    rule: &'i GroupRule,
    block: &'i str,
    net: IpNet,
}

impl<'i> Paths<'i> {
    /// Looks up what is the same for many instances.
    pub fn of(inventory: &'i Inventory) -> Self {
        let mut paths = Self {
            inventory,
            tables: HashMap::new(),
            main_tables: HashMap::new(),
            gates: HashMap::new(),
            passed: RefCell::default(),
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
            let gate = Rc::new(Gate::of(acl));
            for subnet in &acl.subnets {
                paths.gates.entry(subnet).or_insert_with(|| Rc::clone(&gate));
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
            let ask = gate.map(|gate| {
                move |rule: &'i GroupRule, net: IpNet| {
                    let key = (std::ptr::from_ref(&**gate).addr(), std::ptr::from_ref(rule).addr(), net);
                    self.passed.borrow_mut().entry(key).or_insert_with(|| gate.through(rule, net)).clone()
                }
            });
            let doors = interface.groups.iter().filter_map(|id| self.doors.get(id.as_str())).flatten();
            found.extend(doors.flat_map(|door| path(interface, door, table, ask.as_ref())));
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
        let ask = gate.as_ref().map(|gate| |rule, net| gate.through(rule, net));
        let groups = interface.groups.iter().filter_map(|id| inventory.groups.get(id));
        found.extend(groups.flat_map(doors).flat_map(|door| path(interface, &door, table, ask.as_ref())));
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

/// The paths through one rule: one, or one for each part that the network ACL lets
/// through. `gate` tells those, none where the ACL is not known.
fn path<'i>(
    interface: &Interface,
    door: &Door<'i>,
    table: Option<&RouteTable>,
    gate: Option<&impl Fn(&'i GroupRule, IpNet) -> Through>,
) -> Vec<Exposure> {
    let Door { rule, block, net } = door;
    let v6 = matches!(net, IpNet::V6(_));
    let address = if v6 { interface.ipv6.first() } else { Some(&interface.public_ip).filter(|ip| !ip.is_empty()) };
    let (Some(address), Some((gateway, reached))) = (address, table.and_then(|table| way_out(table, *net))) else {
        return Vec::new();
    };
    let whole = Exposure {
        ports: rule.ports(),
        from_port: rule.from_port,
        to_port: rule.to_port,
        protocol: rule.protocol.clone(),
        source: if reached == *net { (*block).to_owned() } else { reached.to_string() },
        address: address.clone(),
        interface: interface.id.clone(),
        group: rule.group.clone(),
        rule: rule.id.clone(),
        gateway: gateway.to_owned(),
        acl_checked: gate.is_some(),
    };
    match gate.and_then(|gate| gate(rule, reached)) {
        None => vec![whole],
        Some(parts) => parts.into_iter().map(|part| narrowed(&whole, rule, reached, part)).collect(),
    }
}

/// The part of a path that a network ACL lets through.
fn narrowed(whole: &Exposure, rule: &GroupRule, reached: IpNet, part: Part) -> Exposure {
    // Where all but some blocks come in, it is the internet still.
    let nearly = part.net.prefix_len() <= reached.prefix_len() + NEARLY;
    let source = if nearly { whole.source.clone() } else { part.net.to_string() };
    let (from, to) = part.ports;
    if part.protocol == rule.protocol
        && rule.from_port.is_none_or(|port| port == from)
        && rule.to_port.is_none_or(|port| port == to)
    {
        return Exposure { source, ..whole.clone() };
    }
    let rule = GroupRule { protocol: part.protocol, from_port: Some(from), to_port: Some(to), ..rule.clone() };
    Exposure {
        ports: rule.ports(),
        protocol: rule.protocol,
        from_port: rule.from_port,
        to_port: rule.to_port,
        source,
        ..whole.clone()
    }
}

/// The internet gateway by which answers to a block leave, and the part of the
/// block that they reach: all of it by a route that holds it, or by several that
/// do together; else the widest that a route leads to.
fn way_out(table: &RouteTable, net: IpNet) -> Option<(&str, IpNet)> {
    let mut parts: Vec<(&str, IpNet)> = Vec::new();
    for route in table.routes.iter().filter(|route| route.active && route.target.starts_with("igw-")) {
        let Ok(to) = route.destination.parse::<IpNet>() else { continue };
        if to.contains(&net) {
            return Some((&route.target, net));
        }
        if net.contains(&to) && is_public_net(&to) {
            parts.push((&route.target, to));
        }
    }
    let together = IpNet::aggregate(&parts.iter().map(|(_, to)| *to).collect::<Vec<_>>());
    let (gateway, widest) = parts.into_iter().min_by_key(|(_, to)| to.prefix_len())?;
    Some((gateway, if together.contains(&net) { net } else { widest }))
}

/// The table of a subnet: its own, else the VPC's main one.
pub fn route_table<'a>(inventory: &'a Inventory, subnet: &str, vpc: &str) -> Option<&'a RouteTable> {
    let own = inventory.route_tables.values().find(|table| table.subnets.iter().any(|id| id == subnet));
    own.or_else(|| inventory.route_tables.values().find(|table| table.vpc == vpc && table.is_main))
}

/// The block holds addresses of the public internet: it is not wholly private,
/// shared (100.64/10), link-local, loopback or unique-local.
pub fn is_public(block: &str) -> bool {
    public_net(block).is_some()
}

/// The block as a network, where it is public.
fn public_net(block: &str) -> Option<IpNet> {
    block.parse().ok().filter(is_public_net)
}

fn is_public_net(net: &IpNet) -> bool {
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
    !PRIVATE.iter().any(|private| private.contains(net))
}

#[cfg(test)]
mod tests;
