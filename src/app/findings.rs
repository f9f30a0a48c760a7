//! Findings as the console keeps them: by event, and as a list, worst first, in
//! which those of one rule, by one actor, on one resource are one row that opens.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::domain::finding::{Finding, Severity};
use crate::trail::timeline::{Slot, Timeline};

/// One finding of the list with its event's handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The event.
    pub slot: Slot,
    /// When it happened.
    pub time: Timestamp,
    /// The finding.
    pub finding: Finding,
}

/// Findings of one rule, by one actor, on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The first resource that the events name, empty for none.
    pub resource: String,
    /// Its findings are listed below it.
    pub is_open: bool,
    severity: Severity,
    /// Its findings, oldest first: most come in order, and go to the end.
    members: Vec<usize>,
}

impl Group {
    /// How many findings it holds; never 0.
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// Lines that it takes on the list. A finding alone is its own line.
    fn lines(&self) -> usize {
        if self.is_open { 1 + self.count() } else { 1 }
    }
}

/// One line of the list.
#[derive(Debug, Clone, Copy)]
pub struct Row<'f> {
    /// The group that the line is of.
    pub group: &'f Group,
    /// The finding of the line; that of a group is its newest.
    pub listed: &'f Listed,
    /// When the group's earliest event happened.
    pub since: Timestamp,
    /// The line stands for the whole group; else for one finding below it.
    pub is_group: bool,
}

/// Order of the list: worst first, then the one that was last active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank(Reverse<Severity>, Reverse<Timestamp>, usize);

/// What makes findings equal: rule, actor, first resource.
type Likeness = (Box<str>, Box<str>, Box<str>);

/// All findings of the Timeline.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    all: Vec<Listed>,
    by_event: HashMap<Slot, Vec<usize>>,
    groups: Vec<Group>,
    places: HashMap<Likeness, usize>,
    order: BTreeSet<Rank>,
    /// Findings of each severity, mildest first.
    counts: [usize; 5],
    /// Lines of the list.
    rows: usize,
}

impl Findings {
    /// Takes findings in, each once, and marks their events. Answers those that
    /// are new, with the handle of their event. A finding on an event that the
    /// Timeline does not hold is dropped.
    pub fn learn(&mut self, timeline: &mut Timeline, findings: Vec<Finding>) -> Vec<(Slot, Severity)> {
        let mut fresh = Vec::new();
        for finding in findings {
            let Some(slot) = timeline.find(&finding.event_id) else { continue };
            let known = self.by_event.entry(slot).or_default();
            if let Some(at) = known.iter().find(|at| self.all[**at].finding.rule_id == finding.rule_id) {
                self.all[*at].finding = finding;
                continue;
            }
            let at = self.all.len();
            known.push(at);
            let row = timeline.row(slot);
            let time = row.time;
            let likeness = (finding.rule_id.as_str().into(), row.actor.into(), row.target.into());
            timeline.mark_rule(slot, finding.severity, &finding.rule_id);
            fresh.push((slot, finding.severity));
            self.counts[finding.severity as usize] += 1;
            self.all.push(Listed { slot, time, finding });
            self.file(at, likeness);
        }
        fresh
    }

    /// Puts a finding into its group, and the group into its place.
    fn file(&mut self, at: usize, likeness: Likeness) {
        let Listed { time, finding, .. } = &self.all[at];
        let (time, severity) = (*time, finding.severity);
        let known = self.places.get(&likeness).copied();
        let place = known.unwrap_or(self.groups.len());
        if known.is_none() {
            let resource = likeness.2.to_string();
            self.groups.push(Group { resource, is_open: false, severity, members: Vec::new() });
            self.places.insert(likeness, place);
            self.rows += 1;
        }
        let group = &mut self.groups[place];
        let newest = group.members.last().map(|last| self.all[*last].time);
        let before = group.members.partition_point(|other| self.all[*other].time <= time);
        group.members.insert(before, at);
        self.rows += usize::from(group.is_open);
        if newest.is_none_or(|newest| newest < time) {
            if let Some(newest) = newest {
                self.order.remove(&Rank(Reverse(group.severity), Reverse(newest), place));
            }
            self.order.insert(Rank(Reverse(group.severity), Reverse(time), place));
        }
    }

    /// The findings on an event, worst first.
    pub fn on(&self, slot: Slot) -> Vec<&Finding> {
        let mut found: Vec<&Finding> =
            self.by_event.get(&slot).into_iter().flatten().map(|at| &self.all[*at].finding).collect();
        found.sort_by_key(|finding| Reverse(finding.severity));
        found
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All, the worst groups first.
    pub fn listed(&self) -> impl Iterator<Item = &Listed> {
        self.order.iter().flat_map(|rank| self.groups[rank.2].members.iter().rev().map(|at| &self.all[*at]))
    }

    /// How many groups there are.
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// How many lines the list has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The lines of the list from one on.
    pub fn rows_from(&self, first: usize) -> impl Iterator<Item = Row<'_>> {
        let mut left = first;
        self.order
            .iter()
            .map(|rank| &self.groups[rank.2])
            .filter_map(move |group| {
                let skipped = left.min(group.lines());
                left -= skipped;
                (skipped < group.lines()).then_some((group, skipped))
            })
            .flat_map(|(group, skipped)| (skipped..group.lines()).filter_map(|line| self.row_of(group, line)))
    }

