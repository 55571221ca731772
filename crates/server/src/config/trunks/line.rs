//! `[trunk.NAME]`: one carrier.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{Capacity, Trunk, Writing};
use model::NumberPlan;
use sip::{
    Account, Credentials, Matching, Network, Target, Transport, TrunkName, TrunkRegistration,
};
use toml::Spanned;

use super::Given;
use super::rules::Ours;
use super::shape::{Match, Section, Writing as WritingSection};
use crate::config::report::Report;
use crate::config::secret;
use crate::people;

/// Expiry that we ask for where the admin asks for none (RFC 3261 §10.2).
const EXPIRES_S: u32 = 3_600;
/// Probes without answer until a trunk is down (A2).
const PROBE_FAILURES: u32 = 3;
const NAME_MAX: usize = 64;

/// A name stands in facts, figures and logs.
pub(super) fn check_name(name: &Spanned<String>, report: &mut Report<'_>) -> bool {
    let text = name.get_ref();
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_good = !text.is_empty() && text.len() <= NAME_MAX && text.chars().all(is_word);
    if !is_good {
        let message =
            format!("`{text}` is no name for a trunk: expected letters, digits, `-`, `_`");
        report.error(name, message, None);
    }
    is_good
}

/// One carrier; what is wrong is told, and what can be read is read all the same.
pub(super) fn read(
    name: &Spanned<String>,
    section: &Section,
    given: &Given<'_>,
    ours: &Ours<'_>,
    report: &mut Report<'_>,
) -> Option<Trunk> {
    let server = server(&section.server, report);
    let plan = match &section.country {
        Some(country) => NumberPlan::new(country.get_ref())
            .map_err(|error| report.error(country, error, None))
            .ok(),
        None => Some(given.plan),
    };
    let (credentials, registration) = proof(section, given, report);
    let matching = matching(name, section, given, report);
    let capacity = capacity(section, report);
    let caller_id = match &section.caller_id {
        Some(number) => ours.key(number, report),
        None => None,
    };
    for did in &section.dids {
        ours.enters(did, report);
    }
    let incoming = writing(&section.incoming, report);
    let outgoing = writing(&section.outgoing, report);
    let probe_failures_max = match &section.probe_failures {
        Some(failures) if *failures.get_ref() == 0 => {
            report.error(
                failures,
                "`probe_failures` is 0; expected at least one",
                None,
            );
            PROBE_FAILURES
        }
        Some(failures) => *failures.get_ref(),
        None => PROBE_FAILURES,
    };
    let server = server?;
    let domain = match &section.domain {
        Some(domain) if !is_host(domain.get_ref()) => {
            report.error(domain, format!("`{}` is no host", domain.get_ref()), None);
            return None;
        }
        Some(domain) => domain.get_ref().clone(),
        None => uri_host(&server.host),
    };
    Some(Trunk {
        line: sip::Trunk {
            name: TrunkName::new(name.get_ref()),
            server,
            domain,
            credentials,
            registration,
            probe_every: (section.probe_s > 0).then(|| Duration::from_secs(section.probe_s.into())),
            probe_failures_max,
            matching,
            is_trusted: section.trusted,
        },
        capacity,
        plan: plan?,
        incoming,
        outgoing,
        caller_id,
        dtmf: section.dtmf,
        passes_callers: section.pass_caller,
    })
}

