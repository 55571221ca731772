//! Call control: the one owner of all calls, deterministic and without I/O.
