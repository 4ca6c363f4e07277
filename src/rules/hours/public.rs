//! Public holidays by country, as rules for days: what a manager ticks for his desk's file. They are those of the law as
//! it stood in November 2026; a desk's file keeps what was ticked, whatever becomes of this list. Days that are moved by
//! law when they fall on a weekend are listed as they are named: a desk that keeps the moved day lists it by its date.
//!
//! - US: 5 U.S.C. 6103(a).
//! - CA: Canada Labour Code, section 166.
//! - GB: Banking and Financial Dealings Act 1971, schedule 1, with the days by proclamation and common law; St Andrew's Day
//!   Bank Holiday (Scotland) Act 2007.
//! - DE: Einigungsvertrag, Art. 2 (3 October), and the holiday laws of the Länder.
//! - FR: Code du travail, art. L3133-1; for Alsace and Moselle art. L3134-13.
//! - ES: Real Decreto 2001/1983, art. 45; the regions may put others in the place of some.

/// A country's public holidays.
#[derive(Clone, Copy, Debug)]
pub struct PublicHolidays {
    /// Its two letters.
    pub country: &'static str,
    /// As people call it.
    pub name: &'static str,
    /// In the order of the year.
    pub days: &'static [PublicHoliday],
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub struct PublicHoliday {
    /// As people call it.
    pub name: &'static str,
    /// The rule for its days, as [`super::DayRule`] reads it.
    pub date: &'static str,
    /// In which parts of the country alone.
    pub only_in: Option<&'static str>,
}

/// Everywhere in the country.
const fn all(name: &'static str, date: &'static str) -> PublicHoliday {
    PublicHoliday { name, date, only_in: None }
}

/// In some parts alone.
const fn some(name: &'static str, date: &'static str, only_in: &'static str) -> PublicHoliday {
    PublicHoliday { name, date, only_in: Some(only_in) }
}

/// The countries that are known.
pub const COUNTRIES: &[PublicHolidays] = &[
    PublicHolidays { country: "US", name: "United States", days: UNITED_STATES },
    PublicHolidays { country: "CA", name: "Canada", days: CANADA },
    PublicHolidays { country: "GB", name: "United Kingdom", days: UNITED_KINGDOM },
    PublicHolidays { country: "DE", name: "Germany", days: GERMANY },
    PublicHolidays { country: "FR", name: "France", days: FRANCE },
    PublicHolidays { country: "ES", name: "Spain", days: SPAIN },
];

const UNITED_STATES: &[PublicHoliday] = &[
    all("New Year's Day", "01-01"),
    all("Martin Luther King Day", "3rd Monday of January"),
    all("Presidents' Day", "3rd Monday of February"),
    all("Memorial Day", "last Monday of May"),
    all("Juneteenth", "06-19"),
    all("Independence Day", "07-04"),
    all("Labor Day", "1st Monday of September"),
    all("Columbus Day", "2nd Monday of October"),
    all("Veterans Day", "11-11"),
    all("Thanksgiving", "4th Thursday of November"),
    all("Christmas Day", "12-25"),
];

const CANADA: &[PublicHoliday] = &[
    all("New Year's Day", "01-01"),
    all("Good Friday", "2 days before Easter"),
    // The Monday before 25 May.
    all("Victoria Day", "Monday after 05-17"),
    all("Canada Day", "07-01"),
    all("Labour Day", "1st Monday of September"),
    all("Day for Truth and Reconciliation", "09-30"),
    all("Thanksgiving", "2nd Monday of October"),
    all("Remembrance Day", "11-11"),
    all("Christmas Day", "12-25"),
    all("Boxing Day", "12-26"),
];

const UNITED_KINGDOM: &[PublicHoliday] = &[
    all("New Year's Day", "01-01"),
    some("2 January", "01-02", "Scotland"),
    some("St Patrick's Day", "03-17", "Northern Ireland"),
    all("Good Friday", "2 days before Easter"),
    some("Easter Monday", "1 day after Easter", "England, Wales, Northern Ireland"),
    all("Early May bank holiday", "1st Monday of May"),
    all("Spring bank holiday", "last Monday of May"),
    some("Battle of the Boyne", "07-12", "Northern Ireland"),
    some("Summer bank holiday, Scotland", "1st Monday of August", "Scotland"),
    some("Summer bank holiday", "last Monday of August", "England, Wales, Northern Ireland"),
    some("St Andrew's Day", "11-30", "Scotland"),
    all("Christmas Day", "12-25"),
    all("Boxing Day", "12-26"),
];

const GERMANY: &[PublicHoliday] = &[
    all("New Year's Day", "01-01"),
    some("Epiphany", "01-06", "BW, BY, ST"),
    some("Women's Day", "03-08", "BE, MV"),
    all("Good Friday", "2 days before Easter"),
    all("Easter Monday", "1 day after Easter"),
    all("Labour Day", "05-01"),
    all("Ascension Day", "39 days after Easter"),
    all("Whit Monday", "50 days after Easter"),
    some("Corpus Christi", "60 days after Easter", "BW, BY, HE, NW, RP, SL"),
    some("Assumption Day", "08-15", "SL, parts of BY"),
    some("World Children's Day", "09-20", "TH"),
    all("German Unity Day", "10-03"),
    some("Reformation Day", "10-31", "BB, HB, HH, MV, NI, SH, SN, ST, TH"),
    some("All Saints' Day", "11-01", "BW, BY, NW, RP, SL"),
    // The Wednesday before 23 November.
    some("Day of Repentance", "Wednesday after 11-15", "SN"),
    all("Christmas Day", "12-25"),
    all("Second Christmas Day", "12-26"),
];

const FRANCE: &[PublicHoliday] = &[
    all("New Year's Day", "01-01"),
    some("Good Friday", "2 days before Easter", "Alsace, Moselle"),
    all("Easter Monday", "1 day after Easter"),
    all("Labour Day", "05-01"),
    all("Victory Day", "05-08"),
    all("Ascension Day", "39 days after Easter"),
    all("Whit Monday", "50 days after Easter"),
    all("National Day", "07-14"),
    all("Assumption Day", "08-15"),
    all("All Saints' Day", "11-01"),
    all("Armistice Day", "11-11"),
    all("Christmas Day", "12-25"),
    some("Second Christmas Day", "12-26", "Alsace, Moselle"),
];

const SPAIN: &[PublicHoliday] = &[
    all("New Year's Day", "01-01"),
    all("Epiphany", "01-06"),
    some("Maundy Thursday", "3 days before Easter", "most regions"),
    all("Good Friday", "2 days before Easter"),
    some("Easter Monday", "1 day after Easter", "some regions"),
    all("Labour Day", "05-01"),
    all("Assumption Day", "08-15"),
    all("National Day", "10-12"),
    all("All Saints' Day", "11-01"),
    all("Constitution Day", "12-06"),
    all("Immaculate Conception", "12-08"),
    all("Christmas Day", "12-25"),
];

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::rules::hours::DayRule;

