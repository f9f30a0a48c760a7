//! Changing what EC2 holds.

use std::collections::BTreeMap;

use aws_sdk_ec2::types as ec2;

use super::super::{Sdk, lacking, sent};
use super::unknown;
use crate::aws::fleet::decode;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::network::{Direction, GroupRule, Peer};
use crate::respond::call::{Answer, Call};

impl Sdk {
    pub(super) async fn write(&self, call: &Call, dry_run: bool) -> Result<Answer, Fault> {
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
                return Ok(Answer::Snapshots(begun.into_iter().filter_map(decode::snapshot_begun).collect()));
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
            other => return self.write_more(other, dry_run).await,
        }
        Ok(Answer::Taken)
    }

    /// Images, network ACLs, types and the Region's setting.
    async fn write_more(&self, call: &Call, dry_run: bool) -> Result<Answer, Fault> {
        let client = &self.ec2;
        match call {
            Call::SetInstanceType { instance, kind } => {
                let value = ec2::AttributeValue::builder().value(kind).build();
                let request = client.modify_instance_attribute().instance_id(instance).instance_type(value);
                sent!(self, call, request.dry_run(dry_run))?;
            }
            Call::CreateImage { instance, image_name, description, reboot, tags } => {
                let request = client
                    .create_image()
                    .instance_id(instance)
                    .name(image_name)
                    .description(description)
                    .no_reboot(!reboot)
                    .tag_specifications(tag_specification(ec2::ResourceType::Image, tags))
                    .tag_specifications(tag_specification(ec2::ResourceType::Snapshot, tags))
                    .dry_run(dry_run);
                let made = sent!(self, call, request)?.image_id;
                return made.map(Answer::Made).ok_or_else(|| lacking(call, "image id"));
            }
            Call::ModifyImageAttribute { image, add, public, accounts } => {
                let permissions = launch_permissions(*public, accounts);
                let change = ec2::LaunchPermissionModifications::builder();
                let change =
                    if *add { change.set_add(Some(permissions)) } else { change.set_remove(Some(permissions)) };
                let request = client
                    .modify_image_attribute()
                    .image_id(image)
                    .attribute("launchPermission")
                    .launch_permission(change.build())
                    .dry_run(dry_run);
                sent!(self, call, request)?;
            }
            Call::CreateNetworkAclEntry { acl, entry } => {
                let v6 = entry.cidr.contains(':');
                let request = client
                    .create_network_acl_entry()
                    .network_acl_id(acl)
                    .rule_number(entry.number)
                    .egress(entry.direction == Direction::Egress)
                    .protocol(&entry.protocol)
                    .rule_action(if entry.allow { ec2::RuleAction::Allow } else { ec2::RuleAction::Deny })
                    .set_port_range(ports(entry.from_port, entry.to_port))
                    .set_cidr_block((!v6).then(|| entry.cidr.clone()))
                    .set_ipv6_cidr_block(v6.then(|| entry.cidr.clone()))
                    .dry_run(dry_run);
                sent!(self, call, request)?;
            }
            Call::DeleteNetworkAclEntry { acl, number, direction } => {
                let request = client
                    .delete_network_acl_entry()
                    .network_acl_id(acl)
                    .rule_number(*number)
                    .egress(*direction == Direction::Egress)
                    .dry_run(dry_run);
                sent!(self, call, request)?;
            }
            Call::SetEncryptionByDefault { on: true, .. } => {
                sent!(self, call, client.enable_ebs_encryption_by_default().dry_run(dry_run))?;
            }
            Call::SetEncryptionByDefault { on: false, .. } => {
                sent!(self, call, client.disable_ebs_encryption_by_default().dry_run(dry_run))?;
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

fn ports(from: Option<i32>, to: Option<i32>) -> Option<ec2::PortRange> {
    Some(ec2::PortRange::builder().from(from?).to(to?).build())
}

/// Everybody, accounts, organizations and their units, each as a permission of its own.
fn launch_permissions(public: bool, holders: &[String]) -> Vec<ec2::LaunchPermission> {
    let permission = ec2::LaunchPermission::builder;
    let everybody = public.then(|| permission().group(ec2::PermissionGroup::All).build());
    let held = holders.iter().map(|holder| match holder {
        unit if unit.starts_with("arn:") && unit.contains(":ou/") => permission().organizational_unit_arn(unit).build(),
        organization if organization.starts_with("arn:") => permission().organization_arn(organization).build(),
        account => permission().user_id(account).build(),
    });
    everybody.into_iter().chain(held).collect()
}
