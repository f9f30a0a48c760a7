//! The real program in a pseudo-terminal, over its own simulated account.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod account;
mod demo;
mod facts;
mod handover;
mod hands;
mod kill;
mod pty;
mod readonly;
mod recorded;
mod restored;
mod resume;
mod terminal;
