//! An application whose image comes from a registry: a real one, on the host itself.

use crate::stage::Stage;

const COMPOSE: &str = r#"
services:
  web:
    image: 127.0.0.1:5000/depot/app:TAG
    command: [python3, -m, http.server, "8000"]
    ports: ["127.0.0.1:8098:8000"]
    restart: unless-stopped
"#;

/// `$1`: the compose file. A commit on the branch of a repository of its own.
const COMMIT: &str = r#"
bare=/srv/git/depot.git
export GIT_AUTHOR_NAME=depot GIT_AUTHOR_EMAIL=depot@depot.invalid
export GIT_COMMITTER_NAME=depot GIT_COMMITTER_EMAIL=depot@depot.invalid HOME=/root
[ -d "$bare" ] || git init --quiet --bare --initial-branch=main "$bare"
tree=$(mktemp -d) && cd "$tree" && git init --quiet --initial-branch=main
git pull --quiet "$bare" main 2>/dev/null
printf %s "$1" >compose.yaml
git add --all && git commit --quiet --allow-empty --message depot && git push --quiet "$bare" main:main
git rev-parse HEAD; rm -rf "$tree""#;

/// Puts an image into the registry, and forgets it on the host. `$1`: its tag.
const OFFER: &str = r#"
image=127.0.0.1:5000/depot/app:$1
printf 'FROM huledu-deps:dev\nRUN echo %s >/made\n' "$(date +%s.%N)" | docker build -q -t "$image" - >/dev/null
docker push -q "$image" >/dev/null && docker rmi -f "$image" >/dev/null"#;

const LOG_IN: [&str; 6] = ["registry", "login", "127.0.0.1:5000", "--user", "lab", "--yes"];

const FORGET: &str = r"
docker ps --all --quiet --filter label=com.docker.compose.project=depot | xargs -r docker rm --force
docker network rm depot_default
docker images --format '{{.Repository}}:{{.Tag}}' | grep -E 'hemma.keep/depot/|127.0.0.1:5000/' | xargs -r docker rmi
rm -rf /home/operator/apps/depot /home/operator/.local/state/hemma/depot
/lab/registry forget";

const RUNS: &str = "docker ps --no-trunc --quiet --filter label=com.docker.compose.project=depot";

