//! `api.bin`: what Step Functions can call, and for the services of `DETAILED` what each call takes, gives and fails with.
//!
//! Root 0 is the list of services (width 8, sorted by name): Step Functions' name; the API's name in botocore; prefix of IAM actions (empty:
//! unknown); prefix of errors; support (0 yes, 1 no, 2 not known); why not; operations; flags (bit 0: the operations are detailed).
//! Operations are sorted by Step Functions' spelling and stand there by the API's. A detailed one has four words: name; input; output;
//! errors (texts, Step Functions' spelling without the prefix); else a name only. Root 1 are operations of which more is to be said (width
//! 3, sorted): `service.operation`; why Step Functions has it not (empty: it has); the actions that it needs, if it is not the one of
//! its own name. Root 2 is the text of the models' date, root 3 that of the list of services.
//!
//! A shape is a record: word 0 is the kind (bits 0 to 3: 0 anything, 1 structure, 2 list, 3 map, 4 text, 5 integer, 6 number, 7 boolean,
//! 8 bytes, 9 time) and what follows (bit 4 enumeration, 5 minimum, 6 maximum) or is so (bit 7: exactly one member). Then: the members of a
//! structure (width 2: offset of the API's name shifted by one, with bit 0 for required; shape; `API=SDK`, if the SDK has another one), the element of a list, key and value
//! of a map; then enumeration (texts), minimum, maximum (texts of numbers).

mod curated;
mod shapes;

use crate::iam::Actions;
use crate::packages::{BOTOCORE, Packages};
use crate::sources::Report;
use crate::table::Writer;
use crate::{hash::Hash, index, names};
use anyhow::{Context, Result, bail};
use curated::{Curated, Special};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Services whose operations are taken whole: those that a recovery, its network, its messages and its proof may need.
const DETAILED: &[&str] = &[
    "acm",
    "apigateway",
    "apigatewayv2",
    "appconfig",
    "appconfigdata",
    "applicationautoscaling",
    "arcregionswitch",
    "arczonalshift",
    "athena",
    "autoscaling",
    "backup",
    "batch",
    "cloudformation",
    "cloudfront",
    "cloudfrontkeyvaluestore",
    "cloudtrail",
    "cloudwatch",
    "cloudwatchlogs",
    "codebuild",
    "codedeploy",
    "codepipeline",
    "cognitoidentityprovider",
    "config",
    "databasemigration",
    "datasync",
    "docdb",
    "docdbelastic",
    "drs",
    "dsql",
    "dynamodb",
    "dynamodbstreams",
    "ec2",
    "ecr",
    "ecs",
    "efs",
    "eks",
    "elasticache",
    "elasticloadbalancing",
    "elasticloadbalancingv2",
    "emrserverless",
    "eventbridge",
    "firehose",
    "fis",
    "fsx",
    "globalaccelerator",
    "health",
    "iam",
    "kafka",
    "keyspaces",
    "kinesis",
    "kms",
    "lambda",
    "memorydb",
    "mq",
    "neptune",
    "networkfirewall",
    "opensearch",
    "opensearchserverless",
    "organizations",
    "pipes",
    "rds",
    "rdsdata",
    "redshift",
    "redshiftdata",
    "redshiftserverless",
    "resiliencehub",
    "resourcegroupstaggingapi",
    "route53",
    "route53recoverycluster",
    "route53recoverycontrolconfig",
    "route53recoveryreadiness",
    "route53resolver",
    "s3",
    "s3control",
    "scheduler",
    "secretsmanager",
    "servicediscovery",
    "servicequotas",
    "sesv2",
    "sfn",
    "shield",
    "sns",
    "sqs",
    "ssm",
    "ssmincidents",
    "storagegateway",
    "sts",
    "support",
    "synthetics",
    "timestreamwrite",
    "transfer",
    "wafv2",
    "xray",
];

/// Folders of botocore that another folder replaces: both are the same service by its id.
const REPLACED: &[&str] = &["sms-voice"];