    #[test]
    fn every_rule_is_read_and_comes_every_year() {
        for country in COUNTRIES {
            let mut dates = Vec::new();
            for day in country.days {
                let rule: DayRule = day.date.parse().unwrap();
                assert_eq!(rule.to_string(), day.date, "{}: {}", country.country, day.name);
                for year in 2026..2040 {
                    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
                    let days = first.iter_days().take(365).filter(|date| rule.is(*date)).count();
                    assert_eq!(days, 1, "{}: {} in {year}", country.country, day.name);
                }
                dates.push(rule);
            }
            for (index, rule) in dates.iter().enumerate() {
                assert!(!dates[..index].contains(rule), "{}: {rule}", country.country);
            }
        }
    }

    /// Days of 2027 as the countries' own calendars give them.
    #[test]
    fn days_of_a_year_are_those_of_its_calendars() {
        let day = |country: &str, name: &str| {
            let country = COUNTRIES.iter().find(|known| known.country == country).unwrap();
            let day = country.days.iter().find(|day| day.name == name).unwrap();
            let rule: DayRule = day.date.parse().unwrap();
            rule.next("2027-01-01".parse().unwrap()).unwrap().to_string()
        };
        for (country, name, date) in [
            ("US", "Memorial Day", "2027-05-31"),
            ("US", "Thanksgiving", "2027-11-25"),
            ("CA", "Victoria Day", "2027-05-24"),
            ("CA", "Good Friday", "2027-03-26"),
            ("GB", "Spring bank holiday", "2027-05-31"),
            ("GB", "Summer bank holiday", "2027-08-30"),
            ("DE", "Ascension Day", "2027-05-06"),
            ("DE", "Day of Repentance", "2027-11-17"),
            ("DE", "Corpus Christi", "2027-05-27"),
            ("FR", "Whit Monday", "2027-05-17"),
            ("ES", "Maundy Thursday", "2027-03-25"),
        ] {
            assert_eq!(day(country, name), date, "{country}: {name}");
        }
    }
}
