//! The Sigma language, as rules meet records.

use serde_json::{Value, json};

use super::*;

fn rule(detection: &str) -> String {
    let indented: String = detection.lines().flat_map(|line| ["    ", line, "\n"]).collect();
    format!("title: t\nid: r\nlogsource:\n    product: aws\n    service: cloudtrail\ndetection:\n{indented}")
}

fn load(detection: &str) -> (RuleSet, Vec<RuleError>) {
    RuleSet::load(&[("mine".into(), vec![("r.yml".into(), rule(detection))])], false)
}

fn matches(detection: &str, record: &Value) -> bool {
    let (rules, errors) = load(detection);
    assert_eq!(errors, [], "{detection}");
    let raw = record.to_string();
    let text = |key: &str| record[key].as_str().unwrap_or_default();
    let subject = Subject::new(text("eventSource"), text("eventName"), raw.as_bytes());
    !rules.evaluate(&subject).is_empty()
}

/// One field against one question.
fn asks(question: &str, field: &Value) -> bool {
    matches(&format!("s:\n    {question}\ncondition: s"), &json!({"eventID": "e", "f": field}))
}

#[test]
fn each_modifier_compares_as_the_specification_says() {
    for (question, field, wanted) in [
        ("f: abc", json!("ABC"), true),
        ("f: abc", json!("abcd"), false),
        ("f: 'a*d'", json!("abcd"), true),
        ("f: 'a?c'", json!("abc"), true),
        (r"f: 'a\*c'", json!("abc"), false),
        (r"f: 'a\*c'", json!("a*c"), true),
        ("f|contains: bc", json!("aBCd"), true),
        ("f|contains: bc", json!("acbd"), false),
        ("f|startswith: ab", json!("ABc"), true),
        ("f|startswith: ab", json!("cab"), false),
        ("f|endswith: bc", json!("aBC"), true),
        ("f|endswith: bc", json!("bca"), false),
        ("f|contains|all: [a, b]", json!("xbxa"), true),
        ("f|contains|all: [a, b]", json!("xa"), false),
        ("f|all: ['*a*', 'b*']", json!(["xa", "bx"]), true),
        ("f|cased: Abc", json!("Abc"), true),
        ("f|cased: Abc", json!("abc"), false),
        ("f|contains|cased: Ab", json!("xAbx"), true),
        ("f|contains|cased: Ab", json!("xabx"), false),
        ("f|startswith|cased: Ab", json!("Abx"), true),
        ("f|startswith|cased: Ab", json!("abx"), false),
        ("f|endswith|cased: Ab", json!("xAb"), true),
        ("f|endswith|cased: Ab", json!("xab"), false),
        ("f|startswith: [x, ab]", json!("abc"), true),
        ("f|endswith: ['*x', 'b?']", json!("abc"), true),
        ("f|re: '^(a|b[^x-z]+)c{2,3}d?$'", json!("bqqcc"), true),
        ("f|re: '^(a|b[^x-z]+)c{2,3}d?$'", json!("bycc"), false),
        ("f|re: '^a.c$'", json!("abc"), true),
        ("f|re: '^a.c$'", json!("ABC"), false),
        ("f|re: 'b'", json!("abc"), true),
        ("f|re|i: '^a.c$'", json!("ABC"), true),
        ("f|re|m: '^b$'", json!("a\nb\nc"), true),
        ("f|re: '^b$'", json!("a\nb\nc"), false),
        ("f|re|s: 'a.b'", json!("a\nb"), true),
        ("f|re: 'a.b'", json!("a\nb"), false),
        ("f|re|i|s: 'A.B'", json!("a\nb"), true),
        ("f|cidr: 10.0.0.0/8", json!("10.9.8.7"), true),
        ("f|cidr: 10.0.0.0/8", json!("11.9.8.7"), false),
        ("f|cidr: ['192.168.0.0/16', '2001:db8::/32']", json!("2001:db8::7"), true),
        ("f|cidr: 10.0.0.0/8", json!("AWS Internal"), false),
        ("f|cidr: 2001:db8::/32", json!("2001:db9::7"), false),
        ("f|cidr: 10.0.0.0/8", json!(["192.0.2.1", "10.0.0.1"]), true),
        ("f|exists: true", json!("x"), true),
        ("f|exists: true", Value::Null, true),
        ("f|exists: false", json!(""), false),
        ("f|exists: true", json!([]), true),
        ("f|exists: true", json!({}), true),
        ("g|exists: false", json!("x"), true),
        ("g|exists: true", json!("x"), false),
        ("f|lt: 22", json!(21), true),
        ("f|lt: 22", json!(22), false),
        ("f|lte: 22", json!("22"), true),
        ("f|gt: 22", json!(22.5), true),
        ("f|gt: 22", json!("x"), false),
        ("f|gte: 22", json!(22), true),
        ("f|gte: 22", json!(21), false),
        ("f|neq: abc", json!("abd"), true),
        ("f|neq: abc", json!("ABC"), false),
        ("f|neq: [a, b]", json!("b"), false),
        ("f|contains|neq: b", json!("abc"), false),
        ("f|neq: 22", json!(23), true),
        ("f|neq: 22", json!(22), false),
        ("f|neq: null", json!("x"), true),
        ("f|neq: null", Value::Null, false),
        ("f|hour|neq: 3", json!("2026-11-24T03:59:00Z"), false),
        ("f|hour|neq: 3", json!("2026-11-24T04:00:00Z"), true),
        ("f|base64: foobar", json!("Zm9vYmFy"), true),
        ("f|base64offset|contains: 'curl http'", json!("eHl6Y3VybCBodHRwOi8v"), true),
        ("f|base64offset|contains: 'curl http'", json!("bm90aGluZyBvZiB0aGUga2luZA=="), false),
        ("f|wide|base64offset|contains: ping", json!("cABpAG4AZwA="), true),
        ("f|utf16le|base64: ping", json!("cABpAG4AZwA="), true),
        ("f|utf16be|base64: ping", json!("AHAAaQBuAGc="), true),
        ("f|utf16|base64: ping", json!("//5wAGkAbgBnAA=="), true),
        ("f|windash|contains: ' -enc'", json!("x /enc y"), true),
        ("f|windash|contains: ' -enc'", json!("x \u{2014}enc y"), true),
        ("f|windash|contains: ' -enc'", json!("x +enc y"), false),
        ("f|contains|all|windash: ['-a', ' /b']", json!("/a -b"), true),
        ("f|contains|all|windash: ['-a', ' /b']", json!("/a"), false),
        ("f|hour: 3", json!("2026-11-24T03:59:00Z"), true),
        ("f|hour|gte: 22", json!("2026-11-24T23:59:00Z"), true),
        ("f|hour|gte: 22", json!("2026-11-24T21:59:00Z"), false),
        ("f|minute: 59", json!("2026-11-24T03:59:00Z"), true),
        ("f|day: 24", json!("2026-11-24T03:59:00Z"), true),
        ("f|week: 48", json!("2026-11-24T03:59:00Z"), true),
        ("f|month: 11", json!("2026-11-24T03:59:00Z"), true),
        ("f|year: 2026", json!("2026-11-24T03:59:00Z"), true),
        ("f|week|lte: 47", json!("2026-11-24T03:59:00Z"), false),
        ("f|year|lt: 2027", json!("2026-11-24T03:59:00Z"), true),
        ("f|hour: 3", json!("no time"), false),
        ("f: null", Value::Null, true),
        ("g: null", json!("x"), true),
        ("f: null", json!(""), false),
        ("f: ''", json!(""), true),
        ("f: ''", Value::Null, false),
        ("f: '*'", Value::Null, false),
        ("f: '*'", json!(""), true),
        ("f: 22", json!(22), true),
        ("f: 22", json!("22"), true),
        ("f: '22'", json!(22), true),
        ("f: 22", json!(222), false),
        ("f: true", json!(true), true),
        ("f: true", json!("true"), true),
        ("f: 'false'", json!(false), true),
        ("f: false", json!("x"), false),
        ("f: [a, 2, null]", json!(2), true),
        ("f: b", json!(["a", "b"]), true),
        ("f: c", json!(["a", "b"]), false),
        ("f|contains: '\"k\":\"v'", json!({"k": "vw"}), true),
    ] {
        assert_eq!(asks(question, &field), wanted, "{question} on {field}");
    }
}

