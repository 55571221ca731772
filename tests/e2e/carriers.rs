//! Every carrier of SIP under real phones: TCP, TLS, WebSocket.

use crate::baresip::{AGENT_HZ, Answers, Baresip, Link};
use crate::house::{House, PASSWORD};
use crate::jssip::JsSip;
use crate::pjsua2::{Pjsua2, Setup};

const CALLER_HZ: u32 = 440;
const ENOUGH_MS: u32 = 1_000;
