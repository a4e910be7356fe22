//! A − σB = L D Lᵀ of an [`ElementPencil`], eliminated along an [`ElementTree`].
//!
//! Every node of the tree sums what its parts have left (or its element), eliminates its own unknowns
//! and leaves the Schur complement on a stack (Duff & Reid 1983, DOI 10.1145/356044.356047). Pivoting
//! stays within a node.

use super::element_pencil::{Element, ElementPencil, REMOVED};
use super::element_tree::{ElementTree, Parts};
use super::kernels::{axpy, product, vectorised};
use super::ldlt::{Front, Pivots};
use super::scalar::Scalar;

/// The factors.
#[derive(Debug)]
pub(crate) struct Substructured<T> {
    fronts: Vec<Frontal>,
    /// Of every front: its own unknowns in the order of elimination, then its border.
    unknowns: Vec<usize>,
    /// Of every front: the columns of L below the diagonal.
    lower: Vec<T>,
    /// Diagonal and first off-diagonal of D⁻¹.
    inverse: Vec<[T; 2]>,
}

#[derive(Clone, Copy, Debug)]
struct Frontal {
    own: usize,
    border: usize,
}

impl Frontal {
    fn size(self) -> usize {
        self.own + self.border
    }

    /// Entries of L.
    fn entries(self) -> usize {
        self.own * self.border + self.own * (self.own - usize::from(self.own > 0)) / 2
    }
}

/// What the nodes eliminated so far have left.
struct Stack<T> {
    /// Lower halves of Schur complements, column after column.
    values: Vec<T>,
    /// Where the border of a node starts among the unknowns, and its values on the stack.
    left: Vec<[usize; 2]>,
}

impl<T: Scalar> Substructured<T> {
    /// Factorises A − `shift` B; the unknowns of entity k are `start[k]..start[k + 1]`.
    pub(crate) fn new(
        tree: &ElementTree,
        start: &[usize],
        pencil: &ElementPencil<'_, T>,
        shift: T,
    ) -> Self {
        let (sizes, peak) = sizes(tree, start);
        let mut factors = Self {
            unknowns: Vec::with_capacity(sizes.iter().map(|f| f.size()).sum()),
            lower: Vec::with_capacity(sizes.iter().map(|f| f.entries()).sum()),
            inverse: Vec::with_capacity(pencil.size()),
            fronts: sizes,
        };
        let elements: Vec<Element<'_, T>> = pencil.elements().collect();
        let mut local = vec![usize::MAX; pencil.size()];
        let mut stack = Stack {
            values: Vec::with_capacity(peak),
            left: Vec::with_capacity(tree.nodes.len()),
        };
        let (mut values, mut pivots, mut map) = (Vec::new(), Pivots::default(), Vec::new());
        for (n, node) in tree.nodes.iter().enumerate() {
            let first = factors.unknowns.len();
            let frontal = factors.fronts[n];
            let entities = node.pivots.iter().chain(&node.boundary);
            factors
                .unknowns
                .extend(entities.flat_map(|&k| start[k]..start[k + 1]));
            for (l, &u) in factors.unknowns[first..].iter().enumerate() {
                local[u] = l;
            }
            let size = frontal.size();
            values.clear();
            values.resize(size * size, T::ZERO);
            let mut front = Front {
                values: &mut values,
                size,
            };
            match node.parts {
                Parts::Element(e) => {
                    let Element { unknowns, a, b, .. } = elements[e];
                    map.clear();
                    let place = |&u: &usize| if u == REMOVED { REMOVED } else { local[u] };
                    map.extend(unknowns.iter().map(place));
                    let mut entries = a.iter().zip(b);
                    for (c, &column) in map.iter().enumerate() {
                        for (&row, (&a, &b)) in map[c..].iter().zip(entries.by_ref()) {
                            if row != REMOVED && column != REMOVED {
                                let value = a - shift * b;
                                front.values[column.min(row) * size + column.max(row)] = value;
                            }
                        }
                    }
                }
                Parts::Halves(halves) => {
                    for half in halves {
                        let [border, mut at] = stack.left[half];
                        let count = factors.fronts[half].border;
                        map.clear();
                        map.extend(
                            factors.unknowns[border..border + count]
                                .iter()
                                .map(|&u| local[u]),
                        );
                        for (c, &column) in map.iter().enumerate() {
                            let entries = &stack.values[at..at + count - c];
                            for (&row, &value) in map[c..].iter().zip(entries) {
                                front.values[column.min(row) * size + column.max(row)] += value;
                            }
                            at += count - c;
                        }
                    }
                    stack.values.truncate(stack.left[halves[0]][1]);
                }
            }
            let own = &mut factors.unknowns[first..first + frontal.own];
            front.eliminate(frontal.own, own, &mut pivots);
            factors.inverse.extend_from_slice(&pivots.inverse);
            let columns = values.chunks_exact(size.max(1)).enumerate();
            stack.left.push([first + frontal.own, stack.values.len()]);
            for (j, column) in columns {
                if j < frontal.own {
                    factors.lower.extend_from_slice(&column[j + 1..]);
                } else {
                    stack.values.extend_from_slice(&column[j..]);
                }
            }
        }
        factors
    }

