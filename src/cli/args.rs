//! The words of the command line. The same words as the AWS CLI where it has them.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::{Color, LogLevel, Since};
use crate::domain::finding::Severity;
use crate::respond::remedy::Remedy;

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

/// `stanch demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The scenario: a name that `stanch sim --list` shows, or a file of one
    #[arg(value_name = "SCENARIO", default_value = "leaked-key")]
    pub scenario: String,
    /// Where all chance of the simulated account comes from
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Simulated seconds in each real one
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub speed: f64,
}

/// What narrows recorded logs beside the flags that stand everywhere.
#[derive(Debug, Args)]
pub struct Narrowed {
    /// Not after this time
    #[arg(long, value_name = "TIME")]
    pub until: Option<Since>,
    /// Only of this account, in recorded logs; several by comma
    #[arg(long, value_name = "ACCOUNT", value_delimiter = ',')]
    pub account: Vec<String>,
}

/// `stanch open`.
#[derive(Debug, Args)]
pub struct Open {
    /// Files and folders, plain, gzip or Zstandard; '-' is standard input
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// The rules that judge them.
    #[command(flatten)]
    pub rules: RuleFlags,
    /// What is left out of recorded logs.
    #[command(flatten)]
    pub narrowed: Narrowed,
}

/// `stanch explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The event's name, as CloudTrail writes it: DetachClassicLinkVpc
    #[arg(value_name = "EVENT", required_unless_present = "list")]
    pub event: Option<String>,
    /// The service that records it, where the name alone does not tell: ec2.amazonaws.com
    #[arg(long, value_name = "SOURCE")]
    pub source: Option<String>,
    /// List the events that have a card
    #[arg(long, conflicts_with = "event")]
    pub list: bool,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
    /// Break lines at this width
    #[arg(long, value_name = "COLUMNS", default_value_t = 100)]
    pub width: usize,
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

/// `stanch cases`.
#[derive(Debug, Args)]
pub struct Cases {
    /// What to do; nothing: list
    #[command(subcommand)]
    pub command: Option<CasesCommand>,
    /// One JSON document
    #[arg(long, global = true, conflicts_with = "jsonl")]
    pub json: bool,
    /// One JSON object a line
    #[arg(long, global = true)]
    pub jsonl: bool,
}

/// What `stanch cases` does.
#[derive(Debug, Subcommand)]
pub enum CasesCommand {
    /// All cases, newest first
    List,
    /// The journal of a case
    Show {
        /// The case: an id, or the path of a folder
        case: String,
    },
    /// Read the real state of a case that was interrupted, and say what is next; with --execute, complete it
    Resume {
        /// The case: an id, or the path of a folder
        case: String,
        /// Read and change nothing: what happens without --execute, too
        #[arg(long, conflicts_with = "execute")]
        plan: bool,
        /// Go on with what was cut off
        #[arg(long)]
        execute: bool,
        /// The id of the case's target, typed in full
        #[arg(long, value_name = "TARGET")]
        confirm: Option<String>,
        /// Only these steps, by id or number; what destroys runs only when it is named here
        #[arg(long, value_name = "STEP", value_delimiter = ',', requires = "execute")]
        steps: Vec<String>,
        /// Leave it as it stands, for this reason: it is not offered again
        #[arg(long, value_name = "REASON", conflicts_with_all = ["execute", "plan"])]
        leave: Option<String>,
    },
    /// Check every hash of a case, or of all
    Verify {
        /// The cases: ids, or paths of folders
        cases: Vec<String>,
    },
    /// Write report.md and report.json into the case, and print one of them
    Report {
        /// The case: an id, or the path of a folder
        case: String,
    },
}

/// `stanch instances`.
#[derive(Debug, Args)]
pub struct Instances {
    /// Only these
    #[arg(value_name = "INSTANCE")]
    pub ids: Vec<String>,
    /// Only those in this state: running, stopped …; several by comma
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    pub state: Vec<String>,
    /// Only those with a proven path from the internet
    #[arg(long)]
    pub exposed: bool,
    /// One JSON document
    #[arg(long, conflicts_with = "jsonl")]
    pub json: bool,
    /// One JSON object a line
    #[arg(long)]
    pub jsonl: bool,
}

/// `stanch doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

/// Which rules are in force.
#[derive(Debug, Default, Clone, Args)]
pub struct RuleFlags {
    /// A folder of Sigma rules, beside those of the configuration; several by repetition
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,
    /// Leave out the rules that come with the program
    #[arg(long)]
    pub no_builtin_rules: bool,
}

