//! Customers: people and organisations, with their telephone numbers and other contacts (F1-F4).
//!
//! A number may belong to several customers, and a customer has several numbers; both are bounded. Nothing is refused because
//! somebody else has a number: who it may be is told by [`Database::candidates`]. Each change is one version and one row of the
//! audit log.

use model::profile::Candidate;
use model::{AgentId, ContactKind, CustomerId, CustomerKind, NumberPlan, Timestamp};
use serde::Serialize;
use ticket::Actor;

use crate::Database;
use crate::audit::{Act, audit};
use crate::column::json_value;
use crate::database::Connection;
use crate::error::{Result, StoreError};
use check::{check, check_contacts, check_standing, filled, read_phones};

pub use candidate::{Dialogue, NumberCard};
pub use import::{ImportFinding, ImportReport, ImportWish, ListFile};
pub use merge::Merged;
pub use moment::{Moment, MomentKey, NoMoment};
pub use note::CustomerNote;
pub use phone::{CustomerPhone, NewPhone};
pub use search::CustomerSearch;
pub use timeline::{Timeline, TimelineReader};

mod candidate;
mod check;
mod import;
pub(crate) mod index;
mod merge;
mod moment;
mod note;
mod phone;
mod row;
mod search;
mod timeline;

pub(crate) use candidate::{Owner, owner, owner_of_account, owners};
pub(crate) use row::customer as customer_of;

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CustomerRecord {
    /// His id.
    pub id: CustomerId,
    /// What he is.
    pub kind: CustomerKind,
    /// His name.
    pub name: String,
    /// The organisation to which he belongs.
    pub organisation: Option<CustomerId>,
    /// 0 for none, up to 9.
    pub vip_level: u8,
    /// His language, as a tag: `zh-CN`.
    pub locale: Option<String>,
    /// Where he is, in the house's words.
    pub region: Option<String>,
    /// The agent who looks after him (R57).
    pub owner: Option<AgentId>,
    /// His id in another system; nobody else has it.
    pub external_ref: Option<String>,
    /// What everybody who serves him should know.
    pub note: Option<String>,
    /// His numbers, the first added first.
    pub phones: Vec<CustomerPhone>,
    /// How else he is reached.
    pub contacts: Vec<CustomerContact>,
    /// Whether he is a customer still; if not, no call finds him.
    pub is_active: bool,
    /// Who stands for him since he was merged (F9).
    pub merged_into: Option<CustomerId>,
    /// When he was added.
    pub created_at: Timestamp,
    /// When anything about him last changed.
    pub updated_at: Timestamp,
    /// For optimistic locking.
    pub version: u64,
}

/// How else than by telephone a customer is reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CustomerContact {
    /// Of which kind.
    pub kind: ContactKind,
    /// The address.
    pub value: String,
}

/// A customer to be added.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct NewCustomer {
    /// What he is.
    pub kind: CustomerKind,
    /// His name.
    pub name: String,
    /// The organisation to which he belongs.
    pub organisation: Option<CustomerId>,
    /// 0 for none, up to 9.
    pub vip_level: u8,
    /// His language.
    pub locale: Option<String>,
    /// Where he is.
    pub region: Option<String>,
    /// The agent who looks after him.
    pub owner: Option<AgentId>,
    /// His id in another system.
    pub external_ref: Option<String>,
    /// What everybody should know.
    pub note: Option<String>,
    /// His numbers as written.
    pub phones: Vec<NewPhone>,
    /// How else he is reached.
    pub contacts: Vec<CustomerContact>,
}

