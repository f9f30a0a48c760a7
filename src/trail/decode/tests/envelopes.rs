//! Records in every envelope, whole, damaged and cut into pieces.

#![expect(clippy::format_collect, reason = "tables read better with values")]

use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::cut::{Cutter, LONGEST_RECORD};
use super::super::{Broken, Item, Mode, envelopes, fields, record, walk, walk_heads};
use super::made;

/// The events and the broken records of some bytes.
fn read(bytes: &[u8]) -> (Vec<String>, Vec<Broken>) {
    let (mut events, mut broken) = (Vec::new(), Vec::new());
    envelopes(bytes, |item| match item {
        Item::Event { fields, raw, range, quoted } => {
            let there: Cow<'_, [u8]> = if quoted {
                serde_json::from_slice::<String>(&bytes[range]).unwrap().into_bytes().into()
            } else {
                bytes[range].into()
            };
            assert_eq!(raw, there.as_ref(), "the range leads to the record");
            events.push(fields.id.to_string());
        }
        Item::Broken(one) => broken.push(one),
        Item::Other { .. } => {}
    });
    (events, broken)
}

fn numbered(number: usize) -> String {
    made(json!({"eventID": format!("e{number}"), "userAgent": "a \"quoted\" {agent} ], \\ }"}))
}

#[test]
fn every_envelope_gives_the_same_records() {
    let records: Vec<String> = (0..4).map(numbered).collect();
    let quoted = |record: &String| serde_json::to_string(record).unwrap();
    let lookup: Vec<String> = records
        .iter()
        .map(|record| format!("{{\"EventId\":\"e\",\"ReadOnly\":\"false\",\"CloudTrailEvent\":{}}}", quoted(record)))
        .collect();
    let bridge: Vec<String> = records
        .iter()
        .map(|record| {
            format!("{{\"version\":\"0\",\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":{record}}}")
        })
        .collect();
    let pretty = serde_json::to_string_pretty(&json!({"Records": records.iter().map(|record| serde_json::from_str::<Value>(record).unwrap()).collect::<Vec<_>>()})).unwrap();
    for (name, text) in [
        ("records", format!("{{\"Records\":[{}]}}", records.join(","))),
        ("pretty", pretty),
        ("array", format!("[{}]", records.join(" , "))),
        ("lines", records.join("\n")),
        ("lines with a mark and windows ends", format!("\u{feff}{}\r\n", records.join("\r\n"))),
        ("lookup", format!("{{\"Events\":[{}],\"NextToken\":\"t\"}}", lookup.join(","))),
        ("lookup, token first", format!("{{\"NextToken\":\"t\",\"Events\":[{}]}}", lookup.join(","))),
        ("lookup array", format!("[{}]", lookup.join(","))),
        ("lookup lines", lookup.join("\n")),
        ("bridge", bridge.join("\n")),
        ("bridge array", format!("[{}]", bridge.join(","))),
        (
            "files one after the other",
            format!(
                "{{\"Records\":[{}]}}\n{{\"Records\":[{}],\"x\":1}}[{}]{}",
                records[0], records[1], records[2], records[3]
            ),
        ),
        ("files in lines", records.iter().map(|record| format!("{{\"Records\":[{record}]}}\n")).collect()),
    ] {
        let (events, broken) = read(text.as_bytes());
        assert_eq!((events, broken), (vec!["e0".into(), "e1".into(), "e2".into(), "e3".into()], vec![]), "{name}");
    }
}

#[test]
fn heads_have_all_but_the_ids_in_parameters() {
    let text = made(
        json!({"requestParameters": {"instanceId": "i-12345678"}, "resources": [{"ARN": "arn:aws:iam::1:role/x"}]}),
    );
    let mut heads = Vec::new();
    walk_heads(text.as_bytes(), Mode::Top, &mut |item| {
        let Item::Event { fields, .. } = item else { panic!("{item:?}") };
        heads.push(fields.to_event());
    });
    let mut whole = record(text.as_bytes()).unwrap();
    assert_eq!(whole.resources.remove(0).id, "i-12345678");
    assert_eq!(heads, [whole]);
}

