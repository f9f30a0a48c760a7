//! `stanch scan PATH…`: the rules over recorded logs. Each worker judges the
//! records that it decoded; only matches come together.

use std::collections::{BTreeMap, HashSet};
use std::hash::BuildHasher as _;
use std::io::IsTerminal as _;
use std::ops::ControlFlow;

use jiff::Timestamp;
use rustc_hash::FxHashSet;
use serde::Serialize;

use super::args::Scan;
use super::events::{nothing_read, recorded_options, say_loaded};
use super::failure::{Exit, Failure, Outcome};
use super::out::{Out, say};
use super::rules;
use super::setting::Setting;
use crate::detect::correlation::Correlator;
use crate::detect::{Hits, Rule, RuleSet, Subject};
use crate::domain::finding::Severity;
use crate::domain::text::visible;
use crate::recorded::{self, Seen, Visitor};
use crate::trail::columns::IdNumber;

/// One match of one rule.
#[derive(Debug, Clone, Serialize)]
struct Match {
    time: Timestamp,
    event_id: String,
    name: String,
    actor: String,
    ip: String,
    region: String,
    rule_id: String,
    title: String,
    level: Severity,
    author: String,
    tags: Vec<String>,
}

/// An event that some rule matched, as it comes from a worker.
struct Caught {
    head: Match,
    source: String,
    hits: Hits,
    /// The record, where a correlation looks at it.
    raw: Option<Vec<u8>>,
}

/// Judges on a worker.
struct Judge<'r> {
    rules: &'r RuleSet,
    caught: Vec<Caught>,
    seen: usize,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

/// What a worker hands over.
struct Batch {
    caught: Vec<Caught>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Visitor for Judge<'_> {
    type Output = Batch;

    const KEEPS_RAW: bool = false;
    const NEEDS_IDS: bool = false;

    fn see(&mut self, record: Seen<'_>) {
        self.seen += 1;
        let fields = record.fields;
        self.first = Some(self.first.map_or(fields.time, |first| first.min(fields.time)));
        self.last = self.last.max(Some(fields.time));
        let subject = Subject::of(fields, record.raw);
        let hits = self.rules.hits(&subject);
        if hits.is_empty() {
            return;
        }
        drop(subject);
        let event = fields.to_event();
        self.caught.push(Caught {
            source: event.source,
            head: Match {
                time: event.time,
                event_id: event.id,
                name: event.name,
                actor: event.actor.name,
                ip: event.ip,
                region: event.region,
                rule_id: String::new(),
                title: String::new(),
                level: Severity::Informational,
                author: String::new(),
                tags: Vec::new(),
            },
            raw: self.rules.correlates(&hits).then(|| record.raw.to_vec()),
            hits,
        });
    }

    fn waiting(&self) -> usize {
        self.seen
    }

    fn take(&mut self) -> Batch {
        self.seen = 0;
        Batch { caught: std::mem::take(&mut self.caught), first: self.first.take(), last: self.last.take() }
    }
}

