//! All events that a filter takes: each term is resolved to sets of symbols,
//! then the columns are scanned, segment by segment on all cores.

use jiff::Timestamp;
use rayon::prelude::*;

use super::Query;
use super::term::{Ask, Compare, SHOWN, Term, Word, in_networks, is_denied, names, role_part, user_part};
use crate::domain::actor::ActorKind;
use crate::domain::event::Access;
use crate::domain::finding::Severity;
use crate::trail::columns::{Columns, Field};
use crate::trail::symbols::Bits;
use crate::trail::timeline::{EventId, Slot, Timeline};

/// A term, resolved against the symbols of a Timeline.
enum Check<'q> {
    /// The symbol of a column is in a set.
    Symbol(Field, Bits),
    /// A resource is in a set.
    Resource(Bits),
    /// Any of several.
    Any(Vec<Check<'q>>),
    /// The actor is in the set for its kind.
    Actor(Vec<(ActorKind, Bits)>),
    /// The event is in a set.
    Slots(Bits),
    /// The severity compares so.
    Severity(Compare, &'q [Severity]),
    /// A word that the flags answer.
    Flags(Word),
    /// It changed something.
    Changed,
    /// The time, in microseconds, is between two, both included.
    Time(i64, i64),
    /// The event's id is what the term says.
    Id(&'q Term),
    /// Not answered by columns.
    Always,
}

impl Query {
    /// All events that it takes, ascending. Terms on raw records are not asked:
    /// see [`Query::select_raw`].
    pub fn select(&self, timeline: &Timeline, now: Timestamp) -> Vec<Slot> {
        self.select_of(timeline, now, &timeline.order().to_vec())
    }

    /// Those of some events that it takes, in the order in which they are given.
    pub fn select_of(&self, timeline: &Timeline, now: Timestamp, slots: &[Slot]) -> Vec<Slot> {
        let checks: Vec<(bool, Check<'_>)> = self
            .terms
            .iter()
            .map(|term| (term.negated && !term.needs_raw(), resolve(term, timeline, now)))
            .filter(|(_, check)| !matches!(check, Check::Always))
            .collect();
        if checks.is_empty() {
            return slots.to_vec();
        }
        if checks.iter().any(|(negated, check)| !negated && matches!(check, Check::Symbol(_, bits) if bits.none())) {
            return Vec::new();
        }
        let segments: Vec<(u32, _)> = timeline.segments().collect();
        let found: Vec<(u32, &Columns, Vec<u64>)> = segments
            .into_par_iter()
            .map(|(first, columns)| {
                let mut words = vec![u64::MAX; columns.len().div_ceil(64)];
                for (negated, check) in &checks {
                    check.narrow(timeline, columns, first, *negated, &mut words);
                }
                (first, columns.as_ref(), words)
            })
            .collect();
        let mut by_word: Vec<u64> = vec![0; (timeline.slots() as usize).div_ceil(64)];
        for (first, columns, words) in found {
            if columns.kept.is_none() {
                let at = first as usize / 64;
                by_word[at..at + words.len()].copy_from_slice(&words);
                continue;
            }
            for row in (0..columns.len()).filter(|row| words[row / 64] >> (row % 64) & 1 == 1) {
                let slot = first as usize + columns.number_of(row);
                by_word[slot / 64] |= 1 << (slot % 64);
            }
        }
        let takes = |slot: &Slot| by_word.get(slot.0 as usize / 64).is_some_and(|word| word >> (slot.0 % 64) & 1 == 1);
        slots.iter().copied().filter(takes).collect()
    }
}

fn resolve<'q>(term: &'q Term, timeline: &Timeline, now: Timestamp) -> Check<'q> {
    let column = |field: Field, bits: Bits| match field {
        Field::Resource => Check::Resource(bits),
        field => Check::Symbol(field, bits),
    };
    let actors = |part: fn(ActorKind, &str) -> Option<&str>, pattern: &super::pattern::Pattern| {
        let kinds = [
            ActorKind::Root,
            ActorKind::User,
            ActorKind::Role,
            ActorKind::Federated,
            ActorKind::WebIdentity,
            ActorKind::IdentityCenter,
        ];
        let set =
            |kind| timeline.table(Field::Actor).matching(|name| part(kind, name).is_some_and(|name| pattern.is(name)));
        Check::Actor(kinds.into_iter().map(|kind| (kind, set(kind))).collect())
    };
    match &term.ask {
        Ask::Column(field, pattern) => {
            column(*field, timeline.table(*field).matching(|text| names(*field, pattern, text)))
        }
        Ask::Inside(field, expression) => column(*field, timeline.table(*field).containing(expression)),
        Ask::Anywhere(expression) => {
            let found = SHOWN.into_iter().map(|field| (field, timeline.table(field).containing(expression)));
            Check::Any(found.filter(|(_, bits)| !bits.none()).map(|(field, bits)| column(field, bits)).collect())
        }
        Ask::User(pattern) => actors(user_part, pattern),
        Ask::Role(pattern) => actors(role_part, pattern),
        Ask::Id(_) => Check::Id(term),
        Ask::Network(networks, pattern) => {
            Check::Symbol(Field::Ip, timeline.table(Field::Ip).matching(|text| in_networks(networks, pattern, text)))
        }
        Ask::Rule(pattern) => {
            let rules = timeline.marks().rules().matching(|rule| pattern.is(rule));
            let mut slots = Bits::default();
            timeline.marks().found_by(|rule| rules.has(rule)).for_each(|slot| slots.put(slot.0));
            Check::Slots(slots)
        }
        Ask::Severity(compare, levels) => Check::Severity(*compare, levels),
        Ask::Is(words) => Check::Any(words.iter().map(|word| of_word(*word, timeline)).collect()),
        Ask::Age(compare, age) => {
            let at = now.checked_sub(*age).unwrap_or(Timestamp::MIN).as_microsecond();
            match compare {
                Compare::Less => Check::Time(at.saturating_add(1), i64::MAX),
                Compare::AtMost => Check::Time(at, i64::MAX),
                Compare::Is => Check::Time(at, at),
                Compare::AtLeast => Check::Time(i64::MIN, at),
                Compare::More => Check::Time(i64::MIN, at.saturating_sub(1)),
            }
        }
        Ask::After(time) => Check::Time(time.as_microsecond(), i64::MAX),
        Ask::Before(time) => Check::Time(i64::MIN, time.as_microsecond().saturating_sub(1)),
        Ask::Raw(_) => Check::Always,
    }
}

fn of_word(word: Word, timeline: &Timeline) -> Check<'static> {
    let errors = |test: fn(&str) -> bool| Check::Symbol(Field::Error, timeline.table(Field::Error).matching(test));
    match word {
        Word::Error => errors(|code| !code.is_empty()),
        Word::Denied => errors(is_denied),
        Word::Changed => Check::Changed,
        Word::Finding => Check::Severity(Compare::AtLeast, &[Severity::Informational]),
        Word::Pinned => {
            let mut slots = Bits::default();
            timeline.marks().pinned().for_each(|slot| slots.put(slot.0));
            Check::Slots(slots)
        }
        word => Check::Flags(word),
    }
}

