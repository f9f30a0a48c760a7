//! The public rules of others, where a folder of them is named: every match
//! that an independent engine found must be found, and what is found beyond
//! them is told.
//!
//! `STANCH_PUBLIC_RULES` names the folder of rules, `STANCH_EXPECTED_MATCHES` a
//! file with a rule id and an event id per line. Neither belongs to this
//! repository, so the test is passed over where they are not named.

use std::fmt::Write as _;

use stanch::detect::Subject;
use stanch::detect::correlation::Correlator;

use super::*;

#[test]
fn every_match_that_another_engine_found_is_found() {
    let (Ok(rules), Ok(expected)) = (std::env::var("STANCH_PUBLIC_RULES"), std::env::var("STANCH_EXPECTED_MATCHES"))
    else {
        return;
    };
    let (rules, errors) = rules_in(Path::new(&rules));
    let expected: BTreeSet<(String, String)> = std::fs::read_to_string(expected)
        .unwrap()
        .lines()
        .filter_map(|line| line.split_once('\t').map(|(rule, event)| (rule.to_owned(), event.to_owned())))
        .collect();
    let mut found = BTreeMap::new();
    let mut correlated = BTreeMap::<_, usize>::new();
    let mut correlator = Correlator::new(&rules);
    for record in records(Path::new("tests/fixtures/invictus")) {
        let subject = Subject::new(&record.source, &record.name, record.raw.as_bytes());
        let hits = rules.hits(&subject);
        for finding in rules.findings(&hits, &subject) {
            assert!(!finding.because.is_empty(), "{} does not say why", finding.title);
            found.insert((finding.rule_id, record.id.clone()), (finding.title, finding.because));
        }
        for finding in correlator.observe(&hits, &subject, record.time) {
            *correlated.entry((finding.title, finding.rule_id)).or_default() += 1;
        }
    }
    let mut report = String::new();
    let broken: Vec<_> = errors.iter().filter(|error| !error.passed_over).collect();
    writeln!(
        report,
        "rules: {}, broken: {}, passed over: {}",
        rules.rules().len(),
        broken.len(),
        errors.len() - broken.len()
    )
    .unwrap();
    for error in &broken {
        writeln!(report, "broken: {}: {}", error.path, error.why).unwrap();
    }
    let missing: Vec<_> = expected.iter().filter(|key| !found.contains_key(*key)).collect();
    let further: Vec<_> = found.iter().filter(|(key, _)| !expected.contains(*key)).collect();
    writeln!(
        report,
        "expected: {}, found: {}, missing: {}, further: {}",
        expected.len(),
        found.len(),
        missing.len(),
        further.len()
    )
    .unwrap();
    for (key, (title, because)) in &further {
        writeln!(report, "further: {} {}: {title}: {because:?}", key.0, key.1).unwrap();
    }
    for ((title, id), count) in &correlated {
        writeln!(report, "correlation: {id} {title}: {count}").unwrap();
    }
    if let Ok(path) = std::env::var("STANCH_PUBLIC_REPORT") {
        std::fs::write(path, &report).unwrap();
    }
    assert!(missing.is_empty(), "{missing:#?}\n{report}");
}
