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

    /// It is a block that a Timeline made: its records may be moved to another one.
    fn is_ours(&self) -> bool {
        false
    }
}

/// Many records in compressed blocks of memory (Zstandard, level 1), so small
/// that reading one record unpacks little.
#[derive(Debug)]
pub struct Packed {
    blocks: Vec<Box<[u8]>>,
    size: usize,
}

/// Bytes per block before compression.
const BLOCK: usize = 256 << 10;

impl Packed {
    /// Compresses records. Where compression fails the bytes are kept as they are.
    pub fn new(plain: &[u8]) -> Self {
        let block = |bytes: &[u8]| match zstd::bulk::compress(bytes, 1) {
            Ok(packed) if packed.len() < bytes.len() => packed.into(),
            _ => bytes.into(),
        };
        Self { blocks: plain.chunks(BLOCK).map(block).collect(), size: plain.len() }
    }

    /// The blocks that a range touches, and where in them it begins.
    fn unpack(&self, at: u64, len: u32) -> Result<(usize, Vec<u8>), String> {
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(self.size);
        let end = at.saturating_add(len as usize).min(self.size);
        let first = at / BLOCK;
        let mut plain = Vec::with_capacity(end - at);
        for (number, packed) in self.blocks.iter().enumerate().take(end.div_ceil(BLOCK)).skip(first) {
            let size = BLOCK.min(self.size - number * BLOCK);
            if packed.len() == size {
                plain.extend_from_slice(packed);
            } else {
                let block = zstd::bulk::decompress(packed, size);
                plain.append(&mut block.map_err(|error| format!("a block of raw records: {error}"))?);
            }
        }
        Ok((at - first * BLOCK, plain))
    }
}

impl Raw for Packed {
    fn read(&self, at: u64, len: u32) -> Result<Vec<u8>, String> {
        let (start, plain) = self.unpack(at, len)?;
        slice(&plain, start as u64, len).map(<[u8]>::to_vec)
    }

    fn read_many(&self, ranges: &[(u64, u32)], each: &mut dyn FnMut(usize, &[u8]) -> bool) -> Result<(), String> {
        read_slices(&self.unpack(0, u32::MAX)?.1, ranges, each)
    }

    fn weight(&self) -> usize {
        self.blocks.iter().map(|block| block.len() + 16).sum()
    }

    fn is_ours(&self) -> bool {
        true
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

#[cfg(test)]
mod tests {
    use super::{Packed, Raw};

    #[test]
    fn a_range_is_read_from_the_blocks_that_it_touches() {
        let plain: Vec<u8> = (0..700_000_u32).map(|n| (n / 7 % 251) as u8).collect();
        let packed = Packed::new(&plain);
        assert!(packed.weight() < plain.len() / 4);
        for (at, len) in [(0, 10), (262_140, 10), (262_144, 300_000), (699_990, 10), (0, 700_000), (5, 0)] {
            assert_eq!(packed.read(at as u64, len).unwrap(), plain[at..][..len as usize]);
        }
        assert!(packed.read(699_990, 11).is_err() && packed.read(u64::MAX, 1).is_err());
        let mut seen = Vec::new();
        packed
            .read_many(&[(3, 4), (600_000, 5)], &mut |number, bytes| {
                seen.push((number, bytes.to_vec()));
                true
            })
            .unwrap();
        assert_eq!(seen, [(0, plain[3..7].to_vec()), (1, plain[600_000..600_005].to_vec())]);
    }
}
