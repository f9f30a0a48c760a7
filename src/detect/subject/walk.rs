//! The way through a record's JSON text along the segments of a path: into
//! objects, through every element of lists, and past keys with dots in them.

use crate::detect::json::{self, DEPTH, Value, decoded, key_is};

/// What has been met on the way so far.
pub(super) struct Walk<'a> {
    /// The field is there.
    pub(super) present: bool,
    /// A list was on the way or at the end.
    pub(super) several: bool,
    /// The values found.
    pub(super) values: Vec<Value<'a>>,
}

impl<'a> Walk<'a> {
    /// Goes on from a value along the segments that are left.
    pub(super) fn descend(&mut self, value: &'a [u8], segments: &[Box<str>], depth: u8) {
        if depth >= DEPTH {
            return;
        }
        if value.first() == Some(&b'[') {
            self.several = true;
            self.present |= segments.is_empty();
            for element in json::elements(value) {
                self.descend(element, segments, depth + 1);
            }
            // `list.0.field` asks for one element.
            if let [index, rest @ ..] = segments
                && let Ok(index) = index.parse::<usize>()
                && let Some(element) = json::elements(value).nth(index)
            {
                self.descend(element, rest, depth + 1);
            }
        } else if segments.is_empty() {
            self.present = true;
            self.values.extend(Value::read(value));
        } else {
            self.below(value, segments, depth);
        }
    }

    /// Goes on below every member whose key is the first segment, or the first
    /// few with dots between them.
    pub(super) fn below(&mut self, object: &'a [u8], segments: &[Box<str>], depth: u8) {
        for (key, value) in json::members(object) {
            if key_is(key, &segments[0]) {
                self.descend(value, &segments[1..], depth + 1);
                continue;
            }
            if !key.contains(&b'.') {
                continue;
            }
            let key = decoded(key);
            let mut parts = 0;
            let mut rest = &*key;
            while let Some(segment) = segments.get(parts) {
                parts += 1;
                match rest.strip_prefix(&**segment) {
                    Some("") => {
                        if parts > 1 {
                            self.descend(value, &segments[parts..], depth + 1);
                        }
                        break;
                    }
                    Some(tail) if tail.starts_with('.') => rest = &tail[1..],
                    _ => break,
                }
            }
        }
    }
}
