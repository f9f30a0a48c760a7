//! One term of a filter: what it asks of an event.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use regex::bytes::Regex;

use super::pattern::Pattern;
use crate::domain::actor::ActorKind;
use crate::domain::event::Access;
use crate::domain::finding::Severity;
use crate::trail::columns::{Field, Flags};
use crate::trail::timeline::{Row, Timeline};

/// One term.
#[derive(Debug, Clone)]
pub(super) struct Term {
    /// It holds where what it asks does not.
    pub negated: bool,
    pub ask: Ask,
}

/// What a term asks.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    /// A column's text, or a whole part of it.
    Column(Field, Pattern),
    /// A text inside of a column.
    Inside(Field, Regex),
    /// A text inside of any of the columns that are shown.
    Anywhere(Regex),
    /// The user, or the name of the session.
    User(Pattern),
    /// The role of the session.
    Role(Pattern),
    /// The event's id.
    Id(Pattern),
    /// The address is in one of the networks, or is one of the texts.
    Network(Vec<IpNet>, Pattern),
    /// The id of a rule that found something.
    Rule(Pattern),
    /// The worst severity compares so.
    Severity(Compare, Vec<Severity>),
    /// One of the words of `is:`.
    Is(Vec<Word>),
    /// The event's age compares so.
    Age(Compare, SignedDuration),
    /// Not before this instant.
    After(Timestamp),
    /// Before this instant.
    Before(Timestamp),
    /// A text inside of the raw record.
    Raw(Regex),
}

/// How a value compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    Less,
    AtMost,
    Is,
    AtLeast,
    More,
}

impl Compare {
    pub fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Is => left == right,
            Self::AtLeast => left >= right,
            Self::More => left > right,
        }
    }
}

/// A word of `is:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Write,
    Read,
    Destructive,
    Changed,
    Error,
    Denied,
    Finding,
    Pinned,
    Mine,
    DryRun,
    Root,
    Service,
}

impl Word {
    /// Each word with what it says.
    pub const ALL: [(&'static str, Self); 12] = [
        ("write", Self::Write),
        ("read", Self::Read),
        ("error", Self::Error),
        ("finding", Self::Finding),
        ("mine", Self::Mine),
        ("dry-run", Self::DryRun),
        ("root", Self::Root),
        ("destructive", Self::Destructive),
        ("changed", Self::Changed),
        ("denied", Self::Denied),
        ("pinned", Self::Pinned),
        ("service", Self::Service),
    ];

    /// What it says of an event by its flags; none where the flags do not tell.
    pub fn of_flags(self, flags: Flags) -> Option<bool> {
        Some(match self {
            Self::Write => flags.access() != Access::Read,
            Self::Read => flags.access() == Access::Read,
            Self::Destructive => flags.access() == Access::Destructive,
            Self::Mine => flags.mine(),
            Self::DryRun => flags.dry_run(),
            Self::Root => flags.actor_kind() == ActorKind::Root,
            Self::Service => flags.actor_kind() == ActorKind::Service,
            Self::Changed | Self::Error | Self::Denied | Self::Finding | Self::Pinned => return None,
        })
    }

    fn of_row(self, row: &Row<'_>) -> bool {
        match self {
            Self::Write => row.access != Access::Read,
            Self::Read => row.access == Access::Read,
            Self::Destructive => row.access == Access::Destructive,
            Self::Changed => row.changed(),
            Self::Error => !row.error.is_empty(),
            Self::Denied => is_denied(row.error),
            Self::Finding => row.severity.is_some(),
            Self::Pinned => row.is_pinned(),
            Self::Mine => row.mine,
            Self::DryRun => row.dry_run,
            Self::Root => row.is_root(),
            Self::Service => row.actor_kind == ActorKind::Service,
        }
    }
}

impl FromStr for Word {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, word)| *word).ok_or(())
    }
}

/// An error code for want of permission, as [`crate::domain::event::EventError::is_denied`] has it.
pub(super) fn is_denied(code: &str) -> bool {
    code.ends_with("UnauthorizedOperation") || code.contains("AccessDenied") || code.ends_with("Unauthorized")
}

