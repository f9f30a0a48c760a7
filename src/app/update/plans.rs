//! Where the pane meets `respond`: the plan that is made of a suggestion, and
//! the commands of its run.

use jiff::Timestamp;

use super::super::effect::{Cause, Effect};
use super::super::remediation::{Awaited, Check, PlanView};
use super::super::{Mode, Model, Pane};
use super::focus::widen;
use super::suggestions::scope_of_selection;
use super::{interrupted, reading};
use crate::domain::fault::Fault;
use crate::domain::resource::ResourceKind;
use crate::knowledge::sentence::sentence;
use crate::respond::check::{StepCheck, Verdict};
use crate::respond::plan::{Options, Plan, Step, StepKind, bind, rebind};
use crate::respond::rank::Suggestion;
use crate::respond::run::{Command, Run, StepStatus};

/// Binds the selected playbook to its target and opens the plan; permissions
/// are checked at once where that is possible without arming.
pub fn open(model: &mut Model, out: &mut Vec<Effect>) {
    if model.mode == Mode::Recorded {
        let words = "recorded logs have no account behind them: no plan can be made; x explains the event";
        return model.notices.warn(words, model.now);
    }
    if model.remediation.cursor < model.remediation.offered() {
        return interrupted::open(model, model.remediation.cursor, out);
    }
    let Some(chosen) = model.remediation.suggestion().cloned() else { return };
    let scope = scope_of_selection(model);
    let Some((scope, state)) = scope.and_then(|scope| Some((scope, model.scopes.get(scope)?))) else {
        return model.notices.warn("its account or Region is not read: no plan can be made for it", model.now);
    };
    let Some(inventory) = &state.inventory else {
        return model.notices.warn("EC2 state has not been read yet: a plan needs the state before it", model.now);
    };
    let cause = cause(model, &chosen);
    let target = &chosen.target;
    let known = !inventory.instances.contains_key(&target.id) || inventory.surroundings.contains_key(&target.id);
    if known || target.kind != ResourceKind::Instance {
        return make(model, Awaited { chosen, scope, cause }, out);
    }
    // What it serves in decides over the steps: it is read first.
    let id = target.id.clone();
    if model.instance.reading.as_ref().is_none_or(|(reading, _)| *reading != id) {
        reading::ask(model, scope, &id, out);
    }
    model.notices.say(format!("reading {id} before its plan is made"), model.now);
    model.remediation.awaited = Some(Awaited { chosen, scope, cause });
}

/// The instance of a plan that waits for it was read, or could not be: then the
/// plan is made of what is known, and says so.
pub fn go_on(model: &mut Model, id: &str, fault: Option<Fault>, out: &mut Vec<Effect>) {
    let Some(awaited) = model.remediation.awaited.take_if(|awaited| awaited.chosen.target.id == id) else { return };
    // Whoever went elsewhere meanwhile is not called back.
    if model.focus != Pane::Remediation || model.remediation.plan.is_some() {
        return;
    }
    make(model, awaited, out);
    if let Some(fault) = fault {
        model.notices.warn(format!("the plan is made without what could not be read: {fault}"), model.now);
    }
}

/// The selected event, where the suggestion follows from it.
fn cause(model: &Model, chosen: &Suggestion) -> Option<Box<Cause>> {
    let picked = model.picked.as_ref().filter(|_| chosen.follows)?;
    Some(Box::new(Cause {
        slot: picked.slot,
        event: Box::new(picked.event.clone()),
        sentence: sentence(&picked.event, &picked.raw),
        findings: model.findings.on(picked.slot).into_iter().cloned().collect(),
        raw: picked.raw.clone(),
    }))
}

fn make(model: &mut Model, awaited: Awaited, out: &mut Vec<Effect>) {
    let Awaited { chosen, scope, cause } = awaited;
    let Some(state) = model.scopes.get(scope) else { return };
    let Some(inventory) = &state.inventory else { return };
    let Some(playbook) = model.catalogue.get(&chosen.playbook) else { return };
    let options = Options {
        // Why it is done is the user's to say.
        reason: String::new(),
        suggested: chosen.why.clone(),
        ticket: String::new(),
        case: case_id(model, &chosen.target.id),
        at: model.now,
        focus: chosen.focus.clone(),
        choices: std::collections::BTreeMap::new(),
        guardrails: model.settings.guardrails.clone(),
    };
    match bind(playbook, &chosen.target, inventory, &state.scope, &options) {
        Ok(plan) => {
            model.remediation.plan = Some(PlanView { cause, ..PlanView::new(Run::new(plan), scope) });
            widen(model);
            check(model, out);
        }
        Err(fault) => model.notices.warn(fault.to_string(), model.now),
    }
}

/// The open plan bound again with other options over the state of now. What has
/// begun stays as it is; and all that `anew` does not name by its place stays,
/// where the rest cannot be bound as well as it was.
pub fn bound_again(
    model: &Model,
    options: &Options,
    anew: impl Fn(usize, &Step) -> bool,
    whole: bool,
) -> Result<Plan, String> {
    let plan = model.remediation.plan.as_ref().ok_or("no plan is open")?;
    let run = &plan.run;
    let inventory = model.scopes.get(plan.scope).and_then(|state| state.inventory.as_ref());
    let inventory = inventory.ok_or("EC2 state has not been read yet: a plan needs the state before it")?;
    let named = model.catalogue.get(&run.plan.playbook);
    let playbook = named.ok_or_else(|| format!("there is no playbook '{}' any more", run.plan.playbook))?;
    let target = &run.plan.target;
    let known = target.kind != ResourceKind::Instance || inventory.surroundings.contains_key(&target.id);
    let all = whole && known && !run.has_run();
    let stays = |at: usize| {
        let step = &run.plan.steps[at];
        !run.is_untouched(at) || !(all || step.kind == StepKind::Check || anew(at, step))
    };
    rebind(&run.plan, playbook, inventory, options, &stays).map_err(|fault| fault.message)
}

