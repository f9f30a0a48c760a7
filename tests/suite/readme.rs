//! What the README shows is run where it can be, and read by the program's own
//! parsers where it cannot.

use std::path::Path;
use std::process::{Command, Stdio};

use clap::{CommandFactory as _, Parser as _};
use stanch::cli::args::Cli;
use stanch::respond::playbook::Catalogue;
use stanch::respond::remedy::Remedy;
use stanch::trail::query::Query;
use tempfile::TempDir;

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The lines of all fenced blocks of a language, comments left out.
fn blocks(language: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fence: Option<String> = None;
    for line in readme().lines() {
        if let Some(opened) = line.strip_prefix("```") {
            fence = if fence.is_some() { None } else { Some(opened.to_string()) };
        } else if fence.as_deref() == Some(language) && !line.trim().is_empty() {
            lines.push(line.split(" #").next().unwrap_or(line).trim().to_string());
        }
    }
    lines
}

/// Every `stanch …` of the shell blocks, as words.
fn shown() -> Vec<Vec<String>> {
    let commands = blocks("sh").into_iter().filter_map(|line| {
        let at = line.find("stanch ").filter(|at| *at == 0 || line[..*at].ends_with("| "))?;
        Some(line[at..].trim_end_matches(" &").to_string())
    });
    commands.map(|line| line.split_whitespace().map(|word| word.trim_matches('"').to_string()).collect()).collect()
}

#[test]
fn every_command_of_the_readme_is_understood() {
    let commands = shown();
    assert!(commands.len() >= 10, "{commands:?}");
    for words in commands {
        if let Err(error) = Cli::try_parse_from(&words) {
            panic!("{}: {error}", words.join(" "));
        }
    }
}

#[test]
fn every_command_of_the_program_stands_in_the_readme_and_no_other() {
    let command = Cli::command();
    let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let readme = readme();
    for name in &known {
        let after_bar = readme.contains(&format!("| {name}"));
        assert!(readme.contains(&format!("stanch {name}")) || after_bar, "stanch {name} is not in the README");
    }
    for line in blocks("").iter().filter(|line| line.starts_with("stanch ")) {
        let name = line.split_whitespace().nth(1).unwrap();
        let is_text = name == "the";
        assert!(is_text || known.contains(&name), "the README shows 'stanch {name}', which there is not");
    }
}

#[test]
fn what_needs_no_account_runs_as_shown() {
    let logs = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/invictus");
    let home = TempDir::new().unwrap();
    let rules = home.path().join("rules");
    std::fs::create_dir(&rules).unwrap();
    let rule = "title: A trail was deleted\nlogsource: { product: aws, service: cloudtrail }\n\
                detection:\n  selection: { eventName: DeleteTrail }\n  condition: selection\n";
    std::fs::write(rules.join("trail.yml"), rule).unwrap();
    let mut ran = 0;
    for words in shown() {
        let offline = match words.get(1).map(String::as_str) {
            Some("events") => words.contains(&"--from".to_string()),
            Some("scan" | "explain" | "playbooks" | "policy" | "config" | "completions" | "man") => true,
            _ => false,
        };
        if !offline {
            continue;
        }
        let words = words.iter().map(|word| match word.as_str() {
            "CloudTrail/" => logs.to_string(),
            word if word.starts_with("sigma/") => rules.display().to_string(),
            word => word.to_string(),
        });
        let words: Vec<String> = words.collect();
        let output = Command::new(env!("CARGO_BIN_EXE_stanch"))
            .args(&words[1..])
            .env_clear()
            .env("HOME", home.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let code = output.status.code();
        let findings = words.contains(&"--fail-on".to_string()) && code == Some(3);
        assert!(code == Some(0) || findings, "{}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr));
        ran += 1;
    }
    assert!(ran >= 3, "{ran}");
}

#[test]
fn every_filter_of_the_readme_is_a_filter() {
    let now = "2026-11-24T14:30:00Z".parse().unwrap();
    let filters: Vec<String> =
        blocks("").into_iter().filter(|line| !line.starts_with("stanch") && line.contains(':')).collect();
    let filters: Vec<&String> = filters.iter().filter(|line| !line.contains('│') && !line.contains('╭')).collect();
    assert!(filters.len() >= 4, "{filters:?}");
    for filter in filters {
        if let Err(error) = Query::parse(filter, now, None) {
            panic!("{filter}: {error}");
        }
    }
}

#[test]
fn every_playbook_and_remedy_stands_in_the_readme_and_no_other() {
    let readme = readme();
    let (_, section) = readme.split_once("## Playbooks and remedies").unwrap();
    let section = section.split_once("\n## ").map_or(section, |(section, _)| section);
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" |").map(|(names, _)| names));
    let mut named: Vec<&str> = rows.flat_map(|names| names.split(", ")).map(|name| name.trim_matches('`')).collect();
    let catalogue = Catalogue::builtin();
    let mut known: Vec<&str> = catalogue.all().iter().map(|playbook| playbook.name.as_str()).collect();
    known.extend(Remedy::ALL.iter().map(|remedy| remedy.name()));
    named.sort_unstable();
    known.sort_unstable();
    assert_eq!(named, known);
}
