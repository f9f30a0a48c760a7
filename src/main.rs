//! stanch
fn main() {}
