//! What a run that waits is waiting for, in a sentence: a slow wait must not
//! look like a hang.

use super::machine::Phase;
use super::record::Record;
use super::trial::{Purpose, TRIES};
use super::{Job, Run};
use crate::respond::fact::Fact;

impl Run {
    /// What is being done at this moment, in a sentence; none while nothing is.
    pub fn progress(&self) -> Option<String> {
        if let Phase::Gather(item) = &self.phase {
            let step = self.jobs.front().map(|job: &Job| job.step())?;
            let evidence = &self.plan.steps.get(step)?.evidence;
            let name = &evidence.get(*item)?.name;
            return Some(format!("file {} of {}: {name}", item + 1, evidence.len()));
        }
        let trial = self.trial.as_ref()?;
        let (noun, id) = (self.probe(trial.at).noun(), self.resource(trial.at).id);
        match &self.phase {
            Phase::Calling(call) => Some(format!("{} is under way for {id}", call.action())),
            Phase::Pause(long, then) if matches!(&**then, Phase::Journal(record, _) if matches!(**record, Record::Intent { .. })) => {
                Some(format!(
                    "AWS asked for a slower pace: try {} of {TRIES} for {id} in {} s",
                    trial.faults + 1,
                    long.as_secs()
                ))
            }
            Phase::Pause(long, _) if trial.faults > 0 => Some(format!(
                "the {noun} of {id} cannot be read for the moment: try {} of {TRIES} in {} s",
                trial.faults + 1,
                long.as_secs()
            )),
            Phase::Pause(long, _) => {
                let seen = trial.seen.as_ref().map_or_else(|| "not read yet".to_owned(), Fact::words);
                let limit = trial.deadline.map(|at| format!(", until {} at the latest", clock(at))).unwrap_or_default();
                let what = match (trial.purpose, &trial.unclear) {
                    (Purpose::Recover, _) => "finding out what became of the call".to_owned(),
                    (_, Some(_)) => "the call's answer was lost: reading what came of it".to_owned(),
                    (Purpose::Forward | Purpose::Back, None) if !trial.looked && self.change_at(trial.at).writes() => {
                        "nothing is called before it has come to rest".to_owned()
                    }
                    _ => format!("waiting to see {}", trial.goal.words()),
                };
                Some(format!("{what}; the {noun} of {id} is {seen}; read again in {} s{limit}", long.as_secs()))
            }
            _ => None,
        }
    }
}

/// The time of day of an instant, in UTC.
fn clock(at: jiff::Timestamp) -> String {
    at.to_string().get(11..19).unwrap_or_default().to_owned() + "Z"
}
