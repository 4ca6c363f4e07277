//! Calendars of a desk: their addresses are made, read by programs that cannot sign in, and ended.

use axum::http::{StatusCode, header};
use nightbell::rules::access::Role;

use super::{Browser, DESK, Page, Site, hours};

const FEEDS: &str = "/desks/reservations/feeds";

/// Makes a feed; answers the path of its address, which is shown this once.
async fn made(browser: &Browser<'_>, about: &str) -> String {
    let page = browser.post(FEEDS, &[("about", about)]).await;
    page.says(StatusCode::OK, &["It is shown only here"]);
    let address = page.between("<code class=\"secret\">", "</code>");
    address.strip_prefix(super::PUBLIC).unwrap().to_owned()
}

/// The first feed's form that ends it.
fn end_of(page: &Page) -> String {
    page.between("<form method=\"post\" action=\"/desks/reservations/feeds/", "/end\"")
}

#[tokio::test]
async fn whoever_sees_a_desk_gives_its_rota_to_his_calendar() {
    Site::each(async |site| {
        let administrator = site.administrator().await;
        let viewer = site.somebody("vera", Role::Viewer, Some("reservations")).await;
        viewer.get(FEEDS).await.says(StatusCode::OK, &["There is none yet", "The rota primary"]);
        let address = made(&viewer, "rota:primary").await;
        let page = viewer.get(FEEDS).await;
        page.says(StatusCode::OK, &["The rota primary", "not read yet"]);
        page.hides(&[&address, "There is none yet"]);

        // A program has no cookies.
        let program = site.browser("192.0.2.77");
        let feed = program.get(&address).await;
        feed.says(
            StatusCode::OK,
            &["BEGIN:VCALENDAR\r\n", "X-WR-CALNAME:On call: primary (Reservations Support)"],
        );
        assert_eq!(feed.headers[header::CONTENT_TYPE], "text/calendar; charset=utf-8");
        assert_eq!(feed.headers[header::CACHE_CONTROL], "private, max-age=900");
        viewer.get(FEEDS).await.says(StatusCode::OK, &["last read"]);

        // What has not changed is not sent again; what has, is.
        let tag = feed.headers[header::ETAG].to_str().unwrap().to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
            let again = program.get_with(&address, &[("if-none-match", &known)]).await;
            assert_eq!((again.status, &*again.body), (StatusCode::NOT_MODIFIED, ""), "{known}");
            assert_eq!(again.headers[header::ETAG], tag);
        }
        site.pass(hours(1));
        site.apply(&DESK.replace("name = \"Reservations Support\"", "name = \"Bookings\"")).await;
        let changed = program.get_with(&address, &[("if-none-match", &tag)]).await;
        changed.says(StatusCode::OK, &["X-WR-CALNAME:On call: primary (Bookings)"]);

        // Who has it, gives it up.
        viewer.post(&format!("{FEEDS}/{}/end", end_of(&page)), &[]).await.leads_to(FEEDS);
        assert_eq!(program.get(&address).await.status, StatusCode::NOT_FOUND);
        viewer.get(FEEDS).await.says(StatusCode::OK, &["There is none yet"]);
        administrator
            .get("/audit")
            .await
            .says(StatusCode::OK, &["made a calendar of <strong>rota primary", "ended a calendar of"]);
    })
    .await;
}

#[tokio::test]
async fn one_agent_sees_his_own_shifts_of_all_rotas() {
    Site::each(async |site| {
        let agent = site.somebody("ben", Role::Agent, Some("reservations")).await;
        let address = made(&agent, "agent:ben").await;
        let feed = site.browser("192.0.2.77").get(&address).await;
        feed.says(
            StatusCode::OK,
            &["SUMMARY:On call: primary (Reservations Support)", "SUMMARY:On call: secondary"],
        );
        feed.hides(&["SUMMARY:Ada"]);
    })
    .await;
}

