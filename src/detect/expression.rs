//! A rule's logic, compiled: what is evaluated on a record, what it requires of
//! every record that it can match, and why it matched.

use std::collections::BTreeSet;

use super::json::{Value, decoded, scalars};
use super::matcher::{Matcher, TimePart};
use super::memo::Memo;
use super::modifier::{Compared, Kind};
use super::pattern::fold;
use super::subject::{Found, Path, Reading};

/// A rule's logic.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    /// All hold.
    And(Vec<Expression>),
    /// At least so many hold.
    AtLeast(usize, Vec<Expression>),
    /// It does not hold.
    Not(Box<Expression>),
    /// A question to one field.
    Test(Test),
}

/// A question to one field of a record.
#[derive(Debug, Clone)]
pub(super) struct Test {
    /// The field, none for every value of the record.
    pub(super) path: Option<Path>,
    /// The answer is turned round.
    pub(super) negated: bool,
    /// The part of a time that is looked at.
    pub(super) part: Option<TimePart>,
    /// What is asked.
    pub(super) kind: Kind,
    /// The fields that it is compared with, for a field reference.
    pub(super) others: Vec<Path>,
    /// The answers so far, where remembering them pays.
    pub(super) memo: Option<Memo>,
}

impl Expression {
    /// It holds for the record.
    pub(super) fn holds(&self, reading: &mut Reading<'_>) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.holds(reading)),
            Self::AtLeast(least, parts) => {
                let mut missing = *least;
                parts.iter().any(|part| {
                    missing -= usize::from(part.holds(reading));
                    missing == 0
                })
            }
            Self::Not(part) => !part.holds(reading),
            Self::Test(test) => test.holds(reading),
        }
    }

    /// The same logic with the cheap questions first.
    pub(super) fn sorted(self) -> Self {
        match self {
            Self::And(parts) => {
                let mut parts: Vec<_> = parts.into_iter().map(Self::sorted).collect();
                parts.sort_by_key(Self::cost);
                Self::And(parts)
            }
            Self::AtLeast(least, parts) => {
                let mut parts: Vec<_> = parts.into_iter().map(Self::sorted).collect();
                parts.sort_by_key(Self::cost);
                Self::AtLeast(least, parts)
            }
            Self::Not(part) => Self::Not(Box::new(part.sorted())),
            Self::Test(test) => Self::Test(test),
        }
    }

    fn cost(&self) -> u32 {
        match self {
            // The cheapest question often decides.
            Self::And(parts) => parts.iter().map(Self::cost).min().unwrap_or(0),
            Self::AtLeast(_, parts) => parts.iter().map(Self::cost).max().unwrap_or(0),
            Self::Not(part) => part.cost(),
            Self::Test(test) => test.cost(),
        }
    }

    /// The same logic without the questions that the index has answered already:
    /// it is asked only of records whose `eventName` is one that is required.
    pub(super) fn behind_index(&self) -> Self {
        let Self::And(parts) = self else { return self.clone() };
        let Some(required) = self.required("eventName") else { return self.clone() };
        let answered = |part: &Self| {
            matches!(part, Self::Test(test) if !test.is_cased())
                && part.required("eventName").as_ref() == Some(&required)
        };
        let mut left = parts.clone();
        if let Some(place) = left.iter().position(answered) {
            left.remove(place);
        }
        Self::And(left)
    }

    /// The values, folded, of which every matching record has one in a field at
    /// the top of the record; none where it may have any.
    pub(super) fn required(&self, field: &str) -> Option<BTreeSet<String>> {
        match self {
            Self::And(parts) => parts.iter().filter_map(|part| part.required(field)).min_by_key(BTreeSet::len),
            Self::AtLeast(least, parts) if *least == parts.len() => {
                parts.iter().filter_map(|part| part.required(field)).min_by_key(BTreeSet::len)
            }
            Self::AtLeast(0, _) | Self::Not(_) => None,
            Self::AtLeast(_, parts) => parts.iter().try_fold(BTreeSet::new(), |mut all, part| {
                all.extend(part.required(field)?);
                Some(all)
            }),
            Self::Test(test) => test.required(field),
        }
    }

    /// The fields that made it match, with the values found, cheap ones first.
    /// Of a record that it does not match, the fields that hold all the same.
    pub(super) fn because(&self, reading: &mut Reading<'_>, told: &mut Vec<(String, String)>) {
        match self {
            Self::And(parts) | Self::AtLeast(_, parts) => {
                for part in parts {
                    if part.holds(reading) {
                        part.because(reading, told);
                    }
                }
            }
            Self::Not(part) => {
                // What is not there has no field to show, but a turned question has.
                if let Self::Not(inner) = &**part {
                    inner.because(reading, told);
                }
            }
            Self::Test(test) => test.because(reading, told),
        }
    }
}

