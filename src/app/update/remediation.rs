//! What happens to the remediation pane: suggestions, the plan, and its run.
//! Nothing here changes anything in AWS: a run is an effect, given out only
//! while armed, after a confirmation.

use super::super::effect::Effect;
use super::super::field::Field;
use super::super::overlay::{About, Confirm, Consent, Overlay, Question, Reason};
use super::super::prose::Line;
use super::super::remediation::sight::Sight;
use super::super::remediation::{PlanView, StepView};
use super::super::time::clock_and_day;
use super::super::{Action, Model, Pane};
use super::consent::confirmation;
use super::focus::leave;
use super::motion::Motion;
use super::{arming, form, interrupted, plans};
use crate::respond::run::{Command, Run, StepStatus};

/// Moves in the pane.
pub fn motion(model: &mut Model, motion: Motion) {
    let rows = model.pane_rows(Pane::Remediation);
    if model.remediation.plan.is_some() {
        return read(model, motion, rows);
    }
    let pane = &mut model.remediation;
    pane.chosen = true;
    let total = pane.lines();
    let delta = motion.rows_in(pane.cursor, total, rows);
    pane.cursor = pane.cursor.saturating_add_signed(delta).min(total.saturating_sub(1));
}

/// Moves in the plan: through the rows of the selected step that stand below
/// the screen, then to the next; behind the last one through the end of the plan.
fn read(model: &mut Model, motion: Motion, rows: usize) {
    let columns = model.pane_columns(Pane::Remediation).saturating_sub(2);
    let Some(plan) = &model.remediation.plan else { return };
    let sight = Sight::of(model, plan, columns, rows as u16);
    let Some(plan) = &mut model.remediation.plan else { return };
    let (last, scrolled) = (plan.steps.len().saturating_sub(1), sight.scrolled());
    let delta = motion.rows_in(plan.cursor, plan.steps.len(), rows);
    if motion != Motion::Top && delta < 0 && scrolled > 0 {
        plan.scrolled = scrolled.saturating_sub(delta.unsigned_abs());
    } else if delta > 0 && sight.below() > 0 && (motion != Motion::Bottom || plan.cursor == last) {
        let by =
            if motion == Motion::Bottom { sight.below() } else { delta.unsigned_abs().min(sight.height.max(2) - 1) };
        plan.scrolled = scrolled + by.min(sight.below());
    } else {
        plan.select(plan.cursor.saturating_add_signed(delta).min(last));
        if motion == Motion::Top {
            plan.scrolled = 0;
        }
    }
}

/// An action of the pane.
pub fn act(model: &mut Model, action: Action, out: &mut Vec<Effect>) {
    match action {
        Action::Open => plans::open(model, out),
        Action::RunPlan => run(model, out),
        Action::Check => plans::check(model, out),
        Action::Verify => verify(model, out),
        Action::SkipStep => ask_why(model),
        Action::Undo => undo(model, None, out),
        Action::UndoStep => {
            let step = model.remediation.plan.as_ref().map(|plan| plan.cursor);
            undo(model, step, out);
        }
        Action::RunStep => run_step(model, out),
        Action::SetChoices if !blocked(model) => form::ask_choices(model),
        Action::Why if !blocked(model) => form::ask_why(model, None),
        Action::Retry => retry(model, out),
        Action::NextObject => next_object(model, 1),
        Action::PreviousObject => next_object(model, -1),
        Action::Leave => interrupted::ask_to_leave(model),
        Action::ChooseStep => choose(model),
        Action::CancelRun => {
            if model.remediation.is_running() {
                out.push(Effect::StopRun);
                model.notices.say("the run stops after the call that is under way", model.now);
            } else {
                model.notices.say("nothing is running", model.now);
            }
        }
        _ => {}
    }
}

/// Back from the plan to the suggestions; one that has begun stays reachable in its case.
pub fn close(model: &mut Model) {
    if model.remediation.is_running() {
        model.notices.warn("a step is running: X stops it; the plan stays open until then", model.now);
        return;
    }
    let in_force = model.remediation.plan.as_ref().is_some_and(PlanView::in_force);
    if in_force {
        let lines = vec![
            Line::of("The plan has been carried out in part or in full, and what it changed is in force."),
            Line::of("Its journal stays in the case; after closing, it is undone with `stanch undo`."),
        ];
        model.overlays.push(Overlay::Confirm(Confirm {
            question: Question::ClosePlan,
            title: "Close the plan?".into(),
            lines,
            verb: "Close",
            consent: Consent::Button { chosen: false, more: 0 },
        }));
        return;
    }
    leave(model);
}

