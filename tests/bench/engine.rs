//! How fast the program is, each figure beside its yardstick in the same run.
//!
//! `cargo bench --bench engine` makes logs of 200,000 events and measures the
//! event engine; the console and the program itself are measured on 1,000,000.
//! `cargo bench --bench engine -- EVENTS` takes another number for all;
//! `cargo bench --bench engine -- generate FOLDER EVENTS [gzip]` only makes logs,
//! and `-- rules FOLDER COUNT` rules.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock, prints, and may fail loudly"
)]

mod console;
mod fleet;
mod floor;
mod generate;
mod program;
#[path = "../e2e/pty.rs"]
#[expect(dead_code, reason = "the benchmark needs a part of what the end-to-end tests do")]
mod pty;
mod rules;
mod table;

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use stanch::recorded::{Input, Options, Seen, Visitor, load, visit};
use stanch::trail::query::Query;
use stanch::trail::timeline::Timeline;
use table::Table;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["generate", folder, events, rest @ ..] => {
            let bytes = generate::generate(Path::new(folder), events.parse().unwrap(), 1, rest == ["gzip"]).unwrap();
            println!("{events} events, {} MB before compression, in {folder}", bytes >> 20);
        }
        ["rules", folder, count] => rules::generate(Path::new(folder), count.parse().unwrap()).unwrap(),
        [] => measure(200_000, 1_000_000),
        [events] => {
            let events = events.parse().expect("a number of events");
            measure(events, events);
        }
        _ => println!("engine [EVENTS] | engine generate FOLDER EVENTS [gzip] | engine rules FOLDER COUNT"),
    }
}

/// Sees records and keeps nothing; with the ids in parameters and answers, or without.
#[derive(Default)]
struct Counting<const IDS: bool>(usize);

impl<const IDS: bool> Visitor for Counting<IDS> {
    type Output = usize;

    const KEEPS_RAW: bool = false;
    const NEEDS_IDS: bool = IDS;

    fn see(&mut self, _: Seen<'_>) {
        self.0 += 1;
    }

    fn waiting(&self) -> usize {
        self.0
    }

    fn take(&mut self) -> usize {
        std::mem::take(&mut self.0)
    }
}

fn measure(events: usize, many: usize) {
    let mut table = Table::default();
    program::start(&mut table);
    let folder = std::env::temp_dir().join(format!("stanch-bench-{}", std::process::id()));
    let (plain, gzip) = (folder.join("plain"), folder.join("gzip"));
    let bytes = generate::generate(&plain, events, 1, false).unwrap();
    generate::generate(&gzip, events, 1, true).unwrap();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{events} events, {} MB plain, {cores} cores\n", bytes >> 20);
    let mut floors = Vec::new();
    for (name, folder) in [("plain", &plain), ("gzip", &gzip)] {
        let floor = engine(&mut table, name, folder, events);
        floors.push(floor);
    }
    scans(&mut table, &gzip, &folder, floors[1], events);
    let big = folder.join("many");
    if many == events {
        fs::rename(&gzip, &big).unwrap();
    } else {
        fs::remove_dir_all(&plain).unwrap();
        generate::generate(&big, many, 1, true).unwrap();
    }
    timeline(&mut table, &big, many);
    console::measure(&mut table, &big, many);
    fleet::measure(&mut table);
    program::measure(&mut table, &big, many);
    fs::remove_dir_all(&folder).unwrap();
    table.print();
}

