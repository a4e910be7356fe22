//! Tapers of slabs against a direct solution of Helmholtz's equation, and against exact properties.

use cpo_materials::{Length, Material, Quantity, Wavelength};
use cpo_meshes::{CrossSection, MeshError, Shape, Window};
use cpo_solver::convergence::Verdict;
use cpo_solver::modes::{Wall, Walls};
use cpo_solver::taper::{Port, Profile, Section, Taper, TaperError, TaperProblem, TaperSolver};
use num_complex::Complex64;

type Tested = Result<(), Box<dyn std::error::Error>>;

const WAVELENGTH: f64 = 1.55e-6;
const CLADDING: f64 = 1.444;
const CORE: f64 = 2.0;

/// A slab of nitride in glass with its plane of symmetry at y = 0, seen through half a window.
fn slab(thickness: f64) -> Result<CrossSection, MeshError> {
    let window = Window {
        x: [0.0, 0.1e-6],
        y: [0.0, 4e-6],
    };
    let core = Shape::Rectangle {
        x: 0.0,
        bottom: -0.5 * thickness,
        width: 1e-6,
        height: thickness,
    };
    CrossSection::new(window, Material::with_index(CLADDING))?.paint(
        "core",
        Material::with_index(CORE),
        core,
    )
}

/// TE modes even in y.
fn even(taper: &Taper) -> TaperProblem {
    open(taper, Wall::Electric)
}

fn open(taper: &Taper, top: Wall) -> TaperProblem {
    let walls = Walls {
        bottom: Wall::Magnetic,
        top,
        ..Walls::default()
    };
    TaperProblem::new(taper, Wavelength::from_si(WAVELENGTH)).walled(walls)
}

fn linear(from: f64, to: f64, length: f64) -> Result<Taper, MeshError> {
    let taper = Taper::starting_at(&slab(from)?);
    Ok(taper.linear("taper", &slab(to)?, Length::from_si(length)))
}

/// Second-order finite differences for ∂z²u + ∂y²u + k₀²εu = 0, even in y, with absorbing layers on the other sides:
/// transmitted and reflected amplitude of the fundamental mode where the slab is `thickness` thick at z. Leads of 1 µm on
/// both sides of [0, length]. Nothing of the solver is used.
struct Direct {
    step: f64,
    columns: usize,
    rows: usize,
    first: f64,
    length: f64,
}

impl Direct {
    const LAYER: f64 = 1.0e-6;
    const LEAD: f64 = 1.0e-6;

    fn new(step: f64, length: f64) -> Self {
        let first = -(Self::LEAD + Self::LAYER);
        let along = length - 2.0 * first;
        Self {
            step,
            columns: (along / step).round() as usize + 1,
            rows: ((1.6e-6 + Self::LAYER) / step).round() as usize,
            first,
            length,
        }
    }

    /// The stretch at depth d in a layer.
    fn stretch(depth: f64) -> Complex64 {
        Complex64::new(1.0, 8.0 * (depth.max(0.0) / Self::LAYER).powi(2))
    }

    fn along(&self, z: f64) -> Complex64 {
        Self::stretch((-Self::LEAD - z).max(z - self.length - Self::LEAD))
    }

    fn up(&self, y: f64) -> Complex64 {
        Self::stretch(y - (self.rows as f64 * self.step - Self::LAYER))
    }

    /// ε of row j, averaged over its cell, where the slab is this thick.
    fn permittivity(&self, thickness: f64, row: usize) -> f64 {
        let (low, high) = if row == 0 {
            (0.0, 0.5)
        } else {
            (row as f64 - 0.5, row as f64 + 0.5)
        };
        let inside = (0.5 * thickness / self.step - low).clamp(0.0, high - low) / (high - low);
        CLADDING.powi(2) + inside * (CORE.powi(2) - CLADDING.powi(2))
    }

    /// Half of the first row's cell is on the other side of the plane of symmetry.
    fn weight(row: usize) -> f64 {
        if row == 0 { 0.5 } else { 1.0 }
    }

