//! Sigma's strings: wildcards, escapes, and matching with or without regard to case.

use std::borrow::Cow;

/// A piece of a Sigma string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Plain text, as bytes: encodings such as UTF-16 may stand in between.
    Plain(Vec<u8>),
    /// `*`: any text, empty too.
    Star,
    /// `?`: any one character.
    One,
}

/// A Sigma string, taken apart.
pub(super) type Pieces = Vec<Piece>;

/// Takes a Sigma string apart. A backslash makes a following `*`, `?` or
/// backslash plain; before anything else it is itself (Sigma specification,
/// "Escape Character").
pub(super) fn parse(text: &str) -> Pieces {
    let mut pieces = Vec::new();
    let mut plain = Vec::new();
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => match bytes.peek() {
                Some(&next @ (b'*' | b'?' | b'\\')) => {
                    plain.push(next);
                    bytes.next();
                }
                _ => plain.push(b'\\'),
            },
            b'*' | b'?' => {
                if !plain.is_empty() {
                    pieces.push(Piece::Plain(std::mem::take(&mut plain)));
                }
                let piece = if byte == b'*' { Piece::Star } else { Piece::One };
                if !(piece == Piece::Star && pieces.last() == Some(&Piece::Star)) {
                    pieces.push(piece);
                }
            }
            _ => plain.push(byte),
        }
    }
    if !plain.is_empty() {
        pieces.push(Piece::Plain(plain));
    }
    pieces
}

/// A compiled Sigma string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    shape: Shape,
    cased: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    Any,
    Exact(String),
    Prefix(String),
    Suffix(String),
    Contains(String),
    Glob(Vec<Token>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Char(char),
    One,
    Star,
}

impl Pattern {
    /// Compiles a string. Fails where an encoding left bytes that are no text.
    pub(super) fn new(pieces: &[Piece], cased: bool) -> Result<Self, String> {
        let text = |bytes: &Vec<u8>| {
            let text = std::str::from_utf8(bytes)
                .map_err(|_| "an encoded value that is no text needs base64 after it".to_owned())?;
            Ok::<_, String>(if cased { text.to_owned() } else { fold(text).into_owned() })
        };
        let shape = match pieces {
            [] => Shape::Exact(String::new()),
            [Piece::Star] => Shape::Any,
            [Piece::Plain(plain)] => Shape::Exact(text(plain)?),
            [Piece::Plain(plain), Piece::Star] => Shape::Prefix(text(plain)?),
            [Piece::Star, Piece::Plain(plain)] => Shape::Suffix(text(plain)?),
            [Piece::Star, Piece::Plain(plain), Piece::Star] => Shape::Contains(text(plain)?),
            _ => {
                let mut tokens = Vec::new();
                for piece in pieces {
                    match piece {
                        Piece::Plain(plain) => tokens.extend(text(plain)?.chars().map(Token::Char)),
                        Piece::One => tokens.push(Token::One),
                        Piece::Star if tokens.last() == Some(&Token::Star) => {}
                        Piece::Star => tokens.push(Token::Star),
                    }
                }
                Shape::Glob(tokens)
            }
        };
        Ok(Self { shape, cased })
    }

    /// The text that a value must equal without regard to case, folded; none for wildcards.
    pub(super) fn exact(&self) -> Option<Cow<'_, str>> {
        match &self.shape {
            Shape::Exact(text) => Some(fold(text)),
            _ => None,
        }
    }

    /// The text that a value must contain, for a search of many at once.
    pub(super) fn needle(&self) -> Option<&str> {
        match &self.shape {
            Shape::Contains(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Upper and lower case are told apart.
    pub(super) fn cased(&self) -> bool {
        self.cased
    }

    /// The value matches.
    pub(super) fn matches(&self, value: &str) -> bool {
        if self.cased {
            return self.matches_folded(value);
        }
        if !value.is_ascii() {
            return self.matches_folded(&fold(value));
        }
        let value = value.as_bytes();
        match &self.shape {
            Shape::Any => true,
            Shape::Exact(text) => value.eq_ignore_ascii_case(text.as_bytes()),
            Shape::Prefix(text) => {
                value.get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()))
            }
            Shape::Suffix(text) => value
                .len()
                .checked_sub(text.len())
                .is_some_and(|from| value[from..].eq_ignore_ascii_case(text.as_bytes())),
            Shape::Contains(text) => contains_ignoring_case(value, text.as_bytes()),
            Shape::Glob(tokens) => glob(tokens, value.iter().map(|byte| char::from(byte.to_ascii_lowercase()))),
        }
    }

    fn matches_folded(&self, value: &str) -> bool {
        match &self.shape {
            Shape::Any => true,
            Shape::Exact(text) => value == text,
            Shape::Prefix(text) => value.starts_with(text.as_str()),
            Shape::Suffix(text) => value.ends_with(text.as_str()),
            Shape::Contains(text) => value.contains(text.as_str()),
            Shape::Glob(tokens) => glob(tokens, value.chars()),
        }
    }
}

