//! Accounts and their roles.

use std::collections::BTreeMap;

use super::{StoreError, Tx};
use crate::args;
use crate::clock::Timestamp;
use crate::rules::access::{Principal, Role, Scope};
use crate::rules::account::{Account, AccountId, Email};

/// How a role at every desk stands in the table; no desk's key looks so.
const EVERY_DESK: &str = "*";

/// An account with what only signing in needs.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The account.
    pub account: Account,
    /// The hash of its password, as a PHC string; none if it has no password.
    pub password: Option<String>,
    /// The secret that is shared with its authenticator, in base32.
    pub totp_secret: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: AccountId,
    email: String,
    name: String,
    password: String,
    totp_secret: Option<String>,
    created_at: Timestamp,
    disabled_at: Option<Timestamp>,
}

impl Row {
    fn kept(self, by_hand: Principal, by_groups: Principal) -> Result<Kept, StoreError> {
        let email: Email =
            self.email.parse().map_err(|_| StoreError::Fault("account: an address is none".into()))?;
        let account = Account {
            id: self.id,
            email,
            name: self.name,
            principal: [&by_hand, &by_groups].into_iter().flat_map(Principal::roles).map(owned).collect(),
            by_groups,
            password: !self.password.is_empty(),
            second_factor: self.totp_secret.is_some(),
            disabled_at: self.disabled_at,
            created_at: self.created_at,
        };
        let password = Some(self.password).filter(|hash| !hash.is_empty());
        Ok(Kept { account, password, totp_secret: self.totp_secret })
    }
}

fn owned((scope, role): (&Scope, Role)) -> (Scope, Role) {
    (scope.clone(), role)
}

/// Whether there is any account.
pub async fn any(tx: &mut Tx) -> Result<bool, StoreError> {
    let row: Option<(AccountId,)> = tx.opt("select id from account limit 1", args![]).await?;
    Ok(row.is_some())
}

/// Writes a new account, without roles. [`StoreError::Conflict`] if its address has one.
pub async fn insert(tx: &mut Tx, account: &Account, password: Option<&str>) -> Result<(), StoreError> {
    tx.execute(
        "insert into account (id, email, name, password, totp_secret, totp_step, created_at, disabled_at) \
         values ($1, $2, $3, $4, null, 0, $5, null)",
        args![
            &account.id,
            account.email.as_str(),
            &account.name,
            password.unwrap_or_default(),
            account.created_at
        ],
    )
    .await?;
    Ok(())
}

/// The account of an address.
pub async fn by_email(tx: &mut Tx, email: &Email) -> Result<Option<Kept>, StoreError> {
    let row: Option<Row> = tx
        .opt(
            "select id, email, name, password, totp_secret, created_at, disabled_at from account where email = $1",
            args![email.as_str()],
        )
        .await?;
    with_roles(tx, row).await
}

/// An account.
pub async fn by_id(tx: &mut Tx, id: &AccountId) -> Result<Option<Kept>, StoreError> {
    let row: Option<Row> = tx
        .opt(
            "select id, email, name, password, totp_secret, created_at, disabled_at from account where id = $1",
            args![id],
        )
        .await?;
    with_roles(tx, row).await
}

async fn with_roles(tx: &mut Tx, row: Option<Row>) -> Result<Option<Kept>, StoreError> {
    let Some(row) = row else { return Ok(None) };
    let by_hand: Vec<(String, String)> =
        tx.all("select desk, role from account_role where account = $1", args![&row.id]).await?;
    let by_groups: Vec<(String, String)> =
        tx.all("select desk, role from account_group_role where account = $1", args![&row.id]).await?;
    row.kept(read_roles(&by_hand)?, read_roles(&by_groups)?).map(Some)
}

/// Every account, by name.
pub async fn all(tx: &mut Tx) -> Result<Vec<Account>, StoreError> {
    let rows: Vec<Row> = tx
        .all(
            "select id, email, name, password, totp_secret, created_at, disabled_at from account \
             order by lower(name), email",
            args![],
        )
        .await?;
    let by_hand = tx.all("select account, desk, role from account_role", args![]).await?;
    let by_groups = tx.all("select account, desk, role from account_group_role", args![]).await?;
    let (mut by_hand, mut by_groups) = (by_account(&by_hand)?, by_account(&by_groups)?);
    let kept = rows.into_iter().map(|row| {
        let taken = |roles: &mut RolesOf| roles.remove(&row.id).unwrap_or_default().into_iter().collect();
        let (by_hand, by_groups) = (taken(&mut by_hand), taken(&mut by_groups));
        Ok(row.kept(by_hand, by_groups)?.account)
    });
    kept.collect()
}

type RolesOf = BTreeMap<AccountId, Vec<(Scope, Role)>>;

