use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Sessions, sentence};
use crate::domain::actor::{Actor, ActorKind};
use crate::domain::event::{Access, Event};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_764_000_000 + minute * 60).unwrap()
}

fn actor(name: &str, key: &str) -> Actor {
    let kind = if name.contains('/') { ActorKind::Role } else { ActorKind::User };
    Actor { kind, name: name.into(), arn: format!("arn:{name}"), access_key: key.into(), ..Actor::unknown() }
}

fn event(minute: i64, name: &str, actor: &Actor) -> Event {
    Event {
        id: format!("{name}-{minute}"),
        time: at(minute),
        name: name.into(),
        source: "sts.amazonaws.com".into(),
        region: "us-east-1".into(),
        account: "123456789012".into(),
        actor: actor.clone(),
        ip: "203.0.113.7".into(),
        agent: String::new(),
        access: Access::Write,
        error: None,
        resources: vec![],
        dry_run: false,
        mine: false,
    }
}

fn assumed(key: &str, name: &str) -> Value {
    json!({"responseElements": {"credentials": {"accessKeyId": key, "sessionToken": "x"},
        "assumedRoleUser": {"arn": format!("arn:{name}"), "assumedRoleId": "AROA:x"}}})
}

/// alice signs in to OnCall, and assumes Deploy from there.
fn two_hops() -> Sessions {
    let mut sessions = Sessions::default();
    let alice = actor("alice", "AKIAALICE");
    let on_call = actor("OnCall/alice", "ASIAONCALL");
    sessions.learn(&event(1, "AssumeRole", &alice), &assumed("ASIAONCALL", "OnCall/alice").to_string());
    sessions.learn(&event(5, "AssumeRole", &on_call), &assumed("ASIADEPLOY", "Deploy/ci").to_string());
    sessions
}

#[test]
fn a_chain_of_roles_leads_back_to_the_user() {
    let sessions = two_hops();
    let chain = sessions.chain(&actor("Deploy/ci", "ASIADEPLOY"), at(9));
    assert_eq!(sentence(&chain), "alice → OnCall/alice → Deploy/ci");
    assert_eq!(chain[0].opened, None);
    assert_eq!(chain[2].opened.as_ref().map(|opening| opening.event_id.as_str()), Some("AssumeRole-5"));
    assert_eq!(sessions.owner("ASIADEPLOY"), Some("arn:Deploy/ci"));
}

#[test]
fn an_actor_without_a_known_opening_stands_alone() {
    let chain = two_hops().chain(&actor("Other/x", "ASIAOTHER"), at(9));
    assert_eq!(sentence(&chain), "Other/x");
    assert_eq!(chain[0].opened, None);
}

#[test]
fn the_family_of_a_key_is_the_same_from_each_of_its_members() {
    let mut sessions = two_hops();
    let alice = actor("alice", "AKIAALICE");
    sessions.learn(&event(2, "GetSessionToken", &alice), &assumed("ASIASECOND", "alice").to_string());
    let family = ["AKIAALICE", "ASIADEPLOY", "ASIAONCALL", "ASIASECOND"];
    for key in family {
        assert_eq!(sessions.family(key), family);
    }
    assert_eq!(sessions.family("AKIAELSE"), ["AKIAELSE"]);
}

#[test]
fn a_failed_call_opens_nothing() {
    let mut sessions = Sessions::default();
    let mut denied = event(1, "AssumeRole", &actor("alice", "AKIAALICE"));
    denied.error = Some(crate::domain::event::EventError { code: "AccessDenied".into(), message: String::new() });
    sessions.learn(&denied, &assumed("ASIA1", "OnCall/alice").to_string());
    let refused = json!({"responseElements": {"ConsoleLogin": "Failure"}}).to_string();
    sessions.learn(&event(2, "ConsoleLogin", &actor("bob", "")), &refused);
    assert_eq!(sessions.family("AKIAALICE"), ["AKIAALICE"]);
    assert_eq!(sessions.chain(&actor("bob", ""), at(3))[0].opened, None);
}

#[test]
fn a_console_session_is_linked_to_the_last_sign_in_before_it() {
    let mut sessions = Sessions::default();
    let bob = actor("bob", "");
    let success = json!({"responseElements": {"ConsoleLogin": "Success"}}).to_string();
    sessions.learn(&event(1, "ConsoleLogin", &bob), &success);
    sessions.learn(&event(60, "ConsoleLogin", &bob), &success);
    let opened = |minute| sessions.chain(&actor("bob", "ASIACONSOLE"), at(minute))[0].opened.clone();
    assert_eq!(opened(30).map(|opening| opening.at), Some(at(1)));
    assert_eq!(opened(61).map(|opening| opening.at), Some(at(60)));
    assert_eq!(opened(0), None);
    assert_eq!(sessions.chain(&actor("bob", "AKIABOB"), at(61))[0].opened, None, "a long-lived key needs no sign-in");
}

#[test]
fn a_switch_of_roles_in_the_console_leads_back() {
    let mut sessions = Sessions::default();
    let switched = json!({"responseElements": {"SwitchRole": "Success"},
        "additionalEventData": {"SwitchFrom": "arn:aws:iam::123456789012:user/bob"}});
    sessions.learn(&event(1, "SwitchRole", &actor("Admin/bob", "")), &switched.to_string());
    assert_eq!(sentence(&sessions.chain(&actor("Admin/bob", "ASIAX"), at(2))), "bob → Admin/bob");
}

#[test]
fn a_loop_of_keys_ends() {
    let mut sessions = Sessions::default();
    sessions.learn(&event(1, "AssumeRole", &actor("A/x", "ASIA1")), &assumed("ASIA2", "B/x").to_string());
    sessions.learn(&event(2, "AssumeRole", &actor("B/x", "ASIA2")), &assumed("ASIA1", "A/x").to_string());
    assert!(sessions.chain(&actor("A/x", "ASIA1"), at(3)).len() < 5);
    assert_eq!(sessions.family("ASIA1"), ["ASIA1", "ASIA2"]);
}

#[test]
fn a_record_of_another_shape_is_passed_over() {
    let mut sessions = Sessions::default();
    for raw in [
        "",
        "[]",
        "{\"responseElements\":7}",
        "{\"responseElements\":null}",
        "{\"responseElements\":{\"credentials\":{}}}",
    ] {
        sessions.learn(&event(1, "AssumeRole", &actor("alice", "AKIAALICE")), raw);
    }
    assert_eq!(sessions.family("AKIAALICE"), ["AKIAALICE"]);
}