#[tokio::test]
async fn a_feed_is_its_makers_and_a_managers() {
    Site::each(async |site| {
        let vera = site.somebody("vera", Role::Viewer, Some("reservations")).await;
        let address = made(&vera, "rota:secondary").await;
        let end = format!("{FEEDS}/{}/end", end_of(&vera.get(FEEDS).await));

        // Another viewer sees none of it, and somebody of another desk not even the page.
        let other = site.somebody("otto", Role::Agent, Some("reservations")).await;
        other.get(FEEDS).await.says(StatusCode::OK, &["There is none yet"]);
        assert_eq!(other.post(&end, &[]).await.status, StatusCode::NOT_FOUND);
        let elsewhere = site.somebody("nora", Role::Manager, Some("night")).await;
        for path in [FEEDS, "/desks/none/feeds"] {
            assert_eq!(elsewhere.get(path).await.status, StatusCode::NOT_FOUND);
            let made = elsewhere.post(path, &[("about", "rota:primary")]).await;
            assert_eq!(made.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(elsewhere.post(&end, &[]).await.status, StatusCode::NOT_FOUND);
        let wrong_desk = end.replace("reservations", "night");
        assert_eq!(elsewhere.post(&wrong_desk, &[]).await.status, StatusCode::NOT_FOUND);
        site.browser("192.0.2.3").get(FEEDS).await.leads_to("/sign-in?next=%2Fdesks%2Freservations%2Ffeeds");
        let program = site.browser("192.0.2.77");
        assert_eq!(program.get(&address).await.status, StatusCode::OK);

        // A manager sees whose it is, and ends it.
        let manager = site.somebody("mia", Role::Manager, Some("reservations")).await;
        manager.get(FEEDS).await.says(StatusCode::OK, &["The rota secondary", "by vera"]);
        manager.post(&end, &[]).await.leads_to(FEEDS);
        assert_eq!(program.get(&address).await.status, StatusCode::NOT_FOUND);
        assert_eq!(manager.post(&end, &[]).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_feed_shows_no_more_than_its_maker_may_see() {
    Site::each(async |site| {
        let administrator = site.administrator().await;
        let vera = site.somebody("vera", Role::Viewer, Some("reservations")).await;
        let address = made(&vera, "rota:primary").await;
        let program = site.browser("192.0.2.77");
        assert_eq!(program.get(&address).await.status, StatusCode::OK);
        let people = administrator.get("/people").await;
        let id = people.body.split("/people/").find(|part| part.contains(">vera</a>")).unwrap();
        let id = id.split('"').next().unwrap().to_owned();
        administrator.post(&format!("/people/{id}/disable"), &[]).await.leads_to(&format!("/people/{id}"));
        assert_eq!(program.get(&address).await.status, StatusCode::NOT_FOUND);
        administrator.post(&format!("/people/{id}/enable"), &[]).await.leads_to(&format!("/people/{id}"));
        assert_eq!(program.get(&address).await.status, StatusCode::OK);
        // A rota that is gone has no calendar; nor has what never was.
        let renamed =
            DESK.replace("name = \"primary\"", "name = \"first\"").replace("rota:primary", "rota:first");
        site.apply(&renamed).await;
        for path in [&*address, "/calendar/none.ics", "/calendar/.ics", "/calendar/none", &address[..40]] {
            assert_eq!(program.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        vera.get(FEEDS).await;
        administrator.get(FEEDS).await.says(StatusCode::OK, &["The rota primary", "by vera"]);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_shown_is_told_beside_the_form() {
    Site::each(async |site| {
        let administrator = site.administrator().await;
        let manager = site.somebody("mia", Role::Manager, Some("reservations")).await;
        for (about, told) in [
            ("", "Choose whose shifts it shows."),
            ("everything", "Choose whose shifts it shows."),
            ("agent:Not A Key", "Choose whose shifts it shows."),
            ("rota:none", "There is no such rota or agent."),
            ("agent:none", "There is no such rota or agent."),
        ] {
            manager.post(FEEDS, &[("about", about)]).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[told]);
        }
        for _ in 0..50 {
            made(&manager, "rota:primary").await;
        }
        let full = manager.post(FEEDS, &[("about", "rota:primary")]).await;
        full.says(StatusCode::UNPROCESSABLE_ENTITY, &["You have 50 calendars of this desk."]);
        full.hides(&[">Older</a>"]);
        site.pass(hours(1));
        made(&administrator, "rota:secondary").await;
        let newest = manager.get(FEEDS).await;
        newest.says(StatusCode::OK, &["The rota secondary", "by Ada Moss", ">Older</a>"]);
    })
    .await;
}
