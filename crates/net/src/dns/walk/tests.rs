//! RFC 3263 walked over a table of records.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Mutex;

use super::super::records::Naptr;
use super::*;

/// A zone in a table; a question beside it is answered by *nothing*.
#[derive(Default)]
struct Zone {
    naptr: BTreeMap<String, Found<Naptr>>,
    srv: BTreeMap<String, Found<Srv>>,
    hosts: BTreeMap<String, Found<IpAddr>>,
    /// Questions for it stay without an answer for ever.
    silent: Option<&'static str>,
    asked: Mutex<Vec<String>>,
}

impl Zone {
    fn naptr(mut self, name: &str, rows: &[(u16, &str, &str)]) -> Self {
        let row = |&(order, services, replacement): &(u16, &str, &str)| Naptr {
            order,
            preference: 0,
            flags: "S".into(),
            services: services.into(),
            has_regexp: false,
            replacement: replacement.into(),
        };
        let rows = rows.iter().map(row).collect();
        self.naptr.insert(name.into(), Ok(rows));
        self
    }

    fn srv(mut self, name: &str, rows: &[(u16, u16, &str)]) -> Self {
        let row = |&(priority, port, target): &(u16, u16, &str)| Srv {
            priority,
            weight: 1,
            port,
            target: target.into(),
        };
        let rows = rows.iter().map(row).collect();
        self.srv.insert(name.into(), Ok(rows));
        self
    }

    fn host(mut self, name: &str, addresses: &[&str]) -> Self {
        let addresses = addresses.iter().map(|text| text.parse().unwrap()).collect();
        self.hosts.insert(name.into(), Ok(addresses));
        self
    }

    fn silent(mut self, name: &'static str) -> Self {
        self.silent = Some(name);
        self
    }

    async fn ask<T: Clone>(
        &self,
        kind: &str,
        table: &BTreeMap<String, Found<T>>,
        name: &str,
    ) -> Found<T> {
        self.asked.lock().unwrap().push(format!("{kind} {name}"));
        if self.silent == Some(name) {
            pending::<()>().await;
        }
        table.get(name).cloned().unwrap_or(Err(Lack::Nothing))
    }
}

impl Names for Zone {
    async fn naptr(&self, name: &str) -> Found<Naptr> {
        self.ask("NAPTR", &self.naptr, name).await
    }

    async fn srv(&self, name: &str) -> Found<Srv> {
        self.ask("SRV", &self.srv, name).await
    }

    async fn addresses(&self, name: &str) -> Found<IpAddr> {
        self.ask("A", &self.hosts, name).await
    }
}

/// Listeners of each carrier, in these families.
fn reach(hosts: &[&str]) -> Reach {
    let carriers = [Transport::Udp, Transport::Tcp, Transport::Tls];
    let listeners: Vec<(Transport, SocketAddr)> = hosts
        .iter()
        .map(|host| SocketAddr::new(host.parse().unwrap(), 5060))
        .flat_map(|local| carriers.map(|carrier| (carrier, local)))
        .collect();
    Reach::of(&listeners)
}

fn both() -> Reach {
    reach(&["127.0.0.1", "::1"])
}

fn target(host: &str) -> Target {
    Target {
        host: host.into(),
        port: None,
        transport: None,
        is_secure: false,
    }
}

async fn ask(zone: &Zone, target: &Target, reach: Reach) -> Result<Vec<String>, ResolveError> {
    let mut walk = Walk::new(zone, target, &reach, 1);
    let _late = tokio::time::timeout(Duration::from_secs(4), walk.run()).await;
    let text = |hop: &Hop| format!("{} {}", hop.transport.via_token(), hop.remote);
    walk.done().map(|hops| hops.iter().map(text).collect())
}

async fn asked(zone: &Zone, target: &Target) -> Vec<String> {
    let _hops = ask(zone, target, both()).await;
    zone.asked.lock().unwrap().clone()
}

fn carrier() -> Zone {
    Zone::default()
        .naptr(
            "c.example",
            &[
                (20, "SIP+D2U", "_sip._udp.c.example"),
                (10, "SIPS+D2T", "_sips._tcp.c.example"),
            ],
        )
        .srv(
            "_sips._tcp.c.example",
            &[(2, 5061, "b.c.example"), (1, 5071, "a.c.example")],
        )
        .srv("_sip._udp.c.example", &[(1, 5060, "a.c.example")])
        .host("a.c.example", &["2001:db8::1", "192.0.2.1"])
        .host("b.c.example", &["192.0.2.2"])
        .host("c.example", &["192.0.2.9"])
}

