//! What tables a database has, and what that means for us. Tables that Django made are used as they
//! are: nothing is added to them, so no later migration of Django's meets anything unexpected.

use social_auth::storage::{StorageError, StorageResult, UserId};

use crate::database::{Arg, Column, Database, Table, UserTables};

/// How the tables of this database differ from those that we would make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Whether associations have `id_key`: with social-app-django 8 they do, with 5 and 6 they do not.
    pub(crate) id_key: bool,
    /// Whether users are here, in `auth_user` or a table like it, or kept by the application in a way of its own.
    pub(crate) users_here: bool,
    /// Whether users who are here have groups.
    pub(crate) groups_here: bool,
    /// Whether associations hold user ids as integers.
    pub(crate) integer_user_ids: bool,
}

impl Layout {
    /// Looks at the tables.
    ///
    /// # Errors
    /// `Schema` when a table of ours lacks a column that every release of social-app-django since 5 has:
    /// those of the Flask application do.
    pub(crate) async fn of(database: &dyn Database) -> StorageResult<Self> {
        let tables = database.tables();
        for table in tables.others {
            check(table, &database.columns(table.name).await?)?;
        }
        let columns = database.columns(tables.associations.name).await?;
        if columns.is_empty() {
            return Ok(Layout { id_key: true, users_here: true, groups_here: true, integer_user_ids: true });
        }
        check(&tables.associations, &columns)?;
        let referenced = database.referenced(tables.associations.name, "user_id").await?;
        let integer_user_ids = columns.iter().any(|column| column.name == "user_id" && column.kind.contains("int"));
        let (users_here, groups_here) = match referenced {
            Some(table) if table == tables.users.name => {
                check(&tables.users, &database.columns(&table).await?)?;
                (true, true)
            }
            Some(table) if integer_user_ids => adopt(database, table).await?,
            _ => (false, false),
        };
        let id_key = columns.iter().any(|column| column.name == "id_key");
        Ok(Layout { id_key, users_here, groups_here, integer_user_ids })
    }

    /// A user's id as associations keep it. "007" is no integer's id.
    pub(crate) fn user_id<'a>(&self, id: &'a UserId) -> Option<Arg<'a>> {
        if self.integer_user_ids { integer(id).map(Arg::Int) } else { Some(Arg::Text(id.as_str())) }
    }
}

/// Takes the table of a user model of the project's own, if it has all that Django's `AbstractUser` has. Says whether it
/// does, and whether these users have groups.
async fn adopt(database: &dyn Database, table: String) -> StorageResult<(bool, bool)> {
    let columns = database.columns(&table).await?;
    let known = database.tables().users.columns;
    let lacks: Vec<_> = known.iter().filter(|name| !columns.iter().any(|column| column.name == **name)).copied().collect();
    if !lacks.is_empty() {
        tracing::warn!(table, lacks = lacks.join(", "), "the users' table is not like Django's, and is left to the application");
        return Ok((false, false));
    }
    let unknown: Vec<_> = columns.iter().filter(|column| column.required && !known.contains(&column.name.as_str())).collect();
    if !unknown.is_empty() {
        let wanted = unknown.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
        tracing::warn!(table, wanted, "nobody new can be made: give these columns a default in the database");
    }
    let memberships = format!("{table}_groups");
    let names = database.columns(&memberships).await?.into_iter().map(|column| column.name);
    let (groups, others): (Vec<_>, Vec<_>) = names.filter(|name| name != "id").partition(|name| name == "group_id");
    let groups_here = groups.len() == 1 && others.len() == 1;
    let member = others.into_iter().next().unwrap_or_default();
    database.name_users(UserTables { users: table, memberships, member });
    Ok((true, groups_here))
}

/// An id of a user.
pub(crate) fn integer(id: &UserId) -> Option<i64> {
    id.as_str().parse().ok().filter(|number: &i64| number.to_string() == id.as_str())
}

/// Makes the tables that are missing.
pub(crate) async fn create_missing(database: &dyn Database, keep_users: bool) -> StorageResult<Vec<&'static str>> {
    let tables = database.tables();
    let associations_missing = database.columns(tables.associations.name).await?.is_empty();
    let (users_here, djangos) = if associations_missing {
        (keep_users, keep_users)
    } else {
        let referenced = database.referenced(tables.associations.name, "user_id").await?;
        (Layout::of(database).await?.users_here, referenced.as_deref() == Some(tables.users.name))
    };
    let associations = if users_here { &tables.associations } else { &tables.free_associations };
    let of_users = if users_here { tables.of_users } else { &[] };
    let groups = if djangos { tables.groups } else { &[] };
    let users = djangos.then_some(&tables.users).into_iter().chain(groups).chain(of_users);
    let wanted = users.chain([associations]).chain(tables.others);

    let mut missing = Vec::new();
    for table in wanted {
        let columns = database.columns(table.name).await?;
        if columns.is_empty() {
            missing.push(table);
        } else {
            add_columns(database, table, &columns).await?;
        }
    }
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let statements: Vec<_> = missing.iter().flat_map(|table| table.create).copied().collect();
    database.define(&statements).await?;
    Ok(missing.iter().map(|table| table.name).collect())
}

/// Adds what an earlier release of ours did not make.
async fn add_columns(database: &dyn Database, table: &Table, columns: &[Column]) -> StorageResult<()> {
    let has = |columns: &[Column], name: &str| columns.iter().any(|column| column.name == name);
    for (name, statements) in table.added.iter().filter(|(name, _)| !has(columns, name)) {
        if let Err(error) = database.define(statements).await {
            // Another process may have been quicker.
            if !has(&database.columns(table.name).await?, name) {
                return Err(error);
            }
        }
        tracing::info!(table = table.name, column = name, "column added");
    }
    Ok(())
}

fn check(table: &Table, columns: &[Column]) -> StorageResult<()> {
    let lacks: Vec<_> = table.columns.iter().filter(|name| !columns.iter().any(|column| column.name == **name)).copied().collect();
    if columns.is_empty() || lacks.is_empty() {
        return Ok(());
    }
    Err(StorageError::Schema(format!(
        "table {} lacks {}; it must have the columns that social-app-django 5 or later makes (run its migrations first), \
         or give social-auth a database of its own",
        table.name,
        lacks.join(", ")
    )))
}
