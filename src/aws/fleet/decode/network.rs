//! What instances are reached through: interfaces, addresses, VPCs, subnets,
//! routes, gateways and network ACLs.

use aws_sdk_ec2::types as ec2;

use super::tag::{tag, tags};
use crate::domain::inventory::Inventory;
use crate::domain::network::{
    AclEntry, Address, Direction, Interface, InternetGateway, NetworkAcl, Route, RouteTable, Subnet, Vpc,
};

/// Network interfaces.
pub fn interfaces(inventory: &mut Inventory, interfaces: Vec<ec2::NetworkInterface>) {
    for from in interfaces {
        let Some(id) = from.network_interface_id else { continue };
        let attachment = from.attachment;
        // A public address may stand on a secondary private one alone.
        let secondary = from.private_ip_addresses.unwrap_or_default().into_iter().filter_map(|one| one.association);
        let public_ip = from.association.into_iter().chain(secondary).find_map(|association| association.public_ip);
        let interface = Interface {
            id: id.clone(),
            instance: attachment.as_ref().and_then(|attachment| attachment.instance_id.clone()).unwrap_or_default(),
            device_index: attachment.and_then(|attachment| attachment.device_index).unwrap_or(0),
            subnet: from.subnet_id.unwrap_or_default(),
            vpc: from.vpc_id.unwrap_or_default(),
            private_ip: from.private_ip_address.unwrap_or_default(),
            public_ip: public_ip.unwrap_or_default(),
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

/// The ids of some groups, in EC2's order.
pub fn group_ids(from: Option<Vec<ec2::GroupIdentifier>>) -> Vec<String> {
    from.unwrap_or_default().into_iter().filter_map(|group| group.group_id).collect()
}