/// New values; `None` leaves one as it is, and `Some(None)` empties it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct CustomerChange {
    /// What he is.
    pub kind: Option<CustomerKind>,
    /// His name.
    pub name: Option<String>,
    /// The organisation to which he belongs.
    pub organisation: Option<Option<CustomerId>>,
    /// 0 for none, up to 9.
    pub vip_level: Option<u8>,
    /// His language.
    pub locale: Option<Option<String>>,
    /// Where he is.
    pub region: Option<Option<String>>,
    /// The agent who looks after him.
    pub owner: Option<Option<AgentId>>,
    /// His id in another system.
    pub external_ref: Option<Option<String>>,
    /// What everybody should know.
    pub note: Option<Option<String>>,
    /// Whether he is a customer still.
    pub is_active: Option<bool>,
    /// All his numbers as written.
    pub phones: Option<Vec<NewPhone>>,
    /// All his contacts.
    pub contacts: Option<Vec<CustomerContact>>,
}

/// What became of somebody who was to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// The customer; `None` when nobody was added.
    pub customer: Option<CustomerRecord>,
    /// Who had one of his numbers before, best first.
    pub candidates: Vec<Candidate>,
}

impl Database {
    /// Adds a customer and tells who had one of his numbers before; with `unless_known` nobody is added when one of them certainly has. Looked at and added in
    /// one transaction, so that of two who enter the same person at once one finds the other's.
    pub async fn enter_customer(
        &self,
        new: NewCustomer,
        unless_known: bool,
        by: Actor,
        now: Timestamp,
    ) -> Result<Entered> {
        let id = CustomerId::new(self.next_id(now));
        let plan = *self.plan();
        // Bounded before anybody is looked for.
        let phones = read_phones(&plan, new.phones.clone())?;
        self.write(move |conn| {
            Box::pin(async move {
                let candidates = candidate::of_numbers(conn, &phones).await?;
                let customer = if unless_known && candidates.iter().any(Candidate::is_certain) {
                    None
                } else {
                    Some(add(conn, id, new, &plan, by, now).await?)
                };
                Ok(Entered {
                    customer,
                    candidates,
                })
            })
        })
        .await
    }

    /// Adds a customer.
    pub async fn add_customer(
        &self,
        new: NewCustomer,
        by: Actor,
        now: Timestamp,
    ) -> Result<CustomerRecord> {
        let id = CustomerId::new(self.next_id(now));
        let plan = *self.plan();
        self.write(move |conn| Box::pin(async move { add(conn, id, new, &plan, by, now).await }))
            .await
    }

    /// One customer, merged ones too.
    pub async fn customer(&self, id: CustomerId) -> Result<Option<CustomerRecord>> {
        let mut conn = self.readers().acquire().await?;
        row::customer(&mut conn, id).await
    }

    /// Changes a customer. `Conflict` unless `version` is current, `NotFound`, `Taken` for another's external reference, or a
    /// [`model::CustomerFault`]. What changes nothing leaves no trace.
    pub async fn change_customer(
        &self,
        id: CustomerId,
        version: u64,
        change: CustomerChange,
        by: Actor,
        now: Timestamp,
    ) -> Result<CustomerRecord> {
        let plan = *self.plan();
        self.write(move |conn| {
            Box::pin(async move {
                let before = row::standing(conn, id).await?;
                if before.version != version {
                    return Err(StoreError::Conflict {
                        what: "customer",
                        current: before.version,
                    });
                }
                apply(conn, before, change, &plan, by, now).await
            })
        })
        .await
    }

    /// Adds a number to a customer, or replaces what was said of it.
    pub async fn put_customer_phone(
        &self,
        id: CustomerId,
        phone: NewPhone,
        by: Actor,
        now: Timestamp,
    ) -> Result<CustomerRecord> {
        let keyed = phone::keyed(self.plan(), phone)?;
        self.write(move |conn| {
            Box::pin(async move {
                let before = row::standing(conn, id).await?;
                check_standing(&before)?;
                phone::put(conn, id, &keyed, now).await?;
                raise(conn, before, by, now).await
            })
        })
        .await
    }
}

