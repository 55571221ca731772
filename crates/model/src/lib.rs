//! Ids, numbers, agent states, calendar, configuration snapshot, CDR and facts: the words that all rooms share.
