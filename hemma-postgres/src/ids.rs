//! The ids of this crate's findings.

hemma_core::finding_ids! {
    /// PostgreSQL does not run, or refuses the administrator.
    POSTGRES_UNUSABLE = "postgres.unusable", Fail;
    /// PostgreSQL could not be asked.
    POSTGRES_UNSEEN = "postgres.unseen", Unknown;
    /// PostgreSQL takes no changes.
    POSTGRES_READ_ONLY = "postgres.read-only", Fail;
    /// The administrator may not create roles and databases.
    POSTGRES_ADMINISTRATOR_POWERLESS = "postgres.administrator-powerless", Fail;
    /// PostgreSQL runs and takes changes.
    POSTGRES_READY = "postgres.ready", Pass;
    /// The role of the application is missing.
    ROLE_MISSING = "role.missing", Fail;
    /// The role of the application may not log in.
    ROLE_NO_LOGIN = "role.no-login", Fail;
    /// The role of the application logs in with its password.
    ROLE_LOGS_IN = "role.logs-in", Pass;
    /// PostgreSQL refuses the password of the role.
    ROLE_PASSWORD_REFUSED = "role.password-refused", Fail;
    /// The password of the role could not be read.
    ROLE_PASSWORD_UNSEEN = "role.password-unseen", Unknown;
    /// Whether the role logs in was not tried.
    ROLE_LOGIN_UNSEEN = "role.login-unseen", Unknown;
    /// A database of the application is missing.
    DATABASE_MISSING = "database.missing", Fail;
    /// The role may not create tables in the public schema of its database.
    DATABASE_SCHEMA_CLOSED = "database.schema-closed", Fail;
    /// A database of the application belongs to a superuser.
    DATABASE_OWNED_BY_SUPERUSER = "database.owned-by-superuser", Fail;
    /// A database of the application belongs to another role.
    DATABASE_OWNED_BY_ANOTHER = "database.owned-by-another", Fail;
    /// The databases of the application are there and belong to its role.
    DATABASE_PRESENT = "database.present", Pass;
}
