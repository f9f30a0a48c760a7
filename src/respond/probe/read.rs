//! Reading a fact: which call, and what its answer says.

use std::collections::BTreeMap;

use super::{Probe, Reading};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::network::GroupRule;
use crate::respond::call::{Answer, Association, Call, FoundGroup, InstanceAttribute};
use crate::respond::fact::{Fact, same_traffic};

impl Probe {
    /// The call that reads the fact, or its next part.
    pub fn read(&self, so_far: Option<&Fact>) -> Call {
        match self {
            Self::TerminationProtection { instance } => Call::DescribeInstanceAttribute {
                instance: instance.clone(),
                attribute: InstanceAttribute::TerminationProtection,
            },
            Self::ShutdownBehavior { instance } => Call::DescribeInstanceAttribute {
                instance: instance.clone(),
                attribute: InstanceAttribute::ShutdownBehavior,
            },
            Self::DeleteOnTermination { instance, .. }
            | Self::MetadataTokens { instance }
            | Self::Tags { instance, .. }
            | Self::Interfaces { instance }
            | Self::Machine { instance }
            | Self::Power { instance } => Call::DescribeInstances { instance: instance.clone() },
            Self::Snapshots { volumes, tag, .. } => {
                Call::DescribeSnapshots { volumes: volumes.clone(), tag: tag.clone() }
            }
            Self::Quarantine { vpc, group_name, .. } => match so_far {
                Some(Fact::Group { id, .. }) => Call::DescribeSecurityGroupRules { group: id.clone() },
                _ => Call::DescribeSecurityGroups { vpc: vpc.clone(), group_name: group_name.clone() },
            },
            Self::InterfaceGroups { interface, .. } => Call::DescribeNetworkInterfaces { interface: interface.clone() },
            Self::Profile { instance } => Call::DescribeIamInstanceProfileAssociations { instance: instance.clone() },
            Self::Rule { rule } => Call::DescribeSecurityGroupRules { group: rule.group.clone() },
            Self::Sharing { snapshot } => Call::DescribeSnapshotAttribute { snapshot: snapshot.clone() },
            Self::AccessKey { key } => match so_far {
                Some(Fact::Key { user, .. }) => Call::ListAccessKeys { user: user.clone() },
                _ => Call::GetAccessKeyLastUsed { key: key.clone() },
            },
            Self::UserPolicy { user, policy } => Call::GetUserPolicy { user: user.clone(), policy: policy.clone() },
            Self::RolePolicy { role, policy } => Call::GetRolePolicy { role: role.clone(), policy: policy.clone() },
            Self::Image { image_name, .. } => Call::DescribeImages { image_name: image_name.clone() },
            Self::ImageSharing { image } => Call::DescribeImageAttribute { image: image.clone() },
            Self::AclEntry { acl, .. } => Call::DescribeNetworkAcls { acl: acl.clone() },
            Self::EncryptionByDefault { region } => Call::GetEbsEncryptionByDefault { region: region.clone() },
            Self::Membership { group, .. } | Self::Processes { group, .. } => {
                Call::DescribeAutoScalingGroups { group: group.clone() }
            }
            Self::Registration { group, target, .. } => {
                Call::DescribeTargetHealth { group: group.clone(), target: target.clone() }
            }
        }
    }

