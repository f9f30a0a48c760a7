//! Cases that were worked on more than once, and elsewhere.

use std::path::Path;

use serde_json::Value;

use super::Account;

impl Account {
    /// An account in which simulated time flies, and a running instance with a profile.
    pub fn hurried() -> (Self, String) {
        let account = Self::open(&["--speed", "100"]);
        let instances = account.json_lines(&["instances", "--jsonl", "--region", "eu-west-1"]);
        let fits = |one: &&Value| one["state"] == "running" && !one["profile"].is_null();
        let id = instances.iter().find(fits).unwrap()["id"].as_str().unwrap().to_owned();
        (account, id)
    }

    /// Runs steps of a containment, as a part of a case.
    pub fn contains(&self, target: &str, steps: &str, case: &str) {
        let command = ["remediate", "compromised-instance", target, "--execute", "--confirm", target];
        let (code, out, err) = self.run(&[&command[..], &["--steps", steps, "--case", case]].concat());
        assert_eq!(code, 0, "{out}{err}");
    }

    fn groups(&self, target: &str) -> Value {
        self.json_lines(&["instances", target, "--jsonl"])[0]["security_groups"].clone()
    }

    pub fn state(&self, target: &str) -> Value {
        self.json_lines(&["instances", target, "--jsonl"])[0]["state"].clone()
    }
}

#[test]
fn a_step_is_taken_back_in_the_run_that_called_it_however_many_came_after() {
    let (account, target) = Account::hurried();
    let before = account.groups(&target);
    account.contains(&target, "tag,isolate", "m1");
    account.contains(&target, "stop", "m1");
    assert_ne!(account.groups(&target), before);
    let undo = |step: &str| account.run(&["undo", "m1", "--step", step, "--confirm", &target]);
    let (code, out, err) = undo("isolate");
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(account.groups(&target), before);
    assert_eq!(account.state(&target), "stopped", "the other run is as it was");
    // What is not in force is not taken back, and that is no success.
    for (step, code, words) in [
        ("isolate", 1, "has changed nothing in this case that is still in force"),
        ("profile", 1, "has changed nothing in this case that is still in force"),
        ("none-such", 2, "there is no step 'none-such'"),
    ] {
        let (ended, out, err) = undo(step);
        assert_eq!((ended, out.as_str()), (code, ""), "{step}: {err}");
        assert!(err.contains(words), "{step}: {err}");
    }
}

#[test]
fn an_undo_of_all_takes_back_every_run_of_the_case_the_newest_first() {
    let (account, target) = Account::hurried();
    let before = account.groups(&target);
    account.contains(&target, "isolate", "m1");
    account.contains(&target, "stop", "m1");
    let (_, _, said) = account.run(&["cases", "resume", "m1"]);
    assert!(said.contains(&format!("stanch undo m1 --confirm {target}")), "{said}");
    let (code, out, err) = account.run(&["undo", "m1", "--confirm", &target]);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!((account.groups(&target), account.state(&target)), (before, "running".into()));
    let place = |step: &str| out.find(&format!("{step:<14} undone")).unwrap_or_else(|| panic!("{step}: {out}"));
    assert!(place("stop") < place("isolate"), "{out}");
    let (_, _, said) = account.run(&["undo", "m1", "--confirm", &target]);
    assert!(said.contains("nothing is left to take back"), "{said}");
}

#[test]
fn an_undo_says_what_of_other_targets_it_leaves() {
    let (account, first) = Account::hurried();
    let instances = account.json_lines(&["instances", "--jsonl", "--region", "eu-west-1"]);
    let fits = |one: &&Value| one["state"] == "running" && one["id"] != first.as_str();
    let second = instances.iter().find(fits).unwrap()["id"].as_str().unwrap();
    account.contains(&first, "tag", "m1");
    account.contains(second, "tag", "m1");
    for (target, other) in [(first.as_str(), Some(second)), (second, None)] {
        let (code, out, err) = account.run(&["undo", "m1", "--confirm", target]);
        assert_eq!(code, 0, "{out}{err}");
        assert!(out.contains(&format!("{target} tags: undone")), "{out}");
        let told = err.contains("was not taken back: stanch undo m1 --confirm");
        assert_eq!(told, other.is_some_and(|other| err.contains(&format!("--confirm {other}"))), "{err}");
        assert_eq!(told, other.is_some(), "{err}");
    }
}

/// Copies a case, as one who hands it over.
fn handed_over(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join("evidence")).unwrap();
    std::fs::copy(from.join("journal.jsonl"), to.join("journal.jsonl")).unwrap();
}

#[test]
fn a_case_that_is_handed_over_keeps_its_id_and_what_was_done_for_it() {
    let (account, target) = Account::hurried();
    account.contains(&target, "snapshot", "h1");
    let folder = account.home.path().join("elsewhere/from-alice");
    handed_over(&account.home.path().join("state/stanch/cases/h1"), &folder);
    let path = folder.display().to_string();
    account.contains(&target, "tag", &path);
    let shown = account.json_lines(&["instances", &target, "--jsonl"]);
    assert_eq!(shown[0]["tags"]["stanch:case"], "h1", "{}", shown[0]["tags"]);
    // Its snapshots are found again by the case that they were made for.
    account.contains(&target, "terminate", &path);
    assert_ne!(account.state(&target), "running");
    let (code, out, err) = account.run(&["cases", "report", &path]);
    assert!(code == 0 && out.contains("h1") && !out.contains("Failed"), "{out}{err}");
}

#[test]
fn a_new_case_by_path_has_its_folder_s_name_as_id() {
    let (account, target) = Account::hurried();
    let folder = account.home.path().join("elsewhere/h2");
    account.contains(&target, "tag", &folder.display().to_string());
    assert!(folder.join("journal.jsonl").is_file());
    let shown = account.json_lines(&["instances", &target, "--jsonl"]);
    assert_eq!(shown[0]["tags"]["stanch:case"], "h2", "{}", shown[0]["tags"]);
}
