//! What may be said of a customer, before a row is written.

use model::customer::{
    CONTACTS_MAX, NAME_CHARS_MAX, NOTE_CHARS_MAX, PHONES_MAX, VIP_MAX, WORD_CHARS_MAX, is_text,
};
use model::{CustomerFault, NumberPlan};

use super::phone::{self, KeyedPhone};
use super::{CustomerContact, CustomerRecord, NewPhone};

pub(super) fn check_standing(record: &CustomerRecord) -> std::result::Result<(), CustomerFault> {
    match record.merged_into {
        Some(other) => Err(CustomerFault::Merged(other)),
        None => Ok(()),
    }
}

pub(super) fn read_phones(
    plan: &NumberPlan,
    phones: Vec<NewPhone>,
) -> std::result::Result<Vec<KeyedPhone>, CustomerFault> {
    if phones.len() > PHONES_MAX {
        return Err(CustomerFault::Numbers);
    }
    let phones = phones.into_iter();
    phones.map(|phone| phone::keyed(plan, phone)).collect()
}

pub(super) fn check_contacts(
    contacts: &[CustomerContact],
) -> std::result::Result<(), CustomerFault> {
    if contacts.len() > CONTACTS_MAX {
        return Err(CustomerFault::Contacts);
    }
    let mut contacts = contacts.iter();
    contacts.try_for_each(|contact| contact.kind.check(&contact.value))
}

pub(super) fn check(record: &CustomerRecord) -> std::result::Result<(), CustomerFault> {
    if record.name.is_empty() || !is_text(&record.name, NAME_CHARS_MAX) {
        return Err(CustomerFault::Name);
    }
    if record.vip_level > VIP_MAX {
        return Err(CustomerFault::Vip);
    }
    for (field, text) in [
        ("locale", &record.locale),
        ("region", &record.region),
        ("external_ref", &record.external_ref),
    ] {
        if text
            .as_ref()
            .is_some_and(|text| !is_text(text, WORD_CHARS_MAX))
        {
            let max = WORD_CHARS_MAX;
            return Err(CustomerFault::Text { field, max });
        }
    }
    // A note has lines.
    let note = record
        .note
        .as_ref()
        .map(|note| note.replace(['\n', '\r', '\t'], " "));
    if note.is_some_and(|note| !is_text(&note, NOTE_CHARS_MAX)) {
        return Err(CustomerFault::Text {
            field: "note",
            max: NOTE_CHARS_MAX,
        });
    }
    Ok(())
}

/// An empty text says nothing.
pub(super) fn filled(text: Option<String>) -> Option<String> {
    let text = text.map(|text| text.trim().to_owned());
    text.filter(|text| !text.is_empty())
}
