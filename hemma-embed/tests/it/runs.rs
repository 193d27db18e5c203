//! Many texts.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use hemma_embed::{Client, Essay, Limits, Options, Outage, Part, Problem, Retry, RunError};
use serde_json::json;

use crate::offload::{DIM, client, health, matrix, model, options, sound};
use crate::server::{Reply, Server};

pub(crate) fn texts(count: usize) -> Vec<String> {
    (0..count).map(|it| format!("Text number {it}, with an Åäö 😀 \"in\" it.\n")).collect()
}

pub(crate) fn essays(count: usize) -> Vec<Essay> {
    texts(count).into_iter().map(|text| Essay { text, prompt: "Tell me.".to_owned() }).collect()
}

#[tokio::test]
async fn rows_stand_in_the_order_of_their_texts_however_late_they_come() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |asked| match asked.path.as_str() {
        // The earlier a request, the later its answer.
        "/v1/embed" => {
            let late = 40_u64.saturating_sub(10 * count.fetch_add(1, Ordering::Relaxed) as u64);
            sound(asked).after(Duration::from_millis(late))
        }
        _ => sound(asked),
    })
    .await;
    let client = Client::new(server.url.clone(), Options { concurrency: 4, ..options() });
    let texts = texts(300);
    let rows = client.embed(&texts).gather().await.expect("a sound server").whole();
    assert_eq!(rows.expect("no gaps").embeddings, Some(matrix(&texts, DIM)));

    let asked = server.asked();
    let items: Vec<_> = asked.iter().map(|it| it.list("texts").len()).collect();
    assert_eq!(items, [64, 64, 64, 64, 44], "the limit that the server states");
    assert!(asked.iter().all(|it| it.json()["model_name"] == model().name));
    let ids: HashSet<_> = asked.iter().map(|it| &it.headers["x-correlation-id"]).collect();
    assert_eq!(ids.len(), 5, "each request has an id of its own");
}

#[tokio::test]
async fn requests_stay_within_what_the_server_states() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/healthz" => {
            let mut health = health();
            health["extract"]["max_items"] = json!(7);
            health["extract"]["max_request_bytes"] = json!(400);
            Reply::json(200, &health)
        }
        _ => sound(asked),
    })
    .await;
    let gathered = client(&server.url).embed(texts(50)).gather().await.expect("a sound server");
    assert_eq!(gathered.from_server, 50);
    for asked in server.asked() {
        assert!(asked.body.len() <= 400 && asked.list("texts").len() <= 7, "{asked:?}");
    }
    let long = vec!["short".to_owned(), "x".repeat(500), "short too".to_owned()];
    let gathered = client(&server.url).embed(long).gather().await.expect("the others go on");
    let [(at, error)] = &gathered.failed[..] else { panic!("one fails: {gathered:?}") };
    assert_eq!(at, &[1]);
    assert_eq!(error.problem, Problem::ItemTooLarge { bytes: 573, limit: 400 });
    assert_eq!(error.to_string(), format!("{}/v1/embed was not asked", server.url));
}

#[tokio::test]
async fn no_more_requests_at_once_than_agreed() {
    let busy = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let seen = Arc::clone(&busy);
    // The server computes for as long as it takes to answer, so the client's own view counts.
    let server = Server::start(move |asked| {
        if asked.path == "/v1/embed" {
            let now = seen.0.fetch_add(1, Ordering::SeqCst) + 1;
            seen.1.fetch_max(now, Ordering::SeqCst);
            let seen = Arc::clone(&seen);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(30)).await;
                seen.0.fetch_sub(1, Ordering::SeqCst);
            });
            return sound(asked).after(Duration::from_millis(40));
        }
        sound(asked)
    })
    .await;
    client(&server.url).embed(texts(600)).gather().await.expect("a sound server");
    assert_eq!(busy.1.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_chunk_that_is_too_large_is_split_until_it_fits() {
    let refusals: [fn(usize) -> Reply; 3] = [
        |_| Reply::json(413, &json!({"error": "too_many_items", "detail": "64 > 10"})),
        |_| {
            let detail = "Maximum request body size 1048576 exceeded, actual body size 1100000";
            Reply::json(400, &json!({"error": "invalid_request", "detail": detail}))
        },
        |_| Reply::json(500, &json!({"error": "response_too_large", "detail": "9000000"})),
    ];
    for refusal in refusals {
        let server = Server::start(move |asked| match asked.path.as_str() {
            "/v1/embed" if asked.list("texts").len() > 10 => refusal(0),
            _ => sound(asked),
        })
        .await;
        let texts = texts(100);
        let rows = client(&server.url).embed(&texts).gather().await.expect("it fits in the end");
        assert_eq!(rows.rows.embeddings, Some(matrix(&texts, DIM)));
        assert_eq!(rows.failed, []);
    }
}

#[tokio::test]
async fn a_chunk_that_fails_costs_that_chunk() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/v1/embed" if asked.list("texts").iter().any(|it| it.starts_with("Text number 70,")) => {
            Reply::new(500, "500 Internal Server Error")
        }
        _ => sound(asked),
    })
    .await;
    let texts = texts(200);
    let gathered = client(&server.url).embed(&texts).gather().await.expect("the others go on");
    assert_eq!((gathered.from_server, gathered.failed.len()), (136, 1));
    assert_eq!(gathered.failed[0].0, (64..128).collect::<Vec<_>>());
    let rows = gathered.rows.embeddings.as_ref().expect("there are some");
    assert_eq!(rows.shape(), (200, DIM));
    for (at, (row, expected)) in rows.rows().zip(matrix(&texts, DIM).rows()).enumerate() {
        if (64..128).contains(&at) {
            assert!(row.iter().all(|it| it.is_nan()), "row {at} is none");
        } else {
            assert_eq!(row, expected, "row {at}");
        }
    }
    let error = gathered.whole().expect_err("there are gaps");
    assert_eq!(error.to_string(), "64 items have no vector, the first of them number 64");
}

