//! The program itself: its scan, and its console in a pseudo-terminal.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::pty::Console;
use super::table::Table;
use super::{best, floor, ms};

/// Scans logs with the rules of a folder. The answer is the most memory that it
/// had, and the processor time that it used.
pub fn scan(logs: &Path, rules: &Path) -> (usize, Duration) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stanch"))
        .args(["scan", "--jsonl", "--no-builtin-rules", "--rules"])
        .arg(rules)
        .arg(logs)
        .env_clear()
        .env("HOME", std::env::temp_dir())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut peak, mut used) = (0, 0);
    loop {
        peak = peak.max(status(child.id(), "VmHWM:"));
        used = used.max(ticks(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "the scan failed");
            return (peak, Duration::from_millis(used * 10));
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// A figure of a process in bytes (proc(5)); 0 where the system does not tell.
pub fn status(id: u32, figure: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(figure));
    line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok()).unwrap_or(0) << 10
}

/// Processor time that a process has used, in hundredths of a second (proc(5)).
fn ticks(id: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let tick = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    tick(11) + tick(12)
}

/// The console's first frame. To be asked while this process is small: what it
/// starts begins as a copy of it.
pub fn start(table: &mut Table) {
    // The clock stops before the program is ended again.
    let once = |_| {
        // Nobody answers there: what is seen is there before any answer.
        let keys = [("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "x")];
        let arguments = ["--region", "eu-west-1", "--endpoint-url", "http://127.0.0.1:9"];
        let begun = Instant::now();
        let console = Console::start_with(&arguments, 200, 50, &keys);
        console.wait_text("READ-ONLY");
        begun.elapsed()
    };
    let first = (0..5).map(once).min().unwrap_or_default();
    table.add("start to first frame, live", ms(first), "", "50 ms", Some(first < Duration::from_millis(50)));
}

/// The console in a terminal of 200×50.
pub fn measure(table: &mut Table, many: &Path, events: usize) {
    let logs = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/invictus");
    let console = Console::start(&["open", logs], 200, 50);
    console.wait_text("574 of 2,900");
    console.wait_quiet(Duration::from_secs(2));
    let (sent, used) = (console.sent(), ticks(console.id()));
    thread::sleep(Duration::from_secs(10));
    let (sent, used) = (console.sent() - sent, ticks(console.id()) - used);
    let about = format!("{} ms of processor", used * 10);
    table.add("idle for 10 s", format!("{sent} bytes"), about, "0 frames, no CPU", Some(sent == 0 && used <= 1));
    drop(console);

    let files = floor::files(many);
    let floor = best(2, || floor::run(&files));
    let begun = Instant::now();
    let folder = many.to_string_lossy().into_owned();
    let mut console = Console::start(&["open", &folder], 200, 50);
    console.wait_until("first rows", |screen| screen.contains("▸"));
    table.add(format!("open {events} events: first rows"), ms(begun.elapsed()), "", "at once", None);
    let mut slowest = Duration::ZERO;
    let mut presses = 0;
    let loading = |screen: &str| screen.contains(" reading ");
    while loading(&console.screen()) {
        for (key, seen) in [(":", true), ("\x1b", false)] {
            let pressed = Instant::now();
            console.press(key);
            console.wait_until("the palette", |screen| {
                screen.contains("━ Do ━") == seen || screen.contains("┏ Do") == seen
            });
            slowest = slowest.max(pressed.elapsed());
        }
        presses += 1;
        thread::sleep(Duration::from_millis(50));
    }
    let loaded = begun.elapsed();
    table.add(
        "  keys meanwhile, slowest to its frame",
        ms(slowest),
        format!("{presses} times the palette and back"),
        "",
        None,
    );
    let times = loaded.as_secs_f64() / floor.as_secs_f64();
    table.add(
        "  all loaded, judged and shown",
        ms(loaded),
        format!("{times:.2} × floor"),
        "3 × floor",
        Some(times <= 3.0),
    );
    console.wait_quiet(Duration::from_millis(500));
    let memory = status(console.id(), "VmRSS:") >> 20;
    let peak = status(console.id(), "VmHWM:") >> 20;
    table.add("  memory", format!("{memory} MB"), format!("{peak} MB at most"), "450 MB", Some(memory < 450));
    // A release is smaller: it does not unwind, and what a benchmark runs must.
    let size = fs::metadata(env!("CARGO_BIN_EXE_stanch")).map_or(0, |about| about.len()) >> 20;
    table.add("the program, with tables for unwinding", format!("{size} MB"), "", "", None);
}
