//! The EC2 state of one Scope.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::instance::Instance;
use super::network::{Address, Interface, InternetGateway, NetworkAcl, RouteTable, SecurityGroup, Subnet, Vpc};
use super::resource::{Resource, ResourceKind};
use super::storage::{Image, Snapshot, Volume};

/// The EC2 state of one account in one Region, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// Twelve digits.
    pub account: String,
    /// The Region.
    pub region: String,
    /// When the last answer that went into it came.
    pub read_at: Option<Timestamp>,
    /// Instances, terminated ones as long as EC2 lists them.
    pub instances: BTreeMap<String, Instance>,
    /// Security groups with their rules.
    pub groups: BTreeMap<String, SecurityGroup>,
    /// Network interfaces.
    pub interfaces: BTreeMap<String, Interface>,
    /// Volumes.
    pub volumes: BTreeMap<String, Volume>,
    /// The account's own snapshots.
    pub snapshots: BTreeMap<String, Snapshot>,
    /// The images that instances were launched from, as far as they still exist.
    pub images: BTreeMap<String, Image>,
    /// VPCs.
    pub vpcs: BTreeMap<String, Vpc>,
    /// Subnets.
    pub subnets: BTreeMap<String, Subnet>,
    /// Route tables.
    pub route_tables: BTreeMap<String, RouteTable>,
    /// Network ACLs.
    pub acls: BTreeMap<String, NetworkAcl>,
    /// Internet gateways.
    pub gateways: BTreeMap<String, InternetGateway>,
    /// Elastic IP addresses, by allocation.
    pub addresses: BTreeMap<String, Address>,
    /// What could not be read, by operation: the parts above that are missing
    /// are unknown, not empty.
    pub missing: BTreeMap<String, super::fault::Fault>,
}

impl Inventory {
    /// The interfaces of an instance, primary first.
    pub fn interfaces_of<'a>(&'a self, instance: &'a Instance) -> impl Iterator<Item = &'a Interface> + 'a {
        instance.interfaces.iter().filter_map(|id| self.interfaces.get(id))
    }

    /// The volumes of an instance, root first.
    pub fn volumes_of<'a>(&'a self, instance: &'a Instance) -> impl Iterator<Item = &'a Volume> + 'a {
        instance.volumes.iter().filter_map(|id| self.volumes.get(id))
    }

    /// The ids of all security groups on all interfaces of an instance.
    pub fn groups_of(&self, instance: &Instance) -> Vec<String> {
        let mut ids: Vec<String> = instance.groups.clone();
        for interface in self.interfaces_of(instance) {
            ids.extend(interface.groups.iter().cloned());
        }
        ids.sort();
        ids.dedup();
        ids
    }

    /// The other instances, not terminated, that carry the same instance profile.
    pub fn sharing_profile<'a>(&'a self, instance: &'a Instance) -> impl Iterator<Item = &'a Instance> + 'a {
        use super::instance::InstanceState::{ShuttingDown, Terminated};
        self.instances.values().filter(move |other| {
            !instance.profile.is_empty()
                && other.id != instance.id
                && other.profile == instance.profile
                && !matches!(other.state, Terminated | ShuttingDown)
        })
    }

    /// The instances that a resource reaches: itself, the members of a group,
    /// what carries a volume, an interface, an image, a profile or role, or lies
    /// in a subnet or VPC. A role is matched with a profile by name.
    pub fn reached_by(&self, resource: &Resource) -> Vec<&Instance> {
        let id = resource.id.as_str();
        let last = id.rsplit('/').next().unwrap_or(id);
        self.instances
            .values()
            .filter(|instance| match resource.kind {
                ResourceKind::Instance => instance.id == id,
                ResourceKind::SecurityGroup => self.groups_of(instance).iter().any(|group| group == id),
                ResourceKind::SecurityGroupRule => self.groups_of(instance).iter().any(|group| {
                    self.groups.get(group).is_some_and(|group| group.rules.iter().any(|rule| rule.id == id))
                }),
                ResourceKind::Interface => instance.interfaces.iter().any(|interface| interface == id),
                ResourceKind::Volume => instance.volumes.iter().any(|volume| volume == id),
                ResourceKind::Snapshot => {
                    self.snapshots.get(id).is_some_and(|snapshot| instance.volumes.contains(&snapshot.volume))
                }
                ResourceKind::Image => instance.image == id,
                ResourceKind::Vpc => instance.vpc == id,
                ResourceKind::Subnet => self.interfaces_of(instance).any(|interface| interface.subnet == id),
                ResourceKind::Role | ResourceKind::InstanceProfile => {
                    !instance.profile.is_empty() && (instance.profile == id || instance.profile_name() == last)
                }
                ResourceKind::AutoScalingGroup => {
                    !instance.auto_scaling_group.is_empty() && instance.auto_scaling_group == last
                }
                ResourceKind::KeyPair => !instance.key.is_empty() && instance.key == id,
                _ => false,
            })
            .collect()
    }
}
