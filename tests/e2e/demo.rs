//! The main job, by the keyboard alone, on the simulated account: see the worst
//! event, find its instance, contain it, see it verified, take it all back.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::pty::Console;

const RIGHT: &str = "\x1b[C";
const ENTER: &str = "\r";

/// The selected line that shows a text right of the marker.
fn selected<'a>(screen: &'a str, text: &str) -> Option<&'a str> {
    screen.lines().find(|line| line.split_once('▸').is_some_and(|(_, rest)| rest.contains(text)))
}

/// The journal of the one case that the console has kept.
fn journal(console: &Console) -> (PathBuf, Vec<Value>) {
    let cases = console.home().join("state/stanch/cases");
    let case = fs::read_dir(cases).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(case.join("journal.jsonl")).unwrap();
    (case, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// How many calls that set an interface's groups have been meant to leave.
fn swaps(entries: &[Value]) -> usize {
    let command =
        |entry: &&Value| entry["cli"].as_str().is_some_and(|cli| cli.contains("modify-network-interface-attribute"));
    entries.iter().filter(command).count()
}

/// Presses a key until a line with the text is selected, from the top as often
/// as need be: the account goes on while one looks, and a list grows above the selection.
fn select(console: &mut Console, key: &str, text: &str) {
    for _ in 0..12 {
        console.press("g");
        loop {
            let before =
                console.screen().lines().filter(|line| line.contains('▸')).map(str::to_owned).collect::<Vec<_>>();
            if console.comes_to(Duration::from_millis(300), |screen| selected(screen, text).is_some()) {
                return;
            }
            console.press(key);
            let moved =
                |screen: &str| !screen.lines().filter(|line| line.contains('▸')).eq(before.iter().map(String::as_str));
            if !console.comes_to(Duration::from_secs(2), moved) {
                break;
            }
        }
    }
    panic!("no line with {text} can be selected:\n{}", console.screen());
}

/// Waits until the open plan takes keys again: nothing of it runs.
fn at_rest(console: &Console) {
    console.wait_until("a plan at rest", |screen| screen.contains("enter run  u undo") && !screen.contains("RUNNING"));
}

/// The open plan says that all of its steps are done.
fn all_done(screen: &str) -> bool {
    let mut words = screen.split_whitespace();
    // `15 of 15 done`
    let mut last = [""; 3];
    words.any(|word| {
        let done = word == "done" && last[1] == "of" && last[0] == last[2] && last[0].parse::<usize>().is_ok();
        last = [last[1], last[2], word];
        done
    })
}

/// Goes through the open plan: each group of steps is run, each question answered.
fn go_through(console: &mut Console) {
    for _ in 0..24 {
        at_rest(console);
        if all_done(&console.screen()) {
            return;
        }
        console.press(ENTER);
        console.wait_until("a question", |screen| {
            screen.contains("[ Run ]") || screen.contains("What was done or decided?") || all_done(screen)
        });
        let screen = console.screen();
        if screen.contains("[ Run ]") {
            console.press(RIGHT);
            console.press(ENTER);
            console.wait_until("the run begun", |screen| !screen.contains("[ Run ]"));
        } else if screen.contains("What was done or decided?") {
            console.press("seen to");
            console.press(ENTER);
            console.wait_until("the note taken", |screen| !screen.contains("What was done or decided?"));
        }
    }
    panic!("the plan does not come to its end:\n{}", console.screen());
}

#[test]
fn the_worst_event_is_found_its_instance_contained_and_given_back() {
    let mut console = Console::start(&["demo", "--seed", "7", "--speed", "20"], 170, 50);
    console.wait_text("CRIT");
    select(&mut console, "f", "CRIT");
    console.wait_text("Instance i-06779328010548007");
    console.press("r");
    console.wait_text("compromised-instance");
    select(&mut console, "j", "compromised-instance");
    console.press(ENTER);
    console.wait_text("compromised-instance  i-06779328010548007 web-7  PLAN, nothing done yet");
    assert!(console.screen().contains("READ-ONLY"));

    console.press("W");
    console.wait_text("type the account's id or alias");
    console.press("acme-prod");
    console.press(ENTER);
    console.wait_text("ARMED 111122223333");
    go_through(&mut console);

    let (case, entries) = journal(&console);
    let kinds = |kind: &str| entries.iter().filter(|entry| entry["kind"] == kind).count();
    assert!(kinds("intent") > 6 && kinds("intent") == kinds("outcome"), "{} {}", kinds("intent"), kinds("outcome"));
    assert_eq!(swaps(&entries), 2, "each interface is isolated");
    assert!(fs::read_dir(case.join("evidence")).unwrap().count() >= 9);

    console.press("u");
    console.wait_text("[ Undo ]");
    console.press(RIGHT);
    console.press(ENTER);
    console.wait_until("the undo begun", |screen| !screen.contains("[ Undo ]"));
    at_rest(&console);
    console.wait_text("6 undone");
    let (case, entries) = journal(&console);
    assert_eq!(swaps(&entries), 4, "and given its groups back");
    let left = |name: &str| entries.iter().any(|entry| entry["cli"].as_str().is_some_and(|cli| cli.contains(name)));
    assert!(left("autoscaling enter-standby") && left("autoscaling exit-standby"), "it serves its group again");

    console.press("\x03");
    console.wait_end();
    console.assert_restored();
    let verified = Command::new(env!("CARGO_BIN_EXE_stanch")).args(["cases", "verify"]).arg(&case).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}
