//! Ways that come back to where they began: a depth-first walk over any graph.

use std::collections::BTreeSet;

/// A step of the way: the node, the edge that led to it, and its edges that are not walked yet.
struct Step<N, E> {
    node: N,
    by: Option<E>,
    open: Vec<(E, N)>,
}

/// Walks from each root in turn and tells each edge that leads back onto the way, with the nodes and the edges of the
/// round; the edge that leads back comes last. Each edge is walked once, in the order in which `edges` gives them.
pub(super) fn rounds<N: Copy + Ord, E: Copy>(
    roots: impl IntoIterator<Item = N>,
    edges: impl Fn(N) -> Vec<(E, N)>,
    mut tell: impl FnMut(&[N], &[E]),
) {
    let mut done: BTreeSet<N> = BTreeSet::new();
    for root in roots {
        let mut way: Vec<Step<N, E>> = Vec::new();
        let mut next = Some((None, root));
        loop {
            if let Some((by, node)) = next.take()
                && !done.contains(&node)
            {
                let mut open = edges(node);
                open.reverse();
                way.push(Step { node, by, open });
            }
            let Some(step) = way.last_mut() else {
                break;
            };
            let Some((edge, to)) = step.open.pop() else {
                done.insert(step.node);
                way.pop();
                continue;
            };
            match way.iter().position(|step| step.node == to) {
                Some(start) => {
                    let round = way.get(start..).unwrap_or_default();
                    let nodes: Vec<N> = round.iter().map(|step| step.node).collect();
                    let inner = round.iter().skip(1).filter_map(|step| step.by);
                    let edges: Vec<E> = inner.chain([edge]).collect();
                    tell(&nodes, &edges);
                }
                None => next = Some((Some(edge), to)),
            }
        }
    }
}
