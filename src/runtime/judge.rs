//! Judges recorded events on the worker that decoded them: rules and sessions
//! are read off a record while it lies open, and no record is read twice. Only
//! what correlations look at comes together in one place.

use jiff::Timestamp;

use crate::app::message::Recorded;
use crate::detect::correlation::Correlator;
use crate::detect::{Hits, Known, RuleSet, Subject};
use crate::domain::finding::Finding;
use crate::recorded::{Batches, Seen, Visitor};
use crate::trail::session::{Lesson, Sessions};

/// Makes batches of events, judged.
pub struct Judge<'r> {
    rules: &'r RuleSet,
    batches: Batches,
    judged: Judged,
}

/// Events of one worker: all is known of them but what correlations find.
#[derive(Default)]
pub struct Judged {
    recorded: Recorded,
    caught: Vec<Caught>,
}

/// An event that some correlation looks at, with what most of them ask for.
struct Caught {
    id: String,
    arn: String,
    source: String,
    name: String,
    time: Timestamp,
    raw: Vec<u8>,
    hits: Hits,
}

impl<'r> Judge<'r> {
    /// One that has seen nothing.
    pub fn new(rules: &'r RuleSet) -> Self {
        Self { rules, batches: Batches::default(), judged: Judged::default() }
    }

    fn findings(&mut self, record: &Seen<'_>) -> Vec<Finding> {
        let fields = record.fields;
        let subject = Subject::of(fields, record.raw);
        let hits = self.rules.hits(&subject);
        if hits.is_empty() {
            return Vec::new();
        }
        let findings = self.rules.findings(&hits, &subject);
        if self.rules.correlates(&hits) {
            self.judged.caught.push(Caught {
                id: fields.id.to_string(),
                arn: fields.identity.arn.to_string(),
                source: fields.source.to_string(),
                name: fields.name.to_string(),
                time: fields.time,
                raw: record.raw.to_vec(),
                hits,
            });
        }
        findings
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

impl Judged {
    /// Lets the correlations see what they look at; all findings together.
    pub fn correlated(self, correlator: &mut Correlator) -> Recorded {
        let Self { mut recorded, caught } = self;
        for Caught { id, arn, source, name, time, raw, hits } in caught {
            let arn = (!arn.is_empty()).then_some(arn.as_str());
            let known = Known { id: Some(&id), arn, ..Known::default() };
            let subject = Subject::new(&source, &name, &raw).knowing(known);
            recorded.findings.extend(correlator.observe(&hits, &subject, time));
        }
        recorded
    }
}
