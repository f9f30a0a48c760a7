//! EC2's shapes into the domain's. An absent field becomes empty or none, never
//! a guess; an item without an id is passed over.

use aws_sdk_ec2::types as ec2;
use jiff::Timestamp;

use super::super::time::timestamp;
use crate::domain::instance::{Instance, InstanceState};
use crate::domain::inventory::Inventory;
use crate::domain::network::{
    AclEntry, Address, Direction, GroupRule, Interface, InternetGateway, NetworkAcl, Peer, Route, RouteTable,
    SecurityGroup, Subnet, Vpc,
};
use crate::domain::storage::{Image, Snapshot, Volume};

/// The tag by which EC2 shows the Auto Scaling group of an instance.
const AUTO_SCALING_TAG: &str = "aws:autoscaling:groupName";

/// Instances, out of their reservations. The account is the reservations' owner.
pub fn instances(inventory: &mut Inventory, reservations: Vec<ec2::Reservation>) {
    for reservation in reservations {
        if let Some(owner) = reservation.owner_id.filter(|_| inventory.account.is_empty()) {
            inventory.account = owner;
        }
        for instance in reservation.instances.unwrap_or_default().into_iter().filter_map(self::instance) {
            inventory.instances.insert(instance.id.clone(), instance);
        }
    }
}

fn instance(from: ec2::Instance) -> Option<Instance> {
    let tags = tags(from.tags);
    let mut interfaces: Vec<(i32, String, Vec<String>)> = from
        .network_interfaces
        .unwrap_or_default()
        .into_iter()
        .filter_map(|interface| {
            let index = interface.attachment.and_then(|attachment| attachment.device_index).unwrap_or(0);
            Some((index, interface.network_interface_id?, group_ids(interface.groups)))
        })
        .collect();
    interfaces.sort();
    let root = from.root_device_name.unwrap_or_default();
    let mut volumes: Vec<(bool, String, String)> = from
        .block_device_mappings
        .unwrap_or_default()
        .into_iter()
        .filter_map(|mapping| {
            let device = mapping.device_name.unwrap_or_default();
            Some((device != root, device, mapping.ebs?.volume_id?))
        })
        .collect();
    volumes.sort();
    let groups = match interfaces.first() {
        Some((_, _, groups)) if !groups.is_empty() => groups.clone(),
        _ => group_ids(from.security_groups),
    };
    let windows = from.platform.as_ref().is_some_and(|platform| platform.as_str().eq_ignore_ascii_case("windows"));
    Some(Instance {
        id: from.instance_id?,
        name: tag(&tags, "Name"),
        state: from
            .state
            .and_then(|state| state.name)
            .map_or(InstanceState::Unknown, |name| InstanceState::of(name.as_str())),
        state_reason: from
            .state_reason
            .and_then(|reason| reason.message)
            .or(from.state_transition_reason)
            .unwrap_or_default(),
        kind: from.instance_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        az: from.placement.and_then(|placement| placement.availability_zone).unwrap_or_default(),
        vpc: from.vpc_id.unwrap_or_default(),
        subnet: from.subnet_id.unwrap_or_default(),
        public_ip: from.public_ip_address.unwrap_or_default(),
        private_ip: from.private_ip_address.unwrap_or_default(),
        groups,
        interfaces: interfaces.into_iter().map(|(_, id, _)| id).collect(),
        volumes: volumes.into_iter().map(|(_, _, id)| id).collect(),
        profile: from.iam_instance_profile.and_then(|profile| profile.arn).unwrap_or_default(),
        profile_association: String::new(),
        image: from.image_id.unwrap_or_default(),
        key: from.key_name.unwrap_or_default(),
        launched: from.launch_time.as_ref().and_then(timestamp),
        platform: if windows { "windows" } else { "linux" }.into(),
        imds: from
            .metadata_options
            .and_then(|options| options.http_tokens)
            .map(|tokens| tokens.as_str().to_owned())
            .unwrap_or_default(),
        protected: None,
        shutdown_behavior: None,
        checks: None,
        auto_scaling_group: tag(&tags, AUTO_SCALING_TAG),
        tags,
    })
}

/// Status checks: instance, system and, where there is one, attached volumes.
pub fn statuses(inventory: &mut Inventory, statuses: Vec<ec2::InstanceStatus>) {
    for status in statuses {
        let checks = [
            status.instance_status.and_then(|summary| summary.status),
            status.system_status.and_then(|summary| summary.status),
            status.attached_ebs_status.and_then(|summary| summary.status),
        ];
        let made: Vec<_> = checks.into_iter().flatten().filter(|word| word.as_str() != "not-applicable").collect();
        let passed = made.iter().filter(|word| word.as_str() == "ok").count();
        if let Some(instance) = status.instance_id.and_then(|id| inventory.instances.get_mut(&id)) {
            instance.checks = (!made.is_empty()).then(|| (small(passed), small(made.len())));
        }
    }
}

