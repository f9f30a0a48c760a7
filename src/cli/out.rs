//! Data on standard output, everything else on standard error.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::failure::Failure;
use crate::domain::text::is_hidden;

/// Standard output, buffered; a closed pipe is [`Failure::Closed`].
pub struct Out {
    writer: BufWriter<io::StdoutLock<'static>>,
}

impl Out {
    /// Takes standard output for the command.
    pub fn new() -> Self {
        Self { writer: BufWriter::with_capacity(64 * 1024, io::stdout().lock()) }
    }

    /// Writes one line.
    pub fn line(&mut self, line: &str) -> Result<(), Failure> {
        self.writer.write_all(line.as_bytes())?;
        self.writer.write_all(b"\n")?;
        Ok(())
    }

    /// Writes a value as one line of JSON.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.line(&escaped(&serde_json::to_string(value).map_err(io::Error::from)?))
    }

    /// Writes a value as one indented JSON document.
    pub fn document(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.line(&escaped(&serde_json::to_string_pretty(value).map_err(io::Error::from)?))
    }

    /// Writes text as it is.
    pub fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.writer.write_all(text.as_bytes())?;
        Ok(())
    }

    /// Sends what is buffered.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.writer.flush()?;
        Ok(())
    }
}

impl Default for Out {
    fn default() -> Self {
        Self::new()
    }
}

/// JSON that means the same, with what would not show as itself as `\uXXXX`
/// (RFC 8259, section 7): it may be read on a terminal. Below the space, JSON has
/// nothing but its own line ends.
pub fn escaped(json: &str) -> Cow<'_, str> {
    let hides = |c: char| c >= '\u{7f}' && is_hidden(c);
    if json.bytes().all(|byte| byte < 0x7f) || !json.contains(hides) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if hides(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Says something to the person at the terminal, on standard error. A closed
/// standard error is no reason to fail.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn json_on_a_terminal_shows_what_it_hides_and_means_the_same() {
        let hostile = "Zoë \u{9b}31m \u{202e}x \u{200b} \u{7f} \u{e0041} \u{1b}[2J";
        let json = serde_json::to_string(hostile).unwrap();
        let shown = escaped(&json);
        assert_eq!(shown, r#""Zoë \u009b31m \u202ex \u200b \u007f \udb40\udc41 \u001b[2J""#);
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), hostile);
        assert!(matches!(escaped("{\"a\": \"b\"}\n"), std::borrow::Cow::Borrowed(_)));
    }
}
