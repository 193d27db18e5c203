//! Parsing Compose's output about a project: the resolved files, and its warnings.

use std::collections::BTreeMap;

use hemma_core::names::{NameError, ServiceName};
use serde_json::Value;

use super::build_spec;
use super::digest::Digests;
use super::{Healthcheck, HttpCheck, Model, NamedVolume, Port, Service};
use crate::container::ProxyNames;

/// Parses `docker compose config --format json`. `tree` is the directory it was run in: paths below
/// it become relative, so that two trees can be compared.
pub(crate) fn read(json: &str, tree: &str, digests: &Digests) -> Result<Model, String> {
    let root: Value = serde_json::from_str(json).map_err(|source| source.to_string())?;
    let project = root["name"].as_str().unwrap_or_default();
    let names = network_names(&root);
    let entries = root["services"].as_object().ok_or("it has no `services`")?;
    let services = entries
        .iter()
        .map(|(text, value)| {
            let name: ServiceName = text.parse().map_err(|source: NameError| source.to_string())?;
            let mut service = service(project, &name, value, tree, digests);
            let keys = value["networks"].as_object().into_iter().flat_map(|it| it.keys());
            service.networks = keys.map(|it| names.get(it).unwrap_or(it).clone()).collect();
            service.volumes = volumes(&value["volumes"], &root["volumes"]);
            Ok((name, service))
        })
        .collect::<Result<_, String>>()?;
    let external = root["networks"].as_object().into_iter().flat_map(|it| it.values());
    let external = external.filter(|it| it["external"] == Value::Bool(true));
    let external_networks =
        external.filter_map(|it| it["name"].as_str().map(str::to_owned)).collect();
    Ok(Model { services, external_networks, ..Model::default() })
}

/// The real name of each network, by its name in the files.
fn network_names(root: &Value) -> BTreeMap<String, String> {
    let networks = root["networks"].as_object().into_iter().flatten();
    networks.filter_map(|(key, it)| Some((key.clone(), it["name"].as_str()?.to_owned()))).collect()
}

fn service(project: &str, name: &str, value: &Value, tree: &str, digests: &Digests) -> Service {
    let text = |it: &Value| it.as_str().map(str::to_owned);
    let depends = value["depends_on"].as_object().into_iter().flatten();
    let condition = |it: &Value| text(&it["condition"]).unwrap_or_default();
    Service {
        image: text(&value["image"]).unwrap_or_else(|| format!("{project}-{name}")),
        build: value["build"].as_object().map(|_| build_spec::read(&value["build"], tree)),
        container_name: text(&value["container_name"]),
        replicas: value["deploy"]["replicas"].as_u64().unwrap_or(1),
        restart: text(&value["restart"]).unwrap_or_else(|| restart_of(&value["deploy"])),
        healthcheck: healthcheck(&value["healthcheck"]),
        ports: value["ports"].as_array().into_iter().flatten().map(port).collect(),
        binds: binds(&value["volumes"], tree),
        networks: Vec::new(),
        proxy: proxy_names(&value["environment"]),
        depends_on: depends.map(|(name, it)| (name.clone(), condition(it))).collect(),
        restarts_with: restarts_with(value),
        volumes: Vec::new(),
        hash: String::new(),
        kind: None,
        parts: parts(value, tree, digests),
    }
}

fn proxy_names(environment: &Value) -> ProxyNames {
    let of = |name: &str| environment[name].as_str().map(str::to_owned);
    ProxyNames {
        virtual_host: of("VIRTUAL_HOST"),
        virtual_port: of("VIRTUAL_PORT"),
        letsencrypt_host: of("LETSENCRYPT_HOST"),
    }
}

fn binds(volumes: &Value, tree: &str) -> Vec<String> {
    let volumes = volumes.as_array().into_iter().flatten();
    let binds = volumes.filter(|it| it["type"] == "bind");
    binds.filter_map(|it| Some(below(it["source"].as_str()?, tree))).collect()
}

/// The named volumes of the project. External ones are not among them: they have to exist.
fn volumes(mounts: &Value, declared: &Value) -> Vec<NamedVolume> {
    let mounts = mounts.as_array().into_iter().flatten().filter(|it| it["type"] == "volume");
    let named = mounts.filter_map(|it| {
        let (key, target) = (it["source"].as_str()?, it["target"].as_str()?);
        let own = declared[key]["external"] != Value::Bool(true);
        let name = declared[key]["name"].as_str().filter(|_| own)?;
        let [key, name, target] = [key, name, target].map(str::to_owned);
        Some(NamedVolume { key, name, target })
    });
    named.collect()
}

