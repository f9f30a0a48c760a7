//! Many events: none takes longer for those that were before it, and none is
//! forgotten that a rule counts to.

use std::collections::VecDeque;

use super::*;
use crate::detect::correlation::group::Met;
use crate::detect::correlation::seen::Seen;
use crate::detect::correlation::tally::Tally;
use crate::detect::correlation::{Definition, chain};
use crate::detect::yaml;

/// The second of each event of a flood.
type Way = fn(i64) -> i64;

fn definition(text: &str) -> Definition {
    Definition::read(yaml::read(text).unwrap().as_object().unwrap(), None).unwrap()
}

fn seen(n: i64, second: i64, part: u16, value: u64) -> Seen {
    Seen { second, event: n as u64, id: n.to_string().into(), part, value, number: 1.0 }
}

/// What a group tells of events, each by its second, its part and its value.
fn told(definition: &Definition, events: impl IntoIterator<Item = (i64, u16, u64)>) -> Vec<Met> {
    let mut group = Group::default();
    let add = |(n, (second, part, value))| group.add(&seen(n, second, part, value), definition, 0);
    (0..).zip(events).filter_map(add).filter(|met| met.new.is_some()).collect()
}

/// Some numbers that look like chance.
fn chance() -> impl FnMut(u64) -> u64 {
    let mut state = 7_u64;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

#[test]
fn a_flood_of_events_stops_no_correlation() {
    let ordered = definition("{type: temporal_ordered, rules: [a, b, c], timespan: 1h}");
    let pair = definition("{type: temporal_ordered, rules: [a, b], timespan: 5m}");
    let any = definition("{type: temporal, rules: [a, b], timespan: 1h}");
    let values = definition("{type: value_count, rules: [a], timespan: 1h, condition: {field: v, gte: 10}}");
    let events = definition("{type: event_count, rules: [a, b], timespan: 1h, condition: {gte: 15000}}");
    let ways: [(i64, Way); 3] = [(100_000, |n| n / 14), (20_000, |_| 0), (20_000, |n| -n / 14)];
    for (many, way) in ways {
        let flood = |values: u64| (0..many).map(move |n| (way(n), 0, n as u64 % values));
        // What they wait for is found once it comes, and not before.
        let last = way(many - 1);
        let after = |part: u16| (last + i64::from(part), part, 77);
        assert_eq!(told(&ordered, flood(9).chain([after(1), after(2)])).len(), 1);
        assert_eq!(told(&pair, flood(9).chain([after(1)])).len(), 1);
        assert_eq!(told(&any, flood(9).chain([after(1)])).len(), 1);
        let found = told(&values, flood(9).chain([after(1)]));
        assert!(found.len() == 1 && found[0].last.parse() == Ok(many), "{found:?}");
        assert_eq!(found[0].new.unwrap().at_least, way(14) >= 0, "{found:?}");
        // Those that wait in vain are no more work where another part is there already.
        assert!(told(&pair, [(-100_000, 1, 0)].into_iter().chain(flood(9))).is_empty());
        assert_eq!(told(&events, flood(1)).len(), 1);
    }
}

#[test]
fn counts_are_met_up_to_the_largest_that_is_taken() {
    for limit in [4_000, 4_608, 5_000, 50_000] {
        for kind in ["event_count", "value_count"] {
            let definition = definition(&format!(
                "{{type: {kind}, rules: [a], timespan: 1d, condition: {{field: v, gte: {limit}}}}}"
            ));
            let found = told(&definition, (0..limit + 10).map(|n| (n, 0, n as u64)));
            assert_eq!(found.len(), 1, "{kind} {limit}");
            let count = found[0].new.unwrap();
            assert_eq!((i64::from(count.events), count.at_least), (limit, false), "{kind} {limit}");
        }
    }
    let text = format!(
        "title: too far\nid: c-id\ncorrelation:\n    type: event_count\n    rules: [failed]\n    timespan: 1d\n    condition: {{gte: 50001}}\n{BASES}"
    );
    let (rules, errors) = RuleSet::load(&[("m".into(), vec![("c.yml".into(), text)])], false);
    assert_eq!((rules.rules().len(), errors.len()), (2, 1));
    assert!(errors[0].why.contains("too far: it counts to 50001") && !errors[0].passed_over, "{}", errors[0].why);
}

#[test]
fn a_chain_is_found_where_there_is_one() {
    let mut below = chance();
    let (mut found, mut missed) = (0, 0);
    for _ in 0..3_000 {
        let mut lanes = vec![VecDeque::new(); 3];
        let mut events: Vec<Seen> = Vec::new();
        for n in 0..9 {
            let new = seen(n, below(20) as i64, below(3) as u16, 0);
            let lane: &mut VecDeque<Seen> = &mut lanes[usize::from(new.part)];
            lane.insert(lane.partition_point(|seen| seen.second <= new.second), new.clone());
            events.push(new.clone());
            let of = |part: u16| events.iter().filter(move |seen| seen.part == part);
            let exists = of(0).any(|a| {
                of(1).any(|b| {
                    of(2).any(|c| {
                        let is_in = [a, b, c].iter().any(|seen| seen.event == new.event);
                        is_in && a.second <= b.second && b.second <= c.second && c.second - a.second <= 6
                    })
                })
            });
            assert_eq!(chain::around(&lanes, &new, 6).is_some(), exists, "{events:?}");
            if exists { found += 1 } else { missed += 1 }
        }
    }
    assert!(found > 1_000 && missed > 1_000, "{found} {missed}");
}

#[test]
fn a_tally_counts_what_is_between_two_places() {
    let mut below = chance();
    let mut tally = Tally::default();
    let mut lane = VecDeque::new();
    for n in 0..2_000 {
        let (at, value) = (below(lane.len() as u64 + 1) as usize, below(12));
        lane.insert(at, seen(n, 0, 0, value));
        tally.inserted(at, value);
        let start = below(lane.len() as u64 + 1) as usize;
        let end = start + below(30.min((lane.len() - start) as u64 + 1)) as usize;
        let mut values: Vec<u64> = lane.range(start..end).map(|seen| seen.value).collect();
        values.sort_unstable();
        values.dedup();
        assert_eq!(tally.different(&lane, start..end, |seen| seen.value), values.len());
    }
}
