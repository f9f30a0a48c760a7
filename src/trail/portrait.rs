//! The portrait of one actor or one resource: when, from where and what, counted
//! over the events that are known, and what of it is new in a window against the
//! time before.

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use super::columns::Field;
use super::symbols::{Bits, Symbol};
use super::timeline::{Row, Slot, Timeline};
use crate::domain::event::Access;
use crate::domain::finding::Severity;
use crate::domain::resource::ResourceKind;
use crate::domain::window::Span;

mod deed;

/// Who or what a portrait or a story is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// An actor: all events under its name, and all that its keys signed.
    Actor {
        /// The name, as the columns show it.
        name: String,
        /// The access keys of its chain of sessions.
        keys: Vec<String>,
    },
    /// A resource: all events that name it.
    Resource(String),
}

impl About {
    /// The name or the id.
    pub fn name(&self) -> &str {
        match self {
            Self::Actor { name, .. } => name,
            Self::Resource(id) => id,
        }
    }

    /// Its events, ascending in time.
    pub fn events(&self, timeline: &Timeline) -> Vec<Slot> {
        let wanted: Vec<(Field, Bits)> = match self {
            Self::Actor { name, keys } => vec![
                (Field::Actor, timeline.table(Field::Actor).matching(|text| text == name)),
                (Field::Key, timeline.table(Field::Key).matching(|text| keys.iter().any(|key| key == text))),
            ],
            Self::Resource(id) => vec![(Field::Resource, timeline.table(Field::Resource).matching(|text| text == id))],
        };
        let has = |field: Field, symbol: Symbol| wanted.iter().any(|(of, bits)| *of == field && bits.has(symbol));
        let mut slots = Bits::default();
        for (first, columns) in timeline.segments() {
            for row in 0..columns.len() {
                let single = |field: Field| columns.symbols.get(field as usize).is_some_and(|all| has(field, all[row]));
                let holds = match self {
                    Self::Actor { .. } => single(Field::Actor) || single(Field::Key),
                    Self::Resource(_) => {
                        columns.resources[columns.resources_of(row)].iter().any(|id| has(Field::Resource, *id))
                    }
                };
                if holds {
                    slots.put(first + columns.number_of(row) as u32);
                }
            }
        }
        timeline.order().iter().filter(|slot| slots.has(slot.0)).collect()
    }
}

/// One value with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The value.
    pub text: String,
    /// How many events have it.
    pub count: usize,
    /// How many of them failed.
    pub failed: usize,
    /// When it was seen first.
    pub first: Timestamp,
    /// When it was seen last.
    pub last: Timestamp,
    /// It was seen in the window and not in the time before.
    pub new: bool,
}

/// An event name with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The name, counted.
    pub tally: Tally,
    /// `eventSource`.
    pub source: String,
    /// What the call does.
    pub access: Access,
    /// The worst severity of the findings on it.
    pub worst: Option<Severity>,
}

/// What became of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deed {
    /// It was made.
    Created,
    /// It was changed.
    Changed,
    /// It was removed or stopped.
    Removed,
    /// The call made or removed something else, and named this with it.
    Named,
}

/// A resource that something was done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// What was done.
    pub deed: Deed,
    /// Its kind.
    pub kind: ResourceKind,
    /// Its id.
    pub id: String,
    /// The event name, counted.
    pub by: Tally,
}

/// What is known of one actor or resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portrait {
    /// Who or what.
    pub about: About,
    /// The window that "new" is about.
    pub window: Span,
    /// How many events.
    pub count: usize,
    /// How many of them failed.
    pub failed: usize,
    /// How many of them in the window.
    pub in_window: usize,
    /// How many of them before it: with none, nothing can be called new.
    pub before: usize,
    /// When it was seen first and last.
    pub seen: Option<(Timestamp, Timestamp)>,
    /// Findings on its events by severity, mildest first.
    pub findings: [usize; 5],
    /// The actors.
    pub actors: Vec<Tally>,
    /// The access keys.
    pub keys: Vec<Tally>,
    /// The source addresses.
    pub addresses: Vec<Tally>,
    /// The user agents.
    pub agents: Vec<Tally>,
    /// The Regions.
    pub regions: Vec<Tally>,
    /// The event names, most frequent first.
    pub calls: Vec<Call>,
    /// The error codes.
    pub errors: Vec<Tally>,
    /// What was created, changed and removed, in order of time.
    pub touched: Vec<Touched>,
}

/// Values as they are counted.
#[derive(Default)]
struct Counts<'t>(FxHashMap<&'t str, Tally>);

impl<'t> Counts<'t> {
    fn see(&mut self, text: &'t str, row: &Row<'_>) {
        if text.is_empty() {
            return;
        }
        let tally = self.0.entry(text).or_insert_with(|| Tally::at(text, row.time));
        tally.see(row);
    }

