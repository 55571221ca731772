//! Pages of a list by key set: newest first, from an id on. No totals: counting millions of rows is slow and tells little.

/// Most rows of a page.
pub const LIMIT_MAX: u32 = 200;

/// Which page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The last id of the page before; `None` for the first page.
    pub after: Option<u64>,
    /// How many rows, 1 to [`LIMIT_MAX`]; what lies outside is moved to the nearer end.
    pub limit: u32,
}

/// A page of a list whose rows have keys `K`: the order of the list is that of its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, K = u64> {
    /// The rows; newest first where the list does not say otherwise.
    pub items: Vec<T>,
    /// What to ask for as `after` next; `None` at the end.
    pub next: Option<K>,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self {
            after: None,
            limit: 50,
        }
    }
}

impl PageRequest {
    /// How many rows to give.
    pub(crate) fn rows(self) -> usize {
        self.limit.clamp(1, LIMIT_MAX) as usize
    }
}

impl<T, K> Page<T, K> {
    /// A page from up to one row more than was asked for: that row tells that there is a next page.
    pub(crate) fn cut(mut items: Vec<T>, request: PageRequest, key: impl Fn(&T) -> K) -> Self {
        let more = items.len() > request.rows();
        items.truncate(request.rows());
        let next = items.last().filter(|_| more).map(key);
        Self { items, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_too_many_tells_of_a_next_page() {
        let request = |limit| PageRequest { after: None, limit };
        let page = |rows: Vec<u64>, limit| Page::cut(rows, request(limit), |row| *row);
        assert_eq!(page(vec![9, 8, 7], 2).next, Some(8));
        assert_eq!(page(vec![9, 8], 2).next, None);
        assert_eq!(page(vec![9, 8], 0).items, [9], "at least one row");
        assert_eq!(request(10_000).rows(), 200);
    }
}
