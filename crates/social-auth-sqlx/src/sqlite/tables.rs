//! The tables on SQLite. All but `social_auth_session`, `social_auth_verified_email` and `social_auth_merge` are, character for character, what Django's
//! `migrate` makes (social-app-django 8 with `django.contrib.auth`), so that either can come first.

use crate::database::{Table, Tables};

const ASSOCIATION_COLUMNS: &[&str] = &["id", "provider", "uid", "user_id", "created", "modified", "extra_data"];
const UID_UNIQUE: &str = r#"CREATE UNIQUE INDEX IF NOT EXISTS "social_auth_usersocialauth_provider_uid_e6b5e668_uniq" ON "social_auth_usersocialauth" ("provider", "uid")"#;
const UID_INDEX: &str = r#"CREATE INDEX IF NOT EXISTS "social_auth_usersocialauth_uid_796e51dc" ON "social_auth_usersocialauth" ("uid")"#;
const USER_INDEX: &str =
    r#"CREATE INDEX IF NOT EXISTS "social_auth_usersocialauth_user_id_17d28448" ON "social_auth_usersocialauth" ("user_id")"#;
// Few providers name their sessions, so the indexes hold only what they do name.
const ORIGIN_SESSION_INDEX: &str = r#"CREATE INDEX IF NOT EXISTS "social_auth_session_origin_session" ON "social_auth_session" ("origin_session") WHERE "origin_session" IS NOT NULL"#;
const ORIGIN_SUBJECT_INDEX: &str = r#"CREATE INDEX IF NOT EXISTS "social_auth_session_origin_subject" ON "social_auth_session" ("origin_subject") WHERE "origin_subject" IS NOT NULL"#;

