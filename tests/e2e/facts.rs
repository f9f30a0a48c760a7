//! The whole account as a client that is not ours reads it: every field of every
//! answer, as lines that can be compared.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::account::{Account, WEB};

/// Fields that AWS gives anew, or that pass by themselves.
const PASSING: [&str; 4] = ["requestId", "RequestId", "associationId", "timestamp"];

/// The fields of one thing that an answer lists.
pub type Thing = Vec<String>;

/// Reads everything that a containment could have touched, and what lies beside it.
pub fn facts(account: &Account) -> Vec<Thing> {
    let mut facts = Vec::new();
    for action in [
        "DescribeInstances",
        "DescribeVolumes",
        "DescribeNetworkInterfaces",
        "DescribeSecurityGroups",
        "DescribeSecurityGroupRules",
        "DescribeNetworkAcls",
        "DescribeIamInstanceProfileAssociations",
        "DescribeTags",
        "DescribeImages&Owner.1=self",
        "DescribeSnapshots&Owner.1=self",
        "GetEbsEncryptionByDefault",
    ] {
        read(&mut facts, action, &account.ec2(&format!("Action={action}")));
    }
    for attribute in ["disableApiTermination", "instanceInitiatedShutdownBehavior", "userData"] {
        let asked = format!("Action=DescribeInstanceAttribute&InstanceId={WEB}&Attribute={attribute}");
        read(&mut facts, attribute, &account.ec2(&asked));
    }
    let scaling = account.query("autoscaling", "Version=2011-01-01&Action=DescribeAutoScalingGroups");
    read(&mut facts, "DescribeAutoScalingGroups", &scaling);
    let groups = account.query("elasticloadbalancing", "Version=2015-12-01&Action=DescribeTargetGroups");
    for arn in groups.split("<TargetGroupArn>").skip(1).filter_map(|rest| rest.split('<').next()) {
        let asked =
            format!("Version=2015-12-01&Action=DescribeTargetHealth&TargetGroupArn={}", arn.replace('/', "%2F"));
        read(&mut facts, arn, &account.query("elasticloadbalancing", &asked));
    }
    facts
}

/// Takes the fields of an answer in: `question path=value`, one list a thing that it lists.
fn read(facts: &mut Vec<Thing>, question: &str, answer: &str) {
    let (head, xml) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    assert!(head.starts_with("HTTP/1.1 200"), "{question}: {answer}");
    let mut path: Vec<&str> = Vec::new();
    let mut thing = Thing::new();
    for piece in xml.split('<').skip(1) {
        let Some((tag, text)) = piece.split_once('>') else { continue };
        if let Some(ended) = tag.strip_prefix('/') {
            path.pop();
            let listed =
                ["item", "member"].contains(&ended) && !path.iter().any(|field| ["item", "member"].contains(field));
            if listed || path.is_empty() {
                facts.push(std::mem::take(&mut thing));
            }
        } else if !tag.starts_with(['?', '!']) && !tag.ends_with('/') {
            path.push(tag.split(' ').next().unwrap_or(tag));
            // A group's rules are read one by one, by their ids.
            let passing = path.iter().any(|field| PASSING.contains(field) || field.starts_with("ipPermissions"));
            if !text.trim().is_empty() && !passing {
                thing.push(format!("{question} {}={text}", path.join(".")));
            }
        }
    }
}

/// What a thing is called: its first id, else its first field.
fn name(thing: &Thing) -> &str {
    let first = thing.first().and_then(|line| line.rsplit_once('=')).map_or("", |(_, value)| value);
    let any = thing.iter().filter_map(|line| line.rsplit_once('=')).map(|(_, value)| value);
    let kinds = ["i-", "vol-", "eni-", "sg-", "sgr-", "acl-", "snap-", "ami-"];
    any.into_iter().find(|value| kinds.iter().any(|kind| value.starts_with(kind))).unwrap_or(first)
}

/// What is in one and not in the other, as lines with their sign.
pub fn difference(before: &[Thing], after: &[Thing]) -> Vec<String> {
    let lines = |things: &[Thing]| -> BTreeSet<String> {
        things.iter().flat_map(|thing| thing.iter().map(|line| format!("{} {line}", name(thing)))).collect()
    };
    let (before, after) = (lines(before), lines(after));
    let gone = before.difference(&after).map(|line| format!("-{line}"));
    gone.chain(after.difference(&before).map(|line| format!("+{line}"))).collect()
}

/// The difference once it has come to rest: a target that is registered again
/// passes its health checks first.
pub fn settled(account: &Account, before: &[Thing]) -> Vec<String> {
    let mut left = difference(before, &facts(account));
    for _ in 0..80 {
        if !left.iter().any(|line| line.contains("TargetHealth")) {
            break;
        }
        std::thread::sleep(Duration::from_millis(250));
        left = difference(before, &facts(account));
    }
    left
}