#[tokio::test]
async fn a_busy_server_is_asked_again_when_it_says_so_and_not_for_ever() {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/v1/embed" if seen.fetch_add(1, Ordering::SeqCst) < 2 => {
            let body = json!({"error": "dependency_unavailable", "detail": "LanguageTool offload"});
            Reply::json(503, &body).header("Retry-After", "1")
        }
        _ => sound(asked),
    })
    .await;
    let started = Instant::now();
    let gathered = client(&server.url).embed(texts(1)).gather().await.expect("it recovers");
    assert_eq!(gathered.from_server, 1);
    assert!(started.elapsed() >= Duration::from_secs(2), "it said a second, twice");

    let server = Server::start(|asked| match asked.path.as_str() {
        "/v1/embed" => Reply::new(503, "no").header("Retry-After", u64::MAX.to_string()),
        _ => sound(asked),
    })
    .await;
    let gathered = client(&server.url).embed(texts(1)).gather().await.expect("one chunk fails");
    assert_eq!(gathered.failed[0].1.attempts, 1, "nobody waits that long");
}

#[tokio::test]
async fn a_restart_in_the_middle_of_a_run_costs_nothing() {
    let server = Server::start(|asked| sound(asked).after(Duration::from_millis(5))).await;
    let address = server.address();
    let texts = texts(2000);
    let client = client(&server.url);
    let (told, started) = (Arc::new(Mutex::new(Vec::new())), Instant::now());
    let heard = Arc::clone(&told);
    client.on_outage(move |it| heard.lock().expect("nobody panicked").push(it));
    let mut parts = client.embed(&texts);
    let mut items = 0;
    for _ in 0..5 {
        items += parts.next().await.expect("there are 32").expect("sound").at().len();
    }
    drop(server);
    let again = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        Server::start_at(&address, sound).await
    });
    while let Some(part) = parts.next().await {
        let Part::Done { at, .. } = part.expect("the run goes on") else { panic!("nothing fails") };
        items += at.len();
    }
    assert_eq!(items, 2000);
    drop(again);
    // However many requests waited.
    let told = told.lock().expect("nobody panicked");
    let [Outage::Began { since, until }, Outage::Over] = told[..] else { panic!("{told:?}") };
    assert!(started <= since && since < until, "{told:?}");
}

#[tokio::test]
async fn a_server_that_was_never_there_is_not_waited_for() {
    let server = Server::start(sound).await;
    let (url, started) = (server.url.clone(), Instant::now());
    drop(server);
    let error = client(&url).embed(texts(1)).gather().await.expect_err("nobody is there");
    assert!(matches!(error, RunError::Unreachable { .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_server_that_does_not_come_back_ends_the_run() {
    let server = Server::start(sound).await;
    let retry = Retry { deadline: Duration::from_millis(300), ..options().retry };
    let client = Client::new(server.url.clone(), Options { retry, ..options() });
    client.health().await.expect("it is there");
    drop(server);
    let error = client.embed(texts(1000)).gather().await.expect_err("it is gone");
    let RunError::Unreachable { source } = error else { panic!("{error:?}") };
    assert!(matches!(source.problem, Problem::Gone { .. }), "{source:?}");
}

#[tokio::test]
async fn a_server_that_fails_at_everything_is_not_asked_for_everything() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "/v1/embed" => Reply::new(500, "500 Internal Server Error"),
        _ => sound(asked),
    })
    .await;
    let error = client(&server.url).embed(texts(64_000)).gather().await.expect_err("hopeless");
    assert!(matches!(error, RunError::Hopeless { count: 8, .. }), "{error:?}");
    assert!(server.asked().len() < 12);
}

#[tokio::test]
async fn texts_that_are_still_on_their_way_are_waited_for() {
    let server = Server::start(sound).await;
    let slow = futures_util::stream::iter(texts(10)).then(|text| async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        text
    });
    let gathered = client(&server.url).embed_stream(slow).gather().await.expect("sound");
    assert_eq!(gathered.rows.embeddings, Some(matrix(&texts(10), DIM)));
    let none = client(&server.url).embed(Vec::<String>::new()).gather().await.expect("no texts");
    assert_eq!((none.rows.embeddings, none.from_server), (None, 0));
    assert_eq!(server.asked().len(), 1, "ten texts are one request");
    assert_eq!(Limits::default().items, 64);
}