/// `stanch events`.
#[derive(Debug, Args)]
pub struct Events {
    /// Recorded logs in place of live AWS: files and folders, plain, .gz or .zst; '-' is standard input
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub from: Vec<String>,
    /// Only those that the filter takes: event:Stop* -actor:ci is:write sev>=high ip:10.0.0.0/8 age<2h
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// What is left out of recorded logs.
    #[command(flatten)]
    pub narrowed: Narrowed,
    /// At most so many, the newest
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Go on with new events as they are delivered
    #[arg(long, short, conflicts_with_all = ["from", "json"])]
    pub follow: bool,
    /// One JSON object a line
    #[arg(long, group = "shape")]
    pub jsonl: bool,
    /// One JSON document
    #[arg(long, group = "shape")]
    pub json: bool,
    /// The records as CloudTrail wrote them, one a line; with --json a list of them
    #[arg(long, conflicts_with = "story")]
    pub raw: bool,
    /// Plain sentences, repeated deeds and quiet stretches folded
    #[arg(long, group = "shape")]
    pub story: bool,
    /// The rules that judge them.
    #[command(flatten)]
    pub rules: RuleFlags,
}

/// `stanch scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// Files and folders, plain, .gz or .zst; '-' is standard input
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<String>,
    /// The rules that judge them.
    #[command(flatten)]
    pub rules: RuleFlags,
    /// What is left out of recorded logs.
    #[command(flatten)]
    pub narrowed: Narrowed,
    /// One JSON object a match
    #[arg(long, group = "shape")]
    pub jsonl: bool,
    /// One JSON document
    #[arg(long, group = "shape")]
    pub json: bool,
    /// Comma-separated values
    #[arg(long, group = "shape")]
    pub csv: bool,
    /// Rules and actors with counts
    #[arg(long, group = "shape")]
    pub summary: bool,
    /// Only matches at or over this level
    #[arg(long, value_name = "LEVEL", default_value = "informational")]
    pub min_level: Severity,
    /// Exit with 3 where there is a match at or over this level
    #[arg(long, value_name = "LEVEL")]
    pub fail_on: Option<Severity>,
}

/// `stanch sim`.
#[derive(Debug, Args)]
pub struct Sim {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The scenario: a name, or a .toml file
    #[arg(long, value_name = "SCENARIO", default_value = "leaked-key")]
    pub scenario: String,
    /// Where all chance comes from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Simulated seconds for each real one
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = factor)]
    pub speed: f64,
    /// What goes wrong: EFFECT[:SERVICE[:ACTION[:MILLISECONDS[:PROBABILITY]]]]; several by repetition
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<String>,
    /// Listen where other machines can reach it, too
    #[arg(long)]
    pub force: bool,
    /// List the scenarios
    #[arg(long)]
    pub list: bool,
}

fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor > 0.0 && factor <= 100_000.0 => Ok(factor),
        _ => Err("a speed is a number over 0, at most 100000".into()),
    }
}

/// `stanch playbooks`.
#[derive(Debug, Args)]
pub struct Playbooks {
    /// One playbook, whole
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

/// `stanch remediate`.
#[derive(Debug, Args)]
pub struct Remediate {
    /// The playbook
    #[arg(value_name = "NAME")]
    pub name: String,
    /// What it is for: an id, or a name
    #[arg(value_name = "TARGET")]
    pub target: String,
    /// Print the plan and do nothing: what happens without --execute, too
    #[arg(long, conflicts_with = "execute")]
    pub plan: bool,
    /// With the plan: check the permission for each call, by dry runs and policy simulation
    #[arg(long, conflicts_with = "execute")]
    pub check: bool,
    /// Run the steps up to containment, or those of --steps
    #[arg(long)]
    pub execute: bool,
    /// The target's id once more, typed in full
    #[arg(long, value_name = "TARGET")]
    pub confirm: Option<String>,
    /// Only these steps, by id or number; what destroys runs only when it is named here
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub steps: Vec<String>,
    /// What narrows it: the rule that an event added, the key's user; ids
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub focus: Vec<String>,
    /// What a step leaves to choose, as in type=m5.large or standby.capacity=keep; see 'playbooks NAME'
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// Why it is done; kept in the case
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The ticket; kept in the case
    #[arg(long, value_name = "ID")]
    pub ticket: Option<String>,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

/// `stanch undo`.
#[derive(Debug, Args)]
pub struct Undo {
    /// The case: an id, or the path of a folder
    #[arg(value_name = "CASE")]
    pub case: String,
    /// Only this step, by id or number
    #[arg(long, value_name = "STEP")]
    pub step: Option<String>,
    /// The id of the case's target, typed in full
    #[arg(long, value_name = "TARGET")]
    pub confirm: Option<String>,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
}

/// `stanch policy`.
#[derive(Debug, Args)]
pub struct Policy {
    /// The playbook; without one: reading
    #[arg(value_name = "PLAYBOOK")]
    pub playbook: Option<String>,
    /// For one remedy instead, by its name
    #[arg(long, value_name = "NAME", conflicts_with = "playbook")]
    pub remedy: Option<Remedy>,
    /// Only in this account; --region names the Region
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Only instances and Auto Scaling groups that bear this tag
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub tag: Option<(String, String)>,
}

/// `name=value`.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it is written as NAME=VALUE".into()),
    }
}
