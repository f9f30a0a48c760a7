//! What a rule says about itself, and why a rule could not be loaded.

use crate::domain::finding::Severity;

/// A loaded rule: everything that Sigma says about it but its logic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The rule's id, a UUID in Sigma; its place (file, and line of one among
    /// several) where the file has no id.
    /// Unique among the loaded rules.
    pub id: String,
    /// The name that correlations may refer to it by, empty for none.
    pub name: String,
    /// The title.
    pub title: String,
    /// The level; medium where the file says none.
    pub level: Severity,
    /// The author, empty for none.
    pub author: String,
    /// What it detects, empty for none.
    pub description: String,
    /// Where to read on.
    pub references: Vec<String>,
    /// When it is harmless.
    pub false_positives: Vec<String>,
    /// Tags, `attack.t1562.008` among them.
    pub tags: Vec<String>,
    /// `ours`, or the folder that the user named.
    pub origin: String,
    /// The file that it was read from.
    pub path: String,
    /// `stable`, `test`, `experimental` …, empty for none.
    pub status: String,
    /// It correlates the matches of other rules.
    pub correlation: bool,
    /// It makes findings by itself. Rules that only feed a correlation do not
    /// (Sigma correlation specification, "generate").
    pub generates: bool,
}

impl Rule {
    /// The ATT&CK techniques that it is tagged with, as `T1562.008`.
    pub fn techniques(&self) -> impl Iterator<Item = String> {
        self.tags.iter().filter_map(|tag| {
            let tail = tag.strip_prefix("attack.")?;
            let number = tail.strip_prefix(['t', 'T'])?;
            number.starts_with(|c: char| c.is_ascii_digit()).then(|| format!("T{number}"))
        })
    }
}

/// A rule that was not loaded, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// The file.
    pub path: String,
    /// Why, with the document's place in the file and the rule's title where they are known.
    pub why: String,
    /// Nothing is wrong with the rule: it is for another log source, or one of
    /// our own that a rule of the user replaces.
    pub passed_over: bool,
}
