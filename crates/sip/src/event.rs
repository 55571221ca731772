//! What goes in and out of an endpoint besides messages: invitations, refusals, news.
//!
//! Strings that come from the network are decoded lossily and carry no control characters (advisory 24).

use crate::{
    flow::{Connect, Flow, Resolve, Transmit, Vouch},
    message::uri::Uri,
    reason::Reason,
    registrar::Binding,
    trunk::{TrunkChange, TrunkName},
};
use bytes::Bytes;

/// RFC 3261 §8.1.1.6: Max-Forwards of a request that begins here.
pub const HOPS_MAX: u8 = 70;

/// One INVITE session, from the INVITE to its end. Never used twice by an endpoint.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SessionId(pub u64);

/// What [`crate::Endpoint::poll_output`] hands out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Output {
    /// Bytes for the network.
    Transmit(Transmit),
    /// A connection to open.
    Connect(Connect),
    /// A name to resolve.
    Resolve(Resolve),
    /// Word to the gate.
    Vouch(Vouch),
    /// News for the owner of the calls.
    Event(Event),
}

/// News. After `Refused`, `Ended` and `Cancelled` the session id is dead; calls with it do nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// Somebody calls us; 100 Trying is on its way.
    Invite {
        /// The session.
        session: SessionId,
        /// What the INVITE says: boxed, for every message passes through the room that the largest news takes.
        invite: Box<IncomingInvite>,
    },
    /// The caller gave up before our answer (CANCEL, or BYE on the early dialog) and has got its 200 and 487; or no PRACK of
    /// its came within 64*T1 of a reliable 1xx, and it has got 504 (RFC 3262 §3).
    Cancelled {
        /// The session.
        session: SessionId,
        /// Reason header of the CANCEL.
        reason: Option<Reason>,
    },
    /// ACK to our 2xx of the INVITE; to that of a re-INVITE only if it carries SDP. Before the answer: the PRACK to a 183 that
    /// held our SDP offer.
    Acked {
        /// The session.
        session: SessionId,
        /// The SDP answer, where our 2xx (or reliable 183) held the SDP offer.
        sdp: Option<Bytes>,
    },
    /// The peer changes the session by re-INVITE, UPDATE or PRACK: answer by `accept_reinvite` or `reject_reinvite`. Before
    /// the answer it comes only where a reliable 183 has settled the first SDP offer.
    ReInvite {
        /// The session.
        session: SessionId,
        /// The SDP offer; none = we are to offer.
        sdp: Option<Bytes>,
    },
    /// 2xx to our re-INVITE ([`crate::Endpoint::reinvite`]), or to a refresh of ours whose answer differs from the last.
    ReInviteAnswered {
        /// The session.
        session: SessionId,
        /// The SDP answer.
        sdp: Option<Bytes>,
    },
    /// Our re-INVITE was refused for good; the session goes on as it was. 491 is tried again (RFC 3261 §14.1) and comes here
    /// only after ten tries; 408 and 481 never do, they end the session.
    ReInviteRefused {
        /// The session.
        session: SessionId,
        /// 300 to 699.
        status: u16,
    },
    /// The peer wants to be transferred elsewhere (RFC 3515): answer by `accept_refer` or `refuse_refer` in this turn.
    Refer {
        /// Name of the matter.
        refer: ReferId,
        /// In whose dialog.
        session: SessionId,
        /// Whereto.
        to: ReferTarget,
    },
    /// A key, by INFO; one event a press. 200 was sent.
    Digit {
        /// The session.
        session: SessionId,
        /// `0`-`9`, `*`, `#`, `A`-`D`.
        digit: char,
        /// Length of the press as the phone reports it.
        duration_ms: u32,
    },
    /// A provisional response above 100 to our INVITE.
    Ringing {
        /// The session.
        session: SessionId,
        /// 101 to 199.
        status: u16,
        /// SDP of early media.
        sdp: Option<Bytes>,
    },
    /// 2xx to our INVITE; the ACK is on its way.
    Answered {
        /// The session.
        session: SessionId,
        /// The SDP answer.
        sdp: Option<Bytes>,
        /// We had hung up already (R11, R22): the owner hangs up again, else the endpoint does so after 5 s.
        late: bool,
    },
    /// Final refusal of our INVITE: as received, 408 without an answer, 503 on a lost flow, 500 when it cannot be
    /// written.
    Refused {
        /// The session.
        session: SessionId,
        /// 300 to 699.
        status: u16,
        /// Reason header.
        reason: Option<Reason>,
        /// Retry-After in seconds.
        retry_after_s: Option<u32>,
    },
    /// An answered session is over, not by `hang_up`.
    Ended {
        /// The session.
        session: SessionId,
        /// Who or what ended it.
        by: EndedBy,
        /// Reason header of the BYE.
        reason: Option<Reason>,
    },
    /// A REGISTER was granted (a refresh or a query too) and the user has at least one contact.
    Registered {
        /// The user.
        user: String,
        /// Contacts bound by it.
        contacts: usize,
        /// The user had none before.
        first: bool,
    },
    /// The contacts of a user are others than before: what is to be kept over a restart. A refresh is a change too.
    BindingsChanged {
        /// The user.
        user: String,
        /// All of them; none = the user is gone.
        bindings: Vec<Binding>,
    },
    /// A trunk changed its state.
    Trunk {
        /// Which.
        trunk: TrunkName,
        /// How.
        change: TrunkChange,
    },
    /// The last contact of the user is gone.
    Unregistered {
        /// The user.
        user: String,
        /// Why.
        cause: UnregisterCause,
    },
}

