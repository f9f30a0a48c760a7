use std::collections::BTreeSet;

use super::{Action, Guardrail, Guardrails, Verdict, like};
use crate::domain::fault::FaultKind;
use crate::domain::scope::{Caller, Scope};
use crate::respond::call::Call;
use crate::respond::remedy::Remedy;

fn scope() -> Scope {
    let caller = Caller {
        account: "123456789012".into(),
        arn: "arn:aws:sts::123456789012:assumed-role/OnCall/alice".into(),
        user_id: "AROA1:alice".into(),
        alias: Some("prod-eu".into()),
    };
    Scope { profile: None, region: "eu-west-1".into(), caller }
}

fn rail(action: Action) -> Guardrail {
    Guardrail { account: None, region: None, tag: None, remedy: None, action, reason: "because".into() }
}

fn stop(instance: &str) -> Call {
    Call::StopInstances { instance: instance.into() }
}

#[test]
fn a_star_stands_for_any_text() {
    for (pattern, text, matches) in [
        ("eu-*", "eu-west-1", true),
        ("eu-*", "us-east-1", false),
        ("*", "", true),
        ("a*b*c", "aXbYc", true),
        ("a*b*c", "aXc", false),
        ("prod", "prod-eu", false),
    ] {
        assert_eq!(like(pattern, text), matches, "{pattern} {text}");
    }
}

#[test]
fn a_denied_remedy_is_refused_in_the_plan_and_at_the_call_with_its_reason() {
    let rails = Guardrails(vec![Guardrail { remedy: Some("stop".into()), ..rail(Action::Deny) }]);
    assert_eq!(rails.judge(&scope(), Remedy::Stop, &[], 1), Verdict::Denied("because".into()));
    assert_eq!(rails.judge(&scope(), Remedy::Start, &[], 1), Verdict::Free);
    let fault = rails.admit(&scope(), &stop("i-1"), None, &mut BTreeSet::new()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(fault.message.contains("because"));
    let read = Call::DescribeInstances { instance: "i-1".into() };
    assert!(Guardrails(vec![rail(Action::Deny)]).admit(&scope(), &read, None, &mut BTreeSet::new()).is_ok());
}

#[test]
fn every_condition_of_a_guardrail_must_hold() {
    let rails = Guardrails(vec![Guardrail {
        account: Some("prod-*".into()),
        region: Some("eu-*".into()),
        tag: Some("env=prod".into()),
        ..rail(Action::Confirm)
    }]);
    let prod = [("env".to_owned(), "prod".to_owned())];
    assert_eq!(rails.judge(&scope(), Remedy::Stop, &prod, 1), Verdict::Confirm("because".into()));
    assert_eq!(rails.judge(&scope(), Remedy::Stop, &[], 1), Verdict::Free);
    let mut elsewhere = scope();
    elsewhere.region = "us-east-1".into();
    assert_eq!(rails.judge(&elsewhere, Remedy::Stop, &prod, 1), Verdict::Free);
}

#[test]
fn tags_that_are_not_known_do_not_open_a_door() {
    let rails = Guardrails(vec![Guardrail { tag: Some("env=prod".into()), ..rail(Action::Deny) }]);
    assert!(rails.admit(&scope(), &stop("i-1"), None, &mut BTreeSet::new()).is_err());
    assert!(rails.admit(&scope(), &stop("i-1"), Some(&[]), &mut BTreeSet::new()).is_ok());
}

#[test]
fn a_limit_counts_objects_and_not_calls() {
    let rails = Guardrails(vec![rail(Action::AtMost(1))]);
    let mut touched = BTreeSet::new();
    assert!(rails.admit(&scope(), &stop("i-1"), None, &mut touched).is_ok());
    assert!(rails.admit(&scope(), &stop("i-1"), None, &mut touched).is_ok());
    assert!(rails.admit(&scope(), &stop("i-2"), None, &mut touched).is_err());
    assert_eq!(rails.judge(&scope(), Remedy::Stop, &[], 2), Verdict::Denied("2 objects, at most 1: because".into()));
}
