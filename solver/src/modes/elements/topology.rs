//! Vertices, sides and cells of a triangulation, and where the unknowns of an order sit on them.

use super::basis::{Counts, SIDES};
use std::ops::Range;

/// A triangulation as the elements see it.
#[derive(Clone, Debug)]
pub(super) struct Topology {
    pub(super) vertex_count: usize,
    /// Vertices of every side, from low to high.
    pub(super) sides: Vec<[usize; 2]>,
    /// Vertices of every triangle, sorted.
    pub(super) triangles: Vec<[usize; 3]>,
    /// Its sides in the order of [`SIDES`].
    pub(super) triangle_sides: Vec<[usize; 3]>,
}

impl Topology {
    pub(super) fn new(vertex_count: usize, triangles: impl Iterator<Item = [usize; 3]>) -> Self {
        let triangles: Vec<[usize; 3]> = triangles
            .map(|mut t| {
                t.sort_unstable();
                t
            })
            .collect();
        let mut keyed: Vec<([usize; 2], usize)> = Vec::with_capacity(3 * triangles.len());
        for (t, vertices) in triangles.iter().enumerate() {
            for (k, [a, b]) in SIDES.into_iter().enumerate() {
                keyed.push(([vertices[a], vertices[b]], 3 * t + k));
            }
        }
        keyed.sort_unstable();
        let mut sides: Vec<[usize; 2]> = Vec::with_capacity(keyed.len());
        let mut triangle_sides = vec![[0; 3]; triangles.len()];
        for (side, place) in keyed {
            if sides.last() != Some(&side) {
                sides.push(side);
            }
            triangle_sides[place / 3][place % 3] = sides.len() - 1;
        }
        Self {
            vertex_count,
            sides,
            triangles,
            triangle_sides,
        }
    }

    /// Entities that carry unknowns: vertices, then sides, then cells.
    pub(super) fn entity_count(&self) -> usize {
        self.vertex_count + self.sides.len() + self.triangles.len()
    }

    /// The entity of `coarser` that each entity was, where the vertices of that mesh are the first ones
    /// of this.
    pub(super) fn origins(&self, coarser: &Self) -> Vec<Option<usize>> {
        let known = coarser.vertex_count;
        let vertices = (0..self.vertex_count).map(|v| (v < known).then_some(v));
        let sides = self
            .sides
            .iter()
            .map(|s| coarser.sides.binary_search(s).ok().map(|k| known + k));
        let mut cells: Vec<([usize; 3], usize)> = coarser
            .triangles
            .iter()
            .copied()
            .zip(known + coarser.sides.len()..)
            .collect();
        cells.sort_unstable();
        let cell = |t: &[usize; 3]| {
            let place = cells
                .binary_search_by_key(t, |&(vertices, _)| vertices)
                .ok();
            place.map(|k| cells[k].1)
        };
        vertices
            .chain(sides)
            .chain(self.triangles.iter().map(cell))
            .collect()
    }

    /// Entities of a triangle: three vertices, three sides, the cell.
    pub(super) fn entities(&self, triangle: usize) -> [usize; 7] {
        let [a, b, c] = self.triangles[triangle];
        let sides = self.triangle_sides[triangle].map(|s| self.vertex_count + s);
        let cell = self.vertex_count + self.sides.len() + triangle;
        [a, b, c, sides[0], sides[1], sides[2], cell]
    }
}

/// Where an order's unknowns are.
#[derive(Clone, Debug)]
pub(super) struct Space {
    pub(super) order: usize,
    pub(super) counts: Counts,
    /// Unknowns of entity k are `start[k]..start[k + 1]`: of e first, then of φ. None on electric walls.
    pub(super) start: Vec<usize>,
}

impl Space {
    /// `removed[k]`: entity k lies on an electric wall.
    pub(super) fn new(topology: &Topology, order: usize, removed: &[bool]) -> Self {
        let counts = Counts::of(order);
        let cells = topology.vertex_count + topology.sides.len();
        let mut start = Vec::with_capacity(topology.entity_count() + 1);
        start.push(0);
        let mut next = 0;
        for (entity, &removed) in removed.iter().enumerate() {
            if !removed {
                next += if entity < topology.vertex_count {
                    1
                } else if entity < cells {
                    counts.side + counts.nodal_side
                } else {
                    counts.inside + counts.nodal_inside
                };
            }
            start.push(next);
        }
        Self {
            order,
            counts,
            start,
        }
    }

    pub(super) fn unknowns(&self) -> usize {
        self.start[self.start.len() - 1]
    }

    /// How many of the unknowns are those of φ.
    pub(super) fn nodal_unknowns(&self, topology: &Topology) -> usize {
        let cells = topology.vertex_count + topology.sides.len();
        let present = |entity: &usize| !self.range(*entity).is_empty();
        let of = |entity: usize| match entity {
            vertex if vertex < topology.vertex_count => 1,
            side if side < cells => self.counts.nodal_side,
            _ => self.counts.nodal_inside,
        };
        (0..topology.entity_count()).filter(present).map(of).sum()
    }

    fn range(&self, entity: usize) -> Range<usize> {
        self.start[entity]..self.start[entity + 1]
    }

    /// Unknown of every function on a triangle, those of e first; none where a wall has removed it.
    pub(super) fn numbers(&self, topology: &Topology, triangle: usize) -> Vec<Option<usize>> {
        let entities = topology.entities(triangle);
        let Counts {
            side,
            inside,
            nodal_side,
            nodal_inside,
        } = self.counts;
        let mut numbers = Vec::with_capacity(self.counts.edge() + self.counts.nodal());
        let mut push = |entity: usize, from: usize, count: usize| {
            let range = self.range(entity);
            let present = !range.is_empty();
            numbers.extend((from..from + count).map(|k| present.then_some(range.start + k)));
        };
        for &entity in &entities[3..6] {
            push(entity, 0, side);
        }
        push(entities[6], 0, inside);
        for &entity in &entities[..3] {
            push(entity, 0, 1);
        }
        for &entity in &entities[3..6] {
            push(entity, side, nodal_side);
        }
        push(entities[6], inside, nodal_inside);
        numbers
    }

    /// A vector of a lower order as one of this order: the same field on the entities k that were
    /// entity `origin[k]`, 0 on new ones.
    pub(super) fn embed<T: Copy>(
        &self,
        lower: &Self,
        origin: &[Option<usize>],
        x: &[T],
        zero: T,
    ) -> Vec<T> {
        let mut embedded = vec![zero; self.unknowns()];
        for (entity, &before) in origin.iter().enumerate() {
            let Some(before) = before else { continue };
            let (from, to) = (lower.range(before), self.range(entity));
            if from.is_empty() || to.is_empty() {
                continue;
            }
            // A vertex has one unknown at any order.
            if from.len() == to.len() {
                embedded[to].copy_from_slice(&x[from]);
                continue;
            }
            let is_side = from.len() == lower.counts.side + lower.counts.nodal_side
                && to.len() == self.counts.side + self.counts.nodal_side;
            let (split_from, split_to) = if is_side {
                (lower.counts.side, self.counts.side)
            } else {
                (lower.counts.inside, self.counts.inside)
            };
            let edge = &x[from.start..from.start + split_from];
            embedded[to.start..to.start + split_from].copy_from_slice(edge);
            let nodal = &x[from.start + split_from..from.end];
            let at = to.start + split_to;
            embedded[at..at + nodal.len()].copy_from_slice(nodal);
        }
        embedded
    }
}
