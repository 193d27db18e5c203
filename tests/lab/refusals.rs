//! What is wrong is said once, clearly, with its exit code; and nothing is changed.

use crate::stage::Stage;

/// How the host is broken, what is typed, and what comes of it.
struct Row {
    broken: &'static str,
    mended: &'static str,
    exit: i32,
    says: &'static str,
}

const REPOSITORY: &str = "cd /home/operator/apps/huleedu && sudo -u operator git";

async fn check(stage: &Stage, row: &Row) {
    stage.root(row.broken).await;
    let before = stage.standing().await;
    let seen = stage.hemma(&["deploy", "--yes"]).await;
    let after = stage.standing().await;
    stage.root(row.mended).await;
    seen.ends(row.exit).says(row.says);
    assert_eq!(after, before, "`{}` changed the host", row.broken);
}

#[tokio::test]
async fn a_host_without_its_tools_is_refused() {
    let stage = Stage::deployed().await;
    let rows = [
        Row {
            broken: "mv /etc/sudoers.d/operator /root/operator",
            mended: "mv /root/operator /etc/sudoers.d/operator",
            exit: 1,
            says: "does not run without a password",
        },
        Row {
            broken: "mv /usr/bin/sudo /usr/bin/sudo.away",
            mended: "mv /usr/bin/sudo.away /usr/bin/sudo",
            exit: 1,
            says: "FAIL  sudo",
        },
        Row {
            broken: "mv /usr/bin/docker /usr/bin/docker.away",
            mended: "mv /usr/bin/docker.away /usr/bin/docker",
            exit: 1,
            says: "it is not installed on the host",
        },
        Row {
            broken: "d=/usr/libexec/docker/cli-plugins; mv $d/docker-compose $d/away",
            mended: "d=/usr/libexec/docker/cli-plugins; mv $d/away $d/docker-compose",
            exit: 1,
            says: "FAIL  docker compose",
        },
        Row {
            broken: "d=/usr/libexec/docker/cli-plugins; mv $d/docker-compose $d/away
                printf '#!/bin/sh\\ncase \"$*\" in *version*) echo 2.24.3;; *) exec %s/away \"$@\";; esac\\n' $d >$d/docker-compose
                chmod +x $d/docker-compose",
            mended: "d=/usr/libexec/docker/cli-plugins; mv $d/away $d/docker-compose",
            exit: 1,
            says: "2.24.3: this version cannot read files that are included and overridden",
        },
    ];
    for row in rows {
        check(&stage, &row).await;
    }
    stage.root("/lab/engine stop").await;
    let seen = stage.hemma(&["deploy", "--yes"]).await;
    stage.root("/lab/engine start").await;
    seen.ends(1).says("the engine does not answer");
}

#[tokio::test]
async fn a_checkout_that_cannot_move_forward_is_refused() {
    let stage = Stage::deployed().await;
    let rows = [
        (
            "echo >>/home/operator/apps/huleedu/docker-compose.prod.yml".to_owned(),
            format!("{REPOSITORY} checkout --quiet -- ."),
            "changed or untracked files",
        ),
        (
            format!("{REPOSITORY} switch --quiet --create elsewhere"),
            format!("{REPOSITORY} switch --quiet main"),
            "it is on `elsewhere`, not on `main`",
        ),
        (
            format!("{REPOSITORY} switch --quiet --detach"),
            format!("{REPOSITORY} switch --quiet main"),
            "its head is detached",
        ),
        (
            format!("{REPOSITORY} remote set-url origin git://git/other.git"),
            format!("{REPOSITORY} remote set-url origin git://git/huleedu.git"),
            "`origin` is git://git/other.git",
        ),
        (
            format!(
                "{REPOSITORY} -c user.name=o -c user.email=o@localhost commit --quiet --allow-empty --message own"
            ),
            format!("{REPOSITORY} reset --quiet --hard HEAD~1"),
            "it has commits that `main` at the remote has not",
        ),
    ];
    for (broken, mended, says) in rows {
        stage.root(&broken).await;
        let before = stage.standing().await;
        let seen = stage.hemma(&["deploy", "--yes"]).await;
        let after = stage.standing().await;
        stage.root(&mended).await;
        seen.ends(1).says(says);
        assert_eq!(after, before, "`{broken}` changed the host");
    }
    stage.fault("diverge").await;
    stage.hemma(&["deploy", "--yes"]).await.ends(1).says("have diverged");
}

