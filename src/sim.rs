//! The simulated AWS account: it speaks the wire protocols of the services and
//! imports nothing else of this crate.

pub mod dice;
pub mod scenario;