/// The columns that a bare word looks into.
pub(super) const SHOWN: [Field; 9] = [
    Field::Name,
    Field::Source,
    Field::Actor,
    Field::Key,
    Field::Ip,
    Field::Region,
    Field::Account,
    Field::Error,
    Field::Resource,
];

/// A pattern names a column's text, or a whole part of it.
pub(super) fn names(field: Field, pattern: &Pattern, text: &str) -> bool {
    if pattern.is(text) {
        return true;
    }
    match field {
        Field::Source => text.split_once('.').is_some_and(|(service, _)| pattern.is(service)),
        Field::Actor => text.contains('/') && text.split('/').any(|part| pattern.is(part)),
        Field::Error => text.rsplit_once('.').is_some_and(|(_, code)| pattern.is(code)),
        Field::Resource => {
            text.starts_with("arn:") && text.rsplit([':', '/']).next().is_some_and(|name| pattern.is(name))
        }
        _ => false,
    }
}

/// The address is in one of the networks, or is one of the texts.
pub(super) fn in_networks(networks: &[IpNet], pattern: &Pattern, text: &str) -> bool {
    pattern.is(text)
        || (!networks.is_empty()
            && text.parse::<IpAddr>().is_ok_and(|address| networks.iter().any(|network| network.contains(&address))))
}

/// The part of an actor's name that `user:` means; none for actors that are no people.
pub(super) fn user_part(kind: ActorKind, name: &str) -> Option<&str> {
    match kind {
        ActorKind::Service | ActorKind::Account | ActorKind::Unknown => None,
        ActorKind::Role => Some(name.split_once('/').map_or(name, |(_, session)| session)),
        _ => Some(name),
    }
}

/// The part of an actor's name that `role:` means.
pub(super) fn role_part(kind: ActorKind, name: &str) -> Option<&str> {
    (kind == ActorKind::Role).then(|| name.split_once('/').map_or(name, |(role, _)| role))
}

impl Term {
    pub fn needs_raw(&self) -> bool {
        matches!(self.ask, Ask::Raw(_))
    }

    /// It holds for an event. [`super::select`] answers the same for all events at once.
    pub fn holds(&self, timeline: &Timeline, row: &Row<'_>, now: Timestamp) -> bool {
        let inside =
            |field: Field, expression: &Regex| texts(field, row).any(|text| expression.is_match(text.as_bytes()));
        let holds = match &self.ask {
            Ask::Column(field, pattern) => texts(*field, row).any(|text| names(*field, pattern, text)),
            Ask::Inside(field, expression) => inside(*field, expression),
            Ask::Anywhere(expression) => SHOWN.iter().any(|field| inside(*field, expression)),
            Ask::User(pattern) => user_part(row.actor_kind, row.actor).is_some_and(|name| pattern.is(name)),
            Ask::Role(pattern) => role_part(row.actor_kind, row.actor).is_some_and(|name| pattern.is(name)),
            Ask::Id(pattern) => pattern.is(&row.id.to_string()),
            Ask::Network(networks, pattern) => in_networks(networks, pattern, row.ip),
            Ask::Rule(pattern) => row.rules().any(|rule| pattern.is(rule)),
            Ask::Severity(compare, levels) => {
                row.severity.is_some_and(|severity| levels.iter().any(|level| compare.holds(&severity, level)))
            }
            Ask::Is(words) => words.iter().any(|word| word.of_row(row)),
            Ask::Age(compare, age) => compare.holds(&now.duration_since(row.time), age),
            Ask::After(time) => row.time >= *time,
            Ask::Before(time) => row.time < *time,
            Ask::Raw(expression) => timeline.raw(row.slot).is_ok_and(|raw| expression.is_match(raw.as_bytes())),
        };
        holds != self.negated
    }
}

/// A row's texts in a column.
fn texts<'a>(field: Field, row: &Row<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let single = match field {
        Field::Name => row.name,
        Field::Source => row.source,
        Field::Actor => row.actor,
        Field::Key => row.access_key,
        Field::Ip => row.ip,
        Field::Agent => row.agent,
        Field::Region => row.region,
        Field::Account => row.account,
        Field::Error => row.error,
        Field::Resource => "",
    };
    let many = (field == Field::Resource).then(|| row.resources().map(|(_, id)| id));
    (field != Field::Resource).then_some(single).into_iter().chain(many.into_iter().flatten())
}
