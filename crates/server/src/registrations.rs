//! Contacts of phones on their way between the registrar and the store, so that a restart loses none (G13).
//!
//! The engine's loop hands over what changed and never waits. The keeper gathers changes by login, for a moment or as long
//! as a write takes, and writes them in one commit: of many changes of one login the last is written. What gathers is bounded by
//! the number of logins; what a failed write held is tried again with what came later. A crash loses the changes of the last
//! moment, which the phones' next refresh tells again.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Timestamp;
use net::Clock;
use sip::{Binding, Flow, Transport, Uri};
use store::registration::Contacts;
use store::{Database, Registration};
use tokio::sync::mpsc;

/// Changes that wait for the keeper, who takes them as they come.
pub(crate) const WAITING_MAX: usize = 16_384;
/// How long changes are gathered before they are written.
const GATHERED_FOR: Duration = Duration::from_millis(100);
/// Logins in one commit.
const BATCH_MAX: usize = 512;
/// How long a store that fails is left alone.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// How often the last changes are tried when the server ends.
const LAST_TRIES_MAX: u32 = 3;

/// A login and all of its contacts; none = he has no phone any more.
pub(crate) type Change = (String, Vec<Binding>);

/// The contacts that outlived the former process, by login.
pub(crate) async fn read(
    database: &Database,
    now: Timestamp,
) -> anyhow::Result<BTreeMap<String, Vec<Binding>>> {
    database.purge_registrations(now).await?;
    let kept = database.registrations(now).await?;
    let bindings = kept.into_iter().map(|(login, contacts)| {
        let bindings = contacts.into_iter().filter_map(binding).collect();
        (login, bindings)
    });
    Ok(bindings.collect())
}

/// Writes changes down until nobody is left who could tell one.
pub(crate) async fn keep(changes: mpsc::Receiver<Change>, database: Database, clock: Clock) {
    let keeper = Keeper {
        changes,
        pending: BTreeMap::new(),
        database,
        clock,
        is_told: true,
    };
    keeper.run().await;
}

struct Keeper {
    changes: mpsc::Receiver<Change>,
    pending: BTreeMap<String, Vec<Binding>>,
    database: Database,
    clock: Clock,
    /// Whether the store's last failure was told, or there was none.
    is_told: bool,
}

impl Keeper {
    async fn run(mut self) {
        while let Some((login, bindings)) = self.changes.recv().await {
            self.pending.insert(login, bindings);
            self.gather().await;
            while !self.pending.is_empty() && !self.changes.is_closed() {
                self.write().await;
            }
        }
        let mut tries = 0;
        while !self.pending.is_empty() && tries < LAST_TRIES_MAX {
            tries += u32::from(!self.write().await);
        }
        if !self.pending.is_empty() {
            let logins = self.pending.len();
            tracing::warn!(logins, "the last registrations are not kept");
        }
    }

    async fn gather(&mut self) {
        let enough = tokio::time::sleep(GATHERED_FOR);
        let mut enough = std::pin::pin!(enough);
        loop {
            tokio::select! {
                change = self.changes.recv() => match change {
                    Some((login, bindings)) => self.pending.insert(login, bindings),
                    None => return,
                },
                () = &mut enough => return,
            };
        }
    }

    /// One commit; what is told meanwhile is gathered. Whether the store took it.
    async fn write(&mut self) -> bool {
        let logins: Vec<String> = self.pending.keys().take(BATCH_MAX).cloned().collect();
        let batch: BTreeMap<String, Vec<Binding>> = logins
            .into_iter()
            .filter_map(|login| self.pending.remove_entry(&login))
            .collect();
        let rows = batch.iter().map(row).collect();
        let database = self.database.clone();
        let now = self.clock.now().into();
        let written = async move {
            let written = database.put_registrations(rows, now).await;
            if written.is_err() {
                tokio::time::sleep(RETRY_AFTER).await;
            }
            written
        };
        let mut written = std::pin::pin!(written);
        let written = loop {
            tokio::select! {
                written = &mut written => break written,
                Some((login, bindings)) = self.changes.recv() => { self.pending.insert(login, bindings); }
            }
        };
        if let Err(error) = &written {
            if self.is_told {
                tracing::warn!(%error, "registrations are not kept: the store fails");
            }
            for (login, bindings) in batch {
                self.pending.entry(login).or_insert(bindings);
            }
        }
        self.is_told = written.is_ok();
        written.is_ok()
    }
}

fn row((login, bindings): (&String, &Vec<Binding>)) -> Contacts {
    let contacts = bindings.iter().map(|binding| Registration {
        contact: binding.contact.to_string(),
        transport: binding.flow.transport.via_token().to_ascii_lowercase(),
        local: binding.flow.local,
        remote: binding.flow.remote,
        connection: binding.flow.connection,
        expires_at: binding.expires_at.into(),
        instance: binding.instance.clone(),
        reg_id: binding.reg_id,
        q_permille: binding.q_permille,
        path: binding.path.iter().map(ToString::to_string).collect(),
        user_agent: binding.user_agent.clone(),
        call_id: binding.call_id.clone(),
        cseq: binding.cseq,
    });
    (login.clone(), contacts.collect())
}

