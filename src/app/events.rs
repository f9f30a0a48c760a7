//! The event list: which events are shown, which is selected, what waits.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::filter::Filter;
use crate::domain::finding::Severity;
use crate::domain::window::{Span, Window};
use crate::trail::histogram::Bar;
use crate::trail::timeline::{Slot, Timeline};

/// Bars that the histogram is kept in; drawing sums them to the columns it has.
pub const BARS: usize = 240;

/// Seconds that the histogram covers at the closest: event times have a resolution of one.
const CLOSEST: i64 = 60;

/// What the events pane shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// The list of events.
    #[default]
    List,
    /// The detail of the selected event.
    Detail,
    /// The list of findings.
    Findings,
}

/// Nobody has seen and answered within this time what came on the screen.
const UNSEEN: SignedDuration = SignedDuration::from_millis(400);

/// The event list.
#[derive(Debug, Clone)]
pub struct Events {
    /// What the pane shows.
    pub view: View,
    /// The events that pass the filter, ascending in time.
    pub shown: Vec<Slot>,
    /// The selected event; it stays selected when others come.
    pub selected: Option<Slot>,
    /// What the next answer of a filter selects: what was selected before the filter bar was opened.
    pub wanted: Option<Slot>,
    /// Its row, counted from the newest.
    pub row: usize,
    /// The first row on the screen.
    pub top: usize,
    /// The newest event is selected, whichever it is, until a key asks something of the selected one.
    pub follow: bool,
    /// The event that a newer one took the selection from while it followed, and when.
    pub displaced: Option<(Slot, Timestamp)>,
    /// While frozen: what waits.
    pub waiting: Option<Vec<Slot>>,
    /// What the list is narrowed to.
    pub filter: Filter,
    /// How far back it looks; none for all that there is.
    pub window: Option<Window>,
    /// Spans that were zoomed to, each within the one before: the last is in force.
    pub zoom: Vec<Span>,
    /// The span that the histogram covers and the list was filtered for.
    pub span: Span,
    /// The histogram, [`BARS`] long, or empty before the first answer.
    pub bars: Vec<Bar>,
    /// Events that were pinned to the case.
    pub pinned: HashSet<Slot>,
    /// The selected line of the list of findings, and the first on the screen.
    pub finding: usize,
    /// The generation of the last filter that was asked for.
    pub generation: u64,
    /// A filter is under way.
    pub pending: bool,
    /// What came while it was under way.
    pub late: Vec<Slot>,
    /// It must be filtered again when the one under way has been answered.
    pub again: bool,
    /// How many events there were when the filter was asked last, and when that was.
    pub filtered_at: Option<(usize, Timestamp)>,
    /// When it must be filtered again, because of events that came since.
    pub due: Option<Timestamp>,
    /// Of a search through raw records: how many of how many are done.
    pub searched: Option<(usize, usize)>,
}

impl Events {
    /// An empty list.
    pub fn new(filter: Filter, window: Option<Window>, now: Timestamp) -> Self {
        Self {
            view: View::List,
            shown: Vec::new(),
            selected: None,
            wanted: None,
            row: 0,
            top: 0,
            follow: true,
            displaced: None,
            waiting: None,
            filter,
            window,
            zoom: Vec::new(),
            span: window.unwrap_or_default().until(now),
            bars: vec![Bar::default(); BARS],
            pinned: HashSet::new(),
            finding: 0,
            generation: 0,
            pending: false,
            late: Vec::new(),
            again: false,
            filtered_at: None,
            due: None,
            searched: None,
        }
    }

    /// The event of a row, counted from the newest.
    pub fn at(&self, row: usize) -> Option<Slot> {
        self.shown.len().checked_sub(row + 1).and_then(|index| self.shown.get(index)).copied()
    }

    /// The span that the window covers at an instant: up to now where events
    /// are live, up to the newest event where they are recorded.
    /// What was zoomed to stands still.
    pub fn wanted_span(&self, timeline: &Timeline, now: Timestamp, live: bool) -> Span {
        if let Some(zoomed) = self.zoom.last() {
            return *zoomed;
        }
        let order = timeline.order();
        let newest = order.last().and_then(|slot| timeline.time(slot)).unwrap_or(now);
        let end = if live { now.max(newest) } else { newest };
        match self.window {
            Some(window) => window.until(end),
            None => Span { start: order.first().and_then(|slot| timeline.time(slot)).unwrap_or(end), end },
        }
    }

