use std::path::PathBuf;

/// Where an address is stored below the download folder: its host, then its path, `index.html` for a folder.
///
/// An address comes from outside, so nothing in it may lead out of the folder or name a device: every part of the path
/// keeps its letters, digits and `-_.`, the rest becomes `_`, and no part begins with a dot.
pub fn path_for(address: &str) -> PathBuf {
    let address = address.split('#').next().unwrap_or_default();
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if path.is_empty() || path.ends_with('/') {
        parts.push("index.html");
    }
    let mut file: PathBuf = std::iter::once(host).chain(parts).map(safe).collect();
    if !query.is_empty()
        && let Some(name) = file.file_name().and_then(|name| name.to_str())
    {
        file.set_file_name(format!("{name}_{}", safe(query)));
    }
    file
}

fn safe(part: &str) -> String {
    // Longer names than this are refused by most file systems.
    const LONGEST: usize = 120;
    let kept = |letter: char| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '_' };
    let mut part: String = part.chars().take(LONGEST).map(kept).collect();
    if part.starts_with('.') {
        part.replace_range(..1, "_");
    }
    part
}

#[cfg(test)]
mod tests {
    use super::path_for;
    use std::path::{Component, Path};

    #[test]
    fn an_address_has_one_place() {
        let places = [
            ("http://127.0.0.1:80/std/index.html", "127.0.0.1_80/std/index.html"),
            ("https://example.org", "example.org/index.html"),
            ("https://example.org/a/", "example.org/a/index.html"),
            ("https://example.org/a?b=1#top", "example.org/a_b_1"),
        ];
        for (address, place) in places {
            assert_eq!(path_for(address), Path::new(place), "{address}");
        }
    }

    #[test]
    fn no_address_leads_out_of_the_folder() {
        for address in
            ["http://h/../../etc/passwd", "http://../x", "http://h/..", "http://h//.ssh/./k", "..", "", "/", "C:\\x"]
        {
            let place = path_for(address);
            assert!(place.components().all(|part| matches!(part, Component::Normal(_))), "{address}: {place:?}");
        }
    }
}
