//! The loss table back from HDF5.
//!
//! Truncation, foreign files and most damage are errors: metadata and compressed values carry checksums. The heap where HDF5
//! keeps strings of variable length and dimension lists does not, and libhdf5 1.10 itself (h5dump too) can crash on a file
//! damaged just there.

use std::io::Read;
use std::path::Path;

use hdf5::types::{FloatSize, TypeDescriptor, VarLenArray, VarLenUnicode};
use hdf5::{Dataset, File, IterationOrder, Location, ObjectReference1, ReferencedObject};
use ndarray::Ix2;

use super::reasons::spelled_out;
use crate::error::TableError;
use crate::{
    Attribute, AttributeValue, AxisScale, AxisValues, Field, FieldComponent, FileError, Group,
    InputFile, LossTable,
};
use crate::{SCHEMA, SCHEMA_MAJOR, SCHEMA_VERSION, Status, Variable};

/// First bytes of every HDF5 file without a user block.
const HDF5_SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";
/// Major and minor version from which on a table has a sum of its content.
const FIRST_WITH_SUM: (u32, u32) = (1, 2);
/// Root attributes that have a field of their own in [`LossTable`], or follow from it.
const ROOT_ATTRIBUTES: [&str; 10] = [
    "Conventions",
    "schema",
    "schema_version",
    "title",
    "source",
    "history",
    "input_sha256",
    "content_sha256",
    "phase_convention",
    "loss_convention",
];

/// Reads a table that [`crate::write_table`] wrote.
///
/// # Errors
/// No such file; not HDF5; truncated; HDF5 without our schema; a schema of a later major version; a member missing; values
/// that contradict their status, or that are not those which were written.
pub fn read_table(path: &Path) -> Result<LossTable, TableError> {
    check_signature(path)?;
    let file = File::open(path).map_err(|source| {
        if source.to_string().contains("truncated") {
            TableError::Truncated {
                path: path.to_path_buf(),
                source,
            }
        } else {
            TableError::hdf5("open", path, source)
        }
    })?;
    let version = check_schema(&file, path)?;
    let table = read_all(&file).map_err(|error| match error {
        Unreadable::Library(source) => TableError::Hdf5 {
            attempt: "read",
            path: path.to_path_buf(),
            source,
        },
        Unreadable::Damaged(problem) => damaged(path, problem),
    })?;
    table
        .check()
        .map_err(|contradiction| damaged(path, contradiction.to_string()))?;
    check_sums(&file, path, version, &table)?;
    Ok(table)
}

/// Whether study and numbers are those that were written.
fn check_sums(
    file: &File,
    path: &Path,
    version: (u32, u32),
    table: &LossTable,
) -> Result<(), TableError> {
    let sums = [
        ("its study", "input_sha256", table.input_sha256()),
        ("its content", "content_sha256", table.content_sha256()),
    ];
    for (what, attribute, found) in sums {
        match text(file, attribute) {
            Some(stated) if stated == found => {}
            None if attribute == "content_sha256" && version < FIRST_WITH_SUM => {}
            None => {
                return Err(damaged(
                    path,
                    format!("its root has no attribute {attribute}"),
                ));
            }
            Some(stated) => {
                return Err(TableError::Changed {
                    path: path.to_path_buf(),
                    what,
                    attribute,
                    stated,
                    found,
                });
            }
        }
    }
    Ok(())
}

fn damaged(path: &Path, problem: String) -> TableError {
    TableError::Damaged {
        path: path.to_path_buf(),
        problem,
    }
}

/// Why a file of ours cannot be read.
enum Unreadable {
    Library(hdf5::Error),
    Damaged(String),
}

impl From<hdf5::Error> for Unreadable {
    fn from(error: hdf5::Error) -> Self {
        Self::Library(error)
    }
}

