//! `[link.NAME]`: the port whose optics are compared, and what of the loss table goes into it.

use cpo_link::{
    BaseTemperature, Components, Cooling, HALF_CHANNEL, LinkRequest, Port, Standards, TableEntry,
};
use cpo_materials::{AnyQuantity, BitRate, Decibel, Length, Quantity, Temperature, Wavelength};

use super::material::{MaterialKind, all_or};
use super::reader::{Limit, Reader, excerpt};
use super::schema::{LINK, TIER};
use super::{
    CouplingTable, CrossSectionTable, Expr, LaserTable, MaterialId, ModesTable, TaperTable,
};
use crate::file::{Cursor, Place, Table, Value, listed};
use crate::tabulate::{group_path, identifier};

/// Standard of the lanes unless the study says otherwise.
const DEFAULT_STANDARD: &str = "400G-DR4";
/// Most lanes of an engine, lanes that share a laser, spares.
const MOST_LANES: usize = 4096;
/// Most engines drawn.
const MOST_SAMPLES: usize = 1 << 16;

/// A link to be computed from the loss table.
#[derive(Clone, Debug)]
pub struct LinkTable {
    /// Name.
    pub name: String,
    /// What is asked.
    pub request: LinkRequest,
    /// Group of the table whose warmest `base_temperature` is the chip's, where the study states none.
    pub chip_of: Option<String>,
    /// Component values, the study's over those that come with the program.
    pub components: Components,
    /// Where it is written.
    pub place: Place,
}

/// Tables of a kind: all names, and those without a mistake.
pub(crate) struct Known<'a, T> {
    pub(crate) names: &'a [String],
    pub(crate) tables: &'a [T],
}

/// What a link may refer to.
pub(crate) struct LinkSurroundings<'a> {
    pub(crate) couplings: Known<'a, CouplingTable>,
    pub(crate) tapers: Known<'a, TaperTable>,
    pub(crate) modes: Known<'a, ModesTable>,
    pub(crate) cross_sections: &'a [CrossSectionTable],
    pub(crate) laser_names: &'a [String],
    pub(crate) lasers: &'a [LaserTable],
    pub(crate) wavelength: Option<Expr<Wavelength>>,
    /// Where the study states one.
    pub(crate) temperature: Option<Expr<Temperature>>,
}

