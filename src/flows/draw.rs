//! A flow as a picture: an SVG with a box for each step, laid out from the start downwards.

use std::collections::{BTreeMap, BTreeSet};

use layout::backends::svg::SVGWriter;
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::style::{LineStyleKind, StyleAttr};
use layout::std_shapes::render::get_shape_size;
use layout::std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind};
use layout::topo::layout::VisualGraph;

use crate::rules::flow::{Flow, Outlined};

/// Letters of what is said that stand in a box; the file has the rest.
const MOST_LETTERS: usize = 34;
const FONT: usize = 14;

/// How many rows all ways together may cross. What the layout does grows with its square: the shipped flow crosses 182,
/// and with twice this a processor is busy for seconds.
const MOST_ROWS: usize = 400;

/// The picture, as the text of an SVG file; none of a flow whose ways are too many and too long to be laid out.
pub fn draw(flow: &Flow) -> Option<String> {
    let mut steps = flow.outline();
    if rows_crossed(&steps) > MOST_ROWS {
        return None;
    }
    // What is named first is placed first: the start stands at the top, on the left.
    steps.sort_by_key(|step| !step.is_start);
    let mut graph = VisualGraph::new(Orientation::TopToBottom);
    let mut boxes = BTreeMap::new();
    for step in &steps {
        let shape = ShapeKind::new_box(&label(step));
        let size = get_shape_size(Orientation::TopToBottom, &shape, FONT, false);
        let look = look(step);
        boxes.insert(step.name, graph.add_node(Element::create(shape, look, Orientation::TopToBottom, size)));
    }
    let line = StyleAttr::new(Color::fast("dimgray"), 1, None, 0, FONT - 2);
    for step in &steps {
        for way in &step.ways {
            let (Some(from), Some(to)) = (boxes.get(step.name), boxes.get(way.to)) else { continue };
            let arrow = Arrow::new(
                LineEndKind::None,
                LineEndKind::Arrow,
                LineStyleKind::Normal,
                &way.when.join(", "),
                &line,
                &None,
                &None,
            );
            graph.add_edge(arrow, *from, *to);
        }
    }
    let mut svg = SVGWriter::new();
    graph.do_it(false, false, false, &mut svg);
    Some(svg.finalize())
}

/// How many rows the ways cross, if every step stands below all that lead to it, but for those that it leads back to.
fn rows_crossed(steps: &[Outlined<'_>]) -> usize {
    let ways: BTreeMap<&str, Vec<&str>> =
        steps.iter().map(|step| (step.name, step.ways.iter().map(|way| way.to).collect())).collect();
    let (mut order, mut open, mut back) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let mut met = BTreeSet::new();
    for step in steps {
        // Whom we came from, and how many of his ways we have gone.
        let mut path = vec![(step.name, 0)];
        if !met.insert(step.name) {
            continue;
        }
        open.insert(step.name);
        while let Some((name, gone)) = path.pop() {
            let Some(to) = ways.get(name).and_then(|ways| ways.get(gone)).copied() else {
                open.remove(name);
                order.push(name);
                continue;
            };
            path.push((name, gone + 1));
            if open.contains(to) {
                back.insert((name, to));
            } else if ways.contains_key(to) && met.insert(to) {
                open.insert(to);
                path.push((to, 0));
            }
        }
    }
    let mut rows: BTreeMap<&str, usize> = BTreeMap::new();
    let row = |rows: &BTreeMap<&str, usize>, name: &str| rows.get(name).copied().unwrap_or_default();
    for name in order.iter().rev() {
        for to in ways.get(name).into_iter().flatten().filter(|to| !back.contains(&(*name, **to))) {
            let below = row(&rows, name) + 1;
            rows.entry(to).and_modify(|known| *known = below.max(*known)).or_insert(below);
        }
    }
    let crossed = |(from, to): (&&str, &&str)| row(&rows, from).abs_diff(row(&rows, to)).max(1);
    ways.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to))).map(crossed).sum()
}

