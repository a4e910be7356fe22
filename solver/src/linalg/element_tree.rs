//! Order of elimination of finite-element systems by nested substructuring.
//!
//! The elements are halved at the median of their centroids, again and again. An unknown is eliminated
//! in the smallest set that holds all its elements, so the inside of an element goes first and the
//! border between the two halves of the mesh last (George 1973, DOI 10.1137/0710032; the multifrontal
//! method of Duff & Reid 1983, DOI 10.1145/356044.356047, started from element matrices). The tree
//! knows entities (vertices, sides, cells) only: it serves every order of elements on the mesh.

/// Order of elimination over a mesh.
#[derive(Clone, Debug)]
pub(crate) struct ElementTree {
    /// Children before parents; the last one is the root.
    pub(super) nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Entities eliminated here.
    pub(super) pivots: Vec<usize>,
    /// Entities shared with elements outside.
    pub(super) boundary: Vec<usize>,
    pub(super) parts: Parts,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Parts {
    Element(usize),
    Halves([usize; 2]),
}

impl ElementTree {
    /// `entities[e]` are those of element e, out of `count`; `centroids[e]` is where it lies.
    pub(crate) fn new(entities: &[Vec<usize>], centroids: &[[f64; 2]], count: usize) -> Self {
        let mut order: Vec<usize> = (0..entities.len()).collect();
        let mut ranges = Vec::new();
        halve(&mut order, 0, centroids, &mut ranges);
        let (mut first, mut last) = (vec![usize::MAX; count], vec![0; count]);
        for (position, &element) in order.iter().enumerate() {
            for &entity in &entities[element] {
                first[entity] = first[entity].min(position);
                last[entity] = last[entity].max(position);
            }
        }
        let mut nodes: Vec<Node> = Vec::with_capacity(ranges.len());
        let mut seen = vec![usize::MAX; count];
        for (n, (range, halves)) in ranges.into_iter().enumerate() {
            let mut node = Node {
                pivots: Vec::new(),
                boundary: Vec::new(),
                parts: halves.map_or(Parts::Element(order[range.start]), Parts::Halves),
            };
            let mut place = |entity: usize| {
                if seen[entity] == n {
                    return;
                }
                seen[entity] = n;
                if first[entity] >= range.start && last[entity] < range.end {
                    node.pivots.push(entity);
                } else {
                    node.boundary.push(entity);
                }
            };
            match halves {
                None => entities[order[range.start]]
                    .iter()
                    .copied()
                    .for_each(&mut place),
                Some(halves) => {
                    for half in halves {
                        nodes[half].boundary.iter().copied().for_each(&mut place);
                    }
                }
            }
            nodes.push(node);
        }
        Self { nodes }
    }
}

type Ranges = Vec<(std::ops::Range<usize>, Option<[usize; 2]>)>;

/// Sorts `order` by halves; returns the number of the node that holds it all.
fn halve(order: &mut [usize], offset: usize, centroids: &[[f64; 2]], ranges: &mut Ranges) -> usize {
    let mut halves = None;
    if order.len() > 1 {
        let extent = |axis: usize| {
            let at = order.iter().map(|&e| centroids[e][axis]);
            let (low, high) = at.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), c| {
                (l.min(c), h.max(c))
            });
            high - low
        };
        let axis = usize::from(extent(1) > extent(0));
        let middle = order.len() / 2;
        // Equal centroids are told apart by number, so that the tree is the same on every machine.
        order.select_nth_unstable_by(middle, |&a, &b| {
            centroids[a][axis]
                .total_cmp(&centroids[b][axis])
                .then(a.cmp(&b))
        });
        let (low, high) = order.split_at_mut(middle);
        halves = Some([
            halve(low, offset, centroids, ranges),
            halve(high, offset + middle, centroids, ranges),
        ]);
    }
    ranges.push((offset..offset + order.len(), halves));
    ranges.len() - 1
}