/// Associations of instance profiles that are in force or coming to be.
pub fn profile_associations(inventory: &mut Inventory, associations: Vec<ec2::IamInstanceProfileAssociation>) {
    for association in associations {
        let state = association.state.as_ref().map_or("", |state| state.as_str());
        if !matches!(state, "associated" | "associating") {
            continue;
        }
        if let Some(instance) = association.instance_id.and_then(|id| inventory.instances.get_mut(&id)) {
            instance.profile_association = association.association_id.unwrap_or_default();
            if let Some(arn) = association.iam_instance_profile.and_then(|profile| profile.arn) {
                instance.profile = arn;
            }
        }
    }
}

/// Security groups; their rules come apart, save where the groups' own
/// permissions have to stand in for them.
pub fn groups(inventory: &mut Inventory, groups: Vec<ec2::SecurityGroup>, permissions_stand_in: bool) {
    for group in groups {
        let Some(id) = group.group_id else { continue };
        let mut rules = Vec::new();
        if permissions_stand_in {
            for (direction, permissions) in
                [(Direction::Ingress, group.ip_permissions), (Direction::Egress, group.ip_permissions_egress)]
            {
                for permission in permissions.unwrap_or_default() {
                    rules.extend(permission_rules(&id, direction, permission));
                }
            }
        }
        let vpc = group.vpc_id.unwrap_or_default();
        let group = SecurityGroup {
            id: id.clone(),
            name: group.group_name.unwrap_or_default(),
            description: group.description.unwrap_or_default(),
            vpc,
            rules,
            tags: tags(group.tags),
        };
        inventory.groups.insert(id, group);
    }
}

fn permission_rules(group: &str, direction: Direction, from: ec2::IpPermission) -> Vec<GroupRule> {
    let cidrs = from.ip_ranges.unwrap_or_default().into_iter().map(|range| (range.cidr_ip, range.description));
    let blocks = from.ipv6_ranges.unwrap_or_default().into_iter().map(|range| (range.cidr_ipv6, range.description));
    let lists =
        from.prefix_list_ids.unwrap_or_default().into_iter().map(|list| (list.prefix_list_id, list.description));
    let groups = from.user_id_group_pairs.unwrap_or_default().into_iter().map(|pair| (pair.group_id, pair.description));
    let peers = cidrs
        .chain(blocks)
        .map(|(peer, text)| (peer.map(Peer::Cidr), text))
        .chain(lists.map(|(peer, text)| (peer.map(Peer::PrefixList), text)))
        .chain(groups.map(|(peer, text)| (peer.map(Peer::Group), text)));
    let protocol = from.ip_protocol.unwrap_or_else(|| "-1".into());
    let (from_port, to_port) = (port(from.from_port), port(from.to_port));
    peers
        .filter_map(|(peer, description)| {
            Some(GroupRule {
                id: String::new(),
                group: group.to_owned(),
                direction,
                protocol: protocol.clone(),
                from_port,
                to_port,
                peer: peer?,
                description: description.unwrap_or_default(),
            })
        })
        .collect()
}

/// Rules, into the groups that have them.
pub fn rules(inventory: &mut Inventory, rules: Vec<ec2::SecurityGroupRule>) {
    for rule in rules.into_iter().filter_map(self::rule) {
        if let Some(home) = inventory.groups.get_mut(&rule.group) {
            home.rules.push(rule);
        }
    }
}

/// One rule.
pub fn rule(from: ec2::SecurityGroupRule) -> Option<GroupRule> {
    let peer = from
        .cidr_ipv4
        .or(from.cidr_ipv6)
        .map(Peer::Cidr)
        .or(from.prefix_list_id.map(Peer::PrefixList))
        .or(from.referenced_group_info.and_then(|info| info.group_id).map(Peer::Group))?;
    Some(GroupRule {
        id: from.security_group_rule_id?,
        group: from.group_id?,
        direction: if from.is_egress == Some(true) { Direction::Egress } else { Direction::Ingress },
        protocol: from.ip_protocol.unwrap_or_else(|| "-1".into()),
        from_port: port(from.from_port),
        to_port: port(from.to_port),
        peer,
        description: from.description.unwrap_or_default(),
    })
}

