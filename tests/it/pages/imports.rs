//! A rota that was kept in another program's calendar is taken over. The clock stands at Wednesday, 18 November 2026,
//! 6:06 in New York.

use std::fmt::Write;

use axum::http::StatusCode;
use nightbell::rules::access::Role;
use nightbell::rules::rota::Turn;

use super::Site;
use crate::support::calendars::CalendarServer;

const IMPORT: &str = "/desks/reservations/rotas/primary/import";
const ROTA: &str = "/desks/reservations/rotas/primary";

/// Weeks from Monday, 23 November, 8:00 on.
fn weeks(people: &[&str]) -> String {
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n".to_owned();
    let monday = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    for (day, who) in monday.iter_days().step_by(7).zip(people) {
        let day = day.format("%Y%m%d");
        write!(
            text,
            "BEGIN:VEVENT\r\nSUMMARY:{who}\r\nDTSTART;TZID=America/New_York:{day}T080000\r\nDURATION:P1W\r\nEND:VEVENT\r\n"
        )
        .unwrap();
    }
    text + "END:VCALENDAR\r\n"
}

#[tokio::test]
async fn turns_of_another_calendar_become_a_layer() {
    Site::each(async |site| {
        let manager = site.somebody("mia", Role::Manager, Some("reservations")).await;
        manager.get(ROTA).await.says(StatusCode::OK, &["Read a calendar"]);
        manager.get(IMPORT).await.says(StatusCode::OK, &["A file (.ics)", "Or its address", "Or its text"]);
        let text = weeks(&["Ben Frost", "cleo", "Ben Frost", "cleo", "Zoe <b>"])
            .replace("Zoe <b>", "Zoe <b>\\nof old");
        let seen = manager.post(IMPORT, &[("text", &text)]).await;
        seen.says(
            StatusCode::OK,
            &[
                "Mon 23 Nov, 08:00 – Mon 30 Nov, 08:00",
                "Ben Frost, Cleo Hart, every week at 08:00, from 2026-11-23",
                "Put 4 overrides into the draft",
                "Zoe &#60;b&#62; of old",
                "it names no agent of this desk",
            ],
        );
        manager.get(ROTA).await.hides(&["not in force yet"]);
        manager.post(IMPORT, &[("text", &text), ("as", "layer")]).await.leads_to(ROTA);
        let drafting = site.acts.drafting("reservations").await.unwrap().unwrap();
        let drafted = drafting.result.unwrap();
        let layer = drafted.desk().rota("primary").unwrap().layers.last().unwrap().clone();
        let agents: Vec<&str> = layer.agents.iter().map(|agent| agent.as_str()).collect();
        assert_eq!((agents, layer.starts.to_string()), (vec!["ben", "cleo"], "2026-11-23".to_owned()));
        assert!(matches!(layer.every, Turn::Weeks(weeks) if weeks.get() == 1));
    })
    .await;
}