    /// Takes the answer of a filter: the list anew, the selection on its event,
    /// or on the one nearest in time where its event is gone.
    pub fn answer(&mut self, timeline: &Timeline, slots: Vec<Slot>, bars: Vec<Bar>, rows: usize) {
        let anchor = self.wanted.take().or(self.selected).filter(|_| !self.follow);
        let offset = self.row.saturating_sub(self.top);
        let previous = self.row;
        self.shown = slots;
        self.bars = bars;
        self.pending = false;
        self.searched = None;
        let row = match anchor {
            None => 0,
            Some(slot) => match self.row_of(timeline, slot) {
                Ok(row) | Err(Some(row)) => row,
                Err(None) => previous,
            },
        };
        self.place(row, row.saturating_sub(offset), rows);
    }

    /// Where an event stands, or, where it is not shown, where it would.
    fn row_of(&self, timeline: &Timeline, slot: Slot) -> Result<usize, Option<usize>> {
        let Some(time) = timeline.time(slot) else { return Err(None) };
        let start = self.shown.partition_point(|other| timeline.time(*other).is_some_and(|at| at < time));
        let same = self.shown[start..].iter().take_while(|other| timeline.time(**other) == Some(time));
        let row = |index: usize| self.shown.len() - 1 - index;
        match same.clone().position(|other| *other == slot) {
            Some(at) => Ok(row(start + at)),
            None if start < self.shown.len() => Err(Some(row(start))),
            None => Err(Some(0)),
        }
    }

    /// Adds an event to the list in its place. Its bar grows; the selection
    /// stays on its event and on its row of the screen.
    pub fn insert(&mut self, timeline: &Timeline, slot: Slot, severity: Option<Severity>) {
        let Some(time) = timeline.time(slot) else { return };
        if time < self.span.start || (!self.zoom.is_empty() && time > self.span.end) {
            return;
        }
        let index = match self.shown.last().and_then(|last| timeline.time(*last)) {
            Some(last) if last > time => {
                self.shown.partition_point(|other| timeline.time(*other).is_some_and(|at| at <= time))
            }
            _ => self.shown.len(),
        };
        self.shown.insert(index, slot);
        if let Some(bar) = self.bar_of(time) {
            bar.count += 1;
            bar.worst = bar.worst.max(severity);
        }
        let row = self.shown.len() - 1 - index;
        if self.follow {
            self.selected = self.at(0);
        } else if self.selected.is_some() && row <= self.row {
            self.row += 1;
            self.top += 1;
        }
    }

    /// A finding came on an event: its bar takes the colour.
    pub fn worsen(&mut self, time: Timestamp, severity: Severity) {
        if let Some(bar) = self.bar_of(time) {
            bar.worst = bar.worst.max(Some(severity));
        }
    }

    fn bar_of(&mut self, time: Timestamp) -> Option<&mut Bar> {
        let at = self.place_of(time, self.bars.len())?;
        self.bars.get_mut(at)
    }

    /// Which of so many equal parts of the span an instant lies in.
    pub fn place_of(&self, time: Timestamp, parts: usize) -> Option<usize> {
        let length = self.span.end.as_millisecond() - self.span.start.as_millisecond();
        let into = time.as_millisecond() - self.span.start.as_millisecond();
        if into < 0 {
            return None;
        }
        let at = if length <= 0 { 0 } else { (i128::from(into) * parts as i128 / i128::from(length)) as usize };
        Some(at.min(parts.checked_sub(1)?))
    }

    /// The span closer around an instant: a quarter of the one in force, within
    /// it; none where it is as close as seconds allow.
    pub fn closer(&self, around: Timestamp) -> Option<Span> {
        let length = self.span.end.duration_since(self.span.start).as_secs();
        let quarter = (length / 4).max(CLOSEST);
        if quarter >= length {
            return None;
        }
        let start = around.as_second() - quarter / 2;
        let start = start.clamp(self.span.start.as_second(), self.span.end.as_second() - quarter);
        let at = |second: i64| Timestamp::from_second(second).ok();
        Some(Span { start: at(start)?, end: at(start + quarter)? })
    }