#[tokio::test]
async fn an_image_from_a_registry_is_looked_up_pulled_and_gone_back_from() {
    let stage = Stage::set().await;
    stage.lab.root(FORGET, &[]).await.expect("the host answers");
    let settings = format!(
        "host = {{ alias = \"hemma\", checkout = \"~/apps/depot\", ssh_config = {:?} }}\n\
         repository = {{ remote = \"git://git/depot.git\", branch = \"main\" }}\n",
        stage.lab.ssh_config()
    );
    stage.write("hemma.toml", &settings);
    let first = commit(&stage, "1").await;
    stage.root("/lab/registry start").await;

    let absent = stage.hemma(&["plan"]).await;
    absent.refuses(1, "image 127.0.0.1:5000/depot/app:1").says("no registry offers it");
    absent.says("service web");
    offer(&stage, "1").await;
    let plan = stage.hemma(&["plan"]).await;
    plan.exits(4).says("1 image to pull").says("the host does not have it");
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");

    // A registry that wants a login says so before anything moves, and so does one that is away.
    offer(&stage, "2").await;
    let newer = commit(&stage, "2").await;
    let runs = stage.root(RUNS).await;
    stage.root("/lab/registry start login").await;
    let refused = stage.hemma(&["deploy", "--yes"]).await;
    refused.refuses(1, "wants a login for it").says("registry login 127.0.0.1:5000");
    stage.root("/lab/registry stop").await;
    stage.hemma(&["plan"]).await.exits(3).says("127.0.0.1:5000 did not answer");
    assert_eq!(stage.root(RUNS).await, runs, "nothing was touched");
    stage.root("/lab/registry start login").await;
    let wrong = stage.fed(&LOG_IN, "not-the-password").await;
    wrong.exits(1).says("127.0.0.1:5000 refused the login of lab");
    let logged_in = stage.fed(&LOG_IN, "lab-only-registry").await;
    logged_in.exits(0).says("/root/.docker/config.json");
    assert!(!format!("{logged_in}").contains("lab-only-registry"), "{logged_in}");
    let journal = stage.operator("cat ~/.local/state/hemma/depot/journal.jsonl").await;
    assert!(!journal.contains("lab-only-registry") && journal.contains("as lab"), "{journal}");
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("1 image to pull");

    // A tag that names another image by now is left alone, unless the settings want it.
    let ran = image_of(&stage).await;
    moves(&stage, "2").await;
    stage.hemma(&["plan"]).await.exits(0).says("nothing to do");
    stage.write("hemma.toml", &format!("{settings}images = {{ update = \"always\" }}\n"));
    stage.hemma(&["plan"]).await.exits(4).says("its tag names another image by now: sha256:");
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("its image is pulled again");
    let second = image_of(&stage).await;
    assert_ne!(second, ran);
    stage.hemma(&["plan"]).await.exits(0).says("nothing to do");

    // Where images are pinned, a tag that moved is said and left alone.
    moves(&stage, "2").await;
    stage.write("hemma.toml", &format!("{settings}images = {{ update = \"pinned\" }}\n"));
    stage.hemma(&["plan"]).await.exits(0).says("its tag names another one by now").says("--pull");
    stage.hemma(&["plan", "--pull"]).await.exits(4).says("1 image to pull");
    stage.write("hemma.toml", &format!("{settings}images = {{ update = \"always\" }}\n"));
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
    let second = image_of(&stage).await;
    stage.root("/lab/registry stop").await;
    stage.hemma(&["plan"]).await.exits(3).says("whether its tag names another image");
    stage.root("/lab/registry start login").await;

    // A pull that fails after all changes no container and no checkout.
    offer(&stage, "3").await;
    commit(&stage, "3").await;
    let (runs, head) = (stage.root(RUNS).await, head(&stage).await);
    // In containerd's store the builder keeps the layer, and nothing would have to be pulled.
    let damage = "docker builder prune --all --force >/dev/null
        cd /var/lib/lab-registry/docker/registry/v2/blobs
        for it in $(find . -name data -newermt '-20 seconds'); do
            [ \"$(head -c 1 $it)\" = '{' ] || rm $it
        done";
    stage.root(damage).await;
    let failed = stage.hemma(&["deploy", "--yes"]).await;
    failed.exits(1).says("stopped at the images; what ran before still runs");
    assert_eq!(stage.root(RUNS).await, runs, "{failed}");
    assert_eq!(self::head(&stage).await, head, "{failed}");

    stage.hemma(&["rollback", "--to", &first[..10], "--yes"]).await.exits(0);
    let image = stage.root("docker inspect --format '{{.Config.Image}}' depot-web-1").await;
    assert_eq!(image, "127.0.0.1:5000/depot/app:1");
    // The release has the image that ran, wherever its tag is by now.
    stage.write("hemma.toml", &settings);
    stage.hemma(&["rollback", "--to", &newer[..10], "--yes"]).await.exits(0);
    assert_eq!(image_of(&stage).await, second, "{failed}");
    stage.hemma(&["registry", "logout", "127.0.0.1:5000", "--yes"]).await.exits(0);
    let again = stage.hemma(&["registry", "logout", "127.0.0.1:5000"]).await;
    again.exits(0).says("has no login for it");
    stage.lab.root(FORGET, &[]).await.expect("the host answers");
    let gone = stage.lab.git("rm -rf /srv/git/depot.git", &[]).await;
    assert!(gone.is_ok_and(|it| it.success()), "its repository is removed");
}

async fn commit(stage: &Stage, tag: &str) -> String {
    let file = COMPOSE.replace("TAG", tag);
    let pushed = stage.lab.git(COMMIT, &[&file]).await.expect("the remote answers");
    assert!(pushed.success(), "{}{}", pushed.stdout, pushed.stderr);
    pushed.stdout.trim().to_owned()
}

async fn offer(stage: &Stage, tag: &str) {
    let offered = stage.lab.root(OFFER, &[tag]).await.expect("the host answers");
    assert!(offered.success(), "{}{}", offered.stdout, offered.stderr);
}

/// Has a tag name another image in the registry, and leaves the host as it is.
async fn moves(stage: &Stage, tag: &str) {
    let image = format!("127.0.0.1:5000/depot/app:{tag}");
    stage.root(&format!("docker tag {image} kept:{tag}")).await;
    offer(stage, tag).await;
    stage.root(&format!("docker tag kept:{tag} {image} && docker rmi kept:{tag}")).await;
}

/// The id of the image that runs.
async fn image_of(stage: &Stage) -> String {
    stage.root("docker inspect --format '{{.Image}}' depot-web-1").await
}

async fn head(stage: &Stage) -> String {
    stage.operator("git -C ~/apps/depot rev-parse HEAD").await
}
