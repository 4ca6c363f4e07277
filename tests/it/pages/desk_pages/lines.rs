//! Lines.

use axum::http::StatusCode;

use super::{draft, is_only_to_be_looked_at, manager};
use crate::pages::Site;

#[tokio::test]
async fn lines_are_added_changed_and_taken_away() {
    Site::each(async |site| {
        let mona = manager(site).await;
        let (page, form) = ("/desks/reservations/lines", "/desks/reservations/lines/form");
        mona.get(page).await.says(
            StatusCode::OK,
            &["<strong>+18025550100</strong>", "<dd>main</dd>", "/policies/emergencies\">emergencies</a>", "<dd>Ada Moss</dd>"],
        );
        let second = [
            ("number", "802 555 0107"),
            ("label", "Second <b>line</b>"),
            ("flow", "emergency"),
            ("carrier", "main"),
            ("languages", "en"),
            ("policy", "emergencies"),
        ];
        mona.post(form, &second).await.leads_to(page);
        draft(&mona, &["the line +18025550107 (Second &#60;b&#62;line&#60;/b&#62;: flow emergency, carrier main, en, policy emergencies) is new"]).await;
        mona.get(page).await.says(StatusCode::OK, &["+18025550107", "Second &#60;b&#62;line"]);
        let changed = mona.get(&format!("{form}?line=%2B18025550107")).await;
        let was = changed.hidden("was");
        let renamed = [("was", &*was), ("label", "Third"), ("flow", "emergency"), ("carrier", "main"), ("languages", "en")];
        mona.post(form, &renamed).await.leads_to(page);
        mona.post(form, &renamed).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["look at it again", "value=\"Third\""]);
        for (field, text, words) in [
            ("number", "12", "too few digits"),
            ("label", "", "what people call it"),
            ("languages", "", "at least one"),
            ("languages", "en, fr", "callers are not told in `fr` what Severity 1 means"),
            ("flow", "daytime", "no voice flow `daytime`"),
            ("carrier", "other", "no carrier `other` is configured"),
            ("policy", "none", "no policy `none`"),
            ("number", "+18025550190", "the desk `night` has the line +18025550190"),
            ("number", "+18025550100", "is in the desk&#39;s file already"),
        ] {
            let mut wrong = second;
            // A number that is free still.
            wrong[0].1 = "802 555 0108";
            if let Some(other) = wrong.iter_mut().find(|(name, _)| *name == field) {
                other.1 = text;
            }
            mona.post(form, &wrong).await.says(StatusCode::UNPROCESSABLE_ENTITY, &[words]);
        }
        let was = mona.get(page).await.hidden("was");
        mona.post(&format!("{page}/remove"), &[("was", &was)]).await.leads_to(page);
        mona.get(page).await.hides(&["+18025550100"]);
        mona.get(&format!("{form}?line=%2B18025550100")).await.says(StatusCode::NOT_FOUND, &[]);
        is_only_to_be_looked_at(site, page, &[form]).await;
    })
    .await;
}