#[test]
fn damage_costs_one_record_and_is_located() {
    let (one, two, three) = (numbered(1), numbered(2), numbered(3));
    let cut = &two[..two.len() - 20];
    let at = |text: &str, part: &str| text.find(part).unwrap() as u64;
    for (name, text, lost) in [
        ("an open record in a list", format!("{{\"Records\":[{one},{cut},{three}]}}"), cut),
        ("an open record in a line", format!("{one}\n{cut}\n{three}"), cut),
        ("a word in a list", format!("{{\"Records\":[{one},bogus,{three}]}}"), "bogus"),
        ("a bracket too many", format!("[{one},{{\"a\":1}}}},{three}]"), "},{\"eventVersion"),
        ("a broken quote", format!("[{one},{{\"eventVersion\":\"1,\"x\":2}},{three}]"), "{\"eventVersion\":\"1,"),
    ] {
        let (events, broken) = read(text.as_bytes());
        assert_eq!(events, ["e1", "e3"], "{name}: {broken:?}");
        assert_eq!(broken.len(), 1, "{name}: {broken:?}");
        assert_eq!(broken[0].offset, at(&text, lost), "{name}: {broken:?}");
    }
    let (events, broken) = read(format!("{{\"Records\":[{one},{cut}").as_bytes());
    assert_eq!((events.as_slice(), broken[0].why.as_str()), (&["e1".to_owned()][..], "the record is cut off"));
    let mut bytes = format!("[{one},{two}]").into_bytes();
    let at = bytes.iter().rposition(|byte| *byte == b'c').unwrap();
    bytes[at] = 0xff;
    let (events, broken) = read(&bytes);
    assert_eq!((events.len(), broken.len()), (1, 1));
    assert_eq!(broken[0].offset as usize, 2 + one.len());
    assert!(broken[0].why.contains("UTF-8") || broken[0].why.contains("unicode"), "{broken:?}");
}

#[test]
fn a_broken_record_in_a_list_costs_no_other_whatever_key_records_begin_with() {
    let sorted = |id: &str| json!({"awsRegion": "e", "eventID": id, "eventName": "A", "eventTime": "2026-11-24T14:00:00Z", "requestParameters": {"items": [{"a": 1}, {"b": 2}]}});
    let other = |id: &str| json!({"about": 1, "eventID": id, "eventName": "A", "eventTime": "2026-11-24T14:00:00Z"});
    for (name, records) in
        [("sorted", ["e1", "@", "e3", "e4"].map(sorted)), ("other", ["e1", "@", "e3", "e4"].map(other))]
    {
        for (how, text) in [
            ("compact", serde_json::to_string(&records).unwrap()),
            ("pretty", serde_json::to_string_pretty(&records).unwrap()),
            ("records", serde_json::to_string_pretty(&json!({"Records": records})).unwrap()),
        ] {
            for damage in ["\"@\"u", "\"@", "\"@\"}", "@"] {
                let (events, broken) = read(text.replace("\"@\"", damage).as_bytes());
                assert_eq!(events, ["e1", "e3", "e4"], "{name} {how} {damage}: {broken:?}");
                assert!(!broken.is_empty(), "{name} {how} {damage}");
            }
        }
    }
}

