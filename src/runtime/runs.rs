//! Plans and their runs, for the console: the permission check, which anybody
//! may ask for, and the driving, which needs an armed Scope.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use super::News;
use super::clock::Clock;
use super::docket::{Docket, Shared};
use super::drive::{Book as _, Driver};
use crate::app::effect::Cause;
use crate::app::message::Message;
use crate::case::Case;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::resource::Resource;
use crate::port::{Pending, Ports, Responder};
use crate::respond::call::{Answer, Call};
use crate::respond::guard::Serves;
use crate::respond::plan::Plan;
use crate::respond::run::{Command, Record, Run};

/// One command of a run, as an effect asks for it.
pub struct Job {
    /// Brought back by the answers.
    pub generation: u64,
    /// The run as the console has it.
    pub run: Box<Run>,
    /// What to do.
    pub command: Command,
    /// What the user typed to confirm it.
    pub typed: String,
    /// The event that the plan was made from.
    pub cause: Option<Box<Cause>>,
}

/// A Responder that reads and asks, and lets no write through: for permission
/// checks and for reading the real state in a console that is not armed.
pub struct Asking(Arc<dyn Responder>);

impl Asking {
    /// Over the ports of a Scope, armed or not.
    pub fn over(ports: &Ports) -> Arc<Self> {
        Arc::new(Self((ports.arm)()))
    }
}

impl Responder for Asking {
    fn call<'a>(
        &'a self,
        call: &'a Call,
        target: &'a Resource,
        serves: Option<Serves>,
        dry_run: bool,
    ) -> Pending<'a, Answer> {
        if call.writes() && !dry_run {
            let fault = Fault::new(FaultKind::Refused, call.action(), "nothing is changed while nothing is armed");
            return Box::pin(async move { Err(fault) });
        }
        self.0.call(call, target, serves, dry_run)
    }

    fn simulate<'a>(&'a self, actions: &'a [String], resource: &'a str) -> Pending<'a, Vec<(String, bool)>> {
        self.0.simulate(actions, resource)
    }
}

/// Asks whether the calls of a plan are permitted.
pub async fn check(ports: Ports, clock: Clock, generation: u64, plan: Box<Plan>, inbox: Sender<News>) {
    let checks = Driver::new(&ports, Asking::over(&ports), clock).check(&plan).await;
    let _ = inbox.send(News::Message(Message::Checked { generation, checks })).await;
}

/// What a command is told that came while nothing was armed.
pub fn unarmed(job: Job) -> Message {
    let fault = Fault::new(FaultKind::Refused, "stanch:Run", "this account and Region are not armed")
        .with_hint("arm them first: W");
    Message::Run { generation: job.generation, run: job.run, finished: true, fault: Some(fault) }
}

/// Opens the case of a plan; it waits for the disk elsewhere.
pub async fn opened(docket: Arc<Docket>, id: String) -> Result<Shared, Fault> {
    let opened = tokio::task::spawn_blocking(move || docket.hold(&id)).await;
    super::finished(opened).unwrap_or_else(|| Err(Fault::new(FaultKind::Storage, "case:Open", "the program ends")))
}

/// Pins the event that a plan was made from to the plan's case, once.
fn pin(case: &mut Case, cause: Cause, plan: &Plan, now: Timestamp) -> Result<(), Fault> {
    let Cause { event, sentence, findings, raw, .. } = cause;
    let is_it = |record: &Record| matches!(record, Record::Pinned { event: known, .. } if known.id == event.id);
    if case.records().iter().any(|(record, _)| is_it(record)) {
        return Ok(());
    }
    let (who, region) = (plan.scope.caller.arn.as_str(), plan.scope.region.as_str());
    case.keep_evidence(now, who, &format!("event-{}.json", event.id), raw.as_bytes())?;
    case.record(now, who, &Record::Pinned { event, sentence, findings }, region).map(drop)
}

/// Carries a command out, with the case as its journal. The run is told after
/// each change; one that comes while nobody can take it in is passed over for
/// the next, and the last one never is.
pub async fn drive(driver: Driver, docket: Arc<Docket>, job: Job, stop: CancellationToken, inbox: Sender<News>) {
    let Job { generation, mut run, command, typed, cause } = job;
    let told = inbox.clone();
    let mut seen = move |run: &Run| {
        let run = Box::new(run.clone());
        let _ = told.try_send(News::Message(Message::Run { generation, run, finished: false, fault: None }));
    };
    let mut view = None;
    let fault = match opened(Arc::clone(&docket), run.plan.case.clone()).await {
        Ok(mut case) => {
            // The journal is the truth: what another console did meanwhile is in it.
            let key = run.plan.key();
            let written = case.with(|case| case.runs().into_iter().find(|run| run.plan.key() == key));
            let taken = written.map_or(Ok(()), |written| run.over(written).map(|over| *run = over));
            let now = driver.now();
            let pin = |cause: Box<Cause>| case.with(|case| pin(case, *cause, &run.plan, now));
            let ended = match taken.and_then(|()| cause.map_or(Ok(()), pin)) {
                Ok(()) => driver.command(&mut run, &mut case, &command, &typed, &stop, &mut seen).await,
                Err(fault) => Err(fault),
            };
            view = Some(case.with(|case| docket.view(case)));
            ended.err()
        }
        Err(fault) => Some(fault),
    };
    if let Some(view) = view {
        let _ = inbox.send(News::Message(Message::Case(Box::new(view)))).await;
    }
    let _ = inbox.send(News::Message(Message::Run { generation, run, finished: true, fault })).await;
}

#[cfg(test)]
mod tests {
    use super::{Cause, pin};
    use crate::case::Case;
    use crate::case::report::Report;
    use crate::domain::finding::{Finding, Severity};
    use crate::respond::fixture::{self, WEB};
    use crate::trail::timeline::Timeline;

    #[test]
    fn the_event_that_a_plan_was_made_from_is_told_by_the_report_of_its_case() {
        let root = tempfile::tempdir().unwrap();
        let mut case = Case::create(root.path(), "c-1").unwrap();
        let raw = r#"{"eventID":"e-1","eventTime":"2026-11-24T14:00:00Z","eventName":"StartInstances",
            "eventSource":"ec2.amazonaws.com","awsRegion":"eu-west-1"}"#;
        let mut timeline = Timeline::default();
        let slot = timeline.ingest(vec![raw.to_owned()], None).added[0];
        let finding = Finding {
            rule_id: "r".into(),
            title: "Started by a stranger".into(),
            severity: Severity::Critical,
            event_id: "e-1".into(),
            origin: "ours".into(),
            because: vec![],
            count: 1,
        };
        let cause = Cause {
            slot,
            event: Box::new(timeline.event(slot).unwrap()),
            sentence: "The instance was started.".into(),
            findings: vec![finding],
            raw: raw.into(),
        };
        let plan = fixture::plan("compromised-instance", WEB);
        for _ in 0..2 {
            pin(&mut case, cause.clone(), &plan, fixture::start()).unwrap();
        }
        assert_eq!(case.entries().iter().filter(|entry| entry.kind == "pinned").count(), 1, "once");
        let report = Report::of(&case).markdown();
        assert!(report.contains("The instance was started. By ") && report.contains("event e-1"), "{report}");
        assert!(report.contains("critical: Started by a stranger (event e-1)"), "{report}");
        assert!(report.contains("evidence/event-e-1.json"), "{report}");
    }
}
