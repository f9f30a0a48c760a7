//! Loads recorded logs on a thread of its own and hands them on, judged, as they come.

use std::ops::ControlFlow;

use tokio::sync::mpsc::Sender;

use super::News;
use super::judge::{Judge, Judged};
use crate::app::message::{Loading, Message};
use crate::app::scopes::Part;
use crate::detect::RuleSet;
use crate::detect::correlation::InOrder;
use crate::recorded::{self, Input, Options, Progress};

/// The most broken records and passed-over files that are told one by one.
const TOLD: usize = 100;

/// Loads, and tells how far it has come. It ends early where nobody listens.
pub async fn load(inputs: Vec<Input>, options: Options, rules: RuleSet, inbox: Sender<News>) {
    let work = tokio::task::spawn_blocking(move || read(&inputs, &options, &rules, &inbox));
    super::finished(work.await);
}

fn read(inputs: &[Input], options: &Options, rules: &RuleSet, inbox: &Sender<News>) {
    let tell = |message: Message| match inbox.blocking_send(News::Message(message)) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    let mut last = Loading::default();
    let mut correlations = InOrder::new(rules, recorded::may_go_on(inputs));
    let outcome = recorded::visit(inputs, options, || Judge::new(rules), &mut |progress: Progress<Judged>| {
        last.files_done = progress.files;
        last.files_total = progress.files_total;
        last.bytes = progress.bytes;
        if let Some(Judged { mut recorded, sightings }) = progress.output {
            recorded.findings.extend(correlations.take_in(sightings));
            tell(Message::Recorded(Box::new(recorded)))?;
        }
        tell(Message::Loading(last.clone()))
    });
    match outcome {
        Ok(loaded) => {
            let findings = correlations.finish();
            if !findings.is_empty() {
                let _ = tell(Message::Detected { findings });
            }
            last.broken_total = loaded.broken_count;
            last.broken = loaded
                .broken
                .iter()
                .take(TOLD)
                .map(|broken| format!("{}:{}: {}", broken.file, broken.offset, broken.why))
                .collect();
            let passed_over = loaded.passed_over.iter().take(TOLD);
            last.passed_over = passed_over.map(|(file, why)| format!("{file}: {why}")).collect();
        }
        Err(fault) => {
            let _ = tell(Message::Fault { scope: None, part: Part::Events, fault });
        }
    }
    last.finished = true;
    let _ = tell(Message::Loading(last));
}