    /// The most frequent first.
    fn ranked(self, window: Span, before: usize) -> Vec<Tally> {
        let mut all: Vec<Tally> = self.0.into_values().map(|tally| tally.judged(window, before)).collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
        all
    }
}

impl Tally {
    fn at(text: &str, time: Timestamp) -> Self {
        Self { text: text.to_owned(), count: 0, failed: 0, first: time, last: time, new: false }
    }

    fn see(&mut self, row: &Row<'_>) {
        self.count += 1;
        self.failed += usize::from(failed(row));
        self.first = self.first.min(row.time);
        self.last = self.last.max(row.time);
    }

    fn judged(self, window: Span, before: usize) -> Self {
        Self { new: before > 0 && self.first >= window.start && self.first <= window.end, ..self }
    }
}

fn failed(row: &Row<'_>) -> bool {
    !row.error.is_empty() && !row.dry_run
}

impl Portrait {
    /// What the Timeline knows of it; `window` is what "new" is about.
    pub fn of(timeline: &Timeline, about: About, window: Span) -> Self {
        let slots = about.events(timeline);
        let mut portrait = Self {
            about,
            window,
            count: slots.len(),
            failed: 0,
            in_window: 0,
            before: 0,
            seen: None,
            findings: [0; 5],
            actors: Vec::new(),
            keys: Vec::new(),
            addresses: Vec::new(),
            agents: Vec::new(),
            regions: Vec::new(),
            calls: Vec::new(),
            errors: Vec::new(),
            touched: Vec::new(),
        };
        let [mut actors, mut keys, mut addresses, mut agents, mut regions, mut errors] =
            std::array::from_fn(|_| Counts::default());
        let mut calls: FxHashMap<(&str, &str), Call> = FxHashMap::default();
        let mut touched: FxHashMap<(Deed, &str, &str), Touched> = FxHashMap::default();
        for slot in slots {
            let row = timeline.row(slot);
            portrait.seen = Some((portrait.seen.map_or(row.time, |(first, _)| first), row.time));
            portrait.failed += usize::from(failed(&row));
            portrait.before += usize::from(row.time < window.start);
            portrait.in_window += usize::from(window.contains(row.time));
            if let Some(severity) = row.severity {
                portrait.findings[severity as usize] += 1;
            }
            actors.see(row.actor, &row);
            keys.see(row.access_key, &row);
            addresses.see(row.ip, &row);
            agents.see(row.agent, &row);
            regions.see(row.region, &row);
            if failed(&row) {
                errors.see(row.error, &row);
            }
            let call = calls.entry((row.source, row.name)).or_insert_with(|| Call {
                tally: Tally::at(row.name, row.time),
                source: row.source.to_owned(),
                access: row.access,
                worst: None,
            });
            call.tally.see(&row);
            call.worst = call.worst.max(row.severity);
            if row.changed() {
                touch(&mut touched, &row);
            }
        }
        let before = portrait.before;
        portrait.actors = actors.ranked(window, before);
        portrait.keys = keys.ranked(window, before);
        portrait.addresses = addresses.ranked(window, before);
        portrait.agents = agents.ranked(window, before);
        portrait.regions = regions.ranked(window, before);
        portrait.errors = errors.ranked(window, before);
        portrait.calls =
            calls.into_values().map(|call| Call { tally: call.tally.judged(window, before), ..call }).collect();
        // Changes before reads: they are few, and what matters.
        portrait.calls.sort_by(|a, b| {
            let reads = |call: &Call| call.access == Access::Read;
            (reads(a), std::cmp::Reverse(a.tally.count), &a.tally.text, &a.source).cmp(&(
                reads(b),
                std::cmp::Reverse(b.tally.count),
                &b.tally.text,
                &b.source,
            ))
        });
        portrait.touched =
            touched.into_values().map(|one| Touched { by: one.by.judged(window, before), ..one }).collect();
        portrait.touched.sort_by(|a, b| (a.by.first, &a.by.text, &a.id).cmp(&(b.by.first, &b.by.text, &b.id)));
        portrait
    }
}

/// The resources of the kind that the event names first: the others are only mentioned.
fn touch<'t>(touched: &mut FxHashMap<(Deed, &'t str, &'t str), Touched>, row: &Row<'t>) {
    let mut of = None;
    for (kind, id) in row.resources() {
        if *of.get_or_insert(kind) != kind {
            continue;
        }
        let deed = deed::of(row.name, row.access, kind);
        let entry = touched.entry((deed, row.name, id)).or_insert_with(|| Touched {
            deed,
            kind,
            id: id.to_owned(),
            by: Tally::at(row.name, row.time),
        });
        entry.by.see(row);
    }
}

#[cfg(test)]
mod tests;
