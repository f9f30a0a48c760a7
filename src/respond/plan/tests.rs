use super::{Confirm, Options, StepKind, bind, survivors};
use crate::domain::fault::FaultKind;
use crate::domain::network::{Direction, Peer};
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::check::{Question, Verdict, questions};
use crate::respond::fixture::{WEB, instance, inventory, plan, plan_over, rule, scope, start};
use crate::respond::guard::{Action, Guardrail, Guardrails};
use crate::respond::playbook::Catalogue;

fn web() -> Resource {
    Resource::new(ResourceKind::Instance, WEB)
}

fn guarded(rail: Guardrail) -> super::Plan {
    let options =
        Options { case: "case-1".into(), at: start(), guardrails: Guardrails(vec![rail]), ..Options::default() };
    let catalogue = Catalogue::builtin();
    bind(catalogue.get("compromised-instance").unwrap(), &web(), &inventory(), &scope(), &options).unwrap()
}

fn deny(remedy: &str) -> Guardrail {
    Guardrail {
        account: None,
        region: None,
        tag: None,
        remedy: Some(remedy.into()),
        action: Action::Deny,
        reason: "change freeze".into(),
    }
}

#[test]
fn a_plan_says_calls_state_undo_and_commands() {
    let plan = plan("compromised-instance", WEB);
    let (_, isolate) = plan.step("isolate").unwrap();
    let actions: Vec<_> = isolate.calls.iter().map(|call| (call.action.as_str(), call.resource.as_str())).collect();
    assert_eq!(
        actions,
        [
            ("ec2:CreateSecurityGroup", "vpc-11111111"),
            ("ec2:RevokeSecurityGroupEgress", "$QUARANTINE_SG"),
            ("ec2:ModifyNetworkInterfaceAttribute", "eni-11111111"),
            ("ec2:ModifyNetworkInterfaceAttribute", "eni-22222222"),
        ]
    );
    assert_eq!(isolate.before[1].state, "sg-11111111, sg-22222222");
    assert!(isolate.undo.contains(&"former groups of eni-22222222: sg-22222222".to_owned()));
    assert!(isolate.cli[0].starts_with("QUARANTINE_SG=$(aws ec2 create-security-group"));
    assert!(isolate.cli[2].contains("--groups \"$QUARANTINE_SG\""));
    assert!(isolate.actions.contains(&"ec2:DeleteSecurityGroup".to_owned()), "undo is permitted too");
    assert!(isolate.actions.contains(&"ec2:DescribeSecurityGroupRules".to_owned()), "so is reading back");
}

#[test]
fn a_plan_serialises_with_the_keys_that_headless_output_promises() {
    let plan = plan("compromised-instance", WEB);
    let json = serde_json::to_value(&plan).unwrap();
    for key in ["playbook", "target", "scope", "steps"] {
        assert!(json.get(key).is_some(), "{key}");
    }
    for key in ["id", "title", "remedy", "calls", "before", "undo", "risk", "cli"] {
        assert!(json["steps"][2].get(key).is_some(), "{key}");
    }
    assert_eq!(serde_json::from_value::<super::Plan>(json).unwrap(), plan);
}

#[test]
fn the_blast_radius_names_who_shares_the_profile_and_the_groups() {
    let plan = plan("compromised-instance", WEB);
    let said = plan.blast_radius.join("\n");
    assert!(said.contains("web-role is shared with 1 other instance (not touched): web-8"), "{said}");
    assert!(said.contains("sg-11111111 is shared with 1 other instance"), "{said}");
    assert!(said.contains("nothing new reaches 203.0.113.20"), "{said}");
}

#[test]
fn steps_that_cannot_be_taken_back_are_confirmed_by_typing() {
    let plan = plan("compromised-instance", WEB);
    assert_eq!(plan.step("terminate").unwrap().1.confirm, Confirm::Typing(WEB.into()));
    assert_eq!(plan.step("isolate").unwrap().1.confirm, Confirm::Choice);
    assert_eq!(plan.step("evidence").unwrap().1.confirm, Confirm::Nothing);
    assert_eq!(plan.step("memory").unwrap().1.kind, StepKind::ByHand);
    assert!(plan.step("memory").unwrap().1.cli[0].contains(WEB), "the id is filled in");
}

