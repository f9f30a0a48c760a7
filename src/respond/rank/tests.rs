use super::{Selection, suggest};
use crate::domain::actor::{Actor, ActorKind};
use crate::domain::event::{Access, Event, EventError};
use crate::domain::finding::{Finding, Severity};
use crate::domain::instance::InstanceState;
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::fixture::{WEB, inventory, start};
use crate::respond::playbook::Catalogue;

fn event(name: &str, resources: Vec<Resource>) -> Event {
    let mut actor = Actor::unknown();
    actor.kind = ActorKind::User;
    actor.name = "ci-deploy".into();
    actor.access_key = "AKIAIOSFODNN7EXAMPLE".into();
    Event {
        id: "e-1".into(),
        time: start(),
        name: name.into(),
        source: "ec2.amazonaws.com".into(),
        region: "eu-west-1".into(),
        account: "123456789012".into(),
        actor,
        ip: "203.0.113.7".into(),
        agent: "aws-cli".into(),
        access: Access::Write,
        error: None,
        resources,
        dry_run: false,
        mine: false,
    }
}

fn finding() -> Finding {
    Finding {
        rule_id: "r".into(),
        title: "Security group opened to the world".into(),
        severity: Severity::Critical,
        event_id: "e-1".into(),
        origin: "ours".into(),
        because: vec![],
        count: 1,
    }
}

#[test]
fn an_opened_group_is_closed_first_by_exactly_the_rule_that_opened_it() {
    let event = event("AuthorizeSecurityGroupIngress", vec![Resource::new(ResourceKind::SecurityGroup, "sg-11111111")]);
    let raw = r#"{"securityGroupRuleSet":{"items":[{"securityGroupRuleId":"sgr-00000001"}]}}"#;
    let findings = [finding()];
    let selection = Selection { event: Some(&event), raw, findings: &findings, ..Selection::default() };
    let all = suggest(&Catalogue::builtin(), &selection, &inventory());
    assert_eq!(all[0].playbook, "open-security-groups");
    assert_eq!(all[0].target.id, "sg-11111111");
    assert!(all[0].focus.contains(&Resource::new(ResourceKind::SecurityGroupRule, "sgr-00000001")));
    assert_eq!(all[1].playbook, "leaked-key");
    assert_eq!(all[1].target.id, "AKIAIOSFODNN7EXAMPLE");
    assert!(all[1].focus.contains(&Resource::new(ResourceKind::User, "ci-deploy")));
    assert!(all[0].focus.contains(&Resource::new(ResourceKind::Address, "203.0.113.7")));
    let contained: Vec<_> =
        all.iter().filter(|one| one.playbook == "compromised-instance").map(|one| one.target.id.as_str()).collect();
    assert!(contained.contains(&WEB), "the instances behind the group can be contained: {contained:?}");
    assert!(all.iter().all(|one| !one.why.is_empty()));
}

#[test]
fn an_instance_alone_can_be_contained() {
    let selection = Selection { instance: Some(WEB), ..Selection::default() };
    let all = suggest(&Catalogue::builtin(), &selection, &inventory());
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].playbook.as_str(), all[0].target.id.as_str()), ("compromised-instance", WEB));
}

#[test]
fn what_a_call_did_is_said_only_of_what_it_names_and_only_where_it_did_it() {
    let names = |event: &Event, instance: Option<&str>| -> Vec<String> {
        let findings = [finding()];
        let selection = Selection { event: Some(event), raw: "", findings: &findings, instance, of_instance: false };
        suggest(&Catalogue::builtin(), &selection, &inventory())
            .into_iter()
            .filter(|one| one.target.kind == ResourceKind::Instance)
            .map(|one| one.playbook)
            .collect()
    };
    let mut launch = event("RunInstances", vec![Resource::new(ResourceKind::Instance, WEB)]);
    assert_eq!(names(&launch, None), ["rogue-instances", "compromised-instance"]);
    launch.error = Some(EventError { code: "Client.UnauthorizedOperation".into(), message: String::new() });
    assert_eq!(names(&launch, None), ["compromised-instance"], "a launch that was refused launched nothing");
    let image = event("RunInstances", vec![Resource::new(ResourceKind::Image, "ami-11111111")]);
    assert_eq!(names(&image, None), Vec::<String>::new(), "others of the same image are not the call's");
    assert_eq!(names(&image, Some(WEB)), ["compromised-instance"], "the instance that is shown was not launched by it");
}

