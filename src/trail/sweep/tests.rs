use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Page, Planner, Purpose, Request, What};
use crate::domain::window::Span;
use crate::trail::coverage::Kind;

/// A CloudTrail of one Region: events with a time and a time of delivery.
struct Account {
    events: Vec<Entry>,
    asked: Vec<(Timestamp, Request<&'static str>)>,
    seen: BTreeSet<usize>,
}

struct Entry {
    id: usize,
    at: Timestamp,
    delivered: Timestamp,
    kind: Kind,
}

fn at(seconds: i64) -> Timestamp {
    "2026-11-24T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

impl Account {
    /// One event in each so many seconds, a write in every fifth, delivered at once.
    fn busy(start: i64, end: i64, every: usize) -> Self {
        let times = (start..end).step_by(every);
        let events = times.enumerate().map(|(id, second)| Entry {
            id,
            at: at(second),
            delivered: at(second),
            kind: if id % 5 == 0 { Kind::Writes } else { Kind::Reads },
        });
        Self { events: events.collect(), asked: Vec::new(), seen: BTreeSet::new() }
    }

    fn page(&mut self, request: &Request<&'static str>, now: Timestamp) -> Page {
        self.asked.push((now, request.clone()));
        let mut found: Vec<&Entry> = self
            .events
            .iter()
            .filter(|entry| entry.delivered <= now && request.span.contains(entry.at))
            .filter(|entry| request.what == What::Kind(entry.kind))
            .collect();
        found.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
        let from: usize = request.token.as_ref().map_or(0, |token| token.parse().unwrap());
        let page: Vec<&Entry> = found.iter().skip(from).take(50).copied().collect();
        let token = (from + 50 < found.len()).then(|| (from + 50).to_string());
        let new = page.iter().filter(|entry| self.seen.insert(entry.id)).count();
        Page {
            known: page.len() - new,
            new,
            oldest: page.last().map(|entry| entry.at),
            newest: page.first().map(|entry| entry.at),
            token,
        }
    }

    /// Runs a planner at two requests a second.
    fn run(&mut self, planner: &mut Planner<&'static str>, from: i64, to: i64) {
        for half in from * 2..to * 2 {
            let now = at(0) + SignedDuration::from_millis(half * 500);
            if let Some(request) = planner.next(now) {
                let page = self.page(&request, now);
                planner.answered(&request, &page);
            }
        }
    }

    fn kinds(&self) -> Vec<Kind> {
        self.asked
            .iter()
            .map(|(_, request)| match request.what {
                What::Kind(kind) => kind,
                What::Asked(_) => panic!("nobody asked"),
            })
            .collect()
    }
}

fn hour() -> Span {
    Span { start: at(-3600), end: at(0) }
}

#[test]
fn changes_of_the_whole_window_come_before_any_read() {
    let mut account = Account::busy(-3600, 0, 1);
    let mut planner = Planner::new(hour());
    account.run(&mut planner, 0, 9);
    let kinds = account.kinds();
    let writes = kinds.iter().take_while(|kind| **kind == Kind::Writes).count();
    assert_eq!(writes, 15, "720 writes in pages of 50: {kinds:?}");
    assert!(planner.coverage().covers(Kind::Writes, hour()));
    assert!(!planner.coverage().covers(Kind::Reads, hour()));
}

#[test]
fn everything_of_the_window_is_known_in_the_end_and_asked_once() {
    let mut account = Account::busy(-3600, 0, 1);
    let mut planner = Planner::new(hour());
    account.run(&mut planner, 0, 60);
    assert_eq!(account.seen.len(), 3600);
    assert!(planner.coverage().covers(Kind::Reads, hour()));
    let backfill = account.asked.iter().filter(|(_, request)| request.purpose == Purpose::Backfill).count();
    assert_eq!(backfill, 15 + 58, "720 writes and 2,880 reads in pages of 50");
}

#[test]
fn all_pages_of_a_sweep_name_the_same_span() {
    let mut account = Account::busy(-3600, 600, 1);
    let mut planner = Planner::new(hour());
    account.run(&mut planner, 0, 300);
    for (_, request) in &account.asked {
        let first = account.asked.iter().find(|(_, other)| other.sweep == request.sweep).unwrap();
        assert_eq!((first.1.span, &first.1.what), (request.span, &request.what));
        assert!(first.1.token.is_none());
    }
}

#[test]
fn new_events_are_found_within_seconds_while_the_window_is_filled_in() {
    let mut account = Account::busy(-86_400, 0, 2);
    account.events.push(Entry { id: 1_000_000, at: at(100), delivered: at(100), kind: Kind::Writes });
    let mut planner = Planner::new(Span { start: at(-86_400), end: at(0) });
    account.run(&mut planner, 0, 112);
    assert!(account.seen.contains(&1_000_000));
    assert!(account.asked.iter().rev().take(5).any(|(_, request)| request.purpose == Purpose::Backfill));
}

#[test]
fn an_event_that_is_delivered_late_behind_known_ones_is_found() {
    let mut account = Account::busy(-3600, 1200, 1);
    account.events.push(Entry { id: 1_000_000, at: at(300), delivered: at(900), kind: Kind::Writes });
    let mut planner = Planner::new(hour());
    account.run(&mut planner, 0, 1100);
    assert!(account.seen.contains(&1_000_000), "a poll alone stops at a page of known events before it");
}

#[test]
fn what_was_delivered_while_nobody_asked_is_found_afterwards() {
    // The machine slept, or the credentials had run out: for a quarter of an hour, for hours.
    for (outage, every) in [(900, 1), (1320, 60), (36_000, 10)] {
        let mut account = Account::busy(-3600, outage + 1200, every);
        for (id, happened) in [(1_000_000, 55), (1_000_001, -300)] {
            let delivered = at(100 + outage / 2);
            account.events.push(Entry { id, at: at(happened), delivered, kind: Kind::Writes });
        }
        let mut planner = Planner::new(hour());
        account.run(&mut planner, 0, 100);
        assert!(!account.seen.contains(&1_000_000));
        account.run(&mut planner, 100 + outage, 500 + outage);
        let missed: Vec<usize> =
            account.events.iter().map(|entry| entry.id).filter(|id| !account.seen.contains(id)).collect();
        let due = missed
            .iter()
            .filter(|id| account.events.iter().any(|one| one.id == **id && one.delivered <= at(480 + outage)));
        assert_eq!(due.count(), 0, "after {outage} s");
    }
}

#[test]
fn an_event_of_the_first_second_of_a_span_is_in_it() {
    let mut account = Account::busy(-3600, 0, 60);
    let mut planner = Planner::new(Span { start: at(-3600) + SignedDuration::from_millis(700), end: at(0) });
    account.run(&mut planner, 0, 10);
    assert!(account.seen.contains(&0));
}

#[test]
fn a_quiet_account_is_not_asked_more_than_needed() {
    let mut account = Account::busy(-3600, 0, 600);
    let mut planner = Planner::new(hour());
    account.run(&mut planner, 0, 600);
    let asked = account.asked.len();
    assert!(asked <= 60 + 30 + 2, "one poll in 10 s for writes, one in 20 s for reads: {asked}");
    let now = at(600);
    assert!(planner.next(now).is_some() || planner.due(now) > now);
}

#[test]
fn a_longer_window_asks_for_what_is_missing_alone() {
    let mut account = Account::busy(-7200, 0, 10);
    let mut planner = Planner::new(hour());
    account.run(&mut planner, 0, 30);
    let before = account.asked.len();
    planner.look_back(Span { start: at(-7200), end: at(30) });
    account.run(&mut planner, 30, 45);
    let backfill: Vec<_> =
        account.asked[before..].iter().filter(|(_, request)| request.purpose == Purpose::Backfill).collect();
    assert!(!backfill.is_empty());
    assert!(backfill.iter().all(|(_, request)| request.span.end <= at(-3590)), "{backfill:?}");
    assert!(planner.coverage().covers(Kind::Reads, Span { start: at(-7200), end: at(30) }));
}

#[test]
fn a_shorter_window_ends_the_back_fill() {
    let mut account = Account::busy(-86_400, 0, 1);
    let mut planner = Planner::new(Span { start: at(-86_400), end: at(0) });
    account.run(&mut planner, 0, 20);
    planner.look_back(Span { start: at(-900), end: at(20) });
    account.run(&mut planner, 20, 60);
    let late = account.asked.iter().filter(|(now, request)| *now > at(45) && request.purpose == Purpose::Backfill);
    assert_eq!(late.count(), 0);
}

#[test]
fn a_question_goes_before_the_back_fill_and_after_news() {
    let mut planner = Planner::new(hour());
    let first = planner.next(at(0)).unwrap();
    assert_eq!(first.purpose, Purpose::Backfill);
    planner.answered(&first, &Page { new: 50, oldest: Some(at(-60)), token: Some("50".into()), ..Page::default() });
    planner.ask("AKIA1", hour());
    let second = planner.next(at(1)).unwrap();
    assert_eq!((second.purpose, second.what), (Purpose::Ask, What::Asked("AKIA1")));
    let third = planner.next(at(15)).unwrap();
    assert_eq!((third.purpose, third.what), (Purpose::Live, What::Kind(Kind::Writes)));
}

#[test]
fn a_failed_page_is_asked_again_and_a_refused_token_begins_anew() {
    let mut planner: Planner<&str> = Planner::new(hour());
    let first = planner.next(at(0)).unwrap();
    planner.answered(&first, &Page { new: 50, oldest: Some(at(-60)), token: Some("50".into()), ..Page::default() });
    let second = planner.next(at(1)).unwrap();
    planner.failed(&second, false);
    let again = planner.next(at(2)).unwrap();
    assert_eq!(second, again);
    planner.failed(&again, true);
    let anew = planner.next(at(3)).unwrap();
    assert_eq!((anew.sweep, anew.token), (second.sweep, None));
}
