//! The card of one event name: what it is, what it means, what to look at
//! next, and how to stop and revert it.
//!
//! A card is Markdown with TOML front matter between two lines of `+++`, and
//! always the same sections in the same order ([`SECTIONS`]).

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::fills::Fills;
use crate::domain::event::Access;

/// The headings of every card, in order.
pub const SECTIONS: [&str; 8] = [
    "What it is",
    "In an incident",
    "Usually harmless",
    "Look at next",
    "By playbook",
    "In the console",
    "With the CLI",
    "In code",
];

/// The knowledge on one event name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    /// `eventName`.
    pub event: String,
    /// `eventSource`.
    pub source: String,
    /// What happened, in one line.
    pub title: String,
    /// What the call does.
    pub access: Access,
    /// The card is not written by hand: it says what name, service and read-only flag tell.
    pub derived: bool,
    /// Derived, and of the name alone: what the call does is a guess.
    pub guessed: bool,
    /// The playbooks that answer it, best first.
    pub playbooks: Vec<String>,
    /// The text of each section, in the order of [`SECTIONS`].
    pub sections: Vec<Section>,
}

/// One section of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// One of [`SECTIONS`].
    pub heading: String,
    /// Markdown: paragraphs, lists, fenced code.
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    event: String,
    source: String,
    title: String,
    access: Access,
    #[serde(default)]
    playbooks: Vec<String>,
}

impl Card {
    /// Reads a card; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("+++\n").ok_or("a card begins with a line of +++")?;
        let (front, body) = rest.split_once("\n+++\n").ok_or("the front matter ends with a line of +++")?;
        let front: Front = toml::from_str(front).map_err(|error| error.message().to_string())?;
        let mut sections: Vec<Section> = Vec::new();
        let mut fenced = false;
        for line in body.lines() {
            fenced ^= line.starts_with("```");
            if let Some(heading) = line.strip_prefix("## ").filter(|_| !fenced) {
                sections.push(Section { heading: heading.trim().to_string(), text: String::new() });
            } else if let Some(section) = sections.last_mut() {
                section.text.push_str(line);
                section.text.push('\n');
            } else if !line.trim().is_empty() {
                return Err(format!("text before the first heading: {line}"));
            }
        }
        for section in &mut sections {
            section.text = section.text.trim().to_string();
        }
        let headings: Vec<&str> = sections.iter().map(|section| section.heading.as_str()).collect();
        if headings != SECTIONS {
            return Err(format!("the headings are {headings:?}, and must be {SECTIONS:?}"));
        }
        if let Some(empty) = sections.iter().find(|section| section.text.is_empty()) {
            return Err(format!("nothing stands under '{}'", empty.heading));
        }
        Ok(Self {
            event: front.event,
            source: front.source,
            title: front.title,
            access: front.access,
            derived: false,
            guessed: false,
            playbooks: front.playbooks,
            sections,
        })
    }

    /// The text under a heading, empty for an unknown one.
    pub fn section(&self, heading: &str) -> &str {
        self.sections.iter().find(|section| section.heading == heading).map_or("", |section| &section.text)
    }

    /// The commands of "With the CLI", one a line, continuation lines joined
    /// and comments left out, with placeholders filled.
    pub fn commands(&self, fills: &Fills) -> Vec<String> {
        let mut commands = Vec::new();
        let mut fenced = false;
        let mut pending = String::new();
        for line in self.section("With the CLI").lines() {
            if line.starts_with("```") {
                fenced = !fenced;
            } else if fenced && !line.trim_start().starts_with('#') && !line.trim().is_empty() {
                pending.push_str(line.trim());
                if let Some(open) = pending.strip_suffix('\\') {
                    pending = open.to_string();
                } else {
                    commands.push(fills.fill(&std::mem::take(&mut pending)));
                }
            }
        }
        commands
    }

    /// The whole card as text, placeholders filled, paragraphs broken at
    /// `width` columns (code is never broken).
    pub fn render(&self, width: usize, fills: &Fills) -> String {
        let mut out = format!("# {}: {}\n\n", self.event, self.title);
        let access = match self.access {
            Access::Read => "reads",
            Access::Write => "changes something",
            Access::Destructive => "removes or stops something",
        };
        let derived = if self.derived { "; derived from the name, no card of its own" } else { "" };
        if self.guessed {
            out.push_str("guessed from the name, no card of its own\n");
        } else {
            let _ = writeln!(out, "{} · {access}{derived}", self.source);
        }
        for section in &self.sections {
            let _ = write!(out, "\n## {}\n\n", section.heading);
            wrap(&fills.fill(&section.text), width.max(20), &mut out);
        }
        out
    }
}

