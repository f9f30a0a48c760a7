//! The ports over the AWS SDK for Rust: the only code of the console that names
//! the SDK. Domain words come out; SDK types stay in, save in the options of
//! [`connect`], which a caller may hand a stand-in HTTP client.

pub mod connect;
mod credentials;
pub mod fault;
mod fleet;
mod http;
mod identity;
mod regions;
pub mod responder;
mod time;
mod trail;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wire;