    /// n² and profile of the slab's mode on this grid, of unit ∫φ² in cells: inverse iteration.
    fn mode(&self, thickness: f64, guess: f64) -> (f64, Vec<f64>) {
        let k2h2 = (2.0 * std::f64::consts::PI / WAVELENGTH * self.step).powi(2);
        let n = self.rows;
        let mut square = guess * guess;
        let mut profile = vec![1.0; n];
        for _ in 0..12 {
            let shift = guess * guess + 1e-7;
            let entry = |j: usize| {
                let w = Self::weight(j);
                let links = if j == 0 { 1.0 } else { 2.0 };
                w * k2h2 * (self.permittivity(thickness, j) - shift) - links
            };
            // Thomas's algorithm for the symmetric tridiagonal system.
            let (mut pivots, mut right) = (vec![0.0; n], vec![0.0; n]);
            for j in 0..n {
                let (mut pivot, mut value) = (entry(j), Self::weight(j) * profile[j]);
                if j > 0 {
                    pivot -= 1.0 / pivots[j - 1];
                    value -= right[j - 1] / pivots[j - 1];
                }
                (pivots[j], right[j]) = (pivot, value);
            }
            let mut next = vec![0.0; n];
            for j in (0..n).rev() {
                let above = if j + 1 < n { next[j + 1] } else { 0.0 };
                next[j] = (right[j] - above) / pivots[j];
            }
            let dot = |a: &[f64], b: &[f64]| -> f64 {
                (0..n).map(|j| Self::weight(j) * a[j] * b[j]).sum()
            };
            square = shift + dot(&next, &profile) / dot(&next, &next) / k2h2;
            let size = dot(&next, &next).sqrt();
            profile = next.into_iter().map(|v| v / size).collect();
        }
        (square, profile)
    }

    /// Amplitudes through, at z = length, and back, at z = 0, of unit power at z = 0.
    fn solve(&self, thickness: impl Fn(f64) -> f64, guesses: [f64; 2]) -> [Complex64; 2] {
        let (n, w) = (self.columns * self.rows, self.rows);
        let k2h2 = (2.0 * std::f64::consts::PI / WAVELENGTH * self.step).powi(2);
        let z = |i: usize| self.first + i as f64 * self.step;
        let half = 0.5 * self.step;
        // Upper band, row after row: a[k][d] is the entry (k, k + d).
        let mut band = vec![Complex64::ZERO; n * (w + 1)];
        for i in 0..self.columns {
            let thick = thickness(z(i));
            for j in 0..w {
                let (weight, y) = (Self::weight(j), j as f64 * self.step);
                let (sz, sy) = (self.along(z(i)), self.up(y));
                let right = weight * sy / self.along(z(i) + half);
                let left = weight * sy / self.along(z(i) - half);
                let above = sz / self.up(y + half);
                let below = if j == 0 {
                    Complex64::ZERO
                } else {
                    sz / self.up(y - half)
                };
                let row = (i * w + j) * (w + 1);
                band[row] = weight * k2h2 * self.permittivity(thick, j) * sz * sy
                    - right
                    - left
                    - above
                    - below;
                if j + 1 < w {
                    band[row + 1] = above;
                }
                if i + 1 < self.columns {
                    band[row + w] = right;
                }
            }
        }
        let (input, profile) = self.mode(thickness(z(0)), guesses[0]);
        let (output, far) = self.mode(thickness(z(self.columns - 1)), guesses[1]);
        let column = |z: f64| ((z - self.first) / self.step).round() as usize;
        let source = column(-0.9 * Self::LEAD);
        let mut values = vec![Complex64::ZERO; n];
        for j in 0..w {
            values[source * w + j] = Complex64::from(Self::weight(j) * profile[j]);
        }
        // LDLᵀ without exchanges.
        for k in 0..n {
            let (head, rest) = band[k * (w + 1)..].split_at_mut(w + 1);
            let inverse = head[0].inv();
            for d in 1..=w.min(n - 1 - k) {
                if head[d] == Complex64::ZERO {
                    continue;
                }
                let factor = head[d] * inverse;
                let start = (d - 1) * (w + 1);
                for (target, &source) in rest[start..=start + w - d].iter_mut().zip(&head[d..]) {
                    *target -= factor * source;
                }
                let own = values[k];
                values[k + d] -= factor * own;
            }
        }
        for k in (0..n).rev() {
            let row = &band[k * (w + 1)..(k + 1) * (w + 1)];
            let mut sum = values[k];
            for d in 1..=w.min(n - 1 - k) {
                sum -= row[d] * values[k + d];
            }
            values[k] = sum / row[0];
        }
        let amplitude = |column: usize, profile: &[f64]| -> Complex64 {
            (0..w)
                .map(|j| Self::weight(j) * profile[j] * values[column * w + j])
                .sum()
        };
        // exp(±iqz) on the grid: 2 − 2 cos(qh) = k²n²h².
        let turn = |square: f64| (1.0 - 0.5 * k2h2 * square).acos();
        let [q, q_out] = [input, output].map(turn);
        let (one, two) = (column(-0.7 * Self::LEAD), column(-0.2 * Self::LEAD));
        let (u, v) = (amplitude(one, &profile), amplitude(two, &profile));
        let across = Complex64::cis(q * (two - one) as f64);
        // u = a + b, v = a e + b/e.
        let on = (v - u / across) / (across - across.inv());
        let back = u - on;
        let last = column(self.length + 0.5 * Self::LEAD);
        let through = amplitude(last, &far) / on * (q_out.sin() / q.sin()).sqrt();
        let before = (column(0.0) - one) as f64 * q;
        let behind = (last - column(self.length)) as f64 * q_out;
        [
            through * Complex64::cis(-before - behind),
            back / on * Complex64::cis(-2.0 * before),
        ]
    }
}

