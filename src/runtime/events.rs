//! Reads the events of one Scope: asks what the planner says, at the pace that
//! CloudTrail allows, and hands on what is new.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use rustc_hash::FxHashSet;
use serde::Deserialize;
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

use super::News;
use super::backoff::Backoff;
use super::clock::Clock;
use super::tray::Tray;
use crate::app::effect::Question;
use crate::app::message::Message;
use crate::app::scopes::{Part, ScopeId};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::window::Span;
use crate::port::{self, Attribute, Lookup, Trail};
use crate::trail::coverage::Kind;
use crate::trail::pace::Pace;
use crate::trail::sweep::{Page, Planner, Purpose, Request, What};

/// LookupEvents takes two requests a second in each account and Region
/// (CloudTrail user guide, "Quotas").
const PER_SECOND: f64 = 2.0;
/// Requests under way at once: a slow answer must not slow the pace.
const AT_ONCE: usize = 2;
/// A fast clock makes requests no closer to each other than this, really.
const SHORTEST: Duration = Duration::from_millis(20);
/// Throttles in a row that are nobody's business: others ask the account too.
const PATIENCE: u32 = 3;

/// What a Scope is asked for beyond its window.
#[derive(Debug, Clone)]
pub enum Order {
    /// The window has another start.
    LookBack(Span),
    /// The user looks something up.
    Ask(Question, Span),
}

/// Reads events until nobody listens any more.
pub async fn watch(
    id: ScopeId,
    trail: Arc<dyn Trail>,
    window: Span,
    clock: Clock,
    orders: Arc<Tray<Vec<Order>>>,
    inbox: Sender<News>,
) {
    let mut watch = Watch {
        id,
        planner: Planner::new(window),
        pace: Pace::new(PER_SECOND),
        backoff: Backoff::new(Duration::from_secs(1), Duration::from_mins(1)),
        known: FxHashSet::default(),
        throttles: 0,
        failing: false,
        said: None,
        held_until: None,
        inbox,
    };
    let mut under_way = FuturesUnordered::new();
    loop {
        let now = clock.now();
        let held = watch.held_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()));
        let wait = clock.real(watch.pace.wait(now)).max(held);
        if wait.is_zero()
            && under_way.len() < AT_ONCE
            && let Some(request) = watch.planner.next(now)
        {
            watch.pace.take(now);
            let trail = Arc::clone(&trail);
            under_way.push(async move {
                let answer = trail.lookup(lookup_of(&request)).await;
                (request, answer)
            });
            continue;
        }
        // With nothing to send, the next thing is an answer, an order, or a round.
        let due = clock.until(watch.planner.due(now)).max(SHORTEST);
        let rest = if wait.is_zero() { due } else { wait.max(SHORTEST) };
        let full = under_way.len() >= AT_ONCE;
        tokio::select! {
            Some((request, answer)) = under_way.next() => {
                if watch.take_in(&request, answer, &clock).await.is_none() {
                    return;
                }
            }
            list = orders.take() => watch.obey(list),
            () = tokio::time::sleep(rest), if !full => {}
        }
    }
}

/// The events of one Scope as they are read.
struct Watch {
    id: ScopeId,
    planner: Planner<Question>,
    pace: Pace,
    backoff: Backoff,
    /// Hashes of the ids of all events handed on.
    known: FxHashSet<u64>,
    throttles: u32,
    failing: bool,
    said: Option<Says>,
    held_until: Option<Instant>,
    inbox: Sender<News>,
}

impl Watch {
    fn obey(&mut self, orders: Vec<Order>) {
        for order in orders {
            match order {
                Order::LookBack(span) => self.planner.look_back(span),
                Order::Ask(question, span) => self.planner.ask(question, span),
            }
        }
    }

    /// Takes an answer in; none where nobody listens any more.
    async fn take_in(
        &mut self,
        request: &Request<Question>,
        answer: Result<port::Page, Fault>,
        clock: &Clock,
    ) -> Option<()> {
        let page = match answer {
            Ok(page) => page,
            Err(fault) => return self.failed(request, fault, clock).await,
        };
        self.pace.answered();
        self.backoff.mended();
        self.throttles = 0;
        let (told, raws) = self.sift(page);
        self.planner.answered(request, &told);
        if !raws.is_empty() {
            self.tell(Message::Events { scope: self.id, raws }).await?;
        }
        self.tell_coverage(clock.now()).await?;
        if std::mem::take(&mut self.failing) {
            self.tell(Message::Mended { scope: Some(self.id), part: Part::Events }).await?;
        }
        Some(())
    }

