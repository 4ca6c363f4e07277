//! A flow as a picture: an SVG with a box for each step, laid out from the start downwards.

use std::collections::BTreeMap;

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

/// The picture, as the text of an SVG file.
pub fn draw(flow: &Flow) -> String {
    let mut steps = flow.outline();
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
    svg.finalize()
}

/// The same as a part of a page: without a head, and without styles of its own, which the page has for it. It is hidden
/// from who hears the page, which tells the steps beside it.
pub fn draw_in_page(flow: &Flow) -> String {
    let svg = draw(flow);
    let body = svg.find("<svg").map_or("", |start| &svg[start..]);
    let body = match (body.find("<style>"), body.find("</style>")) {
        (Some(from), Some(to)) => format!("{}{}", &body[..from], &body[to + "</style>".len()..]),
        _ => body.to_owned(),
    };
    body.replacen("<svg", "<svg aria-hidden=\"true\"", 1)
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

    #[test]
    fn every_step_of_a_shipped_flow_is_in_its_picture() {
        for name in crate::flows::shipped_names() {
            let flow = Flow::parse(crate::flows::shipped(name).unwrap()).unwrap();
            let svg = draw(&flow);
            for step in flow.outline() {
                assert!(svg.contains(&format!(">{}</tspan>", step.name)), "{name}: {}", step.name);
            }
        }
    }

    #[test]
    fn in_a_page_it_brings_no_styles_of_its_own() {
        let svg = draw_in_page(&Flow::parse(crate::flows::shipped("emergency").unwrap()).unwrap());
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
        let svg = draw(&Flow::parse(&hostile).unwrap());
        assert!(svg.contains("&lt;script&gt;&amp;") && !svg.contains("<script"));
    }
}
