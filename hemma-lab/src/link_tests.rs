use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};

use super::Link;

const ROUND_TRIP: Duration = Duration::from_millis(40);
const SILENCE: Duration = Duration::from_millis(200);

/// A server that sends back what it gets, behind a link.
async fn echo_behind(round_trip: Duration) -> Link {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let target = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    Link::open(target, round_trip).await.expect("a free port")
}

async fn connect(link: &Link) -> TcpStream {
    TcpStream::connect(link.address()).await.expect("the link listens")
}

/// Sends a word and waits for it to come back.
async fn echo(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"hello").await?;
    stream.read_exact(&mut [0; 5]).await.map(drop)
}

#[tokio::test]
async fn connecting_takes_a_round_trip_and_so_does_each_answer() {
    let link = echo_behind(ROUND_TRIP).await;
    let started = Instant::now();
    let mut stream = connect(&link).await;
    echo(&mut stream).await.expect("it echoes");
    assert!(started.elapsed() >= ROUND_TRIP * 2, "{:?}", started.elapsed());
    let started = Instant::now();
    echo(&mut stream).await.expect("it echoes");
    let took = started.elapsed();
    // The upper bound is generous: the machine has two cores and other work.
    assert!(took >= ROUND_TRIP && took < ROUND_TRIP * 4, "{took:?}");
    assert_eq!((link.connections(), link.accepted()), (1, 1));
}

#[tokio::test]
async fn a_delay_does_not_limit_how_much_is_on_the_way() {
    let link = echo_behind(ROUND_TRIP).await;
    let mut stream = connect(&link).await;
    echo(&mut stream).await.expect("it echoes");
    let sent: Vec<u8> = (0..1_000_000_u32).map(|it| (it % 251) as u8).collect();
    let mut back = vec![0; sent.len()];
    let started = Instant::now();
    let (mut from, mut to) = stream.split();
    let (wrote, read) = tokio::join!(to.write_all(&sent), from.read_exact(&mut back));
    wrote.and(read).expect("it echoes");
    assert_eq!(sent, back);
    assert!(started.elapsed() < ROUND_TRIP * 10, "{:?}", started.elapsed());
}

#[tokio::test]
async fn an_end_of_one_direction_leaves_the_other_open() {
    let link = echo_behind(ROUND_TRIP).await;
    let mut stream = connect(&link).await;
    stream.write_all(b"last words").await.expect("it is open");
    stream.shutdown().await.expect("it is open");
    let mut back = String::new();
    stream.read_to_string(&mut back).await.expect("it echoes");
    assert_eq!(back, "last words");
}

#[tokio::test]
async fn a_stall_is_silent_and_what_it_held_back_arrives_when_it_is_mended() {
    let link = echo_behind(Duration::ZERO).await;
    let mut stream = connect(&link).await;
    echo(&mut stream).await.expect("it echoes");
    link.stall();
    assert!(timeout(SILENCE, echo(&mut stream)).await.is_err(), "nothing may arrive");
    let mut second = connect(&link).await;
    assert!(timeout(SILENCE, echo(&mut second)).await.is_err(), "nothing may arrive");
    link.mend();
    stream.read_exact(&mut [0; 5]).await.expect("it was only held back");
}

#[tokio::test]
async fn a_freeze_hits_the_old_connections_only() {
    let link = echo_behind(Duration::ZERO).await;
    let mut old = connect(&link).await;
    echo(&mut old).await.expect("it echoes");
    link.freeze();
    assert!(timeout(SILENCE, echo(&mut old)).await.is_err(), "nothing may arrive");
    echo(&mut connect(&link).await).await.expect("a new one works");
}

#[tokio::test]
async fn a_cut_resets_old_and_new_connections_until_it_is_mended() {
    let link = echo_behind(Duration::ZERO).await;
    let mut stream = connect(&link).await;
    echo(&mut stream).await.expect("it echoes");
    link.cut();
    for mut cut in [stream, connect(&link).await] {
        // The reset may meet the write already, or only the read.
        let error = timeout(SILENCE, echo(&mut cut)).await.expect("it says so at once");
        assert!(error.is_err());
    }
    link.mend();
    echo(&mut connect(&link).await).await.expect("a new one works");
    drop(link);
}

#[tokio::test]
async fn a_dropped_link_closes_everything() {
    let link = echo_behind(Duration::ZERO).await;
    let address = link.address();
    let mut stream = connect(&link).await;
    echo(&mut stream).await.expect("it echoes");
    drop(link);
    let gone = timeout(SILENCE, stream.read(&mut [0; 1])).await.expect("it says so at once");
    assert!(!matches!(gone, Ok(1)));
    tokio::task::yield_now().await;
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
