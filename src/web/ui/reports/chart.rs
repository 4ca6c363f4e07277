//! Charts as SVG: where each mark stands. `templates/charts.html` writes them, so that a page needs no script.
//!
//! No charting crate draws them. plotters and charts-rs write every colour into the drawing, so that it would be the same
//! in the light and in the dark; poloto writes `style` elements, which our policy for contents refuses. What is left to
//! do is to set bars side by side: marks carry classes here, and the stylesheet gives them their colours.
//!
//! Every drawing is 480 units wide, so that its letters can still be read on a phone.

/// How wide every drawing is.
pub(super) const WIDTH: usize = 480;

/// The left edge of the marks of a map, and the side of a square of it.
const MAP_LEFT: usize = 44;
const SQUARE: usize = 18;

/// The height within which bars grow, and where their feet stand.
const BAR_ROOM: usize = 130;
const FOOT: usize = 152;
/// More labels than this do not fit beneath the bars.
const MOST_LABELS: usize = 9;

/// A square of a map: darker the more it stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Square {
    pub(super) x: usize,
    pub(super) y: usize,
    /// 0 for nothing, up to 4 for as many as in any square.
    pub(super) shade: usize,
    pub(super) count: usize,
    pub(super) hour: usize,
    pub(super) day: &'static str,
}

/// A label.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) text: String,
}

/// The days of the week, as they are written beside a map.
pub(super) const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A week by its hours.
#[derive(Debug)]
pub(super) struct Map {
    pub(super) squares: Vec<Square>,
    pub(super) labels: Vec<Label>,
    pub(super) side: usize,
    pub(super) height: usize,
}

impl Map {
    /// Of the counts of every hour of every day, from Monday.
    pub(super) fn new(counts: &[[usize; 24]; 7]) -> Map {
        let most = counts.iter().flatten().copied().max().unwrap_or(0);
        let square = |row: usize, hour: usize, count: usize| Square {
            x: MAP_LEFT + hour * SQUARE,
            y: row * SQUARE,
            shade: (count * 4).div_ceil(most.max(1)),
            count,
            hour,
            day: DAYS[row],
        };
        let squares = counts.iter().enumerate();
        let squares = squares.flat_map(|(row, hours)| {
            hours.iter().enumerate().map(move |(hour, count)| square(row, hour, *count))
        });
        let squares: Vec<Square> = squares.collect();
        let days = DAYS.iter().enumerate().map(|(row, day)| Label {
            x: 0,
            y: (row + 1) * SQUARE - 4,
            text: (*day).to_owned(),
        });
        let hours = (0..24).step_by(6).map(|hour| Label {
            x: MAP_LEFT + hour * SQUARE,
            y: 7 * SQUARE + 16,
            text: format!("{hour:02}:00"),
        });
        Map { squares, labels: days.chain(hours).collect(), side: SQUARE - 2, height: 7 * SQUARE + 22 }
    }
}

/// A bar, and a part of it that is told apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) x: usize,
    pub(super) width: usize,
    pub(super) y: usize,
    pub(super) height: usize,
    pub(super) part_y: usize,
    pub(super) part_height: usize,
    pub(super) middle: usize,
    pub(super) label: String,
    /// Whether there is room for the label.
    pub(super) labelled: bool,
    pub(super) count: usize,
    /// Whether there is room for the count.
    pub(super) counted: bool,
}

/// Bars side by side.
#[derive(Debug)]
pub(super) struct Bars {
    pub(super) bars: Vec<Bar>,
    pub(super) foot: usize,
    pub(super) foot_label: usize,
    pub(super) height: usize,
}

impl Bars {
    /// Of labels with a count, and how much of it is told apart.
    pub(super) fn new(of: Vec<(String, usize, usize)>) -> Bars {
        let most = of.iter().map(|(_, count, _)| *count).max().unwrap_or(0).max(1);
        let every = of.len().div_ceil(MOST_LABELS).max(1);
        let step = WIDTH / of.len().max(1);
        let gap = (step / 5).min(8);
        // Two figures at the most stand above each other's neighbours only where bars are wide.
        let counted = step >= 24;
        let high = |count: usize| (count * BAR_ROOM).div_ceil(most);
        let bar = |(index, (label, count, part)): (usize, (String, usize, usize))| Bar {
            x: index * step + gap / 2,
            width: step - gap,
            y: FOOT - high(count),
            height: high(count),
            part_y: FOOT - high(part),
            part_height: high(part),
            middle: index * step + step / 2,
            label,
            labelled: index % every == 0,
            count,
            counted,
        };
        Bars {
            bars: of.into_iter().enumerate().map(bar).collect(),
            foot: FOOT,
            foot_label: FOOT + 18,
            height: FOOT + 24,
        }
    }
}

/// A whole in parts, as one lying bar.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Strip {
    pub(super) kept: usize,
    pub(super) missed: usize,
    pub(super) running: usize,
}

impl Strip {
    /// How wide each part is, of the whole width.
    pub(super) fn new(kept: usize, missed: usize, running: usize) -> Strip {
        let all = (kept + missed + running).max(1);
        let (kept, missed_too) = (kept * WIDTH / all, (kept + missed) * WIDTH / all);
        let whole = if kept + missed + running == 0 { 0 } else { WIDTH };
        Strip { kept, missed: missed_too - kept, running: whole.saturating_sub(missed_too) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_is_darker_the_more_it_stands_for_and_white_only_for_nothing() {
        let mut counts = [[0; 24]; 7];
        for (hour, count) in [0, 1, 4, 5, 8].into_iter().enumerate() {
            counts[2][hour] = count;
        }
        let map = Map::new(&counts);
        let shades: Vec<usize> = map
            .squares
            .iter()
            .filter(|square| square.day == "Wed")
            .take(5)
            .map(|square| square.shade)
            .collect();
        assert_eq!(shades, [0, 1, 2, 3, 4]);
        assert!(Map::new(&[[0; 24]; 7]).squares.iter().all(|square| square.shade == 0));
        let last = map.squares.last().unwrap();
        assert!(last.x + map.side <= WIDTH && last.y + map.side <= map.height);
    }

    #[test]
    fn bars_stay_within_the_drawing() {
        for count in [0, 1, 9, 31, 53, 366] {
            let bars = Bars::new((0..count).map(|n| (n.to_string(), n, n / 2)).collect());
            assert!(bars.bars.iter().filter(|bar| bar.labelled).count() <= MOST_LABELS);
            for bar in &bars.bars {
                assert!(bar.x + bar.width <= WIDTH && bar.y + bar.height == FOOT && bar.width > 0, "{bar:?}");
                assert!(bar.y >= FOOT - BAR_ROOM && bar.part_height <= bar.height, "{bar:?}");
            }
        }
    }

    #[test]
    fn the_parts_of_a_strip_make_up_the_whole() {
        for (kept, missed, running) in [(1, 0, 0), (0, 1, 0), (0, 0, 1), (2, 1, 4), (97, 2, 1), (0, 0, 0)] {
            let strip = Strip::new(kept, missed, running);
            let whole = if kept + missed + running == 0 { 0 } else { WIDTH };
            assert_eq!(strip.kept + strip.missed + strip.running, whole, "{strip:?}");
        }
    }
}
