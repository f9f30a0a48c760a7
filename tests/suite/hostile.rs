//! Logs that were made to break a reader, through the program itself: each ends
//! in an error or in nothing, within bounded memory. `STANCH_HOSTILE_MB` makes
//! the long ones longer: 1024 for a gigabyte.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

const RECORD: &str = r#"{"eventVersion":"1.11","eventTime":"2026-11-24T10:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"StopInstances","awsRegion":"eu-west-1","recipientAccountId":"123456789012","eventID":"00000000-0000-4000-8000-00000000000X"}"#;

/// The most memory that any of these may take: the pieces under way, on all cores.
const MOST: usize = 400 << 20;

/// What became of a run.
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
    peak: usize,
}

/// Runs the program over a log, and watches its memory.
fn read(command: &[&str], log: &Path) -> Run {
    let home = TempDir::new().unwrap();
    let (out, err) = (home.path().join("out"), home.path().join("err"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_stanch"))
        .args(command)
        .arg(log)
        .env_clear()
        .env("HOME", home.path())
        .stdin(Stdio::null())
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let mut peak = 0;
    let status = loop {
        let about = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = about.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok()).unwrap_or(0) << 10;
        peak = peak.max(now);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::yield_now();
    };
    let text = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    Run { code: status.code(), out: text(&out), err: text(&err), peak }
}

fn megabytes() -> u64 {
    std::env::var("STANCH_HOSTILE_MB").ok().and_then(|text| text.parse().ok()).unwrap_or(48)
}

fn log(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

const EVENTS: [&str; 3] = ["events", "--jsonl", "--from"];
const SCAN: [&str; 2] = ["scan", "--jsonl"];

/// The record before and the one behind the damage are read, or the damage is
/// said; the program ends by itself either way, and has not grown.
#[track_caller]
fn survives(log: &Path, events: usize) {
    for command in [&EVENTS[..], &SCAN] {
        let run = ends(command, log);
        assert!(run.err.contains(log.file_name().unwrap().to_str().unwrap()), "{command:?} says nothing: {}", run.err);
        if command == EVENTS {
            assert_eq!(run.out.lines().count(), events, "{}", run.err);
        }
    }
}

/// It ends by itself, and has not grown.
#[track_caller]
fn ends(command: &[&str], log: &Path) -> Run {
    let run = read(command, log);
    assert!(matches!(run.code, Some(0 | 1)), "{command:?} ended with {:?}: {}", run.code, run.err);
    assert!(run.peak < MOST, "{command:?} took {} MB", run.peak >> 20);
    run
}

#[test]
fn json_that_is_nested_ten_megabytes_deep_is_one_broken_record() {
    let folder = TempDir::new().unwrap();
    let deep = |open: &str, close: &str, times: usize| format!("{}1{}", open.repeat(times), close.repeat(times));
    let lists = deep("[", "]", 5 << 20);
    survives(&log(&folder, "lists.json", lists.as_bytes()), 0);
    let unclosed = "[".repeat(10 << 20);
    survives(&log(&folder, "unclosed.json", unclosed.as_bytes()), 0);
    let within =
        RECORD.replace("\"eventID\"", &format!("\"requestParameters\":{},\"eventID\"", deep("{\"a\":", "}", 1 << 20)));
    let log_of = |middle: &str| {
        let [first, last] = ["1", "2"].map(|n| RECORD.replace('X', n));
        format!("{{\"Records\":[{first},{middle},{last}]}}")
    };
    let objects = log(&folder, "objects.json", log_of(&within).as_bytes());
    let run = ends(&EVENTS, &objects);
    assert!(run.err.contains("recursion limit"), "{}", run.err);
    assert_eq!(run.out.lines().count(), 2);
    // A scan reads no parameters that no rule asks for, so it judges that record too.
    ends(&SCAN, &objects);
}

#[test]
fn one_line_without_end_is_broken_within_bounded_memory() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("line.json");
    let mut file = File::create(&path).unwrap();
    // Zeroes in a string, on no disk: the file has a hole.
    write!(file, "{{\"Records\":[{},{{\"x\":\"", RECORD.replace('X', "1")).unwrap();
    file.seek(SeekFrom::Current((megabytes() << 20) as i64)).unwrap();
    write!(file, "\"}},{}]}}", RECORD.replace('X', "2")).unwrap();
    drop(file);
    survives(&path, 2);
}

#[test]
fn bytes_that_are_no_text_cost_the_record_that_they_stand_in() {
    let folder = TempDir::new().unwrap();
    let mut bytes = format!("{{\"Records\":[{},", RECORD.replace('X', "1")).into_bytes();
    bytes.extend_from_slice(RECORD.replace("StopInstances", "Stop\u{1}").as_bytes());
    let at = bytes.len() - 30;
    bytes[at] = 0xff;
    bytes.extend_from_slice(format!(",{}]}}", RECORD.replace('X', "2")).as_bytes());
    survives(&log(&folder, "bytes.json", &bytes), 2);
}

#[test]
fn a_gzip_that_breaks_off_and_bombs_of_either_packing_are_named() {
    let folder = TempDir::new().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let records: Vec<String> = (0..9).map(|n| RECORD.replace('X', &n.to_string())).collect();
    write!(gzip, "{{\"Records\":[{}]}}", records.join(",")).unwrap();
    let whole = gzip.finish().unwrap();
    let run = read(&["events", "--jsonl", "--from"], &log(&folder, "cut.json.gz", &whole[..whole.len() - 12]));
    assert!(run.err.contains("cut off"), "{}", run.err);

    let block = vec![b' '; 1 << 20];
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let mut zstd = zstd::stream::write::Encoder::new(Vec::new(), 19).unwrap();
    gzip.write_all(b"[").unwrap();
    zstd.write_all(b"[").unwrap();
    for _ in 0..400 {
        gzip.write_all(&block).unwrap();
        zstd.write_all(&block).unwrap();
    }
    for (name, bytes) in [("bomb.json.gz", gzip.finish().unwrap()), ("bomb.json.zst", zstd.finish().unwrap())] {
        let run = read(&["scan", "--jsonl"], &log(&folder, name, &bytes));
        assert!(run.code.is_some() && run.peak < MOST, "{name}: {:?}, {} MB", run.code, run.peak >> 20);
        assert!(run.err.contains(name), "{name}: {}", run.err);
    }
}

#[test]
fn the_layout_of_a_trail_keeps_files_that_are_not_asked_for_closed() {
    let folder = TempDir::new().unwrap();
    // What is not to be opened is no log: opening it would be told.
    let mut files = Vec::new();
    for account in ["111111111111", "222222222222"] {
        for region in ["eu-west-1", "us-east-1"] {
            for day in ["20", "24"] {
                let under = folder.path().join(format!("AWSLogs/{account}/CloudTrail/{region}/2026/11/{day}"));
                fs::create_dir_all(&under).unwrap();
                let name = format!("{account}_CloudTrail_{region}_202611{day}T1005Z_abc.json");
                let wanted = (account, region, day) == ("111111111111", "eu-west-1", "24");
                let record = RECORD.replace('X', "1").replace("123456789012", account);
                let text = if wanted { format!("{{\"Records\":[{record}]}}") } else { "{\"Records\":[broken".into() };
                fs::write(under.join(&name), text).unwrap();
                files.push(name);
            }
        }
    }
    let digest = folder.path().join("AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/11/24");
    fs::create_dir_all(&digest).unwrap();
    fs::write(digest.join("111111111111_CloudTrail-Digest_eu-west-1_t_eu-west-1_20261124T1005Z.json"), "{").unwrap();
    let narrow = ["--since", "2026-11-24T00:00:00Z", "--region", "eu-west-1", "--account", "111111111111"];
    let run = read(&[&["events", "--jsonl"][..], &narrow, &["--from"]].concat(), folder.path());
    assert_eq!((run.code, run.out.lines().count()), (Some(0), 1), "{}", run.err);
    assert!(files.iter().all(|file| !run.err.contains(file)), "{}", run.err);
    let run = read(&[&["scan", "--jsonl"][..], &narrow].concat(), folder.path());
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(files.iter().all(|file| !run.err.contains(file)), "{}", run.err);
    let all = read(&["events", "--jsonl", "--from"], folder.path());
    assert!(files.iter().filter(|file| all.err.contains(*file)).count() >= 7, "{}", all.err);
}
