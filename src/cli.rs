//! The command line: parse, lay flags over the configuration, run one command,
//! say how it ended.
//!
//! Data goes to standard output and everything else to standard error. Exit
//! codes: 0 done, 1 failed, 2 wrong use, 3 findings at or over `--fail-on`.

pub mod args;
mod cases;
mod completions;
mod config;
mod console;
mod doctor;
mod drive;
mod events;
mod explain;
pub mod failure;
mod fetch;
mod found;
mod instances;
mod live;
mod log;
mod man;
pub mod out;
mod playbooks;
mod policy;
mod recorded;
mod remediate;
mod rules;
mod scan;
mod setting;
mod shape;
mod sim;
mod target;
mod undo;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use failure::{Failure, Outcome};
use setting::Setting;

/// Runs the program on the process's own arguments and environment.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to standard output and is no error; the rest is wrong use.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match run(cli) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(failure) => {
            if !matches!(failure, Failure::Closed) {
                out::say(&format!("stanch: {failure}"));
                tracing::error!(%failure, "ended");
            }
            ExitCode::from(failure.code())
        }
    }
}

fn run(cli: Cli) -> Outcome {
    let setting = Setting::of(&cli.global)?;
    log::start(&setting)?;
    match cli.command {
        Some(Command::Playbooks(args)) => playbooks::run(&args, &setting),
        Some(Command::Remediate(args)) => remediate::run(&args, &setting),
        Some(Command::Undo(args)) => undo::run(&args, &setting),
        Some(Command::Policy(args)) => policy::run(&args, &setting),
        Some(Command::Cases(args)) => cases::run(&args, &setting),
        Some(Command::Explain(args)) => explain::run(&args, &setting),
        Some(Command::Events(args)) => events::run(&args, &setting),
        Some(Command::Scan(args)) => scan::run(&args, &setting),
        Some(Command::Instances(args)) => instances::run(&args, &setting),
        Some(Command::Sim(args)) => sim::run(&args),
        Some(Command::Doctor(args)) => doctor::run(&args, &setting),
        Some(Command::Config(args)) => config::run(&args, &setting),
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Man) => man::run(),
        Some(Command::Demo(args)) => console::demo(&args, &setting),
        Some(Command::Open(args)) => console::open(&args, &setting),
        None => console::live(&setting),
    }
}
