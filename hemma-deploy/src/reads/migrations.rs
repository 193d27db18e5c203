//! Migrations in the repository that nothing applies.

use std::collections::BTreeMap;

use hemma_docker::compose::Spot;

use super::notice::{Notice, Noticed};
use super::project::Service;
use super::repository::{Repository, below, ends};
use super::scene::{Scene, Seen};

/// A tool with migrations.
struct Tool {
    name: &'static str,
    /// The command that applies them.
    command: &'static str,
    /// What a line has that applies them, or that makes the tables without them.
    marks: &'static [&'static str],
}

const TOOLS: [Tool; 6] = [
    Tool {
        name: "Alembic",
        command: "alembic upgrade head",
        marks: &[
            "upgrade head",
            "command.upgrade(",
            "\"upgrade\"",
            "create_all",
            "run_migrations",
            "alembic upgrade",
        ],
    },
    Tool {
        name: "Prisma",
        command: "npx prisma migrate deploy",
        marks: &["migrate deploy", "db push", "migrate:deploy"],
    },
    Tool {
        name: "Rails",
        command: "bin/rails db:prepare",
        marks: &["db:migrate", "db:prepare", "db:setup", "db:schema:load"],
    },
    Tool {
        name: "Django",
        command: "python manage.py migrate",
        marks: &[
            "manage.py migrate",
            "manage migrate",
            "\"migrate\"",
            "'migrate'",
            "django-admin migrate",
        ],
    },
    Tool {
        name: "Knex",
        command: "npx knex migrate:latest",
        marks: &["migrate:latest", "migrate.latest", "migrate.up"],
    },
    Tool { name: "Flyway", command: "flyway migrate", marks: &["flyway"] },
];

pub(super) fn notices(scene: &Scene<'_>) -> Vec<Noticed> {
    let mut found: BTreeMap<&str, (Vec<String>, Vec<Spot>, &Tool)> = BTreeMap::new();
    for (tool, directory, file) in all(scene.repository) {
        // Of several services with the same files, one is enough.
        let own: Vec<&Seen<'_>> = scene.built().filter(|it| it.has(&file)).collect();
        let Some(service) = own.first().map(|it| it.service.name.clone()) else { continue };
        if own.iter().any(|it| applies(tool, it, &directory, scene)) {
            continue;
        }
        let entry = found.entry(tool.name).or_insert_with(|| (Vec::new(), Vec::new(), tool));
        if !entry.0.contains(&service) {
            entry.0.push(service);
            entry.1.push(Spot { file, line: 1 });
        }
    }
    let noticed = |(services, spots, tool): (Vec<String>, Vec<Spot>, &Tool)| {
        let (tool, command) = (tool.name.to_owned(), tool.command.to_owned());
        Noticed::new(Notice::MigrationsNotRun { services, tool, command }, spots)
    };
    found.into_values().map(noticed).collect()
}

/// The tools with migrations in the repository, each with its directory and a file that shows it.
fn all(repository: &Repository) -> Vec<(&'static Tool, String, String)> {
    let mut found = Vec::new();
    for file in repository.files() {
        let (directory, name) = file.rsplit_once('/').unwrap_or(("", file));
        let has = |end: &str| {
            repository
                .files()
                .any(|it| below(it, directory).is_some_and(|rest| is_migration(rest, end)))
        };
        let at = match name {
            "alembic.ini" if has("versions/*.py") => 0,
            "schema.prisma" if has("migrations/*.sql") => 1,
            "Rakefile" if has("db/migrate/*.rb") => 2,
            "manage.py" if has("migrations/0001_*.py") => 3,
            "knexfile.js" | "knexfile.ts" | "knexfile.cjs" | "knexfile.mjs"
                if has("migrations/*") =>
            {
                4
            }
            "flyway.conf" | "flyway.toml" if has("V*__*.sql") => 5,
            _ => continue,
        };
        found.push((&TOOLS[at], directory.to_owned(), file.to_owned()));
    }
    found
}

/// Whether the rest of a path is a file in a directory: `versions/*.py`.
fn is_migration(rest: &str, end: &str) -> bool {
    let (directory, pattern) = end.rsplit_once('/').unwrap_or(("", end));
    let (own, name) = rest.rsplit_once('/').unwrap_or(("", rest));
    let within = directory.is_empty()
        || own == directory
        || format!("/{own}/").contains(&format!("/{directory}/"));
    within && super::repository::is_like(name, pattern)
}

/// Whether a service applies the migrations of a directory, or another service does it for all.
fn applies(tool: &Tool, seen: &Seen<'_>, directory: &str, scene: &Scene<'_>) -> bool {
    let marks = |text: &str| tool.marks.iter().any(|it| text.contains(it));
    let of_service = |it: &Service| {
        let words = [&it.command, &it.entrypoint].into_iter().flatten().flatten();
        marks(&words.map(String::as_str).collect::<Vec<_>>().join(" "))
    };
    let of_image = || {
        let images = seen.stages.iter();
        let words = images.flat_map(|it| [&it.command, &it.entrypoint]).flatten().flatten();
        marks(&words.map(String::as_str).collect::<Vec<_>>().join(" "))
    };
    // Migrations themselves name their tool.
    let is_other = |file: &str| {
        let rest = below(file, directory);
        !rest.is_some_and(|it| {
            it.contains("migrations/") || it.contains("versions/") || it == "alembic/env.py"
        })
    };
    let lines = scene.lines(seen).filter(|it| !is_comment(&it.text) && is_other(&it.file));
    let in_sources =
        || lines.into_iter().any(|it| marks(&it.text) && runs(&it.file, &it.text, seen, scene));
    // A one-shot service of an image that is made elsewhere may apply them as well.
    scene.services.iter().any(|it| of_service(it.service)) || of_image() || in_sources()
}

fn is_comment(text: &str) -> bool {
    ["#", "//", "*", "\"\"\""].iter().any(|it| text.trim_start().starts_with(it))
}

/// Whether a line is run: one of `package.json` only where something runs its script.
fn runs(file: &str, text: &str, seen: &Seen<'_>, scene: &Scene<'_>) -> bool {
    if !file.ends_with("package.json") {
        return !file.ends_with("Makefile") && !file.ends_with("justfile");
    }
    let Some(name) = text.trim().trim_start_matches('"').split('"').next() else { return false };
    let hooks = ["start", "prestart", "poststart", "serve", "postinstall"];
    let words = [&seen.service.command, &seen.service.entrypoint];
    let mut words = words.into_iter().flatten().flatten().map(String::as_str);
    let of_images = || {
        let images = seen.stages.iter().flat_map(|it| [&it.command, &it.entrypoint]);
        images.flatten().flatten().any(|it| it.contains(name))
    };
    let in_scripts =
        || scene.repository.texts.iter().any(|it| ends(it.0, "sh") && it.1.contains(name));
    hooks.contains(&name) || words.any(|it| it.contains(name)) || of_images() || in_scripts()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_is_known_by_its_place_and_name() {
        for (rest, end, expected) in [
            ("alembic/versions/1_x.py", "versions/*.py", true),
            ("versions/1_x.py", "versions/*.py", true),
            ("app/versions.py", "versions/*.py", false),
            ("migrations/2024_init/migration.sql", "migrations/*.sql", true),
            ("shop/migrations/0001_initial.py", "migrations/0001_*.py", true),
            ("shop/migrations/__init__.py", "migrations/0001_*.py", false),
            ("sql/V1__init.sql", "V*__*.sql", true),
        ] {
            assert_eq!(is_migration(rest, end), expected, "{rest} {end}");
        }
    }
}
