//! The mesh of a problem and what of it depends on neither order nor wavelength.
//!
//! In every material that guides, sides are no longer than [`SIZE`] times the transverse length
//! 1/(k₀ √(ε − N²)), N what a guided mode's n_eff exceeds; outside they grow with the distance from it, as
//! evanescent fields fall. At every corner of interfaces, where the field is singular, triangles shrink
//! geometrically.
//!
//! The constants are those of least cost for a given true error over the corpus of `validation`: few large
//! triangles, the order does the rest. At a corner, where the field goes as rᵅ, the tip's share of the
//! error falls as q^2α with every layer of ratio q, that of the annulus between two layers as
//! ((1 − √q)/(1 + √q))² with every order: q = 0.2 makes both a seventh where silicon meets oxide. Smaller q
//! starts better and then converges ever more slowly (0.06: a third a stage).

use super::assembly::is_oblique;
use super::medium::{Coordinates, Layer, Tensor};
use super::topology::Topology;
use crate::linalg::ElementTree;
use crate::modes::{ModeError, ModeProblem, RadiationBound, Wall};
use cpo_meshes::{CrossSection, Motion, Triangulation, TriangulationBuilder, Window};
use num_complex::Complex64;

/// Longest side of a triangle in transverse lengths of its material.
const SIZE: f64 = 4.5;
/// Growth of the longest side with the distance from a guiding region.
const GROWTH: f64 = 1.2;
/// Fewest sides across the domain.
const ACROSS: f64 = 3.0;
/// Size of a triangle at a corner relative to the one it is cut from.
const CORNER_RATIO: f64 = 0.2;
/// Layers at corners on the first stage; every further stage has one more.
const FIRST_LAYERS: usize = 2;
/// Attenuation wanted of an absorbing layer, in nepers of the field there and back, for a wave that
/// crosses it at [`GRAZING`] of its wavenumber.
const LAYER_NEPERS: f64 = 20.0;
/// Fewest sides across an absorbing layer.
const LAYER_SIDES: f64 = 2.5;
/// See [`LAYER_NEPERS`].
const GRAZING: f64 = 0.4;
/// What |ε| of an opaque material is multiplied by for a metal nearly perfect.
const PERFECT: f64 = -1e3;

/// A problem's numbers: what the elements integrate.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) k0: f64,
    pub(super) permittivities: Vec<Tensor>,
    pub(super) coordinates: Coordinates,
}

impl Setting {
    pub(super) fn new(problem: &ModeProblem) -> Result<Self, ModeError> {
        let mut permittivities = problem.permittivity_tensors()?;
        permittivities.iter_mut().for_each(without_round_off);
        let k0 = problem.wavelength().vacuum_wavenumber();
        let window = problem.cross_section().window();
        let walls = problem.walls();
        let highest = permittivities
            .iter()
            .map(|t| t[0][0].re.max(t[1][1].re))
            .fold(1.0, f64::max);
        // The background decides how fast waves cross a layer.
        let background = permittivities[0][0][0].re.clamp(1.0, highest);
        let layer = |wall: Wall, at: f64, outwards: f64, radiates: bool| match wall {
            Wall::Absorbing { thickness } => {
                let imaginary = LAYER_NEPERS / (2.0 * GRAZING * k0 * background.sqrt() * thickness);
                let stretch = Complex64::new(1.0, 1.0) * imaginary.max(1.0);
                Some(Layer {
                    begins: at,
                    ends: at + outwards * thickness,
                    stretch: if radiates { stretch } else { Complex64::ONE },
                })
            }
            Wall::Electric | Wall::Magnetic => None,
        };
        // Towards the centre of a bend fields only decay, and a stretch would reach beyond it.
        let inner = |side: f64| {
            problem
                .bend_radius()
                .is_some_and(|radius| radius * side > 0.0)
        };
        Ok(Self {
            k0,
            permittivities,
            coordinates: Coordinates {
                layers: [
                    layer(walls.left, window.x[0], -1.0, !inner(1.0)),
                    layer(walls.right, window.x[1], 1.0, !inner(-1.0)),
                    layer(walls.bottom, window.y[0], -1.0, true),
                    layer(walls.top, window.y[1], 1.0, true),
                ],
                bend: problem
                    .bend_radius()
                    .map(|radius| (1.0 / radius, 0.5 * (window.x[0] + window.x[1]))),
            },
        })
    }

