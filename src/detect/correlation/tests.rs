//! Correlations over events in and out of order.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::json;

use crate::detect::correlation::group::Group;
use crate::detect::correlation::{Correlator, InOrder, Spotter};
use crate::detect::{RuleSet, Subject};
use crate::domain::finding::Severity;

mod going_on;
mod many;

const BASES: &str = "
---
title: Failed sign-in
id: failed-id
name: failed
logsource: {product: aws, service: cloudtrail}
detection:
    s: {eventName: Login, result: Failure}
    condition: s
---
title: Successful sign-in
id: success-id
name: success
logsource: {product: aws, service: cloudtrail}
detection:
    s: {eventName: Login, result: Success}
    condition: s
";

struct Bench {
    correlator: Correlator,
    rules: RuleSet,
    next: u32,
    seconds: HashMap<String, i64>,
}

impl Bench {
    fn new(correlation: &str) -> Self {
        Self::with(correlation, "")
    }

    /// With one more rule to look at.
    fn with(correlation: &str, other: &str) -> Self {
        let other = if other.is_empty() { String::new() } else { format!("---\n{other}") };
        let indented: String = correlation.trim().lines().flat_map(|line| ["    ", line, "\n"]).collect();
        let text = format!("title: c\nid: c-id\nlevel: high\ncorrelation:\n{indented}{BASES}{other}");
        let (rules, errors) = RuleSet::load(&[("m".into(), vec![("c.yml".into(), text)])], false);
        assert_eq!(errors, [], "{correlation}");
        Self { correlator: Correlator::new(&rules), rules, next: 0, seconds: HashMap::new() }
    }

    /// One event at a second; tells the counts of what it completed.
    fn event(&mut self, second: i64, result: &str, user: &str, value: &str) -> Vec<u32> {
        self.next += 1;
        let id = format!("e-{}", self.next);
        self.event_with_id(&id, second, result, user, value)
    }

    fn event_with_id(&mut self, id: &str, second: i64, result: &str, user: &str, value: &str) -> Vec<u32> {
        let raw = json!({"eventID": id, "eventName": "Login", "result": result, "user": user, "who": user, "v": value});
        let raw = raw.to_string();
        let subject = Subject::new("signin.amazonaws.com", "Login", raw.as_bytes());
        let hits = self.rules.hits(&subject);
        let time = Timestamp::from_second(1_700_000_000 + second).unwrap();
        let found = self.correlator.observe(&hits, &subject, time);
        self.seconds.insert(id.to_owned(), second);
        for finding in &found {
            assert!(finding.rule_id.starts_with('c'));
            assert!(self.seconds[&finding.event_id] >= second, "{} is not the latest", finding.event_id);
        }
        found.into_iter().map(|finding| finding.count).collect()
    }

    fn failures(&mut self, seconds: impl IntoIterator<Item = i64>) -> Vec<(i64, u32)> {
        let mut told = Vec::new();
        for second in seconds {
            told.extend(self.event(second, "Failure", "alice", "x").into_iter().map(|count| (second, count)));
        }
        told
    }
}

const COUNT: &str = "type: event_count\nrules: failed\ngroup-by: [user]\ntimespan: 1m\ncondition: {gte: 3}";

#[test]
fn a_count_is_told_once_a_burst_when_it_is_reached() {
    let mut bench = Bench::new(COUNT);
    assert_eq!(bench.failures([0, 10, 20, 30, 40, 90, 200, 230, 290, 291, 292]), [(20, 3), (292, 3)]);
}

#[test]
fn a_count_is_reached_whatever_the_order_of_the_events() {
    for order in [[0, 30, 60], [60, 30, 0], [30, 60, 0], [60, 0, 30]] {
        assert_eq!(Bench::new(COUNT).failures(order).len(), 1, "{order:?}");
    }
    assert_eq!(Bench::new(COUNT).failures([0, 61, 30]), []);
    assert_eq!(Bench::new(COUNT).failures([0, 61, 30, 61]), [(61, 3)]);
}

