//! Which parameters a table depends on, and all assignments of their values.

use std::collections::BTreeSet;

use crate::study::{
    CouplingTable, GratingTable, HeatTable, MaterialId, ModesTable, ParameterId, ParameterValues,
    Port, Study, TaperTable,
};

/// Most points of a study.
pub(super) const MOST_POINTS: usize = 1_000_000;

pub(super) struct Sweep<'s> {
    study: &'s Study,
    /// Parameters behind wavelength and temperature, if these vary.
    wavelength: Option<ParameterId>,
    temperature: Option<ParameterId>,
}

impl<'s> Sweep<'s> {
    pub(super) fn new(study: &'s Study) -> Self {
        Self {
            study,
            wavelength: study.wavelength.and_then(|w| w.parameter()),
            temperature: study.temperature.parameter(),
        }
    }

    /// Wavelength and temperature, as far as they vary.
    pub(super) fn conditions(&self) -> BTreeSet<ParameterId> {
        self.wavelength
            .into_iter()
            .chain(self.temperature)
            .collect()
    }

    pub(super) fn of_material(&self, id: MaterialId, found: &mut BTreeSet<ParameterId>) {
        if let Some(entry) = self.study.materials.get(id.0) {
            entry.parameters(found);
        }
    }

    pub(super) fn of_modes(&self, modes: &ModesTable) -> BTreeSet<ParameterId> {
        let mut found = self.study.geometry_parameters(&modes.cross_section);
        modes.parameters(&mut found);
        found.extend(self.conditions());
        found
    }

    pub(super) fn of_coupling(&self, coupling: &CouplingTable) -> BTreeSet<ParameterId> {
        let mut found = self.conditions();
        coupling.parameters(&mut found);
        if let Some(gap) = &coupling.gap {
            self.of_material(gap.material, &mut found);
        }
        for layer in coupling.coats() {
            self.of_material(layer.material, &mut found);
        }
        for port in [&coupling.from, &coupling.to] {
            match port {
                Port::Fiber(name) => found.extend(self.of_fiber(name)),
                Port::Modes(name) => {
                    for modes in self.study.modes.iter().filter(|m| m.name == *name) {
                        found.extend(self.of_modes(modes));
                    }
                }
            }
        }
        found
    }

    /// Parameters of a fibre, without wavelength and temperature.
    pub(super) fn of_fiber(&self, name: &str) -> BTreeSet<ParameterId> {
        let mut found = BTreeSet::new();
        for fiber in self.study.fibers.iter().filter(|f| f.name == name) {
            fiber.parameters(&mut found);
            if let Some(cladding) = fiber.cladding() {
                self.of_material(cladding, &mut found);
            }
        }
        found
    }

    /// Parameters of a grating with its materials, fibre and temperature; the wavelength only where the grating itself
    /// depends on it.
    pub(super) fn of_grating(&self, grating: &GratingTable) -> BTreeSet<ParameterId> {
        let mut found = self.of_grating_as_made(grating);
        grating.parameters(&mut found);
        found
    }

    /// The same without what only its drawing depends on.
    pub(super) fn of_grating_as_made(&self, grating: &GratingTable) -> BTreeSet<ParameterId> {
        let mut found = self.of_fiber(&grating.fiber);
        found.extend(self.temperature);
        grating.parameters_as_made(&mut found);
        for (material, _) in grating.materials() {
            self.of_material(material, &mut found);
        }
        found
    }

    /// Parameters of a taper's cross-sections, profiles and walls; its lengths are axes within its points.
    pub(super) fn of_taper(&self, taper: &TaperTable) -> BTreeSet<ParameterId> {
        let mut found = self.conditions();
        taper.parameters(&mut found);
        for name in taper.cross_sections() {
            found.extend(self.study.geometry_parameters(name));
        }
        found
    }

    pub(super) fn of_heat(&self, heat: &HeatTable) -> BTreeSet<ParameterId> {
        let mut found = BTreeSet::new();
        heat.parameters(&mut found);
        for plan in self
            .study
            .floorplans
            .iter()
            .filter(|p| p.name == heat.floorplan)
        {
            plan.parameters(&mut found);
            for (material, _) in plan.materials() {
                self.of_material(material, &mut found);
            }
        }
        found
    }

    /// The product of the parameters' values: in the order of the study, the last fastest, but
    /// temperature after them and wavelength after that.
    ///
    /// # Errors
    /// The number of points if, with the `others` there are already, it is too large.
    pub(super) fn assignments(
        &self,
        parameters: &BTreeSet<ParameterId>,
        others: usize,
    ) -> Result<Vec<ParameterValues>, String> {
        let rank = |id: &ParameterId| match Some(*id) {
            id if id == self.wavelength => 2,
            id if id == self.temperature => 1,
            _ => 0,
        };
        let mut order: Vec<ParameterId> = parameters.iter().copied().collect();
        order.sort_by_key(rank); // stable: otherwise by number
        let values = |id: &ParameterId| self.study.parameters[id.0].values.as_slice();
        let count: f64 = order.iter().map(|id| values(id).len() as f64).product();
        if count + others as f64 > MOST_POINTS as f64 {
            return Err(format!("{count:.0}"));
        }
        let mut all = vec![ParameterValues::nominal()];
        for id in &order {
            all = all
                .iter()
                .flat_map(|base| {
                    values(id)
                        .iter()
                        .map(|&value| base.clone().with(*id, value))
                })
                .collect();
        }
        Ok(all)
    }
}
