//! The endpoint: registrar, UAS and UAC on one flow table.
#![allow(unused_variables, clippy::needless_pass_by_value, missing_docs)]
use crate::{
    Account, Binding, Counters, EndpointConfig, Flow, OutgoingInvite, Output, Reason, Refusal,
    SessionId,
};
use bytes::Bytes;
use core::time::Duration;
use std::collections::BTreeSet;

/// The SIP side of one node.
#[derive(Debug)]
pub struct Endpoint {
    counters: Counters,
}

impl Endpoint {
    pub fn new(config: EndpointConfig) -> Self {
        todo!()
    }
    pub fn set_account(&mut self, user: &str, account: Account) {
        todo!()
    }
    pub fn remove_account(&mut self, user: &str) {
        todo!()
    }
    pub fn set_hotlines(&mut self, hotlines: BTreeSet<String>) {
        todo!()
    }
    pub fn set_refusing(&mut self, retry_after: Option<Duration>) {
        todo!()
    }
    pub fn handle_message(&mut self, now: Duration, flow: Flow, bytes: Bytes) {
        todo!()
    }
    pub fn handle_flow_closed(&mut self, now: Duration, flow: Flow) {
        todo!()
    }
    pub fn handle_timeout(&mut self, now: Duration) {
        todo!()
    }
    pub fn poll_timeout(&self) -> Option<Duration> {
        todo!()
    }
    pub fn poll_output(&mut self) -> Option<Output> {
        todo!()
    }
    pub fn bindings(&self, user: &str) -> &[Binding] {
        todo!()
    }
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
    pub fn invite(&mut self, now: Duration, invite: OutgoingInvite) -> SessionId {
        todo!()
    }
    pub fn ring(&mut self, now: Duration, session: SessionId) {
        todo!()
    }
    pub fn progress(&mut self, now: Duration, session: SessionId, sdp: Bytes) {
        todo!()
    }
    pub fn answer(&mut self, now: Duration, session: SessionId, sdp: Bytes) {
        todo!()
    }
    pub fn reject(&mut self, now: Duration, session: SessionId, refusal: Refusal) {
        todo!()
    }
    pub fn accept_reinvite(&mut self, now: Duration, session: SessionId, sdp: Bytes) {
        todo!()
    }
    pub fn reject_reinvite(&mut self, now: Duration, session: SessionId, status: u16) {
        todo!()
    }
    pub fn hang_up(&mut self, now: Duration, session: SessionId, reason: Option<Reason>) {
        todo!()
    }
}
