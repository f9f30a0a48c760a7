use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;

use super::{Guarded, Pending, Responder};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::call::{Answer, Call};
use crate::respond::fixture::{WEB, World, every, scope};
use crate::respond::guard::{Action, Guardrail, Guardrails, Serves};
use crate::respond::remedy::Remedy;

struct Account(Mutex<World>);

impl Responder for Account {
    fn call<'a>(&'a self, call: &'a Call, _: &'a Resource, _: Option<Serves>, _: bool) -> Pending<'a, Answer> {
        let answer = self.0.lock().unwrap().answer(call);
        async move { answer }.boxed()
    }

    fn simulate<'a>(&'a self, _: &'a [String], _: &'a str) -> Pending<'a, Vec<(String, bool)>> {
        async { Ok(vec![]) }.boxed()
    }
}

fn rail(action: Action) -> Guardrail {
    Guardrail { account: None, region: None, tag: None, remedy: None, action, reason: "change freeze".into() }
}

fn guarded(rail: Guardrail) -> (Arc<Account>, Guarded) {
    let account = Arc::new(Account(Mutex::new(World::new())));
    (Arc::clone(&account), Guarded::new(account, scope(), Guardrails(vec![rail])))
}

fn on_tag(tag: &str) -> Guardrail {
    Guardrail { tag: Some(tag.into()), ..rail(Action::Deny) }
}

fn web() -> Resource {
    Resource::new(ResourceKind::Instance, WEB)
}

fn stop(instance: &str) -> Call {
    Call::StopInstances { instance: instance.into() }
}

fn asked(responder: &Guarded, call: &Call, target: &Resource) -> Result<Answer, Fault> {
    responder.call(call, target, None, false).now_or_never().unwrap()
}

#[test]
fn a_forbidden_call_does_not_reach_the_account_and_a_read_does() {
    let (account, guarded) = guarded(rail(Action::Deny));
    let fault = asked(&guarded, &stop(WEB), &web()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(account.0.lock().unwrap().calls.is_empty());
    assert!(asked(&guarded, &Call::DescribeInstances { instance: WEB.into() }, &web()).is_ok());
}

#[test]
fn no_writing_call_goes_around_a_guardrail_and_a_dry_run_is_none() {
    for call in every::writes() {
        for rail in [rail(Action::Deny), on_tag("Name=web-*"), rail(Action::AtMost(0))] {
            let (account, guarded) = guarded(rail);
            let fault = asked(&guarded, &call, &web()).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Refused, "{call:?}");
            assert!(fault.message.contains("change freeze"), "{}", fault.message);
            assert!(account.0.lock().unwrap().writes().is_empty(), "{call:?}");
        }
        let (account, guarded) = guarded(rail(Action::Deny));
        account.0.lock().unwrap().fail(call.action(), 1, FaultKind::DryRun);
        let answer = guarded.call(&call, &web(), None, true).now_or_never().unwrap();
        assert_eq!(answer.unwrap_err().kind, FaultKind::DryRun, "{call:?}");
    }
}

#[test]
fn a_guardrail_on_a_remedy_meets_each_call_of_the_remedy_and_no_other() {
    for call in every::writes() {
        let met = |remedy: Remedy| {
            let (_, guarded) = guarded(Guardrail { remedy: Some(remedy.name().into()), ..rail(Action::Deny) });
            asked(&guarded, &call, &web()).is_err_and(|fault| fault.kind == FaultKind::Refused)
        };
        let by: Vec<_> = Remedy::ALL.into_iter().filter(|remedy| met(*remedy)).collect();
        assert!(!by.is_empty(), "no remedy stands for {call:?}: a guardrail on its remedy would let it through");
        assert!(by.len() <= 2, "{call:?} is of {by:?}");
    }
}

#[test]
fn a_guardrail_on_a_tag_reads_the_tags_itself_and_is_about_the_instance_of_the_plan() {
    let group = Call::CreateSecurityGroup {
        vpc: "vpc-1".into(),
        group_name: "quarantine".into(),
        description: "none".into(),
        tags: std::collections::BTreeMap::new(),
    };
    for call in [stop(WEB), group] {
        let (account, on_name) = guarded(on_tag("Name=web-*"));
        assert!(asked(&on_name, &call, &web()).is_err(), "{call:?}");
        assert!(account.0.lock().unwrap().writes().is_empty());
        let (account, on_other) = guarded(on_tag("env=prod"));
        assert!(asked(&on_other, &call, &web()).is_ok(), "{call:?}");
        assert_eq!(account.0.lock().unwrap().writes().len(), 1);
    }
}

#[test]
fn an_instance_that_cannot_be_read_is_not_waved_through_and_a_key_has_no_tags() {
    let (account, unread) = guarded(on_tag("env=prod"));
    account.0.lock().unwrap().fail("ec2:DescribeInstances", 1, FaultKind::Denied);
    assert!(asked(&unread, &stop(WEB), &web()).is_err());
    let (_, free) = guarded(on_tag("env=prod"));
    let key = Resource::new(ResourceKind::AccessKey, "AKIAIOSFODNN7EXAMPLE");
    let off = Call::UpdateAccessKey { user: "ci".into(), key: key.id.clone(), active: false };
    assert_eq!(asked(&free, &off, &key), Ok(Answer::Taken));
}

#[test]
fn a_limit_holds_as_long_as_the_console_is_armed() {
    let (_, guarded) = guarded(rail(Action::AtMost(1)));
    assert!(asked(&guarded, &stop("i-1"), &web()).is_ok());
    assert!(asked(&guarded, &stop("i-2"), &web()).is_err());
    assert!(asked(&guarded, &Call::StartInstances { instance: "i-1".into() }, &web()).is_ok());
}
