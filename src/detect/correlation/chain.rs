//! Chains of events, one of each rule in order.

use std::collections::VecDeque;
use std::sync::Arc;

use super::seen::Seen;

/// A chain that the newest event is part of.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    /// Its first second.
    pub(super) start: i64,
    /// Its last.
    pub(super) stop: i64,
    /// The id of its last event.
    pub(super) last: Arc<str>,
    /// The newest event only takes the place of one that completed the same
    /// chain before.
    pub(super) repeats: bool,
}

/// The chain around a new event, which is in its lane already: `lanes` holds the
/// events of each rule in order of time. The latest ones before it count, and the
/// earliest after it. Events of the same second are in order: CloudTrail tells no
/// finer time. One event stands for one rule only.
pub(super) fn around(lanes: &[VecDeque<Seen>], new: &Seen, span: i64) -> Option<Chain> {
    if lanes.iter().any(VecDeque::is_empty) {
        return None;
    }
    let place = usize::from(new.part);
    let mut used = vec![new.event];
    let mut first = new;
    for lane in lanes.get(..place)?.iter().rev() {
        let end = lane.partition_point(|seen| seen.second <= first.second);
        first = lane.range(..end).rev().find(|seen| !used.contains(&seen.event))?;
        used.push(first.event);
    }
    let mut last = new;
    for lane in lanes.get(place + 1..)? {
        last = next(lane, last.second, &used)?;
        used.push(last.event);
    }
    let (start, stop) = (first.second, last.second);
    let repeats = place > 0 && !is_next(lanes, first, new);
    (stop - start <= span).then(|| Chain { start, stop, last: Arc::clone(&last.id), repeats })
}

/// The earliest event from a second on that has no place yet.
fn next<'l>(lane: &'l VecDeque<Seen>, second: i64, used: &[u64]) -> Option<&'l Seen> {
    let begin = lane.partition_point(|seen| seen.second < second);
    lane.range(begin..).find(|seen| !used.contains(&seen.event))
}

/// From the first event on, the new one is as early as any that could stand in its place.
fn is_next(lanes: &[VecDeque<Seen>], first: &Seen, new: &Seen) -> bool {
    let mut used = vec![first.event];
    let mut second = first.second;
    for lane in lanes.iter().take(usize::from(new.part)).skip(1) {
        let Some(seen) = next(lane, second, &used) else { return true };
        second = seen.second;
        used.push(seen.event);
    }
    lanes
        .get(usize::from(new.part))
        .and_then(|lane| next(lane, second, &used))
        .is_none_or(|seen| seen.second >= new.second)
}
