//! The workers of a load: they take files, and pieces of long files, from one
//! queue; each decodes what it takes and hands it to a visitor of its own.
//!
//! Memory is bounded: by the length of a piece, the number of pieces that may
//! wait, and the number of outputs that may wait for the sink. The threads are
//! the load's own, so that a sink which computes in parallel never waits for
//! workers that wait for the sink.

mod worker;

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::source::Shelf;
use super::walk::{Found, Job};
use super::{Broken, Loaded, Options, Progress, Visitor};
use crate::trail::decode::{DIGEST, Mode};
use crate::trail::raw::Raw;
use worker::Worker;

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
    digests: AtomicUsize,
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
    /// The file; none for a stream or a packed file, whose records are kept in memory.
    source: Option<Arc<dyn Raw>>,
}

pub(super) fn run<V: Visitor>(
    found: Found,
    options: &Options,
    make: &(dyn Fn() -> V + Sync),
    sink: &mut dyn FnMut(Progress<V::Output>) -> ControlFlow<()>,
) -> Loaded {
    // One that waits for a stream leaves its pieces to another.
    let workers = thread::available_parallelism().map_or(2, usize::from).max(2);
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
        digests: AtomicUsize::new(found.digests),
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
            digests: self.digests.into_inner(),
            not_wanted,
            cancelled,
        }
    }

    fn work(&self, sender: &SyncSender<Option<V::Output>>) {
        if self.options.gives_way {
            give_way();
        }
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
            self.digests.fetch_add(usize::from(what == DIGEST), Ordering::Relaxed);
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

/// Lets other threads go first where the system can tell threads apart: Linux
/// takes the priority of "this process" for that of the calling thread.
fn give_way() {
    if cfg!(target_os = "linux") {
        let _ = rustix::process::setpriority_process(None, 3);
    }
}
