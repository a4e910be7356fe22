//! The data files, one per material and author.

macro_rules! files {
    ($($file:literal),* $(,)?) => {
        /// (name, text) of every file in `data/`.
        pub(super) const FILES: &[(&str, &str)] = &[
            $(($file, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/", $file)))),*
        ];
    };
}

files![
    "air_bergman_2011.toml",
    "air_ciddor_1996.toml",
    "al2o3_malitson_dodge_1972.toml",
    "al_ho_1972.toml",
    "al_rakic_1995.toml",
    "au_ho_1972.toml",
    "au_johnson_christy_1972.toml",
    "beol_lee_2023.toml",
    "borosilicate_corning_7740.toml",
    "cu_johnson_christy_1972.toml",
    "cu_lee_2023.toml",
    "gaas_levinshtein_1996.toml",
    "gaas_skauli_2003.toml",
    "inp_levinshtein_1996.toml",
    "inp_pettit_turner_1965.toml",
    "linbo3_zelmon_1997.toml",
    "noa61_norland_2016.toml",
    "si3n4_luke_2015.toml",
    "si_core_jacques_2019.toml",
    "si_doped_jacques_2019.toml",
    "si_glassbrenner_slack_1964.toml",
    "si_li_1980.toml",
    "si_salzberg_villa_1957.toml",
    "si_slab_jacques_2019.toml",
    "sio2_jacques_2019.toml",
    "sio2_malitson_1965.toml",
    "su8_microchem_2011.toml",
    "ti_ho_1972.toml",
    "ti_rakic_1998.toml",
    "tin_jacques_2019.toml",
    "tin_pfluger_1984.toml",
    "w_ho_1972.toml",
    "w_rakic_1998.toml",
];
