//! `stanch man`: the manual page in roff.

use clap::CommandFactory;

use super::args::Cli;
use super::failure::{Exit, Outcome};
use super::out::Out;

/// Prints the manual page: the program's own, then one section for each command.
pub fn run() -> Outcome {
    let mut command = Cli::command();
    command.build();
    let mut bytes = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut bytes)?;
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        bytes.extend_from_slice(format!(".SH \"STANCH {}\"\n", inner.get_name().to_uppercase()).as_bytes());
        let man = clap_mangen::Man::new(inner.clone());
        man.render_synopsis_section(&mut bytes)?;
        man.render_description_section(&mut bytes)?;
        man.render_options_section(&mut bytes)?;
    }
    let mut out = Out::new();
    out.text(&String::from_utf8_lossy(&bytes))?;
    out.flush()?;
    Ok(Exit::Done)
}
