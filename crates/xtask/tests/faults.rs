//! Every fault of the table can be planted in the house as it stands, and its finders are there.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::path::Path;

use xtask::fault::FAULTS;

#[test]
fn every_fault_has_its_place_and_its_finders() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for fault in FAULTS {
        let text = std::fs::read_to_string(root.join(fault.file)).unwrap();
        let planted = fault.planted(&text).unwrap();
        assert_ne!(planted, text, "{}", fault.name);
        assert!(!fault.found_by.is_empty(), "{}", fault.name);
        for finder in fault.found_by {
            let tests = root.join(format!("crates/{}/tests", finder.package));
            assert!(has_test(&tests, finder.name), "{finder:?} fits no test");
        }
    }
}

fn has_test(folder: &Path, name: &str) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().path()).any(|path| {
        if path.is_dir() {
            return has_test(&path, name);
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let mut functions = text
            .lines()
            .filter(|line| line.trim_start().starts_with("fn "));
        functions.any(|line| line.contains(name))
    })
}
