//! Our own rules, each with events that it must match and events that it must
//! not: `tests/fixtures/rules/<id>.json`.

use serde::Deserialize;
use serde_json::value::RawValue;
use stanch::detect::Subject;
use stanch::detect::correlation::Correlator;

use super::*;

#[derive(Deserialize)]
struct Pair {
    rule: String,
    r#match: Vec<Box<RawValue>>,
    pass: Vec<Box<RawValue>>,
}

/// Of the rule with an id, how many of the events match; for a correlation, how
/// often it is told when the events come in order, all of them together.
fn told(rules: &RuleSet, id: &str, events: &[Box<RawValue>]) -> usize {
    let mut correlator = Correlator::new(rules);
    let mut told = 0;
    for event in events {
        let record = Record::new(event.get());
        let subject = Subject::new(&record.source, &record.name, record.raw.as_bytes());
        let hits = rules.hits(&subject);
        let mut findings = rules.findings(&hits, &subject);
        findings.extend(correlator.observe(&hits, &subject, record.time));
        let found: Vec<_> = findings.iter().filter(|finding| finding.rule_id == id).collect();
        assert!(found.iter().all(|finding| finding.event_id == record.id && !finding.because.is_empty()));
        told += found.len();
    }
    told
}

#[test]
fn every_rule_of_ours_loads_and_every_file_is_brought_along() {
    let (rules, errors) = RuleSet::load(&[], true);
    assert_eq!(errors, []);
    let listed: BTreeSet<&str> = rules.rules().iter().map(|rule| rule.path.as_str()).collect();
    let present: BTreeSet<String> =
        files(Path::new("assets/rules"), "yml").iter().map(|path| path.display().to_string()).collect();
    assert_eq!(listed, present.iter().map(String::as_str).collect());
    assert!(rules.rules().iter().filter(|rule| rule.generates).count() >= 80);
}

#[test]
fn every_rule_of_ours_says_who_wrote_it_what_it_means_and_when_it_is_harmless() {
    for rule in RuleSet::builtin().rules() {
        let what = &rule.path;
        assert_eq!(rule.author, "stanch", "{what}");
        assert!(is_uuid(&rule.id), "{what}: {}", rule.id);
        assert!(rule.description.len() > 20 && !rule.references.is_empty() && !rule.status.is_empty(), "{what}");
        assert!(rule.techniques().next().is_some(), "{what} names no technique");
        assert!(
            rule.tags
                .iter()
                .any(|tag| tag.starts_with("attack.") && !tag[7..].starts_with(['t', 'T']) || tag.contains('-')),
            "{what} names no tactic"
        );
        assert!(!rule.generates || !rule.false_positives.is_empty(), "{what} names no false positive");
        assert_eq!(rule.origin, "ours");
    }
}

fn is_uuid(id: &str) -> bool {
    let parts: Vec<_> = id.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[test]
fn every_rule_of_ours_matches_what_it_must_and_lets_pass_what_it_must() {
    let rules = RuleSet::builtin();
    let mut wrong = Vec::new();
    for rule in rules.rules().iter().filter(|rule| rule.generates) {
        let Ok(text) = std::fs::read_to_string(format!("tests/fixtures/rules/{}.json", rule.id)) else {
            wrong.push(format!("{} has no pair", rule.title));
            continue;
        };
        let pair: Pair = serde_json::from_str(&text).unwrap();
        assert_eq!(pair.rule, rule.title, "the pair is of another rule");
        assert!(!pair.r#match.is_empty() && !pair.pass.is_empty(), "{}", rule.title);
        let wanted = if rule.correlation { 1 } else { pair.r#match.len() };
        let found = told(&rules, &rule.id, &pair.r#match);
        if found != wanted {
            wrong.push(format!("{} matched {found} of {wanted}", rule.title));
        }
        if told(&rules, &rule.id, &pair.pass) != 0 {
            wrong.push(format!("{} matched what it must let pass", rule.title));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_pair_is_left_of_a_rule_that_is_gone() {
    let rules = RuleSet::builtin();
    for path in files(Path::new("tests/fixtures/rules"), "json") {
        let id = path.file_stem().unwrap().to_str().unwrap();
        assert!(rules.rule(id).is_some_and(|rule| rule.generates), "{}", path.display());
    }
}
