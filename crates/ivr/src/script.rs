//! skeleton
use std::collections::BTreeSet;
use model::ScriptName;
/// A script, immutable, shared by `Arc`.
#[derive(Debug)]
pub struct Script {}
/// A `[[test]]` of a script.
#[derive(Debug, Clone)]
pub struct ScriptTest {}
impl Script {
    /// Its name: the file's without `.toml`.
    pub fn name(&self) -> &ScriptName { todo!() }
    /// Its title in a language (the first one's if it has none).
    pub fn title(&self, language: &str) -> &str { let _ = language; todo!() }
    /// Its languages, the default first.
    pub fn languages(&self) -> &[String] { todo!() }
    /// Every sound that it may play: `zh-CN/welcome`.
    pub fn sounds(&self) -> BTreeSet<String> { todo!() }
    /// Its tests.
    pub fn tests(&self) -> &[ScriptTest] { todo!() }
}
