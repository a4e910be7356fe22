//! `[coupling.NAME]`: light from one field into another across a gap.

use std::collections::BTreeSet;

use cpo_materials::{Angle, Decibel, Length, Quantity};

use super::material::{MaterialKind, StatedMaterial};
use super::reader::{Limit, Reader};
use super::schema::{COAT, COUPLING, GAP};
use super::{Expr, Freedom, MaterialId, ParameterId, Scan, Tolerancing};
use crate::file::{Cursor, Place};

/// Accuracy of a loss unless the study says otherwise.
const DEFAULT_ERROR: Decibel = Decibel::db(0.01);

/// Largest tilt in degrees: beyond it the end faces hardly see each other.
const MOST_TILT: f64 = 60.0;

/// A coupling between two ports.
#[derive(Clone, Debug)]
pub struct CouplingTable {
    /// Name.
    pub name: String,
    /// Where the light comes from.
    pub from: Port,
    /// Where it goes.
    pub to: Port,
    /// What lies between the two end faces; `None` if they touch.
    pub gap: Option<GapEntry>,
    /// Offsets along x of the `from` field against the `to` field.
    pub offset_x: Scan<Length>,
    /// Offsets along y.
    pub offset_y: Scan<Length>,
    /// Tilts in the plane of x and z.
    pub tilt_x: Scan<Angle>,
    /// Tilts in the plane of y and z.
    pub tilt_y: Scan<Angle>,
    /// Of the fibre's end from its axis, signed as the tilts are.
    pub polish: [Expr<Angle>; 2],
    /// Layers on the facet of the fibre that light comes from (or goes to, from a guide), from the gap inwards.
    pub fiber_coat: Vec<CoatEntry>,
    /// Layers on the other facet, from the gap inwards.
    pub chip_coat: Vec<CoatEntry>,
    /// Error wanted of a loss.
    pub error: Decibel,
    /// How it may err.
    pub tolerancing: Tolerancing,
    /// Where it is written.
    pub place: Place,
}

/// A field that light can come from or go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// `[fiber.NAME]`.
    Fiber(String),
    /// `[modes.NAME]`.
    Modes(String),
}

/// What lies between two end faces.
#[derive(Clone, Debug)]
pub struct GapEntry {
    /// Distance of the faces.
    pub length: Expr<Length>,
    /// Medium.
    pub material: MaterialId,
    /// Where it is written.
    pub place: Place,
}

/// A layer on a facet.
#[derive(Clone, Debug)]
pub struct CoatEntry {
    /// Thickness.
    pub thickness: Expr<Length>,
    /// Medium.
    pub material: MaterialId,
    /// Where it is written.
    pub place: Place,
}

impl Port {
    /// As in the study file: `fiber.smf`.
    pub fn key(&self) -> String {
        match self {
            Self::Fiber(name) => format!("fiber.{name}"),
            Self::Modes(name) => format!("modes.{name}"),
        }
    }
}

impl CouplingTable {
    /// Layers of both facets.
    pub(crate) fn coats(&self) -> impl Iterator<Item = &CoatEntry> {
        self.fiber_coat.iter().chain(&self.chip_coat)
    }

    /// Parameters of the gap, without those of its material.
    pub(crate) fn parameters(&self, found: &mut BTreeSet<ParameterId>) {
        found.extend(self.gap.as_ref().and_then(|gap| gap.length.parameter()));
        found.extend(self.polish.iter().filter_map(Expr::parameter));
        found.extend(self.coats().filter_map(|layer| layer.thickness.parameter()));
    }
}

