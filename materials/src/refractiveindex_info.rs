//! Files of the refractiveindex.info database, as they are.
//!
//! A file is YAML with REFERENCES, COMMENTS, DATA (one or several entries) and, in newer ones,
//! CONDITIONS, PROPERTIES or SPECS. An entry is `formula 1` … `formula 9` with coefficients and a
//! range (`wavelength_range`, formerly `range`), or `tabulated n`, `tabulated k`, `tabulated nk`;
//! wavelengths are in µm. The first n and the first k found are used; without a k the medium is
//! lossless. The temperature is that of CONDITIONS (K). Thermal dispersion under SPECS is not used.
//!
//! M. N. Polyanskiy, "Refractiveindex.info database of optical constants", Sci. Data **11**, 94
//! (2024), doi:10.1038/s41597-023-02898-2 (data in the public domain, CC0 1.0).

use crate::dispersion::{Dispersion, Formula, Table};
use crate::material::MaterialData;
use crate::optics::{Optics, Principal, ThermoOptic};
use crate::{Length, Material, MaterialError, Quantity, Source, Temperature, Wavelength};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    #[serde(rename = "REFERENCES")]
    references: Option<String>,
    #[serde(rename = "COMMENTS")]
    comments: Option<String>,
    #[serde(rename = "DATA")]
    data: Vec<Entry>,
    #[serde(rename = "CONDITIONS")]
    conditions: Option<Conditions>,
    #[serde(rename = "SPECS")]
    specs: Option<Conditions>,
}

#[derive(Deserialize)]
struct Conditions {
    temperature: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    #[serde(alias = "range")]
    wavelength_range: Option<String>,
    coefficients: Option<String>,
    data: Option<String>,
}

/// Reads a file of the refractiveindex.info database; `name` is the name of the new material.
///
/// ```
/// use cpo_materials::{Temperature, Wavelength, read_refractiveindex_info};
/// let yaml = "\
/// REFERENCES: |
///     I. H. Malitson. [*J. Opt. Soc. Am.* **55**, 1205-1208 (1965)](https://doi.org/10.1364/JOSA.55.001205)
/// COMMENTS: |
///     Fused silica, 20 °C
/// DATA:
///   - type: formula 1
///     wavelength_range: 0.21 6.7
///     coefficients: 0 0.6961663 0.0684043 0.4079426 0.1162414 0.8974794 9.896161
/// CONDITIONS:
///     temperature: 293
/// ";
/// let silica = read_refractiveindex_info(yaml, "our silica")?;
/// let n = silica.refractive_index(Wavelength::nm(1550.0), Temperature::celsius(25.0))?;
/// assert!((n.re - 1.444024).abs() < 5e-7); // published to six decimals
/// assert_eq!(silica.source().unwrap().doi.as_deref(), Some("10.1364/JOSA.55.001205"));
/// # Ok::<(), cpo_materials::MaterialError>(())
/// ```
///
/// # Errors
/// [`MaterialError::Data`] if the text is not such a file or has no refractive index.
pub fn read_refractiveindex_info(yaml: &str, name: &str) -> Result<Material, MaterialError> {
    let bad = |reason: String| MaterialError::Data {
        material: name.to_owned(),
        reason,
    };
    let file: File = serde_saphyr::from_str(yaml).map_err(|error| bad(error.to_string()))?;
    let (mut n, mut k) = (None, None);
    for entry in &file.data {
        let (entry_n, entry_k) = entry
            .read()
            .map_err(|reason| bad(format!("'{}': {reason}", entry.kind)))?;
        n = n.or(entry_n);
        k = k.or(entry_k);
    }
    let n = n.ok_or_else(|| bad("DATA has no refractive index".to_owned()))?;
    let stated = file
        .conditions
        .and_then(|c| c.temperature)
        .or(file.specs.and_then(|s| s.temperature));
    let temperature = stated
        .as_deref()
        .map(read_temperature)
        .transpose()
        .map_err(bad)?;
    let k = k.unwrap_or(Dispersion::Constant(0.0));
    let ordinary = Principal {
        n,
        k,
        thermo_optic: ThermoOptic::Unknown { temperature },
    };
    let optics = Optics {
        ordinary,
        extraordinary: None,
    };
    let reference = file.references.unwrap_or_default();
    let source = Source {
        doi: find_doi(&reference),
        wavelength_range: optics
            .wavelength_range()
            .map(|range| range.map(Wavelength::from_si)),
        temperature,
        licence: Some("CC0-1.0".to_owned()),
        comment: file.comments.map(|text| text.trim().to_owned()),
        ..Source::of(plain(&reference))
    };
    let name = name.to_owned();
    Ok(MaterialData {
        name,
        optics: Some(optics),
        source: Some(source),
        ..MaterialData::default()
    }
    .into())
}

