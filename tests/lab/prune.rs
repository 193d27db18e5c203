//! Freeing disk space, and never what a rollback needs.

use crate::stage::Stage;

/// Makes an image without a name, of 3 MB and layers of its own; prints its id.
const UNNAMED: &str = r#"
dir=$(mktemp -d)
head -c 3000000 /dev/urandom >"$dir/x"
tar -C "$dir" -c x | docker import -
rm -r "$dir""#;

const NAMED: &str =
    "docker images --format '{{.Repository}}:{{.Tag}} {{.ID}}' | grep -v '^<none>' | sort";

#[tokio::test]
async fn only_what_has_no_name_is_removed_and_a_kept_image_that_lost_its_name_stops_it() {
    let stage = Stage::deployed().await;
    // Remains of other tests.
    stage.hemma(&["prune", "--yes"]).await.exits(0);
    stage.hemma(&["prune"]).await.exits(0).says("there is nothing to prune");
    let (before, named) = (stage.traces().await, stage.root(NAMED).await);
    stage.root(UNNAMED).await;
    stage.hemma(&["prune"]).await.refuses(2, "confirmation is required");
    stage.hemma(&["prune", "--plan"]).await.exits(4).says("- remove  image ").says("3.0 MB");
    let pruned = stage.hemma(&["prune", "--yes"]).await;
    pruned.exits(0).says("1 of 1 removed, 3.0 MB reclaimed");
    stage.is_as(&before).await;
    assert_eq!(stage.root(NAMED).await, named);

    // A kept release whose only container is gone and whose image has lost all names.
    let rename = r#"
        r=$(ls /home/operator/.local/state/hemma/huleedu/releases/*.json | head -n 1)
        sed "s/\"id\":\"sha256:[0-9a-f]*\"/\"id\":\"$1\"/" "$r" >"${r%/*}/ffff.json"
        chown operator: "${r%/*}/ffff.json""#;
    let id = stage.root(UNNAMED).await;
    let lost = stage.lab.root(rename, &[&id]).await.expect("the host answers");
    assert!(lost.success(), "{}", lost.stderr);
    let refused = stage.hemma(&["prune", "--yes"]).await;
    let still = stage.root(&format!("docker image inspect --format '{{{{.Id}}}}' {id}")).await;
    stage.root("rm /home/operator/.local/state/hemma/huleedu/releases/ffff.json").await;
    refused.exits(1).says("has lost its name").says("docker tag sha256:");
    assert_eq!(still, id, "{refused}");
    stage.hemma(&["prune", "--yes"]).await.exits(0).says("1 of 1 removed");
    stage.hemma(&["history"]).await.says("done    remove images without a name on hemma");
    stage.is_as(&before).await;
}
