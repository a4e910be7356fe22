//! The loss table as HDF5 that is also valid netCDF-4/CF.
//!
//! One HDF5 group a [`Group`]; each axis is a dimension scale; a variable NAME (f64, shuffle + gzip) has the companions
//! NAME_error, NAME_status (u8 with `flag_values` and `flag_meanings`) and, where there are any reasons, NAME_reason (u32, which of
//! NAME_reason_text), listed in its attribute `ancillary_variables`. Links and attributes keep their order of creation, as netCDF-4 asks;
//! no times are stored, so equal tables give equal bytes.

use std::ffi::CString;
use std::path::Path;

use hdf5::plist::file_create::{AttrCreationOrder, LinkCreationOrder};
use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, File, H5Type, Location};
use ndarray::{Array1, ArrayD, IxDyn};

use super::dimension_scales::{attach_scale, set_scale};
use super::reasons::numbered;
use crate::error::TableError;
use crate::{Attribute, AttributeValue, AxisScale, AxisValues, Field, Group, LossTable};
use crate::{Status, Variable};

/// gzip level: beyond it the time doubles for a per cent of size.
const GZIP_LEVEL: u8 = 4;
/// Most values of a chunk, the least that a reader unpacks: 1 MiB of f64, which is HDF5's own cache of chunks.
const CHUNK_VALUES: usize = 1 << 17;

/// Writes `table` to `path`, replacing a file there. On an error no file is left.
///
/// # Errors
/// A table that contradicts itself ([`LossTable::check`]); what HDF5 and the system say.
pub fn write_table(table: &LossTable, path: &Path) -> Result<(), TableError> {
    table.check()?;
    write_all(table, path).map_err(|source| {
        // A half-written table must not be taken for a whole one; the error to report is HDF5's.
        let _ = std::fs::remove_file(path);
        TableError::hdf5("write", path, source)
    })
}

fn write_all(table: &LossTable, path: &Path) -> hdf5::Result<()> {
    let order = (LinkCreationOrder::Indexed, AttrCreationOrder::Indexed);
    let file = File::with_options()
        // The format of HDF5 1.8 (2008): its metadata carry checksums, which the oldest format lacks.
        .with_fapl(|p| p.libver_v18())
        .with_fcpl(|p| {
            p.link_creation_order(order.0)
                .attr_creation_order(order.1)
                .obj_track_times(false)
        })
        .create(path)?;
    table
        .root_texts()
        .iter()
        .try_for_each(|(name, value)| text_attribute(&file, name, value))?;
    write_attributes(&file, &table.attributes)?;
    table
        .groups
        .iter()
        .try_for_each(|group| write_group(&file, group))?;
    table
        .fields
        .iter()
        .try_for_each(|field| write_field(&file, field))?;
    write_provenance(&file, table)?;
    file.flush()?;
    file.close()
}

fn write_group(file: &File, group: &Group) -> hdf5::Result<()> {
    let place = open_group(file, &group.path)?;
    text_attribute(&place, "long_name", &group.long_name)?;
    write_attributes(&place, &group.attributes)?;
    let scales = group
        .axes
        .iter()
        .map(|axis| write_axis(&place, axis))
        .collect::<hdf5::Result<Vec<_>>>()?;
    for variable in &group.variables {
        // The checked table guarantees that each axis is there.
        let along = |name: &String| group.axes.iter().position(|axis| axis.name == *name);
        let scales: Vec<&Dataset> = variable
            .axes
            .iter()
            .filter_map(along)
            .map(|i| &scales[i])
            .collect();
        let shape: Vec<usize> = scales.iter().flat_map(|scale| scale.shape()).collect();
        write_variable(&place, variable, &shape, &scales)?;
    }
    Ok(())
}