#[tokio::test]
async fn rfc3263_naptr_then_srv_then_both_families_in_order() {
    let hops = ask(&carrier(), &target("c.example"), both()).await;
    let expected = [
        "TLS [2001:db8::1]:5071",
        "TLS 192.0.2.1:5071",
        "TLS 192.0.2.2:5061",
        "UDP [2001:db8::1]:5060",
        "UDP 192.0.2.1:5060",
    ];
    assert_eq!(hops.unwrap(), expected);
}

#[tokio::test]
async fn rfc3263_sips_takes_tls_alone_and_never_falls_back_to_less() {
    let secure = Target {
        is_secure: true,
        ..target("c.example")
    };
    let hops = ask(&carrier(), &secure, both()).await.unwrap();
    assert_eq!(hops.len(), 3);
    assert!(hops.iter().all(|hop| hop.starts_with("TLS")), "{hops:?}");
    let bare = Zone::default().host("c.example", &["192.0.2.9"]);
    let hops = ask(&bare, &secure, both()).await.unwrap();
    assert_eq!(hops, ["TLS 192.0.2.9:5061"]);
}

#[tokio::test]
async fn rfc3263_4_2_a_port_or_a_carrier_shortens_the_way() {
    let with_port = Target {
        port: Some(5080),
        ..target("c.example")
    };
    assert_eq!(asked(&carrier(), &with_port).await, ["A c.example"]);
    let hops = ask(&carrier(), &with_port, both()).await.unwrap();
    assert_eq!(hops, ["UDP 192.0.2.9:5080"]);
    let over_tcp = Target {
        transport: Some(Transport::Tcp),
        ..target("c.example")
    };
    assert_eq!(
        asked(&carrier(), &over_tcp).await,
        ["SRV _sip._tcp.c.example", "A c.example"],
        "no SRV for it: the address, with the default port"
    );
    let hops = ask(&carrier(), &over_tcp, both()).await.unwrap();
    assert_eq!(hops, ["TCP 192.0.2.9:5060"]);
    assert_eq!(
        asked(&carrier(), &target("pbx")).await,
        ["A pbx"],
        "one label"
    );
}

#[tokio::test]
async fn rfc3263_4_1_without_naptr_the_services_that_we_speak_are_asked() {
    let zone = Zone::default()
        .srv("_sip._tcp.c.example", &[(1, 5070, "a.c.example")])
        .host("a.c.example", &["192.0.2.1"]);
    let hops = ask(&zone, &target("c.example"), both()).await.unwrap();
    assert_eq!(hops, ["TCP 192.0.2.1:5070"]);
    let asked = zone.asked.lock().unwrap().clone();
    assert_eq!(
        asked,
        [
            "NAPTR c.example",
            "SRV _sip._udp.c.example",
            "SRV _sip._tcp.c.example",
            "SRV _sips._tcp.c.example",
            "A a.c.example",
        ]
    );
}

#[tokio::test]
async fn rfc2782_a_service_that_is_denied_is_not_looked_for_elsewhere() {
    let zone = Zone::default()
        .srv("_sip._udp.c.example", &[(0, 0, "")])
        .host("c.example", &["192.0.2.9"]);
    let over_udp = Target {
        transport: Some(Transport::Udp),
        ..target("c.example")
    };
    let hops = ask(&zone, &over_udp, both()).await;
    assert_eq!(hops, Err(ResolveError::NoSuchName));
}

#[tokio::test]
async fn names_under_invalid_are_never_asked_for() {
    for host in ["df7jal23ls0d.invalid", "a.INVALID."] {
        let zone = Zone::default().host(host, &["192.0.2.9"]);
        let hops = ask(&zone, &target(host), both()).await;
        assert_eq!(hops, Err(ResolveError::NoSuchName));
        assert!(zone.asked.lock().unwrap().is_empty());
    }
    let zone = Zone::default()
        .srv("_sip._udp.c.example", &[(0, 5060, "a.invalid")])
        .host("a.invalid", &["192.0.2.9"]);
    let hops = ask(&zone, &target("c.example"), both()).await;
    assert_eq!(hops, Err(ResolveError::NoSuchName));
}

