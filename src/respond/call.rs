//! The closed set of API calls that responding can make, as values.
//!
//! A call says what it is named, whom it touches, which permissions it needs,
//! and how the AWS CLI would make it. It does not make itself: the adaptor
//! behind the port `Responder` does, and nothing else can.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::network::{Direction, GroupRule};
use crate::domain::resource::{Resource, ResourceKind};

mod answer;
mod cli;
mod permission;

pub use answer::{Answer, Association, FoundGroup, InstanceReading, VolumeReading};
pub use cli::quote;

/// Stands for the id of a quarantine group that does not exist yet. It is
/// replaced before the call leaves, and written as a shell variable in the
/// command that the user copies.
pub const QUARANTINE: &str = "$QUARANTINE_SG";

/// Stands for all accounts that a snapshot is shared with, where those are read
/// only when the step runs.
pub const SHARED: &str = "$SHARED_WITH";

/// Which attribute of an instance is read (EC2 DescribeInstanceAttribute).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceAttribute {
    /// `disableApiTermination`: `true` or `false`.
    TerminationProtection,
    /// `instanceInitiatedShutdownBehavior`: `stop` or `terminate`.
    ShutdownBehavior,
    /// `userData`, in base64.
    UserData,
}

/// One API call with its parameters. Ids are as AWS writes them; lists keep
/// AWS's order. Fields named `instance` beside another id say whom the call is
/// about and are not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all_fields = "snake_case")]
pub enum Call {
    // ---- reads -------------------------------------------------------------
    /// The instance itself: state, tags, metadata options, volumes' flags.
    DescribeInstances {
        /// `i-…`.
        instance: String,
    },
    /// One attribute of an instance.
    DescribeInstanceAttribute {
        /// `i-…`.
        instance: String,
        /// Which.
        attribute: InstanceAttribute,
    },
    /// The groups of an interface.
    DescribeNetworkInterfaces {
        /// `eni-…`.
        interface: String,
    },
    /// The groups of a VPC that bear a name.
    DescribeSecurityGroups {
        /// `vpc-…`.
        vpc: String,
        /// The exact name.
        group_name: String,
    },
    /// All rules of a group, both directions.
    DescribeSecurityGroupRules {
        /// `sg-…`.
        group: String,
    },
    /// The profile associations of an instance.
    DescribeIamInstanceProfileAssociations {
        /// `i-…`.
        instance: String,
    },
    /// The account's own snapshots of some volumes that bear a tag.
    DescribeSnapshots {
        /// `vol-…`.
        volumes: Vec<String>,
        /// The tag's key and value.
        tag: (String, String),
    },
    /// With whom a snapshot is shared.
    DescribeSnapshotAttribute {
        /// `snap-…`.
        snapshot: String,
    },
    /// Whose an access key is.
    GetAccessKeyLastUsed {
        /// `AKIA…`.
        key: String,
    },
    /// The access keys of a user, with their status.
    ListAccessKeys {
        /// The user's name.
        user: String,
    },
    /// An inline policy of a user.
    GetUserPolicy {
        /// The user's name.
        user: String,
        /// The policy's name.
        policy: String,
    },
    /// An inline policy of a role.
    GetRolePolicy {
        /// The role's name.
        role: String,
        /// The policy's name.
        policy: String,
    },

