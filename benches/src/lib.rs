//! The problems that are timed: benchmarks live in `benches/`, dated results in `runs/`.

use cpo_materials::{
    Angle, HeatTransferCoefficient, Length, Material, OpticAxis, Quantity, Temperature,
    ThermalConductivity, Wavelength,
};
use cpo_meshes::{
    CrossSection, Direction, Floorplan, Footprint, LayerStack, MeshError, Shape, Window,
};
use cpo_solver::grating::{Apodisation, Grating, GratingBeam, GratingError, GratingProblem};
use cpo_solver::heat::{Boundaries, Boundary, HeatError, HeatProblem};
use cpo_solver::modes::{ModeProblem, Wall, Walls};
use cpo_solver::taper::{Taper, TaperProblem};
use cpo_table::{AxisScale, Coordinate, Group, Lookup, LossTable, Status, TableError, Variable};

/// A strip of `width` × `height` µm and index `core` in silica, `margin` µm around it, at `wavelength`.
///
/// # Errors
/// [`MeshError`] for sizes that are none.
pub fn strip(
    [width, height, margin]: [f64; 3],
    core: f64,
    wavelength: Wavelength,
) -> Result<ModeProblem, MeshError> {
    let silica = Material::with_index(1.444);
    let section = LayerStack::from_bottom()
        .layer("box", &silica, Length::um(margin))
        .layer("core", &Material::with_index(core), Length::um(height))
        .layer("clad", &silica, Length::um(margin))
        .strip("core", Length::um(width))?
        .window(
            Length::um(width + 2.0 * margin),
            Length::um(height + 2.0 * margin),
        )?;
    Ok(ModeProblem::new(&section, wavelength))
}

/// The silicon wire 500 × 220 nm in a window of about 3 × 3 µm.
///
/// # Errors
/// As [`strip`].
pub fn wire() -> Result<ModeProblem, MeshError> {
    strip([0.5, 0.22, 1.3], 3.4777, Wavelength::nm(1550.0))
}

/// The same wire with its core 10 nm off the middle of a window of 3 × 3 µm, so that no symmetry helps.
///
/// # Errors
/// [`MeshError`] never, for these sizes.
pub fn off_middle() -> Result<ModeProblem, MeshError> {
    let [um, nm] = [Length::um(1.5).si(), Length::nm(1.0).si()];
    let window = Window {
        x: [-um, um],
        y: [-um, um],
    };
    let core = Shape::Rectangle {
        x: 10.0 * nm,
        bottom: -110.0 * nm,
        width: 500.0 * nm,
        height: 220.0 * nm,
    };
    let section = CrossSection::new(window, Material::with_index(1.444))?.paint(
        "core",
        Material::with_index(3.4777),
        core,
    )?;
    Ok(ModeProblem::new(&section, Wavelength::nm(1550.0)))
}

/// User and system time of this thread so far, s; `/proc/thread-self/schedstat` counts nanoseconds.
///
/// # Errors
/// Of reading the file, which Linux alone has.
pub fn cpu_seconds() -> std::io::Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let first = text.split_whitespace().next().unwrap_or_default();
    let nanoseconds: f64 = first.parse().map_err(std::io::Error::other)?;
    Ok(nanoseconds * 1e-9)
}

/// The most memory this process has held so far, bytes.
///
/// # Errors
/// Of reading `/proc/self/status`, which Linux alone has.
pub fn peak_memory() -> std::io::Result<f64> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    let kib: f64 = kib
        .unwrap_or_default()
        .parse()
        .map_err(std::io::Error::other)?;
    Ok(kib * 1024.0)
}

/// A nitride tip of an edge coupler, 250 × 400 nm at 1310 nm in a window of about 12 × 12 µm.
///
/// # Errors
/// As [`strip`].
pub fn tip() -> Result<ModeProblem, MeshError> {
    strip([0.25, 0.4, 6.0], 2.0031, Wavelength::nm(1310.0))
}

