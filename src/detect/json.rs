//! Parts of a JSON text found without building it: members, elements and the
//! leaves of a value, as slices of the text. Text that is no JSON yields
//! nothing; it never panics, and it never recurses deeper than [`DEPTH`].

use std::borrow::Cow;

/// How deep lists may nest before they are passed over. A decoder that reads
/// parameters refuses records that nest as deep.
pub(super) const DEPTH: u8 = 128;

/// One value of a record: a scalar, or the text of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    /// A number as it is written.
    Number(&'a str),
    Text(Cow<'a, str>),
    /// An object (or a list where no elements are asked for), as it is written.
    Tree(&'a [u8]),
}

impl<'a> Value<'a> {
    /// Reads a value's own text.
    pub(super) fn read(raw: &'a [u8]) -> Option<Self> {
        Some(match *raw.first()? {
            b'"' => Self::Text(unquote(raw)),
            b'n' => Self::Null,
            b't' => Self::Bool(true),
            b'f' => Self::Bool(false),
            b'{' | b'[' => Self::Tree(raw),
            _ => Self::Number(std::str::from_utf8(raw).ok()?),
        })
    }

    /// The value as text: what string comparisons see. Null has none. An object
    /// is its JSON without white space.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::Number(text) => Cow::Borrowed(text),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Tree(raw) => compact(raw),
        })
    }
}

/// The string that a JSON string's text, quotes included, stands for.
pub(super) fn unquote(raw: &[u8]) -> Cow<'_, str> {
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    if memchr::memchr(b'\\', inner).is_none() {
        return as_text(inner);
    }
    match serde_json::from_slice::<String>(raw) {
        Ok(text) => Cow::Owned(text),
        Err(_) => String::from_utf8_lossy(inner),
    }
}

fn as_text(raw: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(raw).map_or_else(|_| String::from_utf8_lossy(raw), Cow::Borrowed)
}

/// The text without white space outside of strings.
fn compact(raw: &[u8]) -> Cow<'_, str> {
    let mut out: Option<Vec<u8>> = None;
    let mut at = 0;
    while at < raw.len() {
        let end = match raw[at] {
            b'"' => string_end(raw, at).unwrap_or(raw.len()),
            _ => at + 1,
        };
        if raw[at].is_ascii_whitespace() {
            out.get_or_insert_with(|| raw[..at].to_vec());
        } else if let Some(out) = &mut out {
            out.extend_from_slice(&raw[at..end]);
        }
        at = end;
    }
    match out {
        None => as_text(raw),
        Some(out) => Cow::Owned(String::from_utf8_lossy(&out).into_owned()),
    }
}

/// The first place at or after `at` that is no white space.
pub(super) fn skip_space(raw: &[u8], mut at: usize) -> usize {
    while matches!(raw.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// The place after a string that begins at `at` with its quote. Eight bytes are
/// looked at together: most strings of a record are short.
pub(super) fn string_end(raw: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        while let Some(eight) = raw.get(at..)?.first_chunk::<8>() {
            let eight = u64::from_le_bytes(*eight);
            let found = has(eight, b'"') | has(eight, b'\\');
            if found != 0 {
                at += (found.trailing_zeros() / 8) as usize;
                break;
            }
            at += 8;
        }
        match *raw.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The high bit of the lowest byte that equals `byte` is set; higher bits may
/// be set besides, and none where no byte equals it.
fn has(eight: u64, byte: u8) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    let same_is_zero = eight ^ (ONES * u64::from(byte));
    same_is_zero.wrapping_sub(ONES) & !same_is_zero & HIGHS
}

/// The place after a value that begins at `at`.
pub(super) fn value_end(raw: &[u8], at: usize) -> Option<usize> {
    match *raw.get(at)? {
        b'"' => string_end(raw, at),
        b'{' | b'[' => {
            let mut depth = 0_u32;
            let mut at = at;
            loop {
                match *raw.get(at)? {
                    b'"' => {
                        at = string_end(raw, at)?;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
        }
        b',' | b':' | b'}' | b']' => None,
        _ => {
            let length =
                raw[at..].iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'));
            Some(length.map_or(raw.len(), |length| at + length))
        }
    }
}

/// The members of an object: key (its text between the quotes) and value.
pub(super) struct Members<'a> {
    raw: &'a [u8],
    at: usize,
}

/// The members of an object, none where the text is no object.
pub(super) fn members(raw: &[u8]) -> Members<'_> {
    let at = if raw.first() == Some(&b'{') { 0 } else { raw.len() };
    Members { raw, at }
}

/// A member of an object by the place of its value, whose end is not looked for:
/// its key, and where the value starts.
pub(super) fn member_at(raw: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let mut at = skip_space(raw, at);
    if matches!(raw.get(at), Some(b',' | b'{')) {
        at = skip_space(raw, at + 1);
    }
    if raw.get(at) != Some(&b'"') {
        return None;
    }
    let key_end = string_end(raw, at)?;
    let colon = skip_space(raw, key_end);
    if raw.get(colon) != Some(&b':') {
        return None;
    }
    Some((&raw[at + 1..key_end - 1], skip_space(raw, colon + 1)))
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let raw = self.raw;
        let Some((key, start)) = member_at(raw, self.at) else {
            self.at = raw.len();
            return None;
        };
        let Some(end) = value_end(raw, start) else {
            self.at = raw.len();
            return None;
        };
        self.at = end;
        Some((key, &raw[start..end]))
    }
}

/// The elements of a list.
pub(super) struct Elements<'a> {
    raw: &'a [u8],
    at: usize,
}

/// The elements of a list, none where the text is no list.
pub(super) fn elements(raw: &[u8]) -> Elements<'_> {
    let at = if raw.first() == Some(&b'[') { 1 } else { raw.len() };
    Elements { raw, at }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let mut at = skip_space(self.raw, self.at);
        if self.raw.get(at) == Some(&b',') {
            at = skip_space(self.raw, at + 1);
        }
        let end = value_end(self.raw, at)?;
        self.at = end;
        Some(&self.raw[at..end])
    }
}

