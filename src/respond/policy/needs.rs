//! Who needs which actions: reading, each remedy, each kind of evidence.

use super::{Grant, On, When};
use crate::domain::resource::ResourceKind;
use crate::respond::remedy::Remedy;

/// What reading takes. GetCallerIdentity needs no permission.
pub(super) const READING: [&str; 26] = [
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeAutoScalingInstances",
    "cloudtrail:LookupEvents",
    "ec2:DescribeAddresses",
    "ec2:DescribeFlowLogs",
    "ec2:DescribeIamInstanceProfileAssociations",
    "ec2:DescribeImages",
    "ec2:DescribeInstanceAttribute",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstances",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRegions",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSnapshots",
    "ec2:DescribeSubnets",
    "ec2:DescribeVolumes",
    "ec2:DescribeVpcs",
    "ec2:GetConsoleOutput",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "iam:GetInstanceProfile",
    "iam:ListAccountAliases",
];

/// What a remedy calls: to change, to read back, to undo.
pub(super) fn of_remedy(remedy: Remedy) -> std::collections::BTreeSet<Grant> {
    let mut grants: std::collections::BTreeSet<Grant> =
        plain(remedy).iter().flat_map(|action| Grant::of(action)).collect();
    let one = |action, on, when| Grant { action, on, when };
    match remedy {
        Remedy::KeepVolumes => {
            grants.insert(one("ec2:ModifyInstanceAttribute", On::Volume, When::Always));
        }
        Remedy::Tag => {
            grants.insert(one("ec2:CreateTags", On::Instance, When::OwnTags));
            grants.insert(one("ec2:DeleteTags", On::Instance, When::OwnTags));
        }
        Remedy::SnapshotVolumes => {
            grants.insert(one("ec2:CreateTags", On::Snapshot, When::OnCreation));
        }
        Remedy::CreateImage => {
            grants.insert(one("ec2:CreateTags", On::Image, When::OnCreation));
            grants.insert(one("ec2:CreateTags", On::Snapshot, When::OnCreation));
        }
        Remedy::IsolateNetwork => {
            grants.insert(one("ec2:CreateSecurityGroup", On::Vpc, When::Always));
            grants.insert(one("ec2:CreateSecurityGroup", On::SecurityGroup, When::NewQuarantine));
            grants.insert(one("ec2:CreateTags", On::SecurityGroup, When::OnCreation));
            for action in ["ec2:DeleteSecurityGroup", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"]
            {
                grants.extend(Grant::when(action, When::Quarantine));
            }
        }
        Remedy::RemoveProfile => grants.extend(Grant::when("iam:PassRole", When::ToInstances)),
        _ => {}
    }
    grants
}

/// The actions that are permitted on all that they take.
fn plain(remedy: Remedy) -> &'static [&'static str] {
    match remedy {
        Remedy::ProtectTermination | Remedy::ShutdownBehavior => {
            &["ec2:DescribeInstanceAttribute", "ec2:ModifyInstanceAttribute"]
        }
        Remedy::KeepVolumes => &["ec2:DescribeInstances", "ec2:ModifyInstanceAttribute"],
        Remedy::RequireImdsv2 => &["ec2:DescribeInstances", "ec2:ModifyInstanceMetadataOptions"],
        Remedy::Tag => &["ec2:DescribeInstances"],
        Remedy::SnapshotVolumes => &["ec2:CreateSnapshots", "ec2:DescribeSnapshots"],
        Remedy::CreateImage => &["ec2:CreateImage", "ec2:DescribeImages"],
        Remedy::IsolateNetwork => &[
            "ec2:DescribeInstances",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroupRules",
            "ec2:DescribeSecurityGroups",
            "ec2:ModifyNetworkInterfaceAttribute",
        ],
        Remedy::RemoveProfile => &[
            "ec2:AssociateIamInstanceProfile",
            "ec2:DescribeIamInstanceProfileAssociations",
            "ec2:DisassociateIamInstanceProfile",
        ],
        Remedy::Stop | Remedy::Start => &["ec2:DescribeInstances", "ec2:StartInstances", "ec2:StopInstances"],
        Remedy::Reboot => &["ec2:DescribeInstances", "ec2:RebootInstances"],
        Remedy::Terminate => &[
            "ec2:DescribeInstanceAttribute",
            "ec2:DescribeInstances",
            "ec2:DescribeSnapshots",
            "ec2:ModifyInstanceAttribute",
            "ec2:TerminateInstances",
        ],
        Remedy::Resize => {
            &["ec2:DescribeInstances", "ec2:ModifyInstanceAttribute", "ec2:StartInstances", "ec2:StopInstances"]
        }
        Remedy::RevokeRules | Remedy::AuthorizeRules => &[
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:DescribeSecurityGroupRules",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
        ],
        Remedy::DenyAddress => &["ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAclEntry", "ec2:DescribeNetworkAcls"],
        Remedy::Standby => &[
            "autoscaling:AttachInstances",
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DetachInstances",
            "autoscaling:EnterStandby",
            "autoscaling:ExitStandby",
        ],
        Remedy::SuspendProcesses => {
            &["autoscaling:DescribeAutoScalingGroups", "autoscaling:ResumeProcesses", "autoscaling:SuspendProcesses"]
        }
        Remedy::DeregisterTargets => &[
            "elasticloadbalancing:DeregisterTargets",
            "elasticloadbalancing:DescribeTargetHealth",
            "elasticloadbalancing:RegisterTargets",
        ],
        Remedy::UnshareSnapshot => &["ec2:DescribeSnapshotAttribute", "ec2:ModifySnapshotAttribute"],
        Remedy::UnshareImage => &["ec2:DescribeImageAttribute", "ec2:ModifyImageAttribute"],
        Remedy::EncryptByDefault => {
            &["ec2:DisableEbsEncryptionByDefault", "ec2:EnableEbsEncryptionByDefault", "ec2:GetEbsEncryptionByDefault"]
        }
        Remedy::DeactivateKey => &["iam:GetAccessKeyLastUsed", "iam:ListAccessKeys", "iam:UpdateAccessKey"],
        Remedy::DenyUser => &["iam:DeleteUserPolicy", "iam:GetUserPolicy", "iam:PutUserPolicy"],
        Remedy::RevokeSessions => &["iam:DeleteRolePolicy", "iam:GetRolePolicy", "iam:PutRolePolicy"],
    }
}

/// What is read for the evidence of a target, beyond reading itself.
pub(super) fn evidence(kind: ResourceKind) -> &'static [&'static str] {
    match kind {
        ResourceKind::Snapshot => &["ec2:DescribeSnapshotAttribute"],
        ResourceKind::Image => &["ec2:DescribeImageAttribute"],
        ResourceKind::AccessKey => &["iam:GetAccessKeyLastUsed"],
        ResourceKind::User => &["iam:ListAccessKeys"],
        _ => &[],
    }
}
