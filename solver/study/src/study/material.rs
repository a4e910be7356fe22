//! Materials as a study names them: from the catalogue, of its own, inline, or from a data file.

use std::collections::BTreeSet;

use cpo_materials::{
    Angle, Density, Material, OpticAxis, PerKelvin, Source as DataSource, SpecificHeat,
    Temperature, ThermalConductivity, catalogue, read_refractiveindex_info,
};

use super::reader::{Limit, Reader, evaluate};
use super::schema::{CONDUCTIVITY, MATERIAL, OPTIC_AXIS};
use super::values::is_identifier;
use super::{Expr, Number, Parameter, ParameterId, ParameterValues, Study};
use crate::file::{Cursor, Place, Table, Value, last_key, listed, nearest};

/// Temperature at which an index is stated unless the study says otherwise.
const REFERENCE: Temperature = Temperature::celsius(20.0);

/// Number of a material within its study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MaterialId(pub(crate) usize);

/// A material of the study.
#[derive(Clone, Debug)]
pub struct MaterialEntry {
    /// The name in the study: what was asked for, or the key path of one given in place.
    pub name: String,
    /// What it is.
    pub kind: MaterialKind,
    /// Whether it is an entry of `[materials]`.
    pub named: bool,
    /// Where it is written.
    pub place: Place,
    pub(crate) used: bool,
}

/// Where a material's data come from.
#[derive(Clone, Debug)]
pub enum MaterialKind {
    /// Fixed data: of the catalogue, or of a file.
    Data(Material),
    /// A crystal of the catalogue whose optic axis turns with a parameter.
    Oriented(OrientedMaterial),
    /// Stated in the study.
    Stated(StatedMaterial),
    /// Columns in a matrix.
    Columns(Box<ColumnsMaterial>),
}

/// Equal round columns upright in a matrix; see [`Material::columns_in`].
#[derive(Clone, Debug)]
pub struct ColumnsMaterial {
    /// The columns.
    pub columns: MaterialEntry,
    /// What is between them.
    pub matrix: MaterialEntry,
    /// Share of the area that they take.
    pub fill: Expr<Number>,
}

/// A uniaxial crystal and the direction of its optic axis; see [`OpticAxis::at`].
#[derive(Clone, Debug)]
pub struct OrientedMaterial {
    /// The crystal, with any axis.
    pub material: Material,
    /// Angle in the plane of the chip, from z towards x.
    pub from_z: Expr<Angle>,
    /// Angle out of that plane, towards y.
    pub elevation: Expr<Angle>,
}

impl OrientedMaterial {
    /// The optic axis with values put in.
    pub(crate) fn axis(&self, parameters: &[Parameter], values: &ParameterValues) -> OpticAxis {
        OpticAxis::at(
            evaluate(parameters, &self.from_z, values),
            evaluate(parameters, &self.elevation, values),
        )
    }

    /// The crystal's full name with its axis, as far as that is one.
    pub(crate) fn name(&self, parameters: &[Parameter]) -> String {
        let varies = |expr: &Expr<Angle>| {
            expr.parameter()
                .is_some_and(|id| parameters[id.0].values.len() > 1)
        };
        let axis = self.axis(parameters, &ParameterValues::nominal());
        let nominal = self.material.with_optic_axis(axis);
        let name = nominal.as_ref().unwrap_or(&self.material).name();
        if varies(&self.from_z) || varies(&self.elevation) {
            return format!("{name} and other directions");
        }
        name.to_owned()
    }
}

/// A material by its numbers.
#[derive(Clone, Debug)]
pub struct StatedMaterial {
    /// Refractive index n.
    pub index: Option<Expr<Number>>,
    /// Extinction coefficient k >= 0.
    pub extinction: Option<Expr<Number>>,
    /// dn/dT in 1/K, and the temperature at which `index` holds.
    pub dn_dt: Option<(Expr<PerKelvin>, Expr<Temperature>)>,
    /// Conductivity in the plane and through it.
    pub conductivity: Option<ConductivityEntry>,
    /// Density.
    pub density: Option<Expr<Density>>,
    /// Specific heat.
    pub heat_capacity: Option<Expr<SpecificHeat>>,
}

