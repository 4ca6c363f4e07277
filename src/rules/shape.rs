//! How the single values of a desk's file are told to programs, as JSON Schema; what they make up together is told by the
//! types themselves. What a schema cannot say is said when the value is read.

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::contact::PhoneNumber;
use super::desk::ResponseTarget;
use super::number_plan::Country;
use super::people::Key;
use super::policy::{Seconds, Target};
use super::severity::Severity;
use super::written::Moment;
use super::zone::Zone;

fn text(description: &str, pattern: Option<&str>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description)).pattern(pattern).into()
}

fn number(description: &str, least: usize, most: u32) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .description(Some(description))
        .minimum(Some(least))
        .maximum(Some(most))
        .into()
}

impl<T> PartialSchema for Key<T> {
    fn schema() -> RefOr<Schema> {
        text("A short name.", Some("^[a-z0-9][a-z0-9_-]{0,39}$"))
    }
}

impl<T> ToSchema for Key<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        "ShortName".into()
    }
}

impl PartialSchema for PhoneNumber {
    fn schema() -> RefOr<Schema> {
        text("A telephone number in E.164.", Some("^\\+[1-9][0-9]{6,14}$"))
    }
}

impl ToSchema for PhoneNumber {}

impl PartialSchema for Country {
    fn schema() -> RefOr<Schema> {
        text("A country, by the two letters of ISO 3166.", Some("^[A-Z]{2}$"))
    }
}

impl ToSchema for Country {}

impl PartialSchema for Zone {
    fn schema() -> RefOr<Schema> {
        text("An IANA zone, like America/New_York.", None)
    }
}

impl ToSchema for Zone {}

impl PartialSchema for Severity {
    fn schema() -> RefOr<Schema> {
        number("1, an emergency, to 4.", 1, 4)
    }
}

impl ToSchema for Severity {}

impl PartialSchema for Seconds {
    fn schema() -> RefOr<Schema> {
        number("A span in seconds.", 0, u32::MAX)
    }
}

impl ToSchema for Seconds {}

impl PartialSchema for Target {
    fn schema() -> RefOr<Schema> {
        text(
            "Whom a step pages: `rota:primary`, `agent:ada` or `everyone`.",
            Some("^(everyone|rota:.+|agent:.+)$"),
        )
    }
}

impl ToSchema for Target {}

impl PartialSchema for ResponseTarget {
    fn schema() -> RefOr<Schema> {
        text(
            "How soon: `12 hours`, or `24 business hours`.",
            Some("^[0-9]+ (business )?(minute|hour|day)s?$"),
        )
    }
}

impl ToSchema for ResponseTarget {}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        text(
            "A day, `2026-01-05`, with its time where one belongs to it, `2026-01-05T09:00`; or a rule for days.",
            None,
        )
    }
}

impl ToSchema for Moment {}