/// Network interfaces.
pub fn interfaces(inventory: &mut Inventory, interfaces: Vec<ec2::NetworkInterface>) {
    for from in interfaces {
        let Some(id) = from.network_interface_id else { continue };
        let attachment = from.attachment;
        let interface = Interface {
            id: id.clone(),
            instance: attachment.as_ref().and_then(|attachment| attachment.instance_id.clone()).unwrap_or_default(),
            device_index: attachment.and_then(|attachment| attachment.device_index).unwrap_or(0),
            subnet: from.subnet_id.unwrap_or_default(),
            vpc: from.vpc_id.unwrap_or_default(),
            private_ip: from.private_ip_address.unwrap_or_default(),
            public_ip: from.association.and_then(|association| association.public_ip).unwrap_or_default(),
            ipv6: from
                .ipv6_addresses
                .unwrap_or_default()
                .into_iter()
                .filter_map(|address| address.ipv6_address)
                .collect(),
            groups: group_ids(from.groups),
            source_dest_check: from.source_dest_check.unwrap_or(true),
        };
        inventory.interfaces.insert(id, interface);
    }
}

/// Volumes, with their first attachment.
pub fn volumes(inventory: &mut Inventory, volumes: Vec<ec2::Volume>) {
    for from in volumes {
        let Some(id) = from.volume_id else { continue };
        let attachment = from.attachments.unwrap_or_default().into_iter().next();
        let (instance, device, delete_on_termination) = attachment.map_or_else(Default::default, |attachment| {
            (
                attachment.instance_id.unwrap_or_default(),
                attachment.device.unwrap_or_default(),
                attachment.delete_on_termination.unwrap_or(false),
            )
        });
        let volume = Volume {
            id: id.clone(),
            instance,
            device,
            size: from.size.unwrap_or(0),
            kind: from.volume_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
            encrypted: from.encrypted.unwrap_or(false),
            kms_key: from.kms_key_id.unwrap_or_default(),
            delete_on_termination,
            state: from.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
            az: from.availability_zone.unwrap_or_default(),
        };
        inventory.volumes.insert(id, volume);
    }
}

/// Snapshots.
pub fn snapshots(inventory: &mut Inventory, snapshots: Vec<ec2::Snapshot>) {
    for snapshot in snapshots.into_iter().filter_map(self::snapshot) {
        inventory.snapshots.insert(snapshot.id.clone(), snapshot);
    }
}

/// A snapshot out of either type that the SDK has for one: their fields are the same.
macro_rules! snapshot {
    ($name:ident, $from:ty, $what:literal) => {
        #[doc = $what]
        pub fn $name(from: $from) -> Option<Snapshot> {
            Some(Snapshot {
                id: from.snapshot_id?,
                volume: from.volume_id.unwrap_or_default(),
                state: from.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
                started: from.start_time.as_ref().and_then(timestamp),
                progress: from.progress.unwrap_or_default(),
                encrypted: from.encrypted.unwrap_or(false),
                description: from.description.unwrap_or_default(),
            })
        }
    };
}

snapshot!(snapshot, ec2::Snapshot, "One snapshot, as it is described.");
snapshot!(snapshot_begun, ec2::SnapshotInfo, "One snapshot, as CreateSnapshots answers it.");

/// Images.
pub fn images(inventory: &mut Inventory, images: Vec<ec2::Image>) {
    for from in images {
        let Some(id) = from.image_id else { continue };
        let instant = |text: Option<String>| text.and_then(|text| text.parse::<Timestamp>().ok());
        let image = Image {
            id: id.clone(),
            name: from.name.unwrap_or_default(),
            created: instant(from.creation_date),
            deprecated: instant(from.deprecation_time),
            owner: from.image_owner_alias.or(from.owner_id).unwrap_or_default(),
            public: from.public.unwrap_or(false),
        };
        inventory.images.insert(id, image);
    }
}

/// VPCs.
pub fn vpcs(inventory: &mut Inventory, vpcs: Vec<ec2::Vpc>) {
    for from in vpcs {
        let Some(id) = from.vpc_id else { continue };
        let vpc = Vpc {
            id: id.clone(),
            cidr: from.cidr_block.unwrap_or_default(),
            is_default: from.is_default.unwrap_or(false),
            name: tag(&tags(from.tags), "Name"),
            flow_logs: false,
        };
        inventory.vpcs.insert(id, vpc);
    }
}

/// Flow logs: an active one on a VPC marks it.
pub fn flow_logs(inventory: &mut Inventory, logs: Vec<ec2::FlowLog>) {
    for log in logs.into_iter().filter(|log| log.flow_log_status.as_deref() == Some("ACTIVE")) {
        if let Some(vpc) = log.resource_id.and_then(|id| inventory.vpcs.get_mut(&id)) {
            vpc.flow_logs = true;
        }
    }
}

/// Subnets.
pub fn subnets(inventory: &mut Inventory, subnets: Vec<ec2::Subnet>) {
    for from in subnets {
        let Some(id) = from.subnet_id else { continue };
        let subnet = Subnet {
            id: id.clone(),
            vpc: from.vpc_id.unwrap_or_default(),
            az: from.availability_zone.unwrap_or_default(),
            cidr: from.cidr_block.unwrap_or_default(),
            name: tag(&tags(from.tags), "Name"),
        };
        inventory.subnets.insert(id, subnet);
    }
}

