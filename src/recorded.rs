//! Recorded logs: files, folders and streams of CloudTrail records, plain,
//! gzip or Zstandard, in any envelope; read on all cores, in bounded memory.
//!
//! What cannot be read is named (file, offset, why) and passed by; it never
//! ends a load. The only layer beside `case` and `runtime` that opens files.

mod crew;
mod layout;
mod source;
mod stream;
mod walk;

use std::fmt;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use crate::domain::fault::Fault;
use crate::trail::decode::{Batch, Fields};
use crate::trail::raw::Raw;

pub use layout::Layout;

/// Where records come from.
#[derive(Clone)]
pub enum Input {
    /// A file, or a folder with all files under it.
    Path(PathBuf),
    /// Standard input.
    Stdin,
    /// Any other stream, by a name; it can be read once.
    Stream(String, Arc<Mutex<Option<Box<dyn Read + Send>>>>),
}

impl Input {
    /// A stream under a name.
    pub fn stream(name: impl Into<String>, reader: impl Read + Send + 'static) -> Self {
        Self::Stream(name.into(), Arc::new(Mutex::new(Some(Box::new(reader)))))
    }

    /// The input that an argument of the command line names: `-` is standard input.
    pub fn of_argument(argument: &str) -> Self {
        if argument == "-" { Self::Stdin } else { Self::Path(argument.into()) }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "Path({})", path.display()),
            Self::Stdin => f.write_str("Stdin"),
            Self::Stream(name, _) => write!(f, "Stream({name})"),
        }
    }
}

/// What is wanted of the logs. Where the layout that CloudTrail writes to S3
/// tells that a file holds none of it, the file is not opened.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Not before this instant.
    pub since: Option<Timestamp>,
    /// Not after this instant.
    pub until: Option<Timestamp>,
    /// Only these Regions; all where empty.
    pub regions: Vec<String>,
    /// Only these accounts; all where empty.
    pub accounts: Vec<String>,
    /// Set from elsewhere, it ends the load.
    pub cancel: Option<Arc<AtomicBool>>,
    /// Its threads give way to others, such as one that answers keys.
    pub gives_way: bool,
}

impl Options {
    /// An event is wanted.
    fn wants(&self, fields: &Fields<'_>) -> bool {
        self.since.is_none_or(|since| fields.time >= since)
            && self.until.is_none_or(|until| fields.time <= until)
            && (self.regions.is_empty() || self.regions.iter().any(|region| *region == fields.region))
            && (self.accounts.is_empty() || self.accounts.iter().any(|account| *account == fields.account))
    }
}

/// How far a load is, with what came of it since the last one.
#[derive(Debug)]
pub struct Progress<T> {
    /// What a worker made of the records that it saw.
    pub output: Option<T>,
    /// Events so far.
    pub events: usize,
    /// Files that are done.
    pub files: usize,
    /// Files in all.
    pub files_total: usize,
    /// Bytes of files that are done, as they lie on the disk.
    pub bytes: u64,
    /// Bytes in all; 0 where only streams are read.
    pub bytes_total: u64,
}

/// What a load came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// How many events were wanted and read.
    pub events: usize,
    /// How many files and streams held events.
    pub files: usize,
    /// The first broken records, at most [`Loaded::LISTED`], by file and offset.
    pub broken: Vec<Broken>,
    /// How many records were broken.
    pub broken_count: usize,
    /// Files that hold no events, with what they hold instead; the first [`Loaded::LISTED`].
    pub passed_over: Vec<(String, String)>,
    /// How many files hold no events.
    pub passed_over_count: usize,
    /// How many of those are digests, which CloudTrail writes beside its logs.
    pub digests: usize,
    /// Files that the layout told apart as not wanted: they were not opened.
    pub not_wanted: usize,
    /// It was ended before its end.
    pub cancelled: bool,
}

impl Loaded {
    /// How many broken records and files are listed.
    pub const LISTED: usize = 1000;
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broken {
    /// The file's path, or the stream's name.
    pub file: String,
    /// The byte at which it begins, of the decompressed content.
    pub offset: u64,
    /// Why.
    pub why: String,
}

/// A record as a visitor sees it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its decoded fields.
    pub fields: &'a Fields<'a>,
    /// Its bytes, as CloudTrail wrote it.
    pub raw: &'a [u8],
    /// Where it can be read again.
    pub source: &'a Arc<dyn Raw>,
    /// The byte of the source at which it begins.
    pub at: u64,
    /// How many bytes of the source it takes.
    pub len: u32,
    /// It stands in the source as a JSON string.
    pub quoted: bool,
}

/// What is done with records on the worker that decoded them. Each worker has
/// a visitor of its own.
pub trait Visitor: Send {
    /// What is handed over to the one that asked for the load.
    type Output: Send;

    /// It keeps [`Seen::source`], so that the records of streams and of long packed
    /// files are kept in memory, compressed.
    const KEEPS_RAW: bool = true;

    /// It needs the ids in parameters and answers. Without, decoding is faster,
    /// and [`Fields::resources`] holds only what records list themselves.
    const NEEDS_IDS: bool = true;

    /// How many records it sees at most before it hands over.
    const MOST: usize = 32_768;

    /// Sees one record.
    fn see(&mut self, record: Seen<'_>);

    /// How many records it has seen since it last handed something over.
    fn waiting(&self) -> usize;

    /// Hands over what it has made.
    fn take(&mut self) -> Self::Output;
}

/// Makes batches for a Timeline.
#[derive(Debug, Default)]
pub struct Batches {
    batch: Batch,
    source: Option<Arc<dyn Raw>>,
}

impl Visitor for Batches {
    type Output = Batch;

    fn see(&mut self, record: Seen<'_>) {
        if !self.source.as_ref().is_some_and(|source| Arc::ptr_eq(source, record.source)) {
            self.batch.lies_in(Arc::clone(record.source), record.at);
            self.source = Some(Arc::clone(record.source));
        }
        self.batch.push(record.fields, record.at, record.len, record.quoted);
    }

    fn waiting(&self) -> usize {
        self.batch.len()
    }

    fn take(&mut self) -> Batch {
        self.source = None;
        std::mem::take(&mut self.batch)
    }
}

/// One of the inputs is no file and no folder: it may go on for ever.
pub fn may_go_on(inputs: &[Input]) -> bool {
    !inputs.iter().all(|input| matches!(input, Input::Path(path) if path.is_file() || path.is_dir()))
}

/// Loads logs as batches for a Timeline. `sink` is called on this thread; it
/// ends the load by breaking.
///
/// # Errors
/// An input that does not exist or cannot be opened.
pub fn load(
    inputs: &[Input],
    options: &Options,
    sink: &mut dyn FnMut(Progress<Batch>) -> ControlFlow<()>,
) -> Result<Loaded, Fault> {
    visit(inputs, options, Batches::default, sink)
}

/// Loads logs with a visitor of its own on each worker.
///
/// # Errors
/// An input that does not exist or cannot be opened.
pub fn visit<V: Visitor>(
    inputs: &[Input],
    options: &Options,
    make: impl Fn() -> V + Sync,
    sink: &mut dyn FnMut(Progress<V::Output>) -> ControlFlow<()>,
) -> Result<Loaded, Fault> {
    let found = walk::files(inputs, options)?;
    Ok(crew::run(found, options, &make, sink))
}

#[cfg(test)]
mod tests;
