//! The event engine: from the bytes of a CloudTrail record to an answer about
//! a million of them; and what to ask CloudTrail for next.
//!
//! Pure: nothing here opens a file, calls AWS or reads a clock. Bytes and time
//! come in as arguments; records that lie in files are read back through
//! [`raw::Raw`], which others implement.

pub mod columns;
pub mod coverage;
pub mod decode;
pub mod histogram;
mod index;
pub mod pace;
pub mod portrait;
pub mod query;
pub mod raw;
pub mod session;
pub mod sweep;
pub mod symbols;
pub mod timeline;
