use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::{Book, Driver};
use crate::case::Case;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::inventory::Inventory;
use crate::domain::resource::Resource;
use crate::domain::scope::Caller;
use crate::port::{Fleet, Identity, Lookup, Page, Pending, Ports, Responder, Trail};
use crate::respond::call::{Answer, Call};
use crate::respond::check::Verdict;
use crate::respond::fixture::{self, WEB, World, inventory, scope, start};
use crate::respond::guard::Serves;
use crate::respond::run::{Command, Run, StepStatus};
use crate::runtime::clock::Clock;

/// The fixture's account behind every port.
struct Account(Mutex<World>);

impl Responder for Account {
    fn call<'a>(&'a self, call: &'a Call, _: &'a Resource, _: Option<Serves>, dry_run: bool) -> Pending<'a, Answer> {
        let answer = if dry_run {
            let kind = if call.action() == "ec2:CreateSnapshots" { FaultKind::Denied } else { FaultKind::DryRun };
            Err(Fault::new(kind, call.action(), "dry run"))
        } else {
            self.0.lock().unwrap().answer(call)
        };
        async move { answer }.boxed()
    }

    fn simulate<'a>(&'a self, actions: &'a [String], _: &'a str) -> Pending<'a, Vec<(String, bool)>> {
        async { Ok(actions.iter().map(|action| (action.clone(), true)).collect()) }.boxed()
    }
}

impl Fleet for Account {
    fn inventory(&self) -> Pending<'_, Inventory> {
        async { Ok(inventory()) }.boxed()
    }

    fn instance<'a>(&'a self, _: &'a str) -> Pending<'a, Inventory> {
        async { Ok(inventory()) }.boxed()
    }

    fn console_output<'a>(&'a self, _: &'a str) -> Pending<'a, String> {
        async { Err(Fault::new(FaultKind::Denied, "ec2:GetConsoleOutput", "no")) }.boxed()
    }

    fn regions(&self) -> Pending<'_, Vec<String>> {
        async { Ok(vec![]) }.boxed()
    }
}

impl Identity for Account {
    fn caller(&self) -> Pending<'_, Caller> {
        async { Ok(scope().caller) }.boxed()
    }
}

impl Trail for Account {
    fn lookup(&self, _: Lookup) -> Pending<'_, Page> {
        async { Ok(Page::default()) }.boxed()
    }
}

fn driver(account: &Arc<Account>) -> Driver {
    let armed = Arc::clone(account);
    let ports = Ports {
        scope: scope(),
        trail: Arc::clone(account) as _,
        fleet: Arc::clone(account) as _,
        identity: Arc::clone(account) as _,
        arm: Arc::new(move || Arc::clone(&armed) as _),
        watch_fleet: true,
    };
    // An hour of the run's time passes in less than two seconds.
    let opened = tokio::time::Instant::now();
    let passed = move || jiff::SignedDuration::try_from(opened.elapsed() * 2000).unwrap();
    Driver::new(&ports, (ports.arm)(), Clock::of(move || start() + passed(), 2000.0))
}

struct Setting {
    account: Arc<Account>,
    driver: Driver,
    run: Run,
    case: Case,
    _root: tempfile::TempDir,
}

fn setting() -> Setting {
    let account = Arc::new(Account(Mutex::new(World::new())));
    let root = tempfile::tempdir().unwrap();
    Setting {
        driver: driver(&account),
        account,
        run: Run::new(fixture::plan("compromised-instance", WEB)),
        case: Case::create(root.path(), "case-1").unwrap(),
        _root: root,
    }
}

impl Setting {
    async fn does(&mut self, command: Command) {
        let stop = CancellationToken::new();
        self.driver.command(&mut self.run, &mut self.case, &command, WEB, &stop, &mut |_| {}).await.unwrap();
    }

    fn files(&self) -> usize {
        std::fs::read_dir(self.case.dir().join("evidence")).unwrap().count()
    }
}

#[tokio::test]
async fn a_containment_and_its_undo_leave_a_journal_that_holds() {
    let mut setting = setting();
    let steps = setting.run.plan.containment();
    setting.does(Command::Run { steps }).await;
    assert!(setting.run.is_well(), "{:#?}", setting.run.summary());
    assert_eq!(setting.files(), 7, "the console output was denied, and that stops nothing");
    let (at, _) = setting.run.plan.step("evidence").unwrap();
    assert_eq!(setting.run.steps[at].missed.len(), 1);
    assert_eq!(setting.case.verify(), Vec::<String>::new());
    setting.does(Command::Undo { step: None }).await;
    assert!(setting.run.is_well());
    assert_eq!(setting.account.0.lock().unwrap().interfaces, World::new().interfaces);
    let dir = setting.case.dir().to_owned();
    drop(setting.case);
    let again = Case::open(&dir).unwrap();
    assert_eq!(again.runs()[0].summary(), setting.run.summary());
    let intents: Vec<_> = again.entries().iter().filter(|entry| entry.kind == "intent").collect();
    assert!(intents.iter().all(|entry| entry.cli.as_deref().is_some_and(|cli| cli.contains("aws "))));
    assert_eq!(intents.len(), 23);
}

