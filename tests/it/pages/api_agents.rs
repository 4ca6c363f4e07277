//! Programs mute agents and verify their numbers, by the same rules as on an agent's own page. It is a Wednesday, three in
//! the morning in New York; Ada is on call by `primary`, Ben by `secondary`.

use axum::http::StatusCode;
use nightbell::rules::access::Role;
use serde_json::{Value, json};

use super::night_desk;
use super::program::Program;
use crate::stories::reports_an_emergency;
use crate::support::world::{Scene, Screen, World};

const DESK: &str = "reservations";
const MUTES: &str = "/desks/reservations/mutes";
const NUMBERS: &str = "/desks/reservations/agents/ada/numbers";
const NUMBER: &str = "+18025550111";

async fn of(world: &World, role: Role, desk: &str) -> Program {
    Program::of(world.acts(), world.router(), role, Some(desk)).await
}

/// The program of an agent who gets an account first.
async fn of_agent(world: &World, agent: &str) -> Program {
    let email = format!("{agent}@reservations.example.com");
    Screen::of(world, &email, Role::Agent, DESK).await;
    Program::of_account(world.acts(), world.router(), &email, Role::Agent).await
}

fn mute(agent: &str, until: &str) -> Value {
    json!({"agent": agent, "until": until, "reason": " A flight "})
}

#[tokio::test]
async fn an_agent_is_muted_and_paged_again_by_programs() {
    World::each(async |world| {
        let (hers, his) = (of_agent(&world, "ada").await, of_agent(&world, "ben").await);
        let bot = of(&world, Role::Manager, DESK).await;
        assert_eq!(bot.get(MUTES).await.json(), json!({"mutes": []}));
        let until = "2026-02-18T09:00:00Z";
        let made = hers.post(MUTES, &[], mute("ada", until)).await.is(StatusCode::CREATED);
        assert_eq!(
            made,
            json!({
                "agent": {"key": "ada", "name": "Ada Moss"},
                "since": "2026-02-18T08:00:00.000Z",
                "until": "2026-02-18T09:00:00.000Z",
                "reason": "A flight",
                "by": "ada@reservations.example.com by token phone",
            })
        );
        assert_eq!(bot.get(MUTES).await.json()["mutes"], json!([made]));
        // Why is hers and the managers'.
        let seen = his.get(MUTES).await.json()["mutes"][0].clone();
        assert_eq!(
            (&seen["until"], &seen["reason"], &seen["by"]),
            (&made["until"], &Value::Null, &Value::Null)
        );
        his.post(MUTES, &[], mute("ada", until)).await.is(StatusCode::FORBIDDEN);
        his.delete(&format!("{MUTES}/ada"), &[]).await.is(StatusCode::FORBIDDEN);

        // The emergency passes her over.
        let finn = world.caller("+18025550121");
        reports_an_emergency(&finn).await;
        finn.hangs_up().await;
        finn.reads_all();
        let ben = world.agent("ben");
        ben.receives_text(&["SEV1 #1001"]);
        ben.phone_rings();
        ben.replies("ACK").await;
        ben.reads_all();
        finn.reads_all();
        world.agent("ada").receives_no_text();
        ben.replies("RESOLVE").await;
        ben.reads_all();

        // A day at most by her own word, a week by a manager's.
        let days = "2026-02-20T08:00:00Z";
        for (by, wanted, told) in [
            (&hers, mute("ada", days), "24 hours at most"),
            (&bot, mute("ada", "2026-02-26T08:00:00Z"), "7 days at most"),
            (&bot, mute("ada", "2026-02-18T08:00:00Z"), "over already"),
            (&bot, json!({"agent": "ada", "until": days, "reason": " "}), "Write why"),
            (&bot, json!({"agent": "ada", "until": days}), "reason"),
        ] {
            let problem = by.post(MUTES, &[], wanted).await.is(StatusCode::BAD_REQUEST);
            assert!(problem["detail"].as_str().unwrap().contains(told), "{problem}");
        }
        bot.post(MUTES, &[], mute("zoe", days)).await.is(StatusCode::NOT_FOUND);
        assert_eq!(
            bot.post(MUTES, &[], mute("ada", days)).await.is(StatusCode::CREATED)["by"],
            "token keeper"
        );
        hers.delete(&format!("{MUTES}/ada"), &[]).await.is(StatusCode::NO_CONTENT);
        hers.delete(&format!("{MUTES}/ada"), &[]).await.is(StatusCode::NOT_FOUND);
        assert_eq!(bot.get(MUTES).await.json(), json!({"mutes": []}));
    })
    .await;
}

