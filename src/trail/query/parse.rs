//! From the text of a filter to its terms.

use ipnet::IpNet;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, civil};

use super::QueryError;
use super::pattern::{Glob, Pattern};
use super::term::{Ask, Compare, Term, Word};
use crate::domain::finding::Severity;
use crate::trail::columns::Field;

/// The keys of the language, each with what it asks, in a few words.
pub(super) const KEYS: [(&str, &str); 18] = [
    ("event:", "the event's name"),
    ("source:", "the service: ec2 or ec2.amazonaws.com"),
    ("actor:", "who did it, or a part of the name"),
    ("user:", "the user, or the name of the session"),
    ("role:", "the role of the session"),
    ("key:", "the access key id"),
    ("ip:", "the address, or a network such as 10.0.0.0/8"),
    ("agent:", "a text in the user agent"),
    ("region:", "the Region"),
    ("account:", "the account"),
    ("resource:", "an id that the event touches"),
    ("error:", "the error code"),
    ("rule:", "the id of a rule that found something"),
    ("id:", "the event's id"),
    ("is:", "write, read, error, finding, mine, dry-run, root …"),
    ("after:", "14:02 or 2026-11-24T10:00Z, and later"),
    ("before:", "14:02 or 2026-11-24T10:00Z, and earlier"),
    ("raw:", "a text in the raw record"),
];

/// The keys that compare.
pub(super) const COMPARED: [(&str, &str); 2] =
    [("sev>=", "informational, low, medium, high or critical"), ("age<", "30m, 2h, 1d")];

/// One term's text, split where its key ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    /// Where the token begins in the text, with its minus.
    pub at: usize,
    /// It begins with a minus.
    pub negated: bool,
    /// The key, empty for a bare word.
    pub key: &'t str,
    /// What stands between key and value: `:`, `>=` …; empty for a bare word.
    pub mark: &'t str,
    /// The value as written.
    pub value: &'t str,
    /// Where the value begins in the text.
    pub value_at: usize,
    /// A quote is not closed.
    pub open: bool,
}

/// Splits a text into tokens at white space outside of quotes.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = None;
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        if start.is_none() && !c.is_whitespace() {
            start = Some(at);
        }
        if escaped {
            escaped = false;
        } else if quoted && c == '\\' {
            escaped = true;
        } else if c == '"' {
            quoted = !quoted;
        } else if c.is_whitespace()
            && !quoted
            && let Some(from) = start.take()
        {
            tokens.push(token(text, from, at, false));
        }
    }
    if let Some(from) = start {
        tokens.push(token(text, from, text.len(), quoted));
    }
    tokens
}

fn token(text: &str, from: usize, to: usize, open: bool) -> Token<'_> {
    let whole = &text[from..to];
    let negated = whole.len() > 1 && whole.starts_with('-');
    let body_at = from + usize::from(negated);
    let body = &text[body_at..to];
    let key_end = body.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(body.len());
    let compares = ["sev", "age"].iter().any(|key| key.eq_ignore_ascii_case(&body[..key_end]));
    let marks = [":>=", ":<=", ":>", ":<", ">=", "<=", ":", ">", "<", "="];
    let mark = marks.into_iter().skip(if compares { 0 } else { 4 }).find(|mark| body[key_end..].starts_with(mark));
    match mark {
        // An ARN is a word.
        Some(mark) if key_end > 0 && !body[..key_end].eq_ignore_ascii_case("arn") => {
            let value_at = body_at + key_end + mark.len();
            Token {
                at: from,
                negated,
                key: &body[..key_end],
                mark: &body[key_end..key_end + mark.len()],
                value: &text[value_at..to],
                value_at,
                open,
            }
        }
        _ => Token { at: from, negated, key: "", mark: "", value: body, value_at: body_at, open },
    }
}

/// The terms of a filter.
pub(super) fn terms(text: &str, now: Timestamp, offset: Offset) -> Result<Vec<Term>, QueryError> {
    let tokens = tokens(text);
    // A word alone joins nothing: it is searched for.
    let is_word = matches!(&tokens[..], [one] if one.key.is_empty() && one.value.starts_with(char::is_alphabetic));
    let one = |token: Token<'_>| match join(&token).filter(|_| !is_word) {
        Some(why) => Err(QueryError::new(text, token.at, token.value_at + token.value.len() - token.at, why)),
        None => term(text, token, now, offset),
    };
    tokens.into_iter().map(one).collect()
}

