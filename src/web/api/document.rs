//! The OpenAPI document: made from the handlers, and served to everybody, for it holds nothing of anybody.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, Content, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref,
    RefOr, Required, ResponseBuilder, ServerBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use super::asked::{Instant, Limit, Number};
use super::cursor::{After, AfterTicket, Below};
use super::import;
use super::problem::{Details, Mistake};
use super::tickets::Word;
use crate::rules::hours::WrittenCalendar;
use crate::rules::rota::WrittenRota;

/// Where it stands below the API.
pub(super) const PATH: &str = "/openapi.json";

const ABOUT: &str = "Tickets, who is on call, and the desks themselves, for programs. Every request carries a token of \
    `nightbell token create`; what its role and its desk do not let it see is not there. Lists go on by cursors: send the \
    `next` of a page as `cursor`, until there is none. What is read has an ETag.";

/// As what troubles are told.
const PROBLEM: &str = "application/problem+json";

/// The way in.
const TOKEN: &str = "token";

/// What there is before any handler.
pub(super) fn base() -> OpenApi {
    let license = LicenseBuilder::new().name("MIT").build();
    let info = InfoBuilder::new()
        .title("Nightbell")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license));
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token of `nightbell token create`."));
    // Handlers name those of their bodies themselves, but not those of their parameters.
    let components = ComponentsBuilder::new()
        .schema(Details::name(), Details::schema())
        .schema(Mistake::name(), Mistake::schema())
        .schema(Instant::name(), Instant::schema())
        .schema(Number::name(), Number::schema())
        .schema(Limit::name(), Limit::schema())
        .schema(AfterTicket::name(), AfterTicket::schema())
        .schema(Below::name(), Below::schema())
        .schema(After::name(), After::schema())
        // And a desk names those that it is made of, but not what they are.
        .schema(WrittenCalendar::name(), WrittenCalendar::schema())
        .schema(WrittenRota::name(), WrittenRota::schema())
        .schema(Word::name(), Word::schema())
        .schema(import::Word::name(), import::Word::schema())
        .security_scheme(TOKEN, SecurityScheme::Http(bearer.build()));
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components.build()))
        .security(Some([SecurityRequirement::new(TOKEN, Vec::<String>::new())]))
        .build()
}

/// The document of an API that stands at that address.
pub(super) fn at(mut document: OpenApi, address: &str) -> OpenApi {
    document.servers = Some(vec![ServerBuilder::new().url(address).build()]);
    document
}

/// Adds what every operation may answer, beside what its handler says, and what is the same in all of them: the desk in an
/// address, and that whatever goes wrong is told as a problem.
pub(super) fn with_what_all_answer(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        let of_desk = path.contains("{desk}");
        let PathItem { get, put, post, delete, .. } = item;
        if let Some(operation) = get {
            answers(operation, "304", "It is as the ETag in If-None-Match says.", false);
        }
        for operation in [&mut *put, &mut *post].into_iter().flatten() {
            operation.parameters.get_or_insert_default().push(RefOr::T(name_of_a_request()));
            answers(operation, "409", "The first request of this key is still being carried out.", true);
            answers(operation, "413", "The body is too large.", true);
            answers(operation, "415", "The body is of another content type.", true);
            answers(operation, "422", "The key was used for another request.", true);
        }
        for operation in [get, put, post, delete].into_iter().flatten() {
            if of_desk {
                operation.parameters.get_or_insert_default().insert(0, RefOr::T(desk_of_a_path()));
            }
            told_as_problems(operation);
            answers(operation, "400", "The question cannot be understood.", true);
            answers(operation, "401", "There is no token, or not one that is let in.", true);
            answers(operation, "403", "The token's role is not enough.", true);
            answers(operation, "404", "It is not there, or the token may not see it.", true);
            answers(operation, "503", "The database does not answer just now.", true);
        }
    }
    document
}

/// `Idempotency-Key`, as every POST and PUT takes it.
fn name_of_a_request() -> Parameter {
    let key = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some("^[!-~]{1,255}$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "A name of this request: asked for again by the same name within a day, it is carried out once and gets \
             the same answer.",
        ))
        .schema(Some(key))
        .build()
}

/// The desk that an address names.
fn desk_of_a_path() -> Parameter {
    ParameterBuilder::new()
        .name("desk")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("The desk's key."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .example(Some("reservations".into()))
        .build()
}

/// What goes wrong, as its handler says, is told as everything else that goes wrong.
fn told_as_problems(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
        {
            response.content.insert(PROBLEM.to_owned(), RefOr::T(problem()));
        }
    }
}

fn problem() -> Content {
    ContentBuilder::new().schema(Some(Ref::from_schema_name(Details::name()))).build()
}

fn answers(operation: &mut Operation, status: &str, description: &str, is_problem: bool) {
    let response = ResponseBuilder::new().description(description);
    let response = match is_problem {
        true => response.content(PROBLEM, problem()),
        false => response,
    };
    operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response.build()));
}

/// The document as it is sent.
pub(super) fn answer(json: &str) -> Response {
    ([(CONTENT_TYPE, "application/json")], json.to_owned()).into_response()
}
