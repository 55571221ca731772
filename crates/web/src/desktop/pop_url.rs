//! The address of a page of another system, with variables in braces: `https://crm.example/open?number={number}` (G7).
//!
//! What a variable gives is percent-encoded (RFC 3986 §2.1), so that nothing of what callers key in or people write becomes syntax. Scheme, host and
//! port are as the admin wrote them: no variable decides whither a browser goes, and they are what the browser is allowed to frame.

use std::fmt;

use model::fact::{Offer, Pop, PopCustomer};
use model::masking;
use model::profile::{Candidate, OpenTicket};

use crate::sight::Sight;

/// Most bytes of a template.
pub const TEMPLATE_MAX: usize = 512;
/// Most bytes of an address; a longer one is left out.
pub(crate) const URL_MAX: usize = 1_024;
/// Hosts that stand for this machine, where there is nobody to listen in.
const OWN_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
/// How the variables begin that are named as a script names what it asked.
const ANSWER: &str = "answer.";

/// What a variable gives; `None`: it is not known.
type Value = fn(&Seen<'_>) -> Option<String>;

/// What an address may tell.
const VARIABLES: [(&str, Value); 12] = [
    ("number", |seen| seen.pop.caller.number.clone()),
    ("called", |seen| Some(seen.pop.called.clone())),
    ("direction", |seen| Some(seen.pop.direction.clone())),
    ("language", |seen| Some(seen.pop.language.clone())),
    ("queue", |seen| {
        seen.offer.queue.as_ref().map(ToString::to_string)
    }),
    ("call.id", |seen| Some(seen.offer.call.to_string())),
    ("offer.id", |seen| Some(seen.offer.id.to_string())),
    ("agent.id", |seen| Some(seen.offer.agent.to_string())),
    ("customer.id", |seen| {
        seen.customer().map(|one| one.customer.to_string())
    }),
    ("customer.external_ref", |seen| {
        seen.customer().and_then(|one| one.external_ref.clone())
    }),
    ("ticket.id", |seen| {
        seen.ticket().map(|one| one.ticket.to_string())
    }),
    ("ticket.number", |seen| {
        seen.ticket().map(|one| one.number.clone())
    }),
];

/// A template that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PopUrl {
    origin: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// The place of a row in `VARIABLES`.
    Variable(usize),
    /// What the script asked by this name.
    Answer(String),
}

/// Scheme, host and port of a page, as a browser compares them and a policy names them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(String);

/// What is wrong with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PopUrlFault {
    /// It is neither `https://` nor `http://` at this machine.
    Scheme,
    /// What stands between `//` and the path is no host with or without a port.
    Host,
    /// Behind the origin nothing may stand.
    MoreThanOrigin,
    /// It has a character that no address has.
    Character(char),
    /// A brace has no other one.
    Brace,
    /// No variable is called so.
    Unknown(String),
    /// It is longer than [`TEMPLATE_MAX`].
    TooLong,
}

/// What a variable reads: a pop as somebody is told it.
struct Seen<'a> {
    pop: &'a Pop,
    offer: &'a Offer,
}

impl Seen<'_> {
    /// Who calls, if that is certain: a guess opens nobody's page (F3).
    fn customer(&self) -> Option<&Candidate> {
        match &self.pop.customer {
            PopCustomer::Known(profile) => profile.sole(),
            PopCustomer::Pending | PopCustomer::Withheld => None,
        }
    }

    /// The most pressing of his open tickets (G5).
    fn ticket(&self) -> Option<&OpenTicket> {
        match &self.pop.customer {
            PopCustomer::Known(profile) => profile.open_tickets.first(),
            PopCustomer::Pending | PopCustomer::Withheld => None,
        }
    }
}

impl PopUrl {
    /// The names of what an address may tell; `answer.` goes on with a script's name for what it asked.
    pub fn variables() -> impl Iterator<Item = String> {
        let names = VARIABLES.iter().map(|(name, _)| (*name).to_owned());
        names.chain([format!("{ANSWER}NAME")])
    }

    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, PopUrlFault> {
        if text.len() > TEMPLATE_MAX {
            return Err(PopUrlFault::TooLong);
        }
        let (_, behind) = text.split_once("://").ok_or(PopUrlFault::Scheme)?;
        let from = text.len() - behind.len();
        let end = behind
            .find(['/', '?', '#'])
            .map_or(text.len(), |at| from + at);
        let (origin, mut rest) = text.split_at(end);
        let Origin(origin) = Origin::parse(origin)?;
        let mut parts = vec![Part::Literal(origin.clone())];
        while let Some(at) = rest.find(['{', '}']) {
            let (literal, braced) = rest.split_at(at);
            parts.push(literal_part(literal)?);
            let within = braced.strip_prefix('{').ok_or(PopUrlFault::Brace)?;
            let (name, after) = within.split_once('}').ok_or(PopUrlFault::Brace)?;
            parts.push(variable(name)?);
            rest = after;
        }
        parts.push(literal_part(rest)?);
        Ok(Self { origin, parts })
    }

