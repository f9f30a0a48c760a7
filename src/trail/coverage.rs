//! Which spans of time the Timeline is known to hold completely.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::domain::window::Span;

/// Spans that lie no further apart than this are one: event times have one
/// second of resolution (CloudTrail user guide, "record contents").
const TOUCH: SignedDuration = SignedDuration::from_secs(1);

/// A span that begins so much after another is as good as it: the window moves on while it is read.
const SLACK: SignedDuration = SignedDuration::from_mins(2);

/// Events by whether they change something: LookupEvents can be asked for one
/// kind alone (`ReadOnly`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `ReadOnly` is false.
    Writes,
    /// `ReadOnly` is true.
    Reads,
}

/// The spans that are known completely, of one Scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    writes: Spans,
    reads: Spans,
    newest: Option<Timestamp>,
}

/// Spans in order, apart from each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Spans(Vec<Span>);

impl Coverage {
    /// The span is known completely from now on. CloudTrail may still deliver
    /// late what happened in its last minutes.
    pub fn add(&mut self, kind: Kind, span: Span) {
        match kind {
            Kind::Writes => self.writes.add(span),
            Kind::Reads => self.reads.add(span),
        }
    }

    /// An event of that time has been seen.
    pub fn heard(&mut self, at: Timestamp) {
        self.newest = self.newest.max(Some(at));
    }

    /// The time of the newest event that has been seen.
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// The earliest instant from which on everything of a kind is known, up to
    /// the last time that it was asked; none where nothing is known.
    pub fn complete_since(&self, kind: Kind) -> Option<Timestamp> {
        self.spans(kind).0.last().map(|span| span.start)
    }

    /// The latest instant up to which a kind is known.
    pub fn complete_until(&self, kind: Kind) -> Option<Timestamp> {
        self.spans(kind).0.last().map(|span| span.end)
    }

    /// The whole span is known.
    pub fn covers(&self, kind: Kind, span: Span) -> bool {
        self.newest_gap(kind, span).is_none()
    }

    /// The latest part of a span that is not known.
    pub fn newest_gap(&self, kind: Kind, span: Span) -> Option<Span> {
        let mut end = span.end;
        for known in self.spans(kind).0.iter().rev() {
            if known.start > end + TOUCH {
                continue;
            }
            if known.end + TOUCH < end {
                break;
            }
            end = known.start;
            if end <= span.start {
                return None;
            }
        }
        let start = self.spans(kind).0.iter().rev().map(|known| known.end).find(|known| *known < end);
        let start = start.map_or(span.start, |start| start.max(span.start));
        (start < end || self.spans(kind).0.is_empty()).then_some(Span { start, end })
    }

    /// `complete since 13:20, reads since 13:51, newest event 4 min old`, in UTC.
    pub fn sentence(&self, now: Timestamp) -> String {
        let mut text = self.known(now);
        if let Some(newest) = self.newest.filter(|_| self.complete_since(Kind::Writes).is_some()) {
            let _ = write!(text, ", newest event {} old", age(now.duration_since(newest)));
        }
        text
    }

    /// The sentence, and shorter ones that are as true.
    pub fn sentences(&self, now: Timestamp) -> Vec<String> {
        let mut sentences = vec![self.sentence(now), self.known(now)];
        if let (Some(writes), Some(reads)) = (self.complete_since(Kind::Writes), self.complete_since(Kind::Reads)) {
            sentences.push(format!("complete since {}", clock(writes.max(reads), now)));
        }
        sentences.dedup();
        sentences
    }

    fn known(&self, now: Timestamp) -> String {
        match (self.complete_since(Kind::Writes), self.complete_since(Kind::Reads)) {
            (None, None) => "nothing read yet".into(),
            (None, Some(reads)) => format!("reads since {}, writes not read yet", clock(reads, now)),
            (Some(writes), None) => format!("writes since {}, reads not read yet", clock(writes, now)),
            (Some(writes), Some(reads)) if reads <= writes => format!("complete since {}", clock(writes, now)),
            (Some(writes), Some(reads)) => {
                format!("complete since {}, reads since {}", clock(writes, now), clock(reads, now))
            }
        }
    }

    /// `reading back to 12-24 07:00`, where a span that begins there is not known yet.
    pub fn reading(&self, start: Timestamp, now: Timestamp) -> Option<String> {
        let late = start.checked_add(SLACK).unwrap_or(start);
        let known = |kind| self.complete_since(kind).is_some_and(|since| since <= late);
        (!known(Kind::Writes) || !known(Kind::Reads)).then(|| format!("reading back to {}", clock(start, now)))
    }