/// A conductivity: k₀, or k₀ (T/T₀)^−p.
#[derive(Clone, Copy, Debug)]
pub struct ConductivityEntry {
    /// In the plane and through it.
    pub k: [Expr<ThermalConductivity>; 2],
    /// p, T₀ and the temperatures at which it holds.
    pub power: Option<PowerEntry>,
}

/// How a conductivity falls with temperature.
#[derive(Clone, Copy, Debug)]
pub struct PowerEntry {
    /// p.
    pub exponent: Expr<Number>,
    /// T₀.
    pub reference: Expr<Temperature>,
    /// Temperatures at which it holds.
    pub range: [Expr<Temperature>; 2],
}

/// A material as it was resolved.
#[derive(Clone, Debug)]
pub struct MaterialRecord {
    /// The name in the study.
    pub asked: String,
    /// The full name, which pins the data.
    pub name: String,
    /// Where the optical data come from; `None` for values stated in the study.
    pub source: Option<DataSource>,
    /// Where the thermal data come from.
    pub thermal_source: Option<DataSource>,
}

impl Study {
    /// Parameters that a material depends on.
    pub fn parameters_of(&self, material: &MaterialEntry) -> Vec<&Parameter> {
        let mut found = BTreeSet::new();
        material.parameters(&mut found);
        let parameters = found.into_iter();
        parameters
            .filter_map(|id| self.parameters.get(id.0))
            .collect()
    }

    /// The materials in use that have a source: asked for as what, resolved to what.
    pub fn materials_used(&self) -> Vec<MaterialRecord> {
        let mut records: Vec<MaterialRecord> = Vec::new();
        for entry in self.materials.iter().filter(|entry| entry.used) {
            let (material, name) = match &entry.kind {
                MaterialKind::Data(material) => (material, material.name().to_owned()),
                MaterialKind::Oriented(oriented) => {
                    (&oriented.material, oriented.name(&self.parameters))
                }
                MaterialKind::Stated(_) | MaterialKind::Columns(_) => continue,
            };
            let known = |r: &MaterialRecord| r.asked == entry.name && r.name == name;
            if !records.iter().any(known) {
                records.push(MaterialRecord {
                    asked: entry.name.clone(),
                    name,
                    source: material.source().cloned(),
                    thermal_source: material.thermal_source().cloned(),
                });
            }
        }
        records
    }
}

impl MaterialEntry {
    pub(crate) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
        if let MaterialKind::Columns(m) = &self.kind {
            m.columns.parameters(found);
            m.matrix.parameters(found);
            found.extend(m.fill.parameter());
        }
        if let MaterialKind::Oriented(m) = &self.kind {
            found.extend([m.from_z, m.elevation].iter().filter_map(Expr::parameter));
        }
        if let MaterialKind::Stated(m) = &self.kind {
            found.extend(m.index.and_then(|e| e.parameter()));
            found.extend(m.extinction.and_then(|e| e.parameter()));
            if let Some((slope, reference)) = &m.dn_dt {
                found.extend(slope.parameter());
                found.extend(reference.parameter());
            }
            if let Some(conductivity) = &m.conductivity {
                found.extend(conductivity.k.iter().filter_map(Expr::parameter));
                if let Some(power) = &conductivity.power {
                    found.extend(power.exponent.parameter());
                    let temperatures = power.range.iter().chain([&power.reference]);
                    found.extend(temperatures.filter_map(Expr::parameter));
                }
            }
            found.extend(m.density.and_then(|e| e.parameter()));
            found.extend(m.heat_capacity.and_then(|e| e.parameter()));
        }
    }
}

impl Reader {
    /// Reads `[materials]`.
    pub(crate) fn materials(&mut self, cursor: &Cursor<'_>) {
        for (name, _, value) in self.diagnostics.named(cursor) {
            match self.material_kind(&value, name) {
                Some(kind) => self.materials.push(MaterialEntry {
                    name: name.to_owned(),
                    kind,
                    named: true,
                    place: value.place,
                    used: false,
                }),
                None => self.broken_materials.push(name.to_owned()),
            }
        }
    }

    /// A material under the required `key`.
    pub(crate) fn need_material(&mut self, table: &Table<'_>, key: &str) -> Option<MaterialId> {
        let cursor = self.diagnostics.required(table, key)?;
        self.material(&cursor)
    }