impl Reader {
    pub(crate) fn link(
        &mut self,
        name: &str,
        cursor: &Cursor<'_>,
        known: &LinkSurroundings<'_>,
    ) -> Option<LinkTable> {
        let table = self.diagnostics.table(cursor, LINK)?;
        let mut request = LinkRequest::default();
        let port = self.link_port(&table);
        let tiers = table.get("tiers").map(|c| self.tiers(&c));
        let counts = [
            ("lanes_per_engine", MOST_LANES),
            ("split", MOST_LANES),
            ("lanes_per_laser", MOST_LANES),
            ("samples", MOST_SAMPLES),
        ]
        .map(|(key, most)| table.get(key).map(|c| self.diagnostics.count(&c, most)));
        let [lanes, split, per_laser, samples] = counts.map(all_or);
        // Unlike the others these may be zero.
        let [spares, seed] = ["spare_lasers", "seed"].map(|key| self.whole(&table, key));
        let coupling = self.named(&table, "coupling", "coupling", known.couplings.names);
        let taper = self.link_taper(&table, coupling.as_ref(), known);
        let lengths = taper.as_ref().map(|taper| match taper {
            Some(taper) => self.lengths_of(taper, known),
            None => Vec::new(),
        });
        let at = match table.get("at") {
            None => Some(Vec::new()),
            Some(at) => self.coordinates(&at, lengths.as_deref()),
        };
        let entry = |group: String, at: &Option<Vec<(String, f64)>>| TableEntry {
            group,
            at: at.clone().unwrap_or_default(),
        };
        let waveguide = self.named(&table, "waveguide", "modes", known.modes.names);
        let cooling = self.coolings(&table, known);
        let chip_temperature = match table.get("chip_temperature") {
            Some(cursor) => self.constant::<Temperature>(&cursor, Limit::Positive),
            None => match &known.temperature {
                Some(stated) => {
                    let all = self.all_values(stated);
                    all.first().map(|&kelvin| Temperature::from_si(kelvin))
                }
                // no engine works at the temperature of a laboratory
                None => Some(Temperature::from_si(request.chip_temperature)),
            },
        };
        let reads_light = table.has("coupling") || table.has("waveguide");
        let wavelength = self.link_wavelength(&table, known, reads_light);
        let path_losses = table
            .get("path_loss")
            .map(|c| self.rising::<Decibel>(&c, Limit::NotNegative));
        let chip_temperatures = table
            .get("chip_temperatures")
            .map(|c| self.rising::<Temperature>(&c, Limit::Positive));
        let components = match table.get("components") {
            None => self.embedded(cursor),
            Some(values) => self.components(&values),
        };
        request.port = port?;
        if let Some(tiers) = all_or(tiers)? {
            request.tiers = tiers;
        }
        if let Some(lanes) = lanes? {
            request.lanes_per_engine = lanes as u32;
        }
        if let Some(split) = split? {
            request.split = split;
        }
        if let Some(lanes) = per_laser? {
            request.lanes_per_laser = lanes;
        }
        if let Some(samples) = samples? {
            request.samples = samples as u32;
        }
        if let Some(spares) = spares? {
            request.spare_lasers = spares;
        }
        if let Some(seed) = seed? {
            request.seed = seed as u32;
        }
        request.chip_temperature = chip_temperature?.si();
        if let Some(wavelength) = wavelength? {
            request.wavelength = wavelength.si();
        }
        request.coupling = coupling?.map(|name| entry(group_path("fibre_chip", &name), &at));
        request.taper = taper?.map(|name| entry(group_path("taper", &name), &at));
        request.waveguide = waveguide?.map(|name| entry(group_path("waveguide", &name), &at));
        let chip_of;
        (request.laser_map, chip_of, request.cooling) = cooling?;
        if let Some(losses) = all_or(path_losses)? {
            request.path_losses_db = losses;
        }
        if let Some(temperatures) = all_or(chip_temperatures)? {
            request.chip_temperatures = temperatures;
        }
        at?;
        let components = components?;
        self.doubt_lasers(&table, known, &request);
        self.doubt_components(&table, known, &components);
        // Mistakes that need no table are told before anything is solved.
        self.lanes_can_share(&table, &request)?;
        if let Err(error) = Standards::embedded().and_then(|all| request.check(&all)) {
            self.diagnostics.error(table.place(), error.to_string());
            return None;
        }
        Some(LinkTable {
            name: name.to_owned(),
            request,
            chip_of: chip_of.filter(|_| !table.has("chip_temperature")),
            components,
            place: cursor.place.clone(),
        })
    }

    /// A bandwidth over lanes of a standard.
    fn link_port(&mut self, table: &Table<'_>) -> Option<Port> {
        let bandwidth = self.diagnostics.required(table, "bandwidth");
        let bandwidth = bandwidth.and_then(|c| self.constant::<BitRate>(&c, Limit::Positive));
        let standard = match table.get("standard") {
            None => Some(DEFAULT_STANDARD.to_owned()),
            Some(cursor) => self.standard(&cursor),
        };
        Some(Port {
            bandwidth: bandwidth?.si(),
            standard: standard?,
        })
    }

    fn standard(&mut self, cursor: &Cursor<'_>) -> Option<String> {
        let name = self.diagnostics.string(cursor)?;
        match Standards::embedded().and_then(|all| all.get(name).map(drop)) {
            Ok(()) => Some(name.to_owned()),
            Err(error) => {
                self.diagnostics.error(&cursor.place, error.to_string());
                None
            }
        }
    }

    fn tiers(&mut self, cursor: &Cursor<'_>) -> Option<Vec<Port>> {
        let items = self.diagnostics.items(cursor)?;
        let ports: Vec<_> = items
            .iter()
            .map(|item| {
                let table = self.diagnostics.table(item, TIER)?;
                self.link_port(&table)
            })
            .collect();
        ports.into_iter().collect()
    }

    /// A whole number of zero or more under `key`, if it is there.
    fn whole(&mut self, table: &Table<'_>, key: &str) -> Option<Option<usize>> {
        let Some(cursor) = table.get(key) else {
            return Some(None);
        };
        if let Value::Integer(number @ 0..=0xffff_ffff) = cursor.node.value {
            return Some(Some(number as usize));
        }
        self.diagnostics
            .not_whole(&cursor)
            .allowed("a whole number of zero or more");
        None
    }

