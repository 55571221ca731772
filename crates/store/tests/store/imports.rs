//! Lists of customers from elsewhere: told before they are done, done once however often they come, and never by half (B9, F8).

use model::CustomerKind;
use store::{
    CustomerChange, CustomerRecord, CustomerSearch, ImportReport, ImportWish, ListFile, PageRequest,
};
use ticket::Actor;

use crate::world::{NOW, World};

const BOOK: &[u8] = include_bytes!("lists/customers.xlsx");

fn file(name: &str, bytes: impl AsRef<[u8]>) -> ListFile {
    ListFile {
        name: name.to_owned(),
        bytes: bytes.as_ref().to_vec(),
    }
}

fn list(text: &str) -> ImportWish {
    ImportWish {
        files: vec![file("list.csv", text)],
        ..ImportWish::default()
    }
}

async fn done(world: &World, wish: ImportWish) -> ImportReport {
    let done = world.database.import_customers(wish, Actor::System, NOW);
    done.await.unwrap()
}

async fn all(world: &World) -> Vec<CustomerRecord> {
    let search = CustomerSearch::default();
    let found = world.database.customers(&search, PageRequest::default());
    let mut found = found.await.unwrap().items;
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

/// Added, changed, the same, refused; whether it was written.
const fn counts(report: &ImportReport) -> ([u64; 4], bool) {
    let many = [report.added, report.changed, report.same, report.refused];
    (many, report.is_written)
}

/// Where and what, in English.
fn findings(report: &ImportReport) -> Vec<String> {
    for found in &report.findings {
        assert!(found.told.is_said_alike(), "{found:?}");
    }
    let found = report.findings.iter();
    found
        .map(|it| format!("{}:{}:{} {}", it.file, it.line, it.column, it.told.en))
        .collect()
}

#[tokio::test]
async fn f8_a_workbook_with_a_sheet_of_addresses_becomes_customers() {
    let world = World::new().await;
    let owner = world.agent("1001").await.id;
    let wish = ImportWish {
        files: vec![file("book.xlsx", BOOK)],
        ..ImportWish::default()
    };
    let trial = ImportWish {
        is_trial: true,
        ..wish.clone()
    };
    let report = done(&world, trial).await;
    assert_eq!(counts(&report), ([2, 0, 0, 0], false), "{report:?}");
    assert!(all(&world).await.is_empty(), "a trial writes nothing");

    let report = done(&world, wish.clone()).await;
    assert_eq!((counts(&report), report.rows), (([2, 0, 0, 0], true), 5));
    let [li, wang] = &all(&world).await[..] else {
        panic!("two customers");
    };
    assert_eq!((li.name.as_str(), wang.name.as_str()), ("李雷", "王芳"));
    assert_eq!(
        (wang.external_ref.as_deref(), wang.vip_level, wang.owner),
        (Some("K-1"), 2, Some(owner))
    );
    let numbers: Vec<_> = wang
        .phones
        .iter()
        .map(|it| (&*it.number, &*it.extension))
        .collect();
    assert_eq!(
        numbers,
        [("+861065529988", "8021"), ("+8613800001111", "")],
        "a number that Excel holds as a number is one"
    );
    let contacts: Vec<_> = wang.contacts.iter().map(|it| it.value.as_str()).collect();
    assert_eq!(
        contacts,
        [
            "上海市 2 号",
            "北京市海淀区 1 号",
            "广州市",
            "wang@example.com"
        ]
    );
    let audited = world.database.audit_entries(None, PageRequest::default());
    assert_eq!(audited.await.unwrap().items.len(), 2, "a row each");

    let report = done(&world, wish).await;
    assert_eq!(counts(&report), ([0, 0, 2, 0], true), "nothing again");
    assert_eq!(all(&world).await[1].version, 1);
}

#[tokio::test]
async fn b9_who_has_no_reference_is_known_by_name_and_number_and_blanks_change_nothing() {
    let world = World::new().await;
    let first = "name,phone,vip,note\n王芳,13800001111,3,先问\n公司,010-65529988,,\n";
    done(&world, list(first)).await;
    // One number more in another spelling, a level, a reference; the note is not said.
    let again = "name,phone,vip,note,ref,kind\n王芳,+86 138 0000 1111;13900002222,0,,K-1,\n王芳,13800001111,,,,个人\n公司,01065529988,,,,organisation\n王芳,13700003333,,,,\n";
    let report = done(&world, list(again)).await;
    assert_eq!(counts(&report), ([1, 2, 0, 0], true), "{report:?}");
    let found = all(&world).await;
    assert_eq!(
        found.len(),
        3,
        "another number with her name is another one"
    );
    let wang = found.iter().find(|it| it.external_ref.is_some()).unwrap();
    assert_eq!(
        (wang.phones.len(), wang.vip_level, wang.note.as_deref()),
        (2, 0, Some("先问"))
    );
    assert_eq!(wang.phones[0].raw, "13800001111", "as it was written first");
    assert_eq!(found[0].kind, CustomerKind::Organisation);
    let report = done(&world, list(again)).await;
    assert_eq!(counts(&report), ([0, 0, 3, 0], true), "{report:?}");
    // By the reference he may get another name, and a number that was doubtful becomes certain.
    let renamed = "ref,name,phone_maybe\nK-1,王芳芳,13600004444\n";
    done(&world, list(renamed)).await;
    let certain = "ref,phone\nK-1,13600004444\n";
    let report = done(&world, list(certain)).await;
    assert_eq!(counts(&report), ([0, 1, 0, 0], true));
    let wang = world.database.customer(wang.id).await.unwrap().unwrap();
    assert_eq!((wang.name.as_str(), wang.phones.len()), ("王芳芳", 3));
    assert!(wang.phones.iter().all(|phone| phone.is_certain));
}

#[tokio::test]
async fn b9_a_mistake_is_told_with_its_place_and_nothing_is_written() {
    let world = World::new().await;
    let text = "name,phone,ref,vip,owner,mail\n\
                王芳,13800001111,K-1,2,,\n\
                ,13900002222,K-2,,,\n\
                李雷,no number: !!!,K-3,12,nobody,not a mail\n\
                韩梅,,,,,\n\
                另一个,13800001111,K-1,,,\n";
    let expected = [
        "list.csv:3:1 a name has 1 to 120 printable characters",
        "list.csv:4:2 `no number: !!!` is no telephone number: write digits, such as 13800001111 or 010-65529988 ext. 8021",
        "list.csv:4:4 a VIP level is 0 to 9",
        "list.csv:4:5 there is no agent with the login `nobody`",
        "list.csv:4:6 `not a mail` is no mail: at most 250 characters, a mail address with its @",
        "list.csv:5:1 by what is he known? Write `external_ref`, or `name` with a certain `phone`",
        "list.csv:6:1 `name` is not what line 2 says of the same customer",
    ];
    let report = done(&world, list(text)).await;
    assert_eq!(findings(&report), expected);
    assert_eq!(counts(&report), ([1, 0, 0, 4], false));
    assert!(all(&world).await.is_empty());
    let skipping = ImportWish {
        skips_errors: true,
        ..list(text)
    };
    let report = done(&world, skipping).await;
    assert_eq!(counts(&report), ([1, 0, 0, 4], true));
    assert_eq!(all(&world).await.len(), 1);
}

#[tokio::test]
async fn b9_a_head_or_a_file_that_is_not_understood_stops_all_even_with_leave_to_skip() {
    let world = World::new().await;
    for (files, told) in [
        (
            vec![file("a.csv", "nmae,phone,#x\n王芳,138\n")],
            "a.csv:1:1 no column is called `nmae`",
        ),
        (
            vec![file("a.csv", "name,note\n王芳,x\n")],
            "a.csv:1:1 the sheet needs a column `external_ref` (编号) or `phone` (电话)",
        ),
        (
            vec![file("a.csv", "name,phone,姓名\n")],
            "a.csv:1:3 a second column `name`",
        ),
        (
            vec![file("a.csv", "")],
            "a.csv:1:1 there is nothing in the file",
        ),
        (
            vec![
                file("a.csv", "name,phone\n\u{fffd}\n"),
                file("b.csv", "address\n北京\n"),
            ],
            "b.csv:1:1 the sheet needs a column `external_ref` (编号)",
        ),
        (
            vec![file("a.xlsx", b"PK\x03\x04torn")],
            "a.xlsx:1:1 this workbook cannot be read",
        ),
    ] {
        let wish = ImportWish {
            files,
            is_trial: false,
            skips_errors: true,
        };
        let report = done(&world, wish).await;
        let found = findings(&report);
        assert!(found.iter().any(|it| it.starts_with(told)), "{found:?}");
        assert!(!report.is_written, "{told}");
    }
    assert!(all(&world).await.is_empty());
}

#[tokio::test]
async fn b9_a_reference_of_somebody_merged_is_who_stands_and_one_of_two_alike_is_asked_for() {
    let world = World::new().await;
    done(&world, list("ref,name,phone\nK-1,王芳,13800001111\n")).await;
    done(&world, list("name,phone\n王方,13900002222\n")).await;
    let found = all(&world).await;
    let (stands, merged) = (found[0].id, found[1].id);
    assert_eq!(found[1].external_ref.as_deref(), Some("K-1"));
    let done_so = world
        .database
        .merge_customers(merged, stands, Actor::System, NOW);
    done_so.await.unwrap();
    let report = done(&world, list("ref,phone\nK-1,13700003333\n")).await;
    assert_eq!(counts(&report), ([0, 1, 0, 0], true));
    let stands = world.database.customer(stands).await.unwrap().unwrap();
    assert_eq!((stands.phones.len(), stands.external_ref), (3, None));

    // Two of one name with one number: by which is a row without a reference meant?
    for reference in ["K-8", "K-9"] {
        let row = format!("ref,name,phone\n{reference},张三,13600004444\n");
        done(&world, list(&row)).await;
    }
    let report = done(&world, list("name,phone\n张三,13600004444\n")).await;
    assert_eq!(
        findings(&report),
        [
            "list.csv:2:1 several customers on file have this name and number: write the external reference of one"
        ]
    );
}

#[tokio::test]
async fn b9_bounds_of_a_customer_hold_over_several_rows_and_what_is_on_file() {
    let world = World::new().await;
    let rows = |from: u64, to: u64| {
        let rows = (from..to).map(|at| format!("K-1,王芳,1380000{at:04}\n"));
        list(&format!("ref,name,phone\n{}", rows.collect::<String>()))
    };
    let report = done(&world, rows(0, 51)).await;
    assert_eq!(
        findings(&report),
        ["list.csv:2:3 a customer has at most 50 numbers"]
    );
    assert_eq!(counts(&report), ([0, 0, 0, 51], false));
    let report = done(&world, rows(0, 50)).await;
    assert_eq!(counts(&report), ([1, 0, 0, 0], true));
    let report = done(&world, rows(50, 51)).await;
    assert_eq!(counts(&report), ([0, 0, 0, 1], false), "{report:?}");
    let long = format!("ref,name,note\nK-2,王芳,{}\n", "字".repeat(4_001));
    let report = done(&world, list(&long)).await;
    assert_eq!(
        findings(&report),
        ["list.csv:2:3 `note` has at most 4000 printable characters"]
    );
    let many: String = (0..300).map(|_| "韩梅,\n").collect();
    let report = done(&world, list(&format!("name,phone\n{many}"))).await;
    assert_eq!((report.findings.len(), report.untold), (200, 100));
}

#[tokio::test]
async fn b9_more_customers_than_one_transaction_takes_are_all_there() {
    let world = World::new().await;
    let rows: String = (0..350)
        .map(|at| format!("客户{at},139{at:08}\n"))
        .collect();
    let wish = list(&format!("姓名,手机\n{rows}"));
    let report = done(&world, wish.clone()).await;
    assert_eq!(counts(&report), ([350, 0, 0, 0], true));
    let one = all(&world).await.into_iter().next().unwrap();
    let change = CustomerChange {
        vip_level: Some(4),
        ..CustomerChange::default()
    };
    let database = &world.database;
    let changed = database.change_customer(one.id, 1, change, Actor::System, NOW);
    changed.await.unwrap();
    let report = done(&world, wish).await;
    assert_eq!(counts(&report), ([0, 0, 350, 0], true), "a level stands");
}
