//! Who is let in, and what the audit log says: accounts, tokens, and the log's chain.

use clap::{Args, Subcommand};
use nightbell::act::{ActError, Acts, By, InviteError, Token, TokenShown};
use nightbell::app::{AppError, link, out};
use nightbell::clock::Timestamp;
use nightbell::config::Config;
use nightbell::rules::access::{Reach, Role, Scope};
use nightbell::rules::account::Email;
use nightbell::rules::audit::Head;

use super::commands::{parse_instant, visit};

/// The accounts of people.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Prints a one-time link by which somebody opens an account.
    Invite {
        /// Whose address.
        #[arg(value_parser = parse_email)]
        email: Email,
        /// What he is: viewer, agent, manager or administrator.
        #[arg(long)]
        role: Role,
        /// At which desk; at every desk if none is named.
        #[arg(long, value_name = "KEY")]
        desk: Option<String>,
    },
    /// Prints a one-time link by which somebody who is locked out chooses a new password; it turns his second factor off.
    Reset {
        /// Whose address.
        #[arg(value_parser = parse_email)]
        email: Email,
    },
}

/// Tokens of the API.
#[derive(Debug, Subcommand)]
pub enum Tokens {
    /// Makes a token and prints it, once.
    Create(NewToken),
    /// Prints every token that was not ended: its name, what it may where, whose it is, when it was made, on which day (UTC) it was
    /// used last, and until when it
    /// is let in.
    List,
    /// Ends every token of a name, at once.
    End {
        /// Who uses it.
        name: String,
    },
}

/// A token that is to be made.
#[derive(Debug, Args)]
pub struct NewToken {
    /// Who uses it.
    #[arg(value_parser = parse_token_name)]
    name: String,
    /// What it may: viewer, agent, manager or administrator.
    #[arg(long, default_value_t = Role::Viewer)]
    role: Role,
    /// The only desk that it is let in to; every desk if none is named.
    #[arg(long, value_name = "KEY")]
    desk: Option<String>,
    /// Whose it is: it may no more than the account of that address may, and speaks for the agents that its owner is. A
    /// program's own, if nobody is named.
    #[arg(long, value_name = "EMAIL", value_parser = parse_email)]
    account: Option<Email>,
    /// Its last day: 2027-01-31, or an instant such as 2027-01-31T12:00:00Z. It is let in for ever otherwise.
    #[arg(long, value_name = "WHEN", value_parser = parse_instant)]
    expires: Option<Timestamp>,
}

/// The audit log.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Prints the newest entry's ordinal and hash: written down elsewhere, they stand for all entries up to it.
    Head,
    /// Checks that no entry was changed, taken out or put in.
    Verify {
        /// What `head` printed once: that entry must still be there as it was.
        #[arg(long, value_name = "ORDINAL:HASH")]
        head: Option<Head>,
    },
    /// Prints every entry: its hash, a blank, and what was hashed.
    Export,
}

fn parse_email(text: &str) -> Result<Email, String> {
    text.parse().map_err(|_| "write an e-mail address, like ada@example.com".to_owned())
}

/// The longest name of a token, in letters.
const LONGEST_NAME: usize = 64;

/// Who uses a token: a word or a few, as they stand in logs.
fn parse_token_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    let good = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.contains(char::is_control);
    good.then(|| name.to_owned()).ok_or_else(|| {
        format!("write who uses it in 1 to {LONGEST_NAME} letters on one line, like monitoring")
    })
}

/// Carries out a command about accounts.
pub async fn account(config: Config, command: Account) -> Result<(), AppError> {
    let public_url = config.public_url.clone();
    let acts = visit(config).await?;
    let made = match command {
        Account::Invite { email, role, desk } => {
            acts.invite(By::command_line(), email, role, Scope::of(desk.as_deref())).await
        }
        Account::Reset { email } => acts.offer_reset(By::command_line(), email).await,
    };
    let secret = made.map_err(|error| match error {
        InviteError::Act(error) => error.into(),
        InviteError::NoDesk(desk) => no_desk(&acts, &desk),
        other => AppError::Failed(other.to_string()),
    })?;
    out::print(format_args!("{}\n", link(&public_url, &secret)))?;
    acts.store().close().await;
    Ok(())
}

