//! The event engine: what CloudTrail says, read, kept, filtered and asked for.
//! Pure: no files, no network, no clock.

pub mod coverage;
pub mod pace;
pub mod sweep;
