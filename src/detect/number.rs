//! Numbers of rules and of records, compared without loss: whole ones as whole
//! ones, however long they are.

use std::cmp::Ordering;

/// A finite number.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    /// A whole number.
    Whole(i128),
    /// Any other, and whole ones beyond 38 digits.
    Broken(f64),
}

impl Number {
    /// Reads a number written in decimals. Words such as `Infinity` are none, nor
    /// is what no float can hold.
    pub(super) fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if digits.bytes().all(|byte| byte.is_ascii_digit())
            && let Ok(whole) = text.parse()
        {
            return Some(Self::Whole(whole));
        }
        if digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-')) {
            return Self::of(text.parse().ok()?);
        }
        None
    }

    /// A float as a number, where it is finite.
    pub(super) fn of(float: f64) -> Option<Self> {
        float.is_finite().then_some(Self::Broken(float))
    }

    /// The nearest float.
    pub(super) fn float(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Broken(float) => float,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (*self, *other) {
            (Self::Whole(one), Self::Whole(other)) => Some(one.cmp(&other)),
            (Self::Broken(one), Self::Broken(other)) => one.partial_cmp(&other),
            (Self::Whole(whole), Self::Broken(float)) => against(whole, float),
            (Self::Broken(float), Self::Whole(whole)) => against(whole, float).map(Ordering::reverse),
        }
    }
}

fn against(whole: i128, float: f64) -> Option<Ordering> {
    // A float beyond the whole numbers becomes the outermost of them, and its
    // rest is what is left to tell.
    let floor = float.floor();
    let by_floor = whole.cmp(&(floor as i128));
    if by_floor == Ordering::Equal { 0.0.partial_cmp(&(float - floor)) } else { Some(by_floor) }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn only_finite_numbers_written_as_such_are_read() {
        for text in ["0", "-5", "+5", "0022", "1.5", "5.", ".5", "1e5", "-2.5E-3", "123456789012345678901234567890"] {
            assert!(Number::read(text).is_some(), "{text}");
        }
        for text in ["", "-", ".", "e5", "1e", "inf", "Infinity", "-infinity", "NaN", "0x10", "1_000", " 5", "1e999"] {
            assert!(Number::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_compared_to_the_last_digit() {
        let read = |text| Number::read(text).unwrap();
        assert_ne!(read("9007199254740993"), read("9007199254740992"));
        assert!(read("9007199254740993") > read("9007199254740992"));
        assert_ne!(read("9007199254740993"), read("9007199254740992.0"));
        assert_eq!(read("9007199254740992"), read("9007199254740992.0"));
        assert_eq!(read("22"), read("22.0"));
        assert!(read("-1") < read("-0.5") && read("0") > read("-0.5") && read("0") < read("0.5"));
        assert!(read("-1.5") < read("-1") && read("1.5") > read("1"));
        assert!(read("1e300") > read("99999999999999999999999999999999999999"));
        assert!(read("-1e300") < read("-99999999999999999999999999999999999999"));
    }
}
