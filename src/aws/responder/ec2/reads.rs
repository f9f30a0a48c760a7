//! Reading back from EC2.

use aws_sdk_ec2::types as ec2;

use super::super::{Sdk, all, lacking, sent};
use super::unknown;
use crate::aws::fleet::{decode, filter};
use crate::domain::fault::Fault;
use crate::domain::instance::InstanceState;
use crate::respond::call::{
    Answer, Association, Call, FoundGroup, FoundImage, InstanceAttribute, InstanceReading, VolumeReading,
};

/// The largest page of a Describe call.
const PAGE: i32 = 1000;

impl Sdk {
    pub(super) async fn read(&self, call: &Call, dry_run: bool) -> Result<Answer, Fault> {
        let client = &self.ec2;
        Ok(match call {
            Call::DescribeInstances { instance } => {
                let answer = sent!(self, call, client.describe_instances().instance_ids(instance).dry_run(dry_run))?;
                let found = answer.reservations.unwrap_or_default().into_iter().find_map(|one| one.instances?.pop());
                Answer::Instance(Box::new(found.and_then(reading).ok_or_else(|| lacking(call, "instance"))?))
            }
            Call::DescribeInstanceAttribute { instance, attribute } => {
                let name = match attribute {
                    InstanceAttribute::TerminationProtection => ec2::InstanceAttributeName::DisableApiTermination,
                    InstanceAttribute::ShutdownBehavior => {
                        ec2::InstanceAttributeName::InstanceInitiatedShutdownBehavior
                    }
                    InstanceAttribute::UserData => ec2::InstanceAttributeName::UserData,
                };
                let request = client.describe_instance_attribute().instance_id(instance).attribute(name);
                let answer = sent!(self, call, request.dry_run(dry_run))?;
                Answer::Value(match attribute {
                    InstanceAttribute::TerminationProtection => {
                        answer.disable_api_termination.and_then(|value| value.value).map(|on| on.to_string())
                    }
                    InstanceAttribute::ShutdownBehavior => {
                        answer.instance_initiated_shutdown_behavior.and_then(|value| value.value)
                    }
                    InstanceAttribute::UserData => answer.user_data.and_then(|value| value.value),
                })
            }
            Call::DescribeNetworkInterfaces { interface } => {
                let request = client.describe_network_interfaces().network_interface_ids(interface);
                let answer = sent!(self, call, request.dry_run(dry_run))?;
                let found = answer.network_interfaces.unwrap_or_default().pop();
                Answer::Ids(decode::group_ids(found.ok_or_else(|| lacking(call, "interface"))?.groups))
            }
            Call::DescribeSecurityGroups { vpc, group_name } => {
                let request = client
                    .describe_security_groups()
                    .filters(filter("vpc-id", [vpc.clone()]))
                    .filters(filter("group-name", [group_name.clone()]))
                    .max_results(PAGE)
                    .dry_run(dry_run);
                let pages = all!(self, call, request)?;
                Answer::Groups(pages.into_iter().filter_map(found_group).collect())
            }
            Call::DescribeSecurityGroupRules { group } => {
                let request = client
                    .describe_security_group_rules()
                    .filters(filter("group-id", [group.clone()]))
                    .max_results(PAGE)
                    .dry_run(dry_run);
                let rules = all!(self, call, request)?;
                Answer::Rules(rules.into_iter().filter_map(decode::rule).collect())
            }
            Call::DescribeIamInstanceProfileAssociations { instance } => {
                let request = client
                    .describe_iam_instance_profile_associations()
                    .filters(filter("instance-id", [instance.clone()]))
                    .max_results(PAGE);
                let answer = sent!(self, call, request)?;
                let found = answer.iam_instance_profile_associations.unwrap_or_default();
                Answer::Associations(
                    found.into_iter().filter_map(association).filter(|one| one.state != "disassociated").collect(),
                )
            }
            Call::DescribeSnapshots { volumes, tag: (key, value) } => {
                let request = client
                    .describe_snapshots()
                    .owner_ids("self")
                    .filters(filter("volume-id", volumes.iter().cloned()))
                    .filters(filter(&format!("tag:{key}"), [value.clone()]))
                    .max_results(PAGE)
                    .dry_run(dry_run);
                let found = all!(self, call, request)?;
                Answer::Snapshots(found.into_iter().filter_map(decode::snapshot).collect())
            }
            Call::DescribeSnapshotAttribute { snapshot } => {
                let request = client
                    .describe_snapshot_attribute()
                    .snapshot_id(snapshot)
                    .attribute(ec2::SnapshotAttributeName::CreateVolumePermission);
                let answer = sent!(self, call, request.dry_run(dry_run))?;
                let permissions = answer.create_volume_permissions.unwrap_or_default();
                let public = permissions.iter().any(|permission| permission.group == Some(ec2::PermissionGroup::All));
                let accounts = permissions.into_iter().filter_map(|permission| permission.user_id).collect();
                Answer::Sharing { public, accounts }
            }
            Call::DescribeImages { image_name } => {
                let request = client
                    .describe_images()
                    .owners("self")
                    .filters(filter("name", [image_name.clone()]))
                    .max_results(PAGE)
                    .dry_run(dry_run);
                let found = all!(self, call, request)?;
                Answer::Images(found.into_iter().filter_map(image).filter(|image| image.state != "failed").collect())
            }
            Call::DescribeImageAttribute { image } => {
                let request = client
                    .describe_image_attribute()
                    .image_id(image)
                    .attribute(ec2::ImageAttributeName::LaunchPermission);
                let answer = sent!(self, call, request.dry_run(dry_run))?;
                let permissions = answer.launch_permissions.unwrap_or_default();
                let public = permissions.iter().any(|permission| permission.group == Some(ec2::PermissionGroup::All));
                let holder =
                    |one: ec2::LaunchPermission| one.user_id.or(one.organization_arn).or(one.organizational_unit_arn);
                Answer::Sharing { public, accounts: permissions.into_iter().filter_map(holder).collect() }
            }
            Call::DescribeNetworkAcls { acl } => {
                let request = client.describe_network_acls().network_acl_ids(acl).dry_run(dry_run);
                let found = sent!(self, call, request)?.network_acls.unwrap_or_default().pop();
                let entries = found.ok_or_else(|| lacking(call, "network ACL"))?.entries.unwrap_or_default();
                Answer::Entries(entries.into_iter().filter_map(decode::acl_entry).collect())
            }
            Call::GetEbsEncryptionByDefault { .. } => {
                let answer = sent!(self, call, client.get_ebs_encryption_by_default().dry_run(dry_run))?;
                Answer::Value(answer.ebs_encryption_by_default.map(|on| on.to_string()))
            }
            other => return Err(unknown(other)),
        })
    }
}