#[tokio::test]
async fn shifts_without_an_order_become_overrides() {
    Site::each(async |site| {
        let manager = site.somebody("mia", Role::Manager, Some("reservations")).await;
        let text = weeks(&["ada@reservations.example.com", "Ben", "Ben"]);
        let seen = manager.post(IMPORT, &[("text", &text)]).await;
        seen.says(StatusCode::OK, &["Put 2 overrides into the draft"]);
        seen.hides(&["People take turns"]);
        // What was not offered is only looked at again.
        manager
            .post(IMPORT, &[("text", &text), ("as", "layer")])
            .await
            .says(StatusCode::OK, &["Put 2 overrides"]);
        manager.post(IMPORT, &[("text", &text), ("as", "overrides")]).await.leads_to(ROTA);
        let drafting = site.acts.drafting("reservations").await.unwrap().unwrap();
        let drafted = drafting.result.unwrap();
        let made = &drafted.desk().rota("primary").unwrap().overrides;
        let made: Vec<String> =
            made.iter().map(|made| format!("{} {} {}", made.agent, made.from, made.to)).collect();
        assert_eq!(
            made,
            ["ada 2026-11-23 08:00:00 2026-11-30 08:00:00", "ben 2026-11-30 08:00:00 2026-12-14 08:00:00"]
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_no_calendar_is_refused_and_nobody_else_may() {
    Site::each(async |site| {
        let manager = site.somebody("mia", Role::Manager, Some("reservations")).await;
        for (text, told) in [("", "This is no iCalendar file"), ("<p>", "This is no iCalendar file")] {
            manager
                .post(IMPORT, &[("text", text), ("as", "layer")])
                .await
                .says(StatusCode::UNPROCESSABLE_ENTITY, &[told]);
        }
        manager
            .post(IMPORT, &[])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["Choose a file, enter an address"]);
        let enormous = "x".repeat(16 * 1024 * 1024);
        assert_eq!(manager.post(IMPORT, &[("text", &enormous)]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(manager.get("/desks/reservations/rotas/none/import").await.status, StatusCode::NOT_FOUND);
        let agent = site.somebody("otto", Role::Agent, Some("reservations")).await;
        let elsewhere = site.somebody("nora", Role::Manager, Some("night")).await;
        let text = weeks(&["ada"]);
        for (browser, status) in [(&agent, StatusCode::FORBIDDEN), (&elsewhere, StatusCode::NOT_FOUND)] {
            assert_eq!(browser.get(IMPORT).await.status, status);
            assert_eq!(browser.post(IMPORT, &[("text", &text), ("as", "overrides")]).await.status, status);
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_is_looked_at_and_what_was_seen_is_put_into_the_draft() {
    Site::each(async |site| {
        let manager = site.somebody("mia", Role::Manager, Some("reservations")).await;
        let past = "BEGIN:VEVENT\r\nSUMMARY:Ada, long ago\r\nDTSTART;VALUE=DATE:20100101\r\nDTEND;VALUE=DATE:20100102\r\n\
                    END:VEVENT\r\n";
        let file = weeks(&["Ben Frost", "cleo", "Ben Frost", "cleo"])
            .replacen("BEGIN:VEVENT", &format!("{}BEGIN:VEVENT", past.repeat(90_000)), 1);
        assert!(file.len() > 9_000_000);
        let fields = [("address", ""), ("text", ""), ("as", "")];
        let seen = manager.post_parts(IMPORT, &fields, ("file", file.as_bytes())).await;
        seen.says(StatusCode::OK, &["Ben Frost, Cleo Hart, every week at 08:00, from 2026-11-23"]);
        seen.hides(&["long ago"]);
        // The page holds what was understood of it, and no more.
        assert!(seen.body.len() < 20_000, "{}", seen.body.len());
        let text = seen.between("autocapitalize=\"none\" aria-describedby=\"text-hint\">\n", "</textarea>");
        manager.post_parts(IMPORT, &[("text", &text), ("as", "layer")], ("file", b"")).await.leads_to(ROTA);
        let drafting = site.acts.drafting("reservations").await.unwrap().unwrap();
        let layers = drafting.result.unwrap().desk().rota("primary").unwrap().layers.clone();
        assert_eq!(layers.last().unwrap().starts.to_string(), "2026-11-23");

        for (file, told) in [
            (&b"\xff\xfeB\0E\0G\0I\0N\0"[..], "This is no iCalendar file"),
            (&[b'x'; 10 * 1024 * 1024 + 1], "The file is larger than 10 MB"),
        ] {
            let answer = manager.post_file(IMPORT, "file", file).await;
            answer.says(StatusCode::UNPROCESSABLE_ENTITY, &[told, "id=\"file-error\""]);
        }
        // Names in the letters of another age are names of nobody, and the rest is read.
        let odd = weeks(&["Ben Frost", "Zo\u{eb}"]);
        let odd: Vec<u8> = odd.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
        let answer = manager.post_file(IMPORT, "file", &odd).await;
        answer.says(StatusCode::OK, &["Put 1 override into the draft", "Zo\u{fffd}"]);
    })
    .await;
}

#[tokio::test]
async fn a_calendar_is_read_at_its_address() {
    Site::each(async |site| {
        let manager = site.somebody("mia", Role::Manager, Some("reservations")).await;
        let server = CalendarServer::start().await;
        server.serves_text(weeks(&["Ben Frost", "cleo", "Ben Frost", "cleo"]));
        let seen = manager.post(IMPORT, &[("address", &server.address)]).await;
        seen.says(
            StatusCode::OK,
            &["Ben Frost, Cleo Hart, every week at 08:00", "Put 4 overrides into the draft"],
        );
        // It is not kept, nor read again to be put into the draft.
        seen.hides(&["private-4f2a"]);
        server.answers(404);
        let text = seen.between("autocapitalize=\"none\" aria-describedby=\"text-hint\">\n", "</textarea>");
        let form = [("text", &*text), ("address", &server.address), ("as", "overrides")];
        manager.post(IMPORT, &form).await.leads_to(ROTA);
        let drafting = site.acts.drafting("reservations").await.unwrap().unwrap();
        assert_eq!(drafting.result.unwrap().desk().rota("primary").unwrap().overrides.len(), 4);

        for (address, told) in [
            (&*server.address, "There is nothing at this address (404)"),
            ("https://127.0.0.2/a.ics", "The address leads into a private network"),
            ("https://localhost:1/a.ics", "The server cannot be read: no connection"),
        ] {
            let answer = manager.post(IMPORT, &[("address", address)]).await;
            answer.says(StatusCode::UNPROCESSABLE_ENTITY, &[told, "id=\"address-error\""]);
        }
        server.leads_to("http://10.0.0.1/");
        manager
            .post(IMPORT, &[("address", &server.address)])
            .await
            .says(StatusCode::UNPROCESSABLE_ENTITY, &["The address leads into a private network"]);
    })
    .await;
}
