//! Guards of the house: floors, homes of libraries, clocks and locks in core crates.
fn main() {}
