//! A complete heat problem.

use cpo_materials::{Quantity, Temperature};
use cpo_meshes::{Floorplan, Footprint, HeatSource};

use super::boundary::{FACE_NAMES, check_temperature};
use super::operator::FaceCoefficients;
use super::{Boundaries, Boundary, HeatError};

/// −∇·(k ∇T) = q on a floorplan, with conditions on its six faces: steady, linear (k is
/// evaluated at one temperature), k diagonal in x, y, z.
#[derive(Clone, Debug)]
pub struct HeatProblem {
    floorplan: Floorplan,
    ambient: Temperature,
    conductivity_at: Temperature,
    boundaries: Boundaries,
    /// By material.
    conductivities: Vec<[f64; 3]>,
    has_local_conductivity: bool,
    /// How far from a source cells have to be as small as that, m.
    reach: f64,
}

impl HeatProblem {
    /// The problem on `floorplan`. Rises are counted from `ambient`, at which the conductivities
    /// are evaluated too unless [`conductivity_at`](Self::conductivity_at) says otherwise.
    ///
    /// # Errors
    /// [`HeatError::Singular`] if heat can leave through no face;
    /// [`HeatError::Coefficient`], [`HeatError::Emissivity`], [`HeatError::CapacityRate`], [`HeatError::Temperature`], [`HeatError::Flux`] for a
    /// value out of range, [`HeatError::CoolantFace`] for a coolant along a side;
    /// [`HeatError::Material`], [`HeatError::Conductivity`] for a material without a usable conductivity.
    pub fn new(
        floorplan: Floorplan,
        ambient: Temperature,
        boundaries: Boundaries,
    ) -> Result<Self, HeatError> {
        check_temperature("ambient", ambient)?;
        for (face, boundary) in FACE_NAMES.into_iter().zip(boundaries.faces()) {
            boundary.check(face)?;
        }
        if boundaries.faces().iter().all(|b| b.outside().is_none()) {
            return Err(HeatError::Singular);
        }
        let conductivities = conductivities(&floorplan, ambient)?;
        Ok(Self {
            floorplan,
            ambient,
            conductivity_at: ambient,
            boundaries,
            conductivities,
            has_local_conductivity: false,
            reach: f64::INFINITY,
        })
    }

    /// The same problem with k(T) at every place's own temperature, all sources heating. Thermal resistances are then those of this
    /// state, k held: they add up to its rises exactly, and hold near it.
    #[must_use]
    pub fn with_local_conductivity(mut self) -> Self {
        self.has_local_conductivity = true;
        self
    }

    /// Whether k follows the temperature from place to place.
    pub fn has_local_conductivity(&self) -> bool {
        self.has_local_conductivity
    }

    /// Whether the equations depend on the temperature, by k(T) or radiation.
    pub(super) fn is_nonlinear(&self) -> bool {
        self.has_local_conductivity || self.boundaries.faces().iter().any(Boundary::radiates)
    }

    /// Whether a coolant takes heat downstream, so that R_ij ≠ R_ji.
    pub(super) fn is_one_way(&self) -> bool {
        self.boundaries.faces().iter().any(Boundary::is_coolant)
    }

    /// k of a material at a temperature in K.
    pub(super) fn conductivity(
        &self,
        material: usize,
        temperature: f64,
    ) -> Result<[f64; 3], HeatError> {
        let material = &self.floorplan.materials()[material];
        Ok(material.thermal_conductivity(Temperature::from_si(temperature))?)
    }

    /// What lies in a rectangle of the plan, its sides held at the ambient temperature except where they are the plan's own.
    pub(super) fn window(&self, footprint: &Footprint) -> Self {
        let held = Boundary::Temperature(self.ambient);
        let outline = self.floorplan.outline();
        let side = |inner: f64, outer: f64, own: Boundary| if inner == outer { own } else { held };
        let boundaries = Boundaries {
            left: side(footprint.x[0], outline.x[0], self.boundaries.left),
            right: side(footprint.x[1], outline.x[1], self.boundaries.right),
            front: side(footprint.y[0], outline.y[0], self.boundaries.front),
            back: side(footprint.y[1], outline.y[1], self.boundaries.back),
            ..self.boundaries
        };
        Self {
            floorplan: self.floorplan.crop(footprint),
            boundaries,
            ..self.clone()
        }
    }

