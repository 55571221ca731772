//! A small SIP/RTP test phone behind `trunkline call`; messages by rsip, no parser shared with the server.