#[test]
fn an_event_that_comes_twice_counts_once() {
    let mut bench = Bench::new(COUNT);
    for _ in 0..9 {
        assert_eq!(bench.event_with_id("same", 5, "Failure", "alice", ""), Vec::<u32>::new());
    }
}

#[test]
fn groups_are_counted_apart_and_other_events_not_at_all() {
    let mut bench = Bench::new(COUNT);
    for (second, user) in [(0, "alice"), (1, "bob"), (2, "alice"), (3, "bob")] {
        assert!(bench.event(second, "Failure", user, "").is_empty());
        assert!(bench.event(second, "Success", user, "").is_empty());
    }
    assert_eq!(bench.event(4, "Failure", "bob", ""), [3]);
}

#[test]
fn a_range_holds_for_its_both_ends() {
    let mut bench =
        Bench::new("type: event_count\nrules: [failed]\ngroup-by: [user]\ntimespan: 1m\ncondition: {gt: 2, lte: 4}");
    assert_eq!(bench.failures([0, 1, 2]), [(2, 3)]);
}

#[test]
fn different_values_are_counted() {
    let correlation =
        "type: value_count\nrules: [failed, success]\ngroup-by: [user]\ntimespan: 5m\ncondition: {field: v, gte: 3}";
    let mut bench = Bench::new(correlation);
    for (second, value, told) in [(0, "a", 0), (1, "a", 0), (2, "b", 0), (3, "b", 0), (4, "c", 1), (5, "d", 0)] {
        assert_eq!(bench.event(second, "Failure", "alice", value).len(), told, "{value}");
    }
}

#[test]
fn values_of_several_fields_are_told_apart_together() {
    let correlation =
        "type: value_count\nrules: failed\ngroup-by: [user]\ntimespan: 5m\ncondition: {field: [v, who], gte: 2}";
    let mut bench = Bench::new(correlation);
    assert!(bench.event(0, "Failure", "alice", "x").is_empty());
    assert!(bench.event(1, "Failure", "alice", "x").is_empty());
    assert_eq!(bench.event(2, "Failure", "alice", "y"), [3]);
}

#[test]
fn every_comparison_and_unit_of_time_is_understood() {
    // Three failures, one each ten seconds: those that are told are told once.
    for (condition, timespan, wanted) in [
        ("{eq: 2}", "1m", vec![(10, 2)]),
        ("{neq: 1}", "1m", vec![(10, 2)]),
        ("{lt: 2}", "60s", vec![(0, 1)]),
        ("{lte: 1}", "1h", vec![(0, 1)]),
        ("{gt: 2}", "1d", vec![(20, 3)]),
        ("{gte: 3}", "20s", vec![(20, 3)]),
        ("{gte: 3}", "19s", vec![]),
    ] {
        let correlation =
            format!("type: event_count\nrules: failed\ngroup-by: [user]\ntimespan: {timespan}\ncondition: {condition}");
        assert_eq!(Bench::new(&correlation).failures([0, 10, 20]), wanted, "{condition} {timespan}");
    }
}

#[test]
fn a_condition_of_a_temporal_correlation_counts_its_rules() {
    let correlation = "type: temporal\nrules: [failed, success, other]\ngroup-by: [user]\ntimespan: 1m\n";
    let other = "title: Other\nid: other-id\nname: other\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n    s: {result: Other}\n    condition: s\n";
    for (condition, told) in [("condition: {gte: 2}", vec![2]), ("", vec![])] {
        let mut bench = Bench::with(&format!("{correlation}{condition}"), other);
        assert!(bench.event(0, "Failure", "alice", "x").is_empty());
        assert_eq!(bench.event(10, "Success", "alice", "x"), told, "{condition}");
    }
}

