//! What is taken out of a text and what stays, by examples (E7).

use super::*;

fn known() -> Known {
    Known {
        names: vec![
            "王小明".into(),
            "北京移动通信集团".into(),
            "John Smith".into(),
        ],
        numbers: vec![
            "+8613800001111".into(),
            "010-65529988转8021".into(),
            "10010".into(),
        ],
        contacts: vec!["海淀区中关村大街1号".into()],
        references: vec!["TS-261121-0042".into()],
    }
}

#[test]
fn e7_who_the_customer_is_and_how_he_is_reached_is_taken_out() {
    for (text, clean) in [
        ("王小明的宽带断了", "〔客户〕的宽带断了"),
        (
            "王先生来电，家住海淀区中关村大街1号。",
            "〔客户〕来电，家住〔联系方式〕。",
        ),
        ("北京移动通信集团 投诉", "〔客户〕 投诉"),
        (
            "回电 138 0000 1111 或 13800001111",
            "回电 〔号码〕 或 〔号码〕",
        ),
        ("回电+86 138-0000-1111。", "回电〔号码〕。"),
        ("座机(010)65529988", "座机(〔号码〕"),
        ("邮箱 wang.x@example.com.", "邮箱 〔联系方式〕."),
        ("身份证11010519491231002X", "身份证〔号码〕"),
        ("见 TS-261121-0042", "见 〔编号〕"),
        ("Mr. Smith and john smith", "〔客户〕 and 〔客户〕"),
        ("他打10010", "他打〔号码〕"),
        // What is nobody's stays.
        (
            "2026-11-23 到期，费用 199 元",
            "2026-11-23 到期，费用 199 元",
        ),
        ("按 1 2 3 4 5 6 7 8 依次检查", "按 1 2 3 4 5 6 7 8 依次检查"),
        ("拨打 12330 或 10086", "拨打 12330 或 10086"),
        ("王冠丢了，Smithers 来取", "王冠丢了，Smithers 来取"),
        ("版本 V1234567890", "版本 V1234567890"),
        (
            "2026-11-23 14:30 到 2026-11-24 9-12 点",
            "2026-11-23 14:30 到 2026-11-24 9-12 点",
        ),
        ("23.11.2026, 2026/1/3", "23.11.2026, 2026/1/3"),
        (
            "改 192.168.1.100 为 10.0.0.1",
            "改 192.168.1.100 为 10.0.0.1",
        ),
        ("", ""),
    ] {
        let (told, _) = known().anonymised(text, Language::Chinese);
        assert_eq!(told, clean, "{text}");
    }
}

#[test]
fn e7_what_was_replaced_is_told_with_what_stands_there() {
    let (_, replaced) = known().anonymised("王小明 13800001111, 13800001111", Language::English);
    let row = |kind, text: &str, by, times| Replaced {
        kind,
        text: text.into(),
        by,
        times,
    };
    assert_eq!(
        replaced,
        [
            row(Kind::Name, "王小明", "[customer]", 1),
            row(Kind::Number, "13800001111", "[number]", 2),
        ]
    );
}

#[test]
fn e7_what_identifies_him_is_found_again_and_what_is_others_is_not() {
    for (text, found) in [
        ("请告知王小明", Some("王小明")),
        ("拨 (010) 6552 9988", Some("010) 6552 9988")),
        ("拨 138 0000 1111", Some("138 0000 1111")),
        ("拨 400-800-1234", None),
        ("TEL13800001111", Some("13800001111")),
        ("tel:+86-138-0000-1111", Some("+86-138-0000-1111")),
        ("电话１３８００００１１１１", Some("１３８００００１１１１")),
        ("138.0000.1111", Some("138.0000.1111")),
        ("138·0000·1111", Some("138·0000·1111")),
        ("138・0000・1111", Some("138・0000・1111")),
        (
            "138\u{3000}0000\u{3000}1111",
            Some("138\u{3000}0000\u{3000}1111"),
        ),
        (
            "138\u{a0}0000\u{2009}1111",
            Some("138\u{a0}0000\u{2009}1111"),
        ),
        ("138\u{200b}00001111", Some("138\u{200b}00001111")),
        ("138 - 0000 - 1111", Some("138 - 0000 - 1111")),
        ("138–0000–1111", Some("138–0000–1111")),
        ("1 3 8 0 0 0 0 1 1 1 1", Some("1 3 8 0 0 0 0 1 1 1 1")),
        ("0086 13800001111 12", Some("0086 13800001111")),
        ("1795113800001111", Some("1795113800001111")),
        ("010.6552.9988", Some("010.6552.9988")),
        ("W_X@Example.com", None),
        ("海淀区中关村大街１号", Some("海淀区中关村大街１号")),
        ("ｊｏｈｎ Smith", Some("ｊｏｈｎ Smith")),
        // Whoever's they are.
        ("他邻居15912345678", Some("15912345678")),
        (
            "身份证１１０１０５１９４９１２３１００２Ｘ",
            Some("１１０１０５１９４９１２３１００２Ｘ"),
        ),
        ("ID:110105 19491231 0021", Some("110105 19491231 0021")),
        // What is nobody's stays.
        ("2026-11-23 14:30，2026.11.23", None),
        ("15.00 20.00 188", None),
        ("费用 199.00 元，共 1,380.00 元，100.10 元", None),
        ("13.5、13.6、13.7 版本 1.3.8.0.0", None),
        ("192.168.100.100", None),
        ("订单 20261123000012", None),
        ("按 1 2 3 4 5 6 7 8 9 0 1", None),
        ("12345", None),
        ("写信到 help@example.com", None),
    ] {
        assert_eq!(known().found_in(text).as_deref(), found, "{text}");
    }
}

#[test]
fn a_text_of_any_shape_comes_back_in_time() {
    for piece in ["1", "1-", "+", "a@", "王", "(", "1 ", "x@y.z "] {
        let text = piece.repeat(20_000 / piece.chars().count());
        let (clean, _) = known().anonymised(&text, Language::Chinese);
        assert!(clean.len() <= text.len() * 8, "{piece}");
    }
}
