use crate::Database;
use crate::error::Result;
use model::{Caller, Profile, Timestamp};
impl Database {
    /// P4.
    pub async fn profile(&self, caller: &Caller, now: Timestamp) -> Result<Profile> {
        let _ = (caller, now);
        todo!()
    }
}