    /// Positive eigenvalues of a real A − σB, by Sylvester's law of inertia those of D.
    pub(crate) fn positive(&self) -> usize {
        let sign = |value: T| value.to_complex().re > 0.0;
        let (mut positive, mut j) = (0, 0);
        while j < self.inverse.len() {
            let [diagonal, coupling] = self.inverse[j];
            if coupling == T::ZERO {
                positive += usize::from(sign(diagonal));
                j += 1;
                continue;
            }
            let next = self.inverse[j + 1][0];
            positive += if sign(diagonal * next - coupling * coupling) {
                2 * usize::from(sign(diagonal))
            } else {
                1
            };
            j += 2;
        }
        positive
    }

    /// Solves in place; the columns are vectors of all unknowns.
    pub(crate) fn solve(&self, columns: &mut [Vec<T>]) {
        vectorised(
            #[inline(always)]
            || {
                self.forward(columns);
                self.backward(columns);
            },
        );
    }

    /// L⁻¹ of every column.
    #[inline(always)]
    fn forward(&self, columns: &mut [Vec<T>]) {
        let (mut unknowns, mut lower) = (&*self.unknowns, &*self.lower);
        let mut x: Vec<T> = Vec::new();
        for front in &self.fronts {
            let (numbers, later) = unknowns.split_at(front.size());
            let (own, further) = lower.split_at(front.entries());
            (unknowns, lower) = (later, further);
            for column in columns.iter_mut() {
                x.clear();
                x.extend(numbers.iter().map(|&u| column[u]));
                let mut rest = own;
                for j in 0..front.own {
                    let (l, next) = rest.split_at(front.size() - 1 - j);
                    rest = next;
                    let (head, tail) = x.split_at_mut(j + 1);
                    axpy(-head[j], l, tail);
                }
                for (&u, &value) in numbers.iter().zip(&x) {
                    column[u] = value;
                }
            }
        }
    }

    /// L⁻ᵀ D⁻¹ of every column.
    #[inline(always)]
    fn backward(&self, columns: &mut [Vec<T>]) {
        let (mut unknowns, mut lower, mut inverse) =
            (&*self.unknowns, &*self.lower, &*self.inverse);
        let mut x: Vec<T> = Vec::new();
        for front in self.fronts.iter().rev() {
            let (earlier, numbers) = unknowns.split_at(unknowns.len() - front.size());
            let (before, own) = lower.split_at(lower.len() - front.entries());
            let (first, blocks) = inverse.split_at(inverse.len() - front.own);
            (unknowns, lower, inverse) = (earlier, before, first);
            for column in columns.iter_mut() {
                x.clear();
                x.extend(numbers.iter().map(|&u| column[u]));
                let mut carried = T::ZERO;
                for j in 0..front.own {
                    let [diagonal, coupling] = blocks[j];
                    let mut value = diagonal * x[j] + carried;
                    carried = coupling * x[j];
                    if coupling != T::ZERO {
                        value += coupling * x[j + 1];
                    }
                    x[j] = value;
                }
                let mut rest = own;
                for j in (0..front.own).rev() {
                    let (next, l) = rest.split_at(rest.len() - (front.size() - 1 - j));
                    rest = next;
                    let sum = product(l, &x[j + 1..]);
                    x[j] -= sum;
                }
                for (&u, &value) in numbers[..front.own].iter().zip(&x) {
                    column[u] = value;
                }
            }
        }
    }
}

