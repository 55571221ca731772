//! The texts of the page: key, Chinese, English. The page's placeholders `{{t.key}}` and the script read the same rows.

use std::collections::BTreeMap;

use crate::locale::Locale;

mod board;
mod calendars;

const TEXTS: &[(&str, &str, &str)] = &[
    ("title", "坐席工作台", "Agent desk"),
    ("login", "工号", "Login"),
    ("password", "密码", "Password"),
    ("sign_in", "登录", "Sign in"),
    ("sign_out", "退出登录", "Sign out"),
    (
        "sign_in_hint",
        "使用您的分机工号和密码登录。",
        "Use the login and password of your phone.",
    ),
    ("other_language", "English", "中文"),
    ("other_language_tag", "en", "zh-CN"),
    (
        "no_script",
        "未启用 JavaScript：本页显示加载时的状态，刷新以更新。",
        "JavaScript is off: this page shows the state as of loading. Reload to update it.",
    ),
    (
        "lost",
        "实时连接中断，电话不受影响。正在重新连接…",
        "Live connection lost. Phone calls are not affected. Reconnecting…",
    ),
    ("failed", "操作未成功", "That did not work"),
    ("pages", "业务系统页面", "Pages of other systems"),
    ("device_on", "话机在线", "Phone online"),
    ("device_off", "话机离线", "Phone offline"),
    ("go_ready", "示闲", "Ready"),
    ("go_not_ready", "示忙", "Not ready"),
    ("go_offline", "离线", "Go offline"),
    ("place", "接听位置", "Where calls ring"),
    ("place.house", "本机话机", "Phone here"),
    ("place.outside", "外线", "Outside"),
    ("place.standby", "常连", "On the line"),
    (
        "outside.rings",
        "正在呼叫您的外线电话",
        "ringing your outside phone",
    ),
    (
        "outside.press",
        "请在外线电话上按 1 接听",
        "press 1 on your outside phone to take it",
    ),
    ("reason", "示忙原因", "Reason"),
    ("overrun", "超时", "over by"),
    ("reason.break", "小休", "Break"),
    ("reason.meal", "用餐", "Meal"),
    ("reason.training", "培训", "Training"),
    ("reason.meeting", "会议", "Meeting"),
    ("reason.signed_in", "刚登录", "Just signed in"),
    ("reason.no_answer", "未接来电", "Missed calls"),
    ("reason.device", "话机故障", "Phone fault"),
    ("reason.device_lost", "话机掉线", "Phone lost"),
    ("state.offline", "离线", "Offline"),
    ("state.not_ready", "示忙", "Not ready"),
    ("state.ready", "示闲", "Ready"),
    ("state.reserved", "预占", "Reserved"),
    ("state.ringing", "振铃", "Ringing"),
    ("state.talking", "通话中", "Talking"),
    ("state.wrap_up", "话后处理", "Wrap-up"),
    ("stage.offered", "来电振铃", "Incoming call"),
    ("stage.connected", "通话中", "In call"),
    ("stage.ended", "通话结束", "Call ended"),
    ("stage.cancelled", "来电已取消", "Call cancelled"),
    ("wrap_up", "话后处理", "Wrap-up"),
    ("wrap_up_done", "完成", "Done"),
    ("wrap_up_more", "延长 30 秒", "30 s more"),
    ("wrap_up_ask", "留出整理时间", "Keep time to file"),
    (
        "wrap_up_kept",
        "通话结束后留有整理时间",
        "you have time to file after the call",
    ),
    ("category_saved", "分类已保存", "category saved"),
    ("wrap_up_cost", "等待来电：", "Callers who wait: "),
    ("wrap_up.optional", "可随时结束", "end it when you are done"),
    (
        "wrap_up.until_done",
        "处理完请点击完成",
        "say when you are done",
    ),
    ("wrap_up.timed", "可随时结束", "end it when you are done"),
    (
        "wrap_up.timed_fixed",
        "时间固定，自动结束",
        "the time is fixed, it ends by itself",
    ),
    (
        "wrap_up.until_category",
        "填写分类后结束",
        "it ends with the category",
    ),
    ("category", "分类", "Category"),
    ("category_save", "保存分类", "Save"),
    ("my_queues", "我的队列", "My queues"),
    ("queue_out", "已退出", "opted out"),
    ("queue_leave", "退出", "Opt out"),
    ("queue_back", "重新加入", "Serve again"),
    ("quiet", "暂无来电", "No call"),
    (
        "quiet_ready",
        "您已示闲，来电时将在此弹屏。",
        "You are ready. Callers appear here when your phone rings.",
    ),
    (
        "quiet_not_ready",
        "示闲后才会分配来电。",
        "Calls come once you are ready.",
    ),
    ("decline", "拒接", "Decline"),
    (
        "decline_reason",
        "拒接原因（每天询问一次）",
        "Why you decline (asked once a day)",
    ),
    ("why", "为什么这样分配", "Why it went there"),
    ("why.now", "现在", "Now"),
    (
        "why.nothing",
        "这通来电没有排队，也没有派给任何人。",
        "This call stood in no queue and was offered to nobody.",
    ),
    ("call", "通话", "Call"),
    ("withheld", "号码未显示", "Number withheld"),
    ("pending", "正在查询客户资料…", "Looking up the caller…"),
    ("stranger", "陌生来电", "Unknown caller"),
    ("candidates", "可能的客户", "May be"),
    ("typed", "来电者输入", "Keyed in:"),
    ("typed.account", "账号", "account"),
    ("typed.ticket", "工单号", "ticket"),
    ("typed.phone", "电话号码", "telephone number"),
    ("typed.nobody", "没有查到", "nobody"),
    ("typed.unanswered", "未能查询", "could not be looked up"),
    (
        "typed.number",
        "来电号码属于",
        "The number that calls belongs to",
    ),
    (
        "typed.differs",
        "两者不一致，请核实来电者身份",
        "These are not the same: please ask who is calling",
    ),
    ("why_is.number", "按来电号码", "by number"),
    (
        "why_is.typed_account",
        "按输入的账号",
        "by the account keyed in",
    ),
    (
        "why_is.typed_ticket",
        "按输入的工单号",
        "by the ticket keyed in",
    ),
    (
        "why_is.typed_phone",
        "按输入的电话",
        "by the number keyed in",
    ),
    ("vip", "贵宾", "VIP"),
    ("list.black", "黑名单", "Black list"),
    ("list.white", "白名单", "White list"),
    ("list.vip", "贵宾名单", "List of VIPs"),
    ("number", "号码", "Number"),
    ("kind", "类型", "Kind"),
    ("callback", "回呼", "callback"),
    ("called", "拨打", "Dialled"),
    ("queue", "队列", "Queue"),
    ("path", "按键路径", "Path"),
    ("waited", "等待", "Waited"),
    ("language", "语言", "Language"),
    ("open_tickets", "未结工单", "Open tickets"),
    ("no_open_tickets", "没有未结工单", "No open tickets"),
    ("last_calls", "最近通话", "Last calls"),
    ("no_last_calls", "没有通话记录", "No earlier calls"),
    ("urged", "催单", "urged"),
    ("due", "到期", "due"),
    ("overdue", "已超时", "overdue"),
    ("suggestion", "建议", "Suggested"),
    (
        "suggestion.append",
        "追加到未结工单",
        "Append to the open ticket",
    ),
    ("suggestion.urge", "催办未结工单", "Urge the open ticket"),
    ("suggestion.new", "新建工单", "New ticket"),
    (
        "cancelled.answered_by",
        "已由其他坐席接听",
        "Answered by a colleague",
    ),
    ("cancelled.timeout", "超时未接", "Not answered"),
    ("cancelled.caller_left", "主叫已挂机", "The caller hung up"),
    ("cancelled.rejected", "已拒接", "Declined"),
    (
        "cancelled.unreachable",
        "话机无法接通",
        "Phone not reachable",
    ),
    (
        "cancelled.queue_left",
        "主叫已离开队列",
        "The caller left the queue",
    ),
    ("cancelled.not_ready", "您已示忙", "You are not ready"),
    ("cancelled.failed", "呼叫失败", "The call failed"),
    ("result.answered", "已接听", "answered"),
    ("result.abandoned", "主叫放弃", "abandoned"),
    ("result.self_service", "自助完成", "self service"),
    ("result.refused", "已拒绝", "refused"),
    ("result.failed", "失败", "failed"),
    ("result.resumed", "已重新接入排队", "called again in time"),
    ("by.caller", "主叫挂机", "the caller hung up"),
    ("by.agent", "坐席挂机", "you hung up"),
    ("by.system", "系统结束", "ended by the system"),
    ("result.transferred", "已转接", "transferred"),
    ("talk", "通话操作", "Call"),
    ("talk.hold", "保持", "Hold"),
    ("talk.resume", "取回", "Resume"),
    ("talk.alternate", "切换", "Switch"),
    ("talk.complete", "完成转接", "Complete"),
    ("talk.join", "三方通话", "Join all"),
    ("talk.drop", "结束咨询", "Drop"),
    ("talk.survey", "转满意度调查", "To the survey"),
    ("talk.consult", "咨询", "Consult"),
    ("talk.transfer", "转接", "Transfer"),
    ("talk.kind", "转给", "Where to"),
    ("talk.agent", "坐席", "Agent"),
    ("talk.queue", "队列", "Queue"),
    ("talk.number", "号码", "Number"),
    ("talk.target", "工号、队列或号码", "Login, queue or number"),
    ("talk.note", "备注", "Note"),
    ("clips", "语音片段", "Clips"),
    ("clips.search", "片段编号或标题", "Clip by number or title"),
    ("clips.play", "播放给来电者", "Play to the caller"),
    ("clips.stop", "停止播放", "Stop"),
    ("clips.playing", "来电者正在听", "Your caller hears"),
    ("clips.none", "没有符合的片段", "No clip has that"),
    ("clips.silent", "尚无声音", "no sound yet"),
    ("handling.held", "来电者保持中", "Caller on hold"),
    (
        "handling.held_long",
        "来电者已等待较久",
        "Your caller has been on hold for long",
    ),
    ("handling.transferring", "正在转接", "Transferring to"),
    ("handling.asking", "正在呼叫", "Calling"),
    ("handling.consulting", "咨询中", "Consulting"),
    ("handling.with_caller", "与来电者通话", "with the caller"),
    ("handling.joined", "三方通话", "All three:"),
    ("handling.missed", "未能接通", "Not reached"),
    ("handed_on", "转自", "Transferred by"),
    ("handed_on.consult", "咨询来自", "Asked by"),
    (
        "handed_on.back",
        "转接未成，来电退回",
        "The transfer failed, the caller is back",
    ),
    ("my_tickets", "我的最近工单", "My last tickets"),
    ("draft", "草稿", "Draft"),
    ("no_tickets", "还没有工单", "No tickets yet"),
    ("ticket.quarantined", "隔离", "Quarantined"),
    ("ticket.new", "待派", "New"),
    ("ticket.dispatched", "待接单", "Dispatched"),
    ("ticket.in_progress", "处理中", "In progress"),
    ("ticket.pending", "挂起", "Pending"),
    ("ticket.in_review", "待审核", "In review"),
    ("ticket.resolved", "处理完毕", "Resolved"),
    ("ticket.closed", "结案", "Closed"),
    ("ticket.merged", "已合并", "Merged"),
    ("ticket.void", "作废", "Void"),
    ("ringing_now", "来电", "Incoming call from"),
];

