//! The events of one correlation that share their `group-by` values.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::definition::{Definition, Measure};
use crate::detect::matcher::Order;

/// How many events one group keeps: those nearest to the newest comer.
const MOST: usize = 4096;

/// So many over it are let be, and then taken out together.
const OVER: usize = MOST / 8;

/// An event that a correlation counts.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// When, in seconds.
    pub(super) second: i64,
    /// Which event, by the hash of its id.
    pub(super) event: u64,
    /// Its id.
    pub(super) id: Arc<str>,
    /// Which of the correlation's rules it matched.
    pub(super) part: u16,
    /// Its value, to tell it from others.
    pub(super) value: u64,
    /// Its value as a number; not a number where it is none.
    pub(super) number: f64,
}

/// Events that meet a correlation's condition together.
#[derive(Debug, Clone)]
pub(super) struct Met {
    /// The first of them, in seconds.
    start: i64,
    /// The last.
    stop: i64,
    /// How many there are; 0 where they only go on with a burst that was told.
    pub(super) count: u32,
    /// The id of the last.
    pub(super) last: Arc<str>,
}

/// The events of one correlation that share their `group-by` values, in order of time.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    seen: Vec<Seen>,
    /// The bursts that were told: first and last second.
    told: Vec<(i64, i64)>,
    touched: u64,
}

impl Group {
    /// How many events it keeps.
    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    /// When it last took in an event, by the correlator's count.
    pub(super) fn touched(&self) -> u64 {
        self.touched
    }

    /// Takes in an event. Tells the events of the burst that it completes, where
    /// that was not told before.
    pub(super) fn add(&mut self, new: &Seen, definition: &Definition, clock: u64) -> Option<Met> {
        self.touched = clock;
        let in_rules = matches!(definition.measure, Measure::Rules | Measure::RulesInOrder);
        let known = |seen: &Seen| seen.event == new.event && (!in_rules || seen.part == new.part);
        let end = self.seen.partition_point(|seen| seen.second <= new.second);
        if self.seen[..end].iter().rev().take_while(|seen| seen.second == new.second).any(known) {
            return None;
        }
        self.seen.insert(end, new.clone());
        if self.seen.len() > MOST + OVER {
            if end > MOST / 2 {
                self.seen.drain(..=OVER);
            } else {
                self.seen.truncate(MOST);
            }
        }
        let met = match definition.measure {
            Measure::RulesInOrder => self.chain(new, definition)?,
            _ => self.burst(new, definition)?,
        };
        let (start, stop) = (met.start, met.stop);
        // A burst goes on as long as it meets its condition.
        if let Some(at) = self.known(start, stop) {
            let told = &mut self.told[at];
            *told = (told.0.min(start), told.1.max(stop));
            return None;
        }
        self.told.push((start, stop));
        if self.told.len() > MOST {
            self.told.remove(0);
        }
        Some(met)
    }

    /// The burst that was told and that one between these seconds is part of.
    fn known(&self, start: i64, stop: i64) -> Option<usize> {
        self.told.iter().position(|told| told.0 <= stop && start <= told.1)
    }

    /// A window around the new event that meets the condition.
    fn burst(&self, new: &Seen, definition: &Definition) -> Option<Met> {
        let span = definition.seconds;
        let from = self.seen.partition_point(|seen| seen.second < new.second.saturating_sub(span));
        let at = self.seen.partition_point(|seen| seen.second < new.second);
        let window = |first: usize| {
            let start = self.seen[first].second;
            let end = self.seen.partition_point(|seen| seen.second <= start.saturating_add(span));
            &self.seen[first..end]
        };
        let grows = definition.limits.iter().all(|(order, _)| matches!(order, Order::Greater | Order::GreaterOrEqual))
            && !matches!(definition.measure, Measure::Average | Measure::Percentile(_));
        // What is counted is never more than there are events.
        let counts = grows && !matches!(definition.measure, Measure::Sum);
        let too_few =
            |window: &[Seen]| counts && definition.limits.iter().any(|(_, limit)| (window.len() as f64) < *limit);
        let until = self.seen.partition_point(|seen| seen.second <= new.second);
        let meets = |window: &[Seen]| {
            if too_few(window) {
                return None;
            }
            let measured = measure(window, definition)?;
            let (first, last) = (window.first()?, window.last()?);
            definition.limits.iter().all(|(order, limit)| order.holds(measured, *limit)).then(|| {
                // One that goes on is not told again: how many it has is not asked.
                let goes_on = self.known(first.second, last.second).is_some();
                let count = if goes_on { 0 } else { different(window, |seen| seen.event) as u32 };
                Met { start: first.second, stop: last.second, count, last: Arc::clone(&last.id) }
            })
        };
        if !grows || until == self.seen.len() {
            // The newest event, or a condition that more events may end: what there
            // is up to it.
            return meets(&self.seen[from..until]);
        }
        if at == 0 {
            return meets(window(0));
        }
        (from..until).find_map(|first| meets(window(first)))
    }

