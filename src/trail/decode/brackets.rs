//! Finds its way in JSON by quotes and brackets alone: over values, and into
//! the lists of records that envelopes hold.

/// Behind white space and commas.
pub(super) fn skip_gap(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b',')) {
        at += 1;
    }
    at
}

pub(super) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// The first byte inside the list, where the object at `at` opens with a list
/// of records or of LookupEvents events.
pub(super) fn list_in(bytes: &[u8], at: usize) -> Option<usize> {
    let key = skip_space(bytes, at + 1);
    let rest = bytes.get(key..)?;
    let name = [&b"\"Records\""[..], b"\"Events\""].into_iter().find(|name| rest.starts_with(name))?;
    let colon = skip_space(bytes, key + name.len());
    let open = skip_space(bytes, colon + 1);
    (bytes.get(colon) == Some(&b':') && bytes.get(open) == Some(&b'[')).then_some(open + 1)
}

/// The same, where other fields stand before the list.
pub(super) fn list_anywhere_in(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    loop {
        if let Some(inside) = list_in(bytes, at) {
            return Some(inside);
        }
        let key = skip_space(bytes, at + 1);
        if bytes.get(key) != Some(&b'"') {
            return None;
        }
        let colon = skip_space(bytes, end_of_string(bytes, key)?);
        if bytes.get(colon) != Some(&b':') {
            return None;
        }
        at = skip_space(bytes, end_of_value(bytes, skip_space(bytes, colon + 1))?);
        if bytes.get(at) != Some(&b',') {
            return None;
        }
    }
}

/// Behind the object that a list of records stands in: over the fields that
/// follow the list. A bare array has none. None where they do not end.
pub(super) fn rest_of_envelope(bytes: &[u8], at: usize) -> Option<usize> {
    let mut next = skip_space(bytes, at);
    while bytes.get(next) == Some(&b',') {
        let key = skip_space(bytes, next + 1);
        if bytes.get(key) != Some(&b'"') {
            return Some(at);
        }
        let colon = skip_space(bytes, end_of_string(bytes, key)?);
        if bytes.get(colon) != Some(&b':') {
            return Some(at);
        }
        next = skip_space(bytes, end_of_value(bytes, skip_space(bytes, colon + 1))?);
    }
    Some(if bytes.get(next) == Some(&b'}') { next + 1 } else { at })
}

/// Behind the string whose opening quote is at `at`; none where it does not end.
fn end_of_string(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Behind the value at `at`, by its quotes and brackets alone; none where it does not end.
pub(super) fn end_of_value(bytes: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = at;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = end_of_string(bytes, at)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' if depth == 0 => return Some(at),
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
