//! The library against a name server of our own on loopback.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_resolver::proto::op::{Message, OpCode, ResponseCode};
use hickory_resolver::proto::rr::Record;
use hickory_resolver::proto::rr::rdata::{self, A, AAAA, CNAME};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

use super::*;

/// Says for each name what it says; about a name that it does not know, that there is none such.
struct Server {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

enum Says {
    Records(Vec<RData>),
    Code(ResponseCode),
    Nothing,
}

impl Server {
    async fn start(rows: Vec<(&str, Says)>) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let rows: BTreeMap<Name, Says> = rows
            .into_iter()
            .map(|(name, says)| (Name::from_ascii(name).unwrap(), says))
            .collect();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            let mut buffer = [0; 4_096];
            loop {
                let (len, from) = socket.recv_from(&mut buffer).await.unwrap();
                count.fetch_add(1, Ordering::Relaxed);
                let question = Message::from_vec(&buffer[..len]).unwrap();
                if let Some(answer) = answer(&question, &rows) {
                    let bytes = answer.to_vec().unwrap();
                    socket.send_to(&bytes, from).await.unwrap();
                }
            }
        });
        Self {
            address,
            asked,
            task,
        }
    }

    fn lookup(&self) -> Lookup {
        Lookup::new(&[self.address], Duration::from_secs(4)).unwrap()
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn answer(question: &Message, rows: &BTreeMap<Name, Says>) -> Option<Message> {
    let query = question.queries.first().unwrap().clone();
    let mut answer = Message::response(question.id, OpCode::Query);
    answer.add_query(query.clone());
    match rows.get(query.name()) {
        None => answer.metadata.response_code = ResponseCode::NXDomain,
        Some(Says::Code(code)) => answer.metadata.response_code = *code,
        Some(Says::Nothing) => return None,
        Some(Says::Records(records)) => {
            let fits = |data: &&RData| {
                let of = data.record_type();
                of == query.query_type() || of == RecordType::CNAME
            };
            for data in records.iter().filter(fits) {
                answer.add_answer(Record::from_rdata(query.name().clone(), 60, data.clone()));
            }
        }
    }
    Some(answer)
}

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn v4(last: u8) -> RData {
    RData::A(A::new(192, 0, 2, last))
}

fn v6(last: u16) -> RData {
    RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last))
}

fn alias(of: &str) -> Says {
    Says::Records(vec![RData::CNAME(CNAME(name(of)))])
}

fn addresses(texts: &[&str]) -> Found<IpAddr> {
    Ok(texts.iter().map(|text| text.parse().unwrap()).collect())
}

#[tokio::test]
async fn records_of_each_kind_are_read_and_kept() {
    let naptr = rdata::NAPTR::new(
        10,
        20,
        (*b"s").into(),
        (*b"SIP+D2U").into(),
        Box::default(),
        name("_sip._udp.c.example."),
    );
    let srv = rdata::SRV::new(1, 2, 5070, name("a.c.example."));
    let nowhere = rdata::SRV::new(0, 0, 0, Name::root());
    let server = Server::start(vec![
        ("c.example.", Says::Records(vec![RData::NAPTR(naptr)])),
        ("_sip._udp.c.example.", Says::Records(vec![RData::SRV(srv)])),
        (
            "_sip._tcp.c.example.",
            Says::Records(vec![RData::SRV(nowhere)]),
        ),
        ("a.c.example.", Says::Records(vec![v4(1), v6(1), v4(2)])),
    ])
    .await;
    let lookup = server.lookup();
    let naptr = lookup.naptr("c.example").await.unwrap();
    assert_eq!(
        (naptr[0].order, naptr[0].preference, naptr[0].has_regexp),
        (10, 20, false)
    );
    assert_eq!((&*naptr[0].flags, &*naptr[0].services), ("s", "SIP+D2U"));
    assert_eq!(naptr[0].replacement, "_sip._udp.c.example");
    let srv = lookup.srv("_sip._udp.c.example").await.unwrap();
    assert_eq!((srv[0].priority, srv[0].weight, srv[0].port), (1, 2, 5070));
    assert_eq!(srv[0].target, "a.c.example");
    let nowhere = lookup.srv("_sip._tcp.c.example").await.unwrap();
    assert_eq!(nowhere[0].target, "", "the root");
    let both = addresses(&["2001:db8::1", "192.0.2.1", "192.0.2.2"]);
    assert_eq!(lookup.addresses("a.c.example").await, both);
    let before = server.asked();
    assert_eq!(lookup.addresses("A.c.EXAMPLE").await, both);
    assert_eq!(server.asked(), before, "kept as long as the TTL says");
}

#[tokio::test]
async fn aliases_are_followed_and_a_circle_of_them_ends() {
    let server = Server::start(vec![
        ("www.c.example.", alias("a.c.example.")),
        ("a.c.example.", Says::Records(vec![v4(1)])),
        ("x.c.example.", alias("y.c.example.")),
        ("y.c.example.", alias("x.c.example.")),
    ])
    .await;
    let lookup = server.lookup();
    let found = lookup.addresses("www.c.example").await;
    assert_eq!(found, addresses(&["192.0.2.1"]));
    let circle = tokio::time::timeout(Duration::from_secs(20), lookup.addresses("x.c.example"));
    assert!(circle.await.unwrap().is_err());
    assert!(server.asked() < 60, "{}", server.asked());
}

#[tokio::test]
async fn no_such_name_and_a_failing_server_are_told_apart() {
    let server = Server::start(vec![
        ("empty.c.example.", Says::Records(Vec::new())),
        ("fails.c.example.", Says::Code(ResponseCode::ServFail)),
        ("refused.c.example.", Says::Code(ResponseCode::Refused)),
    ])
    .await;
    let lookup = server.lookup();
    for (name, expected) in [
        ("missing.c.example", Lack::Nothing),
        ("empty.c.example", Lack::Nothing),
        ("fails.c.example", Lack::NoAnswer),
        ("refused.c.example", Lack::NoAnswer),
        ("a..example", Lack::Nothing),
    ] {
        assert_eq!(lookup.addresses(name).await, Err(expected), "{name}");
        assert_eq!(lookup.srv(name).await, Err(expected), "{name}");
    }
}

#[tokio::test]
async fn a_missing_carrier_does_not_become_a_name_of_the_search_domain() {
    let server = Server::start(vec![(
        "c.example.search.example.",
        Says::Records(vec![v4(66)]),
    )])
    .await;
    let config = ResolverConfig::from_parts(
        Some(name("search.example.")),
        vec![name("search.example.")],
        vec![name_server(&server.address)],
    );
    let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let lookup = Lookup(builder.build().unwrap());
    assert_eq!(lookup.addresses("c.example").await, Err(Lack::Nothing));
}

#[tokio::test]
async fn a_silent_server_is_asked_again_and_given_up() {
    let server = Server::start(vec![("c.example.", Says::Nothing)]).await;
    let lookup = Lookup::new(&[server.address], Duration::from_secs(1)).unwrap();
    let found = tokio::time::timeout(Duration::from_secs(20), lookup.addresses("c.example"));
    assert_eq!(found.await.unwrap(), Err(Lack::NoAnswer));
    assert!(server.asked() > 2, "a lost packet is repeated");
}
