//! The command line as a program: what it prints where, and how it exits.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A machine with nothing on it but the program: an empty home, no credentials.
struct Machine {
    home: TempDir,
    variables: BTreeMap<&'static str, String>,
}

impl Machine {
    fn new() -> Self {
        let home = TempDir::new().unwrap();
        let at = |folder: &str| home.path().join(folder).display().to_string();
        let variables = BTreeMap::from([
            ("HOME", at("")),
            ("XDG_CONFIG_HOME", at("config")),
            ("XDG_STATE_HOME", at("state")),
            ("PATH", "/usr/bin:/bin".into()),
            ("LANG", "C.UTF-8".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ]);
        Self { home, variables }
    }

    /// The same with made-up credentials in a Region.
    fn with_credentials() -> Self {
        let mut machine = Self::new();
        machine.set("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
        machine.set("AWS_SECRET_ACCESS_KEY", "made-up");
        machine.set("AWS_REGION", "eu-west-1");
        machine
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.variables.insert(name, value.into());
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stanch"));
        command.args(arguments).env_clear().envs(&self.variables).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&self.command(arguments).output().unwrap())
    }
}

/// What a run left behind.
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }
}

/// Nothing listens there: the port was free a moment ago and stays so, since it is not handed out again at once.
fn dead_endpoint() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn bad_input_gives_a_clear_error_and_the_right_exit_code() {
    let bare = Machine::new();
    let with = Machine::with_credentials();
    let dead = dead_endpoint();
    let broken = with.write("broken.toml", "[screen]\ncolour = \"auto\"\n");
    let rows: Vec<(&str, &Machine, Vec<&str>, i32, &str)> = vec![
        ("an unknown command", &bare, vec!["frobnicate"], 2, "unrecognized subcommand"),
        ("an unknown flag", &bare, vec!["explain", "X", "--frobnicate"], 2, "unexpected argument"),
        ("a wrong time", &bare, vec!["instances", "--since", "soon"], 2, "'soon' is no time"),
        ("no credentials", &bare, vec!["instances", "--region", "eu-west-1"], 1, "no credentials were found"),
        ("a malformed Region", &with, vec!["instances", "--region", "mars"], 2, "mars"),
        ("a refused connection", &with, vec!["instances", "--endpoint-url", &dead], 1, "Connection refused"),
        ("an unknown key", &bare, vec!["config", "--config", &broken], 2, "broken.toml:2: unknown field `colour`"),
        ("no such file", &bare, vec!["config", "--config", "/nowhere/x.toml"], 2, "/nowhere/x.toml: cannot be read"),
        ("a case that is not there", &bare, vec!["cases", "show", "nothing"], 1, "is no case"),
        ("an unknown shell", &bare, vec!["completions", "cobol"], 2, "invalid value 'cobol'"),
    ];
    for (what, machine, arguments, code, said) in rows {
        let run = machine.run(&arguments);
        assert_eq!(run.code, Some(code), "{what}: {}", run.err);
        assert!(run.err.contains(said), "{what}: {}", run.err);
        assert_eq!(run.out, "", "{what}: data on standard output");
        assert!(!run.err.contains("panicked") && !run.err.contains('\u{1b}'), "{what}: {}", run.err);
    }
}

