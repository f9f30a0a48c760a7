//! EC2's part of the calls.

use std::collections::BTreeMap;

use aws_sdk_ec2::types as ec2;

use super::super::fleet::{decode, filter};
use super::super::time::timestamp;
use super::{Sdk, lacking, sent};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::instance::InstanceState;
use crate::domain::network::{Direction, GroupRule, Peer};
use crate::domain::storage::Snapshot;
use crate::respond::call::{Answer, Association, Call, FoundGroup, InstanceAttribute, InstanceReading, VolumeReading};

/// The largest page of a Describe call.
const PAGE: i32 = 1000;

impl Sdk {
    pub(super) async fn ec2(&self, call: &Call, dry_run: bool) -> Result<Answer, Fault> {
        if call.writes() { self.write(call, dry_run).await } else { self.read(call, dry_run).await }
    }

    async fn read(&self, call: &Call, dry_run: bool) -> Result<Answer, Fault> {
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
                let pages: Vec<_> = request
                    .into_paginator()
                    .items()
                    .send()
                    .try_collect()
                    .await
                    .map_err(|error| self.origin.fault(call.action(), &error))?;
                Answer::Groups(pages.into_iter().filter_map(found_group).collect())
            }
            Call::DescribeSecurityGroupRules { group } => {
                let request = client
                    .describe_security_group_rules()
                    .filters(filter("group-id", [group.clone()]))
                    .max_results(PAGE)
                    .dry_run(dry_run);
                let rules: Vec<_> = request
                    .into_paginator()
                    .items()
                    .send()
                    .try_collect()
                    .await
                    .map_err(|error| self.origin.fault(call.action(), &error))?;
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
                let found: Vec<_> = request
                    .into_paginator()
                    .items()
                    .send()
                    .try_collect()
                    .await
                    .map_err(|error| self.origin.fault(call.action(), &error))?;
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
            other => return Err(unknown(other)),
        })
    }

    async fn write(&self, call: &Call, dry_run: bool) -> Result<Answer, Fault> {
        let client = &self.ec2;
        match call {
            Call::SetTerminationProtection { instance, on } => {
                let value = ec2::AttributeBooleanValue::builder().value(*on).build();
                let request = client.modify_instance_attribute().instance_id(instance).disable_api_termination(value);
                sent!(self, call, request.dry_run(dry_run))?;
            }
            Call::SetShutdownBehavior { instance, behavior } => {
                let value = ec2::AttributeValue::builder().value(behavior).build();
                let request = client
                    .modify_instance_attribute()
                    .instance_id(instance)
                    .instance_initiated_shutdown_behavior(value);
                sent!(self, call, request.dry_run(dry_run))?;
            }
            Call::SetDeleteOnTermination { instance, device, delete, .. } => {
                let ebs = ec2::EbsInstanceBlockDeviceSpecification::builder().delete_on_termination(*delete).build();
                let mapping =
                    ec2::InstanceBlockDeviceMappingSpecification::builder().device_name(device).ebs(ebs).build();
                let request = client.modify_instance_attribute().instance_id(instance).block_device_mappings(mapping);
                sent!(self, call, request.dry_run(dry_run))?;
            }
            Call::ModifyInstanceMetadataOptions { instance, tokens } => {
                let request = client
                    .modify_instance_metadata_options()
                    .instance_id(instance)
                    .http_tokens(tokens.as_str().into())
                    .dry_run(dry_run);
                sent!(self, call, request)?;
            }
            Call::CreateTags { resource, tags } => {
                let request = client.create_tags().resources(resource).set_tags(Some(self::tags(tags)));
                sent!(self, call, request.dry_run(dry_run))?;
            }
            Call::DeleteTags { resource, keys } => {
                // A tag without a value goes whatever its value (EC2 API reference, DeleteTags).
                let tags = keys.iter().map(|key| ec2::Tag::builder().key(key).build()).collect();
                let request = client.delete_tags().resources(resource).set_tags(Some(tags));
                sent!(self, call, request.dry_run(dry_run))?;
            }
            Call::CreateSnapshots { instance, description, tags } => {
                let request = client
                    .create_snapshots()
                    .instance_specification(ec2::InstanceSpecification::builder().instance_id(instance).build())
                    .description(description)
                    .tag_specifications(tag_specification(ec2::ResourceType::Snapshot, tags))
                    .dry_run(dry_run);
                let begun = sent!(self, call, request)?.snapshots.unwrap_or_default();
                return Ok(Answer::Snapshots(begun.into_iter().filter_map(snapshot_begun).collect()));
            }
            Call::CreateSecurityGroup { vpc, group_name, description, tags } => {
                let request = client
                    .create_security_group()
                    .vpc_id(vpc)
                    .group_name(group_name)
                    .description(description)
                    .tag_specifications(tag_specification(ec2::ResourceType::SecurityGroup, tags))
                    .dry_run(dry_run);
                let made = sent!(self, call, request)?.group_id;
                return made.map(Answer::Made).ok_or_else(|| lacking(call, "group id"));
            }
            Call::DeleteSecurityGroup { group } => {
                sent!(self, call, client.delete_security_group().group_id(group).dry_run(dry_run))?;
            }
            Call::RevokeSecurityGroupRules { group, direction, rules } => {
                self.revoke(call, group, *direction, rules, dry_run).await?;
            }
            Call::AuthorizeSecurityGroupRule { rule } => return self.authorize(call, rule, dry_run).await,
            Call::ModifyNetworkInterfaceAttribute { interface, groups, .. } => {
                let request = client
                    .modify_network_interface_attribute()
                    .network_interface_id(interface)
                    .set_groups(Some(groups.clone()))
                    .dry_run(dry_run);
                sent!(self, call, request)?;
            }
            Call::DisassociateIamInstanceProfile { association, .. } => {
                sent!(self, call, client.disassociate_iam_instance_profile().association_id(association))?;
            }
            Call::AssociateIamInstanceProfile { instance, profile } => {
                let profile = ec2::IamInstanceProfileSpecification::builder().arn(profile).build();
                let request =
                    client.associate_iam_instance_profile().instance_id(instance).iam_instance_profile(profile);
                let made = sent!(self, call, request)?.iam_instance_profile_association;
                let id = made.and_then(|association| association.association_id);
                return id.map(Answer::Made).ok_or_else(|| lacking(call, "association id"));
            }
            Call::StopInstances { instance } => {
                sent!(self, call, client.stop_instances().instance_ids(instance).dry_run(dry_run))?;
            }
            Call::StartInstances { instance } => {
                sent!(self, call, client.start_instances().instance_ids(instance).dry_run(dry_run))?;
            }
            Call::RebootInstances { instance } => {
                sent!(self, call, client.reboot_instances().instance_ids(instance).dry_run(dry_run))?;
            }
            Call::TerminateInstances { instance } => {
                sent!(self, call, client.terminate_instances().instance_ids(instance).dry_run(dry_run))?;
            }
            Call::ModifySnapshotAttribute { snapshot, add, public, accounts } => {
                let operation = if *add { ec2::OperationType::Add } else { ec2::OperationType::Remove };
                let request = client
                    .modify_snapshot_attribute()
                    .snapshot_id(snapshot)
                    .attribute(ec2::SnapshotAttributeName::CreateVolumePermission)
                    .operation_type(operation)
                    .set_group_names(public.then(|| vec!["all".to_owned()]))
                    .set_user_ids((!accounts.is_empty()).then(|| accounts.clone()))
                    .dry_run(dry_run);
                sent!(self, call, request)?;
            }
            other => return Err(unknown(other)),
        }
        Ok(Answer::Taken)
    }

    async fn revoke(
        &self,
        call: &Call,
        group: &str,
        direction: Direction,
        rules: &[String],
        dry_run: bool,
    ) -> Result<(), Fault> {
        if rules.is_empty() {
            return Err(Fault::new(FaultKind::Invalid, call.action(), "it names no rule"));
        }
        let rules = Some(rules.to_vec());
        match direction {
            Direction::Ingress => {
                let request = self.ec2.revoke_security_group_ingress().group_id(group).dry_run(dry_run);
                sent!(self, call, request.set_security_group_rule_ids(rules))?;
            }
            Direction::Egress => {
                let request = self.ec2.revoke_security_group_egress().group_id(group).dry_run(dry_run);
                sent!(self, call, request.set_security_group_rule_ids(rules))?;
            }
        }
        Ok(())
    }

    async fn authorize(&self, call: &Call, rule: &GroupRule, dry_run: bool) -> Result<Answer, Fault> {
        let permission = permission(rule);
        let made = match rule.direction {
            Direction::Ingress => {
                let request = self.ec2.authorize_security_group_ingress().group_id(&rule.group);
                sent!(self, call, request.ip_permissions(permission).dry_run(dry_run))?.security_group_rules
            }
            Direction::Egress => {
                let request = self.ec2.authorize_security_group_egress().group_id(&rule.group);
                sent!(self, call, request.ip_permissions(permission).dry_run(dry_run))?.security_group_rules
            }
        };
        Ok(Answer::Rules(made.unwrap_or_default().into_iter().filter_map(decode::rule).collect()))
    }
}

