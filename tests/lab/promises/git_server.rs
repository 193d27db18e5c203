//! A git remote over ssh that prints something at each connection: the tip of its branch is still
//! read.

use crate::stage::Stage;

const OVER_SSH: &str = "ssh://operator@git/srv/git/huleedu.git";
const USUAL: &str = "git://git/huleedu.git";

/// An ssh server on the git remote, for one key, with a banner.
const SERVE: &str = r#"
printf '%s\n' "$1" > /home/operator/.ssh/authorized_keys
chown operator: /home/operator/.ssh/authorized_keys
git config --system --replace-all safe.directory '*'
printf '%s\n' "$2" > /etc/ssh/banner
[ -f /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
mkdir -p /run/sshd
[ ! -s /run/sshd.pid ] || kill "$(cat /run/sshd.pid)" 2>/dev/null || true
sleep 0.2
/usr/sbin/sshd -o HostKey=/etc/ssh/ssh_host_ed25519_key -o Banner=/etc/ssh/banner
cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub"#;
const END: &str = "kill \"$(cat /run/sshd.pid)\"; rm -f /home/operator/.ssh/authorized_keys";

const KEY: &str = "[ -e ~/.ssh/id_ed25519 ] || ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519
cat ~/.ssh/id_ed25519.pub";

/// Messages of ssh, and their cause: the server, or the host's own settings.
const WORDS: [(&str, &str, &str); 3] = [
    ("a banner", "Authorised users only.\nref: refs/heads/main HEAD", "StrictHostKeyChecking yes"),
    ("a new host key each time", "", "StrictHostKeyChecking no\nUserKnownHostsFile /dev/null"),
    (
        "both, and a warning of an old algorithm",
        "** WARNING: connection is not using a post-quantum key exchange algorithm.",
        "StrictHostKeyChecking no\nUserKnownHostsFile /dev/null",
    ),
];

#[tokio::test]
async fn a_new_commit_is_seen_through_whatever_the_git_servers_ssh_says() {
    let stage = Stage::deployed().await;
    let key = stage.operator(KEY).await;
    stage.operator(&format!("git remote set-url origin {OVER_SSH}")).await;
    stage.configure(|it| it.repository.remote = Some(OVER_SSH.parse().expect("an address")));
    let mut seen = Vec::new();
    for (what, banner, settings) in WORDS {
        let served = stage.lab.git(SERVE, &[&key, banner]).await.expect("the remote answers");
        assert!(served.success(), "{what}: {}", served.stderr);
        let known = format!("git {}", served.stdout.trim());
        let settings = format!(
            "printf '%s\\n' '{known}' > ~/.ssh/known_hosts; \
                                printf 'Host git\\n{}\\n' > ~/.ssh/config",
            settings.replace('\n', "\\n")
        );
        stage.operator(&settings).await;
        let says = stage.operator("git ls-remote origin 2>&1 >/dev/null").await;
        let nothing_new = stage.hemma(&["plan"]).await;
        let commit = stage.lab.push_fault("change-one-service", &["redis"]).await;
        let commit = commit.expect("it is pushed");
        let plan = stage.hemma(&["plan"]).await;
        let place = stage.hemma(&["day2", "mirror-repo", "--plan"]).await;
        let deploy = stage.hemma(&["deploy", "--yes"]).await;
        let head = stage.operator("git rev-parse HEAD").await;
        seen.push((what, says, [nothing_new, plan, place, deploy], head == commit));
    }
    stage.lab.git(END, &[]).await.expect("the remote answers");
    stage.operator(&format!("git remote set-url origin {USUAL}; rm -f ~/.ssh/config")).await;
    for (what, says, [nothing_new, plan, place, deploy], arrived) in seen {
        assert_ne!(says, "", "{what}: the server says nothing");
        nothing_new.exits(0).says("nothing to do");
        plan.exits(4).says("~ pull");
        place.exits(4);
        deploy.exits(0);
        assert!(arrived, "{what}\n{deploy}");
    }
}
