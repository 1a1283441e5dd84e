//! Changes of what was emitted, each of which a sentence of the table has to notice.

use crate::output::{Output, Thing, inside, told_at_deployment};
use crate::sentence::{Expected, Line, Sentence, Step, places, starts_outside, subject};
use serde_json::{Map, Value, json};
use std::rc::Rc;

/// What is done at a place.
pub enum Change {
    Remove,
    Put(Value),
}

/// All changes that a sentence has to notice in a Region: what was done, and what the Region's things are then.
pub fn changes(sentence: &Sentence, region: &str, output: &Output) -> Vec<(String, Vec<Rc<Thing>>)> {
    let things = &output.things[region];
    let (subjects, _) = sentence.subjects(region, output, things);
    let mut all = Vec::new();
    let mut replaced = |what: String, at: usize, thing: Option<Rc<Thing>>| {
        let mut changed = things.clone();
        match thing {
            Some(thing) => changed[at] = thing,
            None => drop(changed.remove(at)),
        }
        all.push((what, changed));
    };
    for at in &subjects {
        let thing = &things[*at];
        // What is said of all resources of a type says nothing of how many there are, unless each brings one of the values.
        if sentence.every.is_empty() || sentence.path.as_ref().is_some_and(|path| !path.contains('*')) {
            replaced(format!("{} is gone", thing.declared), *at, None);
        }
        let mut lines = sentence.lines(region, output);
        if let Some(path) = &sentence.path {
            lines.push(Line { path: path.split('.').map(String::from).collect(), expected: Expected::Equal(Value::Null) });
        }
        for line in lines {
            for (place, value) in places(subject(thing, &line.path), &line.path) {
                for change in of_value(&line.expected, value) {
                    let what = format!("{}: {} {}", thing.declared, line.path.join("."), change.told());
                    let mut emitted = thing.emitted.clone();
                    let outside = starts_outside(thing, &line.path);
                    let start = if outside { &mut emitted } else { &mut emitted["Properties"] };
                    edit(start, &place, change);
                    replaced(what, *at, Some(thing.with(emitted)));
                }
            }
        }
    }
    let more = sentence.every.iter().filter(|_| sentence.path.is_some());
    for ty in sentence.none.iter().chain(more) {
        let one_more = Thing::new("one.more", ty, json!({ "Type": ty, "Properties": {} }));
        all.push((format!("one more {ty}"), [things.clone(), vec![one_more]].concat()));
    }
    all
}

/// What may be done to a value, so that the line does not hold of it.
fn of_value(expected: &Expected, value: Option<Value>) -> Vec<Change> {
    let (Some(value), false) = (value, matches!(expected, Expected::Absent)) else { return vec![Change::Put(json!(true))] };
    let mut changes = vec![Change::Remove];
    match (expected, &value) {
        (Expected::Holding(part), Value::Array(list)) => {
            let left: Vec<Value> = list.iter().filter(|element| *element != part).cloned().collect();
            changes.push(Change::Put(left.into()));
        }
        (Expected::Holding(part), Value::String(text)) => changes.push(Change::Put(text.replace(part.as_str().unwrap(), "").into())),
        (Expected::Matching(_), _) => changes.push(Change::Put("changed".into())),
        (_, value) => changes.extend(others(value).into_iter().map(Change::Put)),
    }
    changes
}

/// Values that are another one.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![json!(true)],
        Value::Bool(flag) => vec![json!(!flag)],
        Value::Number(number) => vec![json!(number.as_f64().unwrap() + 1.0), json!(number.as_f64().unwrap() - 1.0)],
        Value::String(text) => vec![json!(format!("{text}-changed"))],
        Value::Array(list) => {
            let without =
                |at: usize| -> Value { list.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, value)| value.clone()).collect() };
            let mut all: Vec<Value> = (0..list.len()).map(without).collect();
            all.push([list.clone(), vec![json!("one more")]].concat().into());
            all
        }
        Value::Object(map) => {
            let without =
                |key: &String| -> Value { map.iter().filter(|(other, _)| *other != key).map(|(key, value)| (key.clone(), value.clone())).collect() };
            let mut all: Vec<Value> = map.keys().map(without).collect();
            all.push(
                map.iter().map(|(key, value)| (key.clone(), value.clone())).chain([("OneMore".into(), json!(true))]).collect::<Map<_, _>>().into(),
            );
            all
        }
    }
}

impl Change {
    fn told(&self) -> String {
        match self {
            Change::Remove => "is gone".into(),
            Change::Put(value) => format!("became {value}"),
        }
    }
}

/// Makes a change at a place of what was emitted; a text that holds JSON is taken apart on the way and put together again.
fn edit(value: &mut Value, place: &[Step], change: Change) {
    if let Value::Object(map) = &*value
        && let Some(told) = told_at_deployment(map)
    {
        let mut text = Value::from(told);
        edit(&mut text, place, change);
        *value = json!({ "Fn::Sub": text });
        return;
    }
    if let Value::String(text) = &*value {
        let mut held = inside(text).expect("a place leads into a text that holds JSON");
        edit(&mut held, place, change);
        *value = held.to_string().into();
        return;
    }
    let (step, rest) = place.split_first().expect("a place below the value");
    if let (Step::Key(key), Value::Object(map)) = (step, &mut *value) {
        match (rest.is_empty(), change) {
            (true, Change::Remove) => drop(map.shift_remove(key)),
            (true, Change::Put(new)) => drop(map.insert(key.clone(), new)),
            (false, change) => edit(map.entry(key.clone()).or_insert_with(|| json!({})), rest, change),
        }
    } else if let (Step::Index(at), Value::Array(list)) = (step, &mut *value) {
        match (rest.is_empty(), change) {
            (true, Change::Remove) => drop(list.remove(*at)),
            (true, Change::Put(new)) => list[*at] = new,
            (false, change) => edit(&mut list[*at], rest, change),
        }
    } else {
        panic!("there is no place {place:?}");
    }
}
