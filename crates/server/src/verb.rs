//! The verbs of the command line that do not serve.

pub(crate) mod agent;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod calendar;
pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod conflict;
pub(crate) mod customer;
pub(crate) mod ivr;
pub(crate) mod number_list;
mod progress;
pub(crate) mod prompts;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod retention;
pub(crate) mod simulate;
pub(crate) mod sip;
pub(crate) mod ticket;
pub(crate) mod token;
pub(crate) mod why;

use store::Database;

use crate::Failure;
use crate::config::Source;
use crate::config::cause::Cause;
use crate::config::settings::Settings;

/// Runs asynchronous work of a verb to its end.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::System(error.into()))?;
    runtime.block_on(work)
}

/// The store of the configuration, which may be in use by a running server.
async fn open_store(source: &Source) -> Result<(Settings, Database), Failure> {
    let settings = source.settings()?;
    store::private::make_folder(&settings.data.dir).map_err(|error| {
        Failure::System(anyhow::anyhow!("{}: {error}", settings.data.dir.display()))
    })?;
    let address = source.store(&settings).map_err(Failure::Refused)?;
    let database = Database::open_at(&address, &settings.numbering.region)
        .await
        .map_err(|error| {
            Failure::System(anyhow::anyhow!(
                "the store {address} cannot be opened: {error}"
            ))
        })?;
    Ok((settings, database))
}

/// The time of the machine's clock.
fn now() -> model::Timestamp {
    net::Clock::start().now().into()
}

/// A store's error by whose fault it is.
pub(crate) fn by_fault(error: store::StoreError) -> Failure {
    match error {
        store::StoreError::NotFound(_)
        | store::StoreError::Taken(_)
        | store::StoreError::Conflict { .. }
        | store::StoreError::Refused(_)
        | store::StoreError::Customer(_)
        | store::StoreError::Article(_)
        | store::StoreError::Reply(_)
        | store::StoreError::Reminder(_)
        | store::StoreError::NumberList(_)
        | store::StoreError::Setting(_) => Failure::Refused(error.told()),
        store::StoreError::Gap { .. }
        | store::StoreError::Migration(_)
        | store::StoreError::Damaged { .. }
        | store::StoreError::Busy
        | store::StoreError::Away(_)
        | store::StoreError::InUse
        | store::StoreError::Closed
        | store::StoreError::Lost(_)
        | store::StoreError::Database(_)
        | store::StoreError::File { .. } => Failure::System(error.into()),
    }
}
