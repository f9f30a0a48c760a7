//! Evaluates the rules on new events off the drawing thread. What comes while
//! it works is added to what it does next.

use std::sync::Arc;

use rayon::prelude::*;
use tokio::sync::mpsc::Sender;

use super::News;
use super::tray::Tray;
use crate::app::message::Message;
use crate::detect::correlation::Correlator;
use crate::detect::{Hits, RuleSet, Subject};
use crate::domain::finding::Finding;
use crate::trail::timeline::{Slot, Timeline};

/// The most events that are evaluated before findings are told.
const PORTION: usize = 20_000;

/// Events to evaluate, with a snapshot that holds them.
pub struct Job {
    /// The snapshot.
    pub timeline: Timeline,
    /// The events.
    pub slots: Vec<Slot>,
}

impl Job {
    /// This work and newer work as one: the newer snapshot holds both.
    pub fn and(mut self, newer: Self) -> Self {
        self.slots.extend(newer.slots);
        Self { timeline: newer.timeline, slots: self.slots }
    }
}

/// Evaluates the events of a tray for as long as somebody listens.
pub async fn work(tray: Arc<Tray<Job>>, rules: RuleSet, inbox: Sender<News>) {
    let mut correlator = Correlator::new(&rules);
    loop {
        let job = tray.take().await;
        for portion in job.slots.chunks(PORTION).map(<[Slot]>::to_vec) {
            let (timeline, rules, mut taken) = (job.timeline.clone(), rules.clone(), correlator);
            let task = tokio::task::spawn_blocking(move || {
                let findings = evaluate(&rules, &mut taken, &timeline, &portion);
                (findings, taken)
            });
            let Some((findings, given_back)) = super::finished(task.await) else { return };
            correlator = given_back;
            if !findings.is_empty() && inbox.send(News::Message(Message::Detected { findings })).await.is_err() {
                return;
            }
        }
    }
}

/// The findings on some events: rules on all cores, correlations in order.
fn evaluate(rules: &RuleSet, correlator: &mut Correlator, timeline: &Timeline, slots: &[Slot]) -> Vec<Finding> {
    let matched: Vec<(Slot, String, Hits)> = slots
        .par_iter()
        .filter_map(|slot| {
            let raw = timeline.raw(*slot).ok()?;
            let row = timeline.row(*slot);
            let hits = rules.hits(&Subject::new(row.source, row.name, raw.as_bytes()));
            (!hits.is_empty()).then_some((*slot, raw, hits))
        })
        .collect();
    let mut findings = Vec::new();
    for (slot, raw, hits) in matched {
        let row = timeline.row(slot);
        let subject = Subject::new(row.source, row.name, raw.as_bytes());
        findings.extend(rules.findings(&hits, &subject));
        findings.extend(correlator.observe(&hits, &subject, row.time));
    }
    findings
}