#[test]
fn a_finding_is_said_to_touch_only_what_its_event_has_to_do_with() {
    let findings = [finding()];
    let said = |event: &Event, of_instance: bool| {
        let selection =
            Selection { event: Some(event), raw: "", findings: &findings, instance: Some(WEB), of_instance };
        let all = suggest(&Catalogue::builtin(), &selection, &inventory());
        let one = all.into_iter().find(|one| one.target.id == WEB).unwrap();
        (one.why, one.follows, one.focus.len())
    };
    let touched = "a finding touches the instance: critical finding 'Security group opened to the world'";
    let apart = ("it contains any instance".to_owned(), false, 0);
    let stopped = event("StopLogging", vec![Resource::new(ResourceKind::Trail, "main")]);
    let mut image = event("RunInstances", vec![Resource::new(ResourceKind::Image, "ami-11111111")]);
    image.dry_run = true;
    let opened =
        event("AuthorizeSecurityGroupIngress", vec![Resource::new(ResourceKind::SecurityGroup, "sg-11111111")]);
    for of_instance in [false, true] {
        assert_eq!(said(&stopped, of_instance), apart, "an event that touches no instance");
        assert_eq!(said(&image, of_instance), apart, "a launch that was only tried, of the same image");
        assert_eq!(said(&opened, of_instance).0, touched);
        assert!(said(&opened, of_instance).1, "it follows from the event");
        let mut refused = opened.clone();
        refused.error = Some(EventError { code: "UnauthorizedOperation".into(), message: String::new() });
        assert_eq!(said(&refused, of_instance).0, apart.0, "a group that was not opened reaches nothing");
    }
}

#[test]
fn a_reason_names_the_call_and_the_finding_that_it_speaks_of() {
    let event = event("StartInstances", vec![Resource::new(ResourceKind::Instance, WEB)]);
    let findings = [finding()];
    let selection = Selection { event: Some(&event), findings: &findings, ..Selection::default() };
    let all = suggest(&Catalogue::builtin(), &selection, &inventory());
    let words = "the call brought the instance up anew, and a finding is on it: StartInstances, critical finding \
                 'Security group opened to the world'";
    assert_eq!(all[0].why, words);
}

#[test]
fn an_instance_that_is_terminated_is_not_offered_for_containing() {
    let mut inventory = inventory();
    inventory.instances.get_mut(WEB).unwrap().state = InstanceState::Terminated;
    let selection = Selection { instance: Some(WEB), ..Selection::default() };
    assert_eq!(suggest(&Catalogue::builtin(), &selection, &inventory), vec![]);
}

#[test]
fn the_legacy_call_leads_to_its_own_playbook() {
    let event = event("DetachClassicLinkVpc", vec![Resource::new(ResourceKind::Instance, WEB)]);
    let selection = Selection { event: Some(&event), ..Selection::default() };
    assert_eq!(suggest(&Catalogue::builtin(), &selection, &inventory())[0].playbook, "legacy-classiclink");
}

#[test]
fn temporary_keys_are_not_offered_for_turning_off() {
    let mut event = event("RunInstances", vec![]);
    event.actor.access_key = "ASIAIOSFODNN7EXAMPLE".into();
    let findings = [finding()];
    let selection = Selection { event: Some(&event), findings: &findings, ..Selection::default() };
    let all = suggest(&Catalogue::builtin(), &selection, &inventory());
    assert!(!all.iter().any(|one| one.playbook == "leaked-key"));
}
