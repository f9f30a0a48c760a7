//! Signals of the operating system, and stopping oneself for the shell.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// `SIGTSTP` and `SIGCONT` (signal.h): what `ctrl-z` sends to a program that
/// reads no raw keys, and what wakes it.
#[cfg(target_os = "macos")]
const STOP_AND_CONTINUE: (i32, i32) = (18, 19);
#[cfg(not(target_os = "macos"))]
const STOP_AND_CONTINUE: (i32, i32) = (20, 18);

/// What the operating system asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// End: `SIGTERM` or `SIGINT`.
    End,
    /// End, for the terminal is gone: `SIGHUP`.
    HungUp,
    /// Stop until woken: `SIGTSTP`.
    Stop,
    /// Woken: `SIGCONT`.
    Continue,
}

/// Listens to the signals that concern a program on a terminal.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    stop: Signal,
    proceed: Signal,
}

impl Signals {
    /// Begins to listen: from now on none of them ends the program by itself.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            stop: signal(SignalKind::from_raw(STOP_AND_CONTINUE.0))?,
            proceed: signal(SignalKind::from_raw(STOP_AND_CONTINUE.1))?,
        })
    }

    /// The next signal's wish.
    pub async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.terminate.recv() => Wish::End,
            _ = self.interrupt.recv() => Wish::End,
            _ = self.hang_up.recv() => Wish::HungUp,
            _ = self.stop.recv() => Wish::Stop,
            _ = self.proceed.recv() => Wish::Continue,
        }
    }
}

/// Stops this process until it is continued, as the shell's job control has it.
pub fn stop_self() -> io::Result<()> {
    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP)?;
    Ok(())
}
