//! Where the database is: a file of SQLite or a server of PostgreSQL. The password is in it and never shows itself (S22).

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr as _;

use sqlx::ConnectOptions as _;
use sqlx::any::AnyConnectOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use super::{Shelf, Words, postgres, sqlite};
use crate::error::{Result, StoreError};
use crate::secret::Secret;

/// What may stand behind the `?` of a server's address, besides the password.
const PARAMETERS: &[&str] = &[
    "host",
    "port",
    "user",
    "dbname",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "application_name",
    "options",
];

/// The address of a database.
#[derive(Clone)]
pub struct Address {
    options: AnyConnectOptions,
    place: Place,
    /// Without the password.
    shown: String,
}

/// Which of the two databases it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file of SQLite.
    File(PathBuf),
    /// A server of PostgreSQL.
    Server,
}

impl Place {
    /// How a change begins: with the right to write.
    pub(crate) const fn begin(&self) -> &'static str {
        match self {
            Self::File(_) => sqlite::BEGIN,
            Self::Server => postgres::BEGIN,
        }
    }

    /// How words are looked for there.
    pub(crate) const fn words(&self, shelf: Shelf) -> &'static Words {
        Words::on(matches!(self, Self::Server), shelf)
    }
}

impl Address {
    /// Reads `sqlite://data/trunkline.db`, `postgres://user:password@host:port/name` or `postgres:///name?host=/folder/of/socket`.
    /// Errors hold no password.
    pub fn parse(url: &str) -> Result<Self> {
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            "sqlite" => Self::file(url),
            "postgres" | "postgresql" => Self::server(url),
            _ => Err(wrong(
                "it begins with `sqlite://`, such as `sqlite://data/trunkline.db`, or with `postgres://`, such as \
                 `postgres://trunkline@localhost/trunkline`",
            )),
        }
    }

    /// With a password that stands elsewhere; in the address of a file there is none.
    pub fn with_password(mut self, password: &Secret<String>) -> Result<Self> {
        if self.place != Place::Server {
            return Err(wrong("a file has no password"));
        }
        if password_stands_in(&self.options) {
            return Err(wrong("the password is told twice"));
        }
        let mut parameters = self.options.database_url.query_pairs_mut();
        parameters.append_pair("password", password.expose());
        drop(parameters);
        Ok(self)
    }

    fn file(url: &str) -> Result<Self> {
        let read = SqliteConnectOptions::from_str(url);
        let read = read.map_err(|error| wrong(&error.to_string()))?;
        if url.contains(":memory:") || url.contains("mode=memory") {
            return Err(wrong("the store outlives the process: name a file"));
        }
        let path = read.get_filename().to_owned();
        let encoded = encoded(path.to_string_lossy().as_bytes());
        let parameters = url.split_once('?').map_or("", |(_, behind)| behind);
        let again = format!("sqlite:{encoded}?{parameters}");
        let options = AnyConnectOptions::from_str(&again);
        Ok(Self {
            options: quiet(options.map_err(|error| wrong(&error.to_string()))?),
            place: Place::File(path),
            shown: url.to_owned(),
        })
    }

    fn server(url: &str) -> Result<Self> {
        let options = AnyConnectOptions::from_str(url);
        let options = options.map_err(|error| wrong(&error.to_string()))?;
        let url = &options.database_url;
        for (key, _) in url.query_pairs() {
            if key != "password" && !PARAMETERS.contains(&key.as_ref()) {
                let known = PARAMETERS.join(", ");
                return Err(wrong(&format!("`{key}` is none of {known}")));
            }
        }
        PgConnectOptions::from_url(url).map_err(|error| wrong(&error.to_string()))?;
        let shown = shown(&options);
        Ok(Self {
            options: quiet(options),
            place: Place::Server,
            shown,
        })
    }

    /// What the driver connects by.
    pub(crate) const fn options(&self) -> &AnyConnectOptions {
        &self.options
    }

    /// The same, of a file that is not written to.
    pub(super) fn options_to_read(&self) -> AnyConnectOptions {
        let mut options = self.options.clone();
        options.database_url.set_query(Some("mode=ro"));
        options
    }

    /// Which of the two databases it is.
    pub(crate) const fn place(&self) -> &Place {
        &self.place
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.shown)
    }
}

