//! `stanch events`: events of live AWS or of recorded logs, one after the other.

use std::borrow::Cow;
use std::io::IsTerminal as _;

use jiff::Timestamp;

use super::args::Events;
use super::failure::{Exit, Failure, Outcome};
use super::fetch::{self, News};
use super::found::Found;
use super::live::{block_on, connected, interrupted, now};
use super::out::{Out, escaped, say};
use super::recorded::{nothing_read, recorded_options, say_loaded};
use super::setting::Setting;
use super::{rules, shape};
use crate::domain::finding::Severity;
use crate::domain::text::visible;
use crate::domain::window::Span;
use crate::knowledge::Story;
use crate::recorded;
use crate::runtime::clock::Clock;
use crate::trail::query::{self, Query};
use crate::trail::timeline::Slot;

/// Prints the events that the filter takes, oldest first.
pub fn run(args: &Events, setting: &Setting) -> Outcome {
    let wrong = |error| Failure::Usage(format!("--{error}"));
    let filter = query::expand(args.filter.as_deref().unwrap_or(""), &setting.config.filters).map_err(wrong)?;
    let query = Query::parse(&filter, now(), None).map_err(wrong)?;
    let found = Found::new(rules::load(&args.rules, setting)?);
    let teller = Teller { args, query, out: Out::new(), story: Story::default(), many: Vec::new(), raws: Vec::new() };
    if args.from.is_empty() { live(teller, found, setting) } else { from(teller, found, setting) }
}

/// Of recorded logs.
fn from(mut teller: Teller<'_>, mut found: Found, setting: &Setting) -> Outcome {
    let inputs: Vec<_> = teller.args.from.iter().map(|path| recorded::Input::of_argument(path)).collect();
    let options = recorded_options(setting, &teller.args.narrowed);
    let loaded = found.load(&inputs, &options)?;
    say_loaded(&loaded, &teller.args.from);
    let slots = found.timeline.order().to_vec();
    teller.all(&found, &slots)?;
    teller.finish()?;
    Ok(if nothing_read(&loaded) { Exit::Failed } else { Exit::Done })
}

/// Of live AWS.
fn live(mut teller: Teller<'_>, mut found: Found, setting: &Setting) -> Outcome {
    let window = Span { start: setting.config.since.at(now()), end: now() };
    block_on(async {
        let ports = connected(setting).await?.ports;
        let mut waiting = ports.len();
        let (tasks, mut news) = fetch::start(ports, window, teller.args.follow, &Clock::wall());
        let stopped = interrupted();
        tokio::pin!(stopped);
        let mut failed = Vec::new();
        let mut cut_short = false;
        let mut notes = Notes::default();
        // Until every Scope is complete the order is not known, and nothing is printed.
        while waiting > 0 {
            tokio::select! {
                told = news.recv() => match told {
                    Some(News::Events(raws)) => {
                        let added = found.timeline.ingest(raws, None).added;
                        found.judge(&added);
                        notes.progress(found.timeline.len());
                    }
                    Some(News::Complete) => waiting -= 1,
                    Some(News::Failed(place, fault)) => {
                        waiting -= 1;
                        failed.push((place, fault));
                    }
                    None => break,
                },
                () = &mut stopped => {
                    cut_short = true;
                    break;
                }
            }
        }
        let slots = found.timeline.order().to_vec();
        teller.all(&found, &slots)?;
        while teller.args.follow && !cut_short && failed.is_empty() {
            tokio::select! {
                told = news.recv() => match told {
                    Some(News::Events(raws)) => {
                        let added = found.timeline.ingest(raws, None).added;
                        found.judge(&added);
                        teller.more(&found, &added)?;
                    }
                    Some(News::Failed(place, fault)) => failed.push((place, fault)),
                    Some(News::Complete) => {}
                    None => break,
                },
                () = &mut stopped => break,
            }
        }
        drop(tasks);
        teller.finish()?;
        if cut_short {
            return Err(Failure::Failed("interrupted: the window is not complete".into()));
        }
        for (place, fault) in failed.iter().skip(1) {
            say(&format!("stanch: {place}: {fault}"));
        }
        match failed.into_iter().next() {
            Some((place, fault)) => Err(Failure::Failed(format!("{place}: {fault}"))),
            None => Ok(Exit::Done),
        }
    })
}

