//! Events told in order as a story: one plain line a deed, repeated ones and
//! mere reads folded, quiet stretches said.

use jiff::{SignedDuration, Timestamp};

use super::sentence::{actor, deed};
use crate::domain::event::{Access, Event};
use crate::domain::text::visible;
use crate::trail::timeline::{Slot, Timeline};

/// From this long on, nothing happening is said.
const QUIET: SignedDuration = SignedDuration::from_mins(30);

/// Tells events one after the other, oldest first.
#[derive(Debug, Default)]
pub struct Story {
    lines: Vec<String>,
    day: String,
    last: Option<Timestamp>,
    address: Vec<(String, String)>,
    open: Option<Passage>,
}

/// The story of some events of a Timeline, in their order. An event whose record
/// can no longer be read is left out.
pub fn story(timeline: &Timeline, slots: &[Slot]) -> Vec<String> {
    let mut story = Story::default();
    for slot in slots {
        if let (Ok(event), Ok(raw)) = (timeline.event(*slot), timeline.raw(*slot)) {
            story.tell(&event, &raw);
        }
    }
    story.finish()
}

/// What is being folded into one line.
#[derive(Debug)]
struct Passage {
    begun: Timestamp,
    who: String,
    from: Option<String>,
    deeds: Vec<(String, usize)>,
    /// The event name of the deeds, `None` for mere reads of any name.
    name: Option<String>,
}

/// From so many different deeds of one event name on, only the first are told.
const MANY: usize = 4;

impl Story {
    /// Tells the next event; `raw` is its record.
    pub fn tell(&mut self, event: &Event, raw: &str) {
        let who = actor(event);
        let reads = event.access == Access::Read && event.error.is_none();
        let name = (!reads).then(|| event.name.clone());
        let what = if reads { visible(&event.name).into_owned() } else { deed(event, raw) };
        let from = self.new_address(&who, &event.ip);
        if let Some(open) = &mut self.open {
            let near = event.time.duration_since(self.last.unwrap_or(event.time)) < QUIET;
            if near && open.who == who && open.name == name && from.is_none() {
                self.last = Some(event.time);
                match open.deeds.iter_mut().find(|(told, _)| *told == what) {
                    Some((_, times)) => *times += 1,
                    None => open.deeds.push((what, 1)),
                }
                return;
            }
        }
        self.close();
        self.quiet(event.time);
        self.last = Some(event.time);
        self.open = Some(Passage { begun: event.time, who, from, deeds: vec![(what, 1)], name });
    }

    /// All lines.
    pub fn finish(mut self) -> Vec<String> {
        self.close();
        self.lines
    }

    /// Takes the lines that are complete, for telling while more events come.
    pub fn take(&mut self) -> Vec<String> {
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
            self.lines.push(format!("         … nothing for {}", length(gap)));
        }
    }

    fn close(&mut self) {
        let Some(passage) = self.open.take() else { return };
        let stamp = passage.begun.to_string();
        let (day, clock) = stamp.split_once('T').unwrap_or((&stamp, ""));
        if day != self.day {
            self.lines.push(format!("{day} (UTC)"));
            self.day = day.to_string();
        }
        let from = passage.from.map(|ip| format!(", from {ip},")).unwrap_or_default();
        let mut told: Vec<String> = passage
            .deeds
            .iter()
            .map(|(what, times)| if *times == 1 { what.clone() } else { format!("{what} ×{times}") })
            .collect();
        let head = format!("{} {}{from}", &clock[..clock.len().min(8)], passage.who);
        if passage.name.is_none() {
            self.lines.push(format!("{head} looked: {}", told.join(", ")));
            return;
        }
        let more = if told.len() >= MANY { told.split_off(2).len() } else { 0 };
        self.lines.push(format!("{head} {}", told[0]));
        for what in &told[1..] {
            self.lines.push(format!("         and {what}"));
        }
        if more > 0 {
            self.lines.push(format!("         and {more} more like it"));
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
            story.tell(&event(time, name), raw);
        }
        assert_eq!(
            story.finish(),
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
            story.tell(&event("14:00:00", "StopInstances"), &raw.to_string());
        }
        assert_eq!(
            story.finish()[1..],
            [
                "14:00:00 ci-deploy, from 203.0.113.7, stopped i-1",
                "         and stopped i-2",
                "         and 4 more like it"
            ]
        );
    }

    #[test]
    fn another_address_of_the_same_actor_is_said_again() {
        let mut story = Story::default();
        let mut second = event("14:00:01", "DescribeInstances");
        second.ip = "198.51.100.9".into();
        story.tell(&event("14:00:00", "DescribeInstances"), "{}");
        story.tell(&second, "{}");
        let lines = story.finish();
        assert!(lines[1].contains("from 203.0.113.7") && lines[2].contains("from 198.51.100.9"), "{lines:?}");
    }
}