impl Reader {
    pub(crate) fn coupling(
        &mut self,
        name: &str,
        cursor: &Cursor<'_>,
        ports: &[Port],
    ) -> Option<CouplingTable> {
        let table = self.diagnostics.table(cursor, COUPLING)?;
        let from_at = self.diagnostics.required(&table, "from");
        let to_at = self.diagnostics.required(&table, "to");
        let from = from_at.as_ref().and_then(|c| self.port(c, ports));
        let to = to_at.as_ref().and_then(|c| self.port(c, ports));
        if let (Some(from), Some(to), Some(at)) = (&from, &to, &to_at)
            && from == to
        {
            self.diagnostics
                .error(
                    &at.place,
                    format!("`from` and `to` are both {}", from.key()),
                )
                .help("couple two different fields");
            return None;
        }
        if let (Some(Port::Modes(_)), Some(Port::Modes(_))) = (&from, &to) {
            self.diagnostics
                .error(
                    table.place(),
                    "a coupling between two guides is not available in this version",
                )
                .allowed("at least one of `from` and `to` a [fiber.NAME]");
            return None;
        }
        let gap = match table.get("gap") {
            None => Some(None),
            Some(gap) => self.gap(&gap).map(Some),
        };
        let offset_x = self.axis(&table, "offset_x");
        let offset_y = self.axis(&table, "offset_y");
        let touching = matches!(gap, Some(None));
        let tilt_x = self.tilt(&table, "tilt_x", touching);
        let tilt_y = self.tilt(&table, "tilt_y", touching);
        let zero = Angle::deg(0.0);
        let polish_x = self.or(&table, "polish_x", Limit::Any, zero);
        let polish_y = self.or(&table, "polish_y", Limit::Any, zero);
        let fiber_coat = self.coat(&table, "fiber_coat");
        let chip_coat = self.coat(&table, "chip_coat");
        if touching {
            let needs = [
                ("polish_x", "have neither coat nor polish"),
                ("polish_y", "have neither coat nor polish"),
                ("fiber_coat", "have neither coat nor polish"),
                ("chip_coat", "have neither coat nor polish"),
                ("placement", "neither tilt nor part"),
                ("cuts", "neither tilt nor part"),
                ("monte_carlo", "neither tilt nor part"),
            ];
            for (key, why) in needs {
                if let Some(at) = table.get(key) {
                    self.diagnostics
                        .error(
                            &at.place,
                            format!("`{key}` needs a gap: end faces that touch {why}"),
                        )
                        .help("add gap = { length = \"0 um\", index = 1.0 }, with the index of what is between");
                    return None;
                }
            }
        }
        let error = match table.get("error") {
            None => Some(DEFAULT_ERROR),
            Some(error) => self.constant(&error, Limit::Positive),
        };
        let (offset_x, offset_y) = (offset_x?, offset_y?);
        let (tilt_x, tilt_y) = (tilt_x?, tilt_y?);
        let inline = [
            (Freedom::X, offset_x.tolerance),
            (Freedom::Y, offset_y.tolerance),
            (Freedom::TiltX, tilt_x.tolerance),
            (Freedom::TiltY, tilt_y.tolerance),
        ];
        let tolerancing = self.tolerancing(&table, inline)?;
        let gap = gap?;
        self.cuts_end_in_contact(&table, gap.as_ref(), &tolerancing);
        Some(CouplingTable {
            name: name.to_owned(),
            from: from?,
            to: to?,
            gap,
            offset_x,
            offset_y,
            tilt_x,
            tilt_y,
            polish: [polish_x?, polish_y?],
            fiber_coat: fiber_coat?,
            chip_coat: chip_coat?,
            error: error?,
            tolerancing,
            place: cursor.place.clone(),
        })
    }

    /// A cut along z goes no farther towards the chip than the gap is long.
    fn cuts_end_in_contact(
        &mut self,
        table: &crate::file::Table<'_>,
        gap: Option<&GapEntry>,
        tolerancing: &Tolerancing,
    ) {
        let along_z = tolerancing.cuts.iter().find(|(f, _)| *f == Freedom::Z);
        let (Some((_, values)), Some(gap)) = (along_z, gap) else {
            return;
        };
        let shortest = self
            .all_values(&gap.length)
            .into_iter()
            .fold(f64::INFINITY, f64::min);
        let nearest = values.iter().copied().fold(f64::INFINITY, f64::min);
        // decimals of a range and of a length: round-off
        if nearest + shortest < -1e-12 * shortest.max(1e-6) {
            let place = table.place_of("cuts");
            let (nearest, shortest) = (Length::from_si(nearest), Length::from_si(shortest));
            self.diagnostics
                .error(
                    &place,
                    format!("a cut along z cannot begin at {nearest}: the gap is {shortest} long"),
                )
                .allowed(format!("-{shortest}, which is contact, or more"));
        }
    }

