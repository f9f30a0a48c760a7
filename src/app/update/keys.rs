//! Terminal inputs: into the text field that has the focus, else through the
//! keymap to an action.

use super::super::effect::Effect;
use super::super::input::{Chord, Input, Key};
use super::super::overlay::{Confirm, Consent, Overlay};
use super::super::{Action, Model, Pane};
use super::motion::Motion;
use super::{acts, arrivals, overlays};

/// What is said where a wrong filter is to be kept.
const WRONG: &str = "the filter is wrong where it is marked; the last good one is in force";

/// Takes one input of the terminal.
pub fn input(model: &mut Model, input: Input, out: &mut Vec<Effect>) {
    match input {
        Input::Resize { columns, rows } => resize(model, columns, rows),
        Input::Paste(text) => paste(model, &text, out),
        Input::Key(chord) => key(model, chord, out),
        Input::Wheel { column, row, down } => {
            if model.overlays.is_empty() {
                if let Some(pane) = model.layout().at(column, row) {
                    acts::wheel(model, pane, down);
                }
            } else {
                overlays::motion(model, Motion::Lines(if down { 3 } else { -3 }));
            }
        }
        Input::Click { column, row } => click(model, column, row),
    }
}

fn resize(model: &mut Model, columns: u16, rows: u16) {
    model.columns = columns;
    model.rows = rows;
    let area = model.overlay_area();
    for overlay in &mut model.overlays {
        match overlay {
            Overlay::Page(page) => {
                page.rewrap(area.width.saturating_sub(2));
                page.scroll(0, usize::from(area.height));
            }
            Overlay::Raw(raw) => raw.rewrap(area.width.saturating_sub(2), usize::from(area.height)),
            _ => {}
        }
    }
}

fn click(model: &mut Model, column: u16, row: u16) {
    if !model.overlays.is_empty() || model.is_typing() {
        return;
    }
    let Some(pane) = model.layout().at(column, row) else { return };
    model.focus = pane;
    let Some(area) = model.layout().content(pane) else { return };
    let head = model.event_head();
    if pane == Pane::Events
        && model.events.view == super::super::events::View::List
        && row >= area.y + head
        && area.contains(column, row)
    {
        let rows = model.event_rows();
        model.events.follow = false;
        model.events.place(model.events.top + usize::from(row - area.y - head), model.events.top, rows);
    }
}

fn paste(model: &mut Model, text: &str, out: &mut Vec<Effect>) {
    if model.overlays.is_empty() {
        if model.is_typing()
            && let Some(bar) = &mut model.events.filter.bar
        {
            bar.field.paste(text);
            typed(model, out);
        }
        return;
    }
    overlays::paste(model, text);
}

fn key(model: &mut Model, chord: Chord, out: &mut Vec<Effect>) {
    // These act even while a text is typed: they are no single keys.
    if chord.ctrl {
        let action = model.settings.keymap.action(chord, &[super::super::action::Context::Global]);
        if let Some(action @ (Action::Quit | Action::Redraw | Action::Suspend)) = action {
            return acts::perform(model, action, out);
        }
    }
    if let Some(overlay) = model.overlays.last() {
        let takes_all =
            overlay.is_typing() || matches!(overlay, Overlay::Confirm(Confirm { consent: Consent::Button { .. }, .. }));
        if takes_all {
            if let Some(action) = overlays::key(model, chord, out) {
                acts::perform(model, action, out);
            }
            return;
        }
    } else if model.is_typing() {
        return bar(model, chord, out);
    }
    if let Some(action) = model.settings.keymap.action(chord, &acts::contexts(model)) {
        acts::perform(model, action, out);
    }
}

/// The filter bar takes every chord while it is open.
fn bar(model: &mut Model, chord: Chord, out: &mut Vec<Effect>) {
    // What was said of the text is old once a key changes it.
    model.notices.take_back(WRONG);
    match chord.key {
        Key::Enter => {
            let before = model.events.filter.text.clone();
            if model.events.filter.keep(model.now) {
                if model.events.filter.text != before {
                    arrivals::ask(model, out);
                }
            } else {
                model.notices.warn(WRONG, model.now);
            }
        }
        Key::Esc => {
            if let Some(before) = model.events.filter.cancel(model.now) {
                model.events.wanted = before.selected;
                model.events.follow = before.follow;
            }
            arrivals::ask(model, out);
        }
        Key::Up | Key::Down => {
            if model.events.filter.recall(chord.key == Key::Up) {
                typed(model, out);
            }
        }
        Key::Tab => {
            if model.events.filter.take_completion() {
                typed(model, out);
            }
        }
        _ => {
            if model.events.filter.bar.as_mut().is_some_and(|bar| bar.field.take(chord)) {
                typed(model, out);
            }
        }
    }
}

fn typed(model: &mut Model, out: &mut Vec<Effect>) {
    model.notices.take_back(WRONG);
    if model.events.filter.typed(&model.timeline, model.now) {
        arrivals::ask(model, out);
    }
}