/// Power and phase of an amplitude, each the limit of two steps.
struct Limit {
    power: f64,
    phase: f64,
    /// What the limit adds to the phase of the finer step.
    correction: f64,
}

/// Through and back in the limit of two steps, of which the second is two thirds of the first.
fn limit(solve: impl Fn(f64) -> [Complex64; 2]) -> [Limit; 2] {
    let [coarse, fine] = [solve(25e-9), solve(50e-9 / 3.0)];
    [0, 1].map(|k| {
        let step = fine[k].norm_sqr() - coarse[k].norm_sqr();
        let turn = (fine[k] / coarse[k]).arg() / (2.25 - 1.0);
        Limit {
            power: fine[k].norm_sqr() + step / (2.25 - 1.0),
            phase: fine[k].arg() + turn,
            correction: turn.abs(),
        }
    })
}

/// The angle between two phases.
fn apart(a: f64, b: f64) -> f64 {
    Complex64::cis(a - b).arg().abs()
}

fn decibels(share: f64) -> f64 {
    -10.0 * share.log10()
}

/// What would prove the expansion wrong: a direct solution that it contradicts.
#[test]
fn linear_tapers_are_those_of_helmholtz_s_equation() -> Tested {
    for length in [1.5e-6, 3e-6] {
        let [on, back] = limit(|step| {
            let thickness = |z: f64| 0.8e-6 - 0.5e-6 * (z / length).clamp(0.0, 1.0);
            Direct::new(step, length).solve(thickness, [1.887, 1.66])
        });
        let problem = even(&linear(0.8e-6, 0.3e-6, length)?);
        let solver = TaperSolver::default().modes(16).error(5e-4);
        let through = solver
            .solve(&problem)?
            .transmission(&[Length::from_si(length)])?;
        let loss = through.insertion_loss_db(0, 0)?;
        assert_eq!(loss.verdict, Verdict::Converged, "{loss:?}");
        let off = (loss.value - decibels(on.power)).abs();
        // The wall, which no bar contains, stands 4 µm off.
        assert!(off < loss.error && off < 1e-3, "{loss:?} {}", on.power);
        // −43 and −52 dB, to a third of a dB and to 2 dB.
        let reflection = through.reflection(0)?;
        let off = (reflection.value - back.power).abs();
        assert!(
            off < reflection.error + 3e-6,
            "{reflection:?} {}",
            back.power
        );
        let phase = through.phase(Port::End(0), Port::Start(0))?;
        let off = apart(phase.value, on.phase);
        assert!(
            off < phase.error + 0.3 * on.correction,
            "{phase:?} {}",
            on.phase
        );
        let phase = through.phase(Port::Start(0), Port::Start(0))?;
        let off = apart(phase.value, back.phase);
        // The same 3e-6 across the amplitude.
        let aside = 3e-6 / (2.0 * back.power);
        assert!(off < phase.error + aside, "{phase:?} {}", back.phase);
    }
    Ok(())
}

