//! The lists of networks and what belongs to them.

use super::PAGES;
use crate::sim::ec2::ids::Kind;
use crate::sim::ec2::list::Listing;

pub(in crate::sim::ec2::describe) const VPCS: Listing = Listing {
    set: "vpcSet",
    ids: &[("VpcId", "vpcId", Kind::VPC)],
    pages: PAGES,
    ids_or_pages: false,
    filters: &[
        ("tag-key", "tagSet.key"),
        ("cidr", "cidrBlock"),
        ("cidr-block-association.cidr-block", "cidrBlockAssociationSet.cidrBlock"),
        ("dhcp-options-id", "dhcpOptionsId"),
        ("is-default", "isDefault"),
        ("isDefault", "isDefault"),
        ("owner-id", "ownerId"),
        ("state", "state"),
        ("vpc-id", "vpcId"),
    ],
};

pub(in crate::sim::ec2::describe) const SUBNETS: Listing = Listing {
    set: "subnetSet",
    ids: &[("SubnetId", "subnetId", Kind::SUBNET)],
    pages: PAGES,
    ids_or_pages: false,
    filters: &[
        ("tag-key", "tagSet.key"),
        ("availability-zone", "availabilityZone"),
        ("availability-zone-id", "availabilityZoneId"),
        ("cidr-block", "cidrBlock"),
        ("default-for-az", "defaultForAz"),
        ("map-public-ip-on-launch", "mapPublicIpOnLaunch"),
        ("owner-id", "ownerId"),
        ("state", "state"),
        ("subnet-arn", "subnetArn"),
        ("subnet-id", "subnetId"),
        ("vpc-id", "vpcId"),
    ],
};

pub(in crate::sim::ec2::describe) const ROUTE_TABLES: Listing = Listing {
    set: "routeTableSet",
    ids: &[("RouteTableId", "routeTableId", Kind::ROUTE_TABLE)],
    pages: Some((5, 100)),
    ids_or_pages: false,
    filters: &[
        ("tag-key", "tagSet.key"),
        ("association.main", "associationSet.main"),
        ("association.route-table-association-id", "associationSet.routeTableAssociationId"),
        ("association.route-table-id", "associationSet.routeTableId"),
        ("association.subnet-id", "associationSet.subnetId"),
        ("owner-id", "ownerId"),
        ("route-table-id", "routeTableId"),
        ("route.destination-cidr-block", "routeSet.destinationCidrBlock"),
        ("route.destination-ipv6-cidr-block", "routeSet.destinationIpv6CidrBlock"),
        ("route.gateway-id", "routeSet.gatewayId"),
        ("route.nat-gateway-id", "routeSet.natGatewayId"),
        ("route.origin", "routeSet.origin"),
        ("route.state", "routeSet.state"),
        ("vpc-id", "vpcId"),
    ],
};

pub(in crate::sim::ec2::describe) const NETWORK_ACLS: Listing = Listing {
    set: "networkAclSet",
    ids: &[("NetworkAclId", "networkAclId", Kind::NETWORK_ACL)],
    pages: PAGES,
    ids_or_pages: false,
    filters: &[
        ("tag-key", "tagSet.key"),
        ("association.association-id", "associationSet.networkAclAssociationId"),
        ("association.network-acl-id", "associationSet.networkAclId"),
        ("association.subnet-id", "associationSet.subnetId"),
        ("default", "default"),
        ("entry.cidr", "entrySet.cidrBlock"),
        ("entry.egress", "entrySet.egress"),
        ("entry.protocol", "entrySet.protocol"),
        ("entry.rule-action", "entrySet.ruleAction"),
        ("entry.rule-number", "entrySet.ruleNumber"),
        ("network-acl-id", "networkAclId"),
        ("owner-id", "ownerId"),
        ("vpc-id", "vpcId"),
    ],
};

pub(in crate::sim::ec2::describe) const INTERNET_GATEWAYS: Listing = Listing {
    set: "internetGatewaySet",
    ids: &[("InternetGatewayId", "internetGatewayId", Kind::INTERNET_GATEWAY)],
    pages: PAGES,
    ids_or_pages: false,
    filters: &[
        ("tag-key", "tagSet.key"),
        ("attachment.state", "attachmentSet.state"),
        ("attachment.vpc-id", "attachmentSet.vpcId"),
        ("internet-gateway-id", "internetGatewayId"),
        ("owner-id", "ownerId"),
    ],
};

pub(in crate::sim::ec2::describe) const NAT_GATEWAYS: Listing = Listing {
    set: "natGatewaySet",
    ids: &[("NatGatewayId", "natGatewayId", Kind::NAT_GATEWAY)],
    pages: PAGES,
    ids_or_pages: false,
    filters: &[
        ("tag-key", "tagSet.key"),
        ("nat-gateway-id", "natGatewayId"),
        ("state", "state"),
        ("subnet-id", "subnetId"),
        ("vpc-id", "vpcId"),
    ],
};

pub(in crate::sim::ec2::describe) const ADDRESSES: Listing = Listing {
    set: "addressesSet",
    ids: &[("AllocationId", "allocationId", Kind::ALLOCATION)],
    pages: None,
    ids_or_pages: false,
    filters: &[
        ("tag-key", "tagSet.key"),
        ("allocation-id", "allocationId"),
        ("association-id", "associationId"),
        ("domain", "domain"),
        ("instance-id", "instanceId"),
        ("network-border-group", "networkBorderGroup"),
        ("network-interface-id", "networkInterfaceId"),
        ("private-ip-address", "privateIpAddress"),
        ("public-ip", "publicIp"),
    ],
};

pub(in crate::sim::ec2::describe) const FLOW_LOGS: Listing = Listing {
    set: "flowLogSet",
    ids: &[("FlowLogId", "flowLogId", Kind::FLOW_LOG)],
    pages: Some((1, 1000)),
    ids_or_pages: false,
    filters: &[
        ("tag-key", "tagSet.key"),
        ("deliver-log-status", "deliverLogsStatus"),
        ("flow-log-id", "flowLogId"),
        ("log-destination-type", "logDestinationType"),
        ("log-group-name", "logGroupName"),
        ("resource-id", "resourceId"),
        ("traffic-type", "trafficType"),
    ],
};
