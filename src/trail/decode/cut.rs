//! Cuts a long stream of any envelope into pieces that begin and end between
//! two records, so that pieces can be parsed apart from each other, and no
//! stream has to lie in memory whole.
//!
//! It follows quotes and brackets only. No string of JSON holds the end of a
//! line, and no `{` follows a value without a comma: where a line begins with an
//! object in such a place, what stands before it was torn, and following goes on
//! with that line. Where brackets make no sense for longer than a record can be,
//! the piece is given up and the next beginning of a record is looked for.

use memchr::memmem;

use super::envelope::Mode;
use super::starts::RECORD_START;

/// The longest record that is read. CloudTrail's own limit is far lower: it cuts
/// parameters at 100 KB, and a record ends at 1 MB.
pub const LONGEST_RECORD: usize = 16 << 20;

/// Follows one stream.
#[derive(Debug, Default)]
pub struct Cutter {
    /// Bytes of the buffer that have been followed.
    seen: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Depth at which records stand in the list; 0 outside of a list.
    list_depth: usize,
    /// The last string at depth 1, to find the key of a list; none in other places.
    key: Option<Vec<u8>>,
    /// The key has ended and a colon followed.
    colon: bool,
    /// The last place in the buffer at which it can be cut, and what begins there.
    cut: Option<(usize, Mode)>,
    /// A string of the record under way did not end on its line.
    torn: bool,
    lost: bool,
    mode: Mode,
}

/// The buffer up to here is a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// How many bytes of the buffer belong to it.
    pub len: usize,
    /// What it begins with.
    pub mode: Mode,
    /// Nothing in it is a record: it was skipped in search of the next one.
    pub skipped: bool,
}

impl Cutter {
    /// Follows the rest of the buffer, and cuts a piece off its front where at
    /// least `wanted` bytes of whole records are there, or where the buffer
    /// holds more than one record can be. The caller takes the piece's bytes
    /// off the buffer's front before the next call.
    pub fn follow(&mut self, buffer: &[u8], wanted: usize) -> Option<Piece> {
        if self.lost {
            return self.find_again(buffer);
        }
        self.advance(buffer);
        match self.cut {
            Some((len, next)) if len >= wanted => Some(self.take(len, next)),
            Some((len, next)) if len > 0 && buffer.len() > LONGEST_RECORD => Some(self.take(len, next)),
            _ if buffer.len() > LONGEST_RECORD => Some(self.give_up(buffer)),
            _ => None,
        }
    }

    /// What the rest of the buffer begins with, at the end of the stream.
    pub fn rest(&self) -> Mode {
        self.mode
    }

    /// It is searching for the next record: what is in the buffer is none.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    fn take(&mut self, len: usize, next: Mode) -> Piece {
        let piece = Piece { len, mode: self.mode, skipped: false };
        self.mode = next;
        self.seen -= len;
        self.cut = None;
        piece
    }

    /// Begins anew at a record of a list, or between values.
    fn anew(mode: Mode) -> Self {
        let depth = usize::from(mode == Mode::List);
        Self { mode, depth, list_depth: depth, ..Self::default() }
    }

    /// Cuts before the last thing in the buffer that begins like a record, which
    /// may be whole with what is to come.
    fn give_up(&mut self, buffer: &[u8]) -> Piece {
        let line = memmem::rfind(buffer, b"\n{").map(|at| (at + 1, Mode::Top));
        let record = memmem::rfind(buffer, RECORD_START).map(|at| (at, Mode::List));
        let last = [line, record].into_iter().flatten().filter(|(at, _)| *at > 0).max_by_key(|(at, _)| *at);
        let piece = |len| Piece { len, mode: self.mode, skipped: false };
        let (piece, next) = match last {
            Some((at, mode)) => (piece(at), Self::anew(mode)),
            None => (piece(buffer.len()), Self { lost: true, ..Self::default() }),
        };
        *self = next;
        piece
    }

    fn find_again(&mut self, buffer: &[u8]) -> Option<Piece> {
        let record = memmem::find(buffer, RECORD_START);
        let line = memmem::find(buffer, b"\n{").map(|at| at + 1);
        let found = match (record, line) {
            (Some(record), Some(line)) if line < record => (line, Mode::Top),
            (Some(record), _) => (record, Mode::List),
            (None, Some(line)) => (line, Mode::Top),
            (None, None) => {
                let keep = RECORD_START.len();
                return (buffer.len() > keep).then(|| Piece {
                    len: buffer.len() - keep,
                    mode: Mode::Top,
                    skipped: true,
                });
            }
        };
        let (len, mode) = found;
        *self = Self::anew(mode);
        Some(Piece { len, mode: Mode::Top, skipped: true })
    }

    fn advance(&mut self, buffer: &[u8]) {
        let mut at = self.seen;
        while at < buffer.len() {
            if self.in_string {
                at = self.string(buffer, at);
                continue;
            }
            match buffer[at] {
                b'"' => {
                    self.in_string = true;
                    if self.list_depth == 0 && self.depth == 1 && !self.colon {
                        self.key = Some(Vec::new());
                    }
                }
                b':' => self.colon = self.key.is_some(),
                b',' => (self.key, self.colon) = (None, false),
                b'{' => {
                    if self.depth > self.list_depth && self.is_torn_before(buffer, at) {
                        let mode = if self.list_depth > 0 { Mode::List } else { Mode::Top };
                        (self.depth, self.torn, self.cut) = (self.list_depth, false, Some((at, mode)));
                        (self.key, self.colon) = (None, false);
                    }
                    self.depth += 1;
                }
                b'[' => {
                    self.depth += 1;
                    let bare = self.depth == 1;
                    let named = self.colon
                        && self.depth == 2
                        && self.key.as_deref().is_some_and(|key| key == b"Records" || key == b"Events");
                    if self.list_depth == 0 && (bare || named) {
                        self.list_depth = self.depth;
                        self.cut = Some((at + 1, Mode::List));
                    }
                    (self.key, self.colon) = (None, false);
                }
                b'}' | b']' => {
                    if self.list_depth == self.depth && self.list_depth > 0 {
                        self.list_depth = 0;
                    }
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        (self.cut, self.torn) = (Some((at + 1, Mode::Top)), false);
                    } else if self.depth == self.list_depth {
                        (self.cut, self.torn) = (Some((at + 1, Mode::List)), false);
                    }
                    (self.key, self.colon) = (None, false);
                }
                _ => {}
            }
            at += 1;
        }
        self.seen = at;
    }

    /// Follows a string; the answer is where following goes on.
    fn string(&mut self, buffer: &[u8], at: usize) -> usize {
        if self.escaped {
            self.escaped = false;
            if buffer[at] != b'\n' {
                return at + 1;
            }
        }
        let found = memchr::memchr3(b'"', b'\\', b'\n', &buffer[at..]);
        let end = found.map_or(buffer.len(), |found| at + found);
        if let Some(key) = &mut self.key
            && !self.colon
        {
            let room = 16_usize.saturating_sub(key.len());
            key.extend(buffer[at..end].iter().take(room));
        }
        let Some(_) = found else { return end };
        match buffer[end] {
            b'"' => self.in_string = false,
            b'\n' => (self.in_string, self.torn, self.key) = (false, true, None),
            _ => self.escaped = true,
        }
        end + 1
    }

    /// The `{` here begins a line, and cannot stand behind what stands before it.
    fn is_torn_before(&self, buffer: &[u8], at: usize) -> bool {
        buffer[..at].ends_with(b"\n")
            && (self.torn || !matches!(buffer[..at].trim_ascii_end().last(), None | Some(b',' | b':' | b'[')))
    }
}