    async fn failed(&mut self, request: &Request<Question>, fault: Fault, clock: &Clock) -> Option<()> {
        let token_refused = request.token.is_some() && fault.code.contains("InvalidNextToken");
        if request.purpose == Purpose::Ask && fault.kind == FaultKind::Invalid && !token_refused {
            self.planner.dropped(request);
        } else {
            self.planner.failed(request, token_refused);
        }
        if fault.kind == FaultKind::Throttled {
            self.pace.throttled(clock.now());
            self.throttles += 1;
            if self.throttles <= PATIENCE {
                return Some(());
            }
        } else {
            let wait = clock.real(self.backoff.failed(&fault));
            self.held_until = Some(Instant::now() + wait);
        }
        self.failing = true;
        self.tell(Message::Fault { scope: Some(self.id), part: Part::Events, fault }).await
    }

    /// The records of a page that were not handed on before, and what the page tells.
    fn sift(&mut self, page: port::Page) -> (Page, Vec<String>) {
        let mut told = Page { token: page.token, ..Page::default() };
        let mut raws = Vec::with_capacity(page.records.len());
        for raw in page.records {
            // A record that cannot be read is handed on: the Timeline says what is wrong with it.
            let head: Option<Head<'_>> = serde_json::from_str(&raw).ok();
            if let Some(at) = head.as_ref().and_then(|head| head.event_time.parse::<Timestamp>().ok()) {
                told.oldest = Some(told.oldest.map_or(at, |oldest| oldest.min(at)));
                told.newest = told.newest.max(Some(at));
            }
            let is_new = head.is_none_or(|head| self.known.insert(hash(&head.event_id)));
            if is_new {
                told.new += 1;
                raws.push(raw);
            } else {
                told.known += 1;
            }
        }
        (told, raws)
    }

    /// Tells the coverage where it says something else than before. That it
    /// reaches on to now is said once a minute: a quiet console draws nothing.
    async fn tell_coverage(&mut self, now: Timestamp) -> Option<()> {
        let coverage = self.planner.coverage();
        let says = Says {
            since: [Kind::Writes, Kind::Reads].map(|kind| coverage.complete_since(kind)),
            newest: coverage.newest(),
            minute: now.as_second().div_euclid(60),
        };
        if self.said == Some(says) {
            return Some(());
        }
        self.said = Some(says);
        let coverage = coverage.clone();
        self.tell(Message::Coverage { scope: self.id, coverage }).await
    }

    async fn tell(&self, message: Message) -> Option<()> {
        self.inbox.send(News::Message(message)).await.ok()
    }
}

/// What a coverage says to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Says {
    since: [Option<Timestamp>; 2],
    newest: Option<Timestamp>,
    minute: i64,
}

/// What the planner has to know of a record.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "eventID", borrow)]
    event_id: std::borrow::Cow<'a, str>,
    #[serde(rename = "eventTime", borrow)]
    event_time: std::borrow::Cow<'a, str>,
}

fn hash(id: &str) -> u64 {
    use std::hash::BuildHasher as _;
    rustc_hash::FxBuildHasher.hash_one(id)
}

fn lookup_of(request: &Request<Question>) -> Lookup {
    let attribute = match &request.what {
        What::Kind(Kind::Writes) => (Attribute::ReadOnly, "false".to_owned()),
        What::Kind(Kind::Reads) => (Attribute::ReadOnly, "true".to_owned()),
        What::Asked(Question::AccessKey(key)) => (Attribute::AccessKeyId, key.clone()),
        What::Asked(Question::Resource(id)) => (Attribute::ResourceName, id.clone()),
        What::Asked(Question::User(name)) => (Attribute::Username, name.clone()),
    };
    Lookup { attribute: Some(attribute), span: request.span, token: request.token.clone() }
}