#[test]
fn a_field_is_compared_with_another() {
    let record = json!({"eventID": "e", "a": {"n": "Alice"}, "b": "alice", "c": "user/alice", "l": ["bob", "ALICE"]});
    for (question, wanted) in [
        ("a.n|fieldref: b", true),
        ("a.n|fieldref: c", false),
        ("c|fieldref|endswith: a.n", true),
        ("c|contains|fieldref: a.n", true),
        ("c|fieldref|startswith: a.n", false),
        ("b|fieldref: l", true),
        ("a.n|fieldref|cased: b", false),
        ("a.n|fieldref|neq: b", false),
        ("a.n|fieldref|neq: c", true),
        ("a.n|fieldref: missing", false),
        ("a.n|fieldref: [c, b]", true),
        ("a.n|fieldref|all: [c, b]", false),
    ] {
        assert_eq!(matches(&format!("s:\n    {question}\ncondition: s"), &record), wanted, "{question}");
    }
}

#[test]
fn searches_are_maps_lists_of_maps_and_keywords() {
    let record =
        json!({"eventID": "e", "eventName": "RunInstances", "p": {"ids": [{"id": "i-1"}, {"id": "i-2"}], "n": 7}});
    for (detection, wanted) in [
        ("s:\n    eventName: RunInstances\n    p.ids.id: i-2\ncondition: s", true),
        ("s:\n    eventName: RunInstances\n    p.ids.id: i-3\ncondition: s", false),
        ("s:\n    - eventName: Other\n    - p.n: 7\ncondition: s", true),
        ("s:\n    - eventName: Other\n    - p.n: 8\ncondition: s", false),
        ("s:\n    - nothing\n    - runinst\ncondition: s", true),
        ("s:\n    - nothing\n    - 'i-?'\ncondition: s", true),
        ("s:\n    - p.ids\ncondition: s", false),
        ("s:\n    '|all':\n        - i-1\n        - runinstances\ncondition: s", true),
        ("s:\n    '|all':\n        - i-1\n        - i-9\ncondition: s", false),
        ("s: runinstances\ncondition: s", true),
        ("s:\n    - 7\ncondition: s", true),
        ("s:\n    '|re': '^i-[12]$'\ncondition: s", true),
        ("s:\n    - keyword\n    - p.n: 7\ncondition: s", true),
    ] {
        assert_eq!(matches(detection, &record), wanted, "{detection}");
    }
}

