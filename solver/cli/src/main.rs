//! The program `cpo`: study file in, loss table out.
//!
//! Exit codes: 0 all well; 1 some points failed or did not converge, two tables differ; 2 the study or the question is invalid;
//! 3 the machine (files, memory, threads).

mod catalogue;
mod check;
mod diff;
mod export;
mod link;
mod look_up;
mod progress;
mod run;
mod show;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cpo_study::table::export::Format;

/// Photonic device physics for co-packaged optics: waveguide modes, fibre coupling, laser heat.
#[derive(Parser)]
#[command(name = "cpo", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Solve a study and write its loss table, summary, figures and report.
    Run {
        /// The study file (TOML).
        study: PathBuf,
        /// Folder for the results [default: out/NAME]. An earlier run there is replaced as a whole.
        #[arg(short, long, value_name = "DIR")]
        output: Option<PathBuf>,
        /// Threads [default: all cores]. Results do not depend on it.
        #[arg(short, long, value_name = "N")]
        threads: Option<std::num::NonZeroUsize>,
    },
    /// Check a study and say what would run: points, unknowns, memory, time.
    Check {
        /// The study file (TOML).
        study: PathBuf,
    },
    /// Show what a loss table holds.
    Show {
        /// The loss table (HDF5).
        table: PathBuf,
        /// Show the values of this group, such as waveguide/wire.
        group: Option<String>,
        /// Look up values at a place, interpolated, with its error: wavelength=1310nm,temperature=60degC,mode=0. Axes
        /// left out are shown whole.
        #[arg(long, value_name = "AXIS=VALUE,...", value_delimiter = ',')]
        at: Vec<String>,
    },
    /// Compare two loss tables by their error bars.
    Diff {
        /// A loss table (HDF5).
        first: PathBuf,
        /// Another.
        second: PathBuf,
        /// Compare every bit of values, errors, statuses and reasons.
        #[arg(long)]
        bits: bool,
    },
    /// Run the study that a loss table holds again, and compare bit for bit.
    Rerun {
        /// The loss table (HDF5).
        table: PathBuf,
        /// Folder for the new results [default: they are only compared].
        #[arg(short, long, value_name = "DIR")]
        output: Option<PathBuf>,
        /// Threads [default: all cores]. Results do not depend on it.
        #[arg(short, long, value_name = "N")]
        threads: Option<std::num::NonZeroUsize>,
    },
    /// Answer the links of a study from a loss table: which optics costs what in dB, W and pJ/bit.
    Link {
        /// The loss table (HDF5).
        table: PathBuf,
        /// Take the links of this study [default: of the one that the table holds].
        #[arg(short, long, value_name = "FILE")]
        study: Option<PathBuf>,
        /// Folder for report, summary and figures [default: out/NAME_link].
        #[arg(short, long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
    /// Write a loss table in a form that another program reads (docs/exports.md).
    Export {
        /// The loss table (HDF5).
        table: PathBuf,
        /// The form.
        #[arg(long, value_name = "FORMAT", value_parser = export::formats())]
        to: Format,
        /// This group and those below it alone, such as waveguide/wire or thermal.
        #[arg(long, value_name = "PATH")]
        group: Option<String>,
        /// Length of the guides, where the form has no argument for it.
        #[arg(long, default_value = "1 mm", value_parser = <cpo_materials::Length as cpo_materials::Quantity>::parse)]
        length: cpo_materials::Length,
        /// File or folder to write [default: the table's name in the current folder]. A file there is replaced as a whole.
        #[arg(short, long, value_name = "PATH")]
        output: Option<PathBuf>,
    },
    /// List the catalogue's materials, or show one.
    Materials {
        /// Name or alias, such as "SiO2".
        name: Option<String>,
        /// Write a plot of n and k against wavelength to this PNG file.
        #[arg(short, long, value_name = "FILE", requires = "name")]
        plot: Option<PathBuf>,
    },
}

/// How a command ended; the number is the exit code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    AllWell = 0,
    SomeFailed = 1,
    InvalidStudy = 2,
    Machine = 3,
}

fn main() -> ExitCode {
    let ending = match Arguments::parse().command {
        Command::Run {
            study,
            output,
            threads,
        } => run::run(&study, output, threads),
        Command::Check { study } => check::check(&study),
        Command::Show { table, group, at } => show::show(&table, group.as_deref(), &at),
        Command::Diff {
            first,
            second,
            bits,
        } => diff::diff([&first, &second], bits),
        Command::Rerun {
            table,
            output,
            threads,
        } => diff::rerun(&table, output.as_deref(), threads),
        Command::Link {
            table,
            study,
            output,
        } => link::link(&table, study.as_deref(), output),
        Command::Export {
            table,
            to,
            group,
            length,
            output,
        } => export::export(&table, to, group.as_deref(), length, output),
        Command::Materials { name, plot } => catalogue::materials(name.as_deref(), plot.as_deref()),
    };
    ExitCode::from(ending as u8)
}

/// Prints a line without failing where the reader has gone (`cpo show | head`).
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}
pub(crate) use say;

/// The same to standard error: warnings, mistakes, progress.
macro_rules! tell {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}
pub(crate) use tell;
