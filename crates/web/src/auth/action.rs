//! What someone may want to do: the rows of the table of rights.

macro_rules! actions {
    ($(#[doc = $text:literal] $name:ident;)+) => {
        /// What someone wants to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $(#[doc = $text] $name,)+
        }

        impl Action {
            /// All of them, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// What it is, in a line.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

actions! {
    /// See colleagues' names and states.
    SeeAgents;
    /// Change an agent's state, or end his wrap-up.
    SetState;
    /// Take an agent out of one of his profile's queues, or put him in again.
    ServeQueue;
    /// Say that an agent is away, and of which groups of tickets he is.
    ManageDuty;
    /// See how far somebody's rights go, and change it.
    SetReach;
    /// See calls, live and past.
    SeeCalls;
    /// See all facts of a call, and each decision with what it weighed.
    SeeDecisions;
    /// End a call.
    HangUp;
    /// Hear a recording.
    HearRecording;
    /// Take a message out of its mailbox.
    RemoveMessage;
    /// Hold a call and its recordings past their time, and let them go.
    HoldForLaw;
    /// See what callers answered to surveys.
    SeeSurveys;
    /// See figures of queues, agents and tickets over a time.
    SeeReports;
    /// Take calls out of the house as a list.
    ExportCalls;
    /// See tickets.
    SeeTickets;
    /// See tickets about how an agent has served.
    SeeLeadTickets;
    /// Enter a ticket, and give orders: which, the table of the state machine says.
    WorkOnTickets;
    /// Try rules of tickets on those of the past.
    TryTicketRules;
    /// See customers, and what is known of a number.
    SeeCustomers;
    /// Add a customer, or change one.
    ChangeCustomers;
    /// Give a customer a VIP level, or change it.
    SetVipLevel;
    /// See a masked number whole, for a reason that is noted.
    Unmask;
    /// Take a list of customers over.
    ImportCustomers;
    /// Make two customers one, and part them again.
    MergeCustomers;
    /// See articles of the knowledge base.
    SeeArticles;
    /// Write articles, and lead them through their steps: which, their table says.
    WriteArticles;
    /// Read what others write, and publish it.
    ReviewArticles;
    /// See canned replies, and fill them in.
    UseReplies;
    /// Write canned replies: one's own, and those of a group that one leads.
    WriteReplies;
    /// Write those of all groups and of the house.
    ManageReplies;
    /// See trunks, registered phones, refusals and the messages of calls.
    SeeSignalling;
    /// See and change number lists.
    ListNumbers;
    /// Close a calendar out of turn, or open it again.
    CloseCalendars;
    /// See and change which callers and agents must not meet.
    KeepApart;
    /// Give a waiting caller another place, queue or agent.
    SuperviseLine;
    /// See queues, who waits in them and today's figures.
    SeeQueues;
    /// Hold, transfer and consult in a call that an agent talks in.
    HandleCall;
    /// See scripts and their versions.
    SeeScripts;
    /// Bring a script's older text back.
    ChangeScripts;
    /// See and change what webhooks are told, and their secrets.
    ManageWebhooks;
    /// See, make and take back bearer tokens.
    ManageTokens;
    /// Follow all facts of the house.
    FollowAll;
    /// Follow what concerns an agent.
    FollowAgent;
}
