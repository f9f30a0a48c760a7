//! One piece of work for one worker: what comes while it waits takes its
//! place, or is added to it. So work never piles up behind a slow worker.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// Holds at most one piece of work.
#[derive(Debug)]
pub struct Tray<T> {
    kept: Mutex<Option<T>>,
    filled: Notify,
}

impl<T> Tray<T> {
    /// An empty tray.
    pub fn new() -> Self {
        Self { kept: Mutex::new(None), filled: Notify::new() }
    }

    /// Lays work on the tray, in the place of what lies there.
    pub fn replace(&self, work: T) {
        self.add(work, |_, new| new);
    }

    /// Lays work on the tray, joined with what lies there.
    pub fn add(&self, work: T, join: impl FnOnce(T, T) -> T) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(match kept.take() {
            Some(old) => join(old, work),
            None => work,
        });
        self.filled.notify_one();
    }

    /// Takes the work, once there is some. For one worker alone.
    pub async fn take(&self) -> T {
        loop {
            if let Some(work) = self.try_take() {
                return work;
            }
            self.filled.notified().await;
        }
    }

    /// Takes the work that lies there now.
    pub fn try_take(&self) -> Option<T> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::Tray;

    #[tokio::test]
    async fn newer_work_takes_the_place_of_older() {
        let tray = Tray::new();
        tray.replace(1);
        tray.replace(2);
        assert_eq!(tray.take().await, 2);
        assert_eq!(tray.try_take(), None);
    }

    #[tokio::test]
    async fn added_work_is_joined() {
        let tray = Tray::new();
        for word in ["a", "b", "c"] {
            tray.add(word.to_owned(), |old, new| old + &new);
        }
        assert_eq!(tray.take().await, "abc");
    }

    #[tokio::test]
    async fn a_worker_waits_until_there_is_work() {
        let tray = Tray::new();
        let (taken, ()) = tokio::join!(tray.take(), async {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            tray.replace("work");
        });
        assert_eq!(taken, "work");
    }
}
