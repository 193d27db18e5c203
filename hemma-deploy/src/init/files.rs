//! Which compose files are meant for the host.

use hemma_core::names::ComposeFile;
use hemma_docker::compose::Outline;

use super::{About, Answers, Question, Source, Stack};
use crate::config::Surroundings;

/// The chosen files.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The files in order; none where only the operator can say.
    pub files: Vec<ComposeFile>,
    /// Why these.
    pub source: Source,
    /// The question, where the choice is not certain.
    pub question: Option<Question>,
    /// Files of the running stack that are not in the repository.
    pub elsewhere: Vec<String>,
}

/// The words in the name of a file for the host, as in `compose.prod.yml`.
const LIVE: [&str; 5] = ["prod", "production", "live", "server", "deploy"];

/// Chooses among the compose files of the repository, which are relative to its root. `read` gives a
/// file's text.
pub fn choose_files(
    all: &[String],
    (answers, stack): (&Answers, Option<&Stack>),
    read: &dyn Fn(&str) -> Option<String>,
) -> Chosen {
    let chosen = |files: Vec<ComposeFile>, source| Chosen {
        files,
        source,
        question: None,
        elsewhere: Vec::new(),
    };
    if let Some((files, said)) = &answers.files {
        return chosen(files.clone(), said.source("--file"));
    }
    if let Some(stack) = stack {
        let (files, elsewhere) = stack.own_files();
        if !files.is_empty() {
            let words = format!("its containers of the project {}", stack.project);
            return Chosen { elsewhere, ..chosen(files, Source::Host(words)) };
        }
    }
    if let Some((_, files)) = &answers.kept {
        return chosen(files.clone(), Source::Answer);
    }
    let mut directories: Vec<&str> = all.iter().map(|it| directory(it)).collect();
    directories.sort_unstable();
    directories.dedup();
    let place = match &directories[..] {
        places if places.contains(&"") => "",
        [one] => *one,
        [] => return chosen(Vec::new(), Source::Guess("no file has a usual name".to_owned())),
        _ => {
            let words =
                format!("Which compose files are for the host? There are {}.", all.join(", "));
            let source = Source::Guess("there are several".to_owned());
            return Chosen { question: Some(question(words, None)), ..chosen(Vec::new(), source) };
        }
    };
    in_directory(all, place, read)
}

fn in_directory(all: &[String], place: &str, read: &dyn Fn(&str) -> Option<String>) -> Chosen {
    let path =
        |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}/{name}") };
    let is_there = |name: &str| all.contains(&path(name));
    let usual = Surroundings::usual_compose_files(is_there);
    let parsed =
        |names: &[String]| names.iter().filter_map(|it| it.parse().ok()).collect::<Vec<_>>();
    let usual: Vec<String> = usual.iter().map(|it| path(it)).collect();
    let live: Vec<&String> =
        all.iter().filter(|it| directory(it) == place && is_for_the_host(it)).collect();
    let chosen = |files: &[String], source, question| Chosen {
        files: parsed(files),
        source,
        question,
        elsewhere: Vec::new(),
    };
    let guess = |why: &str| Source::Guess(why.to_owned());
    match (&usual[..], &live[..]) {
        ([], []) => {
            let here: Vec<String> =
                all.iter().filter(|it| directory(it) == place).cloned().collect();
            if let [one] = &here[..] {
                let why = format!("{one} is the only compose file");
                return chosen(&here, guess(&why), None);
            }
            let words =
                format!("Which compose files are for the host? There are {}.", here.join(", "));
            chosen(&[], guess("there are several"), Some(question(words, None)))
        }
        (_, []) => chosen(&usual, Source::Repository("the files that Compose finds"), None),
        ([], [one]) => {
            let files = [(*one).clone()];
            chosen(&files, guess("its name is that of a file for a server"), None)
        }
        (_, [live, ..]) => {
            let is_whole = {
                let outline = Outline::of_files(&[live.as_str()], read);
                let whole = outline.services.values().all(|it| it.image.is_some() || it.is_built);
                whole && !outline.services.is_empty()
            };
            let mut files: Vec<String> = usual.iter().take(1).cloned().collect();
            if is_whole {
                files.clear();
            }
            files.push((*live).clone());
            let words =
                format!("Which compose files are for the host, in which order? {live} looks so.");
            let ask = question(words, Some(files.join(" ")));
            chosen(
                &files,
                guess("the name of the last one is that of a file for a server"),
                Some(ask),
            )
        }
    }
}

fn question(words: String, guess: Option<String>) -> Question {
    let (flag, about) = ("--file FILE".to_owned(), About::Files);
    let otherwise = if guess.is_some() { "the guess is used" } else { "no files are named" };
    Question { about, words, guess, flag, otherwise }
}

fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |it| it.0)
}

/// Whether the name of a compose file is that of one for a server.
fn is_for_the_host(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.trim_end_matches(".yml").trim_end_matches(".yaml");
    stem.split(['.', '-', '_']).any(|it| LIVE.contains(&it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_for_the_host_are_chosen_by_their_names_and_places() {
        let whole = "services: {web: {image: nginx}}";
        let part = "services: {web: {restart: always}}";
        let rows: [(&[&str], &str, &[&str], bool); 10] = [
            (&["compose.yaml"], whole, &["compose.yaml"], false),
            (
                &["compose.yaml", "compose.override.yml"],
                whole,
                &["compose.yaml", "compose.override.yml"],
                false,
            ),
            (
                &["docker-compose.yml", "docker-compose.override.yml", "docker-compose.prod.yml"],
                part,
                &["docker-compose.yml", "docker-compose.prod.yml"],
                true,
            ),
            (
                &["docker-compose.yml", "docker-compose.prod.yml"],
                whole,
                &["docker-compose.prod.yml"],
                true,
            ),
            (
                &["docker-compose.production.yaml"],
                whole,
                &["docker-compose.production.yaml"],
                false,
            ),
            (&["deploy/compose.yml"], whole, &["deploy/compose.yml"], false),
            (&["a/compose.yml", "b/compose.yml"], whole, &[], true),
            (&["compose.yml", "b/compose.yml"], whole, &["compose.yml"], false),
            (&["docker-compose.local.yml"], whole, &["docker-compose.local.yml"], false),
            (&[], whole, &[], false),
        ];
        for (all, text, files, asked) in rows {
            let all: Vec<String> = all.iter().map(|it| (*it).to_owned()).collect();
            let read = |_: &str| Some(text.to_owned());
            let chosen = choose_files(&all, (&Answers::default(), None), &read);
            assert_eq!(chosen.files, files, "{all:?}");
            assert_eq!(chosen.question.is_some(), asked, "{all:?}");
        }
    }
}
