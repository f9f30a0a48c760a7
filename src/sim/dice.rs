//! Chance that is the same on every machine: a value depends on its seed and its
//! key alone, never on what was drawn before it elsewhere.
//!
//! The ids, delays and choices of the simulator come from here. It may not be used
//! where secrecy matters.

/// A source of repeatable choices (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// Dice for one purpose: the same seed and key always fall the same way.
    pub fn new(seed: u64, key: &str) -> Dice {
        // FNV-1a over the key, then mixed with the seed.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in key.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let mut dice = Dice { state: hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) };
        dice.roll();
        dice
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 where the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.roll() % bound }
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.saturating_sub(low).max(0).unsigned_abs();
        low + self.below(span + 1) as i64
    }

    /// A number from 0 up to, but not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of the items, `None` of an empty list.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() {
            return None;
        }
        items.get(self.below(items.len() as u64) as usize)
    }

    /// So many lower-case hexadecimal digits.
    pub fn hex(&mut self, digits: usize) -> String {
        self.letters(digits, b"0123456789abcdef")
    }

    /// A version 4 UUID.
    pub fn uuid(&mut self) -> String {
        let (a, b) = (self.roll(), self.roll());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xfff,
            8 + ((b >> 60) & 3),
            (b >> 48) & 0xfff,
            b & 0xffff_ffff_ffff,
        )
    }

    /// An identifier as IAM hands them out: a prefix of four letters and sixteen
    /// of A–Z and 2–7 (seventeen after `AIDA`, `AROA` and `AIPA`).
    pub fn iam_id(&mut self, prefix: &str) -> String {
        let length = if matches!(prefix, "AKIA" | "ASIA") { 16 } else { 17 };
        format!("{prefix}{}", self.letters(length, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
    }

    /// So many letters of an alphabet.
    pub fn letters(&mut self, count: usize, alphabet: &[u8]) -> String {
        (0..count).filter_map(|_| self.pick(alphabet).map(|&byte| char::from(byte))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_key_fall_the_same_way() {
        let rolls = |seed, key| {
            let mut dice = Dice::new(seed, key);
            [dice.roll(), dice.roll(), dice.roll()]
        };
        assert_eq!(rolls(1, "a"), rolls(1, "a"));
        assert_ne!(rolls(1, "a"), rolls(2, "a"));
        assert_ne!(rolls(1, "a"), rolls(1, "b"));
    }

    #[test]
    fn ids_have_the_shape_that_aws_gives_them() {
        let mut dice = Dice::new(7, "ids");
        let uuid = dice.uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert_eq!(dice.iam_id("AKIA").len(), 20);
        assert_eq!(dice.iam_id("AROA").len(), 21);
        assert_eq!(dice.hex(17).len(), 17);
    }

    #[test]
    fn a_range_includes_both_of_its_ends() {
        let mut dice = Dice::new(7, "range");
        let seen: std::collections::BTreeSet<i64> = (0..200).map(|_| dice.between(-1, 1)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [-1, 0, 1]);
    }
}
