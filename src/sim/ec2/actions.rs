//! The table of EC2's actions.

use super::record::Shape;
use super::{Action, Rate, Run};
use super::{
    acls, classic, describe, encryption, groups, images, instances, interfaces, modify, profiles, rules, run,
    snapshots, tags,
};
use crate::sim::limits::Limit;

/// The action of that name.
pub(super) fn find(name: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.name == name)
}

const WRITE: Rate = Rate::Fixed(Limit::WRITE);
const INSTANCES: &[(&str, &str, &str)] = &[("InstanceId", "instancesSet", "instanceId")];

/// A read whose record lists sets, empty or not.
const fn read(name: &'static str, run: super::Reader, sets: &'static [(&str, &str, &str)]) -> Action {
    Action { name, run: Run::Read(run), dry_run: true, rate: Rate::Describe, shape: Shape::Sets(sets) }
}

/// A read whose record wraps the parameters as they are.
const fn wrapped(name: &'static str, run: super::Reader, dry_run: bool) -> Action {
    Action { name, run: Run::Read(run), dry_run, rate: Rate::Describe, shape: Shape::Wrapped }
}

/// A write whose record lists sets.
const fn write(name: &'static str, run: super::Writer, rate: Rate, sets: &'static [(&str, &str, &str)]) -> Action {
    Action { name, run: Run::Write(run), dry_run: true, rate, shape: Shape::Sets(sets) }
}

/// A write whose record wraps the parameters as they are.
const fn wrapped_write(name: &'static str, run: super::Writer, rate: Rate, dry_run: bool) -> Action {
    Action { name, run: Run::Write(run), dry_run, rate, shape: Shape::Wrapped }
}

