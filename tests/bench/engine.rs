//! How fast the event engine is, against a floor in the same run.
//!
//! `cargo bench --bench engine` makes logs of 200,000 events and measures;
//! `cargo bench --bench engine -- EVENTS` takes another number of events;
//! `cargo bench --bench engine -- generate FOLDER EVENTS [gzip]` only makes logs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock, prints, and may fail loudly"
)]

mod generate;

use std::fs;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use rayon::prelude::*;
use stanch::recorded::{Input, Options, Seen, Visitor, load, visit};
use stanch::trail::query::Query;
use stanch::trail::timeline::Timeline;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["generate", folder, events, rest @ ..] => {
            let bytes = generate::generate(Path::new(folder), events.parse().unwrap(), 1, rest == ["gzip"]).unwrap();
            println!("{events} events, {} MB before compression, in {folder}", bytes >> 20);
        }
        [] => measure(200_000),
        [events] => measure(events.parse().expect("a number of events")),
        _ => println!("engine [EVENTS] | engine generate FOLDER EVENTS [gzip]"),
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

fn measure(events: usize) {
    let folder = std::env::temp_dir().join(format!("stanch-bench-{}", std::process::id()));
    let (plain, gzip) = (folder.join("plain"), folder.join("gzip"));
    let bytes = generate::generate(&plain, events, 1, false).unwrap();
    generate::generate(&gzip, events, 1, true).unwrap();
    println!(
        "{events} events, {} MB plain, {} cores",
        bytes >> 20,
        std::thread::available_parallelism().map_or(1, usize::from)
    );
    println!("{:<52} {:>10} {:>8}", "", "time", "floor ×");
    for (name, folder) in [("plain", &plain), ("gzip", &gzip)] {
        let files = files(folder);
        let floor = best(3, || floor(&files));
        row(&format!("{name}: floor, read and typed parse"), floor, floor);
        let all = Options::default();
        let input = [Input::Path(folder.clone())];
        let decode = best(3, || {
            visit(&input, &all, Counting::<true>::default, &mut |_| ControlFlow::Continue(())).unwrap();
        });
        row(&format!("{name}: decode all fields"), decode, floor);
        let heads = best(3, || {
            visit(&input, &all, Counting::<false>::default, &mut |_| ControlFlow::Continue(())).unwrap();
        });
        row(&format!("{name}: decode without ids"), heads, floor);
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
        row(&format!("{name}: open as a Timeline"), open, floor);
        row(&format!("{name}:   its first rows"), first, floor);
    }
    timeline(&gzip, events);
    fs::remove_dir_all(&folder).unwrap();
}

/// What is asked of a Timeline once it is open.
fn timeline(folder: &Path, events: usize) {
    let before = resident();
    let mut timeline = Timeline::default();
    load(&[Input::Path(folder.to_path_buf())], &Options::default(), &mut |progress| {
        progress.output.map(|batch| timeline.append(batch));
        ControlFlow::Continue(())
    })
    .unwrap();
    println!(
        "memory of the Timeline: {} MB counted, {} MB resident",
        timeline.weight() >> 20,
        resident().saturating_sub(before) >> 20
    );
    let now: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
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
        println!("filter {text:<45} {time:>10.2?} {found:>8}");
    }
    let query = Query::parse("raw:AccessDenied", now, None).unwrap();
    let mut found = 0;
    let raw = best(1, || {
        found = query.select_raw(&timeline, now, &AtomicUsize::new(0), &AtomicBool::new(false)).slots.len();
    });
    println!("search of all raw records{:<27} {raw:>10.2?} {found:>8}", "");
    let snapshot = best(5, || drop(timeline.clone()));
    println!("snapshot{:<44} {snapshot:>10.2?}", "");
    let late: Vec<String> = generate::templates()
        .into_iter()
        .take(50)
        .map(|record| record.replace("\"eventID\":\"", "\"eventID\":\"late-").replace("2023-07-10T", "2026-11-01T"))
        .collect();
    let held = timeline.clone();
    let begun = Instant::now();
    assert_eq!(timeline.ingest(late, None).added.len(), 50);
    println!("a page of 50 late events, while a snapshot is held   {:>10.2?}", begun.elapsed());
    assert_eq!(held.len(), events);
}

/// Reading, unpacking and a typed parse of some fields, on all cores.
fn floor(files: &[PathBuf]) {
    #[derive(serde::Deserialize)]
    struct Log<'a> {
        #[serde(borrow, rename = "Records")]
        records: Vec<Record<'a>>,
    }
    #[derive(serde::Deserialize)]
    #[expect(dead_code, reason = "the floor parses and uses nothing")]
    #[serde(rename_all = "camelCase")]
    struct Record<'a> {
        #[serde(rename = "eventID")]
        event_id: &'a str,
        event_time: &'a str,
        event_name: &'a str,
        event_source: &'a str,
        aws_region: &'a str,
    }
    files.par_iter().for_each(|file| {
        let mut bytes = fs::read(file).unwrap();
        if file.extension().is_some_and(|ending| ending == "gz") {
            let mut plain = Vec::with_capacity(bytes.len() * 12);
            MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap();
            bytes = plain;
        }
        let log: Log<'_> = serde_json::from_slice(&bytes).unwrap();
        std::hint::black_box(log.records.len());
    });
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
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

fn row(name: &str, time: Duration, floor: Duration) {
    println!("{name:<52} {time:>10.2?} {:>8.2}", time.as_secs_f64() / floor.as_secs_f64());
}

/// Resident memory of this process in bytes; 0 where the system does not tell.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok()).unwrap_or(0) << 10
}
