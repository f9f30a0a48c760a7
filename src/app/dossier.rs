//! The pages of an actor and of a resource, and the story of either: what the
//! event engine found, as lines to read, search and copy.

use super::Model;
use super::detail::company::agent_word;
use super::prose::{Line, Tone};
use super::time::{clock, clock_and_day};
use crate::domain::event::Access;
use crate::domain::finding::Severity;
use crate::domain::window::Span;
use crate::knowledge;
use crate::knowledge::Told;
use crate::knowledge::story::Kind;
use crate::trail::portrait::{About, Call, Deed, Portrait, Tally, Touched};
use crate::trail::session;
use crate::trail::timeline::Timeline;

/// Values shown of each kind.
const SHOWN: usize = 12;
/// Resources shown that something was done to.
const TOUCHED: usize = 1000;

/// The rest of a sentence hangs under its first word, behind the time.
const HANG: u16 = 9;

/// Events told in one story at most, the latest.
const TOLD: usize = 20_000;

/// The title of a page.
pub fn title(about: &About) -> String {
    match about {
        About::Actor { name, .. } => format!("Actor  {name}"),
        About::Resource(id) => format!("Resource  {id}"),
    }
}

/// The title of a story.
pub fn story_title(about: &About) -> String {
    format!("Story of {}", about.name())
}

/// What stands on a page until it has been made.
pub fn waiting() -> Vec<Line> {
    vec![Line::new().put(Tone::Dim, "Looking through the events …")]
}

/// The lines of a page.
pub fn lines(model: &Model, portrait: &Portrait) -> Vec<Line> {
    let actor = matches!(portrait.about, About::Actor { .. });
    let mut lines = head(model, portrait);
    if actor {
        lines.extend(behind(model, &portrait.about));
    } else {
        tallies(&mut lines, "Who", portrait.actors.iter());
    }
    tallies(&mut lines, "From", portrait.addresses.iter());
    calls(&mut lines, &portrait.calls);
    touched(&mut lines, portrait, actor);
    tallies(&mut lines, "Errors", portrait.errors.iter());
    tallies(&mut lines, "With", merged(&portrait.agents).iter());
    tallies(&mut lines, "Regions", portrait.regions.iter());
    if actor && portrait.actors.len() > 1 {
        tallies(&mut lines, "Under the names", portrait.actors.iter());
    }
    tallies(&mut lines, "Access keys", portrait.keys.iter());
    lines
}

fn head(model: &Model, portrait: &Portrait) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut seen = Line::labelled("Seen");
    match portrait.seen {
        Some((first, last)) if first == last => seen.push(Tone::Strong, &format!("once, {}", moment(model, first))),
        Some((first, last)) => {
            seen.push(Tone::Strong, &format!("{} to {}", moment(model, first), moment(model, last)));
        }
        None => seen.push(Tone::Dim, "not in the events that have been read"),
    }
    seen.push(Tone::Plain, &format!(", {}", events(portrait.count)));
    if portrait.failed > 0 {
        seen.push(Tone::Bad, &format!(", {} failed", portrait.failed));
    }
    lines.push(seen);
    if portrait.findings.iter().any(|count| *count > 0) {
        let mut line = Line::labelled("Findings");
        for severity in Severity::ALL.into_iter().rev() {
            let count = portrait.findings[severity as usize];
            if count > 0 {
                line.push(Tone::Level(severity), &format!("{} {count}  ", severity.short()));
            }
        }
        lines.push(line);
    }
    let window = portrait.window;
    let mut line = Line::labelled("Window");
    line.push(
        Tone::Plain,
        &format!("{} to {}: {}; ", moment(model, window.start), moment(model, window.end), events(portrait.in_window)),
    );
    if portrait.before == 0 {
        line.push(Tone::Dim, "none is known of the time before, so nothing can be called new");
    } else {
        line.push(Tone::Plain, &format!("{} are known of the time before: ", portrait.before));
        line.push(Tone::Warn, "NEW");
        line.push(Tone::Plain, " is what was not seen there");
    }
    lines.push(line);
    lines
}

fn events(count: usize) -> String {
    if count == 1 { "1 event".to_owned() } else { format!("{count} events") }
}

/// The chain of sessions, where it is known.
fn behind(model: &Model, about: &About) -> Option<Line> {
    let picked = model.picked.as_ref().filter(|picked| picked.event.actor.name == about.name())?;
    let chain = model.sessions.chain(&picked.event.actor, picked.event.time);
    let mut line = Line::labelled("Behind it");
    if chain.len() > 1 {
        line.push(Tone::Strong, &session::sentence(&chain));
    } else {
        line.push(Tone::Dim, "nobody else known");
    }
    Some(line)
}

/// A time of day, with the day where it is another one than now.
fn moment(model: &Model, at: jiff::Timestamp) -> String {
    let day = |at: jiff::Timestamp| at.as_second().div_euclid(86_400);
    if day(at) == day(model.now) { clock(at) } else { clock_and_day(at) }
}

/// Agents by their telling part, in the order in which they came.
fn merged(agents: &[Tally]) -> Vec<Tally> {
    let mut all: Vec<Tally> = Vec::new();
    for agent in agents {
        let word = agent_word(&agent.text);
        if let Some(known) = all.iter_mut().find(|known| known.text == word) {
            known.count += agent.count;
            known.failed += agent.failed;
            known.first = known.first.min(agent.first);
            known.last = known.last.max(agent.last);
            known.new &= agent.new;
        } else {
            all.push(Tally { text: word.to_owned(), ..agent.clone() });
        }
    }
    all.sort_by_key(|tally| std::cmp::Reverse(tally.count));
    all
}

