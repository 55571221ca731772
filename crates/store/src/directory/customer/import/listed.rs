//! A customer as a list says him. What a cell leaves blank is not said, and stays as it is on file.

use std::collections::{BTreeMap, BTreeSet};

use ivr::{Told, told};
use model::{AgentId, ContactKind, CustomerFault, CustomerKind, NumberPlan};

use super::super::phone::{self, KeyedPhone};
use super::super::{CustomerContact, NewPhone};
use super::column::Field;

/// What one row, or several of one customer, say.
#[derive(Clone, Debug, Default)]
pub(super) struct Listed {
    pub(super) kind: Option<CustomerKind>,
    pub(super) name: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) vip_level: Option<u8>,
    pub(super) locale: Option<String>,
    pub(super) region: Option<String>,
    pub(super) owner: Option<AgentId>,
    pub(super) note: Option<String>,
    /// By their keys: a number stands once, however it is written.
    pub(super) phones: BTreeMap<(String, String), NewPhone>,
    pub(super) contacts: BTreeSet<CustomerContact>,
}

/// What cells are read by.
#[derive(Debug)]
pub(super) struct House<'a> {
    /// Agents by their logins.
    pub(super) logins: &'a BTreeMap<String, AgentId>,
    /// How numbers are read.
    pub(super) plan: &'a NumberPlan,
}

impl Listed {
    /// A cell more.
    pub(super) fn take(&mut self, field: Field, cell: &str, house: &House<'_>) -> Result<(), Told> {
        let text = || Some(cell.to_owned());
        match field {
            Field::Name => self.name = text(),
            Field::Kind => self.kind = Some(kind(cell)?),
            Field::Reference => self.reference = text(),
            Field::Vip => {
                let level = cell.parse().ok();
                let level = level.filter(|level| *level <= model::customer::VIP_MAX);
                self.vip_level = Some(level.ok_or_else(|| said(&CustomerFault::Vip))?);
            }
            Field::Locale => self.locale = text(),
            Field::Region => self.region = text(),
            Field::Owner => self.owner = Some(owner(cell, house)?),
            Field::Note => self.note = text(),
            Field::Phone => self.phones(field, cell, true, house)?,
            Field::Maybe => self.phones(field, cell, false, house)?,
            Field::Mail => self.contacts(field, cell, ContactKind::Mail)?,
            Field::Address => self.contacts(field, cell, ContactKind::Address)?,
            Field::Wechat => self.contacts(field, cell, ContactKind::Wechat)?,
            Field::Other => self.contacts(field, cell, ContactKind::Other)?,
        }
        Ok(())
    }

    fn phones(
        &mut self,
        field: Field,
        cell: &str,
        is_certain: bool,
        house: &House<'_>,
    ) -> Result<(), Told> {
        for raw in field.parts(cell) {
            let phone = NewPhone {
                is_certain,
                ..NewPhone::certain(raw)
            };
            let keyed = phone::keyed(house.plan, phone).map_err(|fault| said(&fault))?;
            // Lists write 无 and "none" into cells of numbers.
            if !keyed.key().0.contains(|c: char| c.is_ascii_digit()) {
                return Err(said(&CustomerFault::Number(raw.chars().take(64).collect())));
            }
            self.phone(keyed);
        }
        Ok(())
    }

    fn phone(&mut self, keyed: KeyedPhone) {
        let (number, extension) = keyed.key();
        let key = (number.to_owned(), extension.to_owned());
        let phone = keyed.into_phone();
        // Who is certain of a number in one place is certain of it.
        let stands = self.phones.entry(key).or_insert_with(|| phone.clone());
        stands.is_certain |= phone.is_certain;
    }

    fn contacts(&mut self, field: Field, cell: &str, kind: ContactKind) -> Result<(), Told> {
        for value in field.parts(cell) {
            kind.check(value).map_err(|fault| said(&fault))?;
            let value = value.to_owned();
            self.contacts.insert(CustomerContact { kind, value });
        }
        Ok(())
    }

    /// What another row says of the same customer is laid to this.
    ///
    /// # Errors
    /// Both say something else of this field; nothing was laid to it then.
    pub(super) fn join(&mut self, other: Self) -> Result<(), Field> {
        for (field, differs) in [
            (Field::Name, differs(&self.name, &other.name)),
            (Field::Kind, differs(&self.kind, &other.kind)),
            (Field::Reference, differs(&self.reference, &other.reference)),
            (Field::Vip, differs(&self.vip_level, &other.vip_level)),
            (Field::Locale, differs(&self.locale, &other.locale)),
            (Field::Region, differs(&self.region, &other.region)),
            (Field::Owner, differs(&self.owner, &other.owner)),
            (Field::Note, differs(&self.note, &other.note)),
        ] {
            if differs {
                return Err(field);
            }
        }
        self.name = self.name.take().or(other.name);
        self.kind = self.kind.or(other.kind);
        self.reference = self.reference.take().or(other.reference);
        self.vip_level = self.vip_level.or(other.vip_level);
        self.locale = self.locale.take().or(other.locale);
        self.region = self.region.take().or(other.region);
        self.owner = self.owner.or(other.owner);
        self.note = self.note.take().or(other.note);
        for (key, phone) in other.phones {
            let stands = self.phones.entry(key).or_insert_with(|| phone.clone());
            stands.is_certain |= phone.is_certain;
        }
        self.contacts.extend(other.contacts);
        Ok(())
    }
}

fn differs<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one != other)
}

/// A fault in both languages.
pub(super) fn said(fault: &CustomerFault) -> Told {
    Told {
        en: fault.to_string(),
        zh: fault.zh(),
    }
}

fn kind(cell: &str) -> Result<CustomerKind, Told> {
    match cell.to_lowercase().as_str() {
        "person" | "个人" | "个人客户" => Ok(CustomerKind::Person),
        "organisation" | "organization" | "company" | "单位" | "企业" | "公司" | "企业客户" => {
            Ok(CustomerKind::Organisation)
        }
        _ => Err(told!(
            "`{cell}` is no kind of customer: write `person` or `organisation`",
            "`{cell}` 不是客户类型：请写 `person`（个人）或 `organisation`（单位）"
        )),
    }
}

fn owner(login: &str, house: &House<'_>) -> Result<AgentId, Told> {
    let agent = house.logins.get(login).copied();
    agent.ok_or_else(|| {
        told!(
            "there is no agent with the login `{login}`",
            "没有工号为 `{login}` 的坐席"
        )
    })
}
