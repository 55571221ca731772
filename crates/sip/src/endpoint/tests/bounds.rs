//! What strangers may cost: guesses, calls, work (S7, S9, G9, G11).

use super::{raw::Phone, world::*};
use crate::*;
use core::time::Duration;

const CONTACT: &str = "Contact: <sip:1001@10.0.0.3:5063>\r\n";

#[test]
fn s7_credentials_of_more_than_32_parameters_are_malformed() {
    let more = |count: usize| -> String { (0..count).map(|n| format!(", x{n}=1")).collect() };
    // Ten parameters are those of the credentials themselves.
    for (extra, status) in [(23, 400), (22, 401)] {
        let mut phone = Phone::new();
        let line = format!(
            "Authorization: Digest username=\"1001\", realm=\"{DOMAIN}\", nonce=\"0\", uri=\"sip:{DOMAIN}\", \
             response=\"0\", algorithm=MD5, cnonce=\"c\", qop=auth, nc=00000001, opaque=\"o\"{}\r\n{CONTACT}",
            more(extra)
        );
        let uri = format!("sip:{DOMAIN}");
        let text = phone.request("REGISTER", &uri, "1001", &line);
        assert_eq!(phone.status_of(&text), status, "{extra}");
    }
}

#[test]
fn s7_contacts_are_counted_before_they_are_compared() {
    let mut phone = Phone::new();
    // Removals bind nothing in the end, but each would be compared with all that is bound.
    let contacts: String = (0..11)
        .map(|number| format!("Contact: <sip:a{number}@10.0.0.3:1>;expires=0\r\n"))
        .collect();
    let answer = phone.register("1001", "secret", &contacts);
    assert_eq!(answer.status(), Some(403));
}

/// The owner comes in where he is known to be, and from elsewhere, whoever guesses at his door.
#[test]
fn g9_a_guesser_is_shut_out_and_the_owner_is_not() {
    let mut phone = Phone::new();
    let home = phone.flow;
    let login = |phone: &mut Phone, from: &str, password: &str| {
        phone.flow = flow(Transport::Udp, SERVER, from);
        phone.register("1001", password, CONTACT).status()
    };
    assert_eq!(login(&mut phone, AGENT, "secret"), Some(200));
    // The same host behind the same NAT, another socket.
    for _ in 0..30 {
        assert_eq!(login(&mut phone, "10.0.0.3:6666", "wrong"), Some(403));
    }
    let refused = phone.server.counters().refused.clone();
    assert_eq!(refused.get("wrong password or unknown user"), Some(&10));
    assert_eq!(refused.get("too many wrong passwords"), Some(&20));
    assert_eq!(
        login(&mut phone, "10.0.0.3:6666", "secret"),
        Some(403),
        "right at last, but not judged"
    );
    assert_eq!(
        login(&mut phone, AGENT, "secret"),
        Some(200),
        "by the flow of his contact"
    );
    assert_eq!(
        login(&mut phone, "10.0.0.4:5063", "secret"),
        Some(200),
        "from another host"
    );
    assert_eq!(phone.server.bindings("1001").len(), 1);
    assert_ne!(phone.server.bindings("1001")[0].flow, home);
    phone.wait(Duration::from_secs(60));
    assert_eq!(login(&mut phone, "10.0.0.3:6666", "secret"), Some(200));
}
