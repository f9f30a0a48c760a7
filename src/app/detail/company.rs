//! The company of an event: what the same actor did before and after, and
//! whether its address and agent are usual for that actor.

use std::collections::BTreeMap;

use super::super::Model;
use super::super::picked::Picked;
use super::super::prose::{Line, Tone};
use super::super::time::clock;
use crate::domain::event::Event;
use crate::trail::timeline::{Slot, Timeline};
use jiff::Timestamp;

/// Events looked through on either side of the event.
const REACH: usize = 50_000;
/// Groups of equal names shown on each side.
const GROUPS: usize = 6;

/// What else the same actor did.
pub struct Company {
    /// Events of the actor, ascending, the event itself among them.
    slots: Vec<Slot>,
    /// How often each address came with each agent.
    from: BTreeMap<(String, String), usize>,
    /// Calls of this actor from the event's address up to the event, and the first of them.
    from_there: usize,
    since: Option<Timestamp>,
    /// Another actor came from the same address.
    others: Vec<String>,
}

impl Company {
    /// Looks through the Timeline around an event.
    pub fn of(model: &Model, picked: &Picked) -> Self {
        let kin = model.timeline.kin(picked.slot, REACH);
        let mut from = BTreeMap::new();
        for origin in &kin.origins {
            *from.entry((origin.ip.to_owned(), agent_word(origin.agent).to_owned())).or_default() += origin.count;
        }
        let others = kin.strangers.iter().map(|name| (*name).to_owned()).collect();
        Self { slots: kin.slots, from, from_there: kin.from_there, since: kin.since, others }
    }

    /// The line that says from where, and whether that is usual.
    pub fn from(&self, event: &Event) -> Line {
        let mut line = Line::labelled("From");
        line.push(Tone::Strong, if event.ip.is_empty() { "no address recorded" } else { &event.ip });
        let service = event.ip.ends_with(".amazonaws.com") || event.ip == "AWS Internal";
        if !service && !event.ip.is_empty() {
            match self.since.filter(|_| self.from_there > 1) {
                None => line.push(Tone::Warn, ", first call of this actor from there"),
                Some(since) => {
                    let since = clock(since);
                    line.push(Tone::Plain, &format!(", {} calls from there since {}", self.from_there, &since[..5]));
                }
            }
        }
        if !event.agent.is_empty() {
            line.push(Tone::Plain, &format!(", {}", agent_word(&event.agent)));
        }
        let usual = self.from.iter().filter(|((ip, _), _)| *ip != event.ip).max_by_key(|(_, count)| **count);
        if let Some(((ip, agent), count)) = usual
            && !service
        {
            line.push(Tone::Dim, &format!("   otherwise: {ip}, {agent} (×{count})"));
        }
        if !self.others.is_empty() {
            line.push(Tone::Warn, &format!("   also from there: {}", self.others.join(", ")));
        }
        line
    }

    /// The line of what the actor did before and after, equal names together.
    pub fn around(&self, model: &Model, slot: Slot) -> Vec<Line> {
        let Some(here) = self.slots.iter().position(|other| *other == slot) else { return Vec::new() };
        let before = groups(&model.timeline, self.slots[..here].iter().rev());
        let after = groups(&model.timeline, self.slots[here + 1..].iter());
        let mut line = Line::labelled("Same actor");
        line.hang = 11;
        let mut first = true;
        let dot = |line: &mut Line, first: &mut bool| {
            if !std::mem::take(first) {
                line.push(Tone::Dim, " · ");
            }
        };
        let hidden = before.len().saturating_sub(GROUPS);
        if hidden > 0 {
            line.push(
                Tone::Dim,
                &format!("{} earlier", here - before.iter().take(GROUPS).map(|g| g.count).sum::<usize>()),
            );
            first = false;
        }
        for group in before.iter().take(GROUPS).rev() {
            dot(&mut line, &mut first);
            group.write(&mut line);
        }
        dot(&mut line, &mut first);
        line.push(Tone::Strong, &format!("{} this", &clock(model.timeline.row(slot).time)[..5]));
        for group in after.iter().take(GROUPS) {
            dot(&mut line, &mut first);
            group.write(&mut line);
        }
        let shown: usize = after.iter().take(GROUPS).map(|group| group.count).sum();
        let later = self.slots.len() - here - 1 - shown;
        if later > 0 {
            line.push(Tone::Dim, &format!(" · {later} later"));
        }
        line.push(Tone::Dim, "  ");
        line.push(Tone::Key, "a");
        line.push(Tone::Dim, " shows only these");
        vec![line]
    }
}

struct Group {
    at: String,
    name: String,
    count: usize,
    failed: bool,
    dry_run: bool,
    bad: Option<crate::domain::finding::Severity>,
}

impl Group {
    fn write(&self, line: &mut Line) {
        line.push(Tone::Dim, &format!("{} ", self.at));
        let tone = self.bad.map_or(Tone::Plain, Tone::Level);
        line.push(tone, &self.name);
        if self.failed {
            line.push(Tone::Bad, "✗");
        }
        if self.dry_run {
            line.push(Tone::Dim, " dry-run");
        }
        if self.count > 1 {
            line.push(Tone::Dim, &format!(" ×{}", self.count));
        }
    }
}

fn groups<'s>(timeline: &Timeline, slots: impl Iterator<Item = &'s Slot>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for slot in slots {
        let row = timeline.row(*slot);
        let failed = !row.error.is_empty() && !row.dry_run;
        let full = groups.len() > GROUPS;
        match groups.last_mut() {
            Some(last) if last.name == row.name && last.failed == failed && last.dry_run == row.dry_run => {
                last.count += 1;
                last.bad = last.bad.max(row.severity);
            }
            _ if full => break,
            _ => groups.push(Group {
                at: clock(row.time)[..5].to_owned(),
                name: row.name.to_owned(),
                count: 1,
                failed,
                dry_run: row.dry_run,
                bad: row.severity,
            }),
        }
    }
    groups
}

/// The telling part of a user agent: `aws-cli/2.31.0` of a long one, `console`
/// for a browser.
pub fn agent_word(agent: &str) -> &str {
    let agent = agent.trim_matches(['[', ']']);
    if agent.starts_with("Mozilla/") {
        return "a browser";
    }
    let first = agent.split([' ', ',', ';']).next().unwrap_or(agent);
    if first == "APN/1.0" { agent.split(' ').nth(1).unwrap_or(first) } else { first }
}

#[cfg(test)]
mod tests {
    use super::agent_word;

    #[test]
    fn an_agent_is_told_by_its_first_word() {
        assert_eq!(agent_word("aws-cli/2.31.0 md/awscrt#0.27 ua/2.1 os/linux"), "aws-cli/2.31.0");
        assert_eq!(agent_word("[Boto3/1.34 md/Botocore]"), "Boto3/1.34");
        assert_eq!(agent_word("APN/1.0 HashiCorp/1.0 Terraform/1.9"), "HashiCorp/1.0");
        assert_eq!(agent_word("Mozilla/5.0 (X11; Linux)"), "a browser");
    }
}
