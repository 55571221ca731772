//! Who calls, and who sent the call on: RFC 3323, 3325, 5806, 7044 (S11).