/// Every scalar in a value with the key that it stands under (empty for none);
/// stops where `each` says true, and tells whether it did.
pub(super) fn scalars<'a>(raw: &'a [u8], mut each: impl FnMut(&'a [u8], Value<'a>) -> bool) -> bool {
    let mut key: &[u8] = b"";
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        if matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':' | b' ' | b'\n' | b'\r' | b'\t') {
            at += 1;
            continue;
        }
        let Some(end) = value_end(raw, at) else { return false };
        let text = &raw[at..end];
        at = end;
        if byte == b'"' {
            let colon = skip_space(raw, at);
            if raw.get(colon) == Some(&b':') {
                key = &text[1..text.len() - 1];
                at = colon + 1;
                continue;
            }
        }
        if Value::read(text).is_some_and(|value| each(key, value)) {
            return true;
        }
    }
    false
}

/// The key is the name. Keys with escapes are compared as what they stand for.
pub(super) fn key_is(key: &[u8], name: &str) -> bool {
    key == name.as_bytes() || (memchr::memchr(b'\\', key).is_some() && decoded(key) == name)
}

/// A key as what it stands for.
pub(super) fn decoded(key: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(b'\\', key).is_none() {
        return as_text(key);
    }
    let mut quoted = Vec::with_capacity(key.len() + 2);
    quoted.push(b'"');
    quoted.extend_from_slice(key);
    quoted.push(b'"');
    Cow::Owned(unquote(&quoted).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_between_white_space_and_escapes() {
        let raw = br#"{ "a" : 1 , "b\"c":"x\\\"}","d":{"e":[1,"]"]},"f":null}"#;
        let found: Vec<_> =
            members(raw).map(|(key, value)| (decoded(key).into_owned(), std::str::from_utf8(value).unwrap())).collect();
        assert_eq!(
            found,
            [
                ("a".to_owned(), "1"),
                ("b\"c".to_owned(), r#""x\\\"}""#),
                ("d".to_owned(), r#"{"e":[1,"]"]}"#),
                ("f".to_owned(), "null")
            ]
        );
    }

    #[test]
    fn text_that_is_no_json_yields_nothing_and_never_panics() {
        for broken in
            ["", "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":\"", "[", "[,]", "{]", "\\", "{\"a\":}", "]"]
        {
            assert_eq!(members(broken.as_bytes()).count(), 0, "{broken}");
            let _ = elements(broken.as_bytes()).count();
            scalars(broken.as_bytes(), |_, _| false);
        }
        let deep = "[".repeat(1_000_000);
        assert_eq!(elements(deep.as_bytes()).count(), 0);
    }

    #[test]
    fn every_scalar_is_met_once_with_its_key() {
        let mut met = Vec::new();
        scalars(br#"{"a":"x","b":{"c":[1,true,{"d":null}]},"e":"y"}"#, |key, value| {
            met.push(format!("{}={:?}", decoded(key), value.text()));
            false
        });
        assert_eq!(met, ["a=Some(\"x\")", "c=Some(\"1\")", "c=Some(\"true\")", "d=None", "e=Some(\"y\")"]);
    }

    #[test]
    fn an_object_as_text_has_no_white_space_outside_of_strings() {
        let value = Value::read(b"{ \"a\" : [ 1, \"x y\" ] }").unwrap();
        assert_eq!(value.text().unwrap(), r#"{"a":[1,"x y"]}"#);
    }
}