    fn axis<Q: Quantity>(&mut self, table: &crate::file::Table<'_>, key: &str) -> Option<Scan<Q>> {
        match table.get(key) {
            None => Some(Scan::zero()),
            Some(cursor) => self.scan(&cursor),
        }
    }

    /// A tilt axis within which the fields still face each other.
    fn tilt(
        &mut self,
        table: &crate::file::Table<'_>,
        key: &str,
        touching: bool,
    ) -> Option<Scan<Angle>> {
        let scan: Scan<Angle> = self.axis(table, key)?;
        let Some(at) = table.get(key) else {
            return Some(scan);
        };
        let most = Angle::deg(MOST_TILT).si() * (1.0 + f64::EPSILON);
        if let Some(bad) = scan.values.iter().find(|a| a.si().abs() > most) {
            self.diagnostics
                .error(&at.place, format!("`{key}` cannot be {bad}"))
                .allowed(format!("between -{MOST_TILT} deg and {MOST_TILT} deg"));
            return None;
        }
        if let (true, Some(bad)) = (touching, scan.values.iter().find(|a| a.si() != 0.0)) {
            self.diagnostics
                .error(
                    &at.place,
                    format!("`{key}` cannot be {bad} where the end faces touch"),
                )
                .help("state a gap, for example gap = { length = \"5 um\", index = 1.45 }");
            return None;
        }
        Some(scan)
    }

    fn port(&mut self, cursor: &Cursor<'_>, ports: &[Port]) -> Option<Port> {
        let name = self.diagnostics.string(cursor)?;
        if let Some(port) = ports.iter().find(|port| port.key() == name) {
            return Some(port.clone());
        }
        let keys: Vec<String> = ports.iter().map(Port::key).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let message = format!("the study has no [{name}] to couple with");
        let instead = "a table [fiber.NAME] or [modes.NAME]";
        self.diagnostics
            .no_such_name(&cursor.place, message, name, &keys, instead);
        None
    }

    fn gap(&mut self, cursor: &Cursor<'_>) -> Option<GapEntry> {
        let table = self.diagnostics.table(cursor, GAP)?;
        let length = self.need(&table, "length", Limit::NotNegative);
        let material = self.medium(cursor, &table, "the gap");
        Some(GapEntry {
            length: length?,
            material: material?,
            place: cursor.place.clone(),
        })
    }

    fn coat(&mut self, table: &crate::file::Table<'_>, key: &str) -> Option<Vec<CoatEntry>> {
        let Some(cursor) = table.get(key) else {
            return Some(Vec::new());
        };
        let items = self.diagnostics.items(&cursor)?;
        let read: Vec<_> = items.iter().map(|item| self.coat_layer(item)).collect();
        read.into_iter().collect()
    }

    fn coat_layer(&mut self, cursor: &Cursor<'_>) -> Option<CoatEntry> {
        let table = self.diagnostics.table(cursor, COAT)?;
        let thickness = self.need(&table, "thickness", Limit::Positive);
        let material = self.medium(cursor, &table, "the layer");
        Some(CoatEntry {
            thickness: thickness?,
            material: material?,
            place: cursor.place.clone(),
        })
    }

    /// What fills something, by `index` or by `material`.
    fn medium(
        &mut self,
        cursor: &Cursor<'_>,
        table: &crate::file::Table<'_>,
        what: &str,
    ) -> Option<MaterialId> {
        if self.exclusive(table, ["index", "material"]) {
            return None;
        }
        if let Some(material) = table.get("material") {
            self.material(&material)
        } else if let Some(index) = table.get("index") {
            self.expr(&index, Limit::Positive).map(|n| {
                let stated = StatedMaterial {
                    index: Some(n),
                    extinction: None,
                    dn_dt: None,
                    conductivity: None,
                    density: None,
                    heat_capacity: None,
                };
                let kind = MaterialKind::Stated(stated);
                self.add_material(cursor.place.key.clone(), kind, cursor.place.clone())
            })
        } else {
            self.diagnostics
                .error(
                    table.place(),
                    format!("`{}` does not say what fills {what}", cursor.place.key),
                )
                .allowed("`index` or `material`")
                .help("add index = 1.0 for air, or the index of the gel or glue");
            None
        }
    }
}
