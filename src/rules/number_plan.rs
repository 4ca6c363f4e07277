//! The countries' number plans: what a keyed number means, of what kind it is, and whether it may be called back.
//! The tables are libphonenumber's. Rules about countries go by region and not by calling code: +1 876 is Jamaica.
//!
//! Numbers that a plan reserves for fiction (+1 … 555-0100 to 555-0199) count as valid in those tables, but ring nobody.
//! A desk refuses them, unless its file says `fictional_numbers = true`, as those of demonstrations and tests do; no
//! other check changes by that.

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region, ValidationError,
};
use serde::{Deserialize, Serialize};

use super::contact::PhoneNumber;

/// A country (ISO 3166, two letters) that has a number plan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(Region);

impl Country {
    /// Where numbers are read that belong to no desk.
    pub const UNITED_STATES: Country = Country(Region::US);
}

/// The text is no country with a number plan.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no country: use its two letters, like US or GB")]
pub struct NotACountry(String);

impl FromStr for Country {
    type Err = NotACountry;
    fn from_str(text: &str) -> Result<Country, NotACountry> {
        let wrong = || NotACountry(text.to_owned());
        let capitals = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        let region: Region = text.parse().map_err(|_| wrong())?;
        let planned = PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some();
        if capitals && planned { Ok(Country(region)) } else { Err(wrong()) }
    }
}

impl TryFrom<String> for Country {
    type Error = NotACountry;
    fn try_from(text: String) -> Result<Country, NotACountry> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> String {
        country.to_string()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is wrong with a number that somebody keyed or wrote.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum NumberProblem {
    /// There is no digit in it.
    #[error("there is no number")]
    Empty,
    /// Something else than digits, or a `+` that is not in front.
    #[error("there is something else than digits in it")]
    NotDigits,
    /// Too few digits; the area code is missing, for example.
    #[error("it has too few digits")]
    TooShort,
    /// Too many digits.
    #[error("it has too many digits")]
    TooLong,
    /// The length fits, but no such number is given out.
    #[error("no such number is given out")]
    NotGivenOut,
    /// It is reserved for fiction.
    #[error("it is reserved for fiction and rings nobody")]
    Fictional,
}

/// What a number is used for, as far as its plan tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// Takes texts.
    Mobile,
    /// Known to be a fixed line: not texted.
    Fixed,
    /// Not to be known, as all over +1: texted.
    FixedOrMobile,
    /// The callee pays.
    TollFree,
    /// The caller pays dearly.
    Premium,
    /// Both pay.
    SharedCost,
    /// A number of the internet.
    Voip,
    /// Follows a person about, at the caller's cost.
    Personal,
    /// By satellite, or an international network.
    Satellite,
    /// One number of a company with many places.
    Company,
    /// A pager or a voicemail: nobody to talk with.
    Unattended,
    /// The plan does not say.
    Unknown,
}

impl NumberKind {
    /// Whether a text makes sense. A carrier may still refuse it (21614, 30006); that is remembered elsewhere.
    pub fn may_take_texts(self) -> bool {
        matches!(self, NumberKind::Mobile | NumberKind::FixedOrMobile | NumberKind::Voip)
    }
}

/// Why a callback number is not dialled.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refusal {
    /// No valid number.
    #[error("{0}")]
    Number(NumberProblem),
    /// Its country is not among those that the desk allows, or it has none.
    #[error("its country is not allowed")]
    Country,
    /// Numbers of its kind cost too much, or have nobody to talk with.
    #[error("numbers of its kind are not dialled")]
    Kind(NumberKind),
}

/// The number plan as a desk sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NumberPlan {
    /// Whose national form counts.
    pub country: Country,
    /// Whether numbers reserved for fiction are taken for real ones.
    pub fictional: bool,
}