impl Entry {
    /// n and k of an entry, or what is wrong with it.
    fn read(&self) -> Result<(Option<Dispersion>, Option<Dispersion>), String> {
        let kind = self.kind.trim();
        if let Some(number) = kind.strip_prefix("formula ") {
            let number = number
                .trim()
                .parse()
                .map_err(|_| "there is no such formula")?;
            let coefficients = numbers(
                self.coefficients
                    .as_deref()
                    .ok_or("coefficients are missing")?,
            )?;
            let formula =
                Formula::new(number, coefficients).ok_or("there is no such formula (1 to 9)")?;
            let range = numbers(
                self.wavelength_range
                    .as_deref()
                    .ok_or("wavelength_range is missing")?,
            )?;
            let [lower, upper] = range[..] else {
                return Err("wavelength_range is two numbers".to_owned());
            };
            if !(0.0 < lower && lower < upper) {
                return Err("wavelength_range does not rise".to_owned());
            }
            let range = [lower, upper].map(|um| Length::um(um).si());
            return Ok((Some(Dispersion::Formula { formula, range }), None));
        }
        let columns = match kind {
            "tabulated n" | "tabulated k" => 2,
            "tabulated nk" => 3,
            _ => return Err("not a type of the database".to_owned()),
        };
        let text = self.data.as_deref().ok_or("data are missing")?;
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let rows = lines.map(numbers).collect::<Result<Vec<_>, _>>()?;
        if let Some(row) = rows.iter().position(|row| row.len() != columns) {
            return Err(format!(
                "row {} of the data does not have {columns} numbers",
                row + 1
            ));
        }
        let points = |column: usize| {
            rows.iter()
                .map(|row| [Length::um(row[0]).si(), row[column]])
                .collect()
        };
        let made = |table: Option<Table>| {
            let table =
                table.ok_or("a table needs two or more points at different positive wavelengths");
            table.map(|table| Some(Dispersion::Table(table)))
        };
        Ok(match kind {
            "tabulated n" => (made(Table::smooth(points(1)))?, None),
            "tabulated k" => (None, made(Table::linear(points(1)))?),
            _ => (
                made(Table::linear(points(1)))?,
                made(Table::linear(points(2)))?,
            ),
        })
    }
}

fn numbers(text: &str) -> Result<Vec<f64>, String> {
    let number = |word: &str| word.parse::<f64>().ok().filter(|x| x.is_finite());
    text.split_whitespace()
        .map(|word| number(word).ok_or_else(|| format!("'{word}' is not a number")))
        .collect()
}

/// "293" (kelvin), "20 °C", or "298 K".
fn read_temperature(text: &str) -> Result<Temperature, String> {
    let text = text.trim();
    if let Ok(kelvin) = text.parse::<f64>() {
        return Ok(Temperature::kelvin(kelvin));
    }
    Temperature::parse(text).map_err(|error| format!("temperature: {error}"))
}

/// The first DOI of the references.
fn find_doi(reference: &str) -> Option<String> {
    let (_, rest) = reference.split_once("doi.org/")?;
    let mut depth = 0;
    let end = rest.find(|c: char| {
        // a DOI may hold balanced parentheses, and the Markdown link that holds it ends with one
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth < 0 || c.is_whitespace() || "\"'<>".contains(c)
    });
    Some(rest[..end.unwrap_or(rest.len())].to_owned())
}