/// The console is armed for the Scope of the plan; else it says so and offers it.
fn armed_for_plan(model: &mut Model, out: &mut Vec<Effect>) -> bool {
    let Some(scope) = model.remediation.plan.as_ref().map(|plan| plan.scope) else { return false };
    match &model.armed {
        Some(armed) if armed.scope == scope => true,
        Some(_) => {
            model
                .notices
                .warn("armed for another Scope than this plan's: W disarms, and W again arms for this one", model.now);
            false
        }
        None => {
            arming::arm(model, out);
            false
        }
    }
}

/// Asks once why the plan is carried out, before its first step, and goes on
/// with the action afterwards.
fn asks_why(model: &mut Model, then: Action) -> bool {
    let asks = model.remediation.plan.as_ref().is_some_and(|plan| !plan.asked_why);
    if asks {
        form::ask_why(model, Some(then));
    }
    asks
}

fn blocked(model: &mut Model) -> bool {
    let Some(plan) = &model.remediation.plan else { return true };
    if plan.running {
        model.notices.warn("a step is running: wait for it, or X stops after the call under way", model.now);
        return true;
    }
    false
}

fn run(model: &mut Model, out: &mut Vec<Effect>) {
    if blocked(model) {
        return;
    }
    let Some(plan) = &model.remediation.plan else { return };
    let pending = plan.pending();
    let Some(first) = pending.first().copied() else {
        model.notices.say("every step is done, left out or refused: u undoes, v verifies again", model.now);
        return;
    };
    if !armed_for_plan(model, out) || asks_why(model, Action::RunPlan) {
        return;
    }
    let Some(plan) = &model.remediation.plan else { return };
    if plan.steps[first].status == StepStatus::Undecided {
        return say_what_to_decide(model, first);
    }
    if plan.steps[first].by_hand {
        return ask_what_was_done(model, first);
    }
    // Up to the next step that must be confirmed by itself: that one runs alone.
    let steps: Vec<usize> = if plan.steps[first].alone {
        vec![first]
    } else {
        let stops = |step: &StepView| step.alone || step.by_hand || step.status == StepStatus::Undecided;
        pending.into_iter().take_while(|at| !stops(&plan.steps[*at])).collect()
    };
    let question = Question::Run(steps.clone());
    let confirm = confirmation(model, plan, &steps, question);
    model.overlays.push(Overlay::Confirm(confirm));
}

/// Runs the selected step alone, whatever waits before it.
fn run_step(model: &mut Model, out: &mut Vec<Effect>) {
    if blocked(model) {
        return;
    }
    let Some(plan) = &model.remediation.plan else { return };
    let at = plan.cursor;
    // Whether its call arrived is not known: to run it again is for the user to say.
    let again = |step: &StepView| step.waits() || step.status == StepStatus::NotKnown;
    if !plan.steps.get(at).is_some_and(again) {
        return model.notices.say("the selected step is done, does not apply or is refused", model.now);
    }
    if !armed_for_plan(model, out) || asks_why(model, Action::RunStep) {
        return;
    }
    let Some(plan) = &model.remediation.plan else { return };
    if plan.steps[at].status == StepStatus::Undecided {
        return say_what_to_decide(model, at);
    }
    if plan.steps[at].by_hand {
        return ask_what_was_done(model, at);
    }
    let confirm = confirmation(model, plan, &[at], Question::Run(vec![at]));
    model.overlays.push(Overlay::Confirm(confirm));
}

