//! number plan