impl NumberPlan {
    /// Reads digits as they were keyed: in national form, or with `+`, 00 or 011 and the country code, or with the
    /// country code alone. Spaces and the usual punctuation may stand between them.
    pub fn parse_dialled(&self, keyed: &str) -> Result<PhoneNumber, NumberProblem> {
        let mut digits = String::with_capacity(keyed.len());
        for c in keyed.chars() {
            match c {
                '+' if digits.is_empty() => digits.push('+'),
                '0'..='9' => digits.push(c),
                ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}' => {}
                _ => return Err(NumberProblem::NotDigits),
            }
        }
        let bare = digits.trim_start_matches('+');
        if bare.is_empty() {
            return Err(NumberProblem::Empty);
        }
        // No country dials more than 20 digits, its own prefixes included.
        if bare.len() > 20 {
            return Err(NumberProblem::TooLong);
        }
        let as_dialled = self.read(&digits);
        if as_dialled.is_ok() || digits.starts_with('+') {
            return as_dialled;
        }
        // Callers from abroad key what they would key at home.
        let abroad = ["00", "011", ""].iter().filter_map(|prefix| bare.strip_prefix(prefix));
        let from_abroad =
            abroad.filter(|rest| !rest.starts_with('0')).find_map(|rest| self.read(&format!("+{rest}")).ok());
        from_abroad.map_or(as_dialled, Ok)
    }

    fn read(&self, digits: &str) -> Result<PhoneNumber, NumberProblem> {
        let number =
            PHONE_NUMBER_UTIL.parse(digits, Some(self.country.0)).map_err(|_| NumberProblem::TooShort)?;
        self.check_plan(&number)?;
        PHONE_NUMBER_UTIL
            .format(&number, PhoneNumberFormat::E164)
            .parse()
            .map_err(|_| NumberProblem::NotGivenOut)
    }

    fn check_plan(&self, number: &rlibphonenumber::PhoneNumber) -> Result<(), NumberProblem> {
        match PHONE_NUMBER_UTIL.is_possible_number_with_reason(number) {
            Err(ValidationError::TooLong) => return Err(NumberProblem::TooLong),
            Err(ValidationError::TooShort) | Ok(NumberLengthType::IsPossibleLocalOnly) => {
                return Err(NumberProblem::TooShort);
            }
            Err(_) => return Err(NumberProblem::NotGivenOut),
            Ok(NumberLengthType::IsPossible) => {}
        }
        if !PHONE_NUMBER_UTIL.is_valid_number(number) {
            return Err(NumberProblem::NotGivenOut);
        }
        if is_fictional(number) && !self.fictional {
            return Err(NumberProblem::Fictional);
        }
        Ok(())
    }

    /// Whether the plan has given out such a number.
    pub fn check(&self, number: &PhoneNumber) -> Result<(), NumberProblem> {
        self.check_plan(&tables(number).ok_or(NumberProblem::NotGivenOut)?)
    }

    /// Whether the network's caller id can be offered as a callback number.
    pub fn is_dialable_caller_id(&self, caller_id: &PhoneNumber) -> bool {
        self.check(caller_id).is_ok()
    }

    /// Whether a callback may be dialled: a valid number, of an allowed country, of a kind that costs no fortune.
    pub fn may_call_back(&self, number: &PhoneNumber, allowed: &[Country]) -> Result<(), Refusal> {
        self.check(number).map_err(Refusal::Number)?;
        let kind = kind(number);
        match kind {
            NumberKind::Premium
            | NumberKind::SharedCost
            | NumberKind::Personal
            | NumberKind::Satellite
            | NumberKind::Unattended
            | NumberKind::Unknown => return Err(Refusal::Kind(kind)),
            NumberKind::Mobile
            | NumberKind::Fixed
            | NumberKind::FixedOrMobile
            | NumberKind::TollFree
            | NumberKind::Voip
            | NumberKind::Company => {}
        }
        match region(number) {
            Some(country) if allowed.contains(&country) => Ok(()),
            _ => Err(Refusal::Country),
        }
    }

    /// How the number is read to a caller of this country.
    pub fn read_back(&self, number: &PhoneNumber) -> ReadBack {
        match region(number) == Some(self.country) {
            true => ReadBack::of(number, PhoneNumberFormat::National),
            false => ReadBack::international(number),
        }
    }
}

