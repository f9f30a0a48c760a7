//! The command line as a program: what it prints where, and how it exits.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

mod cases;
mod knowledge;
mod logs;
mod program;

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

/// Nothing listens there: the port is taken as long as the socket lives, and refuses whoever connects.
fn dead_endpoint() -> (tokio::net::TcpSocket, String) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    (socket, url)
}

#[test]
fn bad_input_gives_a_clear_error_and_the_right_exit_code() {
    let bare = Machine::new();
    let with = Machine::with_credentials();
    let (_socket, dead) = dead_endpoint();
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
    let (_socket, dead) = dead_endpoint();
    let run = machine.run(&["instances", "--log-level", "trace", "--endpoint-url", &dead]);
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

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
