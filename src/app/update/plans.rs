//! Where the pane meets `respond`: what fits the selection, and the plan that
//! is made of it.

use super::super::Model;
use super::super::effect::Effect;

/// What fits the selection, anew.
pub fn suggest(model: &mut Model) {
    let pane = &mut model.remediation;
    pane.cursor = pane.cursor.min(pane.suggestions.len().saturating_sub(1));
}

/// Binds the selected playbook to its target and opens the plan.
pub fn open(model: &mut Model, _out: &mut Vec<Effect>) {
    super::remediation::widen(model);
}

/// Asks whether the calls of the plan are permitted.
pub fn check(_model: &mut Model, _out: &mut Vec<Effect>) {}

/// Runs or undoes steps.
pub fn start(_model: &mut Model, _steps: Vec<usize>, _undo: bool, _out: &mut Vec<Effect>) {}

/// Reads back again what the selected step did.
pub fn verify(_model: &mut Model, _out: &mut Vec<Effect>) {}

/// Tells the run that a step is skipped.
pub fn skipped(_model: &mut Model, _step: usize, _reason: String, _out: &mut Vec<Effect>) {}
