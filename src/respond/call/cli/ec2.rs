//! EC2's commands.

use serde_json::{Value, json};

use super::super::{Call, InstanceAttribute};
use super::{json_word, quote, sharing, tag_list, tag_specification, word};
use crate::domain::network::{AclEntry, Direction, GroupRule, Peer};

fn ec2(verb: &str, options: &[(&str, &str)]) -> String {
    super::service("ec2", verb, options)
}

pub(super) fn command(call: &Call, region: &str) -> Option<String> {
    let command = if call.writes() { write(call, region) } else { read(call) }?;
    // A command that names its Region within itself is whole.
    let whole = matches!(call, Call::CreateSecurityGroup { .. });
    Some(if whole { command } else { format!("{command} --region {}", quote(region)) })
}

fn read(call: &Call) -> Option<String> {
    Some(match call {
        Call::DescribeInstances { instance } => ec2("describe-instances", &[("instance-ids", instance)]),
        Call::DescribeInstanceAttribute { instance, attribute } => {
            let name = match attribute {
                InstanceAttribute::TerminationProtection => "disableApiTermination",
                InstanceAttribute::ShutdownBehavior => "instanceInitiatedShutdownBehavior",
                InstanceAttribute::UserData => "userData",
            };
            ec2("describe-instance-attribute", &[("instance-id", instance), ("attribute", name)])
        }
        Call::DescribeNetworkInterfaces { interface } => {
            ec2("describe-network-interfaces", &[("network-interface-ids", interface)])
        }
        Call::DescribeSecurityGroups { vpc, group_name } => format!(
            "aws ec2 describe-security-groups --filters {} {}",
            quote(&format!("Name=vpc-id,Values={vpc}")),
            quote(&format!("Name=group-name,Values={group_name}")),
        ),
        Call::DescribeSecurityGroupRules { group } => format!(
            "aws ec2 describe-security-group-rules --filters {}",
            word(&format!("Name=group-id,Values={group}")),
        ),
        Call::DescribeIamInstanceProfileAssociations { instance } => format!(
            "aws ec2 describe-iam-instance-profile-associations --filters {}",
            quote(&format!("Name=instance-id,Values={instance}")),
        ),
        Call::DescribeSnapshots { volumes, tag: (key, value) } => format!(
            "aws ec2 describe-snapshots --owner-ids self --filters {} {}",
            quote(&format!("Name=volume-id,Values={}", volumes.join(","))),
            json_word(&json!({ "Name": format!("tag:{key}"), "Values": [value] })),
        ),
        Call::DescribeImages { image_name } => {
            format!(
                "aws ec2 describe-images --owners self --filters {}",
                quote(&format!("Name=name,Values={image_name}"))
            )
        }
        Call::DescribeNetworkAcls { acl } => ec2("describe-network-acls", &[("network-acl-ids", acl)]),
        Call::GetEbsEncryptionByDefault { .. } => ec2("get-ebs-encryption-by-default", &[]),
        other => return sharing::read(other),
    })
}