    /// A material by name or in place.
    pub(crate) fn material(&mut self, cursor: &Cursor<'_>) -> Option<MaterialId> {
        let (name, named) = match &cursor.node.value {
            Value::String(name) => (name.clone(), true),
            _ => (cursor.place.key.clone(), false),
        };
        if named {
            if let Some(at) = self
                .materials
                .iter()
                .position(|m| m.named && m.name == name)
            {
                self.materials[at].used = true;
                return Some(MaterialId(at));
            }
            if self.broken_materials.contains(&name) {
                return None; // said where it is defined
            }
        }
        let kind = self.material_kind(cursor, &name)?;
        Some(self.add_material(name, kind, cursor.place.clone()))
    }

    /// A material of the catalogue that the study does not name itself.
    pub(crate) fn catalogued(&mut self, name: &str, place: &Place) -> Option<MaterialId> {
        match catalogue().find(name) {
            Ok(material) => {
                let kind = MaterialKind::Data(material);
                Some(self.add_material(name.to_owned(), kind, place.clone()))
            }
            Err(error) => {
                self.diagnostics.error(place, error.to_string());
                None
            }
        }
    }

    /// Adds a material that is given where it is used.
    pub(crate) fn add_material(
        &mut self,
        name: String,
        kind: MaterialKind,
        place: Place,
    ) -> MaterialId {
        self.materials.push(MaterialEntry {
            name,
            kind,
            named: false,
            place,
            used: true,
        });
        MaterialId(self.materials.len() - 1)
    }

    fn material_kind(&mut self, cursor: &Cursor<'_>, name: &str) -> Option<MaterialKind> {
        match &cursor.node.value {
            Value::String(wanted) => self.catalogue_kind(cursor, wanted),
            Value::Table(_) => self.stated(cursor, name),
            Value::Integer(_) | Value::Float(_) => {
                let text = self.diagnostics.source().excerpt(&cursor.place).to_owned();
                self.diagnostics
                    .wrong_type(cursor, "a material")
                    .allowed("the name of a material, or a table such as { index = 1.444 }")
                    .help(format!("write {{ index = {text} }}"));
                None
            }
            _ => {
                self.diagnostics
                    .wrong_type(cursor, "a material")
                    .allowed("the name of a material, or a table such as { index = 1.444 }");
                None
            }
        }
    }

    fn catalogue_kind(&mut self, cursor: &Cursor<'_>, wanted: &str) -> Option<MaterialKind> {
        let error = match catalogue().find(wanted) {
            Ok(material) => return Some(MaterialKind::Data(material)),
            Err(error) => error,
        };
        let own: Vec<String> = self
            .materials
            .iter()
            .filter(|m| m.named)
            .map(|m| m.name.clone())
            .collect();
        let diagnostic = self.diagnostics.error(&cursor.place, error.to_string());
        if !own.is_empty() {
            let known = listed(own.iter().map(String::as_str));
            diagnostic.allowed(format!(
                "a material of the catalogue, or of [materials]: {known}"
            ));
        }
        if let Some(near) = nearest(wanted, own.iter().map(String::as_str)) {
            diagnostic.help(format!("did you mean \"{near}\"?"));
        } else if is_identifier(wanted) {
            diagnostic.help(format!(
                "or define it under [materials]: {wanted} = {{ index = 1.444 }}"
            ));
        }
        None
    }

