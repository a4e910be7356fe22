//! Every key that a study file may hold, with an example of each.
//!
//! `docs/study-file.md` explains them; a test compares the two.

use crate::file::Key;

/// The keys of one kind of table.
#[derive(Clone, Copy, Debug)]
pub struct TableSchema {
    /// The table as the documentation names it.
    pub table: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

macro_rules! tables {
    ($($(#[$doc:meta])* $constant:ident = $table:literal { $($name:ident: $example:literal,)+ })+) => {
        $(
            $(#[$doc])*
            pub(crate) const $constant: &[Key] =
                &[$(Key { name: stringify!($name), example: $example }),+];
        )+

        /// All tables with their keys.
        pub const TABLES: &[TableSchema] =
            &[$(TableSchema { table: $table, keys: $constant }),+];
    };
}

tables! {
    ROOT = "file" {
        study: "{ name = \"wire\" }",
        parameters: "{ width = \"450 nm\" }",
        materials: "{ oxide = { index = 1.444 } }",
        cross_section: "{ ... }",
        modes: "{ ... }",
        fiber: "{ ... }",
        coupling: "{ ... }",
        grating: "{ ... }",
        taper: "{ ... }",
        floorplan: "{ ... }",
        heat: "{ ... }",
        laser: "{ ... }",
        link: "{ ... }",
    }
    STUDY = "[study]" {
        name: "\"edge_coupler\"",
        description: "\"what is asked\"",
        cites: "[\"10.1364/JOSA.55.001205\"]",
        wavelength: "\"1550 nm\"",
        temperature: "\"25 degC\"",
    }
    RANGE = "range" {
        from: "\"1260 nm\"",
        to: "\"1360 nm\"",
        points: "11",
        spacing: "\"logarithmic\"",
    }
    TOLERANCE = "tolerance" {
        nominal: "\"450 nm\"",
        sigma: "\"5 nm\"",
        scope: "\"wafer\"",
    }
    MATERIAL = "[materials]" {
        index: "1.444",
        extinction: "16.0",
        dn_dt: "\"1e-5 1/K\"",
        reference_temperature: "\"20 degC\"",
        conductivity: "\"1.4 W/(m K)\"",
        density: "\"2200 kg/m3\"",
        heat_capacity: "\"700 J/(kg K)\"",
        file: "\"resin.yml\"",
        catalogue: "\"LiNbO3 Zelmon 1997\"",
        optic_axis: "{ from_z = \"30 deg\" }",
        columns: "\"SnAg\"",
        matrix: "\"underfill\"",
        fill: "0.2",
    }
    OPTIC_AXIS = "optic_axis" {
        from_z: "\"30 deg\"",
        elevation: "\"0 deg\"",
    }
    CONDUCTIVITY = "conductivity" {
        in_plane: "\"15 W/(m K)\"",
        through: "\"0.5 W/(m K)\"",
        value: "\"148 W/(m K)\"",
        exponent: "1.3",
        reference_temperature: "\"300 K\"",
        range: "[\"250 K\", \"450 K\"]",
    }
    CROSS_SECTION = "[cross_section.NAME]" {
        window: "{ x = [\"-2 um\", \"2 um\"], y = [\"-2 um\", \"2 um\"] }",
        background: "\"SiO2 Malitson 1965\"",
        shapes: "[{ name = \"core\", material = \"Si\", rectangle = { width = \"450 nm\", height = \"220 nm\" } }]",
        layers: "[{ name = \"box\", material = \"SiO2\", thickness = \"2 um\" }]",
    }
    WINDOW = "window" {
        x: "[\"-2 um\", \"2 um\"]",
        y: "[\"-2 um\", \"2 um\"]",
    }
    SHAPE = "shapes" {
        name: "\"core\"",
        material: "\"Si3N4 Luke 2015\"",
        rectangle: "{ width = \"450 nm\", height = \"220 nm\", bottom = \"0 nm\" }",
        trapezoid: "{ width = \"450 nm\", height = \"220 nm\", bottom = \"0 nm\", sidewall_from_normal = \"6 deg\" }",
        circle: "{ radius = \"4 um\" }",
        polygon: "{ points = [[\"0 um\", \"0 um\"], [\"1 um\", \"0 um\"], [\"0 um\", \"1 um\"]] }",
        roughness: "{ rms = \"2 nm\", correlation_length = \"50 nm\" }",
    }
    ROUGHNESS = "roughness" {
        rms: "\"2 nm\"",
        correlation_length: "\"50 nm\"",
    }
    RECTANGLE = "rectangle" {
        width: "\"450 nm\"",
        height: "\"220 nm\"",
        bottom: "\"0 nm\"",
        x: "\"0 nm\"",
        y: "\"0 nm\"",
    }
    TRAPEZOID = "trapezoid" {
        width: "\"450 nm\"",
        height: "\"220 nm\"",
        bottom: "\"0 nm\"",
        x: "\"0 nm\"",
        sidewall_from_normal: "\"6 deg\"",
    }
    CIRCLE = "circle" {
        radius: "\"4.1 um\"",
        x: "\"0 um\"",
        y: "\"0 um\"",
    }
    POLYGON = "polygon" {
        points: "[[\"0 um\", \"0 um\"], [\"1 um\", \"0 um\"], [\"0 um\", \"1 um\"]]",
    }
    CROSS_LAYER = "cross_section layers" {
        name: "\"box\"",
        material: "\"SiO2 Malitson 1965\"",
        thickness: "\"2 um\"",
        bottom: "\"-2 um\"",
    }
    MODES = "[modes.NAME]" {
        cross_section: "\"tip\"",
        count: "2",
        all_guided: "true",
        error: "1e-5",
        grid: "{ finest = \"10 nm\", coarsest = \"100 nm\", growth = 1.2 }",
        boundary: "\"electric\"",
        bend_radius: "\"5 um\"",
        target: "1.9",
        dispersion: "true",
        spread: "true",
    }
    GRID = "grid" {
        finest: "\"10 nm\"",
        coarsest: "\"100 nm\"",
        growth: "1.2",
    }
    BOUNDARY = "boundary" {
        left: "\"electric\"",
        right: "\"electric\"",
        bottom: "\"electric\"",
        top: "\"electric\"",
        pml: "\"1 um\"",
    }
    WALL = "wall" {
        pml: "\"1 um\"",
    }
    FIBER = "[fiber.NAME]" {
        class: "\"SMF-28\"",
        mode_field_diameter: "\"9.2 um\"",
        working_distance: "\"12 um\"",
        core_radius: "\"4.1 um\"",
        core_index: "{ above_cladding = 0.0052 }",
        cladding: "\"SiO2 Malitson 1965\"",
        multimode: "true",
        field: "\"near_field.csv\"",
        index: "1.0",
        polarization_angle: "\"0 deg\"",
    }
    MODE_FIELD_DIAMETER = "mode_field_diameter" {
        x: "\"5 um\"",
        y: "\"3 um\"",
    }
    CORE_INDEX = "core_index" {
        above_cladding: "0.0052",
        numerical_aperture: "0.13",
    }
    COUPLING = "[coupling.NAME]" {
        from: "\"fiber.smf\"",
        to: "\"modes.tip\"",
        gap: "{ length = \"5 um\", index = 1.45 }",
        offset_x: "{ from = \"-4 um\", to = \"4 um\", points = 81 }",
        offset_y: "{ from = \"-4 um\", to = \"4 um\", points = 81 }",
        tilt_x: "[\"0 deg\", \"1 deg\"]",
        tilt_y: "[\"0 deg\", \"1 deg\"]",
        polish_x: "\"0 deg\"",
        polish_y: "\"8 deg\"",
        fiber_coat: "[{ index = 1.21, thickness = \"271 nm\" }]",
        chip_coat: "[{ index = 1.21, thickness = \"271 nm\" }]",
        error: "\"0.01 dB\"",
        placement: "{ x = { sigma = \"0.3 um\", scope = \"lane\" } }",
        fiber_array: "{ fibers = 12, pitch = \"127 um\" }",
        monte_carlo: "{ samples = 10000, budget = \"2 dB\" }",
        cuts: "{ z = { from = \"0 um\", to = \"40 um\", points = 21 } }",
    }
    PLACEMENT = "placement" {
        x: "{ sigma = \"0.3 um\", scope = \"lane\" }",
        y: "[{ sigma = \"0.3 um\", scope = \"lane\" }, { sigma = \"0.5 um\", scope = \"die\" }]",
        z: "{ sigma = \"1 um\", scope = \"die\" }",
        tilt_x: "{ sigma = \"0.2 deg\", scope = \"die\" }",
        tilt_y: "{ sigma = \"0.2 deg\", scope = \"die\" }",
        rotation: "{ sigma = \"0.05 deg\", scope = \"die\" }",
        core_eccentricity: "\"0.2 um\"",
    }
    DEVIATION = "deviation" {
        sigma: "\"0.3 um\"",
        scope: "\"lane\"",
    }
    FIBER_ARRAY = "fiber_array" {
        fibers: "12",
        pitch: "\"127 um\"",
    }
    MONTE_CARLO = "monte_carlo" {
        samples: "10000",
        budget: "\"2 dB\"",
        seed: "1",
    }
    CUTS = "cuts" {
        x: "{ from = \"-4 um\", to = \"4 um\", points = 33 }",
        y: "{ from = \"-4 um\", to = \"4 um\", points = 33 }",
        z: "{ from = \"0 um\", to = \"40 um\", points = 21 }",
        tilt_x: "{ from = \"-4 deg\", to = \"4 deg\", points = 33 }",
        tilt_y: "{ from = \"-4 deg\", to = \"4 deg\", points = 33 }",
        rotation: "{ from = \"0 deg\", to = \"45 deg\", points = 10 }",
    }
    COAT = "coat" {
        thickness: "\"271 nm\"",
        index: "1.21",
        material: "\"SiO2 Malitson 1965\"",
    }
    GAP = "gap" {
        length: "\"5 um\"",
        index: "1.45",
        material: "\"SiO2 Malitson 1965\"",
    }
    GRATING = "[grating.NAME]" {
        layers: "[{ name = \"box\", material = \"SiO2\" }, { name = \"core\", material = \"Si\", thickness = \"220 nm\" }, { name = \"air\", material = \"air\" }]",
        core: "\"core\"",
        etch: "\"70 nm\"",
        fill: "\"SiO2\"",
        rule: "{ periods = 32, fill = 0.9, rate = \"0.025 1/um\" }",
        uniform: "{ periods = 25, pitch = \"630 nm\", fill = 0.5 }",
        trenches: "[[\"0 nm\", \"300 nm\"], [\"630 nm\", \"930 nm\"]]",
        trench_bias: "{ nominal = \"0 nm\", sigma = \"5 nm\", scope = \"wafer\" }",
        centred: "true",
        margins: "[\"8 um\", \"8 um\"]",
        design_wavelength: "\"1550 nm\"",
        fiber: "\"smf\"",
        angle: "\"10 deg\"",
        height: "\"0 um\"",
        offset: "\"5 um\"",
        error: "1e-3",
    }
    GRATING_LAYER = "grating layers" {
        name: "\"core\"",
        material: "\"Si\"",
        thickness: "\"220 nm\"",
    }
    GRATING_RULE = "rule" {
        periods: "32",
        fill: "0.9",
        rate: "\"0.025 1/um\"",
        least_fill: "0.2",
    }
    GRATING_UNIFORM = "uniform" {
        periods: "25",
        pitch: "\"630 nm\"",
        fill: "0.5",
    }
    TAPER = "[taper.NAME]" {
        sections: "[{ name = \"narrowing\", from = \"wire\", to = \"tip\", length = \"100 um\" }]",
        inputs: "1",
        modes: "12",
        slices: "120",
        cell: "\"10 nm\"",
        error: "2e-3",
        boundary: "\"electric\"",
    }
    TAPER_SECTION = "taper sections" {
        name: "\"narrowing\"",
        from: "\"wire\"",
        to: "\"tip\"",
        length: "{ from = \"20 um\", to = \"200 um\", points = 19 }",
        profile: "\"linear\"",
    }
    TAPER_PROFILE = "profile" {
        power: "2.0",
        points: "[[0.0, 0.0], [0.5, 0.8], [1.0, 1.0]]",
    }
    FLOORPLAN = "[floorplan.NAME]" {
        size: "[\"6 mm\", \"6 mm\"]",
        layers: "[{ name = \"chip\", material = \"Si\", thickness = \"200 um\" }]",
        blocks: "[{ name = \"die\", layer = \"chip\", material = \"Si\", rectangle = { width = \"2 mm\", length = \"3 mm\" } }]",
        sources: "[{ name = \"laser\", layer = \"laser\", rectangle = { width = \"4 um\", length = \"300 um\" }, power = \"50 mW\" }]",
    }
    LAYER = "floorplan layers" {
        name: "\"chip\"",
        material: "\"Si\"",
        thickness: "\"200 um\"",
        contact: "\"5 mm2 K/W\"",
    }
    BLOCK = "blocks" {
        name: "\"die\"",
        layer: "\"chip\"",
        layers: "[\"chip\", \"box\"]",
        material: "\"Si\"",
        rectangle: "{ width = \"2 mm\", length = \"3 mm\" }",
        array: "{ count = 4, pitch = \"16 mm\", axis = \"x\" }",
    }
    SOURCE = "sources" {
        name: "\"laser\"",
        layer: "\"laser\"",
        rectangle: "{ width = \"4 um\", length = \"300 um\" }",
        array: "{ count = 8, pitch = \"250 um\", axis = \"x\" }",
        power: "\"50 mW\"",
        power_map: "\"switch_power.csv\"",
    }
    FOOTPRINT = "floorplan rectangle" {
        width: "\"4 um\"",
        length: "\"300 um\"",
        x: "\"0 um\"",
        y: "\"0 um\"",
    }
    ARRAY = "array" {
        count: "8",
        pitch: "\"250 um\"",
        axis: "\"x\"",
    }
    HEAT = "[heat.NAME]" {
        floorplan: "\"engine\"",
        ambient: "\"25 degC\"",
        bottom: "{ convection = \"5000 W/(m2 K)\" }",
        top: "\"insulated\"",
        sides: "\"insulated\"",
        left: "\"insulated\"",
        right: "\"insulated\"",
        front: "\"insulated\"",
        back: "\"insulated\"",
        conductivity: "\"local\"",
        error: "1e-3",
        step_times: "{ from = \"1 us\", to = \"10 s\", points = 15, spacing = \"logarithmic\" }",
        sensitivities: "true",
        switched: "[{ source = \"switch\", from = \"0 W\", to = \"900 W\" }]",
    }
    SWITCHED = "switched" {
        source: "\"switch\"",
        from: "\"0 W\"",
        to: "\"900 W\"",
    }
    FACE = "heat boundary" {
        convection: "\"5000 W/(m2 K)\"",
        ambient: "\"25 degC\"",
        temperature: "\"55 degC\"",
        flux: "\"1000 W/m2\"",
        emissivity: "0.9",
        flow: "{ capacity_rate = \"70 W/K\", towards = \"right\" }",
    }
    FLOW = "flow" {
        capacity_rate: "\"70 W/K\"",
        towards: "\"right\"",
    }
    LASER = "[laser.NAME]" {
        heat: "\"array\"",
        sources: "\"laser\"",
        reference_temperature: "\"25 degC\"",
        threshold_current: "\"10 mA\"",
        threshold_temperature: "\"60 K\"",
        slope_efficiency: "\"0.3 W/A\"",
        slope_temperature: "\"200 K\"",
        light_current: "\"light_current.csv\"",
        turn_on_voltage: "\"0.9 V\"",
        series_resistance: "\"4 ohm\"",
        wavelength: "\"1310 nm\"",
        wavelength_drift: "\"0.09 nm/K\"",
        current: "{ from = \"20 mA\", to = \"120 mA\", points = 11 }",
        power: "\"10 mW\"",
        reliability: "{ failure_rate = \"50 FIT\", activation_energy = \"0.7 eV\", junction_temperature = \"55 degC\" }",
        mode_hop: "{ spacing = \"0.8 nm\", selector_drift = \"0.45 nm/K\" }",
    }
    LINK = "[link.NAME]" {
        bandwidth: "\"800 Gbit/s\"",
        standard: "\"400G-DR4\"",
        lanes_per_engine: "16",
        split: "4",
        lanes_per_laser: "1",
        spare_lasers: "0",
        coupling: "\"facet\"",
        taper: "\"narrowing\"",
        waveguide: "\"wire\"",
        laser: "\"array\"",
        heat: "\"liquid\"",
        cooling: "{ immersion = \"55 degC\" }",
        at: "{ tip_width = \"200 nm\" }",
        wavelength: "\"1311 nm\"",
        chip_temperature: "\"75 degC\"",
        tiers: "[{ bandwidth = \"1.6 Tbit/s\", standard = \"200G-DR\" }]",
        path_loss: "{ from = \"1 dB\", to = \"4 dB\", points = 13 }",
        chip_temperatures: "{ from = \"25 degC\", to = \"125 degC\", points = 21 }",
        components: "{ coupler = { typical = \"1.2 dB\", low = \"1 dB\", high = \"2 dB\" } }",
        samples: "1024",
        seed: "1",
    }
    TIER = "tiers" {
        bandwidth: "\"1.6 Tbit/s\"",
        standard: "\"200G-DR\"",
    }
    RELIABILITY = "reliability" {
        failure_rate: "\"50 FIT\"",
        activation_energy: "\"0.7 eV\"",
        junction_temperature: "\"55 degC\"",
        current: "\"60 mA\"",
        current_exponent: "2",
    }
    MODE_HOP = "mode_hop" {
        spacing: "\"0.8 nm\"",
        selector_drift: "\"0.45 nm/K\"",
        detuning: "\"0.1 nm\"",
    }
}
