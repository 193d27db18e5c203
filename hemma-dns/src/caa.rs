//! May this certificate authority issue for this name? (CAA, RFC 8659)

use futures_util::future::join_all;
use hemma_core::World;
use serde::{Deserialize, Serialize};

use crate::{Data, DnsName, Found, Lookup, LookupError, RecordKind, Vantage};

/// The certificate authority that would issue, and its method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The authority's own domain, e.g. `letsencrypt.org`.
    pub domain: String,
    /// The validation method, e.g. `http-01`.
    pub method: String,
    /// Whether the certificate is for `*.name`.
    pub wildcard: bool,
}

impl Issuer {
    /// Let's Encrypt with a challenge on port 80, for the name itself.
    pub fn lets_encrypt() -> Self {
        Self { domain: "letsencrypt.org".to_owned(), method: "http-01".to_owned(), wildcard: false }
    }
}

/// What the CAA records say about an issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// There are no CAA records: every authority may issue.
    Unrestricted,
    /// The records name the issuer.
    Named {
        /// The name that has the records.
        at: DnsName,
    },
    /// The records name the issuer for one account only. Whether that account is ours is not
    /// visible in DNS.
    OneAccount {
        /// The name that has the records.
        at: DnsName,
        /// The account.
        account: String,
    },
    /// The records do not let the issuer issue.
    Forbidden {
        /// The name that has the records.
        at: DnsName,
        /// The record that forbids it, or what is missing.
        because: String,
    },
}

/// Asks for the records of the name and of every name above it, at once; the nearest ones apply.
pub async fn ask(
    world: &World,
    name: &DnsName,
    issuer: &Issuer,
    at: Vantage,
) -> Result<Permission, LookupError> {
    let above: Vec<DnsName> = name.and_above().collect();
    let asked = above.iter().map(|it| Lookup::new(it, RecordKind::Caa, at));
    let answers = join_all(asked.map(async |it| world.ask(&it).await)).await;
    for (at, answer) in above.iter().zip(answers) {
        // A failed lookup above the nearest records does not matter. One below them does: there may
        // be nearer records, and the authority would not issue either.
        let answer = answer?;
        if answer.found == Found::Records {
            return Ok(judge(at, answer.records.iter().map(|it| &it.data), issuer));
        }
    }
    Ok(Permission::Unrestricted)
}

/// Judges the records of one name.
pub fn judge<'r>(
    at: &DnsName,
    records: impl IntoIterator<Item = &'r Data>,
    issuer: &Issuer,
) -> Permission {
    let forbidden = |because: String| Permission::Forbidden { at: at.clone(), because };
    let (mut plain, mut wild) = (Vec::new(), Vec::new());
    for record in records {
        let Data::Caa { critical, tag, value } = record else { continue };
        match tag.as_str() {
            "issue" => plain.push(value.as_str()),
            "issuewild" => wild.push(value.as_str()),
            // These tags do not restrict who may issue here.
            "iodef" | "issuemail" | "issuevmc" | "contactemail" | "contactphone" => {}
            _ if *critical => {
                return forbidden(format!("{record} is critical, and its tag is unknown"));
            }
            _ => {}
        }
    }
    let values = if issuer.wildcard && !wild.is_empty() { wild } else { plain };
    if values.is_empty() {
        return Permission::Unrestricted;
    }
    let ours: Vec<Grant<'_>> = values.iter().map(|it| Grant::parse(it)).collect();
    let named = ours.iter().filter(|it| it.domain.eq_ignore_ascii_case(&issuer.domain));
    let Some(grant) = named.clone().find(|it| it.allows(&issuer.method)) else {
        let shown = values.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
        return forbidden(match named.count() {
            0 => format!("only {shown} may issue"),
            _ => format!("{} is not among the methods of {shown}", issuer.method),
        });
    };
    match grant.of("accounturi") {
        Some(account) => Permission::OneAccount { at: at.clone(), account: account.to_owned() },
        None => Permission::Named { at: at.clone() },
    }
}

/// One grant: `letsencrypt.org; validationmethods=http-01,dns-01`
struct Grant<'v> {
    domain: &'v str,
    parameters: Vec<(&'v str, &'v str)>,
}

impl<'v> Grant<'v> {
    fn parse(value: &'v str) -> Self {
        let mut parts = value.split(';').map(str::trim);
        let domain = parts.next().unwrap_or_default();
        let parameter = |it: &'v str| {
            let (name, value) = it.split_once('=')?;
            Some((name.trim(), value.trim()))
        };
        Self { domain, parameters: parts.filter_map(parameter).collect() }
    }

    fn of(&self, parameter: &str) -> Option<&'v str> {
        let named = |it: &&(&str, &str)| it.0.eq_ignore_ascii_case(parameter);
        self.parameters.iter().find(named).map(|it| it.1)
    }

    fn allows(&self, method: &str) -> bool {
        let methods = self.of("validationmethods");
        methods.is_none_or(|it| it.split(',').any(|it| it.trim().eq_ignore_ascii_case(method)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Line = (bool, &'static str, &'static str);

    fn check(records: &[Line], wildcard: bool) -> String {
        let records: Vec<Data> = records
            .iter()
            .map(|(critical, tag, value)| Data::Caa {
                critical: *critical,
                tag: (*tag).to_owned(),
                value: (*value).to_owned(),
            })
            .collect();
        let at = "example".parse().expect("a name");
        match judge(&at, &records, &Issuer { wildcard, ..Issuer::lets_encrypt() }) {
            Permission::Unrestricted => "unrestricted".to_owned(),
            Permission::Named { .. } => "named".to_owned(),
            Permission::OneAccount { account, .. } => account,
            Permission::Forbidden { because, .. } => because,
        }
    }

    #[test]
    fn the_records_say_who_may_issue() {
        let ours = (false, "issue", "letsencrypt.org");
        let nobody = (false, "issue", ";");
        let rows: [(&[Line], bool, &str); 16] = [
            (&[], false, "unrestricted"),
            (&[ours], false, "named"),
            (&[(false, "issue", " LetsEncrypt.org ; ")], false, "named"),
            (&[nobody], false, "only `;` may issue"),
            (&[(false, "issue", "")], false, "only `` may issue"),
            (&[nobody, ours], false, "named"),
            (&[(false, "issue", "ca.example")], false, "only `ca.example` may issue"),
            (&[(false, "iodef", "mailto:a@b")], false, "unrestricted"),
            (&[(false, "tbs", "x"), ours], false, "named"),
            (
                &[(true, "tbs", "x"), ours],
                false,
                "128 tbs \"x\" is critical, and its tag is unknown",
            ),
            (&[(true, "issue", "letsencrypt.org")], false, "named"),
            (
                &[(false, "issue", "letsencrypt.org; validationmethods=dns-01")],
                false,
                "http-01 is not among the methods of `letsencrypt.org; validationmethods=dns-01`",
            ),
            (
                &[(false, "issue", "letsencrypt.org;validationmethods=dns-01, http-01")],
                false,
                "named",
            ),
            (&[(false, "issue", "letsencrypt.org; accounturi=https://a/1")], false, "https://a/1"),
            (&[ours, (false, "issuewild", ";")], true, "only `;` may issue"),
            (&[ours, (false, "issuewild", ";")], false, "named"),
        ];
        for (records, wildcard, expected) in rows {
            assert_eq!(check(records, wildcard), expected, "{records:?}");
        }
    }
}
