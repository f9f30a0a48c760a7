//! The events of one correlation that share their `group-by` values.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::bursts::Bursts;
use super::chain;
use super::crowd::Crowd;
use super::definition::{Definition, Measure};
use super::seen::Seen;
use super::tally::Tally;
use crate::detect::matcher::Order;

/// Events that meet a correlation's condition together.
#[derive(Debug, Clone)]
pub(super) struct Met {
    /// The last of them, in seconds.
    pub(super) stop: i64,
    /// The id of the last.
    pub(super) last: Arc<str>,
    /// How many there are, where they are a new burst; none where they only go on
    /// with one that was told.
    pub(super) new: Option<Count>,
}

/// How many events meet a condition together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) events: u32,
    /// There were more, which are not kept any longer.
    pub(super) at_least: bool,
}

/// The tally of the window up to the new event.
const UP_TO: usize = 0;
/// The tally of windows that go on beyond it.
const BEYOND: usize = 1;

/// The events of one correlation that share their `group-by` values, in order of time.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// One lane for all; for rules in order one for each of them.
    lanes: Vec<VecDeque<Seen>>,
    /// One for the window up to an event, one for that around it: each slides for itself.
    tallies: [Tally; 2],
    crowd: Crowd,
    told: Bursts,
    /// The first and the last second of what is kept no longer.
    lost: Option<(i64, i64)>,
    touched: u64,
}

impl Group {
    /// How many events it keeps.
    pub(super) fn len(&self) -> usize {
        self.lanes.iter().map(VecDeque::len).sum()
    }

    /// When it last took in an event, by the correlator's count.
    pub(super) fn touched(&self) -> u64 {
        self.touched
    }

    /// Takes in an event. Tells the events that meet the condition with it.
    pub(super) fn add(&mut self, new: &Seen, definition: &Definition, clock: u64) -> Option<Met> {
        self.touched = clock;
        let in_order = definition.measure == Measure::RulesInOrder;
        if self.lanes.is_empty() {
            self.lanes = vec![VecDeque::new(); if in_order { definition.rules.len() } else { 1 }];
        }
        let lane = self.lanes.get_mut(if in_order { usize::from(new.part) } else { 0 })?;
        let by_rule = in_order || definition.measure == Measure::Rules;
        let begin = lane.partition_point(|seen| seen.second < new.second);
        let end = lane.partition_point(|seen| seen.second <= new.second);
        let name = |seen: &Seen| (seen.event, if by_rule { seen.part } else { 0 });
        if self.crowd.has(new.second, name(new), lane.range(begin..end).map(name)) {
            return None;
        }
        lane.insert(end, new.clone());
        let most = definition.kept();
        let is_full = lane.len() > most + most / 8;
        if is_full {
            let lost = shorten(lane, end, most, definition.measure);
            self.lost = self.lost.into_iter().chain(lost).reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
            self.tallies.iter_mut().for_each(Tally::forget);
        } else if !in_order {
            self.tallies.iter_mut().for_each(|tally| tally.inserted(end, key(definition)(new)));
        }
        if in_order { self.chain(new, definition) } else { self.burst(new, definition) }
    }

    fn chain(&mut self, new: &Seen, definition: &Definition) -> Option<Met> {
        let chain = chain::around(&self.lanes, new, definition.seconds)?;
        let is_new = !chain.repeats && self.told.is_new(chain.start, chain.stop);
        let count = Count { events: u32::try_from(self.lanes.len()).unwrap_or(u32::MAX), at_least: false };
        Some(Met { stop: chain.stop, last: chain.last, new: is_new.then_some(count) })
    }