    /// The name of one of the study's tables under `key`, if it is there.
    fn named(
        &mut self,
        table: &Table<'_>,
        key: &str,
        kind: &str,
        names: &[String],
    ) -> Option<Option<String>> {
        match table.get(key) {
            None => Some(None),
            Some(cursor) => {
                let at = self.table_named(&cursor, kind, names)?;
                Some(Some(names[at].clone()))
            }
        }
    }

    /// The taper that goes on where the link's coupling ends, if there is one: it begins or ends with the coupling's guide.
    fn link_taper(
        &mut self,
        table: &Table<'_>,
        coupling: Option<&Option<String>>,
        known: &LinkSurroundings<'_>,
    ) -> Option<Option<String>> {
        let Some(cursor) = table.get("taper") else {
            return Some(None);
        };
        let name = self.named(table, "taper", "taper", known.tapers.names)??;
        // What has a mistake of its own has been reported.
        let Some(coupling) = coupling? else {
            self.diagnostics
                .error(
                    &cursor.place,
                    "`taper` goes on where a coupling ends, and there is no `coupling`",
                )
                .help("add, for example, coupling = \"facet\"");
            return None;
        };
        let coupling = known
            .couplings
            .tables
            .iter()
            .find(|c| c.name == *coupling)?;
        let taper = known.tapers.tables.iter().find(|t| t.name == name)?;
        let modes = [&coupling.from, &coupling.to]
            .into_iter()
            .find_map(|port| {
                let super::Port::Modes(modes) = port else {
                    return None;
                };
                known.modes.tables.iter().find(|m| m.name == *modes)
            })?;
        let section = |name: &str| known.cross_sections.iter().find(|c| c.name == name);
        let guide = section(&modes.cross_section)?;
        let fits = |taper: &TaperTable| {
            let mut ends = taper.ends().into_iter().filter_map(section);
            ends.any(|end| end.is_guide_of(guide, |a, b| self.same_material(a, b)))
        };
        if fits(taper) {
            return Some(Some(name));
        }
        let [first, last] = taper.ends();
        let message = format!(
            "[taper.{name}] runs from [cross_section.{first}] to [cross_section.{last}], and neither is the guide \
             [cross_section.{}] of [coupling.{}]",
            guide.name, coupling.name
        );
        let others = known.tapers.tables.iter().filter(|t| fits(t));
        let others: Vec<&str> = others.map(|t| t.name.as_str()).collect();
        let help = match others.first() {
            Some(other) => format!("name the taper that goes on from it: taper = \"{other}\""),
            None => format!(
                "let [taper.{name}] begin or end with [cross_section.{}], or with one of the same shapes and materials in \
                 the taper's window",
                guide.name
            ),
        };
        let allowed = match others.is_empty() {
            true => format!(
                "a taper that begins or ends with [cross_section.{}]",
                guide.name
            ),
            false => listed(others),
        };
        self.diagnostics
            .error(&cursor.place, message)
            .allowed(allowed)
            .help(help);
        None
    }

    /// Names of a taper's axes of lengths that are no parameters of the study.
    fn lengths_of(&self, name: &str, known: &LinkSurroundings<'_>) -> Vec<String> {
        let Some(taper) = known.tapers.tables.iter().find(|t| t.name == name) else {
            return Vec::new();
        };
        let of_section = |k: usize| {
            let length = &taper.sections[k].length;
            let id = length.parameter?;
            let is_axis = length.values.len() > 1 && self.parameters[id.0].in_place;
            is_axis.then(|| taper.length_name(k))
        };
        (0..taper.sections.len()).filter_map(of_section).collect()
    }

    /// Whether two materials are one: of the same name, or with the same numbers where they stand in place.
    fn same_material(&self, a: MaterialId, b: MaterialId) -> bool {
        let [a, b] = [a, b].map(|id| &self.materials[id.0]);
        match (&a.kind, &b.kind) {
            (MaterialKind::Stated(a), MaterialKind::Stated(b)) => {
                (a.index, a.extinction) == (b.index, b.extinction)
            }
            _ => a.name == b.name,
        }
    }

