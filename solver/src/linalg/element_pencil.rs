//! A pencil A − λ B as a sum over elements, both matrices symmetric; or a quadratic one, A − ν² B + iν C, C
//! antisymmetric.

use super::kernels::{axpy, product, vectorised};
use super::scalar::Scalar;

/// Matrices A and B of every element, whatever walls there are.
#[derive(Clone, Debug)]
pub(crate) struct ElementMatrices<T> {
    places: Vec<Place>,
    /// Lower halves, column after column.
    a: Vec<T>,
    b: Vec<T>,
    /// Empty if the pencil is linear.
    c: Vec<T>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    values: usize,
    /// Functions on the element.
    count: usize,
}

/// One of the matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A.
    A,
    /// B.
    B,
    /// C.
    C,
}

impl<T: Scalar> ElementMatrices<T> {
    /// With room for `elements` of `count` functions each.
    pub(crate) fn with_capacity(elements: usize, count: usize) -> Self {
        let values = elements * count * (count + 1) / 2;
        Self {
            places: Vec::with_capacity(elements),
            a: Vec::with_capacity(values),
            b: Vec::with_capacity(values),
            c: Vec::new(),
        }
    }

    /// Adds an element of `count` functions with square matrices, row after row.
    pub(crate) fn push(&mut self, count: usize, a: &[T], b: &[T]) {
        let values = self.a.len();
        self.places.push(Place { values, count });
        for c in 0..count {
            self.a.extend_from_slice(&a[c * count + c..(c + 1) * count]);
            self.b.extend_from_slice(&b[c * count + c..(c + 1) * count]);
        }
    }

    /// Adds the antisymmetric matrix of the element pushed last; those without one have 0.
    pub(crate) fn push_antisymmetric(&mut self, count: usize, matrix: &[T]) {
        let values = count * (count + 1) / 2;
        self.c.resize(self.a.len() - values, T::ZERO);
        for c in 0..count {
            // By columns, the transpose of the rows that are given.
            let entries = matrix[c * count + c..(c + 1) * count].iter();
            self.c.extend(entries.map(|&v| -v));
        }
    }

    fn is_quadratic(&self) -> bool {
        !self.c.is_empty()
    }
}

/// The pencil of the functions that walls have left.
#[derive(Clone, Debug)]
pub(crate) struct ElementPencil<'a, T> {
    matrices: &'a ElementMatrices<T>,
    /// Unknowns of every element's functions in turn, [`REMOVED`] where there is none.
    unknowns: Vec<usize>,
    size: usize,
}

/// The number of a function that a wall has removed.
pub(super) const REMOVED: usize = usize::MAX;

/// One element: unknowns, and the lower halves of A and B column after column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a, T> {
    pub(super) unknowns: &'a [usize],
    pub(super) a: &'a [T],
    pub(super) b: &'a [T],
    /// Of C, with the sign of what is below the diagonal; empty where it is 0.
    c: &'a [T],
}

impl<'a, T: Scalar> ElementPencil<'a, T> {
    /// Of `size` unknowns; `numbers` are those of every element's functions in turn.
    pub(crate) fn new(
        matrices: &'a ElementMatrices<T>,
        size: usize,
        numbers: impl Iterator<Item = Option<usize>>,
    ) -> Self {
        Self {
            matrices,
            unknowns: numbers.map(|u| u.unwrap_or(REMOVED)).collect(),
            size,
        }
    }

    /// Whether there is a C.
    pub(crate) fn is_quadratic(&self) -> bool {
        self.matrices.is_quadratic()
    }

    /// Whether all matrices are real.
    pub(crate) fn is_real(&self) -> bool {
        let ElementMatrices { a, b, c, .. } = self.matrices;
        let mut values = a.iter().chain(b).chain(c);
        T::REAL || values.all(|v| v.to_complex().im == 0.0)
    }

    /// How many unknowns there are.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// The elements in their order.
    pub(super) fn elements(&self) -> impl Iterator<Item = Element<'_, T>> {
        let mut at = 0;
        self.matrices
            .places
            .iter()
            .map(move |&Place { values, count }| {
                let first = at;
                at += count;
                let range = values..values + count * (count + 1) / 2;
                Element {
                    unknowns: &self.unknowns[first..at],
                    a: &self.matrices.a[range.clone()],
                    b: &self.matrices.b[range.clone()],
                    c: self.matrices.c.get(range).unwrap_or_default(),
                }
            })
    }

    /// B x of every column, in place.
    pub(crate) fn apply_b(&self, columns: &mut [Vec<T>]) {
        let images = self.images(Part::B, columns);
        for (column, image) in columns.iter_mut().zip(images) {
            *column = image;
        }
    }

    /// A x, B x or C x of every column.
    pub(crate) fn images(&self, part: Part, columns: &[Vec<T>]) -> Vec<Vec<T>> {
        let mut sums = vec![vec![T::ZERO; self.size]; columns.len()];
        vectorised(
            #[inline(always)]
            || self.add(part, columns, &mut sums),
        );
        sums
    }

    #[inline(always)]
    fn add(&self, part: Part, columns: &[Vec<T>], sums: &mut [Vec<T>]) {
        let (mut own, mut image) = (Vec::new(), Vec::new());
        let sign = T::real(if part == Part::C { -1.0 } else { 1.0 });
        for element in self.elements() {
            for (column, sum) in columns.iter().zip(sums.iter_mut()) {
                gather(element.unknowns, column, &mut own);
                image.clear();
                image.resize(own.len(), T::ZERO);
                let mut rest = match part {
                    Part::A => element.a,
                    Part::B => element.b,
                    Part::C if element.c.is_empty() => continue,
                    Part::C => element.c,
                };
                for (c, &value) in own.iter().enumerate() {
                    let (half, next) = rest.split_at(own.len() - c);
                    rest = next;
                    image[c] += sign * product(&half[1..], &own[c + 1..]);
                    axpy(value, half, &mut image[c..]);
                }
                for (&u, &value) in element.unknowns.iter().zip(&image) {
                    if u != REMOVED {
                        sum[u] += value;
                    }
                }
            }
        }
    }

    /// xᵀA x and xᵀB x.
    pub(crate) fn forms(&self, x: &[T]) -> [T; 2] {
        let mut forms = [T::ZERO; 2];
        let mut own = Vec::new();
        for element in self.elements() {
            gather(element.unknowns, x, &mut own);
            for (form, mut rest) in forms.iter_mut().zip([element.a, element.b]) {
                for (c, &value) in own.iter().enumerate() {
                    let (half, next) = rest.split_at(own.len() - c);
                    rest = next;
                    let off = product(&half[1..], &own[c + 1..]);
                    *form += value * (half[0] * value + off + off);
                }
            }
        }
        forms
    }
}

#[inline(always)]
fn gather<T: Scalar>(unknowns: &[usize], x: &[T], own: &mut Vec<T>) {
    own.clear();
    own.extend(
        unknowns
            .iter()
            .map(|&u| if u == REMOVED { T::ZERO } else { x[u] }),
    );
}
