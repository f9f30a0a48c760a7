//! Events that come, the filter that lists them, and its answers.

use jiff::{SignedDuration, Timestamp};

use super::super::effect::Effect;
use super::super::events::BARS;
use super::super::scopes::{Part, ScopeId};
use super::super::{Mode, Model};
use crate::trail::decode::Batch;
use crate::trail::histogram::Bar;
use crate::trail::session::{Lesson, Sessions};
use crate::trail::timeline::Slot;

/// More events than this at once are filtered off the drawing thread.
pub const MANY: usize = 2_000;

/// Live records came; true where something changed.
pub fn arrived(model: &mut Model, scope: ScopeId, raws: Vec<String>, out: &mut Vec<Effect>) -> bool {
    let mended = model.scopes.mend(Some(scope), Part::Events);
    let mut heard = false;
    if let Some(state) = model.scopes.get_mut(scope) {
        heard = !std::mem::replace(&mut state.heard, true);
    }
    let account = model.scopes.get(scope).map(|state| state.scope.caller.account.clone());
    let ingested = model.timeline.ingest(raws, account.as_deref());
    model.broken += ingested.broken.len();
    for slot in &ingested.added {
        learn(model, *slot);
    }
    if ingested.added.is_empty() {
        return mended || heard || !ingested.broken.is_empty();
    }
    took_in(model, ingested.added, out);
    true
}

/// While logs load, the list is filtered anew after so long at the latest. Sooner
/// only where a quarter has been added: filtering all for each batch would take
/// longer than the load.
const PERIOD: SignedDuration = SignedDuration::from_millis(500);

/// Recorded events came. They have been judged where they were read.
pub fn loaded(model: &mut Model, batch: Batch, lessons: Vec<Lesson>, out: &mut Vec<Effect>) {
    for lesson in lessons {
        model.sessions.take(lesson);
    }
    if model.timeline.append(batch).added.is_empty() {
        return;
    }
    model.stale = true;
    let events = &mut model.events;
    if events.waiting.is_some() {
        return;
    }
    let (events_then, then) = events.filtered_at.unwrap_or((0, Timestamp::MIN));
    let due = then.checked_add(PERIOD).unwrap_or(then);
    if due <= model.now || model.timeline.len() >= events_then + events_then / 4 {
        refresh(model, out);
    } else {
        events.due = Some(due);
    }
}

/// All recorded logs have been read.
pub fn all_loaded(model: &mut Model, out: &mut Vec<Effect>) {
    if model.events.waiting.is_none() {
        refresh(model, out);
    }
}

/// Sessions are learnt from the few calls that hand keys out.
fn learn(model: &mut Model, slot: Slot) {
    let opens = Sessions::opens(model.timeline.row(slot).name);
    if opens && let (Ok(event), Ok(raw)) = (model.timeline.event(slot), model.timeline.raw(slot)) {
        model.sessions.learn(&event, &raw);
    }
}

fn took_in(model: &mut Model, added: Vec<Slot>, out: &mut Vec<Effect>) {
    out.push(Effect::Detect { timeline: model.timeline.clone(), slots: added.clone() });
    model.stale = true;
    let needs_more = model.events.filter.query.needs_raw() || added.len() > MANY;
    if needs_more && model.events.waiting.is_none() {
        refresh(model, out);
        return;
    }
    for slot in added {
        let row = model.timeline.row(slot);
        if !model.events.filter.query.matches(&model.timeline, &row, model.now) {
            continue;
        }
        let severity = row.severity;
        let events = &mut model.events;
        if let Some(waiting) = &mut events.waiting {
            waiting.push(slot);
        } else if events.pending {
            events.late.push(slot);
        } else {
            events.insert(&model.timeline, slot, severity);
        }
    }
}

/// Filters anew because the user changed the filter: supersedes what is under way.
pub fn ask(model: &mut Model, out: &mut Vec<Effect>) {
    let live = model.mode != Mode::Recorded;
    let span = model.events.wanted_span(&model.timeline, model.now, live);
    let generation = model.next_generation();
    let events = &mut model.events;
    events.span = span;
    events.generation = generation;
    events.pending = true;
    events.again = false;
    events.due = None;
    events.filtered_at = Some((model.timeline.len(), model.now));
    events.late.clear();
    let query = events.filter.query.clone();
    out.push(Effect::Filter { generation, query, span, bars: BARS, timeline: model.timeline.clone() });
}

/// Filters anew because the events changed: at once, or when what is under way is answered.
pub fn refresh(model: &mut Model, out: &mut Vec<Effect>) {
    if model.events.pending {
        model.events.again = true;
    } else {
        ask(model, out);
    }
}

/// A filter was answered; true unless it is stale.
pub fn filtered(model: &mut Model, generation: u64, slots: Vec<Slot>, bars: Vec<Bar>, out: &mut Vec<Effect>) -> bool {
    if generation != model.events.generation || !model.events.pending {
        return false;
    }
    let rows = model.event_rows();
    let late = std::mem::take(&mut model.events.late);
    model.events.answer(&model.timeline, slots, bars, rows);
    if let Some(waiting) = &mut model.events.waiting {
        waiting.clear();
    }
    for slot in late {
        let severity = model.timeline.row(slot).severity;
        model.events.insert(&model.timeline, slot, severity);
    }
    if std::mem::take(&mut model.events.again) {
        ask(model, out);
    }
    true
}

/// Moves the window on with time; keeps the selection where it belongs.
pub fn settle(model: &mut Model, out: &mut Vec<Effect>) -> bool {
    let live = model.mode != Mode::Recorded;
    let events = &model.events;
    let over = model.now.duration_since(events.span.end) > events.stride();
    if live
        && over
        && events.zoom.is_empty()
        && !events.pending
        && events.waiting.is_none()
        && !model.timeline.is_empty()
    {
        ask(model, out);
    }
    if model.events.due.is_some_and(|due| due <= model.now) {
        model.events.due = None;
        refresh(model, out);
    }
    let rows = model.event_rows();
    let events = &mut model.events;
    let before = (events.selected, events.top);
    if events.follow {
        events.place(0, 0, rows);
        if let Some(before) = model.picked.as_ref().map(|picked| picked.slot)
            && events.selected != Some(before)
        {
            events.displace(before, model.now);
        }
    } else {
        events.place(events.row, events.top, rows);
    }
    before != (events.selected, events.top)
}