/// What would prove mode matching wrong: powers of an abrupt step that a direct solution contradicts.
#[test]
fn a_step_is_that_of_helmholtz_s_equation() -> Tested {
    let [direct, returned] = limit(|step| {
        // Between two columns of the grid.
        let edge = 0.5e-6 - 0.25 * step;
        let thickness = |z: f64| if z < edge { 0.8e-6 } else { 0.3e-6 };
        Direct::new(step, 1e-6).solve(thickness, [1.887, 1.66])
    });
    let taper = Taper::starting_at(&slab(0.8e-6)?)
        .straight("before", Length::um(0.5))
        .step(&slab(0.3e-6)?)
        .straight("after", Length::um(0.5));
    let lengths = [Length::um(0.5); 2];
    let absorbing = open(&taper, Wall::Absorbing { thickness: 2e-6 });
    let solution = TaperSolver::default().modes(36).solve(&absorbing)?;
    let through = solution.transmission(&lengths)?;
    let (on, back) = (through.power(0, 0)?, through.reflection(0)?);
    // 0.003 dB: layers of 2 to 6 µm differ by so much.
    assert!(
        (on.value - direct.power).abs() < 7e-4,
        "{on:?} {}",
        direct.power
    );
    assert!(
        (back.value - returned.power).abs() < 6e-5,
        "{back:?} {}",
        returned.power
    );
    // A third of the modes hold less of what leaves at large angles, and the error bar says so.
    let few = TaperSolver::default().modes(12).solve(&absorbing)?;
    let on = few.transmission(&lengths)?.power(0, 0)?;
    assert_eq!(on.verdict, Verdict::Unconverged, "{on:?}");
    assert!(
        (on.value - direct.power).abs() < on.error,
        "{on:?} {}",
        direct.power
    );
    Ok(())
}

/// What would prove the smooth way wrong: another limit than that of many steps.
#[test]
fn many_steps_come_to_the_smooth_answer() -> Tested {
    let problem = even(&linear(0.8e-6, 0.3e-6, 2e-6)?);
    let length = [Length::um(2.0)];
    let solver = |slices| TaperSolver::default().modes(16).slices(slices).error(1e-12);
    let fine = solver(250).solve(&problem)?;
    let smooth = fine.transmission(&length)?.insertion_loss_db(0, 0)?;
    let stepped = fine
        .stepped_transmission(&length)?
        .insertion_loss_db(0, 0)?;
    // The steps' own error halves with their length: 1.3e-4 dB are left.
    assert!(
        (smooth.value - stepped.value).abs() < 2.5e-4,
        "{smooth:?} {stepped:?}"
    );
    let order = stepped.order.ok_or("no order")?;
    assert!((order - 1.0).abs() < 0.1, "{stepped:?}");
    // The smooth way is of second order, and nearer than that with 33 slices.
    let few = solver(33).solve(&problem)?.transmission(&length)?;
    let few = few.insertion_loss_db(0, 0)?;
    assert!(
        (few.value - smooth.value).abs() < 1e-4,
        "{few:?} {smooth:?}"
    );
    Ok(())
}

/// What would prove the phases or the joints wrong: a straight guide that does anything but turn phases.
#[test]
fn a_straight_guide_is_phases() -> Tested {
    let guide = slab(0.5e-6)?;
    let taper = Taper::starting_at(&guide)
        .straight("one", Length::um(3.0))
        .step(&guide)
        .straight("two", Length::um(4.0));
    let solution = TaperSolver::default().solve(&even(&taper))?;
    let lengths = [Length::um(3.0), Length::um(4.0)];
    let indices = &solution.effective_indices(0).ok_or("no section")?[0];
    for through in [
        solution.transmission(&lengths)?,
        solution.stepped_transmission(&lengths)?,
    ] {
        let s = through.scattering();
        for (i, n) in indices.iter().enumerate() {
            let path = Complex64::I * 2.0 * std::f64::consts::PI / WAVELENGTH * 7e-6;
            for j in 0..indices.len() {
                let expected = if i == j {
                    (path * n).exp()
                } else {
                    Complex64::ZERO
                };
                let off = (s.forward(j, i) - expected).norm();
                // Round-off of the products and of 7 µm of phase.
                assert!(
                    off < 1e-10 && s.reflection(j, i).norm() < 1e-10,
                    "{i} {j} {off:e}"
                );
            }
        }
        assert!(through.passivity_residual() < 1e-12 && through.reciprocity_residual() < 1e-12);
    }
    Ok(())
}