impl Check<'_> {
    /// Takes out of `words` the rows that do not pass.
    fn narrow(&self, timeline: &Timeline, columns: &Columns, first: u32, negated: bool, words: &mut [u64]) {
        match self {
            // The commonest, without a branch per row on what is asked.
            Self::Symbol(field, bits) => {
                let column = &columns.symbols[*field as usize];
                scan(words, negated, |row| column.get(row).is_some_and(|symbol| bits.has(*symbol)));
            }
            Self::Time(from, to) => {
                scan(words, negated, |row| columns.times.get(row).is_some_and(|time| from <= time && time <= to));
            }
            Self::Flags(word) => scan(words, negated, |row| {
                columns.flags.get(row).is_some_and(|flags| word.of_flags(*flags).unwrap_or(false))
            }),
            Self::Any(checks) => {
                let mut any = vec![0_u64; words.len()];
                for check in checks {
                    let mut one = vec![u64::MAX; words.len()];
                    check.narrow(timeline, columns, first, false, &mut one);
                    any.iter_mut().zip(one).for_each(|(any, one)| *any |= one);
                }
                let flip = if negated { u64::MAX } else { 0 };
                words.iter_mut().zip(any).for_each(|(word, any)| *word &= any ^ flip);
            }
            check => scan(words, negated, |row| row < columns.len() && check.holds(timeline, columns, first, row)),
        }
    }

    fn holds(&self, timeline: &Timeline, columns: &Columns, first: u32, row: usize) -> bool {
        let slot = Slot(first + columns.number_of(row) as u32);
        match self {
            Self::Resource(bits) => columns.resources[columns.resources_of(row)].iter().any(|symbol| bits.has(*symbol)),
            Self::Actor(sets) => {
                let kind = columns.flags[row].actor_kind();
                let actor = columns.symbols[Field::Actor as usize][row];
                sets.iter().any(|(of, set)| *of == kind && set.has(actor))
            }
            Self::Slots(slots) => slots.has(slot.0),
            Self::Severity(compare, levels) => timeline
                .marks()
                .severity(slot)
                .is_some_and(|severity| levels.iter().any(|level| compare.holds(&severity, level))),
            Self::Changed => {
                let flags = columns.flags[row];
                let error = timeline.table(Field::Error).text(columns.symbols[Field::Error as usize][row]);
                flags.access() != Access::Read && !flags.dry_run() && error.is_empty()
            }
            Self::Id(term) => match &term.ask {
                Ask::Id(pattern) if columns.flags[row].odd_id() => {
                    timeline.get(slot).is_some_and(|row| pattern.is(&row.id.to_string()))
                }
                Ask::Id(pattern) => pattern.is(&EventId::Uuid(columns.ids[row]).to_string()),
                _ => false,
            },
            Self::Symbol(..) | Self::Time(..) | Self::Flags(_) | Self::Any(_) | Self::Always => true,
        }
    }
}

/// Narrows 64 rows at a time; words that are empty already are not asked.
fn scan(words: &mut [u64], negated: bool, test: impl Fn(usize) -> bool) {
    for (number, word) in words.iter_mut().enumerate() {
        if *word == 0 {
            continue;
        }
        let mut passed = 0_u64;
        for bit in 0..64 {
            passed |= u64::from(test(number * 64 + bit) != negated) << bit;
        }
        *word &= passed;
    }
}
