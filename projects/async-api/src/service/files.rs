//! How many files this process may have open. Every connection is one, and so is the database.

/// What the database, crawls and everything else need.
const OTHERS: usize = 256;

/// As many connections as were asked for, or fewer where the system would not give them.
pub(super) fn affordable(connections: usize) -> usize {
    let Some(files) = limit() else {
        return connections;
    };
    let affordable = room(files);
    if connections > affordable {
        tracing::warn!(
            files,
            connections,
            affordable,
            "too few files may be open for as many connections: raise ulimit -n"
        );
    }
    connections.min(affordable)
}

fn room(files: usize) -> usize {
    files.saturating_sub(OTHERS).max(files / 2).max(1)
}

#[cfg(target_os = "linux")]
fn limit() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok())
}

#[cfg(not(target_os = "linux"))]
fn limit() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn something_is_left_for_the_others() {
        assert_eq!([1024, 20_000, 300, 0].map(room), [768, 19_744, 150, 1]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_system_says_how_many() {
        assert!(limit().is_some_and(|files| files > 8));
    }
}
