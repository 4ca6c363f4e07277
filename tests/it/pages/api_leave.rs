//! Programs keep leave: in a list that goes on, and from calendars that are kept elsewhere; and they take rotas over from
//! calendars by their addresses. The clock stands at Wednesday, 18 November 2026, 6:06 in New York.

use axum::http::{Method, StatusCode};
use nightbell::rules::access::Role;
use serde_json::{Value, json};

use super::program::Program;
use super::{DESK, Site};
use crate::support::calendars::CalendarServer;

const LEAVE: &str = "/desks/reservations/leave";
const CALENDARS: &str = "/desks/reservations/leave/calendars";
const ADAS: &str = "/desks/reservations/leave/calendars/ada";
const IMPORT: &str = "/desks/reservations/rotas/primary/import";

const SEA: &str = "SUMMARY:Sea\nDTSTART;VALUE=DATE:20261121\nDTEND;VALUE=DATE:20261123";
const DENTIST: &str = "SUMMARY:Dentist\nDTSTART:20261120T150000Z\nDURATION:PT1H";

/// Ada and Ben, agents of the desk, each with a token of his own.
async fn agents(site: &Site) -> (Program, Program) {
    site.apply(&DESK.replace("@reservations.example.com", "@example.com")).await;
    for name in ["ada", "ben"] {
        site.somebody(name, Role::Agent, Some("reservations")).await;
    }
    let program = async |email| site.program_of(email, Role::Agent).await;
    (program("ada@example.com").await, program("ben@example.com").await)
}

async fn put(program: &Program, path: &str, body: Value) -> super::program::Answer {
    program.send(Method::PUT, path, &[("content-type", "application/json")], &body.to_string()).await
}

#[tokio::test]
async fn leave_comes_from_a_calendar_that_a_program_enters() {
    Site::each(async |site| {
        let (ada, ben) = agents(site).await;
        let server = CalendarServer::start().await;
        server.serves(&[SEA, DENTIST]);
        let address = json!({"address": server.address});

        // She looks before she keeps it.
        let seen = put(&ada, &format!("{ADAS}?dry_run=true"), address.clone()).await.is(StatusCode::OK);
        assert_eq!(
            (&seen["kept"], &seen["absences"][0]["summary"]),
            (&json!(false), &json!("Sea")),
            "{seen}"
        );
        assert_eq!(seen["absences"][0]["from"], "2026-11-21T05:00:00.000Z", "{seen}");
        assert_eq!(seen["left_out"][0]["why"], "it is shorter than a day", "{seen}");
        assert_eq!(ada.get(CALENDARS).await.json(), json!({"calendars": []}));
        let busy = json!({"address": server.address, "whole_days": false});
        let busy = put(&ada, &format!("{ADAS}?dry_run=true"), busy).await.is(StatusCode::OK);
        assert_eq!(busy["absences"].as_array().unwrap().len(), 2, "{busy}");

        assert_eq!(put(&ada, ADAS, address.clone()).await.is(StatusCode::OK)["kept"], true);
        let kept = ada.get(CALENDARS).await.is(StatusCode::OK);
        let calendar = &kept["calendars"][0];
        assert_eq!(
            (&calendar["agent"]["key"], &calendar["absences"], &calendar["failed"]),
            (&json!("ada"), &json!(1), &Value::Null)
        );
        assert!(!kept.to_string().contains("private-4f2a"), "the address is a secret: {kept}");
        let leave = ada.get(LEAVE).await.is(StatusCode::OK);
        assert_eq!(leave["leave"][0]["origin"], "calendar", "{leave}");
        let id = leave["leave"][0]["id"].as_str().unwrap();
        ada.delete(&format!("{LEAVE}/{id}"), &[]).await.is_refused("calendar");

        // It is hers, and her managers'.
        assert_eq!(ben.get(CALENDARS).await.json(), json!({"calendars": []}));
        put(&ben, ADAS, address.clone()).await.is(StatusCode::FORBIDDEN);
        ben.delete(ADAS, &[]).await.is(StatusCode::FORBIDDEN);
        ben.post(&format!("{ADAS}/read"), &[], Value::Null).await.is(StatusCode::FORBIDDEN);
        let night = site.program(Role::Manager, Some("night")).await;
        night.get(CALENDARS).await.is(StatusCode::NOT_FOUND);
        put(&night, ADAS, address.clone()).await.is(StatusCode::NOT_FOUND);
        let mia = site.program(Role::Manager, Some("reservations")).await;
        assert_eq!(mia.get(CALENDARS).await.json()["calendars"].as_array().unwrap().len(), 1);
        put(&mia, &ADAS.replace("ada", "nobody"), address).await.is(StatusCode::NOT_FOUND);

        // Read now, and not within the hour.
        server.serves(&[]);
        let soon = mia.post(&format!("{ADAS}/read"), &[], Value::Null).await.is(StatusCode::ACCEPTED);
        assert_eq!(soon["next_read_at"], soon["read_at"], "{soon}");
        site.engine.run_due().await.unwrap();
        assert_eq!(mia.get(LEAVE).await.json()["leave"], json!([]));
        mia.delete(ADAS, &[]).await.is(StatusCode::NO_CONTENT);
        mia.delete(ADAS, &[]).await.is(StatusCode::NOT_FOUND);
        mia.post(&format!("{ADAS}/read"), &[], Value::Null).await.is(StatusCode::NOT_FOUND);
        let log = mia.get("/audit?desk=reservations&limit=3").await.json();
        assert!(log.to_string().contains("leave.calendar_forget"), "{log}");
        assert!(!log.to_string().contains("private-4f2a"), "{log}");
    })
    .await;
}