fn reading(from: ec2::Instance) -> Option<InstanceReading> {
    let mut volumes: Vec<VolumeReading> = from
        .block_device_mappings
        .unwrap_or_default()
        .into_iter()
        .filter_map(|mapping| {
            let ebs = mapping.ebs?;
            Some(VolumeReading {
                id: ebs.volume_id?,
                device: mapping.device_name.unwrap_or_default(),
                delete_on_termination: ebs.delete_on_termination.unwrap_or(false),
            })
        })
        .collect();
    volumes.sort_by(|a, b| a.device.cmp(&b.device));
    let interfaces = from.network_interfaces.unwrap_or_default();
    let state = from.state.and_then(|state| state.name);
    Some(InstanceReading {
        id: from.instance_id?,
        state: state.map_or(InstanceState::Unknown, |name| InstanceState::of(name.as_str())),
        tokens: from
            .metadata_options
            .and_then(|options| options.http_tokens)
            .map(|tokens| tokens.as_str().to_owned())
            .unwrap_or_default(),
        kind: from.instance_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        tags: decode::tags(from.tags).into_iter().collect(),
        volumes,
        interfaces: interfaces.into_iter().filter_map(|interface| interface.network_interface_id).collect(),
    })
}

fn found_group(from: ec2::SecurityGroup) -> Option<FoundGroup> {
    Some(FoundGroup {
        id: from.group_id?,
        name: from.group_name.unwrap_or_default(),
        tags: decode::tags(from.tags).into_iter().collect(),
    })
}

fn association(from: ec2::IamInstanceProfileAssociation) -> Option<Association> {
    Some(Association {
        id: from.association_id?,
        profile: from.iam_instance_profile.and_then(|profile| profile.arn).unwrap_or_default(),
        state: from.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
    })
}

fn image(from: ec2::Image) -> Option<FoundImage> {
    Some(FoundImage {
        id: from.image_id?,
        name: from.name.unwrap_or_default(),
        state: from.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
    })
}
