//! From values to settings that are valid.

use super::draft::Draft;
use super::mistakes::{Mistake, Mistakes};
use super::sources::{self, Given};
use super::table::{SETTINGS, named};
use super::{LogSettings, Settings};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where settings come from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// A TOML file.
    pub file: Option<PathBuf>,
    /// Environment variables: names and values. What does not concern us is left alone.
    pub environment: Vec<(String, String)>,
    /// The command line: the option as it was written, the setting's name, and the value.
    pub arguments: Vec<(String, String, String)>,
}

/// Settings that are valid, and where each came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The service's.
    pub settings: Settings,
    /// The log's.
    pub log: LogSettings,
    draft: Draft,
    origins: BTreeMap<&'static str, String>,
}

/// Reads all settings: the file, over that the environment, over that the command line.
///
/// # Errors
/// All that is wrong with them, at once.
pub fn load(sources: &Sources) -> Result<Loaded, Mistakes> {
    let read = [
        sources.file.as_deref().map(sources::file).unwrap_or_default(),
        sources::environment(sources.environment.iter().cloned()),
        sources::arguments(&sources.arguments),
    ];
    let mut draft = Draft::default();
    let mut wrong = Vec::new();
    let mut origins = BTreeMap::new();
    for (given, mistakes) in read {
        wrong.extend(mistakes);
        for Given { name, text, origin } in given {
            // What is overridden later is read as well: a mistake that shows only once the override is gone is worse.
            match named(name).map_or(Ok(()), |setting| (setting.read)(&mut draft, &text)) {
                Ok(()) => drop(origins.insert(name, origin)),
                Err(text) => wrong.push(Mistake::new(origin, text)),
            }
        }
    }
    wrong.extend(draft.contradictions(|name| origins.get(name).cloned().unwrap_or_else(|| name.to_owned())));
    if !wrong.is_empty() {
        return Err(Mistakes(wrong));
    }
    let (settings, log) = draft.clone().finish();
    Ok(Loaded { settings, log, draft, origins })
}

impl Loaded {
    /// All settings as a file that would set them, with where each came from. What is secret is left out.
    pub fn to_toml(&self) -> String {
        render(&self.draft, |name, line| {
            let origin = self.origins.get(name).map_or("default", String::as_str);
            match line {
                Some(line) => format!("{line}  # {origin}\n"),
                None if self.origins.contains_key(name) => format!("# {name}: set, {origin}\n"),
                None => format!("# {name}: not set\n"),
            }
        })
    }
}

/// A file with all settings, explained, each as it is where nothing is said.
pub fn example() -> String {
    let about = |name| named(name).map_or("", |setting| setting.about);
    render(&Draft::default(), |name, line| {
        let line = line.unwrap_or_else(|| format!("{name} = \"...\""));
        format!("# {}\n# {line}\n", about(name))
    })
}

fn render(draft: &Draft, line: impl Fn(&'static str, Option<String>) -> String) -> String {
    let mut out = String::new();
    let mut group = "";
    for setting in &SETTINGS {
        let (table, name) = setting.name.split_once('.').unwrap_or(("", setting.name));
        if table != group {
            out += &format!("\n[{table}]\n");
            group = table;
        }
        out += &line(setting.name, (setting.say)(draft).map(|value| format!("{name} = {value}")));
    }
    out
}
