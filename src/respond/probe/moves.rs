//! Bringing a fact to where it is wanted: which call, from where it stands.

use std::collections::{BTreeMap, BTreeSet};

use super::{Move, Probe};
use crate::domain::network::Direction;
use crate::respond::call::{Call, NOW, QUARANTINE};
use crate::respond::fact::Fact;
use crate::respond::sessions;

mod capacity;

impl Probe {
    /// The fact is as wanted. A snapshot begun is enough; more snapshots than
    /// wanted do no harm.
    pub fn satisfied(&self, now: &Fact, wanted: &Fact) -> bool {
        match (self, now, wanted) {
            (Self::Snapshots { .. }, Fact::Snapshots(now), Fact::Snapshots(wanted)) => {
                wanted.keys().all(|volume| now.contains_key(volume))
            }
            // A target that drains gets nothing new: begun is enough.
            (Self::Registration { .. }, Fact::Word(now), Fact::Absent) => now == "draining",
            // A later moment ends more sessions: it is never moved back.
            (Self::RolePolicy { .. }, Fact::Policy(document), Fact::SessionsEnded { before: Some(moment) }) => {
                sessions::ended_before(document).is_some_and(|ended| ended >= *moment)
            }
            _ => now.same(wanted),
        }
    }

    /// It has begun, comes about by itself, and what follows need not wait for it:
    /// an instance on its way into standby is drained for minutes, and its group
    /// replaces only what is in service (Auto Scaling user guide, "Health checks").
    pub fn begun(&self, now: &Fact, wanted: &Fact) -> bool {
        match (self, now, wanted) {
            (Self::Membership { .. }, Fact::Word(now), Fact::Word(wanted)) => {
                now == "EnteringStandby" && wanted == "Standby"
            }
            _ => false,
        }
    }

    /// Nothing is there any more to be brought to what is wanted, and that serves as
    /// well: an instance that is out of its Auto Scaling group is not put back for a standby.
    pub fn moot(&self, now: &Fact, wanted: &Fact) -> bool {
        matches!((self, now, wanted), (Self::Membership { .. }, Fact::Absent, Fact::Word(state)) if state == "Standby")
    }

    /// The fact is on its way somewhere by itself: EC2's transitional states.
    pub fn in_transit(&self, now: &Fact) -> bool {
        match (self, now) {
            (Self::Power { .. }, Fact::Word(state)) => {
                matches!(state.as_str(), "pending" | "stopping" | "shutting-down")
            }
            (Self::Profile { .. }, Fact::Word(_)) => true,
            (Self::Machine { .. }, Fact::Machine { state, .. }) => {
                matches!(state.as_str(), "pending" | "stopping" | "shutting-down")
            }
            (Self::Membership { .. }, Fact::Word(state)) => capacity::passes(state),
            _ => false,
        }
    }

    /// Where a passing state comes to rest by itself; any other fact is as it is.
    pub fn rest(&self, now: &Fact) -> Fact {
        match (self, now) {
            _ if !self.in_transit(now) => now.clone(),
            (Self::Machine { .. }, Fact::Machine { kind, state }) => {
                Fact::Machine { kind: kind.clone(), state: power_at_rest(state).into() }
            }
            (Self::Power { .. }, Fact::Word(state)) => Fact::word(power_at_rest(state)),
            (Self::Membership { .. }, Fact::Word(state)) => capacity::at_rest(state),
            _ => Fact::Absent,
        }
    }

    /// It is in transit, and nothing can be called on the way to what is wanted
    /// until it has come to rest.
    pub fn must_rest(&self, now: &Fact, wanted: &Fact) -> bool {
        self.in_transit(now) && self.next(now, wanted) == Move::Wait
    }

    /// Calls of ours can have brought it so far on the way from the one fact to
    /// the other, where more calls than one lead there: each part of it is as
    /// before or as wanted.
    pub fn partway(&self, now: &Fact, before: &Fact, wanted: &Fact) -> bool {
        match (now, before, wanted) {
            (Fact::Tags(now), Fact::Tags(before), Fact::Tags(wanted)) => {
                now.iter().all(|(key, value)| before.get(key) == Some(value) || wanted.get(key) == Some(value))
            }
            (
                Fact::Sharing { accounts: now, .. },
                Fact::Sharing { accounts: before, .. },
                Fact::Sharing { accounts: wanted, .. },
            ) => {
                let known = now.iter().all(|account| before.contains(account) || wanted.contains(account));
                known && before.intersection(wanted).all(|account| now.contains(account))
            }
            (Fact::Machine { kind, .. }, Fact::Machine { kind: before, .. }, Fact::Machine { kind: wanted, .. }) => {
                kind == before || kind == wanted
            }
            (Fact::Word(state), ..) if matches!(self, Self::Membership { .. }) => {
                matches!(state.as_str(), "InService" | "Standby")
            }
            _ => matches!(self, Self::Processes { .. }),
        }
    }