#[test]
fn numbers_are_summed_averaged_and_ranked() {
    let run = |kind: &str, condition: &str, values: &[&str]| {
        let mut bench = Bench::new(&format!(
            "type: {kind}\nrules: [failed]\ngroup-by: [user]\ntimespan: 5m\ncondition: {{field: v, {condition}}}"
        ));
        (0..).zip(values).map(|(second, value)| bench.event(second, "Failure", "alice", value).len()).sum::<usize>()
    };
    assert_eq!(run("value_sum", "gt: 100", &["50", "50", "1"]), 1);
    assert_eq!(run("value_sum", "gt: 100", &["50", "50", "x"]), 0);
    assert_eq!(run("value_avg", "gte: 10", &["1", "2", "27"]), 1);
    assert_eq!(run("value_avg", "gte: 10", &["1", "2", "26"]), 0);
    assert_eq!(run("value_median", "gte: 10", &["1", "10", "1000"]), 1);
    assert_eq!(run("value_percentile", "gte: 10, percentile: 90", &["1", "1", "1"]), 0);
}

#[test]
fn rules_that_meet_in_time_are_told_in_any_order() {
    let correlation = "type: temporal\nrules: [failed, success]\ngroup-by: [user]\ntimespan: 1m";
    let mut bench = Bench::new(correlation);
    assert!(bench.event(0, "Success", "alice", "").is_empty());
    assert!(bench.event(61, "Failure", "alice", "").is_empty());
    assert_eq!(bench.event(100, "Success", "alice", ""), [2]);
    let mut bench = Bench::new(correlation);
    assert!(bench.event(50, "Success", "alice", "").is_empty());
    assert_eq!(bench.event(10, "Failure", "alice", ""), [2]);
}

#[test]
fn ordered_rules_are_told_only_in_their_order() {
    let correlation = "type: temporal_ordered\nrules: [failed, success]\ngroup-by: [user]\ntimespan: 1m";
    let mut bench = Bench::new(correlation);
    assert!(bench.event(0, "Success", "alice", "").is_empty());
    assert!(bench.event(10, "Failure", "alice", "").is_empty());
    assert_eq!(bench.event(20, "Success", "alice", ""), [2]);
    assert!(bench.event(30, "Success", "bob", "").is_empty());
    // The first one comes late.
    assert_eq!(bench.event(25, "Failure", "bob", ""), [2]);
    // Another pair is another finding.
    assert!(bench.event(40, "Failure", "alice", "").is_empty());
    assert_eq!(bench.event(41, "Success", "alice", ""), [2]);
    assert!(bench.event(200, "Failure", "carol", "").is_empty());
    assert!(bench.event(261, "Success", "carol", "").is_empty());
}

#[test]
fn an_alias_names_another_field_in_each_rule() {
    let correlation = "type: temporal\nrules: [failed, success]\ngroup-by: [person]\ntimespan: 1m\naliases:\n    person:\n        failed: user\n        success: v";
    let mut bench = Bench::new(correlation);
    assert!(bench.event(0, "Failure", "alice", "x").is_empty());
    assert!(bench.event(1, "Success", "alice", "bob").is_empty());
    assert_eq!(bench.event(2, "Success", "bob", "alice"), [2]);
}

#[test]
fn a_correlation_may_look_at_another() {
    let text = format!(
        "title: many, then one\nid: c-outer\ncorrelation:\n    type: temporal_ordered\n    rules: [many, success]\n    group-by: [user]\n    timespan: 10m\n---\ntitle: many\nname: many\nid: c-many\ncorrelation:\n    type: event_count\n    rules: [failed]\n    group-by: [user]\n    timespan: 5m\n    condition: {{gte: 3}}\n{BASES}"
    );
    let (rules, errors) = RuleSet::load(&[("m".into(), vec![("c.yml".into(), text)])], false);
    assert_eq!(errors, []);
    let mut bench = Bench { correlator: Correlator::new(&rules), rules, next: 0, seconds: HashMap::new() };
    assert_eq!(bench.failures([0, 1, 2, 3]), []);
    assert_eq!(bench.event(9, "Success", "alice", ""), [2]);
    assert!(bench.event(9, "Success", "bob", "").is_empty());
}