/// A step that waits for a choice: the ways out are told, and the cursor is on it.
fn say_what_to_decide(model: &mut Model, at: usize) {
    let Some(plan) = &mut model.remediation.plan else { return };
    plan.select(at);
    let key = |action: Action| model.settings.keymap.shown(action);
    let step = &plan.steps[at];
    let mut ways = Vec::new();
    if !step.choices.is_empty() {
        let names: Vec<&str> = step.choices.iter().map(|choice| choice.name.as_str()).collect();
        ways.push(format!("{} sets {}", key(Action::SetChoices), names.join(" and ")));
    }
    if plan.run.plan.in_place_of(&step.id).next().is_some() {
        ways.push(format!("run a step in its place with {}", key(Action::RunStep)));
    }
    ways.push(format!("leave it out with {}", key(Action::SkipStep)));
    let words = format!("'{}' needs a decision: {}", step.title, ways.join(", or "));
    model.notices.warn(words, model.now);
}

fn ask_what_was_done(model: &mut Model, at: usize) {
    let Some(step) = model.remediation.plan.as_ref().and_then(|plan| plan.steps.get(at)) else { return };
    let reason = Reason { about: About::ByHand(at), title: step.title.clone(), field: Field::default() };
    model.overlays.push(Overlay::Reason(reason));
}

/// Tries the selected object of the selected step again; where the selected one
/// is well, the first that is not.
fn retry(model: &mut Model, out: &mut Vec<Effect>) {
    if blocked(model) {
        return;
    }
    let Some(plan) = &model.remediation.plan else { return };
    let Some(step) = plan.steps.get(plan.cursor) else { return };
    let bad = |at: &usize| step.objects.get(*at).is_some_and(|object| !object.well);
    let object = Some(plan.object).filter(bad).or_else(|| (0..step.objects.len()).find(bad));
    let (Some(object), at) = (object, plan.cursor) else {
        return model.notices.say("no object of the selected step failed: there is nothing to try again", model.now);
    };
    if !armed_for_plan(model, out) {
        return;
    }
    let Some(plan) = &mut model.remediation.plan else { return };
    plan.object = object;
    let Some(plan) = &model.remediation.plan else { return };
    let confirm = confirmation(model, plan, &[at], Question::Retry(at, object));
    model.overlays.push(Overlay::Confirm(confirm));
}

fn next_object(model: &mut Model, by: isize) {
    let Some(plan) = &mut model.remediation.plan else { return };
    let count = plan.steps.get(plan.cursor).map_or(0, |step| step.objects.len());
    plan.object = plan.object.saturating_add_signed(by).min(count.saturating_sub(1));
}

/// Undoes one step, or all.
fn undo(model: &mut Model, one: Option<usize>, out: &mut Vec<Effect>) {
    if blocked(model) {
        return;
    }
    let Some(plan) = &model.remediation.plan else { return };
    let mut steps = plan.undoable();
    if let Some(one) = one {
        steps.retain(|at| *at == one);
    }
    if steps.is_empty() {
        return undo_earlier(model, one);
    }
    if !armed_for_plan(model, out) {
        return;
    }
    let Some(plan) = &model.remediation.plan else { return };
    let confirm = confirmation(model, plan, &steps, Question::Undo(one));
    model.overlays.push(Overlay::Confirm(confirm));
}

/// The open plan has nothing to undo: where an earlier one of its case has, that
/// one is opened, so that what is undone is looked at first.
fn undo_earlier(model: &mut Model, one: Option<usize>) {
    let Some(open) = &model.remediation.plan else { return };
    let step = one.and_then(|at| open.steps.get(at)).map(|step| step.id.as_str());
    let fits = |run: &&Run| {
        let (plan, other) = (&open.run.plan, &run.plan);
        let same = plan.case == other.case && plan.target == other.target && plan.key() != other.key();
        let here = plan.scope.region == other.scope.region && plan.scope.caller.account == other.scope.caller.account;
        same && here && step.is_none_or(|step| run.is_in_force(step))
    };
    let Some(run) = model.case.in_force.iter().rev().find(fits) else {
        let what = if one.is_some() { "the selected step" } else { "this plan" };
        return model.notices.say(format!("{what} has nothing to undo"), model.now);
    };
    let made = clock_and_day(run.plan.made);
    let mut earlier = PlanView::new(run.clone(), open.scope);
    let at = step.and_then(|step| earlier.steps.iter().position(|shown| shown.id == step));
    earlier.cursor = at.or_else(|| earlier.undoable().first().copied()).unwrap_or(0);
    model.remediation.plan = Some(earlier);
    let key = model.settings.keymap.shown(if one.is_some() { Action::UndoStep } else { Action::Undo });
    let words = format!("what is in force was done by an earlier plan of the case, {made}: {key} undoes it");
    model.notices.say(words, model.now);
}

