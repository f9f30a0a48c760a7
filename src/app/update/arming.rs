//! Arming and disarming: asked for, and answered.

use super::super::arming::{Arming, changed};
use super::super::effect::Effect;
use super::super::overlay::Overlay;
use super::super::scopes::ScopeId;
use super::super::{Armed, Mode, Model, Pane};
use crate::domain::fault::Fault;
use crate::domain::scope::Caller;

/// The Scope that the user is looking at: the plan's, the instance's, the event's, the first.
pub fn scope_here(model: &Model) -> Option<ScopeId> {
    let plan = model.remediation.plan.as_ref().map(|plan| plan.scope);
    let subject = model.instance.subject.as_ref().and_then(|subject| subject.scope);
    let picked = model.picked.as_ref().and_then(|picked| picked.scope);
    plan.or(if model.focus == Pane::Events { picked.or(subject) } else { subject.or(picked) })
        .or_else(|| model.scopes.iter().next().map(|(id, _)| id))
}

/// Arms for the Scope that the user is looking at, or disarms.
pub fn arm(model: &mut Model, out: &mut Vec<Effect>) {
    if model.remediation.is_running() {
        model.notices.warn("a step is running: X stops it; disarm afterwards", model.now);
        return;
    }
    if model.armed.take().is_some() {
        out.push(Effect::Disarm);
        model.notices.say("disarmed: nothing can be changed", model.now);
        return;
    }
    if model.mode == Mode::Recorded {
        model.notices.warn("recorded logs have no account behind them: there is nothing to arm for", model.now);
        return;
    }
    if !model.settings.may_arm {
        model.notices.warn("this console only reads: start it with --write to be able to arm", model.now);
        return;
    }
    let known = scope_here(model)
        .filter(|scope| model.scopes.get(*scope).is_some_and(|state| !state.scope.caller.account.is_empty()));
    match known {
        Some(scope) => model.overlays.push(Overlay::Arming(Arming::new(scope))),
        None => model.notices.warn("who the caller is has not been read yet: arming waits for it", model.now),
    }
}

/// The answer to arming; true unless nobody waits for it.
pub fn armed(
    model: &mut Model,
    scope: ScopeId,
    generation: u64,
    result: Result<Caller, Fault>,
    out: &mut Vec<Effect>,
) -> bool {
    let asked = model
        .overlays
        .iter()
        .position(|overlay| matches!(overlay, Overlay::Arming(arming) if arming.asked == Some(generation)));
    let (Some(at), Some(state)) = (asked, model.scopes.get(scope)) else {
        // Nobody waits for it any more: what was made must not stay.
        if model.armed.is_none() {
            out.push(Effect::Disarm);
        }
        return false;
    };
    let refusal = match &result {
        Err(fault) => Some(fault.to_string()),
        Ok(caller) => changed(&state.scope.caller, caller),
    };
    match (refusal, result) {
        (None, Ok(mut caller)) => {
            caller.alias = caller.alias.or_else(|| state.scope.caller.alias.clone());
            let place = format!("{} in {}", state.scope.account_label(), state.scope.region);
            model.overlays.remove(at);
            model.notices.say(format!("armed for {place} as {}: steps can change it now", caller.short()), model.now);
            model.armed = Some(Armed { scope, caller });
        }
        (refusal, _) => {
            out.push(Effect::Disarm);
            if let Some(Overlay::Arming(arming)) = model.overlays.get_mut(at) {
                arming.asked = None;
                arming.wrong = refusal;
            }
        }
    }
    true
}
