//! The rows of docs/spoken.md, run.

use speech::Language::{Chinese, English};

use crate::asked::check;

#[test]
fn the_page_tells_what_is_said() {
    let page = include_str!("../../../../docs/spoken.md");
    let mut rows = 0;
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [asked, chinese, english] = cells[..] else {
            panic!("three cells: {line}");
        };
        let asked = asked.trim_matches('`');
        check(Chinese, &[(asked, chinese)]);
        check(English, &[(asked, english)]);
        rows += 1;
    }
    assert!(rows >= 40, "{rows} rows: the tables are not found");
}
