//! Two users become one, in one transaction; and the record of it: `social_auth_merge`.

use serde_json::{Map, Value};
use social_auth::storage::{
    AssociationId, Leftover, MergeConflict, MergeRecord, MergeReport, MergeUsers, MovedAssociation, StorageError, StorageResult, UserId,
};
use time::OffsetDateTime;

use crate::SqlxStorage;
use crate::database::{Arg, Outcome, Step, Write};
use crate::layout::integer;
use crate::limits::{self, fit};
use crate::row::Row;
use crate::users::{user, users_where};

const ASSOCIATIONS: &str = "SELECT id, provider, uid FROM social_auth_usersocialauth WHERE user_id = $1 ORDER BY id";
const SESSIONS: &str = "SELECT COUNT(*) FROM social_auth_session WHERE user_id = $1";
const PASSWORD: &str = "SELECT password FROM {users} WHERE id = $1";
/// Of two users who are merged into each other at once the second finds one of them switched off.
const SWITCH_OFF: &str = "UPDATE {users} SET is_active = $3 WHERE id = $2 AND is_active \
                          AND EXISTS (SELECT 1 FROM {users} AS stays WHERE stays.id = $1 AND stays.is_active)";
const HAND_OVER: &str = "UPDATE social_auth_usersocialauth SET user_id = $1, \
                         modified = CASE WHEN modified < $3 THEN $3 ELSE modified END WHERE user_id = $2";
const END_SESSIONS: &str = "DELETE FROM social_auth_session WHERE user_id = $1";
/// Groups and verified addresses are the user's own: they go with the user and to nobody else.
const LEAVE_GROUPS: &str = "DELETE FROM {memberships} WHERE {member} = $1";
const FORGET_ADDRESSES: &str = "DELETE FROM social_auth_verified_email WHERE user_id = $1";
const DELETE_USER: &str = "DELETE FROM {users} WHERE id = $1";
const RECORD: &str = "INSERT INTO social_auth_merge (into_user, from_user, merged_at, report) VALUES ($1, $2, $3, $4)";

/// How often the two are looked at anew when somebody connects an account, or signs in, meanwhile.
const MOST_ATTEMPTS: usize = 5;

impl SqlxStorage {
    pub(crate) async fn hand_over(&self, from: &UserId, into: &UserId, now: OffsetDateTime) -> StorageResult<Vec<AssociationId>> {
        let layout = self.layout();
        let (Some(from), Some(into)) = (layout.user_id(from), layout.user_id(into)) else { return Err(StorageError::NotFound("user")) };
        let (of_from, hand_over) = ([from], [into, from, Arg::Time(now)]);
        let steps = [read(ASSOCIATIONS, &of_from), write(HAND_OVER, &hand_over)];
        let (outcomes, _) = self.database.try_all(&steps, &|_| true).await.map_err(|(_, error)| error)?;
        Ok(moved(&outcomes, 0)?.into_iter().map(|one| one.id).collect())
    }

    /// Tries first, to have the report; then does it, if it comes to the same report, and records that.
    pub(crate) async fn merge_both(&self, merge: &MergeUsers) -> StorageResult<MergeReport> {
        self.users()?;
        let (Some(into), Some(from)) = (integer(&merge.into), integer(&merge.from)) else { return Err(StorageError::NotFound("user")) };
        let plan = Plan { storage: self, merge, into, from };
        for _ in 0..MOST_ATTEMPTS {
            let tried = plan.run(&merge.tried(), None).await?.0;
            if merge.dry_run {
                return Ok(tried);
            }
            let report = MergeReport { dry_run: false, ..tried };
            if plan.run(merge, Some(&report)).await?.1 {
                return Ok(report);
            }
        }
        Err(StorageError::Busy("the two accounts were changed again and again".into()))
    }

    pub(crate) async fn keep_merge(&self, record: &MergeRecord) -> StorageResult<()> {
        let report = members(&record.report)?;
        self.database.write(RECORD, &record_args(&record.report, record.at, &report)?).await.map(|_| ())
    }

    pub(crate) async fn all_merges_of(&self, user: &UserId) -> StorageResult<Vec<MergeRecord>> {
        let sql = "SELECT merged_at, report FROM social_auth_merge WHERE into_user = $1 OR from_user = $1 ORDER BY id";
        self.database.rows(sql, &[user.as_str().into()]).await?.into_iter().map(record).collect()
    }
}

struct Plan<'p> {
    storage: &'p SqlxStorage,
    merge: &'p MergeUsers,
    into: i64,
    from: i64,
}

