//! The practice host itself.

use std::time::Duration;

use crate::stage::Stage;

#[tokio::test]
async fn a_lab_that_is_up_is_up_again_at_once() {
    let stage = Stage::deployed().await;
    let before = stage.traces().await;
    let again = stage.hemma(&["lab", "up"]).await;
    again.exits(0).says("pass  engine  ");
    assert!(again.took < Duration::from_secs(5), "{again}");
    stage.is_as(&before).await;
}
