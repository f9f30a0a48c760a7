//! What fits the selection: the playbooks that are offered, and the Scope that
//! they would act in.

use super::super::scopes::ScopeId;
use super::super::{Model, Pane};
use crate::domain::finding::Finding;
use crate::domain::inventory::Inventory;
use crate::respond::rank::{Selection, suggest as rank};

/// What fits the selection, anew. The cursor is on the best one, until the user
/// selects one or looks at them; that one stays selected as long as it is offered.
pub fn suggest(model: &mut Model) {
    let empty = Inventory::default();
    let scope = scope_of_selection(model);
    let inventory = scope.and_then(|scope| model.scopes.inventory(scope)).unwrap_or(&empty);
    let subject = model.instance.subject.as_ref().map(|subject| subject.id.as_str());
    let picked = model.picked.as_ref();
    // From the instance pane the question is about the instance, not about the event.
    let about_event = model.focus != Pane::Instance;
    let findings: Vec<Finding> =
        picked.map(|picked| model.findings.on(picked.slot).into_iter().cloned().collect()).unwrap_or_default();
    let selection = Selection {
        event: picked.map(|picked| &picked.event).filter(|_| about_event),
        raw: picked.map_or("", |picked| picked.raw.as_str()),
        findings: &findings,
        instance: subject,
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

/// The Scope of what is selected, in the pane that has the focus first.
pub fn scope_of_selection(model: &Model) -> Option<ScopeId> {
    let picked = model.picked.as_ref().and_then(|picked| picked.scope);
    let subject = model.instance.subject.as_ref().and_then(|subject| subject.scope);
    if model.focus == Pane::Instance { subject.or(picked) } else { picked.or(subject) }
}
