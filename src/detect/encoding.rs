//! Encodings that a rule asks for: the ways in which a value may stand in a record.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::pattern::{Piece, Pieces};

/// An encoding of a value, or a set of ways to write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transform {
    Base64,
    Base64Offset,
    Utf16Le,
    Utf16Be,
    Utf16,
    WinDash,
}

impl Transform {
    /// The encoding that a modifier names.
    pub(super) fn named(modifier: &str) -> Option<Self> {
        Some(match modifier {
            "base64" => Self::Base64,
            "base64offset" => Self::Base64Offset,
            "wide" | "utf16le" => Self::Utf16Le,
            "utf16be" => Self::Utf16Be,
            "utf16" => Self::Utf16,
            "windash" => Self::WinDash,
            _ => return None,
        })
    }

    /// The ways in which the encoded value may stand in a record.
    pub(super) fn apply(self, pieces: &Pieces) -> Result<Vec<Pieces>, String> {
        let encoded = |unit: fn(u16) -> [u8; 2], mark: &[u8]| -> Result<Vec<Pieces>, String> {
            let mut out = Vec::new();
            for (n, piece) in pieces.iter().enumerate() {
                out.push(match piece {
                    Piece::Plain(bytes) => {
                        let text = std::str::from_utf8(bytes).map_err(|_| "a value is encoded twice".to_owned())?;
                        let mut wide = if n == 0 { mark.to_vec() } else { Vec::new() };
                        wide.extend(text.encode_utf16().flat_map(unit));
                        Piece::Plain(wide)
                    }
                    other => other.clone(),
                });
            }
            Ok(vec![out])
        };
        match self {
            Self::Utf16Le => encoded(u16::to_le_bytes, &[]),
            Self::Utf16Be => encoded(u16::to_be_bytes, &[]),
            Self::Utf16 => encoded(u16::to_le_bytes, &[0xff, 0xfe]),
            Self::Base64 => Ok(vec![vec![Piece::Plain(STANDARD.encode(plain(pieces)?).into_bytes())]]),
            Self::Base64Offset => {
                let bytes = plain(pieces)?;
                Ok((0..3).map(|shift| vec![Piece::Plain(at_offset(bytes, shift))]).collect())
            }
            Self::WinDash => dashes(pieces),
        }
    }
}

fn plain(pieces: &Pieces) -> Result<&[u8], String> {
    match pieces.as_slice() {
        [Piece::Plain(bytes)] => Ok(bytes),
        _ => Err("base64 needs a value without wildcards that is not empty".into()),
    }
}

/// What stays the same of a value's base64 whatever stands around it, where it
/// begins `shift` bytes after a multiple of three.
fn at_offset(bytes: &[u8], shift: usize) -> Vec<u8> {
    let mut padded = vec![b' '; shift];
    padded.extend_from_slice(bytes);
    let text = STANDARD.encode(&padded).into_bytes();
    let start = [0, 2, 3][shift];
    let end = text.len() - [0, 3, 2][padded.len() % 3];
    text.get(start..end).unwrap_or_default().to_vec()
}

/// Every way to write the dashes that begin a word (Sigma specification, `windash`).
fn dashes(pieces: &Pieces) -> Result<Vec<Pieces>, String> {
    const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];
    const MOST: usize = 3125;
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut ways: Vec<Pieces> = vec![Vec::new()];
    for piece in pieces {
        let Piece::Plain(bytes) = piece else {
            for way in &mut ways {
                way.push(piece.clone());
            }
            continue;
        };
        let text: Vec<char> =
            std::str::from_utf8(bytes).map_err(|_| "`windash` goes before an encoding".to_owned())?.chars().collect();
        let mut spelt = vec![String::new()];
        for (n, &c) in text.iter().enumerate() {
            let before = n.checked_sub(1).map(|n| text[n]);
            if DASHES.contains(&c) && !is_word(before) && is_word(text.get(n + 1).copied()) {
                spelt = spelt.iter().flat_map(|head| DASHES.iter().map(move |dash| format!("{head}{dash}"))).collect();
            } else {
                for head in &mut spelt {
                    head.push(c);
                }
            }
            if spelt.len() * ways.len() > MOST {
                return Err("`windash` on a value with more than five dashes".into());
            }
        }
        ways = ways
            .iter()
            .flat_map(|way| {
                spelt.iter().map(move |text| {
                    let mut way = way.clone();
                    way.push(Piece::Plain(text.clone().into_bytes()));
                    way
                })
            })
            .collect();
    }
    Ok(ways)
}

