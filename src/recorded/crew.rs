//! The workers of a load: they take files, and pieces of long files, from one
//! queue; each decodes what it takes and hands it to a visitor of its own.
//!
//! Memory is bounded: by the length of a piece, the number of pieces that may
//! wait, and the number of outputs that may wait for the sink. The threads are
//! the load's own, so that a sink which computes in parallel never waits for
//! workers that wait for the sink.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::source::{LogFile, Shelf};
use super::stream::{Packing, Unpacker, look, look_at};
use super::walk::{Found, Job};
use super::{Broken, Input, Loaded, Options, Progress, Seen, Visitor};
use crate::trail::decode::cut::Cutter;
use crate::trail::decode::{Item, Mode, walk, walk_heads};
use crate::trail::raw::{Open, Packed, Raw};

/// Content up to this length is decoded in one go by the worker that read it.
const SHORT: usize = 8 << 20;

/// Longer content is cut into pieces of about this length.
const PIECE: usize = 4 << 20;

/// How much is read at a time.
const READ: usize = 1 << 20;

/// A worker hands over after so many events at first, for first rows at once;
/// then twice as many each time, up to [`Visitor::MOST`].
const FIRST_OUTPUT: usize = 256;

/// What the workers share.
struct Crew<'c, V: Visitor> {
    options: &'c Options,
    make: &'c (dyn Fn() -> V + Sync),
    jobs: Vec<(Job, State)>,
    queue: Mutex<Queue>,
    changed: Condvar,
    stop: AtomicBool,
    broken: Mutex<Vec<Broken>>,
    passed_over: Mutex<Vec<(String, String)>>,
    broken_count: AtomicUsize,
    passed_over_count: AtomicUsize,
    events: AtomicUsize,
    files: AtomicUsize,
    files_with_events: AtomicUsize,
    bytes: AtomicU64,
    shelf: Arc<Shelf>,
    most_pieces: usize,
}

#[derive(Default)]
struct Queue {
    next: usize,
    pieces: VecDeque<Piece>,
    /// Workers that may still add pieces.
    cutting: usize,
}

/// How far one file is.
#[derive(Default)]
struct State {
    events: AtomicUsize,
    broken: AtomicUsize,
    /// What it holds that is no event.
    other: Mutex<Option<&'static str>>,
    /// Pieces that are not decoded yet, and one for the reading itself.
    open: AtomicUsize,
}

/// Some whole records of a long file.
struct Piece {
    job: usize,
    bytes: Vec<u8>,
    /// Where it begins in the file's content.
    offset: u64,
    mode: Mode,
    /// The file; none for a stream, whose records are kept in memory.
    source: Option<Arc<dyn Raw>>,
}

pub(super) fn run<V: Visitor>(
    found: Found,
    options: &Options,
    make: &(dyn Fn() -> V + Sync),
    sink: &mut dyn FnMut(Progress<V::Output>) -> ControlFlow<()>,
) -> Loaded {
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let files_total = found.jobs.len();
    let bytes_total = found.jobs.iter().map(|job| job.size).sum();
    let crew = Crew {
        options,
        make,
        jobs: found.jobs.into_iter().map(|job| (job, State::default())).collect(),
        queue: Mutex::default(),
        changed: Condvar::new(),
        stop: AtomicBool::new(false),
        broken: Mutex::default(),
        passed_over_count: AtomicUsize::new(found.passed_over.len()),
        passed_over: Mutex::new(found.passed_over),
        broken_count: AtomicUsize::new(0),
        events: AtomicUsize::new(0),
        files: AtomicUsize::new(0),
        files_with_events: AtomicUsize::new(0),
        bytes: AtomicU64::new(0),
        shelf: Arc::default(),
        most_pieces: workers * 2,
    };
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Option<V::Output>>(workers);
        for _ in 0..workers {
            let (crew, sender) = (&crew, sender.clone());
            scope.spawn(move || crew.work(&sender));
        }
        drop(sender);
        // Leaving the loop drops the receiver, and with it every worker that waits to send.
        for output in receiver {
            let progress = Progress {
                output,
                events: crew.events.load(Ordering::Relaxed),
                files: crew.files.load(Ordering::Relaxed),
                files_total,
                bytes: crew.bytes.load(Ordering::Relaxed),
                bytes_total,
            };
            if sink(progress).is_break() {
                crew.end();
                break;
            }
        }
    });
    crew.loaded(found.not_wanted)
}