/// `sip:sbc.example.net:5060;transport=tcp`.
fn server(given: &Spanned<String>, report: &mut Report<'_>) -> Option<Target> {
    let text = given.get_ref();
    let expected = Some("write it such as sip:sbc.example.net:5060;transport=udp");
    let mut wrong = |message: String| report.error(given, message, expected);
    let Ok(uri) = sip::Uri::parse(text.as_bytes()) else {
        wrong(format!("`{text}` is no SIP address"));
        return None;
    };
    let view = uri.view();
    let is_secure = text.to_ascii_lowercase().starts_with("sips:");
    let is_sip = is_secure || text.to_ascii_lowercase().starts_with("sip:");
    if !is_sip || view.host.is_empty() || view.raw_user.is_some() || view.headers.is_some() {
        wrong(format!("`{text}` is no address of a server"));
        return None;
    }
    let transport = match view.parameter("transport").map(<[u8]>::to_ascii_lowercase) {
        None => None,
        Some(name) => match name.as_slice() {
            b"udp" if !is_secure => Some(Transport::Udp),
            b"tcp" => Some(Transport::Tcp),
            b"tls" => Some(Transport::Tls),
            b"udp" => {
                wrong("sips goes by TLS, never by UDP".into());
                return None;
            }
            _ => {
                wrong("the transport is one of udp, tcp, tls".into());
                return None;
            }
        },
    };
    // RFC 3261 §19.1.4: `sips` with tcp is TLS.
    let transport = if is_secure {
        Some(Transport::Tls)
    } else {
        transport
    };
    let host = view
        .host_str()
        .trim_matches(['[', ']'])
        .to_ascii_lowercase();
    if host.ends_with(".invalid") {
        wrong(format!(
            "`{host}` is a name that is never resolved (RFC 2606)"
        ));
        return None;
    }
    Some(Target {
        host,
        port: view.port,
        transport,
        is_secure,
    })
}

fn is_host(text: &str) -> bool {
    sip::Uri::sip("a", text).is_ok()
}

/// An IPv6 address has brackets in a URI.
fn uri_host(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

/// What we prove to the carrier, and whether we register.
fn proof(
    section: &Section,
    given: &Given<'_>,
    report: &mut Report<'_>,
) -> (Option<Credentials>, Option<TrunkRegistration>) {
    let auth = section.auth.as_ref().and_then(|auth| {
        Some(Credentials {
            user: auth.user.clone(),
            password: secret::read(&auth.password, given.dir, report)?,
            realm: auth.realm.clone(),
        })
    });
    let Some(spanned) = &section.register else {
        return (auth, None);
    };
    let register = spanned.get_ref();
    let user = register.user.get_ref().clone();
    if sip::Uri::sip(&user, "a").is_err() || user.is_empty() {
        report.error(
            &register.user,
            format!("`{user}` cannot stand in an address"),
            None,
        );
    }
    let expires_s = match &register.expires_s {
        Some(seconds) if *seconds.get_ref() < 60 => {
            report.error(
                seconds,
                "`expires_s` is below 60: that is no registration",
                None,
            );
            EXPIRES_S
        }
        Some(seconds) => *seconds.get_ref(),
        None => EXPIRES_S,
    };
    let credentials = match (&register.password, &section.auth) {
        (Some(password), Some(_)) => {
            report.error(
                password,
                "the password stands in `auth` too: give one of them",
                None,
            );
            auth
        }
        (Some(password), None) => {
            secret::read(password, given.dir, report).map(|password| Credentials {
                user: user.clone(),
                password,
                realm: None,
            })
        }
        (None, Some(_)) => auth,
        (None, None) => {
            report.warning(
                spanned,
                "a registration without password",
                "give `password` here, or `auth`, unless the carrier knows us by our address",
            );
            None
        }
    };
    (credentials, Some(TrunkRegistration { user, expires_s }))
}

/// By what its calls are known.
fn matching(
    name: &Spanned<String>,
    section: &Section,
    given: &Given<'_>,
    report: &mut Report<'_>,
) -> Matching {
    let Some(matching) = &section.matching else {
        if section.register.is_some() || !section.dids.is_empty() {
            report.warning(
                name,
                format!(
                    "trunk `{}` takes no calls: nothing tells whose they are",
                    name.get_ref()
                ),
                "say with `match` from which addresses the carrier calls",
            );
        }
        return Matching::default();
    };
    let mut networks = Vec::new();
    for source in &matching.source {
        match source.get_ref().parse::<Network>() {
            Ok(network) => {
                if network.to_string().ends_with("/0") {
                    report.warning(
                        source,
                        "S28: this trunk is open: whoever reaches us calls as this carrier",
                        "name the carrier's own networks",
                    );
                }
                networks.push(network);
            }
            Err(error) => report.error(source, format!("`{}`: {error}", source.get_ref()), None),
        }
    }
    let certificate = matching.certificate.as_ref().map(|name| {
        if !is_host(name.get_ref()) {
            report.error(
                name,
                format!("`{}` is no name of a host", name.get_ref()),
                None,
            );
        }
        name.get_ref().to_ascii_lowercase()
    });
    Matching {
        networks,
        certificate,
        digest: digest(matching, given, report),
    }
}

/// The password that the carrier proves to us.
fn digest(
    matching: &Match,
    given: &Given<'_>,
    report: &mut Report<'_>,
) -> Option<(String, Account)> {
    let (user, password) = match (&matching.user, &matching.password) {
        (Some(user), Some(password)) => (user, password),
        (Some(user), None) => {
            report.error(user, "`user` needs `password`", None);
            return None;
        }
        (None, Some(password)) => {
            report.error(password, "`password` needs `user`", None);
            return None;
        }
        (None, None) => return None,
    };
    let login = user.get_ref();
    if given.agents.is_some_and(|agents| agents.contains(login)) {
        report.error(user, format!("`{login}` is an agent's login"), None);
        return None;
    }
    let secret = secret::read(password, given.dir, report)?;
    if people::check_password(login, &secret).is_err() {
        report.warning(
            password,
            format!(
                "S28: the password of `{login}` is weak: whoever guesses it calls as this carrier"
            ),
            "take at least 12 characters, and not the user's name",
        );
    }
    let account = Account {
        ha1_md5: sip::digest::ha1_md5(login, given.realm, &secret),
        ha1_sha256: sip::digest::ha1_sha256(login, given.realm, &secret),
    };
    Some((login.clone(), account))
}

fn capacity(section: &Section, report: &mut Report<'_>) -> Capacity {
    let above_zero = |report: &mut Report<'_>, key: &str, given: &Option<Spanned<u32>>| {
        let figure = given.as_ref()?;
        if *figure.get_ref() == 0 {
            let help = Some("leave it out for no bound");
            report.error(figure, format!("`{key}` is 0: nobody could call"), help);
        }
        Some(*figure.get_ref())
    };
    let calls_max = above_zero(report, "max_calls", &section.max_calls);
    let calls_per_s_max = above_zero(report, "max_calls_per_s", &section.max_calls_per_s);
    let reserved_in = match (&section.reserve_in, calls_max) {
        (None, _) => 0,
        (Some(reserved), Some(max)) if *reserved.get_ref() < max => *reserved.get_ref(),
        (Some(reserved), Some(_)) => {
            let message = "`reserve_in` leaves no channel of `max_calls` for calls out";
            report.error(reserved, message, None);
            0
        }
        (Some(reserved), None) => {
            report.error(reserved, "`reserve_in` needs `max_calls`", None);
            0
        }
    };
    Capacity {
        calls_max,
        calls_in_max: section.max_calls_in,
        calls_out_max: section.max_calls_out,
        calls_per_s_max,
        reserved_in,
    }
}

