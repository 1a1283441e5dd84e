//! The typed program: Regions, parameters, instances, families with the properties of their members.

use super::values::{Writer, region, regions, resource};
use super::{Page, joined};
use drc::model::value::{Dimension, Value, quantity_text};
use drc::model::{Family, Model, Parameter};

/// The whole model, plans excepted.
pub fn dump(model: &Model) -> String {
    let mut page = Page::default();
    let platform = &model.platform;
    let writer = Writer { model, here: None };
    page.nest(format!("platform {}", platform.name), |page| {
        let objective = |amount: Option<f64>| amount.map_or("none".into(), |amount| quantity_text(amount, Dimension::Duration));
        let strategy = platform.strategy.as_deref().unwrap_or("none");
        page.line(format!("strategy {strategy}, rto {}, rpo {}", objective(platform.rto), objective(platform.rpo)));
        page.line(format!("tags {}", joined(platform.tags.iter().map(|(key, tag)| format!("{key}: {}", writer.value(tag))))));
    });
    for (_, declared) in model.regions.iter() {
        page.line(format!("region {} is {} in {}", declared.alias, declared.code, declared.partition));
    }
    for (_, declared) in model.parameters.iter() {
        parameter(&mut page, model, declared);
    }
    for (unit, name) in &model.stack_names {
        page.line(format!("stacks of {unit} are named {}", writer.value(name)));
    }
    let mut instances: Vec<_> = model.instances.iter().map(|(_, instance)| instance).collect();
    instances.sort_by(|a, b| a.path.cmp(&b.path));
    for instance in instances {
        let group = instance.group.as_ref().map_or(String::new(), |group| format!(", group {group}"));
        let place = regions(model, &instance.regions, instance.single);
        page.line(format!("instance {}: {} in {place}{group}", instance.path.join("."), instance.component));
    }
    let mut families: Vec<_> = model.families.iter().collect();
    families.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
    for (_, family) in families {
        self::family(&mut page, model, family);
    }
    page.finish()
}

fn parameter(page: &mut Page, model: &Model, parameter: &Parameter) {
    let mut facts = vec![parameter.kind.to_string(), format!("in templates {} {}", parameter.logical_id, parameter.parameter_type)];
    facts.extend(parameter.pattern.as_ref().map(|pattern| format!("pattern {pattern:?}")));
    facts.extend((!parameter.allowed.is_empty()).then(|| format!("one of {}", parameter.allowed.join(" "))));
    facts.extend(parameter.length.map(|(least, most)| format!("length {least}..{most}")));
    facts.extend(parameter.range.map(|(least, most)| format!("range {least}..{most}")));
    facts.extend(parameter.default.as_ref().map(|default| format!("default {default:?}")));
    facts.extend(parameter.secret.then(|| "secret".to_string()));
    facts.extend((!parameter.regions.is_empty()).then(|| format!("in {}", regions(model, &parameter.regions, false))));
    page.line(format!("param {}: {}", parameter.name, facts.join(", ")));
}

fn family(page: &mut Page, model: &Model, family: &Family) {
    let place = regions(model, &family.regions, family.single);
    let external = if family.external { "external " } else { "" };
    let header = format!("{external}family {}: {} in {place}", family.path.join("."), family.resource_type);
    page.nest(header, |page| {
        let group = family.group.as_ref().map_or(String::new(), |group| format!(", group {group}"));
        page.line(format!("logical id {}, layer {}{group}", family.logical_id, family.layer));
        // What is the same in all members is shown once.
        let mut shown: Vec<(String, Vec<String>)> = Vec::new();
        for (place, content) in &family.members {
            let writer = Writer { model, here: Some(*place) };
            let mut inner = Page::default();
            for property in &content.properties {
                match &property.value {
                    // A definition is what the workflow's golden file shows; here it would hide the rest.
                    Value::Text(text) if text.starts_with("{\n") => inner.line(format!("{} = (a definition)", property.name)),
                    known => writer.lines(&mut inner, &format!("{}{} = ", "later ".repeat(property.phase as usize), property.name), known),
                }
            }
            content.deletion.iter().for_each(|policy| inner.line(format!("on deletion {policy}")));
            content.on_loss.iter().for_each(|text| inner.line(format!("on loss {text}")));
            content.depends_on.iter().for_each(|needed| inner.line(format!("depends on {}", resource(model, needed.on))));
            let text = inner.finish();
            match shown.iter_mut().find(|(known, _)| *known == text) {
                Some((_, places)) => places.push(region(model, *place)),
                None => shown.push((text, vec![region(model, *place)])),
            }
        }
        for (text, places) in shown {
            page.nest(format!("in {}", places.join(", ")), |page| text.lines().for_each(|line| page.line(line)));
        }
    });
}
