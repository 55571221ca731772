//! Other lines than UDP under phones that nobody here wrote: TLS under baresip, with certificates that change while it
//! speaks, and WebSocket under JsSIP in Chromium (RFC 7118). TCP stands in [`talk`](crate::talk).

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};

use crate::baresip::{AGENT_HZ, Answers, Baresip, Link, Way};
use crate::hotline;
use crate::house::{House, PASSWORD};
use crate::jssip::JsSip;
use crate::patience::until;
use crate::ports;

const CALLER_HZ: u32 = 440;
const ENOUGH_MS: u32 = 1_000;

/// An authority, and what it has certified: `ca.pem`, `cert.pem`, `key.pem` in the folder.
fn certify(dir: &Path) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, "authority");
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(names).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().unwrap();
    let own = params.signed_by(&key, &authority).unwrap();
    for (file, pem) in [
        ("ca.pem", authority.pem()),
        ("cert.pem", own.pem()),
        ("key.pem", key.serialize_pem()),
    ] {
        std::fs::write(dir.join(file), pem).unwrap();
    }
}

/// The hotline with one more listener.
fn house_with(kind: &str) -> (House, SocketAddr) {
    let mut house = House::empty();
    hotline::write(&house.dir);
    certify(&house.dir);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, ports::free(1)));
    let (file, dir) = (house.dir.join("config/trunkline.toml"), house.dir.display());
    let settings = std::fs::read_to_string(&file).unwrap();
    let more = format!(
        "[sip]\n{kind} = \"{address}\"\n[tls]\ncertificate = \"{dir}/cert.pem\"\nkey = \"{dir}/key.pem\"\n"
    );
    std::fs::write(file, settings + &more).unwrap();
    house.start();
    (house, address)
}

#[test]
fn phones_on_tls_talk_and_a_renewed_certificate_costs_no_call() {
    let (house, address) = house_with("tls");
    let agent = house.sign_in("1001");
    let link = Link::Tls(address);
    let phone = Baresip::agent(&house.dir, link, "1001", PASSWORD, Answers::AtOnce);
    phone.until_registered();
    agent.until_state("ready");
    let mut caller = house.caller("13700000001", CALLER_HZ);
    caller.asks_for('1');
    phone.until_hears(0, CALLER_HZ.into(), ENOUGH_MS);
    caller.until_hears(0, AGENT_HZ.into(), ENOUGH_MS);
    let via = phone.rings(0).header("Via").unwrap().to_owned();
    assert!(via.starts_with("SIP/2.0/TLS"), "{via}");

    // Another authority, another certificate, and a reload in mid-call.
    certify(&house.dir);
    house.signal("HUP");
    until("the swap", || {
        house.words().contains("certificates were swapped")
    });
    caller.hangs_up();
    phone.nth(Way::In, "BYE", 0);
    house.until_empty();
    // Whoever comes believes the fresh authority alone.
    let second = Baresip::agent(&house.dir, link, "1002", PASSWORD, Answers::AtOnce);
    second.until_registered();
}

#[test]
fn rfc7118_a_browsers_phone_on_a_listener_of_its_own_refuses_on_the_connection_that_rings_it() {
    let (house, address) = house_with("ws");
    let agent = house.sign_in("1001");
    let server = format!("ws://{address}");
    let page = JsSip::open(&house.dir, &server, "1001", PASSWORD, 486);
    page.until_state("registered");
    agent.until_state("ready");
    let mut caller = house.caller("13700000001", CALLER_HZ);
    caller.asks_for('1');
    page.until_tells("invite from 13700000001");
    page.until_tells("call over: Rejected");
    caller.hangs_up();
    house.until_empty();
    // The binding lived on that connection.
    drop(page);
    until("the binding is gone", || {
        agent.read("/v1/agents/me/state")["registered"] == false
    });
}
