//! What the solvers do on growing grids: eight laser stripes on a stack of seven layers, on n³ cells.
//!
//! U: even cells in x and y. G: graded to the stripes by 1000 : 1, as in z. H: the grid of G with lateral contrasts, mesas of 60
//! beside 1.4 W/(m K), copper of 400 in oxide, a gap of 0.1 in 3. The longer test prints what a solve costs:
//! `cargo test --release -p cpo-solver --lib heat::growth -- --ignored --nocapture`.

use std::time::Instant;

use cpo_meshes::{Axis, RectilinearGrid};

use super::gradients::{self, Convergence};
use super::multigrid::Multigrid;
use super::operator::{Medium, Operator};
use super::separable::Separable;

/// Thickness in m and conductivity in plane and through, bottom to top.
const LAYERS: [(f64, f64, f64); 7] = [
    (800e-6, 15.0, 0.5),
    (100e-6, 130.0, 130.0),
    (20e-6, 3.0, 3.0),
    (200e-6, 130.0, 130.0),
    (3e-6, 1.4, 1.4),
    (3e-6, 60.0, 60.0),
    (2e-6, 1.4, 1.4),
];
const FACES: [f64; 6] = [0.0, 0.0, 0.0, 0.0, 5e3, 0.0];

fn stripe(number: usize) -> f64 {
    (number as f64 - 3.5) * 250e-6
}

/// From the nearest stripe's middle.
fn from_stripe(x: f64) -> f64 {
    (0..8).fold(f64::INFINITY, |least, s| least.min((x - stripe(s)).abs()))
}

/// Heights of the layers' lower faces and of the top.
fn heights() -> Vec<f64> {
    LAYERS.iter().fold(vec![0.0], |mut faces, (thickness, ..)| {
        faces.push(faces[faces.len() - 1] + thickness);
        faces
    })
}

/// `n` cells of a size that grows from `finest` by `growth` times the distance from the nearest of `marks`.
fn graded([lower, upper]: [f64; 2], n: usize, finest: f64, growth: f64, marks: &[f64]) -> Axis {
    let samples = 200_000;
    let step = (upper - lower) / f64::from(samples);
    let size = |x: f64| {
        let nearest = marks
            .iter()
            .fold(f64::INFINITY, |d, m| d.min((x - m).abs()));
        finest + growth * nearest
    };
    let mut count = vec![0.0];
    for s in 0..samples {
        let x = lower + (f64::from(s) + 0.5) * step;
        count.push(count[s as usize] + step / size(x));
    }
    let total = count[count.len() - 1];
    let mut faces = vec![lower];
    for face in 1..n {
        let wanted = total * face as f64 / n as f64;
        let s = count.partition_point(|&c| c < wanted) - 1;
        let part = (wanted - count[s]) / (count[s + 1] - count[s]);
        faces.push(lower + (s as f64 + part) * step);
    }
    faces.push(upper);
    Axis::from_faces(faces).unwrap()
}

struct Case {
    grid: RectilinearGrid<3>,
    conductivity: Medium,
    operator: Operator,
}

impl Case {
    fn new(kind: char, n: usize) -> Self {
        let half = 3e-3;
        let fineness = 128.0 / n as f64;
        let heights = heights();
        let edges: Vec<f64> = (0..8)
            .flat_map(|s| [stripe(s) - 2e-6, stripe(s) + 2e-6])
            .collect();
        let lateral = match kind {
            'U' => [(); 2].map(|()| Axis::uniform(-half, half, n).unwrap()),
            _ => [
                graded([-half, half], n, 1e-6 * fineness, 0.35, &edges),
                graded([-half, half], n, 4e-6 * fineness, 0.2, &[-150e-6, 150e-6]),
            ],
        };
        let z = graded([0.0, heights[7]], n, 0.4e-6 * fineness, 0.2, &heights[4..7]);
        let [x, y] = lateral;
        let grid = RectilinearGrid::new([x, y, z]);
        let mut conductivity = Medium {
            x: Vec::with_capacity(grid.cells()),
            y: Vec::with_capacity(grid.cells()),
            z: Vec::with_capacity(grid.cells()),
            contacts: vec![],
            storage: vec![],
            films: Default::default(),
        };
        let [x, y, z] = grid.axes().each_ref().map(Axis::centres);
        for &x in &x {
            for &y in &y {
                for &z in &z {
                    let layer = heights[1..7].partition_point(|&top| top <= z);
                    let (_, mut in_plane, mut through) = LAYERS[layer];
                    if let (Some(k), 'H') = (contrast(layer, x, y), kind) {
                        (in_plane, through) = (k, k);
                    }
                    conductivity.x.push(in_plane);
                    conductivity.y.push(in_plane);
                    conductivity.z.push(through);
                }
            }
        }
        let operator = Operator::new(&grid, &conductivity, &FACES);
        Self {
            grid,
            conductivity,
            operator,
        }
    }

