//! Texts that say where something is: an ARN with a Region, a host name with one.

use crate::aws::needs;
use crate::model::ids::Id;
use crate::model::{Model, Region};

/// How `permissions::said` writes the suffix of AWS's host names.
const SUFFIX: &str = "DNS_SUFFIX";

/// Whether a text has the code of a Region of the platform in it.
pub(super) fn has_code(model: &Model, text: &str) -> bool {
    model.regions.iter().any(|(_, region)| text.contains(region.code.as_str()))
}

/// The Regions of the platform in which something lies that a text names: as an ARN, or as the name of a host of AWS.
/// Values that only the deployment knows stand in the text by names of their own.
pub(super) fn places(model: &Model, text: &str) -> Vec<Id<Region>> {
    // Neither an ARN nor the name of a host does without these; most texts have none of them.
    if !text.contains(['.', ':']) {
        return Vec::new();
    }
    let found = model.regions.iter().filter(|(_, region)| text.contains(region.code.as_str()));
    found.filter(|(_, region)| in_arn(text, &region.code) || in_host(text, &region.code)).map(|(id, _)| id).collect()
}

/// Whether an ARN in the text is of a Region.
fn in_arn(text: &str, code: &str) -> bool {
    text.match_indices("arn:").any(|(at, _)| text.get(at..).and_then(|arn| arn.split(':').nth(3)) == Some(code))
}

/// Whether a host name in the text is of a Region: `https://x.us-east-1.amazonaws.com/`.
fn in_host(text: &str, code: &str) -> bool {
    text.match_indices(code).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let rest = text.get(at + code.len()..).unwrap_or_default();
        let host = rest.split(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_'))).next().unwrap_or_default();
        let ends = |suffix: &str| host.strip_suffix(suffix).is_some_and(|labels| labels.starts_with('.') && labels.ends_with('.'));
        before.is_none_or(|letter| !letter.is_ascii_alphanumeric()) && needs::suffixes().chain([SUFFIX]).any(ends)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_arns_say_where_they_are() {
        let host = |text: &str| in_host(text, "us-east-1");
        assert!(host("https://abc.execute-api.us-east-1.amazonaws.com/prod"));
        assert!(host("orders.cluster-c1.us-east-1.rds.amazonaws.com"));
        assert!(host("https://s3-us-east-1.amazonaws.com"));
        assert!(host("abc.lambda-url.us-east-1.on.aws"));
        assert!(host("orders.us-east-1.DNS_SUFFIX"));
        assert!(!host("leaving/us-east-1") && !host("us-east-1.example.com") && !host("xus-east-1.amazonaws.com") && !host("us-east-1"));
        assert!(!host("https://orders.us-east-12.amazonaws.com"));
        let arn = |text: &str| in_arn(text, "us-east-1");
        assert!(arn("arn:aws:sqs:us-east-1:ACCOUNT:orders") && arn("to arn:aws:sns:us-east-1:1:x, please"));
        assert!(!arn("arn:aws:s3:::us-east-1") && !arn("arn:aws:sqs:us-east-2:1:us-east-1"));
    }
}
