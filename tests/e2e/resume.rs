//! A console that is killed in the middle of a containment: the next one finds
//! the case, says what is true, and goes on or back, by the keyboard alone.

use stanch::sim::{Effect, Fault};

use crate::account::{Account, WEB, lines, said};
use crate::pty::Console;

const RIGHT: &str = "\x1b[C";
const ENTER: &str = "\r";

/// Begins the containment and kills it when so many intents are in the journal.
fn killed(account: &Account, intents: usize) {
    account.sim.inject(Fault { milliseconds: 60, ..Fault::on("*", "*", Effect::Latency) });
    let arguments = ["remediate", "compromised-instance", WEB, "--execute", "--confirm", WEB, "--case", "c-1"];
    let mut child = account.command(&arguments).spawn().unwrap();
    let journal = account.cases().join("c-1/journal.jsonl");
    let begun = || std::fs::read_to_string(&journal).unwrap_or_default().matches("\"kind\":\"intent\"").count();
    while begun() < intents {
        assert!(child.try_wait().unwrap().is_none(), "it came to its end");
        std::thread::sleep(std::time::Duration::from_micros(200));
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
fn the_next_console_finds_the_case_says_the_truth_and_completes_and_undoes_it() {
    let account = Account::open(20.0);
    killed(&account, 7);
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
    console.wait_text("INTERRUPTED");

    console.press("W");
    console.wait_text("type the account's id or alias");
    console.press("111122223333");
    console.press(ENTER);
    console.wait_text("ARMED 111122223333");
    for _ in 0..12 {
        console.wait_until("a plan at rest", |screen| !screen.contains("RUNNING"));
        if !console.screen().contains("INTERRUPTED") && console.screen().contains("11 of 11 done") {
            break;
        }
        console.press(ENTER);
        console.wait_until("a question", |screen| {
            screen.contains("[ Run ]") || screen.contains("What was done") || screen.contains("11 of 11 done")
        });
        if console.screen().contains("[ Run ]") {
            console.press(RIGHT);
            console.press(ENTER);
            console.wait_until("the run begun", |screen| !screen.contains("[ Run ]"));
        } else if console.screen().contains("What was done") {
            console.press("seen to");
            console.press(ENTER);
            console.wait_until("the note taken", |screen| !screen.contains("What was done"));
        }
    }
    console.wait_text("11 of 11 done");

    // One step alone is taken back, then the rest.
    let from = account.so_far();
    console.press("G");
    for _ in 0..20 {
        if console.screen().lines().any(|line| line.contains('▸') && line.contains("Isolate the network")) {
            break;
        }
        console.press("k");
        console.comes_to(std::time::Duration::from_millis(200), |_| false);
    }
    console.press("U");
    console.wait_text("Undo 1 step?");
    console.press(RIGHT);
    console.press(ENTER);
    console.wait_until("one step undone", |screen| screen.contains("1 undone") && !screen.contains("RUNNING"));
    assert!(
        account.writes(from).iter().all(|one| {
            one.starts_with("ModifyNetworkInterfaceAttribute") || one.starts_with("DeleteSecurityGroup")
        }),
        "{:?}",
        account.writes(from)
    );
    console.press("u");
    console.wait_text("[ Undo ]");
    console.press(RIGHT);
    console.press(ENTER);
    console.wait_until("all undone", |screen| screen.contains("5 undone") && !screen.contains("RUNNING"));
    console.press("\x03");
    console.wait_end();
    let verified = account.stanch(&["cases", "verify", "c-1"]);
    assert!(verified.status.success(), "{}", said(&verified));
}

#[test]
fn a_case_of_another_region_is_shown_and_cannot_be_acted_upon() {
    let account = Account::open(20.0);
    killed(&account, 3);
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