    fn stated(&mut self, cursor: &Cursor<'_>, name: &str) -> Option<MaterialKind> {
        let table = self.diagnostics.table(cursor, MATERIAL)?;
        if let Some(file) = table.get("file") {
            for key in MATERIAL.iter().filter(|k| k.name != "file") {
                if self.exclusive(&table, ["file", key.name]) {
                    return None;
                }
            }
            return self.data_file(&file, name);
        }
        if let Some(entry) = table.get("catalogue") {
            let others = |k: &&crate::file::Key| !["catalogue", "optic_axis"].contains(&k.name);
            for key in MATERIAL.iter().filter(others) {
                if self.exclusive(&table, ["catalogue", key.name]) {
                    return None;
                }
            }
            return self.crystal(&entry, &table);
        }
        if let Some(columns) = table.get("columns") {
            let own = ["columns", "matrix", "fill"];
            for key in MATERIAL.iter().filter(|k| !own.contains(&k.name)) {
                if self.exclusive(&table, ["columns", key.name]) {
                    return None;
                }
            }
            return self.columns(&columns, &table);
        }
        for key in ["matrix", "fill"] {
            if let Some(at) = table.get(key) {
                self.diagnostics
                    .error(&at.place, format!("`{key}` needs `columns` beside it"))
                    .help("write, for example, { columns = \"SnAg\", matrix = \"underfill\", fill = 0.2 }");
                return None;
            }
        }
        if let Some(axis) = table.get("optic_axis") {
            self.diagnostics
                .error(
                    &axis.place,
                    "`optic_axis` needs a crystal beside it whose indices are known",
                )
                .help("add, for example, catalogue = \"LiNbO3 Zelmon 1997\"");
            return None;
        }
        if table.is_empty() {
            let keys = listed(MATERIAL.iter().map(|k| k.name));
            self.diagnostics
                .error(
                    &cursor.place,
                    format!(
                        "{} is a material without properties",
                        last_key(&cursor.place)
                    ),
                )
                .allowed(keys);
            return None;
        }
        let index = table.get("index").map(|c| self.expr(&c, Limit::Positive));
        let extinction = table
            .get("extinction")
            .map(|c| self.expr(&c, Limit::NotNegative));
        let slope = table.get("dn_dt").map(|c| self.expr(&c, Limit::Any));
        let reference = self.or(&table, "reference_temperature", Limit::Positive, REFERENCE);
        let conductivity = table.get("conductivity").map(|c| self.conductivity(&c));
        let density = table.get("density").map(|c| self.expr(&c, Limit::Positive));
        let heat_capacity = table
            .get("heat_capacity")
            .map(|c| self.expr(&c, Limit::Positive));
        for (key, there) in [
            ("extinction", extinction.is_some()),
            ("dn_dt", slope.is_some()),
        ] {
            if there && index.is_none() {
                let place = table.place_of(key);
                self.diagnostics
                    .error(&place, format!("`{key}` needs an `index` beside it"))
                    .help("add, for example, index = 1.444");
                return None;
            }
        }
        if let (Some(at), None) = (table.get("reference_temperature"), &slope) {
            self.diagnostics.warning(
                &at.place,
                "`reference_temperature` has no effect without `dn_dt`",
            );
        }
        let dn_dt = match slope {
            None => None,
            Some(slope) => Some((slope?, reference?)),
        };
        Some(MaterialKind::Stated(StatedMaterial {
            index: all_or(index)?,
            extinction: all_or(extinction)?,
            dn_dt,
            conductivity: all_or(conductivity)?,
            density: all_or(density)?,
            heat_capacity: all_or(heat_capacity)?,
        }))
    }

    /// Columns in a matrix.
    fn columns(&mut self, columns: &Cursor<'_>, table: &Table<'_>) -> Option<MaterialKind> {
        let columns = self.material(columns);
        let matrix = self.need_material(table, "matrix");
        let fill = self.need::<Number>(table, "fill", Limit::Positive);
        let entry = |id: MaterialId| self.materials[id.0].clone();
        Some(MaterialKind::Columns(Box::new(ColumnsMaterial {
            columns: entry(columns?),
            matrix: entry(matrix?),
            fill: fill?,
        })))
    }