#[tokio::test]
async fn what_the_files_want_and_the_host_cannot_give_is_refused() {
    for (fault, says) in [
        ("invalid-compose", "FAIL  compose files"),
        ("required-variable", "required variable WEBSOCKET_TICKET_KEY is missing a value"),
        ("port-taken", "FAIL  port 443"),
    ] {
        let stage = Stage::deployed().await;
        stage.fault(fault).await;
        let before = stage.standing().await;
        stage.hemma(&["deploy", "--yes"]).await.ends(1).says(says);
        assert_eq!(stage.standing().await, before, "`{fault}` changed the host");
    }
    let stage = Stage::fresh().await;
    stage.root("docker run --detach --name huleedu_redis huledu-deps:dev sleep 300").await;
    let seen = stage.hemma(&["deploy", "--yes"]).await;
    stage.root("docker rm --force huleedu_redis").await;
    seen.ends(1).says("container name huleedu_redis").says("a container that Compose did not make");

    stage.root("mv /home/operator/apps/huleedu/.env /root/.env").await;
    let seen = stage.hemma(&["deploy", "--yes"]).await;
    stage.root("mv /root/.env /home/operator/apps/huleedu/.env").await;
    seen.ends(1).says(".env not found").says("mode 0600");

    let seen = stage.hemma(&["day2", "external-network", "--plan"]).await;
    seen.ends(4).says("hule-network");
    stage.root("! docker network inspect hule-network >/dev/null 2>&1").await;
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_is_not_known() {
    let stage = Stage::enter().await;
    let directory = stage.lab.directory().display().to_string();
    let alias = |alias: &str, ssh: &str| {
        let path = format!("{directory}/{ssh}");
        format!("[host]\nalias = \"{alias}\"\nssh_config = \"{path}\"\n")
    };
    let usual = std::fs::read_to_string(stage.lab.ssh_config()).expect("the lab wrote it");
    let port = format!("Port {}", stage.lab.ssh_address().port());
    stage.config("ssh-closed", &usual.replace(&port, "Port 9"));
    stage.config("ssh-strange", &usual.replace("known_hosts", "known_nobody"));
    let key = usual.lines().find(|it| it.contains("IdentityFile")).expect("it names a key");
    stage.config("ssh-keyless", &usual.replace(key, "  IdentityFile /dev/null"));
    for (name, text, says) in [
        ("alias.toml", alias("nowhere.invalid", "ssh_config"), "no name that resolves"),
        ("closed.toml", alias("hemma", "ssh-closed"), "refused the connection"),
        ("strange.toml", alias("hemma", "ssh-strange"), "key is not the one that is known"),
        ("keyless.toml", alias("hemma", "ssh-keyless"), "took none of the keys"),
    ] {
        let config = stage.config(name, &text);
        stage.hemma_with(&config, &["deploy", "--yes"]).await.ends(3).says(says);
        stage.hemma_with(&config, &["day2", "external-network"]).await.ends(3).says(says);
    }
}

#[tokio::test]
async fn a_wrong_configuration_is_refused_with_its_place() {
    let stage = Stage::enter().await;
    stage.hemma_with("/nonexistent/hemma.toml", &["status"]).await.ends(2).says("hemma.toml");
    for (text, says) in [
        ("[host]\nalais = \"x\"\n", "wrong.toml:2:1: unknown field `alais`"),
        ("[host]\nalias = 7\n", "wrong.toml:2:9: invalid type"),
        ("[host]\nalias = \"-oProxyCommand=id\"\n", "wrong.toml:2:9:"),
        ("[compose]\nfiles = [\"../x.yml\"]\n", "it must stay inside the checkout"),
    ] {
        let config = stage.config("wrong.toml", text);
        stage.hemma_with(&config, &["deploy", "--yes"]).await.ends(2).says(says);
    }
}
