use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{EventId, Retention, Slot, Timeline};
use crate::domain::finding::Severity;
use crate::domain::window::Span;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn record(number: u32, second: i64) -> String {
    format!(
        r#"{{"eventVersion":"1.11","eventID":"{number:08x}-0000-4000-8000-000000000000","eventTime":"{}","eventName":"StopInstances","eventSource":"ec2.amazonaws.com","requestParameters":{{"instanceId":"i-{number:08x}"}}}}"#,
        at(second)
    )
}

fn ids(timeline: &Timeline) -> Vec<String> {
    timeline.order().iter().map(|slot| timeline.row(slot).id.to_string()).collect()
}

#[test]
fn late_doubled_and_shuffled_events_end_up_in_order() {
    let mut timeline = Timeline::default();
    let first = timeline.ingest(vec![record(3, 30), record(1, 10), record(3, 30)], None);
    assert_eq!((first.added.len(), first.duplicates), (2, 1));
    let second = timeline.ingest(vec![record(2, 20), "{}".into(), record(1, 10), record(0, 30)], None);
    assert_eq!((second.added.len(), second.duplicates, second.broken.len(), second.broken[0].offset), (2, 1, 1, 1));
    let numbers: Vec<String> = ids(&timeline).iter().map(|id| id[..8].trim_start_matches('0').to_owned()).collect();
    assert_eq!(numbers, ["1", "2", "", "3"]);
    assert_eq!(timeline.find("00000002-0000-4000-8000-000000000000"), Some(second.added[0]));
    assert_eq!(timeline.find("nothing"), None);
    assert_eq!(timeline.raw(second.added[0]).unwrap(), record(2, 20));
    assert_eq!(timeline.event(second.added[0]).unwrap().resources[0].id, "i-00000002");
}

#[test]
fn an_id_that_is_no_uuid_is_kept_as_it_is() {
    let mut timeline = Timeline::default();
    let odd = record(1, 0).replace("00000001-0000-4000-8000-000000000000", "Odd-ID");
    let upper = record(0xabc, 0).replace("00000abc-", "00000ABC-");
    let added = timeline.ingest(vec![odd, upper], Some("123456789012")).added;
    assert_eq!(timeline.row(added[0]).id, EventId::Text("Odd-ID"));
    assert_eq!(timeline.row(added[1]).id.to_string(), "00000ABC-0000-4000-8000-000000000000");
    assert_eq!(timeline.find("Odd-ID"), Some(added[0]));
    assert_eq!(timeline.row(added[0]).account, "123456789012");
}

#[test]
fn a_snapshot_stays_as_it_was_and_can_be_added_to() {
    let mut timeline = Timeline::default();
    timeline.ingest((0..50).map(|n| record(n, n.into())).collect(), None);
    let mut snapshot = timeline.clone();
    timeline.ingest((50..60).map(|n| record(n, n.into())).collect(), None);
    timeline.mark(Slot(3), Severity::High);
    assert_eq!((snapshot.len(), timeline.len()), (50, 60));
    assert_eq!(snapshot.row(Slot(3)).severity, None);
    assert_eq!(snapshot.find("00000007-0000-4000-8000-000000000000"), Some(Slot(7)));
    assert_eq!(snapshot.raw(Slot(49)).unwrap(), record(49, 49));
    let again = snapshot.ingest(vec![record(7, 7), record(70, 70)], None);
    assert_eq!((again.added.len(), again.duplicates), (1, 1));
    assert_eq!(timeline.find("00000046-0000-4000-8000-000000000000"), None);
}

#[test]
fn many_raw_records_are_packed_and_come_back_whole() {
    let mut timeline = Timeline::default();
    for from in (0..4000).step_by(50) {
        timeline.ingest((from..from + 50).map(|n| record(n, n.into())).collect(), None);
    }
    for slot in timeline.order().iter().step_by(97) {
        assert_eq!(timeline.raw(slot).unwrap(), record(slot.0, slot.0.into()));
    }
    let plain: usize = (0..4000).map(|n| record(n, n.into()).len()).sum();
    assert!(timeline.weight() < plain * 5 / 4, "{} of {plain}, with columns and index", timeline.weight());
}

#[test]
fn the_oldest_are_dropped_but_for_pins_and_findings() {
    let mut timeline = Timeline::new(Retention { max_events: 1000, max_age: Some(SignedDuration::from_hours(1)) });
    timeline.ingest((0..100).map(|n| record(n, n.into())).collect(), None);
    timeline.pin(Slot(3));
    timeline.mark_rule(Slot(5), Severity::Low, "a-rule");
    for from in (100..5000).step_by(50) {
        timeline.ingest((from..from + 50).map(|n| record(n, n.into())).collect(), None);
    }
    assert!((1002..=1064).contains(&timeline.len()), "{}", timeline.len());
    assert_eq!(timeline.dropped() as usize, 5000 - timeline.len());
    assert_eq!(timeline.order().to_vec()[..2], [Slot(3), Slot(5)]);
    assert_eq!(timeline.raw(Slot(3)).unwrap(), record(3, 3));
    assert_eq!((timeline.time(Slot(4)), timeline.row(Slot(4)).name), (None, ""));
    assert!(timeline.raw(Slot(4)).unwrap_err().contains("no longer kept"));
    assert_eq!(timeline.row(Slot(5)).rules().collect::<Vec<_>>(), ["a-rule"]);
    let retired = timeline.retire(at(4500 + 3600));
    assert!(retired > 0);
    assert_eq!(timeline.order().to_vec()[2], Slot(4500));
    timeline.unpin(Slot(3));
    timeline.retire(at(4500 + 3600));
    assert_eq!(timeline.order().first(), Some(Slot(5)));
    assert_eq!(timeline.ingest(vec![record(4999, 4999), record(4, 4)], None).added.len(), 1);
}

