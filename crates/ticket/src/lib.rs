//! Work orders: what a call leaves behind until the matter is ended.
