//! The audit log: what stands in it, who sees it, and that nobody can touch it unseen.

use axum::http::StatusCode;
use nightbell::act::By;
use nightbell::args;
use nightbell::rules::access::{Reach, Role};
use nightbell::rules::audit::{AuditEntry, Broken, Head};
use nightbell::rules::desk::edit::Edit;
use nightbell::store::{StoreError, Tx};

use super::{DESK, PASSWORD, Site};

async fn entries(site: &Site) -> Vec<AuditEntry> {
    let mut entries = site.acts.audit_page(Reach::Everything, i64::MAX).await.unwrap().entries;
    entries.reverse();
    entries
}

#[tokio::test]
async fn every_change_says_who_what_when_and_from_where() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let ben = site.somebody("ben", Role::Viewer, Some("night")).await;
        ben.post("/account/name", &[("name", "Ben Frost")]).await.leads_to("/account?done=name");
        ben.post("/sign-out", &[]).await.leads_to("/sign-in");
        ben.signs_in("ben@example.com", PASSWORD).await.leads_to("/");
        ben.post("/account/password", &[("old", PASSWORD), ("new", "four loud owls at night")]).await.leads_to("/account?done=password");
        // The same text again changes nothing, and is not noted.
        site.apply(DESK).await;
        site.apply(&format!("{DESK}# Looked through in November.\n")).await;
        let _ = ada.get("/audit").await;

        let told: Vec<String> = entries(site)
            .await
            .iter()
            .map(|entry| {
                let part = |text: &Option<String>| text.clone().unwrap_or("-".into());
                format!(
                    "{} {} {} {} [{}] {} → {}",
                    entry.actor,
                    part(&entry.address),
                    entry.action,
                    entry.subject,
                    part(&entry.desk),
                    part(&entry.before),
                    part(&entry.after)
                )
            })
            .collect();
        let flow = site.acts.desks().flow("emergency").unwrap().version().to_owned();
        let has = "1 line, 3 agents, 2 rotas, 1 policy";
        let of = |line: &str, n: i64| line.replace("FLOW", &flow).replace("VERSION", &format!("version {n}: {has}"));
        let expected: Vec<String> = [
            ("start - flow.read emergency [-] - → version FLOW", 0),
            ("command line - desk.apply reservations [reservations] - → VERSION", 1),
            ("command line - desk.apply night [night] - → VERSION", 1),
            ("ada@example.com 192.0.2.1 account.join ada@example.com [-] - → administrator at every desk", 0),
            ("command line - account.invite ben@example.com [night] - → viewer at night, once the link is used", 0),
            ("ben@example.com 192.0.2.2 account.join ben@example.com [night] - → viewer at night", 0),
            ("ben@example.com 192.0.2.2 account.rename ben@example.com [-] ben → Ben Frost", 0),
            ("ben@example.com 192.0.2.2 session.end ben@example.com [-] - → -", 0),
            ("ben@example.com 192.0.2.2 session.begin ben@example.com [-] - → -", 0),
            ("ben@example.com 192.0.2.2 account.password ben@example.com [-] - → -", 0),
            ("command line - desk.apply reservations [reservations] version 1 → VERSION", 2),
        ]
        .into_iter()
        .map(|(line, n)| of(line, n))
        .collect();
        let short = |line: &String| line.split(", 2 customers").next().unwrap().to_owned();
        assert_eq!(told.iter().map(short).collect::<Vec<_>>(), expected);
    })
    .await;
}

