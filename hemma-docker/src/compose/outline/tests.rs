use std::collections::BTreeMap;

use super::*;

fn outline(files: &[(&str, &str)], used: &[&str]) -> Outline {
    let read = |path: &str| files.iter().find(|it| it.0 == path).map(|it| it.1.to_owned());
    Outline::of_files(used, &read)
}

#[test]
fn short_and_long_forms_are_one() {
    let short = "services:\n  web:\n    image: docker.io/library/nginx:1\n    restart: \"no\"\n    \
                 environment: [\"VIRTUAL_HOST=a.example,b.example\"]\n    \
                 ports: [\"127.0.0.1:${PORT:-8080}:80\", \"9000\", \"53:53/udp\", \"[::1]:1:2\"]\n    \
                 depends_on: [db]\n    networks: [front]\n    profiles: [x]\n    env_file: .env\n    \
                 volumes: [\"./Caddyfile:/etc/caddy/Caddyfile:ro\", \"data:/d\"]\n\
                 networks:\n  front: {external: true, name: proxy}\n";
    let long = "services:\n  web:\n    image: docker.io/library/nginx:1\n    \
                deploy: {restart_policy: {condition: none}}\n    environment:\n      \
                VIRTUAL_HOST: a.example,b.example\n    ports:\n      \
                - {host_ip: 127.0.0.1, published: \"8080\", target: 80, mode: host}\n      \
                - {target: 9000}\n      - {published: 53, target: 53, protocol: udp}\n      \
                - {host_ip: \"::1\", published: \"1\", target: 2}\n    \
                depends_on: {db: {condition: service_started}}\n    networks: {front: {}}\n    \
                profiles: [x]\n    env_file: [{path: .env, required: false}]\n    volumes:\n      \
                - {type: bind, source: ./Caddyfile, target: /etc/caddy/Caddyfile}\n      \
                - {type: volume, source: data, target: /d}\n\
                networks:\n  front: {name: proxy, external: true}\n";
    let [mut short, mut long] = [short, long].map(|it| outline(&[("c", it)], &["c"]));
    let lines: Vec<_> =
        short.services["web"].public.iter().filter_map(|it| it.line.clone()).collect();
    assert_eq!(lines.iter().map(ToString::to_string).collect::<Vec<_>>(), ["c:5", "c:5"]);
    for it in [&mut short, &mut long] {
        *it = it.clone().with_lines_of(&Outline {
            services: BTreeMap::from([("web".to_owned(), ServiceOutline::default())]),
            ..Outline::default()
        });
    }
    assert_eq!(short, long);
    let web = &short.services["web"];
    assert_eq!(web.image_name(), Some("nginx"));
    assert!(web.ports[0].value.is_local() && web.ports[3].value.is_local());
    assert_eq!(short.external_networks["front"], "proxy");
    assert_eq!(web.mounts, [("Caddyfile".to_owned(), "/etc/caddy/Caddyfile".to_owned())]);
}

#[test]
fn later_files_count_and_others_are_followed() {
    let files = [
        (
            "compose.yaml",
            "name: ${PROJECT:-shop}\ninclude: [infra/redis.yaml, {path: gone.yaml}, https://x/y]\nservices:\n  \
             web:\n    extends: {file: base.yaml, service: app}\n    ports: [\"80:80\"]\n  \
             job:\n    extends: web\n    command: ${JOB:?which}\n",
        ),
        (
            "base.yaml",
            "services:\n  app:\n    image: app\n    restart: always\n    environment: {A: \"$B\"}\n",
        ),
        ("infra/redis.yaml", "services:\n  redis: {image: redis, profiles: [cache]}\n"),
        (
            "prod.yaml",
            "services:\n  web:\n    image: app:2\n    ports: !override [\"443:443\"]\n    \
             environment: !reset null\n",
        ),
    ];
    let seen = outline(&files, &["compose.yaml", "prod.yaml"]);
    assert_eq!(seen.name.as_ref().map(|it| it.value.as_str()), Some("shop"));
    let web = &seen.services["web"];
    assert_eq!(web.image.as_deref(), Some("app:2"));
    assert_eq!(web.restart.as_ref().map(|it| it.value.as_str()), Some("always"));
    let ports: Vec<_> = web.ports.iter().filter_map(|it| it.value.published).collect();
    assert_eq!(ports, [443]);
    assert_eq!(seen.services["job"].image.as_deref(), Some("app"));
    assert!(seen.profiles().contains("cache"));
    assert_eq!(seen.unread.len(), 2, "{:?}", seen.unread);
    let required: Vec<_> =
        seen.variables.iter().map(|(name, it)| (name.as_str(), it.is_required)).collect();
    assert_eq!(required, [("B", false), ("JOB", true)]);
}

#[test]
fn a_file_in_a_circle_ends() {
    let files = [
        (
            "a",
            "include: [a, b]\nservices:\n  x: {extends: x}\n  y: {extends: {file: b, service: y}}\n",
        ),
        ("b", "include: [a]\nservices:\n  y: {extends: {file: a, service: y}}\n"),
    ];
    assert!(!outline(&files, &["a"]).unread.is_empty());
    assert_eq!(outline(&[("a", "services: [x]")], &["a"]).services.len(), 0);
    assert_eq!(outline(&[], &["a"]).unread, ["a: the file could not be read"]);
}

#[test]
fn what_compose_prints_without_values_is_read() {
    let json = r#"{"name":"shop","services":{"web":{"environment":{"VIRTUAL_HOST":"${DOMAIN}"},
        "ports":[{"mode":"ingress","target":80,"published":"8080","protocol":"tcp"}],
        "networks":{"default":null}}},"networks":{"default":{"name":"shop_default"}}}"#;
    let seen = Outline::of_json(json).expect("JSON");
    let public = &seen.services["web"].public[0];
    assert_eq!((public.text.as_str(), &public.name), ("${DOMAIN}", &None));
    assert_eq!(seen.services["web"].ports[0].value.published, Some(8080));
    assert!(Outline::of_json("x").is_err());
}
