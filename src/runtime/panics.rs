//! Panics: kept silent while the screen is ours, told once it is given back.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Write as _;
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, PoisonError};

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send>;

/// Keeps the report of the first panic until the terminal can show it.
/// Dropping it puts the former hook back.
pub struct Keeper {
    report: Arc<Mutex<Option<String>>>,
    former: Option<Hook>,
}

impl Keeper {
    /// From now on a panic prints nothing: its report is kept.
    pub fn install() -> Self {
        let report = Arc::new(Mutex::new(None));
        let former = panic::take_hook();
        let kept = Arc::clone(&report);
        panic::set_hook(Box::new(move |info| {
            let text = describe(info);
            tracing::error!("{text}");
            let mut slot = kept.lock().unwrap_or_else(PoisonError::into_inner);
            slot.get_or_insert(text);
        }));
        Self { report, former: Some(former) }
    }

    /// The report of the first panic.
    pub fn report(&self) -> Option<String> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Some(former) = self.former.take()
            && !std::thread::panicking()
        {
            panic::set_hook(former);
        }
    }
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into());
    let mut text = format!("panicked: {message}");
    if let Some(place) = info.location() {
        let _ = write!(text, " ({place})");
    }
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        let _ = write!(text, "\n{trace}");
    }
    text
}
