use super::{Remedy, Risk};
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::fixture::{WEB, inventory, start};
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