fn check_signature(path: &Path) -> Result<(), TableError> {
    let mut first = Vec::with_capacity(HDF5_SIGNATURE.len());
    let file = std::fs::File::open(path).map_err(FileError::at("open", path))?;
    file.take(HDF5_SIGNATURE.len() as u64)
        .read_to_end(&mut first)
        .map_err(FileError::at("read", path))?;
    let found = match first.as_slice() {
        _ if first == HDF5_SIGNATURE => return Ok(()),
        [] => "it is empty",
        [b'P', b'K', ..] => "it looks like a zip archive",
        [b'C', b'D', b'F', ..] => "it looks like netCDF-3",
        _ => "its first bytes are not \\x89HDF",
    };
    Err(TableError::NotHdf5 {
        path: path.to_path_buf(),
        found,
    })
}

/// Major and minor version of a schema that this program reads.
fn check_schema(file: &File, path: &Path) -> Result<(u32, u32), TableError> {
    let foreign = |missing: &str| TableError::Foreign {
        path: path.to_path_buf(),
        missing: missing.to_owned(),
    };
    if text(file, "schema").as_deref() != Some(SCHEMA) {
        return Err(foreign(
            "its root has no attribute schema = \"cpo loss table\"",
        ));
    }
    let version =
        text(file, "schema_version").ok_or_else(|| foreign("its root has no schema_version"))?;
    let mut parts = version.split('.').map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major @ 1..=SCHEMA_MAJOR)), Some(Ok(minor))) => Ok((major, minor)),
        (Some(Ok(major)), Some(Ok(_))) if major > SCHEMA_MAJOR => Err(TableError::NewerSchema {
            path: path.to_path_buf(),
            found: version,
        }),
        _ => Err(foreign(&format!(
            "its schema_version is \"{version}\", not one such as \"{SCHEMA_VERSION}\""
        ))),
    }
}

fn read_all(file: &File) -> Result<LossTable, Unreadable> {
    let root = |name: &str| {
        text(file, name).ok_or_else(|| Unreadable::Damaged(format!("no root attribute {name}")))
    };
    let provenance = file.group("provenance")?;
    let study = provenance
        .dataset("study")?
        .read_scalar::<VarLenUnicode>()?
        .as_str()
        .to_owned();
    let mut table = LossTable::new(root("title")?, root("source")?, study);
    table.history = root("history")?;
    table.attributes = attributes(file, &ROOT_ATTRIBUTES)?;
    table.provenance = attributes(&provenance, &[])?;
    if provenance.link_exists("input") {
        let names = texts(&provenance.dataset("input")?)?;
        let contents = texts(&provenance.dataset("input_text")?)?;
        let inputs = names.into_iter().zip(contents);
        table.inputs = inputs
            .map(|(name, text)| InputFile { name, text })
            .collect();
    }
    for name in members(file)? {
        match name.as_str() {
            "provenance" => {}
            "fields" => walk(&file.group("fields")?, "", &mut |place, path| {
                table.fields.push(read_field(place, path)?);
                Ok(())
            })?,
            _ => {
                // Of a later minor version, or of another program, where it is no group.
                let Ok(top) = file.group(&name) else {
                    continue;
                };
                walk(&top, &name, &mut |place, path| {
                    table.groups.push(read_group(place, path)?);
                    Ok(())
                })?;
            }
        }
    }
    Ok(table)
}

/// Visits each group with a `long_name` at or under `place`, in order of creation: only those hold something.
fn walk(
    place: &hdf5::Group,
    path: &str,
    visit: &mut impl FnMut(&hdf5::Group, &str) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    if text(place, "long_name").is_some() {
        visit(place, path)?;
    }
    for name in members(place)? {
        if let Ok(child) = place.group(&name) {
            let path = if path.is_empty() {
                name
            } else {
                format!("{path}/{name}")
            };
            walk(&child, &path, visit)?;
        }
    }
    Ok(())
}