/// Breaks Markdown paragraphs and list items at a width; fenced code stays.
fn wrap(text: &str, width: usize, out: &mut String) {
    let mut fenced = false;
    let mut paragraph = String::new();
    for line in text.lines() {
        let fence = line.starts_with("```");
        let item = starts_item(line);
        if fence || fenced || item || line.trim().is_empty() {
            flow(&std::mem::take(&mut paragraph), width, out);
        }
        if fence || fenced {
            fenced ^= fence;
            out.push_str(line);
            out.push('\n');
        } else if line.trim().is_empty() {
            out.push('\n');
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    flow(&paragraph, width, out);
}

fn starts_item(line: &str) -> bool {
    line.starts_with("- ") || line.split_once(". ").is_some_and(|(n, _)| n.len() < 3 && n.parse::<u8>().is_ok())
}

fn flow(paragraph: &str, width: usize, out: &mut String) {
    use unicode_width::UnicodeWidthStr;
    if paragraph.is_empty() {
        return;
    }
    let hang = if starts_item(paragraph) { paragraph.find(' ').map_or(0, |at| at + 1) } else { 0 };
    let mut column = 0;
    for word in paragraph.split_whitespace() {
        let long = word.width();
        if column > 0 && column + 1 + long > width {
            out.push('\n');
            out.push_str(&" ".repeat(hang));
            column = hang;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += long;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::{Card, Fills, SECTIONS};

    fn text(cli: &str) -> String {
        let mut text = String::from(
            "+++\nevent = \"X\"\nsource = \"ec2.amazonaws.com\"\ntitle = \"T\"\naccess = \"write\"\n+++\n",
        );
        for heading in SECTIONS {
            let body = if heading == "With the CLI" { cli } else { "Some words that are long enough to be broken." };
            let _ = write!(text, "\n## {heading}\n\n{body}\n");
        }
        text
    }

    #[test]
    fn commands_are_read_out_of_the_code_with_continuations_joined() {
        let card =
            Card::parse(&text("Do:\n\n```sh\n# first\naws ec2 a \\\n  --b {instance_id}\n\naws ec2 c\n```")).unwrap();
        assert_eq!(card.commands(&Fills::default()), ["aws ec2 a --b INSTANCE_ID", "aws ec2 c"]);
    }

    #[test]
    fn paragraphs_are_broken_and_code_is_not() {
        let card = Card::parse(&text("```sh\naws ec2 describe-instances --instance-ids i-1 i-2 i-3\n```")).unwrap();
        let rendered = card.render(24, &Fills::default());
        assert!(rendered.contains("Some words that are long\nenough to be broken.\n"), "{rendered}");
        assert!(rendered.contains("aws ec2 describe-instances --instance-ids i-1 i-2 i-3\n"));
    }

    #[test]
    fn a_card_without_a_section_is_refused_with_the_reason() {
        let error = Card::parse(&text("x").replace("## Look at next", "## Look")).unwrap_err();
        assert!(error.contains("Look at next"), "{error}");
        assert!(Card::parse("no front").is_err());
        assert!(Card::parse(&text("")).unwrap_err().contains("With the CLI"));
    }
}
