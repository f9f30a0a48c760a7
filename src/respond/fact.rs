//! What is true of one thing that a remedy can change: read before, wanted, read after.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::sessions;
use crate::domain::network::{AclEntry, Direction, GroupRule};
use crate::domain::text::visible;

/// One fact of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fact", content = "value")]
pub enum Fact {
    /// There is none: no profile, no such group, rule or policy.
    Absent,
    /// On or off.
    Flag(bool),
    /// One word: a state, a setting.
    Word(String),
    /// Ids: the groups of an interface. Order means nothing.
    List(Vec<String>),
    /// The values of some tags; none for a tag that is not there.
    Tags(BTreeMap<String, Option<String>>),
    /// The instance profile of an instance.
    Profile {
        /// Its ARN.
        arn: String,
        /// `iip-assoc-…`; another one after it was put back.
        association: String,
    },
    /// A security group with all its rules.
    Group {
        /// `sg-…`.
        id: String,
        /// Both directions.
        rules: Vec<GroupRule>,
    },
    /// A rule of a group; it has another id after it was put back.
    Rule(GroupRule),
    /// Snapshots by volume.
    Snapshots(BTreeMap<String, String>),
    /// With whom a snapshot or an image is shared.
    Sharing {
        /// With everybody.
        public: bool,
        /// With these accounts; an image also with organizations and units, by ARN.
        accounts: BTreeSet<String>,
    },
    /// An access key.
    Key {
        /// Whose it is.
        user: String,
        /// None while only the user is known.
        active: Option<bool>,
    },
    /// An inline policy's document, JSON.
    Policy(String),
    /// Sessions of a role that were opened before a moment are denied everything.
    /// It is wanted, and read as a [`Fact::Policy`] that does so.
    SessionsEnded {
        /// The moment; none for that at which the step runs.
        before: Option<Timestamp>,
    },
    /// An image that was made, by its id.
    Image(String),
    /// The type of an instance, and its state: the one changes only in a certain other.
    Machine {
        /// `m5.large` …
        kind: String,
        /// `running`, `stopped` …
        state: String,
    },
    /// An entry of a network ACL.
    Entry(AclEntry),
    /// Some switches by name: the processes of an Auto Scaling group, true for suspended.
    Switches(BTreeMap<String, bool>),
}

impl Fact {
    /// A flag's, state's or setting's fact.
    pub fn word(text: impl Into<String>) -> Self {
        Self::Word(text.into())
    }

    /// The two say the same of the thing: ids that AWS gives anew do not count,
    /// nor does the order of a list, nor how a policy is laid out.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(a), Self::List(b)) => a.iter().collect::<BTreeSet<_>>() == b.iter().collect::<BTreeSet<_>>(),
            (Self::Profile { arn: a, .. }, Self::Profile { arn: b, .. }) => a == b,
            (Self::Rule(a), Self::Rule(b)) => same_rule(a, b),
            (Self::Group { rules: a, .. }, Self::Group { rules: b, .. }) => {
                a.len() == b.len() && a.iter().all(|rule| b.iter().any(|other| same_rule(rule, other)))
            }
            (Self::Policy(a), Self::Policy(b)) => {
                match (serde_json::from_str::<serde_json::Value>(a), serde_json::from_str::<serde_json::Value>(b)) {
                    (Ok(a), Ok(b)) => a == b,
                    _ => a == b,
                }
            }
            (Self::Key { active: a, .. }, Self::Key { active: b, .. }) => a == b,
            (Self::Image(_), Self::Image(_)) => true,
            _ => self == other,
        }
    }

    /// The fact as a person reads it, on one line.
    pub fn words(&self) -> String {
        let text = match self {
            Self::Absent => "none".into(),
            Self::Flag(on) => if *on { "on" } else { "off" }.into(),
            Self::Word(word) => word.clone(),
            Self::List(ids) => ids.join(", "),
            Self::Tags(tags) => tags
                .iter()
                .map(|(key, value)| match value {
                    Some(value) => format!("{key}={value}"),
                    None => format!("{key} not set"),
                })
                .collect::<Vec<_>>()
                .join(", "),
            Self::Profile { arn, .. } => arn.rsplit('/').next().unwrap_or(arn).to_owned(),
            Self::Group { id, rules } if rules.is_empty() => format!("{id} without any rule"),
            Self::Group { id, rules } => format!("{id} with {} rules", rules.len()),
            Self::Rule(rule) => rule_words(rule),
            Self::Snapshots(made) if made.is_empty() => "none of this case".into(),
            Self::Snapshots(made) => {
                made.iter().map(|(volume, snapshot)| format!("{snapshot} of {volume}")).collect::<Vec<_>>().join(", ")
            }
            Self::Sharing { public, accounts } => {
                let mut with: Vec<&str> = if *public { vec!["everybody"] } else { Vec::new() };
                with.extend(accounts.iter().map(String::as_str));
                if with.is_empty() { "not shared".into() } else { format!("shared with {}", with.join(", ")) }
            }
            Self::Key { active, .. } => match active {
                Some(true) => "active".into(),
                Some(false) => "inactive".into(),
                None => "not known".into(),
            },
            Self::Policy(document) => match sessions::ended_before(document) {
                Some(moment) => format!("sessions from before {moment} denied"),
                None => "policy in place".into(),
            },
            Self::SessionsEnded { before: Some(moment) } => format!("sessions from before {moment} denied"),
            Self::SessionsEnded { before: None } => "sessions from before the moment this step runs denied".into(),
            Self::Image(id) => id.clone(),
            Self::Machine { kind, state } => format!("{kind}, {state}"),
            Self::Entry(entry) => entry_words(entry),
            Self::Switches(switches) => {
                let suspended: Vec<&str> =
                    switches.iter().filter(|(_, on)| **on).map(|(process, _)| process.as_str()).collect();
                if suspended.is_empty() {
                    "none suspended".into()
                } else {
                    format!("{} suspended", suspended.join(", "))
                }
            }
        };
        visible(&text).into_owned()
    }

    /// What is found where something else was expected, as a person reads it.
    pub fn difference(expected: &Self, found: &Self) -> String {
        match (expected, found) {
            (Self::List(a), Self::List(b)) => {
                let gone: Vec<_> = a.iter().filter(|id| !b.contains(id)).map(|id| format!("-{id}")).collect();
                let come: Vec<_> = b.iter().filter(|id| !a.contains(id)).map(|id| format!("+{id}")).collect();
                [gone, come].concat().join(" ")
            }
            (Self::Tags(a), Self::Tags(b)) => a
                .iter()
                .filter(|(key, value)| b.get(*key) != Some(*value))
                .map(|(key, value)| {
                    let word = |value: Option<&String>| value.map_or("not set".into(), |text| format!("'{text}'"));
                    let found = b.get(key).and_then(Option::as_ref);
                    visible(&format!("{key}: {} became {}", word(value.as_ref()), word(found))).into_owned()
                })
                .collect::<Vec<_>>()
                .join(", "),
            _ => format!("{} became {}", expected.words(), found.words()),
        }
    }
}

