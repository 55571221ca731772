//! The rules of distribution, one test each, in virtual time. A test bears its rule's number.

mod counts;
mod familiar;
mod general;
mod idle;
mod queues;
mod random;
mod recent;
mod ring_all;
mod seats;
mod states;
mod stream;
mod support;
