//! What the tests of heat share: materials, cooled faces, and a laterally uniform stack with its exact solution.
#![allow(dead_code)] // each test uses some of it

use std::f64::consts::PI;

use cpo_materials::{HeatTransferCoefficient, Material, Temperature, ThermalConductivity};
use cpo_meshes::{Direction, Floorplan, Footprint};
use cpo_solver::heat::{Boundaries, Boundary, HeatProblem};

pub const AMBIENT: Temperature = Temperature::celsius(25.0);

pub fn anisotropic(in_plane: f64, through: f64) -> Material {
    Material::builder("test")
        .anisotropic_conductivity(
            ThermalConductivity::w_per_m_k(in_plane),
            ThermalConductivity::w_per_m_k(through),
        )
        .build()
        .unwrap()
}

pub fn isotropic(k: f64) -> Material {
    Material::with_conductivity(ThermalConductivity::w_per_m_k(k))
}

pub fn convection(h: f64) -> Boundary {
    let coefficient = HeatTransferCoefficient::w_per_m2_k(h);
    Boundary::Convection {
        coefficient,
        ambient: AMBIENT,
    }
}

pub fn cooled_base(h: f64) -> Boundaries {
    Boundaries {
        bottom: convection(h),
        ..Boundaries::insulated()
    }
}

/// A laterally uniform stack on insulated sides and top; the exact crosstalk by cosine series.
///
/// With λ² = (mπ/Lx)² + (nπ/Ly)² each term is a slab problem, k_z T'' = k λ² T − q, whose layers are joined by
/// admittances Y = flux/temperature: Y' = K (Y + K tanh κd)/(K + Y tanh κd), κ = λ √(k/k_z), K = k_z κ.
pub struct Stack {
    pub size: [f64; 2],
    pub base: f64,
    /// (in plane, through, thickness) from the bottom.
    pub layers: Vec<[f64; 3]>,
    pub source_layer: usize,
    pub sources: Vec<Footprint>,
    /// (layer, contact resistance to the one below, m² K/W): as a film that conducts through, not along.
    pub contact: Option<(usize, f64)>,
}

impl Stack {
    /// Mean rise over the source layer per W/m² of that lateral harmonic.
    fn response(&self, lambda: f64) -> f64 {
        let through = |y: f64, [k, kz, d]: [f64; 3]| {
            if lambda == 0.0 {
                return y / (1.0 + y * d / kz);
            }
            let admittance = lambda * (k * kz).sqrt();
            let t = (lambda * (k / kz).sqrt() * d).tanh();
            admittance * (y + admittance * t) / (admittance + y * t)
        };
        let s = self.source_layer;
        let contact = |y: f64, layer: usize| match self.contact {
            Some((above, resistance)) if above == layer => y / (1.0 + y * resistance),
            _ => y,
        };
        let below = (0..s).fold(self.base, |y, n| through(contact(y, n), self.layers[n]));
        let below = contact(below, s);
        let above = self.layers[s + 1..]
            .iter()
            .rev()
            .fold(0.0, |y, &layer| through(y, layer));
        let [k, kz, d] = self.layers[s];
        if lambda == 0.0 {
            // insulated above: all heat leaves below; mean of a parabola
            return 1.0 / below + d / (3.0 * kz);
        }
        // T = p + a exp(−κz) + b exp(κ(z − d)), heat 1/d per volume
        let kappa = lambda * (k / kz).sqrt();
        let (p, e, g) = (
            1.0 / (d * k * lambda * lambda),
            (-kappa * d).exp(),
            kz * kappa,
        );
        let [[a11, a12], [a21, a22]] = [[g + below, (below - g) * e], [(above - g) * e, g + above]];
        let (b1, b2) = (-below * p, -above * p);
        let determinant = a11 * a22 - a12 * a21;
        let sum = (b1 * a22 - b2 * a12 + a11 * b2 - a21 * b1) / determinant;
        p + sum * (1.0 - e) / (kappa * d)
    }

    /// R with `terms` harmonics along x and y.
    pub fn exact(&self, terms: usize) -> Vec<Vec<f64>> {
        let [lx, ly] = self.size;
        let mean = |span: [f64; 2], length: f64, m: usize| {
            let q = m as f64 * PI / length;
            if m == 0 {
                return 1.0;
            }
            let phase = |x: f64| q * (x + 0.5 * length);
            (phase(span[1]).sin() - phase(span[0]).sin()) / (q * (span[1] - span[0]))
        };
        let n = self.sources.len();
        let table = |axis: usize, length: f64| -> Vec<Vec<f64>> {
            let span = |s: &Footprint| if axis == 0 { s.x } else { s.y };
            self.sources
                .iter()
                .map(|s| (0..terms).map(|m| mean(span(s), length, m)).collect())
                .collect()
        };
        let (cx, cy) = (table(0, lx), table(1, ly));
        let mut r = vec![vec![0.0; n]; n];
        for m in 0..terms {
            for l in 0..terms {
                let lambda = ((m as f64 * PI / lx).powi(2) + (l as f64 * PI / ly).powi(2)).sqrt();
                let weight = if m == 0 { 1.0 } else { 2.0 } * if l == 0 { 1.0 } else { 2.0 };
                let response = weight * self.response(lambda) / (lx * ly);
                for i in 0..n {
                    for j in 0..n {
                        r[i][j] += response * cx[i][m] * cy[i][l] * cx[j][m] * cy[j][l];
                    }
                }
            }
        }
        r
    }

    pub fn problem(&self) -> HeatProblem {
        let mut plan = Floorplan::new(self.size).unwrap();
        for (n, &[k, kz, d]) in self.layers.iter().enumerate() {
            plan = plan
                .layer(&format!("layer{n}"), anisotropic(k, kz), d)
                .unwrap();
        }
        if let Some((layer, resistance)) = self.contact {
            plan = plan.contact(&format!("layer{layer}"), resistance).unwrap();
        }
        for (n, source) in self.sources.iter().enumerate() {
            let layer = format!("layer{}", self.source_layer);
            plan = plan
                .source(&format!("s{}", n + 1), *source, &layer, 1.0)
                .unwrap();
        }
        HeatProblem::new(plan, AMBIENT, cooled_base(self.base)).unwrap()
    }

    pub fn names(&self) -> Vec<String> {
        (1..=self.sources.len()).map(|n| format!("s{n}")).collect()
    }
}

pub fn strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// Eight laser stripes on a chip on a substrate.
pub fn laser_stack() -> Stack {
    let stripe = Footprint::centred([4e-6, 300e-6], [0.0, 0.0]);
    Stack {
        size: [6e-3, 6e-3],
        base: 5e3,
        layers: vec![
            [15.0, 0.5, 800e-6],
            [130.0, 130.0, 100e-6],
            [3.0, 3.0, 20e-6],
            [130.0, 130.0, 200e-6],
            [1.4, 1.4, 3e-6],
            [60.0, 60.0, 3e-6],
            [1.4, 1.4, 2e-6],
        ],
        source_layer: 5,
        sources: stripe.array(8, 250e-6, Direction::X),
        contact: None,
    }
}

/// First row of R of [`laser_stack`] by a double cosine series with a layer recursion, to about 1e-7 relative.
pub const LASER_ROW: [f64; 8] = [
    236.35120779,
    58.61636488,
    55.20896421,
    53.38015461,
    52.15027808,
    51.23380526,
    50.5126251,
    49.92860109,
];