/// What ended an answered session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndedBy {
    /// The peer's BYE.
    RemoteBye,
    /// No ACK came within 64*T1 of our 2xx; a BYE is on its way (RFC 3261 §13.3.1.4). A stranger who called by datagram has
    /// 8 s and gets no BYE: nothing shows that there is anybody (G11). Also an ACK that lacks the answer to our SDP offer.
    NoAck,
    /// The connection that carried the dialog was lost, and no ACK to our 2xx came by another one in time. A call that has
    /// its ACK outlives its connection.
    FlowLost,
    /// An answer came after `hang_up`, and the owner did nothing about it for 5 s; a BYE is on its way.
    Timeout,
    /// The session timer ran out, or the peer says that it knows no such dialog (RFC 4028 §10); a BYE is on its way.
    SessionExpired,
}

/// Why a user has no contact any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnregisterCause {
    /// Not refreshed in time.
    Expired,
    /// REGISTER with Expires 0.
    Request,
    /// The connection of the contact was lost.
    FlowLost,
    /// It does not answer our probes.
    Silent,
    /// [`crate::Endpoint::remove_account`].
    AccountRemoved,
}

/// What an INVITE says to the call's owner.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IncomingInvite {
    /// What is left of Max-Forwards, at most [`HOPS_MAX`]: a call that goes on by us has one less (RFC 7332 §3).
    pub hops_left: u8,
    /// User part of the Request-URI, unescaped.
    pub called_user: String,
    /// Who calls.
    pub caller: Caller,
    /// The account whose password was proven (S11), if any.
    pub authenticated: Option<String>,
    /// The SDP offer; none = we offer in the 2xx.
    pub sdp: Option<Bytes>,
    /// Where it came from.
    pub flow: Flow,
    /// Call-ID, for traces.
    pub call_id: String,
    /// User-Agent, for traces.
    pub user_agent: Option<String>,
    /// The trunk that it came by, if any: it has proven its address, its certificate or its password.
    pub trunk: Option<TrunkName>,
    /// The session whose place this call takes (RFC 3891). Only a proven user or a trunk may ask for that (S14).
    pub replaces: Option<Replaced>,
    /// Who was called before and sent the call on: latest first (RFC 5806, or RFC 7044 where that alone is there); only
    /// from a trunk that is trusted with identities.
    pub diversions: Vec<Diversion>,
}

/// The session that a call is to replace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replaced {
    /// Which; alive, and of this endpoint.
    pub session: SessionId,
}

