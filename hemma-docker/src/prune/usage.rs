//! The engine's disk usage: the size of each image that it does not share, and the part of the
//! build cache that a prune would free.

use std::collections::HashMap;

use serde::Deserialize;

/// The bytes that a prune frees, as far as the engine can tell.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// The bytes of each image, by its id, that no other image shares.
    pub(super) own: HashMap<String, u64>,
    /// The bytes of the cache that no image and no build uses.
    pub(super) cache: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Told {
    images: Option<Vec<ImageRow>>,
    build_cache: Option<Vec<CacheRow>>,
}

#[derive(Deserialize)]
struct ImageRow {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "UniqueSize", default)]
    own: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct CacheRow {
    cache_type: String,
    size: String,
    in_use: String,
    shared: String,
}

/// Parses `docker system df -v --format '{{json .}}'`.
pub(super) fn read(stdout: &str) -> Usage {
    let told: Told = serde_json::from_str(stdout.trim()).unwrap_or_default();
    let own = |it: ImageRow| Some((it.id, bytes(&it.own)?));
    let own = told.images.unwrap_or_default().into_iter().filter_map(own).collect();
    // A prune without `--all` leaves what an image shares, and the builder's own.
    let goes = |it: &&CacheRow| {
        it.in_use == "false"
            && it.shared == "false"
            && !["internal", "frontend"].contains(&it.cache_type.as_str())
    };
    let sum = |rows: Vec<CacheRow>| rows.iter().filter(goes).map(|it| bytes(&it.size)).sum();
    Usage { own, cache: told.build_cache.and_then(sum) }
}

/// The bytes of a size like `151.7MB`, in decimal units. `None` where it is not a size.
fn bytes(size: &str) -> Option<u64> {
    let at = size.find(|it: char| !(it.is_ascii_digit() || it == '.'))?;
    let (number, unit) = size.split_at(at);
    let power = ["B", "kB", "MB", "GB", "TB"].iter().position(|it| *it == unit)?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{:0<3}", part.get(..part.len().min(3))?);
    let thousandths: u64 = digits.parse().ok()?;
    let scaled = thousandths.checked_mul(1000_u64.checked_pow(u32::try_from(power).ok()?)?)?;
    Some(scaled / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_the_units_of_disks() {
        let rows = [
            ("0B", Some(0)),
            ("512B", Some(512)),
            ("48.97kB", Some(48_970)),
            ("151.7MB", Some(151_700_000)),
            ("1.2345GB", Some(1_234_000_000)),
            ("N/A", None),
            ("", None),
            ("12", None),
            ("1.2.3MB", None),
            ("99999999999999TB", None),
        ];
        for (said, read) in rows {
            assert_eq!(bytes(said), read, "{said}");
        }
    }

    #[test]
    fn what_is_shared_or_in_use_is_not_promised() {
        let cache = |kind: &str, size: &str, in_use: bool, shared: bool| {
            format!(
                r#"{{"CacheType":"{kind}","Size":"{size}","InUse":"{in_use}","Shared":"{shared}"}}"#
            )
        };
        let rows = [
            cache("regular", "1.5MB", false, false),
            cache("regular", "240MB", false, true),
            cache("regular", "3MB", true, false),
            cache("source.local", "10kB", false, false),
            cache("internal", "7MB", false, false),
            cache("frontend", "9MB", false, false),
        ];
        let images = r#"[{"ID":"sha256:aa","SharedSize":"243MB","Size":"243MB","UniqueSize":"11kB"},
            {"ID":"sha256:bb","UniqueSize":"N/A"},{"ID":"sha256:cc"}]"#;
        let told = format!(r#"{{"Images":{images},"BuildCache":[{}]}}"#, rows.join(","));
        let own = HashMap::from([("sha256:aa".to_owned(), 11_000)]);
        assert_eq!(read(&told), Usage { own, cache: Some(1_510_000) });
        assert_eq!(read(r#"{"Images":[],"BuildCache":[]}"#).cache, Some(0));
        for nothing in ["", "Cannot connect to the Docker daemon", "{}", r#"{"Images":null}"#] {
            assert_eq!(read(nothing), Usage::default(), "{nothing}");
        }
    }
}