fn write_variable(
    place: &hdf5::Group,
    variable: &Variable,
    shape: &[usize],
    scales: &[&Dataset],
) -> hdf5::Result<()> {
    let [error_name, status_name, reason_name, text_name] = variable.companion_names();
    let data = write_numbers(place, &variable.name, shape, &variable.values)?;
    text_attribute(&data, "units", &variable.units)?;
    text_attribute(&data, "long_name", &variable.long_name)?;
    for (name, plane) in [
        ("from_plane", &variable.from_plane),
        ("to_plane", &variable.to_plane),
    ] {
        plane
            .iter()
            .try_for_each(|plane| text_attribute(&data, name, plane))?;
    }
    let mut companions = Vec::new();
    let mut sets = vec![data];
    if let Some(error) = &variable.error {
        let set = write_numbers(place, &error_name, shape, error)?;
        text_attribute(&set, "units", &variable.units)?;
        text_attribute(
            &set,
            "long_name",
            &format!("numerical error of {}", variable.long_name),
        )?;
        companions.push(error_name);
        sets.push(set);
    }
    let codes: Vec<u8> = variable.status.iter().map(|status| status.code()).collect();
    let set = write_numbers(place, &status_name, shape, &codes)?;
    text_attribute(
        &set,
        "long_name",
        &format!("status of {}", variable.long_name),
    )?;
    let flags = Status::ALL.map(Status::code);
    set.new_attr_builder()
        .with_data(&flags)
        .create("flag_values")?;
    text_attribute(
        &set,
        "flag_meanings",
        &Status::ALL.map(Status::name).join(" "),
    )?;
    companions.push(status_name);
    sets.push(set);
    if variable.has_reasons() {
        let (texts, numbers) = numbered(&variable.reason);
        let set = write_numbers(place, &reason_name, shape, &numbers)?;
        let what = format!("reason for the status of {}", variable.long_name);
        text_attribute(&set, "long_name", &format!("{what}, which of {text_name}"))?;
        write_axis(place, &AxisScale::text(text_name, what, texts))?;
        companions.push(reason_name);
        sets.push(set);
    }
    text_attribute(&sets[0], "ancillary_variables", &companions.join(" "))?;
    write_attributes(&sets[0], &variable.attributes)?;
    sets.iter().try_for_each(|set| attach(set, scales))
}

fn write_field(file: &File, field: &Field) -> hdf5::Result<()> {
    let place = open_group(file, &format!("fields/{}", field.path))?;
    text_attribute(&place, "long_name", &field.long_name)?;
    write_attributes(&place, &field.attributes)?;
    let (x, y) = (write_axis(&place, &field.x)?, write_axis(&place, &field.y)?);
    for component in &field.components {
        // Row-major, whatever the memory order of the caller's array.
        let values: Vec<f64> = component.values.iter().copied().collect();
        let data = write_numbers(&place, &component.name, component.values.shape(), &values)?;
        text_attribute(&data, "units", &component.units)?;
        text_attribute(&data, "long_name", &component.long_name)?;
        attach(&data, &[&x, &y])?;
    }
    Ok(())
}

fn write_provenance(file: &File, table: &LossTable) -> hdf5::Result<()> {
    let place = open_group(file, "provenance")?;
    write_attributes(&place, &table.provenance)?;
    let study = write_texts(&place, "study", &[], std::slice::from_ref(&table.study))?;
    text_attribute(&study, "long_name", "the study file, verbatim")?;
    if table.inputs.is_empty() {
        return Ok(());
    }
    let (names, contents): (Vec<String>, Vec<String>) = table
        .inputs
        .iter()
        .map(|input| (input.name.clone(), input.text.clone()))
        .unzip();
    let axis = AxisScale::text("input", "files that the study names", names);
    let scale = write_axis(&place, &axis)?;
    let data = write_texts(&place, "input_text", &[contents.len()], &contents)?;
    text_attribute(&data, "long_name", "these files, verbatim")?;
    attach(&data, &[&scale])
}

fn write_axis(place: &hdf5::Group, axis: &AxisScale) -> hdf5::Result<Dataset> {
    let data = match &axis.values {
        AxisValues::Numbers(values) => write_numbers(place, &axis.name, &[values.len()], values)?,
        AxisValues::Text(values) => write_texts(place, &axis.name, &[values.len()], values)?,
    };
    if !axis.units.is_empty() {
        text_attribute(&data, "units", &axis.units)?;
    }
    text_attribute(&data, "long_name", &axis.long_name)?;
    set_scale(&data, &c_string(&axis.name)?)?;
    Ok(data)
}

