//! The house that the volume is of: how much of everything, and what its things are called. Both who fills and who measures ask here,
//! so that a question finds what was written.

use std::ops::Range;

pub(crate) use model::DAY_MS;
use model::Timestamp;
use ticket::Rules;
use ticket::duplicate::{Condition, Part};
use ticket::rules::{Destination, DispatchRule, GroupRule, When};

use crate::chance::Chance;

/// 2026-11-18T11:06:40Z: nothing happens later.
pub(crate) const END: Timestamp = Timestamp::from_ms(1_795_000_000_000);
/// How long the house has stood.
const DAYS: i64 = 1_000;
/// Of each day, from midnight UTC on: from eight to eight in China.
const HOURS_MS: i64 = 12 * 60 * 60 * 1_000;
/// Sums are kept by so long a time besides.
pub(crate) const BLOCK_MS: i64 = 4 * 60 * 60 * 1_000;
/// Quarters of an hour of a day.
pub(crate) const QUARTERS: u64 = 48;
/// Queues.
pub(crate) const QUEUES: u64 = 40;
/// Groups of tickets.
pub(crate) const GROUPS: u64 = 40;
/// What tickets are about.
pub(crate) const CATEGORIES: u64 = 120;
/// Of so many calls one comes from nobody known.
const STRANGERS: u64 = 5;
/// Names that tickets of one kind complain about.
const PARTIES: u64 = 50_000;

const SURNAMES: [&str; 16] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "林",
];
const GIVEN: [&str; 32] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明",
    "超", "秀", "霞", "平", "刚", "桂", "英", "华", "玉", "兰", "萍", "红", "鹏", "辉", "宇", "晨",
];
const THINGS: [&str; 24] = [
    "宽带",
    "手机信号",
    "账单",
    "电视",
    "固定电话",
    "流量套餐",
    "光猫",
    "路由器",
    "充值卡",
    "国际漫游",
    "短信",
    "发票",
    "会员",
    "装机",
    "移机",
    "携号转网",
    "语音信箱",
    "彩铃",
    "云盘",
    "摄像头",
    "门锁",
    "热水器",
    "空调",
    "洗衣机",
];
const FAULTS: [&str; 24] = [
    "无法上网",
    "扣费不明",
    "经常掉线",
    "速度很慢",
    "没有声音",
    "画面卡顿",
    "申请退订",
    "要求赔偿",
    "咨询办理",
    "一直未到账",
    "无法接通",
    "密码错误",
    "被停机",
    "重复收费",
    "设备损坏",
    "投诉服务态度",
    "预约上门",
    "催促处理",
    "地址有误",
    "合同到期",
    "优惠未生效",
    "收不到验证码",
    "指示灯不亮",
    "噪音很大",
];
const DETAILS: [&str; 16] = [
    "用户反映昨天晚上开始出现问题",
    "已重启设备两次仍然没有恢复",
    "要求今天之内给出答复",
    "家里有老人希望尽快上门",
    "此前已经来电三次",
    "邻居家同样如此",
    "请联系用户核实地址",
    "用户表示不接受该解释",
    "工程师电话无人接听",
    "希望减免本月费用",
    "营业厅答复与客服不一致",
    "the router shows a red light",
    "用户在外地出差",
    "需要开具增值税发票",
    "已提供身份证明",
    "建议转技术支持处理",
];

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct House {
    pub(crate) seed: u64,
    pub(crate) calls: u64,
    pub(crate) tickets: u64,
    pub(crate) customers: u64,
    /// Two at least.
    pub(crate) agents: u64,
    /// Of so many calls, the last ones, each fact is kept.
    pub(crate) calls_with_facts: u64,
    /// Of so many tickets, the last ones, each entry of the timeline is kept.
    pub(crate) tickets_with_entries: u64,
    /// Of so many days, the last ones, the sums for reports stand.
    pub(crate) days_of_sums: u64,
}

/// Whose call, or whose ticket, it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Person {
    /// A customer, from 0.
    Customer(u64),
    /// Nobody known, by the end of his number.
    Stranger(u64),
}

impl Person {
    /// His number, as it is dialled.
    pub(crate) fn phone(self) -> String {
        match self {
            Self::Customer(index) => format!("130{index:08}"),
            Self::Stranger(end) => format!("151{end:08}"),
        }
    }
}

