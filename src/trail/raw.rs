//! Where the bytes of records lie, and how they are read back.
//!
//! The Timeline keeps a place for each record: in a compressed block of its
//! own (live events, standard input), or in a file that somebody else reads.

use std::fmt;
use std::sync::Arc;

/// Something that holds the bytes of records: a block in memory or a file.
pub trait Raw: fmt::Debug + Send + Sync {
    /// The bytes from `at`, `len` long.
    ///
    /// # Errors
    /// A sentence that says why they cannot be read.
    fn read(&self, at: u64, len: u32) -> Result<Vec<u8>, String>;

    /// Reads many ranges, ascending by place, and hands each to `each` with its
    /// number; `each` ends the reading by answering false. A source that can
    /// only be read from its beginning does it in one go.
    ///
    /// # Errors
    /// A sentence that says why one of them cannot be read.
    fn read_many(&self, ranges: &[(u64, u32)], each: &mut dyn FnMut(usize, &[u8]) -> bool) -> Result<(), String> {
        for (number, (at, len)) in ranges.iter().enumerate() {
            if !each(number, &self.read(*at, *len)?) {
                break;
            }
        }
        Ok(())
    }

    /// Bytes of memory that it takes.
    fn weight(&self) -> usize;
}

/// Many records in one compressed block of memory (Zstandard, level 1).
#[derive(Debug)]
pub struct Packed {
    bytes: Box<[u8]>,
    size: usize,
}

impl Packed {
    /// Compresses a block. Where compression fails the bytes are kept as they are.
    pub fn new(plain: &[u8]) -> Self {
        match zstd::bulk::compress(plain, 1) {
            Ok(bytes) if bytes.len() < plain.len() => Self { bytes: bytes.into(), size: plain.len() },
            _ => Self { bytes: plain.into(), size: plain.len() },
        }
    }

    /// The whole block.
    ///
    /// # Errors
    /// Damaged memory alone makes this fail.
    pub fn unpack(&self) -> Result<Vec<u8>, String> {
        if self.bytes.len() == self.size {
            return Ok(self.bytes.to_vec());
        }
        zstd::bulk::decompress(&self.bytes, self.size).map_err(|error| format!("a block of raw records: {error}"))
    }
}

impl Raw for Packed {
    fn read(&self, at: u64, len: u32) -> Result<Vec<u8>, String> {
        slice(&self.unpack()?, at, len).map(<[u8]>::to_vec)
    }

    fn read_many(&self, ranges: &[(u64, u32)], each: &mut dyn FnMut(usize, &[u8]) -> bool) -> Result<(), String> {
        read_slices(&self.unpack()?, ranges, each)
    }

    fn weight(&self) -> usize {
        self.bytes.len()
    }
}

/// Records that lie open in memory: the block that live events are added to.
#[derive(Debug, Clone, Default)]
pub struct Open(pub Arc<Vec<u8>>);

impl Raw for Open {
    fn read(&self, at: u64, len: u32) -> Result<Vec<u8>, String> {
        slice(&self.0, at, len).map(<[u8]>::to_vec)
    }

    fn read_many(&self, ranges: &[(u64, u32)], each: &mut dyn FnMut(usize, &[u8]) -> bool) -> Result<(), String> {
        read_slices(&self.0, ranges, each)
    }

    fn weight(&self) -> usize {
        self.0.capacity()
    }
}

/// Hands ranges of bytes in memory to `each`, as [`Raw::read_many`] does.
///
/// # Errors
/// A range that is not there.
pub fn read_slices(
    bytes: &[u8],
    ranges: &[(u64, u32)],
    each: &mut dyn FnMut(usize, &[u8]) -> bool,
) -> Result<(), String> {
    for (number, (at, len)) in ranges.iter().enumerate() {
        if !each(number, slice(bytes, *at, *len)?) {
            break;
        }
    }
    Ok(())
}

/// A range of bytes in memory.
///
/// # Errors
/// The range is not there.
pub fn slice(bytes: &[u8], at: u64, len: u32) -> Result<&[u8], String> {
    usize::try_from(at)
        .ok()
        .and_then(|at| bytes.get(at..at.checked_add(len as usize)?))
        .ok_or_else(|| format!("the record at byte {at} is no longer there: has the log changed since it was opened?"))
}
