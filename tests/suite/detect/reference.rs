//! The compiled rules against a plain evaluator that walks a parsed record,
//! over random rules and records.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use stanch::detect::{Known, Subject};

use super::*;

/// A search: fields with their modifier and values, all of which must hold.
type Search = Vec<(String, &'static str, Vec<Value>)>;

#[derive(Debug, Clone)]
struct Plain {
    searches: Vec<(&'static str, Search)>,
    condition: &'static str,
}

const NAMES: [&str; 3] = ["sel_a", "sel_b", "filter_a"];
const CONDITIONS: [&str; 10] = [
    "sel_a",
    "sel_a and sel_b",
    "sel_a or sel_b",
    "sel_a and not filter_a",
    "not sel_a",
    "1 of sel_* and not filter_a",
    "all of sel_*",
    "not (sel_a and filter_a) or sel_b",
    "2 of them",
    "sel_a or sel_b and not filter_a",
];

impl Plain {
    fn yaml(&self) -> String {
        let mut detection = Map::new();
        for (name, search) in &self.searches {
            let fields = search.iter().map(|(field, modifier, values)| {
                let value = if values.len() == 1 { values[0].clone() } else { Value::Array(values.clone()) };
                (format!("{field}{modifier}"), value)
            });
            detection.insert((*name).to_owned(), Value::Object(fields.collect()));
        }
        detection.insert("condition".into(), json!(self.condition));
        // JSON is YAML.
        json!({"title": "t", "id": "r", "logsource": {"product": "aws", "service": "cloudtrail"}, "detection": detection})
            .to_string()
    }

    fn holds(&self, record: &Value) -> bool {
        let [a, b, f] = NAMES.map(|name| {
            self.searches
                .iter()
                .find(|(known, _)| *known == name)
                .is_some_and(|(_, search)| search.iter().all(|(field, how, values)| asks(record, field, how, values)))
        });
        match self.condition {
            "sel_a" => a,
            "sel_a and sel_b" | "all of sel_*" => a && b,
            "sel_a or sel_b" => a || b,
            "sel_a and not filter_a" => a && !f,
            "not sel_a" => !a,
            "1 of sel_* and not filter_a" => (a || b) && !f,
            "not (sel_a and filter_a) or sel_b" => !(a && f) || b,
            "2 of them" => u8::from(a) + u8::from(b) + u8::from(f) >= 2,
            _ => a || (b && !f),
        }
    }
}

fn asks(record: &Value, field: &str, how: &str, values: &[Value]) -> bool {
    let mut found = Vec::new();
    let mut present = false;
    let segments: Vec<&str> = field.split('.').collect();
    walk(record, &segments, &mut found, &mut present);
    let one = |want: &Value| {
        if how == "|exists" {
            return present == want.as_bool().unwrap();
        }
        if want.is_null() {
            return found.is_empty() || found.iter().any(|have| have.is_null());
        }
        found.iter().any(|have| compares(have, how, want))
    };
    match how {
        "|contains|all" => values.iter().all(one),
        "|neq" => !values.iter().any(one),
        _ => values.iter().any(one),
    }
}

fn walk<'v>(value: &'v Value, segments: &[&str], found: &mut Vec<&'v Value>, present: &mut bool) {
    match (value, segments) {
        (Value::Array(list), _) => {
            *present |= segments.is_empty();
            for element in list {
                walk(element, segments, found, present);
            }
        }
        (_, []) => {
            *present = true;
            found.push(value);
        }
        (Value::Object(map), [first, rest @ ..]) => {
            if let Some(inner) = map.get(*first) {
                walk(inner, rest, found, present);
            }
        }
        _ => {}
    }
}

fn compares(have: &Value, how: &str, want: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let Some(have_text) = text(have) else { return false };
    let want_text = text(want).unwrap();
    if matches!(how, "|lt" | "|gte") {
        let (Ok(have), Ok(want)) = (have_text.parse::<f64>(), want_text.parse::<f64>()) else { return false };
        return !matches!(have_text.as_str(), "true" | "false")
            && if how == "|lt" { have < want } else { have >= want };
    }
    if matches!(how, "" | "|neq") {
        match want {
            Value::Number(number) => {
                return have_text == want_text
                    || have.as_f64() == number.as_f64()
                    || have.is_string()
                        && have_text.bytes().all(|byte| byte.is_ascii_digit())
                        && have_text.parse().ok() == number.as_f64();
            }
            Value::Bool(_) => return have_text.to_lowercase() == want_text,
            _ => {}
        }
    }
    let (mut want, have) = (pattern(&want_text), have_text);
    let star = || vec![None];
    if matches!(how, "|contains" | "|contains|all" | "|contains|cased" | "|endswith") {
        want = [star(), want].concat();
    }
    if matches!(how, "|contains" | "|contains|all" | "|contains|cased" | "|startswith") {
        want = [want, star()].concat();
    }
    let cased = how == "|contains|cased";
    let have: Vec<char> = if cased { have.chars().collect() } else { have.to_lowercase().chars().collect() };
    fits(&want, &have, cased)
}

/// A character, any character (`Some(None)`), or any text (`None`).
type Token = Option<Option<char>>;

fn pattern(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let escaped = chars[at] == '\\' && chars.get(at + 1).is_some_and(|next| "*?\\".contains(*next));
        at += usize::from(escaped);
        tokens.push(match chars[at] {
            '*' if !escaped => None,
            '?' if !escaped => Some(None),
            c => Some(Some(c)),
        });
        at += 1;
    }
    tokens
}

