//! The callers of this moment: who comes next, who is there, who has gone.
//!
//! A caller has a place on the network, which is free for another one when he has gone. What is still on its way to him
//! then meets somebody who does not know that dialog.

use std::sync::Arc;

use media::PortId;
use model::Profile;

use crate::agenda::Event;
use crate::agent::Agent;
use crate::caller::{Caller, Plan, Timer};
use crate::customers::Customers;
use crate::message::{Address, Message, no_such_dialog, server_uri};
use crate::network::Network;
use crate::place::Place;
use crate::random::{Random, Stream};
use crate::scenario::{Coming, Scenario};
use crate::voice::Heard;

/// The callers.
#[derive(Debug)]
pub(crate) struct Crowd {
    scenario: Arc<Scenario>,
    groups: Vec<Group>,
    callers: Vec<Option<Caller>>,
    /// Of each place, whoever stands there.
    addresses: Vec<Arc<Address>>,
    free: Vec<u32>,
    alive: usize,
    serial: u64,
    customers: Customers,
}

/// A group as it comes.
#[derive(Debug)]
struct Group {
    coming: Coming,
    random: Random,
    first_customer: u32,
    /// The URI of the number that they dial.
    dials: Arc<str>,
    keys: Arc<str>,
}

impl Crowd {
    pub(crate) fn new(scenario: &Arc<Scenario>) -> Self {
        let mut first_customer = 0_u32;
        let rows = scenario.callers.iter().enumerate().map(|(number, group)| {
            let row = Group {
                coming: Coming::new(&group.arrivals),
                random: Random::new(scenario.seed, Stream::Callers(number)),
                first_customer,
                dials: server_uri(&group.number).into(),
                keys: group.keys.as_str().into(),
            };
            first_customer = first_customer.saturating_add(group.customers);
            row
        });
        Self {
            groups: rows.collect(),
            callers: Vec::new(),
            addresses: Vec::new(),
            free: Vec::new(),
            alive: 0,
            serial: 0,
            customers: Customers::default(),
            scenario: scenario.clone(),
        }
    }

    /// Nobody is in a call.
    pub(crate) const fn is_empty(&self) -> bool {
        self.alive == 0
    }

    /// The first of each group is put on the agenda.
    pub(crate) fn expect_all(&mut self, network: &mut Network) {
        for group in 0..self.groups.len() {
            self.expect(network, group);
        }
    }

    fn expect(&mut self, network: &mut Network, number: usize) {
        let scenario = &self.scenario;
        let rules = scenario.callers.get(number);
        let Some((group, rules)) = self.groups.get_mut(number).zip(rules) else {
            return;
        };
        let Group { coming, random, .. } = group;
        if let Some(at) = coming.next(scenario, &rules.arrivals, random) {
            network.agenda.put(at, Event::Arrival(number));
        }
    }

    /// The next of a group dials.
    pub(crate) fn arrives(&mut self, network: &mut Network, number: usize) {
        let rules = self.scenario.callers.get(number);
        let Some((group, rules)) = self.groups.get_mut(number).zip(rules) else {
            return;
        };
        self.serial += 1;
        let (serial, first, random) = (self.serial, group.first_customer, &mut group.random);
        let plan = Plan {
            who: self.customers.draw(rules, first, serial, random),
            dials: group.dials.clone(),
            keys: group.keys.clone(),
            presses_after: rules.presses_after.draw(random),
            patience: rules.patience.as_ref().map(|it| it.draw(random)),
            talk: rules.talk.draw(random),
            agent_hangs_up: random.happens(rules.agent_hangs_up.get()),
        };
        let slot = self.free.pop().unwrap_or_else(|| self.room());
        let address = self.addresses.get(slot as usize).cloned();
        if let Some((address, place)) = address.zip(self.callers.get_mut(slot as usize)) {
            *place = Some(Caller::dials(network, (slot, address), serial, plan));
            self.alive += 1;
        }
        self.expect(network, number);
    }

