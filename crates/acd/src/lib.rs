//! Who gets which caller: agents, queues, strategies, offers.