/// A redirection on the way to us, RFC 5806.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diversion {
    /// Number or user who sent the call on.
    pub user: String,
    /// `reason` parameter: `no-answer`, `user-busy`, `unconditional`, …
    pub reason: Option<String>,
}

/// One REFER, from its arrival to its last NOTIFY.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ReferId(pub u64);

/// Where a peer wants to be transferred.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReferTarget {
    /// User part or telephone number of Refer-To, unescaped.
    pub user: String,
    /// Whether Refer-To names our domain or an address of ours (or is a `tel:` number); else it leads to a stranger.
    pub is_ours: bool,
    /// Attended: the answered session of ours that Replaces in Refer-To names (RFC 3891): the other call of the peer that asks,
    /// most of the time, and whoever it talks with there is to be joined. Whether it may name it is the owner's to judge
    /// (S14). One that nobody here knows is refused before it comes here.
    pub replaces: Option<SessionId>,
}

/// The calling party, as claimed by From; an authenticated user replaces the claim (S11).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// Display name.
    pub display: Option<String>,
    /// User part or telephone number.
    pub user: String,
    /// Host of the From URI; empty for `tel:`.
    pub host: String,
    /// RFC 3323: the caller withholds who he is.
    pub anonymous: bool,
}

/// Whom our INVITE names in From or in an identity header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// Display name.
    pub display: Option<String>,
    /// User part; `anonymous` is fine.
    pub user: String,
}

/// Where a call of ours goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Destination {
    /// A registered contact: Request-URI and flow are those of its REGISTER.
    Contact(Box<Binding>),
    /// A number, by a trunk: its servers are tried in turn (RFC 3263 §4.3).
    Trunk(TrunkName),
}

/// A call of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutgoingInvite {
    /// Max-Forwards: of a call that goes on by us what its caller left of it, less one; else [`HOPS_MAX`]. So a call that
    /// somebody sends back to us again and again comes to an end (S13).
    pub hops_left: u8,
    /// Where to.
    pub destination: Destination,
    /// User of the To header; by a trunk also of the Request-URI, as that carrier wants its numbers.
    pub to_user: String,
    /// Who calls.
    pub from: Identity,
    /// The SDP offer, never empty.
    pub sdp: Bytes,
    /// What else the phone is told.
    pub headers: Vec<ExtraHeader>,
}

/// Headers that the owner of a call may add: typed, so that no text can smuggle a line in (S10).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ExtraHeader {
    /// Alert-Info: ring tone or auto-answer hint.
    AlertInfo(AlertInfo),
    /// Priority.
    Priority(Priority),
    /// Call-Info.
    CallInfo {
        /// What is pointed at.
        uri: Uri,
        /// `purpose` parameter, a token such as `info`.
        purpose: String,
    },
    /// Subject.
    Subject(String),
    /// P-Asserted-Identity (RFC 3325), at our domain.
    AssertedIdentity(Identity),
    /// `Privacy: id` (RFC 3323, 3325): the caller withholds who he is.
    Privacy,
    /// Diversion (RFC 5806), and the same as History-Info (RFC 7044): who sent the call on.
    Diversion(Diversion),
}

/// Alert-Info, RFC 3261 §20.4.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlertInfo {
    /// Such as `urn:alert:service:call-waiting`.
    pub uri: Uri,
    /// `info` parameter, such as `alert-autoanswer`.
    pub info: Option<String>,
}

/// Priority, RFC 3261 §20.26.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Priority {
    /// `emergency`
    Emergency,
    /// `urgent`
    Urgent,
    /// `normal`
    Normal,
    /// `non-urgent`
    NonUrgent,
}

/// A final answer that says no.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// 400 to 699; anything else is sent as 500.
    pub status: u16,
    /// Retry-After in seconds.
    pub retry_after_s: Option<u32>,
    /// Reason header.
    pub reason: Option<Reason>,
    /// Text of a Warning header with code 399 (RFC 3261 §20.43).
    pub warning: Option<String>,
}

impl Refusal {
    /// A refusal that says no more than its status.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            retry_after_s: None,
            reason: None,
            warning: None,
        }
    }
}
