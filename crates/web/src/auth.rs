//! Who asks, and what he may do.
//!
//! Two ways in: the cookie of a session (pages) or a bearer token (programs). Either becomes a `Principal`; what a
//! principal may do is told by one function over one table (`permission`), whoever asks it (S19). A request that changes
//! something by cookie needs the session's CSRF token and must not come from another site; one by bearer token needs
//! neither, since no browser adds that header by itself.
//!
//! Passwords and hashes are the store's matter; this module never sees a stored secret.

pub mod action;
pub mod limiter;
pub mod origin;
pub mod permission;
pub mod principal;
pub mod quota;
pub mod scope;
pub mod secret;
pub mod token_use;

pub use action::Action;
pub use limiter::TryLimiter;
pub use permission::authorise;
pub use principal::{Principal, Via};