/// Values for the placeholders that `expand` puts in, by name.
pub type Placeholders = BTreeMap<String, Vec<String>>;

/// The value with every `%name%` replaced by each of the placeholder's values.
pub(super) fn expand(text: &str, placeholders: &Placeholders) -> Result<Vec<String>, String> {
    let mut done: Vec<String> = vec![String::new()];
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        if rest[..at].ends_with('\\') {
            for head in &mut done {
                head.push_str(&rest[..at - 1]);
                head.push('%');
            }
            rest = &rest[at + 1..];
            continue;
        }
        let Some(length) = rest[at + 1..].find('%') else { break };
        let name = &rest[at + 1..at + 1 + length];
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
            for head in &mut done {
                head.push_str(&rest[..=at]);
            }
            rest = &rest[at + 1..];
            continue;
        }
        let values = placeholders
            .get(name)
            .filter(|values| !values.is_empty())
            .ok_or_else(|| format!("the placeholder %{name}% has no values here"))?;
        done = done
            .iter()
            .flat_map(|head| values.iter().map(|value| format!("{head}{}{value}", &rest[..at])).collect::<Vec<_>>())
            .collect();
        if done.len() > 10_000 {
            return Err("its placeholders make more than 10,000 values".into());
        }
        rest = &rest[at + length + 2..];
    }
    for head in &mut done {
        head.push_str(rest);
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::pattern::parse;

    fn written(transforms: &[Transform], value: &str) -> Vec<Vec<u8>> {
        let mut ways = vec![parse(value)];
        for transform in transforms {
            ways = ways.iter().flat_map(|way| transform.apply(way).unwrap()).collect();
        }
        ways.into_iter().map(|way| plain(&way).unwrap().to_vec()).collect()
    }

    #[test]
    fn utf16_is_written_in_either_order_and_with_its_mark() {
        assert_eq!(written(&[Transform::Utf16Le], "cmd"), [b"c\0m\0d\0"]);
        assert_eq!(written(&[Transform::Utf16Be], "cmd"), [b"\0c\0m\0d"]);
        assert_eq!(written(&[Transform::Utf16], "cmd"), [b"\xff\xfec\0m\0d\0"]);
    }

    #[test]
    fn base64_is_found_at_each_of_three_offsets() {
        assert_eq!(written(&[Transform::Base64], "foobar"), [b"Zm9vYmFy"]);
        let ways = written(&[Transform::Base64Offset], "curl http");
        for before in ["", "x", "xy", "xyz"] {
            for after in ["", "!", "!!"] {
                let text = STANDARD.encode(format!("{before}curl http{after}"));
                let found = ways.iter().any(|way| text.contains(std::str::from_utf8(way).unwrap()));
                assert!(found, "{before}…{after}: {text} {ways:?}");
            }
        }
        let ways = written(&[Transform::Utf16Le, Transform::Base64Offset], "ls");
        assert!(ways.iter().any(|way| STANDARD.encode(b"x\0l\0s\0").contains(std::str::from_utf8(way).unwrap())));
    }

    #[test]
    fn dashes_that_begin_a_word_are_written_in_five_ways_each() {
        let ways = written(&[Transform::WinDash], "-a x-y /b");
        assert_eq!(ways.len(), 25);
        assert!(
            ways.contains(&"/a x-y -b".as_bytes().to_vec()) && ways.contains(&"\u{2014}a x-y /b".as_bytes().to_vec())
        );
        assert!(Transform::WinDash.apply(&parse(&"-a ".repeat(20))).is_err());
    }

    #[test]
    fn placeholders_are_filled_in_and_unknown_ones_refused() {
        let known = Placeholders::from([("admins".to_owned(), vec!["alice".to_owned(), "bob*".to_owned()])]);
        assert_eq!(expand("x-%admins%", &known).unwrap(), ["x-alice", "x-bob*"]);
        assert_eq!(expand(r"\%admins% 5%", &known).unwrap(), ["%admins% 5%"]);
        assert!(expand("%others%", &known).unwrap_err().contains("%others%"));
    }
}
