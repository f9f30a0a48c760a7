//! A call as the AWS CLI would make it, ready to copy into a POSIX shell.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Call, QUARANTINE};

mod ec2;
mod iam;
mod scaling;
mod sharing;

impl Call {
    /// The command, on one line. A group that does not exist yet stands as the
    /// shell variable `QUARANTINE_SG`, which the command that makes it sets.
    pub fn cli(&self, region: &str) -> String {
        let found = match self.service() {
            "iam" => iam::command(self),
            "autoscaling" | "elasticloadbalancing" => {
                scaling::command(self).map(|command| format!("{command} --region {}", quote(region)))
            }
            _ => ec2::command(self, region),
        };
        found.unwrap_or_else(|| format!("# {} has no command", self.action()))
    }
}

/// The text as one word of a POSIX shell: bare where nothing in it is special,
/// else in single quotes.
pub fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Like [`quote`], but the stand-in of the quarantine group stays a variable.
fn word(text: &str) -> String {
    match text.split_once(QUARANTINE) {
        Some((before, after)) => format!("\"{before}{QUARANTINE}{after}\""),
        None => quote(text),
    }
}

fn service(name: &str, verb: &str, options: &[(&str, &str)]) -> String {
    let mut command = format!("aws {name} {verb}");
    for (option, value) in options {
        // A value that begins with a dash would be read as an option.
        let joint = if value.starts_with('-') { '=' } else { ' ' };
        let _ = write!(command, " --{option}{joint}{}", word(value));
    }
    command
}

fn json_word(value: &Value) -> String {
    quote(&value.to_string())
}

fn tag_list(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

fn tag_specification(kinds: &[&str], tags: &BTreeMap<String, String>) -> String {
    let one = |kind: &&str| json!({ "ResourceType": kind, "Tags": tag_list(tags) });
    json_word(&kinds.iter().map(one).collect())
}