#[test]
fn a_guardrail_refuses_its_step_with_the_reason_and_leaves_the_others() {
    let plan = guarded(deny("isolate-network"));
    assert_eq!(plan.step("isolate").unwrap().1.refused.as_deref(), Some("change freeze"));
    assert_eq!(plan.step("protect").unwrap().1.refused, None);
    let typed = guarded(Guardrail { action: Action::Confirm, ..deny("tag") });
    assert_eq!(typed.step("tag").unwrap().1.confirm, Confirm::Typing(WEB.into()));
    assert!(typed.step("tag").unwrap().1.text.contains("change freeze"));
}

#[test]
fn a_guardrail_that_the_responder_would_break_on_is_seen_in_the_plan() {
    let plan = guarded(deny("revoke-rules"));
    let refused = plan.step("isolate").unwrap().1.refused.clone().unwrap();
    assert!(refused.contains("change freeze"), "the new group's default rule must be revoked: {refused}");
}

#[test]
fn a_plan_is_bound_only_to_what_it_takes_and_what_is_there() {
    let catalogue = Catalogue::builtin();
    let playbook = catalogue.get("compromised-instance").unwrap();
    let options = Options { case: "case-1".into(), at: start(), ..Options::default() };
    let fault = |id: &str| {
        let target = Resource::of_id(id).unwrap();
        bind(playbook, &target, &inventory(), &scope(), &options).unwrap_err().kind
    };
    assert_eq!(fault("snap-11111111"), FaultKind::Invalid);
    assert_eq!(fault("i-00000000"), FaultKind::NotFound);
    let mut elsewhere = inventory();
    elsewhere.region = "us-east-1".into();
    let wrong = bind(playbook, &web(), &elsewhere, &scope(), &options).unwrap_err();
    assert_eq!(wrong.kind, FaultKind::Refused);
}

#[test]
fn only_tracked_connections_may_survive() {
    let mut inventory = inventory();
    let found = survivors(&instance(WEB, "web-7"), &inventory);
    let said: Vec<_> =
        found.iter().map(|one| (one.interface.as_str(), one.ports.as_str(), one.peer.as_str())).collect();
    // 22/tcp from anywhere with everything let out is not tracked, on the interface that has both rules.
    assert_eq!(
        said,
        [
            ("eni-11111111", "5432/tcp", "10.0.0.0/16"),
            ("eni-11111111", "all traffic", "0.0.0.0/0"),
            ("eni-22222222", "5432/tcp", "10.0.0.0/16"),
        ]
    );
    inventory.groups.get_mut("sg-11111111").unwrap().rules.push({
        let mut all = rule("sgr-00000009", "sg-11111111", Direction::Ingress, None, "0.0.0.0/0");
        all.peer = Peer::Cidr("0.0.0.0/0".into());
        all
    });
    let found = survivors(&instance(WEB, "web-7"), &inventory);
    assert!(!found.iter().any(|one| one.peer == "0.0.0.0/0"), "all traffic both ways is cut at once: {found:?}");
}

#[test]
fn traffic_through_a_nat_gateway_is_always_tracked() {
    let mut inventory = inventory();
    inventory.route_tables.get_mut("rtb-11111111").unwrap().routes[0].target = "nat-11111111".into();
    inventory.groups.get_mut("sg-11111111").unwrap().rules.push(rule(
        "sgr-00000009",
        "sg-11111111",
        Direction::Ingress,
        None,
        "0.0.0.0/0",
    ));
    let found = survivors(&instance(WEB, "web-7"), &inventory);
    let out = found.iter().find(|one| one.direction == Direction::Egress).unwrap();
    assert_eq!(out.why, "traffic through nat-11111111 is always tracked");
    assert_eq!(out.until, "up to 5 days idle");
}

