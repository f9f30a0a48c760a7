//! Loading logs of every packing and envelope, and of every kind of damage.

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Input, Loaded, Options, load};
use crate::domain::fault::FaultKind;
use crate::trail::timeline::Timeline;

fn record(number: usize) -> String {
    format!(
        r#"{{"eventVersion":"1.11","eventTime":"2026-11-24T10:{:02}:{:02}Z","eventSource":"ec2.amazonaws.com","eventName":"StopInstances","awsRegion":"eu-west-1","recipientAccountId":"123456789012","eventID":"{number:08x}-0000-4000-8000-000000000000","requestParameters":{{"instancesSet":{{"items":[{{"instanceId":"i-{number:08x}"}}]}}}}}}"#,
        number / 60 % 60,
        number % 60
    )
}

fn log(numbers: std::ops::Range<usize>) -> String {
    format!("{{\"Records\":[{}]}}", numbers.map(record).collect::<Vec<_>>().join(","))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn open(inputs: &[Input], options: &Options) -> (Timeline, Loaded) {
    let mut timeline = Timeline::default();
    let loaded = load(inputs, options, &mut |progress| {
        if let Some(batch) = progress.output {
            timeline.append(batch);
        }
        ControlFlow::Continue(())
    });
    (timeline, loaded.unwrap())
}

fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

fn ids(timeline: &Timeline) -> Vec<String> {
    timeline.order().iter().map(|slot| timeline.row(slot).id.to_string()).collect()
}

#[test]
fn every_packing_gives_the_same_events_and_the_same_raw_records() {
    let folder = tempfile::tempdir().unwrap();
    let text = log(0..500);
    let zstd = zstd::bulk::compress(text.as_bytes(), 1).unwrap();
    for input in [
        Input::Path(file(folder.path(), "a.json", &text)),
        Input::Path(file(folder.path(), "a.json.gz", gzip(text.as_bytes()))),
        Input::Path(file(folder.path(), "a.zst", &zstd)),
        Input::stream("plain", std::io::Cursor::new(text.clone())),
        Input::stream("gzip", std::io::Cursor::new(gzip(text.as_bytes()))),
        Input::stream("zstd", std::io::Cursor::new(zstd)),
    ] {
        let (timeline, loaded) = open(std::slice::from_ref(&input), &Options::default());
        assert_eq!((loaded.events, loaded.files, loaded.broken_count), (500, 1, 0), "{input:?}");
        assert_eq!(timeline.len(), 500, "{input:?}");
        for (number, slot) in timeline.order().iter().enumerate() {
            assert_eq!(timeline.raw(slot).unwrap(), record(number), "{input:?}");
        }
    }
}

#[test]
fn a_long_file_is_cut_into_pieces_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    // Long enough to be read in pieces.
    let count = 30_000;
    let text = log(0..count);
    let lines: String = (0..count).map(|number| record(number) + "\n").collect();
    let answer = {
        let events: Vec<String> = (0..count)
            .map(|number| format!("{{\"CloudTrailEvent\":{}}}", serde_json::to_string(&record(number)).unwrap()))
            .collect();
        format!("{{\"NextToken\": \"x\", \"Events\": [\n{}\n], \"More\": 1}}", events.join(",\n"))
    };
    assert!(text.len() > 8 << 20);
    let mut expected = None;
    for (name, bytes) in [
        ("one.json", text.clone().into_bytes()),
        ("one.json.gz", gzip(text.as_bytes())),
        ("lines.jsonl", lines.into_bytes()),
        ("answer.json", answer.into_bytes()),
    ] {
        let path = file(folder.path(), name, bytes);
        let (timeline, loaded) = open(&[Input::Path(path)], &Options::default());
        assert_eq!((loaded.events, loaded.broken_count), (count, 0), "{name}: {:?}", loaded.broken.first());
        let ids = ids(&timeline);
        assert_eq!(&ids, expected.get_or_insert_with(|| ids.clone()), "{name}");
        let order = timeline.order().to_vec();
        for slot in [order[0], order[count - 1], order[count / 2]] {
            let raw = timeline.raw(slot).unwrap();
            assert_eq!(crate::trail::decode::record(raw.as_bytes()).unwrap().id, timeline.row(slot).id.to_string());
        }
    }
}

