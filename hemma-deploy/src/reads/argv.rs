//! What a command line starts.

use super::repository::ends;
use super::shell::segments;

/// The thing that a command line starts, as far as a repository has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Start {
    /// A file, run by an interpreter or by itself.
    File { interpreter: String, path: String },
    /// A module of Python, and the directory that it is looked for in.
    Module { module: String, directory: Option<String> },
    /// A script that a package lists.
    Script { manager: String, name: String, project: Option<String> },
}

impl Start {
    /// The words that start it, and no others.
    pub(super) fn words(&self) -> String {
        match self {
            Self::File { interpreter, path } => {
                format!("{interpreter} {path}").trim_start().to_owned()
            }
            Self::Module { module, .. } => module.clone(),
            Self::Script { manager, name, .. } => format!("{manager} run {name}"),
        }
    }
}

/// Programs that start the words behind them.
const WRAPPERS: [&str; 10] = [
    "exec",
    "tini",
    "dumb-init",
    "env",
    "nice",
    "ionice",
    "time",
    "bundle",
    "opentelemetry-instrument",
    "ddtrace-run",
];

/// Programs that serve an application by the name of its module.
const SERVERS: [&str; 4] = ["uvicorn", "gunicorn", "hypercorn", "daphne"];

/// The longest chain of programs that start each other.
const DEPTH_MAX: usize = 8;

/// What a command line starts; several things where it is a line of shell.
pub(super) fn starts(words: &[String]) -> Vec<Start> {
    let mut found = Vec::new();
    follow(words, &mut found, 0);
    found
}

fn follow(words: &[String], found: &mut Vec<Start>, depth: usize) {
    let Some((program, rest)) = words.split_first().filter(|_| depth < DEPTH_MAX) else { return };
    let name = program.rsplit('/').next().unwrap_or(program);
    match name {
        "sh" | "bash" | "dash" | "ash" => shell(name, rest, found, depth),
        it if WRAPPERS.contains(&it) => {
            let skipped = rest
                .iter()
                .take_while(|it| it.starts_with('-') || it.contains('=') || *it == "exec");
            let skipped = skipped.count();
            follow(&rest[skipped..], found, depth + 1);
        }
        "gosu" | "su-exec" | "setpriv" => {
            follow(rest.get(1..).unwrap_or_default(), found, depth + 1);
        }
        "poetry" | "pdm" | "uv" | "pipenv" => managed(name, rest, found, depth),
        "npm" | "pnpm" | "yarn" => package(name, rest, found),
        it if it == "python" || it.starts_with("python3") => python(rest, found),
        "node" | "ruby" => {
            if let Some(path) = first_plain(rest, &["-r", "--require", "--import", "-I"]) {
                found.push(Start::File { interpreter: name.to_owned(), path });
            }
        }
        it if SERVERS.contains(&it) => served(rest, found),
        "celery" => celery(rest, found),
        _ if is_script(program) => {
            found.push(Start::File { interpreter: String::new(), path: program.clone() });
            // Such a script usually runs the words behind it.
            follow(rest, found, depth + 1);
        }
        _ => {}
    }
}

/// Whether a program is a script of an application: by its path and its ending.
fn is_script(program: &str) -> bool {
    program.contains('/') && (ends(program, "sh") || ends(program, "py"))
}

fn shell(name: &str, rest: &[String], found: &mut Vec<Start>, depth: usize) {
    let (options, rest) = rest.split_at(rest.iter().take_while(|it| it.starts_with('-')).count());
    let Some(first) = rest.first() else { return };
    if !options.iter().any(|it| it.ends_with('c')) {
        found.push(Start::File { interpreter: name.to_owned(), path: first.clone() });
        return;
    }
    let all = segments(first);
    // Where the directory changes, paths are not what they seem.
    if all.iter().any(|it| ["cd", "pushd"].contains(&it.words[0].as_str())) {
        return;
    }
    for it in all.iter().filter(|it| !it.may_fail) {
        follow(&it.words, found, depth + 1);
    }
}

fn python(rest: &[String], found: &mut Vec<Start>) {
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-m" => {
                let Some(module) = words.next() else { return };
                let behind: Vec<String> = words.cloned().collect();
                match module.as_str() {
                    it if SERVERS.contains(&it) => served(&behind, found),
                    "celery" => celery(&behind, found),
                    it => found.push(Start::Module { module: it.to_owned(), directory: None }),
                }
                return;
            }
            "-c" | "-" => return,
            "-W" | "-X" => {
                words.next();
            }
            it if it.starts_with('-') => {}
            path => {
                return found
                    .push(Start::File { interpreter: "python".to_owned(), path: path.to_owned() });
            }
        }
    }
}

/// `pkg.module:app`, with the directory that it is looked for in.
fn served(words: &[String], found: &mut Vec<Start>) {
    let is_module =
        |it: &&String| it.contains(':') && it.split_once(':').is_some_and(|it| is_dotted(it.0));
    let Some(module) = words.iter().find(is_module) else { return };
    let module = module.split(':').next().unwrap_or_default().to_owned();
    found.push(Start::Module { module, directory: option(words, &["--app-dir", "--chdir"]) });
}

