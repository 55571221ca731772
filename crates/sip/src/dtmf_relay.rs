//! Keys in INFO bodies: application/dtmf-relay and application/dtmf.
