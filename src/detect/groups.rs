//! Findings told as few rows: those of one rule, by one actor, on one resource
//! are one row that opens.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::finding::{Finding, Severity};

/// Findings of one rule, by one actor, on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The rule's id.
    pub rule_id: String,
    /// The rule's title.
    pub title: String,
    /// The rule's level.
    pub severity: Severity,
    /// Where the rule came from.
    pub origin: String,
    /// Who did it, as the columns show it.
    pub actor: String,
    /// The first resource that the events touch, empty for none.
    pub resource: String,
    /// When the earliest of the events happened.
    pub first: Timestamp,
    /// When the latest of them happened.
    pub last: Timestamp,
    /// Its findings with the time of their events, in order of time.
    pub findings: Vec<(Timestamp, Finding)>,
}

impl Group {
    /// How many findings it holds; never 0.
    pub fn count(&self) -> usize {
        self.findings.len()
    }
}

/// Findings, grouped. The same finding told twice is held once.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    rows: Vec<Group>,
    places: HashMap<(String, String, String), usize>,
    known: HashMap<(String, String), (usize, Timestamp)>,
}

impl Groups {
    /// Takes in a finding, with the time, actor and first resource of its
    /// event. Tells whether it was new; a known one (same rule, same event)
    /// is replaced where it counts more events than before.
    pub fn add(&mut self, finding: Finding, time: Timestamp, actor: &str, resource: &str) -> bool {
        let known = (finding.rule_id.clone(), finding.event_id.clone());
        if let Some(&(place, at)) = self.known.get(&known) {
            if let Some(old) = self.rows[place]
                .findings
                .iter_mut()
                .find(|(t, old)| *t == at && old.event_id == finding.event_id)
                .filter(|(_, old)| old.count < finding.count)
            {
                old.1 = finding;
            }
            return false;
        }
        let key = (finding.rule_id.clone(), actor.to_owned(), resource.to_owned());
        let place = *self.places.entry(key).or_insert_with(|| {
            self.rows.push(Group {
                rule_id: finding.rule_id.clone(),
                title: finding.title.clone(),
                severity: finding.severity,
                origin: finding.origin.clone(),
                actor: actor.to_owned(),
                resource: resource.to_owned(),
                first: time,
                last: time,
                findings: Vec::new(),
            });
            self.rows.len() - 1
        });
        self.known.insert(known, (place, time));
        let row = &mut self.rows[place];
        row.first = row.first.min(time);
        row.last = row.last.max(time);
        let at = row.findings.partition_point(|(t, _)| *t <= time);
        row.findings.insert(at, (time, finding));
        true
    }

    /// The groups, worst first; among equals the one that was last active first.
    pub fn rows(&self) -> Vec<&Group> {
        let mut rows: Vec<&Group> = self.rows.iter().collect();
        rows.sort_by(|a, b| {
            (b.severity, b.last).cmp(&(a.severity, a.last)).then_with(|| {
                (&a.title, &a.rule_id, &a.actor, &a.resource).cmp(&(&b.title, &b.rule_id, &b.actor, &b.resource))
            })
        });
        rows
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many findings there are in all groups.
    pub fn findings(&self) -> usize {
        self.known.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(rule: &str, event: &str, severity: Severity) -> Finding {
        Finding {
            rule_id: rule.into(),
            title: format!("title of {rule}"),
            severity,
            event_id: event.into(),
            origin: "ours".into(),
            because: Vec::new(),
            count: 1,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    #[test]
    fn a_thousand_equal_matches_are_one_row() {
        let mut groups = Groups::default();
        for n in 0..1000 {
            assert!(groups.add(finding("r", &format!("e{n}"), Severity::Low), at(1000 - n), "alice", "i-1"));
        }
        assert_eq!(groups.len(), 1);
        let rows = groups.rows();
        assert_eq!((rows[0].count(), rows[0].first, rows[0].last), (1000, at(1), at(1000)));
        assert!(rows[0].findings.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    }

    #[test]
    fn another_actor_or_resource_is_another_row_and_the_worst_comes_first() {
        let mut groups = Groups::default();
        groups.add(finding("low", "1", Severity::Low), at(9), "alice", "i-1");
        groups.add(finding("bad", "2", Severity::Critical), at(1), "alice", "i-1");
        groups.add(finding("low", "3", Severity::Low), at(5), "bob", "i-1");
        groups.add(finding("low", "4", Severity::Low), at(6), "alice", "i-2");
        let told: Vec<_> =
            groups.rows().iter().map(|row| (row.rule_id.as_str(), row.actor.as_str(), row.last)).collect();
        assert_eq!(
            told,
            [("bad", "alice", at(1)), ("low", "alice", at(9)), ("low", "alice", at(6)), ("low", "bob", at(5))]
        );
    }

    #[test]
    fn a_finding_told_twice_counts_once() {
        let mut groups = Groups::default();
        assert!(groups.add(finding("r", "e", Severity::Low), at(1), "alice", ""));
        assert!(!groups.add(finding("r", "e", Severity::Low), at(1), "alice", ""));
        let more = Finding { count: 7, ..finding("r", "e", Severity::Low) };
        assert!(!groups.add(more, at(1), "alice", ""));
        assert_eq!((groups.findings(), groups.rows()[0].findings[0].1.count), (1, 7));
    }
}
