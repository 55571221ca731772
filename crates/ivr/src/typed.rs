//! What a caller has typed at the node that has him: keys that belong together, until they mean something.

/// The keys, and how far he is with them.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    /// The keys so far.
    pub(crate) keys: String,
    /// Whether they are complete and said back to him (E5).
    pub(crate) is_read_back: bool,
    /// Whether he has corrected himself since he came.
    pub(crate) is_corrected: bool,
}

impl Typed {
    /// He begins again.
    pub(crate) fn anew(&mut self) {
        self.keys.clear();
        self.is_read_back = false;
    }
}