/// The two rules let the same through, under the same description.
pub fn same_rule(a: &GroupRule, b: &GroupRule) -> bool {
    same_traffic(a, b) && a.description == b.description
}

/// The two rules let the same through.
pub fn same_traffic(a: &GroupRule, b: &GroupRule) -> bool {
    a.direction == b.direction
        && a.protocol == b.protocol
        && a.from_port == b.from_port
        && a.to_port == b.to_port
        && a.peer == b.peer
}

/// `22/tcp in from 0.0.0.0/0`.
pub fn rule_words(rule: &GroupRule) -> String {
    let way = match rule.direction {
        Direction::Ingress => "in from",
        Direction::Egress => "out to",
    };
    format!("{} {way} {}", rule.ports(), rule.peer.label())
}

/// `entry 1 denies all traffic in from 203.0.113.7/32`.
pub fn entry_words(entry: &AclEntry) -> String {
    let way = match entry.direction {
        Direction::Ingress => "in from",
        Direction::Egress => "out to",
    };
    let what = match (entry.protocol.as_str(), entry.from_port) {
        ("-1", _) => "all traffic".to_owned(),
        (protocol, None) => format!("protocol {protocol}"),
        (protocol, Some(port)) => format!("protocol {protocol} port {port}"),
    };
    let verb = if entry.allow { "allows" } else { "denies" };
    format!("entry {} {verb} {what} {way} {}", entry.number, entry.cidr)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Fact;

    fn list(ids: &[&str]) -> Fact {
        Fact::List(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    #[test]
    fn the_order_of_groups_means_nothing() {
        assert!(list(&["sg-1", "sg-2"]).same(&list(&["sg-2", "sg-1"])));
        assert!(!list(&["sg-1"]).same(&list(&["sg-1", "sg-2"])));
    }

    #[test]
    fn a_difference_names_what_went_and_what_came() {
        assert_eq!(Fact::difference(&list(&["sg-1", "sg-2"]), &list(&["sg-2", "sg-3"])), "-sg-1 +sg-3");
        let tag = |value: Option<&str>| Fact::Tags(BTreeMap::from([("env".to_owned(), value.map(str::to_owned))]));
        assert_eq!(Fact::difference(&tag(Some("prod")), &tag(None)), "env: 'prod' became not set");
        assert_eq!(Fact::difference(&Fact::Flag(true), &Fact::Flag(false)), "on became off");
    }

    #[test]
    fn a_profile_is_the_same_whatever_binds_it() {
        let of = |arn: &str, association: &str| Fact::Profile { arn: arn.into(), association: association.into() };
        assert!(of("arn:p", "a").same(&of("arn:p", "b")));
        assert!(!of("arn:p", "a").same(&of("arn:q", "a")));
    }

    #[test]
    fn a_policy_is_the_same_however_it_is_laid_out() {
        let (a, b) = (Fact::Policy("{\"a\": 1}".into()), Fact::Policy("{\"a\":1}".into()));
        assert!(a.same(&b));
    }
}
