//! What happens in the events pane: its actions, and what follows the selection.

use super::super::effect::{Effect, Question};
use super::super::events::{Events, View};
use super::super::page::{Page, PageKind};
use super::super::picked::Picked;
use super::super::prose::{Line, Tone};
use super::super::raw::Raw;
use super::super::{Action, Mode, Model, Pane, detail as detail_page};
use super::arrivals::{MANY, ask};
use super::focus;
use super::motion::Motion;
use crate::app::filter::quoted;
use crate::app::overlay::Overlay;
use crate::domain::window::Window;
use crate::knowledge;

/// Decodes the selected event where it is another one now; true where it is.
pub fn pick(model: &mut Model) -> bool {
    let selected = match model.events.view {
        View::Findings => model.findings.row(model.events.finding).map(|row| row.listed.slot).or(model.events.selected),
        _ => model.events.selected,
    };
    if selected == model.picked.as_ref().map(|picked| picked.slot) {
        return false;
    }
    model.picked = selected.and_then(|slot| Picked::of(&model.timeline, &model.scopes, slot));
    true
}

/// The detail's lines, where it is open and they are out of date.
pub fn detail(model: &mut Model, stale: bool) {
    if model.events.view != View::Detail {
        return;
    }
    let Some(slot) = model.picked.as_ref().map(|picked| picked.slot) else {
        model.events.view = View::List;
        return;
    };
    let width = model.pane_columns(Pane::Events).saturating_sub(2);
    if stale || model.detail.made_for != Some((slot, width)) {
        if model.detail.made_for.is_some_and(|(shown, _)| shown != slot) {
            model.detail.offset = 0;
        }
        model.detail.lines = detail_page::lines(model, width);
        model.detail.made_for = Some((slot, width));
    }
    let rows = model.pane_rows(Pane::Events);
    model.detail.scroll(0, rows);
}

/// Moves in the pane.
pub fn motion(model: &mut Model, motion: Motion) {
    let rows = model.event_rows();
    match model.events.view {
        View::List => match motion {
            Motion::Top => model.events.newest(rows),
            Motion::Bottom => model.events.oldest(rows),
            other => model.events.step(other.rows(rows), rows),
        },
        View::Detail => {
            let rows = model.pane_rows(Pane::Events);
            model.detail.scroll(motion.rows_in(model.detail.offset, model.detail.lines.len(), rows), rows);
        }
        View::Findings => {
            let last = model.findings.rows().saturating_sub(1);
            let events = &mut model.events;
            let delta = motion.rows_in(events.finding, last + 1, rows);
            events.finding = events.finding.saturating_add_signed(delta).min(last);
        }
    }
}

/// An action of the pane.
pub fn act(model: &mut Model, action: Action, out: &mut Vec<Effect>) {
    match action {
        Action::Open => open(model),
        Action::Filter => {
            model.events.view = View::List;
            let (selected, follow) = (model.events.selected, model.events.follow);
            model.events.filter.open(&model.timeline, selected, follow);
        }
        Action::NextFinding => jump(model, true, Sought::Finding),
        Action::PreviousFinding => jump(model, false, Sought::Finding),
        Action::NextError => jump(model, true, Sought::Error),
        Action::PreviousError => jump(model, false, Sought::Error),
        Action::ShorterWindow => window(model, false, out),
        Action::LongerWindow => window(model, true, out),
        Action::WritesOnly => {
            model.events.filter.writes_only = !model.events.filter.writes_only;
            narrow(model, out);
        }
        Action::OnlyActor => only_actor(model, out),
        Action::OnlyResource => only_resource(model, out),
        Action::ClearFilter => {
            model.events.filter.clear(model.now);
            narrow(model, out);
        }
        Action::Closer => closer(model, out),
        Action::Wider => wider(model, out),
        Action::Earlier => bar(model, true),
        Action::Later => bar(model, false),
        Action::Freeze => freeze(model, out),
        Action::Explain => explain(model),
        Action::Raw => {
            if let Some(picked) = &model.picked {
                let title = format!("{}  {}", picked.event.name, picked.event.id);
                let width = model.overlay_area().width.saturating_sub(2);
                model.overlays.push(Overlay::Raw(Raw::new(title, picked.raw.clone(), width)));
            }
        }
        Action::Pin => pin(model, out),
        Action::Findings => {
            let open = model.events.view == View::Findings;
            model.events.view = if open { View::List } else { View::Findings };
        }
        _ => {}
    }
}