#[tokio::test]
async fn who_edits_a_draft_and_who_throws_it_away_stands_in_it() {
    Site::each(async |site| {
        let mona = site.somebody("mona", Role::Manager, Some("reservations")).await;
        let before = entries(site).await.len();
        let desk = "/desks/reservations";
        let day = [("name", "Inventory"), ("date", "2027-01-02"), ("kept", "closed")];
        let revision = async || mona.get(&format!("{desk}/draft")).await.hidden("revision");
        mona.post(&format!("{desk}/hours/holiday"), &day).await.leads_to(&format!("{desk}/hours"));
        let seen = revision().await;
        let back = [("revision", &*seen), ("index", "0")];
        mona.post(&format!("{desk}/draft/take-back"), &back).await.leads_to(&format!("{desk}/draft"));
        mona.post(&format!("{desk}/hours/holiday"), &day).await.leads_to(&format!("{desk}/hours"));
        let seen = revision().await;
        let gone = [("revision", &*seen)];
        mona.post(&format!("{desk}/draft/discard"), &gone).await.leads_to(&format!("{desk}/rotas"));
        // What was refused changed nothing, and is not noted.
        mona.post(&format!("{desk}/draft/discard"), &gone).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[]);
        let entries = entries(site).await;
        let told: Vec<_> = entries[before..]
            .iter()
            .map(|entry| (&*entry.actor, &*entry.action, entry.before.as_deref(), entry.after.as_deref()))
            .collect();
        let added = Some("the holiday Inventory (2027-01-02) is new");
        let mona = "mona@example.com";
        assert_eq!(
            told,
            [
                (mona, "draft.edit", None, added),
                (mona, "draft.take_back", added, None),
                (mona, "draft.edit", None, added),
                (mona, "draft.discard", added, None),
            ]
        );
        assert!(entries[before..].iter().all(|entry| entry.desk.as_deref() == Some("reservations")));
    })
    .await;
}

#[tokio::test]
async fn a_draft_that_was_published_stands_in_it_even_if_it_changes_nothing() {
    Site::each(async |site| {
        let mona = site.somebody("mona", Role::Manager, Some("reservations")).await;
        let desk = "/desks/reservations";
        let day = [("name", "Inventory"), ("date", "2027-01-02"), ("kept", "closed")];
        let publish = async || {
            let draft = mona.get(&format!("{desk}/draft")).await;
            let (revision, version) = (draft.hidden("revision"), draft.hidden("version"));
            let form = [("revision", &*revision), ("version", &*version), ("gaps", "meant")];
            let done = mona.post(&format!("{desk}/draft/publish"), &form).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        };
        mona.post(&format!("{desk}/hours/holiday"), &day).await.leads_to(&format!("{desk}/hours"));
        publish().await;
        // Written by hand, and written back again.
        let (_, was) = site.acts.desk_text("reservations", None).await.unwrap().unwrap();
        let other = format!("{was}# Looked through in November.\n");
        let edits =
            [Edit::File { was: was.clone(), now: other.clone() }, Edit::File { was: other, now: was }];
        site.acts.draft(&By::command_line(), "reservations", &edits).await.unwrap();
        publish().await;
        let entries = entries(site).await;
        let told: Vec<_> = entries
            .iter()
            .rev()
            .take(4)
            .map(|entry| (&*entry.actor, &*entry.action, entry.after.as_deref()))
            .collect();
        let mona = "mona@example.com";
        assert_eq!(told[0], (mona, "draft.publish", Some("version 2")));
        assert_eq!((told[1].0, told[1].1), ("command line", "draft.edit"));
        assert_eq!(told[2], (mona, "draft.publish", Some("version 2")));
        assert_eq!((told[3].0, told[3].1), (mona, "desk.apply"));
        let added = Some("the holiday Inventory (2027-01-02) is new");
        assert_eq!(entries[entries.len() - 3].before.as_deref(), added);
    })
    .await;
}

#[tokio::test]
async fn a_manager_sees_his_desks_alone() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let ben = site.somebody("ben", Role::Manager, Some("night")).await;
        let log = ben.get("/audit").await;
        log.says(StatusCode::OK, &["applied the desk <strong>night</strong>", "ben@example.com"]);
        log.hides(&["reservations", "ada@example.com", "nightbell audit"]);
        ben.get("/audit?desk=night").await.says(StatusCode::OK, &["<option value=\"night\" selected"]);
        for other in ["reservations", "nowhere"] {
            ben.get(&format!("/audit?desk={other}")).await.says(StatusCode::NOT_FOUND, &["no such page"]);
        }
        let all = ada.get("/audit").await;
        all.says(
            StatusCode::OK,
            &["<strong>night</strong>", "<strong>reservations</strong>", "opened the account"],
        );
        let one = ada.get("/audit?desk=reservations").await;
        one.says(StatusCode::OK, &["<strong>reservations</strong>"]);
        one.hides(&["<strong>night</strong>", "opened the account"]);

        // A manager of every desk keeps desks; who was let in is not his.
        let cleo = site.somebody("cleo", Role::Manager, None).await;
        let log = cleo.get("/audit").await;
        log.says(StatusCode::OK, &["<strong>night</strong>", "<strong>reservations</strong>"]);
        log.hides(&["ada@example.com", "cleo@example.com"]);
    })
    .await;
}

