//! The program `cpo`.
fn main() {}
