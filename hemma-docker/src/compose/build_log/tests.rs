//! Both builders, from lines that they wrote.

use proptest::prelude::*;

use super::BuildLog;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}

/// Many lines that differ in a number.
fn burst(words: &str, count: usize) -> String {
    let lines: Vec<String> = (0..count).map(|it| format!("{words} {it}\n")).collect();
    lines.concat()
}

fn told(log: &mut BuildLog, lines: &str) -> Vec<String> {
    lines.lines().filter_map(|it| log.read(it)).map(|it| it.to_string()).collect()
}

/// Written by hand after the plain progress of docker buildx 0.17 under docker compose 2.29.
const BUILDKIT: &str = "\
#0 building with \"default\" instance using docker driver

#1 [api internal] load build definition from Dockerfile
#1 transferring dockerfile: 172B done
#1 DONE 0.0s

#2 [web internal] load metadata for docker.io/library/python:3.11-slim
#2 DONE 0.9s

#5 [api 1/3] FROM docker.io/library/python:3.11-slim@sha256:ab
#5 sha256:f1a2 10.49MB / 29.78MB 0.3s
#5 DONE 1.1s

#6 [api 2/3] COPY . /app
#6 DONE 0.1s

#7 [web 2/3] RUN pip install -r requirements.txt
#7 0.345 Collecting flask
#7 CACHED

#8 [api 3/3] RUN make
#8 0.211 cc -c main.c
#8 DONE 2.0s

#9 [web] exporting to image
#9 naming to docker.io/library/p-web done
#9 DONE 0.1s
 Image p-web Built
 Image p-api Built
";

#[test]
fn buildkit_names_the_image_at_each_step() {
    let images = [("api".to_owned(), "p-api".to_owned()), ("web".to_owned(), "p-web".to_owned())];
    let mut log = BuildLog::new(&names(&["api", "web"]), &images);
    let expected = [
        "api | load build definition from Dockerfile",
        "api | transferring dockerfile: 172B done",
        "web | load metadata for docker.io/library/python:3.11-slim",
        "api | step 1/3: FROM docker.io/library/python:3.11-slim@sha256:ab",
        "api | 10.49MB / 29.78MB",
        "api | step 2/3: COPY . /app",
        "web | step 2/3: RUN pip install -r requirements.txt",
        "web | Collecting flask",
        "web | from the cache",
        "api | step 3/3: RUN make",
        "api | cc -c main.c",
        "web | exporting to image",
        "web | naming to docker.io/library/p-web done",
        "web | built, all of it from the cache",
        "api | built",
    ];
    assert_eq!(told(&mut log, BUILDKIT), expected);
}

#[test]
fn the_step_of_buildkit_that_failed_is_shown_with_what_it_wrote_first() {
    let mut log = BuildLog::new(&names(&["api", "web"]), &[]);
    let mut lines = String::from(
        "#7 [api 2/3] COPY . /app\n#7 DONE 0.1s\n#8 [web 2/2] RUN make\n\
         #8 0.2 make: *** No rule to make target 'all'.\n",
    );
    lines += &burst("#7 0.3 of another", 20);
    lines += &burst("#8 0.3 noise", 500);
    lines += &burst("#7 0.4 of another", 20);
    lines += "#8 ERROR: process \"/bin/sh -c make\" did not complete successfully: exit code: 2\n\
              ------\n > [web 2/2] RUN make:\n0.2 noise 499\n------\n\
              failed to solve: process \"/bin/sh -c make\" did not complete successfully\n";
    told(&mut log, &lines);
    let failed = log.failure();
    assert_eq!(failed.services, ["web"]);
    assert_eq!(
        failed.lines[..3],
        ["step 2/2: RUN make", "make: *** No rule to make target 'all'.", "noise 0"]
    );
    let [.., noise, last] = &failed.lines[..] else { panic!("{:?}", failed.lines) };
    assert_eq!(noise, "noise 499");
    assert!(last.starts_with("process \"/bin/sh -c make\" did not complete"), "{last}");
    assert!(failed.lines.len() < 30 && failed.lines.iter().any(|it| it.starts_with("… ")));
}

/// Between the lines of a step that came before and a run of others, BuildKit does not mark the one
/// that the step wrote to its standard error.
#[test]
fn the_cause_outlives_the_run_of_lines_that_follows_it() {
    let noise = |count| burst("noise", count);
    let files: Vec<String> = ('a'..='z').map(|it| format!("Compiling {it} v1.2.3\n")).collect();
    let files = files.concat();
    let rows = [
        ("the answer is 41", burst("checking", 40), noise(900)),
        ("the answer is 41", noise(40), files.repeat(20)),
        (
            "2026-12-01T05:00:00Z CRITICAL 41",
            burst("05:00 INFO step", 40),
            burst("05:00 INFO x", 500),
        ),
        // What mentions an error again and again leaves room for the one line that counts.
        ("fatal: 41", burst("cc -Werror of", 40), noise(500)),
        ("fatal: 41", burst("x error of", 40) + &burst("y error", 40), burst("z error", 500)),
    ];
    for (cause, before, after) in rows {
        let mut log = BuildLog::new(&names(&["api"]), &[]);
        let said = before.lines().chain([cause]).chain(after.lines());
        let said: Vec<String> = said.map(|it| format!("#8 0.3 {it}\n")).collect();
        let mut lines = String::from("#8 [api 2/2] RUN ./check\n") + &said.concat();
        lines += "#8 ERROR: process \"/bin/sh -c ./check\" did not complete successfully: exit code: 7\n";
        told(&mut log, &lines);
        let shown = log.failure().lines;
        let at = shown.iter().position(|it| it == cause);
        let at = at.unwrap_or_else(|| panic!("{cause} is lost: {shown:#?}"));
        let last = after.lines().last().expect("there are lines");
        assert!(shown[at..].iter().any(|it| it == last), "in the order in which they came");
        assert!(shown.len() < 50, "{shown:#?}");
    }
}