fn open(model: &mut Model) {
    match model.events.view {
        View::List if model.picked.is_some() => {
            model.events.view = View::Detail;
        }
        View::Findings => {
            if model.findings.toggle(model.events.finding).is_some() {
                return;
            }
            let Some(slot) = model.picked.as_ref().map(|picked| picked.slot) else { return };
            let rows = model.event_rows();
            if model.events.select(&model.timeline, slot, rows) {
                model.events.view = View::Detail;
            } else {
                model.notices.warn("the filter or the window hides this event: m, / or ] shows it", model.now);
            }
        }
        View::Detail => focus::enter(model),
        View::List => {}
    }
}

#[derive(Clone, Copy)]
enum Sought {
    Finding,
    Error,
}

fn jump(model: &mut Model, older: bool, sought: Sought) {
    let timeline = &model.timeline;
    let found = model.events.seek(older, |slot| match sought {
        Sought::Finding => timeline.marks().severity(slot).is_some(),
        Sought::Error => timeline.failed(slot),
    });
    if let Some(row) = found {
        let rows = model.event_rows();
        model.events.place(row, model.events.top, rows);
    } else {
        let what = match sought {
            Sought::Finding => "finding",
            Sought::Error => "failed call",
        };
        let way = if older { "older" } else { "newer" };
        model.notices.say(format!("no {way} {what} in this list"), model.now);
    }
}

/// Closer around the selected event.
fn closer(model: &mut Model, out: &mut Vec<Effect>) {
    let Some(at) = model.selected().and_then(|slot| model.timeline.time(slot)) else { return };
    let Some(span) = model.events.closer(at) else {
        model.notices.say("it is as close as it gets: a minute", model.now);
        return;
    };
    model.events.zoom.push(span);
    ask(model, out);
}

/// Back from closer, one level.
pub fn wider(model: &mut Model, out: &mut Vec<Effect>) {
    if model.events.zoom.pop().is_some() {
        ask(model, out);
    } else {
        model.notices.say("this is the whole window; ] is a longer one", model.now);
    }
}

/// To the next bar that holds events.
fn bar(model: &mut Model, earlier: bool) {
    let rows = model.event_rows();
    if let Some(row) = model.events.next_bar(&model.timeline, earlier) {
        model.events.place(row, model.events.top, rows);
    } else {
        let way = if earlier { "earlier" } else { "later" };
        model.notices.say(format!("no {way} event in this list"), model.now);
    }
}

fn window(model: &mut Model, longer: bool, out: &mut Vec<Effect>) {
    model.events.zoom.clear();
    let live = model.mode != Mode::Recorded;
    let before = model.events.window;
    let span = model.events.wanted_span(&model.timeline, model.now, live);
    let whole = Window::at_least(span.end.duration_since(span.start));
    model.events.window = match before {
        None if longer => None,
        None => Some(whole.shorter()),
        Some(window) if longer && window.longer() == window => {
            if live {
                Some(window)
            } else {
                None
            }
        }
        Some(window) if longer => Some(window.longer()),
        Some(window) => Some(window.shorter()),
    };
    if model.events.window == before {
        model.notices.say("the window is as it was: there is no other length that way", model.now);
        return;
    }
    ask(model, out);
    if live && longer {
        out.push(Effect::LookBack { span: model.events.span });
    }
}

/// The filter's switches changed.
fn narrow(model: &mut Model, out: &mut Vec<Effect>) {
    model.events.filter.recompose(model.now);
    ask(model, out);
}

