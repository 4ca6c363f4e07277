//! Leave: written by whoever it is about or a manager, held against the rotas, with who could be on call instead. The
//! clock stands at Wednesday, 18 November 2026, 6:06 in New York; Ada is on call by `primary`, Ben by `secondary`.

use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use nightbell::act::{By, Token};
use nightbell::args;
use nightbell::rules::access::Role;
use nightbell::store::{StoreError, Tx};
use serde_json::json;

use super::api::ask;
use super::{DESK, Page, Site, hours};

const LEAVE: &str = "/desks/reservations/leave";

async fn open(site: &Site) {
    // So that the accounts of the test are agents of the desk.
    site.apply(&DESK.replace("@reservations.example.com", "@example.com")).await;
}

fn away<'a>(agent: &'a str, from: &'a str, to: &'a str) -> [(&'a str, &'a str); 4] {
    [("agent", agent), ("from", from), ("to", to), ("note", "<b>A wedding</b>")]
}

/// The address that takes the first away.
fn first(page: &Page) -> String {
    format!("{LEAVE}/{}/remove", page.between("/leave/", "/remove"))
}

#[tokio::test]
async fn leave_shows_who_has_to_be_covered_and_who_could() {
    Site::each(async |site| {
        open(site).await;
        let ada = site.somebody("ada", Role::Agent, Some("reservations")).await;
        let ben = site.somebody("ben", Role::Agent, Some("reservations")).await;
        let mia = site.somebody("mia", Role::Manager, Some("reservations")).await;
        let vera = site.somebody("vera", Role::Viewer, Some("reservations")).await;
        let nora = site.somebody("nora", Role::Manager, Some("night")).await;
        ada.get(LEAVE).await.says(StatusCode::OK, &["Nobody, now or later", "Write leave down"]);
        vera.get(LEAVE).await.hides(&["Write leave down"]);
        nora.get(LEAVE).await.says(StatusCode::NOT_FOUND, &[]);

        // Two taps of one finger.
        for _ in 0..2 {
            ada.post(LEAVE, &away("ada", "2026-11-21", "2026-11-22")).await.leads_to(LEAVE);
        }
        let hers = ada.get(LEAVE).await;
        hers.says(
            StatusCode::OK,
            &[
                "Ada Moss is on leave, and on call by primary",
                "Sat 21 Nov, 00:00 – Mon 23 Nov, 00:00",
                "Ask Cleo Hart",
                "/rotas/primary/cover?from=2026-11-21T00%3A00&#38;to=2026-11-23T00%3A00",
                "&#60;b&#62;A wedding",
                "Sat 21 Nov 2026 – Sun 22 Nov 2026",
            ],
        );
        assert_eq!(hers.body.matches("Take away</button>").count(), 1, "{}", hers.body);
        // Ben is on call himself, and why she is away is not his to know.
        hers.hides(&["Ask Ben Frost"]);
        ben.get(LEAVE).await.hides(&["A wedding", "Take away</button>", "Ask Cleo"]);
        mia.get(LEAVE)
            .await
            .says(StatusCode::OK, &["Put in Cleo Hart", "A wedding", "/rotas/primary/override?"]);
        let rota = "/desks/reservations/rotas/primary";
        ben.get(rota)
            .await
            .says(StatusCode::OK, &["Ada Moss is on leave and on call by primary, Sat 21 Nov, 00:00"]);
        let timeline = ben.get(&format!("{rota}/timeline?view=week")).await;
        timeline.says(StatusCode::OK, &["\"class\":\"leave\"", "Ada Moss is on leave"]);

        // The manager fills it, and the draft says what is left.
        let form = [("from", "2026-11-21T00:00"), ("to", "2026-11-22T00:00"), ("agent", "cleo")];
        mia.post(&format!("{rota}/override"), &form).await;
        let draft = mia.get("/desks/reservations/draft").await;
        draft.says(
            StatusCode::OK,
            &["On leave, and on call", "Ada Moss is on leave and on call by primary, Sun 22 Nov"],
        );
        draft.hides(&["primary, Sat 21 Nov, 00:00 – Mon"]);

        // Nobody takes another's away but a manager.
        let remove = first(&hers);
        assert_eq!(ben.post(&remove, &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(vera.post(&remove, &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(nora.post(&remove, &[]).await.status, StatusCode::NOT_FOUND);
        for _ in 0..2 {
            mia.post(&remove, &[]).await.leads_to(LEAVE);
        }
        ada.get(LEAVE).await.says(StatusCode::OK, &["Nobody, now or later"]);
        let log = mia.get("/audit?desk=reservations").await;
        log.says(StatusCode::OK, &["wrote down leave of", "took away leave of", "ada@example.com"]);
        log.hides(&["A wedding"]);
    })
    .await;
}

#[tokio::test]
async fn leave_is_written_for_oneself_or_by_a_manager() {
    Site::each(async |site| {
        open(site).await;
        let ada = site.somebody("ada", Role::Agent, Some("reservations")).await;
        let mia = site.somebody("mia", Role::Manager, Some("reservations")).await;
        let vera = site.somebody("vera", Role::Viewer, Some("reservations")).await;
        let form = away("ben", "2026-12-24", "2026-12-26");
        assert_eq!(ada.post(LEAVE, &form).await.status, StatusCode::FORBIDDEN);
        assert_eq!(vera.post(LEAVE, &form).await.status, StatusCode::FORBIDDEN);
        mia.post(LEAVE, &form).await.leads_to(LEAVE);
        for (form, told) in [
            (away("ada", "2026-12-24", "2026-12-23"), "It ends before it begins."),
            (away("ada", "2026-11-10", "2026-11-12"), "That is over already."),
            (away("ada", "2026-12-24", "2028-12-24"), "days at most"),
            (away("ada", "tomorrow", "9999-01-01"), "Write a day."),
            (away("zoe", "2026-12-24", "2026-12-24"), "Choose somebody."),
        ] {
            let answer = ada.post(LEAVE, &form).await;
            answer.says(StatusCode::UNPROCESSABLE_ENTITY, &[told, "&#60;b&#62;A wedding"]);
        }
        let long = "x".repeat(201);
        let form = [("agent", "ada"), ("from", "2026-12-24"), ("to", "2026-12-24"), ("note", &*long)];
        ada.post(LEAVE, &form).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["200 characters at most"]);
        // A sign that no database keeps is told as one that could not be read, and breaks no chain.
        let form = [("agent", "ada"), ("from", "2026-12-27"), ("to", "2026-12-28"), ("note", "a\0b")];
        mia.post(LEAVE, &form).await.leads_to(LEAVE);
        mia.get(LEAVE).await.says(StatusCode::OK, &["a\u{fffd}b"]);
        mia.get("/desks/reservations/cover/%00").await.says(StatusCode::NOT_FOUND, &[]);
        assert!(site.acts.verify_audit(None).await.unwrap().is_ok());
    })
    .await;
}

async fn spoil_the_first_version(tx: &mut Tx, (): &()) -> Result<u64, StoreError> {
    let spoil = "update desk_version set source = 'key = ' where desk = 'reservations' and version = 1";
    tx.execute(spoil, args![]).await
}

#[tokio::test]
async fn a_version_that_can_no_longer_be_read_is_told_and_not_passed_over() {
    Site::each(async |site| {
        site.pass(hours(1));
        open(site).await;
        site.pass(hours(1));
        let mia = site.somebody("mia", Role::Manager, Some("reservations")).await;
        let token = Token { role: Role::Manager, ..Token::viewer("rotas") };
        let token = site.acts.create_token(By::command_line(), token).await.unwrap();
        mia.post(LEAVE, &away("ada", "2026-11-21", "2026-11-22")).await.leads_to(LEAVE);
        let form = [("from", "2026-11-21T00:00"), ("to", "2026-11-22T00:00"), ("agent", "cleo")];
        mia.post("/desks/reservations/rotas/primary/override", &form).await;
        let pages = [LEAVE, "/desks/reservations/draft"];
        let (odds, draft) = ("/desks/reservations/leave/conflicts", "/desks/reservations/draft");
        for page in pages {
            mia.get(page).await.hides(&["can no longer be read"]);
        }
        assert_eq!(ask(site, &token, odds).await.1["unread"], json!([]));

        assert_eq!(site.store.write(spoil_the_first_version, ()).await.unwrap(), 1);
        for page in pages {
            let told = "Version 1 of the desk can no longer be read: who was on call by it, ";
            mia.get(page).await.says(StatusCode::OK, &[told, "is not counted."]);
        }
        let (_, odds) = ask(site, &token, odds).await;
        let (_, draft) = ask(site, &token, draft).await;
        for unread in [&odds["unread"], &draft["preview"]["unread"]] {
            assert_eq!((unread.as_array().unwrap().len(), &unread[0]["version"]), (1, &json!(1)), "{unread}");
            let instant = |name: &str| unread[0][name].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
            assert_eq!(instant("to") - instant("from"), TimeDelta::hours(1), "{unread}");
        }
    })
    .await;
}
