use std::collections::{BTreeMap, BTreeSet};

use super::{Move, Probe, Reading};
use crate::domain::network::Direction;
use crate::respond::call::{Answer, Association, Call, FoundGroup};
use crate::respond::fact::Fact;
use crate::respond::fixture::rule;

fn power() -> Probe {
    Probe::Power { instance: "i-1".into() }
}

fn quarantine() -> Probe {
    let tags = BTreeMap::from([("stanch:quarantine".to_owned(), "vpc-1".to_owned())]);
    Probe::Quarantine { vpc: "vpc-1".into(), group_name: "q".into(), tags }
}

#[test]
fn a_state_on_its_way_is_waited_for_and_a_terminated_one_is_the_end() {
    let to = |now: &str, wanted: &str| power().next(&Fact::word(now), &Fact::word(wanted));
    assert_eq!(to("running", "stopped"), Move::Call(Call::StopInstances { instance: "i-1".into() }));
    assert_eq!(to("stopping", "stopped"), Move::Wait);
    assert_eq!(to("pending", "running"), Move::Wait);
    assert!(matches!(to("terminated", "running"), Move::Impossible(_)));
    assert_eq!(to("stopped", "terminated"), Move::Call(Call::TerminateInstances { instance: "i-1".into() }));
}

#[test]
fn a_profile_that_is_going_is_neither_there_nor_gone() {
    let probe = Probe::Profile { instance: "i-1".into() };
    let going = Association { id: "a".into(), profile: "p".into(), state: "disassociating".into() };
    let reading = probe.interpret(None, &Answer::Associations(vec![going])).unwrap();
    let Reading::Whole(fact) = reading else { panic!("it is whole") };
    assert!(!probe.satisfied(&fact, &Fact::Absent));
    assert_eq!(probe.next(&fact, &Fact::Absent), Move::Wait);
}

#[test]
fn a_new_group_counts_only_with_its_default_rule_in_sight() {
    let empty = Fact::Group { id: "sg-1".into(), rules: vec![] };
    assert!(!quarantine().moved(&Fact::Absent, &empty));
    let rules = vec![rule("sgr-1", "sg-1", Direction::Egress, None, "0.0.0.0/0")];
    let fresh = Fact::Group { id: "sg-1".into(), rules };
    assert!(quarantine().moved(&Fact::Absent, &fresh));
    assert!(matches!(
        quarantine().next(&fresh, &empty),
        Move::Call(Call::RevokeSecurityGroupRules { rules, .. }) if rules == ["sgr-1"]
    ));
}

#[test]
fn the_quarantine_group_is_read_in_two_parts() {
    let found = FoundGroup {
        id: "sg-1".into(),
        name: "q".into(),
        tags: BTreeMap::from([("stanch:quarantine".into(), "vpc-1".into())]),
    };
    let Reading::Part(part) = quarantine().interpret(None, &Answer::Groups(vec![found.clone()])).unwrap() else {
        panic!("the rules are missing")
    };
    assert_eq!(quarantine().read(Some(&part)), Call::DescribeSecurityGroupRules { group: "sg-1".into() });
    let whole = quarantine().interpret(Some(&part), &Answer::Rules(vec![])).unwrap();
    assert_eq!(whole, Reading::Whole(Fact::Group { id: "sg-1".into(), rules: vec![] }));
    let foreign = FoundGroup { tags: BTreeMap::new(), ..found };
    assert!(quarantine().interpret(None, &Answer::Groups(vec![foreign])).is_err());
}

#[test]
fn sharing_goes_before_it_comes() {
    let probe = Probe::Sharing { snapshot: "snap-1".into() };
    let of = |public, accounts: &[&str]| Fact::Sharing {
        public,
        accounts: accounts.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(),
    };
    let call = |add, public, accounts: &[&str]| {
        Move::Call(Call::ModifySnapshotAttribute {
            snapshot: "snap-1".into(),
            add,
            public,
            accounts: accounts.iter().map(|id| (*id).to_owned()).collect(),
        })
    };
    assert_eq!(probe.next(&of(true, &["1"]), &of(false, &[])), call(false, true, &["1"]));
    assert_eq!(probe.next(&of(false, &[]), &of(true, &["1"])), call(true, true, &["1"]));
    assert_eq!(probe.next(&of(false, &["1"]), &of(true, &["2"])), call(false, false, &["1"]));
}

#[test]
fn an_answer_to_another_question_is_refused() {
    assert!(power().interpret(None, &Answer::Taken).is_err());
}
