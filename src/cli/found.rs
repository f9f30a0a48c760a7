//! Events with what the rules find in them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::detect::correlation::{Correlator, InOrder};
use crate::detect::{RuleSet, Subject};
use crate::domain::fault::Fault;
use crate::domain::finding::Finding;
use crate::recorded::{self, Input, Loaded, Options, Progress};
use crate::runtime::judge::{Judge, Judged};
use crate::trail::timeline::{Slot, Timeline};

/// A Timeline, and the findings on its events.
pub struct Found {
    /// The events.
    pub timeline: Timeline,
    findings: BTreeMap<Slot, Vec<Finding>>,
    rules: RuleSet,
    correlator: Correlator,
}

impl Found {
    /// No events yet.
    pub fn new(rules: RuleSet) -> Self {
        let correlator = Correlator::new(&rules);
        Self { timeline: Timeline::default(), findings: BTreeMap::new(), rules, correlator }
    }

    /// Loads recorded logs; each worker judges what it decoded.
    ///
    /// # Errors
    /// As [`recorded::visit`].
    pub fn load(&mut self, inputs: &[Input], options: &Options) -> Result<Loaded, Fault> {
        let rules = self.rules.clone();
        // Nothing is told before all is loaded: correlations can wait for their order.
        let mut correlations = InOrder::new(&rules, false);
        let loaded = recorded::visit(inputs, options, || Judge::new(&rules), &mut |progress: Progress<Judged>| {
            if let Some(Judged { recorded, sightings }) = progress.output {
                self.timeline.append(recorded.batch);
                self.learn(recorded.findings);
                self.learn(correlations.take_in(sightings));
            }
            ControlFlow::Continue(())
        })?;
        self.learn(correlations.finish());
        Ok(loaded)
    }

    fn learn(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            let Some(slot) = self.timeline.find(&finding.event_id) else { continue };
            let known = self.findings.entry(slot).or_default();
            if known.iter().all(|known| known.rule_id != finding.rule_id) {
                self.timeline.mark_rule(slot, finding.severity, &finding.rule_id);
                known.push(finding);
            }
        }
    }

    /// Judges events that have been added to the Timeline, on all cores, and
    /// marks them; correlations see them in the order of the slots.
    pub fn judge(&mut self, slots: &[Slot]) {
        let (timeline, rules) = (&self.timeline, &self.rules);
        if rules.rules().is_empty() {
            return;
        }
        let judged: Vec<_> = slots
            .par_iter()
            .filter_map(|slot| {
                let row = timeline.get(*slot)?;
                let raw = timeline.raw(*slot).ok()?;
                let subject = Subject::new(row.source, row.name, raw.as_bytes());
                let hits = rules.hits(&subject);
                if hits.is_empty() {
                    return None;
                }
                let findings = rules.findings(&hits, &subject);
                drop(subject);
                Some((*slot, hits, findings, raw))
            })
            .collect();
        for (slot, hits, mut findings, raw) in judged {
            let (source, name, time) = {
                let row = self.timeline.row(slot);
                (row.source.to_owned(), row.name.to_owned(), row.time)
            };
            let subject = Subject::new(&source, &name, raw.as_bytes());
            findings.extend(self.correlator.observe(&hits, &subject, time));
            for finding in findings {
                // A correlation may stand on an event that came before this one.
                let slot = self.timeline.find(&finding.event_id).unwrap_or(slot);
                self.timeline.mark_rule(slot, finding.severity, &finding.rule_id);
                self.findings.entry(slot).or_default().push(finding);
            }
        }
    }

    /// The findings on an event.
    pub fn findings(&self, slot: Slot) -> &[Finding] {
        self.findings.get(&slot).map_or(&[], Vec::as_slice)
    }
}
