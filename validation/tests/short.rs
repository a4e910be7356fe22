//! A subset of the cases that takes seconds; `cargo run --release -p cpo-validation` runs all.

use cpo_validation::{
    Check, ValidationError, corpus, coupler, coupling, grating, heat, laser, materials, modes,
    operating_point,
};

type Tested = Result<(), ValidationError>;

fn all_pass(checks: &[Check]) {
    assert!(!checks.is_empty());
    for check in checks {
        assert!(check.passed(), "{check:?}");
    }
}

fn mode(id: &str, asked: f64) -> Tested {
    let run = modes::case(id)?.run(asked)?;
    all_pass(&run.index);
    if !run.derived.is_empty() {
        all_pass(&run.derived);
    }
    Ok(())
}

#[test]
fn silicon_wire() -> Tested {
    mode("1", 1e-4)
}

#[test]
fn nitride_strip() -> Tested {
    mode("3a", 1e-4)
}

#[test]
fn crystal_at_30_degrees() -> Tested {
    mode("crystal 30", 1e-4)
}

#[test]
fn corpus_beside_another_code() -> Tested {
    all_pass(&corpus::corpus(corpus::Which::Closed)?.independent_checks()?);
    Ok(())
}

#[test]
fn slabs() -> Tested {
    mode("slab TE", 1e-4)?;
    mode("slab TM", 1e-4)
}

#[test]
fn fibres() -> Tested {
    mode("fibre", 1e-4)?;
    mode("nanowire", 1e-4)
}

#[test]
fn ribs() -> Tested {
    mode("5b TE", 1e-5)?;
    mode("5b TM", 1e-5)?;
    mode("Hadley rib t = 0.4", 1e-4)
}

#[test]
fn closed_corners() -> Tested {
    for id in ["2.25/1", "8/1", "1/2.25", "1/8"] {
        mode(&format!("Hadley corner {id}"), 1e-6)?;
    }
    Ok(())
}

#[test]
fn metal_above_a_wire() -> Tested {
    mode("10", 3e-4)
}

#[test]
fn unknown_case_is_named() {
    let error = modes::case("none").map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("\"none\""), "{error}");
}

#[test]
fn gaussian_beams() -> Tested {
    all_pass(&coupling::references()?.gaussian.run()?);
    Ok(())
}

#[test]
fn fibre_modes() -> Tested {
    all_pass(&coupling::references()?.fibre.run()?);
    Ok(())
}

#[test]
fn source_on_a_block() -> Tested {
    all_pass(&heat::references()?.block.run()?);
    Ok(())
}

#[test]
fn exact_field() -> Tested {
    all_pass(&heat::references()?.manufactured.run()?);
    Ok(())
}

#[test]
fn lasers() -> Tested {
    for case in laser::references()? {
        all_pass(&case.run()?);
    }
    Ok(())
}

/// The most light, from the facet and in the fibre, and its ratios, in two readings of the data.
#[test]
fn a_laser_that_heats_itself() -> Tested {
    let operated = operating_point::references()?.case.run()?;
    for note in &operated.notes {
        println!("{note}");
    }
    for check in &operated.checks {
        println!("{check:?}");
    }
    assert_eq!(operated.checks.len(), 12);
    all_pass(&operated.checks);
    Ok(())
}

#[test]
fn refractive_indices() -> Tested {
    all_pass(&materials::references()?.run()?);
    Ok(())
}

#[test]
fn weak_uniform_gratings() -> Tested {
    all_pass(&grating::references()?.uniform.run()?);
    Ok(())
}

#[test]
fn an_apodised_grating() -> Tested {
    all_pass(&grating::references()?.apodised.first()?);
    Ok(())
}

#[test]
fn couplers_can_be_read() -> Tested {
    let references = coupler::references()?;
    assert!(references.facets.source.contains("2604.12814"));
    Ok(())
}