/// Decoding and opening, against the floor.
fn engine(table: &mut Table, name: &str, folder: &Path, events: usize) -> Duration {
    let files = floor::files(folder);
    let floor = best(3, || floor::run(&files));
    table.add(format!("{name}: floor, unpack and typed parse on all cores"), ms(floor), "", "", None);
    let all = Options::default();
    let input = [Input::Path(folder.to_path_buf())];
    let times = |time: Duration| format!("{:.2} × floor", time.as_secs_f64() / floor.as_secs_f64());
    let decode = best(3, || {
        visit(&input, &all, Counting::<true>::default, &mut |_| ControlFlow::Continue(())).unwrap();
    });
    table.add(format!("{name}: decode, all fields"), ms(decode), times(decode), "", None);
    let heads = best(3, || {
        visit(&input, &all, Counting::<false>::default, &mut |_| ControlFlow::Continue(())).unwrap();
    });
    table.add(format!("{name}: decode without ids"), ms(heads), times(heads), "", None);
    let mut first = Duration::ZERO;
    let open = best(3, || {
        first = Duration::ZERO;
        let begun = Instant::now();
        let mut timeline = Timeline::default();
        load(&input, &all, &mut |progress| {
            if let Some(batch) = progress.output {
                timeline.append(batch);
                if first.is_zero() {
                    first = begun.elapsed();
                }
            }
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(timeline.len(), events);
    });
    table.add(format!("{name}: open as a Timeline"), ms(open), times(open), "3 × floor", Some(open <= floor * 3));
    table.add(format!("{name}: its first rows"), ms(first), "", "at once", None);
    floor
}

/// The program's own scan, with rules made for it.
fn scans(table: &mut Table, logs: &Path, folder: &Path, floor: Duration, events: usize) {
    // Suzaku 2.0 took 5.5 s with 57 rules and 23.7 s with 772, over 200,000 events on a
    // machine whose floor was 0.18 s (published with this project's figures): so many
    // floors an event is what it is compared by here.
    let suzaku = |seconds: f64| floor.mul_f64(seconds / 0.18);
    // Processor time is compared: other programs take none of it.
    let mut none = Duration::ZERO;
    for (count, theirs, must) in [(0, 0.0, 0.0), (57, 5.5, 15.0), (772, 23.7, 50.0)] {
        let rules = folder.join(format!("rules-{count}"));
        rules::generate(&rules, count).unwrap();
        let (mut peak, mut used) = (0, Duration::MAX);
        let time = best(3, || {
            let (memory, processor) = program::scan(logs, &rules);
            peak = memory.max(peak);
            used = processor.min(used);
        });
        let memory = format!("{} of processor, {} MB", ms(used), peak >> 20);
        if count == 0 {
            none = used;
            table.add("scan with a rule that nothing can match", ms(time), memory, "", None);
            continue;
        }
        let faster = suzaku(theirs).as_secs_f64() / time.as_secs_f64();
        let about = format!("{faster:.0} × Suzaku's published; {memory}");
        let what = format!("scan with {count} rules, {events} events");
        table.add(what, ms(time), about, format!("{must} ×"), Some(faster >= must));
        if count == 772 {
            let more = used.as_secs_f64() / none.as_secs_f64();
            table.add("  against no rule, processor time", format!("{more:.2} ×"), "", "1.5 ×", Some(more < 1.5));
        }
    }
}

/// What is asked of a Timeline once it is open.
fn timeline(table: &mut Table, folder: &Path, events: usize) {
    let before = resident();
    let mut timeline = Timeline::default();
    load(&[Input::Path(folder.to_path_buf())], &Options::default(), &mut |progress| {
        progress.output.map(|batch| timeline.append(batch));
        ControlFlow::Continue(())
    })
    .unwrap();
    let counted = timeline.weight() >> 20;
    let grown = resident().saturating_sub(before) >> 20;
    table.add(format!("Timeline of {events} events"), format!("{counted} MB"), format!("{grown} MB grown"), "", None);
    let now: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
    let mut slowest = Duration::ZERO;
    for text in [
        "event:RunInstances",
        "is:write",
        "e",
        "i-0",
        "actor:benjamin -is:read source:ec2",
        "ip:10.0.0.0/8|192.168.0.0/16",
        "resource:*0f*",
        "user:b* error:* after:2026-11-01T01:00Z",
    ] {
        let query = Query::parse(text, now, None).unwrap();
        let mut found = 0;
        let time = best(5, || found = query.select(&timeline, now).len());
        slowest = slowest.max(time);
        table.add(format!("filter {text}"), ms(time), format!("{found} found"), "", None);
    }
    table.add("slowest of these filters", ms(slowest), "", "50 ms", Some(slowest < Duration::from_millis(50)));
    let query = Query::parse("raw:AccessDenied", now, None).unwrap();
    let mut found = 0;
    let raw = best(1, || {
        found = query.select_raw(&timeline, now, &AtomicUsize::new(0), &AtomicBool::new(false)).slots.len();
    });
    table.add("search of all raw records, in the background", ms(raw), format!("{found} found"), "", None);
    let snapshot = best(5, || drop(timeline.clone()));
    table.add("snapshot", ms(snapshot), "", "", None);
    let late: Vec<String> = generate::templates()
        .into_iter()
        .take(50)
        .map(|record| record.replace("\"eventID\":\"", "\"eventID\":\"late-").replace("2023-07-10T", "2026-11-01T"))
        .collect();
    let held = timeline.clone();
    let begun = Instant::now();
    assert_eq!(timeline.ingest(late, None).added.len(), 50);
    table.add("a page of 50 late events, while a snapshot is held", ms(begun.elapsed()), "", "", None);
    assert_eq!(held.len(), events);
}

/// The best time of several runs.
fn best(runs: usize, mut work: impl FnMut()) -> Duration {
    let time = |()| {
        let begun = Instant::now();
        work();
        begun.elapsed()
    };
    std::iter::repeat_n((), runs).map(time).min().unwrap_or_default()
}

/// Milliseconds, with as many digits as tell something.
fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    match ms {
        _ if ms >= 100.0 => format!("{ms:.0} ms"),
        _ if ms >= 1.0 => format!("{ms:.1} ms"),
        _ => format!("{ms:.3} ms"),
    }
}

/// Resident memory of this process in bytes; 0 where the system does not tell.
fn resident() -> usize {
    program::status(std::process::id(), "VmRSS:")
}
