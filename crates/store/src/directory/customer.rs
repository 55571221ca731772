//! Customers and their telephone numbers.
//!
//! A number may belong to several customers, and a customer has several numbers; both are bounded. A number without a
//! key (empty, only marks) is refused, so that a withheld number can never match one (P10).

use model::{AgentId, CustomerId, E164, Timestamp};

use crate::Database;
use crate::column::{big, count};
use crate::database::Connection;
use crate::error::{Result, StoreError};
use model::NumberKey;

/// Most numbers of a customer.
const PHONES_MAX: usize = 50;
/// Longest name.
const NAME_CHARS_MAX: usize = 120;
/// Highest VIP level.
const VIP_MAX: u8 = 9;

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerRecord {
    /// His id.
    pub id: CustomerId,
    /// His name.
    pub name: String,
    /// 0 for none, up to 9.
    pub vip_level: u8,
    /// The agent who looks after him (R57).
    pub owner: Option<AgentId>,
    /// His numbers.
    pub phones: Vec<CustomerPhone>,
    /// For optimistic locking.
    pub version: u64,
}

/// A number of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerPhone {
    /// As it was written.
    pub raw: String,
    /// In international form, when it could be read as one.
    pub e164: Option<E164>,
    /// Whether it is certain that the number is his (`known`) or not (`maybe`).
    pub is_certain: bool,
    /// Whether many share it (a switchboard): no familiar agent by it (R64).
    pub is_shared: bool,
}

/// A customer to be added.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct NewCustomer {
    /// His name.
    pub name: String,
    /// His numbers as written.
    pub phones: Vec<NewPhone>,
    /// 0 for none, up to 9.
    pub vip_level: u8,
    /// The agent who looks after him.
    pub owner: Option<AgentId>,
}

/// A number to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPhone {
    /// As written.
    pub raw: String,
    /// Whether it is certain that the number is his.
    pub is_certain: bool,
    /// Whether many share it.
    pub is_shared: bool,
}

impl Database {
    /// Adds a customer.
    pub async fn add_customer(&self, new: NewCustomer, now: Timestamp) -> Result<CustomerRecord> {
        let name_is_good =
            !new.name.trim().is_empty() && new.name.chars().nth(NAME_CHARS_MAX).is_none();
        if !name_is_good || new.vip_level > VIP_MAX {
            return Err(StoreError::Setting(format!(
                "a customer has a name of 1 to {NAME_CHARS_MAX} characters and a VIP level of 0 to {VIP_MAX}"
            )));
        }
        let id = CustomerId::new(self.next_id(now));
        let phones = new.phones.into_iter();
        let phones: Vec<_> = phones
            .map(|phone| self.keyed(phone))
            .collect::<Result<_>>()?;
        let (name, vip_level, owner) = (new.name, new.vip_level, new.owner);
        self.write(move |conn| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO customer (id, display_name, vip_level, owner_agent_id, created_at, updated_at)
                     VALUES ($1, $2, $3, $4, $5, $5)",
                )
                .bind(big(id.get()))
                .bind(name)
                .bind(i64::from(vip_level))
                .bind(owner.map(|agent| big(agent.get())))
                .bind(now.as_ms())
                .execute(&mut *conn)
                .await?;
                for (phone, key) in &phones {
                    put_phone(conn, id, phone, key, now).await?;
                }
                customer(conn, id).await?.ok_or(StoreError::NotFound("customer"))
            })
        })
        .await
    }

    /// One customer.
    pub async fn customer(&self, id: CustomerId) -> Result<Option<CustomerRecord>> {
        let mut conn = self.readers().acquire().await?;
        customer(&mut conn, id).await
    }

    /// Adds a number to a customer, or replaces what was said of it.
    pub async fn put_customer_phone(
        &self,
        id: CustomerId,
        phone: NewPhone,
        now: Timestamp,
    ) -> Result<CustomerRecord> {
        let (phone, key) = self.keyed(phone)?;
        self.write(move |conn| {
            Box::pin(async move {
                let changed = sqlx::query(
                    "UPDATE customer SET version = version + 1, updated_at = $2 WHERE id = $1",
                )
                .bind(big(id.get()))
                .bind(now.as_ms())
                .execute(&mut *conn)
                .await?;
                if changed.rows_affected() == 0 {
                    return Err(StoreError::NotFound("customer"));
                }
                put_phone(conn, id, &phone, &key, now).await?;
                customer(conn, id)
                    .await?
                    .ok_or(StoreError::NotFound("customer"))
            })
        })
        .await
    }

    fn keyed(&self, phone: NewPhone) -> Result<(NewPhone, NumberKey)> {
        let key = self.plan().key(&phone.raw);
        if key.key.is_empty() {
            return Err(StoreError::Setting(format!(
                "`{}` is no telephone number",
                phone.raw
            )));
        }
        Ok((phone, key))
    }
}

async fn put_phone(
    conn: &mut Connection,
    id: CustomerId,
    phone: &NewPhone,
    key: &NumberKey,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO customer_phone (number_key, customer_id, raw, confidence, is_shared, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (number_key, customer_id) DO UPDATE
         SET raw = excluded.raw, confidence = excluded.confidence, is_shared = excluded.is_shared",
    )
    .bind(&key.key)
    .bind(big(id.get()))
    .bind(&phone.raw)
    .bind(if phone.is_certain { "known" } else { "maybe" })
    .bind(i64::from(phone.is_shared))
    .bind(now.as_ms())
    .execute(&mut *conn)
    .await?;
    let (phones,): (i64,) =
        sqlx::query_as("SELECT count(*) FROM customer_phone WHERE customer_id = $1")
            .bind(big(id.get()))
            .fetch_one(conn)
            .await?;
    if phones > PHONES_MAX as i64 {
        return Err(StoreError::Setting(format!(
            "a customer has at most {PHONES_MAX} numbers"
        )));
    }
    Ok(())
}

type Row = (String, i64, Option<i64>, i64);

async fn customer(conn: &mut Connection, id: CustomerId) -> Result<Option<CustomerRecord>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT display_name, vip_level, owner_agent_id, version FROM customer WHERE id = $1",
    )
    .bind(big(id.get()))
    .fetch_optional(&mut *conn)
    .await?;
    let Some((name, vip_level, owner, version)) = row else {
        return Ok(None);
    };
    let phones: Vec<(String, String, String, i64)> = sqlx::query_as(
        "SELECT number_key, raw, confidence, is_shared FROM customer_phone WHERE customer_id = $1
         ORDER BY created_at, number_key",
    )
    .bind(big(id.get()))
    .fetch_all(conn)
    .await?;
    let phones = phones
        .into_iter()
        .map(|(key, raw, confidence, is_shared)| CustomerPhone {
            raw,
            e164: E164::parse(&key).ok(),
            is_certain: confidence == "known",
            is_shared: is_shared != 0,
        });
    Ok(Some(CustomerRecord {
        id,
        name,
        vip_level: u8::try_from(vip_level).unwrap_or(VIP_MAX),
        owner: owner.map(|agent| AgentId::new(count(agent))),
        phones: phones.collect(),
        version: count(version),
    }))
}
