//! What a person does with an open console: select, go through a plan, take it back.

#![expect(clippy::panic, reason = "a helper of tests: what cannot go on fails the test")]

use std::time::Duration;

use crate::pty::Console;

pub const RIGHT: &str = "\x1b[C";
pub const ENTER: &str = "\r";

/// The selected line that shows a text right of the marker.
fn selected<'a>(screen: &'a str, text: &str) -> Option<&'a str> {
    screen.lines().find(|line| line.split_once('▸').is_some_and(|(_, rest)| rest.contains(text)))
}

/// Presses a key until a line with the text is selected, from the top as often
/// as need be: the account goes on while one looks, and a list grows above the selection.
pub fn select(console: &mut Console, key: &str, text: &str) {
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

/// Filters for the worst alone: what arrives later does not take its place at the top.
pub fn worst_alone(console: &mut Console) {
    console.press("/");
    console.wait_text("enter keep");
    console.press("sev>=critical");
    console.press(ENTER);
    console.wait_until("the worst event alone", |screen| selected(screen, "CRIT").is_some());
}

/// Waits until the open plan takes keys again: nothing of it runs.
pub fn at_rest(console: &Console) {
    console.wait_until("a plan at rest", |screen| {
        (screen.contains("enter run  u undo") || screen.contains("enter complete  u undo"))
            && !screen.contains("RUNNING")
    });
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
pub fn go_through(console: &mut Console) {
    for _ in 0..24 {
        at_rest(console);
        if all_done(&console.screen()) {
            return;
        }
        console.press(ENTER);
        console.wait_until("a question", |screen| {
            ["[ Run ]", "What was done or decided?", "Why it is done"].iter().any(|asked| screen.contains(asked))
                || all_done(screen)
        });
        if console.screen().contains("Why it is done") {
            // Nothing is said of it: the consent follows.
            console.press(ENTER);
            console.press(ENTER);
            console.wait_until("the consent", |screen| !screen.contains("Why it is done"));
            console.wait_until("a question", |screen| {
                screen.contains("[ Run ]") || screen.contains("What was done or decided?")
            });
        }
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

/// Arms the open plan's Scope: types the account's alias.
pub fn arm(console: &mut Console) {
    console.press("W");
    console.wait_text("type the account's id or alias");
    console.press("acme-prod");
    console.press(ENTER);
    console.wait_text("ARMED 111122223333");
}

/// Takes everything back and waits until that is over.
pub fn take_back(console: &mut Console) {
    console.press("u");
    console.wait_text("[ Undo ]");
    console.press(RIGHT);
    console.press(ENTER);
    console.wait_until("the undo begun", |screen| !screen.contains("[ Undo ]"));
    at_rest(console);
}
