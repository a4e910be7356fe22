//! Fewer and better triangles once all are small enough.
//!
//! A vertex inside a face is taken out where its star can be filled by triangles that keep the wanted
//! size and angle (the best of all triangulations of the star, by dynamic programming), or is moved
//! towards the middle of its neighbours where that widens the smallest angle around it.

use std::collections::BTreeMap;

use super::curve::{Point, cross, distance, lerp};
use super::delaunay::{Mesher, Origin, Segment, Segments, corner, key};
use super::refinement::SMALLEST_ANGLE;
use crate::MeshError;

/// Rounds of taking out and moving.
const ROUNDS: usize = 4;
/// Most neighbours of a vertex that is taken out.
const LARGEST_STAR: usize = 10;

/// Triangles, and those around each vertex.
struct Stars {
    triangles: Vec<Option<[usize; 3]>>,
    around: Vec<Vec<usize>>,
}

impl Stars {
    fn new(triangles: Vec<[usize; 3]>, vertices: usize) -> Self {
        let mut stars = Self {
            triangles: Vec::new(),
            around: vec![Vec::new(); vertices],
        };
        for triangle in triangles {
            stars.add(triangle);
        }
        stars
    }

    fn add(&mut self, triangle: [usize; 3]) {
        for v in triangle {
            self.around[v].push(self.triangles.len());
        }
        self.triangles.push(Some(triangle));
    }

    /// The triangles around a vertex.
    fn of(&self, v: usize) -> impl Iterator<Item = [usize; 3]> {
        self.around[v].iter().filter_map(|&t| self.triangles[t])
    }

    /// The neighbours of an inner vertex, anticlockwise.
    fn ring(&self, v: usize) -> Vec<usize> {
        let next: BTreeMap<usize, usize> = self
            .of(v)
            .filter_map(|t| {
                let k = t.iter().position(|&w| w == v)?;
                Some((t[(k + 1) % 3], t[(k + 2) % 3]))
            })
            .collect();
        let mut ring: Vec<usize> = next.keys().next().copied().into_iter().collect();
        while let Some(&after) = ring.last().and_then(|last| next.get(last)) {
            if after == ring[0] || ring.len() > next.len() {
                break;
            }
            ring.push(after);
        }
        ring
    }

    fn replace(&mut self, v: usize, by: &[[usize; 3]]) {
        for t in std::mem::take(&mut self.around[v]) {
            for w in self.triangles[t].take().into_iter().flatten() {
                self.around[w].retain(|&other| other != t);
            }
        }
        for &triangle in by {
            self.add(triangle);
        }
    }
}