/// A lock, whatever became of the one that held it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<V: Visitor> Crew<'_, V> {
    fn end(&self) {
        let _queue = lock(&self.queue);
        self.stop.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
            || self.options.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed))
    }

    fn loaded(self, not_wanted: usize) -> Loaded {
        let cancelled = self.is_over();
        let mut broken = self.broken.into_inner().unwrap_or_else(PoisonError::into_inner);
        broken.sort_unstable();
        let mut passed_over = self.passed_over.into_inner().unwrap_or_else(PoisonError::into_inner);
        passed_over.sort_unstable();
        passed_over.truncate(Loaded::LISTED);
        Loaded {
            events: self.events.into_inner(),
            files: self.files_with_events.into_inner(),
            broken,
            broken_count: self.broken_count.into_inner(),
            passed_over,
            passed_over_count: self.passed_over_count.into_inner(),
            not_wanted,
            cancelled,
        }
    }

    fn work(&self, sender: &SyncSender<Option<V::Output>>) {
        let mut worker =
            Worker { crew: self, visitor: (self.make)(), sender, target: FIRST_OUTPUT, buffer: Vec::new() };
        while let Some(task) = self.next(&mut worker) {
            match task {
                Task::Piece(piece) => worker.piece(&piece),
                Task::Job(number) => {
                    worker.job(number);
                    let mut queue = lock(&self.queue);
                    queue.cutting -= 1;
                    drop(queue);
                    self.changed.notify_all();
                }
            }
        }
        worker.hand_over();
    }

    /// What to do next; waits for pieces while others cut some.
    fn next(&self, worker: &mut Worker<'_, V>) -> Option<Task> {
        let mut queue = lock(&self.queue);
        loop {
            if self.is_over() {
                return None;
            }
            if let Some(piece) = queue.pieces.pop_front() {
                return Some(Task::Piece(piece));
            }
            if queue.next < self.jobs.len() {
                queue.next += 1;
                queue.cutting += 1;
                return Some(Task::Job(queue.next - 1));
            }
            if queue.cutting == 0 {
                self.changed.notify_all();
                return None;
            }
            if worker.visitor.waiting() > 0 {
                drop(queue);
                worker.hand_over();
                queue = lock(&self.queue);
            } else {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn broken(&self, job: usize, offset: u64, why: String) {
        let (job, state) = &self.jobs[job];
        state.broken.fetch_add(1, Ordering::Relaxed);
        if self.broken_count.fetch_add(1, Ordering::Relaxed) < Loaded::LISTED {
            lock(&self.broken).push(Broken { file: job.name.clone(), offset, why });
        }
    }

    /// A part of a file is done; the last one says what the file was.
    fn part_done(&self, number: usize) {
        let (job, state) = &self.jobs[number];
        if state.open.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        self.files.fetch_add(1, Ordering::Relaxed);
        if state.events.load(Ordering::Relaxed) > 0 {
            self.files_with_events.fetch_add(1, Ordering::Relaxed);
        } else if state.broken.load(Ordering::Relaxed) == 0 {
            let what = lock(&state.other).unwrap_or("no events");
            if self.passed_over_count.fetch_add(1, Ordering::Relaxed) < Loaded::LISTED {
                lock(&self.passed_over).push((job.name.clone(), what.to_owned()));
            }
        }
    }
}

enum Task {
    Job(usize),
    Piece(Piece),
}

struct Worker<'w, V: Visitor> {
    crew: &'w Crew<'w, V>,
    visitor: V,
    sender: &'w SyncSender<Option<V::Output>>,
    target: usize,
    buffer: Vec<u8>,
}

impl<V: Visitor> Worker<'_, V> {
    /// Hands over what the visitor has made.
    fn hand_over(&mut self) {
        if self.visitor.waiting() == 0 {
            return;
        }
        self.target = (self.target * 2).min(V::MOST);
        if self.sender.send(Some(self.visitor.take())).is_err() {
            self.crew.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Reads a file or a stream.
    fn job(&mut self, number: usize) {
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
        let result = if source.is_some() {
            (&mut reader).take(SHORT as u64).read_to_end(&mut buffer).map(|_| ())
        } else {
            Ok(())
        };
        if !self.crew.jobs[number].0.named && !looks_like_json(&buffer) {
            *lock(&self.crew.jobs[number].1.other) = Some(if buffer.is_empty() { "empty" } else { "no JSON" });
            if let Err(error) = result {
                self.crew.broken(number, 0, what_broke(&error, packing));
            }
            self.buffer = buffer;
            return;
        }
        let long = source.is_none() || (result.is_ok() && buffer.len() == SHORT);
        if long {
            self.pieces(number, reader, buffer, source, packing);
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
            let enough = if source.is_none() && buffer.len() - had < READ / 16 { 1 } else { wanted };
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

    fn piece(&mut self, piece: &Piece) {
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

/// The first byte that is no white space opens an object or a list.
fn looks_like_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    matches!(bytes.iter().find(|byte| !byte.is_ascii_whitespace()), Some(b'{' | b'['))
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
