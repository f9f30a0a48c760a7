//! Panics: whichever thread panics while the screen is ours, the terminal is
//! given back, the panic is told, and the program ends. All of it happens in
//! the hook, so that nothing has to unwind for it.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::panic::{self, PanicHookInfo};

type Former = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send>;

/// The exit code of a program that failed.
const FAILED: i32 = 1;

/// The hook while it is installed. Dropping it puts the former one back.
pub struct Hook(Option<Former>);

impl Hook {
    /// From now on a panic gives the terminal back by `give_back` and ends the program.
    pub fn install(give_back: fn()) -> Self {
        let former = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let text = describe(info);
            tracing::error!("{text}");
            give_back();
            // Where standard error is gone, nobody is left to tell.
            let _ = writeln!(io::stderr(), "stanch: {text}");
            std::process::exit(FAILED);
        }));
        Self(Some(former))
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        if let Some(former) = self.0.take() {
            panic::set_hook(former);
        }
    }
}

/// The words of a panic, where it has any.
pub fn said(payload: &(dyn Any + Send)) -> Option<&str> {
    payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let mut text = format!("panicked: {}", said(info.payload()).unwrap_or("no message"));
    if let Some(place) = info.location() {
        let _ = write!(text, " ({place})");
    }
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        let _ = write!(text, "\n{trace}");
    }
    text
}