    // ---- writes ------------------------------------------------------------
    /// Termination protection on or off (ModifyInstanceAttribute).
    SetTerminationProtection {
        /// `i-…`.
        instance: String,
        /// On.
        on: bool,
    },
    /// What an operating-system shutdown does (ModifyInstanceAttribute).
    SetShutdownBehavior {
        /// `i-…`.
        instance: String,
        /// `stop` or `terminate`.
        behavior: String,
    },
    /// Whether a volume goes with its instance (ModifyInstanceAttribute).
    SetDeleteOnTermination {
        /// `i-…`.
        instance: String,
        /// `/dev/xvda` …
        device: String,
        /// `vol-…`; not sent: the device names it.
        volume: String,
        /// It goes.
        delete: bool,
    },
    /// Whether metadata asks for a token.
    ModifyInstanceMetadataOptions {
        /// `i-…`.
        instance: String,
        /// `required` or `optional`.
        tokens: String,
    },
    /// Sets tags.
    CreateTags {
        /// The resource's id.
        resource: String,
        /// Keys and values.
        tags: BTreeMap<String, String>,
    },
    /// Removes tags, whatever their value.
    DeleteTags {
        /// The resource's id.
        resource: String,
        /// The keys.
        keys: Vec<String>,
    },
    /// One crash-consistent snapshot of every volume of an instance.
    CreateSnapshots {
        /// `i-…`.
        instance: String,
        /// What each snapshot's description says.
        description: String,
        /// Tags of each snapshot.
        tags: BTreeMap<String, String>,
    },
    /// Makes a group. EC2 gives it an egress rule that allows everything.
    CreateSecurityGroup {
        /// `vpc-…`.
        vpc: String,
        /// Its name.
        group_name: String,
        /// Its description.
        description: String,
        /// Its tags.
        tags: BTreeMap<String, String>,
    },
    /// Deletes a group that nothing uses.
    DeleteSecurityGroup {
        /// `sg-…`.
        group: String,
    },
    /// Takes rules off a group, by rule id (RevokeSecurityGroupIngress, -Egress).
    RevokeSecurityGroupRules {
        /// `sg-…`.
        group: String,
        /// One direction a call.
        direction: Direction,
        /// `sgr-…`; empty in a plan for a group that does not exist yet: all of its rules.
        rules: Vec<String>,
    },
    /// Puts a rule on a group (AuthorizeSecurityGroupIngress, -Egress).
    AuthorizeSecurityGroupRule {
        /// The rule; its id is not sent, EC2 gives a new one.
        rule: GroupRule,
    },
    /// Sets the groups of one interface.
    ModifyNetworkInterfaceAttribute {
        /// `eni-…`.
        interface: String,
        /// The instance that it is on.
        instance: String,
        /// `sg-…`: exactly these.
        groups: Vec<String>,
    },
    /// Takes the profile off an instance.
    DisassociateIamInstanceProfile {
        /// `iip-assoc-…`.
        association: String,
        /// The instance that loses it.
        instance: String,
    },
    /// Gives an instance a profile.
    AssociateIamInstanceProfile {
        /// `i-…`.
        instance: String,
        /// The profile's ARN.
        profile: String,
    },
    /// Stops an instance.
    StopInstances {
        /// `i-…`.
        instance: String,
    },
    /// Starts an instance.
    StartInstances {
        /// `i-…`.
        instance: String,
    },
    /// Restarts the operating system.
    RebootInstances {
        /// `i-…`.
        instance: String,
    },
    /// Destroys an instance.
    TerminateInstances {
        /// `i-…`.
        instance: String,
    },
    /// Shares a snapshot with accounts or everybody, or no longer (`createVolumePermission`).
    ModifySnapshotAttribute {
        /// `snap-…`.
        snapshot: String,
        /// Add, or remove.
        add: bool,
        /// The group `all`: everybody.
        public: bool,
        /// Account ids.
        accounts: Vec<String>,
    },
    /// Turns an access key on or off.
    UpdateAccessKey {
        /// The user's name.
        user: String,
        /// `AKIA…`.
        key: String,
        /// `Active`, else `Inactive`.
        active: bool,
    },
    /// Puts an inline policy on a user.
    PutUserPolicy {
        /// The user's name.
        user: String,
        /// The policy's name.
        policy: String,
        /// The policy document, JSON.
        document: String,
    },
    /// Deletes an inline policy of a user.
    DeleteUserPolicy {
        /// The user's name.
        user: String,
        /// The policy's name.
        policy: String,
    },
    /// Puts an inline policy on a role.
    PutRolePolicy {
        /// The role's name.
        role: String,
        /// The policy's name.
        policy: String,
        /// The policy document, JSON.
        document: String,
    },
    /// Deletes an inline policy of a role.
    DeleteRolePolicy {
        /// The role's name.
        role: String,
        /// The policy's name.
        policy: String,
    },
}

