//! What is written to the case before anything is changed.

use serde::{Deserialize, Serialize};

use crate::domain::inventory::Inventory;
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::call::{Call, InstanceAttribute};
use crate::respond::remedy::is_of_a_session;

/// One file of evidence, by name and where its content comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The file's name in the case.
    pub name: String,
    /// Where its content comes from.
    pub source: Source,
}

/// Where evidence comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "from", content = "what")]
pub enum Source {
    /// The instance with its interfaces, groups and volumes, read afresh.
    Instance(String),
    /// The instance's console output.
    ConsoleOutput(String),
    /// The answer to a reading call.
    Call(Call),
}

impl Evidence {
    fn of(name: String, source: Source) -> Self {
        Self { name, source }
    }

    /// The evidence that there is of a target.
    pub(super) fn all_of(target: &Resource, inventory: &Inventory) -> Vec<Self> {
        let id = &target.id;
        let call = |name: &str, call| Self::of(format!("{id}-{name}.json"), Source::Call(call));
        match target.kind {
            ResourceKind::Instance => {
                let attribute = |attribute| Call::DescribeInstanceAttribute { instance: id.clone(), attribute };
                let mut all = vec![
                    Self::of(format!("{id}-state.json"), Source::Instance(id.clone())),
                    Self::of(format!("{id}-console.txt"), Source::ConsoleOutput(id.clone())),
                    call("user-data", attribute(InstanceAttribute::UserData)),
                    call("termination-protection", attribute(InstanceAttribute::TerminationProtection)),
                    call("shutdown-behavior", attribute(InstanceAttribute::ShutdownBehavior)),
                    call("profile", Call::DescribeIamInstanceProfileAssociations { instance: id.clone() }),
                ];
                if let Some(instance) = inventory.instances.get(id) {
                    for group in inventory.groups_of(instance) {
                        let name = format!("{id}-rules-{group}.json");
                        all.push(Self::of(name, Source::Call(Call::DescribeSecurityGroupRules { group })));
                    }
                }
                all
            }
            ResourceKind::SecurityGroup => vec![call("rules", Call::DescribeSecurityGroupRules { group: id.clone() })],
            ResourceKind::SecurityGroupRule => {
                let groups = inventory.groups.values();
                let group = groups.into_iter().find(|group| group.rules.iter().any(|rule| rule.id == *id));
                group
                    .map(|group| call("rules", Call::DescribeSecurityGroupRules { group: group.id.clone() }))
                    .into_iter()
                    .collect()
            }
            ResourceKind::Snapshot => vec![call("sharing", Call::DescribeSnapshotAttribute { snapshot: id.clone() })],
            ResourceKind::Image => vec![call("sharing", Call::DescribeImageAttribute { image: id.clone() })],
            ResourceKind::NetworkAcl => vec![call("entries", Call::DescribeNetworkAcls { acl: id.clone() })],
            ResourceKind::AutoScalingGroup => {
                vec![call("group", Call::DescribeAutoScalingGroups { group: id.clone() })]
            }
            // IAM knows nothing of a session's key.
            ResourceKind::AccessKey if is_of_a_session(target) => Vec::new(),
            ResourceKind::AccessKey => vec![call("owner", Call::GetAccessKeyLastUsed { key: id.clone() })],
            ResourceKind::User => vec![call("keys", Call::ListAccessKeys { user: id.clone() })],
            _ => Vec::new(),
        }
    }
}
