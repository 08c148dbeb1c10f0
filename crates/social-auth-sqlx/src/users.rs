//! Users, in Django's `auth_user` or the table of a user model that is like it.

use async_trait::async_trait;
use serde_json::Value;
use social_auth::password::PasswordHash;
use social_auth::seal::random_token;
use social_auth::storage::{NewUser, StorageError, StorageResult, StorageScope, User, UserChanges, UserId, UserStorage};
use time::OffsetDateTime;

use crate::SqlxStorage;
use crate::database::{Arg, Database, Named as _, Written};
use crate::layout::integer;
use crate::limits::{self, fit, present};
use crate::row::Row;

/// The columns of [`user`], in its order.
macro_rules! users_where {
    ($condition:literal) => {
        concat!("SELECT id, username, email, first_name, last_name, is_active, date_joined, last_login FROM {users} WHERE ", $condition)
    };
}
pub(crate) use users_where;

pub(crate) const INSERT_USER: &str = "INSERT INTO {users} \
    (password, last_login, is_superuser, username, last_name, email, is_staff, is_active, date_joined, first_name) \
    VALUES ($1, NULL, $2, $3, $4, $5, $2, $6, $7, $8)";

#[async_trait]
impl UserStorage for SqlxStorage {
    fn scope(&self) -> Option<&StorageScope> {
        self.layout().users_here.then_some(&self.scope)
    }

    async fn user(&self, id: &UserId) -> StorageResult<Option<User>> {
        let Some(id) = integer(id) else { return Ok(None) };
        let rows = self.users()?.rows(users_where!("id = $1"), &[id.into()]).await?;
        rows.into_iter().next().map(user).transpose()
    }