#[tokio::test]
async fn only_places_where_a_packet_of_ours_can_go() {
    let odd = [
        "0.0.0.0",
        "224.0.1.75",
        "255.255.255.255",
        "::",
        "ff02::1",
        "::ffff:0.0.0.0",
        "2001:db8::1",
        "192.0.2.1",
    ];
    let zone = Zone::default().host("pbx", &odd);
    let hops = ask(&zone, &target("pbx"), both()).await.unwrap();
    assert_eq!(hops, ["UDP [2001:db8::1]:5060", "UDP 192.0.2.1:5060"]);
    let ipv4 = reach(&["127.0.0.1"]);
    let hops = ask(&zone, &target("pbx"), ipv4).await.unwrap();
    assert_eq!(hops, ["UDP 192.0.2.1:5060"]);
}

#[tokio::test]
async fn only_carriers_of_which_we_have_a_listener() {
    let local: SocketAddr = "127.0.0.1:5060".parse().unwrap();
    let udp = || Reach::of(&[(Transport::Udp, local)]);
    let hops = ask(&carrier(), &target("c.example"), udp()).await;
    assert_eq!(hops.unwrap(), ["UDP 192.0.2.1:5060"], "no TLS");
    let secure = Target {
        is_secure: true,
        ..target("c.example")
    };
    let hops = ask(&carrier(), &secure, udp()).await;
    assert_eq!(hops, Err(ResolveError::NoSuchName));
}

#[tokio::test]
async fn what_is_missing_and_what_is_not_answered_are_told_apart() {
    let mut zone = Zone::default();
    let hops = ask(&zone, &target("c.example"), both()).await;
    assert_eq!(hops, Err(ResolveError::NoSuchName));
    zone.hosts.insert("c.example".into(), Err(Lack::NoAnswer));
    let hops = ask(&zone, &target("c.example"), both()).await;
    assert_eq!(hops, Err(ResolveError::NoAnswer));
    // Servers that fail at NAPTR and SRV but know the address, such as a router's proxy.
    zone = Zone::default().host("c.example", &["192.0.2.9"]);
    zone.naptr.insert("c.example".into(), Err(Lack::NoAnswer));
    for (service, _) in [("_sip._udp", 0), ("_sip._tcp", 0), ("_sips._tcp", 0)] {
        let name = format!("{service}.c.example");
        zone.srv.insert(name, Err(Lack::NoAnswer));
    }
    let hops = ask(&zone, &target("c.example"), both()).await;
    assert_eq!(hops.unwrap(), ["UDP 192.0.2.9:5060"]);
}

#[tokio::test(start_paused = true)]
async fn s8_a_silent_server_costs_a_step_and_what_was_found_until_then_counts() {
    let begun = tokio::time::Instant::now();
    let zone = carrier().silent("_sip._udp.c.example");
    let hops = ask(&zone, &target("c.example"), both()).await.unwrap();
    assert_eq!(hops.len(), 3, "the other service");
    let zone = carrier().silent("b.c.example");
    let hops = ask(&zone, &target("c.example"), both()).await.unwrap();
    assert_eq!(hops.len(), 2, "the first server");
    let zone = Zone::default().silent("c.example");
    let hops = ask(&zone, &target("c.example"), both()).await;
    assert_eq!(hops, Err(ResolveError::NoAnswer));
    assert!(begun.elapsed() <= Duration::from_secs(3 * 4));
}

#[tokio::test]
async fn s7_an_answer_without_end_gives_sixteen_places() {
    let many: Vec<String> = (0..200).map(|n| format!("s{n}.c.example")).collect();
    let rows: Vec<(u16, u16, &str)> = many.iter().map(|name| (1, 5060, name.as_str())).collect();
    let mut zone = Zone::default().srv("_sip._udp.c.example", &rows);
    for (n, name) in many.iter().enumerate() {
        zone = zone.host(name, &[&format!("192.0.2.{}", n % 256)]);
    }
    let hops = ask(&zone, &target("c.example"), both()).await.unwrap();
    assert_eq!(hops.len(), HOPS_MAX);
    assert!(zone.asked.lock().unwrap().len() <= 1 + 3 + SERVERS_MAX);
}
