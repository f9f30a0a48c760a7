//! A detection's match, and how bad it is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How bad a finding is: Sigma's levels (Sigma specification, "level").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words are Sigma's own")]
pub enum Severity {
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// All levels, mildest first.
    pub const ALL: [Self; 5] = [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word in full, as Sigma and the command line write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The word of the event list, at most four letters.
    pub fn short(self) -> &'static str {
        match self {
            Self::Informational => "INFO",
            Self::Low => "LOW",
            Self::Medium => "MED",
            Self::High => "HIGH",
            Self::Critical => "CRIT",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word.to_ascii_lowercase().as_str() {
            "informational" | "info" => Ok(Self::Informational),
            "low" => Ok(Self::Low),
            "medium" | "med" => Ok(Self::Medium),
            "high" => Ok(Self::High),
            "critical" | "crit" => Ok(Self::Critical),
            other => Err(format!("'{other}' is no severity: informational, low, medium, high or critical")),
        }
    }
}

/// One match of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id (a UUID in Sigma), unique among the loaded rules.
    pub rule_id: String,
    /// The rule's title.
    pub title: String,
    /// The rule's level.
    pub severity: Severity,
    /// `eventID` of the event that matched (of the last one, for a correlation).
    pub event_id: String,
    /// Where the rule came from: `ours`, or the folder that the user named.
    pub origin: String,
    /// Why it matched, field by field: the field's path and the value found there.
    pub because: Vec<(String, String)>,
    /// For a correlation: how many events made it up; 1 for a plain rule.
    pub count: u32,
}