fn by_account(rows: &[(AccountId, String, String)]) -> Result<RolesOf, StoreError> {
    let mut of_account = RolesOf::new();
    for (account, desk, role) in rows {
        of_account.entry(account.clone()).or_default().push(read_role(desk, role)?);
    }
    Ok(of_account)
}

fn read_roles(rows: &[(String, String)]) -> Result<Principal, StoreError> {
    rows.iter().map(|(desk, role)| read_role(desk, role)).collect()
}

fn read_role(desk: &str, role: &str) -> Result<(Scope, Role), StoreError> {
    let role = role.parse().map_err(|_| StoreError::Fault("account_role: a role is none".into()))?;
    Ok((Scope::of(Some(desk).filter(|desk| *desk != EVERY_DESK)), role))
}

/// The role that an account was given by hand there.
pub async fn role_given(tx: &mut Tx, id: &AccountId, scope: &Scope) -> Result<Option<Role>, StoreError> {
    let desk = scope.desk().unwrap_or(EVERY_DESK);
    let row: Option<(String,)> =
        tx.opt("select role from account_role where account = $1 and desk = $2", args![id, desk]).await?;
    Ok(row.map(|(role,)| read_role(desk, &role)).transpose()?.map(|(_, role)| role))
}

/// What the provider's groups make of an account from now on, and nothing else.
pub async fn put_group_roles(tx: &mut Tx, id: &AccountId, roles: &Principal) -> Result<(), StoreError> {
    tx.execute("delete from account_group_role where account = $1", args![id]).await?;
    for (scope, role) in roles.roles() {
        tx.execute(
            "insert into account_group_role (account, desk, role) values ($1, $2, $3)",
            args![id, scope.desk().unwrap_or(EVERY_DESK), role.name()],
        )
        .await?;
    }
    Ok(())
}

/// Gives an account a role by hand, in the place of the one that it had there so; `None` takes it away.
pub async fn put_role(
    tx: &mut Tx,
    id: &AccountId,
    scope: &Scope,
    role: Option<Role>,
) -> Result<(), StoreError> {
    let desk = scope.desk().unwrap_or(EVERY_DESK);
    match role {
        Some(role) => {
            tx.execute(
                "insert into account_role (account, desk, role) values ($1, $2, $3) \
                 on conflict (account, desk) do update set role = $3",
                args![id, desk, role.name()],
            )
            .await?
        }
        None => {
            tx.execute("delete from account_role where account = $1 and desk = $2", args![id, desk]).await?
        }
    };
    Ok(())
}

/// How many accounts may sign in and were made administrators of every desk by hand: those whom groups make so, another
/// system can take away.
pub async fn administrators(tx: &mut Tx) -> Result<i64, StoreError> {
    let (count,): (i64,) = tx
        .one(
            "select count(*) from account_role join account on account.id = account_role.account \
             where account_role.desk = '*' and account_role.role = 'administrator' and account.disabled_at is null",
            args![],
        )
        .await?;
    Ok(count)
}

/// Gives an account another name.
pub async fn rename(tx: &mut Tx, id: &AccountId, name: &str) -> Result<(), StoreError> {
    tx.execute("update account set name = $2 where id = $1", args![id, name]).await?;
    Ok(())
}

/// Gives an account another password, as a PHC string.
pub async fn set_password(tx: &mut Tx, id: &AccountId, password: &str) -> Result<(), StoreError> {
    tx.execute("update account set password = $2 where id = $1", args![id, password]).await?;
    Ok(())
}

/// Asks an account for codes by that secret from now on, or for none. The step stays: a code that was taken is not taken
/// again.
pub async fn set_totp(tx: &mut Tx, id: &AccountId, secret: Option<&str>) -> Result<(), StoreError> {
    tx.execute("update account set totp_secret = $2 where id = $1", args![id, secret]).await?;
    Ok(())
}

/// Takes a code's time step; false if it or a later one was taken before.
pub async fn take_totp_step(tx: &mut Tx, id: &AccountId, step: i64) -> Result<bool, StoreError> {
    let taken = tx
        .execute("update account set totp_step = $2 where id = $1 and totp_step < $2", args![id, step])
        .await?;
    Ok(taken == 1)
}

/// Lets nobody sign in to an account since an instant, or lets him again.
pub async fn set_disabled(tx: &mut Tx, id: &AccountId, since: Option<Timestamp>) -> Result<(), StoreError> {
    tx.execute("update account set disabled_at = $2 where id = $1", args![id, since]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_desk_is_called_as_every_desk_is() {
        assert!(EVERY_DESK.parse::<crate::rules::desk::DeskKey>().is_err());
        assert_eq!(read_role("*", "agent"), Ok((Scope::EveryDesk, Role::Agent)));
        assert_eq!(read_role("a", "viewer"), Ok((Scope::Desk("a".into()), Role::Viewer)));
        assert!(read_role("a", "owner").is_err());
    }
}