#[tokio::test]
async fn an_address_that_leads_inside_is_not_read_for_a_program() {
    Site::each(async |site| {
        let mia = site.program(Role::Manager, Some("reservations")).await;
        let server = CalendarServer::start().await;
        server.leads_to("http://169.254.169.254/latest/meta-data/");
        for (address, words) in [
            (&*server.address, "leads into a private network"),
            ("http://127.0.0.2:80/", "leads into a private network"),
            ("sea", "no web address"),
            ("https://ada:secret@calendars.example.com/", "holds a name or a password"),
        ] {
            let body = json!({"address": address});
            let kept = put(&mia, ADAS, body.clone()).await.is(StatusCode::UNPROCESSABLE_ENTITY);
            let taken = mia.post(IMPORT, &[], body).await.is(StatusCode::UNPROCESSABLE_ENTITY);
            for told in [kept, taken] {
                assert!(told["detail"].as_str().unwrap().contains(words), "{told}");
                assert!(!told.to_string().contains("private-4f2a"), "{told}");
            }
        }
        server.serves_text("<html>Sign in</html>");
        let page = put(&mia, ADAS, json!({"address": server.address})).await;
        page.is(StatusCode::UNPROCESSABLE_ENTITY);
        put(&mia, ADAS, json!({"addres": server.address})).await.is(StatusCode::BAD_REQUEST);
        mia.put(ADAS, &[], "x").await.is(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(mia.get(CALENDARS).await.json(), json!({"calendars": []}));
    })
    .await;
}

#[tokio::test]
async fn a_rota_is_taken_over_from_an_address() {
    Site::each(async |site| {
        let mia = site.program(Role::Manager, Some("reservations")).await;
        let server = CalendarServer::start().await;
        server.serves(&["SUMMARY:Ada Moss\nDTSTART:20261123T130000Z\nDURATION:P1W"]);
        let address = json!({"address": server.address});
        let seen = mia.post(IMPORT, &[], address.clone()).await.is(StatusCode::OK);
        assert_eq!(
            (&seen["drafted"], &seen["shifts"][0]["agent"]["key"], &seen["overrides"]),
            (&json!(false), &json!("ada"), &json!(1)),
            "{seen}"
        );
        // What was looked at is what is put there, whatever stands at the address by now.
        server.answers(404);
        let text = seen["calendar"].as_str().unwrap();
        let headers = [("content-type", "text/calendar")];
        let drafted = mia.send(Method::POST, &format!("{IMPORT}?as=overrides"), &headers, text).await;
        let drafted = drafted.is(StatusCode::OK);
        assert_eq!((&drafted["drafted"], &drafted["shifts"]), (&json!(true), &seen["shifts"]), "{drafted}");
        assert_eq!(drafted["calendar"], Value::Null);
        mia.post(IMPORT, &[], address.clone()).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        let pdf = [("content-type", "application/pdf")];
        mia.send(Method::POST, IMPORT, &pdf, text).await.is(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let vera = site.program(Role::Viewer, Some("reservations")).await;
        vera.post(IMPORT, &[], address).await.is(StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn a_list_of_leave_goes_on_to_its_end() {
    Site::each(async |site| {
        let (ada, ben) = agents(site).await;
        let server = CalendarServer::start().await;
        server.serves(&[SEA]);
        put(&ben, &ADAS.replace("ada", "ben"), json!({"address": server.address})).await.is(StatusCode::OK);
        // Two of them begin at one instant, as does the calendar's.
        for to in ["2026-11-22T05:00:00Z", "2026-11-24T05:00:00Z"] {
            let wanted = json!({"agent": "ada", "span": {"from": "2026-11-21T05:00:00Z", "to": to}});
            let made = ada.post(LEAVE, &[], wanted.clone()).await.is(StatusCode::CREATED);
            assert_eq!(ada.post(LEAVE, &[], wanted).await.is(StatusCode::CREATED), made, "written once");
        }
        let later = json!({"from": "2026-12-24T05:00:00Z", "to": "2026-12-27T05:00:00Z"});
        ada.post(LEAVE, &[], json!({"agent": "ada", "span": later})).await.is(StatusCode::CREATED);

        let (mut ids, mut path) = (Vec::new(), format!("{LEAVE}?limit=1"));
        loop {
            let page = ada.get(&path).await.is(StatusCode::OK);
            assert_eq!(page["leave"].as_array().unwrap().len(), 1, "{page}");
            ids.push(page["leave"][0]["id"].clone());
            let Some(next) = page.get("next") else { break };
            path = format!("{LEAVE}?limit=1&cursor={}", next.as_str().unwrap());
        }
        let whole = ada.get(LEAVE).await.json();
        let all: Vec<Value> =
            whole["leave"].as_array().unwrap().iter().map(|leave| leave["id"].clone()).collect();
        assert_eq!((ids.len(), &ids, whole.get("next")), (4, &all, None));
        ada.get(&format!("{LEAVE}?cursor=x")).await.is(StatusCode::BAD_REQUEST);
    })
    .await;
}
