//! `stanch completions SHELL`.

use clap::CommandFactory;

use super::args::{Cli, Completions};
use super::failure::{Exit, Outcome};
use super::out::Out;

/// Prints the completions of a shell.
pub fn run(args: &Completions) -> Outcome {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "stanch", &mut bytes);
    let mut out = Out::new();
    out.text(&String::from_utf8_lossy(&bytes))?;
    out.flush()?;
    Ok(Exit::Done)
}