/// Carries out a command about tokens.
pub async fn token(config: Config, command: Tokens) -> Result<(), AppError> {
    let acts = visit(config).await?;
    let done = match command {
        Tokens::Create(new) => create(&acts, new).await,
        Tokens::List => list(&acts).await,
        Tokens::End { name } => end(&acts, &name).await,
    };
    acts.store().close().await;
    done
}

async fn create(acts: &Acts, new: NewToken) -> Result<(), AppError> {
    let NewToken { name, role, desk, account, expires } = new;
    if expires.is_some_and(|end| end <= acts.clock().now()) {
        let message = "--expires: that is over already; name a day that is to come, like 2027-01-31, or none";
        return Err(AppError::BadInput(vec![message.to_owned()]));
    }
    let account = match account {
        Some(email) => {
            let owner = acts.account_of(email.clone()).await?;
            let none = || AppError::Failed(InviteError::NoAccount(email).to_string());
            Some(owner.ok_or_else(none)?.id)
        }
        None => None,
    };
    let token = Token { name, role, scope: Scope::of(desk.as_deref()), account, expires_at: expires };
    let made = acts.create_token(By::command_line(), token).await.map_err(|error| match error {
        ActError::NoSuch(_) => no_desk(acts, desk.as_deref().unwrap_or_default()),
        other => other.into(),
    })?;
    out::print(format_args!("{made}\n"))
}

async fn list(acts: &Acts) -> Result<(), AppError> {
    let now = acts.clock().now();
    for TokenShown { token, owner, created_at, last_used } in acts.tokens(Reach::Everything).await? {
        let Token { name, role, scope, expires_at, .. } = token;
        let whose = owner.map(|owner| format!(", of {owner}")).unwrap_or_default();
        let until = match expires_at {
            None => "for ever".to_owned(),
            Some(end) if end <= now => format!("over since {end}"),
            Some(end) => format!("until {end}"),
        };
        let used = last_used.map_or_else(|| "never used".to_owned(), |day| format!("last used {day}"));
        out::print(format_args!("{name}: {role} at {scope}{whose}, made {created_at}, {used}, {until}\n"))?;
    }
    Ok(())
}

async fn end(acts: &Acts, name: &str) -> Result<(), AppError> {
    match acts.end_tokens(By::command_line(), name, Reach::Everything).await? {
        0 => {
            let message =
                format!("there is no token `{name}`; `nightbell token list` names those that there are");
            Err(AppError::BadInput(vec![message]))
        }
        1 => out::print(format_args!("{name}: ended\n")),
        several => out::print(format_args!("{name}: {several} tokens ended\n")),
    }
}

pub(super) fn no_desk(acts: &Acts, desk: &str) -> AppError {
    let desks = acts.desks();
    let known: Vec<&str> = desks.all().map(|desk| desk.key.as_str()).collect();
    let known = if known.is_empty() { "none yet".to_owned() } else { known.join(", ") };
    AppError::Failed(format!("there is no desk `{desk}`; there are: {known}"))
}

/// Carries out a command about the audit log.
pub async fn audit(config: Config, command: Audit) -> Result<(), AppError> {
    let acts = visit(config).await?;
    match command {
        Audit::Head => out::print(format_args!("{}\n", acts.audit_head().await?))?,
        Audit::Verify { head } => {
            let walked =
                acts.verify_audit(head).await?.map_err(|broken| AppError::Failed(broken.to_string()))?;
            out::print(format_args!("{} entries, head {walked}\n", walked.ordinal))?;
        }
        Audit::Export => export(&acts).await?,
    }
    acts.store().close().await;
    Ok(())
}

async fn export(acts: &Acts) -> Result<(), AppError> {
    let mut last = 0;
    loop {
        let links = acts.audit_links(last).await?;
        let Some(newest) = links.last() else { return Ok(()) };
        last = newest.entry.ordinal;
        let lines: String =
            links.iter().map(|link| format!("{} {}\n", link.hash, link.entry.canonical())).collect();
        out::print(lines)?;
    }
}
