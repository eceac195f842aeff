//! Where values come from: a file, the environment, the command line. Here they are all text with an origin.

use super::mistakes::{Mistake, nearest};
use super::table::{SETTINGS, named};
use std::path::Path;
use toml::{Table, Value};

/// A value as somebody wrote it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Given {
    /// The setting's name.
    pub(super) name: &'static str,
    /// What was written.
    pub(super) text: String,
    /// Where.
    pub(super) origin: String,
}

/// What a source gives, and what is wrong with it.
pub(super) type Source = (Vec<Given>, Vec<Mistake>);

/// The settings in a file.
pub(super) fn file(path: &Path) -> Source {
    let (mut given, mut wrong) = (Vec::new(), Vec::new());
    let origin = path.display().to_string();
    match std::fs::read_to_string(path) {
        Err(error) => wrong.push(Mistake::new(origin, format!("cannot be read: {error}"))),
        Ok(text) => match text.parse::<Table>() {
            Err(error) => {
                // Only the place: the error's own text shows the line, which may hold a key.
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                wrong.push(Mistake::new(format!("{origin}:{line}"), error.message()));
            }
            Ok(table) => flatten(&origin, "", &table, &mut given, &mut wrong),
        },
    }
    (given, wrong)
}

fn flatten(origin: &str, prefix: &str, table: &Table, given: &mut Vec<Given>, wrong: &mut Vec<Mistake>) {
    for (key, value) in table {
        let name = format!("{prefix}{key}");
        let origin_of = || format!("{origin}: {name}");
        let group = format!("{name}.");
        if let (Value::Table(inner), true) = (value, SETTINGS.iter().any(|setting| setting.name.starts_with(&group))) {
            flatten(origin, &group, inner, given, wrong);
        } else if let Some(setting) = named(&name) {
            match text(value) {
                Some(text) => given.push(Given { name: setting.name, text, origin: origin_of() }),
                None => {
                    let text = "must be a text, a number, true, false or a list of texts";
                    wrong.push(Mistake::new(origin_of(), text));
                }
            }
        } else {
            wrong.push(Mistake::new(origin_of(), unknown(&name)));
        }
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(value) => Some(value.to_string()),
        Value::Array(items) => Some(items.iter().map(Value::as_str).collect::<Option<Vec<&str>>>()?.join(",")),
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

fn unknown(name: &str) -> String {
    let tables = SETTINGS.iter().filter_map(|setting| setting.name.split_once('.')).map(|(table, _)| table);
    let near = nearest(name, SETTINGS.iter().map(|setting| setting.name).chain(tables));
    // Right, but for its table.
    let inside = || SETTINGS.iter().map(|setting| setting.name).find(|known| known.rsplit('.').next() == Some(name));
    let hint = near.or_else(inside).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    format!("there is no such setting{hint}")
}

/// The settings in the environment. A variable that is empty is not set. What is unknown may be somebody else's, a
/// container's neighbour's for one, unless it is nearly one of ours.
pub(super) fn environment(variables: impl IntoIterator<Item = (String, String)>) -> Source {
    let (mut given, mut wrong) = (Vec::new(), Vec::new());
    let names: Vec<String> = SETTINGS.iter().map(super::table::Setting::variable).collect();
    for (variable, text) in variables {
        if text.is_empty() {
            continue;
        }
        let found = SETTINGS.iter().zip(&names).find(|(_, name)| **name == variable).map(|(setting, _)| setting.name);
        // Everybody's name for it, and so behind our own.
        let found = found.or_else(|| (variable == "DATABASE_URL").then_some("database"));
        if let Some(name) = found {
            given.push(Given { name, text, origin: variable });
        } else if variable.starts_with("ASYNC_API_")
            && let Some(near) = nearest(&variable, names.iter().map(String::as_str))
        {
            let text = format!("there is no such setting; did you mean {near}?");
            wrong.push(Mistake::new(variable, text));
        }
    }
    given.sort_by_key(|given| given.origin != "DATABASE_URL");
    (given, wrong)
}

/// The settings on the command line: the option, the setting's name, the value. Everybody on the machine can read them,
/// so nothing secret may be among them.
pub(super) fn arguments(arguments: &[(String, String, String)]) -> Source {
    let (mut given, mut wrong) = (Vec::new(), Vec::new());
    for (option, name, text) in arguments {
        let Some(setting) = named(name) else {
            wrong.push(Mistake::new(option, unknown(name)));
            continue;
        };
        let variable = setting.variable();
        if setting.name == "key" || (setting.name == "database" && super::database::has_password(text)) {
            let advice = format!("what is secret can be seen on a command line by everybody: use {variable}");
            wrong.push(Mistake::new(option, advice));
            continue;
        }
        given.push(Given { name: setting.name, text: text.clone(), origin: option.clone() });
    }
    (given, wrong)
}
