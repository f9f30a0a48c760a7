//! Records that lie in files, read back on demand.
//!
//! A plain file is read at the record's place. A compressed one, if it is short
//! enough for that, is decompressed again from its beginning up to there; what is
//! before the last record that was read is kept, because the next one asked for
//! mostly lies there. Records of longer ones are kept in memory.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::stream::{Packing, Unpacker};
use crate::trail::raw::{Raw, slice};

/// A log file. Its content must be what it was when it was loaded.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    packing: Packing,
    /// Bytes on the disk at the time of the load: another size means another content.
    size: u64,
    shelf: Arc<Shelf>,
}

/// Decompressed parts of files, the last used first.
#[derive(Debug, Default)]
pub(super) struct Shelf(Mutex<Vec<Part>>);

#[derive(Debug, Clone)]
struct Part {
    path: PathBuf,
    from: u64,
    bytes: Arc<Vec<u8>>,
}

/// How much is kept of what stands before the record that is asked for, and how
/// much is decompressed beyond it.
const BEFORE: u64 = 4 << 20;
const BEYOND: u64 = 256 << 10;

/// How many decompressed bytes are kept in all.
const SHELF: usize = 32 << 20;

impl LogFile {
    pub fn new(path: PathBuf, packing: Packing, size: u64, shelf: Arc<Shelf>) -> Self {
        Self { path, packing, size, shelf }
    }

    fn open(&self) -> Result<File, String> {
        let told =
            |error: io::Error| format!("{}: {error}; the log must stay where it was opened", self.path.display());
        let file = File::open(&self.path).map_err(told)?;
        let size = file.metadata().map_err(told)?.len();
        if size < self.size || (size != self.size && self.packing != Packing::Plain) {
            return Err(format!("{} has changed since it was opened: open it again", self.path.display()));
        }
        Ok(file)
    }

    fn told(&self, error: &io::Error) -> String {
        format!("{}: {error}", self.path.display())
    }

    /// The decompressed part around a range.
    fn part(&self, at: u64, len: u32) -> Result<Part, String> {
        let end = at + u64::from(len);
        if let Some(part) = self.shelf.find(&self.path, at, end) {
            return Ok(part);
        }
        let mut unpacker = Unpacker::new(self.open()?, self.packing).map_err(|error| self.told(&error))?;
        let from = at.saturating_sub(BEFORE);
        let skipped = io::copy(&mut (&mut unpacker).take(from), &mut io::sink()).map_err(|error| self.told(&error))?;
        let mut bytes = Vec::new();
        let wanted = end - from + BEYOND;
        let read = if skipped == from { (&mut unpacker).take(wanted).read_to_end(&mut bytes) } else { Ok(0) };
        // A log that breaks off still gives what stands before the break.
        if let Err(error) = read
            && (bytes.len() as u64) < end - from
        {
            return Err(self.told(&error));
        }
        let part = Part { path: self.path.clone(), from, bytes: Arc::new(bytes) };
        self.shelf.put(part.clone());
        Ok(part)
    }
}

impl Raw for LogFile {
    fn read(&self, at: u64, len: u32) -> Result<Vec<u8>, String> {
        if self.packing == Packing::Plain {
            let mut bytes = vec![0; len as usize];
            self.open()?.read_exact_at(&mut bytes, at).map_err(|error| self.told(&error))?;
            return Ok(bytes);
        }
        let part = self.part(at, len)?;
        slice(&part.bytes, at - part.from, len).map(<[u8]>::to_vec)
    }

    fn read_many(&self, ranges: &[(u64, u32)], each: &mut dyn FnMut(usize, &[u8]) -> bool) -> Result<(), String> {
        let mut reader = Unpacker::new(self.open()?, self.packing).map_err(|error| self.told(&error))?;
        let (mut at, mut buffer) = (0_u64, Vec::new());
        for (number, (start, len)) in ranges.iter().enumerate() {
            // Ranges ascend; one that begins before the last ended is read apart.
            if *start < at {
                if !each(number, &self.read(*start, *len)?) {
                    break;
                }
                continue;
            }
            reader.skip(*start - at).map_err(|error| self.told(&error))?;
            buffer.resize(*len as usize, 0);
            reader.read_exact(&mut buffer).map_err(|error| self.told(&error))?;
            at = start + u64::from(*len);
            if !each(number, &buffer) {
                break;
            }
        }
        Ok(())
    }

    fn weight(&self) -> usize {
        std::mem::size_of::<Self>() + self.path.as_os_str().len()
    }
}

impl Shelf {
    fn find(&self, path: &std::path::Path, at: u64, end: u64) -> Option<Part> {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = |part: &Part| part.path == path && part.from <= at && end <= part.from + part.bytes.len() as u64;
        let found = parts.iter().position(holds)?;
        let part = parts.remove(found);
        parts.insert(0, part.clone());
        Some(part)
    }

    fn put(&self, part: Part) {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.insert(0, part);
        let mut kept = 0;
        let mut first = true;
        parts.retain(|part| {
            kept += part.bytes.len();
            std::mem::take(&mut first) || kept <= SHELF
        });
    }
}
