//! Small repositories, each with what is noticed in it.

use std::collections::BTreeMap;

use hemma_docker::testing;

use super::testing::told;
use super::*;

/// What is noticed in a repository, in short. A service `name: key` of `compose` has the JSON that
/// Compose would print, with `build` for a build of the directory of its name.
fn noticed(files: &[(&str, &str)], compose: &str) -> Vec<String> {
    let mut project: Value = serde_json::from_str(compose).expect("plain JSON");
    for (name, it) in project.as_object_mut().expect("services") {
        if it["image"].is_null() {
            let context = format!("/tree/{name}");
            it["build"] = serde_json::json!({"context": context, "dockerfile": "Dockerfile"});
        }
    }
    let json = serde_json::json!({"name": "p", "services": project}).to_string();
    let model = testing::model(&json, "/tree");
    let asked = Asked::of(&model).expect("something applies");
    let files: BTreeMap<String, String> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let told = told(&files, "/tree");
    let parts: Vec<_> = told.split("--8<-- ").filter_map(|it| it.split_once('\n')).collect();
    let brought = asked.read(&parts, &json, Some("x86_64")).expect("it came to the end");
    let short = |it: Noticed| match it.notice {
        Notice::LockLacks { lock, groups, fails, .. } => {
            format!("{lock} lacks {} {fails}", groups.join(" "))
        }
        Notice::LockOutdated { lock, names, .. } => format!("{lock} lacks {}", names.join(" ")),
        Notice::LockMissing { lock, .. } => format!("no {lock}"),
        Notice::SecretsDiffer { services, variable } => {
            format!("{variable} differs: {}", services.join(" "))
        }
        Notice::SecretNotGiven { signer, verifiers, .. } => {
            format!("{signer} signs for {}", verifiers.join(" "))
        }
        Notice::FileMissing { service, file, .. } => format!("{service} lacks {file}"),
        Notice::ScriptMissing { service, command, certain, .. } => {
            format!("{service}: {command} {certain}")
        }
        Notice::VariableMissed { set, reads } => format!("{set}: {reads:?}"),
        Notice::ToolMissing { service, tool, .. } => format!("{service} lacks {tool}"),
        Notice::MigrationsNotRun { services, tool, .. } => {
            format!("{tool} of {}", services.join(" "))
        }
        Notice::Platform { service, .. } => format!("{service} is foreign"),
        other => format!("{other:?}"),
    };
    brought.judge(&[]).into_iter().map(short).collect()
}