/// The services that this one is restarted with: where the files say so, and where it shares a
/// namespace.
fn restarts_with(value: &Value) -> BTreeMap<String, bool> {
    let depends = value["depends_on"].as_object().into_iter().flatten();
    let restarts = depends.filter(|(_, it)| it["restart"] == Value::Bool(true));
    let mut with: BTreeMap<String, bool> = restarts.map(|it| (it.0.clone(), false)).collect();
    let shared = ["network_mode", "ipc", "pid"].map(|it| value[it].as_str().unwrap_or_default());
    let shared = shared.into_iter().filter_map(|it| it.strip_prefix("service:"));
    with.extend(shared.map(|it| (it.to_owned(), true)));
    with
}

/// The restart policy in a service's `deploy`.
fn restart_of(deploy: &Value) -> String {
    let policy = &deploy["restart_policy"];
    let word = match policy["condition"].as_str() {
        _ if policy.is_null() => "",
        Some("none" | "no") => "no",
        Some("any") | None => "always",
        Some(word) => word,
    };
    word.to_owned()
}

/// `path` relative to `tree` if it lies below it.
pub(crate) fn below(path: &str, tree: &str) -> String {
    match path.strip_prefix(tree) {
        Some("" | "/") => ".".to_owned(),
        Some(rest) if rest.starts_with('/') => rest.trim_start_matches('/').to_owned(),
        _ => path.to_owned(),
    }
}

fn healthcheck(value: &Value) -> Option<Healthcheck> {
    let off = value["disable"] == Value::Bool(true) || value["test"][0] == "NONE";
    if off || value["test"].is_null() {
        return None;
    }
    let millis = |key: &str, usual: u64| duration_ms(&value[key]).unwrap_or(usual);
    // Docker's own defaults where the file says nothing.
    Some(Healthcheck {
        interval_ms: millis("interval", 30_000),
        timeout_ms: millis("timeout", 30_000),
        retries: value["retries"].as_u64().unwrap_or(3),
        start_period_ms: millis("start_period", 0),
        http: HttpCheck::read(&value["test"]),
    })
}

/// The milliseconds of a Go duration (`1m0s`), as Compose prints it.
fn duration_ms(value: &Value) -> Option<u64> {
    let duration: jiff::SignedDuration = value.as_str()?.parse().ok()?;
    u64::try_from(duration.as_millis()).ok()
}

fn port(value: &Value) -> Port {
    let published = match &value["published"] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    Port {
        host_ip: value["host_ip"].as_str().unwrap_or_default().to_owned(),
        published,
        target: value["target"].as_u64().unwrap_or_default(),
        protocol: value["protocol"].as_str().unwrap_or("tcp").to_owned(),
    }
}

/// A digest of each part of a service; environment and labels have one digest for each name.
fn parts(value: &Value, tree: &str, digests: &Digests) -> BTreeMap<String, String> {
    let digest = |it: &Value| digests.of(it, tree);
    let mut parts = BTreeMap::new();
    for (key, part) in value.as_object().into_iter().flatten() {
        match part.as_object() {
            _ if part.is_null() => {}
            // The number of replicas is not in the hash.
            Some(entries) if key == "deploy" => {
                let mut entries = entries.clone();
                entries.remove("replicas");
                if !entries.is_empty() {
                    parts.insert(key.clone(), digest(&Value::Object(entries)));
                }
            }
            Some(entries) if key == "environment" || key == "labels" => {
                // A variable without a value is not set in the container.
                for (name, value) in entries.iter().filter(|it| !it.1.is_null()) {
                    parts.insert(format!("{key}.{name}"), digest(value));
                }
            }
            _ => {
                parts.insert(key.clone(), digest(part));
            }
        }
    }
    parts
}

