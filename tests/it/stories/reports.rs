//! A night of calls, and what the report says of it afterwards: on the page, in the CSV and in the API.

use nightbell::rules::access::Role;
use serde_json::json;

use crate::support::world::{Screen, World, minutes, seconds};

use super::reports_an_emergency;

/// What stands in the columns of a CSV, by the number of the ticket.
fn cells(csv: &str, columns: &[&str]) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let places: Vec<usize> =
        columns.iter().map(|column| header.iter().position(|known| known == *column).unwrap()).collect();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        places.iter().map(|place| row[*place].to_owned()).collect::<Vec<_>>().join(" | ")
    });
    rows.collect()
}

/// What stands under a heading of the page.
fn figure(page: &str, name: &str) -> String {
    let (_, rest) =
        page.split_once(&format!("<dt>{name}</dt>")).unwrap_or_else(|| panic!("{name} in {page}"));
    let (value, _) = rest.split_once("</strong>").unwrap();
    value.rsplit('>').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_night_is_counted_as_it_was() {
    World::each(async |world| {
        let (finn, hugo) = (world.caller("+18025550121"), world.caller("+18025550131"));
        let (ada, ben) = (world.agent("ada"), world.agent("ben"));

        // 3:00: Finn's emergency. Ada has it after a minute and has called him after three.
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        world.pass(minutes(1)).await;
        ada.replies("ACK").await;
        world.pass(minutes(2)).await;
        ada.replies("DONE").await;
        ada.replies("RESOLVE").await;

        // 3:03: Hugo's. Ada sleeps; Ben has it after six minutes, and finds that it is none.
        reports_an_emergency(&hugo).await;
        hugo.hangs_up().await;
        world.pass(minutes(6)).await;
        ben.replies("ACK").await;
        ben.replies("DOWN 3 =a typo on one page").await;

        // 3:09: somebody unknown hangs up, and a minute later another says that it can wait.
        let stranger = world.caller("+18025550195");
        stranger.dials_line().await;
        stranger.hangs_up().await;
        world.pass(minutes(1)).await;
        let patient = world.caller("+18025550196");
        patient.dials_line().await;
        patient.presses("2").await;
        patient.presses("2").await;
        patient.hangs_up().await;

        // 3:11: Hugo's colleague. Ada has it at once, with the news of who hung up, and calls after twenty minutes: five too
        // late.
        world.pass(minutes(1)).await;
        let elsewhere = hugo.at("+18025550132");
        reports_an_emergency(&elsewhere).await;
        elsewhere.hangs_up().await;
        world.pass(seconds(30)).await;
        ada.replies("ACK").await;
        world.pass(minutes(20)).await;
        ada.replies("DONE").await;
        for person in [&finn, &hugo, &elsewhere, &stranger, &patient, &ada, &ben] {
            person.reads_all();
            person.ignores_calls();
        }

        let cleo = Screen::of(&world, "cleo@example.com", Role::Manager, None).await;
        let page = cleo.opens("/reports").await;
        for (name, value) in [
            ("Calls", "5"),
            ("Emergencies", "3"),
            ("Downgraded", "2"),
            ("Abandoned", "1"),
            ("Time to acknowledge, median", "1 min"),
            ("Time to callback, median", "3 min"),
            ("Response targets kept", "100 %"),
            ("Callbacks in time", "50 %"),
        ] {
            assert_eq!(figure(&page, name), value, "{name}");
        }
        for part in [
            "1 by callers, 1 by agents",
            "nine in ten within 6 min",
            "1 × taken in time, called back late",
            "<th scope=\"row\">#1005</th><td>18 Feb, 03:11</td><td>callback</td>",
            "<title>Wed 3:00: 3</title>",
            "customer=Lakeside+Lodge\">Lakeside Lodge</a></th>",
            "customer=Summit+Hotels\">Summit Hotels</a></th>",
            "<th scope=\"row\">Ada Moss</th>",
            "<th scope=\"row\">Ben Frost</th>",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }

        let csv = cleo.opens("/reports.csv?desk=reservations&span=week").await;
        assert!(csv.starts_with("desk,line,ticket,opened_at,") && csv.ends_with("\r\n"), "{csv}");
        let columns = ["ticket", "opened_at", "customer", "severity", "state", "acked_by", "seconds_to_ack"];
        assert_eq!(
            cells(&csv, &columns),
            [
                "1001 | 2026-02-18T03:00:00-05:00 | Lakeside Lodge | 1 | resolved | ada | 60",
                "1002 | 2026-02-18T03:03:00-05:00 | Summit Hotels | 3 | open | ben | 360",
                "1003 | 2026-02-18T03:09:00-05:00 |  | 1 | abandoned | ada | ",
                "1004 | 2026-02-18T03:10:00-05:00 |  | 3 | open |  | ",
                "1005 | 2026-02-18T03:11:00-05:00 |  | 1 | open | ada | 30",
            ]
        );
        let columns = [
            "asked",
            "seconds_to_callback",
            "downgraded_by",
            "downgraded_why",
            "response",
            "callback",
            "callback_why",
        ];
        assert_eq!(
            cells(&csv, &columns),
            [
                "ada | 180 |  |  | kept | kept | ",
                "ada ben |  | ben | '=a typo on one page | running |  | ",
                " |  |  |  |  |  | ",
                " |  | caller | the caller says that it is no emergency | running |  | ",
                "ada | 1230 |  |  | kept | missed | taken in time, called back late",
            ]
        );

        let (status, summary) = world.get("/api/v1/reports/summary").await;
        assert_eq!(status, 200);
        let figures = &summary["figures"];
        for (field, value) in [
            ("calls", json!(5)),
            ("emergencies", json!(3)),
            ("downgraded_by_caller", json!(1)),
            ("downgraded_by_agent", json!(1)),
            ("abandoned", json!(1)),
            ("to_ack", json!({ "count": 3, "median": 60, "percentile_90": 360 })),
            ("to_callback", json!({ "count": 2, "median": 180, "percentile_90": 1230 })),
            ("callback", json!({ "kept": 1, "missed": 1, "running": 0 })),
        ] {
            assert_eq!(figures[field], value, "{field}");
        }
        assert_eq!(summary["span"], json!({ "from": "2026-02-12", "to": "2026-02-18" }));
        assert_eq!(summary["figures_before"]["calls"], 0);
        assert_eq!(summary["by_hour"][3]["emergencies"], 3);
        // Its token is a viewer's.
        assert_eq!((&summary["by_agent"], &summary["by_customer"]), (&json!([]), &json!([])));
        assert_eq!(world.get("/api/v1/reports/tickets").await.0, 403);
    })
    .await;
}
