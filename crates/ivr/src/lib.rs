//! IVR scripts: parse, check, run.
