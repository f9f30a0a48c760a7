//! Answers to questions about a text that comes again and again: a log holds few
//! user agents, and searching each for many words takes longer than remembering.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustc_hash::FxHashMap;

/// How many texts a thread remembers the answers to, for each question.
const MOST: usize = 4096;

thread_local! {
    static TOLD: RefCell<FxHashMap<usize, FxHashMap<Box<str>, bool>>> = RefCell::default();
}

/// A question whose answer depends on the text alone.
#[derive(Debug, Clone)]
pub(super) struct Memo(usize);

impl Memo {
    /// A question like no other; a clone is the same question.
    pub(super) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The answer for a text: as it was, else as `ask` finds it.
    pub(super) fn answer(&self, text: &str, ask: impl FnOnce() -> bool) -> bool {
        TOLD.with_borrow_mut(|told| {
            let told = told.entry(self.0).or_default();
            if let Some(answer) = told.get(text) {
                return *answer;
            }
            if told.len() == MOST {
                told.clear();
            }
            let answer = ask();
            told.insert(text.into(), answer);
            answer
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Memo};

    #[test]
    fn a_question_is_asked_once_for_a_text_and_no_other_answers_for_it() {
        let (one, other) = (Memo::new(), Memo::new());
        assert!(one.answer("aws-cli", || true));
        assert!(one.clone().answer("aws-cli", || panic!("it is known")));
        assert!(!other.answer("aws-cli", || false));
        assert!(!one.answer("Boto3", || false));
    }

    #[test]
    fn it_forgets_rather_than_grow_without_end() {
        let memo = Memo::new();
        for number in 0..=MOST {
            memo.answer(&number.to_string(), || true);
        }
        assert!(!memo.answer("0", || false), "it was asked again");
        assert!(memo.answer(&MOST.to_string(), || false), "the newest is known");
    }
}
