//! Cases of before that were interrupted: taken in when they are found, opened
//! with their plan as it stands, left as they are with a reason.

use super::super::effect::Effect;
use super::super::field::Field;
use super::super::interrupted::{Interrupted, Reading, Search};
use super::super::overlay::{About, Overlay, Reason};
use super::super::remediation::PlanView;
use super::super::scopes::Part;
use super::super::{Action, Mode, Model, Pane};
use super::case;
use super::focus::widen;

/// A case was found, or its real state was read. One that turns out to have
/// nothing left to go on with is said to be so, and stays until that was seen.
pub fn heard(model: &mut Model, mut case: Interrupted) {
    let key = model.settings.keymap.shown(Action::Resume);
    let what = format!("case {} {}", case.id, case.fate());
    match &case.reading {
        Reading::Elsewhere => {}
        Reading::UnderWay => model.notices.warn(format!("{what}: its real state is being read"), model.now),
        Reading::Failed(_) | Reading::Done => {
            model.notices.warn(format!("{what}: {}; {key} opens it", case.standing()), model.now);
        }
    }
    let pane = &mut model.remediation;
    if pane.plan.as_ref().is_some_and(|plan| plan.run.plan.key() == case.run.plan.key()) {
        return;
    }
    let before = pane.offered();
    if let Some(known) = pane.interrupted.iter_mut().find(|known| known.id == case.id) {
        // An account that was reached later does not take away what is known.
        if case.scope.is_none() {
            case.scope = known.scope;
        }
        *known = case;
    } else {
        pane.interrupted.push(case);
    }
    pane.interrupted.sort_by_key(|case| (case.scope.is_none(), std::cmp::Reverse(case.last)));
    let after = pane.offered();
    pane.cursor = (pane.cursor + after).saturating_sub(before);
    case::refresh(model);
}

/// The search went on, or came to its end: one that failed stays on the screen.
pub fn searched(model: &mut Model, search: Search) {
    match &search {
        Search::Failed(fault) => {
            model.scopes.fail(None, Part::Case, fault.clone());
        }
        Search::Done if matches!(model.remediation.search, Search::Failed(_)) => {
            model.scopes.mend(None, Part::Case);
        }
        Search::Done | Search::UnderWay => {}
    }
    model.remediation.search = search;
}

/// Opens the case: where several are offered, the user chooses in the pane.
pub fn resume(model: &mut Model, out: &mut Vec<Effect>) {
    if model.remediation.is_running() {
        return model.notices.warn("a step is running: X stops it", model.now);
    }
    if model.remediation.plan.is_some() {
        model.focus = Pane::Remediation;
        return model.notices.warn("a plan is open: esc closes it, then the interrupted case can be opened", model.now);
    }
    match model.remediation.offered() {
        0 if model.mode == Mode::Recorded => {
            let words = "recorded logs have no account behind them: no case can be gone on with";
            model.notices.warn(words, model.now);
        }
        0 if model.remediation.interrupted.is_empty() => match &model.remediation.search {
            Search::UnderWay => {
                model
                    .notices
                    .warn("not known yet: interrupted cases are looked for once the account is reached", model.now);
            }
            Search::Failed(fault) => {
                model.notices.warn(format!("whether a case was interrupted is not known: {fault}"), model.now);
            }
            Search::Done => {
                model.notices.say("no case of this account and Region was interrupted or stands half done", model.now);
            }
        },
        0 => {
            let words = model.remediation.interrupted.first().map(Interrupted::standing).unwrap_or_default();
            model.notices.warn(words, model.now);
        }
        1 => open(model, 0, out),
        many => {
            model.focus = Pane::Remediation;
            model.remediation.cursor = 0;
            model.remediation.chosen = true;
            model.notices.say(format!("{many} cases are not finished: enter opens the selected one"), model.now);
        }
    }
}

/// Opens the plan of an interrupted case as it stands. That reads nothing and
/// changes nothing: going on asks for arming and for consent as ever.
pub fn open(model: &mut Model, at: usize, out: &mut Vec<Effect>) {
    let Some(case) = model.remediation.interrupted.get(at) else { return };
    if case.reading == Reading::UnderWay {
        return model.notices.say("its real state is being read: a moment", model.now);
    }
    let Some(scope) = case.scope else {
        return model.notices.warn(case.standing(), model.now);
    };
    let words = case.standing();
    let run = (*case.run).clone();
    out.push(Effect::OpenCase { id: run.plan.case.clone() });
    let mut plan = PlanView::new(run, scope);
    plan.select(plan.first_of_note().unwrap_or(0));
    model.remediation.plan = Some(plan);
    let keymap = &model.settings.keymap;
    let (go, back, leave) = (keymap.shown(Action::RunPlan), keymap.shown(Action::Undo), keymap.shown(Action::Leave));
    model
        .notices
        .say(format!("{words}: {go} completes it, {back} undoes it, {leave} leaves it as it stands"), model.now);
    widen(model);
}

/// Asks why an interrupted run is left as it stands.
pub fn ask_to_leave(model: &mut Model) {
    let Some(plan) = &model.remediation.plan else { return };
    if plan.running {
        return model.notices.warn("a step is running: X stops it", model.now);
    }
    if !plan.run.is_interrupted() && !plan.run.is_half_done() {
        return model.notices.say("nothing of this plan is half done: esc closes it", model.now);
    }
    let title = plan.run.plan.case.clone();
    model.overlays.push(Overlay::Reason(Reason { about: About::Leave, title, field: Field::default() }));
}

/// What the open plan's run has become is known of its case too; one that is
/// no longer interrupted is no longer offered.
pub fn follow(model: &mut Model) {
    let pane = &mut model.remediation;
    let Some(plan) = &pane.plan else { return };
    let (key, before) = (plan.run.plan.key(), pane.interrupted.len());
    if plan.run.is_interrupted() || plan.run.is_half_done() {
        if let Some(case) = pane.interrupted.iter_mut().find(|case| case.run.plan.key() == key) {
            case.run.clone_from(&plan.run);
        }
    } else {
        pane.interrupted.retain(|case| case.run.plan.key() != key);
    }
    if pane.interrupted.len() != before {
        pane.cursor = pane.cursor.saturating_sub(before - pane.interrupted.len());
    }
}
