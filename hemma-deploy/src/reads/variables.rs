//! Variables that the compose files set, where the service reads one of another name.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use hemma_docker::compose::Spot;

use super::notice::{Notice, Noticed};
use super::repository::Line;
use super::scene::{Scene, Seen};

/// What a line has that reads variables of the environment.
const IDIOMS: [&str; 15] = [
    "environ",
    "getenv",
    "process.env",
    "env::var",
    "import.meta.env",
    "Deno.env",
    "LookupEnv",
    "GetEnvironmentVariable",
    "ENV[",
    "ENV.",
    "env(",
    "env.",
    "Getenv",
    "alias",
    "Alias",
];

/// The shortest name whose misspelling is looked for.
const LENGTH_MIN: usize = 8;

/// The variables that a service reads, each with its place.
#[derive(Debug, Default)]
struct Reads<'l> {
    /// By the very name.
    named: BTreeMap<String, Spot>,
    /// By a field of settings with a prefix: the field and the whole name.
    fields: Vec<(String, String, Spot)>,
    /// All words, and those in quotes or of a shell.
    words: HashSet<&'l str>,
    quoted: HashSet<&'l str>,
}

pub(super) fn notices(scene: &Scene<'_>) -> Vec<Noticed> {
    let mut missed: BTreeMap<String, Vec<(String, String, Spot)>> = BTreeMap::new();
    for seen in scene.built() {
        let lines: Vec<&Line> = scene.lines(seen).collect();
        let reads = Reads::of(&lines);
        for set in seen.service.variables.keys() {
            if let Some((read, spot)) = meant(set, seen, &reads) {
                let name = seen.service.name.clone();
                missed.entry(set.clone()).or_default().push((name, read, spot));
            }
        }
    }
    let noticed = |(set, found): (String, Vec<(String, String, Spot)>)| {
        let in_compose = found.first().and_then(|it| scene.repository.compose_spot(&it.0, &set));
        let spots: BTreeSet<Spot> = found.iter().map(|it| it.2.clone()).chain(in_compose).collect();
        let reads = found.into_iter().map(|it| (it.0, it.1)).collect();
        Noticed::new(Notice::VariableMissed { set, reads }, spots)
    };
    missed.into_iter().map(noticed).collect()
}

/// The variable that the service reads in the place of `set`, and where.
fn meant(set: &str, seen: &Seen<'_>, reads: &Reads<'_>) -> Option<(String, Spot)> {
    let is_given = |it: &str| {
        let of_image = || seen.stages.iter().any(|image| image.variables.contains_key(it));
        seen.service.variables.contains_key(it) || of_image()
    };
    let is_read = reads.named.contains_key(set) || reads.fields.iter().any(|it| it.1 == set);
    if is_read || reads.quoted.contains(set) {
        return None;
    }
    let of_field = reads.fields.iter().find(|it| it.0 == set && !is_given(&it.1));
    if let Some((_, name, spot)) = of_field {
        return Some((name.clone(), spot.clone()));
    }
    // The very word somewhere else may be a read of a kind that is not known here.
    if reads.words.contains(set) {
        return None;
    }
    let others = reads.named.iter().filter(|it| !is_given(it.0));
    let prefixed = |read: &str| {
        let prefix = read.strip_suffix(set).and_then(|it| it.strip_suffix('_'));
        prefix.is_some_and(|it| it.eq_ignore_ascii_case(&seen.service.name.replace('-', "_")))
    };
    let near = |it: &(&String, &Spot)| prefixed(it.0) || is_misspelt(set, it.0);
    others.into_iter().find(near).map(|it| (it.0.clone(), it.1.clone()))
}