    /// A material of the catalogue with its optic axis.
    fn crystal(&mut self, entry: &Cursor<'_>, table: &Table<'_>) -> Option<MaterialKind> {
        let wanted = self.diagnostics.string(entry)?;
        let material = match catalogue().find(wanted) {
            Ok(material) => material,
            Err(error) => {
                self.diagnostics.error(&entry.place, error.to_string());
                return None;
            }
        };
        let Some(at) = table.get("optic_axis") else {
            return Some(MaterialKind::Data(material));
        };
        if material.optic_axis().is_none() {
            let uniaxial = catalogue().iter().filter(|m| m.optic_axis().is_some());
            let names: Vec<&str> = uniaxial.map(Material::name).collect();
            self.diagnostics
                .error(
                    &at.place,
                    format!(
                        "{} is isotropic: it has no optic axis to choose",
                        material.name()
                    ),
                )
                .allowed(format!(
                    "an axis of a crystal of the catalogue: {}",
                    listed(names)
                ))
                .help("remove `optic_axis`");
            return None;
        }
        let axis = match &at.node.value {
            Value::String(text) => match text.parse::<OpticAxis>() {
                Ok(axis) => axis,
                Err(error) => {
                    self.diagnostics
                        .error(&at.place, error.to_string())
                        .help("an angle that varies is written { from_z = \"NAME\" }");
                    return None;
                }
            },
            Value::Table(_) => {
                let angles = self.diagnostics.table(&at, OPTIC_AXIS)?;
                let from_z = self.need(&angles, "from_z", Limit::Any);
                let elevation = self.or(&angles, "elevation", Limit::Any, Angle::rad(0.0));
                match (from_z?, elevation?) {
                    (Expr::Constant(from_z), Expr::Constant(elevation)) => {
                        OpticAxis::at(from_z, elevation)
                    }
                    (from_z, elevation) => {
                        return Some(MaterialKind::Oriented(OrientedMaterial {
                            material,
                            from_z,
                            elevation,
                        }));
                    }
                }
            }
            _ => {
                self.diagnostics
                    .wrong_type(&at, "a direction")
                    .allowed("\"x\", \"y\", \"z\" or a table such as { from_z = \"30 deg\" }");
                return None;
            }
        };
        match material.with_optic_axis(axis) {
            Ok(material) => Some(MaterialKind::Data(material)),
            Err(error) => {
                self.diagnostics.error(&at.place, error.to_string());
                None
            }
        }
    }

    fn conductivity(&mut self, cursor: &Cursor<'_>) -> Option<ConductivityEntry> {
        let tensor = match &cursor.node.value {
            Value::Table(entries) => entries
                .iter()
                .any(|e| CONDUCTIVITY.iter().any(|k| k.name == e.key)),
            _ => false,
        };
        if !tensor {
            let k = self.expr(cursor, Limit::Positive)?;
            return Some(ConductivityEntry {
                k: [k, k],
                power: None,
            });
        }
        let table = self.diagnostics.table(cursor, CONDUCTIVITY)?;
        let k = if table.has("value") {
            for key in ["in_plane", "through"] {
                if self.exclusive(&table, ["value", key]) {
                    return None;
                }
            }
            self.need(&table, "value", Limit::Positive).map(|k| [k, k])
        } else {
            let in_plane = self.need(&table, "in_plane", Limit::Positive);
            let through = self.need(&table, "through", Limit::Positive);
            in_plane.zip(through).map(<[_; 2]>::from)
        };
        let power = match table.get("exponent") {
            Some(exponent) => Some(self.power_law(&exponent, &table)),
            None => {
                for key in ["reference_temperature", "range"] {
                    if let Some(at) = table.get(key) {
                        self.diagnostics
                            .error(&at.place, format!("`{key}` needs an `exponent` beside it"))
                            .help("k(T) = k (T/T0)^-exponent, for example exponent = 1.3");
                        return None;
                    }
                }
                None
            }
        };
        Some(ConductivityEntry {
            k: k?,
            power: all_or(power)?,
        })
    }

    /// How a conductivity falls with temperature.
    fn power_law(&mut self, exponent: &Cursor<'_>, table: &Table<'_>) -> Option<PowerEntry> {
        let exponent = self.expr(exponent, Limit::Any);
        let reference = self.need(table, "reference_temperature", Limit::Positive);
        let range = self.diagnostics.required(table, "range");
        let range = range.and_then(|c| self.pair(&c, Limit::Positive));
        Some(PowerEntry {
            exponent: exponent?,
            reference: reference?,
            range: range?,
        })
    }

    /// Reads a refractiveindex.info file beside the study.
    fn data_file(&mut self, cursor: &Cursor<'_>, name: &str) -> Option<MaterialKind> {
        let kind = "a refractiveindex.info YAML file";
        let (file, text) = self.input_file(cursor, "material file", kind)?;
        match read_refractiveindex_info(&text, name) {
            Ok(material) => Some(MaterialKind::Data(material)),
            Err(error) => {
                self.diagnostics
                    .error(&cursor.place, format!("{file}: {error}"));
                None
            }
        }
    }
}

/// `Some(None)` for a key that is absent, `None` for one that is wrong.
pub(crate) fn all_or<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        None => Some(None),
        Some(Some(value)) => Some(Some(value)),
        Some(None) => None,
    }
}
