//! The question for an instance afresh. Its pane asks it, and so does a plan
//! that must not be made without the answer.

use super::super::Model;
use super::super::effect::Effect;
use super::super::scopes::ScopeId;

/// Asks for an instance afresh; an older question about the Scope's instances is given up.
pub fn ask(model: &mut Model, scope: ScopeId, id: &str, out: &mut Vec<Effect>) {
    give_up(model, id);
    let generation = model.next_generation();
    model.instance.reading = Some((id.to_owned(), generation));
    out.push(Effect::ReadInstance { scope, id: id.to_owned(), generation });
}

/// Another instance is asked for, so the answer that a plan waits for does not come.
fn give_up(model: &mut Model, id: &str) {
    if model.remediation.awaited.take_if(|awaited| awaited.chosen.target.id != id).is_some() {
        model.notices.say("the selection moved on: no plan was made", model.now);
    }
}
