//! The real program in a pseudo-terminal, over its own simulated account.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod account;
mod demo;
mod handover;
mod kill;
mod pty;
mod readonly;
mod recorded;
mod resume;
mod terminal;