/// What to write instead of a word or sign that joins terms in other languages.
fn join(token: &Token<'_>) -> Option<String> {
    let value = token.value;
    if !token.key.is_empty() {
        let doubled = !value.contains('"') && value.contains("||");
        return doubled.then(|| "one bar stands between the values of a key: event:A|B".into());
    }
    let why = match value.to_ascii_lowercase().as_str() {
        "or" | "||" | "|" => "joins no terms; values of which one must hold stand behind one key: event:A|B",
        "and" | "&&" | "&" => "is not needed: terms joined by space must all hold",
        "not" => "takes no term out; a minus does: -event:A",
        text if text.starts_with(['(', ')']) => "groups no terms; values of which one must hold are written event:A|B",
        _ => return None,
    };
    Some(format!("'{value}' {why}; quote it to search for it"))
}

fn term(text: &str, token: Token<'_>, now: Timestamp, offset: Offset) -> Result<Term, QueryError> {
    let value_error = |message: String| QueryError::new(text, token.value_at, token.value.len(), message);
    let key_error = |message: String| QueryError::new(text, token.at, token.value_at - token.at, message);
    if token.open {
        return Err(value_error("the quote is not closed".into()));
    }
    let key = token.key.to_ascii_lowercase();
    if token.value == "-" && token.key.is_empty() {
        return Err(value_error("a minus needs a term behind it".into()));
    }
    if !token.value.is_empty() && pattern(token.value).is_empty() {
        return Err(value_error("a value is missing".into()));
    }
    if token.key.is_empty() {
        let ask = Ask::Anywhere(pattern(token.value).inside().map_err(value_error)?);
        return Ok(Term { negated: token.negated, ask });
    }
    if token.value.is_empty() {
        return Err(key_error(format!("{key}{} needs a value", token.mark)));
    }
    let compared = key == "sev" || key == "age";
    if !compared && token.mark != ":" {
        let colon = || format!("{key} takes a colon: {key}:{}", token.value);
        return Err(key_error(if known(&key) { colon() } else { unknown(&key) }));
    }
    let column = |field| Ok(Ask::Column(field, pattern(token.value)));
    let ask = match key.as_str() {
        "event" => column(Field::Name),
        "source" => column(Field::Source),
        "actor" => column(Field::Actor),
        "key" => column(Field::Key),
        "region" => column(Field::Region),
        "account" => column(Field::Account),
        "resource" => column(Field::Resource),
        "error" => column(Field::Error),
        "agent" => pattern(token.value).inside().map(|expression| Ask::Inside(Field::Agent, expression)),
        "raw" => pattern(token.value).inside().map(Ask::Raw),
        "user" => Ok(Ask::User(pattern(token.value))),
        "role" => Ok(Ask::Role(pattern(token.value))),
        "rule" => Ok(Ask::Rule(pattern(token.value))),
        "id" => Ok(Ask::Id(pattern(token.value))),
        "ip" => network(token.value),
        "is" => words(token.value),
        "sev" => severity(token.mark, token.value),
        "age" => age(token.mark, token.value),
        "after" => instant(token.value, now, offset).map(Ask::After),
        "before" => instant(token.value, now, offset).map(Ask::Before),
        _ => return Err(key_error(unknown(&key))),
    };
    Ok(Term { negated: token.negated, ask: ask.map_err(value_error)? })
}

fn known(key: &str) -> bool {
    KEYS.iter().any(|(known, _)| known.trim_end_matches(':') == key)
}

fn unknown(key: &str) -> String {
    let all: Vec<&str> = KEYS.iter().map(|(key, _)| key.trim_end_matches(':')).chain(["sev", "age"]).collect();
    let near = all.iter().find(|known| known.starts_with(key) || key.starts_with(**known));
    match near {
        Some(near) => format!("there is no key '{key}'; {near}: is one; quote the word to search for it"),
        None => format!("there is no key '{key}'; there are {}; quote the word to search for it", all.join(", ")),
    }
}

/// A value: alternatives between bars, wildcards, quoted parts.
pub(super) fn pattern(value: &str) -> Pattern {
    let mut alternatives = Vec::new();
    let mut parts = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in value.chars() {
        if escaped {
            escaped = false;
            push(&mut parts, c);
        } else {
            match c {
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                '*' if !quoted => parts.push(String::new()),
                '|' if !quoted => alternatives.push(Glob(std::mem::replace(&mut parts, vec![String::new()]))),
                c => push(&mut parts, c),
            }
        }
    }
    alternatives.push(Glob(parts));
    // `event:a|` is still being typed: an empty alternative would take nothing, or everything.
    alternatives.retain(|glob| glob.0.len() > 1 || !glob.0[0].is_empty());
    Pattern(alternatives)
}