#[test]
fn conditions_join_searches() {
    let record = json!({"eventID": "e", "x": 1, "y": 2});
    let searches = "sel_a: {x: 1}\nsel_b: {y: 2}\nsel_c: {x: 9}\nfilter_a: {y: 9}\n_hidden: {x: 9}\n";
    for (condition, wanted) in [
        ("sel_a", true),
        ("sel_c", false),
        ("sel_a and sel_b", true),
        ("sel_c or sel_b", true),
        ("not sel_c", true),
        ("sel_c or sel_a and not filter_a", true),
        ("(sel_c or sel_a) and filter_a", false),
        ("1 of sel_*", true),
        ("all of sel_*", false),
        ("2 of sel_*", true),
        ("3 of sel_*", false),
        ("1 of filter_*", false),
        ("sel_a and not 1 of filter_*", true),
        ("1 of them", true),
        ("all of them", false),
        ("not all of them", true),
        ("1 of _*", false),
        ("all of sel_a", true),
        ("[sel_c, sel_b]", true),
        ("[sel_c, filter_a]", false),
    ] {
        assert_eq!(matches(&format!("{searches}condition: {condition}"), &record), wanted, "{condition}");
    }
}

#[test]
fn a_broken_rule_is_named_with_its_reason_and_the_others_are_kept() {
    for (detection, why) in [
        ("s: {x: 1}", "no condition"),
        ("s: {x: 1}\ncondition: t", "no search `t`"),
        ("s: {x: 1}\ncondition: 1 of t*", "no search fits `t*`"),
        ("s: {x: 1}\ncondition: s and", "ends too early"),
        ("s: {x: 1}\ncondition: s | count() > 5", "correlation rule"),
        ("s: {x|wrong: 1}\ncondition: s", "no modifier `wrong`"),
        ("s: {x|re: '('}\ncondition: s", "no regular expression"),
        ("s: {x|re: '(?=a)'}\ncondition: s", "no regular expression"),
        ("s: {x|cidr: nonsense}\ncondition: s", "no network"),
        ("s: {x|gt: many}\ncondition: s", "no number"),
        ("s: {x|exists: maybe}\ncondition: s", "true or false"),
        ("s: {x|i: a}\ncondition: s", "behind `re`"),
        ("s: {x|contains|startswith: a}\ncondition: s", "does not go with"),
        ("s: {x|re|base64: a}\ncondition: s", "only with text"),
        ("s: {x|base64: 'a*'}\ncondition: s", "without wildcards"),
        ("s: {x|expand: '%nobody%'}\ncondition: s", "%nobody%"),
        ("s: {x: []}\ncondition: s", "no value"),
        ("s: {x: {y: 1}}\ncondition: s", "must be strings"),
        ("s: {}\ncondition: s", "it is empty"),
        ("s: []\ncondition: s", "it is empty"),
        ("s:\ncondition: s", "it is empty"),
    ] {
        let good = rule("s: {x: 1}\ncondition: s").replace("id: r", "id: good");
        let bad = rule(detection).replace("title: t", "title: the broken one");
        let files = vec![("both.yml".to_owned(), format!("{good}---\n{bad}"))];
        let (rules, errors) = RuleSet::load(&[("mine".into(), files)], false);
        assert_eq!(rules.rules().iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["good"], "{detection}");
        assert_eq!(errors.len(), 1, "{detection}");
        assert!(errors[0].why.contains(why) && errors[0].why.contains("the broken one"), "{}", errors[0].why);
        assert!(errors[0].why.contains("line") && errors[0].path == "both.yml" && !errors[0].passed_over);
    }
}

