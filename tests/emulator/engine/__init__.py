"""A small CloudFormation in process: stacks of several Regions, change sets, dependency order, rollback."""
