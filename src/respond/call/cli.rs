//! A call as the AWS CLI would make it, ready to copy into a POSIX shell.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Call, InstanceAttribute, QUARANTINE};
use crate::domain::network::{Direction, GroupRule, Peer};

impl Call {
    /// The command, on one line. A group that does not exist yet stands as the
    /// shell variable `QUARANTINE_SG`, which the command that makes it sets.
    pub fn cli(&self, region: &str) -> String {
        let command = match self {
            Self::DescribeInstances { instance } => ec2("describe-instances", &[("instance-ids", instance)]),
            Self::DescribeInstanceAttribute { instance, attribute } => {
                let name = match attribute {
                    InstanceAttribute::TerminationProtection => "disableApiTermination",
                    InstanceAttribute::ShutdownBehavior => "instanceInitiatedShutdownBehavior",
                    InstanceAttribute::UserData => "userData",
                };
                ec2("describe-instance-attribute", &[("instance-id", instance), ("attribute", name)])
            }
            Self::DescribeNetworkInterfaces { interface } => {
                ec2("describe-network-interfaces", &[("network-interface-ids", interface)])
            }
            Self::DescribeSecurityGroups { vpc, group_name } => format!(
                "aws ec2 describe-security-groups --filters {} {}",
                quote(&format!("Name=vpc-id,Values={vpc}")),
                quote(&format!("Name=group-name,Values={group_name}")),
            ),
            Self::DescribeSecurityGroupRules { group } => format!(
                "aws ec2 describe-security-group-rules --filters {}",
                word(&format!("Name=group-id,Values={group}")),
            ),
            Self::DescribeIamInstanceProfileAssociations { instance } => format!(
                "aws ec2 describe-iam-instance-profile-associations --filters {}",
                quote(&format!("Name=instance-id,Values={instance}")),
            ),
            Self::DescribeSnapshots { volumes, tag: (key, value) } => format!(
                "aws ec2 describe-snapshots --owner-ids self --filters {} {}",
                quote(&format!("Name=volume-id,Values={}", volumes.join(","))),
                json_word(&json!({ "Name": format!("tag:{key}"), "Values": [value] })),
            ),
            Self::DescribeSnapshotAttribute { snapshot } => ec2(
                "describe-snapshot-attribute",
                &[("snapshot-id", snapshot), ("attribute", "createVolumePermission")],
            ),
            Self::GetAccessKeyLastUsed { key } => iam("get-access-key-last-used", &[("access-key-id", key)]),
            Self::ListAccessKeys { user } => iam("list-access-keys", &[("user-name", user)]),
            Self::GetUserPolicy { user, policy } => {
                iam("get-user-policy", &[("user-name", user), ("policy-name", policy)])
            }
            Self::GetRolePolicy { role, policy } => {
                iam("get-role-policy", &[("role-name", role), ("policy-name", policy)])
            }
            Self::SetTerminationProtection { instance, on } => format!(
                "{} --{}disable-api-termination",
                ec2("modify-instance-attribute", &[("instance-id", instance)]),
                if *on { "" } else { "no-" },
            ),
            Self::SetShutdownBehavior { instance, behavior } => ec2(
                "modify-instance-attribute",
                &[("instance-id", instance), ("instance-initiated-shutdown-behavior", behavior)],
            ),
            Self::SetDeleteOnTermination { instance, device, delete, .. } => format!(
                "{} --block-device-mappings {}",
                ec2("modify-instance-attribute", &[("instance-id", instance)]),
                json_word(&json!([{ "DeviceName": device, "Ebs": { "DeleteOnTermination": delete } }])),
            ),
            Self::ModifyInstanceMetadataOptions { instance, tokens } => {
                ec2("modify-instance-metadata-options", &[("instance-id", instance), ("http-tokens", tokens)])
            }
            Self::CreateTags { resource, tags } => {
                format!("{} --tags {}", ec2("create-tags", &[("resources", resource)]), json_word(&tag_list(tags)))
            }
            Self::DeleteTags { resource, keys } => {
                let keys: Vec<Value> = keys.iter().map(|key| json!({ "Key": key })).collect();
                format!("{} --tags {}", ec2("delete-tags", &[("resources", resource)]), json_word(&Value::from(keys)))
            }
            Self::CreateSnapshots { instance, description, tags } => format!(
                "{} --instance-specification {} --tag-specifications {}",
                ec2("create-snapshots", &[("description", description)]),
                quote(&format!("InstanceId={instance}")),
                tag_specification("snapshot", tags),
            ),
            Self::CreateSecurityGroup { vpc, group_name, description, tags } => {
                return format!(
                    "QUARANTINE_SG=$({} --tag-specifications {} --query GroupId --output text --region {})",
                    ec2(
                        "create-security-group",
                        &[("group-name", group_name), ("description", description), ("vpc-id", vpc)],
                    ),
                    tag_specification("security-group", tags),
                    quote(region),
                );
            }
            Self::DeleteSecurityGroup { group } => ec2("delete-security-group", &[("group-id", group)]),
            Self::RevokeSecurityGroupRules { group, direction, rules } => {
                let (verb, test) = match direction {
                    Direction::Ingress => ("revoke-security-group-ingress", "!IsEgress"),
                    Direction::Egress => ("revoke-security-group-egress", "IsEgress"),
                };
                let rules = if rules.is_empty() {
                    format!(
                        "$(aws ec2 describe-security-group-rules --filters {} --query {} --output text --region {})",
                        word(&format!("Name=group-id,Values={group}")),
                        quote(&format!("SecurityGroupRules[?{test}].SecurityGroupRuleId")),
                        quote(region),
                    )
                } else {
                    rules.iter().map(|rule| quote(rule)).collect::<Vec<_>>().join(" ")
                };
                format!("{} --security-group-rule-ids {rules}", ec2(verb, &[("group-id", group)]))
            }
            Self::AuthorizeSecurityGroupRule { rule } => {
                let verb = match rule.direction {
                    Direction::Ingress => "authorize-security-group-ingress",
                    Direction::Egress => "authorize-security-group-egress",
                };
                format!(
                    "{} --ip-permissions {}",
                    ec2(verb, &[("group-id", &rule.group)]),
                    json_word(&ip_permissions(rule)),
                )
            }
            Self::ModifyNetworkInterfaceAttribute { interface, groups, .. } => format!(
                "{} --groups {}",
                ec2("modify-network-interface-attribute", &[("network-interface-id", interface)]),
                groups.iter().map(|group| word(group)).collect::<Vec<_>>().join(" "),
            ),
            Self::DisassociateIamInstanceProfile { association, .. } => {
                ec2("disassociate-iam-instance-profile", &[("association-id", association)])
            }
            Self::AssociateIamInstanceProfile { instance, profile } => format!(
                "{} --iam-instance-profile {}",
                ec2("associate-iam-instance-profile", &[("instance-id", instance)]),
                quote(&format!("Arn={profile}")),
            ),
            Self::StopInstances { instance } => ec2("stop-instances", &[("instance-ids", instance)]),
            Self::StartInstances { instance } => ec2("start-instances", &[("instance-ids", instance)]),
            Self::RebootInstances { instance } => ec2("reboot-instances", &[("instance-ids", instance)]),
            Self::TerminateInstances { instance } => ec2("terminate-instances", &[("instance-ids", instance)]),
            // With nobody at all, whoever it is shared with: that is what a reset does (EC2 API reference).
            Self::ModifySnapshotAttribute { snapshot, .. } if self.is_open() => {
                ec2("reset-snapshot-attribute", &[("snapshot-id", snapshot), ("attribute", "createVolumePermission")])
            }
            Self::ModifySnapshotAttribute { snapshot, add, public, accounts } => {
                let mut command = ec2(
                    "modify-snapshot-attribute",
                    &[
                        ("snapshot-id", snapshot),
                        ("attribute", "createVolumePermission"),
                        ("operation-type", if *add { "add" } else { "remove" }),
                    ],
                );
                if *public {
                    command.push_str(" --group-names all");
                }
                if !accounts.is_empty() {
                    let _ = write!(command, " --user-ids {}", accounts.join(" "));
                }
                command
            }
            // Whose the key is, is read when the step runs; the command reads it too.
            Self::UpdateAccessKey { user, key, active } if user.is_empty() => format!(
                "{} --user-name \"$({} --query UserName --output text)\"",
                iam(
                    "update-access-key",
                    &[("access-key-id", key), ("status", if *active { "Active" } else { "Inactive" })]
                ),
                iam("get-access-key-last-used", &[("access-key-id", key)]),
            ),
            Self::UpdateAccessKey { user, key, active } => iam(
                "update-access-key",
                &[("user-name", user), ("access-key-id", key), ("status", if *active { "Active" } else { "Inactive" })],
            ),
            Self::PutUserPolicy { user, policy, document } => {
                iam("put-user-policy", &[("user-name", user), ("policy-name", policy), ("policy-document", document)])
            }
            Self::DeleteUserPolicy { user, policy } => {
                iam("delete-user-policy", &[("user-name", user), ("policy-name", policy)])
            }
            Self::PutRolePolicy { role, policy, document } => {
                iam("put-role-policy", &[("role-name", role), ("policy-name", policy), ("policy-document", document)])
            }
            Self::DeleteRolePolicy { role, policy } => {
                iam("delete-role-policy", &[("role-name", role), ("policy-name", policy)])
            }
        };
        if self.action().starts_with("iam:") { command } else { format!("{command} --region {}", quote(region)) }
    }
}

/// The text as one word of a POSIX shell: bare where nothing in it is special,
/// else in single quotes.
pub fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Like [`quote`], but the stand-in of the quarantine group stays a variable.
fn word(text: &str) -> String {
    match text.split_once(QUARANTINE) {
        Some((before, after)) => format!("\"{before}{QUARANTINE}{after}\""),
        None => quote(text),
    }
}

fn ec2(verb: &str, options: &[(&str, &str)]) -> String {
    service("ec2", verb, options)
}

fn iam(verb: &str, options: &[(&str, &str)]) -> String {
    service("iam", verb, options)
}

fn service(name: &str, verb: &str, options: &[(&str, &str)]) -> String {
    let mut command = format!("aws {name} {verb}");
    for (option, value) in options {
        // A value that begins with a dash would be read as an option.
        let joint = if value.starts_with('-') { '=' } else { ' ' };
        let _ = write!(command, " --{option}{joint}{}", word(value));
    }
    command
}

fn json_word(value: &Value) -> String {
    quote(&value.to_string())
}

fn tag_list(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

fn tag_specification(kind: &str, tags: &BTreeMap<String, String>) -> String {
    json_word(&json!([{ "ResourceType": kind, "Tags": tag_list(tags) }]))
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