#[test]
fn what_is_not_for_us_is_passed_over_and_said_so() {
    let one = rule("s: {x: 1}\ncondition: s");
    let files = |texts: &[String]| {
        vec![("mine".to_owned(), texts.iter().enumerate().map(|(n, t)| (format!("{n}.yml"), t.clone())).collect())]
    };
    let azure = one.replace("product: aws", "product: azure").replace("id: r", "id: z");
    let (rules, errors) = RuleSet::load(&files(&[one.clone(), azure, "# nothing\n".into()]), false);
    assert_eq!(rules.rules().len(), 1);
    assert!(errors.iter().all(|error| error.passed_over));
    assert!(errors[0].why.contains("azure") && errors[1].why.contains("empty"));
    // Two rules under one id are another matter: one of them is not in force.
    let (rules, errors) = RuleSet::load(&files(&[one.clone(), one.clone()]), false);
    assert_eq!(rules.rules().len(), 1);
    assert_eq!(errors.len(), 1);
    assert_eq!((errors[0].path.as_str(), errors[0].passed_over), ("1.yml", false));
    assert!(errors[0].why.contains("id r is loaded from 0.yml already"), "{}", errors[0].why);
    let (_, errors) = RuleSet::load(&files(&["not: [a rule".into(), "- 1".into(), "title: t".into()]), false);
    assert!(errors.iter().all(|error| !error.passed_over));
    assert!(
        errors[0].why.contains("no YAML") && errors[1].why.contains("no map") && errors[2].why.contains("no detection")
    );
}

#[test]
fn rules_without_an_id_are_told_apart_by_their_place() {
    let one = rule("s: {x: 1}\ncondition: s").replace("id: r\n", "");
    let both = format!("{one}---\n{one}");
    let files = vec![("a.yml".to_owned(), one), ("b.yml".to_owned(), both)];
    let (rules, errors) = RuleSet::load(&[("mine".into(), files)], false);
    assert_eq!(errors, []);
    assert_eq!(rules.rules().iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["a.yml", "b.yml:1", "b.yml:9"]);
    let raw = json!({"eventID": "e", "x": 1}).to_string();
    assert_eq!(rules.evaluate(&Subject::new("", "", raw.as_bytes())).len(), 3);
}

#[test]
fn plain_values_are_read_as_sigma_s_own_tools_read_them() {
    let arn = json!("arn:aws:iam::012345678901:root");
    for (question, field, wanted) in [
        ("f|contains: 012345678901", arn.clone(), true),
        ("f|contains: 012345670123", json!("arn:aws:iam::012345670123:root"), true),
        ("f: 012345670123", json!("012345670123"), true),
        ("f: 012345678901", json!("12345678901"), false),
        ("f: y", json!("y"), true),
        ("f: y", json!(true), false),
        ("f: n", json!("N"), true),
        ("f: yes", json!(true), true),
        ("f: 1e5", json!("1e5"), true),
        ("f: 1e5", json!(100_000), false),
        ("f: 0x10", json!(16), true),
        ("f: 9007199254740993", json!(9_007_199_254_740_992_u64), false),
        ("f: 9007199254740993", json!(9_007_199_254_740_993_u64), true),
        ("f: 9007199254740993", json!("9007199254740992"), false),
        ("f|gt: 9007199254740992", json!(9_007_199_254_740_993_u64), true),
        ("f|gt: 5", json!("Infinity"), false),
        ("f|gt: 5", json!("6"), true),
        ("f|hour: 09", json!("2026-11-24T09:14:00Z"), true),
    ] {
        assert_eq!(asks(question, &field), wanted, "{question} of {field}");
    }
}