impl Test {
    fn holds(&self, reading: &mut Reading<'_>) -> bool {
        self.negated != self.answer(reading)
    }

    fn answer(&self, reading: &mut Reading<'_>) -> bool {
        let Some(path) = &self.path else {
            let raw = reading.raw();
            return match &self.kind {
                Kind::Any(matchers) => scalars(raw, |_, value| self.meets_any(matchers, &value)),
                Kind::All(groups) => {
                    groups.iter().all(|matchers| scalars(raw, |_, value| self.meets_any(matchers, &value)))
                }
                Kind::Exists(_) | Kind::Field { .. } => false,
            };
        };
        match &self.kind {
            Kind::Exists(wanted) => (*reading.find(path) != Found::Absent) == *wanted,
            Kind::Any(matchers) => {
                if let Some(text) = reading.at_hand(path) {
                    return self.meets_any(matchers, &Value::Text(text.into()));
                }
                let found = reading.find(path);
                let any = || matchers.iter().any(|matcher| self.met(matcher, found).is_some());
                match (&self.memo, found) {
                    (Some(memo), Found::One(Value::Text(text))) => memo.answer(text, any),
                    _ => any(),
                }
            }
            Kind::All(groups) => {
                let found = reading.find(path);
                groups.iter().all(|matchers| matchers.iter().any(|matcher| self.met(matcher, found).is_some()))
            }
            Kind::Field { how, cased, all, .. } => {
                let mine = reading.find(path).clone();
                let mut compares = |other: &Path| {
                    let theirs = reading.find(other);
                    mine.values()
                        .iter()
                        .any(|mine| theirs.values().iter().any(|theirs| compared(mine, theirs, *how, *cased)))
                };
                if *all { self.others.iter().all(&mut compares) } else { self.others.iter().any(&mut compares) }
            }
        }
    }

    /// The value that meets a matcher; `Null` stands in where no value does.
    fn met<'f, 'a>(&self, matcher: &Matcher, found: &'f Found<'a>) -> Option<&'f Value<'a>> {
        let values = found.values();
        if matches!(matcher, Matcher::Null) && values.is_empty() {
            return Some(&Value::Null);
        }
        values.iter().find(|value| self.meets(matcher, value))
    }

    fn meets_any(&self, matchers: &[Matcher], value: &Value<'_>) -> bool {
        matchers.iter().any(|matcher| self.meets(matcher, value))
    }

    fn meets(&self, matcher: &Matcher, value: &Value<'_>) -> bool {
        match self.part {
            None => matcher.matches(value),
            Some(part) => value
                .text()
                .and_then(|text| part.of(&text))
                .is_some_and(|number| matcher.matches(&Value::Number(&number.to_string()))),
        }
    }

    /// The same, with its answers remembered where its field has few values and
    /// the question is a long one.
    pub(super) fn remembering(mut self) -> Self {
        let few = self.path.as_ref().is_some_and(|path| &*path.text == "userAgent");
        let long = matches!(&self.kind, Kind::Any(matchers) if matchers.iter().any(|matcher| matcher.cost() > 0));
        self.memo = (few && long).then(Memo::new);
        self
    }

