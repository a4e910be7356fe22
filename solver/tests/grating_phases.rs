//! Phases of gratings against their reference planes.

use std::f64::consts::{PI, TAU};

use cpo_materials::{Angle, Length, Material, Wavelength};
use cpo_meshes::LayerStack;
use cpo_solver::convergence::Verdict;
use cpo_solver::grating::{
    Grating, GratingBeam, GratingPort, GratingProblem, GratingSolution, GratingSolver,
};

type Tested = Result<(), Box<dyn std::error::Error>>;

const PORTS: [GratingPort; 3] = [GratingPort::Guide, GratingPort::Fibre, GratingPort::Behind];
const WAVELENGTH: f64 = 1550.0;
const ANGLE: f64 = 10.0;

fn layers(fill: &Material) -> Grating {
    let (silicon, oxide) = (Material::with_index(3.48), Material::with_index(1.44));
    let stack = LayerStack::from_bottom()
        .layer("below", &oxide, Length::um(1.0))
        .layer("core", &silicon, Length::nm(220.0))
        .layer("top", &oxide, Length::nm(700.0))
        .layer("air", &Material::with_index(1.0), Length::um(1.0));
    Grating::new(stack, "core", Length::nm(70.0), fill)
}

/// Eight trenches, the first `shift` (µm) from where it may begin.
fn grating(shift: f64) -> Grating {
    let trench = |k: u32| {
        let begin = shift + 0.31 + 0.62 * f64::from(k);
        [begin, begin + 0.31].map(Length::um)
    };
    let trenches: Vec<[Length; 2]> = (0..8).map(trench).collect();
    let oxide = Material::with_index(1.44);
    layers(&oxide)
        .trenches(&trenches)
        .margins(Length::um(5.0), Length::um(5.0))
}

fn beam(height: f64) -> Result<GratingBeam, Box<dyn std::error::Error>> {
    let (size, angle) = (Length::um(5.0), Angle::deg(ANGLE));
    Ok(GratingBeam::new(size, angle, Length::um(height))?)
}

fn solve(
    grating: Grating,
    height: f64,
    at: f64,
) -> Result<GratingSolution, Box<dyn std::error::Error>> {
    let problem = GratingProblem::new(grating, Wavelength::nm(WAVELENGTH), beam(height)?);
    let solver = GratingSolver::default().error(1e-4).beam_at(1e-6 * at);
    Ok(solver.solve(&problem)?)
}

/// Phase of the guide along so many µm.
fn along(solution: &GratingSolution, micrometres: f64) -> f64 {
    TAU / (1e-3 * WAVELENGTH) * solution.effective_index().value * micrometres
}

/// How far two phases are apart but for whole turns.
fn apart(a: f64, b: f64) -> f64 {
    let off = a - b;
    (off - TAU * (off / TAU).round()).abs()
}

/// What would prove the planes behind wrong: another phase of a plain guide than that of its length.
#[test]
fn a_plain_guide_has_the_phase_of_its_length() -> Tested {
    let silicon = Material::with_index(3.48);
    let plain = layers(&silicon)
        .trenches(&[[Length::um(0.0), Length::um(3.0)]])
        .margins(Length::um(5.0), Length::um(5.0));
    let solution = solve(plain, 0.0, 1.0)?;
    let phase = solution.phase(GratingPort::Behind);
    let exact = along(&solution, 3.0);
    // Whole turns count: the branch is that of the way. The rest is the elements' dispersion.
    let off = (phase.value - exact).abs();
    assert!(off <= phase.error && off < 1e-3, "{phase:?} {exact}");
    assert_eq!(phase.verdict, Verdict::Converged);
    Ok(())
}

/// What would prove the planes wrong: phases that know where the mesh ends, or that moving the trenches and the fibre does
/// not change by the guide's own phase.
#[test]
fn phases_are_counted_from_their_planes() -> Tested {
    let own = solve(grating(0.0), 0.0, 2.5)?;
    let oxide = Material::with_index(1.44);
    let other = layers(&oxide);
    let other = other.with_edges(grating(0.0).edges().to_vec());
    let other = other.margins(Length::um(6.3), Length::um(7.1));
    let other = solve(other, 0.0, 2.5)?;
    let shift = 0.17;
    let moved = solve(grating(shift), 0.0, 2.5 + shift)?;
    for (port, ways) in PORTS.into_iter().zip([2.0, 1.0, 1.0]) {
        let [own_phase, other, moved_phase] = [&own, &other, &moved].map(|s| s.phase(port));
        let off = (own_phase.value - other.value).abs();
        assert!(
            off <= own_phase.error + other.error,
            "{port:?}: {own_phase:?} {other:?}"
        );
        let expected = own_phase.value + along(&own, ways * shift);
        let off = apart(moved_phase.value, expected);
        assert!(
            off <= own_phase.error + moved_phase.error,
            "{port:?}: {moved_phase:?} {expected}"
        );
        assert!(own_phase.error < 0.05, "{own_phase:?}");
    }
    Ok(())
}

/// What would prove the fibre's plane wrong: a facet moved away along its axis that adds anything but its distance.
#[test]
fn the_fibre_s_plane_is_the_centre_of_its_facet() -> Tested {
    let near = solve(grating(0.0), 0.0, 2.5)?;
    let distance = 3.0;
    let (sine, cosine) = ANGLE.to_radians().sin_cos();
    let far = solve(grating(0.0), distance * cosine, 2.5 + distance * sine)?;
    let [near_phase, far_phase] = [&near, &far].map(|s| s.phase(GratingPort::Fibre));
    let expected = near_phase.value + TAU / (1e-3 * WAVELENGTH) * distance;
    // A Gaussian's phase lags behind on its axis by half of atan(d/z_R) in two dimensions; the grating's field is wider.
    let lag = apart(far_phase.value, expected);
    let rayleigh = PI * 2.5 * 2.5 / (1e-3 * WAVELENGTH);
    let least = 0.5 * (distance / rayleigh).atan();
    assert!(
        lag < least && apart(far_phase.value + lag, expected) < 1e-9,
        "{lag} {least}"
    );
    Ok(())
}
