//! The console: what starts it, and what stands in its way.

use std::io::IsTerminal as _;

use super::failure::Failure;

/// The console needs a terminal on both ends.
pub fn need_terminal() -> Result<(), Failure> {
    if std::io::stdout().is_terminal() && std::io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Failure::Usage(
        "standard input or output is not a terminal, and the console needs one. For a pipe there are: stanch events, \
         stanch scan, stanch instances, stanch explain, stanch remediate; see stanch --help"
            .into(),
    ))
}
