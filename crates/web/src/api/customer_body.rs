//! A customer as the API tells it and takes it.

use model::profile::Candidate;
use model::{AgentId, ContactKind, CustomerId, CustomerKind, Masking, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use store::{
    CustomerChange, CustomerContact, CustomerPhone, CustomerRecord, NewCustomer, NewPhone,
    NumberCard,
};
use utoipa::ToSchema;

use crate::sight::{Shown, Sight};

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerBody {
    /// His id.
    #[schema(value_type = String)]
    pub id: CustomerId,
    /// `person` or `organisation`.
    #[schema(value_type = String)]
    pub kind: CustomerKind,
    /// His name.
    pub name: String,
    /// The organisation to which he belongs: its id as a customer.
    #[schema(value_type = Option<String>)]
    pub organisation: Option<CustomerId>,
    /// 0 for none, up to 9.
    pub vip_level: u8,
    /// His language: `zh-CN`.
    pub locale: Option<String>,
    /// Where he is, in the house's words.
    pub region: Option<String>,
    /// The agent who looks after him.
    #[schema(value_type = Option<String>)]
    pub owner: Option<AgentId>,
    /// His id in another system.
    pub external_ref: Option<String>,
    /// What everybody who serves him should know.
    pub note: Option<String>,
    /// His numbers, the first added first.
    pub phones: Vec<PhoneBody>,
    /// How else he is reached.
    pub contacts: Vec<CustomerContactBody>,
    /// Whether he is a customer still; if not, no call finds him.
    pub is_active: bool,
    /// Who stands for him since he was merged.
    #[schema(value_type = Option<String>)]
    pub merged_into: Option<CustomerId>,
    /// When he was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When anything about him last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// The version, also in `ETag`.
    pub version: u64,
}

/// A number of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhoneBody {
    /// As it was written.
    pub raw: Shown,
    /// What it is compared by: the international form, or what was written.
    pub number: Shown,
    /// In international form, if it has one; `null` when it is masked.
    pub e164: Option<Shown>,
    /// Digits that are dialled behind it.
    pub extension: Option<String>,
    /// `known`, or `maybe`: then it identifies nobody.
    pub confidence: &'static str,
    /// Whether many share it (a switchboard).
    pub is_shared: bool,
}

/// How else than by telephone a customer is reached.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerContactBody {
    /// `mail`, `address`, `wechat` or `other`.
    #[schema(value_type = String)]
    pub kind: ContactKind,
    /// The address.
    pub value: String,
}

/// A number as it is to stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneWanted {
    /// As people write it, an extension with it: `010-65529988 ext. 8021`.
    pub raw: String,
    /// `known` (the default), or `maybe`.
    #[serde(default)]
    pub confidence: Confidence,
    /// Whether many share it.
    #[serde(default)]
    pub is_shared: bool,
}

/// Whether it is certain that a number is his.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// It is his.
    #[default]
    Known,
    /// It may be his; it identifies nobody.
    Maybe,
}

/// A customer to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerWanted {
    /// `person` (the default) or `organisation`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub kind: CustomerKind,
    /// 1 to 120 characters.
    pub name: String,
    /// The id of the organisation to which he belongs.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub organisation: Option<CustomerId>,
    /// 0 for none, up to 9.
    #[serde(default)]
    pub vip_level: u8,
    /// His language: `zh-CN`.
    #[serde(default)]
    pub locale: Option<String>,
    /// Where he is, in the house's words.
    #[serde(default)]
    pub region: Option<String>,
    /// The id of the agent who looks after him.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub owner: Option<AgentId>,
    /// His id in another system; nobody else has it.
    #[serde(default)]
    pub external_ref: Option<String>,
    /// What everybody who serves him should know.
    #[serde(default)]
    pub note: Option<String>,
    /// His numbers.
    #[serde(default)]
    pub phones: Vec<PhoneWanted>,
    /// How else he is reached.
    #[serde(default)]
    pub contacts: Vec<CustomerContactBody>,
    /// Whether nobody is added when somebody certainly has one of the numbers: the answer then names who.
    #[serde(default)]
    pub unless_known: bool,
}