    async fn username_exists(&self, username: &str) -> StorageResult<bool> {
        let rows = self.users()?.rows("SELECT username FROM {users} WHERE username = $1", &[username.into()]).await?;
        // A database may compare more generously than byte by byte.
        for mut row in rows {
            if row.text("username")? == username {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn user_by_username(&self, username: &str) -> StorageResult<Option<User>> {
        let rows = self.users()?.rows(users_where!("username = $1"), &[username.into()]).await?;
        let users: Vec<_> = rows.into_iter().map(user).collect::<StorageResult<_>>()?;
        // A database may compare more generously than byte by byte.
        Ok(users.into_iter().find(|user| user.username == username))
    }

    async fn users_by_email(&self, email: &str) -> StorageResult<Vec<User>> {
        if email.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.users()?.rows(users_where!("LOWER(email) = LOWER($1) ORDER BY id"), &[email.into()]).await?;
        let users: Vec<_> = rows.into_iter().map(user).collect::<StorageResult<_>>()?;
        let same = |user: &User| user.email.as_deref().is_some_and(|address| address.eq_ignore_ascii_case(email));
        Ok(users.into_iter().filter(same).collect())
    }

    async fn create_user(&self, user: &NewUser) -> StorageResult<User> {
        let row = NewRow::of(user)?;
        let written = self.users()?.write(INSERT_USER, &row.args()).await.taken("username")?;
        Ok(row.inserted(written))
    }

    async fn update_user(&self, id: &UserId, changes: &UserChanges) -> StorageResult<()> {
        let id = integer(id).ok_or(StorageError::NotFound("user"))?;
        let changes = Changes::of(changes)?;
        // NULL stands for "leave it": none of these columns can be NULL.
        let sql = "UPDATE {users} SET username = COALESCE($2, username), email = COALESCE($3, email), \
                   first_name = COALESCE($4, first_name), last_name = COALESCE($5, last_name), \
                   is_active = COALESCE($6, is_active) WHERE id = $1";
        let args = [
            id.into(),
            changes.username.into(),
            changes.email.into(),
            changes.first_name.into(),
            changes.last_name.into(),
            changes.is_active.map_or(Arg::Null, Arg::Flag),
        ];
        one_user(self.users()?.write(sql, &args).await.taken("username")?)
    }

    async fn delete_user(&self, id: &UserId) -> StorageResult<()> {
        let id = integer(id).ok_or(StorageError::NotFound("user"))?;
        match self.users()?.write("DELETE FROM {users} WHERE id = $1", &[id.into()]).await {
            Err(StorageError::NotFound(_)) => Err(StorageError::Conflict("user_id")),
            other => one_user(other?),
        }
    }

    async fn record_login(&self, id: &UserId, at: OffsetDateTime) -> StorageResult<()> {
        let id = integer(id).ok_or(StorageError::NotFound("user"))?;
        let sql = "UPDATE {users} SET last_login = $2 WHERE id = $1";
        one_user(self.users()?.write(sql, &[id.into(), Arg::Time(at)]).await?)
    }

    async fn remove_password(&self, id: &UserId) -> StorageResult<()> {
        let id = integer(id).ok_or(StorageError::NotFound("user"))?;
        let sql = "UPDATE {users} SET password = $2 WHERE id = $1";
        one_user(self.users()?.write(sql, &[id.into(), unusable_password().as_str().into()]).await?)
    }

    async fn has_verified_email(&self, id: &UserId, email: &str) -> StorageResult<bool> {
        let Some(id) = integer(id) else { return Ok(false) };
        let sql = "SELECT 1 FROM social_auth_verified_email WHERE user_id = $1 AND email = $2";
        let email = email.to_ascii_lowercase();
        Ok(!self.users()?.rows(sql, &[id.into(), email.as_str().into()]).await?.is_empty())
    }

    async fn record_verified_email(&self, id: &UserId, email: &str, at: OffsetDateTime) -> StorageResult<()> {
        let id = integer(id).ok_or(StorageError::NotFound("user"))?;
        present(limits::EMAIL, email)?;
        let sql = "INSERT INTO social_auth_verified_email (user_id, email, verified_at) VALUES ($1, $2, $3)";
        let email = email.to_ascii_lowercase();
        match self.users()?.write(sql, &[id.into(), email.as_str().into(), Arg::Time(at)]).await {
            Ok(_) | Err(StorageError::Conflict(_)) => Ok(()),
            Err(StorageError::NotFound(_)) => Err(StorageError::NotFound("user")),
            Err(error) => Err(error),
        }
    }

    async fn groups_of(&self, id: &UserId) -> StorageResult<Vec<String>> {
        self.users()?;
        self.group_names(id).await
    }

    async fn set_groups(&self, id: &UserId, groups: &[String], managed: Option<&[String]>) -> StorageResult<()> {
        self.users()?;
        self.replace_groups(id, groups, managed).await
    }

    async fn password(&self, id: &UserId) -> StorageResult<Option<PasswordHash>> {
        let Some(id) = integer(id) else { return Ok(None) };
        let rows = self.users()?.rows("SELECT password FROM {users} WHERE id = $1", &[id.into()]).await?;
        let password = rows.into_iter().next().map(|mut row| row.optional_text("password")).transpose()?.flatten();
        Ok(password.as_deref().and_then(PasswordHash::from_stored))
    }

    async fn set_password(&self, id: &UserId, new: &PasswordHash, replacing: Option<&PasswordHash>) -> StorageResult<bool> {
        let id = integer(id).ok_or(StorageError::NotFound("user"))?;
        fit(&[(limits::PASSWORD, new.expose())])?;
        let (users, new) = (self.users()?, new.expose());
        let written = match replacing {
            Some(old) => {
                let sql = "UPDATE {users} SET password = $2 WHERE id = $1 AND password = $3";
                users.write(sql, &[id.into(), new.into(), old.expose().into()]).await?
            }
            None => {
                let sql = "UPDATE {users} SET password = $2 WHERE id = $1 AND (password LIKE '!%' OR password = '')";
                users.write(sql, &[id.into(), new.into()]).await?
            }
        };
        if written.rows == 0 && users.rows("SELECT id FROM {users} WHERE id = $1", &[id.into()]).await?.is_empty() {
            return Err(StorageError::NotFound("user"));
        }
        Ok(written.rows > 0)
    }

    async fn has_usable_password(&self, id: &UserId) -> StorageResult<bool> {
        Ok(self.password(id).await?.is_some())
    }
}

impl SqlxStorage {
    /// The database, if it has the users.
    pub(crate) fn users(&self) -> StorageResult<&dyn Database> {
        if self.layout().users_here {
            return Ok(self.database.as_ref());
        }
        Err(StorageError::Schema(
            "its associations do not belong to users like those of Django's auth_user (an integer as id, a username, and the other \
             columns of AbstractUser); give social-auth a UserStorage of your own for your table of users"
                .into(),
        ))
    }
}

fn one_user(written: Written) -> StorageResult<()> {
    if written.rows == 0 { Err(StorageError::NotFound("user")) } else { Ok(()) }
}

pub(crate) fn user(mut row: Row) -> StorageResult<User> {
    Ok(User {
        id: row.user_id("id")?,
        username: row.text("username")?,
        email: row.optional_text("email")?,
        first_name: row.optional_text("first_name")?,
        last_name: row.optional_text("last_name")?,
        is_active: row.flag("is_active")?,
        date_joined: row.optional_time("date_joined")?,
        last_login: row.optional_time("last_login")?,
        attributes: serde_json::Map::new(),
    })
}

/// What Django keeps for a password that nobody has: "!" and 40 characters, which 30 bytes are.
fn unusable_password() -> String {
    format!("!{}", random_token(30))
}

/// A user about to be inserted.
pub(crate) struct NewRow<'a> {
    user: &'a NewUser,
    password: String,
    joined: OffsetDateTime,
}

impl<'a> NewRow<'a> {
    /// `NewUser::attributes` find no column here and are left out.
    pub(crate) fn of(user: &'a NewUser) -> StorageResult<Self> {
        present(limits::USERNAME, &user.username)?;
        fit(&[
            (limits::EMAIL, text(&user.email)),
            (limits::FIRST_NAME, text(&user.first_name)),
            (limits::LAST_NAME, text(&user.last_name)),
            (limits::PASSWORD, user.password.as_ref().map_or("", PasswordHash::expose)),
        ])?;
        let now = OffsetDateTime::now_utc();
        let password = user.password.as_ref().map_or_else(unusable_password, |password| password.expose().to_owned());
        Ok(NewRow { user, password, joined: now.replace_microsecond(now.microsecond()).unwrap_or(now) })
    }

    /// For [`INSERT_USER`].
    pub(crate) fn args(&self) -> [Arg<'_>; 8] {
        [
            self.password.as_str().into(),
            Arg::Flag(false),
            self.user.username.as_str().into(),
            text(&self.user.last_name).into(),
            text(&self.user.email).into(),
            Arg::Flag(true),
            Arg::Time(self.joined),
            text(&self.user.first_name).into(),
        ]
    }

    /// The user as the row now has it.
    pub(crate) fn inserted(&self, written: Written) -> User {
        let present = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        User {
            id: UserId::new(written.id),
            username: self.user.username.clone(),
            email: present(&self.user.email),
            first_name: present(&self.user.first_name),
            last_name: present(&self.user.last_name),
            is_active: true,
            date_joined: Some(self.joined),
            last_login: None,
            attributes: serde_json::Map::new(),
        }
    }
}

fn text(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

/// [`UserChanges`] by column; `None` leaves a column alone.
#[derive(Default)]
struct Changes<'a> {
    username: Option<&'a str>,
    email: Option<&'a str>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    is_active: Option<bool>,
}

impl<'a> Changes<'a> {
    fn of(changes: &'a UserChanges) -> StorageResult<Self> {
        let mut found = Changes::default();
        for (name, value) in &changes.0 {
            match name.as_str() {
                "username" => {
                    let username = changed_text(limits::USERNAME, value)?;
                    present(limits::USERNAME, username)?;
                    found.username = Some(username);
                }
                "email" => found.email = Some(changed_text(limits::EMAIL, value)?),
                "first_name" => found.first_name = Some(changed_text(limits::FIRST_NAME, value)?),
                "last_name" => found.last_name = Some(changed_text(limits::LAST_NAME, value)?),
                "is_active" => {
                    let flag = value.as_bool().ok_or_else(|| StorageError::invalid("is_active", "it must be true or false"))?;
                    found.is_active = Some(flag);
                }
                other => {
                    return Err(StorageError::invalid("user", format!("the users' table has no column \"{other}\" that may be changed")));
                }
            }
        }
        Ok(found)
    }
}

/// A text that fits; null empties the column.
fn changed_text(limit: limits::Limit, value: &Value) -> StorageResult<&str> {
    let text = match value {
        Value::Null => "",
        Value::String(text) => text,
        _ => return Err(StorageError::invalid(limit.0, "it must be text or null")),
    };
    fit(&[(limit, text)])?;
    Ok(text)
}
