//! A deploy in stages: one by itself, and each seen healthy before the next one begins.

use hemma_deploy::config::StageConfig;

use crate::deploy::{changed, containers, planned};
use crate::stage::Stage;

pub(crate) const INFRA: [&str; 3] = ["kafka", "kafka_topic_setup", "redis"];

#[tokio::test]
async fn a_stage_comes_up_by_itself_and_before_the_next_one() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.hemma(&["plan", "--stage", "infra"]).await.refuses(2, "hemma.toml has no stages");
    let services = INFRA.map(|it| it.parse().expect("a service")).to_vec();
    stage.configure(|it| {
        it.stage = vec![StageConfig { name: "infra".parse().expect("a name"), services }];
    });
    stage.hemma(&["plan", "--stage", "edge"]).await.refuses(2, "there are infra, rest");

    let before = containers(&stage).await;
    for service in ["redis", "bff_teacher_service"] {
        stage.lab.push_fault("change-one-service", &[service]).await.expect("it is pushed");
    }
    let alone = stage.hemma(&["deploy", "--stage", "infra", "--yes"]).await;
    alone.exits(0).says("~ pull");
    assert_eq!(planned(&alone.stdout, "build"), ["redis"], "{alone}");
    assert_eq!(changed(&before, &containers(&stage).await), ["huleedu_redis"], "{alone}");
    stage.hemma(&["deploy", "--stage", "infra", "--yes"]).await.exits(0).says("nothing to do");
    let rest = stage.hemma(&["deploy", "--yes"]).await;
    rest.exits(0).says("stage infra: kafka, kafka_topic_setup, redis");
    rest.says("bff_teacher_service answers");
    assert_eq!(planned(&rest.stdout, "build"), ["bff_teacher_service"], "{rest}");

    a_stage_that_fails_is_the_last(&stage).await;
    stage.hemma(&["deploy", "--stage", "rest", "--yes"]).await.exits(0).says("nothing to do");
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
}

async fn a_stage_that_fails_is_the_last(stage: &Stage) {
    let head = stage.lab.remote_head().await.expect("it has one");
    let before = containers(stage).await;
    stage.lab.push_fault("change-one-service", &["bff_teacher_service"]).await.expect("pushed");
    stage.lab.push_fault("crash-loop", &["redis"]).await.expect("it is pushed");
    for args in [&["deploy", "--yes"][..], &["deploy", "--stage", "infra", "--yes"]] {
        let failed = stage.hemma(args).await;
        failed.exits(1).says("FAIL  service redis").says("it was taken back");
        assert_eq!(stage.operator("git rev-parse HEAD").await, head, "{failed}");
        assert_eq!(changed(&before, &containers(stage).await), ["huleedu_redis"], "{failed}");
        if args.len() == 2 {
            failed.says("FAIL  stage rest").says("it was not started");
        }
    }
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
}