/// The references without HTML tags, on one line.
fn plain(reference: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for c in reference.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            c if !in_tag => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Temperature = Temperature::celsius(20.0);

    fn read(yaml: &str) -> Material {
        read_refractiveindex_info(yaml, "mine").unwrap_or_else(|error| panic!("{error}"))
    }

    fn reason(yaml: &str) -> String {
        read_refractiveindex_info(yaml, "mine")
            .unwrap_err()
            .to_string()
    }

    const HEADER: &str = "\
# this file is part of refractiveindex.info database
# copyright and related rights waived via CC0 1.0

";

    #[test]
    fn formula_with_references_in_html() {
        let material = read(&format!(
            "{HEADER}REFERENCES: |
    1) A. Author. <i>Title</i>.
    <a href=\"https://doi.org/10.1016/S0022-3093(97)00438-9\"><i>J. Ex.</i> <b>1</b>, 2 (2000)</a><br>
COMMENTS: \"Room temperature\"
DATA:
  - type: formula 1
    range: 0.95 10
    coefficients: 6.255 2.316 0.6263 2.765 32.935
"
        ));
        let n = material
            .refractive_index(Wavelength::nm(1310.0), ROOM)
            .unwrap();
        assert!((n.re - 3.202006).abs() < 5e-7); // published to six decimals
        let source = material.source().unwrap();
        assert_eq!(source.doi.as_deref(), Some("10.1016/S0022-3093(97)00438-9"));
        assert_eq!(source.reference, "1) A. Author. Title. J. Ex. 1, 2 (2000)");
        assert_eq!(source.comment.as_deref(), Some("Room temperature"));
        assert_eq!(source.temperature, None);
        assert!(
            material
                .refractive_index(Wavelength::nm(940.0), ROOM)
                .is_err()
        );
    }

    #[test]
    fn tabulated_nk_with_conditions() {
        let material = read(&format!(
            "{HEADER}REFERENCES: \"[Phys. Rev. B **6**, 4370 (1972)](https://doi.org/10.1103/PhysRevB.6.4370)\"
COMMENTS: Room temperature
DATA:
  - type: tabulated nk
    data: |
        1.088 0.36 7.217
        1.216 0.48 8.245
        1.393 0.60 9.439
        1.610 0.76 11.12
PROPERTIES:
    n_is_absolute: false
CONDITIONS:
    temperature: 293.15
"
        ));
        let n = material
            .refractive_index(Wavelength::nm(1310.0), ROOM)
            .unwrap();
        assert!((n.re - 0.5437).abs() < 5e-5 && (n.im - 8.8791).abs() < 5e-5); // published to four decimals
        let source = material.source().unwrap();
        assert_eq!(source.temperature, Some(ROOM));
        assert_eq!(source.doi.as_deref(), Some("10.1103/PhysRevB.6.4370"));
        assert_eq!(
            source.wavelength_range,
            Some([Wavelength::um(1.088), Wavelength::um(1.61)])
        );
        assert!(
            material
                .refractive_index(Wavelength::nm(1310.0), Temperature::celsius(85.0))
                .is_err()
        );
    }

    #[test]
    fn formula_with_tabulated_k_covers_the_common_range() {
        let material = read(
            "REFERENCES: nobody
DATA:
  - type: formula 5
    wavelength_range: 0.32 1.7
    coefficients: 1.5525 0.00629 -2 0.0004 -4
  - type: tabulated k
    data: |
        1.2 1e-6
        1.4 3e-6
SPECS:
    n_is_absolute: true
    wavelength_is_vacuum: true
    temperature: 20.0 °C
    thermal_dispersion:
      - type: \"Schott formula\"
        coefficients: 1.96e-06 1.71e-08 -1.43e-11 5.22e-07 5.13e-10 0.197
",
        );
        let n = material
            .refractive_index(Wavelength::nm(1300.0), ROOM)
            .unwrap();
        assert!((n.im - 2e-6).abs() < 1e-18); // halfway, to round-off
        assert_eq!(material.source().unwrap().temperature, Some(ROOM));
        assert!(
            material
                .refractive_index(Wavelength::nm(1550.0), ROOM)
                .is_err()
        );
    }

    /// The file of SCHOTT N-BK7 (public domain), its k shortened; n_d is stated in the file itself.
    #[test]
    fn glass_of_a_maker() {
        let material = read(&format!(
            "{HEADER}REFERENCES: |
    <a href=\"https://refractiveindex.info/download/data/2017/schott_2017-01-20b.agf\">SCHOTT Zemax catalog 2017-01-20b</a>
    (obtained from <a href=\"https://www.schott.com/en-us/products/optical-glass-p1000267/downloads/\">http://www.schott.com</a>)<br>
COMMENTS: |
    step 0.5 available
DATA:
  - type: formula 2
    wavelength_range: 0.3 2.5
    coefficients: 0 1.03961212 0.00600069867 0.231792344 0.0200179144 1.01046945 103.560653
  - type: tabulated k
    data: |
        0.300 2.8607E-06
        0.580 9.2541E-09
        1.060 1.0137E-08
        1.530 9.8390E-08
        2.500 8.1300E-06
CONDITIONS:
    temperature: 293
PROPERTIES:
    thermal_dispersion:
      - type: formula A
        coefficients: 1.86e-06 1.31e-08 -1.37e-11 4.34e-07 6.27e-10 0.17
    nd: 1.5168
    Vd: 64.17
    density:
      - value: 2510
"
        ));
        let n = material
            .refractive_index(Wavelength::nm(587.56), ROOM)
            .unwrap();
        assert!((n.re - 1.5168).abs() < 5e-6, "{n}"); // n_d is stated as 1.5168(0)
        assert!((n.im - 9.27e-9).abs() < 1e-11);
        let source = material.source().unwrap();
        assert_eq!(
            (source.doi.as_deref(), source.temperature),
            (None, Some(Temperature::kelvin(293.0)))
        );
        assert!(
            source
                .reference
                .starts_with("SCHOTT Zemax catalog 2017-01-20b (obtained from")
        );
    }

    #[test]
    fn tabulated_n_and_a_single_coefficient() {
        let table = read(
            "REFERENCES: a\nDATA:\n  - type: tabulated n\n    data: |\n        1.30 3.5016\n        1.32 3.4990\n",
        );
        let n = table
            .refractive_index(Wavelength::nm(1310.0), ROOM)
            .unwrap();
        assert!((n.re - 3.5003).abs() < 1e-12); // a line between two points
        let constant =
            read("DATA:\n  - type: formula 5\n    wavelength_range: 1 2\n    coefficients: 1.5\n");
        assert_eq!(
            constant
                .refractive_index(Wavelength::nm(1310.0), ROOM)
                .unwrap()
                .re,
            1.5
        );
    }

    #[test]
    fn bad_files_are_errors() {
        for (yaml, expected) in [
            ("", "mine: the data cannot be read"),
            ("DATA: 3", "mine: the data cannot be read"),
            ("REFERENCES: a", "DATA"),
            ("DATA: []", "no refractive index"),
            (
                "DATA:\n  - type: formula 10\n    wavelength_range: 1 2\n    coefficients: 1",
                "no such formula",
            ),
            (
                "DATA:\n  - type: formula 1\n    wavelength_range: 1 2",
                "coefficients are missing",
            ),
            (
                "DATA:\n  - type: formula 1\n    coefficients: 1 2",
                "wavelength_range is missing",
            ),
            (
                "DATA:\n  - type: formula 1\n    wavelength_range: 2 1\n    coefficients: 1",
                "does not rise",
            ),
            (
                "DATA:\n  - type: formula 1\n    wavelength_range: 1 2\n    coefficients: 1 x",
                "'x' is not a number",
            ),
            (
                "DATA:\n  - type: tabulated nk\n    data: |\n        1 2\n        2 3",
                "row 1 of the data does not have 3",
            ),
            (
                "DATA:\n  - type: tabulated n\n    data: |\n        1 2\n",
                "two or more points",
            ),
            (
                "DATA:\n  - type: tabulated k\n    data: |\n        1 2\n        2 3\n",
                "no refractive index",
            ),
            ("DATA:\n  - type: model\n", "not a type of the database"),
        ] {
            assert!(reason(yaml).contains(expected), "{yaml}: {}", reason(yaml));
        }
    }
}
