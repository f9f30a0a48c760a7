//! Whom a call touches, and what of it is still open.

use super::{Call, NOW, QUARANTINE, SHARED};
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::sessions;

impl Call {
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
            | Self::SetInstanceType { instance, .. }
            | Self::CreateImage { instance, .. }
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
            Self::DescribeImages { image_name } => one(K::Image, image_name),
            Self::DescribeImageAttribute { image } | Self::ModifyImageAttribute { image, .. } => one(K::Image, image),
            Self::DescribeNetworkAcls { acl }
            | Self::CreateNetworkAclEntry { acl, .. }
            | Self::DeleteNetworkAclEntry { acl, .. } => one(K::NetworkAcl, acl),
            Self::GetEbsEncryptionByDefault { region } | Self::SetEncryptionByDefault { region, .. } => {
                one(K::Other, region)
            }
            Self::DescribeAutoScalingGroups { group }
            | Self::SuspendProcesses { group, .. }
            | Self::ResumeProcesses { group, .. } => one(K::AutoScalingGroup, group),
            Self::EnterStandby { group, instance, .. }
            | Self::ExitStandby { group, instance }
            | Self::DetachInstances { group, instance, .. }
            | Self::AttachInstances { group, instance } => {
                vec![Resource::new(K::Instance, instance), Resource::new(K::AutoScalingGroup, group)]
            }
            Self::DescribeTargetHealth { group, .. } => one(K::TargetGroup, group),
            Self::DeregisterTargets { group, instance, .. } | Self::RegisterTargets { group, instance, .. } => {
                vec![Resource::new(K::TargetGroup, group), Resource::new(K::Instance, instance)]
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
        matches!(
            self,
            Self::ModifySnapshotAttribute { accounts, .. } | Self::ModifyImageAttribute { accounts, .. }
                if shared(accounts)
        ) || matches!(self, Self::PutRolePolicy { document, .. } if *document == sessions::document(NOW))
            || matches!(self, Self::DisassociateIamInstanceProfile { association, .. } if association.is_empty())
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
