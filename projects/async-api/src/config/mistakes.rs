//! What is wrong with the settings: all of it at once.

use std::fmt;

/// All that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Mistakes(pub(super) Vec<Mistake>);

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    origin: String,
    text: String,
}

impl Mistake {
    /// `origin` is where the value came from, and `text` what is wrong with it.
    pub(super) fn new(origin: impl Into<String>, text: impl Into<String>) -> Mistake {
        Mistake { origin: origin.into(), text: text.into() }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |mistake: &Mistake| format!("{}: {}", mistake.origin, mistake.text);
        match self.0.as_slice() {
            [only] => out.write_str(&line(only)),
            all => {
                write!(out, "{} settings are wrong:", all.len())?;
                all.iter().try_for_each(|mistake| write!(out, "\n  {}", line(mistake)))
            }
        }
    }
}

/// The name nearest to one that is unknown, if one is near.
pub(super) fn nearest<'a>(unknown: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let far = (unknown.chars().count() / 4).clamp(1, 2);
    let near = names.map(|name| (distance(unknown, name), name)).min()?;
    (near.0 <= far).then_some(near.1)
}

/// How many characters must be changed, added, taken away, or swapped with their neighbour.
fn distance(one: &str, two: &str) -> usize {
    let (one, two): (Vec<char>, Vec<char>) = (one.chars().collect(), two.chars().collect());
    let mut rows = vec![(0..=two.len()).collect::<Vec<usize>>()];
    for row in 1..=one.len() {
        let mut next = vec![row];
        for column in 1..=two.len() {
            let changed = rows[row - 1][column - 1] + usize::from(one[row - 1] != two[column - 1]);
            let mut least = changed.min(rows[row - 1][column] + 1).min(next[column - 1] + 1);
            let swapped = row > 1 && column > 1 && one[row - 1] == two[column - 2] && one[row - 2] == two[column - 1];
            if swapped {
                least = least.min(rows[row - 2][column - 2] + 1);
            }
            next.push(least);
        }
        rows.push(next);
    }
    rows[one.len()][two.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_what_they_are() {
        for (one, two, expected) in
            [("", "", 0), ("", "abc", 3), ("drain", "drian", 1), ("kitten", "sitting", 3), ("listen", "lsten", 1)]
        {
            assert_eq!(distance(one, two), expected, "{one} {two}");
            assert_eq!(distance(two, one), expected, "{two} {one}");
        }
    }

    #[test]
    fn only_what_is_near_is_suggested() {
        let names = ["listen", "requests.drain", "log"];
        assert_eq!(nearest("requests.drian", names.into_iter()), Some("requests.drain"));
        assert_eq!(nearest("lisen", names.into_iter()), Some("listen"));
        assert_eq!(nearest("port", names.into_iter()), None);
        assert_eq!(nearest("x", [].into_iter()), None);
    }
}