    /// The map of the link's laser, its group under the heat problem of that map, and the ways of cooling it: the heat
    /// problems of the laser, then those with a stated temperature.
    fn coolings(
        &mut self,
        table: &Table<'_>,
        known: &LinkSurroundings<'_>,
    ) -> Option<(Option<String>, Option<String>, Vec<Cooling>)> {
        let laser = self.named(table, "laser", "laser", known.laser_names);
        let mut all = Vec::new();
        let (mut map, mut chip_of) = (None, None);
        let mut good = laser.is_some();
        if let Some(Some(laser)) = laser {
            // One with a mistake of its own has been reported.
            let laser = known.lasers.iter().find(|l| l.name == laser)?;
            let group = |heat: &String| group_path("laser", &format!("{}_{}", laser.name, heat));
            let of_map = self.named(table, "heat", "heat", &laser.heats);
            good &= of_map.is_some();
            let heat = of_map.flatten().or_else(|| laser.heats.first().cloned());
            chip_of = heat.map(|heat| group(&heat));
            map = chip_of.as_ref().map(|group| format!("{group}_light"));
            all.extend(laser.heats.iter().map(|heat| Cooling {
                name: heat.clone(),
                base: BaseTemperature::Table(TableEntry::new(group(heat))),
            }));
        } else if let Some(heat) = table.get("heat") {
            self.diagnostics
                .error(
                    &heat.place,
                    "`heat` says whose map of a laser holds, and there is no `laser`",
                )
                .help("add, for example, laser = \"array\"");
            good = false;
        }
        if let Some(cursor) = table.get("cooling") {
            for (name, _, cursor) in self.diagnostics.named(&cursor) {
                let temperature = self.constant::<Temperature>(&cursor, Limit::Positive);
                good &= temperature.is_some();
                all.extend(temperature.map(|temperature| Cooling {
                    name: name.to_owned(),
                    base: BaseTemperature::Stated(temperature.si()),
                }));
            }
        }
        good.then_some((map, chip_of, all))
    }

    /// Where the table is read along wavelengths: stated, or the study's only one.
    fn link_wavelength(
        &mut self,
        table: &Table<'_>,
        known: &LinkSurroundings<'_>,
        is_needed: bool,
    ) -> Option<Option<Wavelength>> {
        let all = known.wavelength.map(|w| self.all_values(&w));
        if let Some(cursor) = table.get("wavelength") {
            let stated: Wavelength = self.constant(&cursor, Limit::Positive)?;
            let all = all.unwrap_or_default();
            let ends = [f64::min as fn(f64, f64) -> f64, f64::max]
                .map(|end| all.iter().copied().reduce(end).unwrap_or(stated.si()));
            // A table of one wavelength holds for its channel.
            let room = if ends[0] < ends[1] { 0.0 } else { HALF_CHANNEL };
            if is_needed && !(ends[0] - room..=ends[1] + room).contains(&stated.si()) {
                let [from, to] = ends.map(|end| format!("{:.1} nm", 1e9 * end));
                self.diagnostics
                    .error(
                        &cursor.place,
                        "no value of the table is taken outside the study's wavelengths",
                    )
                    .allowed(match room > 0.0 {
                        true => format!("within 10 nm of {from}"),
                        false => format!("{from} to {to}"),
                    });
                return None;
            }
            return Some(Some(stated));
        }
        match all.as_deref() {
            Some([only]) => Some(Some(Wavelength::from_si(*only))),
            Some([_, ..]) if is_needed => {
                self.diagnostics
                    .error(
                        table.place(),
                        format!(
                            "`{}` does not say at which of the study's wavelengths",
                            table.place().key()
                        ),
                    )
                    .help("add, for example, wavelength = \"1311 nm\"");
                None
            }
            _ => Some(None),
        }
    }

    /// Rising values of a map's axis.
    fn rising<Q: Quantity>(&mut self, cursor: &Cursor<'_>, limit: Limit) -> Option<Vec<f64>> {
        let scan = self.scan_within::<Q>(cursor, limit)?;
        let values: Vec<f64> = scan.values.iter().map(|v| v.si()).collect();
        if values.len() >= 2 {
            return Some(values);
        }
        self.diagnostics
            .error(&cursor.place, "one value is no axis of a map")
            .allowed(format!(
                "a range {{ from = {0}, to = ..., points = 11 }} or a list",
                excerpt(Q::EXAMPLE, Q::DIMENSION)
            ));
        None
    }

