//! The codes of problems: one row each with its word, status and the title in both languages. Codes are for ever; a title
//! may be said better.

use axum::http::StatusCode;

use crate::locale::Locale;

/// A code's row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) word: &'static str,
    pub(super) status: StatusCode,
    chinese: &'static str,
    english: &'static str,
}

impl Row {
    pub(super) const fn title(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::Chinese => self.chinese,
            Locale::English => self.english,
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal $status:ident $chinese:literal $english:literal;)+) => {
        /// What went wrong, in a word that programs compare.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $name,)+
        }

        impl Code {
            /// All codes, for tests and the reference.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            pub(super) const fn row(self) -> &'static Row {
                match self {
                    $(Self::$name => &Row {
                        word: $word,
                        status: StatusCode::$status,
                        chinese: $chinese,
                        english: $english,
                    },)+
                }
            }
        }
    };
}

codes! {
    /// The body is no JSON, or of another shape.
    MalformedBody = "malformed_body" BAD_REQUEST "请求体无法解析" "The body cannot be read";
    /// A parameter of path or query cannot be read.
    MalformedParameter = "malformed_parameter" BAD_REQUEST "请求参数无法解析" "A parameter cannot be read";
    /// The body's media type is not the one that is taken.
    WrongMediaType = "wrong_media_type" UNSUPPORTED_MEDIA_TYPE "不支持的内容类型" "The media type is not supported";
    /// The body has a field that is not known, lacks one, or a value is out of its range.
    InvalidBody = "invalid_body" UNPROCESSABLE_ENTITY "请求字段未知、缺失或取值无效" "A field is unknown, missing or invalid";
    /// The body is larger than 1 MiB.
    BodyTooLarge = "body_too_large" PAYLOAD_TOO_LARGE "请求体过大" "The body is too large";
    /// Nobody is signed in.
    SignInNeeded = "sign_in_needed" UNAUTHORIZED "请先登录" "Please sign in";
    /// Login or password is wrong; the same for a login that does not exist (advisory 17).
    WrongCredentials = "wrong_credentials" UNAUTHORIZED "用户名或密码错误" "Login or password is wrong";
    /// Too many tries to sign in.
    TooManyTries = "too_many_tries" TOO_MANY_REQUESTS "尝试次数过多，请稍后再试" "Too many tries, please wait";
    /// The role does not allow it.
    Forbidden = "forbidden" FORBIDDEN "没有权限" "Not allowed for this role";
    /// The CSRF token is missing or wrong.
    CsrfToken = "csrf_token" FORBIDDEN "缺少或错误的防伪令牌" "The CSRF token is missing or wrong";
    /// The request comes from another site.
    ForeignOrigin = "foreign_origin" FORBIDDEN "请求来自其他站点" "The request comes from another site";
    /// The path speaks WebSocket alone.
    UpgradeNeeded = "upgrade_needed" UPGRADE_REQUIRED "此地址仅支持 WebSocket" "This path speaks WebSocket alone";
    /// The WebSocket has to ask for the subprotocol `sip`.
    SubprotocolNeeded = "subprotocol_needed" BAD_REQUEST "WebSocket 子协议必须为 sip" "The WebSocket subprotocol has to be sip";
    /// The request is for another host: this listener answers to the names of its own machine alone.
    WrongHost = "wrong_host" MISDIRECTED_REQUEST "请求的主机名不属于本机" "The request is meant for another host";
    /// No such path.
    NotFound = "not_found" NOT_FOUND "没有这个地址" "There is nothing here";
    /// The path knows other methods.
    MethodNotAllowed = "method_not_allowed" METHOD_NOT_ALLOWED "不支持该请求方法" "The method is not allowed here";
    /// The WebSocket takes the orders of a softphone, and nothing else.
    OnlyByHttp = "only_by_http" METHOD_NOT_ALLOWED "此操作只能通过 HTTP 请求；WebSocket 仅接受软电话指令" "That is for HTTP: the WebSocket takes the orders of a softphone alone";
    /// No such agent.
    NoSuchAgent = "no_such_agent" NOT_FOUND "没有这个坐席" "There is no such agent";
    /// No such call, or it has ended.
    NoSuchCall = "no_such_call" NOT_FOUND "没有这个通话，或已结束" "There is no such call, or it has ended";
    /// No such queue.
    NoSuchQueue = "no_such_queue" NOT_FOUND "没有这个队列" "There is no such queue";
    /// No such calendar.
    NoSuchCalendar = "no_such_calendar" NOT_FOUND "没有这个工作日历" "There is no such calendar";
    /// The queue is none of the agent's profile (C1).
    NotHisQueue = "not_his_queue" NOT_FOUND "该坐席的档案中没有这个队列" "The agent's profile has no such queue";
    /// To opt out of a queue, or into it again, needs a right (C1).
    OptOutForbidden = "opt_out_forbidden" FORBIDDEN "退出或重新加入队列需要班长权限" "Opting out of a queue, or in again, needs a supervisor's right";
    /// No such callback, or it is over.
    NoSuchCallback = "no_such_callback" NOT_FOUND "没有这个回呼，或已结束" "There is no such callback, or it is over";
    /// No such entry of a number list.
    NoSuchNumberEntry = "no_such_number_entry" NOT_FOUND "没有这个名单条目" "There is no such entry of a number list";
    /// The same numbers stand on the list in the same places.
    NumbersListed = "numbers_listed" CONFLICT "名单中已有号码和适用范围相同的条目" "An entry of the list is for the same numbers in the same places";
    /// Caller and agent are not kept apart.
    NoConflict = "no_conflict" NOT_FOUND "该号码与该坐席没有回避记录" "The caller and the agent are not kept apart";
    /// Nothing holds the call past its time.
    NoLegalHold = "no_legal_hold" NOT_FOUND "该通话没有法律保全" "There is no legal hold on the call";
    /// No such script, or version of it.
    NoSuchScript = "no_such_script" NOT_FOUND "没有这个流程或版本" "There is no such script or version";
    /// The script was changed meanwhile.
    ScriptChanged = "script_changed" CONFLICT "流程已被他人修改" "The script was changed meanwhile";
    /// The text of that version is not good any more.
    ScriptRefused = "script_refused" UNPROCESSABLE_ENTITY "该版本已不符合当前配置" "That version is not good among the configuration of today";
    /// He has no draft of that call, or it is a ticket by now.
    NoSuchDraft = "no_such_draft" NOT_FOUND "您没有该通话的草稿，或它已成为工单" "You have no draft of that call, or it is a ticket by now";
    /// No such ticket.
    NoSuchTicket = "no_such_ticket" NOT_FOUND "没有这个工单" "There is no such ticket";
    /// The ticket has no PIN (X11).
    NoTicketPin = "ticket.no_pin" NOT_FOUND "该工单没有查询密码" "The ticket has no PIN";
    /// Nothing of what was typed can be looked for, or it is too long.
    BadQuestion = "bad_question" UNPROCESSABLE_ENTITY "搜索内容须含文字或数字，且不超过 200 字、16 个词" "A search needs a letter, a digit or a character, and has at most 200 characters and 16 words";
    /// No such customer.
    NoSuchCustomer = "no_such_customer" NOT_FOUND "没有这个客户" "There is no such customer";
    /// Another customer has the external reference.
    ReferenceTaken = "reference_taken" CONFLICT "该外部编号已属于另一客户" "Another customer has this external reference";
    /// B9: a list has mistakes, and nothing of it was written.
    ListRefused = "list_refused" UNPROCESSABLE_ENTITY "列表中有错误，未写入任何内容" "There are mistakes in the list, and nothing was written";
    /// The customer was merged into another.
    CustomerMerged = "customer_merged" CONFLICT "该客户已合并到另一客户" "The customer was merged into another one";
    /// F9: no merge that could be undone.
    CustomerNotMerged = "customer_not_merged" CONFLICT "该客户在最近 7 天内没有被合并" "The customer was not merged within the last 7 days";
    /// F9: the one who stands was merged himself since.
    CustomerMergedSince = "customer_merged_since" CONFLICT "代替该客户的客户其后又被合并：请先撤销那次合并" "The customer who stands for him was merged since: undo that first";
    /// T1 to T31: a ticket in this state takes no such order.
    NotInThisState = "state.not_allowed" CONFLICT "工单当前状态不允许此操作" "A ticket in this state takes no such order";
    /// Somebody else gives that order.
    NotYourOrder = "ticket.not_yours" FORBIDDEN "您无权对此工单执行该操作" "This order is not yours to give for this ticket";
    /// Neither customer nor number.
    NoContact = "ticket.no_contact" UNPROCESSABLE_ENTITY "工单须有客户或联系号码" "A ticket needs a customer or a contact number";
    /// A text is missing or too long.
    BadText = "ticket.bad_text" UNPROCESSABLE_ENTITY "文字缺失或过长" "A text is missing or too long";
    /// Fields are needed first.
    FieldsMissing = "ticket.fields_missing" UNPROCESSABLE_ENTITY "缺少必填字段" "Fields are needed first";
    /// A field has not the form that the type gives it.
    FieldMisfits = "ticket.field_misfits" UNPROCESSABLE_ENTITY "字段值不符合要求" "A field has not the form that it should have";
    /// No such type.
    NoSuchType = "ticket.no_such_type" UNPROCESSABLE_ENTITY "没有该工单类型" "There is no such type of tickets";
    /// No such category.
    NoSuchCategory = "ticket.no_such_category" UNPROCESSABLE_ENTITY "没有该业务分类" "There is no such category";
    /// Nothing of the same key that it could differ from (D6).
    NoDuplicate = "ticket.no_duplicate" CONFLICT "没有同一事项的工单，无需选择“不同案件”" "There is no ticket of the same key that it could differ from";
    /// No such group.
    NoSuchGroup = "ticket.no_such_group" UNPROCESSABLE_ENTITY "没有该处理组" "There is no such group";
    /// He is not of that group, or nobody of it is here.
    NobodyThere = "ticket.nobody_there" CONFLICT "该处理组中无此人，或无人可接" "Nobody of that group can be reached under that name";
    /// He has as many as he takes.
    TicketsFull = "ticket.full" CONFLICT "在办工单已达上限" "As many tickets as this person takes";
    /// Four eyes.
    SomebodyElse = "ticket.somebody_else" CONFLICT "须由其他人执行" "Somebody else has to do that";
    /// A lead decides.
    LeadDecides = "ticket.lead_decides" CONFLICT "须由组长决定" "A lead has to agree";
    /// A supervisor decides.
    SupervisorDecides = "ticket.supervisor_decides" CONFLICT "须由班长决定" "A supervisor has to do that";
    /// A sensitive ticket.
    SensitiveTicket = "ticket.sensitive" FORBIDDEN "保密工单不得流出本组织树" "A sensitive ticket stays within its own groups";
    /// There is no higher tier.
    NoHigherTier = "ticket.no_higher_tier" CONFLICT "已无更高层级" "There is no higher tier";
    /// Urged a moment ago.
    UrgedAlready = "ticket.urged_already" CONFLICT "十分钟内已催办过" "It was urged a moment ago";
    /// A moment is past or too far away.
    BadMoment = "ticket.bad_moment" UNPROCESSABLE_ENTITY "时间已过，或过远" "That moment is past, or too far away";
    /// Extensions: none is asked for, or one already, or for too much.
    BadExtension = "ticket.bad_extension" CONFLICT "没有待批的延时申请、已有申请，或时间过长" "No extension is asked for, or one already, or too much";
    /// A solution has to be approved, or must not be.
    ApprovalPolicy = "ticket.approval_policy" CONFLICT "该类型工单的审核规定不允许" "The approval policy of this type does not allow it";
    /// Tasks of it are not done.
    OpenTasks = "ticket.open_tasks" CONFLICT "还有未完成的子任务" "It has open tasks";
    /// The customer is to be asked first, or is not to be asked.
    VisitPolicy = "ticket.visit_policy" CONFLICT "该工单的回访规定不允许" "The policy of return visits does not allow it";
    /// Too long ago.
    TooLate = "ticket.too_late" CONFLICT "已超过期限，请新建并关联" "That is too long ago: open a new ticket and link it";
    /// Its type does not allow it.
    NotOfThisType = "ticket.not_of_this_type" CONFLICT "该类型工单不允许直接答复" "Tickets of this type are not answered at once";
    /// Tickets of the same hard key are there, and nothing was chosen.
    TicketDuplicate = "ticket.duplicate" CONFLICT "存在重复工单：请选择并入、关联、追加或不同" "The same matter is there: choose to merge, link, append or that it is different";
    /// The other ticket cannot go on for both.
    NotASurvivor = "ticket.not_a_survivor" CONFLICT "目标工单不能作为保留工单" "The other ticket cannot go on for both";
    /// Nothing to object to.
    NoAppeal = "ticket.no_appeal" CONFLICT "没有可申诉的判责，或申诉未决" "There is nothing to object to, or an objection is outstanding";
    /// Nobody has vouched for it.
    NotVerified = "ticket.not_verified" UNPROCESSABLE_ENTITY "未核实的工单不能答复或派单" "A ticket that nobody has verified is neither answered nor sent";
    /// The order is the other side of another.
    AsAPair = "ticket.as_a_pair" UNPROCESSABLE_ENTITY "合并与撤销合并只能成对进行" "Tickets are merged and parted as a pair";
    /// No such article, or none that the asker may read (E7, E8).
    NoSuchArticle = "no_such_article" NOT_FOUND "没有这篇知识条目" "There is no such article";
    /// The step is none from where the version stands; or it is no draft, and not written on.
    ArticleNotAllowed = "article.not_allowed" CONFLICT "该版本当前状态不允许此操作" "Where the version stands, that cannot be done";
    /// Four eyes: its writers do not review it.
    ArticleFourEyes = "article.four_eyes" CONFLICT "编写者不得审核，须由其他人审核" "Who wrote on it does not review it";
    /// It is for its writers, or for who reviews.
    ArticleNotYours = "article.not_yours" FORBIDDEN "仅编写者或审核人可以执行" "That is for its writers, or for who reviews";
    /// A private article is its writer's, and what colleagues read does not become private.
    ArticlePrivate = "article.private" CONFLICT "私有条目不能送审，已公开的条目也不能转为私有" "A private article is not reviewed, and what others read does not become private";
    /// It still names the customer of the ticket that it was made of.
    ArticlePersonal = "article.personal" CONFLICT "文中仍含来源工单客户的姓名、号码或地址" "The text still holds what identifies the customer of its ticket";
    /// No such reminder of who asks, and none that he made (J8).
    NoSuchReminder = "no_such_reminder" NOT_FOUND "没有这条提醒" "There is no such reminder";
    /// Whom it reminds has 200 that are not done (J8).
    TooManyReminders = "too_many_reminders" CONFLICT "未完成的提醒已达上限" "There are as many reminders as one person may have";
    /// A masked number was sent where a whole one is needed (F7).
    NumberMasked = "number_masked" UNPROCESSABLE_ENTITY "号码已隐藏中间几位：请写明来电、客户或工单，或先查看完整号码" "The number is masked: name the call, the customer or the ticket, or see it whole first";
    /// No such canned reply, or none for who asks (C18).
    NoSuchReply = "no_such_reply" NOT_FOUND "没有这条常用语" "There is no such reply";
    /// The call has no recording (yet).
    NoRecording = "no_recording" NOT_FOUND "该通话没有录音" "The call has no recording";
    /// No clip has that number or name (E25).
    NoClip = "no_clip" NOT_FOUND "没有该语音片段" "There is no such clip";
    /// The clip is offered in talks of other queues (E25).
    ClipNotOffered = "clip_not_offered" CONFLICT "该语音片段不用于此队列的通话" "This clip is not offered in talks of this queue";
    /// The clip cannot be heard in that language (E25).
    NoClipLanguage = "no_clip_language" CONFLICT "该语音片段没有这种语言" "This clip cannot be heard in that language";
    /// The clip has no sound (E25).
    ClipSilent = "clip_silent" CONFLICT "该语音片段还没有声音" "This clip has no sound yet";
    /// A party holds, and the caller hears no clip (E25).
    ClipWhileHeld = "clip_while_held" CONFLICT "通话保持中，不能播放语音片段" "A party holds: the caller cannot hear a clip";
    /// The agent is with a colleague, and the caller hears no clip (E25).
    ClipWhileConsulting = "clip_while_consulting" CONFLICT "坐席正与同事通话，不能播放语音片段" "The agent is with a colleague: the caller cannot hear a clip";
    /// There is no such mailbox.
    NoMailbox = "no_mailbox" NOT_FOUND "没有该信箱" "There is no such mailbox";
    /// There is no such message in this mailbox.
    NoMessage = "no_message" NOT_FOUND "该信箱没有这条留言" "There is no such message in this mailbox";
    /// There is no such report.
    NoSuchReport = "no_such_report" NOT_FOUND "没有这种报表" "There is no such report";
    /// No such webhook.
    NoSuchWebhook = "no_such_webhook" NOT_FOUND "没有该事件推送" "There is no such webhook";
    /// No such message of a webhook, or none any more.
    NoSuchDelivery = "no_such_delivery" NOT_FOUND "没有该推送记录，或已过期" "There is no such delivery, or it is not kept any more";
    /// The key came with another request before (J3).
    KeyReused = "idempotency_key_reused" UNPROCESSABLE_ENTITY "该幂等键已用于其他请求" "The idempotency key was used with another request";
    /// The request with this key is being answered (J3).
    KeyInFlight = "idempotency_in_flight" CONFLICT "该幂等键的请求正在处理" "The request with this key is being answered";
    /// The request with this key was cut off: nobody knows what it has done (J3).
    OutcomeUnknown = "idempotency_outcome_unknown" CONFLICT "该幂等键的请求曾中断，结果未知" "The request with this key was cut off, and what it has done is unknown";
    /// Too many keys of one principal are kept (J3).
    TooManyKeys = "too_many_keys" TOO_MANY_REQUESTS "幂等键过多，请稍后再试" "Too many idempotency keys are kept";
    /// The range lies outside of the recording.
    RangeNotSatisfiable = "range_not_satisfiable" RANGE_NOT_SATISFIABLE "请求的范围超出录音长度" "The range lies outside of the recording";
    /// The agent's state does not allow it.
    StateForbids = "state_forbids" CONFLICT "当前状态不允许此操作" "The present state does not allow it";
    /// The caller does not wait, or not any more (D25).
    NotWaiting = "not_waiting" CONFLICT "该来电已不在排队" "The caller does not wait in a queue any more";
    /// The caller waits in that queue.
    WaitsThere = "waits_there" CONFLICT "该来电已在此队列排队" "The caller waits in that queue already";
    /// The queue is closed or full, or nobody serves it.
    QueueTakesNobody = "queue_takes_nobody" CONFLICT "该队列目前不接收来电" "That queue takes nobody in at the moment";
    /// The agent who is to be rung is not ready.
    AgentNotReady = "agent_not_ready" CONFLICT "该坐席目前不是示闲" "That agent is not ready";
    /// Caller and agent must not meet (R66).
    KeptApart = "kept_apart" CONFLICT "该来电者与该坐席须相互回避" "The caller and that agent are kept apart";
    /// The customer is on the line, and no callback any more (D21).
    CalledBack = "called_back" CONFLICT "客户已被回呼，正在线上" "The customer has been called back and is on the line";
    /// The agent's first decline of a day is to say why (C10).
    ReasonNeeded = "reason_needed" CONFLICT "今天第一次拒接，请说明原因" "The first decline of a day needs a reason";
    /// An update came without `If-Match`.
    VersionNeeded = "version_needed" PRECONDITION_REQUIRED "缺少 If-Match 版本号" "If-Match with the version is needed";
    /// The document changed meanwhile.
    VersionConflict = "version_conflict" PRECONDITION_FAILED "内容已被他人修改" "The document changed meanwhile";
    /// Events after that number are not kept.
    EventsGone = "events_gone" GONE "事件已过期，请重新加载" "Those events are gone, load the state again";
    /// The bearer token may not do this, whatever its agent may.
    TokenScope = "token_scope" FORBIDDEN "该令牌的权限范围不包含此操作" "The token's scopes do not hold this";
    /// There is no such token.
    NoSuchToken = "no_such_token" NOT_FOUND "没有这个令牌" "There is no such token";
    /// Another token has this name.
    TokenNameTaken = "token_name_taken" CONFLICT "已有同名令牌" "Another token has this name";
    /// More requests than somebody may make in a minute.
    TooManyRequests = "too_many_requests" TOO_MANY_REQUESTS "请求过于频繁，请稍后再试" "Too many requests, please wait";
    /// Too many streams.
    TooManyStreams = "too_many_streams" TOO_MANY_REQUESTS "事件流过多" "Too many event streams are open";
    /// The queue is full; try again.
    Busy = "busy" SERVICE_UNAVAILABLE "系统繁忙，请稍后再试" "Busy, please try again";
    /// The engine does not answer.
    EngineSilent = "engine_silent" SERVICE_UNAVAILABLE "通话引擎无响应" "The call engine does not answer";
    /// The process ends.
    Closing = "closing" SERVICE_UNAVAILABLE "系统正在关闭" "The system is shutting down";
    /// A fault of ours.
    Internal = "internal" INTERNAL_SERVER_ERROR "系统内部错误" "An internal error";
}

impl Code {
    /// The code for a bare error of the framework.
    pub(crate) fn of_status(status: StatusCode) -> Option<Self> {
        [
            Self::NotFound,
            Self::MethodNotAllowed,
            Self::BodyTooLarge,
            Self::WrongMediaType,
            Self::InvalidBody,
            Self::MalformedBody,
            Self::Internal,
        ]
        .into_iter()
        .find(|code| code.row().status == status)
    }

    /// The word that programs compare.
    pub const fn word(self) -> &'static str {
        self.row().word
    }

    /// What it says to a person.
    pub const fn title(self, locale: Locale) -> &'static str {
        self.row().title(locale)
    }

    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        self.row().status
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_code_has_a_word_of_its_own_and_both_titles() {
        let words: BTreeSet<_> = Code::ALL.iter().map(|code| code.word()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        for code in Code::ALL {
            let row = code.row();
            assert!(row.status.is_client_error() || row.status.is_server_error());
            assert!(!row.chinese.is_ascii(), "{}: Chinese is Chinese", row.word);
            assert!(
                row.english.is_ascii() && !row.english.is_empty(),
                "{}",
                row.word
            );
        }
    }
}
