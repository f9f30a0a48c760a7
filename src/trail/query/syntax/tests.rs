use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Ask, Comparison, Field, Flag, IpTest, Pattern, Term, parse};
use crate::domain::finding::Severity;

fn now() -> Timestamp {
    "2026-11-24T14:30:00Z".parse().unwrap()
}

fn asks(text: &str) -> Vec<Term> {
    parse(text, now()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn ask(text: &str) -> Ask {
    let mut terms = asks(text);
    assert_eq!(terms.len(), 1, "{text}");
    terms.remove(0).ask
}

#[test]
fn terms_are_joined_by_space_and_negated_by_a_minus() {
    let terms = asks("event:Stop*  -is:read web-7");
    assert_eq!(terms.len(), 3);
    assert_eq!(terms[0].ask, Ask::Text(Field::Event, vec![Pattern::new("Stop*")]));
    assert_eq!((terms[1].negated, &terms[1].ask), (true, &Ask::Is(vec![Flag::Read])));
    assert_eq!((terms[2].negated, &terms[2].ask), (false, &Ask::Any(vec![Pattern::anywhere("web-7")])));
    assert_eq!(asks("   "), vec![]);
}

#[test]
fn alternatives_and_quotes() {
    assert_eq!(
        ask(r#"actor:alice|"bob smith"|"a|b""#),
        Ask::Text(Field::Actor, ["alice", "bob smith", "a|b"].map(Pattern::new).to_vec())
    );
    assert_eq!(ask(r#"agent:"100 * true""#), Ask::Text(Field::Agent, vec![Pattern::new(r"100 \* true")]));
    assert_eq!(ask(r#"raw:"say \"x\"""#), Ask::Raw(vec![r#"say "x""#.into()]));
    assert_eq!(ask(r#""event:x""#), Ask::Any(vec![Pattern::anywhere("event:x")]));
}

#[test]
fn addresses_blocks_and_service_names() {
    let Ask::Ip(tests) = ask("ip:10.0.0.0/8|203.0.113.7|AWS*|2001:db8::/32") else { panic!() };
    let matches = |ip: &str| tests.iter().any(|test| test.matches(ip));
    for (ip, expected) in [
        ("10.200.3.4", true),
        ("203.0.113.7", true),
        ("203.0.113.8", false),
        ("AWS Internal", true),
        ("2001:db8::5", true),
        ("253.252.51.07", false),
    ] {
        assert_eq!(matches(ip), expected, "{ip}");
    }
    assert!(matches!(&tests[0], IpTest::Block(_)));
}

#[test]
fn severities_ages_and_times() {
    assert_eq!(ask("sev>=high"), Ask::Severity(Comparison::AtLeast, Severity::High));
    assert_eq!(ask("sev:critical"), Ask::Severity(Comparison::Equal, Severity::Critical));
    assert_eq!(ask("sev:>=low"), Ask::Severity(Comparison::AtLeast, Severity::Low));
    assert_eq!(ask("age<2h"), Ask::Age(Comparison::Less, SignedDuration::from_hours(2)));
    assert_eq!(ask("after:14:02"), Ask::After("2026-11-24T14:02:00Z".parse().unwrap()));
    assert_eq!(ask("after:23:59"), Ask::After("2026-11-23T23:59:00Z".parse().unwrap()), "yesterday's");
    assert_eq!(ask("before:2026-11-24T10:00Z"), Ask::Before("2026-11-24T10:00:00Z".parse().unwrap()));
    assert_eq!(ask("before:2026-11-24"), Ask::Before("2026-11-24T00:00:00Z".parse().unwrap()));
    assert_eq!(ask("after:2026-11-24T10:00:05+02:00"), Ask::After("2026-11-24T08:00:05Z".parse().unwrap()));
}

#[test]
fn a_wrong_filter_says_where_and_why() {
    for (text, at, len, part) in [
        ("is:write evnt:x", 9, 4, "there is no key 'evnt': event, error?"),
        ("event:", 6, 1, "a value is missing"),
        ("event:a||b", 8, 1, "a value is missing"),
        ("is:rad", 3, 3, "'is:' takes read, write"),
        ("sev>=bad", 5, 3, "'bad' is no severity"),
        ("age<soon", 4, 4, "an age is"),
        ("after:noon", 6, 4, "a time is"),
        ("actor:\"alice", 6, 1, "never closed"),
        ("event>x", 0, 7, "takes ':'"),
    ] {
        let error = parse(text, now()).unwrap_err();
        assert_eq!((error.at, error.len), (at, len), "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
    }
}

#[test]
fn patterns_match_whole_texts_whatever_their_case() {
    for (pattern, text, expected) in [
        ("stopinstances", "StopInstances", true),
        ("stop", "StopInstances", false),
        ("stop*", "StopInstances", true),
        ("*instances", "StopInstances", true),
        ("s*p*s", "StopInstances", true),
        ("*stop*stop*", "StopInstances", false),
        ("a*a", "a", false),
        ("*", "", true),
        (r"\*", "*", true),
        (r"\*", "x", false),
        ("ärger", "ÄRGER", true),
    ] {
        assert_eq!(Pattern::new(pattern).matches(text), expected, "{pattern} on {text}");
    }
    assert!(Pattern::anywhere("stan").matches("StopInstances"));
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "[ -~äß\u{202e}\"|:*<>=-]{0,60}") {
        if let Err(error) = parse(&text, now()) {
            prop_assert!(error.at <= text.len() && error.len > 0);
            prop_assert!(text.is_char_boundary(error.at));
        }
    }

    #[test]
    fn a_pattern_made_of_a_text_matches_it(text in "[a-z*]{0,12}") {
        prop_assert!(Pattern::new(&text.replace('*', r"\*")).matches(&text));
        prop_assert!(Pattern::new("*").matches(&text));
    }
}