    /// The call was seen to have worked, as far as a further call may build on
    /// it. A new group counts only with its default rule in sight: an empty
    /// answer may be an early one, and would prove nothing.
    pub fn moved(&self, from: &Fact, now: &Fact) -> bool {
        match (self, from, now) {
            (Self::Quarantine { .. }, Fact::Absent, Fact::Group { rules, .. }) => !rules.is_empty(),
            _ => !from.same(now),
        }
    }

    /// What comes next on the way from one fact to another that differs.
    pub fn next(&self, now: &Fact, wanted: &Fact) -> Move {
        let call = match (self, now, wanted) {
            (Self::TerminationProtection { instance }, _, Fact::Flag(on)) => {
                Call::SetTerminationProtection { instance: instance.clone(), on: *on }
            }
            (Self::ShutdownBehavior { instance }, _, Fact::Word(behavior)) => {
                Call::SetShutdownBehavior { instance: instance.clone(), behavior: behavior.clone() }
            }
            (Self::DeleteOnTermination { volume, .. }, Fact::Absent, _) => {
                return Move::Impossible(format!("{volume} is no longer attached"));
            }
            (Self::DeleteOnTermination { instance, volume, device }, _, Fact::Flag(delete)) => {
                Call::SetDeleteOnTermination {
                    instance: instance.clone(),
                    device: device.clone(),
                    volume: volume.clone(),
                    delete: *delete,
                }
            }
            (Self::MetadataTokens { instance }, _, Fact::Word(tokens)) => {
                Call::ModifyInstanceMetadataOptions { instance: instance.clone(), tokens: tokens.clone() }
            }
            (Self::Tags { instance, .. }, Fact::Tags(now), Fact::Tags(wanted)) => return tags(instance, now, wanted),
            (Self::Snapshots { instance, tag, description, .. }, ..) => Call::CreateSnapshots {
                instance: instance.clone(),
                description: description.clone(),
                tags: BTreeMap::from([tag.clone()]),
            },
            (Self::Quarantine { vpc, group_name, tags }, now, wanted) => {
                return quarantine(vpc, group_name, tags, now, wanted);
            }
            (Self::InterfaceGroups { interface, instance }, _, Fact::List(groups)) => {
                Call::ModifyNetworkInterfaceAttribute {
                    interface: interface.clone(),
                    instance: instance.clone(),
                    groups: groups.clone(),
                }
            }
            (Self::Profile { instance }, now, wanted) => return profile(instance, now, wanted),
            (Self::Power { instance }, Fact::Word(now), Fact::Word(wanted)) => return power(instance, now, wanted),
            (Self::Rule { .. }, Fact::Rule(rule), Fact::Absent) => Call::RevokeSecurityGroupRules {
                group: rule.group.clone(),
                direction: rule.direction,
                rules: vec![rule.id.clone()],
            },
            (Self::Rule { .. }, Fact::Absent, Fact::Rule(rule)) => {
                Call::AuthorizeSecurityGroupRule { rule: rule.clone() }
            }
            (Self::Sharing { snapshot }, Fact::Sharing { .. }, Fact::Sharing { .. }) => {
                return sharing(now, wanted, |add, public, accounts| Call::ModifySnapshotAttribute {
                    snapshot: snapshot.clone(),
                    add,
                    public,
                    accounts,
                });
            }
            (Self::ImageSharing { image }, Fact::Sharing { .. }, Fact::Sharing { .. }) => {
                return sharing(now, wanted, |add, public, accounts| Call::ModifyImageAttribute {
                    image: image.clone(),
                    add,
                    public,
                    accounts,
                });
            }
            (Self::Image { instance, image_name, description, reboot, tags }, ..) => Call::CreateImage {
                instance: instance.clone(),
                image_name: image_name.clone(),
                description: description.clone(),
                reboot: *reboot,
                tags: tags.clone(),
            },
            (Self::AclEntry { acl, .. }, Fact::Absent, Fact::Entry(entry)) => {
                Call::CreateNetworkAclEntry { acl: acl.clone(), entry: entry.clone() }
            }
            (Self::AclEntry { acl, number, direction }, Fact::Entry(_), Fact::Absent) => {
                Call::DeleteNetworkAclEntry { acl: acl.clone(), number: *number, direction: *direction }
            }
            (Self::EncryptionByDefault { region }, _, Fact::Flag(on)) => {
                Call::SetEncryptionByDefault { region: region.clone(), on: *on }
            }
            (
                Self::Machine { .. } | Self::Membership { .. } | Self::Processes { .. } | Self::Registration { .. },
                now,
                wanted,
            ) => return self.capacity(now, wanted),
            (Self::AccessKey { key }, Fact::Key { user, .. }, Fact::Key { active: Some(active), .. }) => {
                Call::UpdateAccessKey { user: user.clone(), key: key.clone(), active: *active }
            }
            (Self::UserPolicy { user, policy }, _, Fact::Policy(document)) => {
                Call::PutUserPolicy { user: user.clone(), policy: policy.clone(), document: document.clone() }
            }
            (Self::UserPolicy { user, policy }, _, Fact::Absent) => {
                Call::DeleteUserPolicy { user: user.clone(), policy: policy.clone() }
            }
            (Self::RolePolicy { role, policy }, _, Fact::Policy(document)) => {
                Call::PutRolePolicy { role: role.clone(), policy: policy.clone(), document: document.clone() }
            }
            (Self::RolePolicy { role, policy }, _, Fact::SessionsEnded { before }) => {
                let document = sessions::document(&before.map_or_else(|| NOW.to_owned(), sessions::word));
                Call::PutRolePolicy { role: role.clone(), policy: policy.clone(), document }
            }
            (Self::RolePolicy { role, policy }, _, Fact::Absent) => {
                Call::DeleteRolePolicy { role: role.clone(), policy: policy.clone() }
            }
            _ => {
                return Move::Impossible(format!(
                    "the {} of {} cannot go from {} to {}",
                    self.noun(),
                    self.resource().id,
                    now.words(),
                    wanted.words()
                ));
            }
        };
        Move::Call(call)
    }

