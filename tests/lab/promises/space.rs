//! A prune frees the space that it promises.

use crate::stage::Stage;

/// An image without a name that shares all of a large layer with one that stays.
const SHARES: &str = r#"
printf 'FROM huledu-deps:dev\nRUN echo "$(date +%%N)" > /small\n' | docker build -q - >/dev/null"#;
const USED: &str = "du -sb /var/lib/docker/overlay2 | cut -f 1";

#[tokio::test]
async fn layers_that_another_image_needs_are_not_promised() {
    let stage = Stage::deployed().await;
    stage.hemma(&["prune", "--yes"]).await.exits(0);
    for _ in 0..3 {
        stage.root(SHARES).await;
    }
    let plan = stage.hemma(&["prune", "--plan"]).await;
    let before: u64 = stage.root(USED).await.parse().expect("a number");
    let pruned = stage.hemma(&["prune", "--yes"]).await;
    let after: u64 = stage.root(USED).await.parse().expect("a number");
    let freed = before.saturating_sub(after);
    assert!(freed < 1_000_000, "the images share their layers: {freed}");
    plan.exits(4);
    for ran in [&plan, &pruned] {
        assert!(!ran.stdout.contains(" MB") && !ran.stderr.contains(" MB"), "{freed} B\n{ran}");
    }
    pruned.exits(0);
}
