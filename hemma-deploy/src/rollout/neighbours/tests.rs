//! Containers and volumes of others, and the findings about them.

use hemma_docker::testing::{running as container, service_name};
use hemma_docker::{ComposeLabels, MountedVolume};

use super::*;

const HERE: &str = "/srv/huleedu";

fn model() -> Model {
    let volume = NamedVolume {
        key: "db_data".to_owned(),
        name: "huleedu_db_data".to_owned(),
        target: "/data".to_owned(),
    };
    let db = Service { replicas: 1, volumes: vec![volume], ..Service::default() };
    let services = [
        (service_name("db"), db),
        (service_name("redis"), Service { replicas: 1, ..Service::default() }),
    ];
    Model { services: services.into(), directory: HERE.to_owned(), ..Model::default() }
}

fn made(project: &str, service: &str, dir: Option<&str>) -> Container {
    let file = dir.map(|it| format!("{it}/docker-compose.hemma.yml"));
    let labels = ComposeLabels {
        project: project.to_owned(),
        service: service.to_owned(),
        config_files: file.into_iter().collect(),
        working_dir: dir.map(str::to_owned),
        ..ComposeLabels::default()
    };
    container(&format!("{project}-{service}-1"), Some(labels))
}

fn mounting(mut container: Container, volume: &str) -> Container {
    let mounted = MountedVolume { name: volume.to_owned(), target: "/data".to_owned() };
    container.volumes.push(mounted);
    container
}

fn said(containers: &[Container], volumes: &[(&str, &str, &str)], agreed: &[&str]) -> Vec<String> {
    let mut config = Config::default();
    config.compose.project = "huleedu".parse().expect("a project");
    let file = |it: &str| it.parse().expect("a compose file");
    config.compose.files = vec![file("docker-compose.hemma.yml"), file("docker-compose.prod.yml")];
    config.compose.new_volumes = agreed.iter().map(|it| it.parse().expect("a volume")).collect();
    let model = model();
    let around = Around { config: &config, layers: Layers::Main, model: &model, containers };
    let text = format!("{HERE}\n{HERE}\n/srv/other\n\n");
    let origins = Origins::read(&text, &["/home/o/link", "/srv/other", "/srv/gone"]);
    let volume = |it: &(&str, &str, &str)| Volume {
        name: it.0.to_owned(),
        project: Some(it.1.to_owned()),
        key: Some(it.2.to_owned()),
    };
    let volumes = volumes.iter().map(volume).collect();
    let seen = Neighbours { origins: Some(Ok(origins)), volumes: Some(Ok(volumes)) };
    let findings = seen.findings(around).into_iter();
    findings.map(|it| format!("{}: {}", it.subject, it.detail)).collect()
}

#[test]
fn a_container_of_another_checkout_stops_a_deploy() {
    let own = [("huleedu_db_data", "huleedu", "db_data")];
    let rows = [
        (Some(HERE), None),
        (Some("/home/o/link"), None),
        (None, None),
        (
            Some("/srv/other"),
            Some(
                "redis were made from the compose files in /srv/other, and this application's are in /srv/huleedu",
            ),
        ),
        (
            Some("/srv/gone"),
            Some(
                "redis were made from the compose files in /srv/gone, which is gone, and this application's are in /srv/huleedu",
            ),
        ),
        (Some(""), Some("redis do not say which compose files made them")),
    ];
    for (dir, expected) in rows {
        let db = mounting(made("huleedu", "db", Some(HERE)), "huleedu_db_data");
        let containers =
            [db, made("huleedu", "redis", dir), made("huleedu", "other", Some("/srv/other"))];
        let expected =
            expected.map(|it| format!("compose project huleedu: its containers of {it}"));
        assert_eq!(
            said(&containers, &own, &[]),
            expected.into_iter().collect::<Vec<_>>(),
            "{dir:?}"
        );
    }
}

#[test]
fn a_copy_under_another_projects_name_is_not_made() {
    let copy = "compose project huleedu: this checkout's db, redis run as compose project `apps`: \
                a deploy would create a second copy next to them, with volumes of its own";
    let rows = [
        ("apps", Some(HERE), Some(copy)),
        ("apps", Some("/home/o/link"), Some(copy)),
        ("apps", Some("/srv/other"), None),
        ("apps", None, None),
    ];
    for (project, dir, expected) in rows {
        let db = mounting(made(project, "db", dir), "apps_db_data");
        let containers = [db, made(project, "redis", dir)];
        let seen = said(&containers, &[("apps_db_data", "apps", "db_data")], &[]);
        assert_eq!(seen, expected.into_iter().collect::<Vec<_>>(), "{dir:?}");
    }
    let mut own_files = made("apps", "redis", Some(HERE));
    own_files.compose.as_mut().expect("it has labels").config_files =
        vec![format!("{HERE}/infra.yml")];
    assert_eq!(said(&[own_files], &[], &[]), [""; 0], "another stack of the same checkout");
    let both = [made("apps", "redis", Some(HERE)), made("huleedu", "redis", Some(HERE))];
    assert_eq!(said(&both, &[], &[]), [""; 0], "there is a copy already");
}

#[test]
fn an_empty_volume_is_not_made_beside_one_with_data() {
    let new = "volume db_data: db would get the new, empty volume huleedu_db_data at /data, \
               although";
    let own = || mounting(made("huleedu", "db", Some(HERE)), "huleedu_pg");
    let rows = [
        (vec![], vec![], None),
        (vec![], vec![("huleedu_db_data", "huleedu", "db_data")], None),
        (
            vec![own()],
            vec![("huleedu_pg", "huleedu", "pg")],
            Some("huleedu_pg exists (db has it there now)"),
        ),
        (
            vec![],
            vec![("apps_db_data", "apps", "db_data")],
            Some("apps_db_data exists (it is that of compose project `apps`)"),
        ),
        (
            vec![],
            vec![("huleedu_pg", "huleedu", "pg")],
            Some("huleedu_pg exists (the compose files called it `pg`)"),
        ),
        (
            vec![mounting(made("huleedu", "db", None), "huleedu_pg")],
            vec![],
            Some("huleedu_pg exists (db has it there now)"),
        ),
        // The volumes of a running project are its own.
        (
            vec![made("shop", "x", Some("/srv/shop"))],
            vec![("shop_db_data", "shop", "db_data")],
            None,
        ),
        (vec![made("huleedu", "redis", Some(HERE))], vec![("huleedu_pg", "huleedu", "pg")], None),
    ];
    for (containers, volumes, expected) in rows {
        let expected: Vec<String> = expected.iter().map(|it| format!("{new} {it}")).collect();
        assert_eq!(said(&containers, &volumes, &[]), expected, "{volumes:?}");
        assert_eq!(said(&containers, &volumes, &["db_data"]), [""; 0], "it was agreed to");
    }
}

#[test]
fn the_volume_of_another_checkouts_container_is_not_spoken_of() {
    let db = mounting(made("huleedu", "db", Some("/srv/other")), "huleedu_pg");
    let seen = said(&[db], &[("huleedu_pg", "huleedu", "pg")], &[]);
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert!(seen[0].contains("its containers of db were made from"), "{seen:?}");
}
