//! The ids of this crate's findings.

hemma_core::finding_ids! {
    /// The TLS handshake could not be tried.
    CERTIFICATE_UNSEEN = "certificate.unseen", Unknown;
    /// Nothing answered the TLS handshake.
    CERTIFICATE_NO_ANSWER = "certificate.no-answer", Unknown;
    /// The certificate is trusted and could not be read.
    CERTIFICATE_UNREADABLE = "certificate.unreadable", Unknown;
    /// The TLS handshake ended without a certificate.
    CERTIFICATE_NONE = "certificate.none", Fail;
    /// The certificate is one that no browser accepts.
    CERTIFICATE_NOT_TRUSTED = "certificate.not-trusted", Fail;
    /// The certificate is trusted.
    CERTIFICATE_TRUSTED = "certificate.trusted", Pass;
    /// The certificate is trusted, and should have been renewed.
    CERTIFICATE_RENEWAL_OVERDUE = "certificate.renewal-overdue", Pass;
    /// The certificate ends soon and was not renewed.
    CERTIFICATE_ENDING = "certificate.ending", Fail;
    /// Visitors on port 80 are redirected to HTTPS.
    HTTP_TO_HTTPS = "http.to-https", Pass;
    /// Visitors on port 80 are redirected to another place than the same name over HTTPS.
    HTTP_ELSEWHERE = "http.elsewhere", Fail;
    /// Visitors on port 80 are not redirected to HTTPS.
    HTTP_NOT_REDIRECTED = "http.not-redirected", Fail;
    /// Nothing answered on port 80.
    HTTP_NO_ANSWER = "http.no-answer", Unknown;
    /// No connection to port 80 came about.
    HTTP_NO_CONNECTION = "http.no-connection", Fail;
    /// A request on port 80 got no whole answer.
    HTTP_BROKEN = "http.broken", Fail;
    /// A request on port 80 could not be made.
    HTTP_UNSEEN = "http.unseen", Unknown;
    /// Challenges of the certificate authority come in.
    CHALLENGE_ARRIVES = "challenge.arrives", Pass;
    /// Challenges of the certificate authority are sent to another name.
    CHALLENGE_ELSEWHERE = "challenge.elsewhere", Fail;
    /// The proxy knows no running container for the name of a challenge.
    CHALLENGE_NO_CONTAINER = "challenge.no-container", Fail;
    /// The proxy has the name of a challenge for HTTPS alone.
    CHALLENGE_HTTPS_ONLY = "challenge.https-only", Fail;
    /// Challenges of the certificate authority are answered with an error.
    CHALLENGE_REFUSED = "challenge.refused", Fail;
    /// The log of the ACME companion could not be read.
    ISSUANCE_LOG_UNSEEN = "issuance.log-unseen", Unknown;
    /// The certificate authority refused a certificate.
    ISSUANCE_FAILED = "issuance.failed", Fail;
    /// A certificate was not issued yet, and nothing has failed.
    ISSUANCE_UNDER_WAY = "issuance.under-way", Fail;
    /// A certificate was issued and is not presented yet.
    ISSUANCE_NOT_PRESENTED = "issuance.not-presented", Fail;
    /// The ACME companion does not mention a name.
    ISSUANCE_NOT_MENTIONED = "issuance.not-mentioned", Fail;
    /// The compose files have no such service behind a public name.
    READINESS_SERVICE_UNKNOWN = "readiness.service-unknown", Fail;
    /// The compose files declare a public name wrongly.
    READINESS_MISDECLARED = "readiness.misdeclared", Fail;
    /// A public name is declared; no container of its service runs yet.
    READINESS_DECLARED = "readiness.declared", Pass;
    /// How the container behind a public name is set up was not seen whole.
    READINESS_UNSEEN = "readiness.unseen", Unknown;
    /// A public name is declared, and its container has it.
    READINESS_READY = "readiness.ready", Pass;
    /// The container behind a public name was created with other settings.
    READINESS_CONTAINER_DIFFERS = "readiness.container-differs", Fail;
    /// A service is set up for a public name that the settings do not know.
    READINESS_NAME_UNKNOWN = "readiness.name-unknown", Fail;
    /// The right service answers a public name.
    ROUTE_RIGHT = "route.right", Pass;
    /// Another service answers a public name.
    ROUTE_ANOTHER_SERVICE = "route.another-service", Fail;
    /// A page answers a public name that does not say which service it is.
    ROUTE_NAMELESS = "route.nameless", Fail;
    /// The right service answers a public name, and not with what is expected of it.
    ROUTE_UNEXPECTED = "route.unexpected", Fail;
    /// The service behind a public name says of itself that it is not well.
    ROUTE_DEGRADED = "route.degraded", Fail;
    /// A public name asks for a login.
    ROUTE_LOGIN = "route.login", Fail;
    /// A maintenance page answers a public name.
    ROUTE_MAINTENANCE = "route.maintenance", Fail;
    /// A public name redirects to another name, to itself, or away from HTTPS.
    ROUTE_REDIRECTED = "route.redirected", Fail;
    /// The proxy answers a public name with an error of its own.
    ROUTE_PROXY_ERROR = "route.proxy-error", Fail;
    /// The proxy has a public name for plain HTTP alone.
    ROUTE_HTTP_ONLY = "route.http-only", Fail;
    /// The server behind a public name demands a client certificate.
    ROUTE_CLIENT_CERTIFICATE = "route.client-certificate", Fail;
    /// A public name answers with another status code than it should.
    ROUTE_STATUS = "route.status", Fail;
    /// Nothing answered a public name.
    ROUTE_NO_ANSWER = "route.no-answer", Unknown;
    /// No HTTPS connection to a public name came about.
    ROUTE_NO_CONNECTION = "route.no-connection", Fail;
    /// A request to a public name got no whole answer.
    ROUTE_BROKEN = "route.broken", Fail;
    /// A request to a public name could not be made.
    ROUTE_UNSEEN = "route.unseen", Unknown;
}
