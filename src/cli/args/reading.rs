//! The commands that read: events, live or recorded, what rules find in them, what
//! they mean, and the instances that they touch.

use std::path::PathBuf;

use clap::Args;

use crate::config::Since;
use crate::domain::finding::Severity;

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
