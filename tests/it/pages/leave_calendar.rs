//! Leave from a calendar that is kept elsewhere: it comes, changes and goes with it, stays while it cannot be read, and
//! nobody learns the address. The clock stands at Wednesday, 18 November 2026, 6:06 in New York.

use axum::http::StatusCode;
use nightbell::rules::access::Role;

use super::{Browser, DESK, PASSWORD, Site, hours, seconds};
use crate::support::calendars::CalendarServer;

const LEAVE: &str = "/desks/reservations/leave";
const CALENDAR: &str = "/desks/reservations/leave/calendar";

const SEA: &str = "SUMMARY:Sea <b>\nDTSTART;VALUE=DATE:20261121\nDTEND;VALUE=DATE:20261123";

async fn open(site: &Site) {
    // So that the accounts of the test are agents of the desk.
    site.apply(&DESK.replace("@reservations.example.com", "@example.com")).await;
}

/// Lets time pass, and the engine do what it asks for.
async fn pass(site: &Site, count: u64) {
    site.pass(hours(count));
    site.engine.run_due().await.unwrap();
}

async fn keeps(browser: &Browser<'_>, agent: &str, server: &CalendarServer) {
    let form = [("agent", agent), ("address", &*server.address), ("whole_days", "yes"), ("as", "keep")];
    browser.post(CALENDAR, &form).await.leads_to(LEAVE);
}

#[tokio::test]
async fn leave_comes_changes_and_goes_with_the_calendar() {
    Site::each(async |site| {
        open(site).await;
        let server = CalendarServer::start().await;
        let ada = site.somebody("ada", Role::Agent, Some("reservations")).await;
        let mia = site.somebody("mia", Role::Manager, Some("reservations")).await;
        ada.get(LEAVE).await.says(StatusCode::OK, &["Take leave from a calendar"]);
        ada.get(CALENDAR).await.says(StatusCode::OK, &["Enter its address"]);

        // She looks at it before she keeps it.
        server.serves(&[
            SEA,
            "SUMMARY:Dentist\nDTSTART:20261120T150000Z\nDURATION:PT1H",
            "SUMMARY:Birthday\nTRANSP:TRANSPARENT\nDTSTART;VALUE=DATE:20261124",
            "SUMMARY:Called off\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20261125",
        ]);
        let form = [("agent", "ada"), ("address", &*server.address), ("whole_days", "yes")];
        let seen = ada.post(CALENDAR, &form).await;
        seen.says(
            StatusCode::OK,
            &[
                "When Ada Moss is away by it",
                "Sea &#60;b&#62;",
                "Sat 21 Nov 2026 – Sun 22 Nov 2026",
                "2 events do not count",
                "it is shorter than a day",
                "it is marked as free",
            ],
        );
        seen.hides(&["Called off"]);
        ada.get(LEAVE).await.says(StatusCode::OK, &["Nobody, now or later"]);

        keeps(&ada, "ada", &server).await;
        let hers = ada.get(LEAVE).await;
        hers.says(
            StatusCode::OK,
            &[
                "Ada Moss is on leave, and on call by primary",
                "Ask Cleo Hart",
                "Sat 21 Nov 2026 – Sun 22 Nov 2026 · from a calendar",
                "read Wed 18 Nov, 06:06",
            ],
        );
        hers.hides(&["Take away</button>", "Sea", "private-4f2a"]);
        mia.get("/desks/reservations/rotas/primary")
            .await
            .says(StatusCode::OK, &["Ada Moss is on leave and on call by primary, Sat 21 Nov, 00:00"]);

        // Within the hour nobody asks; then nothing has changed; then something has.
        server.was_asked();
        site.pass(seconds(3_599));
        site.engine.run_due().await.unwrap();
        assert_eq!(server.was_asked(), (0, 0));
        site.pass(seconds(1));
        site.engine.run_due().await.unwrap();
        assert_eq!(server.was_asked(), (1, 1));
        ada.get(LEAVE).await.says(StatusCode::OK, &["read Wed 18 Nov, 07:06", "Sun 22 Nov 2026 · from"]);
        server.serves(&[&SEA.replace("20261121", "20261122")]);
        pass(site, 1).await;
        let later = ada.get(LEAVE).await;
        later.says(StatusCode::OK, &["Sun 22 Nov 2026 · from a calendar", "read Wed 18 Nov, 08:06"]);
        later.hides(&["Sat 21 Nov"]);
        server.serves(&[]);
        pass(site, 1).await;
        ada.get(LEAVE).await.says(StatusCode::OK, &["Nobody, now or later"]);

        let log = mia.get("/audit?desk=reservations").await;
        log.says(
            StatusCode::OK,
            &[
                "gave the calendar of leave of",
                "127.0.0.1",
                "whole days",
                "read other leave in the calendar of",
            ],
        );
        log.hides(&["private-4f2a", "Sea"]);
    })
    .await;
}

