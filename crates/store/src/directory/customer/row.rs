//! How a customer stands in his rows.

use std::collections::BTreeMap;

use model::customer::VIP_MAX;
use model::{AgentId, CustomerFault, CustomerId, Timestamp};
use sqlx::FromRow;

use super::phone::{self, KeyedPhone};
use super::{CustomerContact, CustomerPhone, CustomerRecord};
use crate::column::{big, count};
use crate::database::{Connection, Statement};
use crate::error::{Result, StoreError};
use crate::term;

/// Terms in one statement: two values each, of fewer than 32,766 that SQLite takes.
const TERMS_AT_ONCE: usize = 2_000;

/// The columns of [`Row`], from `customer c`.
const COLUMNS: &str = "SELECT c.id, c.kind, c.display_name, c.organisation_id, c.vip_level, c.locale, c.region, c.owner_agent_id,
   c.external_ref, c.note, c.is_active, c.merged_into_id, c.created_at, c.updated_at, c.version FROM customer c";

#[derive(FromRow)]
struct Row {
    id: i64,
    kind: String,
    display_name: String,
    organisation_id: Option<i64>,
    vip_level: i64,
    locale: Option<String>,
    region: Option<String>,
    owner_agent_id: Option<i64>,
    external_ref: Option<String>,
    note: Option<String>,
    is_active: i64,
    merged_into_id: Option<i64>,
    created_at: i64,
    updated_at: i64,
    version: i64,
}

impl Row {
    /// The whole customer, with his numbers and contacts.
    fn read(
        self,
        phones: Vec<CustomerPhone>,
        contacts: Vec<CustomerContact>,
    ) -> Result<CustomerRecord> {
        let id = CustomerId::new(count(self.id));
        let damaged = |why: model::customer::NoSuchWord| StoreError::damaged("customer", why);
        Ok(CustomerRecord {
            id,
            kind: self.kind.parse().map_err(damaged)?,
            name: self.display_name,
            organisation: self.organisation_id.map(|id| CustomerId::new(count(id))),
            vip_level: u8::try_from(self.vip_level).unwrap_or(VIP_MAX),
            locale: self.locale,
            region: self.region,
            owner: self.owner_agent_id.map(|id| AgentId::new(count(id))),
            external_ref: self.external_ref,
            note: self.note,
            phones,
            contacts,
            is_active: self.is_active != 0,
            merged_into: self.merged_into_id.map(|id| CustomerId::new(count(id))),
            created_at: Timestamp::from_ms(self.created_at),
            updated_at: Timestamp::from_ms(self.updated_at),
            version: count(self.version),
        })
    }
}

/// One customer.
pub(crate) async fn customer(
    conn: &mut Connection,
    id: CustomerId,
) -> Result<Option<CustomerRecord>> {
    Ok(customers(conn, &[big(id.get())]).await?.pop())
}

/// Those of so many that stand, the last added first.
pub(super) async fn customers(conn: &mut Connection, ids: &[i64]) -> Result<Vec<CustomerRecord>> {
    let mut query = Statement::new(COLUMNS);
    query.push(" WHERE c.id").push_among(ids.iter().copied());
    query.push(" ORDER BY c.id DESC");
    let rows: Vec<Row> = query.build_query_as().fetch_all(&mut *conn).await?;
    let mut phones = phone::of(conn, ids).await?;
    let mut contacts = contacts(conn, ids).await?;
    let rows = rows.into_iter().map(|row| {
        let phones = phones.remove(&row.id).unwrap_or_default();
        let contacts = contacts.remove(&row.id).unwrap_or_default();
        row.read(phones, contacts)
    });
    rows.collect()
}

/// One that must be there.
pub(super) async fn standing(conn: &mut Connection, id: CustomerId) -> Result<CustomerRecord> {
    let found = customer(conn, id).await?;
    found.ok_or(StoreError::NotFound("customer"))
}

/// Writes all columns of a customer, whether he was there or not, and what his name is found by.
pub(super) async fn put(conn: &mut Connection, record: &CustomerRecord) -> Result<()> {
    check_references(conn, record).await?;
    sqlx::query(
        "INSERT INTO customer (id, kind, display_name, organisation_id, vip_level, locale, region, owner_agent_id, external_ref,
           note, is_active, merged_into_id, created_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, display_name = excluded.display_name,
           organisation_id = excluded.organisation_id, vip_level = excluded.vip_level, locale = excluded.locale,
           region = excluded.region, owner_agent_id = excluded.owner_agent_id, external_ref = excluded.external_ref,
           note = excluded.note, is_active = excluded.is_active, merged_into_id = excluded.merged_into_id,
           updated_at = excluded.updated_at, version = excluded.version",
    )
    .bind(big(record.id.get()))
    .bind(record.kind.name())
    .bind(&record.name)
    .bind(record.organisation.map(|id| big(id.get())))
    .bind(i64::from(record.vip_level))
    .bind(&record.locale)
    .bind(&record.region)
    .bind(record.owner.map(|id| big(id.get())))
    .bind(&record.external_ref)
    .bind(&record.note)
    .bind(i64::from(record.is_active))
    .bind(record.merged_into.map(|id| big(id.get())))
    .bind(record.created_at.as_ms())
    .bind(record.updated_at.as_ms())
    .bind(big(record.version))
    .execute(&mut *conn)
    .await
    .map_err(|error| StoreError::or_taken(error, "external reference"))?;
    put_terms(conn, record.id, &record.name).await
}