pub(super) const TABLES: Tables = Tables {
    users: Table {
        name: "auth_user",
        columns: &[
            "id",
            "password",
            "last_login",
            "is_superuser",
            "username",
            "last_name",
            "email",
            "is_staff",
            "is_active",
            "date_joined",
            "first_name",
        ],
        create: &[
            r#"CREATE TABLE IF NOT EXISTS "auth_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL, "username" varchar(150) NOT NULL UNIQUE, "last_name" varchar(150) NOT NULL, "email" varchar(254) NOT NULL, "is_staff" bool NOT NULL, "is_active" bool NOT NULL, "date_joined" datetime NOT NULL, "first_name" varchar(150) NOT NULL)"#,
        ],
        added: &[],
    },
    groups: &[
        Table {
            name: "auth_group",
            columns: &["id", "name"],
            added: &[],
            create: &[
                r#"CREATE TABLE IF NOT EXISTS "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL UNIQUE)"#,
            ],
        },
        Table {
            name: "auth_user_groups",
            columns: &["id", "user_id", "group_id"],
            added: &[],
            create: &[
                r#"CREATE TABLE IF NOT EXISTS "auth_user_groups" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED)"#,
                r#"CREATE UNIQUE INDEX IF NOT EXISTS "auth_user_groups_user_id_group_id_94350c0c_uniq" ON "auth_user_groups" ("user_id", "group_id")"#,
                r#"CREATE INDEX IF NOT EXISTS "auth_user_groups_user_id_6a12ed8b" ON "auth_user_groups" ("user_id")"#,
                r#"CREATE INDEX IF NOT EXISTS "auth_user_groups_group_id_97559544" ON "auth_user_groups" ("group_id")"#,
            ],
        },
    ],
    of_users: &[Table {
        name: "social_auth_verified_email",
        columns: &["user_id", "email", "verified_at"],
        added: &[],
        create: &[
            // Refers to nothing, so that Django may delete a user without knowing this table; ids come once only.
            r#"CREATE TABLE IF NOT EXISTS "social_auth_verified_email" ("user_id" integer NOT NULL, "email" varchar(254) NOT NULL, "verified_at" datetime NOT NULL, PRIMARY KEY ("user_id", "email")) WITHOUT ROWID"#,
        ],
    }],
    associations: Table {
        name: "social_auth_usersocialauth",
        columns: ASSOCIATION_COLUMNS,
        create: &[
            r#"CREATE TABLE IF NOT EXISTS "social_auth_usersocialauth" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "provider" varchar(32) NOT NULL, "uid" varchar(255) NOT NULL, "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED, "created" datetime NOT NULL, "modified" datetime NOT NULL, "extra_data" text NOT NULL CHECK ((JSON_VALID("extra_data") OR "extra_data" IS NULL)), "id_key" varchar(255) NOT NULL, CONSTRAINT "user_social_auth_uid_required" CHECK (NOT ("uid" = '')))"#,
            UID_UNIQUE,
            UID_INDEX,
            USER_INDEX,
        ],
        added: &[],
    },
    free_associations: Table {
        name: "social_auth_usersocialauth",
        columns: ASSOCIATION_COLUMNS,
        create: &[
            r#"CREATE TABLE IF NOT EXISTS "social_auth_usersocialauth" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "provider" varchar(32) NOT NULL, "uid" varchar(255) NOT NULL, "user_id" varchar(255) NOT NULL, "created" datetime NOT NULL, "modified" datetime NOT NULL, "extra_data" text NOT NULL CHECK ((JSON_VALID("extra_data") OR "extra_data" IS NULL)), "id_key" varchar(255) NOT NULL, CONSTRAINT "user_social_auth_uid_required" CHECK (NOT ("uid" = '')))"#,
            UID_UNIQUE,
            UID_INDEX,
            USER_INDEX,
        ],
        added: &[],
    },
    others: &[
        Table {
            name: "social_auth_nonce",
            columns: &["id", "server_url", "salt", "timestamp"],
            create: &[
                r#"CREATE TABLE IF NOT EXISTS "social_auth_nonce" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "server_url" varchar(255) NOT NULL, "salt" varchar(65) NOT NULL, "timestamp" integer NOT NULL)"#,
                r#"CREATE UNIQUE INDEX IF NOT EXISTS "social_auth_nonce_server_url_timestamp_salt_f6284463_uniq" ON "social_auth_nonce" ("server_url", "timestamp", "salt")"#,
                r#"CREATE INDEX IF NOT EXISTS "social_auth_nonce_timestamp_bc4d078a" ON "social_auth_nonce" ("timestamp")"#,
            ],
            added: &[],
        },
        Table {
            name: "social_auth_association",
            columns: &["id", "server_url", "handle", "secret", "issued", "lifetime", "assoc_type"],
            create: &[
                r#"CREATE TABLE IF NOT EXISTS "social_auth_association" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "server_url" varchar(255) NOT NULL, "handle" varchar(255) NOT NULL, "secret" varchar(255) NOT NULL, "issued" integer NOT NULL, "lifetime" integer NOT NULL, "assoc_type" varchar(64) NOT NULL)"#,
                r#"CREATE UNIQUE INDEX IF NOT EXISTS "social_auth_association_server_url_handle_078befa2_uniq" ON "social_auth_association" ("server_url", "handle")"#,
            ],
            added: &[],
        },
        Table {
            name: "social_auth_code",
            columns: &["id", "email", "code", "verified", "timestamp"],
            create: &[
                r#"CREATE TABLE IF NOT EXISTS "social_auth_code" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "email" varchar(254) NOT NULL, "code" varchar(32) NOT NULL, "verified" bool NOT NULL, "timestamp" datetime NOT NULL)"#,
                r#"CREATE UNIQUE INDEX IF NOT EXISTS "social_auth_code_email_code_801b2d02_uniq" ON "social_auth_code" ("email", "code")"#,
                r#"CREATE INDEX IF NOT EXISTS "social_auth_code_code_a2393167" ON "social_auth_code" ("code")"#,
                r#"CREATE INDEX IF NOT EXISTS "social_auth_code_timestamp_176b341f" ON "social_auth_code" ("timestamp")"#,
            ],
            added: &[],
        },
        Table {
            name: "social_auth_partial",
            columns: &["id", "token", "next_step", "backend", "timestamp", "data"],
            create: &[
                r#"CREATE TABLE IF NOT EXISTS "social_auth_partial" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "token" varchar(32) NOT NULL, "next_step" smallint unsigned NOT NULL CHECK ("next_step" >= 0), "backend" varchar(32) NOT NULL, "timestamp" datetime NOT NULL, "data" text NOT NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)))"#,
                r#"CREATE INDEX IF NOT EXISTS "social_auth_partial_token_3017fea3" ON "social_auth_partial" ("token")"#,
                r#"CREATE INDEX IF NOT EXISTS "social_auth_partial_timestamp_50f2119f" ON "social_auth_partial" ("timestamp")"#,
            ],
            added: &[],
        },
        Table {
            name: "social_auth_session",
            columns: &["key_hash", "public_id", "user_id", "data", "created_at", "last_seen_at", "expires_at", "user_agent", "ip_address"],
            create: &[
                // Written at every sign-in, so it has few indexes: the key is the table, and what expired is
                // found by reading through it.
                r#"CREATE TABLE IF NOT EXISTS "social_auth_session" ("key_hash" varchar(64) NOT NULL PRIMARY KEY, "public_id" varchar(64) NOT NULL, "user_id" varchar(255) NULL, "data" text NOT NULL CHECK (JSON_VALID("data")), "created_at" bigint NOT NULL, "last_seen_at" bigint NOT NULL, "expires_at" bigint NOT NULL, "user_agent" varchar(255) NOT NULL, "ip_address" varchar(64) NOT NULL, "origin_session" varchar(64) NULL, "origin_subject" varchar(64) NULL) WITHOUT ROWID"#,
                r#"CREATE INDEX IF NOT EXISTS "social_auth_session_user_id" ON "social_auth_session" ("user_id")"#,
                ORIGIN_SESSION_INDEX,
                ORIGIN_SUBJECT_INDEX,
            ],
            added: &[
                (
                    "origin_session",
                    &[r#"ALTER TABLE "social_auth_session" ADD COLUMN "origin_session" varchar(64) NULL"#, ORIGIN_SESSION_INDEX],
                ),
                (
                    "origin_subject",
                    &[r#"ALTER TABLE "social_auth_session" ADD COLUMN "origin_subject" varchar(64) NULL"#, ORIGIN_SUBJECT_INDEX],
                ),
            ],
        },
        Table {
            name: "social_auth_merge",
            columns: &["id", "into_user", "from_user", "merged_at", "report"],
            added: &[],
            create: &[
                // It outlives the users that it tells of, so it refers to none.
                r#"CREATE TABLE IF NOT EXISTS "social_auth_merge" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "into_user" varchar(255) NOT NULL, "from_user" varchar(255) NOT NULL, "merged_at" datetime NOT NULL, "report" text NOT NULL CHECK (JSON_VALID("report")))"#,
                r#"CREATE INDEX IF NOT EXISTS "social_auth_merge_into_user" ON "social_auth_merge" ("into_user")"#,
                r#"CREATE INDEX IF NOT EXISTS "social_auth_merge_from_user" ON "social_auth_merge" ("from_user")"#,
            ],
        },
    ],
    defer_references: "PRAGMA defer_foreign_keys = ON",
    dangling_references: r#"SELECT DISTINCT dangling."table" FROM sqlite_master AS child JOIN pragma_foreign_key_list(child.name) AS reference JOIN pragma_foreign_key_check(child.name) AS dangling WHERE child.type = 'table' AND reference."table" = '{users}' AND dangling.parent = '{users}'"#,
    total_changes: "SELECT total_changes()",
};
