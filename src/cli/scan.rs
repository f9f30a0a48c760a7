//! `stanch scan PATH…`: the rules over recorded logs. Each worker judges the
//! records that it decoded; only matches come together.

mod summary;

use std::hash::BuildHasher as _;
use std::io::IsTerminal as _;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::args::Scan;
use super::failure::{Exit, Failure, Outcome};
use super::out::{Out, say};
use super::recorded::{nothing_read, recorded_options, say_loaded};
use super::rules;
use super::setting::Setting;
use crate::detect::correlation::{InOrder, Sighting, Spotter};
use crate::detect::{Hits, Rule, RuleSet, Subject};
use crate::domain::finding::{Finding, Severity};
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
    hits: Hits,
    /// What correlations count of it.
    sighting: Option<Sighting>,
}

/// How many events that a correlation looked at are remembered.
const HEADS: usize = 50_000;

/// Judges on a worker.
struct Judge<'r> {
    rules: &'r RuleSet,
    spotter: Spotter,
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

impl<'r> Judge<'r> {
    fn new(rules: &'r RuleSet) -> Self {
        Self { rules, spotter: Spotter::new(rules), caught: Vec::new(), seen: 0, first: None, last: None }
    }
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
        let sighting = self.spotter.spot(&hits, &subject, fields.time);
        drop(subject);
        let event = fields.to_event();
        self.caught.push(Caught {
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
            hits,
            sighting,
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
    let make = || Judge::new(&rules);
    let mut report = Report::new(args, &rules, recorded::may_go_on(&inputs));
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
    say_loaded(&loaded, &args.paths);
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
    correlations: InOrder<Arc<Match>>,
    /// Numbers of event and rule of every match: an event that comes twice is told once.
    told: FxHashSet<(u128, u64)>,
    kept: Vec<Match>,
    /// Events that some correlation looked at, by their ids.
    heads: FxHashMap<String, Arc<Match>>,
    worst: Option<Severity>,
    span: (Option<Timestamp>, Option<Timestamp>),
    /// More may come, and somebody may be watching.
    may_go_on: bool,
    out: Out,
}

impl<'a> Report<'a> {
    fn new(args: &'a Scan, rules: &'a RuleSet, may_go_on: bool) -> Self {
        Self {
            args,
            rules,
            correlations: InOrder::new(rules, may_go_on),
            told: FxHashSet::default(),
            kept: Vec::new(),
            heads: FxHashMap::default(),
            worst: None,
            span: (None, None),
            may_go_on,
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
            self.correlations.add(caught.sighting.map(|sighting| (sighting, Arc::new(caught.head))));
        }
        let ripe = self.correlations.ripe();
        self.correlated(ripe)?;
        if self.may_go_on { self.out.flush() } else { Ok(()) }
    }

    fn correlated(&mut self, found: Vec<(Arc<Match>, Vec<Finding>)>) -> Result<(), Failure> {
        for (head, findings) in found {
            for finding in findings {
                let Some(rule) = self.rules.rule(&finding.rule_id) else { continue };
                let stands_on = self.heads.get(&finding.event_id).unwrap_or(&head).clone();
                self.told_match(&stands_on, rule)?;
            }
            self.remember(head);
        }
        Ok(())
    }

    /// A correlation may stand on an event that came before the one that completes it.
    fn remember(&mut self, head: Arc<Match>) {
        if self.heads.len() >= HEADS {
            self.heads.clear();
        }
        self.heads.insert(head.event_id.clone(), head);
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
        let rest = self.correlations.rest();
        self.correlated(rest)?;
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
