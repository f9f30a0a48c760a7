//! What one Region of EC2 holds.
//!
//! A write works on a copy of the Region, which becomes the present one when it
//! succeeds; the one before is kept for as long as reads may lag.

use super::phase::State;
use crate::sim::dice::Dice;
use crate::sim::scenario::spec::{
    AddressSpec, ClassicLinkSpec, FlowLogSpec, GroupSpec, ImageSpec, InternetGatewaySpec, NatGatewaySpec,
    NetworkAclSpec, ProfileSpec, RouteTableSpec, SubnetSpec, Tags, VpcSpec,
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
    pub images: Vec<ImageSpec>,
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

/// An instance.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    /// `i-…`.
    pub id: String,
    /// `r-…`.
    pub reservation: String,
    /// Its place in its launch.
    pub launch_index: usize,
    /// The image's id.
    pub image: String,
    /// `t3.medium`.
    pub instance_type: String,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// When it was last started.
    pub launched: Timestamp,
    /// Its state, and the one it is on the way to.
    pub state: State,
    /// Why it left the running state, as AWS words it: code and message.
    pub state_reason: Option<(String, String)>,
    /// The key pair's name.
    pub key_name: Option<String>,
    /// The subnet's id.
    pub subnet: String,
    /// The VPC's id.
    pub vpc: String,
    /// Its zone.
    pub zone: String,
    /// Whether termination protection is on.
    pub termination_protected: bool,
    /// Whether stop protection is on.
    pub stop_protected: bool,
    /// `stop` or `terminate`.
    pub shutdown_behavior: String,
    /// Whether the metadata service requires a token.
    pub metadata: Metadata,
    /// Its user data, in base64.
    pub user_data: Option<String>,
    /// Whether it drops traffic that is not its own.
    pub source_dest_check: bool,
    /// Whether it is optimised for EBS.
    pub ebs_optimized: bool,
    /// `/dev/xvda`.
    pub root_device: String,
    /// Its volumes, the root first.
    pub volumes: Vec<Attached>,
    /// The link to a VPC of a relic of EC2-Classic.
    pub classic_link: Option<ClassicLinkSpec>,
    /// Whether detailed monitoring is on.
    pub monitoring: bool,
    /// The token of the launch.
    pub client_token: String,
    /// Its tags.
    pub tags: Tags,
}

/// How an instance's metadata service answers.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// `required` or `optional`.
    pub tokens: String,
    /// How far an answer may travel.
    pub hops: i64,
    /// `enabled` or `disabled`.
    pub endpoint: String,
    /// Whether tags can be read there.
    pub tags: String,
}

impl Default for Metadata {
    fn default() -> Metadata {
        let word = str::to_owned;
        Metadata { tokens: word("optional"), hops: 1, endpoint: word("enabled"), tags: word("disabled") }
    }
}

/// A volume's place on an instance.
#[derive(Clone, Debug, Default)]
pub struct Attached {
    /// The volume's id.
    pub volume: String,
    /// `/dev/xvda`.
    pub device: String,
    /// Whether it goes with the instance.
    pub delete_on_termination: bool,
    /// When it was attached.
    pub since: Timestamp,
}

/// A network interface.
#[derive(Clone, Debug, Default)]
pub struct Interface {
    /// `eni-…`.
    pub id: String,
    /// `eni-attach-…`.
    pub attachment: String,
    /// Its place on the instance.
    pub index: u32,
    /// The instance's id.
    pub instance: String,
    /// When it was attached.
    pub since: Timestamp,
    /// Whether it goes with the instance.
    pub delete_on_termination: bool,
    /// The subnet's id.
    pub subnet: String,
    /// The VPC's id.
    pub vpc: String,
    /// Its zone.
    pub zone: String,
    /// Its hardware address.
    pub mac: String,
    /// Its primary private address.
    pub private_ip: String,
    /// Its public address.
    pub public_ip: Option<String>,
    /// The ids of its groups.
    pub groups: Vec<String>,
    /// Whether it drops traffic that is not its own.
    pub source_dest_check: bool,
    /// Its description.
    pub description: String,
    /// Its tags.
    pub tags: Tags,
}

/// A volume.
#[derive(Clone, Debug, Default)]
pub struct Volume {
    /// `vol-…`.
    pub id: String,
    /// In GiB.
    pub size: u32,
    /// `gp3`.
    pub kind: String,
    /// Its zone.
    pub zone: String,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The key's ARN.
    pub kms_key: Option<String>,
    /// The snapshot it was made from.
    pub snapshot: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// A snapshot.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// `snap-…`.
    pub id: String,
    /// The volume's id.
    pub volume: String,
    /// In GiB.
    pub size: u32,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The key's ARN.
    pub kms_key: Option<String>,
    /// When it was begun.
    pub started: Timestamp,
    /// When it is complete.
    pub completed: Timestamp,
    /// Its description.
    pub description: String,
    /// The accounts that may use it, `all` for everybody.
    pub shared_with: Vec<String>,
    /// Its tags.
    pub tags: Tags,
}

/// A key pair.
#[derive(Clone, Debug, Default)]
pub struct KeyPair {
    /// `key-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `rsa` or `ed25519`.
    pub kind: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// When it was made.
    pub created: Timestamp,
    /// Its tags.
    pub tags: Tags,
}

/// An instance profile on an instance.
#[derive(Clone, Debug, Default)]
pub struct Association {
    /// `iip-assoc-…`.
    pub id: String,
    /// The instance's id.
    pub instance: String,
    /// The profile's name.
    pub profile: String,
    /// When it was made or last changed.
    pub since: Timestamp,
    /// When it is in force.
    pub associated: Timestamp,
    /// When it is gone, where it is on the way out.
    pub gone: Option<Timestamp>,
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
        find!(
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
        );
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
        add!(
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
        );
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