    /// 1 W in each of four stripes.
    fn loads(&self, first: usize) -> Vec<[f64; 4]> {
        let mut b = vec![[0.0; 4]; self.grid.cells()];
        let [nx, ny, nz] = self.grid.shape();
        let (axis_x, axis_y, axis_z) = (self.grid.axis(0), self.grid.axis(1), self.grid.axis(2));
        let heights = heights();
        for lane in 0..4 {
            let mut cells = Vec::new();
            for i in 0..nx {
                let off = (axis_x.centre(i) - stripe(first + lane)).abs();
                if off > axis_x.width(i).max(2e-6) {
                    continue;
                }
                for j in (0..ny).filter(|&j| axis_y.centre(j).abs() < 150e-6) {
                    let inside = |k: &usize| {
                        let z = axis_z.centre(*k);
                        z > heights[5] && z < heights[6]
                    };
                    cells.extend((0..nz).filter(inside).map(|k| [i, j, k]));
                }
            }
            let volume: f64 = cells
                .iter()
                .map(|&[i, j, k]| self.grid.volume(i, j, k))
                .sum();
            for [i, j, k] in cells {
                b[(i * ny + j) * nz + k][lane] = self.grid.volume(i, j, k) / volume;
            }
        }
        b
    }

    fn multigrid(&self) -> Multigrid {
        Multigrid::new(self.grid.axes(), &self.conductivity, &FACES, &self.operator)
    }

    fn iterate(&self, multigrid: &Multigrid, first: usize) -> Convergence {
        let load = self.loads(first);
        gradients::solve(&self.operator, multigrid, load, 1e-8, 100).1
    }
}

/// What stands in a layer of H instead.
fn contrast(layer: usize, x: f64, y: f64) -> Option<f64> {
    let off = from_stripe(x);
    match layer {
        2 if (x.abs() < 1.5e-3) != (y > 0.5e-3) => Some(0.1),
        4 if (30e-6..40e-6).contains(&off) && y.abs() < 100e-6 => Some(400.0),
        5 if off > 10e-6 || y.abs() > 200e-6 => Some(1.4),
        6 if (20e-6..60e-6).contains(&off) && y.abs() < 250e-6 => Some(400.0),
        _ => None,
    }
}

#[test]
fn iterations_hardly_grow() {
    // measured 8, 9; 9, 10; 12, 16, and two on top
    for (kind, most) in [('U', [10, 11]), ('G', [11, 12]), ('H', [14, 18])] {
        for (n, most) in [32, 64].into_iter().zip(most) {
            let case = Case::new(kind, n);
            let found = case.iterate(&case.multigrid(), 0);
            assert!(found.iterations <= most, "{kind} {n}: {found:?}");
            assert!(found.residual < 2e-8, "{found:?}");
        }
    }
}

/// User and system time of this process, s.
fn processor() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}

#[test]
#[ignore = "minutes, and gigabytes: prints what a solve costs"]
fn cost_of_eight_loads() {
    for n in [64, 128, 256] {
        for kind in ['U', 'G', 'H'] {
            let case = Case::new(kind, n);
            let (start, wall) = (processor(), Instant::now());
            let multigrid = case.multigrid();
            let found = [0, 4].map(|first| case.iterate(&multigrid, first));
            println!(
                "{kind} {n}^3 iteration: {:.2} s of processor, {:.2} s; {found:?}, complexity {:.2}",
                processor() - start,
                wall.elapsed().as_secs_f64(),
                multigrid.complexity()
            );
            drop(multigrid);
            let start = processor();
            let factors = Separable::new(&case.grid, &case.conductivity, &FACES);
            let Some(factors) = factors else {
                continue;
            };
            for first in [0, 4] {
                let load = case.loads(first);
                let t = factors.solve(&load);
                let found = Convergence::of(&case.operator, &t, &load, 1);
                println!(
                    "{kind} {n}^3 direct: {:.2} s so far; {found:?}",
                    processor() - start
                );
            }
        }
    }
}
