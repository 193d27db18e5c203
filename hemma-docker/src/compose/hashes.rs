//! Compose's own hash of each service, as it writes it on the containers that it makes.

use std::collections::BTreeMap;

use super::Model;

/// `hash_services compose -p NAME -f FILE …` prints a service and its hash on each line, for the
/// project that `$json` holds.
///
/// The resolved project is hashed, and not the files: before 5.5.0, `config --hash` of the files
/// leaves out what an `env_file` gives, and the hash on a container has it. The project holds
/// secrets, so it is piped from one program into the other and is written nowhere.
///
/// A service that shares the network or the processes of another has the id of that one's container
/// in its hash.
pub(super) const HASH_SERVICES: &str = r#"
hash_services() {
    project=$3 dir=$(dirname -- "$5") skip=
    for word do
        shift
        if [ -n "$skip" ]; then skip=
        elif [ "$word" = -f ]; then skip=yes
        else set -- "$@" "$word"
        fi
    done
    shared='^(      "(network_mode|ipc|pid)": ")service:'
    for needed in $(printf '%s\n' "$json" | sed -nE "s/$shared([A-Za-z0-9._-]+)\",?\$/\3/p" | sort -u); do
        id=$(sudo -n docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project" \
            --filter "label=com.docker.compose.service=$needed" \
            --filter label=com.docker.compose.oneoff=False) || return
        json=$(printf '%s\n' "$json" | sed -E "s/$shared$needed\"/\1container:$(echo "${id:-$needed}" | head -n 1)\"/")
    done
    printf '%s\n' "$json" | sudo -n docker "$@" --project-directory "$dir" -f - config --hash '*'
}
"#;

/// Notes the printed hashes. A service without a hash is an error: it would seem to differ from its
/// running container.
pub(super) fn note(model: &mut Model, text: &str) -> Result<(), String> {
    let mut hashes = read(text);
    for (name, service) in &mut model.services {
        let hash =
            hashes.remove(name.as_str()).ok_or_else(|| format!("no hash of service {name}"))?;
        // The id of another container replaces its name, in a way that cannot be known from the
        // files.
        if !service.parts.contains_key("volumes_from") {
            service.hash = hash;
        }
    }
    Ok(())
}

fn read(text: &str) -> BTreeMap<String, String> {
    let pair = |line: &str| {
        let (name, hash) = line.trim().split_once(' ')?;
        Some((name.to_owned(), hash.trim().to_owned()))
    };
    text.lines().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::compose::Service;

    /// A stand-in for `docker`: a container for each service but `gone`, and a Compose that prints
    /// its arguments first and then its input.
    const DOCKER: &str = r#"#!/bin/sh
case $1 in
ps) case "$*" in *=p\ *service=db\ *) echo c0ffee ;; esac ;;
compose) echo "$*"; cat ;;
esac
"#;

    fn hashed(words: &str, json: &str) -> String {
        let dir = tempfile::tempdir().expect("a directory");
        let programs = [("docker", DOCKER), ("sudo", "#!/bin/sh\nshift\nexec \"$@\"\n")];
        for (name, text) in programs {
            let file = dir.path().join(name);
            fs::write(&file, text).expect("it is written");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it is ours");
        }
        let path = format!("{}:/usr/bin:/bin", dir.path().display());
        let script = format!("{HASH_SERVICES}json=$0\nhash_services {words}\necho \"$#\"");
        #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
        let ran =
            std::process::Command::new("sh").args(["-c", &script, json]).env("PATH", path).output();
        String::from_utf8(ran.expect("there is a shell").stdout).expect("plain")
    }

    #[test]
    fn what_was_resolved_is_hashed_and_not_the_files() {
        let json = "{\n  \"services\": {\n    \"api\": {\n      \"environment\": {\n        \"K\": \"v$$x\\\"\\\\n\"\n";
        let seen = hashed("compose -p yard -f a.yml -f -f --profile=x --profile=-f", json);
        let words =
            "compose -p yard --profile=x --profile=-f --project-directory . -f - config --hash *";
        assert_eq!(seen, format!("{words}\n{json}\n0\n"));
    }

    #[test]
    fn what_a_service_shares_with_another_is_named_as_compose_names_it() {
        let json = |db: &str| {
            format!(
                "      \"network_mode\": \"{db}\",\n      \"pid\": \"{db}\"\n      \"ipc\": \"service:gone\",\n        \"ipc\": \"service:db\",\n"
            )
        };
        let seen = hashed("compose -p p -f a.yml", &json("service:db"));
        let expected = json("container:c0ffee").replace("\"service:gone", "\"container:gone");
        assert!(seen.ends_with(&format!("*\n{expected}0\n")), "{seen}");
    }

    #[test]
    fn each_service_has_its_hash_or_there_is_no_answer() {
        let mut model = Model::default();
        let mut other = Service::default();
        other.parts.insert("volumes_from".to_owned(), "x".to_owned());
        let name = |text: &str| text.parse().expect("a service");
        model.services = [(name("api"), Service::default()), (name("b"), other)].into();
        assert_eq!(note(&mut model, "api 5f1a\nb 77\nold 1\n\n"), Ok(()));
        assert_eq!((&*model.services["api"].hash, &*model.services["b"].hash), ("5f1a", ""));
        assert_eq!(note(&mut model, "api 5f1a\n"), Err("no hash of service b".to_owned()));
    }
}
