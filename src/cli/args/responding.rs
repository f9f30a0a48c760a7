//! The commands that respond: playbooks and what they need, their runs, and the
//! cases that keep what was done.

use clap::{Args, Subcommand};

use crate::respond::remedy::Remedy;

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
    /// What narrows it: the rule that an event added, the key's user, a role by its ARN, an address
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