    /// What the answer to [`Probe::read`] says.
    pub fn interpret(&self, so_far: Option<&Fact>, answer: &Answer) -> Result<Reading, Fault> {
        let surprised = || self.surprised(&self.read(so_far));
        let whole = |fact| Ok(Reading::Whole(fact));
        match (self, answer) {
            (Self::TerminationProtection { .. } | Self::EncryptionByDefault { .. }, Answer::Value(value)) => {
                whole(Fact::Flag(value.as_deref() == Some("true")))
            }
            (Self::ShutdownBehavior { .. }, Answer::Value(Some(value))) => whole(Fact::word(value)),
            (Self::DeleteOnTermination { volume, .. }, Answer::Instance(instance)) => instance
                .volumes
                .iter()
                .find(|found| found.id == *volume)
                .map(|found| Reading::Whole(Fact::Flag(found.delete_on_termination)))
                .map_or_else(|| whole(Fact::Absent), Ok),
            (Self::MetadataTokens { .. }, Answer::Instance(instance)) => whole(Fact::word(&instance.tokens)),
            (Self::Tags { keys, .. }, Answer::Instance(instance)) => whole(Fact::Tags(
                keys.iter().map(|key| (key.clone(), instance.tags.get(key).cloned())).collect::<BTreeMap<_, _>>(),
            )),
            (Self::Interfaces { .. }, Answer::Instance(instance)) => whole(Fact::List(instance.interfaces.clone())),
            (Self::Power { .. }, Answer::Instance(instance)) => whole(Fact::word(instance.state.word())),
            (Self::Snapshots { volumes, .. }, Answer::Snapshots(found)) => {
                let mut made = BTreeMap::new();
                for snapshot in found.iter().filter(|snapshot| snapshot.state != "error") {
                    if volumes.contains(&snapshot.volume) {
                        made.insert(snapshot.volume.clone(), snapshot.id.clone());
                    }
                }
                whole(Fact::Snapshots(made))
            }
            (Self::Quarantine { group_name, tags, .. }, Answer::Groups(found)) => {
                match found.iter().find(|group| group.name == *group_name) {
                    Some(group) if tags.keys().any(|key| group.tags.contains_key(key)) => {
                        Ok(Reading::Part(Fact::Group { id: group.id.clone(), rules: Vec::new() }))
                    }
                    Some(group) => Err(foreign(group)),
                    None => whole(Fact::Absent),
                }
            }
            (Self::Quarantine { .. }, Answer::Rules(rules)) => match so_far {
                Some(Fact::Group { id, .. }) => whole(Fact::Group { id: id.clone(), rules: rules.clone() }),
                _ => Err(surprised()),
            },
            (Self::InterfaceGroups { .. }, Answer::Ids(groups)) => whole(Fact::List(groups.clone())),
            (Self::Profile { .. }, Answer::Associations(found)) => whole(profile(found)),
            (Self::Rule { rule }, Answer::Rules(rules)) => whole(find_rule(rule, rules)),
            (Self::Sharing { .. } | Self::ImageSharing { .. }, Answer::Sharing { public, accounts }) => {
                whole(Fact::Sharing { public: *public, accounts: accounts.iter().cloned().collect() })
            }
            (Self::AccessKey { .. }, Answer::Value(Some(user))) => {
                Ok(Reading::Part(Fact::Key { user: user.clone(), active: None }))
            }
            (Self::AccessKey { key }, Answer::Keys(keys)) => match (so_far, keys.get(key)) {
                (Some(Fact::Key { user, .. }), Some(active)) => {
                    whole(Fact::Key { user: user.clone(), active: Some(*active) })
                }
                (Some(Fact::Key { .. }), None) => whole(Fact::Absent),
                _ => Err(surprised()),
            },
            (Self::UserPolicy { .. } | Self::RolePolicy { .. }, Answer::Value(document)) => {
                whole(document.clone().map_or(Fact::Absent, Fact::Policy))
            }
            (Self::Machine { .. }, Answer::Instance(instance)) => {
                whole(Fact::Machine { kind: instance.kind.clone(), state: instance.state.word().into() })
            }
            (Self::Image { image_name, .. }, Answer::Images(found)) => whole(
                found
                    .iter()
                    .find(|image| image.name == *image_name)
                    .map_or(Fact::Absent, |image| Fact::Image(image.id.clone())),
            ),
            (Self::AclEntry { number, direction, .. }, Answer::Entries(entries)) => whole(
                entries
                    .iter()
                    .find(|entry| entry.number == *number && entry.direction == *direction)
                    .map_or(Fact::Absent, |entry| Fact::Entry(entry.clone())),
            ),
            (Self::Membership { instance, .. }, Answer::ScalingGroup(group)) => {
                let state = group.as_ref().and_then(|group| group.members.get(instance));
                whole(state.map_or(Fact::Absent, Fact::word))
            }
            (Self::Processes { group, processes }, Answer::ScalingGroup(found)) => match found {
                Some(found) => whole(Fact::Switches(
                    processes.iter().map(|process| (process.clone(), found.suspended.contains(process))).collect(),
                )),
                None => Err(Fault::new(
                    FaultKind::NotFound,
                    "autoscaling:DescribeAutoScalingGroups",
                    format!("there is no Auto Scaling group {group}"),
                )),
            },
            (Self::Registration { .. }, Answer::Value(state)) => whole(match state.as_deref() {
                None | Some("unused") => Fact::Absent,
                Some(state) if state.contains("draining") => Fact::word("draining"),
                Some(_) => Fact::word("registered"),
            }),
            _ => Err(surprised()),
        }
    }
}

impl Probe {
    /// What is not as a step requires it, as a person reads it.
    pub fn unmet(&self, why: &str, wanted: &Fact, found: &Fact) -> String {
        match (self, wanted, found) {
            (Self::Interfaces { instance }, Fact::List(planned), Fact::List(there)) => {
                let new =
                    there.iter().filter(|id| !planned.contains(id)).map(|id| format!("{id} is new on {instance}"));
                let gone = planned.iter().filter(|id| !there.contains(id)).map(|id| format!("{id} is off {instance}"));
                let said: Vec<String> = new.chain(gone).collect();
                format!("{}: {why}", said.join(", "))
            }
            _ => format!("{why}: {}", Fact::difference(wanted, found)),
        }
    }
}

/// A group of the quarantine group's name that stanch did not make is not touched.
fn foreign(group: &FoundGroup) -> Fault {
    Fault::new(
        FaultKind::WrongState,
        "ec2:DescribeSecurityGroups",
        format!("{} is named {} but does not bear the tag of a quarantine group", group.id, group.name),
    )
    .with_hint("look at who made it, then rename or delete it")
}

/// An association that is on its way off is neither there nor gone.
fn profile(found: &[Association]) -> Fact {
    if let Some(held) = found.iter().find(|one| one.state == "associated" || one.state == "associating") {
        Fact::Profile { arn: held.profile.clone(), association: held.id.clone() }
    } else if let Some(going) = found.iter().find(|one| one.state == "disassociating") {
        Fact::word(&going.state)
    } else {
        Fact::Absent
    }
}

/// The rule by its id, else the one that lets the same through.
fn find_rule(wanted: &GroupRule, rules: &[GroupRule]) -> Fact {
    rules
        .iter()
        .find(|rule| !wanted.id.is_empty() && rule.id == wanted.id)
        .or_else(|| rules.iter().find(|rule| same_traffic(rule, wanted)))
        .map_or(Fact::Absent, |rule| Fact::Rule(rule.clone()))
}
