//! Texts that come again and again, each kept once and named by a number.
//!
//! A table grows in sealed chunks, so that a snapshot of it costs one pointer a
//! chunk. The search index over a table is apart from it: only who adds needs it.

use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHasher;

use super::index::Index;

/// The number of a text in its table.
pub type Symbol = u32;

const CHUNK_BITS: u32 = 12;
const CHUNK: usize = 1 << CHUNK_BITS;

/// Up to 4,096 texts, one after the other, each ended by a zero byte: a pattern
/// is searched in all of them at once.
#[derive(Debug, Clone, Default)]
struct Chunk {
    text: String,
    ends: Vec<u32>,
}

impl Chunk {
    fn get(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.text[start..self.ends[at] as usize - 1]
    }
}

/// Texts by number. A clone shares all sealed chunks.
#[derive(Debug, Clone, Default)]
pub struct Table {
    chunks: Vec<Arc<Chunk>>,
    len: usize,
}

impl Table {
    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The text of a number; empty for a number that was never given out.
    pub fn text(&self, symbol: Symbol) -> &str {
        let at = symbol as usize;
        if at < self.len { self.chunks[at >> CHUNK_BITS].get(at & (CHUNK - 1)) } else { "" }
    }

    /// The number of a text, searched for from the first.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        self.iter().find(|(_, known)| *known == text).map(|(symbol, _)| symbol)
    }

    /// All texts with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, &str)> {
        self.chunks.iter().enumerate().flat_map(|(number, chunk)| {
            (0..chunk.ends.len()).map(move |at| (((number << CHUNK_BITS) + at) as Symbol, chunk.get(at)))
        })
    }

    /// Bytes of memory that it takes.
    pub fn weight(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.text.capacity() + chunk.ends.capacity() * 4 + 64).sum()
    }

    /// The numbers of all texts that a test takes.
    pub fn matching(&self, test: impl Fn(&str) -> bool + Sync) -> Bits {
        self.resolve(|chunk, hit| {
            for at in 0..chunk.ends.len() {
                if test(chunk.get(at)) {
                    hit(at);
                }
            }
        })
    }

    /// The numbers of all texts in which an expression is found. The expression
    /// must not match across a zero byte.
    pub fn containing(&self, expression: &regex::bytes::Regex) -> Bits {
        self.resolve(|chunk, hit| {
            let bytes = chunk.text.as_bytes();
            let mut from = 0;
            while let Some(found) = expression.find_at(bytes, from) {
                let at = chunk.ends.partition_point(|end| *end as usize <= found.start());
                let Some(end) = chunk.ends.get(at) else { break };
                hit(at);
                from = *end as usize;
            }
        })
    }

    fn resolve(&self, search: impl Fn(&Chunk, &mut dyn FnMut(usize)) + Sync) -> Bits {
        let one = |chunk: &Arc<Chunk>| {
            let mut words = [0_u64; CHUNK / 64];
            search(chunk, &mut |at| words[at / 64] |= 1 << (at % 64));
            words
        };
        let words: Vec<[u64; CHUNK / 64]> = if self.chunks.len() > 8 {
            self.chunks.par_iter().map(one).collect()
        } else {
            self.chunks.iter().map(one).collect()
        };
        Bits(words.into_iter().flatten().collect())
    }

    fn push(&mut self, text: &str) -> Symbol {
        let symbol = self.len as Symbol;
        if self.len.is_multiple_of(CHUNK) {
            if let Some(last) = self.chunks.last_mut().map(Arc::make_mut) {
                last.text.shrink_to_fit();
                last.ends.shrink_to_fit();
            }
            self.chunks.push(Arc::default());
        }
        if let Some(last) = self.chunks.last_mut().map(Arc::make_mut) {
            last.text.push_str(text);
            last.text.push('\0');
            last.ends.push(last.text.len() as u32);
        }
        self.len += 1;
        symbol
    }
}

/// Finds the number of a text, and gives out new ones.
#[derive(Debug, Clone, Default)]
pub struct Lookup {
    index: Index,
    /// What was asked for last: texts come in runs.
    last: Symbol,
}

