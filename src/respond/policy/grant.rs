//! One permission: an action, on one kind of thing, under one condition.

use super::Narrowing;

/// One permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// `ec2:StopInstances`.
    pub action: &'static str,
    /// On what.
    pub on: On,
    /// When.
    pub when: When,
}

/// The kinds of thing that an action can be permitted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is named by the AWS term for it")]
pub enum On {
    /// The action takes no resource.
    Everything,
    Instance,
    Volume,
    Interface,
    Subnet,
    Vpc,
    SecurityGroup,
    SecurityGroupRule,
    NetworkAcl,
    Snapshot,
    Image,
    ScalingGroup,
    TargetGroup,
    User,
    Role,
    Group,
    Profile,
}

/// Under which condition an action is permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// Under none.
    Always,
    /// Only tags of the program's own are set or removed.
    OwnTags,
    /// The tags come with a call that makes something.
    OnCreation,
    /// The group is a quarantine group.
    Quarantine,
    /// The group that is made is a quarantine group.
    NewQuarantine,
    /// The role is handed to an instance.
    ToInstances,
}

impl When {
    /// What a statement's name says of the condition.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Always => "",
            Self::OwnTags => "OwnTags",
            Self::OnCreation => "OnCreation",
            Self::Quarantine => "Quarantine",
            Self::NewQuarantine => "NewQuarantine",
            Self::ToInstances => "ToInstances",
        }
    }
}

impl Grant {
    /// An action on all that it is permitted on, without a condition.
    pub fn of(action: &'static str) -> impl Iterator<Item = Self> {
        on(action).iter().map(move |on| Self { action, on: *on, when: When::Always })
    }

    /// The same under a condition.
    pub fn when(action: &'static str, when: When) -> impl Iterator<Item = Self> {
        Self::of(action).map(move |grant| Self { when, ..grant })
    }
}

/// On what an action is permitted (Service Authorization Reference, resource
/// types of each action); everything where it takes no resource.
fn on(action: &str) -> &'static [On] {
    match action {
        "ec2:ModifyInstanceAttribute"
        | "ec2:ModifyInstanceMetadataOptions"
        | "ec2:DescribeInstanceAttribute"
        | "ec2:GetConsoleOutput"
        | "ec2:DisassociateIamInstanceProfile"
        | "ec2:AssociateIamInstanceProfile"
        | "ec2:StopInstances"
        | "ec2:StartInstances"
        | "ec2:RebootInstances"
        | "ec2:TerminateInstances" => &[On::Instance],
        "ec2:CreateSnapshots" => &[On::Instance, On::Volume, On::Snapshot],
        "ec2:CreateImage" => &[On::Instance, On::Image, On::Snapshot],
        "ec2:CreateSecurityGroup" => &[On::Vpc, On::SecurityGroup],
        "ec2:DeleteSecurityGroup" | "ec2:RevokeSecurityGroupEgress" | "ec2:RevokeSecurityGroupIngress" => {
            &[On::SecurityGroup]
        }
        "ec2:AuthorizeSecurityGroupEgress" | "ec2:AuthorizeSecurityGroupIngress" => {
            &[On::SecurityGroup, On::SecurityGroupRule]
        }
        "ec2:ModifyNetworkInterfaceAttribute" => &[On::Interface, On::Instance, On::SecurityGroup, On::Subnet],
        "ec2:CreateNetworkAclEntry" | "ec2:DeleteNetworkAclEntry" => &[On::NetworkAcl],
        "ec2:ModifySnapshotAttribute" | "ec2:DescribeSnapshotAttribute" => &[On::Snapshot],
        "ec2:ModifyImageAttribute" | "ec2:DescribeImageAttribute" => &[On::Image],
        "autoscaling:EnterStandby"
        | "autoscaling:ExitStandby"
        | "autoscaling:DetachInstances"
        | "autoscaling:AttachInstances"
        | "autoscaling:SuspendProcesses"
        | "autoscaling:ResumeProcesses" => &[On::ScalingGroup],
        "elasticloadbalancing:DeregisterTargets" | "elasticloadbalancing:RegisterTargets" => &[On::TargetGroup],
        "iam:GetInstanceProfile" => &[On::Profile],
        "iam:GetAccessKeyLastUsed"
        | "iam:ListAccessKeys"
        | "iam:GetUserPolicy"
        | "iam:UpdateAccessKey"
        | "iam:PutUserPolicy"
        | "iam:DeleteUserPolicy" => &[On::User],
        "iam:GetRolePolicy" | "iam:PutRolePolicy" | "iam:DeleteRolePolicy" | "iam:PassRole" => &[On::Role],
        "iam:SimulatePrincipalPolicy" => &[On::User, On::Role, On::Group],
        _ => &[On::Everything],
    }
}

impl On {
    /// The ARN with a star for what is not known.
    pub(super) fn arn(self, narrowing: &Narrowing) -> String {
        let any = |text: &str| if text.is_empty() { "*".to_owned() } else { text.to_owned() };
        let (region, account) = (any(&narrowing.region), any(&narrowing.account));
        let partition = match narrowing.region.as_str() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        let ec2 = |kind: &str| format!("arn:{partition}:ec2:{region}:{account}:{kind}/*");
        let iam = |kind: &str| format!("arn:{partition}:iam::{account}:{kind}/*");
        match self {
            Self::Everything => "*".into(),
            Self::Instance => ec2("instance"),
            Self::Volume => ec2("volume"),
            Self::Interface => ec2("network-interface"),
            Self::Subnet => ec2("subnet"),
            Self::Vpc => ec2("vpc"),
            Self::SecurityGroup => ec2("security-group"),
            Self::SecurityGroupRule => ec2("security-group-rule"),
            Self::NetworkAcl => ec2("network-acl"),
            // Neither has an account in its ARN.
            Self::Snapshot => format!("arn:{partition}:ec2:{region}::snapshot/*"),
            Self::Image => format!("arn:{partition}:ec2:{region}::image/*"),
            Self::ScalingGroup => {
                format!("arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/*")
            }
            Self::TargetGroup => format!("arn:{partition}:elasticloadbalancing:{region}:{account}:targetgroup/*/*"),
            Self::User => iam("user"),
            Self::Role => iam("role"),
            Self::Group => iam("group"),
            Self::Profile => iam("instance-profile"),
        }
    }

    /// A tag on it can be asked for: it is there before the call.
    pub(super) fn may_be_tagged(self) -> bool {
        matches!(self, Self::Instance | Self::ScalingGroup)
    }

    /// What a statement's name says of it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Everything => "All",
            Self::Instance => "Instance",
            Self::Volume => "Volume",
            Self::Interface => "Interface",
            Self::Subnet => "Subnet",
            Self::Vpc => "Vpc",
            Self::SecurityGroup => "SecurityGroup",
            Self::SecurityGroupRule => "Rule",
            Self::NetworkAcl => "NetworkAcl",
            Self::Snapshot => "Snapshot",
            Self::Image => "Image",
            Self::ScalingGroup => "ScalingGroup",
            Self::TargetGroup => "TargetGroup",
            Self::User => "User",
            Self::Role => "Role",
            Self::Group => "Group",
            Self::Profile => "Profile",
        }
    }
}
