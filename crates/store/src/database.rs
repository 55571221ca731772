use crate::error::Result;
/// A handle
#[derive(Clone, Debug)]
pub struct Database {}
impl Database {
    /// `url`: `sqlite://data/trunkline.db` (the folder is made). `region`: country of numbers without country code, `CN`.
    pub async fn open(url: &str, region: &str) -> Result<Self> {
        let _ = (url, region);
        todo!()
    }
    /// Waits for what was asked before, then closes; other handles get `Closed`.
    pub async fn close(self) {
        todo!()
    }
    /// Whether a write and a read go through (for `/readyz`).
    pub async fn ping(&self) -> Result<()> {
        todo!()
    }
}