#[test]
fn what_feeds_a_correlation_tells_nothing_by_itself_unless_it_is_asked_to() {
    for (generate, told) in [("", false), ("\ngenerate: false", false), ("\ngenerate: true", true)] {
        let bench = Bench::new(&format!("{COUNT}{generate}"));
        assert_eq!(bench.rules.rule("failed-id").unwrap().generates, told, "{generate}");
        assert!(bench.rules.rule("success-id").unwrap().generates);
    }
}

#[test]
fn a_broken_correlation_says_why() {
    for (correlation, why) in [
        ("type: wrong\nrules: [failed]\ntimespan: 1m\ncondition: {gte: 1}", "no correlation type `wrong`"),
        ("type: event_count\nrules: [failed]\ntimespan: 1m", "needs a condition"),
        ("type: event_count\nrules: [failed]\ntimespan: soon\ncondition: {gte: 1}", "timespan `soon`"),
        ("type: event_count\nrules: [failed]\ncondition: {gte: 1}", "timespan ``"),
        ("type: event_count\ntimespan: 1m\ncondition: {gte: 1}", "names no rules"),
        ("type: value_count\nrules: [failed]\ntimespan: 1m\ncondition: {gte: 1}", "needs a `field`"),
        ("type: value_percentile\nrules: [failed]\ntimespan: 1m\ncondition: {field: v, gte: 1}", "`percentile`"),
        ("type: event_count\nrules: [failed]\ntimespan: 1m\ncondition: {around: 1}", "no `around`"),
        ("type: event_count\nrules: [failed, nobody]\ntimespan: 1m\ncondition: {gte: 1}", "`nobody`"),
        ("type: temporal\nrules: [failed, c]\ntimespan: 1m", "`c`"),
    ] {
        let indented: String = correlation.lines().flat_map(|line| ["    ", line, "\n"]).collect();
        let text = format!("title: c\nid: c-id\ncorrelation:\n{indented}{BASES}");
        let (rules, errors) = RuleSet::load(&[("m".into(), vec![("c.yml".into(), text)])], false);
        assert_eq!(rules.rules().len(), 2, "{correlation}");
        assert!(errors.len() == 1 && errors[0].why.contains(why), "{correlation}: {errors:?}");
    }
}

#[test]
fn memory_stays_bounded_over_ever_new_groups() {
    let mut bench = Bench::new(COUNT);
    for n in 0..1000 {
        bench.event(n, "Failure", "alice", "");
    }
    let group_sizes: usize = bench.correlator.groups.iter().flat_map(|groups| groups.values()).map(Group::len).sum();
    assert_eq!(group_sizes, bench.correlator.seen);
    bench.correlator.forget();
    assert!(bench.correlator.seen <= 1000);
}

#[test]
fn a_group_stays_bounded_and_keeps_what_is_near_the_newest_comer() {
    let ways: [Box<dyn Fn(i64) -> i64>; 3] = [Box::new(|n| n * 100), Box::new(|n| -n * 100), Box::new(|_| 0)];
    for way in ways {
        let mut bench = Bench::new(COUNT);
        for n in 0..6_000 {
            bench.event(way(n), "Failure", "alice", "");
        }
        let kept: usize = bench.correlator.groups.iter().flat_map(|groups| groups.values()).map(Group::len).sum();
        assert!((4_096..=4_608).contains(&kept) && kept == bench.correlator.seen, "{kept}");
        // The last comers are there: one more second with two more events meets the condition once.
        let last = way(5_999);
        let told: Vec<u32> =
            [last + 1, last + 2].iter().flat_map(|second| bench.event(*second, "Failure", "alice", "")).collect();
        assert_eq!(told, if way(1) == 0 { vec![] } else { vec![3] });
    }
}