/// The group of that path, each missing level created; levels are created one by one so that all keep their order.
fn open_group(file: &File, path: &str) -> hdf5::Result<hdf5::Group> {
    path.split('/').try_fold(file.as_group()?, |parent, name| {
        if parent.link_exists(name) {
            return parent.group(name);
        }
        let builder = parent.create_group_builder().with_gcpl(|p| {
            p.link_creation_order(LinkCreationOrder::Indexed)
                .attr_creation_order(AttrCreationOrder::Indexed)
        });
        builder.obj_track_times(false).create(name)
    })
}

fn write_numbers<T: H5Type>(
    place: &hdf5::Group,
    name: &str,
    shape: &[usize],
    values: &[T],
) -> hdf5::Result<Dataset> {
    let view = ndarray::ArrayViewD::from_shape(IxDyn(shape), values)
        .map_err(|e| hdf5::Error::from(e.to_string()))?;
    let builder = place
        .new_dataset_builder()
        .obj_track_times(false)
        .attr_creation_order(AttrCreationOrder::Indexed);
    // HDF5 filters work on chunks, and a scalar has none.
    let builder = if shape.is_empty() {
        builder
    } else {
        builder.chunk(chunk(shape)).shuffle().deflate(GZIP_LEVEL)
    };
    builder.with_data(view).create(name)
}

/// Whole rows of the last axes as long as they fit, so that a chunk is one piece of the row-major values.
fn chunk(shape: &[usize]) -> Vec<usize> {
    let mut rest = CHUNK_VALUES;
    let mut chunk = shape.to_vec();
    for length in chunk.iter_mut().rev() {
        *length = (*length).min(rest);
        rest /= *length;
        rest = rest.max(1);
    }
    chunk
}

fn write_texts(
    place: &hdf5::Group,
    name: &str,
    shape: &[usize],
    values: &[String],
) -> hdf5::Result<Dataset> {
    let texts = values
        .iter()
        .map(|text| unicode(text))
        .collect::<hdf5::Result<Vec<_>>>()?;
    let texts = ArrayD::from_shape_vec(IxDyn(shape), texts)
        .map_err(|e| hdf5::Error::from(e.to_string()))?;
    let builder = place
        .new_dataset_builder()
        .obj_track_times(false)
        .attr_creation_order(AttrCreationOrder::Indexed);
    builder.no_chunk().with_data(&texts).create(name)
}

fn attach(data: &Dataset, scales: &[&Dataset]) -> hdf5::Result<()> {
    (0u32..)
        .zip(scales)
        .try_for_each(|(dimension, scale)| attach_scale(data, scale, dimension))
}

fn write_attributes(place: &Location, attributes: &[Attribute]) -> hdf5::Result<()> {
    for attribute in attributes {
        match &attribute.value {
            AttributeValue::Text(text) => text_attribute(place, &attribute.name, text)?,
            AttributeValue::Number(number) => {
                place
                    .new_attr::<f64>()
                    .create(attribute.name.as_str())?
                    .write_scalar(number)?;
            }
            AttributeValue::Numbers(numbers) => {
                let numbers = Array1::from(numbers.clone());
                place
                    .new_attr_builder()
                    .with_data(&numbers)
                    .create(attribute.name.as_str())?;
            }
        }
    }
    Ok(())
}

fn text_attribute(place: &Location, name: &str, text: &str) -> hdf5::Result<()> {
    place
        .new_attr::<VarLenUnicode>()
        .create(name)?
        .write_scalar(&unicode(text)?)
}

fn unicode(text: &str) -> hdf5::Result<VarLenUnicode> {
    text.parse().map_err(|e| hdf5::Error::from(format!("{e}")))
}

fn c_string(text: &str) -> hdf5::Result<CString> {
    CString::new(text).map_err(|e| hdf5::Error::from(e.to_string()))
}