    /// A matcher tells upper from lower case, as the index does not.
    fn is_cased(&self) -> bool {
        let cased = |matcher: &Matcher| matches!(matcher, Matcher::Text(pattern) if pattern.cased());
        match &self.kind {
            Kind::Any(matchers) => matchers.iter().any(cased),
            Kind::All(_) | Kind::Exists(_) | Kind::Field { .. } => true,
        }
    }

    fn cost(&self) -> u32 {
        let Some(path) = &self.path else { return 1000 };
        let matchers = match &self.kind {
            Kind::Any(matchers) => matchers.iter().map(Matcher::cost).max().unwrap_or(0),
            Kind::All(groups) => groups.iter().flatten().map(Matcher::cost).max().unwrap_or(0),
            Kind::Exists(_) | Kind::Field { .. } => 0,
        };
        path.cost() * 4 + matchers
    }

    fn required(&self, field: &str) -> Option<BTreeSet<String>> {
        let is_it = self.path.as_ref().is_some_and(|path| &*path.text == field);
        if !is_it || self.negated || self.part.is_some() {
            return None;
        }
        let words = |matcher: &Matcher| match matcher {
            Matcher::Text(pattern) => pattern.exact().map(|word| vec![word.into_owned()]),
            Matcher::OneOf(words) => Some(words.iter().cloned().collect()),
            _ => None,
        };
        let of_one = |matchers: &Vec<Matcher>| {
            matchers.iter().try_fold(BTreeSet::new(), |mut all, matcher| {
                all.extend(words(matcher)?);
                Some(all)
            })
        };
        match &self.kind {
            Kind::Any(matchers) => of_one(matchers),
            Kind::All(groups) => groups.iter().find_map(of_one),
            Kind::Exists(_) | Kind::Field { .. } => None,
        }
    }

    fn because(&self, reading: &mut Reading<'_>, told: &mut Vec<(String, String)>) {
        let mut tell = |field: &str, value: String| {
            if !told.iter().any(|(known, shown)| known == field && *shown == value) {
                told.push((field.to_owned(), value));
            }
        };
        let Some(path) = &self.path else {
            let groups = match &self.kind {
                Kind::Any(matchers) => std::slice::from_ref(matchers),
                Kind::All(groups) => groups.as_slice(),
                Kind::Exists(_) | Kind::Field { .. } => &[],
            };
            for matchers in groups {
                scalars(reading.raw(), |key, value| {
                    let met = self.meets_any(matchers, &value);
                    if met {
                        tell(&decoded(key), shown(&value));
                    }
                    met
                });
            }
            return;
        };
        let found = reading.find(path);
        match (&self.kind, self.negated) {
            (Kind::Any(matchers), false) => {
                if let Some(value) = matchers.iter().find_map(|matcher| self.met(matcher, found)) {
                    tell(&path.text, if *found == Found::Absent { "(absent)".into() } else { shown(value) });
                }
            }
            (Kind::All(groups), false) => {
                for matchers in groups {
                    if let Some(value) = matchers.iter().find_map(|matcher| self.met(matcher, found)) {
                        tell(&path.text, shown(value));
                    }
                }
            }
            _ => match found.values() {
                [] if *found == Found::Absent => tell(&path.text, "(absent)".into()),
                [] => tell(&path.text, "(empty)".into()),
                [value, ..] => tell(&path.text, shown(value)),
            },
        }
    }
}

fn compared(mine: &Value<'_>, theirs: &Value<'_>, how: Compared, cased: bool) -> bool {
    let (Some(mine), Some(theirs)) = (mine.text(), theirs.text()) else { return false };
    let (mine, theirs) =
        if cased { (mine, theirs) } else { (fold(&mine).into_owned().into(), fold(&theirs).into_owned().into()) };
    match how {
        Compared::Equal => mine == theirs,
        Compared::Contains => mine.contains(&*theirs),
        Compared::StartsWith => mine.starts_with(&*theirs),
        Compared::EndsWith => mine.ends_with(&*theirs),
    }
}

/// A value as it is told to the user, cut where it is long.
fn shown(value: &Value<'_>) -> String {
    const MOST: usize = 300;
    let Some(text) = value.text() else { return "null".into() };
    match text.char_indices().nth(MOST) {
        None => text.into_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}
