//! The EC2 state of one Scope.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::instance::Instance;
use super::network::{Address, Interface, InternetGateway, NetworkAcl, RouteTable, SecurityGroup, Subnet, Vpc};
use super::resource::{Resource, ResourceKind};
use super::storage::{Image, Snapshot, Volume};
use super::surroundings::Surroundings;

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
    /// What stands around an instance, by the instance's id: only of those that
    /// were read one by one.
    #[serde(default)]
    pub surroundings: BTreeMap<String, Surroundings>,
    /// What could not be read, by operation: the parts above that are missing
    /// are unknown, not empty.
    pub missing: BTreeMap<String, super::fault::Fault>,
}

impl Inventory {
    /// Keeps of an older reading what only the reading of one instance brings,
    /// for the instances that are still there and have not been read so since.
    pub fn keep_details(&mut self, older: Self) {
        for (id, former) in older.instances {
            if let Some(instance) = self.instances.get_mut(&id) {
                instance.protected = instance.protected.or(former.protected);
                instance.shutdown_behavior = instance.shutdown_behavior.take().or(former.shutdown_behavior);
            }
        }
        for (id, surroundings) in older.surroundings {
            if self.instances.contains_key(&id) {
                self.surroundings.entry(id).or_insert(surroundings);
            }
        }
    }

    /// Takes in what was read of one instance, or of some things, since.
    pub fn merge(&mut self, part: Self) {
        self.read_at = part.read_at.or(self.read_at);
        self.instances.extend(part.instances);
        self.groups.extend(part.groups);
        self.interfaces.extend(part.interfaces);
        self.volumes.extend(part.volumes);
        self.snapshots.extend(part.snapshots);
        self.images.extend(part.images);
        self.vpcs.extend(part.vpcs);
        self.subnets.extend(part.subnets);
        self.route_tables.extend(part.route_tables);
        self.acls.extend(part.acls);
        self.gateways.extend(part.gateways);
        self.addresses.extend(part.addresses);
        self.surroundings.extend(part.surroundings);
    }

    /// The interfaces of an instance, primary first.
    pub fn interfaces_of<'a>(&'a self, instance: &'a Instance) -> impl Iterator<Item = &'a Interface> + 'a {
        instance.interfaces.iter().filter_map(|id| self.interfaces.get(id))
    }

    /// The private addresses of an instance, on all its interfaces.
    pub fn addresses_of(&self, instance: &Instance) -> Vec<String> {
        let mut addresses = vec![instance.private_ip.clone()];
        for interface in self.interfaces_of(instance) {
            addresses.push(interface.private_ip.clone());
            addresses.extend(interface.ipv6.iter().cloned());
        }
        addresses.retain(|address| !address.is_empty());
        addresses.sort();
        addresses.dedup();
        addresses
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
