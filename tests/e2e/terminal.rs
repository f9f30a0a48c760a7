//! The terminal is taken and given back whole.

use std::time::Duration;

use crate::pty::Console;

const LOGS: &[&str] = &["open", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/invictus")];

#[test]
fn a_terminate_signal_gives_the_terminal_back() {
    let mut console = Console::start(LOGS, 120, 40);
    console.wait_text("574 of 2,900");
    console.signal("TERM");
    console.wait_end();
    console.assert_restored();
}

#[test]
fn a_hang_up_ends_the_program() {
    let mut console = Console::start(LOGS, 120, 40);
    console.wait_text("574 of 2,900");
    console.signal("HUP");
    console.wait_end();
    console.assert_restored();
}

#[test]
fn a_panic_in_a_task_gives_the_terminal_back_and_says_so() {
    let mut console = Console::start_with(LOGS, 120, 40, &[("STANCH_PANIC", "1")]);
    let status = console.wait_end();
    assert!(!status.success());
    console.assert_restored();
    console.wait_said("panicked");
}

#[test]
fn suspending_gives_the_terminal_back_until_it_is_continued() {
    let mut console = Console::start(LOGS, 120, 40);
    console.wait_text("574 of 2,900");
    console.press("\x1a");
    console.wait_stopped();
    console.assert_restored();
    console.signal("CONT");
    console.wait_text("574 of 2,900");
    console.press("q");
    assert!(console.wait_end().success());
    console.assert_restored();
}

#[test]
fn a_smaller_terminal_is_drawn_anew() {
    let mut console = Console::start(LOGS, 160, 50);
    console.wait_text("2,900");
    console.resize(80, 24);
    console.wait_until("one pane of 80 columns", |screen| {
        screen.contains("2,900") && screen.lines().all(|line| line.chars().count() <= 80)
    });
    console.resize(20, 5);
    console.wait_until("a plain word on the size", |screen| screen.contains("60"));
    console.resize(120, 40);
    console.wait_text("574 of 2,900");
}

#[test]
fn a_pipe_in_the_place_of_a_terminal_is_told_what_works_there() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_stanch")).args(LOGS).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("not a terminal") && said.contains("stanch events"), "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_key_press_sends_little() {
    let mut console = Console::start(LOGS, 200, 50);
    console.wait_text("574 of 2,900");
    // What the rules found has been marked too: the load is over.
    console.wait_until("the whole load", |screen| !screen.contains(" reading "));
    console.wait_quiet(Duration::from_secs(2));
    for _ in 0..5 {
        let before = console.sent();
        console.press("j");
        console.wait_sent(before);
        console.wait_quiet(Duration::from_millis(300));
        let sent = console.sent() - before;
        assert!(sent > 0 && sent < 2048, "{sent} bytes for one key");
    }
}
