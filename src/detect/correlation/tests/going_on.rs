//! Bursts that go on, and what looks at them.

use super::*;

/// Many failures, then a success.
fn guessed(count: u32) -> Bench {
    let text = format!(
        "title: guessed\nid: c-outer\ncorrelation:\n    type: temporal_ordered\n    rules: [many, success]\n    group-by: [user]\n    timespan: 10m\n---\ntitle: many\nname: many\nid: c-many\ncorrelation:\n    type: event_count\n    rules: [failed]\n    group-by: [user]\n    timespan: 10m\n    condition: {{gte: {count}}}\n{BASES}"
    );
    let (rules, errors) = RuleSet::load(&[("m".into(), vec![("c.yml".into(), text)])], false);
    assert_eq!(errors, []);
    Bench { correlator: Correlator::new(&rules), rules, next: 0, seconds: HashMap::new() }
}

#[test]
fn what_looks_at_a_burst_sees_it_as_long_as_it_goes_on() {
    for (failures, success, told) in [
        (vec![500, 900], 960, true),
        (vec![0, 60, 500, 900], 960, true),
        (vec![0, 60, 500, 900, 1400], 2000, true),
        (vec![0, 60], 661, false),
        // The last failure alone is no burst.
        (vec![0, 60, 1000], 1010, false),
        // Failures come late; the burst is met by its last one all the same.
        (vec![900, 500], 1450, true),
        (vec![900, 500], 700, false),
    ] {
        let mut bench = guessed(2);
        assert_eq!(bench.failures(failures.clone()), [], "what feeds another tells nothing");
        let found = bench.event(success, "Success", "alice", "");
        assert_eq!(found, if told { vec![2] } else { vec![] }, "{failures:?} {success}");
    }
    // The success is there before the failures are.
    let mut bench = guessed(2);
    assert!(bench.event(960, "Success", "alice", "").is_empty());
    let told = bench.failures([900, 500, 60, 0]);
    assert_eq!(told, [(500, 2)]);
}

#[test]
fn a_sign_in_that_succeeds_after_ever_so_many_failures_is_told() {
    let rules = RuleSet::builtin();
    for failures in [5, 20, 60] {
        let mut correlator = Correlator::new(&rules);
        let mut told = Vec::new();
        for minute in 0..=failures {
            let result = if minute == failures { "Success" } else { "Failure" };
            let raw = json!({
                "eventID": format!("e-{minute}"), "eventName": "ConsoleLogin", "eventSource": "signin.amazonaws.com",
                "sourceIPAddress": "203.0.113.7", "userIdentity": {"type": "IAMUser", "userName": "alice"},
                "responseElements": {"ConsoleLogin": result}, "additionalEventData": {"MFAUsed": "No"},
                "errorMessage": if minute == failures { None } else { Some("Failed authentication") },
            });
            let raw = raw.to_string();
            let subject = Subject::new("signin.amazonaws.com", "ConsoleLogin", raw.as_bytes());
            let time = Timestamp::from_second(1_700_000_000 + minute * 60).unwrap();
            told.extend(correlator.observe(&rules.hits(&subject), &subject, time));
        }
        let guessed = told.iter().filter(|finding| finding.title.starts_with("A sign-in succeeds after")).count();
        assert_eq!(guessed, 1, "{failures} failures: {told:?}");
    }
}