/// A call that is not EC2's came here: the closed set and its adaptor disagree.
fn unknown(call: &Call) -> Fault {
    Fault::new(FaultKind::Invalid, call.action(), "EC2 has no such call here")
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
    let state = from.state.and_then(|state| state.name);
    Some(InstanceReading {
        id: from.instance_id?,
        state: state.map_or(InstanceState::Unknown, |name| InstanceState::of(name.as_str())),
        tokens: from
            .metadata_options
            .and_then(|options| options.http_tokens)
            .map(|tokens| tokens.as_str().to_owned())
            .unwrap_or_default(),
        tags: decode::tags(from.tags).into_iter().collect(),
        volumes,
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

fn snapshot_begun(from: ec2::SnapshotInfo) -> Option<Snapshot> {
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

fn tags(tags: &BTreeMap<String, String>) -> Vec<ec2::Tag> {
    tags.iter().map(|(key, value)| ec2::Tag::builder().key(key).value(value).build()).collect()
}

fn tag_specification(kind: ec2::ResourceType, tags: &BTreeMap<String, String>) -> ec2::TagSpecification {
    ec2::TagSpecification::builder().resource_type(kind).set_tags(Some(self::tags(tags))).build()
}

/// A rule as the permission that makes it. -1 stands for all ports where the
/// protocol has ports (EC2 API reference, IpPermission).
fn permission(rule: &GroupRule) -> ec2::IpPermission {
    let described = (!rule.description.is_empty()).then(|| rule.description.clone());
    let permission = ec2::IpPermission::builder().ip_protocol(&rule.protocol);
    let permission = if rule.protocol == "-1" {
        permission
    } else {
        permission.from_port(rule.from_port.unwrap_or(-1)).to_port(rule.to_port.unwrap_or(-1))
    };
    match &rule.peer {
        Peer::Cidr(block) if block.contains(':') => permission
            .ipv6_ranges(ec2::Ipv6Range::builder().cidr_ipv6(block).set_description(described).build())
            .build(),
        Peer::Cidr(block) => {
            permission.ip_ranges(ec2::IpRange::builder().cidr_ip(block).set_description(described).build()).build()
        }
        Peer::Group(group) => permission
            .user_id_group_pairs(ec2::UserIdGroupPair::builder().group_id(group).set_description(described).build())
            .build(),
        Peer::PrefixList(list) => permission
            .prefix_list_ids(ec2::PrefixListId::builder().prefix_list_id(list).set_description(described).build())
            .build(),
    }
}
