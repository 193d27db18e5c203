//! A credential in the URL of the remote, and values that Compose passes on: into a build, into the
//! address of another service, and into messages.

use super::{LOOK_EVERY, SEARCH, clean, files};
use crate::hemma::Ran;
use crate::stage::{Stage, written_down};
use crate::watch::{self, Watch};

/// The mark, which is in each of the secrets, and nowhere else. The other canary test may run at
/// the same time, and the processes of both are seen.
const MARK: &str = "r3m0te";

/// Prints the engine's time. The mark itself is in no command line.
const BEGAN: &str = "printf 'r3m%s' 0te > /run/canary; date +%s";

/// A git server on the host that requires a login, which it reads from a file of root's.
const SERVE: &str = r#"
install -d -m 700 /run/canary-remote
git clone -q --bare git://git/huleedu.git /run/canary-remote/huleedu.git
printf %s "$1" | base64 -w0 >/run/canary-remote/login
setsid perl -MIO::Socket::INET -e '
  my $server = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1:8099", ReuseAddr => 1) or die;
  open my $file, "<", "/run/canary-remote/login"; my $login = readline $file;
  $SIG{CHLD} = "IGNORE";
  while (my $client = $server->accept) {
    next if fork;
    my ($method, $target) = split " ", scalar readline $client;
    my %head; while ((my $line = readline $client) =~ /^(\S+): (.*?)\r/) { $head{lc $1} = $2 }
    if (($head{authorization} // "") ne "Basic $login") {
      print $client "HTTP/1.0 401 No\r\nWWW-Authenticate: Basic realm=\"git\"\r\n\r\n"; exit }
    read $client, my $body, $head{"content-length"} // 0;
    my ($path, $query) = split /\?/, $target, 2;
    %ENV = (PATH => $ENV{PATH}, GIT_PROJECT_ROOT => "/run/canary-remote", GIT_HTTP_EXPORT_ALL => 1,
      PATH_INFO => $path, QUERY_STRING => $query // "", REQUEST_METHOD => $method, REMOTE_USER => "x",
      CONTENT_TYPE => $head{"content-type"} // "", CONTENT_LENGTH => length($body // ""),
      HTTP_CONTENT_ENCODING => $head{"content-encoding"} // "", HTTP_GIT_PROTOCOL => $head{"git-protocol"} // "");
    open my $in, "+>", undef; print $in $body // ""; seek $in, 0, 0;
    open STDIN, "<&", $in; open STDOUT, ">&", $client;
    $SIG{CHLD} = "DEFAULT"; $| = 1; print "HTTP/1.0 200 OK\r\n"; exec "git", "http-backend";
  }' </dev/null >/dev/null 2>&1 &
sleep 1
"#;

/// Fetches what was pushed to the server meanwhile.
const FETCH: &str =
    "git -C /run/canary-remote/huleedu.git fetch -q origin '+refs/heads/*:refs/heads/*'";

/// The brackets keep the command from ending itself.
const END: &str = "pkill -f 'canary-remote/[l]ogin'; rm -rf /run/canary-remote; true";

const LOGIN: &str = "deployer:r3m0te-remote";
const ADDRESS: &str = "127.0.0.1:8099/huleedu.git";

/// Further values of `.env`, and their users.
const VALUES: &str = "CANARY_BUILD=r3m0te-build\n\
    CANARY_WEBHOOK=https://hooks.example/services/T0/B0/r3m0te?token=r3m0te-hook\n\
    CANARY_NAMED=r3m0te-named\n";
const OVERLAY: &str = "services:\n  identity_service:\n    build:\n      args:\n        CANARY_BUILD: ${CANARY_BUILD}\n    \
    environment:\n      WEBHOOK: ${CANARY_WEBHOOK}\n";

/// A `.env` and files that Compose refuses, quoting a value. `MARK` is replaced by the mark, which
/// is on no command line of the test's own while it watches.
const REFUSED: [(&str, &str); 5] = [
    ("CANARY_BAD=pa${MARK", "services: {}"),
    ("CANARY_BAD='MARK", "services: {}"),
    ("CANARY_BAD=MARK", "services: {redis: {ports: ['${CANARY_BAD}:80']}}"),
    ("CANARY_BAD=MARK", "services: {redis: {depends_on: ['${CANARY_BAD}']}}"),
    ("CANARY_BAD=pa$MARK", "services: {redis: {labels: {a: b}}}"),
];

/// Writes such a line into the `.env`, and such an overlay.
const SPOIL: &str = r#"
marked() { perl -pe 'BEGIN { open F, "/run/canary"; $m = readline F } s/MARK/$m/'; }
e=/home/operator/apps/huleedu/.env
sed -i /CANARY_BAD/d "$e" && printf '%s\n' "$1" | marked >>"$e"
printf '%s' "$2" >/home/operator/apps/own.yml
"#;

/// Writes the login into the checkout, as a careless person does.
const BY_HAND: &str = r#"
cd /home/operator/apps/huleedu/.git
perl -i -pe 'BEGIN { open F, "/run/canary"; $m = readline F } s|url = http://|url = http://deployer:$m-remote@|' config
chown operator: config
"#;

#[tokio::test]
#[ignore = "thorough"]
async fn a_login_in_the_remote_is_seen_nowhere() {
    let stage = Stage::fresh().await;
    let served = stage.lab.root(SERVE, &[LOGIN]).await.expect("the host answers");
    assert!(served.success(), "{}{}", served.stdout, served.stderr);
    prepare(&stage).await;
    let began = stage.root(BEGAN).await;
    stage.root(watch::BEGIN).await;
    let watched = Watch::begin(MARK, LOOK_EVERY);
    let said = everything_that_is_said(&stage).await;
    let world = stage.recording_world();
    let situation = hemma_deploy::rollout::look(&world, &stage.config()).await;
    world.close().await;
    let looked = format!("{}\n{situation:?}", written_down(&world));
    let here = watched.end();
    stage.root(watch::END).await;
    // The server's own file holds the login, in base64; the `.env` holds the values.
    let there = stage.lab.root(SEARCH, &[&began]).await.expect("the host answers").stdout;
    let kept =
        stage.root("grep -rc r3m0te /home/operator/apps/huleedu/.git | grep -v ':0$'; true").await;
    stage
        .root(&format!("{END}; rm -rf /run/canary /run/watched /home/operator/apps/own.yml"))
        .await;
    stage.lab.reset().await.expect("the host is reset");

    for ran in &said {
        assert!(!ran.stdout.contains(MARK) && !ran.stderr.contains(MARK), "{ran}");
    }
    clean(MARK, "a recording", &looked);
    assert!(here.is_empty(), "the processes on this machine: {here:#?}");
    assert_eq!(there.trim(), "", "the host");
    assert_eq!(kept, "", "the repository holds the login");
    // The settings hold the login, as the operator wrote it.
    for file in files(stage.here()).into_iter().filter(|it| !it.ends_with("hemma.toml")) {
        let text = std::fs::read(&file).expect("it is there");
        clean(MARK, &file.display().to_string(), &String::from_utf8_lossy(&text));
    }
}

/// The host before its first deploy, with values in its `.env` and an overlay that uses them.
async fn prepare(stage: &Stage) {
    stage.configure(|it| {
        it.compose.overlay = Some("own.yml".parse().expect("a file name"));
        it.env.required.push("CANARY_NAMED".parse().expect("a key"));
    });
    name_remote(stage, LOGIN);
    let place = "printf '%s' \"$1\" >>/home/operator/apps/huleedu/.env; \
                 printf '%s' \"$2\" >/home/operator/apps/own.yml; \
                 chown operator: /home/operator/apps/own.yml";
    let placed = stage.lab.root(place, &[VALUES, OVERLAY]).await.expect("the host answers");
    assert!(placed.success(), "{}{}", placed.stdout, placed.stderr);
}

/// Written into the file as a person writes it: hemma would write `[hidden]`.
fn name_remote(stage: &Stage, login: &str) {
    let line = |login: &str| format!("http://{login}@{ADDRESS}");
    stage.configure(|it| it.repository.remote = Some(line("u:p").parse().expect("a remote")));
    let text = std::fs::read_to_string(stage.here().join("hemma.toml")).expect("it is there");
    assert!(text.contains(&line("[hidden]")), "{text}");
    stage.write("hemma.toml", &text.replace(&line("[hidden]"), &line(login)));
}

async fn everything_that_is_said(stage: &Stage) -> Vec<Ran> {
    let mut said = Vec::new();
    let mut run = async |args: &[&str], exit: Option<i32>| {
        let ran = stage.hemma(args).await;
        if let Some(exit) = exit {
            ran.exits(exit);
        }
        said.push(ran);
    };
    run(&["config"], Some(0)).await;
    run(&["plan", "--verbose"], Some(4)).await;
    run(&["plan", "--json"], Some(4)).await;
    run(&["deploy", "--yes", "--verbose"], Some(0)).await;
    run(&["day2", "checkout-location", "--json"], Some(0)).await;
    stage.lab.push_fault("change-one-service", &["redis"]).await.expect("it is pushed");
    stage.root(FETCH).await;
    run(&["day2", "mirror-repo", "--yes", "--json"], Some(0)).await;
    run(&["deploy", "--yes", "--json"], Some(0)).await;
    for args in [&["status"][..], &["history"], &["history", "--json"], &["lock", "show"]] {
        run(args, None).await;
    }
    // A login that the server refuses.
    name_remote(stage, "deployer:r3m0te-wrong");
    run(&["plan", "--verbose"], Some(3)).await;
    run(&["deploy", "--yes", "--json"], Some(3)).await;
    // Without one in the settings, and with one that was written into the checkout by hand.
    stage.configure(|it| it.repository.remote = None);
    stage.root(BY_HAND).await;
    run(&["day2", "checkout-location"], Some(0)).await;
    run(&["plan", "--json"], None).await;
    stage.operator("git remote set-url origin http://127.0.0.1:8099/huleedu.git").await;
    name_remote(stage, LOGIN);
    for (line, overlay) in REFUSED {
        let spoiled = stage.lab.root(SPOIL, &[line, overlay]).await.expect("the host answers");
        assert!(spoiled.success(), "{}{}", spoiled.stdout, spoiled.stderr);
        run(&["plan"], None).await;
        run(&["deploy", "--yes", "--json"], None).await;
    }
    said
}