fn writing(section: &WritingSection, report: &mut Report<'_>) -> Writing {
    let prefix = section.prefix.as_ref().map(|prefix| {
        let is_digit = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#' | '+');
        if !prefix.get_ref().chars().all(is_digit) {
            report.error(
                prefix,
                format!("`{}` cannot be dialled", prefix.get_ref()),
                None,
            );
        }
        prefix.get_ref().clone()
    });
    Writing {
        form: section.form,
        prefix: prefix.unwrap_or_default(),
    }
}

/// What no trunk tells alone: two that cannot be told apart.
pub(super) fn check_together(trunks: &BTreeMap<Spanned<String>, Section>, report: &mut Report<'_>) {
    let mut networks: BTreeMap<Network, &str> = BTreeMap::new();
    let mut users: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, section) in trunks {
        let Some(matching) = &section.matching else {
            continue;
        };
        for source in &matching.source {
            let Ok(network) = source.get_ref().parse() else {
                continue;
            };
            if let Some(other) = networks.insert(network, name.get_ref()) {
                let message = format!("{network} is trunk `{other}`'s too: whose call is it?");
                report.error(source, message, None);
            }
        }
        if let Some(user) = &matching.user
            && let Some(other) = users.insert(user.get_ref(), name.get_ref())
        {
            let message = format!("`{}` is trunk `{other}`'s too", user.get_ref());
            report.error(user, message, None);
        }
    }
}
