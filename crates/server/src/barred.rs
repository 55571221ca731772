//! Barred callers between the store and the engine (A7): people and programs change the store while the server runs.

use engine::{Barred, Command};
use net::Clock;
use store::{BarredMark, Database};
use web::CommandSender;

/// Keeps the engine's list like the store's.
pub(crate) struct BarredList {
    database: Database,
    commands: CommandSender,
    clock: Clock,
    known: BarredMark,
}

impl BarredList {
    /// The engine knows of nobody yet.
    pub(crate) fn new(database: Database, commands: CommandSender, clock: Clock) -> Self {
        Self {
            database,
            commands,
            clock,
            known: BarredMark::default(),
        }
    }

    /// Tells the engine what changed. Who has served his time is let through by the engine itself.
    pub(crate) async fn refresh(&mut self) -> anyhow::Result<()> {
        let mark = self.database.barred_mark().await?;
        if mark == self.known {
            return Ok(());
        }
        let callers = self.database.barred_now(self.clock.now().into()).await?;
        let barred: Barred = callers.into_iter().collect();
        self.commands
            .send(Command::SetBarred(barred.into()))
            .await?;
        self.known = mark;
        Ok(())
    }
}