/// Says on a terminal now and then how far the reading is.
#[derive(Default)]
struct Notes(Option<Timestamp>);

impl Notes {
    fn progress(&mut self, events: usize) {
        let at = now();
        if std::io::stderr().is_terminal() && self.0.is_none_or(|last| at.duration_since(last).as_secs() >= 3) {
            if self.0.is_some() {
                say(&format!("{events} events so far, reading on"));
            }
            self.0 = Some(at);
        }
    }
}

/// Chooses and prints events.
struct Teller<'a> {
    args: &'a Events,
    query: Query,
    out: Out,
    story: Story,
    many: Vec<serde_json::Value>,
    raws: Vec<String>,
}

impl Teller<'_> {
    /// All events that there are, at most `--limit` of them, the newest.
    fn all(&mut self, found: &Found, slots: &[Slot]) -> Result<(), Failure> {
        let chosen = self.chosen(found, slots);
        let from = self.args.limit.map_or(0, |limit| chosen.len().saturating_sub(limit));
        chosen[from..].iter().try_for_each(|slot| self.tell(found, *slot))?;
        self.flush()
    }

    /// Events that came after.
    fn more(&mut self, found: &Found, slots: &[Slot]) -> Result<(), Failure> {
        let mut chosen = self.chosen(found, slots);
        chosen.sort_by_key(|slot| found.timeline.time(*slot));
        chosen.iter().try_for_each(|slot| self.tell(found, *slot))?;
        self.flush()
    }

    fn chosen(&self, found: &Found, slots: &[Slot]) -> Vec<Slot> {
        use std::sync::atomic::{AtomicBool, AtomicUsize};
        if self.query.is_all() {
            return slots.to_vec();
        }
        let (progress, cancel) = (AtomicUsize::new(0), AtomicBool::new(false));
        let selection = self.query.select_raw_of(&found.timeline, now(), slots, &progress, &cancel);
        if let Some(why) = selection.why.filter(|_| selection.unreadable > 0) {
            say(&format!("stanch: {} records could not be searched: {why}", selection.unreadable));
        }
        selection.slots
    }

    fn tell(&mut self, found: &Found, slot: Slot) -> Result<(), Failure> {
        let unreadable = |why: String| Failure::Failed(format!("a record cannot be read back: {why}"));
        if self.args.raw {
            let raw = found.timeline.raw(slot).map_err(unreadable)?;
            if self.args.json {
                self.raws.push(one_line(&raw).into_owned());
                return Ok(());
            }
            return self.out.line(&one_line(&raw));
        }
        if self.args.story {
            let event = found.timeline.event(slot).map_err(unreadable)?;
            let raw = found.timeline.raw(slot).map_err(unreadable)?;
            self.story.tell(&event, &raw, found.timeline.row(slot).severity);
            return Ok(());
        }
        let row = found.timeline.row(slot);
        let line = shape::EventLine::of(&row, found.findings(slot));
        if self.args.jsonl {
            self.out.json(&line)
        } else if self.args.json {
            self.many.push(serde_json::to_value(&line).map_err(|error| Failure::Failed(error.to_string()))?);
            Ok(())
        } else {
            let severity = row.severity.map_or("", Severity::short);
            let error = if row.error.is_empty() { String::new() } else { format!(" ✗{}", row.error) };
            let text = format!(
                "{} {severity:<4} {} {:<28} {}{error}  {}",
                row.time,
                row.access.letter(),
                row.actor,
                row.name,
                row.target
            );
            self.out.line(&visible(text.trim_end()))
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        if self.args.story && self.args.follow {
            for told in self.story.take() {
                self.out.line(&told.to_string())?;
            }
        }
        self.out.flush()
    }

    fn finish(mut self) -> Result<(), Failure> {
        if self.args.story {
            for told in self.story.finish() {
                self.out.line(&told.to_string())?;
            }
        }
        if self.args.json && self.args.raw {
            self.out.line(&format!("[\n{}\n]", self.raws.join(",\n")))?;
        } else if self.args.json {
            self.out.document(&self.many)?;
        }
        self.out.flush()
    }
}

/// A record as it was, on one line: line ends between its tokens become spaces,
/// and what would not show as itself is escaped.
fn one_line(raw: &str) -> Cow<'_, str> {
    let raw = escaped(raw);
    if raw.contains(['\n', '\r']) { raw.replace(['\n', '\r'], " ").into() } else { raw }
}
