//! `cpo materials`.

use std::path::Path;

use cpo_materials::{Material, Quantity, Temperature, Wavelength, catalogue};
use cpo_study::figures::{DisplayUnit, LinePlot, PlotAxis, Series, SeriesStyle, Theme};

use crate::{Ending, say, tell};

/// Points of a plot.
const PLOT_POINTS: usize = 241;
/// Wavelengths at which a material is shown, nm: O, C band.
const SHOWN: [f64; 3] = [1270.0, 1310.0, 1550.0];

pub(crate) fn materials(name: Option<&str>, plot: Option<&Path>) -> Ending {
    let Some(name) = name else {
        list();
        return Ending::AllWell;
    };
    let material = match catalogue().find(name) {
        Ok(material) => material,
        Err(error) => {
            tell!("{error}");
            return Ending::InvalidStudy;
        }
    };
    show(&material);
    plot.map_or(Ending::AllWell, |path| draw(&material, path))
}

fn list() {
    say!(
        "{:<34} {:<22} {:<18} {}",
        "material",
        "wavelengths",
        "data",
        "also called"
    );
    for material in catalogue().iter() {
        let range = material
            .optical_range()
            .map_or_else(String::new, |[a, b]| format!("{a} to {b}"));
        let data = match (material.has_optics(), material.has_thermal()) {
            (true, true) => "optics, heat",
            (true, false) => "optics",
            (false, true) => "heat",
            (false, false) => "",
        };
        let line = format!(
            "{:<34} {range:<22} {data:<18} {}",
            material.name(),
            material.aliases().join(", ")
        );
        say!("{}", line.trim_end());
    }
}

fn show(material: &Material) {
    say!("{}", material.name());
    for (what, source) in [
        ("optical", material.source()),
        ("thermal", material.thermal_source()),
    ] {
        if let Some(source) = source {
            let doi = source
                .doi
                .as_ref()
                .map_or_else(String::new, |doi| format!(", DOI {doi}"));
            say!("  {what} data: {}{doi}", source.reference);
            if let Some(comment) = &source.comment {
                say!("    {comment}");
            }
        }
    }
    let room = Temperature::celsius(20.0);
    if let Some([a, b]) = material.optical_range() {
        say!("  wavelengths {a} to {b}");
    }
    for nm in SHOWN {
        if let Ok(index) = material.refractive_index(Wavelength::nm(nm), room) {
            let k = if index.im == 0.0 {
                String::new()
            } else {
                format!(", k = {:.5}", index.im)
            };
            say!("  n({nm} nm, 20 degC) = {:.6}{k}", index.re);
        }
    }
    if let Ok([in_plane, _, through]) = material.thermal_conductivity(room) {
        if in_plane == through {
            say!("  thermal conductivity at 20 degC: {in_plane:.4} W/(m K)");
        } else {
            say!(
                "  thermal conductivity at 20 degC: {in_plane:.4} in plane, {through:.4} through, W/(m K)"
            );
        }
    }
    if let Ok(capacity) = material.volumetric_heat_capacity(room) {
        say!(
            "  heat capacity at 20 degC: {:.4} MJ/(m3 K)",
            capacity / 1e6
        );
    }
}

fn draw(material: &Material, path: &Path) -> Ending {
    let Some([from, to]) = material.optical_range() else {
        tell!(
            "{} has no optical data over a range of wavelengths to plot",
            material.name()
        );
        return Ending::InvalidStudy;
    };
    if path
        .extension()
        .is_none_or(|e| !e.eq_ignore_ascii_case("png"))
    {
        tell!(
            "{}: a plot is a PNG picture; name it with the ending .png",
            path.display()
        );
        return Ending::InvalidStudy;
    }
    let room = Temperature::celsius(20.0);
    // Even in the logarithm: data run from the ultraviolet far into the infrared.
    let ratio = to.si() / from.si();
    let (mut x, mut n, mut k) = (Vec::new(), Vec::new(), Vec::new());
    for point in 0..PLOT_POINTS {
        let wavelength = from.si() * ratio.powf(point as f64 / (PLOT_POINTS - 1) as f64);
        if let Ok(index) = material.refractive_index(Wavelength::from_si(wavelength), room) {
            x.push(wavelength);
            n.push(index.re);
            k.push(index.im);
        }
    }
    let absorbs = k.iter().any(|&k| k > 0.0);
    let mut series = vec![Series::new("n", x.clone(), n, SeriesStyle::Line)];
    if absorbs {
        let mut extinction = Series::new("k", x, k, SeriesStyle::Line);
        extinction.secondary = true;
        series.push(extinction);
    }
    let plot = LinePlot {
        title: material.name().to_owned(),
        x: PlotAxis::new("wavelength", DisplayUnit::MICROMETRE),
        y: PlotAxis::new("refractive index n", DisplayUnit::ONE),
        secondary: absorbs.then(|| PlotAxis::new("extinction k", DisplayUnit::ONE)),
        series,
    };
    let written = plot
        .render(Theme::Light)
        .map_err(|e| e.to_string())
        .and_then(|picture| {
            std::fs::write(path, picture.png)
                .map_err(|e| format!("cannot write {}: {e}", path.display()))
        });
    match written {
        Ok(()) => {
            say!("  plot in {}", path.display());
            Ending::AllWell
        }
        Err(reason) => {
            tell!("{reason}");
            Ending::Machine
        }
    }
}