#[test]
fn bridge_events_are_read_whatever_resources_they_name_and_others_are_none() {
    let bridge = |kind: &str, detail: Value| {
        json!({"version": "0", "detail-type": kind, "resources": ["arn:aws:ec2:eu-west-1:1:instance/i-1"], "detail": detail}).to_string()
    };
    let call = |text: &str| bridge("AWS API Call via CloudTrail", serde_json::from_str(text).unwrap());
    let mut calls = vec![call(&numbered(1)), call(&numbered(2))];
    // In the order of the keys, the record stands before what is said of it.
    calls.push(format!(
        "{{\"detail\":{},\"detail-type\":\"AWS API Call via CloudTrail\",\"resources\":[\"x\"]}}",
        numbered(3)
    ));
    calls.push(calls[0].replace("[\"arn:aws:ec2:eu-west-1:1:instance/i-1\"]", "\"x\"").replace("\"e1\"", "\"e4\""));
    for (between, ends) in [("\n", ["", ""]), (",", ["[", "]"])] {
        let text = format!("{}{}{}", ends[0], calls.join(between), ends[1]);
        assert_eq!(read(text.as_bytes()), (["e1", "e2", "e3", "e4"].map(str::to_owned).to_vec(), vec![]), "{text}");
    }
    for detail in
        [json!({"instance-id": "i-1", "state": "stopped"}), json!({"resources": "x", "userIdentity": 1}), json!("x")]
    {
        let mut seen = Vec::new();
        envelopes(bridge("EC2 Instance State-change Notification", detail).as_bytes(), |item| {
            seen.push(format!("{item:?}"));
        });
        assert!(matches!(&seen[..], [one] if one.contains("no API call")), "{seen:?}");
    }
}

#[test]
fn a_thousand_kinds_of_damage_are_read_in_linear_time() {
    for unit in [
        "{\"a\":",
        "{",
        "[",
        "]",
        "}",
        "x",
        "{\"eventVersion\":\"",
        "{\"eventVersion\":[",
        "\n{",
        "{x}\n",
        "\"",
        "{\"a\":[\n",
        "[{\"a\":1,\n",
        "{\"a\":[{\"b\":1},\n",
        ",{\"a\":\"x\"u\"}",
        "[],\"a\":[\n",
        "{\"Records\":[{x}]}\n",
        "{\"a\":\"\\ud800\n",
        "{\"resources\":5,\"a\":[\n",
        "[{\"awsRegion\":\"",
        "{\"a\":{\"awsRegion\":[1,\n",
    ] {
        let (events, _) = read(unit.repeat(200_000 / unit.len()).as_bytes());
        assert!(events.is_empty(), "{unit}");
    }
}

/// Quadratic time would take minutes here.
#[test]
fn lines_that_are_all_cut_are_read_in_linear_time() {
    let whole = numbered(1);
    let params = whole.find("null").unwrap();
    for end in [
        "{\"items\":[{\"instanceId\":\"i-0123456789abcdef0\"",
        "{\"items\":[{\"instanceId\":\"i-1\"},",
        "{\"a\":\"b",
        "[",
    ] {
        let line = format!("{}{end}\n", &whole[..params]);
        let lines = 6_000_000 / line.len();
        let (events, broken) = read(format!("{}{}\n", line.repeat(lines), numbered(2)).as_bytes());
        assert_eq!((events, broken.len()), (vec!["e2".to_owned()], lines), "{end}");
    }
}

#[test]
fn a_line_that_is_cut_holds_up_no_stream() {
    let whole = numbered(0);
    let (text, bracket) =
        (whole.find("alice").unwrap() + 2, whole.find("\"principal").or(whole.find("\"arn")).unwrap());
    let good: String = (1..=5).map(|number| numbered(number) + "\n").collect();
    let list: String = (1..=5).map(|number| format!(",\n{}", numbered(number))).collect();
    for (name, stream) in [
        ("in a text", format!("{}\n{good}", &whole[..text])),
        ("between fields", format!("{}\n{good}", &whole[..bracket])),
        ("behind an element", format!("{{\"eventID\":\"x\",\"a\":[{{\"b\":1}},\n{good}")),
        ("behind a key", format!("{{\"eventID\":\"x\",\"a\":\n{good}")),
        ("at its beginning", format!("{}\n{good}", &whole[text..])),
        ("in a list", format!("{{\"Records\":[\n{}{list}", &whole[..text])),
    ] {
        // What has been cut off while the stream is open.
        let (mut cutter, mut buffer, mut events) = (Cutter::default(), Vec::new(), Vec::new());
        for part in stream.as_bytes().chunks(100) {
            buffer.extend_from_slice(part);
            while let Some(piece) = cutter.follow(&buffer, 1) {
                walk(&buffer[..piece.len], piece.mode, &mut |item| {
                    if let Item::Event { fields, .. } = item {
                        events.push(fields.id.to_string());
                    }
                });
                buffer.drain(..piece.len);
            }
        }
        assert_eq!(events, ["e1", "e2", "e3", "e4", "e5"], "{name}");
    }
}