    fn row_of<'f>(&'f self, group: &'f Group, line: usize) -> Option<Row<'f>> {
        let since = self.all.get(*group.members.first()?)?.time;
        let listed = self.all.get(*group.members.iter().rev().nth(line.saturating_sub(1))?)?;
        Some(Row { group, listed, since, is_group: line == 0 && group.count() > 1 })
    }

    /// One line of the list.
    pub fn row(&self, at: usize) -> Option<Row<'_>> {
        self.rows_from(at).next()
    }

    /// Opens or folds the group of a line. Answers the line that the group has,
    /// or none where the line is one finding and nothing opens.
    pub fn toggle(&mut self, at: usize) -> Option<usize> {
        let mut first = 0;
        for rank in &self.order {
            let group = &mut self.groups[rank.2];
            let lines = group.lines();
            if at < first + lines {
                if at > first || group.count() < 2 {
                    return None;
                }
                group.is_open = !group.is_open;
                self.rows = self.rows - lines + group.lines();
                return Some(first);
            }
            first += lines;
        }
        None
    }

    /// How many of each severity, mildest first.
    pub fn counts(&self) -> [usize; 5] {
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::Findings;
    use crate::domain::finding::{Finding, Severity};
    use crate::trail::timeline::Timeline;

    fn timeline(events: u32) -> Timeline {
        let mut timeline = Timeline::default();
        let record = |n: u32| {
            format!(
                r#"{{"eventTime":"2026-11-24T10:{:02}:{:02}Z","eventSource":"ec2.amazonaws.com","eventName":"StopInstances","eventID":"e{n}","userIdentity":{{"type":"IAMUser","userName":"{}"}},"requestParameters":{{"instancesSet":{{"items":[{{"instanceId":"i-0aaaaaaaaaaaaaaaa"}}]}}}}}}"#,
                n / 60 % 60,
                n % 60,
                if n == 7 { "bob" } else { "alice" }
            )
        };
        timeline.ingest((0..events).map(record).collect(), None);
        timeline
    }

    fn finding(rule: &str, event: u32, severity: Severity) -> Finding {
        Finding {
            rule_id: rule.into(),
            title: rule.into(),
            severity,
            event_id: format!("e{event}"),
            origin: "ours".into(),
            because: Vec::new(),
            count: 1,
        }
    }

    fn shown(findings: &Findings) -> Vec<(String, usize, bool)> {
        let row = |row: super::Row<'_>| (row.listed.finding.event_id.clone(), row.group.count(), row.is_group);
        findings.rows_from(0).map(row).collect()
    }

    #[test]
    fn a_thousand_equal_matches_are_one_row_that_opens() {
        let mut timeline = timeline(1000);
        let mut findings = Findings::default();
        findings.learn(&mut timeline, (0..1000).rev().map(|n| finding("stop", n, Severity::Low)).collect());
        // The seventh was another actor's.
        assert_eq!((findings.len(), findings.groups(), findings.rows()), (1000, 2, 2));
        assert_eq!(shown(&findings), [("e999".into(), 999, true), ("e7".into(), 1, false)]);
        assert_eq!(findings.toggle(1), None);
        assert_eq!(findings.toggle(0), Some(0));
        assert_eq!(findings.rows(), 1001);
        assert_eq!(findings.row(1).map(|row| row.listed.finding.event_id.clone()).as_deref(), Some("e999"));
        assert_eq!(findings.row(1000).map(|row| row.listed.finding.event_id.clone()).as_deref(), Some("e7"));
        assert_eq!(findings.toggle(0), Some(0));
        assert_eq!(findings.rows(), 2);
        assert_eq!(findings.listed().count(), 1000);
    }

    #[test]
    fn the_worst_come_first_and_the_last_active_of_equals() {
        let mut timeline = timeline(9);
        let mut findings = Findings::default();
        let fresh = findings.learn(
            &mut timeline,
            vec![
                finding("low", 5, Severity::Low),
                finding("other", 6, Severity::Low),
                finding("bad", 1, Severity::Critical),
            ],
        );
        assert_eq!(fresh.len(), 3);
        // A known one changes nothing; a later one brings its group up.
        assert_eq!(findings.learn(&mut timeline, vec![finding("bad", 1, Severity::Critical)]), []);
        findings.learn(&mut timeline, vec![finding("low", 8, Severity::Low)]);
        let order: Vec<String> = findings.rows_from(0).map(|row| row.listed.finding.rule_id.clone()).collect();
        assert_eq!(order, ["bad", "low", "other"]);
        assert_eq!(findings.counts(), [0, 3, 0, 0, 1]);
    }
}
