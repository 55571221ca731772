//! Replaces, RFC 3891: a call that takes the place of another, in an INVITE and inside the Refer-To of a REFER.
//!
//! Only an account of ours or a carrier may ask for it (S14): a stranger is refused before anything is looked up, so that he
//! cannot learn which dialogs exist.

use super::{
    Endpoint,
    session::{Session, Stage},
};
use crate::{
    dialog::DialogKey,
    event::{Replaced, SessionId},
    flow::Flow,
    message::{Header, Message, Params, lexer::Cursor, lexer::trim},
};

/// The value of the header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Replaces {
    /// The dialog as we name it: `to-tag` is our tag (§3).
    key: DialogKey,
    is_early_only: bool,
}

impl Replaces {
    /// §6.1: Call-ID and both tags. `None` when one is missing.
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let mut cursor = Cursor::new(value);
        let call_id = trim(cursor.take_while(|byte| byte != b';'));
        let params = Params::take(&mut cursor)?;
        let (ours, theirs) = (params.get("to-tag")?, params.get("from-tag")?);
        if call_id.is_empty() || !cursor.is_empty() {
            return None;
        }
        // §3: the tag 0 stands for none, as in RFC 2543.
        let theirs = if theirs == b"0" { b"" } else { theirs };
        Some(Self {
            key: DialogKey::new(call_id, ours, theirs),
            is_early_only: params.get("early-only").is_some(),
        })
    }
}

impl Endpoint {
    /// The session that an INVITE is to replace. The error is the answer that it has got.
    pub(super) fn replaced(
        &mut self,
        request: &Message,
        flow: Flow,
        is_trusted: bool,
    ) -> Result<Option<Replaced>, u16> {
        let values: Vec<&[u8]> = request.all(Header::Replaces).collect();
        let found = match values.as_slice() {
            [] => return Ok(None),
            _ if !is_trusted => Err((403, "Replaces of a stranger")),
            [value] => Replaces::parse(value)
                .ok_or((400, "malformed Replaces"))
                .and_then(|replaces| self.find_replaced(&replaces)),
            [_, ..] => Err((400, "more than one Replaces")),
        };
        match found {
            Ok(session) => Ok(Some(Replaced { session })),
            Err((status, cause)) => {
                self.refuse(request, flow, status, cause);
                Err(status)
            }
        }
    }

    /// §3: which of our sessions that is, or why it cannot be replaced.
    fn find_replaced(&self, replaces: &Replaces) -> Result<SessionId, (u16, &'static str)> {
        let unknown = Err((481, "Replaces of nothing"));
        let Some(session) = self.session_named(replaces) else {
            return unknown;
        };
        match self.sessions.get(&session).map(|alive| &alive.stage) {
            Some(Stage::Established {
                hung_up: Some(_), ..
            }) => Err((603, "Replaces of a call that is over")),
            Some(Stage::Established { .. }) if replaces.is_early_only => {
                Err((486, "Replaces of an answered call"))
            }
            Some(Stage::Established { .. } | Stage::Calling { .. }) => Ok(session),
            // §3: an early dialog that we did not start is not there.
            Some(Stage::Incoming { .. }) | None => unknown,
        }
    }

    pub(super) fn session_named(&self, replaces: &Replaces) -> Option<SessionId> {
        let session = *self.dialogs.get(&replaces.key)?;
        self.sessions.contains_key(&session).then_some(session)
    }

    /// The answered session of that name: the only kind that a transfer can end in.
    pub(super) fn answered_session_named(&self, replaces: &Replaces) -> Option<SessionId> {
        let session = self.session_named(replaces)?;
        let is_answered = self
            .sessions
            .get(&session)
            .is_some_and(Session::is_answered);
        is_answered.then_some(session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3891_the_header_names_a_dialog() {
        let key = |ours: &[u8], theirs: &[u8]| DialogKey::new(b"98732@h", ours, theirs);
        let rows = [
            (
                "98732@h;from-tag=r33;to-tag=a6c",
                Some((key(b"a6c", b"r33"), false)),
            ),
            (
                "98732@h ;to-tag=a6c ; from-tag=r33;early-only",
                Some((key(b"a6c", b"r33"), true)),
            ),
            (
                "98732@h;to-tag=a6c;from-tag=0",
                Some((key(b"a6c", b""), false)),
            ),
            ("98732@h;to-tag=a6c", None),
            ("98732@h;from-tag=a6c", None),
            (";from-tag=r33;to-tag=a6c", None),
            (
                "98732@h;from-tag=r33;to-tag=a6c, other;from-tag=1;to-tag=2",
                None,
            ),
            ("", None),
        ];
        for (text, expected) in rows {
            let parsed = Replaces::parse(text.as_bytes());
            let parsed = parsed.map(|replaces| (replaces.key, replaces.is_early_only));
            assert_eq!(parsed, expected, "{text}");
        }
    }
}
