//! Number lists between the store and the engine (F6): people and programs change the store while the server runs.

use engine::{Command, NumberLists};
use net::Clock;
use store::{Database, NumberListsMark};
use web::CommandSender;

/// Keeps the engine's lists like the store's.
pub(crate) struct ListKeeper {
    database: Database,
    commands: CommandSender,
    clock: Clock,
    known: NumberListsMark,
}

impl ListKeeper {
    /// The engine knows of no entry yet.
    pub(crate) fn new(database: Database, commands: CommandSender, clock: Clock) -> Self {
        Self {
            database,
            commands,
            clock,
            known: NumberListsMark::default(),
        }
    }

    /// Tells the engine what changed. What has ended the engine itself passes over.
    pub(crate) async fn refresh(&mut self) -> anyhow::Result<()> {
        let mark = self.database.number_lists_mark().await?;
        if mark == self.known {
            return Ok(());
        }
        let now = self.clock.now().into();
        let entries = self.database.number_entries_now(now).await?;
        // Tables of 100,000 entries take some ms to sort: not on a thread that serves others meanwhile.
        let lists = tokio::task::spawn_blocking(|| entries.into_iter().collect::<NumberLists>());
        let lists = lists.await?.into();
        self.commands.send(Command::SetNumberLists(lists)).await?;
        self.known = mark;
        Ok(())
    }
}
