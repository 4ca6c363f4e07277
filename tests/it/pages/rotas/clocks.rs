//! A manager writes times by another clock than the rota's.

use axum::http::StatusCode;

use super::{ROTA, Site, manager, on_call, publish, puts_in};

#[tokio::test]
async fn a_night_is_swapped_on_another_zones_clock() {
    Site::each(async |site| {
        let mona = manager(site).await;
        // Ben's night and Cleo's, as they are in Denver: two hours before New York.
        let form = |second: &'static str| {
            [
                ("zone", "America/Denver"),
                ("view", "month"),
                ("first_from", "2026-11-24T20:00"),
                ("first_to", "2026-11-25T06:00"),
                ("second_from", second),
                ("second_to", "2026-12-02T06:00"),
            ]
        };
        let path = format!("{ROTA}/swap");
        mona.post(&path, &form("2026-12-01T20:00"))
            .await
            .leads_to(&format!("{ROTA}?from=2026-11-24&view=month&zone=America%2FDenver"));
        publish(&mona, "").await.leads_to("/desks/reservations/versions/2");
        for (instant, who) in [
            ("2026-11-24T21:59:00-05:00", "ben"),
            ("2026-11-24T22:00:00-05:00", "cleo"),
            ("2026-11-25T07:59:00-05:00", "cleo"),
            ("2026-11-25T08:00:00-05:00", "ben"),
            ("2026-12-02T07:59:00-05:00", "ben"),
            ("2026-12-02T08:00:00-05:00", "cleo"),
        ] {
            assert_eq!(on_call(site, "primary", instant).as_deref(), Some(who), "{instant}");
        }
        for (second, words) in [
            ("2026-11-23T20:00", "not one agent"),
            ("2026-12-03T20:00", "It ends before it begins"),
            ("tonight", "Write a day and a time"),
        ] {
            mona.post(&path, &form(second)).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
        }
        let own = [
            ("zone", "America/New_York"),
            ("first_from", "2026-11-26T20:00"),
            ("first_to", "2026-11-27T06:00"),
            ("second_from", "2026-11-27T20:00"),
            ("second_to", "2026-11-28T06:00"),
        ];
        mona.post(&path, &own).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["Both are the same agent"]);
    })
    .await;
}

#[tokio::test]
async fn what_another_clock_cannot_say_is_refused_and_what_nobody_touched_stays() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let path = format!("{ROTA}/override");
        let form =
            |zone, from, to| [("zone", zone), ("from", from), ("to", to), ("agent", "ben"), ("replaces", "")];
        // New York goes back at 6:00 UTC, and shows the hour until 7:00 a second time; London goes back a week earlier.
        let neither = "Write a time before Sun 7 Nov, 06:00, or from Sun 7 Nov, 07:00 on.";
        for (zone, from, to, told) in [
            ("UTC", "2027-11-07T06:30", "2027-11-07T07:30", neither),
            ("UTC", "2027-11-07T05:15", "2027-11-07T06:15", neither),
            ("Europe/London", "2027-10-31T01:30", "2027-10-31T03:00", "shows that time twice"),
        ] {
            mona.post(&path, &form(zone, from, to)).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[told]);
        }
        let swap = [
            ("zone", "UTC"),
            ("first_from", "2027-11-07T05:00"),
            ("first_to", "2027-11-07T06:30"),
            ("second_from", "2027-11-10T05:00"),
            ("second_to", "2027-11-10T06:30"),
        ];
        mona.post(&format!("{ROTA}/swap"), &swap).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[neither]);
        mona.get(ROTA).await.hides(&["not in force yet"]);

        // On London's clock it ends at a time that comes twice. Another agent is put in, and the times stay.
        puts_in(&mona, "2027-10-30T20:00", "2027-10-30T21:30", "ada", "").await;
        let shown = mona.get(&format!("{path}?was=0&zone=Europe/London")).await;
        shown.says(StatusCode::OK, &["2027-10-31T01:00", "2027-10-31T01:30"]);
        let was = shown.hidden("was");
        let saved = [
            ("was", &*was),
            ("zone", "Europe/London"),
            ("from", "2027-10-31T01:00"),
            ("to", "2027-10-31T01:30"),
            ("agent", "cleo"),
            ("replaces", ""),
        ];
        mona.post(&path, &saved)
            .await
            .leads_to(&format!("{ROTA}?from=2027-10-31&view=&zone=Europe%2FLondon"));
        mona.post(&path, &form("UTC", "2027-11-07T05:30", "2027-11-07T07:30"))
            .await
            .leads_to(&format!("{ROTA}?from=2027-11-07&view=&zone=UTC"));
        publish(&mona, "").await.leads_to("/desks/reservations/versions/2");
        for (instant, who) in [
            ("2027-10-30T23:59:00Z", "ben"),
            ("2027-10-31T00:00:00Z", "cleo"),
            ("2027-10-31T01:29:00Z", "cleo"),
            ("2027-10-31T01:30:00Z", "ben"),
            ("2027-11-07T05:29:00Z", "cleo"),
            ("2027-11-07T05:30:00Z", "ben"),
            ("2027-11-07T07:29:00Z", "ben"),
            ("2027-11-07T07:30:00Z", "cleo"),
        ] {
            assert_eq!(on_call(site, "primary", instant).as_deref(), Some(who), "{instant}");
        }
    })
    .await;
}
