//! The bursts that were told of one group.

/// How many are remembered.
const MOST: usize = 4096;

/// First and last second of each burst, apart from each other and in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Bursts(Vec<(i64, i64)>);

impl Bursts {
    /// Takes in a burst. It goes on with those that it touches: tells whether
    /// there is none, so that it is a new one.
    pub(super) fn is_new(&mut self, start: i64, stop: i64) -> bool {
        let first = self.0.partition_point(|told| told.1 < start);
        let end = self.0.partition_point(|told| told.0 <= stop);
        if first < end {
            let joined = (self.0[first].0.min(start), self.0[end - 1].1.max(stop));
            self.0.splice(first..end, [joined]);
            return false;
        }
        self.0.insert(first, (start, stop));
        if self.0.len() > MOST {
            // The one that is farthest from the newest.
            self.0.remove(if first > MOST / 2 { 0 } else { MOST });
        }
        true
    }

    /// A burst that was told spans the second.
    pub(super) fn spans(&self, second: i64) -> bool {
        let at = self.0.partition_point(|told| told.1 < second);
        self.0.get(at).is_some_and(|told| told.0 <= second)
    }
}
