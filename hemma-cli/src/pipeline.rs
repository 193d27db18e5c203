//! A research program of the operator's own, with the URLs of the services that it needs.

use hemma_core::Command;
use hemma_deploy::Config;
use hemma_embed::ServerUrl;
use hemma_tunnel::ForwardName;

use crate::Failure;
use crate::named::EMBEDDINGS;
use crate::verbs::texts::behind;

/// The research program's two options for its services.
const BACKEND: &str = "--backend";
const ONE_URL: &str = "--offload-service-url";
const TWO_URLS: [&str; 2] = ["--language-tool-service-url", "--embedding-service-url"];

/// A program and the services behind the forwards.
#[derive(Debug)]
pub(crate) struct Pipeline {
    words: Vec<String>,
    services: Vec<Service>,
}

#[derive(Debug)]
struct Service {
    forward: ForwardName,
    url: ServerUrl,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("`{BACKEND} hemma` takes `{ONE_URL}` and refuses `{0}`")]
    TwoBackends(&'static str),
    #[error("`{BACKEND} hemma` needs `{ONE_URL} {{{EMBEDDINGS}}}`")]
    NoUrl,
}

impl Pipeline {
    pub(crate) fn new(words: Vec<String>, config: &Config) -> Result<Self, Failure> {
        objection(&words).map_or(Ok(()), Err).map_err(Failure::usage)?;
        let forwards = crate::forwards(&config.forward).map_err(Failure::usage)?;
        let service = |it: &hemma_tunnel::Forward| {
            let forward = it.name().clone();
            behind(config, forward.as_str()).map(|url| Service { forward, url })
        };
        let services = forwards.iter().map(service).collect::<Result<Vec<_>, Failure>>()?;
        behind(config, EMBEDDINGS)?;
        Ok(Self { words, services })
    }

    /// The embedding server, if the program uses it: the program is not started without it.
    pub(crate) fn embeddings(&self) -> Option<&ServerUrl> {
        let mut services = self.services.iter();
        services.find(|it| it.forward.as_str() == EMBEDDINGS).map(|it| &it.url)
    }

    /// Whether the program needs a forward. The offload server itself asks the grammar service, so
    /// a program that names no other service needs no other.
    pub(crate) fn needs(&self, forward: &str) -> bool {
        let named = format!("{{{forward}}}");
        forward == EMBEDDINGS || self.words.iter().any(|it| it.contains(&named))
    }

    /// The program, with URLs in place of `{forward}` and in its environment.
    pub(crate) fn command(&self) -> Command {
        let fill = |word: &String| {
            self.services.iter().fold(word.clone(), |word, it| {
                word.replace(&format!("{{{}}}", it.forward), &it.url.to_string())
            })
        };
        let variables = self.services.iter().map(|it| format!("{}={}", variable(it), it.url));
        // Python buffers output to a file unless it is told not to.
        let prompt = ["PYTHONUNBUFFERED=1".to_owned()];
        let words = self.words.iter().map(fill);
        Command::new("env").arg("--").args(variables.chain(prompt).chain(words))
    }

    /// The program as it was typed.
    pub(crate) fn typed(&self) -> String {
        match &self.words[..] {
            [] => String::new(),
            [program, rest @ ..] => Command::new(program).args(rest).to_string(),
        }
    }
}

/// The name of an environment variable: `HEMMA_LANGUAGE_TOOL_URL`.
fn variable(service: &Service) -> String {
    format!("HEMMA_{}_URL", service.forward.as_str().to_uppercase().replace(['-', '.'], "_"))
}

/// The mistake that the research program would report only after it has loaded everything.
fn objection(words: &[String]) -> Option<Error> {
    let option = |name: &str| {
        words
            .iter()
            .any(|it| it.strip_prefix(name).is_some_and(|it| it.is_empty() || it.starts_with('=')))
    };
    let spaced = words.windows(2).any(|it| it[0] == BACKEND && it[1] == "hemma");
    if !spaced && !words.iter().any(|it| it == "--backend=hemma") {
        return None;
    }
    let refused = TWO_URLS.into_iter().find(|it| option(it)).map(Error::TwoBackends);
    refused.or_else(|| (!option(ONE_URL)).then_some(Error::NoUrl))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipeline(line: &str) -> Result<Pipeline, String> {
        let words = line.split(' ').map(str::to_owned).collect();
        let text = "[[forward]]\nname = \"language-tool\"\nlocal = 18085\nremote = 8085\n\
                    [[forward]]\nname = \"embeddings\"\nlocal = 19000\nremote = 9000\n";
        let config = Config::parse(text, std::path::Path::new("x")).expect("it is right");
        let said = |it: Failure| it.chain().next().expect("one").to_string();
        Pipeline::new(words, &config).map_err(said)
    }

    #[test]
    fn urls_stand_in_the_arguments_and_in_the_environment() {
        let given =
            pipeline("pdm run x --url={embeddings} {other} {language-tool}/v1").expect("so");
        assert_eq!(
            given.command().to_string(),
            "env -- HEMMA_LANGUAGE_TOOL_URL=http://127.0.0.1:18085 \
             HEMMA_EMBEDDINGS_URL=http://127.0.0.1:19000 PYTHONUNBUFFERED=1 pdm run x \
             --url=http://127.0.0.1:19000 '{other}' http://127.0.0.1:18085/v1"
        );
        assert!(given.needs("embeddings") && given.needs("language-tool"));
        assert!(!pipeline("true").expect("so").needs("language-tool"));
    }

    #[test]
    fn what_the_program_would_refuse_is_refused_at_once() {
        let needs = "`--backend hemma` needs `--offload-service-url {embeddings}`";
        let takes =
            "`--backend hemma` takes `--offload-service-url` and refuses `--embedding-service-url`";
        let rows = [
            ("x run --backend hemma --offload-service-url {embeddings}", None),
            ("x run --backend=hemma --offload-service-url={embeddings}", None),
            ("x ablation --embedding-service-url {embeddings}", None),
            ("x run --backend hemma", Some(needs)),
            ("x run --backend=hemma --embedding-service-url=y", Some(takes)),
            ("x run --backend local", None),
        ];
        for (line, expected) in rows {
            assert_eq!(pipeline(line).err().as_deref(), expected, "{line}");
        }
    }
}
