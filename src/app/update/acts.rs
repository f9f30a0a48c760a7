//! Actions: where each one goes, and those that belong to no pane. It stands
//! above the panes: none of them names it.

use super::super::action::Context;
use super::super::effect::Effect;
use super::super::events::View as EventsView;
use super::super::help;
use super::super::instance::View as InstanceView;
use super::super::overlay::Overlay;
use super::super::page::{Page, PageKind};
use super::super::palette::Palette;
use super::super::{Action, Model, Pane};
use super::motion::Motion;
use super::{arming, case, dossier, events, focus, instance, interrupted, overlays, remediation};

/// The contexts in which a chord is looked up, innermost first.
pub fn contexts(model: &Model) -> Vec<Context> {
    vec![inner(model), Context::Global]
}

fn inner(model: &Model) -> Context {
    if !model.overlays.is_empty() {
        return Context::Text;
    }
    model.context()
}

/// What asks nothing of the selected event: a list that follows goes on following.
fn asks_nothing_of_an_event(action: Action) -> bool {
    use Action as A;
    let of_the_list = matches!(
        action,
        A::Top | A::Filter | A::ClearFilter | A::WritesOnly | A::ShorterWindow | A::LongerWindow | A::Wider
    );
    let of_the_program = matches!(action, A::Help | A::Palette | A::Redraw | A::Suspend | A::Quit);
    of_the_list || of_the_program
}

/// Does what the user means. An action of another pane moves the focus there first.
pub fn perform(model: &mut Model, action: Action, out: &mut Vec<Effect>) {
    if !asks_nothing_of_an_event(action) {
        let (rows, now) = (model.event_rows(), model.now);
        model.events.hold(&model.timeline, now, rows);
    }
    if let Some(motion) = Motion::of(action) {
        return moved(model, motion);
    }
    match action {
        Action::Back => return back(model, false, out),
        Action::Close => return back(model, true, out),
        Action::Help => return toggle_help(model),
        Action::Palette => return model.overlays.push(Overlay::Palette(Palette::default())),
        Action::Arm => return arming::arm(model, out),
        Action::Redraw => return out.push(Effect::Redraw),
        Action::Suspend => return out.push(Effect::Suspend),
        Action::Quit => return quit(model, out),
        Action::Zoom => return model.zoom = !model.zoom,
        Action::NextPane => return turn(model, 1),
        Action::PreviousPane => return turn(model, 2),
        Action::Copy => return copy(model, false, out),
        Action::CopyAll => return copy(model, true, out),
        _ => {}
    }
    match action {
        // Over a text too: the note goes into the case that is read.
        Action::Note => return remediation::ask_for_a_note(model),
        Action::Resume => {
            model.overlays.clear();
            return interrupted::resume(model, out);
        }
        _ => {}
    }
    if action.entry().contexts.contains(&Context::Text) && !model.overlays.is_empty() {
        return overlays::act(model, action);
    }
    if !model.overlays.is_empty() {
        model.overlays.clear();
    }
    let here = model.context();
    let wanted = action.entry().contexts;
    match action {
        Action::Case => return case::open(model),
        Action::Remediate => return focus::enter(model),
        Action::Instances => return instance::act(model, action, out),
        Action::Findings | Action::Filter => {
            model.focus = Pane::Events;
            return events::act(model, action, out);
        }
        _ => {}
    }
    if !wanted.contains(&here) {
        go_to(model, wanted);
        if !wanted.contains(&model.context()) {
            let place = wanted.first().map_or("", |context| context.word());
            return model
                .notices
                .say(format!("'{}' acts in {place}, which is not open", action.entry().name), model.now);
        }
    }
    if matches!(action, Action::ActorPage | Action::ActorStory | Action::ResourcePage | Action::ResourceStory) {
        return dossier::act(model, action, out);
    }
    match model.context() {
        Context::Events | Context::Detail | Context::Findings => events::act(model, action, out),
        Context::Instance | Context::Instances => instance::act(model, action, out),
        _ => remediation::act(model, action, out),
    }
}

/// Moves the focus to a pane in which one of the contexts can be.
fn go_to(model: &mut Model, wanted: &[Context]) {
    let pane = |context: &Context| match context {
        Context::Events | Context::Detail | Context::Findings => Some(Pane::Events),
        Context::Instance | Context::Instances => Some(Pane::Instance),
        Context::Suggestions | Context::Plan => Some(Pane::Remediation),
        Context::Text | Context::Global => None,
    };
    let Some(focus) = wanted.iter().find_map(pane) else { return };
    model.focus = focus;
    if focus == Pane::Events && !wanted.contains(&model.context()) {
        model.events.view = EventsView::List;
    }
    if focus == Pane::Instance && !wanted.contains(&model.context()) {
        model.instance.view = if wanted.contains(&Context::Instance) { InstanceView::One } else { InstanceView::All };
    }
}

