//! `trunkline audit`: the line of the audit log (C21).

use std::str::FromStr;

use clap::Subcommand;
use store::AuditAnchor;

/// `trunkline audit`
#[derive(Debug, Subcommand)]
pub(crate) enum AuditVerb {
    /// Walks over the whole log and tells where a row was changed, taken out or cut off.
    #[command(
        after_help = "Examples:\n  trunkline audit verify\n  trunkline audit verify --anchor 81224:5f3a…\nIt prints the last row and its hash: written down elsewhere, they are the anchor of a later walk, which finds a log that\nwas made anew as a whole."
    )]
    Verify {
        /// A row and its hash, as an earlier walk told them.
        #[arg(long, value_name = "SEQ:HASH")]
        anchor: Option<Anchor>,
    },
    /// Lists rows, the newest first.
    #[command(
        after_help = "Examples:\n  trunkline audit list --limit 20\n  trunkline audit list --about customer:382709945067372544 --json"
    )]
    List {
        /// About one thing.
        #[arg(long, value_name = "KIND:ID")]
        about: Option<Thing>,
        /// Most rows.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
}

/// `SEQ:HASH`
#[derive(Clone, Debug)]
pub(crate) struct Anchor(pub(crate) AuditAnchor);

impl FromStr for Anchor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let anchor = text.split_once(':').and_then(|(seq, hash)| {
            let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            Some(AuditAnchor {
                seq: seq.parse().ok().filter(|_| is_hash)?,
                hash: hash.to_ascii_lowercase(),
            })
        });
        anchor
            .map(Self)
            .ok_or("expected a row's number, a colon and its 64 hexadecimal digits")
    }
}

/// `customer:382709945067372544`
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    /// Its kind.
    pub(crate) kind: String,
    /// Its id or name.
    pub(crate) id: String,
}

impl FromStr for Thing {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, id) = text
            .split_once(':')
            .ok_or("expected a kind, a colon and an id")?;
        Ok(Self {
            kind: kind.to_owned(),
            id: id.to_owned(),
        })
    }
}
