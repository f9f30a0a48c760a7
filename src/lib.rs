//! stanch