    /// The same guide without loss, layers' stretch and bend, on the same domain.
    ///
    /// What absorbs more than it refracts becomes a perfect metal nearly, from which light keeps away alike: of
    /// ε = −3 + 17i the real part alone would carry surface waves that the guide does not have.
    pub(super) fn ideal(&self) -> Self {
        let mut ideal = self.clone();
        for tensor in &mut ideal.permittivities {
            for (i, row) in tensor.iter_mut().enumerate() {
                for (j, value) in row.iter_mut().enumerate() {
                    let opaque = i == j && value.im > value.re.abs();
                    let real = if opaque {
                        PERFECT * value.norm()
                    } else {
                        value.re
                    };
                    *value = Complex64::from(real);
                }
            }
        }
        for layer in ideal.coordinates.layers.iter_mut().flatten() {
            layer.stretch = Complex64::ONE;
        }
        ideal.coordinates.bend = None;
        ideal
    }

    /// The same with the layers' stretch times `factor`.
    pub(super) fn with_layers(&self, factor: f64) -> Self {
        let mut stronger = self.clone();
        let absorbing = |layer: &&mut Layer| layer.stretch != Complex64::ONE;
        for layer in stronger
            .coordinates
            .layers
            .iter_mut()
            .flatten()
            .filter(absorbing)
        {
            layer.stretch *= factor;
        }
        stronger
    }

    /// Whether a crystal couples the field along the guide to the transverse one.
    pub(super) fn is_oblique(&self) -> bool {
        self.permittivities.iter().any(is_oblique)
    }

    /// Whether there are absorbing layers.
    pub(super) fn has_layers(&self) -> bool {
        self.coordinates.layers.iter().any(Option::is_some)
    }

    /// Whether the guide is straight and nothing leaves it: no loss, no layers, no bend.
    pub(super) fn is_ideal(&self) -> bool {
        let real = |tensor: &Tensor| tensor.iter().flatten().all(|e| e.im == 0.0);
        self.coordinates.bend.is_none()
            && self.coordinates.layers.iter().all(Option::is_none)
            && self.permittivities.iter().all(real)
    }
}

/// Less coupling than this share of ε_zz is round-off of an axis that is given by its angles.
const ALIGNED: f64 = 1e-12;

fn without_round_off(tensor: &mut Tensor) {
    let small = ALIGNED * tensor[2][2].norm();
    for d in 0..2 {
        if tensor[d][2].norm() <= small {
            (tensor[d][2], tensor[2][d]) = (Complex64::ZERO, Complex64::ZERO);
        }
    }
}

/// The walls of the meshed rectangle: left, right, bottom, top; planes of symmetry among them.
pub(super) type Walls = [Wall; 4];

/// What decides how fine a mesh is.
#[derive(Clone, Debug)]
pub(super) struct Fineness {
    setting: Setting,
    /// n² that a guided mode exceeds.
    bound: f64,
}

impl Fineness {
    pub(super) fn new(problem: &ModeProblem) -> Result<Self, ModeError> {
        let setting = Setting::new(problem)?;
        let bound = RadiationBound::new(problem, &setting.permittivities)?;
        Ok(Self {
            setting,
            bound: bound.index.powi(2),
        })
    }
}

/// A triangulated problem.
#[derive(Clone, Debug)]
pub(super) struct Mesh {
    pub(super) triangulation: Triangulation,
    pub(super) topology: Topology,
    pub(super) tree: ElementTree,
    /// The borders (left, right, bottom, top) that every entity lies on.
    borders: Vec<[bool; 4]>,
}

impl Mesh {
    /// Of `domain`, for a stage of the family.
    pub(super) fn new(
        section: &CrossSection,
        fineness: &Fineness,
        domain: Window,
        stage: usize,
    ) -> Result<Self, ModeError> {
        let size = wanted_size(section, fineness, domain);
        let mut builder = TriangulationBuilder::new(section)
            .domain(domain)
            .size(size)
            .corner_layers(FIRST_LAYERS + stage, CORNER_RATIO);
        let [left, right, bottom, top] = fineness.setting.coordinates.layers;
        for layer in [left, right].into_iter().flatten() {
            builder = builder.line_x(layer.begins);
        }
        for layer in [bottom, top].into_iter().flatten() {
            builder = builder.line_y(layer.begins);
        }
        Ok(Self::of(builder.build()?, domain))
    }

    fn of(triangulation: Triangulation, domain: Window) -> Self {
        let vertices = triangulation.vertices();
        let triangles = triangulation.triangles();
        let topology = Topology::new(vertices.len(), triangles.iter().map(|t| t.vertices));
        let entities: Vec<Vec<usize>> = (0..triangles.len())
            .map(|t| topology.entities(t).to_vec())
            .collect();
        let centroids: Vec<[f64; 2]> = triangles
            .iter()
            .map(|t| [0, 1].map(|d| t.vertices.iter().map(|&v| vertices[v][d]).sum()))
            .collect();
        let tree = ElementTree::new(&entities, &centroids, topology.entity_count());
        let tolerance = 1e-9 * domain.width().max(domain.height());
        let on = |[x, y]: [f64; 2]| {
            [
                x - domain.x[0] < tolerance,
                domain.x[1] - x < tolerance,
                y - domain.y[0] < tolerance,
                domain.y[1] - y < tolerance,
            ]
        };
        let mut borders: Vec<[bool; 4]> = vertices.iter().map(|&v| on(v)).collect();
        let of_sides: Vec<[bool; 4]> = topology
            .sides
            .iter()
            .map(|&[a, b]| [0, 1, 2, 3].map(|k| borders[a][k] && borders[b][k]))
            .collect();
        borders.extend(of_sides);
        borders.resize(topology.entity_count(), [false; 4]);
        Self {
            triangulation,
            topology,
            tree,
            borders,
        }
    }