    /// All calls from one fact to another, as they can be told beforehand.
    pub fn calls(&self, before: &Fact, wanted: &Fact) -> Vec<Call> {
        if self.satisfied(before, wanted) {
            return Vec::new();
        }
        let mut calls: Vec<Call> = match self.next(before, wanted) {
            Move::Call(call) => vec![call],
            Move::Wait | Move::Impossible(_) => Vec::new(),
        };
        match (self, before, wanted) {
            // A new group comes with a rule that lets everything out, whose id is not known yet.
            (Self::Quarantine { .. }, Fact::Absent, Fact::Group { .. }) => {
                calls.push(Call::RevokeSecurityGroupRules {
                    group: QUARANTINE.into(),
                    direction: Direction::Egress,
                    rules: Vec::new(),
                });
            }
            (Self::Quarantine { .. }, Fact::Group { id, rules }, Fact::Group { .. }) => {
                let left: Vec<_> =
                    rules.iter().filter(|rule| !calls.iter().any(|call| names(call, &rule.id))).cloned().collect();
                if let Move::Call(call) = self.next(&Fact::Group { id: id.clone(), rules: left.clone() }, wanted)
                    && !left.is_empty()
                {
                    calls.push(call);
                }
            }
            (Self::Tags { instance, .. }, Fact::Tags(now), Fact::Tags(wanted)) => {
                let set = |(key, value): (&String, &Option<String>)| {
                    (key.clone(), value.clone().or_else(|| now.get(key).cloned().flatten()))
                };
                let rest: BTreeMap<_, _> = wanted.iter().map(set).collect();
                if let Move::Call(call) = tags(instance, &rest, wanted)
                    && !calls.contains(&call)
                {
                    calls.push(call);
                }
            }
            (Self::Machine { .. }, ..) => return self.machine_calls(before, wanted),
            _ => {}
        }
        calls
    }
}

fn power_at_rest(state: &str) -> &str {
    match state {
        "pending" => "running",
        "stopping" => "stopped",
        "shutting-down" => "terminated",
        other => other,
    }
}

fn names(call: &Call, id: &str) -> bool {
    call.resources().iter().any(|resource| resource.id == id)
}

