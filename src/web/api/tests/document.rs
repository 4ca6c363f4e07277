//! The document says what the API does: each address, each method, each answer, and each part of a desk.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use serde_json::Value;

use super::super::*;
use crate::act::{By, Token};
use crate::web::tests::Gateway;

/// Every address of the router, out of what it says of itself.
fn addresses(router: &Router<App>) -> Vec<String> {
    let told = format!("{router:?}");
    // Beside those of the handlers there is the fallback.
    let mut found: Vec<String> = told
        .split('"')
        .filter(|part| part.starts_with('/') && *part != "/" && !part.starts_with("/{*"))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    found
}

#[tokio::test]
async fn every_address_is_in_the_document() {
    let (router, document) = parts();
    let mut documented: Vec<String> = document.paths.paths.keys().cloned().collect();
    documented.sort();
    assert!(documented.len() > 10, "{documented:?}");
    assert_eq!(addresses(&router), documented);

    // Each is there, under the methods that the document names and no other.
    let gateway = Gateway::new().await;
    let token = gateway.acts.create_token(By::command_line(), Token::viewer("report")).await.unwrap();
    for (path, item) in &document.paths.paths {
        let address = format!("/api/v1{path}").replace(['{', '}'], "");
        let request = Request::patch(&address).header(header::AUTHORIZATION, format!("Bearer {token}"));
        let answer = gateway.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{address}");
        let told = answer.headers[header::ALLOW].to_str().unwrap();
        let mut methods: Vec<&str> = told.split(',').filter(|method| *method != "HEAD").collect();
        methods.sort_unstable();
        let said = [(&item.delete, "DELETE"), (&item.get, "GET"), (&item.post, "POST"), (&item.put, "PUT")];
        let said: Vec<&str> = said.iter().filter(|(one, _)| one.is_some()).map(|(_, name)| *name).collect();
        assert_eq!(methods, said, "{address}");
    }
}

#[tokio::test]
async fn what_the_api_is_is_told_to_everybody() {
    let gateway = Gateway::new().await;
    let answer = gateway.get("/api/v1/openapi.json", None).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    let served: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(served, serde_json::to_value(openapi()).unwrap());
    assert_eq!(served["servers"][0]["url"], "/api/v1");
    // Whatever it refers to is there.
    let schemas = served["components"]["schemas"].as_object().unwrap();
    let named: Vec<&str> = answer.body.split("#/components/schemas/").skip(1).collect();
    assert!(named.len() > 50, "{}", answer.body);
    for name in named.iter().filter_map(|rest| rest.split('"').next()) {
        assert!(schemas.contains_key(name), "{name}");
    }
    for (path, operations) in served["paths"].as_object().unwrap() {
        let wanted: Vec<&str> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        for (method, operation) in operations.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let in_path =
                parameters.filter(|parameter| parameter["in"] == "path" && parameter["required"] == true);
            let mut named: Vec<&str> = in_path.filter_map(|parameter| parameter["name"].as_str()).collect();
            named.sort_by_key(|name| wanted.iter().position(|one| one == name));
            assert_eq!(named, wanted, "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                let is_problem = schema == "#/components/schemas/Problem";
                assert_eq!(is_problem, status.starts_with(['4', '5']), "{method} {path} {status}");
            }
            for status in ["400", "401", "403", "404", "503"] {
                assert!(operation["responses"][status].is_object(), "{method} {operation}");
            }
            let mut answers = operation["responses"].as_object().unwrap().keys();
            assert!(answers.any(|status| status.starts_with('2')), "{method} {operation}");
        }
    }
}

/// Whatever stands in a desk's document is in the schema of desks, by the same name and of the same kind.
fn fits(schemas: &Value, schema: &Value, told: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return fits(schemas, &schemas[name], told, at);
    }
    for several in ["oneOf", "anyOf"] {
        if let Some(all) = schema[several].as_array() {
            let of_null = |one: &&Value| (one["type"] == "null") == told.is_null();
            let one = all.iter().find(of_null).unwrap_or_else(|| panic!("{at}: {schema}"));
            return fits(schemas, one, told, at);
        }
    }
    if let Some(all) = schema["allOf"].as_array() {
        return all.iter().for_each(|one| fits(schemas, one, told, at));
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let kind = match told {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&kind), "{at}: {told} is none of {schema}");
    for (index, item) in told.as_array().into_iter().flatten().enumerate() {
        fits(schemas, &schema["items"], item, &format!("{at}[{index}]"));
    }
    for (name, part) in told.as_object().into_iter().flatten() {
        let known = [&schema["properties"][name], &schema["additionalProperties"]];
        let known = known.into_iter().find(|one| one.is_object());
        fits(
            schemas,
            known.unwrap_or_else(|| panic!("{at}.{name} is not told of")),
            part,
            &format!("{at}.{name}"),
        );
    }
}

#[test]
fn a_desks_document_is_told_part_by_part() {
    let document = serde_json::to_value(openapi()).unwrap();
    let schemas = &document["components"]["schemas"];
    let whole = &schemas["WholeDesk"]["properties"]["desk"];
    assert!(whole.is_object(), "{schemas}");
    // With what the file may have and this one has not.
    let text = include_str!("../../../../tests/desks/reservations.toml");
    let more = "\n[[rota.override]]\nfrom = 2026-12-24T09:00\nto = 2026-12-25T09:00\nagent = \"cleo\"\n";
    let text = text.replacen(
        "\n[[rota]]\nname = \"secondary\"",
        &format!("{more}\n[[rota]]\nname = \"secondary\""),
        1,
    );
    let rule = "[[agent.rule]]\nseverity = 1\nmethod = \"voice\"\n\n[[agent]]\nkey = \"ben\"";
    let text = text.replacen("[[agent]]\nkey = \"ben\"", rule, 1);
    let desk = crate::rules::desk::Desk::parse(&text).unwrap();
    assert_eq!((desk.rotas[0].overrides.len(), desk.agents[0].rules.len()), (1, 1));
    fits(schemas, whole, &serde_json::to_value(&desk).unwrap(), "desk");
}
