//! The headless commands against the simulated account, both as programs, over
//! loopback.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

mod cases;
mod guardrails;

/// `stanch sim` on a free port; ended by its own process id.
struct Account {
    child: Child,
    endpoint: String,
    home: TempDir,
}

impl Account {
    fn open(arguments: &[&str]) -> Self {
        let home = TempDir::new().unwrap();
        let mut child = program(&home)
            .args(["sim", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let endpoint = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}")).to_string();
        Self { child, endpoint, home }
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = program(&self.home).args(arguments).args(["--endpoint-url", &self.endpoint]).output().unwrap();
        told(&output)
    }

    fn json_lines(&self, arguments: &[&str]) -> Vec<Value> {
        let (code, out, err) = self.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {err}");
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program(home: &TempDir) -> Command {
    let at = |folder: &str| home.path().join(folder).display().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_stanch"));
    command
        .env_clear()
        .envs([
            ("HOME", at("")),
            ("XDG_CONFIG_HOME", at("config")),
            ("XDG_STATE_HOME", at("state")),
            ("LANG", "C.UTF-8".into()),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".into()),
            ("AWS_SECRET_ACCESS_KEY", "made-up".into()),
            ("AWS_REGION", "eu-west-1".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ])
        .stdin(Stdio::null());
    command
}

fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

#[test]
fn live_events_come_once_each_in_order_from_every_region() {
    let account = Account::open(&[]);
    let events = account.json_lines(&["events", "--since", "40m", "--jsonl"]);
    assert!(events.len() > 20, "{}", events.len());
    let ids: BTreeSet<&str> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), events.len(), "an event came twice");
    let times: Vec<&str> = events.iter().map(|event| event["time"].as_str().unwrap()).collect();
    assert!(times.is_sorted());
    let regions: BTreeSet<&str> = events.iter().map(|event| event["region"].as_str().unwrap()).collect();
    assert!(regions.contains("eu-west-1") && regions.contains("us-east-1"), "{regions:?}");

    let writes = account.json_lines(&["events", "--since", "40m", "--jsonl", "--filter", "is:write", "--limit", "3"]);
    assert_eq!(writes.len(), 3);
    assert!(writes.iter().all(|event| event["read_only"] == false));
}

#[test]
fn instances_are_listed_with_the_shape_that_is_promised_and_with_proof() {
    let account = Account::open(&["--scenario", "leaked-key"]);
    let instances = account.json_lines(&["instances", "--jsonl", "--region", "eu-west-1"]);
    assert!(instances.len() > 30, "{}", instances.len());
    for instance in &instances {
        for key in [
            "id",
            "state",
            "type",
            "account",
            "region",
            "az",
            "vpc",
            "subnet",
            "public_ip",
            "private_ip",
            "security_groups",
            "volumes",
            "profile",
            "image",
            "launch_time",
            "exposure",
            "tags",
        ] {
            assert!(instance.get(key).is_some(), "{key} is missing");
        }
    }
    let exposed = account.json_lines(&["instances", "--jsonl", "--exposed"]);
    assert!(!exposed.is_empty() && exposed.len() < instances.len());
    for instance in exposed {
        let path = &instance["exposure"][0];
        assert!(path["rule"].as_str().unwrap().starts_with("sgr-"), "{path}");
        assert!(path["gateway"].as_str().unwrap().starts_with("igw-"), "{path}");
    }
    let (code, out, err) = account.run(&["instances", "i-00000000000000000"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("name others with --region"), "{err}");
}

#[test]
fn what_may_not_be_read_is_said_and_the_rest_goes_on() {
    let account = Account::open(&["--fault", "deny:ec2:DescribeSnapshots"]);
    let (code, out, err) = account.run(&["instances", "--jsonl"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.lines().count() > 30);
    assert!(err.contains("DescribeSnapshots") && err.contains("denied"), "{err}");
}

#[test]
fn faults_of_aws_end_a_command_with_what_to_do() {
    for (fault, command, said) in [
        ("expire", "instances", "expired"),
        ("deny:cloudtrail:LookupEvents", "events", "cloudtrail:LookupEvents: denied"),
        ("malformed:cloudtrail:LookupEvents", "events", "malformed answer"),
    ] {
        let account = Account::open(&["--fault", fault]);
        let (code, out, err) = account.run(&[command, "--jsonl", "--since", "15m"]);
        assert_eq!((code, out.as_str()), (1, ""), "{fault}: {err}");
        assert!(err.contains(said), "{fault}: {err}");
    }
}

#[test]
fn a_throttle_now_and_then_costs_time_and_no_event() {
    let calm = Account::open(&["--scenario", "quiet", "--seed", "7"]);
    let busy =
        Account::open(&["--scenario", "quiet", "--seed", "7", "--fault", "throttle:cloudtrail:LookupEvents::0.3"]);
    let arguments = ["events", "--jsonl", "--since", "3h", "--region", "eu-west-1"];
    let (calm, busy) = (calm.json_lines(&arguments), busy.json_lines(&arguments));
    // Each account has its own opening instant: as many events, give or take what came meanwhile.
    assert!(calm.len().abs_diff(busy.len()) <= 5 && !busy.is_empty(), "{} and {}", calm.len(), busy.len());
}

#[test]
fn the_doctor_finds_a_simulated_account_well_and_a_denied_one_not() {
    let account = Account::open(&[]);
    let (code, out, err) = account.run(&["doctor"]);
    assert_eq!(code, 0, "{out}{err}");
    for word in ["LookupEvents", "OnCall/alice", "in place of AWS's own"] {
        assert!(out.contains(word), "{word}: {out}");
    }
    let denied = Account::open(&["--fault", "deny:cloudtrail:LookupEvents"]);
    let (code, out, _) = denied.run(&["doctor", "--json"]);
    assert_eq!(code, 1);
    let checks: Vec<Value> = serde_json::from_str(&out).unwrap();
    let wrong: Vec<&Value> = checks.iter().filter(|check| check["state"] == "wrong").collect();
    assert!(!wrong.is_empty() && wrong.iter().all(|check| check["what"].as_str().unwrap().contains("LookupEvents")));
}

#[test]
fn the_simulator_keeps_to_loopback_and_knows_its_scenarios() {
    let home = TempDir::new().unwrap();
    let run = |arguments: &[&str]| told(&program(&home).args(arguments).output().unwrap());
    let (code, out, err) = run(&["sim", "--listen", "0.0.0.0:0"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("can be reached from other machines"), "{err}");
    assert!(run(&["sim", "--list"]).1.contains("leaked-key"));
    let (code, _, err) = run(&["sim", "--scenario", "nothing"]);
    assert!(code == 2 && err.contains("leaked-key"), "{err}");
    let (code, _, err) = run(&["sim", "--fault", "explode"]);
    assert!(code == 2 && err.contains("throttle"), "{err}");
    assert_eq!(run(&["sim", "--speed", "0"]).0, 2);
}

#[test]
fn events_are_followed_until_the_reader_has_enough() {
    let account = Account::open(&[]);
    let arguments = ["events", "--since", "20m", "--jsonl", "--endpoint-url", &account.endpoint];
    let ids = |output: &str| -> BTreeSet<String> {
        let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
        output.lines().map(id).collect()
    };
    // A shorter window than what is followed: what leaves that one meanwhile is not missed.
    let snapshot = || {
        let recent = arguments.map(|word| if word == "20m" { "10m" } else { word });
        let (code, out, err) = told(&program(&account.home).args(recent).output().unwrap());
        assert_eq!(code, 0, "{err}");
        ids(&out)
    };
    let at_first = snapshot();
    let mut following = program(&account.home)
        .args(arguments)
        .arg("--follow")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut followed = BTreeSet::new();
    for line in lines.by_ref().take(5_000) {
        followed.extend(ids(&line));
        if at_first.is_subset(&followed) {
            break;
        }
    }
    assert!(at_first.is_subset(&followed), "what is known is told first");
    // The account goes on: what it records from now on is told, too.
    let newer = loop {
        if let Some(newer) = snapshot().into_iter().find(|id| !followed.contains(id)) {
            break newer;
        }
    };
    while !followed.contains(&newer) {
        followed.extend(ids(&lines.next().unwrap()));
    }
    let sent = Command::new("kill").args(["-INT", &following.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let rest = lines.count();
    assert!(following.wait().unwrap().success(), "an interrupted --follow has done its work; {rest} lines more");
}
