//! Geometry with values put in: cross-sections and floorplans.

use std::collections::BTreeSet;

use cpo_materials::{Angle, Length, Quantity, Temperature};
use cpo_meshes::{
    CrossSection, Direction, Floorplan, Footprint, LayerStack, MeshError, Shape, Window,
};
use cpo_solver::grating::{Apodisation, Grating, GratingBeam, GratingError, GratingProblem};

use super::instance::{Mistake, find};
use super::{
    CrossSectionTable, Expr, Fiber, FloorplanTable, FootprintEntry, GratingTable, ParameterId,
    ParameterValues, PlanAxis, ShapeKind, Study, Teeth, Vertical,
};
use crate::error::StudyError;
use crate::file::Place;

impl Study {
    /// The cross-section `name` with values put in.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`]; [`StudyError::Invalid`] if the values make no geometry.
    pub fn cross_section(
        &self,
        name: &str,
        values: &ParameterValues,
    ) -> Result<CrossSection, StudyError> {
        let table = find(&self.cross_sections, "cross_section", name, |t| &t.name)?;
        Ok(self.make_cross_section(table, values)?)
    }

    /// The grating `name` with values put in, lit at its design wavelength.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`]; [`StudyError::Invalid`] if the values make no grating.
    pub fn grating(
        &self,
        name: &str,
        values: &ParameterValues,
        temperature: Temperature,
    ) -> Result<GratingProblem, StudyError> {
        Ok(self.make_grating(self.grating_table(name)?, values, temperature)?)
    }

    pub(crate) fn make_grating(
        &self,
        table: &GratingTable,
        values: &ParameterValues,
        temperature: Temperature,
    ) -> Result<GratingProblem, Mistake> {
        let at = |expr: &Expr<Length>| self.evaluate(expr, values);
        let wrong = |error: GratingError| self.mistake(&table.place, error.to_string());
        let mut stack = LayerStack::from_bottom();
        for layer in &table.layers {
            let material = self.make_material(layer.material, values)?;
            // The outermost run on, however thick they are drawn.
            let thickness = layer.thickness.as_ref().map_or(Length::um(1.0), at);
            stack = stack.layer(&layer.name, &material, thickness);
        }
        let fill = self.make_material(table.fill, values)?;
        let wavelength = self.evaluate(&table.design_wavelength, values);
        let angle = self.evaluate(&table.angle, values);
        let mut grating = Grating::new(stack, &table.core, at(&table.etch), &fill);
        if let Some([before, after]) = &table.margins {
            grating = grating.margins(at(before), at(after));
        }
        let grating = match &table.teeth {
            Teeth::Rule {
                periods,
                fill,
                rate,
                least_fill,
            } => {
                let rule = Apodisation {
                    fill: self.evaluate(fill, values).si(),
                    rate: self.evaluate(rate, values).si(),
                    least: self.evaluate(least_fill, values).si(),
                    angle,
                    periods: *periods,
                };
                // Made once, whatever the temperature it is used at.
                let made_at = self.evaluate(&self.temperature, &ParameterValues::nominal());
                grating
                    .apodised(&rule, wavelength, made_at)
                    .map_err(wrong)?
            }
            Teeth::Uniform {
                periods,
                pitch,
                fill,
            } => {
                let (pitch, fill) = (at(pitch), self.evaluate(fill, values).si());
                grating.uniform(*periods, pitch, fill).map_err(wrong)?
            }
            Teeth::Trenches(trenches) => {
                let pairs: Vec<[Length; 2]> = trenches
                    .iter()
                    .map(|pair| pair.each_ref().map(at))
                    .collect();
                grating.trenches(&pairs)
            }
        };
        let fibers = self.fibers.iter();
        let fiber = fibers.clone().find(|f| f.name == table.fiber);
        let fiber = match fiber {
            Some(fiber) => self.make_fiber(fiber, values, wavelength, temperature)?,
            None => return Err(self.mistake(&table.fiber_place, "there is no such fibre")),
        };
        let Fiber::Gaussian {
            mode_field_diameter,
            ..
        } = fiber
        else {
            let mut mistake = self.mistake(
                &table.fiber_place,
                format!(
                    "a grating takes a fibre by its mode field diameter, and \"{}\" is given by its core",
                    table.fiber
                ),
            );
            mistake.help("add a fibre with, for example, mode_field_diameter = \"10.4 um\"");
            return Err(mistake);
        };
        let beam =
            GratingBeam::new(mode_field_diameter, angle, at(&table.height)).map_err(wrong)?;
        let problem = GratingProblem::new(grating, wavelength, beam).at_temperature(temperature);
        problem.check().map_err(wrong)?;
        Ok(problem)
    }

