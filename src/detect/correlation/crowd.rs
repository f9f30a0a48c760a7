//! The events of one second, where they are many: whether one of them comes again
//! is told without a look at each.

use rustc_hash::FxHashSet;

/// An event, and which rule it matched.
type Name = (u64, u16);

/// Up to so many are looked through.
const FEW: usize = 64;

/// Beyond so many, and twice those that are kept, the others are forgotten here too.
const MOST: usize = 65_536;

/// The events of one second, of those that have many.
#[derive(Debug, Clone, Default)]
pub(super) struct Crowd {
    second: i64,
    names: FxHashSet<Name>,
}

impl Crowd {
    /// An event of a second is among those that are kept of it. Where it is not,
    /// it counts from now on as one of them.
    pub(super) fn has(&mut self, second: i64, name: Name, mut kept: impl ExactSizeIterator<Item = Name>) -> bool {
        if kept.len() <= FEW {
            return kept.any(|known| known == name);
        }
        if self.second != second || self.names.is_empty() || self.names.len() > MOST.max(2 * kept.len()) {
            self.second = second;
            self.names = kept.collect();
        }
        !self.names.insert(name)
    }
}