/// Adds a customer, in the transaction of whoever asks.
pub(crate) async fn add(
    conn: &mut Connection,
    id: CustomerId,
    new: NewCustomer,
    plan: &NumberPlan,
    by: Actor,
    now: Timestamp,
) -> Result<CustomerRecord> {
    let phones = read_phones(plan, new.phones.clone())?;
    check_contacts(&new.contacts)?;
    let contacts = new.contacts.clone();
    let record = begun(id, new, now);
    check(&record)?;
    row::put(conn, &record).await?;
    row::put_lists(conn, id, Some(&phones), Some(&contacts), now).await?;
    let added = row::standing(conn, id).await?;
    tell(conn, "customer.added", None, &added, by, now).await?;
    Ok(added)
}

/// Changes a customer, in the transaction of whoever asks.
pub(crate) async fn apply(
    conn: &mut Connection,
    before: CustomerRecord,
    change: CustomerChange,
    plan: &NumberPlan,
    by: Actor,
    now: Timestamp,
) -> Result<CustomerRecord> {
    check_standing(&before)?;
    let phones = change
        .phones
        .clone()
        .map(|phones| read_phones(plan, phones));
    let phones = phones.transpose()?;
    if let Some(contacts) = &change.contacts {
        check_contacts(contacts)?;
    }
    let contacts = change.contacts.clone();
    let record = laid_over(before.clone(), change);
    check(&record)?;
    row::put(conn, &record).await?;
    row::put_lists(conn, record.id, phones.as_deref(), contacts.as_deref(), now).await?;
    raise(conn, before, by, now).await
}

/// One who is to be added, without his numbers and contacts.
fn begun(id: CustomerId, new: NewCustomer, now: Timestamp) -> CustomerRecord {
    CustomerRecord {
        id,
        kind: new.kind,
        name: new.name.trim().to_owned(),
        organisation: new.organisation,
        vip_level: new.vip_level,
        locale: filled(new.locale),
        region: filled(new.region),
        owner: new.owner,
        external_ref: filled(new.external_ref),
        note: filled(new.note),
        phones: Vec::new(),
        contacts: Vec::new(),
        is_active: true,
        merged_into: None,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

/// One who stands, with what changes; his numbers and contacts are as they were.
fn laid_over(old: CustomerRecord, change: CustomerChange) -> CustomerRecord {
    CustomerRecord {
        kind: change.kind.unwrap_or(old.kind),
        name: change.name.map_or(old.name, |name| name.trim().to_owned()),
        organisation: change.organisation.unwrap_or(old.organisation),
        vip_level: change.vip_level.unwrap_or(old.vip_level),
        locale: change.locale.map_or(old.locale, filled),
        region: change.region.map_or(old.region, filled),
        owner: change.owner.unwrap_or(old.owner),
        external_ref: change.external_ref.map_or(old.external_ref, filled),
        note: change.note.map_or(old.note, filled),
        is_active: change.is_active.unwrap_or(old.is_active),
        ..old
    }
}

/// A version more, if anything is other than it was, and a row of the audit log.
async fn raise(
    conn: &mut Connection,
    before: CustomerRecord,
    by: Actor,
    now: Timestamp,
) -> Result<CustomerRecord> {
    let mut after = row::standing(conn, before.id).await?;
    if after == before {
        return Ok(after);
    }
    after.version = before.version + 1;
    after.updated_at = now;
    row::put(conn, &after).await?;
    tell(conn, "customer.changed", Some(&before), &after, by, now).await?;
    Ok(after)
}

/// A row of the audit log.
pub(crate) async fn tell(
    conn: &mut Connection,
    action: &str,
    before: Option<&CustomerRecord>,
    after: &CustomerRecord,
    by: Actor,
    now: Timestamp,
) -> Result<()> {
    let before = before.map(|record| json_value("customer", record));
    let act = Act {
        action,
        entity: "customer",
        entity_id: after.id.to_string(),
        before: before.transpose()?,
        after: Some(json_value("customer", after)?),
    };
    audit(conn, now, by, act).await
}