    /// Where it leads.
    pub fn origin(&self) -> Origin {
        Origin(self.origin.clone())
    }

    /// The address for a pop as somebody is told it. What is not known, and a number that he is told masked, is empty: by half a number another
    /// system finds nobody, or somebody else. `None` when it is too long for a pop.
    pub(super) fn filled(&self, pop: &Pop, offer: &Offer, sight: Sight) -> Option<String> {
        let seen = Seen { pop, offer };
        let mut url = String::new();
        for part in &self.parts {
            let value = match part {
                Part::Literal(text) => {
                    url.push_str(text);
                    continue;
                }
                Part::Variable(row) => VARIABLES.get(*row).and_then(|(_, value)| value(&seen)),
                Part::Answer(name) => pop.answers.get(name).cloned(),
            };
            let is_hidden = |value: &String| sight == Sight::Masked && masking::is_masked(value);
            let value = value.filter(|value| !is_hidden(value));
            percent_encode(&mut url, &value.unwrap_or_default());
        }
        (url.len() <= URL_MAX).then_some(url)
    }
}

impl Origin {
    /// Reads scheme, host and port, with nothing behind them but perhaps a `/`.
    pub fn parse(text: &str) -> Result<Self, PopUrlFault> {
        let lower = text.to_ascii_lowercase();
        let (scheme, behind) = lower.split_once("://").ok_or(PopUrlFault::Scheme)?;
        let authority = behind.strip_suffix('/').unwrap_or(behind);
        if authority.contains(['/', '?', '#']) {
            return Err(PopUrlFault::MoreThanOrigin);
        }
        // A colon within brackets belongs to the address (RFC 3986 §3.2.2).
        let colon = authority.rfind(':').filter(|at| {
            let behind = authority.get(*at..);
            behind.is_some_and(|port| !port.contains(']'))
        });
        let (host, port) = match colon {
            Some(at) => authority.split_at(at),
            None => (authority, ""),
        };
        let named = !host.is_empty() && host.bytes().all(is_host_byte);
        let six = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        let is_six = six.is_some_and(|it| it.parse::<std::net::Ipv6Addr>().is_ok());
        let number = port.strip_prefix(':');
        let is_port = number.is_none_or(|number| {
            number.bytes().all(|byte| byte.is_ascii_digit())
                && number.parse::<u16>().is_ok_and(|port| port > 0)
        });
        let (is_secure, usual) = match scheme {
            "https" => (true, ":443"),
            "http" => (false, ":80"),
            _ => return Err(PopUrlFault::Scheme),
        };
        if !(named || is_six) || !is_port {
            return Err(PopUrlFault::Host);
        }
        if !is_secure && !OWN_HOSTS.contains(&host) {
            return Err(PopUrlFault::Scheme);
        }
        let port = if port == usual { "" } else { port };
        Ok(Self(format!("{scheme}://{host}{port}")))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Of a name or an IPv4 address. What else could stand there would be syntax in the policy that names it.
const fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-'
}

fn literal_part(text: &str) -> Result<Part, PopUrlFault> {
    let is_wrong = |letter: &char| !letter.is_ascii_graphic() || "\"'<>\\^`|".contains(*letter);
    match text.chars().find(is_wrong) {
        Some(letter) => Err(PopUrlFault::Character(letter)),
        None => Ok(Part::Literal(text.to_owned())),
    }
}

fn variable(name: &str) -> Result<Part, PopUrlFault> {
    let answer = name.strip_prefix(ANSWER).filter(|name| !name.is_empty());
    if let Some(answer) = answer {
        return Ok(Part::Answer(answer.to_owned()));
    }
    let row = VARIABLES.iter().position(|(known, _)| *known == name);
    let unknown = || PopUrlFault::Unknown(name.to_owned());
    row.map(Part::Variable).ok_or_else(unknown)
}

/// RFC 3986 §2.3: all but the unreserved.
fn percent_encode(url: &mut String, text: &str) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push('%');
            let digits = [byte >> 4, byte & 15].map(usize::from);
            url.extend(digits.iter().filter_map(|digit| DIGITS.get(*digit)));
        }
    }
}

#[cfg(test)]
mod tests;
