//! The commands about the program itself: its health, configuration and completions.

use clap::Args;

/// `stanch doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

/// `stanch config`.
#[derive(Debug, Args)]
pub struct Config {
    /// Print the commented sample with every default
    #[arg(long, conflicts_with = "paths")]
    pub sample: bool,
    /// Print where files are kept
    #[arg(long)]
    pub paths: bool,
}

/// `stanch completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}
