//! Into the remediation pane, and out of its plan: where the user looks then,
//! and how much of the screen the pane takes.

use super::super::layout::WIDE;
use super::super::{Model, Pane};
use super::suggestions::suggest;

/// To the pane: to the plan that is open, else to the suggestions.
pub fn enter(model: &mut Model) {
    model.focus = Pane::Remediation;
    if model.remediation.plan.is_none() && model.remediation.lines() == 0 {
        model.notices.say("no playbook fits what is selected", model.now);
    }
}

/// Shows an open plan over the whole screen, where it has room to be read.
pub fn widen(model: &mut Model) {
    model.focus = Pane::Remediation;
    if !model.zoom && model.columns >= WIDE {
        model.zoom = true;
        model.remediation.zoomed = true;
    }
}

/// Out of the plan that is open, back to the suggestions.
pub fn leave(model: &mut Model) {
    model.remediation.plan = None;
    if std::mem::take(&mut model.remediation.zoomed) {
        model.zoom = false;
    }
    suggest(model);
}
