//! Customers by the binary's own verbs, on the store of a server that runs (F1, F8, F9).

use std::process::Output;

use serde_json::Value;

use crate::house::House;

fn customer(house: &House, words: &[&str]) -> Output {
    let mut verb = house.trunkline();
    verb.arg("customer").args(words).output().unwrap()
}

#[track_caller]
fn said(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn errors(output: &Output) -> (Option<i32>, String) {
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), errors)
}

#[test]
fn f8_a_list_is_tried_mended_taken_over_and_its_customers_are_found_merged_and_parted() {
    let house = House::open();
    let folder = house.dir.join("lists");
    std::fs::create_dir_all(&folder).unwrap();
    let names = folder.join("names.csv");
    let addresses = folder.join("addresses.csv");
    let (names, addresses) = (names.to_str().unwrap(), addresses.to_str().unwrap());
    std::fs::write(
        names,
        "编号,姓名,电话\nK-1,王芳,13800001111\nK-2,李雷,没有\n",
    )
    .unwrap();
    std::fs::write(addresses, "编号,地址\nK-1,北京市 1 号\n").unwrap();
    let import = ["import", names, "--with", addresses];
    let (code, told) = errors(&customer(
        &house,
        &[&import[..], &["--lang", "zh"]].concat(),
    ));
    assert_eq!(code, Some(1));
    let place = format!("{names}:3:3: `没有` 不是电话号码");
    assert!(
        told.contains(&place) && told.contains("未写入任何内容"),
        "{told}"
    );
    let list = said(&customer(&house, &["search", "王芳", "--json"]));
    assert_eq!(list, "", "nothing was written");

    std::fs::write(
        names,
        "编号,姓名,电话\nK-1,王芳,13800001111\nK-2,王方,13900002222\n",
    )
    .unwrap();
    let tried = said(&customer(
        &house,
        &[&import[..], &["--dry-run", "--lang", "en"]].concat(),
    ));
    assert!(
        tried.starts_with("nothing was written: 2 would be added"),
        "{tried}"
    );
    let done = said(&customer(&house, &[&import[..], &["--json"]].concat()));
    let done: Value = serde_json::from_str(done.trim()).unwrap();
    assert_eq!(
        (&done["added"], &done["is_written"]),
        (&2.into(), &true.into())
    );

    let id = |text: &str| {
        let found = said(&customer(&house, &["search", text, "--json"]));
        let record: Value = serde_json::from_str(found.trim()).unwrap();
        record["id"].as_str().unwrap().to_owned()
    };
    let (wang, other) = (id("K-1"), id("K-2"));
    let shown = said(&customer(&house, &["show", &wang]));
    assert!(
        shown.contains("王芳") && shown.contains("address: 北京市 1 号"),
        "{shown}"
    );
    said(&customer(&house, &["merge", &other, &wang]));
    let shown = said(&customer(&house, &["show", &wang]));
    assert!(shown.contains("+8613900002222"), "{shown}");
    let (code, told) = errors(&customer(&house, &["merge", &other, &wang, "--lang", "en"]));
    assert!(code == Some(1) && told.contains("was merged"), "{told}");
    said(&customer(&house, &["unmerge", &other]));
    let shown = said(&customer(&house, &["show", &other]));
    assert!(shown.contains("+8613900002222"), "{shown}");
    let (code, told) = errors(&customer(&house, &["show", "nobody", "--lang", "en"]));
    assert!(
        code == Some(1) && told.contains("no customer's id"),
        "{told}"
    );
}