#[test]
fn a_stream_that_makes_no_sense_is_given_up_between_two_records() {
    // From the open text on, all that is a bracket seems to stand in a text.
    let record = |number: usize| made(json!({"eventID": format!("e{number}")}));
    let mut text = format!("[{{\"a\":\"b{}", record(0));
    let mut count = 1;
    while text.len() <= LONGEST_RECORD + 5000 {
        text += ",";
        text += &record(count);
        count += 1;
    }
    let (mut cutter, mut buffer, mut events) = (Cutter::default(), Vec::new(), 0);
    let mut take = |bytes: &[u8], mode: Mode| {
        walk(bytes, mode, &mut |item| events += usize::from(matches!(item, Item::Event { .. })));
    };
    for part in [&text.as_bytes()[..text.len() - 10], &text.as_bytes()[text.len() - 10..]] {
        buffer.extend_from_slice(part);
        while let Some(piece) = cutter.follow(&buffer, usize::MAX) {
            take(&buffer[..piece.len], piece.mode);
            buffer.drain(..piece.len);
        }
    }
    take(&buffer, cutter.rest());
    assert_eq!(events, count);
}

/// All records of a stream that is cut into pieces.
fn read_in_pieces(bytes: &[u8], step: usize, wanted: usize) -> Vec<String> {
    let (mut cutter, mut buffer, mut events) = (Cutter::default(), Vec::new(), Vec::new());
    let mut take = |bytes: &[u8], mode: Mode| {
        walk(bytes, mode, &mut |item| match item {
            Item::Event { fields, .. } => events.push(fields.id.to_string()),
            Item::Broken(broken) => panic!("{broken:?} in {}", String::from_utf8_lossy(bytes)),
            Item::Other { .. } => {}
        });
    };
    for part in bytes.chunks(step) {
        buffer.extend_from_slice(part);
        while let Some(piece) = cutter.follow(&buffer, wanted) {
            let rest = buffer.split_off(piece.len);
            take(&buffer, piece.mode);
            buffer = rest;
        }
    }
    take(&buffer, cutter.rest());
    events
}

proptest! {
    #[test]
    fn no_bytes_break_the_reading_of_a_record(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = fields(&bytes);
        read(&bytes);
    }

    #[test]
    fn no_damage_to_a_log_breaks_its_reading(
        cuts in proptest::collection::vec((0_usize..2000, any::<u8>(), 0_usize..3), 1..6)
    ) {
        let mut bytes = format!("{{\"Records\":[{},{},{}]}}", numbered(1), numbered(2), numbered(3)).into_bytes();
        for (at, byte, what) in cuts {
            let at = at % bytes.len();
            match what {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
        }
        let mut count = 0;
        envelopes(&bytes, |_| count += 1);
        prop_assert!(count <= 12);
    }

    #[test]
    fn a_stream_in_pieces_gives_what_it_gives_whole(
        step in 1_usize..3000, wanted in 1_usize..4000, shape in 0_usize..5, count in 0_usize..12
    ) {
        let records: Vec<String> = (0..count).map(numbered).collect();
        let quoted = |record: &String| format!("{{\"CloudTrailEvent\":{}}}", serde_json::to_string(record).unwrap());
        let text = match shape {
            0 => format!("{{\"Records\":[{}]}}", records.join(",")),
            1 => records.join("\n"),
            2 => format!("{{\"Events\" : [{}], \"NextToken\": \"]}}\"}}", records.iter().map(quoted).collect::<Vec<_>>().join(",")),
            3 => format!(" [ {} ] ", records.join(" ,\n")),
            _ => records.iter().map(|record| format!("{{\"Records\":[{record}]}}\n")).collect(),
        };
        let expected: Vec<String> = (0..count).map(|number| format!("e{number}")).collect();
        prop_assert_eq!(read_in_pieces(text.as_bytes(), step, wanted), expected);
    }
}