#[test]
fn records_of_a_long_packed_file_are_read_back_without_unpacking_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let text = log(0..30_000);
    let path = file(folder.path(), "long.json.gz", gzip(text.as_bytes()));
    let (timeline, _) = open(&[Input::Path(path.clone())], &Options::default());
    assert!(timeline.weight() < text.len() * 2 / 3, "{} of {}", timeline.weight(), text.len());
    fs::remove_file(path).unwrap();
    let order = timeline.order().to_vec();
    for slot in [0, 17_003, 29_999].map(|place| order[place]) {
        let raw = timeline.raw(slot).unwrap();
        assert_eq!(crate::trail::decode::record(raw.as_bytes()).unwrap().id, timeline.row(slot).id.to_string());
    }
}

#[test]
fn a_broken_record_is_located_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let broken = r#"{"eventVersion":"1.08","eventID":"x","eventTime":"yesterday","eventName":"A"}"#;
    let text = format!("{{\"Records\":[{},{broken},{}]}}", record(1), record(2));
    let path = file(folder.path(), "a.json", &text);
    let (timeline, loaded) = open(&[Input::Path(path.clone())], &Options::default());
    assert_eq!((timeline.len(), loaded.broken_count), (2, 1));
    assert_eq!(loaded.broken[0].file, path.display().to_string());
    assert_eq!(loaded.broken[0].offset as usize, text.find(broken).unwrap());
    assert_eq!(loaded.broken[0].why, "eventTime 'yesterday' is no time");
}

#[test]
fn a_gzip_that_is_cut_off_gives_what_stands_before_the_cut() {
    let folder = tempfile::tempdir().unwrap();
    let packed = gzip(log(0..400).as_bytes());
    let path = file(folder.path(), "a.json.gz", &packed[..packed.len() / 2]);
    let (timeline, loaded) = open(&[Input::Path(path)], &Options::default());
    assert!((10..400).contains(&timeline.len()), "{}", timeline.len());
    assert!(loaded.broken.iter().any(|broken| broken.why.contains("gzip stream is cut off")), "{:?}", loaded.broken);
    assert_eq!(timeline.raw(timeline.order().to_vec()[3]).unwrap(), record(3));
}

#[test]
fn files_without_events_are_passed_over_by_name_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "AWSLogs/123456789012/CloudTrail-Digest/eu-west-1/2026/11/24/d.json.gz", gzip(b"{}"));
    file(folder.path(), "README.md", "# not a log");
    file(folder.path(), "digest.json", r#"{"digestStartTime":"2026-11-24T10:00:00Z","logFiles":[]}"#);
    file(folder.path(), "package.json", r#"{"name":"x"}"#);
    file(folder.path(), "empty.json", "");
    file(folder.path(), "log.json", log(0..3));
    let (timeline, loaded) = open(&[Input::Path(folder.path().into())], &Options::default());
    assert_eq!((timeline.len(), loaded.files, loaded.broken_count, loaded.digests), (3, 1, 0, 2));
    let reasons: Vec<(&str, &str)> =
        loaded.passed_over.iter().map(|(name, why)| (name.rsplit('/').next().unwrap(), why.as_str())).collect();
    assert_eq!(
        reasons,
        [
            ("d.json.gz", "a digest, no events"),
            ("README.md", "no JSON"),
            ("digest.json", "a digest, no events"),
            ("empty.json", "empty"),
            ("package.json", "JSON that holds no CloudTrail record"),
        ]
    );
}

#[test]
fn a_log_that_begins_with_the_rest_of_a_line_is_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let whole = record(0);
    file(folder.path(), "rotated.json", format!("{}\n{}\n{}\n", &whole[60..], record(1), record(2)));
    file(folder.path(), "list.json", format!("{},{}]}}", &whole[60..], record(3)));
    file(folder.path(), "README.md", "# A log\n\n{\"eventID\": 1}\n");
    let (timeline, loaded) = open(&[Input::Path(folder.path().into())], &Options::default());
    assert_eq!((timeline.len(), loaded.files), (3, 2), "{:?}", loaded.broken);
    // What is left of either's torn record, and the brackets that it opened.
    assert_eq!(loaded.broken_count, 3, "{:?}", loaded.broken);
    assert_eq!((loaded.passed_over_count, loaded.digests), (1, 0), "{:?}", loaded.passed_over);
}

