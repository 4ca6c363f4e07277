//! A rota that was kept in another program's calendar is taken over. The clock stands at Wednesday, 18 November 2026,
//! 6:06 in New York.

use std::fmt::Write;

use axum::http::StatusCode;
use nightbell::rules::access::Role;
use nightbell::rules::rota::Turn;

use super::Site;

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
        manager.get(IMPORT).await.says(StatusCode::OK, &["The text of an iCalendar file"]);
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
        let large = format!("{}{}", weeks(&["ada"]), " ".repeat(1024 * 1024));
        for (text, told) in
            [("", "this is no iCalendar file"), ("<p>", "this is no iCalendar file"), (&large, "larger than")]
        {
            manager
                .post(IMPORT, &[("text", text), ("as", "layer")])
                .await
                .says(StatusCode::UNPROCESSABLE_ENTITY, &[told]);
        }
        let enormous = "x".repeat(4 * 1024 * 1024);
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