#[test]
fn every_call_of_a_plan_is_asked_about_in_the_way_that_it_allows() {
    let plan = plan("compromised-instance", WEB);
    let asked = questions(&plan);
    let of = |step: &str| asked.iter().find(|(id, _)| id == step).unwrap().1.clone();
    assert!(matches!(of("protect")[0].1, Question::DryRun(_)));
    assert!(
        matches!(&of("profile")[0].1, Question::Simulate(actions, _) if actions == &["ec2:DisassociateIamInstanceProfile"])
    );
    assert!(matches!(of("isolate")[1].1, Question::Cannot(_)), "a group that does not exist cannot be asked about");
    let Question::DryRun(swap) = &of("isolate")[2].1 else { panic!("a swap can be asked about") };
    assert!(swap.cli("eu-west-1").contains("--groups sg-11111111 sg-22222222"), "with the groups that it has");
    let denied = crate::domain::fault::Fault::new(FaultKind::Denied, "x", "not authorized");
    assert_eq!(crate::respond::check::of_dry_run(&denied), Verdict::Denied("not authorized".into()));
}

#[test]
fn the_commands_of_a_plan_make_one_script_in_which_what_lies_beyond_is_a_comment() {
    let script = plan("compromised-instance", WEB).cli();
    assert!(script.contains("\naws ec2 create-snapshots"));
    assert!(script.contains("\n# aws ec2 terminate-instances"));
    assert!(!script.contains("\naws ec2 stop-instances"));
}

#[test]
fn what_is_read_only_when_the_step_runs_is_still_planned_and_copied_whole() {
    let shared = plan("public-snapshot", "snap-11111111");
    let (_, unshare) = shared.step("unshare").unwrap();
    assert_eq!(unshare.before[0].state, "not read yet");
    assert_eq!(unshare.calls[0].action, "ec2:ModifySnapshotAttribute");
    let read = "aws ec2 describe-snapshot-attribute --snapshot-id snap-11111111 --attribute createVolumePermission \
                --region eu-west-1 --query '{Remove: CreateVolumePermissions}' --output json";
    let remove = "aws ec2 modify-snapshot-attribute --snapshot-id snap-11111111 --create-volume-permission";
    assert_eq!(unshare.cli, [format!("{remove} \"$({read})\" --region eu-west-1")]);
    assert!(matches!(questions(&shared)[0].1[0].1, Question::DryRun(_)));
    let key = plan("leaked-key", "AKIAIOSFODNN7EXAMPLE");
    let (_, off) = key.step("deactivate").unwrap();
    assert!(off.cli[0].contains("--user-name \"$(aws iam get-access-key-last-used"), "{}", off.cli[0]);
    assert_eq!(off.confirm, Confirm::Twice);
}

#[test]
fn a_step_shows_what_it_will_send_once_the_steps_before_it_have_run() {
    let plan = plan("compromised-instance", WEB);
    assert!(plan.step("protect").unwrap().0 < plan.step("terminate").unwrap().0);
    let terminate = plan.step("terminate").unwrap().1;
    let sent: Vec<&str> = terminate.calls.iter().map(|planned| planned.action.as_str()).collect();
    assert_eq!(sent, ["ec2:ModifyInstanceAttribute", "ec2:TerminateInstances"], "protection goes off first");
    assert!(terminate.cli[0].contains("--no-disable-api-termination"), "{:?}", terminate.cli);
}

#[test]
fn a_guardrail_on_another_remedy_stands_in_the_way_of_no_undo() {
    let plan = plan("compromised-instance", WEB);
    for remedy in ["terminate", "start", "authorize-rules"] {
        let guarded = guarded(deny(remedy));
        for (free, step) in plan.steps.iter().zip(&guarded.steps).filter(|(free, _)| free.id != "terminate") {
            assert_eq!(free.undo, step.undo, "{remedy}: {}", step.id);
        }
    }
}

#[test]
fn a_plan_says_where_an_undo_would_be_refused() {
    // A tag that the plan itself sets.
    let rail = Guardrail { remedy: None, tag: Some("stanch:status=quarantined".into()), ..deny("tag") };
    let plan = guarded(rail);
    for id in ["protect", "isolate", "stop"] {
        let (_, step) = plan.step(id).unwrap();
        assert_eq!(step.refused, None, "{id}");
        assert_eq!(step.undo, ["would be refused, and it stays: a guardrail forbids it: change freeze"], "{id}");
    }
    let (_, snapshot) = plan.step("snapshot").unwrap();
    assert!(snapshot.undo[0].starts_with("stays: "), "{:?}", snapshot.undo);
}

