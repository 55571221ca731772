//! A change by somebody who was told masked numbers (F7): what he sends back as he was told it stays as it stands, so that no number is lost by a change of a
//! name or a note. Where it cannot be said which number he means, nothing is changed.

use model::{Masking, masking};
use store::{CustomerPhone, CustomerRecord};

use super::customer_body::{CustomerChangeBody, PhoneWanted, numbers_of};
use crate::problem::{Code, Problem};
use crate::sight;

/// The change with whole numbers again.
pub(super) fn restored(
    mut change: CustomerChangeBody,
    stands: &CustomerRecord,
) -> Result<CustomerChangeBody, Problem> {
    let known = numbers_of(stands);
    if let Some(wanted) = &mut change.phones {
        restore_phones(wanted, &stands.phones)?;
    }
    restore(change.name.as_mut(), Some(&stands.name), &known)?;
    let note = change.note.as_mut().and_then(Option::as_mut);
    restore(note, stands.note.as_deref(), &known)?;
    let reference = change.external_ref.as_mut().and_then(Option::as_mut);
    restore(reference, stands.external_ref.as_deref(), &known)?;
    for contact in change.contacts.iter_mut().flatten() {
        let stood = stands.contacts.iter();
        let stood = stood.filter(|one| one.kind == contact.kind);
        let stood = stood.map(|one| one.value.as_str());
        let told = contact.value.clone();
        let stood = stood.filter(|value| known.text(value) == told);
        restore_one(&mut contact.value, stood.collect())?;
    }
    Ok(change)
}

/// A text that he was told, as it stood.
fn restore(
    given: Option<&mut String>,
    stood: Option<&str>,
    known: &Masking,
) -> Result<(), Problem> {
    let Some(given) = given else { return Ok(()) };
    sight::restore(given, stood.unwrap_or_default(), known)
}

/// Each masked number stands for the one that is told so; of several alike all are sent back, in their order, or none can be told apart.
fn restore_phones(wanted: &mut [PhoneWanted], stand: &[CustomerPhone]) -> Result<(), Problem> {
    let asked: Vec<String> = wanted.iter().map(|phone| phone.raw.clone()).collect();
    for (at, phone) in wanted.iter_mut().enumerate() {
        if !masking::is_masked(&phone.raw) {
            continue;
        }
        let alike = |raw: &&String| **raw == phone.raw;
        let before = asked.iter().take(at).filter(alike).count();
        let sent = asked.iter().filter(alike).count();
        let stood: Vec<&CustomerPhone> = stand
            .iter()
            .filter(|one| masking::masked(&one.number) == phone.raw)
            .collect();
        let meant = stood.get(before).filter(|_| stood.len() == sent);
        let meant = meant.ok_or_else(|| Problem::new(Code::NumberMasked))?;
        phone.raw.clone_from(&meant.raw);
    }
    Ok(())
}

/// A contact that is told so.
fn restore_one(given: &mut String, stood: Vec<&str>) -> Result<(), Problem> {
    match stood.as_slice() {
        [] => Ok(()),
        [only] => {
            *given = (*only).to_owned();
            Ok(())
        }
        [_, _, ..] => Err(Problem::new(Code::NumberMasked)),
    }
}