#[tokio::test]
async fn the_log_is_turned_page_by_page() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let have = usize::try_from(site.acts.audit_head().await.unwrap().ordinal).unwrap();
        for n in have..120 {
            ada.post("/account/name", &[("name", &format!("Ada {n}"))]).await.leads_to("/account?done=name");
        }
        let mut path = "/audit".to_owned();
        let mut seen = Vec::new();
        for last in [false, false, true] {
            let page = ada.get(&path).await;
            page.says(StatusCode::OK, &[]);
            seen.extend(
                page.body
                    .split("No. ")
                    .skip(1)
                    .map(|rest| rest.split(' ').next().unwrap().parse::<i64>().unwrap()),
            );
            let older = page.body.split("href=\"").filter(|rest| rest.contains(">Older<")).find_map(|rest| {
                let (path, after) = rest.split_once('"')?;
                after.starts_with(">Older<").then(|| path.replace("&amp;", "&"))
            });
            assert_eq!(older.is_none(), last, "{path}");
            path = older.unwrap_or_default();
        }
        assert_eq!(seen, (1..=120).rev().collect::<Vec<_>>());
        ada.get("/audit?before=1").await.says(StatusCode::OK, &["There is nothing older."]);
        ada.get("/audit?before=x")
            .await
            .says(StatusCode::BAD_REQUEST, &["<h1>This address cannot be read</h1>"]);
    })
    .await;
}

async fn run(tx: &mut Tx, sql: &&'static str) -> Result<u64, StoreError> {
    tx.execute(sql, args![]).await
}

#[tokio::test]
async fn a_row_that_was_touched_is_found() {
    Site::each(async |site| {
        let ada = site.administrator().await;
        let written_down = site.acts.audit_head().await.unwrap();
        ada.post("/account/name", &[("name", "Ada")]).await.leads_to("/account?done=name");
        let head = site.acts.audit_head().await.unwrap();
        let verify = async |expected: Option<&Head>| site.acts.verify_audit(expected.cloned()).await.unwrap();
        let run = async |sql: &'static str| assert_eq!(site.store.write(run, sql).await, Ok(1), "{sql}");
        assert_eq!(verify(None).await, Ok(head.clone()));
        assert_eq!(verify(Some(&written_down)).await, Ok(head.clone()));
        for (touch, undo, broken) in [
            (
                "update audit set actor = 'eve@example.com' where ordinal = 3",
                "update audit set actor = 'command line' where ordinal = 3",
                Broken::Changed(3),
            ),
            (
                "update audit set before = 'x' where ordinal = 1",
                "update audit set before = null where ordinal = 1",
                Broken::Changed(1),
            ),
            (
                "update audit set ordinal = 99 where ordinal = 5",
                "update audit set ordinal = 5 where ordinal = 99",
                Broken::Missing(5),
            ),
            ("update audit_head set ordinal = 4", "update audit_head set ordinal = 5", Broken::Unlinked(4)),
            ("update audit_head set ordinal = 6", "update audit_head set ordinal = 5", Broken::Missing(6)),
        ] {
            run(touch).await;
            assert_eq!(verify(None).await, Err(broken), "{touch}");
            run(undo).await;
            assert_eq!(verify(None).await, Ok(head.clone()), "{undo}");
        }
        let other = Head { hash: head.hash.replace(|c: char| c.is_ascii_digit(), "0"), ..written_down };
        assert_eq!(verify(Some(&other)).await, Err(Broken::Other(other.ordinal)));
        let beyond = Head { ordinal: 50, ..other };
        assert_eq!(verify(Some(&beyond)).await, Err(Broken::Missing(6)));
    })
    .await;
}

#[tokio::test]
async fn changes_at_once_stand_one_behind_the_other() {
    Site::each(async |site| {
        site.administrator().await;
        let before = site.acts.audit_head().await.unwrap().ordinal;
        let signs = (0..20).map(async |n| {
            let browser = site.browser(&format!("192.0.2.{}", 100 + n));
            browser.signs_in("ada@example.com", PASSWORD).await.status
        });
        let ends = futures_util::future::join_all(signs).await;
        let in_now = ends.iter().filter(|status| **status == StatusCode::SEE_OTHER).count();
        assert!(in_now >= 5, "{ends:?}");
        let head = site.acts.verify_audit(None).await.unwrap().unwrap();
        assert_eq!(head.ordinal, before + i64::try_from(in_now).unwrap());
    })
    .await;
}
