//! The commands about the program itself: completions, manual page, configuration.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::{Machine, root};

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
fn a_configuration_that_the_console_would_refuse_is_refused() {
    let machine = Machine::new();
    for (text, said) in [
        ("[keys]\nfilter = \"x\"\n", "x means both filter and explain"),
        ("[screen]\ntheme = \"no-such-theme\"\n", "no-such-theme"),
    ] {
        let file = machine.write("wrong.toml", text);
        let run = machine.run(&["config", "--config", &file]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{text}: {}", run.err);
        assert!(run.err.contains(said), "{}", run.err);
        assert_eq!(machine.run(&["config", "--paths", "--config", &file]).code, Some(0), "where it is, is still told");
    }
}