fn hash(text: &str) -> u64 {
    // The hasher's best bits are its lowest; the index reads the highest.
    BuildHasherDefault::<FxHasher>::default().hash_one(text).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Lookup {
    /// The index of a table.
    pub fn over(table: &Table) -> Self {
        let mut lookup = Self::default();
        for (symbol, text) in table.iter() {
            lookup.index.put(hash(text), symbol);
        }
        lookup
    }

    /// The number of a text, new where the table does not hold it yet.
    pub fn intern(&mut self, table: &mut Table, text: &str) -> Symbol {
        if (self.last as usize) < table.len() && table.text(self.last) == text {
            return self.last;
        }
        let hash = hash(text);
        let known = self.index.find(hash, |symbol| table.text(symbol) == text);
        self.last = match known {
            Some(symbol) => symbol,
            // No text of the table holds a zero byte.
            None if text.contains('\0') => return self.intern(table, &text.replace('\0', "\u{2400}")),
            None => {
                let symbol = table.push(text);
                self.index.put(hash, symbol);
                symbol
            }
        };
        self.last
    }

    /// Bytes of memory that it takes.
    pub fn weight(&self) -> usize {
        self.index.weight()
    }
}

/// How many events have each text of a table. A clone shares all pages.
#[derive(Debug, Clone, Default)]
pub struct Tally(Vec<Arc<Vec<u32>>>);

impl Tally {
    /// So many more events have the text.
    pub fn add(&mut self, symbol: Symbol, more: u32) {
        *self.place(symbol) += more;
    }

    /// One event less has the text.
    pub fn take(&mut self, symbol: Symbol) {
        let count = self.place(symbol);
        *count = count.saturating_sub(1);
    }

    /// The texts that some event has, with how many.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, usize)> {
        self.0.iter().enumerate().flat_map(|(number, page)| {
            let counts = page.iter().zip((number << CHUNK_BITS) as Symbol..);
            counts.filter(|(count, _)| **count > 0).map(|(count, symbol)| (symbol, *count as usize))
        })
    }

    fn place(&mut self, symbol: Symbol) -> &mut u32 {
        let (page, at) = (symbol as usize >> CHUNK_BITS, symbol as usize & (CHUNK - 1));
        if self.0.len() <= page {
            self.0.resize_with(page + 1, Arc::default);
        }
        let counts = Arc::make_mut(&mut self.0[page]);
        if counts.len() <= at {
            counts.resize(at + 1, 0);
        }
        &mut counts[at]
    }

    /// Bytes of memory that it takes.
    pub fn weight(&self) -> usize {
        self.0.iter().map(|page| page.capacity() * 4 + 40).sum()
    }
}

/// A set of small numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// The number is in the set.
    pub fn has(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// No number is in the set.
    pub fn none(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Puts a number in.
    pub fn put(&mut self, number: u32) {
        let at = number as usize / 64;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= 1 << (number % 64);
    }

    /// Puts in all of another set.
    pub fn add(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine |= theirs;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lookup, Table};

    #[test]
    fn a_text_gets_one_number_and_is_found_by_it() {
        let (mut table, mut lookup) = (Table::default(), Lookup::default());
        let numbers: Vec<_> = (0..10_000).map(|n| lookup.intern(&mut table, &format!("text {}", n % 6000))).collect();
        assert_eq!(table.len(), 6000);
        assert_eq!(numbers[5], numbers[6005]);
        assert_eq!(table.text(numbers[5999]), "text 5999");
        let mut again = Lookup::over(&table);
        assert_eq!(again.intern(&mut table, "text 17"), numbers[17]);
    }

    #[test]
    fn an_expression_finds_the_texts_that_hold_it() {
        let (mut table, mut lookup) = (Table::default(), Lookup::default());
        for n in 0..9000 {
            lookup.intern(&mut table, &format!("i-{n:04}"));
        }
        let found = table.containing(&regex::bytes::Regex::new("(?i)I-0*8").unwrap());
        assert!(found.has(8) && found.has(80) && found.has(8123) && !found.has(7));
        assert_eq!(
            found,
            table.matching(|text| text.trim_start_matches("i-").trim_start_matches('0').starts_with('8'))
        );
    }

    #[test]
    fn a_zero_byte_in_a_text_is_made_visible() {
        let (mut table, mut lookup) = (Table::default(), Lookup::default());
        let symbol = lookup.intern(&mut table, "a\0b");
        assert_eq!(table.text(symbol), "a␀b");
        assert_eq!(lookup.intern(&mut table, "a\0b"), symbol);
    }
}
