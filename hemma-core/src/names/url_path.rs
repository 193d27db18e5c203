//! Paths on the web.

use super::{Reason, name};

name!(
    /// A path on a web server, with its query if it has one: `/healthz`.
    UrlPath, "a path", url_path, "^/([^/\\s#][^\\s#]*)?$", default "/healthz"
);

/// The maximum length; web servers take less.
const PATH_BYTES_MAX: usize = 2048;

fn url_path(text: &str) -> Result<(), Reason> {
    if text.is_empty() {
        return Err("it is empty; the path of the front page is `/`".into());
    }
    if text.contains("://") && !text.starts_with('/') {
        return Err("write the path alone, without scheme and host".into());
    }
    if !text.starts_with('/') {
        return Err("it must begin with `/`".into());
    }
    if text.starts_with("//") {
        return Err("it begins with `//`, which would be followed by a host".into());
    }
    if text.chars().any(|it| it.is_whitespace() || it.is_control()) {
        return Err("it holds a space or a control character; write a space as `%20`".into());
    }
    if text.contains('#') {
        return Err("`#` and what follows it never reach a server".into());
    }
    if let Some(it) = text.chars().find(|it| !it.is_ascii() || "\"<>\\^`{|}".contains(*it)) {
        return Err(format!("`{it}` must be written as % and two hexadecimal digits").into());
    }
    let escapes = text.split('%').skip(1);
    let is_escape =
        |it: &str| it.len() >= 2 && it.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit);
    if !escapes.into_iter().all(is_escape) {
        return Err("`%` must be followed by two hexadecimal digits".into());
    }
    if text.len() > PATH_BYTES_MAX {
        return Err(format!("it is longer than {PATH_BYTES_MAX} characters").into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn no_text_panics_and_what_is_taken_reads_back(text in ".{0,80}") {
            if let Ok(path) = text.parse::<UrlPath>() {
                assert_eq!(path.as_str().parse(), Ok(path.clone()));
            }
        }
    }
}