impl Plan<'_> {
    /// Runs the whole transaction, and keeps it if it comes to the report that is expected.
    async fn run(&self, merge: &MergeUsers, expected: Option<&MergeReport>) -> StorageResult<(MergeReport, bool)> {
        let tables = self.storage.database.tables();
        let (into, from) = ([Arg::Int(self.into)], [Arg::Int(self.from)]);
        let from_text = [Arg::Text(merge.from.as_str())];
        let both = [Arg::Int(self.into), Arg::Int(self.from)];
        let switch_off = [Arg::Int(self.into), Arg::Int(self.from), Arg::Flag(false)];
        let hand_over = [Arg::Int(self.into), Arg::Int(self.from), Arg::Time(merge.at)];
        let document = expected.map(members).transpose()?;
        let record = match (expected, &document) {
            (Some(report), Some(document)) => Some(record_args(report, merge.at, document)?),
            _ => None,
        };
        let mut steps = vec![
            write(tables.defer_references, &[]),
            read(users_where!("id = $1"), &into),
            read(users_where!("id = $1"), &from),
            read(PASSWORD, &from),
            read(ASSOCIATIONS, &into),
            read(ASSOCIATIONS, &from),
            read(SESSIONS, &from_text),
            Step::MustWrite(Write { sql: SWITCH_OFF, args: &switch_off }),
            write(HAND_OVER, &hand_over),
            write(END_SESSIONS, &from_text),
        ];
        let own_rows = steps.len();
        steps.extend(self.storage.own_rows.iter().map(|rows| write(rows.sql, &both)));
        if merge.leftover == Leftover::Delete {
            steps.extend(self.storage.layout().groups_here.then(|| write(LEAVE_GROUPS, &from)));
            steps.push(write(FORGET_ADDRESSES, &from));
        }
        let deletion = steps.len();
        if merge.leftover == Leftover::Delete {
            steps.extend([read(tables.total_changes, &[]), write(DELETE_USER, &from), read(tables.total_changes, &[])]);
            steps.push(read(tables.dangling_references, &[]));
        }
        if let Some(record) = &record {
            steps.push(write(RECORD, record));
        }
        let report = |outcomes: &[Outcome]| self.report(merge, outcomes, own_rows, deletion);
        let keep = |outcomes: &[Outcome]| expected.is_some_and(|expected| report(outcomes).is_ok_and(|report| report == *expected));
        let (outcomes, kept) = self.storage.database.try_all(&steps, &keep).await.map_err(|(_, error)| error)?;
        Ok((report(&outcomes)?, kept))
    }

    fn report(&self, merge: &MergeUsers, outcomes: &[Outcome], own_rows: usize, deletion: usize) -> StorageResult<MergeReport> {
        let found = |step: usize| rows(outcomes, step).into_iter().next().map(user).transpose();
        let (into, from) = (found(1)?, found(2)?);
        self.merge.check(into.as_ref(), from.as_ref())?;
        let (Some(into), Some(from)) = (into, from) else { return Err(StorageError::NotFound("user")) };
        let mut report = MergeReport::of(merge, (&into, &moved(outcomes, 4)?), (&from, &moved(outcomes, 5)?));
        let password = rows(outcomes, 3).into_iter().next().map(|mut row| row.optional_text("password")).transpose()?.flatten();
        if password.is_some_and(|password| !password.starts_with('!')) {
            report.conflicts.push(MergeConflict::Password);
        }
        report.sessions_ended = number(outcomes, 6)?.unsigned_abs();
        let changed = outcomes.iter().skip(own_rows).map(|outcome| outcome.changed);
        report.own_rows = self.storage.own_rows.iter().map(|rows| rows.what.to_owned()).zip(changed).collect();
        if merge.leftover == Leftover::Delete {
            nothing_hangs_on(outcomes, deletion)?;
        }
        Ok(report)
    }
}

/// Rows that the application keeps for the user must neither be left dangling nor go along with the user.
fn nothing_hangs_on(outcomes: &[Outcome], deletion: usize) -> StorageResult<()> {
    let refused = |why: String| {
        StorageError::MergeRefused(format!(
            "{why}; have them handed over (SqlxStorage::merging), or let the account be switched off instead of deleted"
        ))
    };
    let tables: Vec<String> = rows(outcomes, deletion + 3).into_iter().map(|mut row| row.text("table")).collect::<StorageResult<_>>()?;
    if !tables.is_empty() {
        return Err(refused(format!("rows of {} refer to the user", tables.join(", "))));
    }
    if number(outcomes, deletion + 2)? - number(outcomes, deletion)? > 1 {
        return Err(refused("rows of other tables would be deleted or changed along with the user".to_owned()));
    }
    Ok(())
}

fn read<'a>(sql: &'static str, args: &'a [Arg<'a>]) -> Step<'a> {
    Step::Read(Write { sql, args })
}

fn write<'a>(sql: &'static str, args: &'a [Arg<'a>]) -> Step<'a> {
    Step::Write(Write { sql, args })
}

fn rows(outcomes: &[Outcome], step: usize) -> Vec<Row> {
    outcomes.get(step).map(|outcome| outcome.rows.clone()).unwrap_or_default()
}

fn number(outcomes: &[Outcome], step: usize) -> StorageResult<i64> {
    rows(outcomes, step).into_iter().next().map_or(Ok(0), |mut row| row.int("count"))
}

fn moved(outcomes: &[Outcome], step: usize) -> StorageResult<Vec<MovedAssociation>> {
    let one = |mut row: Row| Ok(MovedAssociation { id: row.int("id")?, provider: row.text("provider")?, uid: row.text("uid")? });
    rows(outcomes, step).into_iter().map(one).collect()
}

fn members(report: &MergeReport) -> StorageResult<Map<String, Value>> {
    match serde_json::to_value(report) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(StorageError::invalid("report", "it is no JSON object")),
    }
}

fn record_args<'a>(report: &'a MergeReport, at: OffsetDateTime, document: &'a Map<String, Value>) -> StorageResult<[Arg<'a>; 4]> {
    fit(&[(limits::USER_ID, report.into.as_str()), (limits::USER_ID, report.from.as_str())])?;
    Ok([report.into.as_str().into(), report.from.as_str().into(), Arg::Time(at), Arg::Json(document)])
}

fn record(mut row: Row) -> StorageResult<MergeRecord> {
    let at = row.time("merged_at")?;
    let report = serde_json::from_value(Value::Object(row.object("report")?));
    let report = report.map_err(|error| StorageError::Corrupt { what: "report", why: error.to_string() })?;
    Ok(MergeRecord { at, report })
}