fn fits(want: &[Token], have: &[char], cased: bool) -> bool {
    match want {
        [] => have.is_empty(),
        [None, rest @ ..] => (0..=have.len()).any(|skip| fits(rest, &have[skip..], cased)),
        [Some(want), rest @ ..] => {
            have.first().is_some_and(|have| {
                want.is_none_or(|want| if cased { want == *have } else { want.to_lowercase().eq(have.to_lowercase()) })
            }) && fits(rest, &have[1..], cased)
        }
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[abAB]{0,4}",
        2 => "[ab*?]{1,4}",
        1 => r"[a*?\\]{1,4}",
        1 => "[aä\u{df}\"\n ]{1,3}",
        1 => "(0|1|22|true|false)",
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => word().prop_map(Value::String),
        1 => (0..30_i64).prop_map(|number| json!(number)),
        1 => any::<bool>().prop_map(|truth| json!(truth)),
        1 => Just(Value::Null),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map("[fgh]", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn record() -> impl Strategy<Value = Value> {
    (
        prop::collection::btree_map("[fgh]", tree(), 0..4),
        prop::option::of(word()),
        prop::option::of(word()),
        "(RunInstances|StopInstances|a|)",
    )
        .prop_map(|(fields, code, agent, name)| {
            let mut record: Map<String, Value> = fields.into_iter().collect();
            record.insert("eventID".into(), json!("e"));
            record.insert("eventTime".into(), json!("2026-11-24T10:00:00Z"));
            record.insert("eventName".into(), json!(name));
            record.insert("eventSource".into(), json!("ec2.amazonaws.com"));
            record.extend(code.map(|code| ("errorCode".to_owned(), json!(code))));
            record.extend(agent.map(|agent| ("userAgent".to_owned(), json!(agent))));
            Value::Object(record)
        })
}

fn test() -> impl Strategy<Value = (String, &'static str, Vec<Value>)> {
    let field = prop_oneof![
        6 => "[fgh](\\.[fgh]){0,3}",
        2 => Just("eventName".to_owned()),
        1 => Just("eventSource".to_owned()),
        1 => Just("errorCode".to_owned()),
        1 => Just("userAgent".to_owned()),
    ];
    let name = "(RunInstances|runinstances|StopInstances|[*]Instances|ec2[.]amazonaws[.]com)".prop_map(Value::String);
    let plain = prop_oneof![4 => scalar(), 2 => name];
    let how = prop_oneof![
        prop::collection::vec(plain.clone(), 1..7).prop_map(|values| ("", values)),
        prop::collection::vec(plain, 1..3).prop_map(|values| ("|neq", values)),
        prop::collection::vec(word().prop_map(Value::String), 1..7).prop_map(|values| ("|contains", values)),
        prop::collection::vec(word().prop_map(Value::String), 1..3).prop_map(|values| ("|contains|all", values)),
        prop::collection::vec(word().prop_map(Value::String), 1..3).prop_map(|values| ("|contains|cased", values)),
        prop::collection::vec(word().prop_map(Value::String), 1..3).prop_map(|values| ("|startswith", values)),
        prop::collection::vec(word().prop_map(Value::String), 1..3).prop_map(|values| ("|endswith", values)),
        any::<bool>().prop_map(|wanted| ("|exists", vec![json!(wanted)])),
        (0..30_i64).prop_map(|limit| ("|lt", vec![json!(limit)])),
        (0..30_i64).prop_map(|limit| ("|gte", vec![json!(limit)])),
    ];
    (field, how).prop_map(|(field, (how, values))| (field, how, values))
}

fn plain_rule() -> impl Strategy<Value = Plain> {
    (prop::collection::vec(prop::collection::vec(test(), 1..4), 3), prop::sample::select(&CONDITIONS[..])).prop_map(
        |(searches, condition)| {
            let searches = searches.into_iter().map(|mut search| {
                search.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
                search.dedup_by(|a, b| (&a.0, a.1) == (&b.0, b.1));
                search
            });
            Plain { searches: NAMES.into_iter().zip(searches).collect(), condition }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn compiled_rules_match_what_a_plain_evaluator_matches(
        rule in plain_rule(),
        records in prop::collection::vec(record(), 1..12),
        pretty in any::<bool>(),
        knowing in 0_u8..3,
    ) {
        let yaml = rule.yaml();
        let (rules, errors) = RuleSet::load(&[("m".into(), vec![("r".into(), yaml.clone())])], false);
        prop_assert!(errors.is_empty(), "{errors:?}\n{yaml}");
        for record in records {
            let raw = if pretty { serde_json::to_string_pretty(&record).unwrap() } else { record.to_string() };
            let text = |key: &str| record[key].as_str().unwrap();
            let subject = Subject::new(text("eventSource"), text("eventName"), raw.as_bytes());
            let known = Known {
                agent: record["userAgent"].as_str(),
                error: record.get("errorCode").map_or(Some(""), |code| code.as_str().filter(|code| !code.is_empty())),
                ..Known::default()
            };
            let decoded = stanch::trail::decode::fields(raw.as_bytes());
            let subject = match (knowing, &decoded) {
                (1, _) => subject.knowing(known),
                (2, Ok(fields)) => Subject::of(fields, raw.as_bytes()),
                _ => subject,
            };
            prop_assert_eq!(!rules.evaluate(&subject).is_empty(), rule.holds(&record), "{}\n{}", yaml, raw);
        }
    }

    #[test]
    fn no_rule_text_breaks_the_loader(text in "[a-z0-9:\\-\\[\\]{}|*'\"#&!%@, \n]{0,200}", noise in any::<String>()) {
        let head = "title: t\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n";
        for text in [text.clone(), format!("{head}{text}"), format!("{head}    s: {{x|re: '{text}'}}\n    condition: s"), noise] {
            let (rules, errors) = RuleSet::load(&[("m".into(), vec![("r".into(), text)])], false);
            prop_assert!(rules.rules().len() + errors.len() >= 1 || errors.is_empty());
        }
    }

    #[test]
    fn no_damage_to_a_rule_breaks_the_loader(
        which in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..4, any::<u8>()), 1..8),
    ) {
        let texts = own_texts();
        let mut bytes = texts[which.index(texts.len())].clone().into_bytes();
        for (place, how, byte) in damage {
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => bytes.truncate(at.max(1)),
                _ => drop(bytes.remove(at)),
            }
            if bytes.is_empty() {
                bytes.push(b' ');
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (rules, errors) = RuleSet::load(&[("m".into(), vec![("r.yml".into(), text)])], false);
        for rule in rules.rules() {
            prop_assert!(!rule.id.is_empty() && !rule.title.is_empty());
        }
        prop_assert!(errors.iter().all(|error| !error.why.is_empty()));
    }

    #[test]
    fn no_record_text_breaks_a_rule(raw in "[\\[\\]{}\":,\\\\a0 \n]{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let rules = builtin();
        for raw in [raw.as_bytes(), &bytes, format!("{{\"requestParameters\":{raw}").as_bytes()] {
            for name in ["AuthorizeSecurityGroupIngress", "CreateAccessKey"] {
                let _ = rules.evaluate(&Subject::new("ec2.amazonaws.com", name, raw));
            }
        }
    }
}

fn own_texts() -> &'static [String] {
    static TEXTS: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    TEXTS.get_or_init(|| {
        let read = |path: PathBuf| std::fs::read_to_string(path).unwrap();
        files(Path::new("assets/rules"), "yml").into_iter().map(read).collect()
    })
}

fn builtin() -> &'static RuleSet {
    static RULES: std::sync::OnceLock<RuleSet> = std::sync::OnceLock::new();
    RULES.get_or_init(RuleSet::builtin)
}
