//! One worker: it reads files and streams, cuts long ones into pieces for all,
//! and shows the records of what it decodes to its visitor.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;

use memchr::memmem;

use super::super::source::LogFile;
use super::super::stream::{Packing, Unpacker, look, look_at};
use super::super::{Input, Seen, Visitor};
use super::{Crew, FIRST_OUTPUT, Piece, lock};
use crate::trail::decode::cut::Cutter;
use crate::trail::decode::{Item, Mode, walk, walk_heads};
use crate::trail::raw::{Open, Packed, Raw};

/// Content up to this length is decoded in one go by the worker that read it.
const SHORT: usize = 8 << 20;

/// The same for packed content: to read one record again, all before it is
/// unpacked, which must not be felt while the selection moves.
const SHORT_PACKED: usize = 4 << 20;

/// Longer content is cut into pieces of about this length.
const PIECE: usize = 4 << 20;

/// How much is read at a time.
const READ: usize = 1 << 20;

/// What one thread works with.
pub(super) struct Worker<'w, V: Visitor> {
    pub(super) crew: &'w Crew<'w, V>,
    pub(super) visitor: V,
    pub(super) sender: &'w SyncSender<Option<V::Output>>,
    pub(super) target: usize,
    pub(super) buffer: Vec<u8>,
}

