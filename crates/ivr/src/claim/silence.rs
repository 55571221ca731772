//! What a caller who falls silent at a node hears and waits for there (E22): as he comes, and at each later point of it.

use std::time::Duration;

use crate::place::Name;

/// A prompt that is heard at a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard<'n> {
    pub(crate) prompt: &'n Name,
    /// How often at most.
    pub(crate) times: u32,
    /// Whether digits are said after it.
    pub(crate) digits: bool,
    /// Whether it asks for something, so that nothing may end with it.
    pub(crate) asks: bool,
}

/// A later point of a node at which a caller may fall silent, who has done something there: what he meets from then on, in place of all
/// that he meets who never did anything.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lull<'n> {
    /// How long he waits, with the words of the house that he hears.
    pub(crate) time: Duration,
    /// How many of these he hears.
    pub(crate) sentences: u32,
    /// The prompt that is played again, and how often.
    pub(crate) again: Option<(&'n Name, u32)>,
    /// Where it leads by an exit of those who have done something; without one he goes on as who never did.
    pub(crate) to: Option<&'n Name>,
}

/// An answer that is said back, over and over, to one who does not say whether it is right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SaidBack {
    /// The words of the house around it.
    pub(crate) words: [&'static str; 2],
    /// Its most words.
    pub(crate) said: u32,
    /// Its most breaths between them.
    pub(crate) breaths: u32,
    /// The sounds of one language that those words are among.
    pub(crate) sounds: fn(&str) -> Vec<String>,
    /// How often at most.
    pub(crate) times: u32,
    /// How long he has for a key each time.
    pub(crate) timeout: Duration,
    /// How long a pause ends the answer before it is said back, if one may.
    pub(crate) pause: Duration,
}

/// A form that is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FormAsked<'n> {
    pub(crate) form: &'n Name,
    /// The least time for a key.
    pub(crate) timeout: Duration,
    /// So long a silence ends a comment.
    pub(crate) comment: Duration,
}
