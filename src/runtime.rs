//! The machine room: the event loop, the terminal, the tasks. The only layer
//! that waits. It decides nothing: what happens is `update`'s, what is shown
//! is `view`'s.

pub mod clock;
pub mod drive;
pub mod escape;