/// Goes on with the open plan bound again, and asks for its permissions anew.
pub fn amend(model: &mut Model, bound: Plan, out: &mut Vec<Effect>) -> Result<(), String> {
    let plan = model.remediation.plan.as_mut().ok_or("no plan is open")?;
    plan.run.amend(bound).map_err(|fault| fault.message)?;
    plan.refresh();
    for step in &mut plan.steps {
        step.check = Check::Open;
    }
    check(model, out);
    Ok(())
}

/// The open case, the one that the configuration names, or a new one by time and target.
fn case_id(model: &Model, target: &str) -> String {
    if !model.case.id.is_empty() {
        return model.case.id.clone();
    }
    if let Some(case) = &model.settings.case {
        return case.clone();
    }
    new_case_id(model.now, target)
}

/// `20261124-140207-i-0abc12de34f567890`.
fn new_case_id(now: Timestamp, target: &str) -> String {
    let digits: String = now.to_string().chars().take(19).filter(|c| c.is_ascii_digit() || *c == 'T').collect();
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
    let tail: String = target.rsplit(['/', ':']).next().unwrap_or(target).chars().take(40).map(safe).collect();
    format!("{}-{tail}", digits.replace('T', "-"))
}

/// Asks whether the calls of the plan are permitted.
pub fn check(model: &mut Model, out: &mut Vec<Effect>) {
    let generation = model.next_generation();
    let now = model.now;
    let Some(plan) = &mut model.remediation.plan else { return };
    if plan.running {
        return model.notices.say("a step is running: permissions are checked before a run", now);
    }
    plan.asked = Some(generation);
    plan.checking = true;
    out.push(Effect::Check { scope: plan.scope, generation, plan: Box::new(plan.run.plan.clone()) });
}

/// A permission check was answered; true unless it is stale.
pub fn checked(model: &mut Model, generation: u64, checks: &[StepCheck]) -> bool {
    let Some(plan) = &mut model.remediation.plan else { return false };
    if plan.asked != Some(generation) || !plan.checking {
        return false;
    }
    plan.checking = false;
    plan.asked = None;
    for found in checks {
        let Some(step) = plan.steps.iter_mut().find(|step| step.id == found.step) else { continue };
        let on: Vec<String> = found
            .calls
            .iter()
            .filter(|(_, _, verdict)| matches!(verdict, Verdict::Denied(_)))
            .map(|(action, resource, _)| format!("{action} on {resource}"))
            .collect();
        step.check = match found.worst() {
            Verdict::Allowed => Check::Allowed,
            Verdict::Denied(why) if on.is_empty() => Check::Denied(why),
            Verdict::Denied(why) => Check::Denied(format!("needs {}: {why}", on.join(", "))),
            Verdict::Unknown(why) => Check::Unknown(why),
        };
    }
    true
}

/// Gives a command of the run out; one that may change something only while
/// armed for the plan's Scope.
pub fn command(model: &mut Model, command: Command, typed: String, out: &mut Vec<Effect>) {
    let generation = model.next_generation();
    let armed = model.armed.as_ref().map(|armed| armed.scope);
    let Some(plan) = &mut model.remediation.plan else { return };
    if command.writes() && armed != Some(plan.scope) {
        model.notices.warn("the console is not armed for this Scope: nothing was done", model.now);
        return;
    }
    if plan.running {
        return;
    }
    plan.asked = Some(generation);
    plan.running = true;
    plan.checking = false;
    let cause = plan.cause.clone();
    if let Some(cause) = &cause {
        // The case that opens now holds it.
        model.events.pinned.insert(cause.slot);
        model.timeline.pin(cause.slot);
    }
    out.push(Effect::Drive { scope: plan.scope, generation, run: plan.run.clone(), command, typed, cause });
}

/// A command of the run went on; true unless it is stale.
pub fn went_on(model: &mut Model, generation: u64, run: Run, finished: bool, fault: Option<Fault>) -> bool {
    let now = model.now;
    let Some(plan) = &mut model.remediation.plan else { return false };
    if plan.asked != Some(generation) || !plan.running {
        return false;
    }
    *plan.run = run;
    plan.refresh();
    if let Some(at) = plan.steps.iter().position(|step| step.status == StepStatus::Running) {
        plan.select(at);
    }
    if finished {
        plan.running = false;
        plan.asked = None;
        // To where it stopped, else to what comes next.
        if let Some(at) = plan.first_of_note() {
            plan.select(at);
        }
        let standing = plan.standing();
        match fault.or_else(|| plan.run.stopped.clone()) {
            Some(fault) => model.notices.warn(fault.to_string(), now),
            None => model.notices.say(standing, now),
        }
        interrupted::follow(model);
        // What was changed is read again at once.
        model.instance.due = model.instance.subject.as_ref().and_then(|subject| subject.scope).map(|_| now);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::new_case_id;

    #[test]
    fn a_new_case_is_named_by_time_and_target() {
        let now = "2026-11-24T14:02:07Z".parse().unwrap();
        assert_eq!(new_case_id(now, "i-0abc12de34f567890"), "20261124-140207-i-0abc12de34f567890");
        assert_eq!(new_case_id(now, "arn:aws:iam::1:role/../x"), "20261124-140207-x");
    }
}
