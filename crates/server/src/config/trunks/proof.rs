//! How a carrier and we know each other: what we prove to it by `register` and `auth`, and by what its calls are known
//! (`match`). Passwords are named, never written (S22).

use ivr::told;
use sip::{Account, Credentials, Matching, Network, TrunkRegistration};
use toml::Spanned;

use super::Given;
use super::address::is_host;
use super::shape::{Match, Section};
use crate::config::cause::Cause;
use crate::config::report::Report;
use crate::config::secret;
use crate::people;

/// Expiry that we ask for where the admin asks for none (RFC 3261 §10.2).
const EXPIRES_S: u32 = 3_600;

/// What we prove to the carrier, and whether we register.
pub(super) fn proof(
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
        let message = told!(
            "`{user}` cannot stand in an address",
            "`{user}` 不能写入地址"
        );
        report.error(&register.user, message, None);
    }
    let expires_s = match &register.expires_s {
        Some(seconds) if *seconds.get_ref() < 60 => {
            let message = told!(
                "`expires_s` is below 60: that is no registration",
                "`expires_s` 小于 60：不成其为注册"
            );
            report.error(seconds, message, None);
            EXPIRES_S
        }
        Some(seconds) => *seconds.get_ref(),
        None => EXPIRES_S,
    };
    let credentials = match (&register.password, &section.auth) {
        (Some(password), Some(_)) => {
            let message = told!(
                "the password stands in `auth` too: give one of them",
                "密码在 `auth` 中也有：只写一处"
            );
            report.error(password, message, None);
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
            let help = told!(
                "give `password` here, or `auth`, unless the carrier knows us by our address",
                "请在此写 `password`，或写 `auth`；运营商按地址识别我方时除外"
            );
            let message = told!("a registration without password", "注册没有密码");
            report.warning(spanned, message, help);
            None
        }
    };
    (credentials, Some(TrunkRegistration { user, expires_s }))
}

/// By what its calls are known.
pub(super) fn matching(
    name: &Spanned<String>,
    section: &Section,
    given: &Given<'_>,
    report: &mut Report<'_>,
) -> Matching {
    let Some(matching) = &section.matching else {
        if section.register.is_some() || !section.dids.is_empty() {
            let message = told!(
                "trunk `{}` takes no calls: nothing tells whose they are",
                "中继 `{}` 不接来电：无从知道来电属谁",
                name.get_ref()
            );
            let help = told!(
                "say with `match` from which addresses the carrier calls",
                "请用 `match` 说明运营商从哪些地址呼入"
            );
            report.warning(name, message, help);
        }
        return Matching::default();
    };
    let mut networks = Vec::new();
    for source in &matching.source {
        match source.get_ref().parse::<Network>() {
            Ok(network) => {
                if network.to_string().ends_with("/0") {
                    let message = told!(
                        "S28: this trunk is open: whoever reaches us calls as this carrier",
                        "S28：此中继对所有人开放：谁都能冒充该运营商呼入"
                    );
                    let help = told!("name the carrier's own networks", "请写运营商自己的网段");
                    report.warning(source, message, help);
                }
                networks.push(network);
            }
            Err(error) => {
                let what = format!("`{}`", source.get_ref());
                let message = error.told().about(what);
                report.error(source, message, None);
            }
        }
    }
    let certificate = matching.certificate.as_ref().map(|name| {
        if !is_host(name.get_ref()) {
            let message = told!(
                "`{}` is no name of a host",
                "`{}` 不是主机名",
                name.get_ref()
            );
            report.error(name, message, None);
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
            let message = told!("`user` needs `password`", "`user` 需要 `password`");
            report.error(user, message, None);
            return None;
        }
        (None, Some(password)) => {
            let message = told!("`password` needs `user`", "`password` 需要 `user`");
            report.error(password, message, None);
            return None;
        }
        (None, None) => return None,
    };
    let login = user.get_ref();
    if given.agents.is_some_and(|agents| agents.contains(login)) {
        let message = told!("`{login}` is an agent's login", "`{login}` 是坐席的工号");
        report.error(user, message, None);
        return None;
    }
    let secret = secret::read(password, given.dir, report)?;
    if people::check_password(login, &secret).is_err() {
        let message = told!(
            "S28: the password of `{login}` is weak: whoever guesses it calls as this carrier",
            "S28：`{login}` 的密码太弱：谁猜中都能冒充该运营商呼入"
        );
        let help = told!(
            "take at least 12 characters, and not the user's name",
            "至少 12 个字符，且不同于用户名"
        );
        report.warning(password, message, help);
    }
    let account = Account {
        ha1_md5: sip::digest::ha1_md5(login, given.realm, &secret),
        ha1_sha256: sip::digest::ha1_sha256(login, given.realm, &secret),
    };
    Some((login.clone(), account))
}
