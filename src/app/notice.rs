//! Short messages that expire.

use jiff::{SignedDuration, Timestamp};

/// How long a notice stays.
const LIFE: SignedDuration = SignedDuration::from_secs(6);
/// How long one stays that tells of something gone wrong.
const LONG_LIFE: SignedDuration = SignedDuration::from_secs(15);
/// How many are kept; older ones give way.
const MOST: usize = 4;

/// One short message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// One line.
    pub text: String,
    /// It tells of something that went wrong.
    pub bad: bool,
    /// When it goes.
    pub until: Timestamp,
}

/// The notices on the screen, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Notices(Vec<Notice>);

impl Notices {
    /// Says something.
    pub fn say(&mut self, text: impl Into<String>, now: Timestamp) {
        self.push(text.into(), false, now);
    }

    /// Says that something went wrong.
    pub fn warn(&mut self, text: impl Into<String>, now: Timestamp) {
        self.push(text.into(), true, now);
    }

    fn push(&mut self, text: String, bad: bool, now: Timestamp) {
        self.0.retain(|notice| notice.text != text);
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        let until = now.checked_add(if bad { LONG_LIFE } else { LIFE }).unwrap_or(Timestamp::MAX);
        self.0.push(Notice { text, bad, until });
    }

    /// Takes a notice back that is true no longer.
    pub fn take_back(&mut self, text: &str) {
        self.0.retain(|notice| notice.text != text);
    }

    /// Takes away what has expired; true where something went.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        let before = self.0.len();
        self.0.retain(|notice| notice.until > now);
        before != self.0.len()
    }

    /// When the next one expires.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        self.0.iter().map(|notice| notice.until).min()
    }

    /// The latest notice: the one to show.
    pub fn latest(&self) -> Option<&Notice> {
        self.0.last()
    }
}

#[cfg(test)]
mod tests {
    use super::Notices;

    #[test]
    fn a_notice_expires_and_the_same_text_is_kept_once() {
        let now = "2026-11-24T14:00:00Z".parse().unwrap();
        let mut notices = Notices::default();
        notices.say("copied", now);
        notices.say("copied", now);
        assert_eq!(notices.0.len(), 1);
        let until = notices.next_expiry().unwrap();
        assert!(!notices.expire(now));
        assert!(notices.expire(until));
        assert_eq!(notices.latest(), None);
    }
}