/// What would prove the two ways through a taper unlike: S of the taper turned round that is not the transpose.
#[test]
fn a_taper_turned_round_has_the_transpose() -> Tested {
    let taper = Taper::starting_at(&slab(0.9e-6)?)
        .shaped(
            "first",
            &slab(0.5e-6)?,
            Length::um(2.0),
            Profile::Power(2.0),
        )
        .step(&slab(0.4e-6)?)
        .shaped(
            "second",
            &slab(0.3e-6)?,
            Length::um(1.0),
            Profile::Points(vec![[0.0, 0.0], [0.3, 0.6], [1.0, 1.0]]),
        );
    let solver = TaperSolver::default().modes(10).slices(33);
    let lengths = [Length::um(2.0), Length::um(1.0)];
    let one = solver.solve(&even(&taper))?.transmission(&lengths)?;
    let two = solver
        .solve(&even(&taper.reversed()))?
        .transmission(&[lengths[1], lengths[0]])?;
    let residual = one.reciprocity_residual();
    let (one, two) = (one.scattering(), two.scattering());
    let (mut exchanged, mut transposed) = (0.0_f64, 0.0_f64);
    for i in 0..one.modes() {
        for j in 0..one.modes() {
            // The sign of a mode's field is free.
            let off = |a: Complex64, b: Complex64| (a.norm() - b.norm()).abs();
            exchanged = exchanged
                .max(off(one.forward(j, i), two.backward(j, i)))
                .max(off(one.backward(j, i), two.forward(j, i)))
                .max(off(one.reflection(j, i), two.back_reflection(j, i)))
                .max(off(one.back_reflection(j, i), two.reflection(j, i)));
            transposed = transposed.max(off(one.forward(j, i), two.forward(i, j)));
        }
    }
    // What the eigenvalue iteration leaves in the vectors.
    assert!(exchanged < 1e-7, "{exchanged:e}");
    // S is symmetric in so far as ten modes hold what the step takes.
    assert!(
        transposed < 1e-4 && transposed < residual && residual < 1e-2,
        "{transposed:e} {residual:e}"
    );
    Ok(())
}

/// What would prove slow tapers wrong: a loss that does not fall as the square of the rate of change, which two kinks
/// at the ends of a linear taper leave: |∫κ exp(i∫Δβ)|² → |κ/Δβ|² ∝ 1/L².
#[test]
fn the_loss_of_slow_tapers_falls_as_the_square_of_their_length() -> Tested {
    let solution = TaperSolver::default()
        .modes(12)
        .slices(120)
        .error(1e-6)
        .solve(&even(&linear(0.8e-6, 0.3e-6, 20e-6)?))?;
    let mean = |length: f64| -> Result<f64, TaperError> {
        // Over the interference of both ends.
        let lengths = (0..40).map(|k| vec![Length::um(length * (1.0 + 0.01 * f64::from(k)))]);
        let mut sum = 0.0;
        for through in solution.sweep(&lengths.collect::<Vec<_>>()) {
            sum += 1.0 - through?.scattering().forward(0, 0).norm_sqr();
        }
        Ok(sum / 40.0)
    };
    for length in [10.0, 20.0, 40.0, 80.0] {
        let rate = (mean(length)? / mean(4.0 * length)?).log2() / 2.0;
        // What radiates between the ends falls faster; it still counts at 10 µm.
        assert!((1.7..2.3).contains(&rate), "{length} um: {rate}");
    }
    assert!(mean(320.0)? < 1e-6);
    Ok(())
}

/// V = π: the second even mode of a slab is guided from a thickness of λ/NA on.
#[test]
fn a_mode_that_ceases_to_be_guided_is_told() -> Tested {
    let solution = TaperSolver::default()
        .modes(10)
        .solve(&even(&linear(1.4e-6, 0.6e-6, 10e-6)?))?;
    let cutoffs = solution.cutoffs();
    let thickness = WAVELENGTH / (CORE.powi(2) - CLADDING.powi(2)).sqrt();
    let place = (1.4e-6 - thickness) / 0.8e-6;
    assert_eq!(cutoffs.len(), 1, "{cutoffs:?}");
    // The wall 4 µm off pushes a mode that is about to leave; 0.01 of the way is 8 nm.
    assert!(
        (cutoffs[0].place - place).abs() < 0.01,
        "{cutoffs:?} {place}"
    );
    assert!(cutoffs[0].mode == 1 && !cutoffs[0].guided);
    assert_eq!(solution.guided(), [2, 1]);
    Ok(())
}

