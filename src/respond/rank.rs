//! Which playbooks fit what is selected, best first, and why.

use serde::Serialize;

use super::playbook::{Catalogue, Playbook, Trigger};
use crate::domain::event::Event;
use crate::domain::finding::Finding;
use crate::domain::instance::InstanceState;
use crate::domain::inventory::Inventory;
use crate::domain::resource::{Resource, ResourceKind};
use crate::domain::text::visible;

/// What is selected in the console.
#[derive(Debug, Clone, Copy, Default)]
pub struct Selection<'a> {
    /// The event, where one is selected.
    pub event: Option<&'a Event>,
    /// The event's record as it was, empty for none: ids hide in its answer.
    pub raw: &'a str,
    /// The findings on the event.
    pub findings: &'a [Finding],
    /// The instance, where one is selected or shown.
    pub instance: Option<&'a str>,
    /// Only what fits the instance is asked for; the event counts for no more
    /// than it has to do with the instance.
    pub of_instance: bool,
}

/// A playbook that fits, with its target and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The playbook's name.
    pub playbook: String,
    /// The playbook's title.
    pub title: String,
    /// Its target.
    pub target: Resource,
    /// What narrows the target: see `plan::Options::focus`.
    pub focus: Vec<Resource>,
    /// It follows from the event: the event names the target, or what the target stands behind.
    pub follows: bool,
    /// Why it is offered.
    pub why: String,
    /// Higher comes first.
    pub weight: i32,
}

/// What the event has to do with a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tie {
    /// It names it.
    Named,
    /// It names what is in front of it: a group, a volume, a role.
    Reached,
    /// Nothing is known; the target is only shown.
    Apart,
}

/// The playbooks that fit, best first; each target once a playbook.
pub fn suggest(catalogue: &Catalogue, selection: &Selection<'_>, inventory: &Inventory) -> Vec<Suggestion> {
    let (mut targets, focus) = targets(selection, inventory);
    targets.retain(|(target, _)| !is_gone(target, inventory));
    if selection.of_instance {
        targets.retain(|(target, _)| {
            target.kind == ResourceKind::Instance && Some(target.id.as_str()) == selection.instance
        });
    }
    let mut all: Vec<Suggestion> = Vec::new();
    for playbook in catalogue.all() {
        for (target, tie) in targets.iter().filter(|(target, _)| playbook.takes(target.kind)) {
            let Some(trigger) = best(playbook, selection, *tie) else { continue };
            let follows = *tie != Tie::Apart;
            // What the event names comes before what it only reaches or has nothing to do with.
            let behind = *tie != Tie::Named && selection.event.is_some() && !selection.of_instance;
            all.push(Suggestion {
                playbook: playbook.name.clone(),
                title: playbook.title.clone(),
                target: target.clone(),
                focus: focus.iter().filter(|one| follows && narrows(one, target, inventory)).cloned().collect(),
                follows,
                why: why(trigger, selection),
                weight: trigger.weight - if behind { 20 } else { 0 },
            });
        }
    }
    all.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.playbook.cmp(&b.playbook)));
    all
}

/// What the event names narrows the target. A role that the instance does not
/// have does not: its sessions are not the instance's.
fn narrows(focus: &Resource, target: &Resource, inventory: &Inventory) -> bool {
    let of_instance = target.kind == ResourceKind::Instance && focus.kind == ResourceKind::Role;
    !of_instance || inventory.reached_by(focus).iter().any(|instance| instance.id == target.id)
}

/// An instance that is terminated has nothing left to contain.
fn is_gone(target: &Resource, inventory: &Inventory) -> bool {
    target.kind == ResourceKind::Instance
        && inventory.instances.get(&target.id).is_some_and(|instance| instance.state == InstanceState::Terminated)
}

/// The trigger of most weight whose every condition holds. One that names
/// events says what the call did to the target: it holds only of a target that
/// the call names itself, and of a call that did anything. One that names
/// findings holds only of a target that the event has to do with; of one that
/// it merely reaches, only where the call did anything.
fn best<'a>(playbook: &'a Playbook, selection: &Selection<'_>, tie: Tie) -> Option<&'a Trigger> {
    let happened = selection.event.is_some_and(|event| event.error.is_none() && !event.dry_run);
    let fits = |trigger: &&Trigger| {
        let event = trigger.events.is_empty()
            || tie == Tie::Named
                && selection.event.is_some_and(|event| {
                    (happened || trigger.attempts) && trigger.events.iter().any(|name| like(name, &event.name))
                });
        let tied = tie == Tie::Named || tie == Tie::Reached && happened;
        event && (trigger.findings.is_empty() || tied && finding(trigger, selection).is_some())
    };
    playbook.suggest.iter().filter(fits).max_by_key(|trigger| trigger.weight)
}

