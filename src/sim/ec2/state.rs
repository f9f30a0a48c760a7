//! What one Region of EC2 holds.
//!
//! A write works on a copy of the Region, which becomes the present one when it
//! succeeds; the one before is kept for as long as reads may lag.

mod machines;
mod storage;

pub use machines::{Association, Attached, Instance, Interface, KeyPair, Metadata};
pub use storage::{Image, ImageDevice, Snapshot, Volume};

use crate::sim::dice::Dice;
use crate::sim::scenario::spec::{
    AddressSpec, FlowLogSpec, GroupSpec, InternetGatewaySpec, NatGatewaySpec, NetworkAclSpec, ProfileSpec,
    RouteTableSpec, SubnetSpec, Tags, VpcSpec,
};
use jiff::{SignedDuration, Timestamp};

/// EC2 in one Region.
#[derive(Clone, Debug)]
pub struct Region {
    /// `eu-west-1`.
    pub name: String,
    /// The account's id.
    pub account: String,
    /// The instant that the scenario's times count from.
    pub start: Timestamp,
    /// The VPCs.
    pub vpcs: Vec<VpcSpec>,
    /// The subnets.
    pub subnets: Vec<SubnetSpec>,
    /// The route tables.
    pub route_tables: Vec<RouteTableSpec>,
    /// The network ACLs.
    pub network_acls: Vec<NetworkAclSpec>,
    /// The internet gateways.
    pub internet_gateways: Vec<InternetGatewaySpec>,
    /// The NAT gateways.
    pub nat_gateways: Vec<NatGatewaySpec>,
    /// The security groups.
    pub groups: Vec<GroupSpec>,
    /// The images.
    pub images: Vec<Image>,
    /// Whether new volumes are encrypted unasked.
    pub encrypts: bool,
    /// The elastic addresses.
    pub addresses: Vec<AddressSpec>,
    /// The flow logs.
    pub flow_logs: Vec<FlowLogSpec>,
    /// The instances, in the order of their launch.
    pub instances: Vec<Instance>,
    /// The network interfaces.
    pub interfaces: Vec<Interface>,
    /// The volumes.
    pub volumes: Vec<Volume>,
    /// The snapshots.
    pub snapshots: Vec<Snapshot>,
    /// The key pairs.
    pub key_pairs: Vec<KeyPair>,
    /// Which profile is on which instance.
    pub associations: Vec<Association>,
    /// The account's instance profiles, the same in every Region.
    pub profiles: Vec<ProfileSpec>,
    /// Where new ids come from.
    pub dice: Dice,
}

/// Gives a macro the lists of what can be tagged, each with the field of its id.
macro_rules! taggable {
    ($each:ident) => {
        $each!(
            instances.id,
            interfaces.id,
            volumes.id,
            snapshots.id,
            groups.id,
            vpcs.id,
            subnets.id,
            route_tables.id,
            network_acls.id,
            internet_gateways.id,
            nat_gateways.id,
            images.id,
            addresses.allocation_id,
            flow_logs.id,
            key_pairs.id
        )
    };
}

impl Region {
    /// An instant of the scenario.
    pub fn at(&self, seconds: i64) -> Timestamp {
        self.start + SignedDuration::from_secs(seconds)
    }

    /// A new id of seventeen digits.
    pub fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}-0{}", self.dice.hex(16))
    }

    /// An instance that is not gone.
    pub fn instance(&self, id: &str) -> Option<&Instance> {
        self.instances.iter().find(|instance| instance.id == id)
    }

    /// An instance that is not gone, to change.
    pub fn instance_mut(&mut self, id: &str) -> Option<&mut Instance> {
        self.instances.iter_mut().find(|instance| instance.id == id)
    }

    /// A security group.
    pub fn group(&self, id: &str) -> Option<&GroupSpec> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// A subnet.
    pub fn subnet(&self, id: &str) -> Option<&SubnetSpec> {
        self.subnets.iter().find(|subnet| subnet.id == id)
    }

    /// A volume.
    pub fn volume(&self, id: &str) -> Option<&Volume> {
        self.volumes.iter().find(|volume| volume.id == id)
    }

    /// The interfaces of an instance, in order.
    pub fn interfaces_of<'a>(&'a self, instance: &'a str) -> impl Iterator<Item = &'a Interface> {
        self.interfaces.iter().filter(move |interface| interface.instance == instance)
    }

    /// The ARN of an EC2 resource, by its id.
    pub fn arn(&self, id: &str) -> String {
        let (name, account) = (&self.name, &self.account);
        match kind_of(id) {
            Some("image" | "snapshot") => format!("arn:aws:ec2:{name}::{}/{id}", kind_of(id).unwrap_or_default()),
            Some(kind) => format!("arn:aws:ec2:{name}:{account}:{kind}/{id}"),
            None => "*".to_owned(),
        }
    }

    /// Those tags of a resource that can be changed, by its id; `None` where there is
    /// no such resource.
    pub fn tags_mut(&mut self, id: &str) -> Option<&mut Tags> {
        macro_rules! find {
            ($($list:ident . $key:ident),*) => {
                $(if let Some(found) = self.$list.iter_mut().find(|one| one.$key == id) {
                    return Some(&mut found.tags);
                })*
            };
        }
        taggable!(find);
        None
    }

    /// The tags of a resource.
    pub fn tags(&self, id: &str) -> Option<&Tags> {
        self.tagged().into_iter().find(|(found, _)| *found == id).map(|(_, tags)| tags)
    }

    /// Everything that can be tagged, with its tags.
    pub fn tagged(&self) -> Vec<(&str, &Tags)> {
        let mut all: Vec<(&str, &Tags)> = Vec::new();
        macro_rules! add {
            ($($list:ident . $key:ident),*) => {
                $(all.extend(self.$list.iter().map(|one| (one.$key.as_str(), &one.tags)));)*
            };
        }
        taggable!(add);
        all
    }
}

/// The type of a resource as EC2 names it in tags and ARNs, by the prefix of its id.
pub fn kind_of(id: &str) -> Option<&'static str> {
    let (prefix, _) = id.rsplit_once('-')?;
    Some(match prefix {
        "i" => "instance",
        "eni" => "network-interface",
        "vol" => "volume",
        "snap" => "snapshot",
        "sg" => "security-group",
        "sgr" => "security-group-rule",
        "vpc" => "vpc",
        "subnet" => "subnet",
        "rtb" => "route-table",
        "acl" => "network-acl",
        "igw" => "internet-gateway",
        "nat" => "natgateway",
        "ami" => "image",
        "eipalloc" => "elastic-ip",
        "fl" => "vpc-flow-log",
        "key" => "key-pair",
        _ => return None,
    })
}
