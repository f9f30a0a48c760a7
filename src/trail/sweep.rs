//! What to ask LookupEvents next: newest data, then the user's own questions,
//! then a second look for what was delivered late, then back-fill; changes
//! before reads in each. Pure: it is told answers, and tells requests.
//!
//! LookupEvents takes one attribute, answers newest first, 50 events a page,
//! and a page token is good only for the same span (CloudTrail API reference).

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::coverage::{Coverage, Kind};
use crate::domain::window::Span;

#[cfg(test)]
mod tests;

/// How far back from what is known events may still be delivered late: polls look so far.
const LATE: SignedDuration = SignedDuration::from_mins(20);
/// How often changes are asked for.
const WRITES_EVERY: SignedDuration = SignedDuration::from_secs(10);
/// How often reads are asked for.
const READS_EVERY: SignedDuration = SignedDuration::from_secs(20);
/// How often the last minutes are read again to their end, for what came late.
const AGAIN_EVERY: SignedDuration = SignedDuration::from_secs(90);
/// A poll that finds so many pages of news leaves the rest to the back-fill.
const POLL_PAGES: u32 = 10;

/// Why something is asked, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// Newest data.
    Live,
    /// The user's own question.
    Ask,
    /// What was delivered late.
    Again,
    /// The rest of the window.
    Backfill,
}

/// What is asked for. `Q` is a question of the user, as the asker writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What<Q> {
    /// Events of a kind.
    Kind(Kind),
    /// The answer to a question.
    Asked(Q),
}

/// One page to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<Q> {
    /// Names the sweep that it belongs to.
    pub sweep: u64,
    /// Why.
    pub purpose: Purpose,
    /// What.
    pub what: What<Q>,
    /// The span: the same for all pages of a sweep.
    pub span: Span,
    /// The token of the page before.
    pub token: Option<String>,
}

/// What a page told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// How many of its events were known before.
    pub known: usize,
    /// How many were new.
    pub new: usize,
    /// The time of its oldest event; none for an empty page.
    pub oldest: Option<Timestamp>,
    /// The time of its newest event.
    pub newest: Option<Timestamp>,
    /// The token of the next page, none after the last.
    pub token: Option<String>,
}

/// Pages of one span, one after the other.
#[derive(Debug, Clone)]
struct Sweep<Q> {
    id: u64,
    purpose: Purpose,
    what: What<Q>,
    span: Span,
    token: Option<String>,
    pages: u32,
    in_flight: bool,
}

/// When a kind was asked for last.
#[derive(Debug, Clone, Copy, Default)]
struct Rounds {
    polled: Option<Timestamp>,
    again: Option<Timestamp>,
    /// From where something late may lie behind the known events at which the last poll ended.
    behind: Option<Timestamp>,
}

/// The planner of one Scope.
#[derive(Debug, Clone)]
pub struct Planner<Q> {
    window: Span,
    coverage: Coverage,
    sweeps: Vec<Sweep<Q>>,
    questions: VecDeque<(Q, Span)>,
    writes: Rounds,
    reads: Rounds,
    last_id: u64,
}

impl<Q: Clone> Planner<Q> {
    /// A planner that knows nothing yet and shall know a window.
    pub fn new(window: Span) -> Self {
        Self {
            window,
            coverage: Coverage::default(),
            sweeps: Vec::new(),
            questions: VecDeque::new(),
            writes: Rounds::default(),
            reads: Rounds::default(),
            last_id: 0,
        }
    }

    /// What is known so far.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Looks back to the span's start from now on. What lies before a shorter
    /// window is not fetched any more; what was fetched stays known.
    pub fn look_back(&mut self, window: Span) {
        self.window = window;
    }

    /// Takes a question of the user.
    pub fn ask(&mut self, question: Q, span: Span) {
        self.questions.push_back((question, span));
    }

    /// The next page to ask for; none while nothing is due, or while all that
    /// is due is under way.
    pub fn next(&mut self, now: Timestamp) -> Option<Request<Q>> {
        self.begin(now);
        let sweep = self
            .sweeps
            .iter_mut()
            .filter(|sweep| !sweep.in_flight)
            .min_by_key(|sweep| (sweep.purpose, matches!(sweep.what, What::Kind(Kind::Reads)), sweep.id))?;
        sweep.in_flight = true;
        Some(Request {
            sweep: sweep.id,
            purpose: sweep.purpose,
            what: sweep.what.clone(),
            span: sweep.span,
            token: sweep.token.clone(),
        })
    }

    /// When something is due again, where [`Self::next`] has nothing now.
    pub fn due(&self, now: Timestamp) -> Timestamp {
        let writes = self.writes.polled.map_or(now, |at| at + WRITES_EVERY);
        let reads = self.reads.polled.map_or(now, |at| at + READS_EVERY);
        writes.min(reads).max(now)
    }