    pub(crate) fn make_cross_section(
        &self,
        table: &CrossSectionTable,
        values: &ParameterValues,
    ) -> Result<CrossSection, Mistake> {
        let at = |expr: &Expr<Length>| self.evaluate(expr, values).si();
        let [x, y] = table.window.map(|pair| pair.map(|edge| at(&edge)));
        let wrong = |place: &Place, error: MeshError| self.mistake(place, error.to_string());
        let background = self.make_material(table.background, values)?;
        let mut section = CrossSection::new(Window { x, y }, background)
            .map_err(|error| wrong(&table.place, error))?;
        let mut top = y[0];
        for layer in &table.layers {
            let bottom = layer.bottom.as_ref().map_or(top, at);
            top = layer
                .thickness
                .as_ref()
                .map_or(y[1], |thickness| bottom + at(thickness));
            let height = top - bottom;
            if height <= 0.0 {
                let (from, to) = (Length::m(bottom), Length::m(y[1]));
                return Err(self.mistake(
                    &layer.place,
                    format!(
                        "the layer \"{}\" begins at {from}, above the window, which ends at {to}",
                        layer.name
                    ),
                ));
            }
            let shape = Shape::Rectangle {
                x: 0.5 * (x[0] + x[1]),
                bottom,
                width: x[1] - x[0],
                height,
            };
            let material = self.make_material(layer.material, values)?;
            section = section
                .paint(&layer.name, material, shape)
                .map_err(|error| wrong(&layer.place, error))?;
        }
        for entry in &table.shapes {
            let shape = match &entry.kind {
                ShapeKind::Rectangle {
                    width,
                    height,
                    vertical,
                    x,
                } => {
                    let (x, width, height) = (at(x), at(width), at(height));
                    let bottom = match vertical {
                        Vertical::Bottom(bottom) => at(bottom),
                        Vertical::Centre(y) => at(y) - 0.5 * height,
                    };
                    Shape::Rectangle {
                        x,
                        bottom,
                        width,
                        height,
                    }
                }
                ShapeKind::Trapezoid {
                    width,
                    height,
                    bottom,
                    x,
                    sidewall,
                } => {
                    let sidewall: Angle = self.evaluate(sidewall, values);
                    Shape::Trapezoid {
                        x: at(x),
                        bottom: at(bottom),
                        width: at(width),
                        height: at(height),
                        sidewall: sidewall.si(),
                    }
                }
                ShapeKind::Circle { radius, x, y } => Shape::Circle {
                    x: at(x),
                    y: at(y),
                    radius: at(radius),
                },
                ShapeKind::Polygon { points } => Shape::Polygon {
                    points: points.iter().map(|p| [at(&p[0]), at(&p[1])]).collect(),
                },
            };
            let material = self.make_material(entry.material, values)?;
            section = section
                .paint(&entry.name, material, shape)
                .map_err(|error| wrong(&entry.place, error))?;
        }
        Ok(section)
    }

    /// Parameters of the geometry and the materials of the cross-section `name`.
    pub(crate) fn geometry_parameters(&self, name: &str) -> BTreeSet<ParameterId> {
        let mut found = BTreeSet::new();
        for section in self.cross_sections.iter().filter(|s| s.name == name) {
            section.parameters(&mut found);
            for (id, _) in section.materials() {
                self.materials[id.0].parameters(&mut found);
            }
        }
        found
    }

    /// The floorplan `name` with values put in. Sources that a laser drives have no power here.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`]; [`StudyError::Invalid`] if the values make no geometry.
    pub fn floorplan(&self, name: &str, values: &ParameterValues) -> Result<Floorplan, StudyError> {
        let table = find(&self.floorplans, "floorplan", name, |t| &t.name)?;
        Ok(self.make_floorplan(table, values)?)
    }

    pub(crate) fn make_floorplan(
        &self,
        table: &FloorplanTable,
        values: &ParameterValues,
    ) -> Result<Floorplan, Mistake> {
        let at = |expr: &Expr<Length>| self.evaluate(expr, values).si();
        let wrong = |place: &Place, error: MeshError| self.mistake(place, error.to_string());
        let footprint = |f: &FootprintEntry| {
            Footprint::centred([at(&f.width), at(&f.length)], [at(&f.x), at(&f.y)])
        };
        let size = [at(&table.size[0]), at(&table.size[1])];
        let mut plan = Floorplan::new(size).map_err(|error| wrong(&table.place, error))?;
        for layer in &table.layers {
            let material = self.make_material(layer.material, values)?;
            plan = plan
                .layer(&layer.name, material, at(&layer.thickness))
                .map_err(|error| wrong(&layer.place, error))?;
        }
        for block in &table.blocks {
            let material = self.make_material(block.material, values)?;
            let layers: Vec<&str> = block.layers.iter().map(String::as_str).collect();
            plan = plan
                .block(&block.name, footprint(&block.footprint), &layers, material)
                .map_err(|error| wrong(&block.place, error))?;
        }
        for source in &table.sources {
            let power = source
                .power
                .map_or(0.0, |power| self.evaluate(&power, values).si());
            let (name, place) = (&source.name, footprint(&source.footprint));
            plan = match &source.array {
                None => plan.source(name, place, &source.layer, power),
                Some(array) => {
                    let axis = match array.axis {
                        PlanAxis::X => Direction::X,
                        PlanAxis::Y => Direction::Y,
                    };
                    let array = (array.count, at(&array.pitch), axis);
                    plan.source_array(name, place, array, &source.layer, power)
                }
            }
            .map_err(|error| wrong(&source.place, error))?;
        }
        plan.complete().map_err(|error| wrong(&table.place, error))
    }
}
