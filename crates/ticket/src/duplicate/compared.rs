//! What of a ticket is compared with others, in normal form, made once for many comparisons.

use model::{E164, Timestamp};

use super::score::{Likeness, Matter, Weights, likeness};
use super::text::{Bigrams, normal};

/// What of a ticket is compared.
#[derive(Clone, Debug)]
pub struct Compared {
    contact: Option<E164>,
    category: Vec<String>,
    place: Option<String>,
    product: Option<String>,
    subject: Bigrams,
    closed_at: Option<Timestamp>,
}

impl Compared {
    /// `category`: the way to it, the root first; texts as they were written.
    pub fn new(
        contact: Option<E164>,
        category: Vec<String>,
        place: Option<&str>,
        product: Option<&str>,
        subject: &str,
        closed_at: Option<Timestamp>,
    ) -> Self {
        let plain = |text: Option<&str>| text.map(normal).filter(|text| !text.is_empty());
        Self {
            contact,
            category,
            place: plain(place),
            product: plain(product),
            subject: Bigrams::of(subject),
            closed_at,
        }
    }

    /// How alike it is to another that is there already.
    pub fn likeness(&self, other: &Self, weights: &Weights, now: Timestamp) -> Likeness {
        likeness(&self.matter(), &other.matter(), weights, now)
    }

    fn matter(&self) -> Matter<'_> {
        Matter {
            contact: self.contact.as_ref(),
            category: &self.category,
            place: self.place.as_deref(),
            product: self.product.as_deref(),
            subject: &self.subject,
            closed_at: self.closed_at,
        }
    }
}
