//! The main job, by the keyboard alone, on the simulated account: see the worst
//! event, find its instance, contain it, see it verified, take it all back.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::hands::{ENTER, RIGHT, arm, at_rest, go_through, select, take_back, worst_alone};
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

const WHY: &str = "paged: user data replaced";

/// Says why the open plan is carried out.
fn say_why(console: &mut Console) {
    console.press("w");
    console.wait_text("Why it is done");
    console.press(WHY);
    console.press(ENTER);
    console.press("INC-4711");
    console.press(ENTER);
    console.wait_until("the plan again", |screen| !screen.contains("Why it is done"));
}

/// Gives the address that the open plan's step denies, once wrong and once right.
fn choose_the_address(console: &mut Console) {
    select(console, "j", "Deny the attacker's address");
    console.press("e");
    console.wait_text("What is left to choose");
    console.press("\x15");
    console.press("nowhere");
    console.press(ENTER);
    console.wait_text("'nowhere' is no address");
    console.press("\x15");
    console.press("198.51.100.0/24");
    console.press(ENTER);
    console.wait_text("is bound anew");
}

/// Runs the selected step alone.
fn run_selected(console: &mut Console) {
    console.press("n");
    console.wait_text("[ Run ]");
    console.press(RIGHT);
    console.press(ENTER);
    console.wait_until("the run begun", |screen| !screen.contains("[ Run ]"));
    at_rest(console);
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

    say_why(&mut console);
    choose_the_address(&mut console);
    arm(&mut console);
    go_through(&mut console);

    let (case, entries) = journal(&console);
    let plan = &entries.iter().rev().find(|entry| entry["kind"] == "plan").unwrap()["data"];
    assert_eq!((plan["reason"].as_str(), plan["ticket"].as_str()), (Some(WHY), Some("INC-4711")));
    assert_eq!(plan["choices"]["deny.address"], "198.51.100.0/24");
    let ran = |words: &[&str]| {
        let mut commands = entries.iter().filter_map(|entry| entry["cli"].as_str());
        commands.any(|cli| words.iter().all(|word| cli.contains(word)))
    };
    assert!(ran(&["create-tags", "stanch:ticket", "INC-4711"]), "the ticket is on the instance");
    let kinds = |kind: &str| entries.iter().filter(|entry| entry["kind"] == kind).count();
    assert!(kinds("intent") > 6 && kinds("intent") == kinds("outcome"), "{} {}", kinds("intent"), kinds("outcome"));
    assert_eq!(swaps(&entries), 2, "each interface is isolated");
    assert!(fs::read_dir(case.join("evidence")).unwrap().count() >= 9);

    select(&mut console, "j", "Deny the attacker's address");
    run_selected(&mut console);
    take_back(&mut console);
    console.wait_text("7 undone");
    let (case, entries) = journal(&console);
    assert_eq!(swaps(&entries), 4, "and given its groups back");
    let left = |name: &str| entries.iter().any(|entry| entry["cli"].as_str().is_some_and(|cli| cli.contains(name)));
    let denied = |entry: &&Value| {
        entry["cli"].as_str().is_some_and(|cli| cli.contains("acl-entry") && cli.contains("198.51.100.0/24"))
    };
    assert_eq!(entries.iter().filter(denied).count(), 4, "the address that was given is denied both ways in two ACLs");
    assert!(left("autoscaling enter-standby") && left("autoscaling exit-standby"), "it serves its group again");

    console.press("\x03");
    console.wait_end();
    console.assert_restored();
    let verified = Command::new(env!("CARGO_BIN_EXE_stanch")).args(["cases", "verify"]).arg(&case).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}