    /// The row of the newest event of the next bar that holds some, earlier or later.
    pub fn next_bar(&self, timeline: &Timeline, earlier: bool) -> Option<usize> {
        let here = timeline.time(self.selected?)?;
        let at = self.place_of(here, self.bars.len())?;
        let elsewhere = |row: &usize| {
            let place =
                self.at(*row).and_then(|slot| timeline.time(slot)).and_then(|t| self.place_of(t, self.bars.len()));
            place.is_some_and(|place| if earlier { place < at } else { place > at })
        };
        if earlier {
            // Times descend with rows: the first row beyond the bar.
            let (mut low, mut high) = (self.row, self.shown.len());
            while low < high {
                let middle = usize::midpoint(low, high);
                if elsewhere(&middle) { high = middle } else { low = middle + 1 }
            }
            return (low < self.shown.len()).then_some(low);
        }
        let (mut low, mut high) = (0, self.row);
        while low < high {
            let middle = usize::midpoint(low, high);
            if elsewhere(&middle) { low = middle + 1 } else { high = middle }
        }
        // The last row beyond the bar lies in the next bar; its newest event is the first row of it.
        let found = low.checked_sub(1)?;
        let bar =
            self.at(found).and_then(|slot| timeline.time(slot)).and_then(|t| self.place_of(t, self.bars.len()))?;
        let (mut low, mut high) = (0, found);
        while low < high {
            let middle = usize::midpoint(low, high);
            let place =
                self.at(middle).and_then(|slot| timeline.time(slot)).and_then(|t| self.place_of(t, self.bars.len()));
            if place.is_some_and(|place| place > bar) { low = middle + 1 } else { high = middle }
        }
        Some(low)
    }

    /// How long the span stays good before it must move on: one bar.
    pub fn stride(&self) -> SignedDuration {
        SignedDuration::from_millis(
            ((self.span.end.as_millisecond() - self.span.start.as_millisecond()) / BARS as i64).max(1000),
        )
    }

    /// Moves the selection by rows. A single row over the edge turns half a
    /// page: a list that moved on at every key would be sent whole each time.
    pub fn step(&mut self, rows: isize, height: usize) {
        if self.shown.is_empty() {
            return;
        }
        self.follow = false;
        let row = self.row.saturating_add_signed(rows).min(self.shown.len() - 1);
        let shown = (self.top..self.top + height.max(1)).contains(&row);
        let top = if shown || rows.unsigned_abs() != 1 {
            self.top
        } else {
            row.saturating_sub(height / 2).min(self.shown.len().saturating_sub(height))
        };
        self.place(row, top, height);
    }

    /// While it follows: a newer event took the selection. What several take
    /// within an instant was one event to whoever looked.
    pub fn displace(&mut self, before: Slot, now: Timestamp) {
        if self.displaced.is_none_or(|(_, at)| now.duration_since(at) >= UNSEEN) {
            self.displaced = Some((before, now));
        }
    }

    /// A key is about to act on the selected event: from here on the selection
    /// stays, and where a newer event took it too short ago to have been seen,
    /// it goes back to the one that the key meant.
    pub fn hold(&mut self, timeline: &Timeline, now: Timestamp, height: usize) {
        if !std::mem::take(&mut self.follow) {
            return;
        }
        if let Some((meant, at)) = self.displaced.take()
            && now.duration_since(at) < UNSEEN
        {
            self.select(timeline, meant, height);
        }
    }

    /// To the newest, and follow.
    pub fn newest(&mut self, height: usize) {
        self.follow = true;
        self.place(0, 0, height);
    }

    /// To the oldest.
    pub fn oldest(&mut self, height: usize) {
        self.follow = false;
        self.place(self.shown.len().saturating_sub(1), self.top, height);
    }

    /// Selects a row and keeps it on the screen.
    pub fn place(&mut self, row: usize, top: usize, height: usize) {
        let last = self.shown.len().saturating_sub(1);
        self.row = row.min(last);
        let height = height.max(1);
        self.top = top.min(self.row).max((self.row + 1).saturating_sub(height)).min(last);
        self.selected = self.at(self.row);
    }

    /// Selects an event if it is shown; answers whether it is.
    pub fn select(&mut self, timeline: &Timeline, slot: Slot, height: usize) -> bool {
        match self.row_of(timeline, slot) {
            Ok(row) => {
                self.follow = false;
                self.place(row, self.top, height);
                true
            }
            Err(_) => false,
        }
    }

    /// The next row, older with `true`, for which a test holds.
    pub fn seek(&self, older: bool, test: impl Fn(Slot) -> bool) -> Option<usize> {
        let holds = |row: &usize| self.at(*row).is_some_and(&test);
        if older {
            (self.row + 1..self.shown.len()).find(holds)
        } else {
            (0..self.row.min(self.shown.len())).rev().find(holds)
        }
    }
}