/// `None` for one whose words this program does not understand: its phone registers again.
fn binding(kept: Registration) -> Option<Binding> {
    let path: Result<Vec<Uri>, _> = kept.path.iter().map(|hop| hop.parse()).collect();
    Some(Binding {
        contact: kept.contact.parse().ok()?,
        flow: Flow {
            transport: transport(&kept.transport)?,
            local: kept.local,
            remote: kept.remote,
            connection: kept.connection,
        },
        expires_at: kept.expires_at.into(),
        user_agent: kept.user_agent,
        instance: kept.instance,
        q_permille: kept.q_permille,
        path: path.ok()?,
        reg_id: kept.reg_id,
        call_id: kept.call_id,
        cseq: kept.cseq,
    })
}

fn transport(word: &str) -> Option<Transport> {
    let all = [
        Transport::Udp,
        Transport::Tcp,
        Transport::Tls,
        Transport::Ws,
        Transport::Wss,
    ];
    all.into_iter()
        .find(|transport| transport.via_token().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(port: u16, transport: Transport) -> Binding {
        Binding {
            contact: format!("sip:1001@192.0.2.7:{port};ob").parse().unwrap(),
            flow: Flow {
                transport,
                local: "192.0.2.1:5060".parse().unwrap(),
                remote: format!("192.0.2.7:{port}").parse().unwrap(),
                connection: 3,
            },
            expires_at: Duration::from_secs(4_000_000_000),
            user_agent: Some("phone".into()),
            instance: Some("<urn:uuid:1>".into()),
            q_permille: 500,
            path: vec!["sip:edge.example.com;lr".parse().unwrap()],
            reg_id: Some(1),
            call_id: "c@1".into(),
            cseq: 7,
        }
    }

    struct World {
        database: Database,
        folder: std::path::PathBuf,
    }

    impl World {
        async fn new(name: &str) -> Self {
            let folder = format!("trunkline-registrations-{name}-{}", std::process::id());
            let folder = std::env::temp_dir().join(folder);
            let url = format!("sqlite://{}/trunkline.db", folder.display());
            let database = Database::open(&url, "CN").await.unwrap();
            Self { database, folder }
        }

        async fn kept(&self) -> BTreeMap<String, Vec<Binding>> {
            read(&self.database, Timestamp::from_ms(0)).await.unwrap()
        }
    }

    impl Drop for World {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }

    #[tokio::test]
    async fn g13_what_the_registrar_told_last_comes_back_whole() {
        let world = World::new("whole").await;
        let (told, changes) = mpsc::channel(WAITING_MAX);
        let keeper = tokio::spawn(keep(changes, world.database.clone(), Clock::start()));
        for port in 1..=1_000 {
            let change = ("1001".to_owned(), vec![bound(port, Transport::Udp)]);
            told.send(change).await.unwrap();
        }
        let all = [
            Transport::Tcp,
            Transport::Tls,
            Transport::Ws,
            Transport::Wss,
        ];
        let last: Vec<Binding> = all.map(|transport| bound(9, transport)).to_vec();
        told.send(("1001".into(), last.clone())).await.unwrap();
        told.send(("1002".into(), vec![bound(1, Transport::Udp)]))
            .await
            .unwrap();
        told.send(("1002".into(), Vec::new())).await.unwrap();
        drop(told);
        keeper.await.unwrap();
        assert_eq!(
            world.kept().await,
            BTreeMap::from([("1001".to_owned(), last)])
        );
    }

    #[tokio::test]
    async fn s8_a_store_that_fails_holds_up_nobody_and_the_end_comes() {
        let world = World::new("ill").await;
        let (told, changes) = mpsc::channel(4);
        world.database.clone().close().await;
        let keeper = tokio::spawn(keep(changes, world.database.clone(), Clock::start()));
        for n in 0..200 {
            let change = (format!("{n}"), vec![bound(1, Transport::Udp)]);
            // It takes them as they come, though it can write none.
            let taken = tokio::time::timeout(Duration::from_secs(5), told.send(change)).await;
            taken.expect("the keeper takes it").unwrap();
        }
        drop(told);
        let ended = tokio::time::timeout(Duration::from_secs(10), keeper).await;
        ended.expect("the keeper ends").unwrap();
    }

    #[test]
    fn words_of_another_program_are_left_out() {
        let (_, rows) = row((&"1001".to_owned(), &vec![bound(1, Transport::Udp)]));
        let good = rows.into_iter().next().unwrap();
        assert_eq!(binding(good.clone()), Some(bound(1, Transport::Udp)));
        let sctp = Registration {
            transport: "sctp".into(),
            ..good.clone()
        };
        let contact = Registration {
            contact: "no uri".into(),
            ..good.clone()
        };
        let path = Registration {
            path: vec!["<".into()],
            ..good
        };
        for wrong in [sctp, contact, path] {
            assert_eq!(binding(wrong), None);
        }
    }
}
