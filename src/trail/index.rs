//! Numbers found by the hash of what they stand for: of texts in a table, of
//! event ids in a Timeline.
//!
//! It grows in parts, each at another time, so that adding never waits for the
//! whole to be laid out anew; and it keeps enough of each hash to do so without
//! a look at what was hashed.

/// How many numbers lie in one part before it is split into [`PARTS`].
const ONE_PART: usize = 1 << 13;

/// Into how many parts a large index is split, as a power of two.
const PART_BITS: u32 = 6;
const PARTS: usize = 1 << PART_BITS;

/// Numbers by hash. What is equal is told by who asks.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    parts: Vec<Part>,
    len: usize,
}

/// Places for entries, each found at or behind the place that its hash tells.
/// An entry is the hash's upper half and one more than the number; 0 is a free place.
#[derive(Debug, Clone, Default)]
struct Part {
    places: Vec<u64>,
    taken: usize,
}

impl Index {
    /// The number under a hash for which `is` holds.
    pub fn find(&self, hash: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let part = self.parts.get(self.part_of(hash))?;
        let mut at = part.first(hash, self.bits());
        loop {
            let entry = part.places.get(at).copied().filter(|entry| *entry != 0)?;
            if entry >> 32 == hash >> 32 && is(entry as u32 - 1) {
                return Some(entry as u32 - 1);
            }
            at = part.after(at);
        }
    }

    /// Has the places of some hashes fetched from memory together: in an index
    /// that is larger than the processor's caches, each search would wait alone.
    pub fn touch(&self, hashes: &[u64]) {
        let bits = self.bits();
        let place = |hash: &u64| {
            let part = self.parts.get(self.part_of(*hash))?;
            part.places.get(part.first(*hash, bits)).copied()
        };
        std::hint::black_box(hashes.iter().filter_map(place).fold(0, |all, entry| all ^ entry));
    }

    /// Puts a number in that is not in yet.
    pub fn put(&mut self, hash: u64, number: u32) {
        if self.parts.is_empty() {
            self.parts.push(Part::default());
        }
        if self.len == ONE_PART && self.parts.len() == 1 {
            self.split();
        }
        let (at, bits) = (self.part_of(hash), self.bits());
        let part = &mut self.parts[at];
        if part.places.len() * 3 < (part.taken + 1) * 4 {
            // A whole that is small doubles; parts grow by half.
            let more = if bits == 0 { part.places.len() } else { part.places.len() / 2 };
            part.lay_out(part.places.len() + more.max(12), bits);
        }
        part.put((hash >> 32 << 32) | u64::from(number + 1), bits);
        self.len += 1;
    }

    /// Bytes of memory that it takes.
    pub fn weight(&self) -> usize {
        self.parts.iter().map(|part| part.places.capacity() * 8 + 32).sum()
    }

    fn bits(&self) -> u32 {
        if self.parts.len() > 1 { PART_BITS } else { 0 }
    }

    fn part_of(&self, hash: u64) -> usize {
        if self.parts.len() > 1 { (hash >> (64 - PART_BITS)) as usize } else { 0 }
    }

    /// Splits the one part into many, of which each has another share of room
    /// to spare: so they do not grow together.
    fn split(&mut self) {
        let one = std::mem::take(&mut self.parts);
        self.parts = vec![Part::default(); PARTS];
        for (number, part) in self.parts.iter_mut().enumerate() {
            let fair = ONE_PART / PARTS;
            part.places = vec![0; fair * 3 / 2 + fair * number / PARTS];
        }
        for entry in one.into_iter().flat_map(|part| part.places).filter(|entry| *entry != 0) {
            let at = self.part_of(entry);
            let part = &mut self.parts[at];
            if part.places.len() * 3 < (part.taken + 1) * 4 {
                part.lay_out(part.places.len() * 3 / 2, PART_BITS);
            }
            part.put(entry, PART_BITS);
        }
    }
}

impl Part {
    /// The place that a hash tells, behind the bits that told the part. Places
    /// ascend with hashes, so that laying out anew goes through memory in order.
    fn first(&self, hash: u64, bits: u32) -> usize {
        let kept = ((hash >> 32) as u32) << bits;
        ((u64::from(kept) * self.places.len() as u64) >> 32) as usize
    }

    fn after(&self, at: usize) -> usize {
        if at + 1 == self.places.len() { 0 } else { at + 1 }
    }

    fn put(&mut self, entry: u64, bits: u32) {
        let mut at = self.first(entry, bits);
        while self.places[at] != 0 {
            at = self.after(at);
        }
        self.places[at] = entry;
        self.taken += 1;
    }

    fn lay_out(&mut self, places: usize, bits: u32) {
        let old = std::mem::replace(&mut self.places, vec![0; places]);
        self.taken = 0;
        for entry in old.into_iter().filter(|entry| *entry != 0) {
            self.put(entry, bits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Index;

    fn hash(number: u32) -> u64 {
        (u64::from(number) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn every_number_is_found_by_its_hash_however_many_there_are() {
        let mut index = Index::default();
        let mut largest = 0;
        for number in 0..200_000 {
            let before: Vec<usize> = index.parts.iter().map(|part| part.places.len()).collect();
            index.put(hash(number), number);
            let grown = index.parts.iter().zip(&before).filter(|(part, before)| part.places.len() != **before);
            if number > 20_000 {
                largest = grown.map(|(part, _)| part.taken).fold(largest, usize::max);
            }
        }
        for number in 0..200_000 {
            assert_eq!(index.find(hash(number), |found| found == number), Some(number));
        }
        assert_eq!(index.find(hash(200_000), |_| true), None);
        assert!(largest < 10_000, "one addition laid out {largest} of 200,000 anew");
        assert!(index.weight() < 200_000 * 8 * 2, "{}", index.weight());
    }

    #[test]
    fn equal_hashes_are_told_apart_by_who_asks() {
        let mut index = Index::default();
        for number in 0..1000 {
            index.put(7 << 32, number);
        }
        assert_eq!(index.find(7 << 32, |number| number == 999), Some(999));
        assert_eq!(index.find(7 << 32, |_| false), None);
        assert_eq!(Index::default().find(7, |_| true), None);
    }
}
