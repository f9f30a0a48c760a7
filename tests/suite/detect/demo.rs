//! Our own rules over the demo: the attack stands out, and the ordinary work
//! around it is quiet.

use std::fmt::Write as _;

use jiff::SignedDuration;
use stanch::detect::Subject;
use stanch::detect::correlation::Correlator;
use stanch::domain::finding::Severity;
use stanch::sim::account::Account;
use stanch::sim::scenario::Scenario;
use stanch::sim::scenario::script::{Due, Script};
use stanch::sim::serve::{Conditions, serve};
use stanch::sim::service::Request;

use super::*;

/// Every record of the demo up to an hour after it opens, in order of time.
fn story(seed: u64) -> Vec<Record> {
    let scenario = Scenario::named("leaked-key").unwrap();
    let start: Timestamp = "2026-11-24T14:00:00Z".parse().unwrap();
    let mut account = Account::new(&scenario, seed, start, None);
    let mut script = Script::new(&scenario, seed, start);
    while let Some(due) = script.due(start + SignedDuration::from_mins(60)) {
        match due {
            Due::Record(call) => account.recorder.record(*call),
            Due::Act(act) => {
                let Some(request) = Request::of_act(*act) else { continue };
                let served = serve(&mut account, &request, Conditions::exempt());
                script.answered(&String::from_utf8_lossy(served.body()));
            }
        }
    }
    let mut records: Vec<Record> = ["eu-west-1", "us-east-1", "eu-central-1", "us-west-2", "ap-southeast-1"]
        .iter()
        .flat_map(|region| account.recorder.all(region))
        .filter(|stored| stored.position.copy == 0)
        .map(|stored| Record::new(&stored.record("111122223333")))
        .collect();
    records.sort_by_key(|record| record.time);
    records
}

/// How often each level, event and rule was found.
type Counts = BTreeMap<(std::cmp::Reverse<Severity>, String, String), usize>;

/// Findings as `level, event, rule: how many`, those of the thief apart from all others.
fn told(seed: u64) -> (Counts, Vec<String>, usize) {
    let rules = RuleSet::builtin();
    let mut correlator = Correlator::new(&rules);
    let (mut attack, mut others) = (BTreeMap::new(), Vec::new());
    let records = story(seed);
    for record in &records {
        let subject = Subject::new(&record.source, &record.name, record.raw.as_bytes());
        let hits = rules.hits(&subject);
        let mut findings = rules.findings(&hits, &subject);
        findings.extend(correlator.observe(&hits, &subject, record.time));
        for finding in findings {
            if record.raw.contains("\"sourceIPAddress\":\"203.0.113.7\"") {
                *attack
                    .entry((std::cmp::Reverse(finding.severity), record.name.clone(), finding.title))
                    .or_default() += 1;
            } else {
                others.push(format!("{} {} {}: {}", record.time, finding.severity, record.name, finding.title));
            }
        }
    }
    (attack, others, records.len())
}

#[test]
fn the_attack_of_the_demo_stands_out() {
    let (attack, _, _) = told(7);
    let mut text = String::new();
    for ((severity, event, title), count) in attack {
        writeln!(text, "{:<8} {event:<30} {count:>2}  {title}", severity.0.to_string()).unwrap();
    }
    insta::with_settings!({ snapshot_path => "../../snapshots/detect", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("demo", text);
    });
}

#[test]
fn the_ordinary_work_of_the_demo_is_quiet() {
    for seed in [1, 7] {
        let (_, others, events) = told(seed);
        assert!(events > 4000);
        assert_eq!(others, Vec::<String>::new(), "seed {seed}");
    }
}
