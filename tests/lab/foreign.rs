//! Another application than the lab's own, beside it on the host: a compose file, commits, and a
//! `hemma.toml` that says where the host and the checkout are, and no more.

use crate::stage::Stage;

/// Serves a file that says which commit it is of.
const COMPOSE: &str = r#"
services:
  web:
    image: huledu-deps:dev
    command: [python3, -m, http.server, "8000", --directory, /srv]
    volumes: [./site:/srv:ro]
    ports: ["127.0.0.1:8099:8000"]
    environment: {RELEASE: "${RELEASE}"}
    restart: unless-stopped
"#;

/// `$1`: the compose file. `$2`: what is served. A commit on the branch of a repository of its own.
const COMMIT: &str = r#"
bare=/srv/git/shop.git
export GIT_AUTHOR_NAME=shop GIT_AUTHOR_EMAIL=shop@shop.invalid
export GIT_COMMITTER_NAME=shop GIT_COMMITTER_EMAIL=shop@shop.invalid HOME=/root
[ -d "$bare" ] || git init --quiet --bare --initial-branch=main "$bare"
tree=$(mktemp -d) && cd "$tree" && git init --quiet --initial-branch=main
git pull --quiet "$bare" main 2>/dev/null
mkdir -p site && printf %s "$2" >site/index.html && printf %s "$1" >compose.yaml
git add --all && git commit --quiet --message "$2" && git push --quiet "$bare" main:main
git rev-parse HEAD; rm -rf "$tree""#;

const FORGET: &str = r"
docker ps --all --quiet --filter label=com.docker.compose.project=shop | xargs -r docker rm --force
docker network rm shop_default
docker images --quiet 'hemma.keep/shop/*' --format '{{.Repository}}:{{.Tag}}' | xargs -r docker rmi
rm -rf /home/operator/apps/shop /home/operator/.local/state/hemma/shop";

const OF_THE_LAB: &str =
    "docker ps --no-trunc --quiet --filter label=com.docker.compose.project=huleedu | sort";

#[tokio::test]
async fn three_lines_of_settings_take_another_application_live_and_back() {
    let stage = Stage::deployed().await;
    forget(&stage).await;
    let neighbours = stage.root(OF_THE_LAB).await;
    let commit = async |file: &str, served: &str| {
        let pushed = stage.lab.git(COMMIT, &[file, served]).await.expect("the remote answers");
        assert!(pushed.success(), "{}{}", pushed.stdout, pushed.stderr);
        pushed.stdout.trim().to_owned()
    };
    let first = commit(&COMPOSE.replace("${RELEASE}", "one"), "one").await;
    let settings = format!(
        "host = {{ alias = \"hemma\", checkout = \"~/apps/shop\", ssh_config = {:?} }}\n\
         repository = {{ remote = \"git://git/shop.git\", branch = \"main\" }}\n\
         compose = {{ files = [\"compose.yaml\"] }}\n",
        stage.lab.ssh_config()
    );
    stage.write("hemma.toml", &settings);

    let plan = stage.hemma(&["plan"]).await;
    plan.exits(4).says("clone").says("web");
    for word in ["hule", "network ", "CREATE ", ".env"] {
        assert!(!plan.stdout.contains(word), "`{word}` is another application's: {plan}");
    }
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says(&first[..10]);
    assert_eq!(served(&stage).await, "one");
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
    stage.hemma(&["status"]).await.exits(0).says("web");

    commit(&COMPOSE.replace("${RELEASE}", "two"), "two").await;
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("recreate");
    assert_eq!(served(&stage).await, "two");
    // A commit whose service ends at once is taken back, and says so.
    let ends = COMPOSE.replace("-m, http.server", "-m, nothing_of_that_name");
    commit(&ends.replace("${RELEASE}", "three"), "three").await;
    let broken = stage.hemma(&["deploy", "--yes"]).await;
    broken.exits(1).says("it was taken back");
    assert_eq!(served(&stage).await, "two");
    stage.hemma(&["rollback", "--to", &first[..10], "--yes"]).await.exits(0);
    assert_eq!(served(&stage).await, "one");
    stage.hemma(&["restart", "web", "--yes"]).await.exits(0);
    stage.hemma(&["exec", "web", "--", "printenv", "RELEASE"]).await.exits(0).says("one");
    stage.hemma(&["logs", "web"]).await.exits(0);
    stage.hemma(&["history"]).await.exits(0).says("rollback");
    for section in [["day1", "dns-records"], ["day2", "shared-db"], ["day2", "external-network"]] {
        stage.hemma(&section).await.exits(0).says("not applicable");
    }
    assert_eq!(stage.root(OF_THE_LAB).await, neighbours, "the lab's own application is untouched");
    forget(&stage).await;
    let gone = stage.lab.git("rm -rf /srv/git/shop.git", &[]).await;
    assert!(gone.is_ok_and(|it| it.success()), "its repository is removed");
}

/// What a visitor on the host gets.
async fn served(stage: &Stage) -> String {
    stage.root("curl -fsS --retry 5 --retry-connrefused http://127.0.0.1:8099/").await
}

async fn forget(stage: &Stage) {
    stage.lab.root(FORGET, &[]).await.expect("the host answers");
}