/// Eight laser stripes on a seven-layer stack, cooled from below, and their names.
///
/// # Errors
/// [`HeatError`] for a plan that is none.
pub fn laser_array() -> Result<(HeatProblem, Vec<String>), HeatError> {
    let plan = laser_plan().map_err(HeatError::from)?;
    let ambient = Temperature::celsius(25.0);
    let boundaries = Boundaries {
        bottom: Boundary::Convection {
            coefficient: HeatTransferCoefficient::w_per_m2_k(5000.0),
            ambient,
        },
        ..Boundaries::insulated()
    };
    let names = (1..=8).map(|n| format!("laser{n}")).collect();
    Ok((HeatProblem::new(plan, ambient, boundaries)?, names))
}

fn laser_plan() -> Result<Floorplan, MeshError> {
    let um = |value: f64| Length::um(value).si();
    let isotropic = |k: f64| Material::with_conductivity(ThermalConductivity::w_per_m_k(k));
    let stripe = Footprint::centred([um(4.0), um(300.0)], [0.0, 0.0]);
    Floorplan::new([um(6000.0), um(6000.0)])?
        .layer("board", isotropic(1.0), um(800.0))?
        .layer("interposer", isotropic(130.0), um(100.0))?
        .layer("underfill", isotropic(3.0), um(20.0))?
        .layer("substrate", isotropic(130.0), um(200.0))?
        .layer("oxide", isotropic(1.4), um(3.0))?
        .layer("active", isotropic(60.0), um(3.0))?
        .layer("cladding", isotropic(1.4), um(2.0))?
        .source_array("laser", stripe, (8, um(250.0), Direction::X), "active", 1.0)
}

/// A silicon wire bent at a radius of 2 um between absorbing layers.
///
/// # Errors
/// None: the sizes are positive.
pub fn bend() -> Result<ModeProblem, MeshError> {
    let um = |v: f64| Length::um(v).si();
    let window = Window {
        x: [um(-0.9), um(0.9)],
        y: [um(-0.9), um(0.9)],
    };
    let core = Shape::Rectangle {
        x: 0.0,
        bottom: um(-0.11),
        width: um(0.5),
        height: um(0.22),
    };
    let section = CrossSection::new(window, Material::with_index(1.444))?.paint(
        "core",
        Material::with_index(3.4777),
        core,
    )?;
    let layer = Wall::Absorbing { thickness: um(1.0) };
    Ok(ModeProblem::new(&section, Wavelength::nm(1550.0))
        .walled(Walls::all(layer))
        .bent(um(2.0)))
}

/// A strip of an x-cut lithium-niobate film at 30 degrees to the crystal's Z.
///
/// # Errors
/// None: the sizes are positive.
pub fn crystal() -> Result<ModeProblem, MeshError> {
    let um = |v: f64| Length::um(v).si();
    let window = Window {
        x: [um(-2.0), um(2.0)],
        y: [um(-2.0), um(2.0)],
    };
    let core = Shape::Rectangle {
        x: 0.0,
        bottom: um(-0.3),
        width: um(1.0),
        height: um(0.6),
    };
    let niobate = Material::uniaxial(2.2111, 2.1376, OpticAxis::in_plane(Angle::deg(30.0)));
    let section =
        CrossSection::new(window, Material::with_index(1.44))?.paint("core", niobate, core)?;
    Ok(ModeProblem::new(&section, Wavelength::nm(1550.0)))
}

/// A grating of 32 periods etched 160 nm into 260 nm of silicon, apodised for a standard fibre at 1550 nm (R. Marchetti
/// et al., Sci. Rep. 7, 16670 (2017)).
///
/// # Errors
/// None: the rule's periods radiate.
pub fn grating() -> Result<GratingProblem, GratingError> {
    let (silicon, oxide) = (Material::with_index(3.48), Material::with_index(1.44));
    let stack = LayerStack::from_bottom()
        .layer("substrate", &silicon, Length::um(1.0))
        .layer("box", &oxide, Length::um(2.0))
        .layer("core", &silicon, Length::nm(260.0))
        .layer("top", &oxide, Length::nm(680.0))
        .layer("air", &Material::with_index(1.0), Length::um(1.0));
    let (wavelength, angle) = (Wavelength::nm(1550.0), Angle::deg(14.5));
    let rule = Apodisation {
        fill: 0.9,
        rate: 0.025 / Length::um(1.0).si(),
        least: 0.2,
        angle,
        periods: 32,
    };
    let grating = Grating::new(stack, "core", Length::nm(160.0), &oxide)
        .apodised(&rule, wavelength, Temperature::celsius(25.0))?
        .scaled(1.0344);
    let fibre = GratingBeam::new(Length::um(10.4), angle, Length::um(0.0))?;
    Ok(GratingProblem::new(grating, wavelength, fibre))
}

