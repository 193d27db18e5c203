//! Names with wildcards, as the proxy takes them in `VIRTUAL_HOST`.

/// Whether a name in `VIRTUAL_HOST` stands for `name`: itself, `*.example.org` or `www.example.*`,
/// whose `*` is one or more labels, as for nginx. A pattern that begins with `~` is not read, and
/// stands for no name.
pub fn wildcard_covers(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_ascii_lowercase(), name.to_ascii_lowercase());
    let is_more = |rest: Option<&str>| rest.is_some_and(|it| !it.is_empty());
    if let Some(end) = pattern.strip_prefix('*') {
        return end.starts_with('.') && is_more(name.strip_suffix(end));
    }
    if let Some(start) = pattern.strip_suffix('*') {
        return start.ends_with('.') && is_more(name.strip_prefix(start));
    }
    pattern == name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_the_names_below_it() {
        for (pattern, name, expected) in [
            ("a.example", "A.example", true),
            ("*.example.org", "shop.example.org", true),
            ("*.example.org", "a.b.example.org", true),
            ("*.example.org", "example.org", false),
            ("*.example.org", "badexample.org", false),
            ("www.example.*", "www.example.org", true),
            ("www.example.*", "www.example.", false),
            ("*", "a", false),
            ("~^a.*", "a", false),
            ("", "a", false),
        ] {
            assert_eq!(wildcard_covers(pattern, name), expected, "{pattern} {name}");
        }
    }
}
