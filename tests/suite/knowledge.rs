//! What the house knows, held against recorded logs and against the demo's attack.

use std::fs;
use std::path::Path;

use serde_json::Value;
use stanch::domain::event::{Access, Event};
use stanch::knowledge::sentence::own_names;
use stanch::knowledge::{Fills, Library, card, sentence};
use stanch::respond::playbook::Catalogue;
use stanch::respond::remedy::Remedy;
use stanch::trail::decode;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every event of the recorded logs, with its record.
fn recorded() -> Vec<(Event, String)> {
    let mut events = Vec::new();
    let mut folders = vec![root().join("tests/fixtures/invictus")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let log: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
                for record in log["Records"].as_array().unwrap() {
                    let raw = record.to_string();
                    events.push((decode::record(raw.as_bytes()).unwrap(), raw));
                }
            }
        }
    }
    events
}

#[test]
fn every_recorded_event_reads_as_one_plain_sentence() {
    let events = recorded();
    assert_eq!(events.len(), 2900);
    for (event, raw) in events {
        let told = sentence(&event, &raw);
        assert!(told.ends_with('.') && !told.contains('\n'), "{}: {told}", event.name);
        assert!(!told.contains('{') && !told.contains("  "), "{}: {told}", event.name);
        assert!(told.chars().count() <= 400, "{}: {told}", event.name);
        if event.error.is_some() {
            assert!(told.contains("tried to") || told.contains("asked whether"), "{}: {told}", event.name);
        }
    }
}

#[test]
fn most_changes_of_a_recorded_attack_have_a_sentence_of_their_own() {
    let own = own_names();
    assert!(own.len() >= 60, "{}", own.len());
    let changes: Vec<(Event, String)> = recorded().into_iter().filter(|(event, _)| event.changed()).collect();
    let derived: Vec<&str> = changes
        .iter()
        .filter(|(event, raw)| sentence(event, raw).ends_with(&format!("[{}].", event.service())))
        .map(|(event, _)| event.name.as_str())
        .collect();
    assert!(derived.len() * 4 < changes.len(), "{} of {}: {derived:?}", derived.len(), changes.len());
}

#[test]
fn a_change_that_names_nothing_recorded_says_so_and_changes_that_worked_name_their_object() {
    for (event, raw) in recorded() {
        if event.changed() && event.service() == "ec2" {
            let told = sentence(&event, &raw);
            assert!(!told.contains("(not recorded)"), "{}: {told}\n{raw}", event.name);
        }
    }
}

#[test]
fn every_card_filled_by_a_recorded_event_has_commands_without_hostile_text() {
    let mut filled = 0;
    for (event, raw) in recorded() {
        if Library::builtin().get(&event.name).is_none() {
            continue;
        }
        let card = card(&event.name, &event.source, event.access);
        let fills = Fills::from_event(&event, &raw);
        for command in card.commands(&fills) {
            assert!(!command.contains('\u{1b}') && !command.contains("$(") && !command.contains('`'), "{command}");
        }
        assert_eq!(fills.get("region"), Some(event.region.as_str()));
        filled += 1;
    }
    assert!(filled > 30, "{filled}");
}

#[test]
fn the_card_of_an_opened_group_names_the_very_rule_to_revoke() {
    let (event, raw) = recorded().into_iter().find(|(event, _)| event.name == "AuthorizeSecurityGroupIngress").unwrap();
    let commands = card(&event.name, &event.source, event.access).commands(&Fills::from_event(&event, &raw));
    let group = event.resources.iter().find(|resource| resource.id.starts_with("sg-")).unwrap();
    let rule = event.resources.iter().find(|resource| resource.id.starts_with("sgr-")).unwrap();
    assert!(commands.contains(&format!(
        "aws ec2 revoke-security-group-ingress --region us-east-1 --group-id {} --security-group-rule-ids {}",
        group.id, rule.id
    )));
}

#[test]
fn every_change_that_the_demo_s_attacker_makes_has_a_card_of_its_own() {
    let scenario: toml::Value =
        toml::from_str(&fs::read_to_string(root().join("assets/scenarios/leaked-key.toml")).unwrap()).unwrap();
    let mut changes = 0;
    for step in scenario["step"].as_array().unwrap() {
        if step.get("as").and_then(toml::Value::as_str) != Some("thief") {
            continue;
        }
        // What is only recorded was done to services that have no cards.
        let Some(call) = step.get("call").and_then(toml::Value::as_str) else { continue };
        let (service, name) = call.split_once('.').unwrap();
        if Access::of(name, None) != Access::Read {
            changes += 1;
            let card = card(name, &format!("{service}.amazonaws.com"), Access::Write);
            assert!(!card.derived, "{name} has no card");
            assert!(card.playbooks.iter().any(|playbook| !playbook.is_empty()), "{name} names no playbook");
        }
    }
    assert!(changes >= 5, "{changes}");
}

#[test]
fn every_change_that_a_remedy_makes_has_a_card_of_its_own() {
    let actions = fs::read_to_string(root().join("src/respond/call/action.rs")).unwrap();
    let named = regex::Regex::new(r#""([a-z0-9]+):([A-Z][A-Za-z]+)""#).unwrap();
    let mut changes = 0;
    for found in named.captures_iter(&actions) {
        let (service, name) = (&found[1], &found[2]);
        if Access::of(name, None) == Access::Read {
            continue;
        }
        changes += 1;
        let card = card(name, &format!("{service}.amazonaws.com"), Access::Write);
        assert!(!card.derived, "{service}:{name} has no card");
        assert!(!card.playbooks.is_empty(), "{name} names no playbook");
    }
    assert!(changes > 30, "{changes}");
}

#[test]
fn no_card_names_a_playbook_that_there_is_not() {
    let catalogue = Catalogue::builtin();
    let (mut cards, word) = (0, regex::Regex::new(r"`([a-z]+(?:-[a-z]+)+)`").unwrap());
    for file in fs::read_dir(root().join("assets/cards")).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let Some((_, section)) = text.split_once("## By playbook") else { continue };
        cards += 1;
        let (section, _) = section.split_once("\n## ").unwrap();
        let front = text.lines().find_map(|line| line.strip_prefix("playbooks = ")).unwrap_or_default();
        let front: Vec<String> = serde_json::from_str(front).unwrap();
        let told = word.captures_iter(section).map(|found| found[1].to_owned());
        let steps = |name: &str| catalogue.all().iter().flat_map(|one| &one.steps).any(|step| step.id == name);
        for name in front.into_iter().chain(told.filter(|name| name.parse::<Remedy>().is_err() && !steps(name))) {
            assert!(catalogue.get(&name).is_some(), "{}: there is no playbook {name}", path.display());
        }
    }
    assert!(cards > 50, "{cards}");
}
