//! Services that are for another processor than the host's.

use std::collections::BTreeSet;

use super::notice::{Notice, Noticed};
use super::scene::{Scene, Seen};

pub(super) fn notices(scene: &Scene<'_>, processor: &str) -> Vec<Noticed> {
    let emulates = &scene.repository.emulates;
    let of = |it: &Seen<'_>| {
        let platform =
            it.service.platform.as_ref().filter(|it| is_foreign(it, processor, emulates))?;
        let notice = Notice::Platform {
            service: it.service.name.clone(),
            platform: platform.clone(),
            processor: processor.to_owned(),
            certain: emulates.contains("status"),
        };
        let spot = scene.repository.compose_spot(&it.service.name, "platform");
        Some(Noticed::new(notice, spot))
    };
    scene.services.iter().filter_map(of).collect()
}

/// Whether nothing on a host runs programs of a platform: `linux/arm64/v8`, as Docker calls it.
fn is_foreign(platform: &str, processor: &str, emulated: &BTreeSet<String>) -> bool {
    let mut parts = platform.split('/');
    let (Some(system), Some(wanted)) = (parts.next(), parts.next()) else { return false };
    let own: &[&str] = match processor {
        "x86_64" => &["amd64", "x86_64", "x86-64", "386", "i386"],
        "aarch64" => &["arm64", "aarch64", "arm"],
        "armv7l" => &["arm"],
        _ => return false,
    };
    let in_qemu = match wanted {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        "386" => "i386",
        it => it,
    };
    let runs = |it: &String| it.contains(in_qemu) || it == "rosetta";
    system == "linux" && !own.contains(&wanted) && !emulated.iter().any(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_foreign_where_nothing_runs_it() {
        for (platform, processor, emulated, expected) in [
            ("linux/amd64", "x86_64", &[][..], false),
            ("linux/arm64/v8", "x86_64", &[], true),
            ("linux/arm64", "x86_64", &["qemu-aarch64"], false),
            ("linux/amd64", "aarch64", &[], true),
            ("linux/arm/v7", "aarch64", &[], false),
            ("linux/amd64", "aarch64", &["rosetta"], false),
            ("linux/386", "x86_64", &[], false),
            ("linux/amd64", "riscv64", &[], false),
            ("windows/amd64", "x86_64", &[], false),
        ] {
            assert_eq!(
                is_foreign(
                    platform,
                    processor,
                    &emulated.iter().map(|it| (*it).to_owned()).collect()
                ),
                expected,
                "{platform} {processor}"
            );
        }
    }
}
