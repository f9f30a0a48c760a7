//! Scenarios: an account, its ordinary work and what goes wrong in it, as data.
//!
//! A scenario is a TOML file. Here it is read, checked and resolved; the account is
//! built from it elsewhere.

pub mod spec;

use spec::{
    AccountSpec, AddressSpec, FlowLogSpec, GroupSpec, ImageSpec, InstanceSpec, InternetGatewaySpec, NatGatewaySpec,
    NetworkAclSpec, PrincipalSpec, ProfileSpec, RouteTableSpec, SnapshotSpec, SubnetSpec, TrailSpec, VpcSpec,
};

/// A scenario, resolved.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    /// The name by which it is chosen.
    pub name: String,
    /// One line that says what it shows.
    pub title: String,
    /// The account.
    pub account: AccountSpec,
    /// Everyone who acts.
    pub principals: Vec<PrincipalSpec>,
    /// The instance profiles.
    pub profiles: Vec<ProfileSpec>,
    /// The VPCs of all Regions.
    pub vpcs: Vec<VpcSpec>,
    /// Their subnets.
    pub subnets: Vec<SubnetSpec>,
    /// Their route tables.
    pub route_tables: Vec<RouteTableSpec>,
    /// Their network ACLs.
    pub network_acls: Vec<NetworkAclSpec>,
    /// Their internet gateways.
    pub internet_gateways: Vec<InternetGatewaySpec>,
    /// Their NAT gateways.
    pub nat_gateways: Vec<NatGatewaySpec>,
    /// Their security groups.
    pub groups: Vec<GroupSpec>,
    /// The images that the account can launch.
    pub images: Vec<ImageSpec>,
    /// The instances with their interfaces and volumes.
    pub instances: Vec<InstanceSpec>,
    /// The account's snapshots.
    pub snapshots: Vec<SnapshotSpec>,
    /// The elastic addresses.
    pub addresses: Vec<AddressSpec>,
    /// The flow logs.
    pub flow_logs: Vec<FlowLogSpec>,
    /// The trails.
    pub trails: Vec<TrailSpec>,
}

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ScenarioError {
    /// There is no scenario of that name.
    #[error("there is no scenario '{0}'; the built-in ones are: {1}")]
    Unknown(String, String),
    /// The file is not TOML, or has a key that the format does not know.
    #[error("the scenario cannot be read: {0}")]
    Syntax(String),
    /// The file is well-formed and says something that cannot be.
    #[error("the scenario is wrong at {at}: {why}")]
    Wrong {
        /// The object that is wrong.
        at: String,
        /// What is wrong with it, and what would be right.
        why: String,
    },
}