impl Mesher<'_> {
    /// Takes out and moves vertices; the triangles that remain, with vertices numbered anew.
    pub(super) fn tidy(&mut self) -> Result<Vec<[usize; 3]>, MeshError> {
        let mut stars = Stars::new(self.triangles(), self.positions.len());
        let inner = |mesher: &Self, v: usize| mesher.origins[v] == Origin::Inside;
        for _ in 0..ROUNDS {
            for v in 0..self.positions.len() {
                if inner(self, v)
                    && !stars.around[v].is_empty()
                    && let Some(filling) = self.filling(&stars.ring(v))?
                {
                    stars.replace(v, &filling);
                }
            }
            for v in 0..self.positions.len() {
                if inner(self, v) && !stars.around[v].is_empty() {
                    self.centre(&stars, v)?;
                }
            }
        }
        let used: Vec<bool> = stars
            .around
            .iter()
            .map(|around| !around.is_empty())
            .collect();
        Ok(self.renumber(stars.triangles.into_iter().flatten().collect(), &used))
    }

    /// Smallest angle of a triangle; `None` if it may not be.
    fn quality(&self, t: [usize; 3]) -> Result<Option<f64>, MeshError> {
        let p = t.map(|v| self.positions[v]);
        let joined = (0..3).any(|k| self.is_singular(t[k]) && self.is_singular(t[(k + 1) % 3]));
        if cross(p[0], p[1], p[2]) <= 0.0 || joined {
            return Ok(None);
        }
        let smallest = (0..3)
            .map(|k| corner(p[k], p[(k + 1) % 3], p[(k + 2) % 3]))
            .fold(f64::INFINITY, f64::min);
        let longest = (0..3)
            .map(|k| distance(p[k], p[(k + 1) % 3]))
            .fold(0.0, f64::max);
        let fits = longest <= self.wanted_in(p)? * (1.0 + 1e-6) && self.folded(t).is_none();
        Ok(fits.then_some(smallest))
    }

    /// The triangles of widest smallest angle that fill a ring, if that angle is wide enough.
    fn filling(&self, ring: &[usize]) -> Result<Option<Vec<[usize; 3]>>, MeshError> {
        let n = ring.len();
        if !(3..=LARGEST_STAR).contains(&n) {
            return Ok(None);
        }
        // smallest angle and apex of the best filling between the vertices i and j of the ring
        let mut best = vec![vec![(f64::INFINITY, 0); n]; n];
        for span in 2..n {
            for i in 0..n - span {
                let j = i + span;
                best[i][j] = (0.0, 0);
                for k in i + 1..j {
                    let sides = best[i][k].0.min(best[k][j].0);
                    if sides > best[i][j].0
                        && let Some(angle) = self.quality([ring[i], ring[k], ring[j]])?
                        && sides.min(angle) > best[i][j].0
                    {
                        best[i][j] = (sides.min(angle), k);
                    }
                }
            }
        }
        if best[0][n - 1].0 < SMALLEST_ANGLE {
            return Ok(None);
        }
        let mut filling = Vec::with_capacity(n - 2);
        let mut spans = vec![(0, n - 1)];
        while let Some((i, j)) = spans.pop() {
            if j > i + 1 {
                let k = best[i][j].1;
                filling.push([ring[i], ring[k], ring[j]]);
                spans.extend([(i, k), (k, j)]);
            }
        }
        Ok(Some(filling))
    }

    /// Moves a vertex towards the middle of its neighbours.
    fn centre(&mut self, stars: &Stars, v: usize) -> Result<(), MeshError> {
        let ring = stars.ring(v);
        let middle: Point = [0, 1]
            .map(|d| ring.iter().map(|&w| self.positions[w][d]).sum::<f64>() / ring.len() as f64);
        let old = self.positions[v];
        let worst = |mesher: &Self| -> Result<f64, MeshError> {
            let mut worst = f64::INFINITY;
            for t in stars.of(v) {
                worst = worst.min(mesher.quality(t)?.unwrap_or(0.0));
            }
            Ok(worst)
        };
        let before = worst(self)?;
        for step in [1.0, 0.5, 0.25] {
            self.positions[v] = lerp(old, middle, step);
            if worst(self)? > before {
                return Ok(());
            }
        }
        self.positions[v] = old;
        Ok(())
    }

    /// Drops the vertices that are not used.
    fn renumber(&mut self, mut triangles: Vec<[usize; 3]>, used: &[bool]) -> Vec<[usize; 3]> {
        let mut count = 0;
        let number: Vec<usize> = used
            .iter()
            .map(|&used| {
                count += usize::from(used);
                count.saturating_sub(1)
            })
            .collect();
        let keep = || used.iter().copied();
        let mut kept = keep();
        self.positions.retain(|_| kept.next() == Some(true));
        let mut kept = keep();
        self.origins.retain(|_| kept.next() == Some(true));
        self.segments = std::mem::take(&mut self.segments)
            .into_values()
            .map(|Segment { piece, ends }| {
                let ends = ends.map(|(v, t)| (number[v], t));
                (key(ends[0].0, ends[1].0), Segment { piece, ends })
            })
            .collect::<Segments>();
        for triangle in &mut triangles {
            *triangle = triangle.map(|v| number[v]);
        }
        triangles
    }
}