#[tokio::test]
async fn while_it_cannot_be_read_leave_stays_and_the_page_says_why() {
    Site::each(async |site| {
        open(site).await;
        let server = CalendarServer::start().await;
        let ada = site.somebody("ada", Role::Agent, Some("reservations")).await;
        server.serves(&[SEA]);
        keeps(&ada, "ada", &server).await;
        server.answers(500);
        pass(site, 1).await;
        let failed = ada.get(LEAVE).await;
        failed.says(
            StatusCode::OK,
            &[
                "127.0.0.1",
                "cannot be read since Wed 18 Nov, 07:06: the server answered with status 500",
                "Leave is as it was read Wed 18 Nov, 06:06",
                "Sun 22 Nov 2026 · from a calendar",
            ],
        );
        failed.hides(&["private-4f2a"]);
        // Whatever comes in place of a calendar changes nothing; since when is since the first time.
        for (mood, told) in [
            ("half", "this is no iCalendar file"),
            ("a page", "this is no iCalendar file"),
            ("withdrawn", "there is nothing at this address (404)"),
            ("inside", "the address leads into a private network"),
            ("own network", "the address leads into a private network"),
        ] {
            match mood {
                "half" => server.serves_text(&crate::support::calendars::calendar(&[SEA])[..40]),
                "a page" => server.serves_text("<html>Sign in</html>"),
                "withdrawn" => server.answers(404),
                "inside" => server.leads_to("http://169.254.169.254/latest/meta-data/"),
                _ => server.leads_to("http://127.0.0.2:80/"),
            }
            pass(site, 1).await;
            let page = ada.get(CALENDAR).await;
            page.says(
                StatusCode::OK,
                &["It cannot be read since Wed 18 Nov, 07:06", told, "Enter another address"],
            );
            ada.get(LEAVE).await.says(StatusCode::OK, &["Sun 22 Nov 2026 · from a calendar"]);
        }
        // It is back: read when its time has come, or at once when she asks.
        server.serves(&[&SEA.replace("20261123", "20261124")]);
        server.was_asked();
        let again = ada.post(&format!("{CALENDAR}/read"), &[("agent", "ada")]).await;
        again.leads_to(&format!("{CALENDAR}?agent=ada"));
        ada.get(CALENDAR).await.says(StatusCode::OK, &["It is being read now"]);
        site.engine.run_due().await.unwrap();
        assert_eq!(server.was_asked(), (1, 0));
        let page = ada.get(CALENDAR).await;
        page.says(StatusCode::OK, &["1 absence, read Wed 18 Nov, 12:06", "Read it now"]);
        page.hides(&["cannot be read"]);
        ada.get(LEAVE).await.says(StatusCode::OK, &["Sat 21 Nov 2026 – Mon 23 Nov 2026 · from a calendar"]);
    })
    .await;
}

#[tokio::test]
async fn what_repeats_comes_nearer_though_nothing_changes() {
    Site::each(async |site| {
        open(site).await;
        let server = CalendarServer::start().await;
        let ada = site.somebody("ada", Role::Agent, Some("reservations")).await;
        server.serves(&["SUMMARY:Course\nDTSTART;VALUE=DATE:20261130\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"]);
        keeps(&ada, "ada", &server).await;
        ada.get(CALENDAR).await.says(StatusCode::OK, &["12 absences"]);
        server.was_asked();
        pass(site, 40 * 24).await;
        // All of it, although it is what it was.
        assert_eq!(server.was_asked(), (1, 0));
        pass(site, 1).await;
        assert_eq!(server.was_asked(), (1, 1));
        ada.signs_in("ada@example.com", PASSWORD).await.leads_to("/");
        let page = ada.get(CALENDAR).await;
        page.says(StatusCode::OK, &["12 absences, read Mon 28 Dec, 07:06"]);
    })
    .await;
}

