//! The sessions that are alive, by their numbers.
//!
//! A row has a place of its own: the map moves its rows about as others come and go, and a session has some hundreds of bytes.

use super::session::Session;
use crate::event::SessionId;
use std::collections::BTreeMap;

/// All of them, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    rows: BTreeMap<SessionId, Box<Session>>,
}

impl Sessions {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn contains_key(&self, id: &SessionId) -> bool {
        self.rows.contains_key(id)
    }

    pub(super) fn insert(&mut self, id: SessionId, session: Session) {
        self.rows.insert(id, Box::new(session));
    }

    pub(super) fn get(&self, id: &SessionId) -> Option<&Session> {
        self.rows.get(id).map(|session| &**session)
    }

    pub(super) fn get_mut(&mut self, id: &SessionId) -> Option<&mut Session> {
        self.rows.get_mut(id).map(|session| &mut **session)
    }

    pub(super) fn remove(&mut self, id: &SessionId) -> Option<Box<Session>> {
        self.rows.remove(id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (SessionId, &Session)> {
        self.rows.iter().map(|(id, session)| (*id, &**session))
    }
}
