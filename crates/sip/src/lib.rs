//! RFC 3261 and kin: bytes in, dialogs out.
