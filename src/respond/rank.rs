//! Which playbooks fit what is selected, best first, and why.

use serde::Serialize;

use super::playbook::{Catalogue, Playbook, Trigger};
use crate::domain::event::Event;
use crate::domain::finding::Finding;
use crate::domain::inventory::Inventory;
use crate::domain::resource::{Resource, ResourceKind};

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
    /// Why it is offered.
    pub why: String,
    /// Higher comes first.
    pub weight: i32,
}

/// The playbooks that fit, best first; each target once a playbook.
pub fn suggest(catalogue: &Catalogue, selection: &Selection<'_>, inventory: &Inventory) -> Vec<Suggestion> {
    let (targets, focus) = targets(selection, inventory);
    let mut all: Vec<Suggestion> = Vec::new();
    for playbook in catalogue.all() {
        for (target, near) in targets.iter().filter(|(target, _)| playbook.takes(target.kind)) {
            let Some((trigger, weight)) = best(playbook, selection, *near) else { continue };
            all.push(Suggestion {
                playbook: playbook.name.clone(),
                title: playbook.title.clone(),
                target: target.clone(),
                focus: focus.iter().filter(|one| narrows(one, target, inventory)).cloned().collect(),
                why: trigger.why.clone(),
                // What the event names comes before what it only reaches.
                weight: weight - if *near { 0 } else { 20 },
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

/// The trigger of most weight whose every condition holds. One that names
/// events says what the call did to the target: it holds only of a target that
/// the call names itself, and of a call that did anything.
fn best<'a>(playbook: &'a Playbook, selection: &Selection<'_>, near: bool) -> Option<(&'a Trigger, i32)> {
    let fits = |trigger: &&Trigger| {
        let event = trigger.events.is_empty()
            || near
                && selection.event.is_some_and(|event| {
                    let happened = event.error.is_none() && !event.dry_run;
                    (happened || trigger.attempts) && trigger.events.iter().any(|name| like(name, &event.name))
                });
        let finding = trigger.findings.is_empty()
            || selection
                .findings
                .iter()
                .any(|finding| trigger.findings.iter().any(|title| like(title, &finding.title)));
        event && finding
    };
    playbook.suggest.iter().filter(fits).max_by_key(|trigger| trigger.weight).map(|trigger| (trigger, trigger.weight))
}

/// The targets, each with whether the selection names it itself; and the focus.
fn targets(selection: &Selection<'_>, inventory: &Inventory) -> (Vec<(Resource, bool)>, Vec<Resource>) {
    let mut targets: Vec<(Resource, bool)> = Vec::new();
    let mut focus: Vec<Resource> = Vec::new();
    let add = |targets: &mut Vec<(Resource, bool)>, resource: Resource, near: bool| {
        if !targets.iter().any(|(known, _)| *known == resource) {
            targets.push((resource, near));
        }
    };
    let named: Vec<Resource> = selection
        .event
        .map(|event| event.resources.iter().cloned().chain(mentioned(selection.raw)).collect())
        .unwrap_or_default();
    if let Some(id) = selection.instance {
        // The instance that is shown may be one that the event only reaches.
        let shown = Resource::new(ResourceKind::Instance, id);
        let near = selection.event.is_none() || named.contains(&shown);
        add(&mut targets, shown, near);
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
                _ => add(&mut targets, resource, true),
            }
        }
        // Temporary keys (ASIA) cannot be turned off; root's cannot be from here.
        if event.actor.access_key.starts_with("AKIA") {
            add(&mut targets, Resource::new(ResourceKind::AccessKey, &event.actor.access_key), true);
            if event.actor.kind == crate::domain::actor::ActorKind::User {
                focus.push(Resource::new(ResourceKind::User, &event.actor.name));
            }
        }
        // Where the call came from can be denied; a service's name cannot.
        if event.ip.parse::<std::net::IpAddr>().is_ok() {
            focus.push(Resource::new(ResourceKind::Address, &event.ip));
        }
        for resource in event.resources.iter().filter(|resource| leads_on(resource.kind)) {
            for instance in inventory.reached_by(resource) {
                add(&mut targets, Resource::new(ResourceKind::Instance, &instance.id), false);
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
