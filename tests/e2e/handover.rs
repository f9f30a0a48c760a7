//! A case that changes hands, a disk that is full, a report that keeps secrets.

use std::fs;
use std::process::Command;

use crate::account::{Account, WEB, lines, said};

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn a_case_that_is_copied_goes_on_under_another_user_who_is_named_in_the_journal() {
    let account = Account::open(60.0);
    let begun = account.stanch(&[
        "remediate",
        "compromised-instance",
        WEB,
        "--execute",
        "--confirm",
        WEB,
        "--case",
        "c-1",
        "--steps",
        "evidence,protect,isolate",
    ]);
    assert!(begun.status.success(), "{}", said(&begun));

    // Somebody else: another home, other keys, the folder under a name of their own.
    let other = tempfile::tempdir().unwrap();
    let folder = other.path().join("from-alice");
    copy(&account.cases().join("c-1"), &folder);
    let theirs = |arguments: &[&str]| {
        let mut command = account.command(arguments);
        command.env("HOME", other.path()).env("XDG_STATE_HOME", other.path().join("state"));
        command.env("AWS_ACCESS_KEY_ID", "AKIACIDEPLOYEXAMPLE7").current_dir(other.path()).output().unwrap()
    };
    let journal = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let path = folder.display().to_string();
    let first = theirs(&["cases", "resume", &path]);
    assert!(first.status.success(), "{}", said(&first));
    let gone_on = theirs(&["cases", "resume", &path, "--execute", "--confirm", WEB, "--steps", "tag"]);
    assert!(gone_on.status.success(), "{}", said(&gone_on));
    let undone = theirs(&["undo", &path, "--confirm", WEB]);
    assert!(undone.status.success(), "{}", said(&undone));
    assert!(theirs(&["cases", "verify", &path]).status.success());

    let actors: Vec<String> = journal("journal.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["actor"].as_str().unwrap().to_owned())
        .collect();
    let (alice, other) = (actors.first().unwrap(), actors.last().unwrap());
    assert_ne!(alice, other);
    let report = theirs(&["cases", "report", &path]);
    let text = said(&report);
    assert!(text.contains(alice.as_str()) && text.contains(other.as_str()), "{text}");
    // The copy at home knows nothing of it, and is whole.
    assert!(account.stanch(&["cases", "verify", "c-1"]).status.success());
}

#[test]
fn a_disk_that_is_full_stops_the_run_before_the_call_whose_intent_cannot_be_written() {
    for kilobytes in [60, 100, 140] {
        let account = Account::open(60.0);
        let from = account.so_far();
        let arguments = ["remediate", "compromised-instance", WEB, "--execute", "--confirm", WEB, "--case", "c-1"];
        let program = account.command(&arguments);
        // A file may grow so far and no further, and a write beyond it fails as on a full disk.
        let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\"");
        let output = Command::new("bash")
            .arg("-c")
            .arg(&script)
            .arg(program.get_program())
            .args(program.get_args())
            .env_clear()
            .envs(account.environment())
            .output()
            .unwrap();
        let journal = account.cases().join("c-1/journal.jsonl");
        if output.status.success() {
            assert!(fs::metadata(&journal).unwrap().len() < kilobytes * 1024);
            continue;
        }
        let text = fs::read_to_string(&journal).unwrap_or_default();
        let intents = text.lines().filter(|line| line.contains("\"kind\":\"intent\"")).count();
        let writes = account.writes(from);
        assert_eq!(writes.len(), intents, "{kilobytes} kB: {writes:?}\n{}", said(&output));
        assert!(said(&output).contains("storage") || said(&output).contains("large"), "{}", said(&output));
        // With room again it goes on, or back.
        if lines(&journal) > 1 {
            let undone = account.stanch(&["undo", "c-1", "--confirm", WEB]);
            assert!(undone.status.success(), "{kilobytes} kB: {}", said(&undone));
            assert!(account.stanch(&["cases", "verify", "c-1"]).status.success());
        }
    }
}
