//! What a call is named, and what it is: a read, a write, one with a dry run.

use super::Call;
use crate::domain::network::Direction;

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
            Self::DescribeImages { .. } => "ec2:DescribeImages",
            Self::DescribeImageAttribute { .. } => "ec2:DescribeImageAttribute",
            Self::DescribeNetworkAcls { .. } => "ec2:DescribeNetworkAcls",
            Self::GetEbsEncryptionByDefault { .. } => "ec2:GetEbsEncryptionByDefault",
            Self::DescribeAutoScalingGroups { .. } => "autoscaling:DescribeAutoScalingGroups",
            Self::DescribeTargetHealth { .. } => "elasticloadbalancing:DescribeTargetHealth",
            Self::SetTerminationProtection { .. }
            | Self::SetShutdownBehavior { .. }
            | Self::SetInstanceType { .. }
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
            Self::CreateImage { .. } => "ec2:CreateImage",
            Self::ModifyImageAttribute { .. } => "ec2:ModifyImageAttribute",
            Self::CreateNetworkAclEntry { .. } => "ec2:CreateNetworkAclEntry",
            Self::DeleteNetworkAclEntry { .. } => "ec2:DeleteNetworkAclEntry",
            Self::SetEncryptionByDefault { on: true, .. } => "ec2:EnableEbsEncryptionByDefault",
            Self::SetEncryptionByDefault { on: false, .. } => "ec2:DisableEbsEncryptionByDefault",
            Self::EnterStandby { .. } => "autoscaling:EnterStandby",
            Self::ExitStandby { .. } => "autoscaling:ExitStandby",
            Self::DetachInstances { .. } => "autoscaling:DetachInstances",
            Self::AttachInstances { .. } => "autoscaling:AttachInstances",
            Self::SuspendProcesses { .. } => "autoscaling:SuspendProcesses",
            Self::ResumeProcesses { .. } => "autoscaling:ResumeProcesses",
            Self::DeregisterTargets { .. } => "elasticloadbalancing:DeregisterTargets",
            Self::RegisterTargets { .. } => "elasticloadbalancing:RegisterTargets",
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

    /// The service, as IAM writes it: `ec2`.
    pub fn service(&self) -> &'static str {
        let action = self.action();
        action.split_once(':').map_or(action, |(service, _)| service)
    }

    /// The call changes something.
    pub fn writes(&self) -> bool {
        !["Describe", "Get", "List"].iter().any(|prefix| self.operation().starts_with(prefix))
    }

    /// The action takes `DryRun`: every EC2 action used here but those that bind
    /// an instance profile (EC2 service model); no action of another service does.
    pub fn dry_run_supported(&self) -> bool {
        self.action().starts_with("ec2:")
            && !matches!(self, Self::AssociateIamInstanceProfile { .. } | Self::DisassociateIamInstanceProfile { .. })
    }
}