    /// One place more.
    fn room(&mut self) -> u32 {
        let slot = self.callers.len() as u32;
        self.callers.push(None);
        self.addresses
            .push(Arc::new(Address::new(Place::Caller(slot))));
        slot
    }

    fn at(&mut self, slot: u32) -> Option<&mut Caller> {
        self.callers.get_mut(slot as usize).and_then(Option::as_mut)
    }

    /// Something is due for a caller, if he is still there.
    pub(crate) fn handle_timeout(
        &mut self,
        network: &mut Network,
        slot: u32,
        serial: u64,
        timer: Timer,
    ) {
        let caller = self.at(slot).filter(|caller| caller.serial() == serial);
        if let Some(caller) = caller {
            caller.handle_timeout(network, timer);
            self.part(slot);
        }
    }

    /// A message reaches a place; `port` is the media port that its SDP names.
    pub(crate) fn hears(
        &mut self,
        network: &mut Network,
        slot: u32,
        message: &Message<'_>,
        port: Option<PortId>,
    ) {
        if let Some(caller) = self.at(slot).filter(|caller| caller.knows(message)) {
            caller.port = port.or(caller.port);
            caller.hears(network, message);
            self.part(slot);
        } else if let Some(answer) = no_such_dialog(message) {
            network.carry_to_server(Place::Caller(slot), answer);
        }
    }

    /// Something begins in the media of whom it concerns.
    pub(crate) fn hear(&mut self, network: &mut Network, heard: Heard) {
        match heard {
            Heard::Prompt(Place::Caller(slot), port) => {
                if let Some(caller) = self.on(slot, port) {
                    caller.hears_prompt(network);
                }
            }
            Heard::Music(Place::Caller(slot), port) => {
                if let Some(caller) = self.on(slot, port) {
                    caller.hears_music(network);
                }
            }
            Heard::Together(one, port, other, other_port) => {
                self.hears_party(network, (one, port), other);
                self.hears_party(network, (other, other_port), one);
            }
            // What an agent hears moves him to nothing.
            Heard::Prompt(Place::Agent(_), _) | Heard::Music(Place::Agent(_), _) => {}
        }
    }

    fn hears_party(&mut self, network: &mut Network, who: (Place, PortId), party: Place) {
        let agent = match party {
            Place::Agent(number) => Some(number),
            Place::Caller(_) => None,
        };
        if let (Place::Caller(slot), port) = who
            && let Some(caller) = self.on(slot, port)
        {
            caller.hears_agent(network, agent);
        }
    }

    /// The caller at a port; not the one who had his place before him.
    fn on(&mut self, slot: u32, port: PortId) -> Option<&mut Caller> {
        self.at(slot).filter(|caller| caller.port == Some(port))
    }

    /// The phone of an agent died: who talks with him hears nobody.
    pub(crate) fn hear_nobody(&mut self, network: &mut Network, agent: u32) {
        for caller in self.callers.iter_mut().flatten() {
            caller.hears_nobody(network, agent);
        }
    }

    /// Everybody hangs up.
    pub(crate) fn hang_up(&mut self, network: &mut Network) {
        for caller in self.callers.iter_mut().flatten() {
            caller.hangs_up(network);
        }
    }

    /// What the directory knows of a caller.
    pub(crate) fn profile(&self, caller: &model::Caller) -> Profile {
        self.customers.profile(caller)
    }

    /// Who has gone makes room, and is remembered by who served him.
    fn part(&mut self, slot: u32) {
        let place = self.callers.get_mut(slot as usize);
        let Some(caller) = place.and_then(|place| place.take_if(|caller| caller.is_gone())) else {
            return;
        };
        self.free.push(slot);
        self.alive -= 1;
        if let (Some(customer), Some((agent, talked))) = (caller.customer(), caller.served) {
            self.customers.served(customer, Agent::id_of(agent), talked);
        }
    }
}
