//! Pages of other systems that a pop leads to (弹屏联动, G7): a link on the card or a frame beside it, from the ring or from the answer on; and whose pages
//! may hold ours.
//!
//! The browser is told by policy which these are (`app::headers`); everything else it neither frames nor is framed by. A link is opened by the
//! agent's click: browsers block windows that nobody asked for, and a window would take the focus (G8).

use std::collections::{BTreeMap, BTreeSet};

use model::QueueName;
use model::fact::{Offer, Pop};
use serde::Serialize;
use utoipa::ToSchema;

use super::pop_url::{Origin, PopUrl};
use crate::sight::Sight;

/// Most pages.
pub const PAGES_MAX: usize = 4;

/// All of them, as the configuration has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PopPages {
    /// In the order in which the card shows them; at most [`PAGES_MAX`].
    pub pages: Vec<PopPage>,
    /// Whose pages may hold ours in a frame, and are told what pops.
    pub parents: BTreeSet<Origin>,
}

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PopPage {
    /// Its word in messages.
    pub name: String,
    /// What the card calls it, by language.
    pub label: BTreeMap<String, String>,
    /// Its address.
    pub url: PopUrl,
    /// From when on.
    pub at: PageMoment,
    /// How.
    pub show: PageWay,
    /// For the calls of which queues; empty: for all.
    pub queues: BTreeSet<QueueName>,
}

/// From when on a page is there (G1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PageMoment {
    /// While the phone rings.
    Ring,
    /// Once the agent has answered.
    #[default]
    Answer,
}

/// How a page is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PageWay {
    /// A link on the card, which opens another tab.
    #[default]
    Link,
    /// A frame beside the card.
    Frame,
}

/// A page for one pop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PageLink {
    /// Its word.
    pub name: String,
    /// What the card calls it, by language.
    pub label: BTreeMap<String, String>,
    /// Its address for this pop. What is not known is empty in it, and so is a number that is told masked.
    pub url: String,
    /// From when on it is there.
    pub at: PageMoment,
    /// How it is shown.
    pub show: PageWay,
}

impl PopPages {
    /// The pages for a pop as somebody is told it.
    pub(super) fn of(&self, pop: &Pop, offer: &Offer, sight: Sight) -> Vec<PageLink> {
        let is_for = |page: &&PopPage| {
            let queue = offer.queue.as_ref();
            page.queues.is_empty() || queue.is_some_and(|queue| page.queues.contains(queue))
        };
        let pages = self.pages.iter().filter(is_for).take(PAGES_MAX);
        let links = pages.filter_map(|page| {
            let url = page.url.filled(pop, offer, sight);
            if url.is_none() {
                tracing::debug!(page = page.name, call = %offer.call, "its address is too long for a pop");
            }
            Some(PageLink {
                name: page.name.clone(),
                label: page.label.clone(),
                url: url?,
                at: page.at,
                show: page.show,
            })
        });
        links.collect()
    }

    /// What the agent's page may frame.
    pub(crate) fn framed(&self) -> BTreeSet<Origin> {
        let frames = self.pages.iter().filter(|page| page.show == PageWay::Frame);
        frames.map(|page| page.url.origin()).collect()
    }
}