#[test]
fn nothing_is_logged_to_the_terminal_and_the_log_is_the_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let machine = Machine::with_credentials();
    let run = machine.run(&["instances", "--log-level", "trace", "--endpoint-url", &dead_endpoint()]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    let log = machine.home.path().join("state/stanch/stanch.log");
    assert!(std::fs::read_to_string(&log).unwrap().contains("Connection refused"));
    assert_eq!(std::fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(log.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(!std::fs::read_to_string(&log).unwrap().contains("made-up"), "the secret key is in the log");
}

#[test]
fn a_log_that_cannot_be_written_keeps_nobody_from_working() {
    let mut machine = Machine::new();
    machine.set("XDG_STATE_HOME", "/dev/null/nowhere");
    let run = machine.run(&["explain", "StopLogging"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.err.contains("no log"), "{}", run.err);
    assert!(run.out.starts_with("# StopLogging"));
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let machine = Machine::new();
    let mut child = machine.command(&["man"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 16];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let run = Run::of(&child.wait_with_output().unwrap());
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));

    // A pipe that nobody reads at all: the write fails, and that is no panic.
    let mut child =
        machine.command(&["completions", "bash"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let run = Run::of(&child.wait_with_output().unwrap());
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}

#[test]
fn the_console_without_a_terminal_names_the_commands_for_a_pipe() {
    for arguments in [&[][..], &["demo"], &["open", "tests/fixtures/invictus"]] {
        let run = Machine::with_credentials().run(arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.err);
        for word in ["not a terminal", "stanch events", "stanch scan", "stanch instances"] {
            assert!(run.err.contains(word), "{arguments:?}: {}", run.err);
        }
        assert_eq!(run.out, "");
    }
}

const LOGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/invictus");

#[test]
fn recorded_events_are_printed_whole_and_in_order_in_every_shape() {
    let machine = Machine::new();
    let all = machine.run(&["events", "--from", LOGS, "--jsonl"]);
    assert_eq!(all.code, Some(0), "{}", all.err);
    let events: Vec<serde_json::Value> = all.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), 2900);
    let keys: Vec<&str> = events[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys.join(" "),
        "time account region id name source actor ip read_only error resources severity findings"
    );
    let times: Vec<&str> = events.iter().map(|event| event["time"].as_str().unwrap()).collect();
    assert!(times.is_sorted());

    let one = machine.run(&["events", "--from", LOGS, "--json", "--filter", "event:AuthorizeSecurityGroupIngress"]);
    let document: serde_json::Value = serde_json::from_str(&one.out).unwrap();
    assert_eq!(document.as_array().map(Vec::len), Some(2));

    let raw = machine.run(&["events", "--from", LOGS, "--raw", "--limit", "3"]);
    let records: Vec<serde_json::Value> = raw.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last: Vec<&str> = events[2897..].iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(records.iter().map(|record| record["eventID"].as_str().unwrap()).collect::<Vec<_>>(), last);
    let lines = machine.run(&["events", "--from", LOGS, "--jsonl", "--raw", "--limit", "3"]);
    assert_eq!(lines.out, raw.out);
    let list = machine.run(&["events", "--from", LOGS, "--json", "--raw", "--limit", "3"]);
    assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&list.out).unwrap(), records);
    let none = machine.run(&["events", "--from", LOGS, "--json", "--raw", "--filter", "event:Nothing"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&none.out).unwrap(), serde_json::json!([]));

    let story = machine.run(&["events", "--from", LOGS, "--story", "--filter", "is:write -is:error"]);
    assert!(
        story.out.contains("bert-jan opened 443/tcp of sg-04cfb7a4712d75b00 to the whole internet"),
        "{}",
        story.out
    );
    assert!(story.out.lines().count() < 400, "{}", story.out.lines().count());
}

