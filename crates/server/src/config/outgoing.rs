//! What scripts may ask of the world outside: which services, with which secrets, and which queries (E11, E12, S20).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use connectors::Target;
use ivr::{Script, SecretSource, Services};
use model::{HouseNames, Mailboxes};
use store::NamedQueries;

use super::bots::Bots;
use super::cause::Cause;
use super::closings::Hashes;
use super::secret;

/// What look-ups need, as the files say it.
#[derive(Clone, Default)]
pub(crate) struct Outgoing {
    /// Hosts within the house that may be asked.
    pub(crate) private_hosts: BTreeSet<String>,
    /// The secrets that scripts name in headers.
    pub(crate) secrets: BTreeMap<SecretSource, String>,
    /// What databases are asked.
    pub(crate) queries: NamedQueries,
    /// Where callers leave messages, and how many fit.
    pub(crate) mailboxes: Arc<Mailboxes>,
    /// What number lists may name (F6).
    pub(crate) names: Arc<HouseNames>,
    /// Whether agents are told whole numbers of callers (F7).
    pub(crate) agents_see_numbers: bool,
    /// Who talks with callers (E24).
    pub(crate) bots: Bots,
    /// By what calendars are closed by telephone.
    pub(crate) pins: Hashes,
}

impl Outgoing {
    /// What these scripts need. A secret that is not there was told by `check`.
    pub(crate) fn of(
        scripts: &[Script],
        private_hosts: BTreeSet<String>,
        queries: NamedQueries,
        dir: &Path,
    ) -> Self {
        let sources = scripts.iter().flat_map(Script::secrets);
        let secrets = sources.filter_map(|source| {
            let secret = secret::find(&source, dir).ok()?;
            Some((source, secret))
        });
        Self {
            private_hosts,
            secrets: secrets.collect(),
            queries,
            mailboxes: Arc::default(),
            names: Arc::default(),
            agents_see_numbers: true,
            bots: Bots::new(),
            pins: Hashes::new(),
        }
    }
}

impl Outgoing {
    /// The secrets that only the former configuration needed, for the calls that are still led by its scripts (E20). A host
    /// that was taken back is refused at once, to them also (S20), and of PINs only that of today is right.
    pub(crate) fn keep_of(&mut self, former: &Self) {
        for (source, secret) in &former.secrets {
            self.secrets
                .entry(source.clone())
                .or_insert_with(|| secret.clone());
        }
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("private_hosts", &self.private_hosts)
            .field("secrets", &self.secrets.keys())
            .field("queries", &self.queries)
            .field("bots", &self.bots.keys())
            .finish()
    }
}

/// The rules by which `check` judges what scripts ask over HTTP.
pub(crate) fn services(private_hosts: &BTreeSet<String>, dir: &Path) -> Services {
    let (hosts, dir) = (private_hosts.clone(), dir.to_owned());
    Services::new(
        move |url| {
            let target = Target::new(url, &hosts, None);
            target.map(|_| ()).map_err(|error| error.told())
        },
        move |source| secret::find(source, &dir).map(|_| ()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s20_a_host_that_is_taken_back_is_refused_also_to_calls_of_former_scripts() {
        let token = SecretSource::Env("TOKEN".to_owned());
        let former = Outgoing {
            private_hosts: BTreeSet::from(["erp.house:8443".to_owned()]),
            secrets: BTreeMap::from([(token.clone(), "former".to_owned())]),
            ..Outgoing::default()
        };
        let mut today = Outgoing::default();
        today.keep_of(&former);
        assert_eq!(today.private_hosts, BTreeSet::new());
        assert_eq!(today.secrets[&token], "former");
        let changed = BTreeMap::from([(token.clone(), "changed".to_owned())]);
        let mut today = Outgoing {
            secrets: changed,
            ..Outgoing::default()
        };
        today.keep_of(&former);
        assert_eq!(today.secrets[&token], "changed");
    }
}
