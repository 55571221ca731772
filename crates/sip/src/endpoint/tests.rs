//! Stories in virtual time: endpoints wired to one another, and phones that speak raw text.

mod addresses;
mod advisories;
mod answers;
mod bounds;
mod calls;
mod contacts;
mod hostile;
mod loss;
mod raw;
mod registrations;
mod requests;
mod storm;
mod streams;
mod world;
