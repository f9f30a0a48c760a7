//! `--summary`: matches by rule and by actor.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::{Match, Report};
use crate::cli::failure::Failure;
use crate::domain::finding::Severity;
use crate::domain::text::visible;
use crate::recorded::Loaded;

impl Report<'_> {
    pub(super) fn summary(&mut self, loaded: &Loaded) -> Result<(), Failure> {
        let clock = |at: Option<Timestamp>| at.map_or_else(|| "-".to_string(), |at| at.to_string());
        self.out.line(&format!(
            "{} events in {} files, {} to {}",
            loaded.events,
            loaded.files,
            clock(self.span.0),
            clock(self.span.1)
        ))?;
        let mut groups: BTreeMap<(std::cmp::Reverse<Severity>, &str), Vec<&Match>> = BTreeMap::new();
        for found in &self.kept {
            groups.entry((std::cmp::Reverse(found.level), &found.rule_id)).or_default().push(found);
        }
        self.out.line(&format!(
            "{} matches of {} rules, out of {}",
            self.kept.len(),
            groups.len(),
            self.rules.rules().len()
        ))?;
        for level in Severity::ALL.iter().rev() {
            let count = self.kept.iter().filter(|found| found.level == *level).count();
            if count > 0 {
                self.out.line(&format!("{count:>7} {level}"))?;
            }
        }
        if groups.is_empty() {
            return Ok(());
        }
        self.out.line("")?;
        self.out.line("LEVEL  COUNT FIRST    LAST     RULE, and who")?;
        let mut rows: Vec<_> = groups.into_iter().collect();
        rows.sort_by(|((level, _), a), ((other, _), b)| level.cmp(other).then(a[0].time.cmp(&b[0].time)));
        for (_, found) in rows {
            let (first, last) = (found[0].time.to_string(), found[found.len() - 1].time.to_string());
            let text = format!(
                "{:<5} {:>6} {:<8} {:<8} {}: {}",
                found[0].level.short(),
                found.len(),
                first.get(11..19).unwrap_or(""),
                last.get(11..19).unwrap_or(""),
                found[0].title,
                who(&found)
            );
            self.out.line(&visible(&text))?;
        }
        self.out.line("")?;
        self.out.line("ACTOR                                    MATCHES RULES ADDRESSES")?;
        let mut actors: BTreeMap<&str, Vec<&Match>> = BTreeMap::new();
        for found in &self.kept {
            actors.entry(&found.actor).or_default().push(found);
        }
        let mut actors: Vec<_> = actors.into_iter().collect();
        actors.sort_by_key(|(name, found)| (std::cmp::Reverse(found.len()), *name));
        for (name, found) in actors.into_iter().take(20) {
            let rules: HashSet<&str> = found.iter().map(|found| found.rule_id.as_str()).collect();
            let mut addresses: Vec<&str> = found.iter().map(|found| found.ip.as_str()).collect();
            addresses.sort_unstable();
            addresses.dedup();
            let more = if addresses.len() > 3 { format!(" and {} more", addresses.len() - 3) } else { String::new() };
            addresses.truncate(3);
            let text = format!("{name:<40} {:>7} {:>5} {}{more}", found.len(), rules.len(), addresses.join(", "));
            self.out.line(&visible(&text))?;
        }
        Ok(())
    }
}

/// `ci-deploy ×4, alice`: the most frequent first, at most three.
fn who(found: &[&Match]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in found {
        *counts.entry(&one.actor).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    let more = if counts.len() > 3 { format!(" and {} more", counts.len() - 3) } else { String::new() };
    let told: Vec<String> = counts
        .iter()
        .take(3)
        .map(|(name, count)| if *count == 1 { (*name).to_string() } else { format!("{name} ×{count}") })
        .collect();
    format!("{}{more}", told.join(", "))
}
