//! Geometry with values put in: cross-sections, gratings, tapers and floorplans.

use std::collections::BTreeSet;

use cpo_materials::{Angle, Length, Quantity, Temperature, Wavelength};
use cpo_meshes::{
    CrossSection, Direction, Floorplan, Footprint, LayerStack, MeshError, Shape, Window,
};
use cpo_solver::grating::{Apodisation, Grating, GratingBeam, GratingError, GratingProblem};
use cpo_solver::heat::{Boundaries, HeatProblem};
use cpo_solver::modes::{Wall as SolverWall, Walls as SolverWalls};
use cpo_solver::taper::{Profile, Taper, TaperProblem};

use super::instance::{Mistake, find};
use super::{
    ArrayEntry, CrossSectionTable, Expr, FiberModel, FloorplanTable, FootprintEntry, GratingTable,
    HeatTable, ModesTable, ParameterId, ParameterValues, PlanAxis, ShapeEntry, ShapeKind, Study,
    TaperProfile, TaperTable, Teeth, Vertical, Wall, Walls,
};
use crate::error::StudyError;
use crate::file::Place;

/// What a grating is drawn for, however it comes out.
#[derive(Clone, Copy, Debug)]
pub struct DrawnGrating<'a> {
    /// Values that its rule is for.
    pub values: &'a ParameterValues,
    /// Factor on all positions along the guide that centring has found; 1 without it.
    pub stretch: f64,
}

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

    /// Rough regions of the cross-section `name`, by their number in it, with rms and correlation length.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`].
    pub fn rough_regions(
        &self,
        name: &str,
        values: &ParameterValues,
    ) -> Result<Vec<(usize, [Length; 2])>, StudyError> {
        let table = find(&self.cross_sections, "cross_section", name, |t| &t.name)?;
        let at = |expr: &Expr<Length>| self.evaluate(expr, values);
        let rough = |(k, shape): (usize, &ShapeEntry)| {
            let rough = shape.roughness.as_ref()?;
            let lengths = [at(&rough.rms), at(&rough.correlation_length)];
            // Layers are painted first.
            Some((table.layers.len() + k, lengths))
        };
        Ok(table.shapes.iter().enumerate().filter_map(rough).collect())
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
        let drawn = DrawnGrating {
            values,
            stretch: 1.0,
        };
        Ok(self.make_grating(self.grating_table(name)?, &drawn, values, temperature)?)
    }

    /// The grating `name` as it is `drawn` where the values at which it is made deviate from those: trenches by a rule stay,
    /// but for their bias, and layers, depth, pitch and fibre follow.
    ///
    /// # Errors
    /// As [`Study::grating`].
    pub fn grating_as_made(
        &self,
        name: &str,
        drawn: &DrawnGrating<'_>,
        values: &ParameterValues,
        temperature: Temperature,
    ) -> Result<GratingProblem, StudyError> {
        Ok(self.make_grating(self.grating_table(name)?, drawn, values, temperature)?)
    }

    pub(crate) fn make_grating(
        &self,
        table: &GratingTable,
        drawn: &DrawnGrating<'_>,
        values: &ParameterValues,
        temperature: Temperature,
    ) -> Result<GratingProblem, Mistake> {
        let grating = self.make_stack(table, values)?;
        let grating = self.make_trenches(table, grating, drawn, values)?;
        let wrong = |error: GratingError| self.mistake(&table.place, error.to_string());
        let wavelength = self.evaluate(&table.design_wavelength, drawn.values);
        let beam = self.make_beam(table, values, (wavelength, temperature))?;
        let problem = GratingProblem::new(grating, wavelength, beam).at_temperature(temperature);
        problem.check().map_err(wrong)?;
        Ok(problem)
    }

    /// The layers of a grating, without trenches.
    fn make_stack(
        &self,
        table: &GratingTable,
        values: &ParameterValues,
    ) -> Result<Grating, Mistake> {
        let at = |expr: &Expr<Length>| self.evaluate(expr, values);
        let mut stack = LayerStack::from_bottom();
        for layer in &table.layers {
            let material = self.make_material(layer.material, values)?;
            // The outermost run on, however thick they are drawn.
            let thickness = layer.thickness.as_ref().map_or(Length::um(1.0), at);
            stack = stack.layer(&layer.name, &material, thickness);
        }
        let fill = self.make_material(table.fill, values)?;
        let grating = Grating::new(stack, &table.core, at(&table.etch), &fill);
        Ok(match &table.margins {
            Some([before, after]) => grating.margins(at(before), at(after)),
            None => grating,
        })
    }

    /// The trenches of a grating in its layers.
    fn make_trenches(
        &self,
        table: &GratingTable,
        grating: Grating,
        drawn: &DrawnGrating<'_>,
        values: &ParameterValues,
    ) -> Result<Grating, Mistake> {
        let at = |expr: &Expr<Length>| self.evaluate(expr, values);
        let wrong = |error: GratingError| self.mistake(&table.place, error.to_string());
        let grating = match &table.teeth {
            Teeth::Rule {
                periods,
                fill,
                rate,
                least_fill,
            } => {
                let rule = Apodisation {
                    fill: self.evaluate(fill, drawn.values).si(),
                    rate: self.evaluate(rate, drawn.values).si(),
                    least: self.evaluate(least_fill, drawn.values).si(),
                    angle: self.evaluate(&table.angle, drawn.values),
                    periods: *periods,
                };
                let wavelength = self.evaluate(&table.design_wavelength, drawn.values);
                // Drawn once, whatever the temperature it is used at and however its layers come out.
                let drawn_at = self.evaluate(&self.temperature, &ParameterValues::nominal());
                let on_paper = self
                    .make_stack(table, drawn.values)?
                    .apodised(&rule, wavelength, drawn_at)
                    .map_err(wrong)?;
                grating.with_edges(on_paper.edges().to_vec())
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
        let [bias, made] =
            [drawn.values, values].map(|v| self.evaluate(&table.trench_bias, v).si());
        Ok(grating
            .widened(bias)
            .scaled(drawn.stretch)
            .widened(made - bias))
    }

    /// The beam of a grating's fibre.
    fn make_beam(
        &self,
        table: &GratingTable,
        values: &ParameterValues,
        (wavelength, temperature): (Wavelength, Temperature),
    ) -> Result<GratingBeam, Mistake> {
        let wrong = |error: GratingError| self.mistake(&table.place, error.to_string());
        let fibers = self.fibers.iter();
        let fiber = fibers.clone().find(|f| f.name == table.fiber);
        let fiber = match fiber {
            Some(fiber) => self.make_fiber(fiber, values, wavelength, temperature)?,
            None => return Err(self.mistake(&table.fiber_place, "there is no such fibre")),
        };
        let FiberModel::Gaussian {
            mode_field_diameter: [along, _],
            working_distance,
            ..
        } = fiber.model
        else {
            let mut mistake = self.mistake(
                &table.fiber_place,
                format!(
                    "a grating takes a fibre by its mode field diameter, and \"{}\" is given in another way",
                    table.fiber
                ),
            );
            mistake.help("add a fibre with, for example, mode_field_diameter = \"10.4 um\"");
            return Err(mistake);
        };
        if working_distance.si() > 0.0 {
            let told = format!(
                "a grating takes no lensed fibre, and \"{}\" is one",
                table.fiber
            );
            let mut mistake = self.mistake(&table.fiber_place, told);
            mistake
                .help("give the beam at its waist, and the grating's `height` above the surface");
            return Err(mistake);
        }
        let angle = self.evaluate(&table.angle, values);
        let height = self.evaluate(&table.height, values);
        GratingBeam::new(along, angle, height).map_err(wrong)
    }

    /// The taper `name` with values put in, as long as its lengths are at first.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`]; [`StudyError::Invalid`] if the values make no taper.
    pub fn taper(
        &self,
        name: &str,
        values: &ParameterValues,
        wavelength: Wavelength,
        temperature: Temperature,
    ) -> Result<TaperProblem, StudyError> {
        Ok(self.make_taper(self.taper_table(name)?, values, (wavelength, temperature))?)
    }

    pub(crate) fn make_taper(
        &self,
        table: &TaperTable,
        values: &ParameterValues,
        (wavelength, temperature): (Wavelength, Temperature),
    ) -> Result<TaperProblem, Mistake> {
        let seen = |name: &str, place: &Place| -> Result<CrossSection, Mistake> {
            match self.cross_sections.iter().find(|s| s.name == name) {
                Some(section) => self.make_cross_section(section, values),
                None => Err(self.mistake(place, "there is no such cross-section")),
            }
        };
        let mut taper: Option<Taper> = None;
        for (k, section) in table.sections.iter().enumerate() {
            let start = seen(&section.from, &section.from_place)?;
            let end = seen(&section.to, &section.to_place)?;
            let before = match taper {
                None => Taper::starting_at(&start),
                Some(before) if table.steps_before(k) => {
                    let [here, there] = [before.end(), &start].map(CrossSection::window);
                    if here != there {
                        let last = &table.sections[k - 1].to;
                        let mut mistake = self.mistake(
                            &section.from_place,
                            format!(
                                "light cannot step from [cross_section.{last}] to [cross_section.{}]: one shows the \
                                 window {here}, the other {there}",
                                section.from
                            ),
                        );
                        mistake.help("give all cross-sections of a taper one window");
                        return Err(mistake);
                    }
                    before.step(&start)
                }
                Some(before) => before,
            };
            if let Err(error) = start.between(&end, 0.5) {
                let mut mistake = self.mistake(
                    &section.to_place,
                    format!(
                        "nothing leads from [cross_section.{}] to [cross_section.{}]: {error}",
                        section.from, section.to
                    ),
                );
                mistake.help(
                    "give both one window and the same regions in one order, changing sizes alone; what begins or ends \
                     on the way is a step, a new section with another `from`",
                );
                return Err(mistake);
            }
            let profile = match &section.profile {
                TaperProfile::Linear => Profile::Linear,
                TaperProfile::Power(power) => Profile::Power(self.evaluate(power, values).si()),
                TaperProfile::Points(points) => Profile::Points(points.clone()),
            };
            let length = section.first_length(values);
            taper = Some(before.shaped(&section.name, &end, length, profile));
        }
        let wrong = |message: String| self.mistake(&table.place, message);
        let taper = taper.ok_or_else(|| wrong(String::from("a taper needs a section")))?;
        let problem = TaperProblem::new(&taper, wavelength)
            .at_temperature(temperature)
            .walled(self.make_walls(&table.boundary, values));
        problem.check().map_err(|error| wrong(error.to_string()))?;
        Ok(problem)
    }

    pub(crate) fn make_walls(&self, walls: &Walls, values: &ParameterValues) -> SolverWalls {
        let wall = |wall: Wall| match wall {
            Wall::Electric => SolverWall::Electric,
            Wall::Magnetic => SolverWall::Magnetic,
            Wall::Absorbing { thickness } => SolverWall::Absorbing {
                thickness: self.evaluate(&thickness, values).si(),
            },
        };
        SolverWalls {
            left: wall(walls.left),
            right: wall(walls.right),
            bottom: wall(walls.bottom),
            top: wall(walls.top),
        }
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

    /// Parameters of what the modes of a table see: of its cross-section and its bend, not of its walls and its target.
    pub(crate) fn guide_parameters(&self, modes: &ModesTable) -> BTreeSet<ParameterId> {
        let mut found = self.geometry_parameters(&modes.cross_section);
        found.extend(modes.bend_radius.and_then(|r| r.parameter()));
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

    /// The heat problem `name` with values put in, and other powers of some sources.
    ///
    /// # Errors
    /// [`StudyError::NoSuchTable`]; [`StudyError::Invalid`] if the values make no problem.
    pub fn heat(
        &self,
        name: &str,
        values: &ParameterValues,
        powers: &[(String, f64)],
    ) -> Result<HeatProblem, StudyError> {
        Ok(self.make_heat(self.heat_table(name)?, values, powers)?)
    }

    pub(crate) fn make_heat(
        &self,
        table: &HeatTable,
        values: &ParameterValues,
        powers: &[(String, f64)],
    ) -> Result<HeatProblem, Mistake> {
        let wrong = |message: String| self.mistake(&table.place, message);
        let plan = self.floorplans.iter().find(|p| p.name == table.floorplan);
        let plan = plan.ok_or_else(|| wrong(String::from("there is no such floorplan")))?;
        let mut plan = self.make_floorplan(plan, values)?;
        for (name, power) in powers {
            plan = plan.with_power(name, *power);
        }
        let faces = self.make_faces(table, values);
        let boundaries = Boundaries {
            left: faces.left,
            right: faces.right,
            front: faces.front,
            back: faces.back,
            bottom: faces.bottom,
            top: faces.top,
        };
        let ambient = self.evaluate(&table.ambient, values);
        let problem = HeatProblem::new(plan, ambient, boundaries);
        let problem = problem.map_err(|error| wrong(error.to_string()))?;
        Ok(if table.has_local_conductivity {
            problem.with_local_conductivity()
        } else {
            problem
        })
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
        let copies = |f: &FootprintEntry, arrays: &[ArrayEntry]| {
            arrays.iter().fold(vec![footprint(f)], |places, array| {
                let axis = match array.axis {
                    PlanAxis::X => Direction::X,
                    PlanAxis::Y => Direction::Y,
                };
                // the places of this array one after the other, in each all that was there before
                let alone = footprint(f);
                let moves = alone.array(array.count, at(&array.pitch), axis);
                let moved = moves.iter().flat_map(|to| {
                    let by = [to.x[0] - alone.x[0], to.y[0] - alone.y[0]];
                    places.iter().map(move |place| place.moved(by))
                });
                moved.collect()
            })
        };
        let size = [at(&table.size[0]), at(&table.size[1])];
        let mut plan = Floorplan::new(size).map_err(|error| wrong(&table.place, error))?;
        for layer in &table.layers {
            let material = self.make_material(layer.material, values)?;
            plan = plan
                .layer(&layer.name, material, at(&layer.thickness))
                .and_then(|plan| {
                    let contact = self.evaluate(&layer.contact, values);
                    plan.contact(&layer.name, contact.si())
                })
                .map_err(|error| wrong(&layer.place, error))?;
        }
        for block in &table.blocks {
            let material = self.make_material(block.material, values)?;
            let layers: Vec<&str> = block.layers.iter().map(String::as_str).collect();
            let places = copies(&block.footprint, &block.arrays);
            for (name, place) in block.names().iter().zip(places) {
                plan = plan
                    .block(name, place, &layers, material.clone())
                    .map_err(|error| wrong(&block.place, error))?;
            }
        }
        for source in &table.sources {
            let all_tiles = source.map.as_ref().map_or(0.0, |map| map.power.si());
            let power = source
                .power
                .map_or(all_tiles, |power| self.evaluate(&power, values).si());
            let places = copies(&source.footprint, &source.arrays);
            for (name, place) in source.names().iter().zip(places) {
                plan = plan
                    .source(name, place, &source.layer, power)
                    .map_err(|error| wrong(&source.place, error))?;
                if let Some(tiles) = &source.map {
                    tiles
                        .fill(&place)
                        .map_err(|told| self.mistake(&source.place, told))?;
                    plan = plan.with_power_map(name, &tiles.map);
                }
            }
        }
        plan.complete().map_err(|error| wrong(&table.place, error))
    }
}
