use std::collections::BTreeSet;

use super::{Action, Guardrail, Guardrails, Serves, Verdict, like, takes_back};
use crate::domain::fault::FaultKind;
use crate::domain::scope::{Caller, Scope};
use crate::respond::call::Call;
use crate::respond::fixture::every;
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
    let fault = rails.admit(&scope(), &stop("i-1"), None, None, &mut BTreeSet::new()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(fault.message.contains("because"));
    let read = Call::DescribeInstances { instance: "i-1".into() };
    assert!(Guardrails(vec![rail(Action::Deny)]).admit(&scope(), &read, None, None, &mut BTreeSet::new()).is_ok());
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
    assert!(rails.admit(&scope(), &stop("i-1"), None, None, &mut BTreeSet::new()).is_err());
    assert!(rails.admit(&scope(), &stop("i-1"), None, Some(&[]), &mut BTreeSet::new()).is_ok());
}

#[test]
fn a_limit_counts_objects_and_not_calls() {
    let rails = Guardrails(vec![rail(Action::AtMost(1))]);
    let mut touched = BTreeSet::new();
    assert!(rails.admit(&scope(), &stop("i-1"), None, None, &mut touched).is_ok());
    assert!(rails.admit(&scope(), &stop("i-1"), None, None, &mut touched).is_ok());
    assert!(rails.admit(&scope(), &stop("i-2"), None, None, &mut touched).is_err());
    assert_eq!(rails.judge(&scope(), Remedy::Stop, &[], 2), Verdict::Denied("2 objects, at most 1: because".into()));
}

fn denies(remedy: Remedy) -> Guardrails {
    Guardrails(vec![Guardrail { remedy: Some(remedy.name().into()), ..rail(Action::Deny) }])
}

fn passes(rails: &Guardrails, call: &Call, serves: Option<Serves>) -> bool {
    rails.admit(&scope(), call, serves, Some(&[]), &mut BTreeSet::new()).is_ok()
}

#[test]
fn an_undo_is_judged_by_the_remedy_that_it_takes_back_and_by_no_other() {
    for remedy in Remedy::ALL {
        for call in every::changes(remedy).iter().flat_map(crate::respond::change::Change::undo_calls) {
            assert!(takes_back(&call, remedy), "{call:?} of {remedy}");
            for other in Remedy::ALL.into_iter().filter(|other| *other != remedy) {
                assert!(passes(&denies(other), &call, Some(Serves::back(remedy))), "{other} for {call:?} of {remedy}");
            }
            assert!(!passes(&denies(remedy), &call, Some(Serves::back(remedy))), "{call:?} of {remedy}");
        }
    }
}

#[test]
fn what_is_passed_off_as_an_undo_is_judged_by_all_that_it_may_be() {
    let off = Call::SetTerminationProtection { instance: "i-1".into(), on: false };
    let gone = Call::TerminateInstances { instance: "i-1".into() };
    let rails = denies(Remedy::Terminate);
    assert!(passes(&rails, &off, Some(Serves::back(Remedy::ProtectTermination))));
    assert!(!passes(&rails, &off, None), "nobody says what it is for");
    assert!(!passes(&rails, &off, Some(Serves::forwards(Remedy::ProtectTermination))), "it brings no protection");
    for remedy in Remedy::ALL {
        assert!(!passes(&rails, &gone, Some(Serves::back(remedy))), "a termination takes no {remedy} back");
        assert!(!passes(&rails, &gone, Some(Serves::forwards(remedy))), "{remedy}");
    }
    for call in every::writes() {
        for own in Remedy::ALL.into_iter().filter(|own| !passes(&denies(*own), &call, None)) {
            for forged in Remedy::ALL.into_iter().filter(|remedy| !takes_back(&call, *remedy)) {
                assert!(!passes(&denies(own), &call, Some(Serves::back(forged))), "{call:?} as an undo of {forged}");
            }
        }
    }
}

#[test]
fn what_is_taken_back_is_not_counted_a_second_time() {
    let rails = Guardrails(vec![rail(Action::AtMost(1))]);
    let delete = Call::DeleteSecurityGroup { group: "sg-1".into() };
    let mut touched = BTreeSet::new();
    assert!(rails.admit(&scope(), &stop("i-1"), None, None, &mut touched).is_ok());
    assert!(rails.admit(&scope(), &delete, None, None, &mut touched).is_err());
    let back = Some(Serves::back(Remedy::IsolateNetwork));
    assert!(rails.admit(&scope(), &delete, back, None, &mut touched).is_ok());
    assert!(rails.admit(&scope(), &stop("i-2"), Some(Serves::back(Remedy::Start)), None, &mut touched).is_err());
}