impl<V: Visitor> Worker<'_, V> {
    /// Hands over what the visitor has made.
    pub(super) fn hand_over(&mut self) {
        if self.visitor.waiting() == 0 {
            return;
        }
        self.target = (self.target * 2).min(V::MOST);
        if self.sender.send(Some(self.visitor.take())).is_err() {
            self.crew.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Reads a file or a stream.
    pub(super) fn job(&mut self, number: usize) {
        let crew = self.crew;
        let (job, state) = &crew.jobs[number];
        state.open.store(1, Ordering::Release);
        let result = match &job.input {
            Input::Path(path) => self.file(number, path),
            Input::Stdin => self.stream(number, io::stdin()),
            Input::Stream(_, reader) => match lock(reader).take() {
                Some(reader) => self.stream(number, reader),
                None => Err(io::Error::other("the stream has been read already")),
            },
        };
        if let Err(error) = result {
            crew.broken(number, 0, error.to_string());
        }
        crew.bytes.fetch_add(job.size, Ordering::Relaxed);
        crew.part_done(number);
        // Progress of files without an output: only where nobody waits for the sink.
        let _ = self.sender.try_send(None);
    }

    fn file(&mut self, number: usize, path: &Path) -> io::Result<()> {
        let mut file = File::open(path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return self.stream(number, file);
        }
        let packing = look_at(&mut file)?;
        let source: Arc<dyn Raw> =
            Arc::new(LogFile::new(path.to_path_buf(), packing, about.len(), Arc::clone(&self.crew.shelf)));
        self.read(number, Unpacker::new(file, packing)?, Some(source), packing);
        Ok(())
    }

    fn stream(&mut self, number: usize, reader: impl Read) -> io::Result<()> {
        let (packing, reader) = look(reader)?;
        self.read(number, Unpacker::new(reader, packing)?, None, packing);
        Ok(())
    }

    /// Reads to the end: in one go where it is short, else in pieces.
    fn read<R: Read>(
        &mut self,
        number: usize,
        mut reader: Unpacker<R>,
        source: Option<Arc<dyn Raw>>,
        packing: Packing,
    ) {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let is_stream = source.is_none();
        let short = if packing == Packing::Plain { SHORT } else { SHORT_PACKED };
        let result =
            if is_stream { Ok(()) } else { (&mut reader).take(short as u64).read_to_end(&mut buffer).map(|_| ()) };
        if !self.crew.jobs[number].0.named && !looks_like_json(&buffer) {
            *lock(&self.crew.jobs[number].1.other) = Some(if buffer.is_empty() { "empty" } else { "no JSON" });
            if let Err(error) = result {
                self.crew.broken(number, 0, what_broke(&error, packing));
            }
            self.buffer = buffer;
            return;
        }
        let long = is_stream || (result.is_ok() && buffer.len() == short);
        if long {
            // To read one record of a long file again, it would have to be unpacked
            // from its beginning: its records are kept in memory like a stream's.
            let source = source.filter(|_| packing == Packing::Plain);
            self.pieces(number, reader, buffer, source, packing, is_stream);
            return;
        }
        if let Some(source) = source {
            self.decode(number, &buffer, 0, Mode::Top, &source, 0);
        }
        if let Err(error) = result {
            self.crew.broken(number, buffer.len() as u64, what_broke(&error, packing));
        }
        self.buffer = buffer;
    }

    /// Cuts a long file or a stream into pieces, for all workers.
    fn pieces<R: Read>(
        &mut self,
        number: usize,
        mut reader: Unpacker<R>,
        mut buffer: Vec<u8>,
        source: Option<Arc<dyn Raw>>,
        packing: Packing,
        is_stream: bool,
    ) {
        let mut cutter = Cutter::default();
        let (mut offset, mut skipping) = (0_u64, false);
        let mut wanted = FIRST_OUTPUT * 256;
        let mut end = Ok(());
        loop {
            let had = buffer.len();
            buffer.resize(had + READ, 0);
            let read = reader.read(&mut buffer[had..]);
            buffer.truncate(had + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    end = Err(error);
                    break;
                }
            }
            // A stream that gives little at a time is shown as it comes.
            let enough = if is_stream && buffer.len() - had < READ / 16 { 1 } else { wanted };
            while let Some(cut) = cutter.follow(&buffer, enough) {
                let rest = buffer.split_off(cut.len);
                let bytes = std::mem::replace(&mut buffer, rest);
                if !cut.skipped {
                    self.offer(Piece { job: number, bytes, offset, mode: cut.mode, source: source.clone() });
                    wanted = (wanted * 2).min(PIECE);
                } else if !skipping {
                    self.crew.broken(number, offset, "no record begins here: skipped to the next one".into());
                }
                skipping = cut.skipped;
                offset += cut.len as u64;
            }
            if self.crew.is_over() {
                return;
            }
        }
        let length = offset + buffer.len() as u64;
        if !buffer.is_empty() && !cutter.is_lost() {
            self.offer(Piece { job: number, bytes: buffer, offset, mode: cutter.rest(), source });
        }
        if let Err(error) = end {
            self.crew.broken(number, length, what_broke(&error, packing));
        }
    }

    /// Gives a piece to the queue, or decodes it where the queue is full.
    fn offer(&mut self, piece: Piece) {
        self.crew.jobs[piece.job].1.open.fetch_add(1, Ordering::AcqRel);
        let mut queue = lock(&self.crew.queue);
        if queue.pieces.len() < self.crew.most_pieces {
            queue.pieces.push_back(piece);
            drop(queue);
            self.crew.changed.notify_one();
        } else {
            drop(queue);
            self.piece(&piece);
        }
    }

    pub(super) fn piece(&mut self, piece: &Piece) {
        if let Some(source) = &piece.source {
            self.decode(piece.job, &piece.bytes, piece.offset, piece.mode, source, piece.offset);
        } else {
            let kept: Arc<dyn Raw> =
                if V::KEEPS_RAW { Arc::new(Packed::new(&piece.bytes)) } else { Arc::new(Open::default()) };
            self.decode(piece.job, &piece.bytes, piece.offset, piece.mode, &kept, 0);
        }
        self.crew.part_done(piece.job);
    }

    /// Shows each wanted record of some content to the visitor. `offset` is
    /// where the content begins in the file, `base` where it begins in its source.
    fn decode(&mut self, job: usize, bytes: &[u8], offset: u64, mode: Mode, source: &Arc<dyn Raw>, base: u64) {
        let crew = self.crew;
        let state = &crew.jobs[job].1;
        let mut each = |item: Item<'_>| match item {
            Item::Event { fields, raw, range, quoted } => {
                state.events.fetch_add(1, Ordering::Relaxed);
                if !crew.options.wants(fields) || crew.is_over() {
                    return;
                }
                crew.events.fetch_add(1, Ordering::Relaxed);
                let (at, len) = (base + range.start as u64, range.len() as u32);
                self.visitor.see(Seen { fields, raw, source, at, len, quoted });
                if self.visitor.waiting() >= self.target {
                    self.hand_over();
                }
            }
            Item::Broken(broken) => crew.broken(job, offset + broken.offset, broken.why),
            Item::Other { what } => {
                lock(&state.other).get_or_insert(what);
            }
        };
        if V::NEEDS_IDS { walk(bytes, mode, &mut each) } else { walk_heads(bytes, mode, &mut each) }
    }
}

/// The first byte that is no white space opens an object or a list; or records
/// follow on the rest of one, as where a log was torn in two.
fn looks_like_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let holds = |part: &[u8]| memmem::find(bytes, part).is_some();
    let second_line = || memchr::memchr(b'\n', bytes).is_some_and(|end| bytes[end + 1..].starts_with(b"{"));
    matches!(bytes.iter().find(|byte| !byte.is_ascii_whitespace()), Some(b'{' | b'['))
        || second_line() && holds(b"eventID")
        || holds(b"},{\"eventVersion\"")
}

/// Why reading broke off.
fn what_broke(error: &io::Error, packing: Packing) -> String {
    match (packing, error.kind()) {
        (Packing::Gzip, io::ErrorKind::UnexpectedEof) => "the gzip stream is cut off here".into(),
        (Packing::Gzip, io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
            format!("the gzip stream is damaged here: {error}")
        }
        (Packing::Zstandard, io::ErrorKind::UnexpectedEof) => "the Zstandard stream is cut off here".into(),
        _ => format!("reading broke off here: {error}"),
    }
}