fn tallies<'t>(lines: &mut Vec<Line>, heading: &str, all: impl ExactSizeIterator<Item = &'t Tally> + Clone) {
    let count = all.len();
    if count == 0 {
        return;
    }
    lines.push(Line::new());
    lines.push(Line::heading(heading));
    // What is new is shown even where it is rare.
    let rare: Vec<&Tally> = all.clone().skip(SHOWN).filter(|tally| tally.new).take(SHOWN).collect();
    let shown = count.min(SHOWN) + rare.len();
    for tally in all.take(SHOWN).chain(rare) {
        let mut line = Line::new().put(Tone::Plain, &format!("  {:<36} ", tally.text)).hanging(4);
        measures(&mut line, tally);
        lines.push(line);
    }
    more(lines, count - shown);
}

/// How often, from when to when, how many failed, and whether it is new.
fn measures(line: &mut Line, tally: &Tally) {
    line.push(Tone::Strong, &format!("{:>7} ", format!("×{}", tally.count)));
    let (first, last) = (clock_and_day(tally.first), clock_and_day(tally.last));
    line.push(Tone::Dim, &format!(" {first}"));
    match (first.split_once(' '), last.split_once(' ')) {
        _ if first == last => {}
        (Some((day, _)), Some((other, time))) if day == other => line.push(Tone::Dim, &format!(" – {time}")),
        _ => line.push(Tone::Dim, &format!(" – {last}")),
    }
    if tally.failed > 0 {
        line.push(Tone::Bad, &format!("  {} failed", tally.failed));
    }
    if tally.new {
        line.push(Tone::Warn, "  NEW");
    }
}

fn more(lines: &mut Vec<Line>, left: usize) {
    if left > 0 {
        lines.push(Line::new().put(Tone::Dim, &format!("  and {left} more")));
    }
}

fn calls(lines: &mut Vec<Line>, calls: &[Call]) {
    if calls.is_empty() {
        return;
    }
    lines.push(Line::new());
    lines.push(Line::heading("Calls"));
    // All of them: what was called once or twice is what matters.
    for call in calls {
        let mut letter = [0; 4];
        let mut line = Line::new().hanging(4);
        line.push(Tone::Dim, &format!("  {} ", call.access.letter().encode_utf8(&mut letter)));
        let tone = call.worst.map_or(if call.access == Access::Read { Tone::Dim } else { Tone::Plain }, Tone::Level);
        let service = call.source.split('.').next().unwrap_or("");
        line.push(tone, &call.tally.text);
        let wide = 33_usize.saturating_sub(call.tally.text.chars().count() + service.len());
        line.push(Tone::Dim, &format!(" {service}{} ", " ".repeat(wide)));
        measures(&mut line, &call.tally);
        lines.push(line);
    }
}

fn touched(lines: &mut Vec<Line>, portrait: &Portrait, actor: bool) {
    let all: Vec<&Touched> = portrait.touched.iter().filter(|one| actor || one.id == portrait.about.name()).collect();
    if all.is_empty() {
        return;
    }
    lines.push(Line::new());
    lines.push(Line::heading("Created, changed and removed"));
    for one in all.iter().take(TOUCHED) {
        let (word, tone) = match one.deed {
            Deed::Created => ("created", Tone::Good),
            Deed::Changed => ("changed", Tone::Plain),
            Deed::Removed => ("removed or stopped", Tone::Bad),
            Deed::Named => ("named with", Tone::Dim),
        };
        let mut line = Line::new().hanging(4);
        line.push(Tone::Dim, &format!("  {} ", clock_and_day(one.by.first)));
        line.push(tone, &format!("{word} "));
        line.push(Tone::Strong, &one.id);
        line.push(Tone::Dim, &format!("  {}", one.by.text));
        if one.by.count > 1 {
            line.push(Tone::Dim, &format!(" ×{}", one.by.count));
        }
        if one.by.new {
            line.push(Tone::Warn, "  NEW");
        }
        lines.push(line);
    }
    more(lines, all.len().saturating_sub(TOUCHED));
}

/// The story of an actor or a resource in a window, and how many events before
/// it were left out, because reading each record takes time.
pub fn story(timeline: &Timeline, about: &About, window: Span) -> (Vec<Told>, usize) {
    let mut slots = about.events(timeline);
    slots.retain(|slot| timeline.time(*slot).is_some_and(|at| window.contains(at)));
    let left_out = slots.len().saturating_sub(TOLD);
    (knowledge::story(timeline, &slots[left_out..]), left_out)
}

/// The lines of a story; `left_out` events before it were too many to tell.
pub fn story_lines(story: &[Told], left_out: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    if left_out > 0 {
        lines.push(Line::new().put(
            Tone::Warn,
            &format!(
                "{left_out} earlier events of the window are left out: a shorter window, or + on a time, tells them."
            ),
        ));
    }
    if story.is_empty() {
        lines.push(Line::new().put(Tone::Dim, "Nothing happened in this window."));
    }
    lines.extend(story.iter().map(|told| match told.kind {
        Kind::Day => Line::heading(&told.text),
        Kind::Quiet => Line::new().put(Tone::Dim, &told.text),
        Kind::Looked => Line::new().put(Tone::Dim, &told.text).hanging(HANG),
        Kind::Deed | Kind::More => {
            let mut line = Line::of(&told.text).hanging(HANG);
            if let (Some(worst), Some(mark)) = (told.worst, told.mark()) {
                line.push(Tone::Level(worst), &mark);
            }
            line
        }
    }));
    lines
}
