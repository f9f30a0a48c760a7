//! What happens to the instance pane: it follows the selected event, reads its
//! instance afresh, and its actions.

use jiff::SignedDuration;

use super::super::effect::Effect;
use super::super::instance::{Output, PageName, Subject, View, pages};
use super::super::picked::Reach;
use super::super::prose::wrapped;
use super::super::scopes::ScopeId;
use super::super::{Action, Model, Pane, instances};
use super::motion::Motion;
use super::plans;
use super::reading::ask;
use crate::domain::fault::Fault;
use crate::domain::inventory::Inventory;

/// How long an instance must stay selected before it is read afresh.
const PAUSE: SignedDuration = SignedDuration::from_millis(400);

/// The pane follows the picked event: to the instance that it names or reaches.
pub fn follow(model: &mut Model, picked: bool) {
    let reach = model.picked.as_ref().map_or_else(Reach::default, |picked| picked.reaches(&model.scopes));
    let grown = model.instance.reach != reach;
    if !picked && !grown {
        return;
    }
    model.instance.reach = reach;
    let chosen = model.instance.subject.as_ref().map(|subject| subject.id.clone());
    let stays = chosen.is_some_and(|id| model.instance.reach.instances.contains(&id));
    if stays || (!picked && model.instance.subject.is_some()) {
        return;
    }
    if let Some(id) = model.instance.reach.instances.first().cloned() {
        show(model, &id);
    } else {
        model.instance.subject = None;
        model.instance.due = None;
    }
}

/// Shows an instance, by id.
pub fn show(model: &mut Model, id: &str) {
    let scope = model
        .scopes
        .instance(id)
        .map(|(scope, _)| scope)
        .or_else(|| model.picked.as_ref().and_then(|picked| picked.scope));
    let pane = &mut model.instance;
    let subject = Subject { scope, id: id.to_owned() };
    if pane.subject.as_ref() == Some(&subject) {
        return;
    }
    pane.subject = Some(subject);
    pane.offset = 0;
    pane.fault = None;
    pane.output = None;
    pane.due = model.now.checked_add(PAUSE).ok().filter(|_| scope.is_some());
}

/// Reads what is due; builds the lines where they are out of date.
pub fn settle(model: &mut Model, stale: bool, out: &mut Vec<Effect>) {
    if let Some(subject) = model.instance.subject.clone()
        && let Some(scope) = subject.scope
    {
        if model.instance.due.is_some_and(|due| due <= model.now) {
            model.instance.due = None;
            ask(model, scope, &subject.id, out);
        }
        if model.instance.page == PageName::Console && model.instance.output.is_none() {
            let generation = model.next_generation();
            model.instance.output = Some(Output { id: subject.id.clone(), asked: Some(generation), text: None });
            out.push(Effect::ReadConsoleOutput { scope, id: subject.id, generation });
        }
    }
    let width = model.pane_columns(Pane::Instance).saturating_sub(2);
    let key = (model.instance.subject.clone(), model.instance.page, width);
    if stale || model.instance.made_for.as_ref() != Some(&key) {
        model.instance.lines = wrapped(pages::lines(model), width);
        model.instance.made_for = Some(key);
    }
    let rows = model.pane_rows(Pane::Instance).saturating_sub(1);
    model.instance.scroll(0, rows);
}

/// The answer of a fresh reading; true unless it is stale.
pub fn read(
    model: &mut Model,
    scope: ScopeId,
    id: &str,
    generation: u64,
    result: Result<Box<Inventory>, Fault>,
    out: &mut Vec<Effect>,
) -> bool {
    if model.instance.reading.as_ref() != Some(&(id.to_owned(), generation)) {
        return false;
    }
    model.instance.reading = None;
    let fault = match result {
        Ok(part) => {
            model.scopes.merge(scope, *part);
            None
        }
        Err(fault) => Some(fault),
    };
    if model.instance.subject.as_ref().is_some_and(|subject| subject.id == id) {
        model.instance.fault.clone_from(&fault);
    }
    plans::go_on(model, id, fault, out);
    model.stale = true;
    true
}

/// The answer of console output; true unless it is stale.
pub fn output(model: &mut Model, id: &str, generation: u64, result: Result<String, Fault>) -> bool {
    match &mut model.instance.output {
        Some(output) if output.id == id && output.asked == Some(generation) => {
            output.asked = None;
            output.text = Some(result);
            model.stale = true;
            true
        }
        _ => false,
    }
}

/// Moves in the pane.
pub fn motion(model: &mut Model, motion: Motion) {
    let rows = model.pane_rows(Pane::Instance).saturating_sub(1).max(1);
    let pane = &mut model.instance;
    match pane.view {
        View::One => pane.scroll(motion.rows_in(pane.offset, pane.lines.len(), rows), rows),
        View::All => {
            let delta = motion.rows_in(pane.list.cursor, pane.list.entries.len(), rows);
            pane.list.step(delta, rows);
        }
    }
}

/// An action of the pane.
pub fn act(model: &mut Model, action: Action, out: &mut Vec<Effect>) {
    match action {
        Action::PreviousTab => turn(model, -1),
        Action::NextTab => turn(model, 1),
        Action::Instances => {
            model.focus = Pane::Instance;
            if model.instance.view == View::All {
                model.instance.view = View::One;
            } else {
                model.instance.view = View::All;
                instances::rebuild(model);
            }
        }
        Action::SortInstances => {
            model.instance.list.sort = model.instance.list.sort.next();
            instances::rebuild(model);
            let word = model.instance.list.sort.word();
            model.notices.say(format!("sorted by {word}"), model.now);
        }
        Action::Open if model.instance.view == View::All => {
            let list = &model.instance.list;
            let Some(id) = list.entries.get(list.cursor).map(|entry| entry.id.clone()) else { return };
            show(model, &id);
            model.instance.view = View::One;
        }
        Action::NextInstance | Action::PreviousInstance => {
            match model.instance.neighbour(action == Action::NextInstance) {
                Some(id) => show(model, &id),
                None => model.notices.say("the selected event reaches no other instance", model.now),
            }
        }
        Action::Refresh => {
            let Some(subject) = model.instance.subject.clone() else { return };
            let Some(scope) = subject.scope else {
                model.notices.say("its account is not read: there is nothing to ask", model.now);
                return;
            };
            model.instance.due = None;
            model.instance.output = None;
            ask(model, scope, &subject.id, out);
            model.notices.say(format!("reading {} again", subject.id), model.now);
        }
        _ => {}
    }
}

fn turn(model: &mut Model, pages: isize) {
    model.instance.page = model.instance.page.step(pages);
    model.instance.offset = 0;
}
