//! The real program in a pseudo-terminal, over its own simulated account.

mod pty;
mod recorded;
mod terminal;