/// Route tables.
pub fn route_tables(inventory: &mut Inventory, tables: Vec<ec2::RouteTable>) {
    for from in tables {
        let Some(id) = from.route_table_id else { continue };
        let associations = from.associations.unwrap_or_default();
        let table = RouteTable {
            id: id.clone(),
            vpc: from.vpc_id.unwrap_or_default(),
            is_main: associations.iter().any(|association| association.main == Some(true)),
            subnets: associations.into_iter().filter_map(|association| association.subnet_id).collect(),
            routes: from.routes.unwrap_or_default().into_iter().filter_map(route).collect(),
        };
        inventory.route_tables.insert(id, table);
    }
}

fn route(from: ec2::Route) -> Option<Route> {
    Some(Route {
        destination: from
            .destination_cidr_block
            .or(from.destination_ipv6_cidr_block)
            .or(from.destination_prefix_list_id)?,
        target: from
            .gateway_id
            .or(from.nat_gateway_id)
            .or(from.transit_gateway_id)
            .or(from.egress_only_internet_gateway_id)
            .or(from.vpc_peering_connection_id)
            .or(from.network_interface_id)
            .or(from.instance_id)
            .or(from.local_gateway_id)
            .or(from.carrier_gateway_id)
            .or(from.core_network_arn)
            .or(from.odb_network_arn)
            .unwrap_or_default(),
        active: from.state.is_none_or(|state| state.as_str() == "active"),
    })
}

/// Network ACLs.
pub fn acls(inventory: &mut Inventory, acls: Vec<ec2::NetworkAcl>) {
    for from in acls {
        let Some(id) = from.network_acl_id else { continue };
        let acl = NetworkAcl {
            id: id.clone(),
            vpc: from.vpc_id.unwrap_or_default(),
            subnets: from.associations.unwrap_or_default().into_iter().filter_map(|with| with.subnet_id).collect(),
            is_default: from.is_default.unwrap_or(false),
            entries: from.entries.unwrap_or_default().into_iter().filter_map(acl_entry).collect(),
        };
        inventory.acls.insert(id, acl);
    }
}

/// An entry of a network ACL; none without a block.
pub fn acl_entry(from: ec2::NetworkAclEntry) -> Option<AclEntry> {
    let ports = from.port_range;
    Some(AclEntry {
        number: from.rule_number?,
        direction: if from.egress == Some(true) { Direction::Egress } else { Direction::Ingress },
        protocol: from.protocol.unwrap_or_else(|| "-1".into()),
        from_port: ports.as_ref().and_then(|range| range.from),
        to_port: ports.and_then(|range| range.to),
        cidr: from.cidr_block.or(from.ipv6_cidr_block)?,
        allow: from.rule_action.is_some_and(|action| action.as_str() == "allow"),
    })
}

/// Internet gateways.
pub fn gateways(inventory: &mut Inventory, gateways: Vec<ec2::InternetGateway>) {
    for from in gateways {
        let Some(id) = from.internet_gateway_id else { continue };
        let vpcs = from.attachments.unwrap_or_default().into_iter().filter_map(|with| with.vpc_id).collect();
        inventory.gateways.insert(id.clone(), InternetGateway { id, vpcs });
    }
}

/// Elastic IP addresses.
pub fn addresses(inventory: &mut Inventory, addresses: Vec<ec2::Address>) {
    for from in addresses {
        let Some(allocation) = from.allocation_id else { continue };
        let address = Address {
            allocation: allocation.clone(),
            public_ip: from.public_ip.unwrap_or_default(),
            instance: from.instance_id.unwrap_or_default(),
            interface: from.network_interface_id.unwrap_or_default(),
        };
        inventory.addresses.insert(allocation, address);
    }
}

/// Tags, by key.
pub fn tags(from: Option<Vec<ec2::Tag>>) -> Vec<(String, String)> {
    let mut tags: Vec<(String, String)> = from
        .unwrap_or_default()
        .into_iter()
        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect();
    tags.sort();
    tags
}

fn tag(tags: &[(String, String)], key: &str) -> String {
    tags.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// The ids of some groups, in EC2's order.
pub fn group_ids(from: Option<Vec<ec2::GroupIdentifier>>) -> Vec<String> {
    from.unwrap_or_default().into_iter().filter_map(|group| group.group_id).collect()
}

/// EC2 writes -1 for "all" where the domain has none.
fn port(from: Option<i32>) -> Option<i32> {
    from.filter(|port| *port >= 0)
}

fn small(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}
