//! The whole table.

use crate::attribute::{Attribute, check_attributes};
use crate::error::TableError;
use crate::{Field, Group, Status, check_text, checksum};

/// Root attribute `schema`, by which a reader knows a table of ours.
pub const SCHEMA: &str = "cpo loss table";
/// Version of the schema, semver: a reader accepts any minor version of its own major one and of earlier ones.
pub const SCHEMA_VERSION: &str = "2.2.0";
/// Major version that this program writes, and the latest that it reads.
pub const SCHEMA_MAJOR: u32 = 2;

/// Names of top-level groups that the writer fills itself.
const RESERVED_GROUPS: [&str; 2] = ["fields", "provenance"];

/// A file that a study names, verbatim: with it the table alone repeats its run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// The name as the study has it, relative to the study.
    pub name: String,
    /// What was in it.
    pub text: String,
}

/// All results of one study.
#[derive(Clone, Debug, PartialEq)]
pub struct LossTable {
    /// Name of the study.
    pub title: String,
    /// Program and version that computed it.
    pub source: String,
    /// One line a step, as CF has it; leave the time out where equal runs are to give equal bytes.
    pub history: String,
    /// The study file, verbatim.
    pub study: String,
    /// The files beside the study that it names (light-current curves, near fields, power maps), verbatim.
    pub inputs: Vec<InputFile>,
    /// Further facts about the whole.
    pub attributes: Vec<Attribute>,
    /// Where the numbers come from: commit, material sources, host.
    pub provenance: Vec<Attribute>,
    /// The results.
    pub groups: Vec<Group>,
    /// Maps over a plane, optional.
    pub fields: Vec<Field>,
}

impl LossTable {
    /// An empty table of the study file `study`.
    pub fn new(
        title: impl Into<String>,
        source: impl Into<String>,
        study: impl Into<String>,
    ) -> Self {
        Self {
            title: title.into(),
            source: source.into(),
            history: String::new(),
            study: study.into(),
            inputs: Vec::new(),
            attributes: Vec::new(),
            provenance: Vec::new(),
            groups: Vec::new(),
            fields: Vec::new(),
        }
    }

    /// Adds a group.
    ///
    /// # Errors
    /// As [`LossTable::check`].
    pub fn add(&mut self, group: Group) -> Result<(), TableError> {
        group.check()?;
        self.groups.push(group);
        self.check_paths()
    }

    /// Adds a field.
    ///
    /// # Errors
    /// As [`LossTable::check`].
    pub fn add_field(&mut self, field: Field) -> Result<(), TableError> {
        field.check()?;
        self.fields.push(field);
        self.check_paths()
    }

    /// The group of that path.
    pub fn group(&self, path: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.path == path)
    }

    /// SHA-256 of the study file, in hexadecimal.
    pub fn input_sha256(&self) -> String {
        checksum::of_text(&self.study)
    }

    /// SHA-256 of all numbers with their axes, errors, statuses and reasons, and of the input files, in hexadecimal.
    pub fn content_sha256(&self) -> String {
        checksum::of_content(self)
    }

    /// What the root of a file says in words: name and text, in the order of the file.
    pub(crate) fn root_texts(&self) -> [(&'static str, String); 10] {
        let phase = "exp(i(beta z - omega t)); Im eps >= 0 is loss";
        let loss = "positive dB, 10 log10(P_in / P_out), from_plane to to_plane";
        [
            ("Conventions", "CF-1.11".to_owned()),
            ("schema", SCHEMA.to_owned()),
            ("schema_version", SCHEMA_VERSION.to_owned()),
            ("title", self.title.clone()),
            ("source", self.source.clone()),
            ("history", self.history.clone()),
            ("input_sha256", self.input_sha256()),
            ("content_sha256", self.content_sha256()),
            ("phase_convention", phase.to_owned()),
            ("loss_convention", loss.to_owned()),
        ]
    }

    /// How many values have that status.
    pub fn count(&self, status: Status) -> usize {
        let variables = self.groups.iter().flat_map(|group| &group.variables);
        variables
            .map(|variable| variable.status.iter().filter(|&&s| s == status).count())
            .sum()
    }

    /// Checks everything; each writer does so first, since fields are public.
    ///
    /// # Errors
    /// The first bad name, repeated name, wrong length or value that contradicts its status.
    pub fn check(&self) -> Result<(), TableError> {
        let texts = [&self.title, &self.source, &self.history, &self.study];
        check_text("the table", texts.into_iter().map(String::as_str))?;
        for input in &self.inputs {
            check_text("an input file", [input.name.as_str(), input.text.as_str()])?;
        }
        check_attributes("the table", &self.attributes)?;
        check_attributes("provenance", &self.provenance)?;
        self.groups.iter().try_for_each(Group::check)?;
        self.fields.iter().try_for_each(Field::check)?;
        self.check_paths()
    }

    /// No two groups of one path, none reserved, none where a parent keeps a data set.
    fn check_paths(&self) -> Result<(), TableError> {
        let twice = |name: &str| {
            Err(TableError::Duplicate {
                place: "the table".into(),
                name: name.to_owned(),
            })
        };
        for (i, group) in self.groups.iter().enumerate() {
            let top = group.path.split('/').next().unwrap_or_default();
            if RESERVED_GROUPS.contains(&top)
                || self.groups[..i].iter().any(|g| g.path == group.path)
            {
                return twice(&group.path);
            }
            for parent in &self.groups {
                let inner = group
                    .path
                    .strip_prefix(&parent.path)
                    .and_then(|rest| rest.strip_prefix('/'));
                let Some(child) = inner.and_then(|rest| rest.split('/').next()) else {
                    continue;
                };
                let companions =
                    |v: &crate::Variable| v.companion_names().iter().any(|name| name == child);
                if parent.axis(child).is_some()
                    || parent
                        .variables
                        .iter()
                        .any(|v| v.name == child || companions(v))
                {
                    return twice(&group.path);
                }
            }
        }
        for (i, field) in self.fields.iter().enumerate() {
            if self.fields[..i].iter().any(|f| f.path == field.path) {
                return twice(&format!("fields/{}", field.path));
            }
        }
        Ok(())
    }
}