#[test]
fn many_different_values_are_counted_as_exactly_as_few() {
    let counted = "type: value_count\nrules: failed\ngroup-by: [user]\ntimespan: 1h\ncondition: {field: v, gte: 40}";
    let mut bench = Bench::new(counted);
    let told: Vec<(i64, Vec<u32>)> = (0..100)
        .map(|n| (n, bench.event(n, "Failure", "alice", &format!("v{}", n / 2))))
        .filter(|(_, told)| !told.is_empty())
        .collect();
    assert_eq!(told, [(78, vec![79])], "the fortieth value is the 79th event");
}

#[test]
fn a_finding_stands_on_the_latest_event_whichever_came_last() {
    let rules = RuleSet::builtin();
    let calls =
        [("stop", 0, "StopInstances"), ("change", 60, "ModifyInstanceAttribute"), ("start", 120, "StartInstances")];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut correlator = Correlator::new(&rules);
        let mut told = Vec::new();
        for (id, second, name) in order.map(|at| calls[at]) {
            let raw = json!({
                "eventID": id, "eventName": name, "eventSource": "ec2.amazonaws.com",
                "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/alice"},
                "requestParameters": {"userData": "<sensitiveDataRemoved>"},
            });
            let raw = raw.to_string();
            let subject = Subject::new("ec2.amazonaws.com", name, raw.as_bytes());
            let time = Timestamp::from_second(1_700_000_000 + second).unwrap();
            told.extend(correlator.observe(&rules.hits(&subject), &subject, time));
        }
        let told: Vec<_> = told.iter().map(|finding| (finding.event_id.as_str(), finding.severity)).collect();
        assert_eq!(told, [("start", Severity::Critical)], "{order:?}");
    }
}

#[test]
fn a_burst_that_a_late_event_completes_stands_on_its_latest() {
    let mut bench = Bench::new(COUNT);
    assert_eq!(bench.failures([0, 40]), []);
    // The helper holds each finding against the seconds of what was seen.
    assert_eq!(bench.failures([20]), [(20, 3)]);
}

/// What is told of a log whose records are read in some order.
fn told_in_order(seconds: &[i64], at_once: bool) -> Vec<(String, u32)> {
    let bench = Bench::new(COUNT);
    let mut spotter = Spotter::new(&bench.rules);
    let mut correlations = InOrder::new(&bench.rules, at_once);
    let mut told = Vec::new();
    for second in seconds {
        let id = format!("e-{second}");
        let raw = json!({"eventID": id, "eventName": "Login", "result": "Failure", "user": "alice"}).to_string();
        let subject = Subject::new("signin.amazonaws.com", "Login", raw.as_bytes());
        let time = Timestamp::from_second(1_700_000_000 + second).unwrap();
        let sighting = spotter.spot(&bench.rules.hits(&subject), &subject, time);
        correlations.add(sighting.map(|sighting| (sighting, id)));
        told.extend(correlations.ripe());
    }
    told.extend(correlations.rest());
    let found = |(completed_by, findings): (String, Vec<crate::domain::finding::Finding>)| {
        findings.into_iter().map(move |finding| {
            assert!(at_once || finding.event_id == completed_by);
            (finding.event_id, finding.count)
        })
    };
    told.into_iter().flat_map(found).collect()
}

#[test]
fn recorded_events_are_seen_in_the_order_of_time_whatever_the_order_of_reading() {
    let in_order = [("e-40".to_owned(), 3), ("e-210".to_owned(), 3)];
    for seconds in [
        [0, 20, 40, 50, 170, 200, 210],
        [210, 200, 170, 50, 40, 20, 0],
        [40, 210, 0, 50, 200, 20, 170],
        [50, 0, 170, 40, 210, 20, 200],
    ] {
        assert_eq!(told_in_order(&seconds, false), in_order, "{seconds:?}");
    }
    // A stream may never end: what it brings is seen as it comes.
    assert_eq!(told_in_order(&[40, 0, 50, 20], true), [("e-50".to_owned(), 3)]);
    assert_eq!(told_in_order(&[40, 0, 50, 20], false), [("e-40".to_owned(), 3)]);
}