    /// Whether the two have the same solution: the same plan, powers and boundaries, to round-off.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.floorplan.is_like(&other.floorplan)
            && self.boundaries == other.boundaries
            && self.conductivities == other.conductivities
            && self.ambient == other.ambient
    }

    /// The same problem on grids that hold what is to be seen `time` seconds after a step of power: heat has gone √(α t) then, α the least
    /// diffusivity k/(ρc) of what the sources lie in.
    pub(super) fn resolving(&self, time: f64) -> Result<Self, HeatError> {
        let capacities = self.heat_capacities()?;
        let diffusivity = |source: &HeatSource| {
            let middle = |ends: [f64; 2]| 0.5 * (ends[0] + ends[1]);
            let [x, y] = [source.footprint.x, source.footprint.y].map(middle);
            let material = self.floorplan.material_at(x, y, middle(source.z));
            let least = self.conductivities[material]
                .into_iter()
                .fold(f64::INFINITY, f64::min);
            least / capacities[material]
        };
        let sources = self.floorplan.sources().iter();
        let slowest = sources.map(diffusivity).fold(f64::INFINITY, f64::min);
        Ok(Self {
            reach: (slowest * time).sqrt(),
            ..self.clone()
        })
    }

    /// See [`resolving`](Self::resolving); infinite in the steady state.
    pub(super) fn reach(&self) -> f64 {
        self.reach
    }

    /// The same problem with the conductivities of another temperature, for instance the expected
    /// mean of the die.
    ///
    /// # Errors
    /// As [`new`](Self::new) for materials.
    pub fn conductivity_at(mut self, temperature: Temperature) -> Result<Self, HeatError> {
        check_temperature("temperature of the conductivities", temperature)?;
        self.conductivities = conductivities(&self.floorplan, temperature)?;
        self.conductivity_at = temperature;
        Ok(self)
    }

    /// The floorplan.
    pub fn floorplan(&self) -> &Floorplan {
        &self.floorplan
    }

    /// The temperature that rises are counted from.
    pub fn ambient(&self) -> Temperature {
        self.ambient
    }

    /// The temperature at which the conductivities are evaluated.
    pub fn conductivity_temperature(&self) -> Temperature {
        self.conductivity_at
    }

    /// The conditions on the faces.
    pub fn boundaries(&self) -> &Boundaries {
        &self.boundaries
    }

    /// Conductivities of each of the floorplan's materials along x, y, z in W/(m K).
    pub fn conductivities(&self) -> &[[f64; 3]] {
        &self.conductivities
    }

    /// ρc of each of the floorplan's materials, J/(m³ K).
    pub(super) fn heat_capacities(&self) -> Result<Vec<f64>, HeatError> {
        let materials = self.floorplan.materials().iter();
        let capacities = materials.map(|m| m.volumetric_heat_capacity(self.conductivity_at));
        Ok(capacities.collect::<Result<_, _>>()?)
    }

    /// Positions of the named sources in the floorplan's list.
    pub(super) fn find_sources(&self, names: &[&str]) -> Result<Vec<usize>, HeatError> {
        let sources = self.floorplan.sources();
        let find = |&name: &&str| {
            sources
                .iter()
                .position(|s| s.name == name)
                .ok_or_else(|| HeatError::UnknownSource {
                    name: name.to_owned(),
                    known: known(sources),
                })
        };
        let found = names.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        if found.is_empty() {
            return Err(HeatError::NoSources);
        }
        for (n, name) in names.iter().enumerate() {
            if names[..n].contains(name) {
                return Err(HeatError::RepeatedSource {
                    name: (*name).to_owned(),
                });
            }
        }
        Ok(found)
    }

    /// Conductance per area of each face to the outside, of one that radiates where it is as warm as its surroundings.
    pub(super) fn face_coefficients(&self) -> FaceCoefficients {
        let cold = |b: &Boundary| b.outside().unwrap_or(self.ambient).si();
        self.boundaries.faces().map(|b| b.film(cold(&b)))
    }

    /// Temperature outside each face over ambient, K, of a coolant where it enters; 0 where heat does not pass.
    pub(super) fn outside(&self) -> [f64; 6] {
        let rise = |t: Temperature| t.si() - self.ambient.si();
        self.boundaries
            .faces()
            .map(|b| b.outside().map_or(0.0, rise))
    }

    /// Given flux into the body through each face, W/m².
    pub(super) fn fluxes(&self) -> [f64; 6] {
        self.boundaries.faces().map(|boundary| match boundary {
            Boundary::Flux(flux) => flux.si(),
            _ => 0.0,
        })
    }
}

fn known(sources: &[HeatSource]) -> String {
    match sources.len() {
        0 => "none".to_owned(),
        n if n > 12 => {
            let names: Vec<&str> = sources[..12].iter().map(|s| s.name.as_str()).collect();
            format!("{} and {} more", names.join(", "), n - 12)
        }
        _ => sources
            .iter()
            .map(|s| s.name.as_str())
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn conductivities(floorplan: &Floorplan, at: Temperature) -> Result<Vec<[f64; 3]>, HeatError> {
    let mut all = Vec::with_capacity(floorplan.materials().len());
    for material in floorplan.materials() {
        let k = material.thermal_conductivity(at)?;
        for (axis, value) in ['x', 'y', 'z'].into_iter().zip(k) {
            if !(value.is_finite() && value > 0.0) {
                let material = material.name().to_owned();
                return Err(HeatError::Conductivity {
                    material,
                    axis,
                    value,
                });
            }
        }
        all.push(k);
    }
    Ok(all)
}