#[test]
fn locks_are_compared_with_what_is_installed_from_them() {
    let poetry = "FROM python:3\nWORKDIR /a\nCOPY pyproject.toml poetry.lock ./\nRUN pip install poetry && poetry install --no-root --only main,worker";
    let project = "[tool.poetry.group.worker.dependencies]\ncelery = \"5\"\n";
    let npm = "FROM node:22\nCOPY package*.json ./\nRUN npm ci\n";
    let package = r#"{"dependencies":{"x":"1"}}"#;
    let pnpm = "FROM node:22\nWORKDIR /a\nCOPY . .\nRUN corepack enable && pnpm install --frozen-lockfile\n";
    let importers = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      y:\n        specifier: 1\n";
    let with = |dockerfile: &str, others: &[(&str, &str)]| {
        let paths: Vec<(String, String)> =
            others.iter().map(|(path, text)| (format!("a/{path}"), (*text).to_owned())).collect();
        let mut files = vec![("a/Dockerfile", dockerfile)];
        files.extend(paths.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        noticed(&files, r#"{"a":{}}"#).join(", ")
    };
    for (dockerfile, others, expected) in [
        (
            poetry,
            &[("pyproject.toml", project), ("poetry.lock", "groups = [\"main\"]\n")][..],
            "a/poetry.lock lacks worker true",
        ),
        (
            poetry,
            &[("pyproject.toml", project), ("poetry.lock", "groups = [\"main\", \"worker\"]\n")],
            "",
        ),
        (
            poetry,
            &[("pyproject.toml", project), ("poetry.lock", "name = \"of an old Poetry\"\n")],
            "",
        ),
        (npm, &[("package.json", package)], "no a/package-lock.json"),
        (
            &npm.replace("package*.json", "."),
            &[("package.json", package), ("npm-shrinkwrap.json", "{}")],
            "",
        ),
        (&npm.replace("RUN npm ci", "RUN npm i x\nRUN npm ci"), &[("package.json", package)], ""),
        (&npm.replace("npm ci", "npm ci || npm i"), &[("package.json", package)], ""),
        (&npm.replace("node:22", "own/node"), &[("package.json", package)], ""),
        (
            pnpm,
            &[("package.json", package), ("pnpm-lock.yaml", importers)],
            "a/pnpm-lock.yaml lacks x",
        ),
        (
            &pnpm.replace(" --frozen-lockfile", ""),
            &[("package.json", package), ("pnpm-lock.yaml", importers)],
            "",
        ),
    ] {
        assert_eq!(with(dockerfile, others), expected, "{dockerfile} {others:?}");
    }
}

#[test]
fn a_secret_goes_to_those_who_sign_and_to_those_who_verify() {
    let python = "FROM python:3\nCOPY . /app\n";
    let files = [
        ("a/Dockerfile", python),
        ("a/sign.py", "token = jwt.encode(claims, key)"),
        ("b/Dockerfile", python),
        ("b/check.py", "claims = jwt.decode(token, os.environ[\"JWT_SECRET\"])"),
    ];
    for (of_signer, expected) in [
        (r"{}", "a signs for b"),
        (r#"{"JWT_SECRET":"x"}"#, ""),
        (r#"{"JWT_SECRET":"y"}"#, "JWT_SECRET differs: a b"),
        // By another name, or as the private part of a pair.
        (r#"{"SIGN_WITH":"x"}"#, ""),
        (r#"{"JWT_PRIVATE_KEY":"z"}"#, ""),
    ] {
        let compose = format!(
            r#"{{"a":{{"environment":{of_signer}}},"b":{{"environment":{{"JWT_SECRET":"x"}}}}}}"#
        );
        assert_eq!(noticed(&files, &compose).join(", "), expected, "{of_signer}");
    }
    let shared = [("a/Dockerfile", python), ("a/sign.py", "jwt.encode(x); jwt.decode(x)")];
    assert!(noticed(&shared, r#"{"a":{"environment":{"JWT_SECRET":"x"}}}"#).is_empty());
}

#[test]
fn a_command_is_missed_only_where_the_image_surely_lacks_it() {
    let with = |dockerfile: &str, service: &str| {
        let files = [
            ("a/Dockerfile", dockerfile),
            ("a/app/main.py", ""),
            ("a/run.py", ""),
            ("a/package.json", "{}"),
        ];
        noticed(&files, &format!(r#"{{"a":{service}}}"#)).join(", ")
    };
    let copied = "FROM python:3\nWORKDIR /srv\nCOPY app app\n";
    for (dockerfile, service, expected) in [
        (copied, r#"{"command":["python","run.py"]}"#, "a lacks /srv/run.py"),
        (copied, r#"{"command":["python","app/main.py"]}"#, ""),
        (copied, r#"{"command":["python","main.py"],"working_dir":"/srv/app"}"#, ""),
        (copied, r#"{"command":["python","-m","app.worker"]}"#, "a lacks /srv/app/worker.py"),
        (copied, r#"{"command":["python","-m","celery"]}"#, ""),
        (copied, r#"{"entrypoint":["./start.sh"]}"#, "a lacks /srv/start.sh"),
        // A mount, a base and a step of the build may bring it.
        (
            copied,
            r#"{"command":["python","run.py"],"volumes":[{"type":"volume","source":"x","target":"/srv"}]}"#,
            "",
        ),
        (
            copied,
            r#"{"command":["python","run.py"],"volumes":[{"type":"bind","source":"/tree/a","target":"/srv"}]}"#,
            "",
        ),
        ("FROM own/base\nWORKDIR /srv\n", r#"{"command":["python","run.py"]}"#, ""),
        (
            "FROM python:3\nRUN git clone x /srv\nWORKDIR /srv\n",
            r#"{"command":["python","run.py"]}"#,
            "",
        ),
        (
            "FROM python:3\nWORKDIR /srv\nCOPY --from=own /x /srv\n",
            r#"{"command":["python","run.py"]}"#,
            "",
        ),
        (
            "FROM node:22\nCOPY package.json /app/\nWORKDIR /app\nCMD npm start\n",
            "{}",
            "a: npm run start true",
        ),
        (
            "FROM node:22\nCOPY package.json /app/\nWORKDIR /app\nCMD yarn run serve\n",
            "{}",
            "a: yarn run serve false",
        ),
        ("FROM node:22\nWORKDIR /app\nCMD npm start\n", "{}", ""),
    ] {
        assert_eq!(with(dockerfile, service), expected, "{dockerfile} {service}");
    }
}

#[test]
fn settings_with_a_prefix_read_other_names() {
    let python = "FROM python:3\nCOPY . /app\n";
    let with = |settings: &str, variables: &str| {
        let files = [("a/Dockerfile", python), ("a/settings.py", settings)];
        noticed(&files, &format!(r#"{{"a":{{"environment":{variables}}}}}"#)).join(", ")
    };
    let settings = "class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix=\"APP_\")\n    MODE: str\n";
    for (settings, variables, expected) in [
        (settings, r#"{"MODE":"x"}"#, r#"MODE: [("a", "APP_MODE")]"#),
        (settings, r#"{"APP_MODE":"x"}"#, ""),
        (settings, r#"{"MODE":"x","APP_MODE":"x"}"#, ""),
        (&settings.replace("str", "str = Field(validation_alias=\"MODE\")"), r#"{"MODE":"x"}"#, ""),
        (&settings.replace("APP_", ""), r#"{"MODE":"x"}"#, ""),
        (
            "import os\nx = os.environ[\"A_MODE\"]\n",
            r#"{"MODE":"x"}"#,
            r#"MODE: [("a", "A_MODE")]"#,
        ),
        ("import os\nx = os.environ[\"B_MODE\"]\n", r#"{"MODE":"x"}"#, ""),
    ] {
        assert_eq!(with(settings, variables), expected, "{settings} {variables}");
    }
}
