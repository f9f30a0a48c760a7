//! The event engine over recorded logs: every envelope and every order of
//! delivery gives the same Timeline.

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::value::RawValue;
use stanch::domain::resource::ResourceKind;
use stanch::recorded::{Input, Loaded, Options, load};
use stanch::trail::query::Query;
use stanch::trail::timeline::{Retention, Timeline};

fn logs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/invictus/CloudTrail")
}

/// Every record of the recorded logs, by an independent reading of them.
fn records() -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Log {
        #[serde(rename = "Records")]
        records: Vec<Box<RawValue>>,
    }
    let mut files: Vec<PathBuf> = fs::read_dir(logs()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| serde_json::from_slice::<Log>(&fs::read(file).unwrap()).unwrap().records)
        .map(|record| record.get().to_owned())
        .collect()
}

fn open(input: Input) -> (Timeline, Loaded) {
    let mut timeline = Timeline::default();
    let loaded = load(&[input], &Options::default(), &mut |progress| {
        if let Some(batch) = progress.output {
            timeline.append(batch);
        }
        ControlFlow::Continue(())
    });
    (timeline, loaded.unwrap())
}

/// All that a Timeline says of its events, in order, with their raw records.
fn told(timeline: &Timeline) -> Vec<(String, String)> {
    timeline
        .order()
        .iter()
        .map(|slot| {
            let row = timeline.row(slot);
            let resources: Vec<(ResourceKind, &str)> = row.resources().collect();
            let text = format!(
                "{} {} {} {} {} {:?} {} {} {} {} {} {} {:?} {} {} {resources:?}",
                row.time,
                row.id,
                row.name,
                row.source,
                row.actor,
                row.actor_kind,
                row.access_key,
                row.ip,
                row.agent,
                row.region,
                row.account,
                row.error,
                row.access,
                row.dry_run,
                row.mine,
            );
            (text, timeline.raw(slot).unwrap())
        })
        .collect()
}

fn now() -> Timestamp {
    "2023-07-10T12:40:00Z".parse().unwrap()
}

#[test]
fn the_recorded_logs_are_read_whole() {
    let (timeline, loaded) = open(Input::Path(logs()));
    assert_eq!((loaded.events, loaded.files, loaded.broken_count, loaded.passed_over_count), (2900, 55, 0, 0));
    assert_eq!(timeline.len(), 2900);
    let count = |text: &str| Query::parse(text, now(), None).unwrap().select(&timeline, now()).len();
    assert_eq!((count("source:ec2"), count("is:error"), count("source:ec2 is:write")), (892, 300, 155));
    assert_eq!(count("is:write") + count("is:read"), 2900);
    assert_eq!(count("age<58m"), 2900);
    for slot in timeline.order().iter() {
        let (row, event) = (timeline.row(slot), timeline.event(slot).unwrap());
        assert_eq!((row.id.to_string(), row.time, row.name), (event.id.clone(), event.time, event.name.as_str()));
        assert_eq!(
            (row.actor, row.actor_kind, row.access),
            (event.actor.name.as_str(), event.actor.kind, event.access)
        );
        assert_eq!(row.target, event.resources.first().map_or("", |resource| resource.id.as_str()));
        assert_eq!((row.changed(), row.account), (event.changed(), event.account.as_str()));
    }
}

#[test]
fn a_day_replayed_late_doubled_and_shuffled_gives_the_same_timeline_as_in_order() {
    let records = records();
    let mut in_order = Timeline::default();
    in_order.ingest(records.clone(), None);
    let expected = told(&in_order);
    for seed in 0..3 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut late = [records.clone(), records[..900].to_vec()].concat();
        late.shuffle(&mut random);
        let mut timeline = Timeline::new(Retention::default());
        let (mut added, mut duplicates) = (0, 0);
        for page in late.chunks(50) {
            let ingested = timeline.ingest(page.to_vec(), None);
            added += ingested.added.len();
            duplicates += ingested.duplicates;
        }
        assert_eq!((added, duplicates), (2900, 900));
        assert!(told(&timeline) == expected, "seed {seed}");
    }
}

#[test]
fn every_envelope_and_packing_gives_the_same_timeline() {
    let folder = tempfile::tempdir().unwrap();
    let records = records();
    let (timeline, _) = open(Input::Path(logs()));
    let expected = told(&timeline);
    let quoted = |record: &String| {
        format!("{{\"EventId\":\"x\",\"CloudTrailEvent\":{}}}", serde_json::to_string(record).unwrap())
    };
    let bridge = |record: &String| {
        format!(
            "{{\"version\":\"0\",\"detail-type\":\"AWS API Call via CloudTrail\",\"source\":\"aws.ec2\",\"detail\":{record}}}"
        )
    };
    let join =
        |wrap: &dyn Fn(&String) -> String, between: &str| records.iter().map(wrap).collect::<Vec<_>>().join(between);
    for (name, text) in [
        ("records.json", format!("{{\"Records\":[{}]}}", records.join(","))),
        ("array.json", format!("[{}]", records.join(",\n"))),
        ("lines.jsonl", records.join("\n")),
        ("lookup.json", format!("{{\n  \"Events\": [\n{}\n  ],\n  \"NextToken\": \"x\"\n}}\n", join(&quoted, ",\n"))),
        ("bridge.jsonl", join(&bridge, "\n")),
        ("bridge.json", format!("[{}]", join(&bridge, ","))),
    ] {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        for (ending, bytes) in [
            ("", text.clone().into_bytes()),
            (".gz", gzip.finish().unwrap()),
            (".zst", zstd::bulk::compress(text.as_bytes(), 1).unwrap()),
        ] {
            let path = folder.path().join(format!("{name}{ending}"));
            fs::write(&path, &bytes).unwrap();
            for input in [Input::Path(path), Input::stream(name, std::io::Cursor::new(bytes))] {
                let about = format!("{name}{ending} {input:?}");
                let (timeline, loaded) = open(input);
                assert_eq!((loaded.events, loaded.broken_count), (2900, 0), "{about}");
                assert!(told(&timeline) == expected, "{about}");
            }
        }
    }
}

#[test]
fn loaded_and_live_events_meet_in_one_timeline() {
    let (mut timeline, _) = open(Input::Path(logs()));
    let late = records()[5].replace("\"eventID\":\"", "\"eventID\":\"late-");
    let ingested = timeline.ingest(vec![records()[5].clone(), late.clone()], None);
    assert_eq!((ingested.added.len(), ingested.duplicates, timeline.len()), (1, 1, 2901));
    assert_eq!(timeline.raw(ingested.added[0]).unwrap(), late);
}
