//! What the steps of the examples would be in a plan of ARC Region switch, or why they would be none: a check of the workflow, of which
//! nothing is written yet.
//!
//! Source of the execution blocks and of what they need: CloudFormation resource schema of `AWS::ARCRegionSwitch::Plan` of 2026-10-20 and
//! the ARC developer guide, "Execution blocks" and "Region switch quotas" (read 2026-11-22).
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod bless;
mod project;

use drc::diag::Diagnostics;
use drc::driver::Options;
use drc::source::SourceMap;
use drc::workflow::{Call, Operation, Plan, PlanKind, SingleStep, Step, StepKind};
use project::Project;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Operations that an execution block does, with the block and what it does with them.
const BLOCKS: &[(&str, &str)] = &[
    ("rds.failoverGlobalCluster", "AuroraGlobalDatabase (ungraceful: failover)"),
    ("rds.switchoverGlobalCluster", "AuroraGlobalDatabase (switchoverOnly)"),
    ("docdb.failoverGlobalCluster", "DocumentDb (ungraceful: failover)"),
    ("docdb.switchoverGlobalCluster", "DocumentDb (switchoverOnly)"),
    ("neptune.failoverGlobalCluster", "NeptuneGlobalDatabase (ungraceful: failover)"),
    ("neptune.switchoverGlobalCluster", "NeptuneGlobalDatabase (switchoverOnly)"),
    ("rds.promoteReadReplica", "RdsPromoteReadReplica"),
    ("rds.switchoverReadReplica", "RdsSwitchoverReadReplica"),
    ("autoscaling.updateAutoScalingGroup", "EC2AutoScaling (TargetPercent of the other group)"),
    ("autoscaling.setDesiredCapacity", "EC2AutoScaling (TargetPercent of the other group)"),
    ("ecs.updateService", "ECSServiceScaling (TargetPercent of the other service)"),
    ("lambda.updateEventSourceMapping", "LambdaEventSourceMapping"),
    ("lambda.invoke", "CustomActionLambda"),
    ("ssm.sendCommand", "SSMSendCommand"),
    ("arcregionswitch.startPlanExecution", "ARCRegionSwitchPlan"),
];

/// The most blocks of a plan, and of a parallel one.
const MOST: usize = 100;
const MOST_PARALLEL: usize = 20;

/// The calls of a body that change something, those of questions left out.
fn calls<'p>(body: &'p [Operation], found: &mut Vec<&'p Call>) {
    for operation in body {
        match operation {
            Operation::Call(call) => found.push(call),
            Operation::DoneWhen { body, .. } => calls(body, found),
            Operation::Check { .. } | Operation::Wait { .. } => {}
        }
    }
}

/// What a step would be.
fn block(step: &SingleStep) -> String {
    let named = |call: &Call| format!("{}.{}", call.service, call.operation);
    let minutes = (step.within / 60_000.0).ceil();
    let block = match step.kind {
        StepKind::Question => Ok("ManualApproval".to_string()),
        StepKind::Function => Ok("CustomActionLambda".to_string()),
        StepKind::Wait => Err("no block waits: a function that sleeps would do".to_string()),
        StepKind::Notice => Err("no block tells anybody: a CustomActionLambda would".to_string()),
        StepKind::Action => {
            let mut found = Vec::new();
            calls(&step.body, &mut found);
            let has = |word: &str| step.effects.iter().any(|effect| effect == word);
            let (only_reads, moves_traffic) = (has("read_only"), has("traffic"));
            match found.as_slice() {
                [one, ..] if moves_traffic && !BLOCKS.iter().any(|(operation, _)| *operation == named(one)) => {
                    Ok("Route53HealthCheck (the health checks of the plan take the place of these calls)".into())
                }
                _ if only_reads => Err("it only looks: an application health alarm of the plan stands for it".into()),
                [one] => BLOCKS
                    .iter()
                    .find(|(operation, _)| *operation == named(one))
                    .map(|(_, block)| (*block).to_string())
                    .ok_or_else(|| format!("no block calls {}: a CustomActionLambda would", named(one))),
                [] => Err("it only waits until something is so".into()),
                several => Err(format!(
                    "several calls ({}): a CustomActionLambda would make them",
                    several.iter().map(|call| named(call)).collect::<Vec<_>>().join(", ")
                )),
            }
        }
    };
    match block {
        Ok(block) => format!("{block}, TimeoutMinutes {minutes}"),
        Err(reason) => format!("none: {reason}"),
    }
}

fn plan(plan: &Plan, regions: usize, text: &mut String) {
    let _ = writeln!(text, "  {} {}", plan.kind.word(), plan.machine_name());
    if plan.kind == PlanKind::Drill {
        let _ = writeln!(text, "    none: a plan changes something, and there is no dry run");
        return;
    }
    if regions > 2 && plan.variant.is_some() {
        let _ = writeln!(text, "    of two Regions only: one plan for each pair");
    }
    let blocks: usize = plan.all_steps().count();
    assert!(blocks <= MOST, "{blocks}");
    if let Some(step) = &plan.approve {
        let _ = writeln!(text, "    approve: {}", block(step));
    }
    for step in &plan.steps {
        match step {
            Step::One(step) => {
                let _ = writeln!(text, "    {}: {}", step.name, block(step));
            }
            Step::Parallel(branches) => {
                assert!(branches.len() <= MOST_PARALLEL);
                let _ = writeln!(text, "    Parallel");
                for step in branches {
                    let _ = writeln!(text, "      {}: {}", step.name, block(step));
                }
            }
        }
    }
}

#[test]
fn each_step_is_a_block_or_there_is_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    for (folder, file) in [
        ("examples/intake", "platform.dr"),
        ("examples/orders", "platform.dr"),
        ("examples/repaired", "platform.dr"),
        ("tests/judges/platforms", "everything.dr"),
    ] {
        let mut project = Project::default();
        for path in bless::files_below(&root.join(folder)) {
            let content = fs::read(root.join(folder).join(&path)).unwrap();
            project = project.file(if path == file { "platform.dr" } else { &path }, content);
        }
        let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
        let modules = drc::resolve::load("platform.dr", &project, &mut sources, &mut diagnostics);
        let expanded = drc::expand::expand(&modules, &sources, &project, &Options::default(), &mut diagnostics);
        let _ = writeln!(text, "{folder}/{file}");
        for one in &expanded.model.plans {
            plan(one, expanded.model.regions.iter().count(), &mut text);
        }
    }
    bless::golden("golden/region_switch.txt", &text);
}

/// Every operation in the table is one that Step Functions has.
#[test]
fn the_operations_exist() {
    for (name, _) in BLOCKS {
        let (service, operation) = name.split_once('.').unwrap();
        assert!(drc::aws::api::service(service).and_then(|service| service.operation(operation)).is_some(), "{name}");
    }
}
