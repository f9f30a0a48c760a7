//! Records that lie in files, read back on demand.
//!
//! A plain file is read at the record's place. A compressed one, if it is short
//! enough for that, is decompressed again and its content kept for a while: the
//! next record asked for mostly lies in it too. Records of longer ones are kept
//! in memory.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
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

/// The content of compressed files, the last used first.
#[derive(Debug, Default)]
pub(super) struct Shelf(Mutex<Vec<Content>>);

#[derive(Debug, Clone)]
struct Content {
    path: PathBuf,
    bytes: Arc<Vec<u8>>,
}

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

    /// What a compressed file holds: it is short, or its records were kept in memory.
    fn content(&self, end: u64) -> Result<Content, String> {
        if let Some(content) = self.shelf.find(&self.path) {
            return Ok(content);
        }
        let mut unpacker = Unpacker::new(self.open()?, self.packing).map_err(|error| self.told(&error))?;
        let mut bytes = Vec::new();
        // A log that breaks off still gives what stands before the break.
        if let Err(error) = unpacker.read_to_end(&mut bytes)
            && (bytes.len() as u64) < end
        {
            return Err(self.told(&error));
        }
        let content = Content { path: self.path.clone(), bytes: Arc::new(bytes) };
        self.shelf.put(content.clone());
        Ok(content)
    }
}

impl Raw for LogFile {
    fn read(&self, at: u64, len: u32) -> Result<Vec<u8>, String> {
        if self.packing == Packing::Plain {
            let mut bytes = vec![0; len as usize];
            self.open()?.read_exact_at(&mut bytes, at).map_err(|error| self.told(&error))?;
            return Ok(bytes);
        }
        slice(&self.content(at + u64::from(len))?.bytes, at, len).map(<[u8]>::to_vec)
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
    fn find(&self, path: &Path) -> Option<Content> {
        let mut contents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = contents.iter().position(|content| content.path == path)?;
        let content = contents.remove(found);
        contents.insert(0, content.clone());
        Some(content)
    }

    fn put(&self, content: Content) {
        let mut contents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        contents.insert(0, content);
        let mut kept = 0;
        contents.retain(|content| {
            kept += content.bytes.len();
            kept <= SHELF
        });
    }
}
