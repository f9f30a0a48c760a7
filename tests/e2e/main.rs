//! The real program in a pseudo-terminal, over its own simulated account.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod demo;
mod pty;
mod recorded;
mod terminal;