    fn spans(&self, kind: Kind) -> &Spans {
        match kind {
            Kind::Writes => &self.writes,
            Kind::Reads => &self.reads,
        }
    }
}

impl Spans {
    fn add(&mut self, mut span: Span) {
        if span.start > span.end {
            return;
        }
        self.0.retain(|known| {
            let apart = known.end + TOUCH < span.start || span.end + TOUCH < known.start;
            if !apart {
                span.start = span.start.min(known.start);
                span.end = span.end.max(known.end);
            }
            apart
        });
        let place = self.0.partition_point(|known| known.start < span.start);
        self.0.insert(place, span);
    }
}

/// The time of day, with the date where it is another day.
fn clock(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (TimeZone::UTC.to_datetime(at), TimeZone::UTC.to_datetime(now));
    let format = if at.date() == now.date() { "%H:%M" } else { "%m-%d %H:%M" };
    at.strftime(format).to_string()
}

fn age(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{Coverage, Kind};
    use crate::domain::window::Span;

    fn at(minute: i64) -> Timestamp {
        "2026-11-24T13:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
    }

    fn span(start: i64, end: i64) -> Span {
        Span { start: at(start), end: at(end) }
    }

    #[test]
    fn spans_that_touch_become_one() {
        let mut coverage = Coverage::default();
        coverage.add(Kind::Writes, span(0, 10));
        coverage.add(Kind::Writes, span(20, 30));
        assert_eq!(coverage.complete_since(Kind::Writes), Some(at(20)));
        coverage.add(Kind::Writes, Span { start: at(10) + SignedDuration::from_secs(1), end: at(20) });
        assert_eq!(coverage.complete_since(Kind::Writes), Some(at(0)));
        assert_eq!(coverage.complete_until(Kind::Writes), Some(at(30)));
        assert_eq!(coverage.complete_since(Kind::Reads), None);
    }

    #[test]
    fn the_newest_gap_comes_first() {
        let mut coverage = Coverage::default();
        assert_eq!(coverage.newest_gap(Kind::Writes, span(0, 60)), Some(span(0, 60)));
        coverage.add(Kind::Writes, span(50, 60));
        coverage.add(Kind::Writes, span(20, 30));
        assert_eq!(coverage.newest_gap(Kind::Writes, span(0, 60)), Some(span(30, 50)));
        coverage.add(Kind::Writes, span(30, 50));
        assert_eq!(coverage.newest_gap(Kind::Writes, span(0, 60)), Some(span(0, 20)));
        coverage.add(Kind::Writes, span(0, 20));
        assert_eq!(coverage.newest_gap(Kind::Writes, span(0, 60)), None);
        assert!(coverage.covers(Kind::Writes, span(5, 55)));
        assert_eq!(coverage.newest_gap(Kind::Writes, span(-30, 60)), Some(span(-30, 0)));
    }

    #[test]
    fn a_gap_is_found_behind_the_span_that_is_looked_at() {
        let mut coverage = Coverage::default();
        coverage.add(Kind::Writes, span(100, 110));
        assert_eq!(coverage.newest_gap(Kind::Writes, span(0, 60)), Some(span(0, 60)));
    }

    #[test]
    fn coverage_is_told_in_a_sentence() {
        let mut coverage = Coverage::default();
        let now = at(65);
        assert_eq!(coverage.sentence(now), "nothing read yet");
        coverage.add(Kind::Writes, span(20, 65));
        assert_eq!(coverage.sentence(now), "writes since 13:20, reads not read yet");
        coverage.add(Kind::Reads, span(51, 65));
        coverage.heard(at(61));
        assert_eq!(coverage.sentence(now), "complete since 13:20, reads since 13:51, newest event 4 min old");
        let shorter = ["complete since 13:20, reads since 13:51", "complete since 13:51"];
        assert_eq!(coverage.sentences(now)[1..], shorter, "each is as true as the longest");
        let back = |text: &str| coverage.reading(text.parse().unwrap(), now);
        assert_eq!(back("2026-11-24T13:51:00Z"), None);
        assert_eq!(back("2026-11-24T13:30:00Z").unwrap(), "reading back to 13:30", "reads are not known there");
    }
}
