//! Sequences that ask the terminal for more than drawing: the clipboard, a
//! desktop notification, the bell; wrapped for the multiplexer in between.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::text::visible;

/// Rings once.
pub const BELL: &[u8] = b"\x07";

/// The longest text that is copied, in bytes. xterm takes no longer sequence
/// than some 100,000 bytes, and base64 makes four of three.
pub const LONGEST_COPY: usize = 74_000;

/// GNU screen takes no string longer than this (its MAXSTR is 768).
const SCREEN_CHUNK: usize = 760;

/// What stands between the program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Multiplexer {
    /// Nothing.
    #[default]
    None,
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

/// How the terminal takes notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notices {
    /// Not at all.
    #[default]
    None,
    /// OSC 9, with a body alone (iTerm2, WezTerm, Windows Terminal).
    Osc9,
    /// OSC 777, with title and body (foot, Ghostty, kitty, rxvt; others pass it over).
    Osc777,
}

/// What is known of the terminal by the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner {
    /// What stands in between.
    pub multiplexer: Multiplexer,
    /// How notifications are taken.
    pub notices: Notices,
}

impl Manner {
    /// What the environment says, by way of `get`.
    pub fn of(get: impl Fn(&str) -> Option<String>) -> Self {
        let term = get("TERM").unwrap_or_default();
        let multiplexer = if get("TMUX").is_some() {
            Multiplexer::Tmux
        } else if get("STY").is_some() || term.starts_with("screen") {
            Multiplexer::Screen
        } else {
            Multiplexer::None
        };
        let program = get("TERM_PROGRAM").or_else(|| get("LC_TERMINAL")).unwrap_or_default();
        let notices = if matches!(term.as_str(), "" | "dumb" | "linux") {
            Notices::None
        } else if program.starts_with("iTerm") || program == "WezTerm" || get("WT_SESSION").is_some() {
            Notices::Osc9
        } else {
            Notices::Osc777
        };
        Self { multiplexer, notices }
    }

    /// The sequence that puts a text on the clipboard (OSC 52), or none where
    /// the text is too long. Through tmux it goes twice, plain for tmux's own
    /// `set-clipboard` and wrapped for `allow-passthrough`: one of both is heard.
    pub fn copy(self, text: &str) -> Option<Vec<u8>> {
        if text.len() > LONGEST_COPY {
            return None;
        }
        let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
        let mut sequence = if self.multiplexer == Multiplexer::Tmux { plain.clone().into_bytes() } else { Vec::new() };
        sequence.extend(self.wrap(&plain));
        Some(sequence)
    }

    /// The sequence of a desktop notification; empty where the terminal takes none.
    pub fn notify(self, title: &str, body: &str) -> Vec<u8> {
        let field = |text: &str| visible(text).replace(';', ",").chars().take(200).collect::<String>();
        match self.notices {
            Notices::None => Vec::new(),
            Notices::Osc9 => self.wrap(&format!("\x1b]9;{}: {}\x07", field(title), field(body))),
            Notices::Osc777 => self.wrap(&format!("\x1b]777;notify;{};{}\x07", field(title), field(body))),
        }
    }

    /// Hands a sequence through the multiplexer.
    fn wrap(self, sequence: &str) -> Vec<u8> {
        match self.multiplexer {
            Multiplexer::None => sequence.as_bytes().to_vec(),
            Multiplexer::Tmux => format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")).into_bytes(),
            Multiplexer::Screen => {
                let mut out = Vec::new();
                for chunk in sequence.as_bytes().chunks(SCREEN_CHUNK) {
                    out.extend_from_slice(b"\x1bP");
                    out.extend_from_slice(chunk);
                    out.extend_from_slice(b"\x1b\\");
                }
                out
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_COPY, Manner, Multiplexer, Notices};

    fn manner(pairs: &[(&str, &str)]) -> Manner {
        Manner::of(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_copy_is_wrapped_for_what_stands_in_between() {
        let plain = manner(&[("TERM", "xterm-256color")]).copy("i-1").unwrap();
        assert_eq!(plain, b"\x1b]52;c;aS0x\x07");
        let tmux = manner(&[("TERM", "screen-256color"), ("TMUX", "/tmp/tmux-0/default,1,0")]).copy("i-1").unwrap();
        assert_eq!(tmux, b"\x1b]52;c;aS0x\x07\x1bPtmux;\x1b\x1b]52;c;aS0x\x07\x1b\\");
        let screen = manner(&[("TERM", "screen"), ("STY", "1.pts")]).copy("i-1").unwrap();
        assert_eq!(screen, b"\x1bP\x1b]52;c;aS0x\x07\x1b\\");
    }

    #[test]
    fn a_long_copy_goes_through_screen_in_pieces_and_not_beyond_the_limit() {
        let screen = Manner { multiplexer: Multiplexer::Screen, ..Manner::default() };
        let pieces = screen.copy(&"x".repeat(3000)).unwrap();
        let longest = pieces.split(|byte| *byte == 0x1b).map(<[u8]>::len).max();
        assert!(longest <= Some(762), "{longest:?}");
        assert_eq!(screen.copy(&"x".repeat(LONGEST_COPY + 1)), None);
    }

    #[test]
    fn hostile_text_cannot_leave_a_notification() {
        let foot = manner(&[("TERM", "foot")]);
        assert_eq!(foot.notices, Notices::Osc777);
        let sequence = String::from_utf8(foot.notify("web;7", "\x07\x1b]52;c;ZXZpbA==\x07")).unwrap();
        assert_eq!(sequence.matches('\x07').count(), 1, "{sequence:?}");
        assert_eq!(sequence.matches('\x1b').count(), 1, "{sequence:?}");
        assert!(sequence.starts_with("\x1b]777;notify;web,7;"), "{sequence:?}");
    }

    #[test]
    fn a_terminal_that_shows_none_gets_none() {
        assert!(manner(&[("TERM", "linux")]).notify("a", "b").is_empty());
        assert!(manner(&[("TERM", "xterm"), ("TERM_PROGRAM", "WezTerm")]).notify("a", "b").starts_with(b"\x1b]9;"));
    }
}
