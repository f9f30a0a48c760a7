//! Events told in order as a story: one plain line a deed, repeated ones and
//! mere reads folded, quiet stretches said, findings marked.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::sentence::{actor, deed};
use crate::domain::event::{Access, Event};
use crate::domain::finding::Severity;
use crate::domain::text::visible;
use crate::trail::timeline::{Slot, Timeline};

/// From this long on, nothing happening is said.
const QUIET: SignedDuration = SignedDuration::from_mins(30);

/// What a line of a story is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A day begins.
    Day,
    /// Nothing happened for a while.
    Quiet,
    /// Reads that worked, and that no rule minds.
    Looked,
    /// What somebody did, or tried.
    Deed,
    /// More of the deed before.
    More,
}

/// A line of a story; shown, it carries its mark: `14:02:00 alice stopped i-1  [HIGH]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What it is.
    pub kind: Kind,
    /// The line, without its mark.
    pub text: String,
    /// The worst severity of the findings on what it tells.
    pub worst: Option<Severity>,
}

impl Told {
    /// The mark of a finding.
    pub fn mark(&self) -> Option<String> {
        self.worst.map(|worst| format!("  [{}]", worst.short()))
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.text, self.mark().unwrap_or_default())
    }
}

/// Tells events one after the other, oldest first.
#[derive(Debug, Default)]
pub struct Story {
    lines: Vec<Told>,
    day: String,
    last: Option<Timestamp>,
    address: Vec<(String, String)>,
    open: Option<Passage>,
}

/// The story of some events of a Timeline, in their order. An event whose record
/// can no longer be read is left out.
pub fn story(timeline: &Timeline, slots: &[Slot]) -> Vec<Told> {
    let mut story = Story::default();
    for slot in slots {
        if let (Ok(event), Ok(raw)) = (timeline.event(*slot), timeline.raw(*slot)) {
            story.tell(&event, &raw, timeline.marks().severity(*slot));
        }
    }
    story.finish()
}

/// One deed of a passage.
#[derive(Debug)]
struct Deed {
    what: String,
    times: usize,
    worst: Option<Severity>,
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.times > 1 { write!(f, " ×{}", self.times) } else { Ok(()) }
    }
}

/// What is being folded into one line.
#[derive(Debug)]
struct Passage {
    begun: Timestamp,
    who: String,
    from: Option<String>,
    deeds: Vec<Deed>,
    /// The event name of the deeds, `None` for mere reads of any name.
    name: Option<String>,
}

/// From so many different deeds of one event name on, only the first are told.
const MANY: usize = 4;

impl Story {
    /// Tells the next event; `raw` is its record, `worst` the severity of its worst finding.
    pub fn tell(&mut self, event: &Event, raw: &str, worst: Option<Severity>) {
        let who = actor(event);
        let worst = worst.filter(|worst| *worst > Severity::Informational);
        let reads = event.access == Access::Read && event.error.is_none() && worst.is_none();
        let name = (!reads).then(|| event.name.clone());
        let what = if reads { visible(&event.name).into_owned() } else { deed(event, raw) };
        let from = self.new_address(&who, &event.ip);
        if let Some(open) = &mut self.open {
            let near = event.time.duration_since(self.last.unwrap_or(event.time)) < QUIET;
            if near && open.who == who && open.name == name && from.is_none() {
                self.last = Some(event.time);
                match open.deeds.iter_mut().find(|deed| deed.what == what) {
                    Some(deed) => {
                        deed.times += 1;
                        deed.worst = deed.worst.max(worst);
                    }
                    None => open.deeds.push(Deed { what, times: 1, worst }),
                }
                return;
            }
        }
        self.close();
        self.quiet(event.time);
        self.last = Some(event.time);
        self.open = Some(Passage { begun: event.time, who, from, deeds: vec![Deed { what, times: 1, worst }], name });
    }

    /// All lines.
    pub fn finish(mut self) -> Vec<Told> {
        self.close();
        self.lines
    }

    /// Takes the lines that are complete, for telling while more events come.
    pub fn take(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.lines)
    }

    /// The address, where it is another than this actor's last.
    fn new_address(&mut self, who: &str, ip: &str) -> Option<String> {
        if ip.is_empty() || ip == who {
            return None;
        }
        match self.address.iter_mut().find(|(name, _)| name == who) {
            Some((_, known)) if known == ip => None,
            Some((_, known)) => {
                *known = ip.to_string();
                Some(visible(ip).into_owned())
            }
            None => {
                self.address.push((who.to_string(), ip.to_string()));
                Some(visible(ip).into_owned())
            }
        }
    }

    fn quiet(&mut self, now: Timestamp) {
        let Some(last) = self.last else { return };
        let gap = now.duration_since(last);
        if gap >= QUIET {
            self.line(Kind::Quiet, format!("         … nothing for {}", length(gap)), None);
        }
    }

    fn line(&mut self, kind: Kind, text: String, worst: Option<Severity>) {
        self.lines.push(Told { kind, text, worst });
    }

    fn close(&mut self) {
        let Some(passage) = self.open.take() else { return };
        let stamp = passage.begun.to_string();
        let (day, clock) = stamp.split_once('T').unwrap_or((&stamp, ""));
        if day != self.day {
            self.line(Kind::Day, format!("{day} (UTC)"), None);
            self.day = day.to_string();
        }
        let from = passage.from.map(|ip| format!(", from {ip},")).unwrap_or_default();
        let head = format!("{} {}{from}", &clock[..clock.len().min(8)], passage.who);
        let mut deeds = passage.deeds;
        if passage.name.is_none() {
            let told: Vec<String> = deeds.iter().map(Deed::to_string).collect();
            self.line(Kind::Looked, format!("{head} looked: {}", told.join(", ")), None);
            return;
        }
        let more = if deeds.len() >= MANY { deeds.split_off(2) } else { Vec::new() };
        for (number, deed) in deeds.iter().enumerate() {
            if number == 0 {
                self.line(Kind::Deed, format!("{head} {deed}"), deed.worst);
            } else {
                self.line(Kind::More, format!("         and {deed}"), deed.worst);
            }
        }
        if !more.is_empty() {
            let worst = more.iter().filter_map(|deed| deed.worst).max();
            self.line(Kind::More, format!("         and {} more like it", more.len()), worst);
        }
    }
}