/// A number as it is spoken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadBack {
    /// Whether it begins with "plus" and the country code.
    pub international: bool,
    /// Its digits in the groups that people of that country are used to.
    pub groups: Vec<String>,
}

impl ReadBack {
    /// With "plus" and the country code, for a listener who may be anywhere.
    pub fn international(number: &PhoneNumber) -> ReadBack {
        ReadBack::of(number, PhoneNumberFormat::International)
    }

    fn of(number: &PhoneNumber, format: PhoneNumberFormat) -> ReadBack {
        let written = tables(number).map(|number| PHONE_NUMBER_UTIL.format(&number, format).into_owned());
        let written = written.unwrap_or_else(|| number.as_str().to_owned());
        let groups = written.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty());
        ReadBack {
            international: format == PhoneNumberFormat::International,
            groups: groups.map(str::to_owned).collect(),
        }
    }

    /// Digits one by one, with a comma (a breath) between the groups: `8 0 2, 5 5 5, 0 1 0 0`.
    pub fn digits(&self) -> String {
        let groups = self.groups.iter().map(|group| {
            let digits: Vec<String> = group.chars().map(String::from).collect();
            digits.join(" ")
        });
        groups.collect::<Vec<_>>().join(", ")
    }
}

/// What the network says in place of a number that is withheld: spelled on the keys, ANONYMOUS, RESTRICTED, BLOCKED,
/// UNKNOWN, UNAVAILABLE.
const WITHHELD: [&str; 5] = ["+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"];

/// The caller id of a call; `None` if it is withheld or no number at all.
pub fn caller_id(from: &str) -> Option<PhoneNumber> {
    let from = from.trim();
    if WITHHELD.contains(&from) { None } else { from.parse().ok() }
}

/// What a number is used for.
pub fn kind(number: &PhoneNumber) -> NumberKind {
    let Some(number) = tables(number) else { return NumberKind::Unknown };
    match number.country_code {
        870 | 881 | 882 | 883 => return NumberKind::Satellite,
        878 => return NumberKind::Personal,
        979 => return NumberKind::Premium,
        _ => {}
    }
    match PHONE_NUMBER_UTIL.get_number_type(&number) {
        PhoneNumberType::Mobile => NumberKind::Mobile,
        PhoneNumberType::FixedLine => NumberKind::Fixed,
        PhoneNumberType::FixedLineOrMobile => NumberKind::FixedOrMobile,
        PhoneNumberType::TollFree => NumberKind::TollFree,
        PhoneNumberType::PremiumRate => NumberKind::Premium,
        PhoneNumberType::SharedCost => NumberKind::SharedCost,
        PhoneNumberType::VoIP => NumberKind::Voip,
        PhoneNumberType::PersonalNumber => NumberKind::Personal,
        PhoneNumberType::UAN => NumberKind::Company,
        PhoneNumberType::Pager | PhoneNumberType::VoiceMail => NumberKind::Unattended,
        PhoneNumberType::Unknown => NumberKind::Unknown,
    }
}

/// The country that a number belongs to; `None` for numbers of no country, and where no such number is given out.
pub fn region(number: &PhoneNumber) -> Option<Country> {
    let region = PHONE_NUMBER_UTIL.get_region_for_number(&tables(number)?)?;
    (region != Region::World).then_some(Country(region))
}

/// The number as the tables know it.
fn tables(number: &PhoneNumber) -> Option<rlibphonenumber::PhoneNumber> {
    PHONE_NUMBER_UTIL.parse(number.as_str(), None).ok()
}

/// +1, any area, 555-0100 to 555-0199.
fn is_fictional(number: &rlibphonenumber::PhoneNumber) -> bool {
    number.country_code == 1 && (5_550_100..=5_550_199).contains(&(number.national_number % 10_000_000))
}
