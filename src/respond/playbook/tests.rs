use super::{BUILTIN, Catalogue, Playbook, TemplateKind};
use crate::respond::remedy::Remedy;

const SMALL: &str = r#"
name = "mine"
title = "Mine"
targets = ["instance"]

[[step]]
id = "stop"
title = "Stop it"
remedy = "stop"
"#;

fn wrong(from: &str, to: &str) -> (usize, String) {
    let error = Playbook::parse(&SMALL.replace(from, to), "mine.toml").unwrap_err();
    (error.line, error.why)
}

#[test]
fn every_builtin_playbook_parses_and_bears_its_files_name() {
    for (file, text) in BUILTIN {
        let playbook = Playbook::parse(text, file).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(format!("{}.toml", playbook.name), file);
        assert!(!playbook.summary.is_empty(), "{file} has a summary");
        assert!(!playbook.suggest.is_empty(), "{file} says when it is offered");
    }
    assert_eq!(Catalogue::builtin().all().len(), BUILTIN.len());
}

#[test]
fn containment_keeps_the_order_that_saves_the_evidence() {
    let catalogue = Catalogue::builtin();
    let playbook = catalogue.get("compromised-instance").unwrap();
    let at = |wanted: Remedy| {
        playbook
            .steps
            .iter()
            .position(|step| matches!(step.kind, TemplateKind::Remedy { remedy, .. } if remedy == wanted))
            .unwrap()
    };
    let order = [
        Remedy::ProtectTermination,
        Remedy::ShutdownBehavior,
        Remedy::KeepVolumes,
        Remedy::Tag,
        Remedy::SnapshotVolumes,
        Remedy::Standby,
        Remedy::DeregisterTargets,
        Remedy::RemoveProfile,
        Remedy::RevokeSessions,
        Remedy::IsolateNetwork,
        Remedy::DenyAddress,
        Remedy::Stop,
        Remedy::Terminate,
    ];
    assert!(order.windows(2).all(|pair| at(pair[0]) < at(pair[1])));
    assert_eq!(playbook.steps[0].kind, TemplateKind::Evidence);
    let beyond: Vec<_> = playbook.steps.iter().filter(|step| step.beyond).map(|step| step.id.as_str()).collect();
    assert_eq!(beyond, ["image", "standby-replace", "detach", "processes", "sessions", "deny", "stop", "terminate"]);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    assert_eq!(wrong("\"stop\"\n", "\"halt\"\n").0, 9);
    assert!(wrong("remedy = \"stop\"", "remedy = \"halt\"").1.contains("no remedy 'halt'"));
    assert!(wrong("title = \"Stop it\"", "titel = \"Stop it\"").1.contains("titel"));
    assert_eq!(wrong("title = \"Stop it\"", "titel = \"Stop it\"").0, 8);
    assert_eq!(wrong("name = \"mine\"", "name = \"My own\"").0, 2);
    assert!(wrong("remedy = \"stop\"", "").1.contains("needs `remedy`"));
    assert!(wrong("remedy = \"stop\"", "check = [\"later\"]").1.contains("'later' is no earlier step"));
    assert!(wrong("\"instance\"", "\"snapshot\"").1.contains("stop is for none"));
    let (line, why) = wrong("remedy = \"stop\"", "remedy = \"stop\"\nwith = { speed = \"slow\" }");
    assert_eq!((line, why.as_str()), (10, "stop leaves no 'speed' to choose; it leaves nothing"));
    let (line, why) = wrong("remedy = \"stop\"", "kind = \"decide\"\nwith = { type = \"m5.large\" }");
    assert_eq!((line, why.as_str()), (10, "only a step with `remedy` takes `with`"));
    let (line, why) =
        wrong("remedy = \"stop\"", "remedy = \"stop\"\n[[step]]\nid = \"stop\"\ntitle = \"x\"\nkind = \"decide\"");
    assert_eq!((line, why.as_str()), (11, "there are two steps 'stop'"));
}

#[test]
fn the_users_playbook_takes_the_place_of_ours_and_a_broken_one_does_no_harm() {
    let mine = SMALL.replace("\"mine\"", "\"leaked-key\"");
    let (catalogue, errors) = Catalogue::builtin().with_user([("mine.toml", mine.as_str()), ("bad.toml", "name = 3")]);
    assert_eq!(catalogue.get("leaked-key").unwrap().origin, "mine.toml");
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].origin, "bad.toml");
    assert!(catalogue.get("compromised-instance").is_some());
}
