//! The numbers of a customer: kept as written, compared by their key, with the extension behind it (F1, F2).
//!
//! A number without a key (empty, only marks) is refused, so that a withheld number can never match one (P10).

use std::collections::{BTreeMap, BTreeSet};

use model::customer::PHONES_MAX;
use model::{Caller, CustomerFault, CustomerId, E164, NumberPlan, Timestamp, WrittenNumber};
use serde::Serialize;

use crate::column::big;
use crate::database::{Connection, Statement};
use crate::error::Result;

/// A number of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CustomerPhone {
    /// As it was written.
    pub raw: String,
    /// What it is compared by: the international form, or what was written.
    pub number: String,
    /// In international form, when it could be read as one.
    pub e164: Option<E164>,
    /// Digits that are dialled behind it; empty without.
    pub extension: String,
    /// Whether it is certain that the number is his (`known`) or not (`maybe`).
    pub is_certain: bool,
    /// Whether many share it (a switchboard): no familiar agent by it (R64).
    pub is_shared: bool,
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

impl NewPhone {
    /// One that is certainly his, and his alone.
    pub fn certain(raw: impl Into<String>) -> Self {
        Self {
            raw: raw.into(),
            is_certain: true,
            is_shared: false,
        }
    }
}

/// A number that was read.
#[derive(Clone, Debug)]
pub(super) struct KeyedPhone {
    phone: NewPhone,
    written: WrittenNumber,
}

impl KeyedPhone {
    /// As it was written, and what was said of it.
    pub(super) fn into_phone(self) -> NewPhone {
        self.phone
    }

    /// What it is compared by: the number, and what is dialled behind it.
    pub(super) fn key(&self) -> (&str, &str) {
        (&self.written.number.key, &self.written.extension)
    }

    /// What its end is found by.
    pub(super) fn tail(&self) -> String {
        tail(&self.written.number.key)
    }
}

/// Reads a number. One that is withheld, or without a digit or letter, is none.
pub(super) fn keyed(
    plan: &NumberPlan,
    phone: NewPhone,
) -> std::result::Result<KeyedPhone, CustomerFault> {
    let written = plan.written_down(&phone.raw);
    let key = &written.number.key;
    let is_number = key.chars().any(char::is_alphanumeric)
        && !key.chars().any(char::is_control)
        && !Caller::new(key, None).is_withheld();
    if is_number {
        Ok(KeyedPhone { phone, written })
    } else {
        Err(CustomerFault::Number(phone.raw.chars().take(64).collect()))
    }
}

/// Adds a number, or replaces what was said of it.
pub(super) async fn put(
    conn: &mut Connection,
    id: CustomerId,
    keyed: &KeyedPhone,
    now: Timestamp,
) -> Result<()> {
    let KeyedPhone { phone, written } = keyed;
    sqlx::query(
        "INSERT INTO customer_number (number_key, ext, customer_id, raw, tail, confidence, is_shared, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (number_key, ext, customer_id) DO UPDATE
         SET raw = excluded.raw, tail = excluded.tail, confidence = excluded.confidence, is_shared = excluded.is_shared",
    )
    .bind(&written.number.key)
    .bind(&written.extension)
    .bind(big(id.get()))
    .bind(&phone.raw)
    .bind(keyed.tail())
    .bind(confidence(phone.is_certain))
    .bind(i64::from(phone.is_shared))
    .bind(now.as_ms())
    .execute(&mut *conn)
    .await?;
    let (phones,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM customer_number WHERE customer_id = $1")
            .bind(big(id.get()))
            .fetch_one(conn)
            .await?;
    if phones > PHONES_MAX as i64 {
        return Err(CustomerFault::Numbers.into());
    }
    Ok(())
}

/// The numbers of a customer become these; one that he has keeps its place.
pub(super) async fn replace(
    conn: &mut Connection,
    id: CustomerId,
    phones: &[KeyedPhone],
    now: Timestamp,
) -> Result<()> {
    let had: Vec<(String, String)> =
        sqlx::query_as("SELECT number_key, ext FROM customer_number WHERE customer_id = $1")
            .bind(big(id.get()))
            .fetch_all(&mut *conn)
            .await?;
    let kept: BTreeSet<_> = phones.iter().map(KeyedPhone::key).collect();
    let gone = had.iter();
    for (number, extension) in gone.filter(|(number, ext)| !kept.contains(&(number, ext))) {
        sqlx::query(
            "DELETE FROM customer_number WHERE customer_id = $1 AND number_key = $2 AND ext = $3",
        )
        .bind(big(id.get()))
        .bind(number)
        .bind(extension)
        .execute(&mut *conn)
        .await?;
    }
    for phone in phones {
        put(conn, id, phone, now).await?;
    }
    Ok(())
}

/// The numbers of each customer, the first added first.
pub(super) async fn of(
    conn: &mut Connection,
    customers: &[i64],
) -> Result<BTreeMap<i64, Vec<CustomerPhone>>> {
    type Row = (i64, String, String, String, String, i64);
    let mut query = Statement::new(
        "SELECT customer_id, number_key, ext, raw, confidence, is_shared FROM customer_number WHERE customer_id",
    );
    query
        .push_among(customers.iter().copied())
        .push(" ORDER BY customer_id, created_at, number_key, ext");
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    let mut phones: BTreeMap<i64, Vec<CustomerPhone>> = BTreeMap::new();
    for (customer, number, extension, raw, confidence, is_shared) in rows {
        phones.entry(customer).or_default().push(CustomerPhone {
            raw,
            e164: E164::parse(&number).ok(),
            number,
            extension,
            is_certain: confidence == model::profile::KNOWN,
            is_shared: is_shared != 0,
        });
    }
    Ok(phones)
}

/// The digits of a number from the last one on.
pub(super) fn tail(number: &str) -> String {
    let digits = number.chars().rev();
    digits.filter(char::is_ascii_digit).collect()
}

const fn confidence(is_certain: bool) -> &'static str {
    match is_certain {
        true => model::profile::KNOWN,
        false => model::profile::MAYBE,
    }
}
