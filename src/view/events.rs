//! The events pane: histogram, rows, filter bar; the detail and the findings in its place.
//!
//! ```text
//! ╭ Events 1,284 of 20,117 ── last 1h ─ is:write sev>=low ──────────────╮
//! │ ▁▁▂▁▁▁▂▃▁▁▁▂▁▁▁▁▁▁▂▁▁▃▇█▅▂▁▁▁▁▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁ │
//! │   TIME      SEV  ACTOR           EVENT                  TARGET      │
//! │ ▸ 14:01:58  CRIT ci-deploy ⚿     W AuthorizeSecurityGr… sg-9        │
//! ╰─────────────────────────────────────────────────────────────────────╯
//! ```

mod bar;
mod columns;

use unicode_width::UnicodeWidthStr;

use super::number::grouped;
use super::paint::Painter;
use super::theme::Role;
use super::{findings, histogram};
use crate::app::events::View;
use crate::app::fault::faults_lines;
use crate::app::layout::Area;
use crate::app::prose::{Line, Tone, wrapped};
use crate::app::scopes::Part;
use crate::app::time::{clock, clock_and_day};
use crate::app::{Action, Mode, Model, Pane, detail};
use crate::trail::coverage::{Coverage, Kind};
use columns::Columns;

/// The title: how much of how much, the window, the filter, what waits.
pub fn title(model: &Model, bare: bool) -> Vec<(Role, String)> {
    let events = &model.events;
    match events.view {
        View::Detail => {
            return detail::title(model).into_iter().map(|(tone, text)| (tone.into(), text)).collect();
        }
        View::Findings => return findings::title(model),
        View::List => {}
    }
    let of = if bare { "/" } else { " of " };
    let mut title = vec![
        (Role::Title, "Events ".into()),
        (Role::Strong, format!("{}{of}{}", grouped(events.shown.len()), grouped(model.timeline.len()))),
    ];
    let window = match events.window {
        _ if !events.zoom.is_empty() => format!("{}–{}", clock(events.span.start), clock(events.span.end)),
        Some(window) => format!("last {}", window.label()),
        None => "all".to_owned(),
    };
    title.push((Role::Dim, format!("  {window}")));
    let shown = events.filter.shown();
    if !shown.is_empty() {
        title.push((Role::Key, format!("  {shown}")));
    }
    if events.window.is_none() && model.timeline.is_empty() {
        title.pop();
    }
    if let Some(waiting) = &events.waiting {
        title.push((Role::Warn, format!("  FROZEN, {} wait", grouped(waiting.len()))));
    } else if events.follow && model.mode != Mode::Recorded {
        title.push((Role::Good, "  following".into()));
    } else if events.top > 0 {
        title.push((Role::Dim, format!("  ▲ {} newer", grouped(events.top))));
    }
    if model.timeline.dropped() > 0 {
        title.push((Role::Warn, format!("  {} older dropped", grouped(model.timeline.dropped() as usize))));
    }
    if let Some((done, total)) = events.searched {
        title.push((Role::Warn, format!("  searching {}%", done * 100 / total.max(1))));
    }
    title
}

/// What spans are known completely, and what is being read: of the Scope of the
/// selected event, else of the first. It is said at the end of a row, as much of
/// it as fits there.
pub fn coverage(model: &Model, painter: &mut Painter<'_>, row: Area) {
    let sentences = covered(model);
    let fits = |words: &&String| words.width() <= usize::from(row.width);
    let Some(words) = sentences.iter().find(fits).or(sentences.last()) else { return };
    let at = row.x + row.width.saturating_sub(words.width() as u16);
    painter.text(at, row.y, row.width, words, Role::Dim);
}

