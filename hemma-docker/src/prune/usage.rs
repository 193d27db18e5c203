//! The engine's disk usage: the size of each image that it does not share, and the part of the
//! build cache that a prune would free.

use std::collections::HashMap;

use bollard::models::ImageSummary;
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

/// The bytes of an image's unpacked layers, in containerd's store.
///
/// That store has each layer packed and unpacked, and counts both into the size of an image, but only
/// the unpacked ones as shared. So what `docker system df` takes for an image's own includes the
/// packed layers of others, which stay.
pub(super) fn unpacked(image: &ImageSummary) -> i64 {
    let parts = image.manifests.iter().flatten().filter_map(|it| it.image_data.as_ref());
    parts.map(|it| it.size.unpacked).fold(0, i64::saturating_add)
}

/// The bytes of each image's unpacked layers that no other image has, from the list of all images.
pub(super) fn own_unpacked(listed: &[ImageSummary]) -> HashMap<String, u64> {
    let counted = listed.iter().filter(|it| it.manifests.is_some() && it.shared_size >= 0);
    let own = |it: &ImageSummary| {
        let own = unpacked(it).saturating_sub(it.shared_size);
        (it.id.clone(), u64::try_from(own).unwrap_or(0))
    };
    counted.map(own).collect()
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

    /// From the practice host: engine 28.5 with containerd's store. `docker system df` has 126.1 MB
    /// as the own size of the first, and a prune freed a few kilobytes.
    #[test]
    fn the_packed_layers_of_others_are_not_promised() {
        let image = |id: &str, size: u64, shared: i64, unpacked: &str| {
            format!(
                r#"{{"Containers":0,"Created":1796124214,"Id":"{id}","Labels":null,"ParentId":"",
                "RepoDigests":[],"RepoTags":[],"SharedSize":{shared},"Size":{size}{unpacked}}}"#
            )
        };
        let manifests = |size: u64| {
            format!(
                r#","Manifests":[{{"ID":"sha256:a7","Available":true,"Kind":"image",
                "Descriptor":{{"mediaType":"application/vnd.oci.image.manifest.v1+json",
                "digest":"sha256:a7","size":1041}},"Size":{{"Content":1,"Total":2}},"ImageData":{{
                "Platform":{{"architecture":"amd64","os":"linux"}},"Size":{{"Unpacked":{size}}},
                "Containers":null}}}},{{"ID":"sha256:a9","Available":true,"Kind":"attestation",
                "Descriptor":{{"mediaType":"application/vnd.oci.image.manifest.v1+json",
                "digest":"sha256:a9","size":565}},"Size":{{"Content":1621,"Total":1621}},
                "AttestationData":{{"For":"sha256:a7"}}}}]"#
            )
        };
        let rows = [
            image("built", 262_348_005, 136_220_672, &manifests(136_257_536)),
            image("imported", 6_008_431, 0, &manifests(3_006_464)),
            image("uncounted", 6_008_431, -1, &manifests(3_006_464)),
            image("classic", 262_348_005, 136_220_672, ""),
        ];
        let listed: Vec<ImageSummary> =
            serde_json::from_str(&format!("[{}]", rows.join(","))).expect("what the engine sends");
        let own = [("built".to_owned(), 36_864), ("imported".to_owned(), 3_006_464)];
        assert_eq!(own_unpacked(&listed), HashMap::from(own));
        let sizes: Vec<i64> = listed.iter().map(unpacked).collect();
        assert_eq!(sizes, [136_257_536, 3_006_464, 3_006_464, 0]);
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
