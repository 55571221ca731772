//! What a newcomer reads when the server is up: what to dial, where the pages are, and the demo's passwords.

use std::net::SocketAddr;

use crate::config::settings::Settings;
use crate::people::DEMO_PASSWORD;

/// Prints the lines.
pub(crate) fn print(
    settings: &Settings,
    sip: &[(sip::Transport, SocketAddr)],
    http: SocketAddr,
    hotlines: &[String],
    demo_agents: &[&str],
) {
    println!("Trunkline {} is ready.", env!("CARGO_PKG_VERSION"));
    for (transport, address) in sip {
        println!("  SIP      {address} ({})", transport.via_token());
    }
    let (pages, phones) = if settings.http.is_secure() {
        ("https", "wss")
    } else {
        ("http", "ws")
    };
    println!("  SIP      {phones}://{http}/sip, for phones in browsers");
    println!(
        "  RTP      {}, ports {}-{}",
        settings.rtp.address, settings.rtp.ports.min, settings.rtp.ports.max
    );
    println!("  Pages    {pages}://{http}/");
    println!(
        "  Hotlines {}",
        if hotlines.is_empty() {
            "none is open".to_owned()
        } else {
            hotlines.join(", ")
        }
    );
    if !demo_agents.is_empty() {
        println!(
            "  Demo     sign in as {} with the password {DEMO_PASSWORD} (on this machine only)",
            demo_agents.join(", ")
        );
        if let (Some((_, address)), Some(number)) = (sip.first(), hotlines.first()) {
            let program = std::env::args()
                .next()
                .unwrap_or_else(|| "trunkline".into());
            println!();
            println!(
                "  An agent's phone that answers with a tone:  {program} call --answer --as 1001 --password {DEMO_PASSWORD} --tone 880 --server {address}"
            );
            println!(
                "  A caller who presses 1 for support:         {program} call {number} --press 3s:1 --tone 440 --for 30 --server {address}"
            );
        }
    }
    println!();
    println!("  Ctrl-C ends it, after the calls that are up.");
}