/// What is said of the coverage, longest first; nothing where nothing is known.
fn covered(model: &Model) -> Vec<String> {
    let picked = model.picked.as_ref().and_then(|picked| picked.scope);
    let state =
        picked.and_then(|id| model.scopes.get(id)).or_else(|| model.scopes.iter().next().map(|(_, state)| state));
    let known = |coverage: &Coverage| *coverage != Coverage::default();
    let Some(state) = state.filter(|state| state.heard && known(&state.coverage)) else { return Vec::new() };
    let place = if model.scopes.len() > 1 { format!("{}: ", state.scope.region) } else { String::new() };
    let window = model.events.window.filter(|_| !state.faults.contains_key(&Part::Events));
    let reading = window.and_then(|window| state.coverage.reading(window.until(model.now).start, model.now));
    let sentences = state.coverage.sentences(model.now);
    let shortest = sentences.last().cloned().unwrap_or_default();
    let Some(reading) = reading else {
        return sentences.into_iter().map(|words| format!(" {place}{words} ")).collect();
    };
    let mut all: Vec<String> = sentences.into_iter().map(|words| format!(" {place}{words}, {reading} … ")).collect();
    all.push(format!(" {place}{shortest}, reading … "));
    all
}

/// Draws the pane within its border; answers where the cursor of the filter bar stands.
pub fn draw(model: &Model, painter: &mut Painter<'_>, area: Area, bare: bool) -> Option<(u16, u16)> {
    let inner = Area { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    match model.events.view {
        View::Detail => {
            painter.page(Area { width: inner.width, ..inner }, &model.detail.lines, model.detail.offset);
            return None;
        }
        View::Findings => {
            findings::draw(model, painter, area);
            return None;
        }
        View::List => {}
    }
    let mut y = area.y;
    let mut cursor = None;
    if let Some(bar) = &model.events.filter.bar {
        let (place, below) = bar::draw(model, painter, Area { y, height: 1, ..inner }, bar);
        cursor = Some(place);
        y += 1 + below;
    }
    if !bare {
        histogram::draw(model, painter, Area { y, height: 1, ..inner });
        y += 1;
    }
    let columns = Columns::of(area.width);
    columns.head(painter, area.x, y);
    y += 1;
    let list = Area { y, height: (area.y + area.height).saturating_sub(y), ..area };
    let mut list = faults(model, painter, list);
    loading(model, painter, &mut list);
    if model.events.shown.is_empty() {
        empty(model, painter, list);
        return cursor;
    }
    if bare && list.height > 2 && !covered(model).is_empty() {
        list.height -= 1;
        coverage(model, painter, Area { y: list.y + list.height, height: 1, ..list });
    }
    rows(model, painter, list, &columns);
    cursor
}

fn rows(model: &Model, painter: &mut Painter<'_>, list: Area, columns: &Columns) {
    let events = &model.events;
    let focused = model.focus == Pane::Events && model.overlays.is_empty();
    // What is drawn above the list may have taken rows from it.
    let height = usize::from(list.height).max(1);
    let top = events.top.max((events.row + 1).saturating_sub(height));
    for line in 0..list.height {
        let row = top + usize::from(line);
        let Some(slot) = events.at(row) else { break };
        let Some(event) = model.timeline.get(slot) else { continue };
        let selected = row == events.row;
        let y = list.y + line;
        columns.row(painter, list.x, y, &event, selected, events.pinned.contains(&slot));
        if selected {
            painter.select(Area::new(list.x, y, list.width, 1), focused);
        }
    }
    painter.more(Area { width: list.width, ..list }, top, events.shown.len());
}

/// Faults stand above the list, each with what to do; what is left is for the list.
fn faults(model: &Model, painter: &mut Painter<'_>, list: Area) -> Area {
    let parts = [Part::Events, Part::Identity, Part::Case, Part::Terminal];
    let faults: Vec<_> = parts.into_iter().flat_map(|part| model.scopes.faults(part)).collect();
    let faults: Vec<_> =
        faults.into_iter().map(|(scope, fault)| (scope.map(|scope| scope.region.as_str()), fault)).collect();
    let text = Area { x: list.x + 2, width: list.width.saturating_sub(4), ..list };
    let lines = wrapped(faults_lines(&faults), text.width);
    let rows = painter.above(text, &lines, model.events.shown.len().max(2), &model.settings.keymap.shown(Action::Zoom));
    Area { y: list.y + rows, height: list.height - rows, ..list }
}

fn loading(model: &Model, painter: &mut Painter<'_>, list: &mut Area) {
    let Some(loading) = &model.loading else { return };
    let broken = loading.broken_total.max(model.broken);
    let line = if loading.finished {
        if broken == 0 && loading.passed_over.is_empty() {
            return;
        }
        let first = loading.broken.first().or(loading.passed_over.first()).cloned().unwrap_or_default();
        let told =
            format!("{broken} records could not be read, {} files passed over; first: ", loading.passed_over.len());
        Line::new().put(Tone::Warn, &told).put(Tone::Plain, &first).hanging(2)
    } else {
        let percent = loading.files_done * 100 / loading.files_total.max(1);
        let done = usize::from(list.width.saturating_sub(60)).min(40) * percent / 100;
        let text = format!(
            "{} reading {} of {} files, {} events",
            "█".repeat(done),
            grouped(loading.files_done),
            grouped(loading.files_total),
            grouped(model.timeline.len())
        );
        Line::new().put(Tone::Good, &text)
    };
    let width = list.width.saturating_sub(4);
    for line in line.wrap(width).iter().take(usize::from(list.height / 3)) {
        painter.line(list.x + 2, list.y, width, line);
        list.y += 1;
        list.height -= 1;
    }
}

/// Why the list is empty, and which key helps.
fn empty(model: &Model, painter: &mut Painter<'_>, area: Area) {
    let key = |action: Action| model.settings.keymap.shown(action);
    let events = &model.events;
    let mut words: Vec<String> = Vec::new();
    if model.timeline.is_empty() {
        match (&model.loading, model.mode) {
            (Some(loading), _) if loading.finished => words.push("These logs hold no CloudTrail records.".into()),
            (_, Mode::Recorded) => words.push("Reading recorded logs …".into()),
            _ if !model.scopes.faults(Part::Events).is_empty() => {
                words.push("No event could be read yet; it is tried again.".into());
            }
            _ => match model.scopes.iter().filter_map(|(_, state)| state.coverage.complete_since(Kind::Writes)).max() {
                Some(since) => {
                    words.push(format!("No event since {}, as far as CloudTrail has delivered.", clock_and_day(since)));
                }
                None => words.push("Asking CloudTrail for the newest events …".into()),
            },
        }
    } else if events.pending {
        words.push("Filtering …".into());
    } else {
        words.push(format!("None of {} events passes.", grouped(model.timeline.len())));
        if events.filter.writes_only {
            words.push(format!("{}  shows calls that only read, too", key(Action::WritesOnly)));
        }
        if !events.filter.shown().is_empty() {
            words.push(format!("{}  takes every filter off", key(Action::ClearFilter)));
        }
        if events.window.is_some() {
            words.push(format!("{}  looks further back", key(Action::LongerWindow)));
        }
    }
    for (at, words) in words.iter().take(usize::from(area.height.saturating_sub(1))).enumerate() {
        painter.text(area.x + 3, area.y + 1 + at as u16, area.width.saturating_sub(4), words, Role::Dim);
    }
}

/// The one line that stands for the pane in the narrow layout.
pub fn summary(model: &Model) -> Line {
    let mut line = Line::new().put(Tone::Heading, "Events").put(Tone::Plain, " ");
    if let Some(picked) = &model.picked {
        line.push(Tone::Dim, &clock(picked.event.time));
        if let Some(worst) = model.findings.on(picked.slot).first() {
            line.push(Tone::Level(worst.severity), &format!(" {}", worst.severity.short()));
        }
        line.push(Tone::Plain, &format!(" {} {}", picked.event.actor.name, picked.event.name));
        line.push(Tone::Dim, &format!("  {} shown", grouped(model.events.shown.len())));
    } else {
        line.push(Tone::Dim, &format!("{} of {}", grouped(model.events.shown.len()), grouped(model.timeline.len())));
    }
    line
}
