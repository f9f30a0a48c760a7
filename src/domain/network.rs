//! The network around an instance: groups and their rules, interfaces,
//! subnets, routes, network ACLs, gateways.

use serde::{Deserialize, Serialize};

/// The direction of a rule, as seen from the instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Direction {
    Ingress,
    Egress,
}

/// What a rule lets in or out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Peer {
    /// An IPv4 or IPv6 block, as AWS writes it.
    Cidr(String),
    /// The members of a security group.
    Group(String),
    /// A prefix list.
    PrefixList(String),
}

impl Peer {
    /// The whole internet, IPv4 or IPv6.
    pub fn is_world(&self) -> bool {
        matches!(self, Self::Cidr(block) if block == "0.0.0.0/0" || block == "::/0")
    }

    /// As a person reads it.
    pub fn label(&self) -> &str {
        match self {
            Self::Cidr(text) | Self::Group(text) | Self::PrefixList(text) => text,
        }
    }
}

/// One rule of a security group: one peer, one protocol, one range of ports.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GroupRule {
    /// `sgr-…`.
    pub id: String,
    /// The group that has the rule.
    pub group: String,
    /// In or out.
    pub direction: Direction,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a protocol number, or `-1` for all.
    pub protocol: String,
    /// First port, or ICMP type; none for all.
    pub from_port: Option<i32>,
    /// Last port, or ICMP code; none for all.
    pub to_port: Option<i32>,
    /// Who is let in or out.
    pub peer: Peer,
    /// The rule's description, empty for none.
    pub description: String,
}

impl GroupRule {
    /// The ports in words: `22/tcp`, `80–443/tcp`, `all`, `icmp`.
    pub fn ports(&self) -> String {
        if self.protocol == "-1" {
            return "all traffic".into();
        }
        match (self.from_port, self.to_port) {
            _ if self.protocol.starts_with("icmp") => self.protocol.clone(),
            (None | Some(-1), _) | (Some(0), Some(65_535)) => format!("all {}", self.protocol),
            (Some(from), Some(to)) if from == to => format!("{from}/{}", self.protocol),
            (Some(from), Some(to)) => format!("{from}–{to}/{}", self.protocol),
            (Some(from), None) => format!("{from}/{}", self.protocol),
        }
    }

    /// The rule lets a port of a protocol through (`tcp`, `udp`).
    pub fn covers(&self, protocol: &str, port: i32) -> bool {
        self.protocol == "-1"
            || (self.protocol == protocol
                && self.from_port.unwrap_or(0) <= port
                && port <= self.to_port.unwrap_or(65_535))
    }
}

/// A security group with its rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// `sg-…`.
    pub id: String,
    /// The group's name.
    pub name: String,
    /// The group's description.
    pub description: String,
    /// The VPC that it belongs to.
    pub vpc: String,
    /// Rules of both directions.
    pub rules: Vec<GroupRule>,
    /// Tags, by key.
    pub tags: Vec<(String, String)>,
}

/// A network interface as it stands on an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// `eni-…`.
    pub id: String,
    /// The instance that it is attached to, empty for none.
    pub instance: String,
    /// 0 is the primary interface.
    pub device_index: i32,
    /// The subnet.
    pub subnet: String,
    /// The VPC.
    pub vpc: String,
    /// Primary private IPv4 address, empty for none.
    pub private_ip: String,
    /// Public IPv4 address, empty for none.
    pub public_ip: String,
    /// IPv6 addresses.
    pub ipv6: Vec<String>,
    /// Ids of its security groups, in AWS's order.
    pub groups: Vec<String>,
    /// Its source/destination check is on.
    pub source_dest_check: bool,
}

/// A subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// `subnet-…`.
    pub id: String,
    /// The VPC.
    pub vpc: String,
    /// The Availability Zone's name.
    pub az: String,
    /// The IPv4 block.
    pub cidr: String,
    /// The value of its tag `Name`, empty for none.
    pub name: String,
}

/// A VPC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vpc {
    /// `vpc-…`.
    pub id: String,
    /// The primary IPv4 block.
    pub cidr: String,
    /// The Region's default VPC.
    pub is_default: bool,
    /// The value of its tag `Name`, empty for none.
    pub name: String,
    /// It has at least one active flow log.
    pub flow_logs: bool,
}

/// One route of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// IPv4 or IPv6 block, or a prefix list.
    pub destination: String,
    /// `igw-…`, `nat-…`, `local`, `eni-…`, `tgw-…` …
    pub target: String,
    /// The route is in force (AWS: `active`; the other state is `blackhole`).
    pub active: bool,
}

/// A route table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTable {
    /// `rtb-…`.
    pub id: String,
    /// The VPC.
    pub vpc: String,
    /// The subnets that it is associated with.
    pub subnets: Vec<String>,
    /// It is the VPC's main table: for subnets without one of their own.
    pub is_main: bool,
    /// Its routes.
    pub routes: Vec<Route>,
}

/// One entry of a network ACL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclEntry {
    /// 1 to 32766, lowest first; 32767 is the closing deny.
    pub number: i32,
    /// In or out of the subnet.
    pub direction: Direction,
    /// A protocol number, `-1` for all (6 is TCP, 17 UDP).
    pub protocol: String,
    /// First port, none for all.
    pub from_port: Option<i32>,
    /// Last port, none for all.
    pub to_port: Option<i32>,
    /// IPv4 or IPv6 block.
    pub cidr: String,
    /// It allows; else it denies.
    pub allow: bool,
}

/// A network ACL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkAcl {
    /// `acl-…`.
    pub id: String,
    /// The VPC.
    pub vpc: String,
    /// The subnets that it guards.
    pub subnets: Vec<String>,
    /// The VPC's default ACL.
    pub is_default: bool,
    /// Entries of both directions, in AWS's order.
    pub entries: Vec<AclEntry>,
}

/// An internet gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternetGateway {
    /// `igw-…`.
    pub id: String,
    /// The VPCs that it is attached to.
    pub vpcs: Vec<String>,
}

/// An Elastic IP address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// `eipalloc-…`.
    pub allocation: String,
    /// The public IPv4 address.
    pub public_ip: String,
    /// The instance that it is associated with, empty for none.
    pub instance: String,
    /// The interface that it is associated with, empty for none.
    pub interface: String,
}