#[test]
fn bad_tapers_are_named() -> Tested {
    let solver = TaperSolver::default();
    let message = |taper: &Taper| match solver.solve(&even(taper)) {
        Ok(_) => "solved".to_owned(),
        Err(error) => error.to_string(),
    };
    let guide = slab(0.5e-6)?;
    let text = message(&Taper::starting_at(&guide));
    assert!(text.contains("at least one section"), "{text}");
    let text = message(&linear(0.5e-6, 0.3e-6, 0.0)?);
    assert!(text.contains("\"taper\"") && text.contains("0 m"), "{text}");
    let gap = Section::new("second", &slab(0.4e-6)?, &guide, Length::um(1.0));
    let text = message(&linear(0.5e-6, 0.3e-6, 1e-6)?.then(gap));
    assert!(
        text.contains("\"second\"") && text.contains("50 nm") && text.contains("step"),
        "{text}"
    );
    let bare = CrossSection::new(guide.window(), Material::with_index(CLADDING))?;
    let text = message(&Taper::starting_at(&guide).linear("out", &bare, Length::um(1.0)));
    assert!(text.contains("1 regions"), "{text}");
    let text = message(
        &Taper::starting_at(&guide)
            .straight("in", Length::um(1.0))
            .step(&bare)
            .straight("out", Length::um(1.0)),
    );
    assert!(
        text.contains("end of the taper") && text.contains("1.444"),
        "{text}"
    );
    let text = message(&Taper::starting_at(&guide).shaped(
        "out",
        &slab(0.3e-6)?,
        Length::um(1.0),
        Profile::Power(-1.0),
    ));
    assert!(text.contains("power -1"), "{text}");
    let solution = solver
        .modes(1)
        .solve(&even(&linear(0.5e-6, 0.3e-6, 1e-6)?))?;
    let through = solution.transmission(&[Length::um(1.0)])?;
    // One mode cannot tell what others would have taken.
    assert_eq!(through.power(0, 0)?.verdict, Verdict::Unconverged);
    let text = through.power(0, 3).err().ok_or("found")?.to_string();
    assert!(text.contains("no mode 3"), "{text}");
    let text = solution
        .transmission(&[])
        .err()
        .ok_or("solved")?
        .to_string();
    assert!(
        text.contains("0 lengths") && text.contains("1 section"),
        "{text}"
    );
    let text = solution
        .transmission(&[Length::um(-1.0)])
        .err()
        .ok_or("solved")?
        .to_string();
    assert!(text.contains("-1 um"), "{text}");
    Ok(())
}

/// What would prove the order of the arithmetic wrong: other bits with another number of threads.
#[test]
fn threads_do_not_change_a_bit() -> Tested {
    let taper = Taper::starting_at(&slab(0.8e-6)?)
        .linear("first", &slab(0.5e-6)?, Length::um(2.0))
        .step(&slab(0.4e-6)?)
        .linear("second", &slab(0.3e-6)?, Length::um(1.0));
    let solver = TaperSolver::default().modes(8).slices(40);
    let through = |threads: usize| -> Result<_, Box<dyn std::error::Error>> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()?;
        let solution = pool.install(|| solver.solve(&even(&taper)))?;
        let sets: Vec<Vec<Length>> = (1..4)
            .map(|k| vec![Length::um(f64::from(k)), Length::um(1.0)])
            .collect();
        let all: Result<Vec<_>, _> = pool.install(|| solution.sweep(&sets)).into_iter().collect();
        Ok(all?)
    };
    for (a, b) in through(1)?.iter().zip(&through(3)?) {
        let [s, t] = [a, b].map(|through| through.scattering());
        for i in 0..s.modes() {
            for j in 0..s.modes() {
                assert_eq!(s.forward(j, i), t.forward(j, i));
                assert_eq!(s.reflection(j, i), t.reflection(j, i));
                assert_eq!(s.back_reflection(j, i), t.back_reflection(j, i));
            }
        }
        assert_eq!(
            a.power(0, 0)?.error.to_bits(),
            b.power(0, 0)?.error.to_bits()
        );
    }
    Ok(())
}

