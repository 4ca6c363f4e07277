//! Tables in a file, found, written and taken away. What nobody changes keeps its comments, its order and its spaces.

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml_edit::{Array, ArrayOfTables, Datetime, InlineTable, Item, Table, Value};

use super::part::Part;
use super::{CannotEdit, Change};

/// Keys whose texts are dates, which TOML writes without quotes.
const MOMENTS: [&str; 4] = ["starts", "ends", "from", "to"];

/// Makes a change in the list of that name. What is new comes last, or after the part that is named.
pub(super) fn change<T: Part>(
    inside: &mut Table,
    list: &str,
    change: &Change<T>,
    after: Option<&T>,
) -> Result<(), CannotEdit> {
    let tables = match inside.entry(list).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new())) {
        Item::ArrayOfTables(tables) => tables,
        _ => return Err(CannotEdit::Form(format!("The list `{list}`"))),
    };
    let known: Vec<Option<T>> = tables.iter().map(read).collect();
    let find = |part: &T| {
        let is = |known: &Option<T>| known.as_ref().is_some_and(|known| known.is(part));
        known.iter().position(is).ok_or_else(|| CannotEdit::Gone(told(list, part)))
    };
    let at = change.was.as_ref().map(find).transpose()?;
    let after = after.map(find).transpose()?;
    if let Some(now) = &change.now {
        let other = known.iter().enumerate().filter(|(index, _)| Some(*index) != at);
        if other.filter_map(|(_, known)| known.as_ref()).any(|known| known.collides(now)) {
            return Err(CannotEdit::There(told(list, now)));
        }
    }
    match (at, &change.now) {
        (Some(at), None) => drop(tables.remove(at)),
        (Some(at), Some(now)) => {
            if let (Some(table), Some(Some(was))) = (tables.get_mut(at), known.get(at)) {
                rewrite(table, &written(was)?, written(now)?);
            }
        }
        (None, Some(now)) => {
            let mut table = written(now)?;
            table.decor_mut().set_prefix("\n");
            insert(tables, after, table);
        }
        (None, None) => {}
    }
    if tables.is_empty() {
        inside.remove(list);
    }
    Ok(())
}

/// Changes a table that there is but once, if it is as it was.
pub(super) fn replace<T: Part>(table: &mut Table, name: &str, was: &T, now: &T) -> Result<(), CannotEdit> {
    let known: T = read(table).ok_or_else(|| CannotEdit::Form(format!("The table `{name}`")))?;
    if !known.is(was) {
        return Err(CannotEdit::Gone(format!("The table `{name}`")));
    }
    rewrite(table, &written(&known)?, written(now)?);
    Ok(())
}

/// Puts a table behind the one of that index, or behind all.
fn insert(tables: &mut ArrayOfTables, after: Option<usize>, table: Table) {
    let mut all: Vec<Table> = std::mem::take(tables).into_iter().collect();
    all.insert(after.map_or(all.len(), |after| after + 1), table);
    *tables = all.into_iter().collect();
}

fn told<T: Part>(list: &str, part: &T) -> String {
    format!("The {list} {}", part.told())
}

/// What a table stands for; none if it is no such part.
fn read<T: Part>(table: &Table) -> Option<T> {
    let value = Item::Table(table.clone()).into_value().ok()?;
    T::deserialize(value.into_deserializer()).ok()
}

/// A part as a table: lists of tables as tables of their own, dates without quotes.
fn written<T: Part>(part: &T) -> Result<Table, CannotEdit> {
    let file = toml_edit::ser::to_document(part).map_err(|_| CannotEdit::Form(part.told()))?;
    let mut table = file.as_table().clone();
    dress(&mut table);
    Ok(table)
}

fn dress(table: &mut Table) {
    for (key, item) in table.iter_mut() {
        let key = key.get().to_owned();
        if MOMENTS.contains(&key.as_str())
            && let Some(moment) = item.as_str().and_then(|text| text.parse::<Datetime>().ok())
        {
            *item = toml_edit::value(moment);
        }
        let is_list = |list: &Array| !list.is_empty() && list.iter().all(Value::is_inline_table);
        let listed = item.as_array().filter(|list| is_list(list)).cloned();
        if let Some(list) = listed {
            *item =
                Item::ArrayOfTables(list.iter().filter_map(Value::as_inline_table).map(table_of).collect());
        }
    }
}

fn table_of(inline: &InlineTable) -> Table {
    let mut table = inline.clone().into_table();
    dress(&mut table);
    table.decor_mut().set_prefix("\n");
    table
}

/// Changes what differs between two parts in the table that holds the one. What both say alike stays as it was written,
/// or unwritten.
fn rewrite(table: &mut Table, was: &Table, now: Table) {
    for (key, _) in was.iter().filter(|(key, _)| !now.contains_key(key)) {
        table.remove(key);
    }
    for (key, item) in now {
        if was.get(&key).is_some_and(|was| plain(was) == plain(&item)) {
            continue;
        }
        match (table.get_mut(&key), was.get(&key), item) {
            (Some(Item::ArrayOfTables(tables)), Some(Item::ArrayOfTables(was)), Item::ArrayOfTables(now))
                if tables.len() == was.len() =>
            {
                rewrite_list(tables, was, now);
            }
            (Some(Item::Value(value)), _, Item::Value(mut now)) => {
                // A comment behind the value stays there.
                *now.decor_mut() = value.decor().clone();
                *value = now;
            }
            (_, _, item) => drop(table.insert(&key, item)),
        }
    }
}

/// The same for a list of tables: what begins or ends it alike stays as it is, what lies between is changed one by one.
fn rewrite_list(tables: &mut ArrayOfTables, was: &ArrayOfTables, now: ArrayOfTables) {
    let told = |tables: &ArrayOfTables| -> Vec<_> {
        tables.iter().map(|table| plain(&Item::Table(table.clone()))).collect()
    };
    let (before, after) = (told(was), told(&now));
    let alike = |pair: &(&Option<_>, &Option<_>)| pair.0 == pair.1;
    let head = before.iter().zip(&after).take_while(alike).count();
    let rest = before.len().min(after.len()) - head;
    let tail = before.iter().rev().zip(after.iter().rev()).take(rest).take_while(alike).count();
    let mut old: Vec<Table> = std::mem::take(tables).into_iter().collect();
    let kept_at_end = old.split_off(old.len() - tail);
    let mut all: Vec<Table> = old.drain(..head).collect();
    let mut changed = old.into_iter().zip(was.iter().skip(head));
    for now in now.into_iter().take(after.len() - tail).skip(head) {
        all.push(match changed.next() {
            Some((mut table, was)) => {
                rewrite(&mut table, was, now);
                table
            }
            None => now,
        });
    }
    all.extend(kept_at_end);
    *tables = all.into_iter().collect();
}

/// What an item says, however it is written.
fn plain(item: &Item) -> Option<serde_json::Value> {
    let value = item.clone().into_value().ok()?;
    serde_json::Value::deserialize(value.into_deserializer()).ok()
}