impl Call {
    /// The action as IAM writes it: `ec2:StopInstances`.
    pub fn action(&self) -> &'static str {
        match self {
            Self::DescribeInstances { .. } => "ec2:DescribeInstances",
            Self::DescribeInstanceAttribute { .. } => "ec2:DescribeInstanceAttribute",
            Self::DescribeNetworkInterfaces { .. } => "ec2:DescribeNetworkInterfaces",
            Self::DescribeSecurityGroups { .. } => "ec2:DescribeSecurityGroups",
            Self::DescribeSecurityGroupRules { .. } => "ec2:DescribeSecurityGroupRules",
            Self::DescribeIamInstanceProfileAssociations { .. } => "ec2:DescribeIamInstanceProfileAssociations",
            Self::DescribeSnapshots { .. } => "ec2:DescribeSnapshots",
            Self::DescribeSnapshotAttribute { .. } => "ec2:DescribeSnapshotAttribute",
            Self::GetAccessKeyLastUsed { .. } => "iam:GetAccessKeyLastUsed",
            Self::ListAccessKeys { .. } => "iam:ListAccessKeys",
            Self::GetUserPolicy { .. } => "iam:GetUserPolicy",
            Self::GetRolePolicy { .. } => "iam:GetRolePolicy",
            Self::SetTerminationProtection { .. }
            | Self::SetShutdownBehavior { .. }
            | Self::SetDeleteOnTermination { .. } => "ec2:ModifyInstanceAttribute",
            Self::ModifyInstanceMetadataOptions { .. } => "ec2:ModifyInstanceMetadataOptions",
            Self::CreateTags { .. } => "ec2:CreateTags",
            Self::DeleteTags { .. } => "ec2:DeleteTags",
            Self::CreateSnapshots { .. } => "ec2:CreateSnapshots",
            Self::CreateSecurityGroup { .. } => "ec2:CreateSecurityGroup",
            Self::DeleteSecurityGroup { .. } => "ec2:DeleteSecurityGroup",
            Self::RevokeSecurityGroupRules { direction: Direction::Ingress, .. } => "ec2:RevokeSecurityGroupIngress",
            Self::RevokeSecurityGroupRules { direction: Direction::Egress, .. } => "ec2:RevokeSecurityGroupEgress",
            Self::AuthorizeSecurityGroupRule { rule } => match rule.direction {
                Direction::Ingress => "ec2:AuthorizeSecurityGroupIngress",
                Direction::Egress => "ec2:AuthorizeSecurityGroupEgress",
            },
            Self::ModifyNetworkInterfaceAttribute { .. } => "ec2:ModifyNetworkInterfaceAttribute",
            Self::DisassociateIamInstanceProfile { .. } => "ec2:DisassociateIamInstanceProfile",
            Self::AssociateIamInstanceProfile { .. } => "ec2:AssociateIamInstanceProfile",
            Self::StopInstances { .. } => "ec2:StopInstances",
            Self::StartInstances { .. } => "ec2:StartInstances",
            Self::RebootInstances { .. } => "ec2:RebootInstances",
            Self::TerminateInstances { .. } => "ec2:TerminateInstances",
            Self::ModifySnapshotAttribute { .. } => "ec2:ModifySnapshotAttribute",
            Self::UpdateAccessKey { .. } => "iam:UpdateAccessKey",
            Self::PutUserPolicy { .. } => "iam:PutUserPolicy",
            Self::DeleteUserPolicy { .. } => "iam:DeleteUserPolicy",
            Self::PutRolePolicy { .. } => "iam:PutRolePolicy",
            Self::DeleteRolePolicy { .. } => "iam:DeleteRolePolicy",
        }
    }

    /// The name of the operation without its service: `StopInstances`.
    pub fn operation(&self) -> &'static str {
        let action = self.action();
        action.split_once(':').map_or(action, |(_, name)| name)
    }

    /// The call changes something.
    pub fn writes(&self) -> bool {
        !["Describe", "Get", "List"].iter().any(|prefix| self.operation().starts_with(prefix))
    }

    /// The action takes `DryRun`: every EC2 action used here but those that bind
    /// an instance profile (EC2 service model); no IAM action does.
    pub fn dry_run_supported(&self) -> bool {
        self.action().starts_with("ec2:")
            && !matches!(self, Self::AssociateIamInstanceProfile { .. } | Self::DisassociateIamInstanceProfile { .. })
    }

    /// What the call touches, the most telling first.
    pub fn resources(&self) -> Vec<Resource> {
        use ResourceKind as K;
        let one = |kind, id: &String| vec![Resource::new(kind, id)];
        match self {
            Self::DescribeInstances { instance }
            | Self::DescribeInstanceAttribute { instance, .. }
            | Self::DescribeIamInstanceProfileAssociations { instance }
            | Self::SetTerminationProtection { instance, .. }
            | Self::SetShutdownBehavior { instance, .. }
            | Self::ModifyInstanceMetadataOptions { instance, .. }
            | Self::CreateSnapshots { instance, .. }
            | Self::DisassociateIamInstanceProfile { instance, .. }
            | Self::StopInstances { instance }
            | Self::StartInstances { instance }
            | Self::RebootInstances { instance }
            | Self::TerminateInstances { instance } => one(K::Instance, instance),
            Self::SetDeleteOnTermination { instance, volume, .. } => {
                vec![Resource::new(K::Instance, instance), Resource::new(K::Volume, volume)]
            }
            Self::AssociateIamInstanceProfile { instance, profile } => {
                vec![Resource::new(K::Instance, instance), Resource::new(K::InstanceProfile, profile)]
            }
            Self::DescribeNetworkInterfaces { interface } => one(K::Interface, interface),
            Self::ModifyNetworkInterfaceAttribute { interface, instance, groups } => {
                let mut all = vec![Resource::new(K::Interface, interface), Resource::new(K::Instance, instance)];
                all.extend(groups.iter().map(|group| Resource::new(K::SecurityGroup, group)));
                all
            }
            Self::DescribeSecurityGroups { vpc, .. } | Self::CreateSecurityGroup { vpc, .. } => one(K::Vpc, vpc),
            Self::DescribeSecurityGroupRules { group } | Self::DeleteSecurityGroup { group } => {
                one(K::SecurityGroup, group)
            }
            Self::RevokeSecurityGroupRules { group, rules, .. } => {
                let mut all = vec![Resource::new(K::SecurityGroup, group)];
                all.extend(rules.iter().map(|rule| Resource::new(K::SecurityGroupRule, rule)));
                all
            }
            Self::AuthorizeSecurityGroupRule { rule } => one(K::SecurityGroup, &rule.group),
            Self::DescribeSnapshots { volumes, .. } => {
                volumes.iter().map(|volume| Resource::new(K::Volume, volume)).collect()
            }
            Self::DescribeSnapshotAttribute { snapshot } | Self::ModifySnapshotAttribute { snapshot, .. } => {
                one(K::Snapshot, snapshot)
            }
            Self::CreateTags { resource, .. } | Self::DeleteTags { resource, .. } => {
                vec![Resource::of_id(resource).unwrap_or_else(|| Resource::new(K::Other, resource))]
            }
            Self::GetAccessKeyLastUsed { key } => one(K::AccessKey, key),
            Self::UpdateAccessKey { user, key, .. } => {
                vec![Resource::new(K::AccessKey, key), Resource::new(K::User, user)]
            }
            Self::ListAccessKeys { user }
            | Self::GetUserPolicy { user, .. }
            | Self::PutUserPolicy { user, .. }
            | Self::DeleteUserPolicy { user, .. } => one(K::User, user),
            Self::GetRolePolicy { role, .. }
            | Self::PutRolePolicy { role, .. }
            | Self::DeleteRolePolicy { role, .. } => one(K::Role, role),
        }
    }

    /// The instance that the call is about, where it is about one: its tags are
    /// what a guardrail looks at.
    pub fn instance(&self) -> Option<String> {
        self.resources().into_iter().find(|resource| resource.kind == ResourceKind::Instance).map(|found| found.id)
    }

    /// The call names something that does not exist or is not known yet, so it
    /// cannot leave as it is.
    pub fn is_open(&self) -> bool {
        let shared = |accounts: &[String]| accounts.iter().any(|account| account == SHARED);
        matches!(self, Self::ModifySnapshotAttribute { accounts, .. } if shared(accounts))
            || self.resources().iter().any(|resource| resource.id == QUARANTINE)
    }

    /// The same call with the id of the quarantine group in place of its stand-in.
    pub fn with_quarantine(mut self, id: &str) -> Self {
        let fill = |text: &mut String| {
            if text == QUARANTINE {
                id.clone_into(text);
            }
        };
        match &mut self {
            Self::ModifyNetworkInterfaceAttribute { groups, .. } => groups.iter_mut().for_each(fill),
            Self::RevokeSecurityGroupRules { group, .. }
            | Self::DescribeSecurityGroupRules { group }
            | Self::DeleteSecurityGroup { group } => fill(group),
            _ => {}
        }
        self
    }
}

#[cfg(test)]
mod tests;
