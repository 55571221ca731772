//! Stories in virtual time: endpoints wired to one another, and phones that speak raw text.

mod addresses;
mod advisories;
mod answers;
mod bounds;
mod calls;
mod carrier;
mod contacts;
mod hostile;
mod loss;
mod pager;
mod raw;
mod registrations;
mod requests;
mod storm;
mod streams;
mod subscriptions;
mod trunk_calls;
mod trunk_connections;
mod trunk_identity;
mod trunk_matching;
mod trunk_proofs;
mod trunk_servers;
mod world;