#[test]
fn segments_of_dropped_events_are_given_back() {
    let mut timeline = Timeline::new(Retention { max_events: 10_000, max_age: None });
    let mut peak = 0;
    for from in (0..200_000).step_by(10_000) {
        timeline.ingest(
            (from..from + 10_000).map(|n| record(n % 50_000 + n / 50_000 * 1_000_000, n.into())).collect(),
            None,
        );
        if from == 60_000 {
            peak = timeline.weight();
        }
    }
    let texts = timeline.table(crate::trail::columns::Field::Resource).weight();
    // The texts of ids stay, with their index.
    assert!(timeline.weight() < peak + texts * 2, "{} after {peak} and {texts}", timeline.weight());
    assert_eq!(timeline.slots(), 200_000);
}

#[test]
fn what_is_pinned_among_dropped_events_is_found_and_filtered_as_before() {
    let mut timeline = Timeline::new(Retention { max_events: 5000, max_age: None });
    let number = |slot: u32| slot + 1_000_000;
    let mut weights = Vec::new();
    for from in (0..150_000).step_by(5000) {
        let added = timeline.ingest((from..from + 5000).map(|n| record(number(n), n.into())).collect(), None).added;
        timeline.pin(added[17]);
        timeline.mark_rule(added[4000], Severity::High, "a-rule");
        weights.push(timeline.weight());
    }
    let snapshot = timeline.clone();
    for slot in [17, 4000, 35_017, 39_000, 70_017] {
        let id = format!("{:08x}-0000-4000-8000-000000000000", number(slot));
        assert_eq!((timeline.find(&id), snapshot.find(&id)), (Some(Slot(slot)), Some(Slot(slot))));
        assert_eq!(timeline.raw(Slot(slot)).unwrap(), record(number(slot), slot.into()));
        assert_eq!(timeline.row(Slot(slot)).target, format!("i-{:08x}", number(slot)));
    }
    let select = |text: &str| crate::trail::query::Query::parse(text, at(0), None).unwrap().select(&timeline, at(0));
    assert_eq!(select("rule:a-rule").len(), 30);
    assert_eq!(select("sev:high after:2000-01-01").len(), 30);
    assert_eq!(select(&format!("resource:i-{:08x}", number(35_017))), [Slot(35_017)]);
    assert_eq!(select("event:Stop*").len(), timeline.len());
    let names = timeline.counts(crate::trail::columns::Field::Name);
    assert_eq!(names.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [timeline.len()]);
    // The texts of ids stay; rows and raw records do not pile up.
    let texts = timeline.table(crate::trail::columns::Field::Resource).weight();
    assert!(timeline.weight() < weights[8] + texts * 2, "{} after {}", timeline.weight(), weights[8]);
}

#[test]
fn a_span_gives_its_events_both_ends_included() {
    let mut timeline = Timeline::default();
    timeline.ingest((0..10).map(|n| record(n, n.into())).collect(), None);
    let within = |start: i64, end: i64| timeline.within(Span { start: at(start), end: at(end) }).len();
    assert_eq!((within(2, 4), within(-5, 0), within(9, 99), within(20, 30), within(5, 4)), (3, 1, 1, 0, 0));
}

proptest! {
    #[test]
    fn the_order_of_delivery_does_not_matter(
        mut events in proptest::collection::vec((0_u32..60, 0_usize..8), 0..120), batch in 1_usize..20
    ) {
        let mut in_order = Timeline::default();
        let mut sorted: Vec<u32> = events.iter().map(|(number, _)| *number).collect();
        sorted.sort_unstable();
        sorted.dedup();
        in_order.ingest(sorted.iter().map(|n| record(*n, i64::from(*n) / 3)).collect(), None);
        events.sort_by_key(|(_, shuffled)| *shuffled);
        let mut late = Timeline::default();
        for part in events.chunks(batch) {
            late.ingest(part.iter().map(|(n, _)| record(*n, i64::from(*n) / 3)).collect(), None);
        }
        prop_assert_eq!(ids(&in_order), ids(&late));
        for slot in late.order().iter() {
            let same = in_order.find(&late.row(slot).id.to_string()).unwrap();
            prop_assert_eq!(late.raw(slot), in_order.raw(same));
        }
    }
}