/// The worst finding that a trigger is about.
fn finding<'a>(trigger: &Trigger, selection: &Selection<'a>) -> Option<&'a Finding> {
    let wanted = |finding: &&Finding| trigger.findings.iter().any(|title| like(title, &finding.title));
    selection.findings.iter().filter(wanted).max_by_key(|finding| finding.severity)
}

/// Why a playbook is offered, with the call and the finding that its reason speaks of.
fn why(trigger: &Trigger, selection: &Selection<'_>) -> String {
    let call = selection.event.filter(|_| !trigger.events.is_empty()).map(|event| event.name.clone());
    let finding =
        finding(trigger, selection).map(|finding| format!("{} finding '{}'", finding.severity.word(), finding.title));
    let named: Vec<String> = call.into_iter().chain(finding).collect();
    if named.is_empty() {
        return trigger.why.clone();
    }
    visible(&format!("{}: {}", trigger.why, named.join(", "))).into_owned()
}

/// The targets, each with what the event has to do with it; and the focus.
fn targets(selection: &Selection<'_>, inventory: &Inventory) -> (Vec<(Resource, Tie)>, Vec<Resource>) {
    let mut targets: Vec<(Resource, Tie)> = Vec::new();
    let mut focus: Vec<Resource> = Vec::new();
    let add = |targets: &mut Vec<(Resource, Tie)>, resource: Resource, tie: Tie| {
        if !targets.iter().any(|(known, _)| *known == resource) {
            targets.push((resource, tie));
        }
    };
    let named: Vec<Resource> = selection
        .event
        .map(|event| event.resources.iter().cloned().chain(mentioned(selection.raw)).collect())
        .unwrap_or_default();
    let leading = || selection.event.into_iter().flat_map(|event| &event.resources).filter(|from| leads_on(from.kind));
    if let Some(id) = selection.instance {
        let shown = Resource::new(ResourceKind::Instance, id);
        let reached = || leading().any(|from| inventory.reached_by(from).iter().any(|instance| instance.id == id));
        let tie = match named.contains(&shown) {
            true => Tie::Named,
            false if reached() => Tie::Reached,
            false => Tie::Apart,
        };
        add(&mut targets, shown, tie);
    }
    if let Some(event) = selection.event {
        for resource in named {
            match resource.kind {
                // A rule narrows its group: the group is the target.
                ResourceKind::SecurityGroupRule | ResourceKind::User | ResourceKind::Role => {
                    if !focus.contains(&resource) {
                        focus.push(resource);
                    }
                }
                _ => add(&mut targets, resource, Tie::Named),
            }
        }
        // Temporary keys (ASIA) cannot be turned off; root's cannot be from here.
        if event.actor.access_key.starts_with("AKIA") {
            add(&mut targets, Resource::new(ResourceKind::AccessKey, &event.actor.access_key), Tie::Named);
            if event.actor.kind == crate::domain::actor::ActorKind::User {
                focus.push(Resource::new(ResourceKind::User, &event.actor.name));
            }
        }
        // Where the call came from can be denied; a service's name cannot.
        if event.ip.parse::<std::net::IpAddr>().is_ok() {
            focus.push(Resource::new(ResourceKind::Address, &event.ip));
        }
        for resource in leading() {
            for instance in inventory.reached_by(resource) {
                add(&mut targets, Resource::new(ResourceKind::Instance, &instance.id), Tie::Reached);
            }
        }
    }
    (targets, focus)
}

/// What is done to such a thing is done to the instances behind it. An image, a
/// subnet or a VPC merely has instances.
fn leads_on(kind: ResourceKind) -> bool {
    use ResourceKind as K;
    matches!(kind, K::SecurityGroup | K::SecurityGroupRule | K::Interface | K::Volume | K::InstanceProfile | K::Role)
}

/// The ids in a record whose prefix tells what they are.
fn mentioned(raw: &str) -> Vec<Resource> {
    let mut found: Vec<Resource> = Vec::new();
    for piece in raw.split('"') {
        let worth = piece.starts_with("sgr-") || piece.starts_with("i-") || piece.starts_with("snap-");
        if let Some(resource) = Resource::of_id(piece).filter(|_| worth)
            && !found.contains(&resource)
        {
            found.push(resource);
        }
    }
    found
}

fn like(pattern: &str, text: &str) -> bool {
    super::guard::like(pattern, text)
}

#[cfg(test)]
mod tests;