/// The names in Compose's warnings about variables that are set nowhere.
pub(super) fn read_unset(stderr: &str) -> Vec<String> {
    let name = |line: &str| {
        let (before, _) = line.split_once("variable is not set")?;
        let name = before.trim_end().trim_start_matches("time=").rsplit('"').nth(1)?;
        Some(name.trim_matches('\\').to_owned())
    };
    let mut names: Vec<String> = stderr.lines().filter_map(name).collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resolved_project_is_read() {
        let json = r#"{"name":"huleedu","services":{"api":{
            "build":{"context":"/srv/app","dockerfile":"services/api/Dockerfile"},
            "container_name":"huleedu_api","deploy":{"replicas":0},
            "depends_on":{"setup":{"condition":"service_completed_successfully","required":true}},
            "environment":{"JWT":"s3cret","EMPTY":null,"VIRTUAL_HOST":"a.example"},
            "networks":{"i":null,"n":null},
            "healthcheck":{"test":["CMD-SHELL","x"],"interval":"15s","timeout":"5s","retries":3,"start_period":"1m0s"},
            "ports":[{"host_ip":"127.0.0.1","target":8085,"published":"8085","protocol":"tcp"}],
            "restart":"unless-stopped"},"setup":{"image":"busybox"}},
            "networks":{"n":{"name":"hule-network","external":true},"i":{"name":"huleedu_i"}}}"#;
        let model = read(json, "/srv/app", &Digests::default()).expect("Compose's own words");
        let api = &model.services["api"];
        assert_eq!(api.image, "huleedu-api");
        let build = api.build.as_ref().expect("it is built");
        assert_eq!(
            (build.context.as_str(), build.dockerfile.as_str()),
            (".", "services/api/Dockerfile")
        );
        assert_eq!(api.replicas, 0);
        assert_eq!(api.healthcheck.as_ref().expect("it has one").patience().as_secs(), 140);
        assert_eq!(api.ports[0].published, "8085");
        assert!(model.services["setup"].is_one_shot(&model) && !api.is_one_shot(&model));
        assert_eq!(model.external_networks, ["hule-network"]);
        assert_eq!(api.networks, ["huleedu_i", "hule-network"]);
        assert_eq!(api.proxy.virtual_host.as_deref(), Some("a.example"));
        assert!(!serde_json::to_string(&model).expect("serializes").contains("s3cret"));
    }

    #[test]
    fn a_digest_tells_a_change_and_no_directory() {
        let digests = Digests::default();
        let model = |value: &str, dir: &str| {
            let json = format!(
                r#"{{"name":"p","services":{{"s":{{"environment":{{"K":"{value}"}},"volumes":["{dir}/x:/x"]}}}}}}"#
            );
            read(&json, dir, &digests).expect("plain JSON").services["s"].parts.clone()
        };
        assert_eq!(model("a", "/one"), model("a", "/two"));
        let (before, after) = (model("a", "/one"), model("b", "/one"));
        let changed: Vec<_> = before.keys().filter(|it| before[*it] != after[*it]).collect();
        assert_eq!(changed, ["environment.K"]);
    }

    #[test]
    fn names_in_warnings_are_collected_once() {
        let stderr = "time=\"2026-02-07T00:00:00Z\" level=warning msg=\"The \\\"B\\\" variable is not set. Defaulting to a blank string.\"\n\
            WARN[0000] The \"A\" variable is not set. Defaulting to a blank string.\n\
            time=\"2026-02-07T00:00:00Z\" level=warning msg=\"The \\\"B\\\" variable is not set. Defaulting to a blank string.\"\n";
        assert_eq!(read_unset(stderr), ["A", "B"]);
    }

    #[test]
    fn what_a_service_shares_and_keeps_is_read() {
        let json = r#"{"name":"p","services":{"s":{"network_mode":"service:db","pid":"container:x",
            "depends_on":{"web":{"condition":"service_started","restart":true},
            "db":{"condition":"service_started","restart":true},"c":{"condition":"service_started"}},
            "volumes":[{"type":"volume","source":"data","target":"/d"},{"type":"volume","target":"/t"},
            {"type":"volume","source":"out","target":"/o"},{"type":"bind","source":"/x","target":"/x"}],
            "deploy":{"replicas":2}}},
            "volumes":{"data":{"name":"p_data"},"out":{"name":"out","external":true}}}"#;
        let model = read(json, "", &Digests::default()).expect("plain JSON");
        let it = &model.services["s"];
        let with: Vec<_> = it.restarts_with.iter().map(|it| (it.0.as_str(), *it.1)).collect();
        assert_eq!(with, [("db", true), ("web", false)]);
        let volumes: Vec<_> =
            it.volumes.iter().map(|it| (&*it.key, &*it.name, &*it.target)).collect();
        assert_eq!(volumes, [("data", "p_data", "/d")]);
        assert!(!it.parts.contains_key("deploy"), "how many there are is not in the hash");
    }
}
