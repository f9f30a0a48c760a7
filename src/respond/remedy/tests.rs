use super::{Remedy, Risk, Unfit};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::network::Direction;
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::fixture::{WEB, inventory, rule, start};
use crate::respond::plan::Options;

fn options() -> Options {
    Options { case: "case-1".into(), at: start(), ..Options::default() }
}

#[test]
fn every_remedy_is_found_by_its_name() {
    for remedy in Remedy::ALL {
        assert_eq!(remedy.name().parse(), Ok(remedy));
        assert_eq!(serde_json::to_value(remedy).unwrap(), remedy.name());
    }
    assert!("isolate".parse::<Remedy>().unwrap_err().contains("isolate-network"));
}

#[test]
fn only_termination_is_destructive() {
    let destructive: Vec<_> = Remedy::ALL.into_iter().filter(|remedy| remedy.risk() == Risk::Destructive).collect();
    assert_eq!(destructive, [Remedy::Terminate]);
}

#[test]
fn a_remedy_that_does_not_apply_says_why() {
    let web = Resource::new(ResourceKind::Instance, WEB);
    let mut inventory = inventory();
    let instance = inventory.instances.get_mut(WEB).unwrap();
    instance.profile = String::new();
    instance.volumes.clear();
    let why = |remedy: Remedy| remedy.changes(&web, &inventory, &options()).unwrap_err().why().to_owned();
    assert!(why(Remedy::RevokeSessions).contains("no instance profile is on it now"));
    assert_eq!(why(Remedy::RemoveProfile), "no instance profile is on it");
    assert_eq!(why(Remedy::SnapshotVolumes), "no EBS volume is attached");
    assert!(why(Remedy::UnshareSnapshot).contains("is not for"));
    let gone = Resource::new(ResourceKind::Instance, "i-00000000");
    assert!(Remedy::Stop.changes(&gone, &inventory, &options()).unwrap_err().why().contains("not among"));
}

#[test]
fn isolation_refuses_to_begin_with_an_interface_unknown() {
    let web = Resource::new(ResourceKind::Instance, WEB);
    let mut inventory = inventory();
    inventory.interfaces.remove("eni-22222222");
    let unfit = Remedy::IsolateNetwork.changes(&web, &inventory, &options()).unwrap_err();
    assert!(matches!(unfit, Unfit::Undecided(_)), "a run does not go past it");
    let why = unfit.why();
    assert!(why.contains("1 of the 2 interfaces"), "{why}");
}

#[test]
fn isolation_takes_the_quarantine_group_that_is_there() {
    let web = Resource::new(ResourceKind::Instance, WEB);
    let mut inventory = inventory();
    let mut group = inventory.groups["sg-11111111"].clone();
    group.id = "sg-99999999".into();
    group.name = super::quarantine_name("vpc-11111111");
    group.rules.clear();
    group.tags = vec![(super::QUARANTINE_TAG.into(), "vpc-11111111".into())];
    inventory.groups.insert(group.id.clone(), group);
    let changes = Remedy::IsolateNetwork.changes(&web, &inventory, &options()).unwrap();
    let calls: Vec<_> = changes.iter().flat_map(crate::respond::change::Change::calls).collect();
    assert_eq!(calls.len(), 2, "only the interfaces: {calls:?}");
    assert!(calls.iter().all(|call| call.cli("eu-west-1").contains("--groups sg-99999999")));
}

#[test]
fn volumes_that_could_not_be_read_are_no_reason_to_go_past_them() {
    let web = Resource::new(ResourceKind::Instance, WEB);
    let mut inventory = inventory();
    inventory.volumes.clear();
    let unfit = Remedy::KeepVolumes.changes(&web, &inventory, &options()).unwrap_err();
    assert_eq!(unfit, Unfit::Undecided("0 of the 2 volumes could be read; all must be known".into()));
}

fn focused(kind: ResourceKind, id: &str) -> Options {
    Options { focus: vec![Resource::new(kind, id)], ..options() }
}

#[test]
fn rules_that_are_named_and_gone_are_not_made_up_for_by_others() {
    let group = Resource::new(ResourceKind::SecurityGroup, "sg-11111111");
    let options = focused(ResourceKind::SecurityGroupRule, "sgr-0deadbee");
    let unfit = Remedy::RevokeRules.changes(&group, &inventory(), &options).unwrap_err();
    assert_eq!(unfit.why(), "that rule is gone: sgr-0deadbee");
    let mut other = inventory().groups["sg-11111111"].clone();
    other.id = "sg-99999999".into();
    other.rules = vec![rule("sgr-0deadbee", "sg-99999999", Direction::Ingress, Some(443), "0.0.0.0/0")];
    let mut inventory = inventory();
    inventory.groups.insert(other.id.clone(), other);
    let unfit = Remedy::RevokeRules.changes(&group, &inventory, &options).unwrap_err();
    assert_eq!(unfit.why(), "sgr-0deadbee is a rule of sg-99999999, not of sg-11111111");
}

#[test]
fn rules_that_could_not_be_read_are_not_told_to_be_gone() {
    let group = Resource::new(ResourceKind::SecurityGroup, "sg-11111111");
    let mut inventory = inventory();
    let fault = Fault::new(FaultKind::Denied, "ec2:DescribeSecurityGroupRules", "no");
    inventory.missing.insert(fault.operation.clone(), fault);
    let unfit = Remedy::RevokeRules
        .changes(&group, &inventory, &focused(ResourceKind::SecurityGroupRule, "sgr-00000001"))
        .unwrap_err();
    assert!(unfit.why().contains("could not be read"), "{}", unfit.why());
}

#[test]
fn the_role_that_is_named_is_the_one_whose_sessions_end() {
    let web = Resource::new(ResourceKind::Instance, WEB);
    let mut off = inventory();
    off.instances.get_mut(WEB).unwrap().profile = String::new();
    off.surroundings.get_mut(WEB).unwrap().roles.clear();
    let session = Resource::new(ResourceKind::AccessKey, "ASIAIOSFODNN7EXAMPLE");
    let options = focused(ResourceKind::Role, "arn:aws:iam::123456789012:role/app/former-role");
    for target in [&web, &session] {
        for inventory in [&off, &inventory()] {
            let changes = Remedy::RevokeSessions.changes(target, inventory, &options).unwrap();
            assert_eq!(changes[0].resource(), Resource::new(ResourceKind::Role, "former-role"));
        }
    }
    let foreign = focused(ResourceKind::Role, "arn:aws:iam::999999999999:role/former-role");
    let unfit = Remedy::RevokeSessions.changes(&web, &inventory(), &foreign).unwrap_err();
    assert_eq!(unfit.why(), "former-role is a role of 999999999999, not of 123456789012");
}

#[test]
fn the_key_of_a_session_is_not_turned_off() {
    let session = Resource::new(ResourceKind::AccessKey, "ASIAIOSFODNN7EXAMPLE");
    let why = |remedy: Remedy| remedy.changes(&session, &inventory(), &options()).unwrap_err().why().to_owned();
    assert!(why(Remedy::DeactivateKey).contains("cannot be turned off: end the sessions of its role"));
    assert!(why(Remedy::RevokeSessions).contains("name it with --focus"));
}