/// Values first, then what has to go.
fn tags(instance: &str, now: &BTreeMap<String, Option<String>>, wanted: &BTreeMap<String, Option<String>>) -> Move {
    let differing = wanted.iter().filter(|(key, value)| now.get(*key) != Some(*value));
    let (set, gone): (Vec<_>, Vec<_>) = differing.partition(|(_, value)| value.is_some());
    if !set.is_empty() {
        let tags = set.into_iter().filter_map(|(key, value)| Some((key.clone(), value.clone()?))).collect();
        Move::Call(Call::CreateTags { resource: instance.to_owned(), tags })
    } else if gone.is_empty() {
        Move::Wait
    } else {
        let keys = gone.into_iter().map(|(key, _)| key.clone()).collect();
        Move::Call(Call::DeleteTags { resource: instance.to_owned(), keys })
    }
}

/// The group is made, then emptied, one direction a call.
fn quarantine(vpc: &str, name: &str, tags: &BTreeMap<String, String>, now: &Fact, wanted: &Fact) -> Move {
    match (now, wanted) {
        (Fact::Absent, Fact::Group { .. }) => Move::Call(Call::CreateSecurityGroup {
            vpc: vpc.to_owned(),
            group_name: name.to_owned(),
            description: "Quarantine: no rule, so no new traffic in or out".into(),
            tags: tags.clone(),
        }),
        (Fact::Group { id, rules }, Fact::Group { .. }) => {
            let direction = if rules.iter().any(|rule| rule.direction == Direction::Egress) {
                Direction::Egress
            } else {
                Direction::Ingress
            };
            let rules: Vec<_> =
                rules.iter().filter(|rule| rule.direction == direction).map(|rule| rule.id.clone()).collect();
            if rules.is_empty() {
                return Move::Wait;
            }
            Move::Call(Call::RevokeSecurityGroupRules { group: id.clone(), direction, rules })
        }
        (Fact::Group { id, .. }, _) => Move::Call(Call::DeleteSecurityGroup { group: id.clone() }),
        _ => Move::Wait,
    }
}

fn profile(instance: &str, now: &Fact, wanted: &Fact) -> Move {
    match (now, wanted) {
        (Fact::Word(_), _) => Move::Wait,
        (Fact::Profile { association, .. }, Fact::Absent) => Move::Call(Call::DisassociateIamInstanceProfile {
            association: association.clone(),
            instance: instance.to_owned(),
        }),
        (Fact::Absent, Fact::Profile { arn, .. }) => {
            Move::Call(Call::AssociateIamInstanceProfile { instance: instance.to_owned(), profile: arn.clone() })
        }
        (Fact::Profile { arn, .. }, _) => Move::Impossible(format!("{instance} carries another profile by now: {arn}")),
        _ => Move::Impossible(format!("the profile of {instance} is not known")),
    }
}

fn power(instance: &str, now: &str, wanted: &str) -> Move {
    let instance = instance.to_owned();
    match (now, wanted) {
        ("terminated" | "shutting-down", "running" | "stopped") => {
            Move::Impossible(format!("{instance} is {now}: that cannot be taken back"))
        }
        ("shutting-down", _) | ("pending" | "stopping", "running" | "stopped") => Move::Wait,
        ("running", "stopped") => Move::Call(Call::StopInstances { instance }),
        ("stopped", "running") => Move::Call(Call::StartInstances { instance }),
        (_, "terminated") => Move::Call(Call::TerminateInstances { instance }),
        _ => Move::Impossible(format!("{instance} is {now}, which does not lead to {wanted}")),
    }
}

/// What has to go first, then what has to come.
fn sharing(now: &Fact, wanted: &Fact, call: impl FnOnce(bool, bool, Vec<String>) -> Call) -> Move {
    let (
        Fact::Sharing { public: now_public, accounts: now_accounts },
        Fact::Sharing { public: wanted_public, accounts: wanted_accounts },
    ) = (now, wanted)
    else {
        return Move::Wait;
    };
    let gone: BTreeSet<_> = now_accounts.difference(wanted_accounts).cloned().collect();
    let come: BTreeSet<_> = wanted_accounts.difference(now_accounts).cloned().collect();
    let remove = (*now_public && !*wanted_public) || !gone.is_empty();
    let add = (*wanted_public && !*now_public) || !come.is_empty();
    if !remove && !add {
        return Move::Wait;
    }
    let public = now_public != wanted_public && (*now_public == remove);
    Move::Call(call(!remove, public, if remove { gone } else { come }.into_iter().collect()))
}
