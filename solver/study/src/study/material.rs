//! Materials as a study names them: from the catalogue, of its own, inline, or from a data file.

use std::collections::BTreeSet;

use cpo_materials::{
    Density, Material, PerKelvin, SpecificHeat, Temperature, ThermalConductivity, catalogue,
    read_refractiveindex_info,
};

use super::reader::{Limit, Reader};
use super::schema::{CONDUCTIVITY, MATERIAL};
use super::values::is_identifier;
use super::{Expr, Number, ParameterId};
use crate::file::{Cursor, Place, Value, last_key, listed, nearest};

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
    /// Stated in the study.
    Stated(StatedMaterial),
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
    pub conductivity: Option<[Expr<ThermalConductivity>; 2]>,
    /// Density.
    pub density: Option<Expr<Density>>,
    /// Specific heat.
    pub heat_capacity: Option<Expr<SpecificHeat>>,
}

impl MaterialEntry {
    pub(crate) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
        if let MaterialKind::Stated(m) = &self.kind {
            found.extend(m.index.and_then(|e| e.parameter()));
            found.extend(m.extinction.and_then(|e| e.parameter()));
            if let Some((slope, reference)) = &m.dn_dt {
                found.extend(slope.parameter());
                found.extend(reference.parameter());
            }
            found.extend(m.conductivity.iter().flatten().filter_map(Expr::parameter));
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
    pub(crate) fn need_material(
        &mut self,
        table: &crate::file::Table<'_>,
        key: &str,
    ) -> Option<MaterialId> {
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

    fn conductivity(&mut self, cursor: &Cursor<'_>) -> Option<[Expr<ThermalConductivity>; 2]> {
        let tensor = match &cursor.node.value {
            Value::Table(entries) => entries
                .iter()
                .any(|e| CONDUCTIVITY.iter().any(|k| k.name == e.key)),
            _ => false,
        };
        if !tensor {
            let k = self.expr(cursor, Limit::Positive)?;
            return Some([k, k]);
        }
        let table = self.diagnostics.table(cursor, CONDUCTIVITY)?;
        let in_plane = self.need(&table, "in_plane", Limit::Positive);
        let through = self.need(&table, "through", Limit::Positive);
        Some([in_plane?, through?])
    }

    /// Reads a refractiveindex.info file beside the study.
    fn data_file(&mut self, cursor: &Cursor<'_>, name: &str) -> Option<MaterialKind> {
        let file = self.diagnostics.string(cursor)?.to_owned();
        let path = self.directory.join(&file);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                self.diagnostics
                    .error(
                        &cursor.place,
                        format!("cannot read the material file {}: {error}", path.display()),
                    )
                    .allowed("a refractiveindex.info YAML file; its path is relative to the study");
                return None;
            }
        };
        match read_refractiveindex_info(&text, name) {
            Ok(material) => Some(MaterialKind::Data(material)),
            Err(error) => {
                self.diagnostics
                    .error(&cursor.place, format!("{}: {error}", path.display()));
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