fn push(parts: &mut [String], c: char) {
    if let Some(last) = parts.last_mut() {
        last.push(c);
    }
}

/// The alternatives of a value that takes no wildcard.
fn plain(value: &str) -> impl Iterator<Item = String> {
    pattern(value).0.into_iter().map(|glob| glob.0.join("*"))
}

fn network(value: &str) -> Result<Ask, String> {
    let mut networks = Vec::new();
    let Pattern(mut globs) = pattern(value);
    let mut wrong = None;
    globs.retain(|glob| {
        let text = glob.0.join("*");
        match text.parse::<IpNet>() {
            Ok(network) => networks.push(network),
            Err(_) => match text.parse::<std::net::IpAddr>() {
                Ok(address) => networks.push(address.into()),
                Err(_) if text.contains('/') => wrong = Some(text),
                Err(_) => return true,
            },
        }
        false
    });
    match wrong {
        Some(text) => Err(format!("'{text}' is no network: 10.0.0.0/8")),
        None => Ok(Ask::Network(networks, Pattern(globs))),
    }
}

fn words(value: &str) -> Result<Ask, String> {
    let word = |text: String| {
        text.parse::<Word>().map_err(|()| {
            let all: Vec<&str> = Word::ALL.iter().map(|(word, _)| *word).collect();
            format!("is: takes {}", all.join(", "))
        })
    };
    plain(value).map(word).collect::<Result<_, _>>().map(Ask::Is)
}

fn compare(mark: &str) -> Compare {
    match mark.trim_start_matches(':') {
        "<" => Compare::Less,
        "<=" => Compare::AtMost,
        ">" => Compare::More,
        ">=" => Compare::AtLeast,
        _ => Compare::Is,
    }
}

fn severity(mark: &str, value: &str) -> Result<Ask, String> {
    let levels = plain(value).map(|text| text.parse::<Severity>()).collect::<Result<Vec<_>, _>>()?;
    Ok(Ask::Severity(compare(mark), levels))
}

fn age(mark: &str, value: &str) -> Result<Ask, String> {
    let compare = match mark {
        ":" | "=" => return Err("age compares: age<2h or age>30m".into()),
        mark => compare(mark),
    };
    let wrong = || format!("'{value}' is no length of time: 90s, 30m, 2h, 1d, 1h30m");
    let (mut seconds, mut number) = (0_i64, None::<i64>);
    for c in value.chars() {
        let unit = match c.to_ascii_lowercase() {
            '0'..='9' => {
                let digit = i64::from(c as u32 - '0' as u32);
                number =
                    Some(number.unwrap_or(0).checked_mul(10).and_then(|n| n.checked_add(digit)).ok_or_else(wrong)?);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 7 * 86_400,
            _ => return Err(wrong()),
        };
        let count = number.take().ok_or_else(wrong)?;
        seconds = count.checked_mul(unit).and_then(|more| seconds.checked_add(more)).ok_or_else(wrong)?;
    }
    if number.is_some() || value.is_empty() {
        return Err(wrong());
    }
    Ok(Ask::Age(compare, SignedDuration::from_secs(seconds)))
}

/// An instant: RFC 3339 with or without seconds and offset, a date, or a clock time.
fn instant(value: &str, now: Timestamp, offset: Offset) -> Result<Timestamp, String> {
    let value = value.trim_matches('"');
    let wrong = || format!("'{value}' is no time: 14:02, 2026-11-24 or 2026-11-24T10:00Z");
    if let Ok(time) = value.parse::<Timestamp>() {
        return Ok(time);
    }
    let at = |date: civil::DateTime, offset: Offset| offset.to_timestamp(date).map_err(|_| wrong());
    let zulu = value.strip_suffix(['Z', 'z']);
    if let Ok(date) = zulu.unwrap_or(value).parse::<civil::DateTime>() {
        return at(date, if zulu.is_some() { Offset::UTC } else { offset });
    }
    let time = value.parse::<civil::Time>().map_err(|_| wrong())?;
    let today = at(offset.to_datetime(now).date().to_datetime(time), offset)?;
    if today > now { today.checked_sub(SignedDuration::from_hours(24)).map_err(|_| wrong()) } else { Ok(today) }
}
