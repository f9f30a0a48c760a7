//! The simulated AWS account: it speaks the wire protocols of the services and
//! imports nothing else of this crate.

pub mod call;
pub mod cloudtrail;
pub mod dice;
pub mod policy;
pub mod principal;
pub mod recorder;
pub mod scenario;
