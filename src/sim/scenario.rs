//! Scenarios: an account, its ordinary work and what goes wrong in it, as data.
//!
//! A scenario is a TOML file (the format is described in `assets/scenarios/README.md`).
//! Here it is read, checked and resolved; the account is built from it elsewhere.

mod background;
mod cast;
pub mod catalogue;
pub mod file;
mod fill;
mod names;
mod resolve;
pub mod script;
pub mod spec;

use std::collections::BTreeMap;

use catalogue::Catalogue;
use spec::{
    AccountSpec, AddressSpec, BalancerSpec, FlowLogSpec, GroupSpec, ImageSpec, InstanceSpec, InternetGatewaySpec,
    NatGatewaySpec, NetworkAclSpec, PrincipalSpec, ProfileSpec, RouteTableSpec, ScalingGroupSpec, SnapshotSpec,
    StepSpec, SubnetSpec, TargetGroupSpec, TrailSpec, VpcSpec,
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
    /// The target groups.
    pub target_groups: Vec<TargetGroupSpec>,
    /// The load balancers.
    pub balancers: Vec<BalancerSpec>,
    /// The Auto Scaling groups.
    pub scaling_groups: Vec<ScalingGroupSpec>,
    /// The account's snapshots.
    pub snapshots: Vec<SnapshotSpec>,
    /// The elastic addresses.
    pub addresses: Vec<AddressSpec>,
    /// The flow logs.
    pub flow_logs: Vec<FlowLogSpec>,
    /// The trails.
    pub trails: Vec<TrailSpec>,
    /// Word lists that templates of calls draw from.
    pub words: BTreeMap<String, Vec<String>>,
    /// How calls that are only recorded look.
    pub catalogue: Catalogue,
    /// How much ordinary work there is.
    pub background: file::Background,
    /// The kinds of ordinary work.
    pub activities: Vec<file::Activity>,
    /// What happens at its hour.
    pub steps: Vec<StepSpec>,
}

/// The built-in scenarios: name and file.
const BUILTIN: [(&str, &str); 2] = [
    ("leaked-key", include_str!("../../assets/scenarios/leaked-key.toml")),
    ("quiet", include_str!("../../assets/scenarios/quiet.toml")),
];

impl Scenario {
    /// The names of the built-in scenarios; the first is the default.
    pub fn names() -> [&'static str; 2] {
        BUILTIN.map(|(name, _)| name)
    }

    /// The text of a built-in scenario.
    pub fn builtin(name: &str) -> Option<&'static str> {
        BUILTIN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// A built-in scenario by its name.
    pub fn named(name: &str) -> Result<Scenario, ScenarioError> {
        let text = Scenario::builtin(name)
            .ok_or_else(|| ScenarioError::Unknown(name.to_owned(), Scenario::names().join(", ")))?;
        let file = toml::from_str(text).map_err(|error| ScenarioError::Syntax(error.to_string()))?;
        resolve::resolve(name, &file)
    }

    /// A scenario from the text of a file.
    pub fn load(text: &str) -> Result<Scenario, ScenarioError> {
        let file = toml::from_str(text).map_err(|error| ScenarioError::Syntax(error.to_string()))?;
        resolve::resolve("custom", &file)
    }
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

#[cfg(test)]
mod tests;
