//! One event as the columns hold it.

use std::fmt;

use jiff::Timestamp;

use super::{Slot, Timeline};
use crate::domain::actor::ActorKind;
use crate::domain::event::Access;
use crate::domain::finding::Severity;
use crate::domain::resource::ResourceKind;
use crate::trail::columns::{Columns, Field};

/// An event's id, as AWS writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventId<'a> {
    /// A UUID.
    Uuid(u128),
    /// Any other text.
    Text(&'a str),
}

impl fmt::Display for EventId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid(number) => {
                let part = |shift: u32, digits: u32| number >> shift & ((1 << (digits * 4)) - 1);
                let text = format!(
                    "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
                    part(96, 8),
                    part(80, 4),
                    part(64, 4),
                    part(48, 4),
                    part(0, 12)
                );
                f.pad(&text)
            }
            Self::Text(text) => f.pad(text),
        }
    }
}

/// One event as the columns hold it: cheap to make, borrowed from the Timeline.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Its handle.
    pub slot: Slot,
    /// When the call ended.
    pub time: Timestamp,
    /// `eventID`.
    pub id: EventId<'a>,
    /// `eventName`.
    pub name: &'a str,
    /// `eventSource`.
    pub source: &'a str,
    /// The actor's name.
    pub actor: &'a str,
    /// The actor's kind.
    pub actor_kind: ActorKind,
    /// The access key id, empty for none.
    pub access_key: &'a str,
    /// `sourceIPAddress`, as written.
    pub ip: &'a str,
    /// `userAgent`, as written: hostile text.
    pub agent: &'a str,
    /// `awsRegion`, as written.
    pub region: &'a str,
    /// The account.
    pub account: &'a str,
    /// The error's code, empty for none.
    pub error: &'a str,
    /// The id of the most telling resource, empty for none.
    pub target: &'a str,
    /// What the call does.
    pub access: Access,
    /// A dry run.
    pub dry_run: bool,
    /// This console made the call.
    pub mine: bool,
    /// The worst severity of the findings on it.
    pub severity: Option<Severity>,
    timeline: &'a Timeline,
    columns: Option<(&'a Columns, usize)>,
}

impl<'a> Row<'a> {
    pub(super) fn new(timeline: &'a Timeline, slot: Slot, columns: &'a Columns, at: usize) -> Self {
        let text = |field: Field| timeline.table(field).text(columns.symbols[field as usize][at]);
        let flags = columns.flags[at];
        let resources = columns.resources_of(at);
        let target = columns.resources[resources].first();
        let number = columns.ids[at];
        let id = match timeline.odd_ids.get(&number) {
            Some(text) if flags.odd_id() => EventId::Text(text),
            _ => EventId::Uuid(number),
        };
        Self {
            slot,
            time: Timestamp::from_microsecond(columns.times[at]).unwrap_or_default(),
            id,
            name: text(Field::Name),
            source: text(Field::Source),
            actor: text(Field::Actor),
            actor_kind: flags.actor_kind(),
            access_key: text(Field::Key),
            ip: text(Field::Ip),
            agent: text(Field::Agent),
            region: text(Field::Region),
            account: text(Field::Account),
            error: text(Field::Error),
            target: target.map_or("", |symbol| timeline.table(Field::Resource).text(*symbol)),
            access: flags.access(),
            dry_run: flags.dry_run(),
            mine: flags.mine(),
            severity: timeline.marks.severity(slot),
            timeline,
            columns: Some((columns, at)),
        }
    }

    /// The row of an event that is no longer kept.
    pub(super) fn nothing(timeline: &'a Timeline, slot: Slot) -> Self {
        Self {
            slot,
            time: Timestamp::UNIX_EPOCH,
            id: EventId::Text(""),
            name: "",
            source: "",
            actor: "-",
            actor_kind: ActorKind::Unknown,
            access_key: "",
            ip: "",
            agent: "",
            region: "",
            account: "",
            error: "",
            target: "",
            access: Access::Read,
            dry_run: false,
            mine: false,
            severity: None,
            timeline,
            columns: None,
        }
    }

    /// The ids that it touches, most telling first.
    pub fn resources(&self) -> impl Iterator<Item = (ResourceKind, &'a str)> + use<'a> {
        let timeline = self.timeline;
        self.columns.into_iter().flat_map(move |(columns, at)| {
            let range = columns.resources_of(at);
            range.map(move |at| {
                (columns.resource_kinds[at], timeline.table(Field::Resource).text(columns.resources[at]))
            })
        })
    }

    /// The ids of rules that found something in it.
    pub fn rules(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.timeline.marks.rules_of(self.slot)
    }

    /// It is pinned.
    pub fn is_pinned(&self) -> bool {
        self.timeline.marks.is_pinned(self.slot)
    }

    /// The call changed something: it writes, it did not fail, and it was no dry run.
    pub fn changed(&self) -> bool {
        self.access != Access::Read && self.error.is_empty() && !self.dry_run
    }

    /// The account's root user did it.
    pub fn is_root(&self) -> bool {
        self.actor_kind == ActorKind::Root
    }

    /// The service's short name: `ec2` of `ec2.amazonaws.com`.
    pub fn service(&self) -> &'a str {
        self.source.split('.').next().unwrap_or(self.source)
    }
}
