//! What is logged, and how.

use super::values::Parsed;

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// How much: `info`, or by module, such as `info,async_api=debug`.
    pub filter: String,
    /// How.
    pub format: LogFormat,
}

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line, for programs.
    Json,
}

impl LogFormat {
    pub(super) fn parse(text: &str) -> Parsed<LogFormat> {
        match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err(format!("{text:?} is neither text nor json")),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        }
    }
}

impl Default for LogSettings {
    fn default() -> LogSettings {
        LogSettings { filter: "info".to_owned(), format: LogFormat::Text }
    }
}

/// A filter that tracing understands.
pub(super) fn filter(text: &str) -> Parsed<String> {
    let parsed = text.parse::<tracing_subscriber::EnvFilter>();
    parsed.map(|_| text.to_owned()).map_err(|error| format!("{text:?} is no filter such as \"info\": {error}"))
}
