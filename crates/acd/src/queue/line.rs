//! A queue's line: places in their order, each with its rank.
//!
//! A treap whose nodes know how many stand below them: to come, to go and to ask for one's rank cost O(log n), however long the line
//! is. Its shape follows from who stands in it and from nothing else: a node's weight is drawn from its call.

use core::cmp::Ordering;

use crate::seed;
use crate::waiting::Place;

/// See the file's head.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line(Tree);

type Tree = Option<Box<Node>>;

#[derive(Clone, Debug)]
struct Node {
    place: Place,
    weight: u64,
    size: usize,
    before: Tree,
    after: Tree,
}

impl Line {
    pub(crate) fn len(&self) -> usize {
        size(&self.0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn insert(&mut self, place: Place) {
        if self.contains(&place) {
            return;
        }
        let (before, after) = split(self.0.take(), &place);
        let node = Node {
            place,
            weight: seed::mix(0, place.call.get()),
            size: 1,
            before: None,
            after: None,
        };
        self.0 = merge(merge(before, Some(Box::new(node))), after);
    }

    pub(crate) fn remove(&mut self, place: &Place) {
        self.0 = without(self.0.take(), place);
    }

    pub(crate) fn contains(&self, place: &Place) -> bool {
        let mut tree = &self.0;
        while let Some(node) = tree {
            tree = match place.cmp(&node.place) {
                Ordering::Less => &node.before,
                Ordering::Equal => return true,
                Ordering::Greater => &node.after,
            };
        }
        false
    }

    /// How many stand before a place, whether it is taken or not.
    pub(crate) fn rank(&self, place: &Place) -> usize {
        let (mut tree, mut rank) = (&self.0, 0);
        while let Some(node) = tree {
            tree = match *place <= node.place {
                true => &node.before,
                false => {
                    rank += size(&node.before) + 1;
                    &node.after
                }
            };
        }
        rank
    }

    /// From the first to the last.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Place> {
        self.walk(|node| (&node.before, &node.after))
    }

    /// From the last to the first.
    pub(crate) fn backwards(&self) -> impl Iterator<Item = &Place> {
        self.walk(|node| (&node.after, &node.before))
    }

    /// `sides`: what comes before a node in this walk, and what behind it.
    fn walk<'a>(
        &'a self,
        sides: impl Fn(&'a Node) -> (&'a Tree, &'a Tree),
    ) -> impl Iterator<Item = &'a Place> {
        let mut above = Vec::new();
        let mut tree = &self.0;
        core::iter::from_fn(move || {
            while let Some(node) = tree {
                above.push(node);
                tree = sides(node).0;
            }
            let node = above.pop()?;
            tree = sides(node).1;
            Some(&node.place)
        })
    }
}

fn size(tree: &Tree) -> usize {
    tree.as_ref().map_or(0, |node| node.size)
}

impl Node {
    fn counted(mut self: Box<Self>) -> Tree {
        self.size = size(&self.before) + 1 + size(&self.after);
        Some(self)
    }
}

/// Those before a place, and the others.
fn split(tree: Tree, place: &Place) -> (Tree, Tree) {
    let Some(mut node) = tree else {
        return (None, None);
    };
    if node.place < *place {
        let (before, after) = split(node.after.take(), place);
        node.after = before;
        (node.counted(), after)
    } else {
        let (before, after) = split(node.before.take(), place);
        node.before = after;
        (before, node.counted())
    }
}

/// All of the first stand before all of the second.
fn merge(first: Tree, second: Tree) -> Tree {
    match (first, second) {
        (None, tree) | (tree, None) => tree,
        (Some(mut first), Some(second)) if first.weight >= second.weight => {
            first.after = merge(first.after.take(), Some(second));
            first.counted()
        }
        (Some(first), Some(mut second)) => {
            second.before = merge(Some(first), second.before.take());
            second.counted()
        }
    }
}

fn without(tree: Tree, place: &Place) -> Tree {
    let mut node = tree?;
    match place.cmp(&node.place) {
        Ordering::Less => node.before = without(node.before.take(), place),
        Ordering::Equal => return merge(node.before, node.after),
        Ordering::Greater => node.after = without(node.after.take(), place),
    }
    node.counted()
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::collections::BTreeSet;

    use model::CallId;

    use super::*;
    use crate::waiting::Waiting;

    fn place(call: u64, since: u64) -> Place {
        let queue = model::QueueName::from("support");
        let since = Duration::from_secs(since);
        Waiting::new(since, CallId::new(call), queue.into(), Duration::ZERO, None).place()
    }

    /// D3: whoever comes and goes, and with whatever score, ranks are those of the order of places.
    #[test]
    fn d15_ranks_are_those_of_an_ordered_set() {
        let (mut line, mut set) = (Line::default(), BTreeSet::new());
        for step in 0..4_000_u64 {
            let draw = seed::mix(1, step);
            let one = place(draw % 300, seed::mix(2, draw % 300) % 50);
            match draw % 5 < 3 {
                true => {
                    line.insert(one);
                    set.insert(one);
                }
                false => {
                    line.remove(&one);
                    set.remove(&one);
                }
            }
            assert_eq!(line.rank(&one), set.range(..one).count());
            assert_eq!(line.contains(&one), set.contains(&one));
            assert_eq!((line.len(), line.is_empty()), (set.len(), set.is_empty()));
            if step % 100 == 0 {
                assert!(line.iter().eq(set.iter()));
                assert!(line.backwards().eq(set.iter().rev()));
            }
        }
        assert!(set.len() > 100);
    }

    #[test]
    fn d15_a_line_of_a_hundred_thousand_in_order_stays_shallow() {
        fn depth(tree: &Tree) -> usize {
            tree.as_ref()
                .map_or(0, |node| 1 + depth(&node.before).max(depth(&node.after)))
        }
        let mut line = Line::default();
        for call in 0..100_000 {
            line.insert(place(call, call));
        }
        assert_eq!(line.rank(&place(77_777, 77_777)), 77_777);
        assert!(depth(&line.0) < 60, "{}", depth(&line.0));
    }
}