/// The same as a part of a page: without a head, and without styles of its own, which the page has for it. It is hidden
/// from who hears the page, which tells the steps beside it.
pub fn draw_in_page(flow: &Flow) -> Option<String> {
    let svg = draw(flow)?;
    let body = svg.find("<svg").map_or("", |start| &svg[start..]);
    let body = match (body.find("<style>"), body.find("</style>")) {
        (Some(from), Some(to)) => format!("{}{}", &body[..from], &body[to + "</style>".len()..]),
        _ => body.to_owned(),
    };
    Some(body.replacen("<svg", "<svg aria-hidden=\"true\"", 1))
}

fn label(step: &Outlined<'_>) -> String {
    let mut lines = vec![step.name.to_owned(), step.does.clone()];
    lines.extend(step.says.map(|says| match says.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("“{}…”", says[..end].trim_end()),
        None => format!("“{says}”"),
    }));
    lines.join("\n")
}

/// Where a call begins, where it goes when it lost its place, and what ends it, are told apart by more than their words.
fn look(step: &Outlined<'_>) -> StyleAttr {
    let (width, fill) = match step {
        step if step.is_start => (3, "lightgreen"),
        step if step.is_safe => (3, "lightyellow"),
        step if step.ways.is_empty() => (1, "lightgray"),
        _ => (1, "white"),
    };
    StyleAttr::new(Color::fast("black"), width, Some(Color::fast(fill)), 6, FONT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::flow::OutlinedWay;

    #[test]
    fn every_step_of_a_shipped_flow_is_in_its_picture() {
        for name in crate::flows::shipped_names() {
            let flow = Flow::parse(crate::flows::shipped(name).unwrap()).unwrap();
            let svg = draw(&flow).unwrap();
            for step in flow.outline() {
                assert!(svg.contains(&format!(">{}</tspan>", step.name)), "{name}: {}", step.name);
            }
        }
    }

    #[test]
    fn in_a_page_it_brings_no_styles_of_its_own() {
        let svg = draw_in_page(&Flow::parse(crate::flows::shipped("emergency").unwrap()).unwrap()).unwrap();
        assert!(svg.starts_with("<svg aria-hidden=\"true\" width="), "{}", &svg[..80]);
        assert!(svg.trim_end().ends_with("</svg>"));
        for inline in ["<style", " style=", "<?xml", "<script"] {
            assert!(!svg.contains(inline), "{inline}");
        }
    }

    #[test]
    fn words_in_a_picture_are_no_markup() {
        let text = crate::flows::shipped("emergency").unwrap();
        let hostile = text.replace("say.en = \"", "say.en = \"<script>&'");
        assert_ne!(text, hostile);
        let svg = draw(&Flow::parse(&hostile).unwrap()).unwrap();
        assert!(svg.contains("&lt;script&gt;&amp;") && !svg.contains("<script"));
    }

    #[test]
    fn what_could_not_be_laid_out_is_not_drawn() {
        let crossed = |menus: usize, keys: usize| {
            let names: Vec<String> = (0..=menus).map(|menu| format!("m{menu}")).collect();
            let way = |to| OutlinedWay { to, when: Vec::new() };
            let step = |at: usize| Outlined {
                name: &names[at],
                does: String::new(),
                says: None,
                is_start: at == 0,
                is_safe: at == menus,
                ways: (1..=keys).map(|key| way(&*names[(at + key).min(menus)])).collect(),
            };
            rows_crossed(&(0..menus).map(step).collect::<Vec<_>>())
        };
        assert_eq!(crossed(1, 1), 1);
        assert_eq!(crossed(3, 1), 3);
        // Each leads to the next ten: 1 + 2 + … + 10 rows, fewer at the end.
        assert!(crossed(40, 10) > MOST_ROWS);
        let shipped = Flow::parse(crate::flows::shipped("emergency").unwrap()).unwrap();
        let rows = rows_crossed(&shipped.outline());
        assert!((100..300).contains(&rows), "{rows}");
    }
}
