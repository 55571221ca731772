//! Fuzz target `digest`: its body stands in `bodies.rs`.
#![no_main]

#[path = "../bodies.rs"]
#[allow(dead_code, reason = "each target runs one body of all")]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    bodies::digest(data);
});