#[test]
fn only_what_is_wanted_is_opened_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let name = |region: &str, day: &str| format!("AWSLogs/123456789012/CloudTrail/{region}/2026/11/{day}/x.json");
    file(folder.path(), &name("eu-west-1", "24"), log(0..600));
    file(folder.path(), &name("us-east-1", "24"), "not opened, so not broken");
    file(folder.path(), &name("eu-west-1", "20"), "not opened, so not broken");
    let options = Options {
        since: Some("2026-11-24T10:05:00Z".parse().unwrap()),
        regions: vec!["eu-west-1".into()],
        ..Options::default()
    };
    let (timeline, loaded) = open(&[Input::Path(folder.path().into())], &options);
    assert_eq!((timeline.len(), loaded.not_wanted, loaded.passed_over_count), (300, 2, 0));
}

#[test]
fn a_load_ends_where_the_sink_breaks() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..50 {
        file(folder.path(), &format!("{number}.json"), log(number * 1000..(number + 1) * 1000));
    }
    let mut seen = 0;
    let loaded = load(&[Input::Path(folder.path().into())], &Options::default(), &mut |progress| {
        seen += progress.output.map_or(0, |batch| batch.len());
        if seen > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert!(loaded.cancelled && loaded.events < 50_000 && seen < 50_000, "{} {seen}", loaded.events);
}

#[test]
fn a_path_that_is_not_there_is_a_fault_that_names_it() {
    let fault = load(&[Input::Path("/nowhere/at/all".into())], &Options::default(), &mut |_| ControlFlow::Continue(()))
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotFound);
    assert!(fault.operation.contains("/nowhere/at/all") && !fault.hint.is_empty());
}

#[test]
fn one_endless_line_is_broken_and_memory_stays_bounded() {
    // 60 MB of one string, made as it is read.
    struct Endless(usize);
    impl std::io::Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let give = buffer.len().min(self.0);
            buffer[..give].fill(b'a');
            self.0 -= give;
            Ok(give)
        }
    }
    let head = std::io::Cursor::new(format!("{{\"Records\":[{},{{\"x\":\"", record(1)));
    let tail = std::io::Cursor::new(format!("\"}},{}]}}", record(2)));
    let endless = std::io::Read::chain(std::io::Read::chain(head, Endless(60 << 20)), tail);
    let (timeline, loaded) = open(&[Input::stream("endless", endless)], &Options::default());
    assert_eq!(timeline.len(), 2);
    assert!((1..=3).contains(&loaded.broken_count), "{:?}", loaded.broken);
}

#[test]
fn a_decompression_bomb_is_named_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.write_all(b"[").unwrap();
    let block = vec![b' '; 1 << 20];
    for _ in 0..400 {
        encoder.write_all(&block).unwrap();
    }
    let path = file(folder.path(), "bomb.zst", encoder.finish().unwrap());
    let (timeline, loaded) = open(&[Input::Path(path)], &Options::default());
    assert_eq!(timeline.len(), 0);
    assert!(loaded.broken.iter().any(|broken| broken.why.contains("decompression bomb")), "{:?}", loaded.broken);
}

#[test]
fn a_log_that_has_changed_is_not_read_back_as_if_it_had_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.json", log(0..5));
    let (timeline, _) = open(&[Input::Path(path.clone())], &Options::default());
    fs::write(&path, "{}").unwrap();
    assert!(timeline.raw(timeline.order().to_vec()[4]).unwrap_err().contains("has changed"));
    fs::remove_file(&path).unwrap();
    assert!(timeline.raw(timeline.order().to_vec()[4]).unwrap_err().contains("a.json"));
}
