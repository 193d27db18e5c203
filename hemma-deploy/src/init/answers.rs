//! What the operator says: by flags, or in answer to a question.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use hemma_core::Host;
use hemma_core::names::{
    BranchName, CheckoutPath, ComposeFile, DomainName, Port, ProfileName, ProjectName, RemoteUrl,
    ServiceName,
};

use super::Source;

/// The values that the operator gave.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// `--host`
    pub host: Option<(Host, Said)>,
    /// `--checkout`
    pub checkout: Option<CheckoutPath>,
    /// `--project`
    pub project: Option<(ProjectName, Said)>,
    /// `--remote`
    pub remote: Option<RemoteUrl>,
    /// `--branch`
    pub branch: Option<BranchName>,
    /// `--file`, in order.
    pub files: Option<(Vec<ComposeFile>, Said)>,
    /// What a `hemma.toml` that is there says. A stack that runs counts more, so that a wrong name
    /// is seen.
    pub kept: Option<(ProjectName, Vec<ComposeFile>)>,
    /// `--profile`
    pub profiles: Option<(Vec<ProfileName>, Said)>,
    /// `--public NAME=SERVICE`
    pub public: Vec<(DomainName, ServiceName, Said)>,
    /// Services that have no public name after all.
    pub not_public: BTreeSet<String>,
    /// `--edge`: where the public names lead. Without a value there is no answer to be had.
    pub edge: Option<(Option<Edge>, Said)>,
    /// `--open`: ports that other machines may reach.
    pub open: BTreeSet<u16>,
    /// Published ports that are not meant to be open.
    pub closed: BTreeSet<u16>,
}

/// Whether a value was given by a flag or typed as an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// By a flag.
    Flag,
    /// As an answer.
    Typed,
}

impl Said {
    /// The source of a value that was said in this way.
    pub fn source(self, flag: &'static str) -> Source {
        match self {
            Self::Flag => Source::Flag(flag),
            Self::Typed => Source::Answer,
        }
    }
}

/// Where public names should lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edge {
    /// To the host's own name.
    Name(DomainName),
    /// To addresses.
    Addresses(Vec<IpAddr>),
}

/// A value that has no sound guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The subject.
    pub about: About,
    /// The question.
    pub words: String,
    /// The value for an empty answer, if there is one.
    pub guess: Option<String>,
    /// The flag that answers it.
    pub flag: String,
    /// What a draft does without an answer.
    pub otherwise: &'static str,
}

/// The subject of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The host's alias.
    Host,
    /// Which of several stacks on the host.
    Project,
    /// The compose files.
    Files,
    /// The profiles that are live.
    Profiles,
    /// The public name of a service.
    Public(String),
    /// Where the public names lead.
    Edge,
    /// Whether a port may be open.
    Open(u16),
}

/// Why an answer was not understood.
pub type Wrong = String;

impl Answers {
    /// Takes an answer that was typed. An empty one takes the guess, or leaves the value out.
    pub fn take(&mut self, question: &Question, text: &str) -> Result<(), Wrong> {
        let typed = text.trim();
        let text = if typed.is_empty() { question.guess.as_deref().unwrap_or("") } else { typed };
        let words = || text.split([' ', ',']).filter(|it| !it.is_empty());
        let said = Said::Typed;
        match &question.about {
            About::Host => self.host = Some((read(text)?, said)),
            About::Project => self.project = Some((read(text)?, said)),
            About::Files => {
                let files: Vec<ComposeFile> = words().map(read).collect::<Result<_, _>>()?;
                if files.is_empty() {
                    return Err("at least one file is needed".to_owned());
                }
                self.files = Some((files, said));
            }
            About::Profiles => {
                let profiles = words().map(read).collect::<Result<Vec<ProfileName>, _>>()?;
                self.profiles = Some((profiles, said));
            }
            About::Public(service) => {
                let name: ServiceName = read(service)?;
                let names = words().map(read).collect::<Result<Vec<DomainName>, _>>()?;
                if names.is_empty() {
                    self.not_public.insert(service.clone());
                }
                self.public.extend(names.into_iter().map(|it| (it, name.clone(), said)));
            }
            About::Edge if text.is_empty() => self.edge = Some((None, said)),
            About::Edge => self.edge = Some((Some(text.parse()?), said)),
            About::Open(port) => match text.to_lowercase().as_str() {
                "y" | "yes" => drop(self.open.insert(*port)),
                "" | "n" | "no" => drop(self.closed.insert(*port)),
                _ => return Err("answer y or n".to_owned()),
            },
        }
        Ok(())
    }

    /// Whether a port may be open, as far as it was said.
    pub(super) fn may_be_open(&self, port: u16) -> Option<bool> {
        let said = |ports: &BTreeSet<u16>| ports.contains(&port);
        said(&self.open).then_some(true).or_else(|| said(&self.closed).then_some(false))
    }

    /// The ports of `--open` as settings have them.
    pub(super) fn as_port(port: u16) -> Option<Port> {
        Port::try_from(port).ok()
    }
}

fn read<T: FromStr<Err: fmt::Display>>(text: &str) -> Result<T, Wrong> {
    text.parse().map_err(|it: T::Err| it.to_string())
}

impl FromStr for Edge {
    type Err = Wrong;

    fn from_str(text: &str) -> Result<Self, Wrong> {
        let words = || text.split([' ', ',']).filter(|it| !it.is_empty());
        let addresses: Option<Vec<IpAddr>> = words().map(|it| it.parse().ok()).collect();
        match addresses.filter(|it| !it.is_empty()) {
            Some(addresses) => Ok(Self::Addresses(addresses)),
            None => read(text).map(Self::Name),
        }
    }
}