fn only_actor(model: &mut Model, out: &mut Vec<Effect>) {
    if model.events.filter.actor.take().is_none() {
        let Some(picked) = &model.picked else { return };
        let actor = picked.event.actor.clone();
        let mut keys = model.sessions.family(&actor.access_key);
        if !actor.access_key.is_empty() && !keys.contains(&actor.access_key) {
            keys.push(actor.access_key.clone());
        }
        let terms = if keys.is_empty() {
            format!("actor:{}", quoted(&actor.name))
        } else {
            format!("key:{}", keys.iter().map(|key| quoted(key)).collect::<Vec<_>>().join("|"))
        };
        let scope = picked.scope;
        model.events.filter.actor = Some((actor.name.clone(), terms));
        model.events.view = View::List;
        if model.mode != Mode::Recorded {
            let question = if actor.access_key.is_empty() {
                Question::User(actor.name)
            } else {
                Question::AccessKey(actor.access_key)
            };
            out.push(Effect::Ask { scope, question, span: model.events.span });
        }
    }
    narrow(model, out);
}

fn only_resource(model: &mut Model, out: &mut Vec<Effect>) {
    if model.events.filter.resource.take().is_none() {
        let Some(picked) = &model.picked else { return };
        let Some(resource) = picked.event.resources.first() else {
            model.notices.say("this event names no resource", model.now);
            return;
        };
        let id = resource.id.clone();
        let scope = picked.scope;
        model.events.filter.resource = Some(id.clone());
        model.events.view = View::List;
        if model.mode != Mode::Recorded {
            out.push(Effect::Ask { scope, question: Question::Resource(id), span: model.events.span });
        }
    }
    narrow(model, out);
}

fn freeze(model: &mut Model, out: &mut Vec<Effect>) {
    let Some(waiting) = model.events.waiting.take() else {
        model.events.waiting = Some(Vec::new());
        return;
    };
    // Recorded events do not wait one by one.
    if model.mode == Mode::Recorded || waiting.len() > MANY || model.events.filter.query.needs_raw() {
        ask(model, out);
        return;
    }
    for slot in waiting {
        let severity = model.timeline.row(slot).severity;
        let events: &mut Events = &mut model.events;
        events.insert(&model.timeline, slot, severity);
    }
}

fn explain(model: &mut Model) {
    let Some(picked) = &model.picked else { return };
    let event = &picked.event;
    let card = knowledge::card(&event.name, &event.source, event.access);
    let fills = knowledge::Fills::from_event(event, &picked.raw);
    let width = model.overlay_area().width.saturating_sub(2);
    let lines = card_lines(&card.render(usize::from(width), &fills));
    let title = format!("{}  {}", event.name, event.source);
    model.overlays.push(Overlay::Page(Page::new(PageKind::Card, title, lines, width)));
}

/// A card's text as lines: headings, code and prose told apart.
fn card_lines(text: &str) -> Vec<Line> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        lines.push(if fenced {
            let tone = if line.trim_start().starts_with('#') { Tone::Dim } else { Tone::FieldText };
            Line::new().put(tone, &format!("  {line}")).hanging(6)
        } else if let Some(heading) = line.strip_prefix("## ").or_else(|| line.strip_prefix("# ")) {
            Line::heading(heading)
        } else {
            Line::of(line)
        });
    }
    lines
}

fn pin(model: &mut Model, out: &mut Vec<Effect>) {
    let Some(picked) = &model.picked else { return };
    if !model.events.pinned.insert(picked.slot) {
        model.notices.say("it is pinned already: what a case holds stays in it", model.now);
        return;
    }
    model.timeline.pin(picked.slot);
    out.push(Effect::Pin {
        scope: picked.scope,
        sentence: crate::knowledge::sentence::sentence(&picked.event, &picked.raw),
        findings: model.findings.on(picked.slot).into_iter().cloned().collect(),
        event: Box::new(picked.event.clone()),
        raw: picked.raw.clone(),
    });
    model.notices.say("pinned to the case", model.now);
}