fn moved(model: &mut Model, motion: Motion) {
    if !model.overlays.is_empty() {
        return overlays::motion(model, motion);
    }
    match model.focus {
        Pane::Events => events::motion(model, motion),
        Pane::Instance => instance::motion(model, motion),
        Pane::Remediation => remediation::motion(model, motion),
    }
}

/// Moves in the pane under the mouse.
pub fn wheel(model: &mut Model, pane: Pane, down: bool) {
    let motion = Motion::Lines(if down { 3 } else { -3 });
    match pane {
        Pane::Events => events::motion(model, motion),
        Pane::Instance => instance::motion(model, motion),
        Pane::Remediation => remediation::motion(model, motion),
    }
}

fn turn(model: &mut Model, panes: usize) {
    if !model.overlays.is_empty() {
        return;
    }
    let at = Pane::ALL.iter().position(|pane| *pane == model.focus).unwrap_or(0);
    model.focus = Pane::ALL[(at + panes) % Pane::ALL.len()];
}

/// Back one level: overlay, view, zoom, focus; at the top only `q` quits.
fn back(model: &mut Model, may_quit: bool, out: &mut Vec<Effect>) {
    if model.overlays.pop().is_some() {
        return;
    }
    match model.focus {
        Pane::Remediation if model.remediation.plan.is_some() => return remediation::close(model),
        Pane::Events if model.events.view != EventsView::List => return model.events.view = EventsView::List,
        Pane::Events if !model.events.zoom.is_empty() => return events::wider(model, out),
        Pane::Instance if model.instance.view == InstanceView::All => return model.instance.view = InstanceView::One,
        _ => {}
    }
    if model.zoom {
        model.zoom = false;
    } else if model.focus != Pane::Events {
        model.focus = Pane::Events;
    } else if may_quit {
        quit(model, out);
    }
}

fn quit(model: &mut Model, out: &mut Vec<Effect>) {
    if model.remediation.is_running() {
        overlays::ask_to_quit(model);
    } else {
        out.push(Effect::Quit);
    }
}

fn toggle_help(model: &mut Model) {
    if matches!(model.overlays.last(), Some(Overlay::Page(page)) if page.kind == PageKind::Help) {
        model.overlays.pop();
        return;
    }
    let lines = help::lines(&model.settings.keymap, inner(model));
    let width = model.overlay_area().width.saturating_sub(2);
    model.overlays.push(Overlay::Page(Page::new(PageKind::Help, "Help", lines, width)));
}

fn copy(model: &mut Model, whole: bool, out: &mut Vec<Effect>) {
    let text = match model.overlays.last() {
        Some(Overlay::Raw(raw)) => Some(if whole { raw.text.clone() } else { raw.selected() }),
        Some(Overlay::Page(page)) => Some(page.text()),
        Some(_) => None,
        None => pane_text(model, whole),
    };
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        model.notices.say("there is nothing to copy here", model.now);
        return;
    };
    let first = text.lines().next().unwrap_or("").chars().take(40).collect::<String>();
    let more = if text.trim_end().contains('\n') { " …" } else { "" };
    model.notices.say(format!("copied {}{more}", crate::domain::text::visible(&first)), model.now);
    out.push(Effect::Copy(text));
}

fn pane_text(model: &Model, whole: bool) -> Option<String> {
    match model.focus {
        Pane::Events => {
            let picked = model.picked.as_ref()?;
            Some(if whole { picked.raw.clone() } else { picked.event.id.clone() })
        }
        Pane::Instance if model.instance.view == InstanceView::All => {
            let list = &model.instance.list;
            if whole {
                Some(list.entries.iter().fold(String::new(), |text, entry| text + &entry.id + "\n"))
            } else {
                list.entries.get(list.cursor).map(|entry| entry.id.clone())
            }
        }
        Pane::Instance => {
            let subject = model.instance.subject.as_ref()?;
            let known = model.scopes.instance(&subject.id).filter(|_| whole);
            Some(match known.and_then(|(_, instance)| serde_json::to_string_pretty(instance).ok()) {
                Some(json) => json,
                None => subject.id.clone(),
            })
        }
        Pane::Remediation => remediation::text(model, whole),
    }
}