/// Writes `api.bin` and `api.txt`. Gives the prefixes of the actions of the detailed services.
///
/// # Errors
/// If a model is not of the known form, or a curated row speaks of something that no model has.
pub fn convert(packages: &Packages, actions: &Actions, report: &mut Report, root: &Path) -> Result<BTreeSet<String>> {
    let curated = Curated::read(root)?;
    let mut models = BTreeMap::new();
    for (folder, path) in newest(packages) {
        let mut model = packages.json(BOTOCORE, &path)?;
        if let Ok(extras) = packages.json(BOTOCORE, &path.replace("service-2.json.gz", "service-2.sdk-extras.json")) {
            merge(&mut model, &extras["merge"]);
        }
        let id = model["metadata"]["serviceId"].as_str().with_context(|| format!("{folder} has no id"))?.to_string();
        let name = names::service(&id);
        curated.adapt(&name.to_lowercase(), &mut model)?;
        if models.insert(name.to_lowercase(), (folder.clone(), name, model)).is_some() {
            bail!("two models are called {id}; the second one is {folder}");
        }
    }
    let mut specials = curated.specials(&models, actions)?;
    let mut writer = Writer::new();
    let mut rows = Vec::new();
    let mut counts = BTreeMap::<&str, usize>::new();
    let mut prefixes = BTreeSet::new();
    let mut text = String::from(
        "# Services of `api.bin`: Step Functions' name, IAM prefix, error prefix, support, number of operations, hash of all that the table says of\n# them. Detailed ones have their operations by verb, and behind each a hash of the names, kinds and bounds of all that it takes and gives.\n",
    );
    for (name, (folder, errors, model)) in &models {
        let operations = model["operations"].as_object().context("no operations")?;
        let prefix = curated.prefix(name, folder, model, actions);
        if prefix.is_empty() {
            report.skipped.push(format!("api: no prefix of IAM actions is known for {name}"));
        }
        let (support, reason) = curated.support(name);
        let mut sorted: BTreeMap<String, (&str, &Json)> = BTreeMap::new();
        for (api_name, operation) in operations {
            sorted.insert(names::operation(api_name), (api_name, operation));
        }
        let detailed = DETAILED.contains(&name.as_str());
        let mut model_shapes = shapes::Shapes::new(model);
        let mut words = Vec::new();
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut whole = Hash::new();
        for (spelled, (api_name, operation)) in &sorted {
            words.push(writer.text(api_name));
            whole.text(api_name);
            if detailed {
                let (verb, rest) = index::verb(api_name);
                let mut hash = Hash::new();
                for side in ["input", "output"] {
                    let shape = operation[side]["shape"].as_str();
                    words.push(model_shapes.write(shape, &mut writer)?);
                    model_shapes.hash(shape, &mut hash);
                }
                let mut failures: Vec<String> = operation["errors"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|error| error["shape"].as_str())
                    .map(|shape| curated.error(name, errors, shape))
                    .collect();
                failures.sort();
                failures.dedup();
                failures.iter().for_each(|failure| _ = hash.text(failure));
                words.push(writer.texts(failures.iter().map(String::as_str)));
                whole.text(&hash.hex());
                groups.entry(verb.to_string()).or_default().push(format!("{rest}#{}", &hash.hex()[2..]));
            }
            if ["input", "output"].iter().any(|side| model_shapes.streams(operation[*side]["shape"].as_str())) {
                let special = specials.entry(format!("{name}.{spelled}")).or_insert_with(Special::default);
                special.reason.get_or_insert_with(|| "it speaks in a stream of events".to_string());
            }
        }
        *counts.entry("operations").or_default() += sorted.len();
        if detailed {
            *counts.entry("detailed operations").or_default() += sorted.len();
            *counts.entry("detailed services").or_default() += 1;
            prefixes.insert(prefix.clone());
        }
        rows.extend([
            writer.text(name),
            writer.text(folder),
            writer.text(&prefix),
            writer.text(errors),
            support,
            writer.text(reason),
            writer.list(if detailed { 4 } else { 1 }, &words),
            u32::from(detailed),
        ]);
        let support = ["supported", "unsupported", "unknown"][support as usize];
        writeln!(text, "{name} {} {errors} {support} {} {}", if prefix.is_empty() { "-" } else { &prefix }, sorted.len(), whole.hex())?;
        for (verb, rest) in groups {
            text.push_str(&index::wrapped(&verb, &rest));
        }
    }
    let mut special_rows = Vec::new();
    for (key, special) in &specials {
        special_rows.push(writer.text(key));
        special_rows.push(writer.text(special.reason.as_deref().unwrap_or_default()));
        special_rows.push(writer.texts(special.actions.iter().map(String::as_str)));
    }
    let roots = [writer.list(8, &rows), writer.list(3, &special_rows), writer.text(BOTOCORE.date), writer.text(&curated.listed)];
    fs::write(root.join("src/aws/data/api.bin"), writer.finish(&roots))?;
    fs::write(root.join("src/aws/data/api.txt"), text)?;
    report.counts.push(("services".to_string(), models.len()));
    report.counts.extend(counts.into_iter().map(|(what, count)| (what.to_string(), count)));
    Ok(prefixes)
}

/// Adds what the SDKs know beyond the model: tables are joined, lists are continued.
fn merge(model: &mut Json, extras: &Json) {
    match (model, extras) {
        (Json::Object(model), Json::Object(extras)) => {
            for (key, extra) in extras {
                merge(model.entry(key.clone()).or_insert(Json::Null), extra);
            }
        }
        (Json::Array(model), Json::Array(extras)) => model.extend(extras.iter().cloned()),
        (model, extras) => model.clone_from(extras),
    }
}

/// The newest model of each service: by folder, its path.
fn newest(packages: &Packages) -> BTreeMap<String, String> {
    const FOLDER: &str = "botocore/data/";
    let mut found = BTreeMap::new();
    for path in packages.below(BOTOCORE, FOLDER).filter(|path| path.ends_with("/service-2.json.gz")) {
        let Some(folder) = path.strip_prefix(FOLDER).and_then(|rest| rest.split('/').next()) else { continue };
        if !REPLACED.contains(&folder) {
            // Paths are sorted, versions are dates: the last one stays.
            found.insert(folder.to_string(), path.to_string());
        }
    }
    found
}