fn wrong(why: &str) -> StoreError {
    StoreError::Setting(format!("store.url: {why}"))
}

/// Statements are not logged: they would tell of callers.
fn quiet(options: AnyConnectOptions) -> AnyConnectOptions {
    options.disable_statement_logging()
}

fn password_stands_in(options: &AnyConnectOptions) -> bool {
    let url = &options.database_url;
    url.password().is_some() || url.query_pairs().any(|(key, _)| key == "password")
}

/// The address without its password.
fn shown(options: &AnyConnectOptions) -> String {
    let mut url = options.database_url.clone();
    // Fails where there is no host, and then there is no password either.
    let _ = url.set_password(None);
    let open: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| key != "password")
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    url.set_query(None);
    let mut text = url.to_string();
    for (place, (key, value)) in open.iter().enumerate() {
        let sign = if place == 0 { '?' } else { '&' };
        text.push_str(&format!("{sign}{key}={value}"));
    }
    text
}

/// A path as it may stand in a URL: whatever could be read as something else is written by its bytes.
fn encoded(path: &[u8]) -> String {
    let mut text = String::new();
    for byte in path {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                text.push(char::from(*byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str) -> String {
        match Address::parse(url) {
            Ok(address) => format!("{address} {address:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn s22_the_password_never_shows() {
        for url in [
            "postgres://desk:hunter2@db.example:5433/trunkline?sslmode=verify-full",
            "postgres:///trunkline?host=/run/postgresql&user=desk&password=hunter2",
            "postgres://desk:hunter2@db/trunkline?passwort=x",
            "postgres://desk:hunter2@db/trunkline?sslmode=never",
            "postgres://desk:hunter2@db:port/trunkline",
            "postgres://desk:hunter2@",
            "mysql://desk:hunter2@db/trunkline",
            "hunter2",
        ] {
            let told = told(url);
            assert!(!told.contains("hunter2"), "{told}");
        }
        assert_eq!(
            told("postgres://desk:hunter2@db.example:5433/t?sslmode=require"),
            "postgres://desk@db.example:5433/t?sslmode=require \
             Address(postgres://desk@db.example:5433/t?sslmode=require)"
        );
    }

    #[test]
    fn a_wrong_address_is_told_in_words() {
        for (url, words) in [
            ("mysql://db/t", "begins with `sqlite://`"),
            ("data/trunkline.db", "begins with `sqlite://`"),
            ("sqlite::memory:", "name a file"),
            ("postgres://db:port/t", "port"),
            ("postgres://db/t?passwort=x", "`passwort` is none of host"),
            ("postgres://db/t?sslmode=never", "never"),
        ] {
            let told = told(url);
            assert!(told.contains(words), "{url}: {told}");
        }
    }

    #[test]
    fn a_password_may_stand_elsewhere_and_stands_once() {
        let secret = Secret::new("p@ss word&=".to_owned());
        let with = |url: &str| Address::parse(url).unwrap().with_password(&secret);
        let address = with("postgres:///t?host=/run/postgresql").unwrap();
        assert_eq!(address.to_string(), "postgres:///t?host=/run/postgresql");
        let url = &address.options().database_url;
        assert!(
            url.query_pairs()
                .any(|(key, value)| key == "password" && value == "p@ss word&=")
        );
        assert!(with("postgres://a:b@db/t").is_err(), "told twice");
        assert!(with("sqlite://data/t.db").is_err(), "a file has none");
    }

    #[test]
    fn a_path_of_any_letters_is_that_path() {
        for (url, path) in [
            ("sqlite://data/trunkline.db", "data/trunkline.db"),
            (
                "sqlite:///var/lib/呼叫 中心/x.db",
                "/var/lib/呼叫 中心/x.db",
            ),
            ("sqlite://../Data/a%3Fb.db", "../Data/a?b.db"),
        ] {
            let address = Address::parse(url).unwrap();
            assert_eq!(address.place(), &Place::File(path.into()));
            let again = SqliteConnectOptions::from_url(&address.options().database_url);
            assert_eq!(again.unwrap().get_filename(), std::path::Path::new(path));
        }
    }
}
