//! The main job, by the keyboard alone, on the simulated account: see the worst
//! event, find its instance, contain it, see it verified, take it all back.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::hands::{ENTER, arm, go_through, select, take_back, worst_alone};
use crate::pty::Console;

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

#[test]
fn the_worst_event_is_found_its_instance_contained_and_given_back() {
    let mut console = Console::start(&["demo", "--seed", "7", "--speed", "20"], 170, 50);
    console.wait_text("CRIT");
    worst_alone(&mut console);
    console.wait_text("Instance i-06779328010548007  web-7");
    console.press("r");
    console.wait_text("compromised-instance");
    select(&mut console, "j", "compromised-instance");
    console.press(ENTER);
    console.wait_text("compromised-instance  i-06779328010548007 web-7  PLAN, nothing done yet");
    assert!(console.screen().contains("READ-ONLY"));

    arm(&mut console);
    go_through(&mut console);

    let (case, entries) = journal(&console);
    let kinds = |kind: &str| entries.iter().filter(|entry| entry["kind"] == kind).count();
    assert!(kinds("intent") > 6 && kinds("intent") == kinds("outcome"), "{} {}", kinds("intent"), kinds("outcome"));
    assert_eq!(swaps(&entries), 2, "each interface is isolated");
    assert!(fs::read_dir(case.join("evidence")).unwrap().count() >= 9);

    take_back(&mut console);
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