/// The agent and the organisation that are named stand in the store.
async fn check_references(conn: &mut Connection, record: &CustomerRecord) -> Result<()> {
    if let Some(owner) = record.owner {
        let found: Option<(i64,)> = sqlx::query_as("SELECT id FROM agent WHERE id = $1")
            .bind(big(owner.get()))
            .fetch_optional(&mut *conn)
            .await?;
        found.ok_or(CustomerFault::Owner(owner))?;
    }
    if let Some(organisation) = record.organisation {
        let found: Option<(i64,)> = sqlx::query_as(
            "SELECT id FROM customer WHERE id = $1 AND id <> $2 AND kind = 'organisation'",
        )
        .bind(big(organisation.get()))
        .bind(big(record.id.get()))
        .fetch_optional(conn)
        .await?;
        found.ok_or(CustomerFault::Organisation(organisation))?;
    }
    Ok(())
}

/// What a name is found by.
pub(super) async fn put_terms(conn: &mut Connection, id: CustomerId, name: &str) -> Result<()> {
    sqlx::query("DELETE FROM customer_term WHERE customer_id = $1")
        .bind(big(id.get()))
        .execute(&mut *conn)
        .await?;
    add_terms(conn, vec![(id, name.to_owned())]).await
}

/// What the names of customers are found by who have no terms yet.
pub(super) async fn add_terms(
    conn: &mut Connection,
    names: Vec<(CustomerId, String)>,
) -> Result<()> {
    let terms = names.into_iter().flat_map(|(id, name)| {
        let terms = term::of_name(&name).into_iter();
        terms.map(move |term| (term, id))
    });
    let terms: Vec<_> = terms.collect();
    for rows in terms.chunks(TERMS_AT_ONCE) {
        let mut query = Statement::new("INSERT INTO customer_term (term, customer_id) VALUES ");
        for (place, (term, id)) in rows.iter().enumerate() {
            query.push(if place == 0 { "(" } else { ", (" });
            query.push_bind(term.as_str()).push(", ");
            query.push_bind(big(id.get())).push(")");
        }
        query.build_query().execute(&mut *conn).await?;
    }
    Ok(())
}

/// Numbers and contacts become these, where they are told.
pub(super) async fn put_lists(
    conn: &mut Connection,
    id: CustomerId,
    phones: Option<&[KeyedPhone]>,
    contacts: Option<&[CustomerContact]>,
    now: Timestamp,
) -> Result<()> {
    if let Some(phones) = phones {
        phone::replace(conn, id, phones, now).await?;
    }
    let Some(contacts) = contacts else {
        return Ok(());
    };
    sqlx::query("DELETE FROM customer_contact WHERE customer_id = $1")
        .bind(big(id.get()))
        .execute(&mut *conn)
        .await?;
    for contact in contacts {
        sqlx::query(
            "INSERT INTO customer_contact (customer_id, kind, value) VALUES ($1, $2, $3)
             ON CONFLICT (customer_id, kind, value) DO NOTHING",
        )
        .bind(big(id.get()))
        .bind(contact.kind.name())
        .bind(&contact.value)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

async fn contacts(
    conn: &mut Connection,
    customers: &[i64],
) -> Result<BTreeMap<i64, Vec<CustomerContact>>> {
    let mut query =
        Statement::new("SELECT customer_id, kind, value FROM customer_contact WHERE customer_id");
    query
        .push_among(customers.iter().copied())
        .push(" ORDER BY customer_id, kind, value");
    let rows: Vec<(i64, String, String)> = query.build_query_as().fetch_all(conn).await?;
    let mut contacts: BTreeMap<i64, Vec<CustomerContact>> = BTreeMap::new();
    for (customer, kind, value) in rows {
        let kind = kind.parse();
        let kind = kind.map_err(|why: model::customer::NoSuchWord| {
            StoreError::damaged("contact of a customer", why)
        })?;
        let contact = CustomerContact { kind, value };
        contacts.entry(customer).or_default().push(contact);
    }
    Ok(contacts)
}