#[test]
fn raw_events_are_a_log_again() {
    let machine = Machine::new();
    let raw = machine.run(&["events", "--from", LOGS, "--raw"]);
    let mut child = machine
        .command(&["events", "--from", "-", "--raw"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut into = child.stdin.take().unwrap();
    let text = raw.out.clone();
    let feeder = std::thread::spawn(move || into.write_all(text.as_bytes()).unwrap());
    let again = Run::of(&child.wait_with_output().unwrap());
    feeder.join().unwrap();
    assert_eq!(again.out, raw.out);
}

#[test]
fn bad_logs_and_filters_say_what_is_wrong_and_where() {
    let machine = Machine::new();
    let good = r#"{"eventID":"e-1","eventTime":"2026-11-24T14:00:00Z","eventName":"StopLogging","eventSource":"cloudtrail.amazonaws.com"}"#;
    let broken = machine.write("half.json", &format!("{good}\n{{\"eventID\": 7, \n{good}\n"));
    let run = machine.run(&["events", "--from", &broken, "--jsonl"]);
    assert_eq!(run.out.lines().count(), 1, "{}", run.out);
    assert!(run.err.contains("half.json: byte "), "{}", run.err);

    let nothing = machine.write("nothing.json", "{\"Records\": [");
    for (arguments, code, said) in [
        (["events", "--from", &nothing], 1, "nothing.json: passed over"),
        (["events", "--from", "/nowhere/logs"], 1, "/nowhere/logs"),
        (["events", "--filter", "colour:red"], 2, "there is no key 'colour'"),
        (["events", "--filter", "after:soon"], 2, "character 7"),
    ] {
        let run = machine.run(&arguments);
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.err);
        assert!(run.err.contains(said), "{arguments:?}: {}", run.err);
        assert_eq!(run.out, "");
    }
}

const RULE: &str = r"
title: A trail was deleted
id: 6d1b5f3e-0000-4000-8000-000000000001
author: tests
level: critical
tags: [attack.t1562.008]
logsource: { product: aws, service: cloudtrail }
detection:
  selection: { eventSource: cloudtrail.amazonaws.com, eventName: DeleteTrail }
  condition: selection
";

#[test]
fn a_scan_tells_every_match_in_every_shape_and_exits_with_three() {
    let machine = Machine::new();
    machine.write("rules/deep/trail.yml", RULE);
    let rules = machine.home.path().join("rules").display().to_string();
    let scan = |more: &[&str]| machine.run(&[&["scan", LOGS, "--no-builtin-rules", "--rules", &rules], more].concat());

    let lines = scan(&["--jsonl"]);
    assert_eq!(lines.code, Some(0), "{}", lines.err);
    let matches: Vec<serde_json::Value> = lines.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!matches.is_empty());
    for found in &matches {
        assert_eq!(found["name"], "DeleteTrail");
        assert_eq!(found["level"], "critical");
        let keys: Vec<&str> = found.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys.join(" "), "time event_id name actor ip region rule_id title level author tags");
    }
    let csv = scan(&["--csv"]);
    assert_eq!(csv.out.lines().count(), matches.len() + 1);
    let document: serde_json::Value = serde_json::from_str(&scan(&["--json"]).out).unwrap();
    assert_eq!(document.as_array().map(Vec::len), Some(matches.len()));
    let summary = scan(&["--summary"]).out;
    assert!(summary.starts_with("2900 events in 55 files, 2023-07-10T11:42:"), "{summary}");
    assert!(summary.contains("A trail was deleted: bert-jan"), "{summary}");

    assert_eq!(scan(&["--fail-on", "high"]).code, Some(3));
    assert_eq!(scan(&["--jsonl", "--min-level", "high", "--fail-on", "critical"]).code, Some(3));
    let none = machine.run(&["scan", LOGS, "--no-builtin-rules"]);
    assert_eq!(none.code, Some(2));
    assert!(none.err.contains("no rules"), "{}", none.err);
}

#[test]
fn every_shell_has_completions_that_know_the_commands() {
    let machine = Machine::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = machine.run(&["completions", shell]);
        assert_eq!(run.code, Some(0));
        for command in ["explain", "instances", "cases", "doctor"] {
            assert!(run.out.contains(command), "{shell} lacks {command}");
        }
    }
}

