//! The table of strategies.

/// One strategy: a row of the table.
#[derive(Debug, PartialEq)]
pub struct Strategy {
    /// Its name in the configuration.
    pub name: &'static str,
    /// Its Chinese label.
    pub zh: &'static str,
    /// Its English label.
    pub en: &'static str,
    /// When to use it, in one line.
    pub doc: &'static str,
}

static TABLE: [Strategy; 1] = [Strategy {
    name: "longest-idle",
    zh: "最长空闲",
    en: "Longest idle",
    doc: "",
}];

/// All strategies, in the order of the reference page.
pub fn all() -> &'static [Strategy] {
    &TABLE
}

/// The strategy of that name.
pub fn find(name: &str) -> Option<&'static Strategy> {
    TABLE.iter().find(|row| row.name == name)
}

/// What a queue uses when it names none: longest-idle.
pub fn default() -> &'static Strategy {
    let [first, ..] = &TABLE;
    first
}