fn verify(model: &mut Model, out: &mut Vec<Effect>) {
    if blocked(model) {
        return;
    }
    let untouched = |status| {
        use StepStatus::{NotApplicable, Pending, Refused, Skipped, Undecided};
        matches!(status, Pending | Skipped | NotApplicable | Refused | Undecided)
    };
    let plan = model.remediation.plan.as_ref();
    let step = plan.and_then(|plan| plan.steps.get(plan.cursor)).filter(|step| !untouched(step.status));
    if let Some(step) = step.map(|step| step.id.clone()) {
        // It only reads: no arming is asked for.
        plans::command(model, Command::Verify { step }, String::new(), out);
    } else {
        model.notices.say("the selected step has done nothing yet: there is nothing to verify", model.now);
    }
}

fn ask_why(model: &mut Model) {
    if blocked(model) {
        return;
    }
    let Some(plan) = &model.remediation.plan else { return };
    let Some(step) = plan.steps.get(plan.cursor) else { return };
    if !matches!(step.status, StepStatus::Pending | StepStatus::Failed | StepStatus::ByHand | StepStatus::Undecided) {
        model.notices.say("only a step that waits or failed can be skipped", model.now);
        return;
    }
    let reason = Reason { about: About::Skip(plan.cursor), title: step.title.clone(), field: Field::default() };
    model.overlays.push(Overlay::Reason(reason));
}

/// Asks for a note.
pub fn ask_for_a_note(model: &mut Model) {
    let case = &model.case.id;
    let title = if case.is_empty() { "a new one".to_owned() } else { case.clone() };
    model.overlays.push(Overlay::Reason(Reason { about: About::Note, title, field: Field::default() }));
}

/// A text was given: a step is skipped with it, or done by hand; a run is left
/// as it stands; a note is kept.
pub fn reasoned(model: &mut Model, about: About, note: String, out: &mut Vec<Effect>) {
    let (step, done) = match about {
        About::Note => return out.push(Effect::Note { scope: arming::scope_here(model), text: note }),
        About::Leave => return plans::command(model, Command::Leave { reason: note }, String::new(), out),
        About::Skip(step) => (step, false),
        About::ByHand(step) => (step, true),
    };
    let id = model.remediation.plan.as_ref().and_then(|plan| plan.steps.get(step)).map(|step| step.id.clone());
    let Some(step) = id else { return };
    if !done && model.armed.is_none() {
        // Nothing is filed while nothing can be done: the step is only left out of what is to run.
        let shown =
            model.remediation.plan.as_mut().and_then(|plan| plan.steps.iter_mut().find(|shown| shown.id == step));
        if let Some(shown) = shown {
            shown.left_out = true;
            shown.note = format!("left out: {note}");
        }
        return;
    }
    let command = if done { Command::Acknowledge { step, note } } else { Command::Skip { step, reason: note } };
    plans::command(model, command, String::new(), out);
}

fn choose(model: &mut Model) {
    if blocked(model) {
        return;
    }
    let Some(plan) = &mut model.remediation.plan else { return };
    let Some(step) = plan.steps.get_mut(plan.cursor) else { return };
    if matches!(
        step.status,
        StepStatus::Pending | StepStatus::Failed | StepStatus::Partly | StepStatus::Undone | StepStatus::ByHand
    ) {
        step.left_out = !step.left_out;
    }
}

/// What `y` and `Y` copy of the pane: the target's id; the plan as AWS CLI commands.
pub fn text(model: &Model, whole: bool) -> Option<String> {
    let pane = &model.remediation;
    match &pane.plan {
        Some(plan) if whole => Some(plan.run.plan.cli()),
        Some(plan) => Some(plan.target().to_owned()),
        None => match pane.interrupted.get(pane.cursor).filter(|case| case.scope.is_some()) {
            Some(case) => Some(case.run.plan.target.id.clone()),
            None => pane.suggestion().map(|suggestion| suggestion.target.id.clone()),
        },
    }
}