/// `42 min`, `3 h 20 min`, `2 d 4 h`.
fn length(gap: SignedDuration) -> String {
    let minutes = gap.as_mins();
    match (minutes / 1440, minutes % 1440 / 60, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Story;
    use crate::domain::actor::{Actor, ActorKind};
    use crate::domain::event::{Access, Event};
    use crate::domain::finding::Severity;

    fn shown(story: Story) -> Vec<String> {
        story.finish().iter().map(ToString::to_string).collect()
    }

    fn event(time: &str, name: &str) -> Event {
        Event {
            id: String::new(),
            time: format!("2026-11-24T{time}Z").parse().unwrap(),
            name: name.into(),
            source: "ec2.amazonaws.com".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
            actor: Actor { kind: ActorKind::User, name: "ci-deploy".into(), ..Actor::unknown() },
            ip: "203.0.113.7".into(),
            agent: String::new(),
            access: Access::of(name, None),
            error: None,
            resources: Vec::new(),
            dry_run: false,
            mine: false,
        }
    }

    #[test]
    fn reads_and_repetitions_are_folded_and_quiet_is_said() {
        let stop = json!({"requestParameters": {"instancesSet": {"items": [{"instanceId": "i-1"}]}}}).to_string();
        let start = stop.replace("i-1", "i-2");
        let mut story = Story::default();
        for (time, name, raw) in [
            ("14:01:00", "DescribeInstances", "{}"),
            ("14:01:01", "DescribeInstances", "{}"),
            ("14:01:02", "DescribeVolumes", "{}"),
            ("14:02:00", "StopInstances", stop.as_str()),
            ("14:02:05", "StopInstances", stop.as_str()),
            ("14:02:09", "StartInstances", start.as_str()),
            ("15:30:00", "StopInstances", stop.as_str()),
        ] {
            story.tell(&event(time, name), raw, None);
        }
        assert_eq!(
            shown(story),
            [
                "2026-11-24 (UTC)",
                "14:01:00 ci-deploy, from 203.0.113.7, looked: DescribeInstances ×2, DescribeVolumes",
                "14:02:00 ci-deploy stopped i-1 ×2",
                "14:02:09 ci-deploy started i-2",
                "         … nothing for 1 h 27 min",
                "15:30:00 ci-deploy stopped i-1",
            ]
        );
    }

    #[test]
    fn many_deeds_of_one_kind_are_told_by_the_first() {
        let mut story = Story::default();
        for number in 1..=6 {
            let raw =
                json!({"requestParameters": {"instancesSet": {"items": [{"instanceId": format!("i-{number}")}]}}});
            story.tell(&event("14:00:00", "StopInstances"), &raw.to_string(), (number == 5).then_some(Severity::High));
        }
        assert_eq!(
            shown(story)[1..],
            [
                "14:00:00 ci-deploy, from 203.0.113.7, stopped i-1",
                "         and stopped i-2",
                "         and 4 more like it  [HIGH]"
            ]
        );
    }

    #[test]
    fn another_address_of_the_same_actor_is_said_again() {
        let mut story = Story::default();
        let mut second = event("14:00:01", "DescribeInstances");
        second.ip = "198.51.100.9".into();
        story.tell(&event("14:00:00", "DescribeInstances"), "{}", None);
        story.tell(&second, "{}", None);
        let lines = shown(story);
        assert!(lines[1].contains("from 203.0.113.7") && lines[2].contains("from 198.51.100.9"), "{lines:?}");
    }

    #[test]
    fn a_read_that_a_rule_minds_is_told_apart_and_marked() {
        let mut story = Story::default();
        story.tell(&event("14:00:00", "DescribeInstances"), "{}", Some(Severity::Informational));
        let raw = json!({"requestParameters": {"instanceId": "i-1"}}).to_string();
        story.tell(&event("14:00:01", "GetConsoleOutput"), &raw, Some(Severity::Medium));
        story.tell(&event("14:00:02", "GetConsoleOutput"), &raw, Some(Severity::Low));
        story.tell(&event("14:00:03", "DescribeVolumes"), "{}", None);
        assert_eq!(
            shown(story)[1..],
            [
                "14:00:00 ci-deploy, from 203.0.113.7, looked: DescribeInstances",
                "14:00:01 ci-deploy read the console output of i-1 ×2  [MED]",
                "14:00:03 ci-deploy looked: DescribeVolumes"
            ]
        );
    }
}
