//! The registry in the name of an image.

use hemma_core::names::RegistryName;

/// The registry that an image's name leads to: `docker.io` for a name without one.
///
/// ```
/// use hemma_docker::registry::registry_of;
///
/// assert_eq!(registry_of("redis:7"), "docker.io");
/// assert_eq!(registry_of("ghcr.io/team/app:1"), "ghcr.io");
/// assert_eq!(registry_of("localhost:5000/app"), "localhost:5000");
/// ```
pub fn registry_of(image: &str) -> &str {
    match image.split_once('/') {
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => first,
        _ => RegistryName::DOCKER_HUB,
    }
}
