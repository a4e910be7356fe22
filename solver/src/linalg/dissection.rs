//! Symbolic phase: nested dissection of unknowns that sit on a lattice.
//!
//! A set of unknowns is cut at the median of its longer lattice direction; those below the cut that
//! couple to one above it are the separator and are eliminated after both halves (George 1973,
//! DOI 10.1137/0710032). The cut follows the graph, so any stencil is served.

use super::scalar::Scalar;
use super::sparse::CsrMatrix;
use std::ops::Range;

/// Sets no larger than this are eliminated as one dense front.
const LEAF: usize = 48;

/// One supernode of the elimination tree, in elimination order.
#[derive(Clone, Debug)]
pub(super) struct Supernode {
    /// Unknowns eliminated here, by elimination number.
    pub(super) pivots: Range<usize>,
    /// Later unknowns coupled to them (after the children's elimination), ascending.
    pub(super) boundary: Vec<usize>,
    /// Supernodes whose Schur complements are added here.
    pub(super) children: Vec<usize>,
}

/// Elimination order and tree of a structurally symmetric pattern.
#[derive(Clone, Debug)]
pub(crate) struct Dissection {
    /// `order[k]` is the unknown eliminated k-th.
    pub(super) order: Vec<usize>,
    /// `position[order[k]] = k`.
    pub(super) position: Vec<usize>,
    /// Children before parents.
    pub(super) supernodes: Vec<Supernode>,
}

impl Dissection {
    /// Dissects the pattern of A + Aᵀ; `lattice[u]` places unknown `u`.
    pub(crate) fn new<T: Scalar>(matrix: &CsrMatrix<T>, lattice: &[[usize; 2]]) -> Self {
        let n = matrix.rows();
        let graph = Graph::of(matrix);
        let mut tree = Tree {
            order: Vec::with_capacity(n),
            ranges: Vec::new(),
            children: Vec::new(),
        };
        let mut side = vec![0_u32; n];
        let mut stamp = 0;
        tree.dissect((0..n).collect(), &graph, lattice, &mut side, &mut stamp);
        let mut position = vec![0; n];
        for (k, &u) in tree.order.iter().enumerate() {
            position[u] = k;
        }

        let mut supernodes: Vec<Supernode> = Vec::with_capacity(tree.ranges.len());
        let mut seen = vec![usize::MAX; n];
        for (s, (pivots, children)) in tree.ranges.into_iter().zip(tree.children).enumerate() {
            let mut boundary = Vec::new();
            let mut visit = |k: usize| {
                if k >= pivots.end && seen[k] != s {
                    seen[k] = s;
                    boundary.push(k);
                }
            };
            for k in pivots.clone() {
                graph
                    .neighbours(tree.order[k])
                    .iter()
                    .for_each(|&u| visit(position[u]));
            }
            for &child in &children {
                supernodes[child].boundary.iter().for_each(|&k| visit(k));
            }
            boundary.sort_unstable();
            supernodes.push(Supernode {
                pivots,
                boundary,
                children,
            });
        }
        Self {
            order: tree.order,
            position,
            supernodes,
        }
    }

    /// Number of unknowns.
    pub(crate) fn unknowns(&self) -> usize {
        self.order.len()
    }
}

/// Adjacency of A + Aᵀ without the diagonal.
struct Graph {
    start: Vec<usize>,
    neighbour: Vec<usize>,
}

impl Graph {
    fn of<T: Scalar>(matrix: &CsrMatrix<T>) -> Self {
        let transpose = matrix.transpose();
        let mut start = vec![0];
        let mut neighbour = Vec::with_capacity(matrix.entries());
        for r in 0..matrix.rows() {
            let begin = neighbour.len();
            neighbour.extend(matrix.row(r).0.iter().copied().filter(|&c| c != r));
            let own = neighbour.len();
            for &c in transpose.row(r).0 {
                if c != r && neighbour[begin..own].binary_search(&c).is_err() {
                    neighbour.push(c);
                }
            }
            start.push(neighbour.len());
        }
        Self { start, neighbour }
    }

    fn neighbours(&self, u: usize) -> &[usize] {
        &self.neighbour[self.start[u]..self.start[u + 1]]
    }
}

struct Tree {
    order: Vec<usize>,
    ranges: Vec<Range<usize>>,
    children: Vec<Vec<usize>>,
}

impl Tree {
    /// Orders `set`; returns its top supernodes.
    fn dissect(
        &mut self,
        set: Vec<usize>,
        graph: &Graph,
        lattice: &[[usize; 2]],
        side: &mut [u32],
        stamp: &mut u32,
    ) -> Vec<usize> {
        if set.is_empty() {
            return Vec::new();
        }
        let Some(cut) = (set.len() > LEAF)
            .then(|| median_cut(&set, lattice))
            .flatten()
        else {
            return self.close(set, Vec::new());
        };
        *stamp += 1;
        let upper_mark = *stamp;
        let (axis, value) = cut;
        let (lower, upper): (Vec<usize>, Vec<usize>) =
            set.into_iter().partition(|&u| lattice[u][axis] <= value);
        for &u in &upper {
            side[u] = upper_mark;
        }
        let (separator, lower): (Vec<usize>, Vec<usize>) = lower
            .into_iter()
            .partition(|&u| graph.neighbours(u).iter().any(|&v| side[v] == upper_mark));
        let mut children = self.dissect(lower, graph, lattice, side, stamp);
        children.extend(self.dissect(upper, graph, lattice, side, stamp));
        if separator.is_empty() {
            return children;
        }
        self.close(separator, children)
    }

    fn close(&mut self, pivots: Vec<usize>, children: Vec<usize>) -> Vec<usize> {
        let start = self.order.len();
        self.order.extend(pivots);
        self.ranges.push(start..self.order.len());
        self.children.push(children);
        vec![self.ranges.len() - 1]
    }
}

/// Axis and coordinate that halve the set across its longer lattice extent; none if all coincide.
fn median_cut(set: &[usize], lattice: &[[usize; 2]]) -> Option<(usize, usize)> {
    let extent = |axis: usize| {
        let coordinates = set.iter().map(|&u| lattice[u][axis]);
        let (low, high) = coordinates.fold((usize::MAX, 0), |(l, h), c| (l.min(c), h.max(c)));
        (low, high)
    };
    let (x, y) = (extent(0), extent(1));
    let (axis, (low, high)) = if x.1 - x.0 >= y.1 - y.0 {
        (0, x)
    } else {
        (1, y)
    };
    if low == high {
        return None;
    }
    let mut coordinates: Vec<usize> = set.iter().map(|&u| lattice[u][axis]).collect();
    let middle = coordinates.len() / 2;
    let (_, &mut median, _) = coordinates.select_nth_unstable(middle);
    Some((axis, median.min(high - 1)))
}