#[tokio::test]
async fn a_calendar_is_the_agents_own_and_the_managers() {
    Site::each(async |site| {
        open(site).await;
        let server = CalendarServer::start().await;
        server.serves(&[SEA]);
        let ada = site.somebody("ada", Role::Agent, Some("reservations")).await;
        let ben = site.somebody("ben", Role::Agent, Some("reservations")).await;
        let mia = site.somebody("mia", Role::Manager, Some("reservations")).await;
        let vera = site.somebody("vera", Role::Viewer, Some("reservations")).await;
        let nora = site.somebody("nora", Role::Manager, Some("night")).await;
        keeps(&mia, "ada", &server).await;
        ada.get(&format!("{CALENDAR}?agent=ada")).await.says(StatusCode::OK, &["1 absence, read"]);
        mia.get(&format!("{CALENDAR}?agent=ada")).await.says(StatusCode::OK, &["1 absence, read"]);
        // To others it is leave like any other.
        ben.get(&format!("{CALENDAR}?agent=ada")).await.hides(&["Ada Moss", "127.0.0.1", "private-4f2a"]);
        let others = ben.get(LEAVE).await;
        others.says(StatusCode::OK, &["Sun 22 Nov 2026 · from a calendar"]);
        others.hides(&["127.0.0.1", "private-4f2a"]);
        vera.get(LEAVE).await.hides(&["Leave from calendars"]);
        let form = [("agent", "ada"), ("address", &*server.address)];
        for path in ["", "/read", "/forget"] {
            let path = format!("{CALENDAR}{path}");
            for (browser, status) in [
                (&ben, StatusCode::FORBIDDEN),
                (&vera, StatusCode::FORBIDDEN),
                (&nora, StatusCode::NOT_FOUND),
            ] {
                assert_eq!(browser.post(&path, &form).await.status, status, "{path}");
            }
        }
        assert_eq!(vera.get(CALENDAR).await.status, StatusCode::FORBIDDEN);
        assert_eq!(nora.get(CALENDAR).await.status, StatusCode::NOT_FOUND);

        for (address, told) in [
            ("", "This is no web address"),
            ("calendar.example.com/a.ics", "This is no web address"),
            ("ftp://calendar.example.com/a.ics", "This is no web address"),
            ("http://169.254.169.254/latest/meta-data/", "The address leads into a private network"),
            ("http://[::1]/", "The address leads into a private network"),
            ("http://2130706434/", "The address leads into a private network"),
            ("http://ada:secret@127.0.0.1/", "The address holds a name or a password"),
        ] {
            let answer = ada.post(CALENDAR, &[("agent", "ada"), ("address", address)]).await;
            answer.says(StatusCode::UNPROCESSABLE_ENTITY, &[told]);
        }
        ada.post(CALENDAR, &[("agent", "zoe"), ("address", &*server.address)])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["Choose somebody."]);

        // Two taps forget it once; what was read of it meanwhile is not written down.
        let taken = {
            site.pass(hours(1));
            site.acts.take_calendars().await.unwrap()
        };
        assert_eq!(taken.len(), 1);
        assert!(site.acts.take_calendars().await.unwrap().is_empty());
        for _ in 0..2 {
            ada.post(&format!("{CALENDAR}/forget"), &[("agent", "ada")]).await.leads_to(LEAVE);
        }
        for taken in taken {
            let news = nightbell::act::CalendarNews::Failed("late".into());
            assert!(!site.acts.read_calendar(taken, news).await.unwrap());
        }
        ada.get(LEAVE).await.says(StatusCode::OK, &["Nobody, now or later"]);
        mia.get("/audit?desk=reservations")
            .await
            .says(StatusCode::OK, &["took away the calendar of leave of"]);
        server.was_asked();
        pass(site, 24).await;
        assert_eq!(server.was_asked(), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn who_is_no_agent_any_more_is_not_read() {
    Site::each(async |site| {
        open(site).await;
        let server = CalendarServer::start().await;
        server.serves(&[SEA]);
        let mia = site.somebody("mia", Role::Manager, Some("reservations")).await;
        keeps(&mia, "cleo", &server).await;
        let text = DESK.replace("\"cleo\"", "\"dora\"").replace("agent:cleo", "agent:dora");
        site.apply(&text).await;
        server.was_asked();
        pass(site, 1).await;
        assert_eq!(server.was_asked(), (0, 0));
        // He is back.
        open(site).await;
        pass(site, 24).await;
        assert_eq!(server.was_asked(), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn more_leave_than_is_listed_is_said_to_be_there() {
    Site::each(async |site| {
        open(site).await;
        let server = CalendarServer::start().await;
        server.serves(&[
            "SUMMARY:Nap\nDTSTART:20261119T180000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY",
            "SUMMARY:Tea\nDTSTART:20261119T210000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY",
        ]);
        let mia = site.somebody("mia", Role::Manager, Some("reservations")).await;
        let viewer = site.program(Role::Viewer, Some("reservations")).await;
        // A program reads on where a page ends, to the last.
        let all = async || {
            let (mut count, mut path) = (0, "/desks/reservations/leave?limit=100".to_owned());
            loop {
                let told = viewer.get(&path).await.json();
                count += told["leave"].as_array().unwrap().len();
                let Some(next) = told["next"].as_str() else { break count };
                path = format!("/desks/reservations/leave?limit=100&cursor={next}");
            }
        };
        for (agent, count, more) in [("ada", 600..1_000, false), ("ben", 1_001..2_000, true)] {
            let form = [("agent", agent), ("address", &*server.address), ("as", "keep")];
            mia.post(CALENDAR, &form).await.leads_to(LEAVE);
            assert!(count.contains(&all().await), "of {agent}");
            let page = mia.get(LEAVE).await;
            match more {
                true => page.says(StatusCode::OK, &["There is more leave than can be listed"]),
                false => page.hides(&["There is more leave"]),
            }
        }
    })
    .await;
}
