//! The ports over the AWS SDK for Rust: the only code of the console that names
//! the SDK. Domain words come out; SDK types stay in, save in the options of
//! connecting, which a caller may hand a stand-in HTTP client.

pub mod fault;
