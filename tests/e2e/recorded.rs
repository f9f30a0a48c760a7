//! The console on recorded logs.

use crate::pty::Console;

const LOGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/invictus");

#[test]
fn recorded_logs_are_opened_and_every_event_is_there() {
    let mut console = Console::start(&["open", LOGS], 120, 40);
    console.wait_text("574 of 2,900");
    console.press("m");
    console.wait_until("reads and writes alike", |screen| screen.contains("2,900") && !screen.contains("574 of"));
    console.press("q");
    assert!(console.wait_end().success());
    console.assert_restored();
}
