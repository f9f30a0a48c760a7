//! A console that is killed in the middle of a containment: the next one finds
//! the case and says what is true, by the keyboard alone.

use std::time::Duration;

use stanch::sim::{Effect, Fault};

use crate::account::{Account, WEB, lines, said};
use crate::facts::{Thing, difference, facts, settled};
use crate::hands::{ENTER, arm, at_rest, go_through, take_back};
use crate::pty::Console;

/// Begins the containment and kills it while its first call of an action is on its
/// way: the intent is in the journal, and the call is never carried out.
fn killed(account: &Account, action: &str) {
    account.sim.inject(Fault { milliseconds: 3_600_000, ..Fault::on("*", action, Effect::Latency) });
    let arguments = ["remediate", "compromised-instance", WEB, "--execute", "--confirm", WEB, "--case", "c-1"];
    let mut child = account.command(&arguments).spawn().unwrap();
    let journal = account.cases().join("c-1/journal.jsonl");
    let meant = format!("\"name\":\"{action}\"");
    let is_meant = |line: &str| line.contains("\"kind\":\"intent\"") && line.contains(&meant);
    while !std::fs::read_to_string(&journal).unwrap_or_default().lines().any(is_meant) {
        assert!(child.try_wait().unwrap().is_none(), "it came to its end");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    account.sim.clear_faults();
}

fn console(account: &Account, arguments: &[&str]) -> Console {
    let environment = account.environment();
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Console::start_with(arguments, 170, 50, &environment)
}

#[test]
fn the_next_console_finds_the_case_and_says_the_truth_and_only_reads_until_it_is_armed() {
    let account = Account::open(20.0);
    killed(&account, "CreateSecurityGroup");
    let journal = account.cases().join("c-1/journal.jsonl");
    let before = lines(&journal);
    let from = account.so_far();

    let mut console = console(&account, &["--write"]);
    console.wait_text("1 case interrupted");
    console.wait_until("the real state", |screen| {
        screen.contains("case c-1 was interrupted") && screen.contains("C opens it")
    });
    assert!(lines(&journal) > before, "what was found out is in the journal");
    console.press("C");
    console.wait_text("INTERRUPTED");
    assert_eq!(account.writes(from), Vec::<String>::new(), "it was only looked at");
    assert!(console.screen().contains("READ-ONLY"));
    console.press("c");
    console.wait_text("Notes (0)");
    console.press("t");
    console.wait_text("The note goes into the journal");
    console.press("taken over after the session was lost");
    console.press(ENTER);
    console.wait_until("the note", |screen| screen.contains("Notes (1)") && screen.contains("taken over"));
    console.press("\x1b");
    console.wait_until("the plan again", |screen| screen.contains("INTERRUPTED") && !screen.contains("Notes (1)"));
    console.press("\x03");
    console.wait_end();
    let verified = account.stanch(&["cases", "verify", "c-1"]);
    assert!(verified.status.success(), "{}", said(&verified));
}

/// Opens the interrupted case in a console over the account, and arms it.
fn taken_up(account: &Account) -> Console {
    let mut console = console(account, &["--write"]);
    console.wait_until("the real state", |screen| {
        screen.contains("case c-1 was interrupted") && screen.contains("C opens it")
    });
    console.press("C");
    console.wait_text("INTERRUPTED");
    arm(&mut console);
    console
}

fn ended(account: &Account, console: &mut Console) {
    console.press("\x03");
    console.wait_end();
    console.assert_restored();
    let verified = account.stanch(&["cases", "verify", "c-1"]);
    assert!(verified.status.success(), "{}", said(&verified));
}

/// A still account with its state, and its containment cut off at an action and
/// taken up again.
fn interrupted(action: &str) -> (Account, Vec<Thing>, Console) {
    let account = Account::still(20.0);
    let before = facts(&account);
    killed(&account, action);
    let console = taken_up(&account);
    (account, before, console)
}

/// Takes everything back; what is left of the containment is snapshots alone.
fn assert_taken_back(account: &Account, before: &[Thing], console: &mut Console) {
    take_back(console);
    console.wait_text("undone");
    ended(account, console);
    let left = settled(account, before);
    let wrong: Vec<&String> = left.iter().filter(|line| !line.starts_with("+snap-")).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_interrupted_containment_is_completed_by_keys_and_then_taken_back() {
    let (account, before, mut console) = interrupted("EnterStandby");
    go_through(&mut console);
    let contained = difference(&before, &facts(&account));
    for touched in ["disableApiTermination", "LifecycleState=Standby", "snapshotId="] {
        assert!(contained.iter().any(|line| line.contains(touched)), "{touched} is not among {contained:#?}");
    }
    assert_taken_back(&account, &before, &mut console);
}

#[test]
fn an_interrupted_containment_is_taken_back_by_keys_as_it_stands() {
    let (account, before, mut console) = interrupted("ModifyNetworkInterfaceAttribute");
    assert_taken_back(&account, &before, &mut console);
}

#[test]
fn an_interrupted_containment_that_is_left_with_a_reason_is_not_offered_again() {
    let account = Account::open(20.0);
    killed(&account, "EnterStandby");
    let from = account.so_far();
    let mut first = taken_up(&account);
    first.press("L");
    first.press("handed to the owner of the machine");
    first.press(ENTER);
    first.wait_until("nothing interrupted", |screen| !screen.contains("INTERRUPTED"));
    at_rest(&first);
    ended(&account, &mut first);
    assert_eq!(account.writes(from), Vec::<String>::new(), "leaving changes nothing");
    let mut second = console(&account, &["--write"]);
    // Until the cases have been looked through, it says that it does not know.
    loop {
        second.press("C");
        second.wait_until("an answer", |screen| screen.contains("was interrupted") || screen.contains("not known yet"));
        if second.comes_to(Duration::from_millis(300), |screen| {
            screen.contains("no case of this account and Region was interrupted")
        }) {
            break;
        }
    }
    ended(&account, &mut second);
    let report = account.stanch(&["cases", "report", "c-1"]);
    assert!(said(&report).contains("left as it stands: handed to the owner"), "{}", said(&report));
    assert!(said(&report).contains("Status: left"), "{}", said(&report));
}

#[test]
fn a_containment_that_ended_between_two_steps_is_offered_as_half_done() {
    let account = Account::still(20.0);
    let before = facts(&account);
    let arguments = ["remediate", "compromised-instance", WEB, "--execute", "--confirm", WEB, "--case", "c-1"];
    let done = account.stanch(&[&arguments[..], &["--steps", "protect,isolate"]].concat());
    assert!(done.status.success(), "{}", said(&done));
    let mut console = console(&account, &["--write"]);
    console
        .wait_until("the case", |screen| screen.contains("case c-1 stands half done") && screen.contains("C opens it"));
    console.press("C");
    console.wait_until("its plan", |screen| screen.contains("compromised-instance") && screen.contains(" of 15 done"));
    arm(&mut console);
    assert_taken_back(&account, &before, &mut console);
}

#[test]
fn a_case_of_another_region_is_shown_and_cannot_be_acted_upon() {
    let account = Account::open(20.0);
    killed(&account, "CreateTags");
    let mut console = console(&account, &["--write", "--region", "eu-central-1"]);
    console.wait_text("Events ");
    console.press("c");
    console.wait_until("the interrupted case", |screen| {
        screen.contains("Interrupted cases (1)") && screen.contains("c-1")
    });
    assert!(console.screen().contains("--region eu-west-1"), "{}", console.screen());
    console.press("C");
    console.wait_text("which this console does not look at");
    assert!(!console.screen().contains("INTERRUPTED"));
    console.press("\x03");
    console.wait_end();
}
