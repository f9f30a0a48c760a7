//! The IAM policies that reading and the remedies need, and no more.
//!
//! What an action may be narrowed to is the Service Authorization Reference's
//! to say; a test holds this page against it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::playbook::{Playbook, TemplateKind};
use super::remedy::{QUARANTINE_TAG, Remedy};

mod grant;
mod needs;

#[cfg(test)]
mod tests;

pub use grant::{Grant, On, When};

/// What a policy is narrowed to beyond what each action allows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// The account, empty for any.
    pub account: String,
    /// The Region, empty for any.
    pub region: String,
    /// A tag, key and value, that the instances and Auto Scaling groups must bear.
    pub tag: Option<(String, String)>,
}

/// The policy for reading: events and state.
pub fn reading(narrowing: &Narrowing) -> Value {
    document(&needs::READING.iter().flat_map(|action| Grant::of(action)).collect(), narrowing)
}

/// The policy for a playbook, beside the one for reading: what its remedies
/// call to change, to read back and to undo, and the permission check.
pub fn of_playbook(playbook: &Playbook, narrowing: &Narrowing) -> Value {
    document(&grants(playbook), narrowing)
}

/// The policy for one remedy.
pub fn of_remedy(remedy: Remedy, narrowing: &Narrowing) -> Value {
    document(&needs::of_remedy(remedy), narrowing)
}

/// What a playbook needs.
pub fn grants(playbook: &Playbook) -> BTreeSet<Grant> {
    let mut grants: BTreeSet<Grant> = Grant::of("iam:SimulatePrincipalPolicy").collect();
    for step in &playbook.steps {
        match &step.kind {
            TemplateKind::Remedy { remedy, .. } => grants.extend(needs::of_remedy(*remedy)),
            TemplateKind::Evidence => {
                let kinds = playbook.targets.iter();
                grants.extend(kinds.flat_map(|kind| needs::evidence(*kind)).flat_map(|action| Grant::of(action)));
            }
            TemplateKind::Check { .. } | TemplateKind::Decide | TemplateKind::ByHand { .. } => {}
        }
    }
    grants
}

/// One statement for all actions on the same things under the same condition.
fn document(grants: &BTreeSet<Grant>, narrowing: &Narrowing) -> Value {
    let mut by_action: BTreeMap<(&str, When), BTreeSet<On>> = BTreeMap::new();
    for grant in grants {
        by_action.entry((grant.action, grant.when)).or_default().insert(grant.on);
    }
    // What is permitted without a condition needs none beside it.
    let free: BTreeMap<&str, BTreeSet<On>> = by_action
        .iter()
        .filter(|((_, when), _)| *when == When::Always)
        .map(|((action, _), on)| (*action, on.clone()))
        .collect();
    let mut statements: BTreeMap<(When, bool, BTreeSet<On>), Vec<&str>> = BTreeMap::new();
    for ((action, when), mut on) in by_action {
        if when != When::Always
            && let Some(free) = free.get(action)
        {
            on.retain(|one| !free.contains(one));
        }
        // What can bear the tag is told apart, so that the condition holds of it alone.
        let (tagged, plain): (BTreeSet<On>, BTreeSet<On>) = on
            .into_iter()
            .partition(|one| narrowing.tag.is_some() && when.leaves_the_tag_open() && one.may_be_tagged());
        for (tagged, on) in [(false, plain), (true, tagged)] {
            if !on.is_empty() {
                statements.entry((when, tagged, on)).or_default().push(action);
            }
        }
    }
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let statements: Vec<Value> = statements
        .into_iter()
        .map(|((when, tagged, on), actions)| {
            let resources: Vec<String> = on.iter().map(|on| on.arn(narrowing)).collect();
            let tag = narrowing.tag.as_ref().filter(|_| tagged).map(tag_condition);
            let name = format!("Stanch{}{}", when.word(), on.iter().map(|on| on.word()).collect::<String>());
            let count = names.entry(name.clone()).or_default();
            *count += 1;
            let sid = if *count == 1 { name } else { format!("{name}{count}") };
            let mut statement = json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources });
            for (operator, keys) in when.condition().into_iter().chain(tag.into_iter().flatten()) {
                statement["Condition"][operator] = keys;
            }
            statement
        })
        .collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// The keys of each operator of a condition, as IAM writes it.
type Condition = Vec<(&'static str, Value)>;

fn tag_condition((key, value): &(String, String)) -> Condition {
    vec![("StringEquals", json!({ format!("aws:ResourceTag/{key}"): value }))]
}

impl When {
    fn condition(self) -> Condition {
        let quarantine = |key: &str| vec![("Null", json!({ format!("aws:{key}/{QUARANTINE_TAG}"): "false" }))];
        match self {
            Self::Always => Vec::new(),
            // All of no tags are ours, too: DeleteTags without any removes every tag.
            Self::OwnTags => vec![
                ("ForAllValues:StringLike", json!({ "aws:TagKeys": ["stanch:*"] })),
                ("Null", json!({ "aws:TagKeys": "false" })),
            ],
            Self::OnCreation => {
                let actions = ["CreateImage", "CreateSecurityGroup", "CreateSnapshots"];
                vec![("StringEquals", json!({ "ec2:CreateAction": actions }))]
            }
            Self::Quarantine => quarantine("ResourceTag"),
            Self::NewQuarantine => quarantine("RequestTag"),
            Self::ToInstances => vec![("StringEquals", json!({ "iam:PassedToService": "ec2.amazonaws.com" }))],
        }
    }

    /// A tag on what is there can be asked for beside it.
    fn leaves_the_tag_open(self) -> bool {
        matches!(self, Self::Always | Self::OwnTags)
    }
}
