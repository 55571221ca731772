//! What is known where a reply is used: a ticket, a call and a customer, as far as who asks may see them (C18).

use std::collections::BTreeMap;

use knowledge::{Language, Variable};
use model::fact::Direction;
use model::{CustomerId, Masking, Timestamp};
use store::CustomerRecord;
use ticket::{Actor, Ticket};

use super::reply_body::RenderQuery;
use super::{customer_body, customers, ticket_body, tickets};
use crate::app::App;
use crate::auth::principal::now;
use crate::auth::{Action, Principal, authorise};
use crate::locale::Locale;
use crate::problem::{Code, Problem};

/// For what a reply is filled in.
#[derive(Debug, Default)]
pub(super) struct About {
    ticket: Option<Ticket>,
    customer: Option<CustomerRecord>,
    organisation: Option<CustomerRecord>,
    hotline: Option<String>,
    /// Whom an agent called: no hotline of the house.
    dialled: Option<String>,
    queue: Option<String>,
}

/// Reads what the query names; each under the right to see it.
pub(super) async fn about(
    app: &App,
    who: &Principal,
    query: &RenderQuery,
) -> Result<About, Problem> {
    let mut about = About::default();
    if let Some(id) = query.ticket {
        authorise(who, Action::SeeTickets, Some(who.agent))?;
        let ticket = tickets::known(app, who, id).await?;
        if ticket.handling.is_sensitive() {
            // A13: nobody reads it unseen.
            app.tickets()
                .note_read(id, Actor::Agent(who.agent), now())
                .await?;
        }
        about.queue = ticket.matter.queue.as_ref().map(ToString::to_string);
        about.ticket = Some(ticket);
    }
    if let Some(call) = query.call {
        let record = app.database().call(call).await?;
        let record = record.ok_or_else(|| Problem::new(Code::NoSuchCall))?;
        let is_his = [record.agent, record.first_agent].contains(&Some(who.agent));
        let owner = if is_his {
            Some(who.agent)
        } else {
            record.agent
        };
        authorise(who, Action::SeeCalls, owner)?;
        match record.direction {
            Direction::In | Direction::Internal => {}
            Direction::Out | Direction::Callback => about.dialled = Some(record.called.clone()),
        }
        about.hotline = Some(record.called);
        about.queue = record.queue.map(|queue| queue.to_string()).or(about.queue);
    }
    let of_ticket = about
        .ticket
        .as_ref()
        .and_then(|ticket| ticket.matter.customer);
    if let Some(id) = query.customer.or(of_ticket) {
        authorise(who, Action::SeeCustomers, None)?;
        let customer = customers::known(app, id).await?;
        about.organisation = organisation(app, customer.organisation).await?;
        about.customer = Some(customer);
    }
    Ok(about)
}

async fn organisation(
    app: &App,
    id: Option<CustomerId>,
) -> Result<Option<CustomerRecord>, Problem> {
    match id {
        Some(id) => Ok(app.database().customer(id).await?),
        None => Ok(None),
    }
}

impl About {
    /// The customer's language, when it is one of ours.
    pub(super) fn language(&self) -> Option<Language> {
        let tag = self.customer.as_ref()?.locale.as_deref()?;
        Locale::from_tag(tag).map(Into::into)
    }

    /// The numbers of whom it is about.
    pub(super) fn numbers(&self) -> Masking {
        let ticket = self.ticket.as_ref();
        let ticket = ticket.map(|ticket| ticket_body::numbers_of(&ticket.matter.contact));
        let customer = self.customer.as_ref().map(customer_body::numbers_of);
        let dialled = Masking::of(self.dialled.as_deref());
        ticket
            .into_iter()
            .chain(customer)
            .chain([dialled])
            .collect()
    }

    /// What is known of each variable.
    pub(super) fn values(
        &self,
        app: &App,
        who: &Principal,
        language: Language,
        now: Timestamp,
    ) -> BTreeMap<Variable, String> {
        let known = Variable::ALL.iter().filter_map(|variable| {
            let value = self.value(*variable, app, who, language, now)?;
            Some((*variable, value)).filter(|(_, value)| !value.is_empty())
        });
        known.collect()
    }

    fn value(
        &self,
        variable: Variable,
        app: &App,
        who: &Principal,
        language: Language,
        now: Timestamp,
    ) -> Option<String> {
        let (ticket, customer) = (self.ticket.as_ref(), self.customer.as_ref());
        let desk = app.tickets();
        match variable {
            Variable::CustomerName => match customer {
                Some(customer) => Some(customer.name.clone()),
                None => ticket?.matter.contact.name.clone(),
            },
            Variable::CustomerOrganisation => Some(self.organisation.as_ref()?.name.clone()),
            Variable::CustomerRegion => customer?.region.clone(),
            Variable::TicketNumber => Some(ticket?.number.to_string()),
            Variable::TicketSubject => Some(ticket?.matter.subject.clone()),
            Variable::TicketCategory => {
                let code = ticket?.matter.category.as_ref()?;
                let rules = desk.rules();
                let label = rules
                    .category(code)
                    .and_then(|one| said(&one.label, language));
                Some(label.unwrap_or_else(|| code.clone()))
            }
            Variable::TicketGroup => {
                let name = ticket?.handling.place.group.as_ref()?;
                let rules = desk.rules();
                let label = rules
                    .groups
                    .get(name)
                    .and_then(|one| said(&one.label, language));
                Some(label.unwrap_or_else(|| name.clone()))
            }
            Variable::TicketDue => Some(desk.local_time(ticket?.handling.due_at()?)),
            Variable::CallHotline => self.hotline.clone(),
            Variable::CallQueue => self.queue.clone(),
            Variable::AgentName => Some(who.name.clone()),
            Variable::AgentNumber => Some(who.login.clone()),
            Variable::Today => desk.local_time(now).split(' ').next().map(str::to_owned),
        }
    }
}

fn said(label: &BTreeMap<String, String>, language: Language) -> Option<String> {
    label.get(language.tag()).cloned()
}

impl From<Locale> for Language {
    fn from(locale: Locale) -> Self {
        match locale {
            Locale::Chinese => Self::Chinese,
            Locale::English => Self::English,
        }
    }
}
