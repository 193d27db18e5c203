//! The variables of the platform.

use super::words::Variables;

/// The variables that BuildKit sets in front of the first stage.
pub(super) fn variables(processor: Option<&str>) -> Variables {
    let (processor, variant) = match processor {
        Some("armv7l") => (Some("arm"), Some("v7")),
        Some("armv6l") => (Some("arm"), Some("v6")),
        Some("x86_64") => (Some("amd64"), Some("")),
        Some("aarch64") => (Some("arm64"), Some("")),
        other => (other, other.map(|_| "")),
    };
    let platform = processor.zip(variant).map(|(processor, variant)| {
        let variant = if variant.is_empty() { String::new() } else { format!("/{variant}") };
        format!("linux/{processor}{variant}")
    });
    let mut variables = Variables::new();
    for side in ["BUILD", "TARGET"] {
        let values = [
            ("PLATFORM", platform.clone()),
            ("OS", Some("linux".to_owned())),
            ("OSVERSION", Some(String::new())),
            ("ARCH", processor.map(str::to_owned)),
            ("VARIANT", variant.map(str::to_owned)),
        ];
        variables.extend(values.map(|(name, value)| (format!("{side}{name}"), value)));
    }
    variables
}
