//! Who on file is meant by an entry of a list, and what it changes of him (B9).
//!
//! He is known by his external reference, else by his name and a number that certainly is his. What is not said stays as it is;
//! numbers and contacts are added and none is taken away, so that the same list again changes nothing.

use model::customer::{CONTACTS_MAX, PHONES_MAX};
use model::{CustomerFault, CustomerId, Timestamp};

use super::super::check::{check, check_contacts};
use super::super::{
    CustomerChange, CustomerContact, CustomerRecord, NewCustomer, NewPhone, begun, laid_over, row,
};
use super::listed::Listed;
use crate::column::count;
use crate::database::Connection;
use crate::error::Result;

/// What an entry comes to.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Nobody on file is meant.
    Added(Box<NewCustomer>),
    /// He is changed.
    Changed(Box<(CustomerRecord, CustomerChange)>),
    /// He stands as it says.
    Same,
}

/// What an entry comes to, as the store stands; a [`CustomerFault`] says what of it cannot stand.
pub(super) async fn outcome(conn: &mut Connection, listed: &Listed) -> Result<Outcome> {
    let Some((known, by)) = known(conn, listed).await? else {
        return Ok(Outcome::Added(Box::new(added(listed)?)));
    };
    let before = row::standing(conn, known).await?;
    let change = changed(&before, listed, by)?;
    if change == CustomerChange::default() {
        return Ok(Outcome::Same);
    }
    check(&laid_over(before.clone(), change.clone()))?;
    Ok(Outcome::Changed(Box::new((before, change))))
}

/// By what an entry is known to be somebody on file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// His reference, or that of one for whom he stands since a merge.
    Reference,
    /// His name and a number.
    Number,
}

async fn known(conn: &mut Connection, listed: &Listed) -> Result<Option<(CustomerId, By)>> {
    if let Some(reference) = &listed.reference {
        let found: Option<(i64, Option<i64>)> =
            sqlx::query_as("SELECT id, merged_into_id FROM customer WHERE external_ref = $1")
                .bind(reference)
                .fetch_optional(&mut *conn)
                .await?;
        // F9: who was merged is the one who stands for him.
        if let Some((id, into)) = found {
            let id = CustomerId::new(count(into.unwrap_or(id)));
            return Ok(Some((id, By::Reference)));
        }
    }
    let Some(name) = &listed.name else {
        return Ok(None);
    };
    let mut found = Vec::new();
    for ((number, extension), _) in listed.phones.iter().filter(|(_, it)| it.is_certain) {
        let rows: Vec<(i64,)> = sqlx::query_as(
            "SELECT c.id FROM customer_number n JOIN customer c ON c.id = n.customer_id
             WHERE n.number_key = $1 AND n.ext = $2 AND n.confidence = 'known' AND c.display_name = $3
               AND c.is_active = 1 AND c.merged_into_id IS NULL AND (c.external_ref IS NULL OR $4 = 0)
             ORDER BY c.id LIMIT 2",
        )
        .bind(number)
        .bind(extension)
        .bind(name)
        .bind(i64::from(listed.reference.is_some()))
        .fetch_all(&mut *conn)
        .await?;
        found.extend(rows.into_iter().map(|(id,)| id));
    }
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some((CustomerId::new(count(*only)), By::Number))),
        [_, _, ..] => Err(CustomerFault::Several.into()),
    }
}

fn added(listed: &Listed) -> std::result::Result<NewCustomer, CustomerFault> {
    let listed = listed.clone();
    let new = NewCustomer {
        kind: listed.kind.unwrap_or_default(),
        name: listed.name.unwrap_or_default(),
        organisation: None,
        vip_level: listed.vip_level.unwrap_or(0),
        locale: listed.locale,
        region: listed.region,
        owner: listed.owner,
        external_ref: listed.reference,
        note: listed.note,
        phones: listed.phones.into_values().collect(),
        contacts: listed.contacts.into_iter().collect(),
    };
    if new.phones.len() > PHONES_MAX {
        return Err(CustomerFault::Numbers);
    }
    check_contacts(&new.contacts)?;
    let when = Timestamp::from_ms(0);
    check(&begun(CustomerId::new(0), new.clone(), when))?;
    Ok(new)
}

/// What is said and stands otherwise.
fn changed(
    before: &CustomerRecord,
    listed: &Listed,
    by: By,
) -> std::result::Result<CustomerChange, CustomerFault> {
    Ok(CustomerChange {
        kind: listed.kind.filter(|kind| *kind != before.kind),
        name: listed.name.clone().filter(|name| *name != before.name),
        vip_level: listed.vip_level.filter(|level| *level != before.vip_level),
        locale: other(&listed.locale, &before.locale),
        region: other(&listed.region, &before.region),
        owner: other(&listed.owner, &before.owner),
        // By a reference he has it, or the one has it for whom he stands.
        external_ref: match by {
            By::Reference => None,
            By::Number => other(&listed.reference, &before.external_ref),
        },
        note: other(&listed.note, &before.note),
        phones: phones(before, listed)?,
        contacts: contacts(before, listed)?,
        ..CustomerChange::default()
    })
}

fn other<T: Clone + PartialEq>(said: &Option<T>, stands: &Option<T>) -> Option<Option<T>> {
    (said.is_some() && said != stands).then(|| said.clone())
}

/// All his numbers, where one more is said or one is certain that was not.
fn phones(
    before: &CustomerRecord,
    listed: &Listed,
) -> std::result::Result<Option<Vec<NewPhone>>, CustomerFault> {
    let mut left = listed.phones.clone();
    let (mut all, mut is_other) = (Vec::new(), false);
    for had in &before.phones {
        let said = left.remove(&(had.number.clone(), had.extension.clone()));
        let is_certain = had.is_certain || said.is_some_and(|said| said.is_certain);
        is_other |= is_certain != had.is_certain;
        all.push(NewPhone {
            raw: had.raw.clone(),
            is_certain,
            is_shared: had.is_shared,
        });
    }
    is_other |= !left.is_empty();
    all.extend(left.into_values());
    if all.len() > PHONES_MAX {
        return Err(CustomerFault::Numbers);
    }
    Ok(is_other.then_some(all))
}

fn contacts(
    before: &CustomerRecord,
    listed: &Listed,
) -> std::result::Result<Option<Vec<CustomerContact>>, CustomerFault> {
    let mut all = listed.contacts.clone();
    all.extend(before.contacts.iter().cloned());
    match all.len() {
        many if many == before.contacts.len() => Ok(None),
        many if many > CONTACTS_MAX => Err(CustomerFault::Contacts),
        _ => Ok(Some(all.into_iter().collect())),
    }
}