#[tokio::test]
async fn a_number_is_verified_by_a_program() {
    World::each(async |world| {
        let (hers, his) = (of_agent(&world, "ada").await, of_agent(&world, "ben").await);
        let plain = json!({"numbers": [
            {"number": NUMBER, "methods": ["sms", "voice"], "verified_at": null, "awaited": null},
        ]});
        assert_eq!(hers.get(NUMBERS).await.json(), plain);
        his.get(NUMBERS).await.is(StatusCode::FORBIDDEN);

        // The answer is lost: asked for again by the same name, it is sent once.
        let code = format!("{NUMBERS}/code");
        let wanted = json!({"number": NUMBER, "method": "sms"});
        let named = [("idempotency-key", "code-1")];
        let sent = hers.post(&code, &named, wanted.clone()).await.is(StatusCode::ACCEPTED);
        assert_eq!(sent["awaited"], json!({"until": "2026-02-18T08:10:00.000Z", "tries": 5}));
        assert_eq!(hers.post(&code, &named, wanted.clone()).await.is(StatusCode::ACCEPTED), sent);
        world.settle().await;
        let text = world.agent("ada").receives_text(&["your code is"]);
        world.agent("ada").receives_no_text();
        hers.post(&code, &[], wanted).await.is_refused("too_soon");
        let strange = json!({"number": "+18025550113", "method": "sms"});
        hers.post(&code, &[], strange).await.is(StatusCode::NOT_FOUND);

        let verify = format!("{NUMBERS}/verify");
        let digits = text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6).unwrap();
        let other = if digits == "000000" { "000001" } else { "000000" };
        let given = |code: &str| json!({"number": NUMBER, "code": code});
        his.post(&verify, &[], given(digits)).await.is(StatusCode::FORBIDDEN);
        hers.post(&verify, &[], given(other)).await.is_refused("wrong_code");
        let done = hers.post(&verify, &[], given(digits)).await.is(StatusCode::OK);
        assert_eq!(
            (&done["verified_at"], &done["awaited"]),
            (&json!("2026-02-18T08:00:00.000Z"), &Value::Null)
        );
        hers.post(&verify, &[], given(digits)).await.is_refused("code_over");
        let bot = of(&world, Role::Manager, DESK).await;
        assert_eq!(bot.get(NUMBERS).await.json()["numbers"], json!([done]));
    })
    .await;
}

#[tokio::test]
async fn what_is_of_another_desk_is_not_there() {
    Scene::default()
        .beside(&night_desk())
        .play(async |world| {
            let stranger = of(&world, Role::Administrator, "night").await;
            let viewer = of(&world, Role::Viewer, DESK).await;
            for (program, status) in [(&stranger, StatusCode::NOT_FOUND), (&viewer, StatusCode::FORBIDDEN)] {
                let wanted = json!({"number": NUMBER, "method": "sms"});
                program.get(NUMBERS).await.is(status);
                program.post(&format!("{NUMBERS}/code"), &[], wanted).await.is(status);
                let given = json!({"number": NUMBER, "code": "123456"});
                program.post(&format!("{NUMBERS}/verify"), &[], given).await.is(status);
                program.post(MUTES, &[], mute("ada", "2026-02-18T09:00:00Z")).await.is(status);
                program.delete(&format!("{MUTES}/ada"), &[]).await.is(status);
            }
            stranger.get(MUTES).await.is(StatusCode::NOT_FOUND);
            viewer.get(MUTES).await.is(StatusCode::OK);
        })
        .await;
}
