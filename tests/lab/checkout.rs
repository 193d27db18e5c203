//! Work on the host that a deploy would lose, or cannot handle.

use crate::stage::Stage;

/// The commands that change the checkout and restore it, and hemma's message.
const TREES: [(&str, &str, &str); 5] = [
    (
        "echo '# mine' >> docker-compose.prod.yml",
        "git checkout --quiet docker-compose.prod.yml",
        "1 tracked file differs from the commit",
    ),
    (
        "git switch --quiet --create hotfix",
        "git switch --quiet main && git branch --quiet --delete hotfix",
        "it is on `hotfix`, not on `main`",
    ),
    ("git checkout --quiet --detach", "git switch --quiet main", "its head is detached at"),
    (
        "git -c user.name=x -c user.email=x commit --quiet --allow-empty --message mine",
        "git reset --quiet --hard HEAD^",
        "it has commits that `main` at the remote does not have",
    ),
    (
        "git remote set-url origin git://git:1/huleedu.git",
        "git remote set-url origin git://git/huleedu.git",
        "`origin` is git://git:1/huleedu.git, and hemma.toml says git://git/huleedu.git",
    ),
];

#[tokio::test]
async fn a_tree_that_is_not_as_it_was_left_is_refused() {
    let stage = Stage::deployed().await;
    let clean = stage.traces().await;
    for (change, undo, says) in TREES {
        stage.operator(change).await;
        let before = stage.traces().await;
        let refused = stage.hemma(&["deploy", "--yes"]).await;
        refused.refuses(1, says);
        stage.hemma(&["day2", "mirror-repo", "--yes"]).await.refuses(1, says);
        stage.is_as(&before).await;
        stage.operator(undo).await;
        stage.is_as(&clean).await;
    }
}

#[tokio::test]
async fn a_lock_that_a_git_left_is_named_with_what_to_do() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    stage.operator("touch .git/index.lock").await;
    let before = stage.traces().await;
    let refused = stage.hemma(&["deploy", "--yes"]).await;
    stage.is_as(&before).await;
    stage.operator("rm .git/index.lock").await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    refused.refuses(1, "index.lock is in the way: a git is at work there, or was ended by force");
    refused.says(
        "hint: run `ssh hemma 'pgrep -a git || rm /home/operator/apps/huleedu/.git/index.lock'`",
    );
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_branch_that_was_rewritten_is_refused() {
    let stage = Stage::deployed().await;
    let (before, head) = (stage.traces().await, stage.lab.remote_head().await.expect("it has one"));
    stage.lab.push_fault("diverge", &[]).await.expect("it is pushed");
    stage.hemma(&["deploy", "--yes"]).await.refuses(1, "have no commit in common");
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    stage.is_as(&before).await;
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_remote_that_does_not_answer_is_not_known_to_have_nothing_new() {
    let stage = Stage::deployed().await;
    let (usual, silent) = ("git://git/huleedu.git", "git://git:1/huleedu.git");
    stage.operator(&format!("git remote set-url origin {silent}")).await;
    stage.configure(|it| it.repository.remote = Some(silent.parse().expect("it is a remote")));
    let before = stage.traces().await;
    let says = "the host could not read branch `main` of git://git:1/huleedu.git";
    stage.hemma(&["deploy", "--yes"]).await.refuses(3, says);
    stage.is_as(&before).await;
    stage.operator(&format!("git remote set-url origin {usual}")).await;
}