    /// A window around the new event that meets the condition.
    fn burst(&mut self, new: &Seen, definition: &Definition) -> Option<Met> {
        let span = definition.seconds;
        let grows = definition.limits.iter().all(|(order, _)| matches!(order, Order::Greater | Order::GreaterOrEqual))
            && !matches!(definition.measure, Measure::Average | Measure::Percentile(_));
        let lane = self.lanes.first()?;
        let from = lane.partition_point(|seen| seen.second < new.second.saturating_sub(span));
        let until = lane.partition_point(|seen| seen.second <= new.second);
        // What there is up to the event.
        if let Some(met) = self.meets(from..until, definition, UP_TO) {
            return Some(met);
        }
        let lane = self.lanes.first()?;
        if !grows || until == lane.len() {
            // More events may end such a condition.
            return None;
        }
        // A late one: later events may meet the condition with it. Those of a
        // burst that was told have met it before.
        let counts = definition.measure != Measure::Sum;
        if counts && self.told.spans(new.second) {
            return None;
        }
        let end = lane.partition_point(|seen| seen.second <= new.second.saturating_add(span));
        if counts && !self.holds(from..end, definition, BEYOND) {
            return None;
        }
        let mut to = until;
        for first in from..until {
            let lane = self.lanes.first()?;
            let stop = lane[first].second.saturating_add(span);
            to += lane.range(to..).take_while(|seen| seen.second <= stop).count();
            if let Some(met) = self.meets(first..to, definition, BEYOND) {
                return Some(met);
            }
        }
        None
    }

    /// The events of a window, where they meet the condition.
    fn meets(&mut self, window: Range<usize>, definition: &Definition, tally: usize) -> Option<Met> {
        if window.is_empty() || !self.holds(window.clone(), definition, tally) {
            return None;
        }
        let lane = self.lanes.first()?;
        let (first, last) = (lane.get(window.start)?, lane.get(window.end - 1)?);
        let new = self.told.is_new(first.second, last.second).then(|| Count {
            events: lane.range(window).map(|seen| seen.event).collect::<FxHashSet<_>>().len() as u32,
            at_least: self.lost.is_some_and(|(from, to)| from <= last.second && last.second - definition.seconds <= to),
        });
        Some(Met { stop: last.second, last: Arc::clone(&last.id), new })
    }

    /// The condition holds for the events of a window, which one of the tallies counts.
    fn holds(&mut self, window: Range<usize>, definition: &Definition, tally: usize) -> bool {
        self.measure(window, definition, tally)
            .is_some_and(|measured| definition.limits.iter().all(|(order, limit)| order.holds(measured, *limit)))
    }

    fn measure(&mut self, window: Range<usize>, definition: &Definition, tally: usize) -> Option<f64> {
        let lane = self.lanes.first()?;
        let numbers = || lane.range(window.clone()).map(|seen| seen.number).filter(|number| !number.is_nan());
        match definition.measure {
            // Of one rule, an event is seen once.
            Measure::Events if definition.rules.len() == 1 => Some(window.len() as f64),
            Measure::Events | Measure::Values | Measure::Rules | Measure::RulesInOrder => {
                Some(self.tallies.get_mut(tally)?.different(lane, window, key(definition)) as f64)
            }
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
}

/// What tells the events apart that are counted.
fn key(definition: &Definition) -> fn(&Seen) -> u64 {
    match definition.measure {
        Measure::Values => |seen| seen.value,
        Measure::Rules => |seen| u64::from(seen.part),
        _ => |seen| seen.event,
    }
}

/// Takes out what is over the most that is kept: what is farthest from the newest
/// comer, which is at a place. Of what counts once, one is enough: the nearest.
/// Tells the first and the last second of what is lost.
fn shorten(lane: &mut VecDeque<Seen>, newest: usize, most: usize, measure: Measure) -> Option<(i64, i64)> {
    let is_late = newest > lane.len() / 2;
    let mut lost: Option<(i64, i64)> = None;
    let mut lose = |seen: &Seen| {
        lost = Some(lost.map_or((seen.second, seen.second), |(from, to)| (from.min(seen.second), to.max(seen.second))));
    };
    if matches!(measure, Measure::Values | Measure::Rules) {
        let mut known = FxHashSet::default();
        let number = |seen: &Seen| if measure == Measure::Values { seen.value } else { u64::from(seen.part) };
        let turn = |lane: &mut VecDeque<Seen>| {
            if is_late {
                lane.make_contiguous().reverse();
            }
        };
        turn(lane);
        lane.retain(|seen| {
            let is_first = known.insert(number(seen));
            if !is_first {
                lose(seen);
            }
            is_first
        });
        turn(lane);
    }
    let over = lane.len().saturating_sub(most);
    let over = if is_late { lane.drain(..over) } else { lane.drain(lane.len() - over..) };
    over.for_each(|seen| lose(&seen));
    lost
}