fn write(call: &Call, region: &str) -> Option<String> {
    Some(match call {
        Call::SetTerminationProtection { instance, on } => format!(
            "{} --{}disable-api-termination",
            ec2("modify-instance-attribute", &[("instance-id", instance)]),
            if *on { "" } else { "no-" },
        ),
        Call::SetShutdownBehavior { instance, behavior } => ec2(
            "modify-instance-attribute",
            &[("instance-id", instance), ("instance-initiated-shutdown-behavior", behavior)],
        ),
        Call::SetDeleteOnTermination { instance, device, delete, .. } => format!(
            "{} --block-device-mappings {}",
            ec2("modify-instance-attribute", &[("instance-id", instance)]),
            json_word(&json!([{ "DeviceName": device, "Ebs": { "DeleteOnTermination": delete } }])),
        ),
        Call::ModifyInstanceMetadataOptions { instance, tokens } => {
            ec2("modify-instance-metadata-options", &[("instance-id", instance), ("http-tokens", tokens)])
        }
        Call::CreateTags { resource, tags } => {
            format!("{} --tags {}", ec2("create-tags", &[("resources", resource)]), json_word(&tag_list(tags)))
        }
        Call::DeleteTags { resource, keys } => {
            let keys: Vec<Value> = keys.iter().map(|key| json!({ "Key": key })).collect();
            format!("{} --tags {}", ec2("delete-tags", &[("resources", resource)]), json_word(&Value::from(keys)))
        }
        Call::CreateSnapshots { instance, description, tags } => format!(
            "{} --instance-specification {} --tag-specifications {}",
            ec2("create-snapshots", &[("description", description)]),
            quote(&format!("InstanceId={instance}")),
            tag_specification(&["snapshot"], tags),
        ),
        Call::CreateSecurityGroup { vpc, group_name, description, tags } => {
            return Some(format!(
                "QUARANTINE_SG=$({} --tag-specifications {} --query GroupId --output text --region {})",
                ec2(
                    "create-security-group",
                    &[("group-name", group_name), ("description", description), ("vpc-id", vpc)],
                ),
                tag_specification(&["security-group"], tags),
                quote(region),
            ));
        }
        Call::DeleteSecurityGroup { group } => ec2("delete-security-group", &[("group-id", group)]),
        Call::RevokeSecurityGroupRules { group, direction, rules } => {
            let (verb, test) = match direction {
                Direction::Ingress => ("revoke-security-group-ingress", "!IsEgress"),
                Direction::Egress => ("revoke-security-group-egress", "IsEgress"),
            };
            let (first, rules) = if rules.is_empty() {
                let read = format!(
                    "$(aws ec2 describe-security-group-rules --filters {} --query {} --output text --region {})",
                    word(&format!("Name=group-id,Values={group}")),
                    quote(&format!("SecurityGroupRules[?{test}].SecurityGroupRuleId")),
                    quote(region),
                );
                // The group was made a moment ago: reads may not show it yet.
                let wait = ec2("wait security-group-exists", &[("group-ids", group)]);
                (format!("{wait} --region {} && ", quote(region)), read)
            } else {
                (String::new(), rules.iter().map(|rule| quote(rule)).collect::<Vec<_>>().join(" "))
            };
            format!("{first}{} --security-group-rule-ids {rules}", ec2(verb, &[("group-id", group)]))
        }
        Call::AuthorizeSecurityGroupRule { rule } => {
            let verb = match rule.direction {
                Direction::Ingress => "authorize-security-group-ingress",
                Direction::Egress => "authorize-security-group-egress",
            };
            format!("{} --ip-permissions {}", ec2(verb, &[("group-id", &rule.group)]), json_word(&ip_permissions(rule)))
        }
        Call::ModifyNetworkInterfaceAttribute { interface, groups, .. } => format!(
            "{} --groups {}",
            ec2("modify-network-interface-attribute", &[("network-interface-id", interface)]),
            groups.iter().map(|group| word(group)).collect::<Vec<_>>().join(" "),
        ),
        // The id of what binds it is read when the step runs; the command reads it too.
        Call::DisassociateIamInstanceProfile { instance, .. } if call.is_open() => format!(
            "aws ec2 disassociate-iam-instance-profile --association-id \"$({} --query {} --output text --region {})\"",
            read(&Call::DescribeIamInstanceProfileAssociations { instance: instance.clone() })?,
            quote("IamInstanceProfileAssociations[?State==`associated`].AssociationId | [0]"),
            quote(region),
        ),
        Call::DisassociateIamInstanceProfile { association, .. } => {
            ec2("disassociate-iam-instance-profile", &[("association-id", association)])
        }
        Call::AssociateIamInstanceProfile { instance, profile } => format!(
            "{} --iam-instance-profile {}",
            ec2("associate-iam-instance-profile", &[("instance-id", instance)]),
            quote(&format!("Arn={profile}")),
        ),
        Call::StopInstances { instance } => ec2("stop-instances", &[("instance-ids", instance)]),
        Call::StartInstances { instance } => ec2("start-instances", &[("instance-ids", instance)]),
        Call::RebootInstances { instance } => ec2("reboot-instances", &[("instance-ids", instance)]),
        Call::TerminateInstances { instance } => ec2("terminate-instances", &[("instance-ids", instance)]),
        // The type of an instance changes only while it is stopped.
        Call::SetInstanceType { instance, kind } => format!(
            "{} --region {} && {}",
            ec2("wait instance-stopped", &[("instance-ids", instance)]),
            quote(region),
            ec2("modify-instance-attribute", &[("instance-id", instance), ("instance-type", kind)]),
        ),
        Call::CreateImage { instance, image_name, description, reboot, tags } => format!(
            "{} --{} --tag-specifications {}",
            ec2("create-image", &[("instance-id", instance), ("name", image_name), ("description", description)],),
            if *reboot { "reboot" } else { "no-reboot" },
            tag_specification(&["image", "snapshot"], tags),
        ),
        Call::CreateNetworkAclEntry { acl, entry } => {
            format!("{} {}", ec2("create-network-acl-entry", &[("network-acl-id", acl)]), acl_entry(entry))
        }
        Call::DeleteNetworkAclEntry { acl, number, direction } => format!(
            "{} --{}",
            ec2("delete-network-acl-entry", &[("network-acl-id", acl), ("rule-number", &number.to_string())]),
            way(*direction),
        ),
        Call::SetEncryptionByDefault { on: true, .. } => ec2("enable-ebs-encryption-by-default", &[]),
        Call::SetEncryptionByDefault { on: false, .. } => ec2("disable-ebs-encryption-by-default", &[]),
        other => return sharing::write(other, region),
    })
}

fn way(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    }
}

/// The options of create-network-acl-entry. `-1` is every protocol.
fn acl_entry(entry: &AclEntry) -> String {
    let block = if entry.cidr.contains(':') { "ipv6-cidr-block" } else { "cidr-block" };
    let ports = match (entry.from_port, entry.to_port) {
        (Some(from), Some(to)) => format!(" --port-range From={from},To={to}"),
        _ => String::new(),
    };
    format!(
        "--{} --rule-number {} --protocol={} --rule-action {}{ports} --{block} {}",
        way(entry.direction),
        entry.number,
        quote(&entry.protocol),
        if entry.allow { "allow" } else { "deny" },
        quote(&entry.cidr),
    )
}
/// The rule in the shape that authorize-security-group-ingress takes.
fn ip_permissions(rule: &GroupRule) -> Value {
    let (list, key, peer) = match &rule.peer {
        Peer::Cidr(block) if block.contains(':') => ("Ipv6Ranges", "CidrIpv6", block),
        Peer::Cidr(block) => ("IpRanges", "CidrIp", block),
        Peer::Group(group) => ("UserIdGroupPairs", "GroupId", group),
        Peer::PrefixList(list) => ("PrefixListIds", "PrefixListId", list),
    };
    let mut range = serde_json::Map::new();
    range.insert(key.to_owned(), json!(peer));
    if !rule.description.is_empty() {
        range.insert("Description".to_owned(), json!(rule.description));
    }
    let mut permission = serde_json::Map::new();
    permission.insert("IpProtocol".to_owned(), json!(rule.protocol));
    if let Some(port) = rule.from_port {
        permission.insert("FromPort".to_owned(), json!(port));
    }
    if let Some(port) = rule.to_port {
        permission.insert("ToPort".to_owned(), json!(port));
    }
    permission.insert(list.to_owned(), json!([range]));
    json!([permission])
}