    /// A page has come.
    pub fn answered(&mut self, request: &Request<Q>, page: &Page) {
        let Some(place) = self.sweeps.iter().position(|sweep| sweep.id == request.sweep) else { return };
        if let Some(newest) = page.newest {
            self.coverage.heard(newest);
        }
        let window_start = self.window.start;
        let sweep = &mut self.sweeps[place];
        sweep.in_flight = false;
        sweep.pages += 1;
        sweep.token.clone_from(&page.token);
        let last = page.token.is_none();
        let all_known = page.known > 0 && page.new == 0;
        let beyond = page.oldest.is_some_and(|oldest| oldest < window_start);
        let ended = match sweep.purpose {
            Purpose::Live => last || all_known || sweep.pages >= POLL_PAGES,
            Purpose::Backfill => last || beyond,
            Purpose::Again | Purpose::Ask => last,
        };
        let (span, purpose, what) = (sweep.span, sweep.purpose, sweep.what.clone());
        if ended {
            self.sweeps.swap_remove(place);
        }
        if let What::Kind(kind) = what {
            let start = if last { Some(span.start) } else { page.oldest };
            if let Some(start) = start {
                // The page's oldest second may go on on the next page.
                let whole = if last { start } else { start + SignedDuration::from_secs(1) };
                self.coverage.add(kind, Span { start: whole.min(span.end), end: span.end });
            }
            if purpose == Purpose::Live && ended {
                // What a poll leaves for its length is the back-fill's.
                let from = if all_known { span.start } else { late(span.end) };
                self.rounds(kind).behind = (!last).then_some(from);
            }
        }
    }

    /// A request failed; it is asked again. Where its token is refused, its sweep
    /// begins anew: a token is good only for a while.
    pub fn failed(&mut self, request: &Request<Q>, token_refused: bool) {
        if let Some(sweep) = self.sweeps.iter_mut().find(|sweep| sweep.id == request.sweep) {
            sweep.in_flight = false;
            if token_refused {
                sweep.token = None;
            }
        }
    }

    /// Gives a request up: a question that cannot be answered.
    pub fn dropped(&mut self, request: &Request<Q>) {
        self.sweeps.retain(|sweep| sweep.id != request.sweep);
    }

    /// Begins what is due and not under way.
    fn begin(&mut self, now: Timestamp) {
        while let Some((question, span)) = self.questions.pop_front() {
            self.add(Purpose::Ask, What::Asked(question), span);
        }
        for kind in [Kind::Writes, Kind::Reads] {
            self.begin_rounds(kind, now);
        }
        // Changes of the whole window first, then its reads.
        for kind in [Kind::Writes, Kind::Reads] {
            if self.is_running(Purpose::Backfill, kind) {
                continue;
            }
            let end = self.coverage.complete_until(kind).unwrap_or(now).min(now);
            let wanted = Span { start: self.window.start, end };
            if wanted.start < wanted.end
                && let Some(mut gap) = self.coverage.newest_gap(kind, wanted)
            {
                if gap.start > wanted.start {
                    // What happened just before was delivered while nobody asked.
                    gap.start = late(gap.start).max(wanted.start);
                }
                self.add(Purpose::Backfill, What::Kind(kind), gap);
                let rounds = self.rounds(kind);
                rounds.polled.get_or_insert(now);
                rounds.again.get_or_insert(now);
            }
        }
    }

    fn begin_rounds(&mut self, kind: Kind, now: Timestamp) {
        let every = if kind == Kind::Writes { WRITES_EVERY } else { READS_EVERY };
        // After a time in which nobody asked, a poll looks back from where that began.
        let since = self.coverage.complete_until(kind).map_or(now, |end| end.min(now));
        let rounds = *self.rounds(kind);
        // The very first look is the back-fill's, which begins at the newest too.
        if rounds.polled.is_some_and(|at| now >= at + every) && !self.is_running(Purpose::Live, kind) {
            self.rounds(kind).polled = Some(now);
            self.add(Purpose::Live, What::Kind(kind), Span { start: late(since), end: now });
        }
        if let Some(behind) = rounds.behind
            && rounds.again.is_some_and(|at| now >= at + AGAIN_EVERY)
            && !self.is_running(Purpose::Again, kind)
        {
            let rounds = self.rounds(kind);
            rounds.again = Some(now);
            rounds.behind = None;
            self.add(Purpose::Again, What::Kind(kind), Span { start: behind, end: now });
        }
    }

    fn is_running(&self, purpose: Purpose, kind: Kind) -> bool {
        self.sweeps.iter().any(|sweep| sweep.purpose == purpose && matches!(sweep.what, What::Kind(own) if own == kind))
    }

    fn add(&mut self, purpose: Purpose, what: What<Q>, mut span: Span) {
        // An event's time is a whole second: one of the first second would fall out.
        span.start = Timestamp::from_second(span.start.as_second()).unwrap_or(span.start);
        self.last_id += 1;
        self.sweeps.push(Sweep { id: self.last_id, purpose, what, span, token: None, pages: 0, in_flight: false });
    }

    fn rounds(&mut self, kind: Kind) -> &mut Rounds {
        match kind {
            Kind::Writes => &mut self.writes,
            Kind::Reads => &mut self.reads,
        }
    }
}

/// The earliest that may still be on its way at an instant.
fn late(at: Timestamp) -> Timestamp {
    at.checked_sub(LATE).unwrap_or(Timestamp::MIN)
}
