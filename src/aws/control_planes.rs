//! Where control planes stand that do not stand in each Region: calls of these services need that Region, wherever they come from.

use super::rows;
use serde::Deserialize;
use std::collections::BTreeMap;

const DATA: &str = include_str!("data/control_planes.toml");

/// A row of `data/control_planes.toml`: a service, or some of its operations.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlPlane {
    /// Step Functions' name of the service: `route53`
    pub service: String,
    /// The Region of the control plane, by partition.
    pub regions: BTreeMap<String, String>,
    /// The operations that it is about; all if there are none.
    #[serde(default)]
    pub operations: Vec<String>,
    /// Operations that it is not about: each Region answers them.
    #[serde(default)]
    pub except: Vec<String>,
    /// Which calls it is about, where that depends on what they are about.
    pub when: Option<String>,
    /// Only calls with this argument, if that decides it.
    pub argument: Option<Argument>,
    /// What goes on without it, if AWS says that.
    pub keeps: Option<String>,
    /// What a plan can do that does without it.
    pub instead: Option<String>,
    /// Where AWS says so.
    pub source: String,
    /// The day on which that was read.
    pub read: String,
}

/// A member of a call with its value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    /// `Scope`
    pub member: String,
    /// `CLOUDFRONT`
    pub value: String,
}

/// A type whose creation, change and deletion needs the control plane of another service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// `AWS::Lambda::Url`
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The other service: `route53`
    pub service: String,
    /// Of which resources that is so, if not of all.
    pub when: Option<String>,
    /// The calls that create such a resource: `lambda.createFunctionUrlConfig`
    #[serde(default)]
    pub operations: Vec<String>,
    /// Where AWS says so.
    pub source: String,
    /// The day on which that was read.
    pub read: String,
}

/// The control plane that a call needs, if it does not stand in each Region.
#[must_use]
pub fn of_operation(service: &str, operation: &str) -> Option<ControlPlane> {
    let listed = |name: &String| name == operation;
    of_service(service).filter(|row| (row.operations.is_empty() || row.operations.iter().any(listed)) && !row.except.iter().any(listed))
}

/// The row of a service.
#[must_use]
pub fn of_service(service: &str) -> Option<ControlPlane> {
    rows::sections(DATA, "control_plane").find(|section| rows::text(section, "service") == Some(service)).and_then(rows::parse)
}

/// The other control plane that a type needs.
#[must_use]
pub fn of_type(resource_type: &str) -> Option<(Need, ControlPlane)> {
    let need: Need = rows::sections(DATA, "needs").find(|section| rows::text(section, "type") == Some(resource_type)).and_then(rows::parse)?;
    let plane = of_service(&need.service)?;
    Some((need, plane))
}

/// The other control plane that a call needs, because it creates something of a type that does.
#[must_use]
pub fn creates(service: &str, operation: &str) -> Option<(Need, ControlPlane)> {
    let name = format!("{service}.{operation}");
    let quoted = format!("\"{name}\"");
    let section = rows::sections(DATA, "needs").find(|section| section.contains(quoted.as_str()))?;
    let need: Need = rows::parse(section).filter(|need: &Need| need.operations.contains(&name))?;
    let plane = of_service(&need.service)?;
    Some((need, plane))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{api, regions, schema};

    #[derive(Deserialize)]
    struct File {
        control_plane: Vec<ControlPlane>,
        needs: Vec<Need>,
    }

    #[test]
    fn every_row_can_be_read_and_is_found() {
        let file: File = toml::from_str(DATA).unwrap();
        assert!(file.control_plane.len() > 10 && file.needs.len() > 10);
        for row in &file.control_plane {
            assert!(of_service(&row.service).is_some_and(|found| found.keeps == row.keeps), "{} stands in the table twice", row.service);
            assert!(row.operations.is_empty() || row.except.is_empty(), "{}", row.service);
            let service = api::service(&row.service).unwrap_or_else(|| panic!("there is no service {}", row.service));
            for operation in row.operations.iter().chain(&row.except) {
                assert!(service.operation(operation).is_some(), "there is no {}.{operation}", row.service);
            }
            if let Some(argument) = &row.argument {
                let named = |operation: &api::Operation| operation.input().member(&argument.member).is_some();
                assert!(service.operation_names().filter_map(|name| service.operation(&name)).any(|operation| named(&operation)), "{}", row.service);
            }
            for (partition, code) in &row.regions {
                assert!(regions::find(code).is_some_and(|region| region.partition == *partition), "{}: {code}", row.service);
            }
            assert!(row.source.starts_with("https://") && row.read.len() == 10, "{}", row.service);
        }
        for row in &file.needs {
            assert!(schema::find(&row.resource_type).is_some(), "there is no {}", row.resource_type);
            let (need, plane) = of_type(&row.resource_type).unwrap();
            assert_eq!((need.when, plane.service), (row.when.clone(), row.service.clone()), "{}", row.resource_type);
            for name in &row.operations {
                let (service, operation) = name.split_once('.').unwrap();
                assert!(api::service(service).is_some_and(|service| service.operation(operation).is_some()), "there is no {name}");
                assert!(creates(service, operation).is_some_and(|(need, _)| need.resource_type == row.resource_type), "{name}");
            }
        }
    }

    #[test]
    fn the_data_plane_needs_no_control_plane() {
        let region = |service: &str, operation: &str| of_operation(service, operation).and_then(|row| row.regions.get("aws").cloned());
        assert_eq!(region("route53", "changeResourceRecordSets").as_deref(), Some("us-east-1"));
        assert_eq!(region("arcregionswitch", "createPlan").as_deref(), Some("us-east-1"));
        assert_eq!(region("arcregionswitch", "startPlanExecution"), None);
        assert_eq!(region("s3", "putBucketReplication").as_deref(), Some("us-east-1"));
        assert_eq!(region("s3", "putObject"), None);
        assert_eq!(region("s3control", "submitMultiRegionAccessPointRoutes"), None);
        assert_eq!(region("rds", "failoverGlobalCluster"), None);
    }
}