    /// The same mesh carried along with moving interfaces.
    pub(super) fn displaced(&self, motion: &Motion, factor: f64) -> Self {
        Self {
            triangulation: self.triangulation.displaced(motion, factor),
            ..self.clone()
        }
    }

    /// The entity of `coarser` that each entity was, if corner layers were added to that mesh alone.
    pub(super) fn carried_from(&self, coarser: &Self) -> Vec<Option<usize>> {
        let (before, now) = (
            coarser.triangulation.vertices(),
            self.triangulation.vertices(),
        );
        if now.starts_with(before) {
            self.topology.origins(&coarser.topology)
        } else {
            vec![None; self.topology.entity_count()]
        }
    }

    /// The borders that a side lies on.
    pub(super) fn borders_of_side(&self, side: usize) -> [bool; 4] {
        self.borders[self.topology.vertex_count + side]
    }

    /// Entities on electric walls, which carry no unknowns.
    pub(super) fn removed(&self, walls: Walls) -> Vec<bool> {
        let electric = walls.map(|wall| wall != Wall::Magnetic);
        let gone = |on: &[bool; 4]| (0..4).any(|k| on[k] && electric[k]);
        self.borders.iter().map(gone).collect()
    }
}

/// Longest side wanted at a point of a material.
fn wanted_size(
    section: &CrossSection,
    Fineness { setting, bound }: &Fineness,
    domain: Window,
) -> impl Fn(usize, [f64; 2]) -> f64 {
    let index_squared = |m: usize| {
        let tensor = &setting.permittivities[m];
        tensor[0][0].re.max(tensor[1][1].re)
    };
    let materials = setting.permittivities.len();
    let lowest = (0..materials)
        .map(index_squared)
        .filter(|&e| e > 0.0)
        .fold(f64::INFINITY, f64::min);
    let across = domain.width().max(domain.height()) / ACROSS;
    let highest = (0..materials).map(index_squared).fold(1.0, f64::max);
    // Leaky modes lie below the bound, and a window that no guide lies in has none.
    let leaks = setting.coordinates.layers.iter().any(Option::is_some);
    let bound = if leaks || *bound >= highest {
        lowest
    } else {
        bound.max(lowest)
    };
    // A metal's skin, |k₀ √ε|⁻¹ deep, is as fine as a guide of that contrast.
    let own: Vec<f64> = (0..materials)
        .map(|m| {
            let tensor = &setting.permittivities[m];
            let contrast = if index_squared(m) < 0.0 {
                (tensor[0][0] - lowest)
                    .norm()
                    .max((tensor[1][1] - lowest).norm())
            } else {
                (index_squared(m) - bound).max(0.0)
            };
            (SIZE / (setting.k0 * contrast.max(1e-12).sqrt())).min(across)
        })
        .collect();
    let guiding: Vec<(Window, f64)> = section
        .regions()
        .iter()
        .map(|region| (region.shape.bounds(), own[region.material]))
        .collect();
    // Waves in an absorbing layer are shorter by its stretch.
    let layers: Vec<(usize, Layer)> = setting
        .coordinates
        .layers
        .iter()
        .enumerate()
        .filter_map(|(k, layer)| layer.map(|layer| (k / 2, layer)))
        .collect();
    move |material, at| {
        let reach = |&(bounds, size): &(Window, f64)| {
            let outside = |v: f64, [low, high]: [f64; 2]| (low - v).max(v - high).max(0.0);
            let distance = outside(at[0], bounds.x).hypot(outside(at[1], bounds.y));
            size + GROWTH * distance
        };
        let size = guiding.iter().map(reach).fold(own[material], f64::min);
        let within = |&(axis, layer): &(usize, Layer)| {
            (at[axis] - layer.begins) * (layer.ends - layer.begins) > 0.0
        };
        let across = |(_, layer): &(usize, Layer)| (layer.ends - layer.begins).abs() / LAYER_SIDES;
        layers
            .iter()
            .filter(|l| within(l))
            .map(across)
            .fold(size, f64::min)
    }
}
