//! What a network ACL lets in of a rule's traffic, and whether an answer gets out.
//!
//! A network ACL keeps no state: for each packet the first entry by number that
//! fits it decides, and the answer is judged by the entries that lead out, on its
//! way to the port that the other side chose (VPC user guide, "Network ACLs";
//! ephemeral ports from 1024 to 65535).

use ipnet::IpNet;

use super::is_public_net;
use crate::domain::network::{AclEntry, Direction, GroupRule, NetworkAcl};

/// The ports that a client may have chosen.
const EPHEMERAL: (i32, i32) = (1024, 65_535);

/// The entries of one network ACL, by number.
#[derive(Debug)]
pub(super) struct Gate<'i> {
    inward: Vec<(&'i AclEntry, IpNet)>,
    outward: Vec<(&'i AclEntry, IpNet)>,
}

/// Traffic of one protocol, some ports and one block.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Flow<'i> {
    /// Its number; `-1` stands for whatever no entry names.
    protocol: &'i str,
    ports: (i32, i32),
    net: IpNet,
}

/// A part of a rule's traffic that comes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// As a group's rule names it.
    pub(super) protocol: String,
    /// From and to.
    pub(super) ports: (i32, i32),
    /// The widest block that is let in to these ports.
    pub(super) net: IpNet,
}

/// What of a rule's traffic comes through; none for all of it.
pub(super) type Through = Option<Vec<Part>>;

impl<'i> Gate<'i> {
    pub(super) fn of(acl: &'i NetworkAcl) -> Self {
        let entries = |direction| {
            let own = acl.entries.iter().filter(|entry| entry.direction == direction);
            let mut entries: Vec<_> = own.filter_map(|entry| Some((entry, entry.cidr.parse().ok()?))).collect();
            entries.sort_by_key(|(entry, _): &(&AclEntry, IpNet)| entry.number);
            entries
        };
        Self { inward: entries(Direction::Ingress), outward: entries(Direction::Egress) }
    }

    /// What of the traffic that a group's rule admits from a block comes through,
    /// and is answered.
    pub(super) fn through(&self, rule: &'i GroupRule, net: IpNet) -> Through {
        let flows = flows(rule, net);
        let open = |entries: &[(&AclEntry, IpNet)]| {
            let first = entries.iter().find(|(_, block)| block.contains(&net));
            first.is_some_and(|(entry, _)| {
                entry.allow
                    && entry.protocol == "-1"
                    && entries.first().is_some_and(|(at, _)| at.number == entry.number)
            })
        };
        if open(&self.inward) && open(&self.outward) {
            return None;
        }
        let mut let_in: Vec<Flow<'_>> = flows.iter().flat_map(|flow| passing(&self.inward, flow)).collect();
        let_in.retain(|flow| is_public_net(&flow.net) && self.is_answered(flow));
        if let_in == flows {
            return None;
        }
        let_in.sort_by_key(|flow| (flow.protocol, flow.ports, flow.net.prefix_len()));
        let_in.dedup_by_key(|flow| (flow.protocol, flow.ports));
        // What no entry names has no word of its own.
        let named = let_in.into_iter().filter(|flow| flow.protocol != "-1");
        Some(
            named
                .map(|flow| Part { protocol: name_of(flow.protocol).to_owned(), ports: flow.ports, net: flow.net })
                .collect(),
        )
    }

    fn is_answered(&self, flow: &Flow<'_>) -> bool {
        let ports = if matches!(flow.protocol, "6" | "17") { EPHEMERAL } else { flow.ports };
        !passing(&self.outward, &Flow { ports, ..flow.clone() }).is_empty()
    }
}

/// The flows that a rule admits from a block.
fn flows(rule: &GroupRule, net: IpNet) -> Vec<Flow<'_>> {
    let icmp = if matches!(net, IpNet::V6(_)) { "58" } else { "1" };
    let protocols = if rule.protocol == "-1" { vec!["6", "17", icmp, "-1"] } else { vec![number_of(&rule.protocol)] };
    let ports = match (rule.from_port, rule.to_port) {
        (Some(from), Some(to)) if from >= 0 && matches!(protocols[0], "6" | "17") => (from, to),
        _ => (0, 65_535),
    };
    protocols.into_iter().map(|protocol| Flow { protocol, ports, net }).collect()
}

/// What the entries let through of a flow.
fn passing<'f>(entries: &[(&AclEntry, IpNet)], flow: &Flow<'f>) -> Vec<Flow<'f>> {
    let (mut left, mut passing) = (vec![flow.clone()], Vec::new());
    for (entry, block) in entries {
        if entry.protocol != "-1" && entry.protocol != flow.protocol {
            continue;
        }
        let mut rest = Vec::new();
        for one in left {
            let Some(common) = common(&one, entry, *block) else {
                rest.push(one);
                continue;
            };
            rest.extend(without(&one, &common));
            if entry.allow {
                passing.push(common);
            }
        }
        left = rest;
    }
    passing
}

/// What a flow and an entry have in common.
fn common<'f>(flow: &Flow<'f>, entry: &AclEntry, block: IpNet) -> Option<Flow<'f>> {
    let net = if block.contains(&flow.net) {
        flow.net
    } else if flow.net.contains(&block) {
        block
    } else {
        return None;
    };
    // Type and code of ICMP stand elsewhere: an entry is taken to be of all of them.
    let ported = matches!(flow.protocol, "6" | "17") && entry.protocol != "-1";
    let of_entry = if ported { (entry.from_port.unwrap_or(0), entry.to_port.unwrap_or(65_535)) } else { (0, 65_535) };
    let ports = (flow.ports.0.max(of_entry.0), flow.ports.1.min(of_entry.1));
    (ports.0 <= ports.1).then_some(Flow { protocol: flow.protocol, ports, net })
}

/// A flow without a part of it.
fn without<'f>(flow: &Flow<'f>, part: &Flow<'f>) -> Vec<Flow<'f>> {
    let mut rest = Vec::new();
    // The blocks beside the part's, on the way down to it.
    let mut net = flow.net;
    while net != part.net {
        let Ok(halves) = net.subnets(net.prefix_len() + 1) else { break };
        let Some(own) = halves.clone().find(|half| half.contains(&part.net)) else { break };
        rest.extend(halves.filter(|half| *half != own).map(|net| Flow { net, ..flow.clone() }));
        net = own;
    }
    let beside = [(flow.ports.0, part.ports.0 - 1), (part.ports.1 + 1, flow.ports.1)];
    let beside = beside.into_iter().filter(|(from, to)| from <= to);
    rest.extend(beside.map(|ports| Flow { ports, net: part.net, ..flow.clone() }));
    rest
}

/// The number of a protocol (IANA).
fn number_of(name: &str) -> &str {
    match name {
        "tcp" => "6",
        "udp" => "17",
        "icmp" => "1",
        "icmpv6" => "58",
        other => other,
    }
}

/// The name of a protocol, where a security group has one for it.
fn name_of(number: &str) -> &str {
    match number {
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        "58" => "icmpv6",
        other => other,
    }
}
