//! The order of builds: an image that another one begins from is built before it.

use std::collections::BTreeMap;

use hemma_core::names::ServiceName;
use hemma_docker::compose::Model;
use hemma_docker::image::tag_of;

/// The images that the image of each service begins from.
pub(super) type Bases = BTreeMap<ServiceName, Vec<String>>;

/// The services in groups that are built one after the other. Compose builds the services of one
/// command at once, and looks for a base that is not there yet in a registry.
pub(super) fn waves(
    builds: Vec<ServiceName>,
    model: Option<&Model>,
    bases: &Bases,
) -> Vec<Vec<ServiceName>> {
    let image = |it: &ServiceName| Some(tag_of(&model?.services.get(it)?.image));
    let (mut waves, mut left) = (Vec::new(), builds);
    while !left.is_empty() {
        let waits = |it: &ServiceName| {
            let begins = bases.get(it).into_iter().flatten().map(|base| tag_of(base));
            let mut begins = begins.filter_map(Some);
            begins.any(|base| {
                left.iter().any(|other| other != it && image(other).as_ref() == Some(&base))
            })
        };
        let (later, now): (Vec<_>, Vec<_>) = left.iter().cloned().partition(waits);
        // Of images that begin from each other none can be first: the build says so.
        let is_circle = now.is_empty();
        waves.push(if is_circle { later.clone() } else { now });
        left = if is_circle { Vec::new() } else { later };
    }
    waves
}

#[cfg(test)]
mod tests {
    use hemma_docker::compose::Service;
    use hemma_docker::testing::service_name;

    use super::*;

    #[test]
    fn a_base_is_built_before_what_begins_from_it() {
        let names = ["api", "base", "deep", "web"];
        let service = |name: &str| Service {
            image: format!("shop/{name}:1"),
            replicas: 1,
            ..Service::default()
        };
        let services = names.iter().map(|it| (service_name(it), service(it))).collect();
        let model = Model { services, ..Model::default() };
        let all: Vec<ServiceName> = names.iter().map(|it| service_name(it)).collect();
        let shown = |bases: &[(&str, &str)], model: Option<&Model>| {
            let mut known = Bases::new();
            for (name, base) in bases {
                known.entry(service_name(name)).or_default().push((*base).to_owned());
            }
            let waves = waves(all.clone(), model, &known).into_iter();
            let waves: Vec<String> = waves
                .map(|it| it.iter().map(ServiceName::as_str).collect::<Vec<_>>().join(" "))
                .collect();
            waves.join(", ")
        };
        assert_eq!(shown(&[], Some(&model)), "api base deep web");
        assert_eq!(
            shown(&[("api", "shop/base:1"), ("web", "python:3")], Some(&model)),
            "base deep web, api"
        );
        let chain = [("api", "shop/base:1"), ("base", "shop/deep:1"), ("web", "shop/api:1")];
        assert_eq!(shown(&chain, Some(&model)), "deep, base, api, web");
        assert_eq!(shown(&chain, None), "api base deep web");
        let circle = [("api", "shop/base:1"), ("base", "shop/api:1")];
        assert_eq!(shown(&circle, Some(&model)), "deep web, api base");
        assert_eq!(shown(&[("api", "shop/api:1")], Some(&model)), "api base deep web");
    }
}
