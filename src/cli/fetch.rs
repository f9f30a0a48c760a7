//! Events of live AWS for a pipe: sweeps the window of every Scope at the pace
//! that CloudTrail allows, changes first, and goes on polling where it is asked to.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinSet;

use crate::domain::fault::{Fault, FaultKind};
use crate::domain::window::Span;
use crate::port::{Attribute, Lookup, Page as Answer, Ports, Trail};
use crate::runtime::clock::Clock;
use crate::trail::coverage::Kind;
use crate::trail::decode::instant;
use crate::trail::pace::Pace;
use crate::trail::sweep::{Page, Planner, Request, What};

/// LookupEvents takes two requests a second in each account and Region
/// (CloudTrail user guide, "Quotas").
const PER_SECOND: f64 = 2.0;
/// So many failures in a row that may pass are borne.
const PATIENCE: u32 = 4;
/// The shortest sleep until a round is due.
const SHORTEST: Duration = Duration::from_millis(20);

/// What comes of a Scope.
#[derive(Debug)]
pub enum News {
    /// Records that were not told before.
    Events(Vec<String>),
    /// The window of a Scope is complete; what follows is new.
    Complete,
    /// A Scope is given up, with where it was.
    Failed(String, Fault),
}

/// Reads every Scope on a task of its own; ends when all have been told, or,
/// following, never. Dropping the set ends the tasks.
pub fn start(ports: Vec<Ports>, window: Span, follow: bool, clock: &Clock) -> (JoinSet<()>, Receiver<News>) {
    let (sender, receiver) = mpsc::channel(64);
    let mut tasks = JoinSet::new();
    for ports in ports {
        let (sender, clock) = (sender.clone(), clock.clone());
        tasks.spawn(async move {
            let place = format!("{} {}", ports.scope.account_label(), ports.scope.region);
            if let Err(fault) = read(&ports.trail, window, follow, &clock, &sender).await {
                let _ = sender.send(News::Failed(place, fault)).await;
            }
        });
    }
    (tasks, receiver)
}

async fn read(
    trail: &Arc<dyn Trail>,
    window: Span,
    follow: bool,
    clock: &Clock,
    sender: &Sender<News>,
) -> Result<(), Fault> {
    let mut planner: Planner<()> = Planner::new(window);
    let mut pace = Pace::new(PER_SECOND);
    let mut told: HashSet<String> = HashSet::new();
    let mut failures = 0;
    let mut complete = false;
    loop {
        let at = clock.now();
        let wait = pace.wait(at);
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
            continue;
        }
        let Some(request) = planner.next(at) else {
            tokio::time::sleep(clock.until(planner.due(at)).max(SHORTEST)).await;
            continue;
        };
        pace.take(at);
        match trail.lookup(lookup(&request)).await {
            Ok(answer) => {
                failures = 0;
                pace.answered();
                let (page, fresh) = sift(answer, &mut told);
                planner.answered(&request, &page);
                if !fresh.is_empty() && sender.send(News::Events(fresh)).await.is_err() {
                    return Ok(());
                }
            }
            Err(fault) => {
                let token_refused = request.token.is_some() && fault.code.contains("InvalidNextToken");
                planner.failed(&request, token_refused);
                if fault.kind == FaultKind::Throttled {
                    // Others ask this account too: slower, and on.
                    pace.throttled(at);
                } else if !(fault.is_transient() || token_refused) || failures == PATIENCE {
                    return Err(fault);
                } else {
                    failures += 1;
                    tokio::time::sleep(Duration::from_millis(250 << failures)).await;
                }
            }
        }
        let whole = |kind| planner.coverage().complete_since(kind).is_some_and(|since| since <= window.start);
        if !complete && whole(Kind::Writes) && whole(Kind::Reads) {
            complete = true;
            if sender.send(News::Complete).await.is_err() || !follow {
                return Ok(());
            }
        }
    }
}

fn lookup(request: &Request<()>) -> Lookup {
    let read_only = !matches!(request.what, What::Kind(Kind::Writes));
    Lookup {
        attribute: Some((Attribute::ReadOnly, read_only.to_string())),
        span: request.span,
        token: request.token.clone(),
    }
}

/// The records that were not told before, and what the page tells the planner.
fn sift(answer: Answer, told: &mut HashSet<String>) -> (Page, Vec<String>) {
    let mut page = Page { token: answer.token, ..Page::default() };
    let mut fresh = Vec::new();
    for raw in answer.records {
        let head: Head = serde_json::from_str(&raw).unwrap_or_default();
        if let Some(time) = instant(&head.time) {
            page.oldest = Some(page.oldest.map_or(time, |oldest| oldest.min(time)));
            page.newest = page.newest.max(Some(time));
        }
        if head.id.is_empty() || told.insert(head.id) {
            page.new += 1;
            fresh.push(raw);
        } else {
            page.known += 1;
        }
    }
    (page, fresh)
}

#[derive(Default, serde::Deserialize)]
struct Head {
    #[serde(rename = "eventID", default)]
    id: String,
    #[serde(rename = "eventTime", default)]
    time: String,
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Mutex;

    use futures_util::FutureExt as _;
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::port::Pending;

    /// Fails as listed, one request after the other, and then answers that there is nothing.
    struct Failing(Mutex<VecDeque<FaultKind>>);

    impl Trail for Failing {
        fn lookup(&self, _: Lookup) -> Pending<'_, Answer> {
            let answer = match self.0.lock().unwrap().pop_front() {
                Some(kind) => Err(Fault::new(kind, "cloudtrail:LookupEvents", "refused")),
                None => Ok(Answer::default()),
            };
            async { answer }.boxed()
        }
    }

    /// Reads the last hour of a trail that fails so; what came of it and what is left of the failures.
    async fn after(faults: &[FaultKind]) -> (Result<(), Fault>, usize) {
        let (began, from) = (tokio::time::Instant::now(), Timestamp::UNIX_EPOCH + SignedDuration::from_hours(9));
        let clock = Clock::of(move || from + SignedDuration::try_from(began.elapsed()).unwrap(), 1.0);
        let failing = Arc::new(Failing(Mutex::new(faults.iter().copied().collect())));
        let trail: Arc<dyn Trail> = Arc::<Failing>::clone(&failing);
        let (sender, mut news) = mpsc::channel(64);
        let window = Span { start: from - SignedDuration::from_hours(1), end: from };
        let end = read(&trail, window, false, &clock, &sender).await;
        assert_eq!(matches!(news.try_recv(), Ok(News::Complete)), end.is_ok());
        let left = failing.0.lock().unwrap().len();
        (end, left)
    }

    #[tokio::test(start_paused = true)]
    async fn throttles_are_nobodys_fault_and_failures_are_borne_for_a_while() {
        let (throttled, network) = (FaultKind::Throttled, FaultKind::Network);
        assert_eq!(after(&[&[throttled; 9][..], &[network, throttled, network]].concat()).await, (Ok(()), 0));
        assert_eq!(after(&[network; 4]).await, (Ok(()), 0));
        let (end, left) = after(&[network; 9]).await;
        assert_eq!((end.unwrap_err().kind, left), (network, 4));
        let (end, left) = after(&[FaultKind::Denied; 2]).await;
        assert_eq!((end.unwrap_err().kind, left), (FaultKind::Denied, 1));
    }
}
