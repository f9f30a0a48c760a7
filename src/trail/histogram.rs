//! Events over time, in bars.

use super::timeline::{Slot, Timeline};
use crate::domain::finding::Severity;
use crate::domain::window::Span;

/// The events of one stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bar {
    /// How many there are.
    pub count: u32,
    /// The worst severity of the findings on them.
    pub worst: Option<Severity>,
}

/// `n` bars of equal length over a span; events outside of the span are left out.
pub fn bars(timeline: &Timeline, slots: &[Slot], span: Span, n: usize) -> Vec<Bar> {
    let mut bars = vec![Bar::default(); n];
    let (start, end) = (span.start.as_microsecond(), span.end.as_microsecond());
    if n == 0 || end < start {
        return bars;
    }
    let length = (i128::from(end) - i128::from(start)).max(1);
    for slot in slots {
        let Some((columns, at)) = timeline.locate(*slot) else { continue };
        let time = columns.times[at];
        if time < start || time > end {
            continue;
        }
        // The very end belongs to the last bar.
        let number = ((i128::from(time) - i128::from(start)) * n as i128 / length) as usize;
        let bar = &mut bars[number.min(n - 1)];
        bar.count += 1;
        bar.worst = bar.worst.max(timeline.marks().severity(*slot));
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::{Bar, bars};
    use crate::domain::finding::Severity;
    use crate::domain::window::Span;
    use crate::trail::timeline::Timeline;

    #[test]
    fn each_event_stands_in_the_bar_of_its_time() {
        let record = |id: u32, time: &str| {
            format!(r#"{{"eventID":"e{id}","eventTime":"{time}","eventName":"A","eventSource":"ec2.amazonaws.com"}}"#)
        };
        let mut timeline = Timeline::default();
        let times = [
            "2026-01-01T10:00:00Z",
            "2026-01-01T10:14:59Z",
            "2026-01-01T10:15:00Z",
            "2026-01-01T11:00:00Z",
            "2026-01-01T11:00:01Z",
        ];
        let added = timeline.ingest(times.iter().zip(1..).map(|(time, id)| record(id, time)).collect(), None).added;
        timeline.mark(added[2], Severity::High);
        let span =
            Span { start: "2026-01-01T10:00:00Z".parse().unwrap(), end: "2026-01-01T11:00:00Z".parse().unwrap() };
        let none = None;
        assert_eq!(
            bars(&timeline, &timeline.order().to_vec(), span, 4),
            [(2, none), (1, Some(Severity::High)), (0, none), (1, none)].map(|(count, worst)| Bar { count, worst })
        );
    }
}
