//! What must hold after each step, and when all is over: the audit's word, the ACD's own, and that nothing is left.

use super::World;

impl World {
    /// After each step: what was told, and now and then whether everybody means the same.
    pub(super) fn check(&mut self) {
        if let Err(wrong) = self.audit.settle() {
            self.wrong(wrong);
        }
        if self.check_every == 0 || !self.steps.is_multiple_of(self.check_every) {
            return;
        }
        if let Err(wrong) = self.engine.acd().check_invariants() {
            self.wrong(wrong);
        }
        let (calls, known) = (self.engine.calls(), self.audit.open());
        // A call whose end was told may still wait for the last word of a phone.
        if calls < known {
            self.wrong(format!("{calls} calls are alive, facts tell of {known}"));
        }
        let (used, open) = (self.engine.ports_in_use(), self.voice.open());
        if used < open {
            self.wrong(format!("{open} ports are open, the engine knows {used}"));
        }
    }

    /// Nothing is left: no call, no port, no timer, and times add up.
    pub(super) fn check_empty(&mut self) {
        let (calls, ports) = (self.engine.calls(), self.engine.ports_in_use());
        if calls != 0 || ports != 0 {
            self.wrong(format!(
                "{calls} calls and {ports} ports are left in an empty house"
            ));
        }
        if let Err(wrong) = self.audit.close() {
            self.wrong(wrong);
        }
    }
}