    /// A chain of events, one of each rule in order, that the new event is part
    /// of. The latest start counts. Events of the same second are in order:
    /// CloudTrail tells no finer time.
    fn chain(&self, new: &Seen, definition: &Definition) -> Option<Met> {
        let span = definition.seconds;
        let from = self.seen.partition_point(|seen| seen.second < new.second.saturating_sub(span));
        let until = self.seen.partition_point(|seen| seen.second <= new.second.saturating_add(span));
        let length = u16::try_from(definition.rules.len()).unwrap_or(u16::MAX);
        (from..until).rev().filter(|first| self.seen[*first].part == 0).find_map(|first| {
            let start = &self.seen[first];
            let mut last = start;
            let mut has_new = is_same(start, new);
            let mut events = vec![start.event];
            for part in 1..length {
                let begin = self.seen.partition_point(|seen| seen.second < last.second);
                last = self.seen[begin..until]
                    .iter()
                    .filter(|seen| seen.part == part && !events.contains(&seen.event))
                    .min_by_key(|seen| (seen.second, !is_same(seen, new)))?;
                has_new |= is_same(last, new);
                events.push(last.event);
            }
            let (start, stop) = (start.second, last.second);
            (has_new && stop - start <= span).then(|| Met {
                start,
                stop,
                count: u32::from(length),
                last: Arc::clone(&last.id),
            })
        })
    }
}

fn is_same(one: &Seen, other: &Seen) -> bool {
    one.event == other.event && one.part == other.part
}

/// How many different numbers the events of a window have.
fn different(window: &[Seen], of: impl Fn(&Seen) -> u64) -> usize {
    // Mostly there are few, again and again: those are found faster in a list.
    const FEW: usize = 16;
    let mut few: Vec<u64> = Vec::with_capacity(FEW);
    let mut numbers = window.iter().map(of);
    while few.len() < FEW {
        match numbers.next() {
            None => return few.len(),
            Some(number) if few.contains(&number) => {}
            Some(number) => few.push(number),
        }
    }
    few.into_iter().chain(numbers).collect::<FxHashSet<_>>().len()
}

#[expect(clippy::cast_possible_truncation, reason = "a rank among at most a few thousand")]
fn measure(window: &[Seen], definition: &Definition) -> Option<f64> {
    let numbers = || window.iter().map(|seen| seen.number).filter(|number| !number.is_nan());
    match definition.measure {
        // Of one rule, an event is seen once.
        Measure::Events if definition.rules.len() == 1 => Some(window.len() as f64),
        Measure::Events => Some(different(window, |seen| seen.event) as f64),
        Measure::Values => Some(different(window, |seen| seen.value) as f64),
        Measure::Rules | Measure::RulesInOrder => Some(different(window, |seen| u64::from(seen.part)) as f64),
        Measure::Sum => Some(numbers().sum()),
        Measure::Average => {
            let count = numbers().count();
            (count > 0).then(|| numbers().sum::<f64>() / count as f64)
        }
        Measure::Percentile(percent) => {
            let mut sorted: Vec<f64> = numbers().collect();
            sorted.sort_by(f64::total_cmp);
            let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
            sorted.get(rank.saturating_sub(1)).copied()
        }
    }
}