/// Re n of the TM mode of a slab that is even in Hx: tan(κt/2) = (n₁/n₂)² γ/κ, by bisection.
fn exact_tm(thickness: f64) -> f64 {
    let k0 = 2.0 * std::f64::consts::PI / WAVELENGTH;
    let half = 0.5 * thickness;
    // κ t/2 below π/2, where the left side is finite.
    let most = CORE.powi(2) - (std::f64::consts::FRAC_PI_2 / (k0 * half)).powi(2);
    let (mut low, mut high) = (most.max(CLADDING.powi(2)).sqrt(), CORE);
    for _ in 0..200 {
        let n = 0.5 * (low + high);
        let kappa = k0 * (CORE.powi(2) - n * n).sqrt();
        let gamma = k0 * (n * n - CLADDING.powi(2)).max(0.0).sqrt();
        let over =
            kappa * (kappa * half).sin() - (CORE / CLADDING).powi(2) * gamma * (kappa * half).cos();
        if over > 0.0 { low = n } else { high = n }
    }
    0.5 * (low + high)
}

/// What would prove the slab between magnetic walls not TM: another index than the exact one, a taper in which the smooth
/// and the stepped way differ, or one that loses what it does not radiate.
#[test]
fn between_magnetic_walls_a_slab_is_tm() -> Tested {
    let walls = Walls {
        left: Wall::Magnetic,
        right: Wall::Magnetic,
        bottom: Wall::Electric,
        top: Wall::Electric,
    };
    let length = [Length::um(2.0)];
    let taper = linear(0.8e-6, 0.4e-6, 2e-6)?;
    let problem = TaperProblem::new(&taper, Wavelength::from_si(WAVELENGTH)).walled(walls);
    let solve = |cell: f64, slices: usize| {
        let solver = TaperSolver::default().modes(16).error(1e-12);
        solver.slices(slices).cell(cell).solve(&problem)
    };
    let off = |cell: f64| -> Result<[f64; 2], Box<dyn std::error::Error>> {
        let solution = solve(cell, 9)?;
        let slices = solution.effective_indices(0).ok_or("no section")?;
        let ends = [(&slices[0], 0.8e-6), (&slices[slices.len() - 1], 0.4e-6)];
        Ok(ends.map(|(n, thickness)| (n[0].re - exact_tm(thickness)).abs()))
    };
    // Smaller cells than these at walls would leave those between as they are.
    let (coarse, fine) = (off(80e-9)?, off(40e-9)?);
    println!("{coarse:?} {fine:?}");
    for (coarse, fine) in coarse.into_iter().zip(fine) {
        // Of an order above one; the wall 4 µm off changes n by less than 1e-9.
        assert!(fine < 1e-3 && coarse > 2.0 * fine, "{coarse:e} {fine:e}");
    }
    let solution = solve(20e-9, 130)?;
    let smooth = solution.transmission(&length)?;
    let stepped = solution.stepped_transmission(&length)?;
    let [a, b] = [&smooth, &stepped].map(|through| through.insertion_loss_db(0, 0));
    let (a, b) = (a?, b?);
    // The steps' own error halves with their length: twice the last less the one before is free of it, but for its square
    // and what 16 modes do not hold.
    let levels = [1, 2].map(|k| b.levels[k].1);
    let limit = 2.0 * levels[1] - levels[0];
    println!("{} {limit} {levels:?}", a.value);
    assert!((levels[1] - a.value).abs() > 3.0 * (limit - a.value).abs());
    assert!((limit - a.value).abs() < 2e-4, "{a:?} {b:?}");
    // Round-off of the products of matrices.
    assert!(smooth.reciprocity_residual() < 1e-10);
    assert!(
        smooth.passivity_residual() < 1e-6,
        "{:e}",
        smooth.passivity_residual()
    );
    // The field of TM reaches farther out than that of TE, and more of it is lost.
    let te = TaperSolver::default().modes(16).solve(&even(&taper))?;
    let te = te.transmission(&length)?.insertion_loss_db(0, 0)?;
    assert!(a.value > te.value + te.error + a.error, "{a:?} {te:?}");
    Ok(())
}
