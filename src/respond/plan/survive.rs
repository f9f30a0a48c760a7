//! Connections that may live on after the groups of an interface were swapped.
//!
//! A security group tracks connections; a tracked one lives until it ends or
//! times out, whatever the groups become. A flow is not tracked only where a
//! rule lets it through from anywhere and the other direction lets everything
//! through to anywhere (EC2 user guide, "Security group connection tracking").

use serde::{Deserialize, Serialize};

use crate::domain::exposure::route_table;
use crate::domain::instance::Instance;
use crate::domain::inventory::Inventory;
use crate::domain::network::{Direction, GroupRule, Interface, Peer};

/// Traffic that the rules let through, of which a connection may live on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survivor {
    /// The interface.
    pub interface: String,
    /// In or out.
    pub direction: Direction,
    /// `22/tcp` …
    pub ports: String,
    /// From or to whom.
    pub peer: String,
    /// Why a connection of it is tracked.
    pub why: String,
    /// How long it may live.
    pub until: String,
}

impl Survivor {
    /// `22/tcp in from 203.0.113.0/24 on eni-1`.
    pub fn sentence(&self) -> String {
        let way = match self.direction {
            Direction::Ingress => "in from",
            Direction::Egress => "out to",
        };
        format!("{} {way} {} on {}: {}, {}", self.ports, self.peer, self.interface, self.why, self.until)
    }
}

/// What may live on, interface by interface, in before out.
pub fn survivors(instance: &Instance, inventory: &Inventory) -> Vec<Survivor> {
    let mut found: Vec<Survivor> = Vec::new();
    for interface in inventory.interfaces_of(instance) {
        let rules: Vec<&GroupRule> =
            interface.groups.iter().filter_map(|id| inventory.groups.get(id)).flat_map(|group| &group.rules).collect();
        let gateway = outward(interface, inventory);
        for direction in [Direction::Ingress, Direction::Egress] {
            for rule in rules.iter().filter(|rule| rule.direction == direction) {
                let Some(why) = tracked(rule, &rules, gateway.as_deref()) else { continue };
                let survivor = Survivor {
                    interface: interface.id.clone(),
                    direction,
                    ports: rule.ports(),
                    peer: rule.peer.label().to_owned(),
                    why,
                    until: lifetime(rule, &instance.kind).into(),
                };
                if !found.contains(&survivor) {
                    found.push(survivor);
                }
            }
        }
    }
    found
}

/// Why a connection that the rule lets through is tracked; none where it is not.
fn tracked(rule: &GroupRule, all: &[&GroupRule], gateway: Option<&str>) -> Option<String> {
    if rule.protocol.starts_with("icmp") {
        return Some("ICMP is always tracked".into());
    }
    if let (Direction::Egress, Some(gateway)) = (rule.direction, gateway)
        && (gateway.starts_with("nat-") || gateway.starts_with("eigw-"))
    {
        return Some(format!("traffic through {gateway} is always tracked"));
    }
    let everywhere =
        |peer: &Peer, v6: bool| matches!(peer, Peer::Cidr(block) if block == if v6 { "::/0" } else { "0.0.0.0/0" });
    let v6 = matches!(&rule.peer, Peer::Cidr(block) if block.contains(':'));
    if !everywhere(&rule.peer, v6) {
        return Some("its rule names who may connect".into());
    }
    let answered = all.iter().any(|other| {
        let all_ports = other.from_port.unwrap_or(0) <= 0 && other.to_port.unwrap_or(65_535) == 65_535;
        other.direction != rule.direction
            && everywhere(&other.peer, v6)
            && (other.protocol == "-1" || (other.protocol == rule.protocol && all_ports))
    });
    if answered { None } else { Some("the other direction is not open to everything".into()) }
}

/// Where the interface's subnet sends what goes to the internet.
fn outward(interface: &Interface, inventory: &Inventory) -> Option<String> {
    let table = route_table(inventory, &interface.subnet, &interface.vpc)?;
    let default = |route: &&crate::domain::network::Route| {
        route.active && (route.destination == "0.0.0.0/0" || route.destination == "::/0")
    };
    table.routes.iter().find(default).map(|route| route.target.clone())
}

/// Idle timeouts of tracked connections (EC2 user guide, "Idle connection
/// tracking timeout"): TCP 5 days, 350 s on Nitro v6; UDP streams 180 s.
fn lifetime(rule: &GroupRule, kind: &str) -> &'static str {
    // Nitro v6 types, as of 2026: the eighth generation and later.
    let nitro_v6 = kind.chars().find(char::is_ascii_digit).is_some_and(|generation| generation >= '8');
    match rule.protocol.as_str() {
        "udp" => "up to 3 minutes idle",
        "tcp" | "-1" if nitro_v6 => "up to 350 seconds idle",
        "tcp" | "-1" => "up to 5 days idle",
        _ => "up to 10 minutes idle",
    }
}
