//! The knowledge base (知识库, E7, E8): what the house knows, who may read it, and by which steps it comes to be read; and what it says
//! again and again (C18).
//!
//! Pure rules: the time and who asks are arguments. The store keeps articles; the web asks for them.

pub mod anonymity;
pub mod article;
pub mod language;
pub mod reply;
pub mod step;

pub use anonymity::{Kind, Known, Replaced};
pub use article::{Article, ArticleFault, Content, Status, Text, Version, Visibility};
pub use language::Language;
pub use reply::{Reply, ReplyFault, Shelf, Variable, Wording};
pub use step::{By, Step};
