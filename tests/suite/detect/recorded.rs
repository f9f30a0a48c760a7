//! Our own rules over the recorded logs: what they tell of an attack that was
//! really made, and of the Terraform work around it.

use std::fmt::Write as _;

use stanch::detect::Subject;
use stanch::detect::correlation::Correlator;
use stanch::domain::finding::{Finding, Severity};

use super::*;

fn findings(records: &[Record]) -> Vec<Finding> {
    let rules = RuleSet::builtin();
    let mut correlator = Correlator::new(&rules);
    let mut all = Vec::new();
    for record in records {
        let subject = Subject::new(&record.source, &record.name, record.raw.as_bytes());
        let hits = rules.hits(&subject);
        all.extend(rules.findings(&hits, &subject));
        all.extend(correlator.observe(&hits, &subject, record.time));
    }
    all
}

#[test]
fn the_recorded_attack_is_told_rule_by_rule() {
    let mut counts = BTreeMap::<(std::cmp::Reverse<Severity>, String), usize>::new();
    for finding in findings(&records(Path::new("tests/fixtures/invictus"))) {
        *counts.entry((std::cmp::Reverse(finding.severity), finding.title)).or_default() += 1;
    }
    let mut told = String::new();
    for ((severity, title), count) in counts {
        writeln!(told, "{:<8} {count:>4}  {title}", severity.0.to_string()).unwrap();
    }
    insta::with_settings!({ snapshot_path => "../../snapshots/detect", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(  "recorded", told);
    });
}

#[test]
fn findings_are_the_same_whatever_the_order_of_the_records() {
    let mut records = records(Path::new("tests/fixtures/invictus"));
    let plain = |findings: Vec<Finding>| {
        let mut told: Vec<_> = findings
            .into_iter()
            .filter(|finding| finding.count == 1)
            .map(|finding| (finding.rule_id, finding.event_id))
            .collect();
        told.sort();
        told
    };
    let forward = findings(&records);
    records.reverse();
    let backward = findings(&records);
    let rules_of =
        |findings: &[Finding]| findings.iter().map(|finding| finding.rule_id.clone()).collect::<BTreeSet<_>>();
    assert_eq!(rules_of(&forward), rules_of(&backward));
    assert_eq!(plain(forward), plain(backward));
}
