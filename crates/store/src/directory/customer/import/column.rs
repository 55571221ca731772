//! What the columns of a list of customers are called, in English and in Chinese (F8).

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    /// His name.
    Name,
    /// Whether he is a person or an organisation.
    Kind,
    /// Numbers that certainly are his.
    Phone,
    /// Numbers that may be his.
    Maybe,
    /// His id elsewhere.
    Reference,
    /// His VIP level.
    Vip,
    /// His language.
    Locale,
    /// Where he is.
    Region,
    /// The login of the agent who looks after him.
    Owner,
    /// What everybody should know.
    Note,
    /// Mail addresses.
    Mail,
    /// Where he lives.
    Address,
    /// His WeChat ids.
    Wechat,
    /// Other contacts.
    Other,
}

/// Each with its names; the first is the one that is told.
const COLUMNS: [(Field, &[&str]); 14] = [
    (
        Field::Name,
        &["name", "姓名", "名称", "客户", "客户名称", "客户姓名"],
    ),
    (Field::Kind, &["kind", "type", "类型", "客户类型"]),
    (
        Field::Phone,
        &[
            "phone",
            "phones",
            "mobile",
            "telephone",
            "tel",
            "number",
            "电话",
            "手机",
            "号码",
            "电话号码",
            "手机号",
            "手机号码",
            "联系电话",
            "固话",
            "座机",
        ],
    ),
    (
        Field::Maybe,
        &["phone_maybe", "maybe", "待确认号码", "待确认电话"],
    ),
    (
        Field::Reference,
        &[
            "external_ref",
            "reference",
            "ref",
            "编号",
            "外部编号",
            "客户编号",
            "客户号",
        ],
    ),
    (
        Field::Vip,
        &[
            "vip_level",
            "vip",
            "vip等级",
            "vip 等级",
            "会员等级",
            "等级",
        ],
    ),
    (Field::Locale, &["locale", "language", "语言"]),
    (Field::Region, &["region", "地区", "区域"]),
    (
        Field::Owner,
        &["owner", "负责坐席", "负责工号", "客户经理", "工号"],
    ),
    (Field::Note, &["note", "notes", "remark", "备注", "说明"]),
    (
        Field::Mail,
        &[
            "mail",
            "email",
            "e-mail",
            "邮箱",
            "邮件",
            "电子邮箱",
            "电子邮件",
        ],
    ),
    (
        Field::Address,
        &["address", "addresses", "地址", "联系地址", "通讯地址"],
    ),
    (Field::Wechat, &["wechat", "微信", "微信号"]),
    (Field::Other, &["other", "contact", "其他", "其他联系方式"]),
];

impl Field {
    /// The field of a head: in any case, and with a number behind it (`phone 2`, 电话2).
    pub(super) fn of(head: &str) -> Option<Self> {
        let head = head.trim().to_lowercase();
        let bare = head.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '_');
        let mut columns = COLUMNS.iter();
        let found = columns.find(|(_, names)| names.contains(&bare));
        found.map(|(field, _)| *field)
    }

    /// The name that is told.
    pub(super) fn name(self) -> &'static str {
        let mut columns = COLUMNS.iter();
        let found = columns.find(|(field, _)| *field == self);
        found
            .and_then(|(_, names)| names.first())
            .unwrap_or(&"name")
    }

    /// Whether several columns of a sheet, and several parts of a cell, may say it.
    pub(super) const fn is_list(self) -> bool {
        match self {
            Self::Phone | Self::Maybe | Self::Mail | Self::Address | Self::Wechat | Self::Other => {
                true
            }
            Self::Name
            | Self::Kind
            | Self::Reference
            | Self::Vip
            | Self::Locale
            | Self::Region
            | Self::Owner
            | Self::Note => false,
        }
    }

    /// The parts of a cell. An address has commas of its own.
    pub(super) fn parts(self, cell: &str) -> impl Iterator<Item = &str> {
        let is_mark = move |c: char| match c {
            ';' | '；' | '|' | '\n' | '\r' => self.is_list(),
            ',' | '，' | '、' => self.is_list() && self != Self::Address && self != Self::Other,
            _ => false,
        };
        cell.split(is_mark)
            .map(str::trim)
            .filter(|part| !part.is_empty())
    }
}

/// The names that are told.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|(field, _)| field.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f8_a_column_is_known_by_its_name_in_both_languages() {
        for (head, field) in [
            ("Name", Some(Field::Name)),
            ("客户姓名", Some(Field::Name)),
            ("phone 2", Some(Field::Phone)),
            ("手机1", Some(Field::Phone)),
            ("VIP等级", Some(Field::Vip)),
            (" 地址 ", Some(Field::Address)),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(Field::of(head), field, "{head:?}");
        }
        for (field, names) in COLUMNS {
            for name in names {
                assert_eq!(Field::of(name), Some(field), "{name} is in two rows");
            }
        }
    }

    #[test]
    fn f8_a_cell_holds_several_numbers_and_an_address_its_commas() {
        let parts = |field: Field, cell| field.parts(cell).collect::<Vec<_>>();
        assert_eq!(
            parts(
                Field::Phone,
                "13800001111, 010-65529988转8021；+86 138/0000/2222\n"
            ),
            ["13800001111", "010-65529988转8021", "+86 138/0000/2222"]
        );
        assert_eq!(
            parts(Field::Address, "北京市，海淀区 1 号；上海"),
            ["北京市，海淀区 1 号", "上海"]
        );
        assert_eq!(parts(Field::Name, "Smith, John; Jr."), ["Smith, John; Jr."]);
    }
}