impl<'l> Reads<'l> {
    fn of(lines: &[&'l Line]) -> Self {
        let mut reads = Self::default();
        let mut prefixes: BTreeMap<&str, String> = BTreeMap::new();
        for it in lines {
            for (word, is_quoted) in words(&it.text) {
                reads.words.insert(word);
                reads.quoted.extend(is_quoted.then_some(word));
            }
            if let Some(prefix) = prefix(&it.text) {
                prefixes.insert(&it.file, prefix);
            }
            if IDIOMS.iter().any(|idiom| it.text.contains(idiom)) {
                for name in names(&it.text) {
                    reads.named.entry(name).or_insert_with(|| it.spot());
                }
            }
        }
        for it in lines {
            let (Some(prefix), Some(field)) = (prefixes.get(it.file.as_str()), field(&it.text))
            else {
                continue;
            };
            let name = format!("{prefix}{field}").to_uppercase();
            reads.fields.push((field.to_uppercase(), name, it.spot()));
        }
        reads
    }
}

/// The prefix in `env_prefix="APP_"`.
fn prefix(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("env_prefix")?;
    let rest = rest.trim_start_matches([' ', '=', ':', '"', '\'']);
    let end = rest.find(['"', '\'']).filter(|it| *it > 0)?;
    Some(rest[..end].to_uppercase())
}

/// The name in a field of settings, `    NAME: type`, that has no other name for the environment.
fn field(text: &str) -> Option<&str> {
    if !text.starts_with([' ', '\t']) || text.contains("alias") || text.contains("env=") {
        return None;
    }
    let (name, _) = text.trim_start().split_once(':')?;
    let name = name.trim_end();
    let is_name =
        !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    is_name.then_some(name)
}

/// The names of variables on a line that reads some: in quotes, or behind `env.`.
fn names(text: &str) -> Vec<String> {
    let part = |it: char| it.is_ascii_uppercase() || it.is_ascii_digit() || it == '_';
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(from) = text[at..].find(|it: char| it.is_ascii_uppercase()).map(|it| at + it) {
        let to = text[from..].find(|it| !part(it)).map_or(text.len(), |it| from + it);
        let is_begun = text[..from].ends_with(['"', '\'', '`']) || text[..from].ends_with("env.");
        let is_ended = !text[to..].starts_with(|it: char| it.is_alphanumeric());
        if is_begun && is_ended && to - from > 2 {
            found.push(text[from..to].to_owned());
        }
        at = to.max(from + 1);
    }
    found
}

/// The words of a line that may be names, and whether each is in quotes or a variable of a shell.
fn words(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let part = |it: char| it.is_alphanumeric() || it == '_';
    let words = text.split(move |it| !part(it)).filter(|it| it.len() > 2);
    let at = |word: &str| word.as_ptr().addr() - text.as_ptr().addr();
    words.map(move |it| (it, text[..at(it)].ends_with(['"', '\'', '`', '$', '{'])))
}

/// Whether one name is the other with one or two letters changed, left out or added.
fn is_misspelt(set: &str, read: &str) -> bool {
    let digits = |it: &str| it.chars().filter(char::is_ascii_digit).collect::<String>();
    let is_long = set.len().min(read.len()) >= LENGTH_MIN;
    is_long
        && set.chars().next() == read.chars().next()
        && digits(set) == digits(read)
        && is_plausible(set, read)
        && (1..=2).contains(&distance(set, read))
}

/// Words that are near each other and mean different things, such as `_MIN` and `_MAX`, are told apart
/// by the part of the name that differs: it is long where it is misspelt.
fn is_plausible(set: &str, read: &str) -> bool {
    let (one, other): (Vec<&str>, Vec<&str>) =
        (set.split('_').collect(), read.split('_').collect());
    if one.len() != other.len() {
        return set.replace('_', "") == read.replace('_', "");
    }
    let mut differ = one.iter().zip(&other).filter(|(one, other)| one != other);
    differ.next().is_some_and(|(one, other)| one.len().min(other.len()) >= 5)
        && differ.next().is_none()
}

/// How many letters must change.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], at + 1);
        for (to, own) in other.iter().enumerate() {
            let change = corner + usize::from(letter != *own);
            corner = row[to + 1];
            row[to + 1] = change.min(row[to] + 1).min(corner + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_lines() {
        let shown = |text: &str| names(text).join(" ");
        for (text, expected) in [
            (r#"x = os.environ["DATABASE_URL"]"#, "DATABASE_URL"),
            (r#"os.getenv('A_B', "NO thing")"#, "A_B"),
            ("const a = process.env.API_KEY || X", "API_KEY"),
            (r#"Field(validation_alias=AliasChoices("ONE", "TWO"))"#, "ONE TWO"),
            ("env::var(\"ÄPFEL\")", ""),
            ("settings.ENVIRONMENT", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
        assert_eq!(
            prefix(r#"SettingsConfigDict(env_prefix="app_", x=1)"#).as_deref(),
            Some("APP_")
        );
        assert_eq!(prefix("env_prefix=\"\""), None);
        assert_eq!(field("    ENVIRONMENT: str = \"x\""), Some("ENVIRONMENT"));
        assert_eq!((field("ENVIRONMENT: str"), field("    if x: y")), (None, None));
    }

    #[test]
    fn a_misspelt_name_is_told_from_another_one() {
        for (set, read, expected) in [
            ("DATABSE_URL", "DATABASE_URL", true),
            ("KAFKA_BOOTSTRAP_SERVER", "KAFKA_BOOTSTRAP_SERVERS", true),
            ("DATABASEURL", "DATABASE_URL", true),
            ("RETRIES_MAX", "RETRIES_MIN", false),
            ("DATABASE_URL1", "DATABASE_URL2", false),
            ("DB_HOST", "DB_PORT", false),
            ("REDIS_HOSTNAME", "REDIS_PASSWORD", false),
            ("WORKER_CLIENT", "WORKER_CLIENT", false),
        ] {
            assert_eq!(is_misspelt(set, read), expected, "{set} {read}");
        }
    }
}