fn read_group(place: &hdf5::Group, path: &str) -> Result<Group, Unreadable> {
    let mut group = Group::new(path, text(place, "long_name").unwrap_or_default());
    group.attributes = attributes(place, &["long_name"])?;
    let sets = datasets(place)?;
    let companions: Vec<String> = sets
        .iter()
        .filter_map(|(_, set)| text(set, "ancillary_variables"))
        .flat_map(|names| names.split(' ').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let sets = sets
        .iter()
        .filter(|(name, _)| !is_texts_of_reasons(name, &companions));
    for (name, set) in sets {
        if is_scale(set) {
            group.axes.push(read_axis(name, set)?);
        } else if !companions.contains(name) && text(set, "ancillary_variables").is_some() {
            group.variables.push(read_variable(place, name, set)?);
        }
    }
    Ok(group)
}

fn read_variable(place: &hdf5::Group, name: &str, set: &Dataset) -> Result<Variable, Unreadable> {
    let mut variable = Variable::new(
        name,
        required(set, "units")?,
        required(set, "long_name")?,
        &[],
        numbers(set)?,
    );
    variable.axes = axis_names(place, set)?;
    variable.from_plane = text(set, "from_plane");
    variable.to_plane = text(set, "to_plane");
    variable.attributes = attributes(set, &[])?;
    let [error_name, status_name, reason_name, text_name] = variable.companion_names();
    let companions = required(set, "ancillary_variables")?;
    let companions: Vec<&str> = companions.split(' ').collect();
    if companions.contains(&error_name.as_str()) {
        variable.error = Some(numbers(&companion(place, &error_name)?)?);
    }
    let codes = companion(place, &status_name)?.read_raw::<u8>()?;
    let known = |&code: &u8| {
        Status::from_code(code).ok_or_else(|| {
            let most = Status::ALL.len() - 1;
            Unreadable::Damaged(format!(
                "{}/{status_name} holds the status {code}; there are 0 to {most}",
                place.name()
            ))
        })
    };
    variable.status = codes.iter().map(known).collect::<Result<_, _>>()?;
    if companions.contains(&reason_name.as_str()) {
        variable.reason = read_reasons(place, &reason_name, &text_name)?;
    }
    Ok(variable)
}

/// Before version 2 reasons were texts themselves.
fn read_reasons(
    place: &hdf5::Group,
    name: &str,
    texts_name: &str,
) -> Result<Vec<String>, Unreadable> {
    let set = companion(place, name)?;
    if set.dtype()?.to_descriptor()? == TypeDescriptor::VarLenUnicode {
        return Ok(texts(&set)?);
    }
    let known = texts(&companion(place, texts_name)?)?;
    spelled_out(&known, &set.read_raw::<u32>()?).map_err(|number| {
        let most = known.len().saturating_sub(1);
        let place = place.name();
        Unreadable::Damaged(format!(
            "{place}/{name} holds {number}; {texts_name} has 0 to {most}"
        ))
    })
}

fn is_texts_of_reasons(name: &str, companions: &[String]) -> bool {
    let of = name.strip_suffix("_text");
    of.is_some_and(|of| of.ends_with("_reason") && companions.iter().any(|c| c == of))
}

fn companion(place: &hdf5::Group, name: &str) -> Result<Dataset, Unreadable> {
    place
        .dataset(name)
        .map_err(|_| Unreadable::Damaged(format!("{} has no data set {name}", place.name())))
}

fn read_field(place: &hdf5::Group, path: &str) -> Result<Field, Unreadable> {
    let (scales, sets): (Vec<_>, Vec<_>) = datasets(place)?
        .into_iter()
        .partition(|(_, set)| is_scale(set));
    let [(x_name, x), (y_name, y)] = scales.as_slice() else {
        return Err(Unreadable::Damaged(format!(
            "fields/{path} has not two axes"
        )));
    };
    let component = |(name, set): &(String, Dataset)| -> Result<FieldComponent, Unreadable> {
        let values = set.read::<f64, Ix2>()?;
        Ok(FieldComponent::real(
            name.as_str(),
            required(set, "units")?,
            required(set, "long_name")?,
            values,
        ))
    };
    Ok(Field {
        path: path.to_owned(),
        long_name: text(place, "long_name").unwrap_or_default(),
        attributes: attributes(place, &["long_name"])?,
        x: read_axis(x_name, x)?,
        y: read_axis(y_name, y)?,
        components: sets.iter().map(component).collect::<Result<_, _>>()?,
    })
}

fn read_axis(name: &str, set: &Dataset) -> Result<AxisScale, Unreadable> {
    let values = match set.dtype()?.to_descriptor()? {
        TypeDescriptor::VarLenUnicode => AxisValues::Text(texts(set)?),
        _ => AxisValues::Numbers(numbers(set)?),
    };
    let units = text(set, "units").unwrap_or_default();
    Ok(AxisScale {
        name: name.to_owned(),
        units,
        long_name: required(set, "long_name")?,
        values,
    })
}

/// Names of the scales attached to `set`, from the references that H5DSattach_scale keeps in DIMENSION_LIST.
fn axis_names(place: &hdf5::Group, set: &Dataset) -> Result<Vec<String>, Unreadable> {
    if set.is_scalar() {
        return Ok(Vec::new());
    }
    let lists = set
        .attr("DIMENSION_LIST")?
        .read_raw::<VarLenArray<ObjectReference1>>()?;
    let name = |list: &VarLenArray<ObjectReference1>| {
        let reference = list.first().ok_or_else(|| {
            Unreadable::Damaged(format!("a dimension of {} has no scale", set.name()))
        })?;
        match place.dereference(reference)? {
            ReferencedObject::Dataset(scale) => Ok(scale
                .name()
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned()),
            _ => Err(Unreadable::Damaged(format!(
                "a dimension of {} refers to no data set",
                set.name()
            ))),
        }
    };
    lists.iter().map(name).collect()
}

fn members(place: &hdf5::Group) -> hdf5::Result<Vec<String>> {
    let by_creation =
        place.member_names_by(hdf5::IndexType::CreationOrder, IterationOrder::Increasing);
    by_creation.or_else(|_| place.member_names())
}

fn datasets(place: &hdf5::Group) -> hdf5::Result<Vec<(String, Dataset)>> {
    let sets = members(place)?
        .into_iter()
        .filter_map(|name| place.dataset(&name).ok().map(|set| (name, set)));
    Ok(sets.collect())
}

fn is_scale(set: &Dataset) -> bool {
    set.attr("CLASS").is_ok()
}

fn numbers(set: &Dataset) -> hdf5::Result<Vec<f64>> {
    set.read_raw::<f64>()
}

fn texts(set: &Dataset) -> hdf5::Result<Vec<String>> {
    Ok(set
        .read_raw::<VarLenUnicode>()?
        .iter()
        .map(|text| text.as_str().to_owned())
        .collect())
}

fn text(place: &Location, name: &str) -> Option<String> {
    place
        .attr(name)
        .ok()?
        .read_scalar::<VarLenUnicode>()
        .ok()
        .map(|text| text.as_str().to_owned())
}

fn required(set: &Dataset, name: &str) -> Result<String, Unreadable> {
    text(set, name)
        .ok_or_else(|| Unreadable::Damaged(format!("{} has no attribute {name}", set.name())))
}

/// Attributes that a caller of the writer gave: neither reserved nor in `own`, in order of creation.
fn attributes(place: &Location, own: &[&str]) -> Result<Vec<Attribute>, Unreadable> {
    let by_creation =
        place.attr_names_by(hdf5::IndexType::CreationOrder, IterationOrder::Increasing);
    let names = by_creation.or_else(|_| place.attr_names())?;
    let mut attributes = Vec::new();
    for name in names
        .iter()
        .filter(|name| !own.contains(&name.as_str()) && !Attribute::is_reserved(name))
    {
        let attribute = place.attr(name)?;
        let value = match attribute.dtype()?.to_descriptor()? {
            TypeDescriptor::VarLenUnicode => AttributeValue::Text(
                attribute
                    .read_scalar::<VarLenUnicode>()?
                    .as_str()
                    .to_owned(),
            ),
            TypeDescriptor::Float(FloatSize::U8) if attribute.is_scalar() => {
                AttributeValue::Number(attribute.read_scalar::<f64>()?)
            }
            TypeDescriptor::Float(FloatSize::U8) => {
                AttributeValue::Numbers(attribute.read_raw::<f64>()?)
            }
            _ => continue, // netCDF tools add bookkeeping of their own types
        };
        attributes.push(Attribute {
            name: name.clone(),
            value,
        });
    }
    Ok(attributes)
}