/// From the practice host: docker compose 2.40 without buildx.
const CLASSIC: &str = " Image p-redis Building
 Image p-kafka Building
Sending build context to Docker daemon  47.47kB
Step 1/2 : FROM deps:dev
 ---> 9916056ce599
Step 2/2 : COPY services/redis /app
 ---> Using cache
 ---> bd22808213f1
Successfully built bd22808213f1
Successfully tagged p-redis:latest
 Image p-redis Built
Step 1/2 : FROM deps:dev
 ---> 9916056ce599
Step 2/2 : COPY services/kafka /app
 ---> Using cache
Successfully tagged p-kafka:latest
 Image p-kafka Built
";

#[test]
fn the_classic_builder_s_lines_are_of_all_images_that_are_under_way() {
    let mut log = BuildLog::new(&names(&["kafka", "redis"]), &[]);
    let expected = [
        "redis | begins",
        "kafka | begins",
        "kafka or redis | step 1/2: FROM deps:dev",
        "kafka or redis | step 2/2: COPY services/redis /app",
        "redis | built",
        "kafka | step 1/2: FROM deps:dev",
        "kafka | step 2/2: COPY services/kafka /app",
        "kafka | built",
    ];
    assert_eq!(told(&mut log, CLASSIC), expected);
}

#[test]
fn what_a_classic_step_wrote_to_its_standard_error_outlives_a_burst() {
    let mut log = BuildLog::new(&names(&["api"]), &[]);
    let mut lines = String::from(" Image p-api Building\nStep 1/2 : FROM a\n ---> 1\n");
    lines += "Step 2/2 : RUN ./check\n ---> Running in e49f00\n";
    lines += &burst("checking", 40);
    lines += "\u{1b}[91mthe answer is 41\n\u{1b}[0m";
    lines += &burst("noise", 900);
    lines += "The command '/bin/sh -c ./check' returned a non-zero code: 7\n";
    let heard = told(&mut log, &lines);
    assert!(heard.contains(&"api | the answer is 41".to_owned()));
    let failed = log.failure();
    assert_eq!((failed.services, &*failed.lines[0]), (names(&["api"]), "step 2/2: RUN ./check"));
    assert!(failed.lines.iter().any(|it| it.contains("the answer is 41")), "{:#?}", failed.lines);
    let last = failed.lines.last().expect("there are lines");
    assert_eq!(last, "The command '/bin/sh -c ./check' returned a non-zero code: 7");
}

#[test]
fn the_containers_that_the_classic_builder_still_runs_are_known() {
    let log = |lines: &str| {
        let mut log = BuildLog::new(&names(&["a", "b"]), &[]);
        told(&mut log, lines);
        log.containers.map(|it| it.into_iter().collect::<Vec<_>>())
    };
    assert_eq!(log(BUILDKIT), None, "BuildKit ends its own steps");
    let lines = "Step 2/3 : RUN a\n ---> Running in 0123456789ab\nStep 2/2 : RUN b\n \
                 ---> Running in ba9876543210\nRemoving intermediate container 0123456789ab\n \
                 ---> Running in --force\n ---> Running in ../x\n";
    assert_eq!(log(lines), Some(names(&["ba9876543210"])));
    let newer = format!("{lines} ---> Removed intermediate container ba9876543210\n");
    assert_eq!(log(&newer), Some(vec![]), "images may be left all the same");
}

#[test]
fn the_longest_name_of_a_service_is_meant() {
    let mut log = BuildLog::new(&names(&["setup", "topic-setup"]), &[]);
    let expected = ["topic-setup | begins", "setup | begins"];
    assert_eq!(
        told(&mut log, " Image p-topic-setup Building\n Image p-setup Building\n"),
        expected
    );
}

proptest! {
    #[test]
    fn whatever_a_build_says_is_read(
        lines in prop::collection::vec("(#[0-9]{1,3} )?(\\[[ab ]{0,5}[0-9/]{0,4}\\] )?\\PC{0,30}", 0..60)
    ) {
        let mut log = BuildLog::new(&names(&["a", "b"]), &[]);
        for line in &lines {
            log.read(line);
        }
        prop_assert!(log.failure().lines.len() < 60);
    }
}

#[test]
fn no_line_is_too_strange() {
    let mut log = BuildLog::new(&names(&["a"]), &[]);
    let strange = [
        "#",
        "# ",
        "#1",
        "#99999999999 [x]",
        "#1 [",
        "#1 []",
        "#1 [ ] x",
        "#1 [a 9/0/1] x",
        "#2 ERROR",
        "Step",
        "Step /",
        "Step 1/ : ",
        "\u{1b}[",
        "\u{1b}[91m",
        "✔",
        "Image",
        "#1 sha256: / B ",
    ];
    for line in strange {
        log.read(line);
    }
    assert!(log.failure().lines.len() < 40);
}
