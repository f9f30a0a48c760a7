//! Networks and security groups as the file writes them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `[[vpc]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// The handle and Name tag.
    pub name: String,
    /// Its Region.
    pub region: String,
    /// Its range.
    pub cidr: String,
    /// Whether it is the default VPC.
    #[serde(default)]
    pub default: bool,
    /// The public subnet that holds the NAT gateway.
    pub nat: Option<String>,
    /// The NAT gateway's address.
    pub nat_ip: Option<String>,
    /// Where its flow logs go; left out: none are kept.
    pub flow_logs: Option<String>,
    /// Its subnets.
    #[serde(default)]
    pub subnet: Vec<Subnet>,
    /// Network ACLs beside the default one.
    #[serde(default)]
    pub acl: Vec<Acl>,
    /// Its tags beside Name.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// `[[vpc.subnet]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// The handle and Name tag.
    pub name: String,
    /// The zone's letter.
    pub az: String,
    /// Its range.
    pub cidr: String,
    /// Whether it is routed to the internet gateway.
    #[serde(default)]
    pub public: bool,
}

/// `[[vpc.acl]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acl {
    /// The Name tag.
    pub name: String,
    /// The subnets it serves.
    pub subnets: Vec<String>,
    /// `100 in allow tcp 443 10.0.0.0/16`, one a line.
    pub entries: Vec<String>,
}

/// `[[group]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The handle and group name.
    pub name: String,
    /// The VPC.
    pub vpc: String,
    /// Its description.
    pub description: String,
    /// `tcp 443 from 0.0.0.0/0 # why`, one a line.
    #[serde(default)]
    pub ingress: Vec<String>,
    /// The same; left out: everything to everywhere.
    pub egress: Option<Vec<String>>,
    /// Its tags beside Name.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}