#[test]
fn a_finding_says_field_by_field_why() {
    let (rules, _) = load(
        "s:\n    eventName: RunInstances\n    p.t|contains: xlarge\nn:\n    errorCode: null\nf:\n    user: root\ncondition: s and n and not f",
    );
    let raw =
        json!({"eventID": "e-7", "eventName": "RunInstances", "p": {"t": ["t3.micro", "c7i.24xlarge"]}}).to_string();
    let findings = rules.evaluate(&Subject::new("", "RunInstances", raw.as_bytes()));
    let because: Vec<_> = findings[0].because.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect();
    assert_eq!(because, [("eventName", "RunInstances"), ("errorCode", "(absent)"), ("p.t", "c7i.24xlarge")]);
    assert_eq!((findings[0].event_id.as_str(), findings[0].origin.as_str(), findings[0].count), ("e-7", "mine", 1));
}

#[test]
fn own_calls_raise_nothing() {
    let detection = "s: {eventName: StopInstances}\ncondition: s";
    let mut record = json!({"eventID": "e", "eventName": "StopInstances", "userAgent": "aws-sdk-rust/1.3 app/stanch"});
    assert!(!matches(detection, &record));
    record["userAgent"] = json!("aws-cli/2.31");
    assert!(matches(detection, &record));
}

#[test]
fn placeholders_are_filled_in_from_what_the_caller_knows() {
    let text = rule("s: {user|expand: '%admins%'}\ncondition: s");
    let known = Placeholders::from([("admins".to_owned(), vec!["alice".into(), "ops-*".into()])]);
    let (rules, errors) = RuleSet::load_with(&[("m".into(), vec![("r".into(), text)])], false, &known);
    assert_eq!(errors, []);
    for (user, wanted) in [("Alice", true), ("ops-7", true), ("bob", false)] {
        let raw = json!({"eventID": "e", "user": user}).to_string();
        assert_eq!(!rules.evaluate(&Subject::new("", "", raw.as_bytes())).is_empty(), wanted, "{user}");
    }
}

#[test]
fn a_filter_document_narrows_the_rules_that_it_names() {
    let filter = "---\ntitle: not ours\nlogsource:\n    product: aws\n    service: cloudtrail\nfilter:\n    rules:\n        - r\n    selection:\n        user: alice\n    condition: not selection\n";
    let text = rule("s: {eventName: X}\ncondition: s") + filter;
    let (rules, errors) = RuleSet::load(&[("m".into(), vec![("r".into(), text)])], false);
    assert_eq!(errors, []);
    for (user, wanted) in [("alice", false), ("bob", true)] {
        let raw = json!({"eventID": "e", "eventName": "X", "user": user}).to_string();
        assert_eq!(!rules.evaluate(&Subject::new("", "X", raw.as_bytes())).is_empty(), wanted, "{user}");
    }
}

#[test]
fn a_rule_of_the_user_replaces_ours_with_the_same_id() {
    let ours = RuleSet::builtin().rules()[0].clone();
    let text = rule("s: {x: 1}\ncondition: s").replace("id: r", &format!("id: {}", ours.id));
    let (rules, errors) = RuleSet::load(&[("mine".into(), vec![("r.yml".into(), text)])], true);
    assert_eq!(rules.rule(&ours.id).unwrap().origin, "mine");
    assert!(errors.len() == 1 && errors[0].passed_over);
}

#[test]
fn text_that_is_no_record_matches_nothing_and_breaks_nothing() {
    let rules = RuleSet::builtin();
    for raw in
        ["", "{", "null", "[]", "{\"eventID\":", "{\"requestParameters\":{\"ipPermissions\":{\"items\":[[[[", "\u{0}"]
    {
        for name in ["AuthorizeSecurityGroupIngress", "RunInstances", "", "\u{fffd}"] {
            let subject = Subject::new("ec2.amazonaws.com", name, raw.as_bytes());
            let _ = rules.evaluate(&subject);
        }
    }
    let deep = format!("{{\"requestParameters\":{}", "{\"userData\":[".repeat(500_000));
    let _ = rules.evaluate(&Subject::new("ec2.amazonaws.com", "ModifyInstanceAttribute", deep.as_bytes()));
}
