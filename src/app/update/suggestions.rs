//! What fits the selection: the playbooks that are offered, and the Scope that
//! they would act in.

use super::super::remediation::Question;
use super::super::scopes::ScopeId;
use super::super::{Model, Pane};
use crate::domain::finding::Finding;
use crate::domain::inventory::Inventory;
use crate::respond::rank::{Selection, suggest as rank};

/// What the suggestions are to be about: the selected event, or an instance that
/// it has nothing to do with, where that is looked at, or was before the suggestions.
fn question(model: &Model) -> Question {
    let subject = model.instance.subject.clone();
    let elsewhere = subject.as_ref().is_some_and(|subject| !model.instance.reach.instances.contains(&subject.id));
    let looked_at = match model.focus {
        Pane::Events => false,
        Pane::Instance => true,
        Pane::Remediation => model.remediation.question.of_instance,
    };
    Question { of_instance: looked_at && elsewhere, subject }
}

/// Brings the suggestions up to what is looked at; true where that was another thing before.
pub fn follow(model: &mut Model) -> bool {
    if question(model) == model.remediation.question {
        return false;
    }
    suggest(model);
    true
}

/// What fits the selection, anew. The cursor is on the best one, until the user
/// selects one or looks at them; that one stays selected as long as it is offered.
pub fn suggest(model: &mut Model) {
    model.remediation.question = question(model);
    let of_instance = model.remediation.question.of_instance;
    let empty = Inventory::default();
    let scope = scope_of_selection(model);
    let inventory = scope.and_then(|scope| model.scopes.inventory(scope)).unwrap_or(&empty);
    let picked = model.picked.as_ref().filter(|picked| !of_instance || picked.scope == scope);
    let subject = model.instance.subject.as_ref().filter(|subject| of_instance || subject.scope == scope);
    let findings: Vec<Finding> =
        picked.map(|picked| model.findings.on(picked.slot).into_iter().cloned().collect()).unwrap_or_default();
    let selection = Selection {
        event: picked.map(|picked| &picked.event),
        raw: picked.map_or("", |picked| picked.raw.as_str()),
        findings: &findings,
        instance: subject.map(|subject| subject.id.as_str()),
        of_instance,
    };
    let suggestions = rank(&model.catalogue, &selection, inventory);
    let looked_at = model.focus == Pane::Remediation;
    let pane = &mut model.remediation;
    let chosen = pane
        .suggestion()
        .filter(|_| pane.chosen || looked_at)
        .map(|chosen| (chosen.playbook.clone(), chosen.target.clone()));
    pane.suggestions = suggestions;
    let kept = chosen.as_ref().and_then(|(playbook, target)| {
        pane.suggestions.iter().position(|other| other.playbook == *playbook && other.target == *target)
    });
    let offered = pane.offered();
    // A selected case stays selected; else the best suggestion is.
    if chosen.is_none() && (pane.chosen || looked_at) && pane.cursor < offered {
        return;
    }
    pane.chosen &= kept.is_some();
    pane.cursor = if pane.suggestions.is_empty() { 0 } else { offered + kept.unwrap_or(0) };
}

/// The Scope of what the suggestions are about.
pub fn scope_of_selection(model: &Model) -> Option<ScopeId> {
    let subject = model.instance.subject.as_ref().and_then(|subject| subject.scope);
    match &model.picked {
        Some(picked) if !model.remediation.question.of_instance => picked.scope,
        _ => subject,
    }
}
