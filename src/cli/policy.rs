//! `stanch policy`: least-privilege IAM policies, for reading and for each playbook.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::args::Policy;
use super::failure::{Exit, Outcome};
use super::out::{Out, say};
use super::playbooks::{catalogue, named};
use super::setting::Setting;
use crate::respond::playbook::{Playbook, TemplateKind};
use crate::respond::remedy::Remedy;

/// What reading takes. GetCallerIdentity needs no permission.
const READING: [&str; 21] = [
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
    "iam:ListAccountAliases",
];

/// Prints the policy as one JSON document.
pub fn run(args: &Policy, setting: &Setting) -> Outcome {
    let document = match &args.playbook {
        None => policy(&READING.into_iter().collect()),
        Some(name) => policy(&of_playbook(named(&catalogue(setting)?, name)?)),
    };
    let mut out = Out::new();
    out.document(&document)?;
    out.flush()?;
    if args.playbook.is_some() {
        say("this is what the playbook needs beside the policy for reading: 'stanch policy' prints that one");
    }
    Ok(Exit::Done)
}

fn policy(actions: &BTreeSet<&str>) -> Value {
    let pass = actions.contains("iam:PassRole");
    let plain: Vec<&&str> = actions.iter().filter(|action| **action != "iam:PassRole").collect();
    let mut statements = vec![json!({"Sid": "Stanch", "Effect": "Allow", "Action": plain, "Resource": "*"})];
    if pass {
        // Only to instances: to give a profile back.
        statements.push(json!({
            "Sid": "StanchGiveBackProfile",
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": "arn:aws:iam::*:role/*",
            "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        }));
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// All that the remedies of a playbook may call: to change, to read back, to undo.
fn of_playbook(playbook: &Playbook) -> BTreeSet<&'static str> {
    let mut actions = BTreeSet::from(["iam:SimulatePrincipalPolicy"]);
    for step in &playbook.steps {
        match &step.kind {
            TemplateKind::Remedy { remedy } => actions.extend(of_remedy(*remedy)),
            TemplateKind::Evidence => {
                actions.extend(["ec2:DescribeInstanceAttribute", "ec2:DescribeInstances", "ec2:GetConsoleOutput"]);
                actions.extend(["ec2:DescribeSecurityGroupRules", "ec2:DescribeSnapshotAttribute"]);
                actions.extend(["iam:GetAccessKeyLastUsed", "iam:ListAccessKeys"]);
            }
            TemplateKind::Check { .. } | TemplateKind::Decide | TemplateKind::ByHand { .. } => {}
        }
    }
    actions
}

fn of_remedy(remedy: Remedy) -> &'static [&'static str] {
    match remedy {
        Remedy::ProtectTermination | Remedy::ShutdownBehavior => {
            &["ec2:DescribeInstanceAttribute", "ec2:ModifyInstanceAttribute"]
        }
        Remedy::KeepVolumes => {
            &["ec2:DescribeInstanceAttribute", "ec2:DescribeInstances", "ec2:ModifyInstanceAttribute"]
        }
        Remedy::RequireImdsv2 => &["ec2:DescribeInstances", "ec2:ModifyInstanceMetadataOptions"],
        Remedy::Tag => &["ec2:CreateTags", "ec2:DeleteTags", "ec2:DescribeInstances"],
        Remedy::SnapshotVolumes => &["ec2:CreateSnapshots", "ec2:CreateTags", "ec2:DescribeSnapshots"],
        Remedy::IsolateNetwork => &[
            "ec2:CreateSecurityGroup",
            "ec2:CreateTags",
            "ec2:DeleteSecurityGroup",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroupRules",
            "ec2:DescribeSecurityGroups",
            "ec2:ModifyNetworkInterfaceAttribute",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
        ],
        Remedy::RemoveProfile => &[
            "ec2:AssociateIamInstanceProfile",
            "ec2:DescribeIamInstanceProfileAssociations",
            "ec2:DisassociateIamInstanceProfile",
            "iam:PassRole",
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
        Remedy::RevokeRules | Remedy::AuthorizeRules => &[
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:DescribeSecurityGroupRules",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
        ],
        Remedy::UnshareSnapshot => &["ec2:DescribeSnapshotAttribute", "ec2:ModifySnapshotAttribute"],
        Remedy::DeactivateKey => &["iam:GetAccessKeyLastUsed", "iam:ListAccessKeys", "iam:UpdateAccessKey"],
        Remedy::DenyUser => {
            &["iam:DeleteUserPolicy", "iam:GetAccessKeyLastUsed", "iam:GetUserPolicy", "iam:PutUserPolicy"]
        }
        Remedy::RevokeSessions => &["iam:DeleteRolePolicy", "iam:GetRolePolicy", "iam:PutRolePolicy"],
    }
}

#[cfg(test)]
mod tests {
    use super::{READING, of_playbook, policy};
    use crate::respond::fixture;
    use crate::respond::playbook::Catalogue;

    #[test]
    fn a_plan_needs_no_action_that_its_policy_lacks() {
        let plan = fixture::plan("compromised-instance", fixture::WEB);
        let allowed = of_playbook(Catalogue::builtin().get("compromised-instance").unwrap());
        let needed: Vec<&String> = plan.steps.iter().flat_map(|step| &step.actions).collect();
        assert!(needed.len() > 10);
        for action in needed {
            let reads = READING.contains(&action.as_str());
            assert!(reads || allowed.contains(action.as_str()), "{action} is in no policy");
        }
    }

    #[test]
    fn passing_a_role_is_bound_to_instances() {
        let document = policy(&["iam:PassRole", "ec2:StopInstances"].into_iter().collect());
        assert_eq!(document["Statement"][0]["Action"], serde_json::json!(["ec2:StopInstances"]));
        assert_eq!(document["Statement"][1]["Condition"]["StringEquals"]["iam:PassedToService"], "ec2.amazonaws.com");
    }
}