    /// Values of swept parameters, and of axes of those `lengths`, at which the table is read; without `lengths`, for a mistake
    /// that has been reported, any name may be one.
    fn coordinates(
        &mut self,
        cursor: &Cursor<'_>,
        lengths: Option<&[String]>,
    ) -> Option<Vec<(String, f64)>> {
        let mut all = Vec::new();
        let mut good = matches!(cursor.node.value, Value::Table(_));
        if !good {
            self.diagnostics
                .wrong_type(cursor, "a table")
                .allowed("{ PARAMETER = VALUE }, such as { tip_width = \"200 nm\" }");
            return None;
        }
        for (name, place, value) in self.diagnostics.named(cursor) {
            let mut named = self.parameters.iter().filter(|p| !p.in_place);
            let parameter = named.find(|p| p.name == name).map(|p| p.dimension);
            let is_length = lengths.is_some_and(|all| all.iter().any(|length| length == name));
            let Some(dimension) = parameter.or(is_length.then_some(Length::DIMENSION)) else {
                good = false;
                let Some(lengths) = lengths else { continue };
                let names = self.parameters.iter().filter(|p| !p.in_place);
                let names = names.map(|p| p.name.as_str());
                let known = listed(names.chain(lengths.iter().map(String::as_str)));
                self.diagnostics
                    .error(&place, format!("there is no parameter `{name}`"))
                    .allowed(known);
                continue;
            };
            let found = match &value.node.value {
                Value::String(text) => match text.parse::<AnyQuantity>() {
                    Ok(any) if any.dimension == dimension => Ok(any.value),
                    Ok(any) => Err(format!(
                        "`{name}` is in {dimension}, not in {}",
                        any.dimension
                    )),
                    Err(error) => Err(error.to_string()),
                },
                Value::Float(number) => Ok(*number),
                Value::Integer(number) => Ok(*number as f64),
                _ => Err(String::from("a single value is needed here")),
            };
            match found {
                Ok(value) => all.push((identifier(name), value)),
                Err(message) => {
                    self.diagnostics.error(&value.place, message);
                    good = false;
                }
            }
        }
        good.then_some(all)
    }

    fn embedded(&mut self, cursor: &Cursor<'_>) -> Option<Components> {
        Components::embedded()
            .map_err(|error| {
                self.diagnostics.error(&cursor.place, error.to_string());
            })
            .ok()
    }

    /// Component values over those that come with the program: of a file, or one by one, so that each mistake has its place.
    fn components(&mut self, cursor: &Cursor<'_>) -> Option<Components> {
        let mut components = self.embedded(cursor)?;
        if matches!(cursor.node.value, Value::String(_)) {
            let (name, text) =
                self.input_file(cursor, "components", "a TOML file of component values")?;
            return components
                .overridden(&text)
                .map_err(|error| {
                    self.diagnostics
                        .error(&cursor.place, format!("{name}: {error}"));
                })
                .ok();
        }
        if !matches!(cursor.node.value, Value::Table(_)) {
            self.diagnostics
                .wrong_type(cursor, "a table or a file")
                .allowed(
                    "{ NAME = { typical = VALUE, low = VALUE, high = VALUE, source = TEXT } }, or the name of a file of these",
                );
            return None;
        }
        let mut good = true;
        for (name, place, value) in self.diagnostics.named(cursor) {
            let one = toml::Table::from_iter([(name.to_owned(), plain(&value.node.value))]);
            match components.clone().overridden_by(one) {
                Ok(with) => components = with,
                Err(error) => {
                    self.diagnostics.error(&place, error.to_string());
                    good = false;
                }
            }
        }
        good.then_some(components)
    }
}

/// A value without its place.
fn plain(value: &Value) -> toml::Value {
    match value {
        Value::String(text) => toml::Value::String(text.clone()),
        Value::Integer(number) => toml::Value::Integer(*number),
        Value::Float(number) => toml::Value::Float(*number),
        Value::Boolean(flag) => toml::Value::Boolean(*flag),
        // No component has a date of TOML's own type: as a text it is refused where it stands.
        Value::Date => toml::Value::String(String::from("a date")),
        Value::Array(items) => {
            toml::Value::Array(items.iter().map(|item| plain(&item.value)).collect())
        }
        Value::Table(entries) => toml::Value::Table(
            entries
                .iter()
                .map(|entry| (entry.key.clone(), plain(&entry.node.value)))
                .collect(),
        ),
    }
}
