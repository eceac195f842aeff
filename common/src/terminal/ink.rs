//! Colour, wrapping and ASCII.

use anstyle::{AnsiColor, Style};

/// Every line fits in this, so that nothing wraps at 80 columns.
pub(super) const WIDTH: usize = 79;

/// What a colour is for. The text must say the same without it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ink {
    Bold,
    Heading,
    Dim,
    Good,
    Warn,
    Bad,
    /// The n-th of several series.
    Series(usize),
}

impl Ink {
    pub(super) fn paint(self, text: &str) -> String {
        const SERIES: [AnsiColor; 4] = [AnsiColor::Cyan, AnsiColor::Yellow, AnsiColor::Magenta, AnsiColor::Green];
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        let style = match self {
            Ink::Bold => Style::new().bold(),
            Ink::Heading => colour(AnsiColor::Cyan).bold(),
            Ink::Dim => Style::new().dimmed(),
            Ink::Good => colour(AnsiColor::Green),
            Ink::Warn => colour(AnsiColor::Yellow),
            Ink::Bad => colour(AnsiColor::Red).bold(),
            Ink::Series(index) => colour(SERIES[index % SERIES.len()]),
        };
        format!("{style}{text}{style:#}")
    }
}

/// Breaks a text into lines that fit, the first with `indent`, the following as deep.
pub(super) fn wrap(text: &str, indent: &str) -> String {
    let mut lines = Vec::new();
    let mut line = String::new();
    let room = WIDTH - indent.chars().count();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    let hang = " ".repeat(indent.chars().count());
    let prefix = |index| if index == 0 { indent } else { hang.as_str() };
    lines.iter().enumerate().map(|(index, line)| format!("{}{line}", prefix(index))).collect::<Vec<_>>().join("\n")
}

/// The text cut to a width, with a sign that something is missing.
pub(super) fn fit(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// A path cut to a width from the left, where folders stand that can be guessed.
pub(super) fn fit_path(path: &str, width: usize) -> String {
    let mut rest = path;
    while rest.chars().count() + if rest.len() < path.len() { 2 } else { 0 } > width {
        let Some((_, shorter)) = rest.split_once('/') else { break };
        rest = shorter;
    }
    if rest.len() < path.len() { format!("…/{rest}") } else { path.to_owned() }
}

/// The text with blanks up to a width, as many as it lacks.
pub(super) fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}

/// The same on the right.
pub(super) fn pad_left(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    format!("{}{text}", " ".repeat(missing))
}

/// One ASCII character for each other one, so that columns stay columns.
pub(super) fn ascii(text: &str) -> String {
    let replace = |character| match character {
        '─' | '–' => '-',
        '│' => '|',
        '└' => '+',
        '█' | '■' => '#',
        '▓' => '@',
        '·' | '…' => '.',
        '✓' | '●' => '+',
        '✗' | '×' | '◆' => 'x',
        '○' => 'o',
        '▲' => '^',
        '→' | '≥' => '>',
        '≤' => '<',
        '≈' => '~',
        'µ' => 'u',
        '’' => '\'',
        other if other.is_ascii() => other,
        _ => '?',
    };
    text.chars().map(replace).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_too_long() {
        let text = "word ".repeat(100);
        assert!(wrap(&text, "> ").lines().all(|line| line.chars().count() <= WIDTH));
    }

    #[test]
    fn lines_hang_below_the_first() {
        let wrapped = wrap(&"x".repeat(70).replace('x', "abc "), "> ");
        assert!(wrapped.starts_with("> abc"));
        assert!(wrapped.lines().skip(1).all(|line| line.starts_with("  abc")));
    }

    #[test]
    fn a_path_loses_its_first_folders() {
        assert_eq!(fit_path("lesson/src/demos/a.rs", 21), "lesson/src/demos/a.rs");
        assert_eq!(fit_path("lesson/src/demos/a.rs", 20), "…/src/demos/a.rs");
        assert_eq!(fit_path("lesson/src/demos/a.rs", 12), "…/demos/a.rs");
        assert_eq!(fit_path("lesson/src/demos/a.rs", 3), "…/a.rs", "the name is never cut");
    }

    #[test]
    fn ascii_keeps_the_columns() {
        for text in ["✓ proved", "█▓·~─!", "12 µs ≤ 3×"] {
            assert_eq!(ascii(text).chars().count(), text.chars().count());
            assert!(ascii(text).is_ascii());
        }
    }
}
