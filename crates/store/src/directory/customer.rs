use crate::Database;
use crate::error::Result;
use model::{AgentId, CustomerId, E164, Timestamp};

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
    pub async fn add_customer(
        &self,
        customer: NewCustomer,
        now: Timestamp,
    ) -> Result<CustomerRecord> {
        let _ = (customer, now);
        todo!()
    }
    /// One customer.
    pub async fn customer(&self, id: CustomerId) -> Result<Option<CustomerRecord>> {
        let _ = id;
        todo!()
    }
    /// Adds a number to a customer, or replaces what was said of it.
    pub async fn put_customer_phone(
        &self,
        id: CustomerId,
        phone: NewPhone,
        now: Timestamp,
    ) -> Result<CustomerRecord> {
        let _ = (id, phone, now);
        todo!()
    }
}
