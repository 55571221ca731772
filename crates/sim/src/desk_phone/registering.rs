//! How a phone registers: with its password, for two hours, anew after one.

use std::time::Duration;

use bytes::Bytes;
use sip::digest::{self, Algorithm, Credentials};

use super::{DOMAIN, DeskPhone, Told};
use crate::agent::Timer;
use crate::message::{Message, Writing};
use crate::network::Network;

/// How long its registration holds, and when it is renewed.
const EXPIRES_S: u32 = 7_200;
const REFRESH: Duration = Duration::from_secs(3_600);
impl DeskPhone {
    /// A password for each; nobody but the two sides of this simulation knows it.
    pub(crate) fn password(login: &str) -> String {
        format!("simulated {login}")
    }

    pub(crate) fn registers(&mut self, network: &mut Network) {
        self.register(network, EXPIRES_S);
    }

    pub(crate) fn unregisters(&mut self, network: &mut Network) {
        if self.alive && self.registered {
            self.register(network, 0);
        }
    }

    fn register(&mut self, network: &mut Network, expires_s: u32) {
        self.expires_s = expires_s;
        let register = self.write_register("");
        self.says_until_heard(network, register);
    }

    fn write_register(&mut self, authorization: &str) -> Bytes {
        self.cseq += 1;
        let Self {
            login,
            cseq,
            number,
            expires_s,
            address,
            ..
        } = self;
        let (phone, cseq) = (format!("r{number}"), cseq.to_string());
        Writing::new(&["REGISTER sip:", DOMAIN, " SIP/2.0"])
            .via(address, [&phone, &format!("x{cseq}")])
            .line(&["From: <sip:", login, "@", DOMAIN, ">;tag=", &phone])
            .line(&["To: <sip:", login, "@", DOMAIN, ">"])
            .header("Call-ID", &phone)
            .line(&["CSeq: ", &cseq, " REGISTER"])
            .header("Expires", &expires_s.to_string())
            .contact(address)
            .line(&["Supported: path", authorization])
            .empty()
    }

    pub(super) fn challenged(&mut self, network: &mut Network, message: &Message<'_>) {
        let parameter = |name: &str| {
            let (_, rest) = message.challenge.split_once(name)?;
            rest.split('"').next()
        };
        // The answer to a proof that was refused would be refused again.
        let repeated = message.cseq.split(' ').next() != Some(&self.cseq.to_string());
        let (Some(nonce), Some(realm)) = (parameter("nonce=\""), parameter("realm=\"")) else {
            return;
        };
        if repeated {
            return;
        }
        let md5 = message.challenge.contains("algorithm=MD5");
        let algorithm = if md5 {
            Algorithm::Md5
        } else {
            Algorithm::Sha256
        };
        if let Some(authorization) = self.proof(algorithm, realm, nonce) {
            let register = self.write_register(&authorization);
            self.says_until_heard(network, register);
        }
    }

    /// The Authorization header, with the line's end before it.
    fn proof(&self, algorithm: Algorithm, realm: &str, nonce: &str) -> Option<String> {
        let (login, password) = (&self.login, Self::password(&self.login));
        let ha1 = match algorithm {
            Algorithm::Md5 => hex(&digest::ha1_md5(login, realm, &password)),
            Algorithm::Sha256 => hex(&digest::ha1_sha256(login, realm, &password)),
        };
        let given = |response: &str| {
            format!(
                "Digest username=\"{login}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"sip:{DOMAIN}\", response=\"{response}\", algorithm={}, cnonce=\"c\", qop=auth, nc=00000001",
                algorithm.token()
            )
        };
        let blank = Credentials::parse(given("00").as_bytes())?;
        let register = sip::message::method::Method::Register;
        let response = digest::response(algorithm, &ha1, &blank, &register);
        Some(format!("\r\nAuthorization: {}", given(&response)))
    }

    pub(super) fn registration(&mut self, network: &mut Network) -> Option<Told> {
        self.repeating.heard();
        let was = std::mem::replace(&mut self.registered, self.expires_s > 0);
        if self.registered {
            self.due(network, REFRESH, Timer::Refresh(self.cseq));
        }
        (self.registered && !was).then_some(Told::Registered)
    }

    /// A registration grows old; `of` is the one that set the timer.
    pub(crate) fn refreshes(&mut self, network: &mut Network, of: u32) {
        if self.alive && self.registered && of == self.cseq {
            self.registers(network);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