/// An inverse taper of 50 µm from half a silicon wire of 450 × 220 nm to a tip of 180 nm at 1550 nm.
///
/// # Errors
/// None: the sizes are positive.
pub fn inverse_taper() -> Result<TaperProblem, MeshError> {
    let um = |v: f64| Length::um(v).si();
    let half = |width: Length| {
        let window = Window {
            x: [0.0, um(3.0)],
            y: [um(-2.6), um(2.8)],
        };
        let core = Shape::Rectangle {
            x: 0.0,
            bottom: 0.0,
            width: width.si(),
            height: um(0.22),
        };
        CrossSection::new(window, Material::with_index(1.444))?.paint(
            "core",
            Material::with_index(3.4777),
            core,
        )
    };
    let (wire, tip) = (half(Length::nm(450.0))?, half(Length::nm(180.0))?);
    let taper = Taper::starting_at(&wire).linear("narrowing", &tip, Length::um(50.0));
    Ok(TaperProblem::new(&taper, Wavelength::nm(1550.0)))
}

/// A table of one loss along axes of these lengths, each a ripple of its own; where `every` is stated, each point of that
/// number failed.
///
/// # Errors
/// None: the axes are good for four lengths of one and more.
pub fn large_table(
    shape: impl IntoIterator<Item = usize>,
    every: Option<usize>,
) -> Result<LossTable, TableError> {
    let mut group = Group::new("waveguide/wire", "a wire");
    let mut values = vec![1.0];
    let mut names = Vec::new();
    for (name, length) in ["wavelength", "temperature", "width", "height"]
        .into_iter()
        .zip(shape)
    {
        let coordinates: Vec<f64> = (0..length)
            .map(|i| 1.0 + i as f64 / length as f64)
            .collect();
        values = values
            .iter()
            .flat_map(|value| {
                coordinates
                    .iter()
                    .map(move |x| value * (1.2 + (7.0 * x).sin()))
            })
            .collect();
        group = group.with_axis(AxisScale::numbers(name, "m", name, coordinates))?;
        names.push(name);
    }
    let error = values
        .iter()
        .map(|value| 1e-3 * value * (1.1 + (31.0 * value).cos()))
        .collect();
    let mut status = vec![Status::Ok; values.len()];
    let mut reason = Vec::new();
    if let Some(every) = every {
        reason = vec![String::new(); values.len()];
        for entry in (0..values.len()).step_by(every) {
            status[entry] = Status::Failed;
            reason[entry] = String::from("no guided mode");
            values[entry] = f64::NAN;
        }
    }
    let loss = Variable::new("loss", "dB", "loss", &names, values)
        .with_error(error)
        .with_status(status, reason);
    let mut table = LossTable::new("a million points", "cpo", "");
    table.add(group.with_variable(loss)?)?;
    Ok(table)
}

/// Points all over a table of [`large_table`], between its own.
pub fn looked_up(lookup: &Lookup<'_>, count: usize) -> Vec<Vec<Coordinate<'static>>> {
    const STEPS: [f64; 4] = [
        0.618_033_988_7,
        0.754_877_666_2,
        0.819_172_513_4,
        0.856_674_883_9,
    ];
    let axes = lookup.variable().axes.len();
    // Up to 0.96 of the way: the axes end a step before 2.
    let point = |k: usize| {
        let at = |step: &f64| Coordinate::Number(1.0 + 0.96 * (k as f64 * step).fract());
        STEPS[..axes].iter().map(at).collect()
    };
    (1..=count).map(point).collect()
}