#[tokio::test]
async fn evidence_is_on_disk_before_the_first_change() {
    let mut setting = setting();
    let stop = CancellationToken::new();
    let steps = setting.run.plan.containment();
    let dir = setting.case.dir().join("evidence");
    let account = Arc::clone(&setting.account);
    let mut checked = false;
    let mut seen = |_: &Run| {
        if !account.0.lock().unwrap().writes().is_empty() && !checked {
            checked = true;
            assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 7);
        }
    };
    let command = Command::Run { steps };
    setting.driver.command(&mut setting.run, &mut setting.case, &command, "", &stop, &mut seen).await.unwrap();
    assert!(checked);
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_a_long_wait_at_once_and_says_what_is_open() {
    let mut setting = setting();
    setting.account.0.lock().unwrap().lag = 1000;
    let stop = CancellationToken::new();
    let trigger = stop.clone();
    let command = Command::Run { steps: vec!["stop".into()] };
    let mut unseen = |_: &Run| {};
    let (answer, ()) = tokio::join!(
        setting.driver.command(&mut setting.run, &mut setting.case, &command, WEB, &stop, &mut unseen),
        async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            trigger.cancel();
        }
    );
    answer.unwrap();
    let (at, _) = setting.run.plan.step("stop").unwrap();
    assert_eq!(setting.run.status(at), StepStatus::Open);
    setting.account.0.lock().unwrap().lag = 0;
    setting.account.0.lock().unwrap().catch_up();
    setting.does(Command::Recover).await;
    assert_eq!(setting.run.status(at), StepStatus::Done);
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_lets_no_call_leave() {
    let mut setting = setting();
    // A journal opened only to look at takes nothing, like one on a disk that has gone read-only.
    let dir = setting.case.dir().to_owned();
    setting.case.append(start(), "arn", "note", serde_json::json!({}), None).unwrap();
    setting.case = Case::view(&dir).unwrap();
    setting.does(Command::Run { steps: vec!["protect".into()] }).await;
    assert!(setting.account.0.lock().unwrap().calls.is_empty());
    let stopped = setting.run.stopped.as_ref().unwrap();
    assert_eq!(stopped.kind, FaultKind::Storage);
    assert!(stopped.hint.ends_with("nothing was sent for it"), "{}", stopped.hint);
}

/// A case whose disk is full once something has been changed.
struct Full<'a> {
    case: &'a mut Case,
    account: Arc<Account>,
}

impl Book for Full<'_> {
    fn with<T>(&mut self, act: impl FnOnce(&mut Case) -> T) -> T {
        if !self.account.0.lock().unwrap().writes().is_empty() {
            *self.case = Case::view(self.case.dir()).unwrap();
        }
        act(self.case)
    }
}

#[tokio::test]
async fn where_the_outcome_cannot_be_written_it_says_that_the_call_was_sent() {
    let mut setting = setting();
    let mut book = Full { case: &mut setting.case, account: Arc::clone(&setting.account) };
    let (stop, command) = (CancellationToken::new(), Command::Run { steps: vec!["protect".into()] });
    setting.driver.command(&mut setting.run, &mut book, &command, "", &stop, &mut |_| {}).await.unwrap();
    assert_eq!(setting.account.0.lock().unwrap().writes().len(), 1);
    let stopped = setting.run.stopped.as_ref().unwrap();
    assert!(stopped.hint.contains("the call before it was sent"), "{}", stopped.hint);
    assert!(!stopped.hint.contains("nothing was sent"), "{}", stopped.hint);
}

#[tokio::test]
async fn the_permission_check_changes_nothing_and_names_what_is_denied() {
    let setting = setting();
    let checks = setting.driver.check(&setting.run.plan).await;
    let of = |step: &str| checks.iter().find(|check| check.step == step).unwrap().worst();
    assert_eq!(of("protect"), Verdict::Allowed);
    assert_eq!(of("profile"), Verdict::Allowed);
    assert!(matches!(of("snapshot"), Verdict::Denied(_)));
    assert!(matches!(of("isolate"), Verdict::Unknown(_)));
    assert!(setting.account.0.lock().unwrap().calls.is_empty());
}