#[test]
fn the_plan_says_that_sessions_end_up_to_the_moment_when_the_step_runs() {
    let plan = plan("compromised-instance", WEB);
    let (_, step) = plan.step("sessions").unwrap();
    assert!(step.text.contains("Sessions from before the moment this step runs"), "{}", step.text);
    assert!(
        step.cli[0].starts_with("NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ) && aws iam put-role-policy --role-name web-role"),
        "{}",
        step.cli[0]
    );
    assert!(step.cli[0].contains(r#""aws:TokenIssueTime":"'"$NOW"'""#), "{}", step.cli[0]);
    assert!(step.calls[0].call.is_open(), "it cannot leave as the plan has it");
    let asked = questions(&plan).into_iter().find(|(id, _)| id == "sessions").unwrap().1;
    let role = "arn:aws:iam::123456789012:role/web-role".to_owned();
    assert_eq!(asked[0].1, Question::Simulate(vec!["iam:PutRolePolicy".into()], role));
    let said = plan.blast_radius.join("\n");
    assert!(said.contains("web-role ends every one from before the moment the step runs, also of web-8"), "{said}");
}

#[test]
fn a_profile_whose_association_was_not_read_is_still_planned_to_be_taken_off() {
    let mut inventory = inventory();
    inventory.instances.get_mut(WEB).unwrap().profile_association = String::new();
    let plan = plan_over("compromised-instance", WEB, &inventory);
    let (_, profile) = plan.step("profile").unwrap();
    assert_eq!(profile.before[0].state, "web-role");
    assert_eq!(profile.calls[0].action, "ec2:DisassociateIamInstanceProfile");
    assert!(profile.calls[0].call.is_open(), "it cannot leave without the id");
    let read = format!(
        "aws ec2 describe-iam-instance-profile-associations --filters Name=instance-id,Values={WEB} --query \
         'IamInstanceProfileAssociations[?State==`associated`].AssociationId | [0]' --output text --region eu-west-1"
    );
    let line = format!("aws ec2 disassociate-iam-instance-profile --association-id \"$({read})\" --region eu-west-1");
    assert_eq!(profile.cli, [line]);
    let asked = questions(&plan).into_iter().find(|(id, _)| id == "profile").unwrap().1;
    assert!(matches!(asked[0].1, Question::Simulate(..)), "the permission is asked about");
    assert!(profile.actions.contains(&"iam:PassRole".to_owned()), "undo is permitted too");
}

fn chosen(name: &str, value: &str) -> Vec<String> {
    let choices = [(name.to_owned(), value.to_owned())].into();
    let options = Options { case: "case-1".into(), at: start(), choices, ..Options::default() };
    let catalogue = Catalogue::builtin();
    bind(catalogue.get("compromised-instance").unwrap(), &web(), &inventory(), &scope(), &options).unwrap().blast_radius
}

#[test]
fn the_blast_radius_heeds_what_was_chosen_for_the_capacity() {
    let lower = chosen("standby.capacity", "lower").join("\n");
    assert!(lower.contains("web goes from 4 to 3 in service"), "{lower}");
    let keep = chosen("standby.capacity", "keep").join("\n");
    assert!(keep.contains("web stays at 4 and launches another in its place"), "{keep}");
    assert!(!keep.contains("goes from"), "{keep}");
}

#[test]
fn a_rule_that_is_gone_is_told_beside_those_that_are_revoked() {
    let rules = ["sgr-00000001", "sgr-0deadbee"];
    let focus = rules.iter().map(|id| Resource::new(ResourceKind::SecurityGroupRule, *id)).collect();
    let options = Options { case: "case-1".into(), at: start(), focus, ..Options::default() };
    let group = Resource::new(ResourceKind::SecurityGroup, "sg-11111111");
    let catalogue = Catalogue::builtin();
    let plan = bind(catalogue.get("open-security-groups").unwrap(), &group, &inventory(), &scope(), &options).unwrap();
    assert_eq!(plan.step("revoke").unwrap().1.calls.len(), 1);
    assert!(plan.blast_radius.contains(&"that rule is gone: sgr-0deadbee".to_owned()), "{:?}", plan.blast_radius);
}