/// All texts of a language.
pub(super) fn all(locale: Locale) -> impl Iterator<Item = (&'static str, &'static str)> {
    TEXTS
        .iter()
        .chain(board::TEXTS)
        .chain(calendars::TEXTS)
        .map(move |(key, chinese, english)| {
            let text = match locale {
                Locale::Chinese => *chinese,
                Locale::English => *english,
            };
            (*key, text)
        })
}

/// All texts for the script.
pub(super) fn as_json(locale: Locale) -> String {
    let texts: BTreeMap<_, _> = all(locale).collect();
    serde_json::to_string(&texts).unwrap_or_default()
}

/// One text; a key without a row is a defect that a test finds.
pub(super) fn get(key: &str, locale: Locale) -> &'static str {
    all(locale)
        .find(|(found, _)| *found == key)
        .map_or("", |(_, text)| text)
}

/// The word for an agent's state.
pub(super) fn of_state(state: &str, locale: Locale) -> &'static str {
    get(&format!("state.{state}"), locale)
}

/// The word for how far a pop is.
pub(super) fn of_stage(stage: &str, locale: Locale) -> &'static str {
    get(&format!("stage.{stage}"), locale)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::page::board::{self as page_board, BOARD};
    use crate::page::calendars::{self as page_calendars, CALENDARS};
    use crate::page::{COMMON, INDEX, SCRIPT};

    #[test]
    fn each_key_stands_once_with_both_languages() {
        let rows = TEXTS.iter().chain(board::TEXTS).chain(calendars::TEXTS);
        let rows: Vec<_> = rows.collect();
        let keys: BTreeSet<_> = rows.iter().map(|(key, _, _)| key).collect();
        assert_eq!(keys.len(), rows.len());
        assert!(
            rows.iter()
                .all(|(_, chinese, english)| !chinese.is_empty() && !english.is_empty())
        );
    }

    #[test]
    fn every_text_that_page_and_script_ask_for_exists() {
        let pages = [INDEX, BOARD, CALENDARS].into_iter();
        let in_pages = pages.flat_map(|page| page.split("{{t.").skip(1));
        let in_pages = in_pages.filter_map(|rest| rest.split_once("}}"));
        let scripts = [SCRIPT, COMMON, page_board::SCRIPT, page_calendars::SCRIPT].into_iter();
        let asked: Vec<_> = in_pages
            .map(|(key, _)| key)
            .chain(scripts.flat_map(asked_by))
            .collect();
        assert!(asked.len() > 60);
        for key in asked {
            assert!(!get(key, Locale::English).is_empty(), "{key}");
        }
    }

    /// The keys of `t("…")`, and of no other call whose name ends in t.
    fn asked_by(script: &str) -> impl Iterator<Item = &str> {
        let calls = script.match_indices("t(\"");
        calls
            .filter(|(at, _)| !script[..*at].ends_with(|before: char| before.is_alphanumeric()))
            .filter_map(|(at, _)| script[at + 3..].split_once('"'))
            .map(|(key, _)| key)
    }

    #[test]
    fn every_state_of_agents_and_tickets_has_its_word() {
        for state in [
            "offline",
            "not_ready",
            "ready",
            "reserved",
            "ringing",
            "talking",
            "wrap_up",
        ] {
            assert!(!of_state(state, Locale::Chinese).is_empty(), "{state}");
        }
        for state in ticket::State::all() {
            let key = format!("ticket.{}", state.name());
            assert_eq!(
                get(&key, Locale::Chinese),
                state.chinese(),
                "one word for one thing"
            );
        }
    }
}