/// New values; a field that is absent stays as it is, and `null` empties it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerChangeBody {
    /// `person` or `organisation`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub kind: Option<CustomerKind>,
    /// 1 to 120 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// The id of the organisation to which he belongs.
    #[serde(default, deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    pub organisation: Option<Option<CustomerId>>,
    /// 0 for none, up to 9.
    #[serde(default)]
    pub vip_level: Option<u8>,
    /// His language.
    #[serde(default, deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    pub locale: Option<Option<String>>,
    /// Where he is.
    #[serde(default, deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    pub region: Option<Option<String>>,
    /// The id of the agent who looks after him.
    #[serde(default, deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    pub owner: Option<Option<AgentId>>,
    /// His id in another system.
    #[serde(default, deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    pub external_ref: Option<Option<String>>,
    /// What everybody should know.
    #[serde(default, deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    pub note: Option<Option<String>>,
    /// Whether he is a customer still.
    #[serde(default)]
    pub is_active: Option<bool>,
    /// All his numbers: those that are not among them go.
    #[serde(default)]
    pub phones: Option<Vec<PhoneWanted>>,
    /// All his contacts.
    #[serde(default)]
    pub contacts: Option<Vec<CustomerContactBody>>,
}

/// Who may be behind a number.
#[derive(Debug, Serialize, ToSchema)]
pub struct CandidateBody {
    /// The customer.
    #[schema(value_type = String)]
    pub customer: CustomerId,
    /// His name.
    pub name: String,
    /// 0 for none.
    pub vip_level: u8,
    /// `known` or `maybe`.
    pub confidence: String,
    /// Why he may be it: `number`.
    pub why: String,
    /// His tickets that are open, at most 99 counted.
    pub open_tickets: u32,
    /// When he was last on the line.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_contact: Option<Timestamp>,
}

/// What became of a customer who was to be added.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerAdded {
    /// The customer; `null` when nobody was added.
    pub customer: Option<CustomerBody>,
    /// Others who have one of his numbers, best first.
    pub candidates: Vec<CandidateBody>,
}

/// A number, with or without a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberBody {
    /// What it is compared by.
    pub number: Shown,
    /// In international form, if it has one; `null` when it is masked.
    pub e164: Option<Shown>,
    /// Digits that were written behind it.
    pub extension: Option<String>,
    /// Who may be behind it, best first; empty: a number without a person.
    pub candidates: Vec<CandidateBody>,
    /// Its calls, at most 1,000 counted.
    pub calls: u64,
    /// The first of them.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub first_call_at: Option<Timestamp>,
    /// The last of them.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_call_at: Option<Timestamp>,
}

/// A field that is there, be it `null`.
pub(super) fn told<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl From<PhoneWanted> for NewPhone {
    fn from(wanted: PhoneWanted) -> Self {
        Self {
            raw: wanted.raw,
            is_certain: wanted.confidence == Confidence::Known,
            is_shared: wanted.is_shared,
        }
    }
}

impl From<CustomerContactBody> for CustomerContact {
    fn from(body: CustomerContactBody) -> Self {
        Self {
            kind: body.kind,
            value: body.value,
        }
    }
}

fn all<T, U: From<T>>(items: Vec<T>) -> Vec<U> {
    items.into_iter().map(U::from).collect()
}

impl From<CustomerWanted> for NewCustomer {
    fn from(wanted: CustomerWanted) -> Self {
        Self {
            kind: wanted.kind,
            name: wanted.name,
            organisation: wanted.organisation,
            vip_level: wanted.vip_level,
            locale: wanted.locale,
            region: wanted.region,
            owner: wanted.owner,
            external_ref: wanted.external_ref,
            note: wanted.note,
            phones: all(wanted.phones),
            contacts: all(wanted.contacts),
        }
    }
}