impl House {
    /// The people of a call.
    pub(crate) fn person_of_call(&self, call: u64) -> Person {
        let mut chance = Chance::new(self.seed, call << 3);
        if chance.below(STRANGERS) == 0 {
            Person::Stranger(chance.below(100_000_000))
        } else {
            Person::Customer(chance.skewed(self.customers))
        }
    }

    /// The call that a ticket came from.
    pub(crate) fn call_of_ticket(&self, ticket: u64) -> u64 {
        (ticket * self.calls / self.tickets.max(1)).min(self.calls.saturating_sub(1))
    }

    /// A customer's name.
    pub(crate) fn name_of(&self, customer: u64) -> String {
        let mut chance = Chance::new(self.seed, customer << 3 | 1);
        let name = [chance.one_of(&SURNAMES), chance.one_of(&GIVEN)].concat();
        match chance.below(3) {
            0 => name,
            _ => name + chance.one_of(&GIVEN),
        }
    }

    /// When the `index`th of `many` things begins: in their order, by day, none on the last two days.
    pub(crate) fn at(index: u64, many: u64) -> Timestamp {
        let first = (END.as_ms() / DAY_MS - DAYS - 2) * DAY_MS;
        let open_ms = i128::from(DAYS * HOURS_MS);
        let passed = i128::from(index) * open_ms / i128::from(many.max(1));
        let passed = i64::try_from(passed).unwrap_or(0);
        let (day, of_day) = (passed / HOURS_MS, passed % HOURS_MS);
        Timestamp::from_ms(first + day * DAY_MS + of_day)
    }

    /// When a quarter of an hour begins, of a day that is so many before the last.
    pub(crate) fn quarter(day: u64, place: u64) -> Timestamp {
        let days = END.as_ms() / DAY_MS - 2 - day as i64;
        Timestamp::from_ms(days * DAY_MS + place as i64 * report::QUARTER_MS)
    }

    /// The last 30 of its days.
    pub(crate) fn month() -> Range<Timestamp> {
        Timestamp::from_ms(END.as_ms() - 32 * DAY_MS)..END
    }

    /// What the house says of tickets.
    pub(crate) fn rules() -> Rules {
        let mut rules = Rules::default();
        for index in 0..GROUPS {
            rules.groups.insert(group(index), one_group());
        }
        rules.standard.conditions = vec![Condition {
            name: "infringer".to_owned(),
            parts: vec![Part::Name("infringer".to_owned()), Part::Category],
            window_days: 180,
        }];
        rules
    }

    /// The same with one group more, to which everything goes.
    pub(crate) fn rules_of_sample(sample_group: &str) -> Rules {
        let mut rules = Self::rules();
        rules.groups.insert(sample_group.to_owned(), one_group());
        rules.dispatch.push(DispatchRule {
            name: "all".to_owned(),
            line: 1,
            when: When::default(),
            to: Destination::Group(sample_group.to_owned()),
        });
        rules
    }
}

fn one_group() -> GroupRule {
    GroupRule {
        tier: 1,
        ..GroupRule::default()
    }
}

/// A queue's name.
pub(crate) fn queue(index: u64) -> String {
    format!("queue{index:02}")
}

/// A group's name.
pub(crate) fn group(index: u64) -> String {
    format!("group{index:02}")
}

/// A category's code.
pub(crate) fn category(index: u64) -> String {
    format!("matter{index:03}")
}

/// Whom a ticket complains about.
pub(crate) fn party(chance: &mut Chance) -> String {
    format!("第{}商店", chance.skewed(PARTIES))
}

/// What a ticket is about, in a line.
pub(crate) fn subject(chance: &mut Chance) -> String {
    [chance.one_of(&THINGS), chance.one_of(&FAULTS)].concat()
}

/// What it says: some sentences, and a number that nobody else has.
pub(crate) fn body(chance: &mut Chance) -> String {
    let mut text = subject(chance);
    for _ in 0..=chance.below(3) {
        text.push('，');
        text.push_str(chance.one_of(&DETAILS));
    }
    text.push_str(&format!("，订单A{:09}", chance.below(1_000_000_000)));
    text
}

/// A question of the field of a search: a common word, a rare one, some that stand together, one character, an order, none.
pub(crate) const QUESTIONS: [(&str, &str); 7] = [
    ("a common word", "宽带"),
    ("a rare word", "门锁"),
    ("words that stand together", "宽带无法上网"),
    ("two words", "账单 上门"),
    ("one character", "锁"),
    ("a word of Latin letters", "router"),
    ("what is nowhere", "从未写过"),
];
