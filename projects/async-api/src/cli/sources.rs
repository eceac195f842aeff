//! Where this process's settings come from.

use super::args::SettingArguments;
use anyhow::anyhow;
use async_api::config::Sources;

/// The file, the environment and the command line of this process.
///
/// # Errors
/// If a variable of ours is no text.
pub(super) fn sources(given: &SettingArguments) -> anyhow::Result<Sources> {
    let (mut environment, mut file) = (Vec::new(), given.config.clone());
    for (name, value) in std::env::vars_os() {
        let Ok(name) = name.into_string() else { continue };
        if name == "ASYNC_API_CONFIG" && !value.is_empty() {
            file = file.or(Some(value.into())); // the option is over the variable
            continue;
        }
        match value.into_string() {
            Ok(value) => environment.push((name, value)),
            Err(_) if name.starts_with("ASYNC_API_") => return Err(anyhow!("{name}: is no text in UTF-8")),
            Err(_) => {}
        }
    }
    let named = [
        ("--listen", "listen", &given.listen),
        ("--database", "database", &given.database),
        ("--data", "data", &given.data),
        ("--workers", "jobs.workers", &given.workers),
        ("--log", "log", &given.log),
        ("--log-format", "log_format", &given.log_format),
    ];
    let named = named.into_iter().filter_map(|(option, name, value)| {
        value.as_ref().map(|value| (option.to_owned(), name.to_owned(), value.clone()))
    });
    let set = given.set.iter().map(|(name, value)| (format!("--set {name}"), name.clone(), value.clone()));
    Ok(Sources { file, environment, arguments: named.chain(set).collect() })
}
