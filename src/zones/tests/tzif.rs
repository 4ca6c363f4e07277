//! A second reader of compiled tzdata (RFC 9636), written for the test alone and against the format, so that it shares
//! no mistake with the library that the gateway converts with.

/// One zone: its clock changes in order, then the rule for the years after the last.
pub(super) struct Table {
    /// The instant in seconds and the offset from then on.
    changes: Vec<(i64, i64)>,
    /// The offset before the first change.
    initial: i64,
    rule: Rule,
}

/// The last line of a file, a POSIX `TZ` value.
struct Rule {
    standard: i64,
    /// The summer's offset, and when it begins and ends.
    summer: Option<(i64, Day, Day)>,
}

/// A day of the year and the second of its wall clock, which may lie outside of it.
enum Day {
    /// The `week`th `weekday` (0 is Sunday) of `month`; 5 is the last.
    Counted { month: i64, week: i64, weekday: i64, second: i64 },
    /// Days from 1 January, from 0, leap days counted.
    OfYear { day: i64, second: i64 },
    /// Days from 1 January, from 1, 29 February never counted.
    WithoutLeap { day: i64, second: i64 },
}

impl Table {
    pub(super) fn read(bytes: &[u8]) -> Table {
        let counts = |head: &[u8]| -> Vec<usize> {
            assert_eq!(&head[..4], b"TZif");
            head[20..44].chunks(4).map(|four| number(four) as usize).collect()
        };
        // Version 1's block, in 32 bits, comes first and is passed over.
        let [isut, isstd, leap, times, types, letters] = counts(bytes)[..] else { unreachable!() };
        let bytes = &bytes[44 + times * 5 + types * 6 + letters + leap * 8 + isstd + isut..];
        let [isut, isstd, leap, times, types, letters] = counts(bytes)[..] else { unreachable!() };
        let body = &bytes[44..];
        let (instants, body) = body.split_at(times * 8);
        let (kinds, body) = body.split_at(times);
        let (offsets, body) = body.split_at(types * 6);
        let offset = |kind: usize| number(&offsets[kind * 6..][..4]);
        let footer = &body[letters + leap * 12 + isstd + isut..];
        Table {
            changes: instants
                .chunks(8)
                .map(number)
                .zip(kinds.iter().map(|kind| offset(usize::from(*kind))))
                .collect(),
            initial: offset(0),
            rule: Rule::read(std::str::from_utf8(footer).unwrap().trim_matches('\n')),
        }
    }

    /// Seconds that the wall is ahead of UTC at an instant in seconds.
    pub(super) fn offset(&self, at: i64) -> i64 {
        match self.changes.partition_point(|(from, _)| *from <= at) {
            passed if passed == self.changes.len() => self.rule.offset(at),
            0 => self.initial,
            passed => self.changes[passed - 1].1,
        }
    }
}

impl Rule {
    fn read(text: &str) -> Rule {
        let (standard, rest) = offset_after_name(text);
        if rest.is_empty() {
            return Rule { standard, summer: None };
        }
        let (names, days) = rest.split_once(',').unwrap();
        let (summer, none) = offset_after_name(names);
        let summer = if none == "default" { standard + 3600 } else { summer };
        let (begins, ends) = days.split_once(',').unwrap();
        Rule { standard, summer: Some((summer, Day::read(begins), Day::read(ends))) }
    }

    fn offset(&self, at: i64) -> i64 {
        let Some((summer, begins, ends)) = &self.summer else { return self.standard };
        let year = year_of(at + self.standard);
        // The latest change before `at`, of the years around: a rule may begin in one year and end in the next.
        let changes = (year - 1..=year + 1).flat_map(|year| {
            [(begins.instant(year) - self.standard, *summer), (ends.instant(year) - summer, self.standard)]
        });
        let latest = changes.enumerate().filter(|(_, (from, _))| *from <= at);
        latest.max_by_key(|(order, (from, _))| (*from, *order)).unwrap().1.1
    }
}

/// The offset after a zone's abbreviation, and what follows it. Marks an offset that is left out by `default`.
fn offset_after_name(text: &str) -> (i64, &str) {
    let name = match text.strip_prefix('<') {
        Some(quoted) => quoted.find('>').unwrap() + 2,
        None => text.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(text.len()),
    };
    let rest = &text[name..];
    if rest.is_empty() {
        return (0, "default");
    }
    let end = rest.find(|letter: char| !"+-:0123456789".contains(letter)).unwrap_or(rest.len());
    (-clock(&rest[..end]), &rest[end..])
}

/// `5`, `-3:30`, `+24` as seconds.
fn clock(text: &str) -> i64 {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let parts = text.trim_start_matches(['+', '-']).split(':').map(|part| part.parse::<i64>().unwrap());
    sign * parts.zip([3600, 60, 1]).map(|(part, unit)| part * unit).sum::<i64>()
}

impl Day {
    fn read(text: &str) -> Day {
        let (day, second) = text.split_once('/').map_or((text, 7200), |(day, time)| (day, clock(time)));
        if let Some(counted) = day.strip_prefix('M') {
            let parts: Vec<i64> = counted.split('.').map(|part| part.parse().unwrap()).collect();
            return Day::Counted { month: parts[0], week: parts[1], weekday: parts[2], second };
        }
        match day.strip_prefix('J') {
            Some(day) => Day::WithoutLeap { day: day.parse().unwrap(), second },
            None => Day::OfYear { day: day.parse().unwrap(), second },
        }
    }

    /// In seconds of the wall clock.
    fn instant(&self, year: i64) -> i64 {
        let leap = days_before(year, 3) - days_before(year, 2) == 29;
        let (day, second) = match *self {
            Day::Counted { month, week, weekday, second } => {
                let first = days_before(year, month);
                let next = days_before(year + month / 12, month % 12 + 1);
                // 1970 began on a Thursday.
                let mut day = first + (weekday - (first + 4)).rem_euclid(7) + (week - 1) * 7;
                while day >= next {
                    day -= 7;
                }
                (day, second)
            }
            Day::OfYear { day, second } => (days_before(year, 1) + day, second),
            Day::WithoutLeap { day, second } => {
                (days_before(year, 1) + day - 1 + i64::from(leap && day > 59), second)
            }
        };
        day * 86_400 + second
    }
}

fn year_of(second: i64) -> i64 {
    let guess = 1970 + second.div_euclid(31_556_952);
    (guess - 1..=guess + 1).rev().find(|year| days_before(*year, 1) * 86_400 <= second).unwrap()
}

/// Days from 1970-01-01 to the first of a month.
fn days_before(year: i64, month: i64) -> i64 {
    let years = year - i64::from(month <= 2);
    let months = (month + 9) % 12;
    years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400) + (months * 153 + 2) / 5
        - 719_468
}

/// A signed number, its highest byte first.
fn number(bytes: &[u8]) -> i64 {
    let sign = if bytes[0] & 0x80 == 0 { 0 } else { -1 };
    bytes.iter().fold(sign, |high, byte| high << 8 | i64::from(*byte))
}
