//! Platforms of any size: a third each queues, topics and alarms that refer to both, in groups that fit a stack.

use drc::source::{LoadError, Loader};
use std::fmt::Write;

/// The sizes that are measured, in resources of the source.
pub const SIZES: [usize; 4] = [1, 100, 1_000, 10_000];

/// Resources in one group; CloudFormation takes 500 in a stack.
const GROUP: usize = 450;

/// A platform with this many resources, about 170 bytes of source each.
pub fn platform(resources: usize) -> String {
    let mut text = String::from("platform load { strategy = \"warm_standby\" }\nregion primary = us-east-1\nregion standby = us-east-2\n");
    for number in 0..resources {
        if number % GROUP == 0 {
            let closing = if number == 0 { "" } else { "}\n" };
            let _ = writeln!(text, "{closing}group part{} {{", number / GROUP);
        }
        let _ = match number % 3 {
            0 => writeln!(
                text,
                "  resource q{number}: AWS::SQS::Queue in primary {{\n    QueueName         = \"load-q{number}\"\n    VisibilityTimeout = 300\n    MessageRetentionPeriod = 345600\n  }}"
            ),
            1 => writeln!(
                text,
                "  resource t{number}: AWS::SNS::Topic in primary {{\n    TopicName   = \"load-t{number}\"\n    DisplayName = \"topic {number}\"\n  }}"
            ),
            _ => writeln!(
                text,
                "  resource a{number}: AWS::CloudWatch::Alarm in primary {{\n    AlarmName  = \"load-a{number}\"\n    Dimensions = [{{ Name: \"QueueName\", Value: q{}.QueueName }}]\n    Namespace  = \"AWS/SQS\"\n    MetricName = \"ApproximateAgeOfOldestMessage\"\n    Statistic  = \"Maximum\"\n    Period     = 60\n    EvaluationPeriods  = 3\n    ComparisonOperator = \"GreaterThanThreshold\"\n    Threshold  = 60\n    AlarmActions = [t{}.ref]\n  }}",
                number - 2,
                number - 1
            ),
        };
    }
    if resources > 0 {
        text.push_str("}\n");
    }
    text
}

/// One text as a whole project.
#[allow(dead_code, reason = "not every benchmark needs it")]
pub struct Text(pub String);

impl Loader for Text {
    fn load(&self, _path: &str) -> Result<String, LoadError> {
        Ok(self.0.clone())
    }
}