fn celery(words: &[String], found: &mut Vec<Start>) {
    let Some(module) = option(words, &["-A", "--app"]) else { return };
    let module = module.split(':').next().unwrap_or_default().to_owned();
    // `-A pkg.module.app` may name an object of a module.
    if is_dotted(&module) && !module.contains('.') {
        found.push(Start::Module { module, directory: option(words, &["--workdir"]) });
    }
}

fn option(words: &[String], names: &[&str]) -> Option<String> {
    let at =
        words.iter().position(|it| names.contains(&it.split('=').next().unwrap_or_default()))?;
    match words[at].split_once('=') {
        Some((_, value)) => Some(value.to_owned()),
        None => words.get(at + 1).cloned(),
    }
}

fn is_dotted(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|it| {
            let begins = it.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
            begins && it.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
        })
}

/// `pdm run [-p DIR] NAME …`: a program, or a script of the project.
fn managed(manager: &str, rest: &[String], found: &mut Vec<Start>, depth: usize) {
    if rest.first().is_none_or(|it| it != "run") {
        return;
    }
    let project = option(rest, &["-p", "--project", "--directory"]);
    let with_value = ["-p", "--project", "--directory", "--with", "--extra", "--group", "-G"];
    let Some(at) = first_plain_at(&rest[1..], &with_value).map(|it| it + 1) else { return };
    let before = found.len();
    follow(&rest[at..], found, depth + 1);
    let name = &rest[at];
    if before == found.len() && !name.contains(['/', '.']) {
        found.push(Start::Script { manager: manager.to_owned(), name: name.clone(), project });
    }
}

fn package(manager: &str, rest: &[String], found: &mut Vec<Start>) {
    let project = option(rest, &["--prefix", "--cwd", "-C", "--dir"]);
    let filters = ["--workspace", "-w", "--filter", "-F", "workspace", "workspaces", "-ws"];
    let with_value = ["--prefix", "--cwd", "-C", "--dir"];
    if rest.iter().any(|it| filters.contains(&it.split('=').next().unwrap_or_default())) {
        return;
    }
    let Some(at) = first_plain_at(rest, &with_value) else { return };
    let name = match rest[at].as_str() {
        "run" | "run-script" => first_plain(&rest[at + 1..], &with_value),
        "start" => Some("start".to_owned()),
        _ => None,
    };
    found.extend(name.map(|name| Start::Script { manager: manager.to_owned(), name, project }));
}

fn first_plain(words: &[String], with_value: &[&str]) -> Option<String> {
    first_plain_at(words, with_value).map(|at| words[at].clone())
}

/// The place of the first word that is neither an option nor the value of one.
fn first_plain_at(words: &[String], with_value: &[&str]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if !word.starts_with('-') {
            return Some(at);
        }
        at += if with_value.contains(&word.as_str()) { 2 } else { 1 };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_says_what_it_starts() {
        let shown = |line: &str| {
            let words: Vec<String> = crate::dockerfile::split(line, '\\');
            let shown = starts(&words).into_iter().map(|it| match it {
                Start::File { interpreter, path } => format!("{interpreter} file {path}"),
                Start::Module { module, directory: None } => format!("module {module}"),
                Start::Module { module, directory: Some(it) } => format!("module {module} in {it}"),
                Start::Script { manager, name, project } => {
                    format!(
                        "{manager} script {name}{}",
                        project.map(|it| format!(" in {it}")).unwrap_or_default()
                    )
                }
            });
            shown.collect::<Vec<_>>().join(", ")
        };
        for (line, expected) in [
            ("python -u app.py --x", "python file app.py"),
            ("python3.12 -m pkg.worker", "module pkg.worker"),
            ("python -m uvicorn pkg.main:app --host 0.0.0.0", "module pkg.main"),
            ("python -c 'import x'", ""),
            ("uvicorn --app-dir src pkg.main:app", "module pkg.main in src"),
            ("gunicorn -b 0.0.0.0:8000 pkg.wsgi:application", "module pkg.wsgi"),
            ("celery -A worker worker -l info", "module worker"),
            ("celery -A pkg.app worker", ""),
            ("pdm run start", "pdm script start"),
            ("pdm run -p /app python services/x/app.py", "python file services/x/app.py"),
            ("poetry run uvicorn app:app", "module app"),
            ("uv run --no-dev main.py", ""),
            ("npm run start:prod", "npm script start:prod"),
            ("npm start", "npm script start"),
            ("npm --prefix web run serve", "npm script serve in web"),
            ("yarn workspace web start", ""),
            ("node --enable-source-maps dist/main.js", "node file dist/main.js"),
            ("node -r dotenv/config server.js", "node file server.js"),
            ("sh -c 'alembic upgrade head && exec python app.py'", "python file app.py"),
            ("sh -c 'cd /x && python app.py'", ""),
            ("bash start.sh", "bash file start.sh"),
            ("./entrypoint.sh node server.js", " file ./entrypoint.sh, node file server.js"),
            ("/docker-entrypoint.sh nginx", " file /docker-entrypoint.sh"),
            ("tini -- python app.py", "python file app.py"),
            ("gosu app python app.py", "python file app.py"),
            ("redis-server --port 1", ""),
            ("", ""),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
        assert!(starts(&vec!["exec".to_owned(); 100_000]).is_empty());
    }
}
