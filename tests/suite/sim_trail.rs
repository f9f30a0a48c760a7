//! The simulated CloudTrail against recorded logs: the same shapes for the same names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;
use stanch::sim::recorder::Recorder;
use stanch::sim::scenario::Scenario;
use stanch::sim::scenario::script::{Due, Script};

fn start() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

/// Every real record of the recorded logs.
pub fn recorded() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/invictus/CloudTrail");
    let mut records = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "json") {
            let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            records.extend(file["Records"].as_array().unwrap().iter().cloned());
        }
    }
    assert_eq!(records.len(), 2_900);
    records
}

/// Every record that the default scenario only tells, over its history and an hour.
fn told() -> Vec<Value> {
    let scenario = Scenario::named("leaked-key").unwrap();
    let mut script = Script::new(&scenario, 11, start());
    let mut recorder = Recorder::new(11, start());
    while let Some(due) = script.due(Timestamp::from_second(start().as_second() + 3_600).unwrap()) {
        if let Due::Record(call) = due {
            recorder.record(*call);
        }
    }
    scenario
        .account
        .regions
        .iter()
        .flat_map(|region| recorder.all(region))
        .map(|stored| serde_json::from_str(&stored.record(&scenario.account.id)).unwrap())
        .collect()
}

/// Parameters that the API has and that the recorded calls left out.
const OPTIONAL: [&str; 2] =
    ["requestParameters.description of \"CreateSnapshot\"", "requestParameters.subnetId of \"RunInstances\""];

fn name(record: &Value) -> (String, String) {
    let text = |key: &str| record[key].as_str().unwrap().to_owned();
    (text("eventSource"), text("eventName"))
}

/// The paths of a value's fields, without the places in lists.
fn paths(prefix: &str, value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let path = format!("{prefix}.{key}");
                paths(&path, value, into);
                into.insert(path);
            }
        }
        Value::Array(items) => {
            for item in items {
                paths(&format!("{prefix}[]"), item, into);
            }
        }
        _ => {}
    }
}

pub fn fields(record: &Value, part: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    paths(part, &record[part], &mut found);
    found
}

#[test]
fn records_have_the_fields_of_real_ones_in_their_order() {
    let mut before: BTreeSet<(String, String)> = BTreeSet::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for record in recorded() {
        let keys: Vec<String> = record.as_object().unwrap().keys().cloned().collect();
        for (index, first) in keys.iter().enumerate() {
            known.insert(first.clone());
            before.extend(keys[index + 1..].iter().map(|second| (first.clone(), second.clone())));
        }
    }
    for record in told() {
        let keys: Vec<&String> = record.as_object().unwrap().keys().collect();
        for pair in keys.windows(2) {
            assert!(known.contains(pair[0]), "{} in {:?}", pair[0], name(&record));
            let reversed = (pair[1].clone(), pair[0].clone());
            assert!(!before.contains(&reversed), "{pair:?} in {:?}", name(&record));
        }
        for key in [
            "eventVersion",
            "userIdentity",
            "eventTime",
            "eventSource",
            "eventName",
            "awsRegion",
            "sourceIPAddress",
            "userAgent",
            "requestParameters",
            "responseElements",
            "eventID",
            "readOnly",
            "eventType",
            "managementEvent",
            "recipientAccountId",
            "eventCategory",
        ] {
            assert!(record.get(key).is_some(), "{key} in {:?}", name(&record));
        }
    }
}

#[test]
fn identities_have_the_fields_of_real_ones() {
    let mut real: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in recorded() {
        let kind = record["userIdentity"]["type"].as_str().unwrap_or_default().to_owned();
        real.entry(kind).or_default().extend(fields(&record, "userIdentity"));
    }
    let mut kinds = BTreeSet::new();
    for record in told() {
        let kind = record["userIdentity"]["type"].as_str().unwrap_or_default().to_owned();
        kinds.insert(kind.clone());
        let Some(known) = real.get(&kind) else { continue };
        for field in fields(&record, "userIdentity") {
            assert!(known.contains(&field), "{field} of {kind}");
        }
    }
    let expected = ["AWSAccount", "AWSService", "AssumedRole", "IAMUser"].map(str::to_owned);
    assert_eq!(kinds, BTreeSet::from(expected));
}

#[test]
fn parameters_and_answers_have_the_fields_of_real_ones_of_the_same_name() {
    let mut real: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
    for record in recorded() {
        if record.get("errorCode").is_none() {
            real.entry(name(&record)).or_default().push(record);
        }
    }
    let mut compared = BTreeSet::new();
    let mut invented = BTreeSet::new();
    for record in told() {
        let Some(same) = real.get(&name(&record)) else { continue };
        if record.get("errorCode").is_some() {
            continue;
        }
        compared.insert(name(&record));
        for part in ["requestParameters", "responseElements", "additionalEventData", "resources"] {
            let known: BTreeSet<String> = same.iter().flat_map(|real| fields(real, part)).collect();
            for field in fields(&record, part) {
                if !known.contains(&field) {
                    invented.insert(format!("{field} of {}", record["eventName"]));
                }
            }
            let is_there = |record: &Value| !record[part].is_null();
            assert!(
                same.iter().any(|real| is_there(real) == is_there(&record)),
                "{part} of {:?}: {}",
                name(&record),
                record[part]
            );
        }
        assert!(same.iter().any(|real| real["readOnly"] == record["readOnly"]));
        assert!(same.iter().any(|real| real["eventType"] == record["eventType"]));
    }
    let unseen: Vec<&String> = invented.iter().filter(|field| !OPTIONAL.contains(&field.as_str())).collect();
    assert!(unseen.is_empty(), "{unseen:#?}");
    assert!(compared.len() >= 45, "{} names are in both", compared.len());
}
