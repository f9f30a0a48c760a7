//! What a call needs of IAM.

use super::Call;
use crate::domain::resource::{Resource, ResourceKind};

impl Call {
    /// Every IAM action that the call needs, its own first (Service
    /// Authorization Reference): tags on creation need `ec2:CreateTags`, and
    /// giving an instance a role needs `iam:PassRole`.
    pub fn iam_actions(&self) -> Vec<&'static str> {
        let mut actions = vec![self.action()];
        match self {
            Self::CreateSnapshots { .. } | Self::CreateSecurityGroup { .. } | Self::CreateImage { .. } => {
                actions.push("ec2:CreateTags");
            }
            Self::AssociateIamInstanceProfile { .. } => actions.push("iam:PassRole"),
            _ => {}
        }
        actions
    }

    /// The ARN of what the call touches first, as IAM writes it; `*` where a
    /// read takes no resource or the thing has no ARN that is known beforehand.
    pub fn arn(&self, region: &str, account: &str) -> String {
        if !self.writes() && self.action().starts_with("ec2:") {
            return "*".into();
        }
        // What is permitted on a member of a scaling group is permitted on the group.
        let scaling = self.service() == "autoscaling";
        let acted_on = |resource: &&Resource| {
            resource.kind != ResourceKind::AccessKey && (!scaling || resource.kind == ResourceKind::AutoScalingGroup)
        };
        self.resources()
            .iter()
            .find(acted_on)
            .and_then(|resource| arn_of(resource, region, account))
            .unwrap_or_else(|| "*".into())
    }
}

/// The ARN of a resource in the commercial partition (or China's or GovCloud's,
/// told by the Region).
fn arn_of(resource: &Resource, region: &str, account: &str) -> Option<String> {
    use ResourceKind as K;
    let id = &resource.id;
    if id.is_empty() {
        return None;
    }
    if id.starts_with("arn:") {
        return Some(id.clone());
    }
    let partition = if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    };
    let ec2 = |kind: &str| Some(format!("arn:{partition}:ec2:{region}:{account}:{kind}/{id}"));
    match resource.kind {
        K::Instance => ec2("instance"),
        K::SecurityGroup => ec2("security-group"),
        K::Interface => ec2("network-interface"),
        K::Volume => ec2("volume"),
        K::Vpc => ec2("vpc"),
        // Snapshots have no account in their ARN (Service Authorization Reference, EC2).
        K::Snapshot => Some(format!("arn:{partition}:ec2:{region}::snapshot/{id}")),
        K::Image => Some(format!("arn:{partition}:ec2:{region}::image/{id}")),
        K::NetworkAcl => ec2("network-acl"),
        // The group's own id is part of its ARN and is not known here.
        K::AutoScalingGroup => {
            Some(format!("arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/{id}"))
        }
        K::User => Some(format!("arn:{partition}:iam::{account}:user/{id}")),
        K::Role => Some(format!("arn:{partition}:iam::{account}:role/{id}")),
        _ => None,
    }
}