/// Sizes of the fronts, and the most that the stack holds at a time.
fn sizes(tree: &ElementTree, start: &[usize]) -> (Vec<Frontal>, usize) {
    let count = |entities: &[usize]| entities.iter().map(|&k| start[k + 1] - start[k]).sum();
    let mut sizes: Vec<Frontal> = Vec::with_capacity(tree.nodes.len());
    let (mut held, mut peak) = (0, 0);
    for node in &tree.nodes {
        let left = |frontal: Frontal| frontal.border * (frontal.border + 1) / 2;
        if let Parts::Halves(halves) = node.parts {
            held -= halves.map(|half| left(sizes[half])).iter().sum::<usize>();
        }
        let frontal = Frontal {
            own: count(&node.pivots),
            border: count(&node.boundary),
        };
        held += left(frontal);
        peak = peak.max(held);
        sizes.push(frontal);
    }
    (sizes, peak)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{ElementMatrices, pseudo_random};

    /// A chain of elements of three unknowns, two of them shared.
    #[test]
    fn solves_what_the_elements_multiply() {
        let count = 9;
        let entities: Vec<Vec<usize>> = (0..count).map(|e| vec![e, e + 1, count + 1 + e]).collect();
        let centroids: Vec<[f64; 2]> = (0..count).map(|e| [e as f64, 0.0]).collect();
        let tree = ElementTree::new(&entities, &centroids, 2 * count + 1);
        // Two unknowns at every entity.
        let start: Vec<usize> = (0..=2 * count + 1).map(|k| 2 * k).collect();
        let size = start[start.len() - 1];
        let numbers = || {
            let of_entity = |&k: &usize| [Some(2 * k), Some(2 * k + 1)];
            // One function is removed.
            let kept = move |u: &Option<usize>| u.filter(|&u| u + 1 != size);
            entities
                .iter()
                .flatten()
                .flat_map(of_entity)
                .map(move |u| kept(&u))
        };
        let mut start = start.clone();
        start[2 * count + 1] -= 1;
        let size = start[2 * count + 1];
        let symmetric = |seed: usize| {
            let random: Vec<f64> = pseudo_random(36, seed as u64);
            (0..36)
                .map(|k| random[k] + random[6 * (k % 6) + k / 6])
                .collect::<Vec<f64>>()
        };
        let (mut matrices, mut same) = (
            ElementMatrices::with_capacity(count, 6),
            ElementMatrices::with_capacity(count, 6),
        );
        for e in 0..count {
            matrices.push(6, &symmetric(2 * e), &symmetric(2 * e + 1));
            same.push(6, &symmetric(2 * e), &symmetric(2 * e));
        }
        let pencil = ElementPencil::<f64>::new(&matrices, size, numbers());
        let factors = Substructured::new(&tree, &start, &pencil, 0.0);
        let x: Vec<f64> = pseudo_random(size, 99);
        // With A for B, A⁻¹B is one.
        let mut columns = vec![x.clone(), x.iter().map(|v| 2.0 * v).collect()];
        ElementPencil::new(&same, size, numbers()).apply_b(&mut columns);
        factors.solve(&mut columns);
        for (value, expected) in columns[1].iter().zip(&x) {
            // Round-off times the condition of a random matrix of 37 rows.
            assert!((value - 2.0 * expected).abs() < 1e-9, "{value} {expected}");
        }
    }
}
