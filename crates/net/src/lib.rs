//! Sockets: SIP over UDP and TCP, RTP and the media threads.