impl From<CustomerChangeBody> for CustomerChange {
    fn from(change: CustomerChangeBody) -> Self {
        Self {
            kind: change.kind,
            name: change.name,
            organisation: change.organisation,
            vip_level: change.vip_level,
            locale: change.locale,
            region: change.region,
            owner: change.owner,
            external_ref: change.external_ref,
            note: change.note,
            is_active: change.is_active,
            phones: change.phones.map(all),
            contacts: change.contacts.map(all),
        }
    }
}

impl PhoneBody {
    fn of(phone: CustomerPhone, sight: Sight) -> Self {
        // Two spellings of one number, each masked, would tell more than either; and what is dialled behind it counts among its last digits.
        let raw = match sight {
            Sight::Whole => phone.raw,
            Sight::Masked => phone.number.clone(),
        };
        Self {
            raw: sight.number(raw),
            number: sight.number(phone.number),
            e164: sight.e164(phone.e164),
            extension: Some(phone.extension).filter(|extension| !extension.is_empty()),
            confidence: match phone.is_certain {
                true => model::profile::KNOWN,
                false => model::profile::MAYBE,
            },
            is_shared: phone.is_shared,
        }
    }
}

/// The numbers of a customer.
pub(super) fn numbers_of(record: &CustomerRecord) -> Masking {
    let phones = record.phones.iter();
    Masking::of(phones.flat_map(|phone| [phone.raw.as_str(), phone.number.as_str()]))
}

impl CustomerBody {
    /// As somebody is told of him.
    pub(super) fn of(record: CustomerRecord, sight: Sight) -> Self {
        let known = numbers_of(&record);
        let text = |text: String| sight.text(text, &known);
        let contacts = record.contacts.into_iter();
        let phones = record.phones.into_iter();
        Self {
            id: record.id,
            kind: record.kind,
            name: text(record.name),
            organisation: record.organisation,
            vip_level: record.vip_level,
            locale: record.locale,
            region: record.region,
            owner: record.owner,
            external_ref: record.external_ref.map(text),
            note: record.note.map(text),
            phones: phones.map(|phone| PhoneBody::of(phone, sight)).collect(),
            contacts: contacts
                .map(|CustomerContact { kind, value }| CustomerContactBody {
                    kind,
                    value: text(value),
                })
                .collect(),
            is_active: record.is_active,
            merged_into: record.merged_into,
            created_at: record.created_at,
            updated_at: record.updated_at,
            version: record.version,
        }
    }
}

impl CandidateBody {
    fn of(candidate: Candidate, sight: Sight, known: &Masking) -> Self {
        Self {
            customer: candidate.customer,
            name: sight.text(candidate.name, known),
            vip_level: candidate.vip_level,
            confidence: candidate.confidence,
            why: candidate.why,
            open_tickets: candidate.open_tickets,
            last_contact: candidate.last_contact,
        }
    }
}

/// Who has a number, as somebody is told of them.
pub(super) fn candidates(all: Vec<Candidate>, sight: Sight, known: &Masking) -> Vec<CandidateBody> {
    let all = all.into_iter();
    all.map(|one| CandidateBody::of(one, sight, known))
        .collect()
}

impl NumberBody {
    /// As somebody is told of it.
    pub(super) fn of(card: NumberCard, sight: Sight) -> Self {
        let known = Masking::of([card.number.as_str()]);
        Self {
            number: sight.number(card.number),
            e164: sight.e164(card.e164),
            extension: Some(card.extension).filter(|extension| !extension.is_empty()),
            candidates: candidates(card.candidates, sight, &known),
            calls: card.calls.map_or(0, |calls| calls.count),
            first_call_at: card.calls.map(|calls| calls.first.1),
            last_call_at: card.calls.map(|calls| calls.last.1),
        }
    }
}