#[test]
fn bash_accepts_its_completions() {
    let run = Machine::new().run(&["completions", "bash"]);
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(run.out.as_bytes()).unwrap();
    let output = bash.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_manual_page_has_every_command() {
    let run = Machine::new().run(&["man"]);
    assert_eq!(run.code, Some(0));
    assert!(run.out.contains(".TH stanch 1"));
    for command in ["EXPLAIN", "INSTANCES", "CASES", "DOCTOR"] {
        assert!(run.out.contains(&format!("STANCH {command}")), "{command}");
    }
}

#[test]
fn the_configuration_in_force_is_a_configuration_again() {
    let mut machine = Machine::new();
    let file = machine.write("mine.toml", "regions = [\"eu-west-1\", \"eu-north-1\"]\n[screen]\ntheme = \"light\"\n");
    machine.set("STANCH_SINCE", "6h");
    let first = machine.run(&["config", "--config", &file, "--color", "never"]);
    assert_eq!(first.code, Some(0), "{}", first.err);
    for line in
        ["regions = [\"eu-west-1\", \"eu-north-1\"]", "since = \"6h\"", "color = \"never\"", "theme = \"light\""]
    {
        assert!(first.out.contains(line), "{line} is not in\n{}", first.out);
    }
    let again = machine.write("again.toml", &first.out);
    assert_eq!(machine.run(&["config", "--config", &again, "--color", "never"]).out, first.out);
    assert_eq!(
        Machine::new().run(&["config", "--sample"]).out,
        std::fs::read_to_string(root().join("assets/config.toml")).unwrap()
    );
}

#[test]
fn explain_prints_the_card_and_derives_one_where_there_is_none() {
    let machine = Machine::new();
    let card = machine.run(&["explain", "detachclassiclinkvpc"]);
    assert_eq!(card.code, Some(0));
    for part in
        ["ClassicLink did not bypass security groups", "retired in August 2022", "aws ec2 attach-classic-link-vpc"]
    {
        assert!(card.out.contains(part), "{part}");
    }
    assert!(
        card.out.lines().all(|line| line.starts_with("aws ")
            || line.starts_with("  ")
            || line.chars().count() <= 100
            || line.contains("print(")),
        "a long line"
    );
    let derived = machine.run(&["explain", "ModifyVpcAttribute"]);
    assert!(derived.out.contains("derived from the name"), "{}", derived.out);
    let hostile = machine.run(&["explain", "X\u{1b}[2J"]);
    assert!(!hostile.out.contains('\u{1b}'), "{}", hostile.out);
}

#[test]
fn the_catalogue_is_listed_and_a_user_s_playbook_takes_the_place_of_one() {
    let machine = Machine::new();
    let list = machine.run(&["playbooks"]);
    assert_eq!(list.code, Some(0), "{}", list.err);
    assert!(list.out.contains("compromised-instance"));
    let one = machine.run(&["playbooks", "compromised-instance"]);
    assert!(one.out.contains("isolate-network, disruptive") && one.out.contains("only when named"), "{}", one.out);
    let unknown = machine.run(&["playbooks", "nothing"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("compromised-instance"), "{}", unknown.err);

    let own = std::fs::read_to_string(root().join("assets/playbooks/compromised-instance.toml")).unwrap();
    machine.write("config/stanch/playbooks/a.toml", &own.replace("Contain a compromised instance", "Our own way"));
    machine.write("config/stanch/playbooks/b.toml", "name = 7\n");
    let list = machine.run(&["playbooks"]);
    assert!(list.out.contains("Our own way"), "{}", list.out);
    assert!(list.err.contains("b.toml:1"), "{}", list.err);
}

#[test]
fn policies_are_json_and_reading_changes_nothing() {
    let machine = Machine::new();
    let reading: serde_json::Value = serde_json::from_str(&machine.run(&["policy"]).out).unwrap();
    for action in reading["Statement"][0]["Action"].as_array().unwrap() {
        let verb = action.as_str().unwrap().split_once(':').unwrap().1;
        assert!(["Describe", "Get", "List", "Lookup"].iter().any(|read| verb.starts_with(read)), "{verb}");
    }
    let containing: serde_json::Value =
        serde_json::from_str(&machine.run(&["policy", "compromised-instance"]).out).unwrap();
    let text = containing.to_string();
    for action in ["ec2:ModifyNetworkInterfaceAttribute", "ec2:CreateSnapshots", "iam:PassedToService"] {
        assert!(text.contains(action), "{action}");
    }
}

#[test]
fn the_policy_for_reading_names_every_call_that_reading_makes() {
    let policy = Machine::new().run(&["policy"]).out;
    let source = std::fs::read_to_string(root().join("src/aws/fleet.rs")).unwrap();
    let mut called = 0;
    for word in source.split(|c: char| !c.is_alphanumeric()).filter(|word| word.starts_with("Describe")) {
        let action = word.trim_end_matches("Output");
        if action.len() > "Describe".len() {
            called += 1;
            assert!(policy.contains(&format!("\"ec2:{action}\"")), "ec2:{action} is missing");
        }
    }
    assert!(called > 5, "{called}");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
