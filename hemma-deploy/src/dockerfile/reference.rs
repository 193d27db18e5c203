//! Names of images.

/// Whether a text can be the name of an image: `registry:5000/path/name:tag@digest`.
pub(super) fn is_image(text: &str) -> bool {
    let (text, digest) = text.split_once('@').map_or((text, None), |it| (it.0, Some(it.1)));
    let (path, tag) = match text.rsplit_once(':') {
        // A colon before a slash is that of a registry's port.
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (text, None),
    };
    let word = |it: &str, more: &str| {
        !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || more.contains(it))
    };
    let lower = |it: &str| word(it, "._-") && !it.bytes().any(|it| it.is_ascii_uppercase());
    let mut parts = path.split('/');
    let registry = parts.clone().count() > 1 && parts.next().is_some_and(|it| word(it, ".-:[]_"));
    let is_path = if registry { parts.all(lower) } else { path.split('/').all(lower) };
    is_path && tag.is_none_or(|it| word(it, "._-")) && digest.is_none_or(|it| word(it, ":._+-"))
}

/// The name as additional build contexts are called: without Docker's own registry, and without the
/// tag `latest`.
pub(super) fn familiar(image: &str) -> &str {
    let image = image.strip_suffix(":latest").unwrap_or(image);
    let image = image.strip_prefix("docker.io/").unwrap_or(image);
    image.strip_prefix("library/").unwrap_or(image)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_an_image_is_known() {
        for fine in
            ["a", "python:3.12-slim", "r.example:5000/a/b:T_1", "a@sha256:0f", "localhost/a"]
        {
            assert!(is_image(fine), "{fine}");
        }
        for wrong in ["", "python:", "Python:3", "a//b", "/a", "a b", "r/a:", "a:b c", "a@"] {
            assert!(!is_image(wrong), "{wrong}");
        }
        assert_eq!(familiar("docker.io/library/alpine:latest"), "alpine");
        assert_eq!(familiar("alpine:3"), "alpine:3");
    }
}
