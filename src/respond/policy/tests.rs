use std::collections::BTreeSet;

use super::{Narrowing, grants, needs, of_playbook, of_remedy, reading};
use crate::respond::fixture::{self, WEB, every};
use crate::respond::playbook::Catalogue;
use crate::respond::remedy::Remedy;

fn statement<'a>(document: &'a serde_json::Value, action: &str, resource: &str) -> Option<&'a serde_json::Value> {
    let holds = |list: &serde_json::Value, text: &str| {
        list.as_array().unwrap().iter().any(|item| item.as_str().is_some_and(|item| item.contains(text)))
    };
    document["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .find(|statement| holds(&statement["Action"], action) && holds(&statement["Resource"], resource))
}

#[test]
fn a_plan_needs_no_action_that_its_policy_lacks() {
    for (name, target) in [
        ("compromised-instance", WEB),
        ("rogue-instances", WEB),
        ("open-security-groups", "sg-11111111"),
        ("public-snapshot", "snap-11111111"),
        ("leaked-key", "AKIAIOSFODNN7EXAMPLE"),
    ] {
        let plan = fixture::plan(name, target);
        let allowed = grants(Catalogue::builtin().get(name).unwrap());
        let reading = reading(&Narrowing::default());
        for action in plan.steps.iter().flat_map(|step| &step.actions) {
            let permitted =
                allowed.iter().any(|grant| grant.action == action) || statement(&reading, action, "").is_some();
            assert!(permitted, "{name}: {action} is in no policy");
        }
    }
}

#[test]
fn the_policy_of_a_remedy_holds_what_its_calls_need_and_nothing_else() {
    for remedy in Remedy::ALL {
        let changes = every::changes(remedy);
        let called = changes.iter().flat_map(|change| [change.calls(), change.undo_calls()].concat());
        let mut needed: BTreeSet<String> = called.flat_map(|call| call.iam_actions()).map(str::to_owned).collect();
        needed.extend(changes.iter().map(|change| change.probe.read(None).action().to_owned()));
        let granted: BTreeSet<String> =
            needs::of_remedy(remedy).into_iter().map(|grant| grant.action.to_owned()).collect();
        let lacking: Vec<_> = needed.difference(&granted).collect();
        assert!(lacking.is_empty(), "{remedy} calls {lacking:?}, which its policy lacks");
        // What a reading takes beyond its first call, and what tags are put on as a thing is made.
        let more: &[&str] = match remedy {
            Remedy::IsolateNetwork => {
                &["ec2:CreateTags", "ec2:DescribeSecurityGroupRules", "ec2:RevokeSecurityGroupIngress"]
            }
            Remedy::SnapshotVolumes | Remedy::CreateImage => &["ec2:CreateTags"],
            Remedy::DeactivateKey => &["iam:ListAccessKeys"],
            _ => &[],
        };
        let idle: Vec<_> = granted.difference(&needed).filter(|action| !more.contains(&action.as_str())).collect();
        assert!(idle.is_empty(), "{remedy} may {idle:?} and never does");
    }
}

#[test]
fn nothing_but_the_quarantine_group_may_be_emptied_or_deleted_by_isolation() {
    let document = of_remedy(Remedy::IsolateNetwork, &Narrowing::default());
    for action in ["ec2:DeleteSecurityGroup", "ec2:RevokeSecurityGroupEgress"] {
        let found = statement(&document, action, ":security-group/*").unwrap();
        assert_eq!(found["Condition"]["Null"]["aws:ResourceTag/stanch:quarantine"], "false");
    }
    let made = statement(&document, "ec2:CreateSecurityGroup", ":security-group/*").unwrap();
    assert_eq!(made["Condition"]["Null"]["aws:RequestTag/stanch:quarantine"], "false");
    assert!(statement(&document, "ec2:CreateSecurityGroup", ":vpc/*").unwrap().get("Condition").is_none());
}

#[test]
fn passing_a_role_is_bound_to_instances_and_tags_to_our_own() {
    let document = of_remedy(Remedy::RemoveProfile, &Narrowing::default());
    let pass = statement(&document, "iam:PassRole", ":role/*").unwrap();
    assert_eq!(pass["Condition"]["StringEquals"]["iam:PassedToService"], "ec2.amazonaws.com");
    let document = of_remedy(Remedy::Tag, &Narrowing::default());
    let tags = statement(&document, "ec2:CreateTags", ":instance/*").unwrap();
    assert_eq!(tags["Condition"]["ForAllValues:StringLike"]["aws:TagKeys"][0], "stanch:*");
    assert_eq!(tags["Condition"]["Null"]["aws:TagKeys"], "false");
}

#[test]
fn a_policy_is_narrowed_to_account_region_and_tag_where_the_action_allows_it() {
    let narrowing = Narrowing {
        account: "123456789012".into(),
        region: "eu-west-1".into(),
        tag: Some(("env".into(), "prod".into())),
    };
    let document = of_playbook(Catalogue::builtin().get("compromised-instance").unwrap(), &narrowing);
    let stop = statement(&document, "ec2:StopInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/*").unwrap();
    assert_eq!(stop["Condition"]["StringEquals"]["aws:ResourceTag/env"], "prod");
    let tags = statement(&document, "ec2:DeleteTags", ":instance/*").unwrap();
    assert_eq!(tags["Condition"]["StringEquals"]["aws:ResourceTag/env"], "prod");
    assert_eq!(tags["Condition"]["Null"]["aws:TagKeys"], "false");
    let group = statement(&document, "autoscaling:EnterStandby", "autoScalingGroupName/*").unwrap();
    assert_eq!(group["Condition"]["StringEquals"]["aws:ResourceTag/env"], "prod");
    let snapshot = statement(&document, "ec2:CreateSnapshots", "arn:aws:ec2:eu-west-1::snapshot/*").unwrap();
    assert!(snapshot.get("Condition").is_none(), "what does not exist yet bears no tag");
    assert_eq!(statement(&document, "ec2:DescribeSnapshots", "").unwrap()["Resource"][0], "*");
}

#[test]
fn every_statement_has_its_own_name() {
    for playbook in Catalogue::builtin().all() {
        let document = of_playbook(playbook, &Narrowing::default());
        let names: Vec<&str> =
            document["Statement"].as_array().unwrap().iter().map(|one| one["Sid"].as_str().unwrap()).collect();
        let mut apart = names.clone();
        apart.sort_unstable();
        apart.dedup();
        assert_eq!(apart.len(), names.len(), "{names:?}");
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric())), "{names:?}");
    }
}
