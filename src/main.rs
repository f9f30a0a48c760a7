//! Parse, run, exit code: all of it in [`stanch::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    // A panic is reported with where it happened; failing to set that up is no reason not to run.
    let _ = color_eyre::config::HookBuilder::default().display_env_section(false).install();
    stanch::cli::main()
}
