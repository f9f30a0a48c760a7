//! Filters snapshots of the Timeline off the drawing thread. The newest filter
//! wins: one that waits is replaced, one that searches raw records is cut short.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::News;
use super::clock::Clock;
use super::tray::Tray;
use crate::app::message::Message;
use crate::domain::window::Span;
use crate::trail::histogram;
use crate::trail::query::Query;
use crate::trail::timeline::Timeline;

/// How often a search through raw records tells how far it has come.
const PROGRESS: Duration = Duration::from_millis(100);

/// One filter to run.
pub struct Job {
    /// Brought back by the answer.
    pub generation: u64,
    /// The filter.
    pub query: Query,
    /// Only events in it.
    pub span: Span,
    /// How many bars the histogram has.
    pub bars: usize,
    /// The snapshot.
    pub timeline: Timeline,
    /// Set once a newer filter has come.
    pub superseded: Arc<AtomicBool>,
}

/// Runs the filters of a tray, one after the other.
pub async fn work(tray: Arc<Tray<Job>>, clock: Clock, inbox: Sender<News>) {
    loop {
        let job = tray.take().await;
        let generation = job.generation;
        let total = job.timeline.within(job.span).len();
        let raw = job.query.needs_raw();
        let done = Arc::new(AtomicUsize::new(0));
        let (counted, now) = (Arc::clone(&done), clock.now());
        let mut search = tokio::task::spawn_blocking(move || select(&job, &counted, now));
        let answer = loop {
            tokio::select! {
                answer = &mut search => break super::finished(answer).flatten(),
                () = tokio::time::sleep(PROGRESS), if raw => {
                    let done = done.load(Ordering::Relaxed);
                    let told = Message::Searched { generation, done, total };
                    if inbox.send(News::Message(told)).await.is_err() {
                        return;
                    }
                }
            }
        };
        if let Some(message) = answer
            && inbox.send(News::Message(message)).await.is_err()
        {
            return;
        }
    }
}

/// The events that pass and lie in the span, with their histogram; none where
/// a newer filter has come.
fn select(job: &Job, done: &AtomicUsize, now: jiff::Timestamp) -> Option<Message> {
    let Job { generation, query, span, bars, timeline, superseded } = job;
    let within = timeline.within(*span);
    let slots = if query.needs_raw() {
        query.select_raw_of(timeline, now, &within, done, superseded).slots
    } else {
        query.select_of(timeline, now, &within)
    };
    if superseded.load(Ordering::Relaxed) {
        return None;
    }
    let bars = histogram::bars(timeline, &slots, *span, *bars);
    Some(Message::Filtered { generation: *generation, slots, bars })
}
