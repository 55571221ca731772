//! The digest by the vectors of its RFCs, and what is refused.

use super::*;
use core::net::Ipv4Addr;

const REALM: &str = "call.example.com";
const URI: &[u8] = b"sip:call.example.com";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 8));

fn account(password: &str) -> Account {
    Account {
        ha1_md5: ha1_md5("1001", REALM, password),
        ha1_sha256: ha1_sha256("1001", REALM, password),
    }
}

struct Bench {
    random: Random,
    authenticator: Authenticator,
    now: Duration,
    at_home: bool,
}

impl Bench {
    fn new() -> Self {
        Self {
            random: Random::new(&[7; 32], 1),
            authenticator: Authenticator::new(REALM.into(), &Limits::default()),
            now: Duration::from_secs(1_000_000),
            at_home: false,
        }
    }

    fn nonce(&mut self, algorithm: Algorithm) -> String {
        self.authenticator
            .nonce(&mut self.random, self.now, HERE, algorithm)
    }

    fn check(&mut self, source: IpAddr, request_uri: &[u8], header: &str) -> Verdict {
        let attempt = Attempt {
            now: self.now,
            source,
            method: &Method::Register,
            request_uri,
            is_at_home: &|_| self.at_home,
        };
        let values = std::iter::once(header.as_bytes());
        let find = |user: &str| (user == "1001").then(|| account("secret"));
        self.authenticator
            .check(&self.random, &attempt, values, find)
    }
}

fn header(user: &str, password: &str, algorithm: Algorithm, nonce: &str, nc: u32) -> String {
    let mut credentials = Credentials {
        username: user.into(),
        realm: REALM.into(),
        nonce: nonce.into(),
        uri: URI.into(),
        response: Vec::new(),
        cnonce: b"0a4f113b".to_vec(),
        nc,
        nc_text: format!("{nc:08x}").into_bytes(),
        algorithm,
    };
    let hashed = Account {
        ha1_md5: ha1_md5(user, REALM, password),
        ha1_sha256: ha1_sha256(user, REALM, password),
    };
    credentials.response = response(
        algorithm,
        &algorithm.ha1_of(&hashed),
        &credentials,
        &Method::Register,
    )
    .into();
    format!(
        "Digest username=\"{user}\", realm=\"{REALM}\", nonce=\"{nonce}\", uri=\"sip:call.example.com\", \
         response=\"{}\", algorithm={}, cnonce=\"0a4f113b\", qop=auth, nc={nc:08x}",
        String::from_utf8_lossy(&credentials.response),
        algorithm.token()
    )
}

fn proven() -> Verdict {
    Verdict::Proven {
        user: "1001".into(),
    }
}

const FRESH: Verdict = Verdict::Challenge { stale: false };
const STALE: Verdict = Verdict::Challenge { stale: true };

