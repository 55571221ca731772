//! Helpers that the test binaries of this folder share.