/// The text in lower case, character by character, so that parts of it fold alike.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().flat_map(char::to_lowercase).collect())
}

/// The ASCII value contains the lower-case needle, in whatever case.
fn contains_ignoring_case(value: &[u8], needle: &[u8]) -> bool {
    let Some((&first, rest)) = needle.split_first() else { return true };
    let upper = first.to_ascii_uppercase();
    let mut at = 0;
    while let Some(found) = value.get(at..).and_then(|tail| memchr::memchr2(first, upper, tail)) {
        at += found + 1;
        match value.get(at..at + rest.len()) {
            Some(tail) if tail.eq_ignore_ascii_case(rest) => return true,
            Some(_) => {}
            None => return false,
        }
    }
    false
}

/// Matches wildcards, in time proportional to pattern times value at worst.
fn glob(tokens: &[Token], value: impl Iterator<Item = char> + Clone) -> bool {
    let mut chars = value;
    let mut at = 0;
    // Where to go on when a match after the last star fails.
    let mut retry: Option<(usize, _)> = None;
    loop {
        if let Some(Token::Star) = tokens.get(at) {
            at += 1;
            if at == tokens.len() {
                return true;
            }
            retry = Some((at, chars.clone()));
            continue;
        }
        let next = chars.next();
        let goes_on = match (tokens.get(at), next) {
            (None, None) => return true,
            (Some(Token::One), Some(_)) => true,
            (Some(Token::Char(want)), Some(have)) => *want == have,
            _ => false,
        };
        if goes_on {
            at += 1;
            continue;
        }
        let Some((from, rest)) = &mut retry else { return false };
        if rest.next().is_none() {
            return false;
        }
        at = *from;
        chars = rest.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, value: &str) -> bool {
        Pattern::new(&parse(pattern), false).unwrap().matches(value)
    }

    #[test]
    fn strings_match_with_wildcards_and_without_regard_to_case() {
        for (pattern, value, wanted) in [
            ("RunInstances", "runinstances", true),
            ("RunInstances", "RunInstances2", false),
            ("Describe*", "DESCRIBEVpcs", true),
            ("Describe*", "XDescribeVpcs", false),
            ("*Instances", "runINSTANCES", true),
            ("*stop*", "ec2:StopInstances", true),
            ("*stop*", "sto", false),
            ("*ss", "s", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("a*?", "a", false),
            ("*a*b?d*", "xxabaabcdyy", true),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("?", "ä", true),
            ("ÄRGER*", "ärger!", true),
            ("*straße", "STRAßE", true),
            ("k", "\u{212a}", true),
            ("*x\\*y*", "ax*yb", true),
            ("*x\\*y*", "axzyb", false),
        ] {
            assert_eq!(matches(pattern, value), wanted, "{pattern} on {value}");
        }
    }

    #[test]
    fn a_backslash_escapes_as_the_specification_says() {
        let plain = |text: &str| vec![Piece::Plain(text.as_bytes().to_vec())];
        assert_eq!(parse(r"C:\Windows"), plain(r"C:\Windows"));
        assert_eq!(parse(r"C:\\Windows"), plain(r"C:\Windows"));
        assert_eq!(parse(r"a\*b"), plain("a*b"));
        assert_eq!(parse(r"a\?b"), plain("a?b"));
        assert_eq!(parse(r"a\\*"), [plain(r"a\").remove(0), Piece::Star]);
        assert_eq!(parse(r"a\\\*"), plain(r"a\*"));
        assert_eq!(parse(r"\\\\x"), plain(r"\\x"));
        assert_eq!(parse(r"x\"), plain(r"x\"));
        assert_eq!(parse("a**?*"), [plain("a").remove(0), Piece::Star, Piece::One, Piece::Star]);
    }

    #[test]
    fn cased_strings_tell_upper_from_lower() {
        let pattern = Pattern::new(&parse("*Admin*"), true).unwrap();
        assert!(pattern.matches("xAdminy") && !pattern.matches("xadminy"));
    }
}
