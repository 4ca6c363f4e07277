//! What goes into a statement, and what comes out of one, in the four kinds of column that both databases share.

use sqlx::database::Database;
use sqlx::encode::Encode;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Arguments, Decode, FromRow, Type};

use crate::clock::Timestamp;
use crate::id::Id;

/// An argument of a statement; an absent one keeps its type, since PostgreSQL asks for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// bigint: numbers, instants, 0 or 1.
    Int(Option<i64>),
    /// double precision.
    Real(Option<f64>),
    /// text.
    Text(Option<String>),
    /// bytea.
    Bytes(Option<Vec<u8>>),
}

/// What may stand in [`args!`](crate::store::args), and so in an `Option` there.
pub trait Argument {
    /// What its absence is.
    const NULL: Value;
    /// What it is.
    fn into_value(self) -> Value;
}

impl<T: Argument> From<T> for Value {
    fn from(argument: T) -> Value {
        argument.into_value()
    }
}

impl<T: Argument> Argument for Option<T> {
    const NULL: Value = T::NULL;
    fn into_value(self) -> Value {
        self.map_or(T::NULL, T::into_value)
    }
}

macro_rules! arguments {
    ($($kind:ident { $($type:ty: $given:pat => $stored:expr,)+ })+) => {$($(
        impl Argument for $type {
            const NULL: Value = Value::$kind(None);
            fn into_value(self) -> Value {
                let $given = self;
                Value::$kind(Some($stored))
            }
        }
    )+)+};
}

/// A text as both databases can keep it: PostgreSQL has no place for the sign NUL (SQLSTATE 22021), for which the sign
/// stands that says that a letter could not be read.
pub fn writable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

arguments! {
    Int {
        i64: number => number,
        i32: number => number.into(),
        u32: number => number.into(),
        u16: number => number.into(),
        u8: number => number.into(),
        bool: yes => yes.into(),
        Timestamp: Timestamp(millis) => millis,
    }
    Real {
        f64: number => number,
    }
    Text {
        &str: text => writable(text.to_owned()),
        String: text => writable(text),
        &String: text => writable(text.clone()),
    }
    Bytes {
        Vec<u8>: bytes => bytes,
        &[u8]: bytes => bytes.to_owned(),
        &Vec<u8>: bytes => bytes.clone(),
    }
}

impl<T> Argument for &Id<T> {
    const NULL: Value = Value::Text(None);
    fn into_value(self) -> Value {
        self.as_str().into_value()
    }
}

impl<T> Argument for Id<T> {
    const NULL: Value = Value::Text(None);
    fn into_value(self) -> Value {
        self.as_str().into_value()
    }
}

/// The arguments of a statement, each of any kind that is an [`Argument`](crate::store::Argument):
/// `args![&ticket.id, now, None::<i64>]`.
#[macro_export]
macro_rules! args {
    ($($argument:expr),* $(,)?) => {
        ::std::vec::Vec::<$crate::store::Value>::from([$($crate::store::Value::from($argument)),*])
    };
}

/// A row as Rust reads it: a tuple, or a struct with `#[derive(sqlx::FromRow)]`, of `i64`, `f64`, `String`,
/// `Vec<u8>`, [`Timestamp`], [`Id`], and `Option`s of them.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// The driver's own list of the arguments.
pub(super) fn bind<DB: Database>(args: Vec<Value>) -> Result<DB::Arguments, BoxDynError>
where
    Option<i64>: for<'q> Encode<'q, DB> + Type<DB>,
    Option<f64>: for<'q> Encode<'q, DB> + Type<DB>,
    Option<String>: for<'q> Encode<'q, DB> + Type<DB>,
    Option<Vec<u8>>: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut bound = DB::Arguments::default();
    for value in args {
        match value {
            Value::Int(number) => bound.add(number)?,
            Value::Real(number) => bound.add(number)?,
            Value::Text(text) => bound.add(text)?,
            Value::Bytes(bytes) => bound.add(bytes)?,
        }
    }
    Ok(bound)
}

impl<DB: Database> Type<DB> for Timestamp
where
    i64: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        i64::type_info()
    }
    fn compatible(given: &DB::TypeInfo) -> bool {
        i64::compatible(given)
    }
}

impl<'r, DB: Database> Decode<'r, DB> for Timestamp
where
    i64: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        i64::decode(value).map(Timestamp)
    }
}

impl<T, DB: Database> Type<DB> for Id<T>
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        String::type_info()
    }
    fn compatible(given: &DB::TypeInfo) -> bool {
        String::compatible(given)
    }
}

impl<'r, T, DB: Database> Decode<'r, DB> for Id<T>
where
    String: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        String::decode(value).map(Id::from_text)
    }
}