const ACTIONS: &[Action] = &[
    read("DescribeInstances", describe::instances, &[("InstanceId", "instancesSet", "instanceId"), FILTERS]),
    read("DescribeInstanceStatus", describe::instance_status, &[("InstanceId", "instancesSet", "instanceId"), FILTERS]),
    read("DescribeInstanceAttribute", modify::describe_attribute, &[]),
    read("GetConsoleOutput", instances::console_output, &[]),
    read(
        "DescribeSecurityGroups",
        describe::security_groups,
        &[("GroupName", "securityGroupSet", "groupName"), ("GroupId", "securityGroupIdSet", "groupId"), FILTERS],
    ),
    wrapped("DescribeSecurityGroupRules", describe::security_group_rules, true),
    read(
        "DescribeNetworkInterfaces",
        describe::network_interfaces,
        &[("NetworkInterfaceId", "networkInterfaceIdSet", "networkInterfaceId"), FILTERS],
    ),
    read("DescribeVolumes", describe::volumes, &[("VolumeId", "volumeSet", "volumeId"), FILTERS]),
    read(
        "DescribeSnapshots",
        describe::snapshots,
        &[
            ("SnapshotId", "snapshotSet", "snapshotId"),
            ("Owner", "ownersSet", "owner"),
            ("RestorableBy", "sharedUsersSet", "user"),
            FILTERS,
        ],
    ),
    read("DescribeSnapshotAttribute", snapshots::describe_attribute, &[]),
    read(
        "DescribeImages",
        describe::images,
        &[
            ("ExecutableBy", "executableBySet", "user"),
            ("ImageId", "imagesSet", "imageId"),
            ("Owner", "ownersSet", "owner"),
            FILTERS,
        ],
    ),
    read("DescribeVpcs", describe::vpcs, &[("VpcId", "vpcSet", "vpcId"), FILTERS]),
    read("DescribeSubnets", describe::subnets, &[("SubnetId", "subnetSet", "subnetId"), FILTERS]),
    read(
        "DescribeRouteTables",
        describe::route_tables,
        &[("RouteTableId", "routeTableIdSet", "routeTableId"), FILTERS],
    ),
    read(
        "DescribeNetworkAcls",
        describe::network_acls,
        &[("NetworkAclId", "networkAclIdSet", "networkAclId"), FILTERS],
    ),
    read(
        "DescribeInternetGateways",
        describe::internet_gateways,
        &[("InternetGatewayId", "internetGatewayIdSet", "internetGatewayId"), FILTERS],
    ),
    wrapped("DescribeNatGateways", describe::nat_gateways, true),
    read(
        "DescribeAddresses",
        describe::addresses,
        &[("PublicIp", "publicIpsSet", "publicIp"), ("AllocationId", "allocationIdsSet", "allocationId"), FILTERS],
    ),
    wrapped("DescribeFlowLogs", describe::flow_logs, true),
    wrapped("DescribeIamInstanceProfileAssociations", profiles::describe, false),
    read("DescribeRegions", describe::regions, &[("RegionName", "regionSet", "regionName"), FILTERS]),
    read(
        "DescribeAvailabilityZones",
        describe::zones,
        &[("ZoneName", "availabilityZoneSet", "zoneName"), ("ZoneId", "availabilityZoneIdSet", "zoneId"), FILTERS],
    ),
    wrapped("DescribeInstanceTypes", describe::instance_types, true),
    wrapped("DescribeInstanceTypeOfferings", describe::instance_type_offerings, true),
    read("DescribeImageAttribute", images::describe_attribute, &[]),
    wrapped("GetEbsEncryptionByDefault", |_, region| Ok(encryption::describe(region)), true),
    read("DescribeTags", describe::tags, &[FILTERS]),
    read(
        "DescribeKeyPairs",
        describe::key_pairs,
        &[("KeyName", "keySet", "keyName"), ("KeyPairId", "keyPairIdSet", "keyPairId"), FILTERS],
    ),
    read("DescribeClassicLinkInstances", classic::instances, &[("InstanceId", "instancesSet", "instanceId"), FILTERS]),
    read("DescribeVpcClassicLink", classic::vpcs, &[("VpcId", "vpcSet", "vpcId"), FILTERS]),
    wrapped("DescribeVpcClassicLinkDnsSupport", classic::dns_support, false),
    write("RunInstances", run::run, Rate::Fixed(Limit::launch("RunInstances")), &[]),
    write("StartInstances", instances::start, Rate::Fixed(Limit::launch("StartInstances")), INSTANCES),
    write("StopInstances", instances::stop, WRITE, INSTANCES),
    write("RebootInstances", instances::reboot, WRITE, INSTANCES),
    write("TerminateInstances", instances::terminate, Rate::Fixed(Limit::bulk("TerminateInstances")), INSTANCES),
    write("ModifyInstanceAttribute", modify::attribute, WRITE, &[("GroupId", "groupSet", "groupId")]),
    wrapped_write("ModifyInstanceMetadataOptions", modify::metadata_options, WRITE, true),
    write(
        "ModifyNetworkInterfaceAttribute",
        interfaces::modify_attribute,
        WRITE,
        &[("SecurityGroupId", "groupSet", "groupId")],
    ),
    write("ModifySnapshotAttribute", snapshots::modify_attribute, WRITE, &[]),
    write("ResetSnapshotAttribute", snapshots::reset_attribute, WRITE, &[]),
    write("DeleteSnapshot", snapshots::delete, WRITE, &[]),
    write("CreateImage", images::create, WRITE, &[]),
    write("DeregisterImage", images::deregister, WRITE, &[]),
    write("ModifyImageAttribute", images::modify_attribute, WRITE, &[]),
    write("ResetImageAttribute", images::reset_attribute, WRITE, &[]),
    write("CreateNetworkAclEntry", acls::create, WRITE, &[]),
    write("ReplaceNetworkAclEntry", acls::replace, WRITE, &[]),
    write("DeleteNetworkAclEntry", acls::delete, WRITE, &[]),
    wrapped_write("EnableEbsEncryptionByDefault", |_, region| Ok(encryption::set(region, true)), WRITE, true),
    wrapped_write("DisableEbsEncryptionByDefault", |_, region| Ok(encryption::set(region, false)), WRITE, true),
    write("CreateTags", tags::create, Rate::Fixed(Limit::TAGS), &[("ResourceId", "resourcesSet", "resourceId")]),
    write("DeleteTags", tags::delete, WRITE, &[("ResourceId", "resourcesSet", "resourceId")]),
    write("CreateSecurityGroup", groups::create, WRITE, &[]),
    write("DeleteSecurityGroup", groups::delete, WRITE, &[]),
    write("AuthorizeSecurityGroupIngress", rules::authorize_ingress, WRITE, &[]),
    write("AuthorizeSecurityGroupEgress", rules::authorize_egress, WRITE, &[]),
    write("RevokeSecurityGroupIngress", rules::revoke_ingress, WRITE, RULES),
    write("RevokeSecurityGroupEgress", rules::revoke_egress, WRITE, RULES),
    write("CreateSnapshot", snapshots::create, Rate::Fixed(Limit::bulk("CreateSnapshot")), &[]),
    wrapped_write("CreateSnapshots", snapshots::create_many, Rate::Fixed(Limit::bulk("CreateSnapshots")), true),
    wrapped_write("AssociateIamInstanceProfile", profiles::associate, WRITE, false),
    wrapped_write("DisassociateIamInstanceProfile", profiles::disassociate, WRITE, false),
    wrapped_write("ReplaceIamInstanceProfileAssociation", profiles::replace, WRITE, false),
    write("CreateKeyPair", instances::create_key_pair, WRITE, &[]),
    write("DetachClassicLinkVpc", classic::detach, WRITE, &[]),
];

/// Every list has filters, and CloudTrail writes the set even where it is empty.
const FILTERS: (&str, &str, &str) = ("Filter", "filterSet", "");
const RULES: &[(&str, &str, &str)] = &[("SecurityGroupRuleId", "securityGroupRuleIds", "securityGroupRuleId")];
