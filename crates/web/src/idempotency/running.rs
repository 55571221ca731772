//! Requests with a key that this process is doing. A claim in the store that is in nobody's hands here was cut off: its handler
//! failed, or its answer could not be kept.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use store::KeyedRequest;

use crate::problem::{Code, Problem};

type Name = (String, String);

/// See the file's head. As many as there are requests at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Running(Arc<Mutex<BTreeMap<Name, KeyedRequest>>>);

/// A request that is being done, until this is dropped.
#[derive(Debug)]
pub(crate) struct Doing {
    running: Running,
    name: Name,
}

impl Running {
    /// Takes a request up. `idempotency_in_flight` while the same is done, `idempotency_key_reused` while another is under its key.
    pub(crate) fn begin(&self, request: &KeyedRequest) -> Result<Doing, Problem> {
        let name = (request.principal.clone(), request.key.clone());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.entry(name.clone()) {
            Entry::Vacant(place) => {
                place.insert(request.clone());
                let running = self.clone();
                Ok(Doing { running, name })
            }
            Entry::Occupied(other) if other.get() == request => {
                Err(Problem::new(Code::KeyInFlight).retry_after_s(1))
            }
            Entry::Occupied(_) => Err(Code::KeyReused.into()),
        }
    }
}

impl Drop for Doing {
    fn drop(&mut self) {
        let all = &self.running.0;
        all.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn j3_while_it_is_done_its_key_is_taken() {
        let request = |key: &str, body: &str| {
            let parts = [body.as_bytes()];
            KeyedRequest::new(
                "agent 1".to_owned(),
                key.to_owned(),
                "run".to_owned(),
                parts,
            )
        };
        let running = Running::default();
        let told = |it: Result<Doing, Problem>| it.map(drop).map_err(|problem| problem.code());
        let doing = running.begin(&request("k", "a")).unwrap();
        assert_eq!(
            told(running.begin(&request("k", "a"))),
            Err(Code::KeyInFlight)
        );
        assert_eq!(
            told(running.begin(&request("k", "b"))),
            Err(Code::KeyReused)
        );
        assert_eq!(told(running.begin(&request("l", "a"))), Ok(()));
        drop(doing);
        assert_eq!(told(running.begin(&request("k", "a"))), Ok(()));
    }
}
