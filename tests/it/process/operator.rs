//! What an operator does beside a running server, and what he is told when he errs: exit code 2, a message with file and
//! line, and the server keeps what it had.

use std::process::Output;
use std::time::Duration;

use super::stage::{BOTH, DESK, Kind, Stage};
use super::turn;

/// How soon a running server keeps to a new desk file.
const IN_FORCE: Duration = Duration::from_secs(2);

/// It was refused as bad input, and every message begins so.
fn refused(output: &Output, beginning: &str) -> String {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    let at_place = |line: &str| {
        let place = line.strip_prefix(beginning).and_then(|rest| rest.split_once(": "));
        place.is_some_and(|(number, what)| number.parse::<u32>().is_ok() && what.contains("; "))
    };
    assert!(!told.is_empty() && told.lines().all(at_place), "not `{beginning}LINE: what; remedy`:\n{told}");
    told
}

fn line_of(text: &str, part: &str) -> usize {
    1 + text.lines().position(|line| line.contains(part)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_comes_into_force_beside_a_running_server() {
    let _turn = turn().await;
    for kind in BOTH {
        let stage = Stage::bare(kind).await;
        stage.expect(&["migrate"]).await;
        stage.expect(&["migrate"]).await;
        let gateway = stage.start();
        stage.ready(&gateway).await;
        stage.write("desk.toml", DESK);
        stage.expect(&["apply", "desk.toml"]).await;
        let token = stage.expect(&["token", "create", "operator"]).await;
        let token = Some(token.trim());

        let names = async |what: &str| {
            let asked = stage.clock.now();
            let look = async || {
                let (status, told) = stage.api("/on-call", token).await;
                (status == 200 && told.to_string().contains(what)).then_some(())
            };
            stage.until_asked(&format!("{what} to be on call"), &gateway, look).await;
            stage.clock.now().since(asked)
        };
        let rota = |agent: &str| {
            format!(
                "{DESK}\n[[rota]]\nname = \"primary\"\n\n[[rota.layer]]\nagents = [\"{agent}\"]\nevery = \
                 \"week\"\nstarts = 2026-01-05\nhand_off = \"Mon 09:00\"\n"
            )
        };
        for agent in ["ada", "ben"] {
            stage.write("desk.toml", &rota(agent));
            stage.expect(&["apply", "desk.toml"]).await;
            let took = names(&format!("\"{agent}\"")).await;
            assert!(took <= IN_FORCE, "in force after {took:?}");
        }

        let bad = rota("nobody").replace("severity]]\nlevel = 1", "severity]]\nlevel = 9");
        stage.write("bad.toml", &bad);
        let output = stage.command_of(&["apply", "bad.toml"]).await;
        let told = refused(&output, "bad.toml:");
        for part in ["level = 9", "\"nobody\""] {
            assert!(told.contains(&format!("bad.toml:{}: ", line_of(&bad, part))), "{part}:\n{told}");
        }
        let no_such_flow = rota("ada").replace("flow = \"emergency\"", "flow = \"carnival\"");
        stage.write("bad.toml", &no_such_flow);
        refused(&stage.command_of(&["apply", "bad.toml"]).await, "bad.toml:");
        names("\"ben\"").await;
        assert_eq!(gateway.stop().await, Some(0));
        stage.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_opens_to_a_token() {
    let _turn = turn().await;
    let stage = Stage::set(Kind::Sqlite).await;
    let gateway = stage.start();
    stage.ready(&gateway).await;
    let token = stage.expect(&["token", "create", "operator", "--role", "agent"]).await;
    let expired = stage.expect(&["token", "create", "former", "--expires", "2026-01-01"]).await;
    for path in ["/tickets", "/tickets/1001", "/on-call", "/nothing"] {
        for wrong in [None, Some("wrong"), Some(""), Some(expired.trim())] {
            assert_eq!(stage.api(path, wrong).await.0, 401, "{path} {wrong:?}");
        }
    }
    for (path, status) in [("/tickets", 200), ("/tickets/1001", 404), ("/on-call", 200), ("/nothing", 404)] {
        assert_eq!(stage.api(path, Some(token.trim())).await.0, status, "{path}");
    }
    stage.emergency("+18025550120", &gateway).await;
    stage.page_about("+18025550120", &gateway).await;
    let (status, ticket) = stage.api("/tickets/1001", Some(token.trim())).await;
    assert_eq!((status, &ticket["caller_id"]), (200, &"+18025550120".into()));
    assert!(ticket["timeline"].as_array().is_some_and(|timeline| timeline.len() > 2), "{ticket}");
    let log = gateway.log();
    for private in [token.trim(), "5550120", "nothing works at all"] {
        assert!(!log.contains(private), "{private} is in the log:\n{log}");
    }
    assert_eq!(gateway.stop().await, Some(0));
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_configurations_and_flows_are_refused_with_their_lines() {
    let _turn = turn().await;
    let stage = Stage::set(Kind::Sqlite).await;
    let good = std::fs::read_to_string(stage.path("nightbell.toml")).unwrap();
    for (from, to) in [
        ("listen = ", "lisssten = "),
        ("public_url = \"http", "public_url = \"ftp"),
        ("name = \"main\"", "name = \"Main Line\""),
        ("base_url = \"http://127.0.0.1", "base_url = \"http://carrier.example.com"),
        ("texts_per_second = 100", "texts_per_second = \"many\""),
    ] {
        let bad = good.replace(from, to);
        stage.write("bad.toml", &bad);
        for command in [["serve"].as_slice(), &["migrate"], &["config", "check"], &["apply", "desk.toml"]] {
            let args = [&["--config", "bad.toml"], command].concat();
            let told = refused(&stage.command_of(&args).await, "bad.toml:");
            let line = format!("bad.toml:{}: ", line_of(&bad, to));
            assert!(told.contains(&line), "{to}: not {line}\n{told}");
        }
    }

    // A flow with a mistake: refused at the start, by the check, and by a running server, which keeps the old one.
    let flow = stage.expect(&["flow", "check"]).await;
    assert!(!flow.is_empty());
    let shipped = include_str!("../../../voice-flows/emergency.toml");
    let bad = shipped.replacen("silence = \"emergency\"", "silence = \"nowhere\"", 1);
    std::fs::create_dir(stage.path("flows")).unwrap();
    stage.write("flows/emergency.toml", shipped);
    stage.write("nightbell.toml", &good.replacen("data_dir", "flows = \"flows\"\ndata_dir", 1));
    stage.write("flows/emergency.toml", &bad);
    let line = format!("flows/emergency.toml:{}: ", line_of(&bad, "\"nowhere\""));
    for args in [["serve"].as_slice(), &["config", "check"], &["flow", "check", "flows/emergency.toml"]] {
        let told = refused(&stage.command_of(args).await, "flows/emergency.toml:");
        assert!(told.contains(&line), "{args:?}: not {line}\n{told}");
    }
    stage.write("flows/emergency.toml", shipped);
    let gateway = stage.start();
    stage.ready(&gateway).await;
    stage.write("flows/emergency.toml", &bad);
    gateway.signal("HUP").await;
    stage
        .until("the flow to be refused", &gateway, || {
            gateway.log().contains("a voice flow was refused").then_some(())
        })
        .await;
    stage.emergency("+18025550120", &gateway).await;
    stage.page_about("+18025550120", &gateway).await;

    // A good one is taken.
    let other = shipped.replacen("{desk}, emergency line.", "{desk}, at your service.", 1);
    stage.write("flows/emergency.toml", &other);
    gateway.signal("HUP").await;
    stage
        .until("the flow to be read", &gateway, || {
            gateway.log().contains("the voice flows were read again").then_some(())
        })
        .await;
    let phone = stage.phone("+18025550122");
    phone.dial(super::stage::LINE).unwrap();
    stage
        .until("the new greeting", &gateway, || {
            let said = phone.call().map(|call| call.said().concat()).unwrap_or_default();
            said.contains("at your service").then_some(())
        })
        .await;
    gateway.kill().await;
    stage.strike().await;
}
