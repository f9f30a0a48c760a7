//! What single remedies do beside what all do.

use super::{Command, Drill, FaultKind, StepStatus};
use crate::domain::instance::InstanceState;
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::fixture::{self, WEB, inventory, scope, start};
use crate::respond::plan::{Options, Plan, bind};
use crate::respond::playbook::Playbook;
use crate::respond::remedy::Remedy;

/// A plan of one step with one remedy.
pub(super) fn plan_of(remedy: Remedy, target: &Resource, focus: Vec<Resource>) -> Plan {
    let text = format!(
        "name = \"one\"\ntitle = \"One\"\ntargets = [\"instance\", \"security-group\", \"security-group-rule\", \
         \"snapshot\", \"access-key\", \"user\", \"role\"]\n[[step]]\nid = \"it\"\ntitle = \"It\"\nremedy = \"{remedy}\"\n"
    );
    let playbook = Playbook::parse(&text, "test").unwrap();
    let options = Options { case: "case-1".into(), at: start(), focus, ..Options::default() };
    bind(&playbook, target, &inventory(), &scope(), &options).unwrap()
}

#[test]
fn start_begins_from_a_stopped_instance() {
    let web = Resource::new(ResourceKind::Instance, WEB);
    let mut drill = Drill::new(plan_of(Remedy::Start, &web, vec![]));
    drill.world.state = InstanceState::Stopped;
    drill.runs(&["it"]);
    assert_eq!(drill.world.state, InstanceState::Running);
    drill.undoes();
    assert_eq!(drill.world.state, InstanceState::Stopped);
}

#[test]
fn a_reboot_calls_once_although_the_state_is_as_wanted() {
    let web = Resource::new(ResourceKind::Instance, WEB);
    let mut drill = Drill::new(plan_of(Remedy::Reboot, &web, vec![]));
    drill.runs(&["it"]);
    assert_eq!(drill.world.writes(), ["RebootInstances"]);
    assert_eq!(drill.status("it"), StepStatus::Done);
}

#[test]
fn a_reboot_whose_answer_was_lost_is_not_known_until_it_is_asked_for_again() {
    let web = Resource::new(ResourceKind::Instance, WEB);
    for kind in [FaultKind::Network, FaultKind::Timeout] {
        let mut drill = Drill::new(plan_of(Remedy::Reboot, &web, vec![]));
        drill.world.fail("ec2:RebootInstances", 1, kind);
        drill.runs(&["it"]);
        assert_eq!(drill.status("it"), StepStatus::NotKnown);
        assert!(!drill.run.is_well() && !drill.run.is_open());
        let fault = drill.run.stopped.clone().unwrap();
        assert!(fault.message.starts_with("whether the call reached i-0abc12de34f567890 is not known"), "{fault}");
        assert!(fault.hint.starts_with("look for RebootInstances in the events of i-0abc12de34f567890"), "{fault}");
        drill.does(&Command::Verify { step: "it".into() }).unwrap();
        drill.restarts();
        drill.undoes();
        assert_eq!(drill.objects("it"), ["not known"], "neither reading nor undoing makes it known");
        assert!(!drill.run.can_run("it"), "it is not run again by itself");
        drill.runs(&["it"]);
        assert_eq!(drill.status("it"), StepStatus::Done);
        assert_eq!(drill.world.writes(), ["RebootInstances", "RebootInstances"]);
    }
}

#[test]
fn only_the_rule_of_the_event_is_revoked_where_the_event_names_one() {
    let group = Resource::new(ResourceKind::SecurityGroup, "sg-11111111");
    let focus = vec![Resource::new(ResourceKind::SecurityGroupRule, "sgr-00000002")];
    let mut drill = Drill::new(plan_of(Remedy::RevokeRules, &group, focus));
    drill.runs(&["it"]);
    assert_eq!(drill.world.writes(), ["RevokeSecurityGroupEgress"]);
    assert!(drill.world.rules.iter().any(|rule| rule.id == "sgr-00000001"), "the other rule stays");
}

#[test]
fn revoked_rules_come_back_with_their_descriptions() {
    let mut drill = Drill::new(fixture::plan("open-security-groups", "sg-11111111"));
    let steps = drill.run.plan.containment();
    drill.does(&super::Command::Run { steps }).unwrap();
    assert_eq!(drill.status("verify"), StepStatus::Done);
    assert!(!drill.world.rules.iter().any(|rule| rule.id == "sgr-00000001"));
    drill.undoes();
    let back = drill.world.rules.iter().find(|rule| rule.from_port == Some(22)).unwrap();
    assert_eq!(back.description, "set by hand");
}

#[test]
fn nothing_of_an_instance_that_was_terminated_is_taken_back() {
    let mut drill = Drill::contain();
    drill.runs(&["protect", "snapshot", "isolate", "terminate"]);
    assert_eq!(drill.status("terminate"), StepStatus::Done);
    drill.world.interfaces.clear();
    let before = drill.world.writes().len();
    drill.undoes();
    assert_eq!(drill.objects("terminate"), ["done", "stays", "stays"]);
    assert_eq!(drill.objects("protect"), ["stays"]);
    assert_eq!(drill.objects("isolate")[2..], ["stays", "stays"]);
    assert_eq!(drill.world.writes()[before..], ["DeleteSecurityGroup"], "the group is nobody's any more");
}

#[test]
fn a_run_learns_from_the_journal_that_a_later_one_terminated_the_instance() {
    let mut first = Drill::contain();
    first.runs(&["protect", "snapshot"]);
    let mut later = Drill::contain();
    later.world = first.world;
    later.run.plan.made = start() + jiff::SignedDuration::from_hours(1);
    later.runs(&["terminate"]);
    assert_eq!(later.status("terminate"), StepStatus::Done);
    first.world = later.world;
    let records = first.journal.iter().chain(&later.journal);
    let runs = crate::respond::run::Run::of_records(records.map(|(record, at)| (record, *at)));
    first.run = runs.into_iter().next().unwrap();
    first.undoes();
    assert_eq!(first.objects("protect"), ["stays"]);
    assert!(!first.world.protected, "nothing was called");
}