/// RFC 2617 §3.5 and RFC 7616 §3.9.1, the examples that every implementation must reproduce.
#[test]
fn rfc_2617_and_7616_vectors() {
    let rows = [
        (
            "testrealm@host.com",
            "Circle Of Life",
            Algorithm::Md5,
            "dcd98b7102dd2f0e8b11d0f600bfb0c093",
            "0a4f113b",
            "6629fae49393a05397450978507c4ef1",
        ),
        (
            "http-auth@example.org",
            "Circle of Life",
            Algorithm::Md5,
            "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            "8ca523f5e9506fed4657c9700eebdbec",
        ),
        (
            "http-auth@example.org",
            "Circle of Life",
            Algorithm::Sha256,
            "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ];
    for (realm, password, algorithm, nonce, cnonce, expected) in rows {
        let credentials = Credentials {
            username: "Mufasa".into(),
            realm: realm.into(),
            nonce: nonce.into(),
            uri: b"/dir/index.html".to_vec(),
            response: Vec::new(),
            cnonce: cnonce.into(),
            nc: 1,
            nc_text: b"00000001".to_vec(),
            algorithm,
        };
        let hashed = Account {
            ha1_md5: ha1_md5("Mufasa", realm, password),
            ha1_sha256: ha1_sha256("Mufasa", realm, password),
        };
        let get = Method::parse(b"GET").unwrap();
        assert_eq!(
            response(algorithm, &algorithm.ha1_of(&hashed), &credentials, &get),
            expected
        );
    }
}

#[test]
fn s12_both_algorithms_prove_the_password() {
    let mut bench = Bench::new();
    for algorithm in Algorithm::ALL {
        let nonce = bench.nonce(algorithm);
        assert_eq!(
            bench.check(HERE, URI, &header("1001", "secret", algorithm, &nonce, 1)),
            proven()
        );
    }
}

#[test]
fn s12_a_replay_is_refused_from_anywhere() {
    let mut bench = Bench::new();
    let nonce = bench.nonce(Algorithm::Md5);
    let sent = header("1001", "secret", Algorithm::Md5, &nonce, 1);
    assert_eq!(
        bench.check(ELSEWHERE, URI, &sent),
        STALE,
        "nonce of another source"
    );
    assert_eq!(bench.check(HERE, URI, &sent), proven());
    assert_eq!(bench.check(HERE, URI, &sent), STALE, "count used");
    assert_eq!(
        bench.check(HERE, b"sip:1002@call.example.com", &sent),
        Verdict::Malformed,
        "another request"
    );
}

#[test]
fn s12_counts_are_hexadecimal_and_may_come_out_of_order_once() {
    let mut bench = Bench::new();
    let nonce = bench.nonce(Algorithm::Sha256);
    let rows = [
        (1, proven()),
        (10, proven()),
        (9, proven()),
        (9, STALE),
        (10, STALE),
        (0, STALE),
        (100, proven()),
        (30, STALE),
        (99, proven()),
    ];
    for (count, verdict) in rows {
        let sent = header("1001", "secret", Algorithm::Sha256, &nonce, count);
        assert_eq!(bench.check(HERE, URI, &sent), verdict, "nc {count}");
    }
}

#[test]
fn s12_old_forged_and_foreign_nonces_are_stale_and_leave_no_memory() {
    let mut bench = Bench::new();
    let nonce = bench.nonce(Algorithm::Md5);
    let used = header("1001", "secret", Algorithm::Md5, &nonce, 1);
    assert_eq!(bench.check(HERE, URI, &used), proven());
    bench.now += Duration::from_secs(301);
    assert_eq!(
        bench.check(
            HERE,
            URI,
            &header("1001", "secret", Algorithm::Md5, &nonce, 2)
        ),
        STALE
    );
    for forged in [
        "",
        "00",
        "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        &"f".repeat(64),
        "\u{e9}".repeat(32).as_str(),
    ] {
        assert_eq!(
            bench.check(
                HERE,
                URI,
                &header("1001", "secret", Algorithm::Md5, forged, 1)
            ),
            STALE,
            "{forged}"
        );
    }
    let for_sha = bench.nonce(Algorithm::Sha256);
    assert_eq!(
        bench.check(
            HERE,
            URI,
            &header("1001", "secret", Algorithm::Md5, &for_sha, 1)
        ),
        STALE
    );
    let next = bench.nonce(Algorithm::Md5);
    let used = header("1001", "secret", Algorithm::Md5, &next, 1);
    assert_eq!(bench.check(HERE, URI, &used), proven());
    let remembered = bench.authenticator.nonces.len();
    assert_eq!(
        remembered, 1,
        "the counts of the old nonce are forgotten, and nothing else was kept"
    );
}

#[test]
fn g8_an_unknown_user_gets_what_a_wrong_password_gets() {
    let mut bench = Bench::new();
    let nonce = bench.nonce(Algorithm::Md5);
    assert_eq!(
        bench.check(
            HERE,
            URI,
            &header("1001", "wrong", Algorithm::Md5, &nonce, 1)
        ),
        Verdict::Wrong
    );
    assert_eq!(
        bench.check(
            HERE,
            URI,
            &header("9999", "secret", Algorithm::Md5, &nonce, 2)
        ),
        Verdict::Wrong
    );
}

#[test]
fn headers_that_are_not_for_us_or_not_understandable() {
    let mut bench = Bench::new();
    let nonce = bench.nonce(Algorithm::Md5);
    let good = header("1001", "secret", Algorithm::Md5, &nonce, 1);
    let foreign = good.replace("realm=\"call.example.com\"", "realm=\"other\"");
    assert_eq!(bench.check(HERE, URI, &foreign), FRESH, "advisory 23");
    for bad in [
        "Digest",
        "Digest username",
        &good.replace("qop=auth", "qop=auth-int"),
        &good.replace("qop=auth, ", ""),
        &good.replace("nc=00000001", "nc=1"),
        &good.replace("nc=00000001", "nc=+0000001"),
        &good.replace("algorithm=MD5", "algorithm=MD5-sess"),
        &good.replace("algorithm=MD5", "algorithm=MD5, algorithm=MD5"),
        &good.replace("cnonce", "zzz"),
        &format!("{good} x"),
    ] {
        assert_eq!(bench.check(HERE, URI, bad), Verdict::Malformed, "{bad}");
    }
    assert_eq!(
        bench.check(HERE, URI, &good),
        proven(),
        "none of these used the count"
    );
}

/// A guess takes its count along, and an answer that is not counted tells nothing: right or wrong, it is `stale`.
#[test]
fn g9_only_a_counted_answer_tells_anything() {
    let mut bench = Bench::new();
    let nonce = bench.nonce(Algorithm::Md5);
    let sent = |password: &str, nonce: &str| header("1001", password, Algorithm::Md5, nonce, 1);
    assert_eq!(
        bench.check(HERE, URI, &sent("wrong", &nonce)),
        Verdict::Wrong
    );
    for password in ["wrong", "secret"] {
        let used = sent(password, &nonce);
        assert_eq!(bench.check(HERE, URI, &used), STALE, "count used");
        let invented = sent(password, &"0".repeat(64));
        assert_eq!(bench.check(HERE, URI, &invented), STALE, "not our nonce");
    }
    bench.now += Duration::from_secs(301);
    for password in ["wrong", "secret"] {
        assert_eq!(
            bench.check(HERE, URI, &sent(password, &nonce)),
            STALE,
            "old"
        );
    }
}

#[test]
fn g9_ten_wrong_answers_a_minute_for_each_source_and_user() {
    // A user who is known and one who is not: nobody can tell them apart.
    for user in ["1001", "9999"] {
        let mut bench = Bench::new();
        let nonce = bench.nonce(Algorithm::Md5);
        let sent = |password: &str, nc: u32| header(user, password, Algorithm::Md5, &nonce, nc);
        for nc in 1..=10 {
            assert_eq!(bench.check(HERE, URI, &sent("wrong", nc)), Verdict::Wrong);
        }
        for password in ["wrong", "secret"] {
            let answer = bench.check(HERE, URI, &sent(password, 11));
            assert_eq!(answer, Verdict::ShutOut, "{user} {password}");
        }
        let other = header("1002", "wrong", Algorithm::Md5, &nonce, 12);
        assert_eq!(
            bench.check(HERE, URI, &other),
            Verdict::Wrong,
            "another user"
        );
        let there =
            bench
                .authenticator
                .nonce(&mut bench.random, bench.now, ELSEWHERE, Algorithm::Md5);
        let owner = header(user, "secret", Algorithm::Md5, &there, 1);
        assert_ne!(
            bench.check(ELSEWHERE, URI, &owner),
            Verdict::ShutOut,
            "another source"
        );
        bench.at_home = true;
        let owner = bench.check(HERE, URI, &sent("secret", 13));
        assert_ne!(owner, Verdict::ShutOut, "the owner's own flow");
        bench.at_home = false;
        bench.now += Duration::from_secs(61);
        assert_ne!(
            bench.check(HERE, URI, &sent("secret", 14)),
            Verdict::ShutOut
        );
    }
}

#[test]
fn s7_forgotten_nonces_have_expired() {
    let mut bench = Bench::new();
    let first = bench.nonce(Algorithm::Md5);
    assert_eq!(
        bench.check(
            HERE,
            URI,
            &header("1001", "secret", Algorithm::Md5, &first, 1)
        ),
        proven()
    );
    bench.now += Duration::from_millis(1);
    for drawn in 0..100_000_u32 {
        let id = (
            u64::try_from(bench.now.as_millis()).unwrap(),
            drawn.to_string(),
        );
        bench.authenticator.nonces.use_count(bench.now, id, 1);
    }
    assert_eq!(bench.authenticator.nonces.len(), 100_000);
    for nc in [1, 2] {
        let again = header("1001", "secret", Algorithm::Md5, &first, nc);
        assert_eq!(
            bench.check(HERE, URI, &again),
            STALE,
            "neither replayed nor gone on with"
        );
    }
}