/// Scans and prints; exits with 3 where a match is at or over `--fail-on`.
pub fn run(args: &Scan, setting: &Setting) -> Outcome {
    let rules = rules::load(&args.rules, setting)?;
    if rules.rules().is_empty() {
        return Err(Failure::Usage("no rules: name a folder with --rules, or leave out --no-builtin-rules".into()));
    }
    let inputs: Vec<_> = args.paths.iter().map(|path| recorded::Input::of_argument(path)).collect();
    let options = recorded_options(setting, &args.narrowed);
    let make = || Judge { rules: &rules, caught: Vec::new(), seen: 0, first: None, last: None };
    let mut report = Report::new(args, &rules);
    let mut failure = None;
    let loaded = recorded::visit(&inputs, &options, make, &mut |progress| {
        let Some(batch) = progress.output else { return ControlFlow::Continue(()) };
        match report.take_in(batch) {
            Ok(()) => ControlFlow::Continue(()),
            Err(why) => {
                failure = Some(why);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(why) = failure {
        return Err(why);
    }
    say_loaded(&loaded);
    let fail = report.finish(&loaded)?;
    Ok(if fail {
        Exit::Findings
    } else if nothing_read(&loaded) {
        Exit::Failed
    } else {
        Exit::Done
    })
}

/// Matches as they come together.
struct Report<'a> {
    args: &'a Scan,
    rules: &'a RuleSet,
    correlator: Correlator,
    /// Numbers of event and rule of every match: an event that comes twice is told once.
    told: FxHashSet<(u128, u64)>,
    kept: Vec<Match>,
    worst: Option<Severity>,
    span: (Option<Timestamp>, Option<Timestamp>),
    out: Out,
}

impl<'a> Report<'a> {
    fn new(args: &'a Scan, rules: &'a RuleSet) -> Self {
        Self {
            args,
            rules,
            correlator: Correlator::new(rules),
            told: FxHashSet::default(),
            kept: Vec::new(),
            worst: None,
            span: (None, None),
            out: Out::new(),
        }
    }

    /// JSON Lines and CSV go out as matches come; the rest is put in order first.
    fn streams(&self) -> bool {
        self.args.jsonl || self.args.csv
    }

    fn take_in(&mut self, batch: Batch) -> Result<(), Failure> {
        self.span.0 = [self.span.0, batch.first].into_iter().flatten().min();
        self.span.1 = self.span.1.max(batch.last);
        for caught in batch.caught {
            for rule in self.rules.told(&caught.hits) {
                self.told_match(&caught.head, rule)?;
            }
            let Some(raw) = caught.raw else { continue };
            let subject = Subject::new(&caught.source, &caught.head.name, &raw);
            for finding in self.correlator.observe(&caught.hits, &subject, caught.head.time) {
                if let Some(rule) = self.rules.rule(&finding.rule_id) {
                    self.told_match(&caught.head, rule)?;
                }
            }
        }
        Ok(())
    }

    fn told_match(&mut self, head: &Match, rule: &Rule) -> Result<(), Failure> {
        let number = (IdNumber::of(&head.event_id).0.0, rustc_hash::FxBuildHasher.hash_one(&rule.id));
        if rule.level < self.args.min_level || !self.told.insert(number) {
            return Ok(());
        }
        let found = Match {
            rule_id: rule.id.clone(),
            title: rule.title.clone(),
            level: rule.level,
            author: rule.author.clone(),
            tags: rule.tags.clone(),
            ..head.clone()
        };
        self.worst = self.worst.max(Some(found.level));
        if !self.streams() {
            self.kept.push(found);
            return Ok(());
        }
        if self.args.jsonl {
            self.out.json(&found)
        } else {
            if self.told.len() == 1 {
                self.out.line(CSV_HEAD)?;
            }
            self.out.line(&csv(&found))
        }
    }

    /// Prints what was kept; whether a match is at or over `--fail-on`.
    fn finish(mut self, loaded: &recorded::Loaded) -> Result<bool, Failure> {
        self.kept.sort_by(|a, b| (a.time, &a.event_id, &a.rule_id).cmp(&(b.time, &b.event_id, &b.rule_id)));
        if self.args.csv && self.told.is_empty() {
            self.out.line(CSV_HEAD)?;
        }
        if self.args.json {
            self.out.document(&self.kept)?;
        } else if self.args.summary {
            self.summary(loaded)?;
        } else if !self.streams() {
            for found in &self.kept {
                let text = format!(
                    "{} {:<4} {} {:<28} {}",
                    found.time,
                    found.level.short(),
                    found.actor,
                    found.name,
                    found.title
                );
                self.out.line(&visible(&text))?;
            }
        }
        self.out.flush()?;
        if std::io::stderr().is_terminal() && !self.args.summary {
            say(&format!("{} matches in {} events of {} files", self.told.len(), loaded.events, loaded.files));
        }
        Ok(self.args.fail_on.is_some_and(|level| self.worst >= Some(level)))
    }

    fn summary(&mut self, loaded: &recorded::Loaded) -> Result<(), Failure> {
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

const CSV_HEAD: &str = "time,event_id,name,actor,ip,region,rule_id,title,level,author,tags";

/// One line of CSV (RFC 4180). Text that a spreadsheet would take for a formula
/// gets an apostrophe before it: it was written by strangers.
fn csv(found: &Match) -> String {
    let tags = found.tags.join(" ");
    let time = found.time.to_string();
    [
        time.as_str(),
        &found.event_id,
        &found.name,
        &found.actor,
        &found.ip,
        &found.region,
        &found.rule_id,
        &found.title,
        found.level.word(),
        &found.author,
        &tags,
    ]
    .map(field)
    .join(",")
}

fn field(text: &str) -> String {
    let text = visible(text);
    let formula = text.starts_with(['=', '+', '-', '@']) && text.len() > 1;
    let text = if formula { format!("'{text}").into() } else { text };
    if text.contains([',', '"']) || formula { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_field_is_quoted_where_it_must_be_and_is_never_a_formula() {
        for (text, written) in [
            ("ci-deploy", "ci-deploy"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("a\nb", "a␊b"),
            ("-", "-"),
        ] {
            assert_eq!(field(text), written);
        }
    }
}
