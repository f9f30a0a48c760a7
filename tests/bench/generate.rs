//! Makes big logs out of the recorded ones, the same under the same seed: new
//! event ids, times, addresses, access keys and instance ids, in files as
//! CloudTrail lays them out in S3.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
use regex::Regex;
use serde_json::value::RawValue;

/// Events per file.
const PER_FILE: usize = 2000;

/// The records of the recorded logs, in the order of their files.
pub fn templates() -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Log {
        #[serde(rename = "Records")]
        records: Vec<Box<RawValue>>,
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/invictus/CloudTrail");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |file| serde_json::from_slice::<Log>(&fs::read(file).unwrap()).unwrap().records;
    files.iter().flat_map(read).map(|record| record.get().to_owned()).collect()
}

/// Writes so many events under a folder, plain or gzip. The answer is how many
/// bytes they have before compression.
pub fn generate(folder: &Path, events: usize, seed: u64, gzip: bool) -> io::Result<u64> {
    let templates = templates();
    let changing = Regex::new(concat!(
        r#""eventID":"(?<id>[^"]+)"|"eventTime":"(?<time>[^"]+)"|"#,
        r"(?<key>A[KS]IA[A-Z0-9]{16})|(?<instance>\bi-[0-9a-f]{17})|(?<ip>\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b)"
    ))
    .expect("the expression is right");
    let start: Timestamp = "2026-11-01T00:00:00Z".parse().expect("a time");
    let mut bytes = 0;
    for (number, first) in (0..events).step_by(PER_FILE).enumerate() {
        let count = PER_FILE.min(events - first);
        // 20 events a second: a busy account.
        let time = |event: usize| start + SignedDuration::from_millis(event as i64 * 50);
        let last = time(first + count).strftime("%Y%m%dT%H%MZ").to_string();
        let day = time(first + count).strftime("%Y/%m/%d").to_string();
        let folder = folder.join(format!("AWSLogs/123837392027/CloudTrail/us-east-1/{day}"));
        fs::create_dir_all(&folder)?;
        let name =
            format!("123837392027_CloudTrail_us-east-1_{last}_{number:016x}.json{}", if gzip { ".gz" } else { "" });
        let file = BufWriter::new(File::create(folder.join(name))?);
        let mut out: Box<dyn Write> =
            if gzip { Box::new(GzEncoder::new(file, Compression::default())) } else { Box::new(file) };
        out.write_all(b"{\"Records\":[")?;
        for event in first..first + count {
            let round = event / templates.len();
            let record = changing.replace_all(&templates[event % templates.len()], |found: &regex::Captures<'_>| {
                let new = |what: &str| mixed(&(seed, round, what));
                if let Some(id) = found.name("id") {
                    let id = mixed(&(seed, event, id.as_str()));
                    format!(
                        "\"eventID\":\"{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}\"",
                        id >> 32,
                        id >> 16 & 0xffff,
                        id & 0xfff,
                        round & 0xfff,
                        event
                    )
                } else if found.name("time").is_some() {
                    format!("\"eventTime\":\"{}\"", time(event).strftime("%Y-%m-%dT%H:%M:%SZ"))
                } else if let Some(key) = found.name("key") {
                    format!("{}{:016X}", &key.as_str()[..4], new(key.as_str()))
                } else if let Some(instance) = found.name("instance") {
                    format!("i-0{:016x}", new(instance.as_str()))
                } else {
                    let ip = new(&found[0]);
                    format!("{}.{}.{}.{}", 11 + ip % 180, ip >> 8 & 255, ip >> 16 & 255, ip >> 24 & 255)
                }
            });
            if event > first {
                out.write_all(b",")?;
            }
            out.write_all(record.as_bytes())?;
            bytes += record.len() as u64 + 1;
        }
        out.write_all(b"]}")?;
        out.flush()?;
    }
    Ok(bytes)
}

fn mixed(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
