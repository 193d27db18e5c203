//! The ids of this crate's findings.

hemma_core::finding_ids! {
    /// A public name leads to the host from everywhere.
    DNS_HERE = "dns.here", Pass;
    /// A public name leads to another address than the host's.
    DNS_ELSEWHERE = "dns.elsewhere", Fail;
    /// A public name does not exist, or has no address.
    DNS_MISSING = "dns.missing", Fail;
    /// A resolver still has an older answer for a public name.
    DNS_STALE = "dns.stale", Fail;
    /// The name servers of the zone disagree about a public name.
    DNS_DISAGREEMENT = "dns.disagreement", Fail;
    /// The AAAA record of a public name leads to another address than the host's.
    DNS_AAAA_ELSEWHERE = "dns.aaaa-elsewhere", Fail;
    /// CAA records forbid the certificate of a public name.
    DNS_CAA_FORBIDS = "dns.caa-forbids", Fail;
    /// CAA records let one account only issue the certificate of a public name.
    DNS_CAA_ONE_ACCOUNT = "dns.caa-one-account", Unknown;
    /// A public name could not be looked up.
    DNS_UNSEEN = "dns.unseen", Unknown;
    /// The address of the host could not be looked up.
    DNS_TARGET_UNSEEN = "dns.target-unseen", Unknown;
    /// The name servers of a public name could not be found.
    DNS_AUTHORITY_UNSEEN = "dns.authority-unseen", Unknown;
}
