//! The words of the command line, the same as the AWS CLI where it has them: the
//! flags that every command takes, and the commands.

mod program;
mod reading;
mod responding;
mod simulated;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::{Color, LogLevel, Since};

pub use program::{Completions, Config, Doctor};
pub use reading::{Events, Explain, Instances, Narrowed, Open, RuleFlags, Scan};
pub use responding::{Cases, CasesCommand, Playbooks, Policy, Remediate, Undo};
pub use simulated::{Demo, Sim};

/// The incident console for AWS: see what happened, stop it, prove it, take it back.
#[derive(Debug, Parser)]
#[command(name = "stanch", version, about, long_about = None, propagate_version = true, after_help = AFTER)]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do; nothing: the console on live AWS.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const AFTER: &str = "Without a command: the console on live AWS. Data goes to standard output, everything else to \
standard error.\nExit codes: 0 done, 1 failed, 2 wrong use, 3 findings at or over --fail-on.";

/// Flags that every command takes. They beat the environment, which beats the file.
#[derive(Debug, Clone, Default, Args)]
pub struct Global {
    /// Profile of the shared AWS configuration; several by comma or repetition
    #[arg(long, global = true, value_name = "NAME", value_delimiter = ',', help_heading = "Global")]
    pub profile: Vec<String>,
    /// Region; several by comma or repetition, or 'all'
    #[arg(long, global = true, value_name = "REGION", value_delimiter = ',', help_heading = "Global")]
    pub region: Vec<String>,
    /// How far back to look: 15m, 2h, 7d, a date or an instant
    #[arg(long, global = true, value_name = "TIME", env = "STANCH_SINCE", help_heading = "Global")]
    pub since: Option<Since>,
    /// Offer to arm the console; without it nothing can be changed
    #[arg(long, global = true, help_heading = "Global")]
    pub write: bool,
    /// Send every request to this endpoint in place of AWS
    #[arg(long, global = true, value_name = "URL", help_heading = "Global")]
    pub endpoint_url: Option<String>,
    /// Configuration file
    #[arg(long, global = true, value_name = "FILE", env = "STANCH_CONFIG", help_heading = "Global")]
    pub config: Option<PathBuf>,
    /// The case to work in: a name of the case folder, made if it is new
    #[arg(long, global = true, value_name = "ID", env = "STANCH_CASE", help_heading = "Global")]
    pub case: Option<String>,
    /// Colours
    #[arg(long, global = true, value_name = "WHEN", env = "STANCH_COLOR", help_heading = "Global")]
    pub color: Option<Color>,
    /// What goes to the log file in the state folder
    #[arg(long, global = true, value_name = "LEVEL", env = "STANCH_LOG_LEVEL", help_heading = "Global")]
    pub log_level: Option<LogLevel>,
    /// Draw symbols in ASCII alone
    #[arg(long, global = true, help_heading = "Global")]
    pub ascii: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The playbooks: guided remediations
    Playbooks(Playbooks),
    /// The plan of a playbook for a target; with --execute, its run up to containment
    Remediate(Remediate),
    /// Take back what a case changed, newest step first
    Undo(Undo),
    /// Least-privilege IAM policies: for reading, and for each playbook
    Policy(Policy),
    /// The console on a simulated account: no AWS account, no network
    Demo(Demo),
    /// The console on recorded CloudTrail logs
    Open(Open),
    /// Kept cases: their journals, evidence and reports
    Cases(Cases),
    /// The card of an event: what it is, what it means, how to stop and revert it
    Explain(Explain),
    /// Events, of live AWS or of recorded logs
    Events(Events),
    /// Detection over recorded logs
    Scan(Scan),
    /// EC2 instances of every account and Region, with their exposure
    Instances(Instances),
    /// The simulated account on a port of this machine, for any AWS client
    Sim(Sim),
    /// Check credentials, identity, permissions, clock, endpoints and terminal
    Doctor(Doctor),
    /// The configuration in force, its sample, or its files
    Config(Config),
    /// Completions for a shell, on standard output
    Completions(Completions),
    /// The manual page, on standard output
    Man,
}
