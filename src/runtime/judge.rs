//! Judges recorded events on the worker that decoded them: rules and sessions
//! are read off a record while it lies open, and no record is read twice. Only
//! what correlations count comes together in one place.

use crate::app::message::Recorded;
use crate::detect::correlation::{Sighting, Spotter};
use crate::detect::{RuleSet, Subject};
use crate::domain::finding::Finding;
use crate::recorded::{Batches, Seen, Visitor};
use crate::trail::session::{Lesson, Sessions};

/// Makes batches of events, judged.
pub struct Judge<'r> {
    rules: &'r RuleSet,
    spotter: Spotter,
    batches: Batches,
    judged: Judged,
}

/// Events of one worker: all is known of them but what correlations find.
#[derive(Default)]
pub struct Judged {
    /// The events, with the findings of the rules that look at one event each.
    pub recorded: Recorded,
    /// What correlations count of them.
    pub sightings: Vec<Sighting>,
}

impl<'r> Judge<'r> {
    /// One that has seen nothing.
    pub fn new(rules: &'r RuleSet) -> Self {
        Self { rules, spotter: Spotter::new(rules), batches: Batches::default(), judged: Judged::default() }
    }

    fn findings(&mut self, record: &Seen<'_>) -> Vec<Finding> {
        let fields = record.fields;
        let subject = Subject::of(fields, record.raw);
        let hits = self.rules.hits(&subject);
        if hits.is_empty() {
            return Vec::new();
        }
        self.judged.sightings.extend(self.spotter.spot(&hits, &subject, fields.time));
        self.rules.findings(&hits, &subject)
    }
}

impl Visitor for Judge<'_> {
    type Output = Judged;

    /// So few are added to the Timeline at a time that a key never waits long for it.
    const MOST: usize = 4096;

    fn see(&mut self, record: Seen<'_>) {
        let findings = self.findings(&record);
        self.judged.recorded.findings.extend(findings);
        if Sessions::opens(&record.fields.name)
            && let Ok(raw) = std::str::from_utf8(record.raw)
        {
            self.judged.recorded.lessons.extend(Lesson::of(&record.fields.to_event(), raw));
        }
        self.batches.see(record);
    }

    fn waiting(&self) -> usize {
        self.batches.waiting()
    }

    fn take(&mut self) -> Judged {
        let mut judged = std::mem::take(&mut self.judged);
        judged.recorded.batch = self.batches.take();
        judged
    }
}
