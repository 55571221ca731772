//! The committed reference page holds the tables that the rows generate, word for word.
#![allow(
    clippy::disallowed_methods,
    reason = "a test reads and, when told to, writes the page"
)]

use std::path::Path;

const BEGIN: &str = "<!-- generated from the rows of crates/ivr: begin -->\n";
const END: &str = "<!-- generated from the rows of crates/ivr: end -->";
const REGENERATE: &str = "WRITE_REFERENCE=1 cargo test -p ivr reference_page";

#[test]
fn the_page_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ivr-scripts.md");
    let page = std::fs::read_to_string(&path).expect("docs/ivr-scripts.md");
    let (before, rest) = page
        .split_once(BEGIN)
        .expect("the mark where the tables begin");
    let (tables, after) = rest.split_once(END).expect("the mark where the tables end");
    let generated = format!("\n{}\n", ivr::reference_page());
    if std::env::var_os("WRITE_REFERENCE").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{generated}{END}{after}"))
            .expect("the page is written");
        return;
    }
    assert!(
        tables == generated,
        "docs/ivr-scripts.md is stale; write it anew with\n    {REGENERATE}"
    );
}
